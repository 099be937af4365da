"""What is at hand while days are told: what is due, what changed so far, and what of days and edges a day needs.

Where families came to a day, that is the whole week. Where none did, edges tell: what hangs together with what is due,
and with strands that are otherwise, of which the edges are found anew by the weightiest terms of the day's families.
"""

from collections import defaultdict
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from dedup import meeting
from dedup.corpus import Corpus, edges, heads, strands
from dedup.corpus.heads import Heads
from dedup.corpus.strands import Due, Placed
from dedup.day_index import Places, as_stored, indexed, of_stored
from dedup.days import Days, Held, held
from dedup.ordering import UNDATED
from dedup.records import Recipe

# By strand, the one it went up in, and on which day.
Merges = dict[int, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Named:
    """A week and what its items are called at rest: the `first` are strands of before, by their names.

    `mine` tells which item each of the day's families is, -1: none.
    """

    week: meeting.Week
    names: Places
    first: int
    mine: Places


@dataclass(frozen=True, slots=True)
class Scene:
    """A week, its last day the one that is told, of which these families came, and these are due for something else.

    `others` are strands of the week before that may be otherwise than they were, `tied` those of families that share
    other templates. `edges`: only what hangs together with all of this is there, and these are the day's.
    """

    week: list[Held]
    came: Places
    due: Places
    others: Set[int]
    tied: Set[int]
    edges: Places | None = None


@dataclass(slots=True)
class Loom:
    """What is due by day, and what telling it changed: families as they stand now, merges, edges by day.

    `other` are, by day, the strands that are otherwise than before from there on. Unless it `stores`, nothing is kept.
    """

    corpus: Corpus
    recipe: Recipe
    due: dict[int, list[Due]]
    before: Merges
    stores: bool = True
    merges: Merges = field(init=False)
    changed: dict[str, Placed] = field(default_factory=dict)
    was: dict[str, Placed] = field(default_factory=dict)
    edges: dict[int, Places | None] = field(default_factory=dict)
    other: dict[int, set[int]] = field(default_factory=dict)
    days: Days = field(init=False)

    def __post_init__(self) -> None:
        self.merges = dict(self.before)
        self.days = Days(self.corpus, self.recipe)

    def come_to(self, day: int) -> None:
        """Let go of what was before the week before a day."""
        week = self.week_of(day)
        self.days.forget(week)
        for old in [old for old in self.due if old < week]:
            del self.due[old]
        self.other[day] = set()

    def ahead(self, day: int) -> None:
        """Begin to read what telling a day will ask for, as far as that is known by now."""
        if self._anything_moved(day):
            self.days.ahead(self.week_of(day), day)

    def scene(self, day: int) -> Scene | None:
        """Return what has to be at hand to tell a day; None: there is nothing to tell."""
        due = self.due.get(day, ())
        if not self._anything_moved(day):
            with self.corpus.reading() as connection:
                known = edges.of_day(connection, day)
            if known is not None:
                return self._part(day, due, known)
        (here,) = self.days.read(day, day)
        came, rest = _due(here, due)
        # Where everything came and nothing stands yet, all of the day is told, whatever the week before was.
        whole = len(came) == here.telling.sum() and not self.merged(day)
        others, tied = set() if whole else self._others(day), self._tied(day)
        if not due and not others and not tied:
            return None
        return Scene(self._week(day, here), came, rest, others, tied)

    def named(self, day: int, week: Sequence[Held]) -> Named:
        """Return a week, its last day this one, with its items."""
        ends = np.cumsum([len(each.strands) for each in week[:-1]])
        strand, home = np.unique(np.concatenate([each.strands for each in week[:-1]]), return_inverse=True)
        known = strand >= 0
        roots = np.array([root(one, self.merges, day) for one in strand[known].tolist()], np.int64)
        old, where = np.unique(roots, return_inverse=True)
        into = np.full(len(strand), -1, np.int64)
        into[known] = where
        here, first = week[-1], len(old)
        mine = np.where(here.telling, first + np.cumsum(here.telling) - 1, -1)
        found = meeting.of_days([each.index for each in week], [*np.split(into[home], ends[:-1]), mine], first)
        return Named(found, np.concatenate([old, here.ranks[here.telling]]), first, mine)

    def heads_anew(self, day: int) -> Heads:
        """Return the heads of a day as they are now."""
        (here,) = self.days.read(day, day)
        return as_stored(here.index, here.ranks)

    def merged(self, day: int) -> set[int]:
        """Return the strands that went up in others on a day, as it stands now."""
        return {one for one, (_, when) in self.merges.items() if when == day}

    def week_of(self, day: int) -> int:
        """Return the first day of the week before a day: what has no date has none."""
        return day if day == UNDATED else day - self.recipe.story_days

    def stands(self, day: int, families: list[Placed], scene: Scene, found: Places) -> list[Placed]:
        """Note how the families of a scene stand now, and the day's edges; return those told with another strand.

        `found` are the edges of what was there.
        """
        here = scene.week[-1]
        pairs = zip(here.families, families, strict=True)
        other = [(old, new) for old, new in pairs if old != new or new.story is None]
        for old, new in other:
            self.was.setdefault(new.family, old)
            self.changed[new.family] = new
        changed = [new for old, new in other if old.strand != new.strand]
        self.days.stands(day, {new.family: new for _, new in other})
        if scene.edges is not None:
            self.edges[day] = edges.in_order(scene.edges)
            return changed
        self.edges[day] = edges.in_order(found) if families else None
        # Nothing comes after what has no date, to ask for these.
        if self._anything_moved(day) and day != UNDATED:
            self._keep(day, here)
        return changed

    def _anything_moved(self, day: int) -> bool:
        return any(row.moved for row in self.due.get(day, ()))

    def _week(self, day: int, here: Held) -> list[Held]:
        """Return the days of the week before a day, and that one."""
        return self._after(*self.days.read(self.week_of(day), day - 1), here)

    def _after(self, *days: Held) -> list[Held]:
        """Return a week that ends with these: as many days for every week, for they are compiled for."""
        return [*[self._held([])] * (self.recipe.story_days + 1 - len(days)), *days]

    def _part(self, day: int, due: Sequence[Due], known: Places) -> Scene | None:
        """Return what hangs together with what is due on a day nothing came to, and with strands that are otherwise.

        `known` are the day's edges; those of these strands are found anew. None: there is nothing to tell.
        """
        others, tied = self._others(day), self._tied(day)
        stale = np.isin(known, list(others)).any(axis=1)
        found = self._edges_with(day, others)
        now = np.concatenate([known[~stale], found])
        asked = {row.rank for row in due if row.rank is not None} | (others & self.merged(day))
        # What lost its last edge hangs together with nothing, and is told for that.
        lost = known[stale].ravel().tolist()
        inside = _hanging(now, [*asked, *tied, *lost, *found.ravel().tolist()])
        names = {*inside.ravel().tolist(), *asked, *lost}
        if not names:
            return None
        with self.corpus.reading() as connection:
            own = strands.of_ranks(connection, {name for name in names if strands.day_of(name) == day})
        recent = self._told_with(day, {name for name in names if strands.day_of(name) != day})
        here = replace(self._held(own), edges=inside)
        return Scene(self._after(self._held(recent), here), *_due(here, due), others, tied, now)

    def _edges_with(self, day: int, old: Set[int]) -> Places:
        """Return the edges of a day's families with these strands of the week before."""
        rows = self._told_with(day, old)
        if not rows:
            return np.empty((0, 2), np.int64)
        before, known = self._held(rows), self._heads(day)
        alone = self.named(day, self._after(before, self._held([]))).week
        near = known.ranks[meeting.sharing(alone, of_stored(known), self.recipe)]
        with self.corpus.reading() as connection:
            here = strands.of_ranks(connection, near.tolist())
        named = self.named(day, self._after(before, self._held(here)))
        _, found = meeting.asked(named.week, np.arange(named.first), self.recipe)
        return named.names[found]

    def _heads(self, day: int) -> Heads:
        with self.corpus.reading() as connection:
            known = heads.of_day(connection, day)
        return self._keep(day, *self.days.read(day, day)) if known is None else known

    def _keep(self, day: int, here: Held) -> Heads:
        """Store the heads of a day at once: they follow from where families are placed, which is stored."""
        found = as_stored(here.index, here.ranks)
        if not self.stores:
            return found
        with self.corpus.transaction() as connection:
            heads.save(connection, day, found)
        return found

    def _told_with(self, day: int, old: Set[int]) -> list[Placed]:
        """Return the families of the week before a day that are told with these strands, as they stand now."""
        week = range(self.week_of(day), day)
        if not old or not week:
            return []
        with self.corpus.reading() as connection:
            stored = strands.of_strands(connection, self._under(old), week)
        rows = {row.family: row for row in stored}
        rows |= {name: row for name, row in self.changed.items() if row.day in week}
        strand = {name: row.strand for name, row in rows.items() if row.strand is not None}
        return [rows[name] for name, one in strand.items() if root(one, self.merges, day) in old]

    def _held(self, rows: Sequence[Placed]) -> Held:
        rows = sorted(rows, key=lambda row: (row.rank or 0, row.family))
        vectors = strands.vectors([row.told for row in rows])
        return held(rows, indexed(vectors, strands.sites(rows), self.recipe))

    def _others(self, day: int) -> set[int]:
        """Return the strands of the week before a day that may be otherwise than they were."""
        if day == UNDATED:
            return set()
        ends = {row.strand for row in self._of_week(day) if row.moved and row.strand is not None}
        ends |= {strand for other in self.other.values() for strand in other}
        # A name of the day itself is that of a family.
        return {one for one in self._under(self._roots(ends, day)) if strands.day_of(one) < day}

    def _tied(self, day: int) -> set[int]:
        """Return the strands of the week before a day of which a family shares other templates than before."""
        return self._roots({row.strand for row in self._of_week(day) if row.tied and row.strand is not None}, day)

    def _of_week(self, day: int) -> list[Due]:
        return [row for one in range(self.week_of(day), day) for row in self.due.get(one, ())]

    def _roots(self, ends: Set[int], day: int) -> set[int]:
        """Return what these strands have become before a day, before and now."""
        return {root(strand, way, day) for strand in ends for way in (self.before, self.merges)}

    def _under(self, roots: Set[int]) -> set[int]:
        """Return these strands, and all that went up in them, on whatever day, before or now."""
        below: dict[int, list[int]] = defaultdict(list)
        for way in (self.before, self.merges) if roots else ():
            for one, (into, _) in way.items():
                below[into].append(one)
        found, waiting = set(roots), list(roots)
        while waiting:
            more = set(below[waiting.pop()]) - found
            found |= more
            waiting += more
        return found


def root(strand: int, merges: Merges, day: int) -> int:
    """Return the strand that one has become before a day."""
    while strand in merges and merges[strand][1] < day:
        strand = merges[strand][0]
    return strand


def _due(here: Held, due: Sequence[Due]) -> tuple[Places, Places]:
    """Return which of a day's families came or tell something else, and which are due for something else."""
    ranks = ([row.rank for row in due if row.moved == moved and row.rank is not None] for moved in (True, False))
    came, rest = (np.flatnonzero(here.telling & np.isin(here.ranks, some)) for some in ranks)
    return came, rest


def _hanging(known: Places, names: Sequence[int]) -> Places:
    """Return those of these edges that hang together with any of these names."""
    every, ends = np.unique(known, return_inverse=True)
    ends = ends.reshape(-1, 2)
    joined: NDArray[np.int64] = meeting.joined_by(ends, len(every))[ends[:, 0]]
    return known[np.isin(joined, joined[np.isin(known, names).any(axis=1)])]
