"""The middle of telling stories: days → strands, what of each day's families comes together with the week before.

Days are told in order, each with what is left of the week before it: the result follows from the set of families. On
a day, only what a change can reach is told again: families that came, went or tell something else, the strands of
before that they changed, and what hangs together with them, now or before, by edges (see `meeting`).
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

from dedup import meeting, placing, stories
from dedup.corpus import Corpus, edges, strands
from dedup.corpus.strands import Due, Placed
from dedup.day_index import indexed
from dedup.days import Days, Held, held
from dedup.ordering import UNDATED
from dedup.records import Recipe, Vectors

Progress = Callable[[str, int, int], None]
Merges = dict[int, tuple[int, int]]
Places = stories.Places


@dataclass(frozen=True, slots=True)
class _Items:
    """What is told of a day: strands of the week before, `old`, then its families, at places `own`.

    `recent` are the families of the week before, `home` the item that each belongs to: a strand's vector is the middle
    of its families'. `day` is what they tell, `reached` what is alike of it. `kept` are the strands that are not told,
    `edges` those of the day, by what they are called at rest.
    """

    old: list[int]
    recent: list[Placed]
    home: Places
    own: list[int]
    day: stories.Day
    reached: stories.Reached
    kept: set[int]
    edges: Places


@dataclass(frozen=True, slots=True)
class _Scene:
    """A week, its last day the one that is told, of which these families came, and these are due from afar.

    `others` are strands of the week before that may be otherwise than they were, `tied` those of families that share
    other templates. `part`: only what hangs together with what is due is there.
    """

    week: list[Held]
    came: Places
    far: Places
    others: Set[int]
    tied: Set[int]
    part: bool


@dataclass(slots=True)
class Weaving:
    """Days told again, one after the other, and what that changed: families as they stand now, merges, edges by day."""

    corpus: Corpus
    recipe: Recipe
    due: dict[int, list[Due]]
    before: Merges
    merges: Merges
    tell: Progress
    changed: dict[str, Placed] = field(default_factory=dict)
    was: dict[str, Placed] = field(default_factory=dict)
    edges: dict[int, Places | None] = field(default_factory=dict)
    days: Days = field(init=False)
    # By day, the strands that are otherwise than before from there on.
    other: dict[int, set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.days = Days(self.corpus, self.recipe)

    def all(self) -> None:
        """Tell every day on which something is due, and every day that this reaches."""
        with self.corpus.reading() as connection:
            days = strands.days(connection)
        waiting = sorted(self.due)
        heapify(waiting)
        known = set(waiting)
        done = 0
        with self.days.readers:
            while waiting:
                day = heappop(waiting)
                self.tell("telling stories", done, done + len(waiting) + 1)
                done += 1
                for coming in (day, *waiting[:1]):
                    self._ahead(coming)
                reached = self._reached(day, self._day(day), days)
                for later in sorted(reached - known):
                    heappush(waiting, later)
                known |= reached

    def edges_anew(self, day: int) -> Places:
        """Return the edges of a day, found anew: see `edges.of_day`."""
        self.days.forget(self._week_of(day))
        (here,) = self.days.read(day, day)
        week = [*self._week(day, here)[:-1], replace(here, edges=None)]
        nothing = np.empty(0, np.int64)
        return self._items(day, _Scene(week, nothing, nothing, set(), set(), part=False)).edges

    def _reached(self, day: int, changed: Sequence[Placed], days: Sequence[int]) -> set[int]:
        """Return the days that a day's change reaches; `changed` are its families that are told otherwise now."""
        with self.corpus.reading() as connection:
            far = strands.later(connection, (sign for row in changed for sign in row.signs), day)
        for row in far:
            self.due.setdefault(_day(row), []).append(Due(_day(row), row.rank, row.strand))
        reached = {_day(row) for row in far}
        if self.other[day] or any(row.moved or row.tied for row in self.due.get(day, ())):
            reached |= {later for later in days if day < later <= day + self.recipe.story_days and later != UNDATED}
        return reached

    def _day(self, day: int) -> Sequence[Placed]:
        """Tell what changes reach on a day; return its families that are told otherwise than before."""
        week = self._week_of(day)
        self.days.forget(week)
        for old in [old for old in self.due if old < week]:
            del self.due[old]
        self.other[day] = set()
        scene = self._scene(day)
        if scene is None:
            return []
        here, items = scene.week[-1], self._items(day, scene)
        bridges = stories.bridges(items.day, items.reached, self.recipe)
        apart = self._apart(_framed(here, items, bridges))
        labels = stories.together(items.day, items.reached, bridges, _places(apart, items, here), self.recipe)
        undone = self._undo(day, items.kept)
        told: dict[int, int | None] = dict.fromkeys(np.flatnonzero(~here.telling).tolist())
        told |= self._strands(day, here, items, labels, apart)
        families = [
            row._replace(strand=told.get(place, row.strand), fresh=False) if row.fresh or place in told else row
            for place, row in enumerate(here.families)
        ]
        changed = self._note(here.families, families)
        if not scene.part:
            self.days.stands(day, families, items.edges)
            self.edges[day] = items.edges if families else None
        elif changed:
            (whole,) = self.days.read(day, day)
            now = [self.changed.get(row.family, row) for row in whole.families]
            self.days.stands(day, now, whole.edges)
        self.other[day] = {
            strand for row in changed for strand in (self.was[row.family].strand, row.strand) if strand is not None
        } | {one for one in undone | self._merged(day) if self.before.get(one) != self.merges.get(one)}
        return changed

    def _ahead(self, day: int) -> None:
        """Begin to read what telling a day will ask for, as far as that is known by now."""
        week = self._week_of(day)
        if any(row.moved for row in self.due.get(day, ())) or any(self.other.get(one) for one in range(week, day)):
            self.days.ahead(week, day)

    def _scene(self, day: int) -> _Scene | None:
        """Return what has to be at hand to tell a day; None: there is nothing to tell."""
        due = self.due.get(day, ())
        others = None if any(row.moved for row in due) else self._others(day)
        if others is not None and not self._concern(day, others):
            return self._part(day, due)
        (here,) = self.days.read(day, day)
        came, far = _due(here, due)
        # Where everything came and nothing stands yet, all of the day is told, whatever the week before was.
        whole = len(came) == here.telling.sum() and not self._merged(day)
        others = set() if whole else self._others(day) if others is None else others
        return _Scene(self._week(day, here), came, far, others, self._tied(day), part=False)

    def _concern(self, day: int, others: Set[int]) -> bool:
        """Tell whether these strands, or what is due, may concern a day as stories of the week before it."""
        week = range(self._week_of(day), day)
        if not others.isdisjoint(self._merged(day)) or self._moved(day):
            return True
        told = (row for rows in (self.was, self.changed) for row in rows.values())
        if any(row.strand in others and _day(row) in week for row in told):
            return True
        with self.corpus.reading() as connection:
            return bool(strands.of_strands(connection, others, week))

    def _part(self, day: int, due: Sequence[Due]) -> _Scene | None:
        """Return what hangs together with what is due on a day, where nothing of the week before is otherwise.

        None: nothing does, and nothing is due.
        """
        tied = self._tied(day)
        if not due and not tied:
            return None
        with self.corpus.reading() as connection:
            known = edges.of_day(connection, day)
            if known is None:
                (here,) = self.days.read(day, day)
                return _Scene(self._week(day, here), *_due(here, due), set(), tied, part=False)
            asked = {row.rank for row in due if row.rank is not None}
            inside = _hanging(known, [*asked, *tied])
            if not asked and not len(inside):
                return None
            names = {*inside.ravel().tolist(), *asked}
            own = strands.of_ranks(connection, {name for name in names if strands.day_of(name) == day})
            old = {name for name in names if strands.day_of(name) != day}
            week = range(self._week_of(day), day)
            recent = strands.of_strands(connection, self._under(old), week) if old else []
        recent = [row for row in recent if row.strand is not None and root(row.strand, self.merges, day) in old]
        before, here = (self._held(rows, inside) for rows in (recent, own))
        nothing = [self._held([], inside)] * (self.recipe.story_days - 1)
        return _Scene([*nothing, before, here], *_due(here, due), set(), tied, part=True)

    def _tied(self, day: int) -> set[int]:
        """Return the strands of the week before a day of which a family shares other templates than before."""
        week = range(self._week_of(day), day)
        ends = {row.strand for one in week for row in self.due.get(one, ()) if row.tied and row.strand is not None}
        return {root(strand, way, day) for strand in ends for way in (self.before, self.merges)}

    def _held(self, rows: Sequence[Placed], known: Places) -> Held:
        rows = sorted(rows, key=lambda row: (row.rank or 0, row.family))
        vectors = strands.vectors([row.told for row in rows])
        return held(rows, indexed(vectors, strands.sites(rows), self.recipe), known)

    def _undo(self, day: int, kept: Set[int]) -> set[int]:
        """Take back what came together on a day; return it. What no change reaches, stays."""
        undone = {one for one, (_, when) in self.merges.items() if when == day and one not in kept}
        for one in undone:
            del self.merges[one]
        return undone

    def _merged(self, day: int) -> set[int]:
        return {one for one, (_, when) in self.merges.items() if when == day}

    def _note(self, before: Sequence[Placed], now: Sequence[Placed]) -> list[Placed]:
        """Keep what is otherwise than before; return the families that are told with another strand."""
        other = [(old, new) for old, new in zip(before, now, strict=True) if old != new or new.story is None]
        for old, new in other:
            self.was.setdefault(new.family, old)
            self.changed[new.family] = new
        return [new for old, new in other if old.strand != new.strand]

    def _items(self, day: int, scene: _Scene) -> _Items:
        """Return what is told of a day."""
        before, here, others = scene.week, scene.week[-1], scene.others
        homes, old = self._homes(day, before)
        first, mine = len(old), homes[-1]
        week = meeting.of_days([each.index for each in before], homes, first)
        names = np.concatenate([old, here.ranks[here.telling]])
        changed, seeds = _doubled(names), np.zeros(len(names), np.bool_)
        changed[:first] = np.isin(old, list(others))
        seeds[:first] = np.isin(old, list(others & self._merged(day) | scene.tied))
        again = np.flatnonzero(here.telling) if here.edges is None else scene.came
        changed[mine[again]] = seeds[mine[again]] = seeds[mine[scene.far]] = True
        # Where each of the day's families asks, nobody is left to be asked for.
        changed[:first] &= not changed[first:].all()
        told = meeting.around(week, _among(names, here.edges), changed, seeds, self.recipe)
        items, sizes = told.items[: told.day.first], told.day.sizes[: told.day.first]
        rows = told.rows[: sizes.sum()]
        places = zip(week.on[rows].tolist(), week.places[rows].tolist(), strict=True)
        return _Items(
            old=old[items].tolist(),
            recent=[before[on].families[place] for on, place in places],
            home=np.repeat(np.arange(len(items)), sizes),
            own=np.flatnonzero(here.telling)[told.items[len(items) :] - first].tolist(),
            day=told.day,
            reached=told.reached,
            kept=(self._merged(day) if scene.part else set(old.tolist())) - set(old[items].tolist()),
            edges=np.unique(names[told.edges], axis=0),
        )

    def _week(self, day: int, here: Held) -> list[Held]:
        """Return the days of the week before a day, and that one: as many for every week, for they are compiled for."""
        before = self.days.read(self._week_of(day), day - 1)
        nothing = held([], indexed(strands.vectors([]), np.empty(0, np.uint32), self.recipe))
        return [*[nothing] * (self.recipe.story_days - len(before)), *before, here]

    def _week_of(self, day: int) -> int:
        """Return the first day of the week before a day: what has no date has none."""
        return day if day == UNDATED else day - self.recipe.story_days

    def _homes(self, day: int, held: Sequence[Held]) -> tuple[list[Places], Places]:
        """Return, by the days of a week, of which item each family is, -1: of none; and the strands that are items."""
        ends = np.cumsum([len(each.strands) for each in held[:-1]])
        strand, home = np.unique(np.concatenate([each.strands for each in held[:-1]]), return_inverse=True)
        known = strand >= 0
        roots = np.array([root(one, self.merges, day) for one in strand[known].tolist()], np.int64)
        old, where = np.unique(roots, return_inverse=True)
        into = np.full(len(strand), -1, np.int64)
        into[known] = where
        mine = np.where(held[-1].telling, len(old) + np.cumsum(held[-1].telling) - 1, -1)
        return [*np.split(into[home], ends[:-1]), mine], old

    def _others(self, day: int) -> set[int]:
        """Return the strands of the week before a day that may be otherwise than they were."""
        if day == UNDATED:
            return set()
        ends = {row.strand for row in self._moved(day) if row.strand is not None}
        ends |= {strand for other in self.other.values() for strand in other}
        return self._under({root(strand, way, day) for strand in ends for way in (self.before, self.merges)})

    def _moved(self, day: int) -> list[Due]:
        week = range(day - self.recipe.story_days, day) if day != UNDATED else ()
        return [row for one in week for row in self.due.get(one, ()) if row.moved]

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

    def _strands(
        self, day: int, here: Held, items: _Items, labels: Places, apart: Set[tuple[str, str]]
    ) -> dict[int, int | None]:
        """Return by place the strands that those of a day's families that were told are told with."""
        first, old, own = len(items.old), items.old, items.own
        groups: dict[int, list[int]] = defaultdict(list)
        for item, label in enumerate(labels.tolist()):
            groups[label].append(item)
        fresh = [[own[item - first] for item in each] for each in groups.values() if each[0] >= first]
        far = self._far(day, here, fresh, apart)
        found: dict[int, int | None] = {}
        for each in groups.values():
            mine = [own[item - first] for item in each if item >= first]
            strand = self._strand(day, [old[item] for item in each if item < first], mine, here, far)
            found |= dict.fromkeys(mine, strand)
        return found

    def _strand(self, day: int, old: Sequence[int], mine: Sequence[int], here: Held, far: Mapping[int, int]) -> int:
        """Return the strand that some come together in: the eldest of theirs, one from afar, or a new one."""
        if old:
            self.merges.update({one: (min(old), day) for one in old if one != min(old)})
            return min(old)
        return far.get(mine[0], here.families[mine[0]].rank or 0)

    def _far(
        self, day: int, here: Held, groups: Sequence[Sequence[int]], apart: Set[tuple[str, str]]
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
            best = self._nearest(day, here, group, rows)
            if best is not None and best.strand is not None:
                found[group[0]] = best.strand
        return found

    def _nearest(self, day: int, here: Held, group: Sequence[int], rows: Sequence[Placed]) -> Placed | None:
        """Return the family that passes by most what a group must be alike to it; None where none does."""
        if not rows:
            return None
        own = [here.families[place] for place in group]
        pairs = np.array([(0, place) for place in range(1, len(rows) + 1)], np.int64)
        alike = stories.cosines(
            _beside(strands.vectors([row.told for row in own]), strands.vectors([row.told for row in rows])), pairs
        )
        sites = _beside(stories.of_sites(strands.sites(own)), stories.of_sites(strands.sites(rows)))
        alike -= stories.less(sites, pairs, self.recipe)
        over = [
            round(one - stories.needed(None if UNDATED in (day, _day(row)) else day - _day(row), self.recipe), 6)
            for one, row in zip(alike.tolist(), rows, strict=True)
        ]
        best = max(range(len(rows)), key=lambda place: (over[place], -(rows[place].rank or 0)))
        return rows[best] if over[best] >= 0 else None

    def _apart(self, families: Sequence[str]) -> set[tuple[str, str]]:
        """Return the templates that families share with earlier ones they are alike to."""
        with self.corpus.reading() as connection:
            pairs = sorted(strands.templates(connection, families))
            rows = strands.placed(connection, {name for pair in pairs for name in pair})
        held = [pair for pair in pairs if pair[0] in rows and pair[1] in rows]
        return {_named(one, other) for one, other, _ in placing.alike(held, rows, self.recipe)}


def _framed(here: Held, items: _Items, bridges: Places) -> list[str]:
    """Return the families with templates among what may come together: the day's, and those of stories bridged."""
    inside = np.isin(items.home, bridges)
    bridged = [row for row, held in zip(items.recent, inside.tolist(), strict=True) if held]
    return [row.family for row in (*(here.families[place] for place in items.own), *bridged) if row.tied]


def _places(apart: Set[tuple[str, str]], items: _Items, here: Held) -> Places:
    """Return where among the items those stand that are kept apart, a pair a row."""
    names = {name for pair in apart for name in pair}
    home = {
        row.family: item for row, item in zip(items.recent, items.home.tolist(), strict=True) if row.family in names
    }
    home |= {here.families[place].family: item for item, place in enumerate(items.own, items.day.first)}
    pairs = sorted({_sorted(home[a], home[b]) for a, b in apart if a in home and b in home and home[a] != home[b]})
    return np.array(pairs, np.int64).reshape(-1, 2)


def _due(here: Held, due: Sequence[Due]) -> tuple[Places, Places]:
    """Return which of a day's families came or tell something else, and which something far concerns."""
    came, far = ([row.rank for row in due if row.moved == moved and row.rank is not None] for moved in (True, False))
    return np.flatnonzero(here.telling & np.isin(here.ranks, came)), np.flatnonzero(
        here.telling & np.isin(here.ranks, far)
    )


def _hanging(known: Places, names: Sequence[int]) -> Places:
    """Return those of these edges that hang together with any of these names."""
    if not len(known):
        return known
    every, ends = np.unique(known, return_inverse=True)
    joined = meeting.joined_by(ends.reshape(-1, 2), len(every))[ends.reshape(-1, 2)[:, 0]]
    mine = joined[np.isin(known, names).any(axis=1)]
    return known[np.isin(joined, mine)]


def _doubled(names: Places) -> NDArray[np.bool_]:
    """Return which of these names are those of more than one item: edges cannot tell them apart."""
    _, which, counts = np.unique(names, return_inverse=True, return_counts=True)
    return counts[which] > 1


def _among(names: Places, edges: Places | None) -> Places:
    """Return edges as places among items of these names, -1 where there is none."""
    if edges is None or not len(names):
        return np.full((0 if edges is None else len(edges), 2), -1, np.int64)
    order = np.argsort(names, kind="stable")
    places = order[np.minimum(np.searchsorted(names, edges, sorter=order), len(names) - 1)]
    return np.where(names[places] == edges, places, -1)


def _beside(group: Vectors, others: Vectors) -> Vectors:
    """Return the middle of a group, then the others."""
    return stories.joined([stories.means(group, np.zeros(len(group.ends), np.int64), 1), others])


def root(strand: int, merges: Merges, day: int) -> int:
    """Return the strand that one has become before a day."""
    while strand in merges and merges[strand][1] < day:
        strand = merges[strand][0]
    return strand


def _day(row: Placed) -> int:
    return strands.day_of(row.rank or 0)


def _sorted(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _named(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)
