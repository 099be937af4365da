"""What meets whom: which stories and families of a week are alike enough to come together, found by their terms.

Few of all pairs are looked at: those that share enough of their weightiest terms. Of these, most are left out by a
bound on how alike they can be, which costs one look a term. An edge is a pair alike enough to come together; edges are
kept, so that only what changed asks for its own. What is told of a day is found from what changed, over edges; the rest
of the week is neither added up nor compared.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup import stories
from dedup.arrays import PART, Hashes32, Vectors
from dedup.compiled import compiled
from dedup.day_index import DOOR_SHIFT, PARTS, TABLE, DayIndex, Places, Weights, indexed
from dedup.records import Recipe

Table = NDArray[np.uint16]
Mask = NDArray[np.bool_]

# How much less than what is asked for a cosine may be and still be rounded to it.
_ROUNDED = 1e-6
# Items compared by one thread at a time.
_AT_ONCE = 128


@dataclass(frozen=True, slots=True)
class Week:
    """Some days, the last of them the one that is told, and the items of which what they tell comes together.

    Items are the stories of before and, from `first` on, families of the last day, one each. Item i has the families
    at `places[starts[i]:starts[i + 1]]` of the days `on[…]`; `homes` tells by day of which item each family is, -1: of
    none.
    """

    days: tuple[DayIndex, ...]
    homes: tuple[Places, ...]
    first: int
    starts: Places
    on: Places
    places: Places

    def packed(self) -> tuple[Hashes32, Places, Places]:
        """Return what all families tell, packed, and where what those of `places` tell begins and ends."""
        packed = np.concatenate([day.packed for day in self.days])
        sizes = np.cumsum([0, *(len(day.packed) for day in self.days)])
        ends = np.concatenate([day.ends + before for day, before in zip(self.days, sizes, strict=False)])
        rows = self.places + np.cumsum([0, *(len(day.ends) for day in self.days)])[self.on]
        return packed, np.append(0, ends)[rows], ends[rows]

    def rows(self, items: Places) -> tuple[Places, Places]:
        """Return which rows of `places` are the families of some items, and of each which of these it is of."""
        sizes = np.diff(self.starts)[items]
        rows = np.repeat(self.starts[items] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
        return rows, np.repeat(np.arange(len(items)), sizes)


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a week: some of its items, sorted, and as a day; `rows` of `Week.places` are their families.

    `edges` are those of all items.
    """

    items: Places
    rows: Places
    day: stories.Day
    reached: stories.Reached
    edges: Places


def of_days(days: Sequence[DayIndex], homes: Sequence[Places], first: int) -> Week:
    """Return the week of these days, given of which item each family is, -1: of none."""
    where = np.concatenate(homes)
    sizes = [len(each) for each in homes]
    order = np.argsort(where, kind="stable")
    order = order[np.searchsorted(where[order], 0) :]
    count = int(where[order[-1]]) + 1 if len(order) else 0
    starts = np.searchsorted(where[order], np.arange(max(count, first) + 1))
    on = np.repeat(np.arange(len(sizes)), sizes)[order]
    before = np.cumsum([0, *sizes])[:-1]
    return Week(tuple(days), tuple(homes), first, starts, on, order - before[on])


def around(week: Week, before: Places, changed: Mask, seeds: Mask, recipe: Recipe) -> Told:
    """Return what `seeds` reach, over as many edges as need be, and what is `changed`, if it has or had an edge.

    `before` are the edges as they were: pairs of items, the second a family of the day, -1 for one that is no more. Of
    those that nothing changed has, each stands; the rest are found anew.
    """
    stands = (before[:, 0] >= 0) & (before[:, 1] >= 0)
    stands[stands] = ~changed[before[stands]].any(axis=1)
    pairs, found = asked(week, np.flatnonzero(changed), recipe)
    edges = np.concatenate([before[stands], found])
    ends = np.concatenate([before[~stands].ravel(), found.ravel()])
    seeds = seeds.copy()
    seeds[ends[ends >= 0]] = True
    joined = joined_by(edges, len(seeds))
    told = np.isin(joined, np.unique(joined[seeds]))
    items, number = np.flatnonzero(told), np.cumsum(told) - 1
    # What did not change asks only those of its kind that are told as well.
    rest = np.flatnonzero(told & ~changed)
    both = np.concatenate([pairs[told[pairs].all(axis=1)], rest[_among(week, rest, recipe)]])
    rows, day = _as_day(week, items)
    return Told(items, rows, day, _at_least(day, number[both], recipe), edges)


def asked(week: Week, asking: Places, recipe: Recipe) -> tuple[Places, Places]:
    """Return the pairs of those asking with any that may reach the floor, and those of them that are edges.

    Of a pair, the second is a family of the day. Candidates share enough of their weightiest terms, families of stories
    on average: what shares little of these reaches the floor hardly ever (the prefix filter of Bayardo, Ma and Srikant
    2007, with a little less than everything).
    """
    pairs, bounds = _candidates(week, asking, recipe)
    strong = pairs[bounds >= recipe.story_cut - _ROUNDED]
    return pairs, strong[_alike(week, strong) >= recipe.story_cut - _ROUNDED]


def sharing(week: Week, there: DayIndex, recipe: Recipe) -> Mask:
    """Return which families of a day share enough of their weightiest terms with a story of before to be candidates."""
    return _sharing(week.days, week.starts, week.on, week.places, week.first, there, recipe.story_top_share)


def _as_day(week: Week, items: Places) -> tuple[Places, stories.Day]:
    """Return which rows of `week.places` are the families of some items, and what these tell."""
    rows, groups = week.rows(items)
    ends, keys, weights, sites = _gathered(week.days, week.on[rows], week.places[rows])
    first = int(np.searchsorted(items, week.first))
    return rows, stories.day(Vectors(ends, keys, weights), stories.of_sites(sites), groups, first)


def _among(week: Week, items: Places, recipe: Recipe) -> Places:
    """Return the pairs of some items, by their places among these, that may reach the floor."""
    first = int(np.searchsorted(items, week.first))
    days, homes = [], []
    for some, before in ((items[:0], 0),) * (len(week.days) - 2) + ((items[:first], 0), (items[first:], first)):
        rows, groups = week.rows(some)
        ends, keys, weights, sites = _gathered(week.days, week.on[rows], week.places[rows])
        days.append(indexed(Vectors(ends, keys, weights), sites, recipe))
        homes.append(groups + before)
    return _candidates(of_days(days, homes, first), np.arange(len(items)), recipe)[0]


def _at_least(day: stories.Day, pairs: Places, recipe: Recipe) -> stories.Reached:
    """Return those of these pairs that reach the floor, and how alike they count."""
    alike = stories.cosines(day.vectors, pairs)
    pairs, alike = pairs[alike >= recipe.story_floor], alike[alike >= recipe.story_floor]
    return stories.Reached(pairs, alike - stories.less(day.sites, pairs, recipe))


def _candidates(week: Week, asking: Places, recipe: Recipe) -> tuple[Places, NDArray[np.float64]]:
    """Return the pairs of those asking with any that may reach the floor, and what they are alike at most."""
    count = len(week.starts) - 1
    parts = [asking[start : start + _AT_ONCE] for start in range(0, len(asking), _AT_ONCE)]
    # What is no item counts for one more, behind all others.
    homes = tuple(np.where(home >= 0, home, count).astype(np.int32) for home in week.homes)
    asks = np.zeros(count, np.bool_)
    asks[asking] = True
    given = week.days, homes, week.starts, week.on, week.places, *week.packed()
    rules = week.first, recipe.story_top_share, recipe.story_floor - _ROUNDED
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        found = list(threads.map(lambda part: _near(*given, part, asks, *rules), parts))
    none = np.empty((0, 2), np.int64), np.empty(0)
    pairs, bounds = zip(none, *found, strict=True)
    return np.concatenate(pairs), np.concatenate(bounds)


def _alike(week: Week, pairs: Places) -> NDArray[np.float64]:
    """Return how alike the items of each pair are."""
    given = week.days, week.starts, week.on, week.places
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        parts = np.array_split(pairs, os.cpu_count() or 1)
        return np.concatenate(list(threads.map(lambda part: _cosines(*given, part), parts)))


@compiled
def _near(
    days: tuple[DayIndex, ...],
    homes: tuple[NDArray[np.int32], ...],
    starts: Places,
    on: Places,
    places: Places,
    packed: Hashes32,
    begins: Places,
    ends: Places,
    asking: Places,
    asks: Mask,
    first: int,
    least: float,
    floor: float,
) -> tuple[Places, NDArray[np.float64]]:
    """Return what `_candidates` does, for some of those that ask; of a pair of these, the later one finds the other."""
    last, count = len(days) - 1, len(starts) - 1
    totals, near = np.zeros(count + 1, np.int64), np.empty(count, np.int64)
    pairs, bounds, found = np.empty((1024, 2), np.int64), np.empty(1024), 0
    table = np.zeros(TABLE, np.uint16)
    for item in asking:
        mine = starts[item + 1] - starts[item]
        # A story of before meets the day's families only.
        earliest, since = (last, first) if item < first else (0, 0)
        for row in range(starts[item], starts[item + 1]):
            for there in range(earliest, last + 1):
                _share(days[on[row]], places[row], days[there], homes[there], totals)
            _lay(table, packed[begins[row] : ends[row]], mine)
        for other in near[: _over(totals, since, least * mine, near)]:
            theirs = starts[other + 1] - starts[other]
            enough = totals[other] * PART * PART >= least * mine * theirs
            if not enough or (asks[other] and other >= item):
                continue
            bound = 0.0
            for row in range(starts[other], starts[other + 1]):
                bound += _bound(table, packed[begins[row] : ends[row]])
            bound /= theirs
            if bound < floor:
                continue
            if found == len(bounds):
                pairs, bounds = _grown(pairs, bounds)
            pairs[found, 0], pairs[found, 1], bounds[found] = min(item, other), max(item, other), bound
            found += 1
        totals[since:] = 0
        for row in range(starts[item], starts[item + 1]):
            _lay(table, packed[begins[row] : ends[row]], 0)
    return pairs[:found].copy(), bounds[:found].copy()


@compiled
def _share(here: DayIndex, text: int, there: DayIndex, homes: NDArray[np.int32], totals: Places) -> None:
    """Add to `totals` what each item there has in common with a text in their weightiest terms, in parts of parts."""
    for place in range(here.ends[text - 1] if text else 0, here.ends[text]):
        if not here.heads[place]:
            continue
        key = here.keys[place]
        term, stop = there.doors[key >> DOOR_SHIFT], there.doors[(key >> DOOR_SHIFT) + 1]
        while term < stop and there.terms[term] < key:
            term += 1
        if term == stop or there.terms[term] != key:
            continue
        part = int(here.weights[place] / PART + 0.5)
        for row in range(there.starts[term], there.starts[term + 1]):
            totals[homes[there.holders[row]]] += part * np.int64(there.parts[row])


@compiled
def _sharing(
    days: tuple[DayIndex, ...],
    starts: Places,
    on: Places,
    places: Places,
    first: int,
    there: DayIndex,
    least: float,
) -> Mask:
    count = len(there.ends)
    homes, totals, out = np.arange(count).astype(np.int32), np.zeros(count, np.int64), np.zeros(count, np.bool_)
    for item in range(first):
        for row in range(starts[item], starts[item + 1]):
            _share(days[on[row]], places[row], there, homes, totals)
        for other in range(count):
            out[other] |= totals[other] * PART * PART >= least * (starts[item + 1] - starts[item])
            totals[other] = 0
    return out


@compiled
def _over(totals: Places, since: int, least: float, near: Places) -> int:
    """Put the items from `since` on that have so much in common, or nearly, into `near`; return how many there are."""
    found, needed = 0, int(least / (PART * PART))
    for item in range(since, len(near)):
        near[found] = item
        found += totals[item] >= needed
    return found


@compiled
def joined_by(edges: Places, count: int) -> Places:
    """Return the first of those that hang together with each of so many items by edges."""
    home = np.arange(count)
    for row in range(len(edges)):
        one, other = edges[row, 0], edges[row, 1]
        while home[one] != one:
            home[one] = home[home[one]]
            one = home[one]
        while home[other] != other:
            home[other] = home[home[other]]
            other = home[other]
        home[max(one, other)] = min(one, other)
    for item in range(count):
        home[item] = home[home[item]]
    return home


@compiled
def _lay(table: Table, packed: Hashes32, among: int) -> None:
    """Add the weights of a text's terms to a table, each divided by so many; by 0: empty their places."""
    for one in packed:
        slot = one >> 16
        table[slot] = min(table[slot] + ((one & 65535) + among - 1) // among, 65535) if among else 0


@compiled
def _bound(table: Table, packed: Hashes32) -> float:
    """Return what a text is alike at most to what lies in the table.

    A term that is not the other's may find the weight of one that is: that adds a little, and saves a search.
    """
    total = np.uint64(0)
    for one in packed:
        total += np.uint64(table[one >> 16]) * np.uint64(one & 65535)
    return np.float64(total) / (PARTS * PARTS)


@compiled
def _cosines(
    days: tuple[DayIndex, ...], starts: Places, on: Places, places: Places, pairs: Places
) -> NDArray[np.float64]:
    out = np.empty(len(pairs))
    for row in range(len(pairs)):
        one, other = pairs[row, 0], pairs[row, 1]
        total = 0.0
        for mine in range(starts[one], starts[one + 1]):
            a, i = days[on[mine]], places[mine]
            begin, end = (a.ends[i - 1] if i else 0), a.ends[i]
            for theirs in range(starts[other], starts[other + 1]):
                b, j = days[on[theirs]], places[theirs]
                start, stop = (b.ends[j - 1] if j else 0), b.ends[j]
                total += stories.dot(a.keys[begin:end], a.weights[begin:end], b.keys[start:stop], b.weights[start:stop])
        out[row] = total / ((starts[one + 1] - starts[one]) * (starts[other + 1] - starts[other]))
    return out


@compiled
def _gathered(days: tuple[DayIndex, ...], on: Places, places: Places) -> tuple[Places, Hashes32, Weights, Hashes32]:
    """Return what some families tell, one after the other: ends, terms, weights, and their sites."""
    ends, sites = np.empty(len(on), np.int64), np.empty(len(on), np.uint32)
    size = 0
    for row in range(len(on)):
        day, text = days[on[row]], places[row]
        size += day.ends[text] - (day.ends[text - 1] if text else 0)
        ends[row], sites[row] = size, day.sites[text]
    keys, weights, at = np.empty(size, np.uint32), np.empty(size, np.float32), 0
    for row in range(len(on)):
        day, text = days[on[row]], places[row]
        start, stop = (day.ends[text - 1] if text else 0), day.ends[text]
        keys[at : ends[row]], weights[at : ends[row]] = day.keys[start:stop], day.weights[start:stop]
        at = ends[row]
    return ends, keys, weights, sites


@compiled
def _grown(pairs: Places, values: NDArray[np.float64]) -> tuple[Places, NDArray[np.float64]]:
    more, longer = np.empty((2 * len(values), 2), np.int64), np.empty(2 * len(values))
    more[: len(values)], longer[: len(values)] = pairs, values
    return more, longer
