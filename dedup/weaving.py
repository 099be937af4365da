"""The middle of telling stories: days → strands, what of each day's families comes together with the week before.

Days are told in order, each with what is left of the week before it: the result follows from the set of families. On
a day, only what a change can reach is told again: families that came, went or tell something else, the strands of
before that they changed, and what hangs together with them, now or before, by edges (see `meeting`).
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

from dedup import meeting, placing, stories
from dedup.arrays import Vectors
from dedup.corpus import strands, ties
from dedup.corpus.strands import Due, Placed
from dedup.days import Held
from dedup.loom import Loom, Scene
from dedup.ordering import UNDATED, in_order

Progress = Callable[[str, int, int], None]
Places = stories.Places


@dataclass(frozen=True, slots=True)
class _Items:
    """What is told of a day: strands of the week before, `old`, then its families, at places `own`.

    `recent` are the families of the week before, `home` the item that each belongs to: a strand's vector is the middle
    of its families'. `day` is what they tell, `reached` what is alike of it. `kept` are the strands that are not told,
    `edges` those of all items of the scene, by what they are called at rest.
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
class Weaving:
    """Days told again, one after the other: what that changes is left on the loom."""

    loom: Loom
    tell: Progress

    def all(self) -> None:
        """Tell every day on which something is due, and every day that this reaches."""
        loom = self.loom
        with loom.corpus.reading() as connection:
            days = strands.days(connection)
        waiting = sorted(loom.due)
        heapify(waiting)
        known = set(waiting)
        done = 0
        with loom.days.readers:
            while waiting:
                day = heappop(waiting)
                self.tell("telling stories", done, done + len(waiting) + 1)
                done += 1
                loom.come_to(day)
                for coming in (day, *waiting[:1]):
                    loom.ahead(coming)
                reached = self._reached(day, self._day(day), days)
                for later in sorted(reached - known):
                    heappush(waiting, later)
                known |= reached

    def again(self, day: int) -> Sequence[Placed]:
        """Tell a day as if all of its families came to it now; return those that are told otherwise than before."""
        with self.loom.corpus.reading() as connection:
            rows = strands.of_days(connection, day, day)
        self.loom.due[day] = [Due(day, row.rank, row.strand, moved=True) for row in rows]
        self.loom.come_to(day)
        return self._day(day)

    def _reached(self, day: int, changed: Sequence[Placed], days: Sequence[int]) -> set[int]:
        """Return the days that a day's change reaches; `changed` are its families that are told otherwise now."""
        loom = self.loom
        with loom.corpus.reading() as connection:
            far = strands.later(connection, (sign for row in changed for sign in row.signs), day)
        for row in far:
            loom.due.setdefault(row.day, []).append(Due(row.day, row.rank, row.strand))
        reached = {row.day for row in far}
        if loom.other[day] or any(row.moved or row.tied for row in loom.due.get(day, ())):
            reached |= {later for later in days if day < later <= day + loom.recipe.story_days and later != UNDATED}
        return reached

    def _day(self, day: int) -> Sequence[Placed]:
        """Tell what changes reach on a day; return its families that are told otherwise than before."""
        loom, scene = self.loom, self.loom.scene(day)
        if scene is None:
            return []
        here, items = scene.week[-1], self._items(day, scene)
        bridges = stories.bridges(items.day, items.reached, loom.recipe)
        apart = self._apart(_framed(here, items, bridges))
        labels = stories.together(items.day, items.reached, bridges, _places(apart, items, here), loom.recipe)
        undone = self._undo(day, items.kept)
        told: dict[int, int | None] = dict.fromkeys(np.flatnonzero(~here.telling).tolist())
        told |= self._strands(day, here, items, labels, apart)
        families = [
            row._replace(strand=told.get(place, row.strand), fresh=False) if row.fresh or place in told else row
            for place, row in enumerate(here.families)
        ]
        changed = loom.stands(day, families, scene, items.edges)
        loom.other[day] = {
            strand for row in changed for strand in (loom.was[row.family].strand, row.strand) if strand is not None
        } | {one for one in undone | loom.merged(day) if loom.before.get(one) != loom.merges.get(one)}
        return changed

    def _undo(self, day: int, kept: Set[int]) -> set[int]:
        """Take back what came together on a day; return it. What no change reaches, stays."""
        undone = self.loom.merged(day) - kept
        for one in undone:
            del self.loom.merges[one]
        return undone

    def _items(self, day: int, scene: Scene) -> _Items:
        """Return what is told of a day."""
        loom, here, merged = self.loom, scene.week[-1], self.loom.merged(day)
        named = loom.named(day, scene.week)
        names, first, mine, part = named.names, named.first, named.mine, scene.edges is not None
        old, again = names[:first], np.flatnonzero(here.telling) if here.edges is None else scene.came
        # Of a part, everything was found to hang together with a change, and its edges are those of now.
        changed, seeds = _doubled(names), np.full(len(names), part)
        changed[:first] |= np.isin(old, list(scene.others)) & (not part)
        seeds[:first] |= np.isin(old, list(scene.others & merged | scene.tied))
        changed[mine[again]] = seeds[mine[again]] = seeds[mine[scene.due]] = True
        # Where each of the day's families asks, nobody is left to be asked for.
        changed[:first] &= not changed[first:].all()
        told = meeting.around(named.week, _as_items(here.edges, names), changed, seeds, loom.recipe)
        items, sizes = told.items[: told.day.first], told.day.sizes[: told.day.first]
        rows = told.rows[: sizes.sum()]
        places = zip(named.week.on[rows].tolist(), named.week.places[rows].tolist(), strict=True)
        return _Items(
            old=old[items].tolist(),
            recent=[scene.week[on].families[place] for on, place in places],
            home=np.repeat(np.arange(len(items)), sizes),
            own=np.flatnonzero(here.telling)[told.items[len(items) :] - first].tolist(),
            day=told.day,
            reached=told.reached,
            kept=(merged - scene.others if part else set(old.tolist())) - set(old[items].tolist()),
            edges=names[told.edges],
        )

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
            self.loom.merges.update({one: (min(old), day) for one in old if one != min(old)})
            return min(old)
        return far.get(mine[0], here.families[mine[0]].rank or 0)

    def _far(
        self, day: int, here: Held, groups: Sequence[Sequence[int]], apart: Set[tuple[str, str]]
    ) -> dict[int, int]:
        """Return, by the first place of each group, the strand from afar that it goes on with, if any."""
        recipe = self.loom.recipe
        last = day if day == UNDATED else day - recipe.story_days
        signs = {place: here.families[place].signs for group in groups for place in group}
        with self.loom.corpus.reading() as connection:
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
                if r in known and in_order(here.families[place].family, known[r].family) not in apart
            }
            rows = [self.loom.changed.get(known[r].family, known[r]) for r in sorted(asked)]
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
        alike -= stories.less(sites, pairs, self.loom.recipe)
        over = [
            round(one - stories.needed(None if UNDATED in (day, row.day) else day - row.day, self.loom.recipe), 6)
            for one, row in zip(alike.tolist(), rows, strict=True)
        ]
        best = max(range(len(rows)), key=lambda place: (over[place], -(rows[place].rank or 0)))
        return rows[best] if over[best] >= 0 else None

    def _apart(self, families: Sequence[str]) -> set[tuple[str, str]]:
        """Return the templates that families share with earlier ones they are alike to."""
        with self.loom.corpus.reading() as connection:
            pairs = sorted(ties.templates(connection, families))
            rows = strands.placed(connection, {name for pair in pairs for name in pair})
        held = [pair for pair in pairs if pair[0] in rows and pair[1] in rows]
        return {in_order(one, other) for one, other, _ in placing.alike(held, rows, self.loom.recipe)}


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
    pairs = sorted({in_order(home[a], home[b]) for a, b in apart if a in home and b in home and home[a] != home[b]})
    return np.array(pairs, np.int64).reshape(-1, 2)


def _doubled(names: Places) -> NDArray[np.bool_]:
    """Return which of these names are those of more than one item: edges cannot tell them apart."""
    _, which, counts = np.unique(names, return_inverse=True, return_counts=True)
    return counts[which] > 1


def _as_items(edges: Places | None, names: Places) -> Places:
    """Return edges as places among items of these names, -1 where there is none; no edges where none are known."""
    if edges is None or not len(names):
        return np.full((0 if edges is None else len(edges), 2), -1, np.int64)
    order = np.argsort(names, kind="stable")
    places = order[np.minimum(np.searchsorted(names, edges, sorter=order), len(names) - 1)]
    return np.where(names[places] == edges, places, -1)


def _beside(group: Vectors, others: Vectors) -> Vectors:
    """Return the middle of a group, then the others."""
    return stories.joined([stories.means(group, np.zeros(len(group.ends), np.int64), 1), others])
