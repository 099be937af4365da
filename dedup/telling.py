"""The last stage of an update: families and what they tell → stories, under ids that last.

Days are told in order, each with what is left of the week before it: the result follows from the set of families. A day
is told again when it changed, or a day of the week before it did, or what lies far from it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from heapq import heapify, heappop, heappush
from itertools import combinations

import numpy as np
from sqlalchemy import Connection

from dedup import ids, stories
from dedup.corpus import Corpus, grouping, strands
from dedup.corpus.strands import UNDATED, Placed, Shown
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
        kin = strands.kin(connection, sorted(now))
        # What tells the same on the same day changes no story, unless what it shares with others may have changed.
        tied = {mine for mine, _ in kin}
        other = [row for name, row in now.items() if name in tied or not _stands(before.get(name), row)]
        moved = [*other, *(before[row.family] for row in (*other, *lost) if row.family in before)]
        due = {strands.day_of(row.rank) for row in moved if row.rank is not None}
        for day, signs in _signs_by_day(moved).items():
            due |= strands.later_days(connection, signs, day)
        theirs = strands.placed(connection, sorted({there for _, there in kin}))
        due |= {strands.day_of(row.rank) for row in theirs.values() if row.rank is not None}
        strands.settle(connection, names)
        strands.place(corpus, connection, before, [*now.values(), *lost], due)
    return True


def _standing(
    connection: Connection, before: Mapping[str, Placed], names: Sequence[str], recipe: Recipe
) -> dict[str, Placed]:
    """Return how those of these families stand now that there are."""
    ranks = strands.ranks(connection, names)
    held = sorted(ranks)
    vectors = _vectors(strands.parts(connection, held), held)
    signs = stories.signs(vectors, recipe).tolist()
    return {
        name: replace(
            before.get(name, Placed(name, None)),
            rank=ranks[name],
            fresh=True,
            telling=_hash(vectors, place),
            signs=tuple(sorted({*signs[place]} - {0})),
        )
        for place, name in enumerate(held)
    }


def _hash(vectors: Vectors, place: int) -> int:
    own = slice(int(vectors.ends[place - 1]) if place else 0, int(vectors.ends[place]))
    content = vectors.keys[own].tobytes() + vectors.weights[own].tobytes()
    return int.from_bytes(blake2b(content, digest_size=7).digest(), "big")


def _stands(before: Placed | None, now: Placed) -> bool:
    """Tell whether a family stands where it stood, and tells what it told."""
    return before is not None and (before.rank, before.telling) == (now.rank, now.telling)


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
    due: list[int]
    merges: Merges
    tell: Progress
    changed: dict[str, Placed] = field(default_factory=dict)
    was: dict[str, Placed] = field(default_factory=dict)
    held: dict[int, _Held] = field(default_factory=dict)

    def all(self) -> None:
        """Tell every day that is due, and every day that another one's change reaches."""
        with self.corpus.reading() as connection:
            days = strands.days(connection)
        waiting, touched = sorted(self.due), set(self.due)
        heapify(waiting)
        known = set(waiting)
        done = 0
        while waiting:
            day = heappop(waiting)
            self.tell("telling stories", done, done + len(waiting) + 1)
            done += 1
            reached = self._reached(day, self._day(day), day in touched, days)
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
        apart, alone = self._kept_apart(day, here)
        here.families = [replace(row, alone=row.family in alone, fresh=False) for row in here.families]
        for row, strand in self._strands(day, here, recent, apart):
            here.families[row] = replace(here.families[row], strand=strand)
        self._note(before, here.families)
        merged = {one: where for one, where in self.merges.items() if where[1] == day}
        changed = [now for old, now in zip(before, here.families, strict=True) if old != now]
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
        self, day: int, here: _Held, recent: Mapping[int, Sequence[tuple[int, int]]], apart: Iterable[tuple[str, str]]
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
        self, day: int, here: _Held, groups: Sequence[Sequence[int]], apart: Iterable[tuple[str, str]]
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
            vectors = _vectors((part for chunk in _chunks(names) for part in strands.parts(connection, chunk)), names)
        places = {name: place for place, name in enumerate(names)}
        never = set(apart)
        found: dict[int, int] = {}
        for group in groups:
            asked = sorted({r for place in group for sign in signs[place] for r in seen.get(sign, ())} & known.keys())
            rows = [self.changed.get(known[r].family, known[r]) for r in asked]
            mine = {here.families[place].family for place in group}
            rows = [
                row
                for row in rows
                if row.strand is not None
                and not row.alone
                and not any(_named(one, row.family) in never for one in mine)
            ]
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

    def _kept_apart(self, day: int, here: _Held) -> tuple[set[tuple[str, str]], set[str]]:
        """Return the templates a day's families share, and which of them are digests.

        A *digest* shares excerpts with families that do not tell of one another: it would tie them all together.
        """
        with self.corpus.reading() as connection:
            apart, excerpts = strands.tied(connection, day)
            doubtful = {family: sorted(held) for family, held in excerpts.items() if len(held) > 1}
            names = sorted({other for held in doubtful.values() for other in held})
            vectors = _vectors((part for chunk in _chunks(names) for part in strands.parts(connection, chunk)), names)
        places = {name: place for place, name in enumerate(names)}
        alone = set()
        for family, held in doubtful.items():
            pairs = np.array(list(combinations([places[other] for other in held], 2)), np.int64)
            if (stories.cosines(vectors, pairs) < self.recipe.story_cut).any():
                alone.add(family)
        return apart, alone

    def _read(self, first: int, last: int) -> dict[int, _Held]:
        """Return the days from `first` to `last`, those at hand as they stand now."""
        missing = [day for day in range(first, last + 1) if day not in self.held]
        if missing:
            with self.corpus.reading() as connection:
                rows = strands.of_days(connection, missing[0], missing[-1])
                between = strands.first_of(missing[0]), strands.first_of(missing[-1] + 1) - 1
                told: dict[str, list[tuple[str, np.ndarray, np.ndarray]]] = defaultdict(list)
                for part in strands.parts(connection, between=between):
                    told[part[0]].append(part)
            by_day: dict[int, list[Placed]] = {day: [] for day in missing}
            for row in rows:
                if _day(row) in by_day:
                    by_day[_day(row)].append(self.changed.get(row.family, row))
            for day, families in by_day.items():
                names = [row.family for row in families]
                self.held[day] = _Held(families, _vectors((p for name in names for p in told.get(name, ())), names))
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
        Story(name, tuple(held), *_label(corpus, held, shown)) for name, held in zip(named.ids, members, strict=True)
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


def _label(corpus: Corpus, held: Sequence[str], shown: Mapping[str, Shown]) -> tuple[str, tuple[str, ...]]:
    """Return what a story is called, the title of its most central family, and its terms."""
    called = held[0]
    if len(held) > 2:
        with corpus.reading() as connection:
            parts = [part for chunk in _chunks(held) for part in strands.parts(connection, chunk)]
        called = held[stories.central(_vectors(parts, held))]
    terms = stories.telling_terms([shown[name].named for name in held if name in shown], 5)
    return (shown[called].title if called in shown else ""), terms


def _vectors(parts: Iterable[tuple[str, np.ndarray, np.ndarray]], names: Sequence[str]) -> Vectors:
    """Return what each of these families tells, in their order: the vector in the middle of its texts'."""
    places = {name: place for place, name in enumerate(names)}
    held = list(parts)
    ends = np.cumsum([len(keys) for _, keys, _ in held], dtype=np.int64)
    keys = np.concatenate([np.empty(0, np.uint32), *(keys for _, keys, _ in held)]).astype(np.uint32)
    weights = np.concatenate([np.empty(0, np.uint16), *(weights for _, _, weights in held)]) * np.float32(PART)
    groups = np.array([places[name] for name, _, _ in held], np.int64)
    return stories.means(Vectors(ends, keys, weights), groups, len(names))


def picked(places: Sequence[tuple[Vectors, int]]) -> Vectors:
    """Return some vectors, each given by those among which it is and its place there."""
    slices = [(held, slice(int(held.ends[place - 1]) if place else 0, int(held.ends[place]))) for held, place in places]
    return Vectors(
        np.cumsum([held.stop - held.start for _, held in slices], dtype=np.int64),
        np.concatenate([np.empty(0, np.uint32), *(vectors.keys[held] for vectors, held in slices)]),
        np.concatenate([np.empty(0, np.float32), *(vectors.weights[held] for vectors, held in slices)]),
    )


def _chunks(names: Sequence[str], most: int = 500) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), most):
        yield names[start : start + most]


def _day(row: Placed) -> int:
    return strands.day_of(row.rank or 0)


def _sorted(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _named(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
