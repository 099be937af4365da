"""The last stage of an update: families and what they tell → stories, under ids that last.

Days are told in order, each with what is left of the week before it: the result follows from the set of families. A day
is told again when it changed, or a day of the week before it did, or what lies far from it.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from heapq import heapify, heappop, heappush
from itertools import combinations

import numpy as np
from sqlalchemy import Connection

from dedup import ids, stories
from dedup.corpus import Corpus, grouping, strands
from dedup.corpus.strands import Placed, Shown, Ties
from dedup.ordering import UNDATED
from dedup.records import PART, Recipe, Story, Vectors

Progress = Callable[[str, int, int], None]
Merges = dict[int, tuple[int, int]]
# Families placed, and stories named, at a time.
_AT_ONCE = 2_000


def tell_stories(corpus: Corpus, recipe: Recipe, now: datetime, tell: Progress) -> None:
    """Tell again what families that are due can have changed, and store it."""
    while _place(corpus, recipe):
        pass
    with corpus.reading() as connection:
        due = strands.days_waiting(connection)
        gone = strands.gone(connection)
        fresh = strands.fresh(connection)
        before = strands.merges(connection)
    if due or gone or fresh:
        told = _Telling(corpus, recipe, due, dict(before), tell)
        told.all()
        # Those whose day was not told anew stand as before, but their titles and words may be others.
        told.changed = {row.family: replace(row, fresh=False) for row in fresh} | told.changed
        _save(corpus, recipe, told, before, gone, now)
        grouping.told(corpus, now)


def _place(corpus: Corpus, recipe: Recipe) -> bool:
    """Place some of the families that are due, and note the days that have to be told again; False: there are none."""
    with corpus.transaction() as connection:
        names = strands.families_waiting(connection, _AT_ONCE)
        if not names:
            return False
        before = strands.placed(connection, names)
        now = _standing(connection, before, names, recipe)
        lost = [replace(row, rank=None, signs=()) for name, row in before.items() if name not in now]
        kin = _kin(connection, now, recipe)
        now = {name: replace(row, tied=_number(sorted(kin[name].templates))) for name, row in now.items()}
        now |= _digests(connection, before, now, kin, recipe)
        before |= strands.placed(connection, sorted(now.keys() - before.keys()))
        # What tells the same on the same day changes no story.
        other = [row for name, row in now.items() if not _stands(before.get(name), row)]
        moved = [*other, *(before[row.family] for row in (*other, *lost) if row.family in before)]
        due = {(strands.day_of(row.rank), True) for row in moved if row.rank is not None}
        for day, signs in _signs_by_day(moved).items():
            due |= {(later, False) for later in strands.later_days(connection, signs, day)}
        due |= {
            (_day(row), False) for row in now.values() if row.family in before and row.tied != before[row.family].tied
        }
        strands.settle(connection, names)
        strands.place(corpus, connection, before, [*now.values(), *lost], due)
    return True


def _standing(
    connection: Connection, before: Mapping[str, Placed], names: Sequence[str], recipe: Recipe
) -> dict[str, Placed]:
    """Return how those of these families stand now that there are."""
    tellers = strands.tellers(connection, names)
    held = sorted(tellers)
    numbers = [tellers[name][1] for name in held]
    vectors = _vectors(strands.parts(connection, numbers), numbers)
    signs = stories.signs(vectors, recipe).tolist()
    return {
        name: replace(
            before.get(name, Placed(name, None)),
            rank=tellers[name][0],
            teller=tellers[name][1],
            fresh=True,
            telling=_hash(vectors, place),
            signs=tuple(sorted({*signs[place]} - {0})),
        )
        for place, name in enumerate(held)
    }


def _kin(connection: Connection, rows: Mapping[str, Placed], recipe: Recipe) -> dict[str, Ties]:
    """Return the ties of these families, as far as stories ask for them.

    A template concerns only the later of two that are alike, where the other lies in the week before or has a sign of
    it. An excerpt concerns both if they lie in one week.
    """
    known = strands.ties(connection, rows)
    asked = {there for ties in known.values() for there in (*ties.templates, *ties.excerpts)}
    tellers = strands.tellers(connection, asked)
    days = {name: strands.day_of(rank) for name, (rank, _) in tellers.items()}
    week = recipe.story_days
    found = {name: Ties(set(), {}) for name in rows}
    frames = []
    for name, ties in known.items():
        day = _day(rows[name])
        frames += [(name, there) for there in sorted(ties.templates & days.keys()) if days[there] <= day]
        close = {there: place for there, place in ties.excerpts.items() if abs(day - days.get(there, -UNDATED)) <= week}
        found[name] = Ties(set(), close)
    others = {name: Placed(name, rank, number) for name, (rank, number) in tellers.items()}
    for name, there, signed in _alike(connection, frames, {**others, **rows}, recipe):
        if signed or _day(rows[name]) - days[there] <= week:
            found[name].templates.add(there)
    return found


def _alike(
    connection: Connection,
    pairs: Sequence[tuple[str, str]],
    rows: Mapping[str, Placed],
    recipe: Recipe,
) -> Iterator[tuple[str, str, bool]]:
    """Yield those of these pairs of families that are alike, and whether they share a sign."""
    names = sorted({name for pair in pairs for name in pair})
    places = {name: place for place, name in enumerate(names)}
    numbers = [rows[name].teller for name in names]
    vectors = _vectors(strands.parts(connection, filter(None, numbers)), numbers)
    signs = [{*own} - {0} for own in stories.signs(vectors, recipe).tolist()]
    ends = np.array([(places[one], places[other]) for one, other in pairs], np.int64).reshape(-1, 2)
    for (one, other), alike in zip(pairs, stories.cosines(vectors, ends).tolist(), strict=True):
        if alike >= recipe.story_floor:
            yield one, other, not signs[places[one]].isdisjoint(signs[places[other]])


def _number(names: Sequence[str]) -> int:
    """Return a hash of some names, 0 of none."""
    digest = blake2b(json.dumps(names).encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big") if names else 0


def _digests(
    connection: Connection,
    before: Mapping[str, Placed],
    now: Mapping[str, Placed],
    kin: Mapping[str, Ties],
    recipe: Recipe,
) -> dict[str, Placed]:
    """Return the families that are, or are not, digests now: of these and of those they share excerpts with.

    A *digest* holds, in different places, excerpts of families that do not tell of one another: it would tie them all
    together.
    """
    changed = {name for name, row in now.items() if not _stands(before.get(name), row)}
    theirs = {there for name in changed for there in kin[name].excerpts} - now.keys()
    known = {name: row for name, row in strands.placed(connection, sorted(theirs)).items() if row.rank is not None}
    pairs = {name: _side_by_side(ties) for name, ties in {**kin, **_kin(connection, known, recipe)}.items()}
    asked = sorted({other for held in pairs.values() for pair in held for other in pair})
    tellers = {name: number for name, (_, number) in strands.tellers(connection, asked).items()}
    vectors = _vectors(strands.parts(connection, tellers.values()), [tellers.get(name) for name in asked])
    places = {name: place for place, name in enumerate(asked)}
    found = {}
    for name, row in {**now, **known}.items():
        some = np.array([(places[one], places[other]) for one, other in pairs[name]], np.int64).reshape(-1, 2)
        alone = bool((stories.cosines(vectors, some) < recipe.story_cut).any())
        if alone != row.alone:
            found[name] = replace(row, alone=alone, fresh=True)
    return found


def _side_by_side(ties: Ties) -> list[tuple[str, str]]:
    """Return the pairs of families of which one article holds excerpts in different places.

    What stands in one place is one thing that all of them share, as a site's furniture is before it is learned.
    """
    return [
        (one, other)
        for (one, (here, start, stop)), (other, (there, begin, end)) in combinations(sorted(ties.excerpts.items()), 2)
        if here == there and (stop <= begin or end <= start)
    ]


def _hash(vectors: Vectors, place: int) -> int:
    own = slice(int(vectors.ends[place - 1]) if place else 0, int(vectors.ends[place]))
    content = vectors.keys[own].tobytes() + vectors.weights[own].tobytes()
    return int.from_bytes(blake2b(content, digest_size=7).digest(), "big")


def _stands(before: Placed | None, now: Placed) -> bool:
    """Tell whether a family stands where it stood and tells what it told, if anything in company."""
    return before is not None and (before.rank, before.telling, before.alone) == (now.rank, now.telling, now.alone)


def _signs_by_day(rows: Iterable[Placed]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row.rank is not None:
            found[strands.day_of(row.rank)].update(row.signs)
    return found


@dataclass(slots=True)
class _Held:
    """A day's families, by rank, and what they tell."""

    families: list[Placed]
    vectors: Vectors

    def telling(self) -> list[int]:
        """Return the places of families that could come into a story."""
        lengths = np.diff(self.vectors.ends, prepend=0)
        return [place for place in np.flatnonzero(lengths).tolist() if not self.families[place].alone]


@dataclass(slots=True)
class _Telling:
    """Days told again, one after the other, and what that changed: families as they stand now, and merges."""

    corpus: Corpus
    recipe: Recipe
    due: Mapping[int, bool]
    merges: Merges
    tell: Progress
    changed: dict[str, Placed] = field(default_factory=dict)
    was: dict[str, Placed] = field(default_factory=dict)
    held: dict[int, _Held] = field(default_factory=dict)

    def all(self) -> None:
        """Tell every day that is due, and every day that another one's change reaches."""
        with self.corpus.reading() as connection:
            days = strands.days(connection)
        waiting = sorted(self.due)
        heapify(waiting)
        known = set(waiting)
        done = 0
        while waiting:
            day = heappop(waiting)
            self.tell("telling stories", done, done + len(waiting) + 1)
            done += 1
            reached = self._reached(day, self._day(day), self.due.get(day, False), days)
            for later in sorted(reached - known):
                heappush(waiting, later)
            known |= reached

    def _reached(self, day: int, changed: Sequence[Placed] | None, touched: bool, days: Sequence[int]) -> set[int]:
        """Return the days that a day's change reaches; `changed` are its families that are told otherwise now."""
        if changed is None and not touched:
            return set()
        with self.corpus.reading() as connection:
            far = strands.later_days(connection, (sign for row in changed or () for sign in row.signs), day)
        return {later for later in days if day < later <= day + self.recipe.story_days and later != UNDATED} | far

    def _day(self, day: int) -> Sequence[Placed] | None:
        """Tell a day; return its families that are told otherwise than before, None if nothing is otherwise."""
        for old in [old for old in self.held if old < day - self.recipe.story_days]:
            del self.held[old]
        here = self._read(day, day)[day]
        undone = {one: where for one, where in self.merges.items() if where[1] == day}
        for one in undone:
            del self.merges[one]
        recent = self._recent(day)
        before = list(here.families)
        apart = self._apart(day)
        here.families = [replace(row, fresh=False) for row in here.families]
        for row, strand in self._strands(day, here, recent, apart):
            here.families[row] = replace(here.families[row], strand=strand)
        self._note(before, here.families)
        merged = {one: where for one, where in self.merges.items() if where[1] == day}
        changed = [now for old, now in zip(before, here.families, strict=True) if replace(old, fresh=False) != now]
        return changed if changed or merged != undone else None

    def _note(self, before: Sequence[Placed], now: Sequence[Placed]) -> None:
        for old, new in zip(before, now, strict=True):
            if old != new or new.story is None:
                self.was.setdefault(new.family, old)
                self.changed[new.family] = new

    def _recent(self, day: int) -> dict[int, list[tuple[int, int]]]:
        """Return the strands of the week before a day: of each, days and places there of its families."""
        found: dict[int, list[tuple[int, int]]] = defaultdict(list)
        if day == UNDATED:
            return found
        for other, held in sorted(self._read(day - self.recipe.story_days, day - 1).items()):
            for place in held.telling():
                strand = held.families[place].strand
                if strand is not None:
                    found[root(strand, self.merges, day)].append((other, place))
        return found

    def _strands(
        self, day: int, here: _Held, recent: Mapping[int, Sequence[tuple[int, int]]], apart: Set[tuple[str, str]]
    ) -> Iterator[tuple[int, int | None]]:
        """Yield the places of a day's families and the strands they are told with, None for those without."""
        own = here.telling()
        first, old = len(recent), sorted(recent)
        families = [*([self.held[other].families[place].family for other, place in recent[one]] for one in old)]
        families += [[here.families[place].family] for place in own]
        where = [(self.held[other].vectors, place) for one in old for other, place in recent[one]]
        groups = [item for item, one in enumerate(old) for _ in recent[one]] + list(range(first, first + len(own)))
        vectors = stories.means(
            picked([*where, *((here.vectors, place) for place in own)]), np.array(groups, np.int64), first + len(own)
        )
        sizes = np.array([len(each) for each in families], np.int64)
        home = {family: item for item, each in enumerate(families) for family in each}
        pairs = sorted({_sorted(home[a], home[b]) for a, b in apart if a in home and b in home and home[a] != home[b]})
        told = stories.Day(vectors, sizes, first, np.array(pairs, np.int64).reshape(-1, 2))
        groups_of: dict[int, list[int]] = defaultdict(list)
        for item, label in enumerate(stories.together(told, self.recipe).tolist()):
            groups_of[label].append(item)
        yield from ((place, None) for place in range(len(here.families)) if place not in set(own))
        far = self._far(
            day, here, [[own[item - first] for item in each] for each in groups_of.values() if each[0] >= first], apart
        )
        for items in groups_of.values():
            mine = [own[item - first] for item in items if item >= first]
            strand = self._strand(day, [old[item] for item in items if item < first], mine, here, far)
            yield from ((place, strand) for place in mine)

    def _strand(
        self, day: int, old: Sequence[int], mine: Sequence[int], here: _Held, far: Mapping[int, int]
    ) -> int | None:
        """Return the strand that some come together in: the eldest of theirs, one from afar, or a new one."""
        if old:
            self.merges.update({one: (min(old), day) for one in old if one != min(old)})
            return min(old)
        return far.get(mine[0], here.families[mine[0]].rank)

    def _far(
        self, day: int, here: _Held, groups: Sequence[Sequence[int]], apart: Set[tuple[str, str]]
    ) -> dict[int, int]:
        """Return, by the first place of each group, the strand from afar that it goes on with, if any."""
        recipe = self.recipe
        last = day if day == UNDATED else day - recipe.story_days
        signs = {place: here.families[place].signs for group in groups for place in group}
        with self.corpus.reading() as connection:
            seen = strands.earlier(
                connection, {s for own in signs.values() for s in own}, last, recipe.story_far_holders
            )
            known = {row.rank: row for row in strands.of_ranks(connection, {r for held in seen.values() for r in held})}
            names = sorted(row.family for row in known.values())
            tellers = [row.teller for row in sorted(known.values(), key=lambda row: row.family)]
            vectors = _vectors(strands.parts(connection, filter(None, tellers)), tellers)
        places = {name: place for place, name in enumerate(names)}
        found: dict[int, int] = {}
        for group in groups:
            asked = {
                r
                for place in group
                for sign in signs[place]
                for r in seen.get(sign, ())
                if r in known and _named(here.families[place].family, known[r].family) not in apart
            }
            rows = [self.changed.get(known[r].family, known[r]) for r in sorted(asked)]
            rows = [row for row in rows if row.strand is not None and not row.alone]
            best = self._nearest(day, here, group, rows, vectors, places)
            if best is not None and best.strand is not None:
                found[group[0]] = best.strand
        return found

    def _nearest(
        self,
        day: int,
        here: _Held,
        group: Sequence[int],
        rows: Sequence[Placed],
        vectors: Vectors,
        places: Mapping[str, int],
    ) -> Placed | None:
        """Return the family that passes by most what a group must be alike to it; None where none does."""
        if not rows:
            return None
        middle = stories.means(picked([(here.vectors, place) for place in group]), np.zeros(len(group), np.int64), 1)
        both = picked([(middle, 0), *((vectors, places[row.family]) for row in rows)])
        pairs = np.array([(0, place) for place in range(1, len(rows) + 1)], np.int64)
        over = [
            round(alike - stories.needed(None if UNDATED in (day, _day(row)) else day - _day(row), self.recipe), 6)
            for alike, row in zip(stories.cosines(both, pairs).tolist(), rows, strict=True)
        ]
        best = max(range(len(rows)), key=lambda place: (over[place], -(rows[place].rank or 0)))
        return rows[best] if over[best] >= 0 else None

    def _apart(self, day: int) -> set[tuple[str, str]]:
        """Return the templates that a day's families share with others they are alike to."""
        with self.corpus.reading() as connection:
            pairs = sorted(strands.templates(connection, day))
            rows = strands.placed(connection, {name for pair in pairs for name in pair})
            held = [pair for pair in pairs if pair[0] in rows and pair[1] in rows]
            return {_named(one, other) for one, other, _ in _alike(connection, held, rows, self.recipe)}

    def _read(self, first: int, last: int) -> dict[int, _Held]:
        """Return the days from `first` to `last`, those at hand as they stand now."""
        missing = [day for day in range(first, last + 1) if day not in self.held]
        if missing:
            with self.corpus.reading() as connection:
                rows = strands.of_days(connection, missing[0], missing[-1])
                between = strands.first_of(missing[0]), strands.first_of(missing[-1] + 1) - 1
                told = {part[0]: part for part in strands.parts(connection, between=between)}
            by_day: dict[int, list[Placed]] = {day: [] for day in missing}
            for row in rows:
                if _day(row) in by_day:
                    by_day[_day(row)].append(self.changed.get(row.family, row))
            for day, families in by_day.items():
                tellers = [row.teller for row in families]
                self.held[day] = _Held(families, _vectors((told[one] for one in tellers if one in told), tellers))
        return {day: self.held[day] for day in range(first, last + 1)}


def root(strand: int, merges: Merges, day: int) -> int:
    """Return the strand that one has become before a day."""
    while strand in merges and merges[strand][1] < day:
        strand = merges[strand][0]
    return strand


_EVER = UNDATED + 1


def _save(
    corpus: Corpus, recipe: Recipe, told: _Telling, before: Merges, gone: Sequence[Placed], now: datetime
) -> None:
    """Name the stories that what was told anew belongs to, and store them."""
    merges = told.merges
    other = {one for one in before.keys() | merges.keys() if before.get(one) != merges.get(one)}
    roots = {
        root(strand, way, _EVER)
        for strand in {
            *other,
            *(row.strand for row in (*told.was.values(), *told.changed.values(), *gone) if row.strand is not None),
        }
        for way in (before, merges)
    }
    inside = roots | {
        one for one in before.keys() | merges.keys() if {root(one, before, _EVER), root(one, merges, _EVER)} & roots
    }
    with corpus.reading() as connection:
        rows = {row.family: row for row in strands.of_strands(connection, inside) if row.rank is not None}
    rows |= told.changed
    groups: dict[tuple[int, str], list[str]] = defaultdict(list)
    for name, row in rows.items():
        # Without a strand a family is a story of its own.
        key = (root(row.strand, merges, _EVER), "") if row.strand is not None else (0, name)
        groups[key].append(name)
    stored = {row.family: row for row in (*rows.values(), *gone)}
    members = sorted(sorted(held) for held in groups.values())
    story_of = {name: row.story for name, row in stored.items() if row.story is not None}
    with corpus.reading() as connection:
        shown = strands.shown(connection, rows)
        taken = strands.stories_named(connection, rows).keys() - set(story_of.values())
        known = strands.stories_named(connection, set(story_of.values()))
    age = {name: shown[name].age if name in shown else ("", name) for name in rows}
    named = ids.lasting(members, story_of, age, taken)
    found = [
        Story(name, tuple(held), *_label(corpus, [rows[one] for one in held], shown))
        for name, held in zip(named.ids, members, strict=True)
    ]
    told_as = {family: story.id for story in found for family in story.families}
    placed = [replace(row, story=told_as[name]) for name, row in rows.items()]
    fresh = [story for story in found if known.get(story.id) != replace(story, families=())]
    with corpus.transaction() as connection:
        strands.save(
            connection,
            [row for row in placed if row != stored[row.family] or row.family in told.changed],
            fresh,
            known.keys() - set(named.ids),
            {one: merges[one] for one in other if one in merges},
            other,
        )
        grouping.save_aliases(corpus, connection, "story", named.aliases, now)


def _label(corpus: Corpus, held: Sequence[Placed], shown: Mapping[str, Shown]) -> tuple[str, tuple[str, ...]]:
    """Return what a story is called, the title of its most central family, and its terms."""
    called = held[0].family
    if len(held) > 2:
        tellers = [row.teller for row in held]
        with corpus.reading() as connection:
            vectors = _vectors(strands.parts(connection, filter(None, tellers)), tellers)
        called = held[stories.central(vectors)].family
    terms = stories.telling_terms([shown[row.family].named for row in held if row.family in shown], 5)
    return (shown[called].title if called in shown else ""), terms


def _vectors(parts: Iterable[tuple[int, np.ndarray, np.ndarray]], tellers: Sequence[int | None]) -> Vectors:
    """Return what each of these tellers tells, in their order; nothing, where nothing is known of one."""
    told = {teller: (keys, weights) for teller, keys, weights in parts}
    held = [told.get(teller, _SILENT) if teller is not None else _SILENT for teller in tellers]
    ends = np.cumsum([len(keys) for keys, _ in held], dtype=np.int64)
    keys = np.concatenate([_SILENT[0], *(keys for keys, _ in held)]).astype(np.uint32)
    return Vectors(ends, keys, np.concatenate([_SILENT[1], *(weights for _, weights in held)]) * np.float32(PART))


_SILENT = np.empty(0, np.uint32), np.empty(0, np.uint16)


def picked(places: Sequence[tuple[Vectors, int]]) -> Vectors:
    """Return some vectors, each given by those among which it is and its place there."""
    slices = [(held, slice(int(held.ends[place - 1]) if place else 0, int(held.ends[place]))) for held, place in places]
    return Vectors(
        np.cumsum([held.stop - held.start for _, held in slices], dtype=np.int64),
        np.concatenate([np.empty(0, np.uint32), *(vectors.keys[held] for vectors, held in slices)]),
        np.concatenate([np.empty(0, np.float32), *(vectors.weights[held] for vectors, held in slices)]),
    )


def _day(row: Placed) -> int:
    return strands.day_of(row.rank or 0)


def _sorted(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _named(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
