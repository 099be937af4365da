"""The last stage of an update: families and what they tell → stories, under ids that last.

Days are told in order, each with what is left of the week before it: the result follows from the set of families. A day
is told again when it changed, or a day of the week before it did, or what lies far from it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from heapq import heapify, heappop, heappush

import numpy as np

from dedup import ids, placing, stories
from dedup.corpus import Corpus, grouping, strands
from dedup.corpus.strands import Placed, Shown
from dedup.ordering import UNDATED
from dedup.records import Recipe, Story, Vectors

Progress = Callable[[str, int, int], None]
Merges = dict[int, tuple[int, int]]


def tell_stories(corpus: Corpus, recipe: Recipe, now: datetime, tell: Progress) -> None:
    """Tell again what families that are due can have changed, and store it."""
    while placing.place(corpus, recipe):
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
            vectors = strands.vectors(connection, tellers)
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
            return {_named(one, other) for one, other, _ in placing.alike(connection, held, rows, self.recipe)}

    def _read(self, first: int, last: int) -> dict[int, _Held]:
        """Return the days from `first` to `last`, those at hand as they stand now."""
        missing = [day for day in range(first, last + 1) if day not in self.held]
        if missing:
            by_day: dict[int, list[Placed]] = {day: [] for day in missing}
            with self.corpus.reading() as connection:
                for row in strands.of_days(connection, missing[0], missing[-1]):
                    if _day(row) in by_day:
                        by_day[_day(row)].append(self.changed.get(row.family, row))
                for day, families in by_day.items():
                    tellers = [row.teller for row in families]
                    self.held[day] = _Held(families, strands.vectors(connection, tellers))
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
            vectors = strands.vectors(connection, tellers)
        called = held[stories.central(vectors)].family
    terms = stories.telling_terms([shown[row.family].named for row in held if row.family in shown], 5)
    return (shown[called].title if called in shown else ""), terms


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
