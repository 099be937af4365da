"""What meets whom: which stories and families of a week are alike enough to come together, found by their terms.

Few of all pairs are looked at: those that share enough of their weightiest terms. Of these, most are left out by a
bound on how alike they can be, which costs one look a term. What is told of a day is found from what changed, over
what is alike; the rest of the week is neither added up nor compared.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup import stories
from dedup.compiled import compiled
from dedup.day_index import DOOR_SHIFT, PARTS, TABLE, DayIndex, Places, Weights
from dedup.records import PART, Hashes32, Recipe, Vectors

Table = NDArray[np.uint16]

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


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a week: some of its items, sorted, and as a day; `rows` of `Week.places` are their families."""

    items: Places
    rows: Places
    day: stories.Day
    reached: stories.Reached


def week(days: Sequence[DayIndex], homes: Sequence[Places], first: int) -> Week:
    """Return these days with their items, given of which item each family is, -1: of none."""
    where = np.concatenate(homes)
    sizes = [len(each) for each in homes]
    order = np.argsort(where, kind="stable")
    order = order[np.searchsorted(where[order], 0) :]
    count = int(where[order[-1]]) + 1 if len(order) else 0
    starts = np.searchsorted(where[order], np.arange(max(count, first) + 1))
    on = np.repeat(np.arange(len(sizes)), sizes)[order]
    before = np.cumsum([0, *sizes])[:-1]
    return Week(tuple(days), tuple(homes), first, starts, on, order - before[on])


def around(week: Week, seeds: Places, gone: DayIndex, recipe: Recipe) -> Told:
    """Return what `seeds` reach, from a family of the day to another or to a story, over as many as need be.

    So does what is `gone` of the day: what it could have come together with may now be told otherwise.

    One reaches another if they are alike enough to come together: what does not reach one another never does. Of pairs,
    the second is from `first` on, and the cosine reaches the floor. Candidates share enough of their weightiest terms,
    families of stories on average: what shares little of these reaches the floor hardly ever (the prefix filter of
    Bayardo, Ma and Srikant 2007, with a little less than everything).
    """
    every = _and_gone(week, gone)
    terms = every.packed()
    count, first = len(week.starts) - 1, week.first
    done = np.zeros(len(every.starts) - 1, np.bool_)
    reached = np.union1d(seeds, np.arange(count, len(done)))
    pairs = [np.empty((0, 2), np.int64)]
    while len(reached):
        # Once each of the day's families was asked for, what came before has nobody left to find.
        asking = reached[reached >= first] if done[first:].all() else reached
        found, bounds = _asked(every, terms, asking, done, recipe)
        done[reached] = True
        pairs.append(found)
        strong = found[bounds >= recipe.story_cut - _ROUNDED]
        strong = strong[_alike(every, strong) >= recipe.story_cut - _ROUNDED]
        reached = np.unique(strong[~done[strong]])
    told, both = done[:count], np.concatenate(pairs)
    both = both[(both < count).all(axis=1)]
    items, number = np.flatnonzero(told), np.cumsum(told) - 1
    rows, day = _as_day(week, items)
    return Told(items, rows, day, _at_least(day, number[both[told[both].all(axis=1)]], recipe))


def met(day: DayIndex, others: DayIndex, groups: Places, recipe: Recipe) -> Places:
    """Return which families of a day could come together with any group of others, and some that could not.

    `groups` tells of which group each of the others is.
    """
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1, append=-1))
    parts = np.array_split(np.arange(len(starts) - 1), os.cpu_count() or 1)
    with ThreadPoolExecutor(len(parts)) as threads:
        rules = recipe.story_top_share, recipe.story_cut - _ROUNDED
        found = threads.map(lambda part: _met(day, others, starts, order, part, *rules), parts)
        return np.flatnonzero(np.logical_or.reduce(list(found)))


def _and_gone(week: Week, gone: DayIndex) -> Week:
    """Return a week with a further day of which each family is an item that nothing finds."""
    more = len(gone.ends)
    return Week(
        (*week.days, gone),
        (*week.homes, np.full(more, -1, np.int64)),
        week.first,
        np.concatenate([week.starts, week.starts[-1] + np.arange(1, more + 1)]),
        np.concatenate([week.on, np.full(more, len(week.days))]),
        np.concatenate([week.places, np.arange(more)]),
    )


def _as_day(week: Week, items: Places) -> tuple[Places, stories.Day]:
    """Return which rows of `week.places` are the families of some items, and what these tell."""
    sizes = np.diff(week.starts)[items]
    rows = np.repeat(week.starts[items] - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    groups = np.repeat(np.arange(len(items)), sizes)
    ends, keys, weights, sites = _gathered(week.days, week.on[rows], week.places[rows])
    first = int(np.searchsorted(items, week.first))
    return rows, stories.day(Vectors(ends, keys, weights), stories.of_sites(sites), groups, first)


def _at_least(day: stories.Day, pairs: Places, recipe: Recipe) -> stories.Reached:
    """Return those of these pairs that reach the floor, and how alike they count."""
    alike = stories.cosines(day.vectors, pairs)
    pairs, alike = pairs[alike >= recipe.story_floor], alike[alike >= recipe.story_floor]
    return stories.Reached(pairs, alike - stories.less(day.sites, pairs, recipe))


def _asked(
    every: Week, terms: tuple[Hashes32, Places, Places], asking: Places, done: NDArray[np.bool_], recipe: Recipe
) -> tuple[Places, NDArray[np.float64]]:
    """Return the pairs of those asking with all that are not done, and what they are alike at most."""
    parts = [asking[start : start + _AT_ONCE] for start in range(0, len(asking), _AT_ONCE)]
    homes = tuple(np.where((home >= 0) & ~done[home], home, -1).astype(np.int32) for home in every.homes)
    asks = np.zeros(len(done), np.bool_)
    asks[asking] = True
    given = every.days, homes, every.starts, every.on, every.places, *terms
    rules = every.first, recipe.story_top_share, recipe.story_floor - _ROUNDED
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        found = list(threads.map(lambda part: _near(*given, part, asks, *rules), parts))
    none = np.empty((0, 2), np.int64), np.empty(0)
    pairs, bounds = zip(none, *found, strict=True)
    return np.concatenate(pairs), np.concatenate(bounds)


def _alike(every: Week, pairs: Places) -> NDArray[np.float64]:
    """Return how alike the items of each pair are."""
    given = every.days, every.starts, every.on, every.places
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
    asks: NDArray[np.bool_],
    first: int,
    least: float,
    floor: float,
) -> tuple[Places, NDArray[np.float64]]:
    """Return what `_asked` does, for some of those that ask; of a pair of these, the later one finds the other."""
    last, count = len(days) - 2, len(starts) - 1
    totals, near = np.zeros(count, np.int64), np.empty(count, np.int64)
    pairs, bounds, found = np.empty((1024, 2), np.int64), np.empty(1024), 0
    table = np.zeros(TABLE, np.uint16)
    for item in asking:
        mine, seen = starts[item + 1] - starts[item], 0
        for row in range(starts[item], starts[item + 1]):
            # A story of before meets the day's families only.
            for there in range(last if item < first else 0, last + 1):
                seen = _share(days[on[row]], places[row], days[there], homes[there], totals, near, seen)
        for row in range(starts[item], starts[item + 1]):
            _lay(table, packed[begins[row] : ends[row]], mine)
        for other in near[:seen]:
            theirs = starts[other + 1] - starts[other]
            enough = totals[other] * PART * PART >= least * mine * theirs
            totals[other] = 0
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
        for row in range(starts[item], starts[item + 1]):
            _lay(table, packed[begins[row] : ends[row]], 0)
    return pairs[:found].copy(), bounds[:found].copy()


@compiled
def _met(
    day: DayIndex, others: DayIndex, starts: Places, order: Places, groups: Places, least: float, cut: float
) -> NDArray[np.bool_]:
    """Return which families of a day share terms with some of a group, and are alike to some of it, for any group."""
    count = len(day.ends)
    found, homes = np.zeros(count, np.bool_), np.arange(count).astype(np.int32)
    totals, near, could = np.zeros(count, np.int64), np.empty(count, np.int64), np.zeros(count, np.bool_)
    some, table = np.empty(count, np.int64), np.zeros(TABLE, np.uint16)
    for group in groups:
        waiting = 0
        for one in order[starts[group] : starts[group + 1]]:
            seen = _share(others, one, day, homes, totals, near, 0)
            for place in near[:seen]:
                if totals[place] * PART * PART >= least and not could[place] and not found[place]:
                    could[place], some[waiting], waiting = True, place, waiting + 1
                totals[place] = 0
        for one in order[starts[group] : starts[group + 1]]:
            told = others.packed[others.ends[one - 1] if one else 0 : others.ends[one]]
            _lay(table, told, 1)
            for place in some[:waiting]:
                own = day.packed[day.ends[place - 1] if place else 0 : day.ends[place]]
                found[place] = found[place] or _bound(table, own) >= cut
            _lay(table, told, 0)
        could[some[:waiting]] = False
    return found


@compiled
def _share(
    here: DayIndex,
    text: int,
    there: DayIndex,
    homes: NDArray[np.int32],
    totals: Places,
    near: Places,
    seen: int,
) -> int:
    """Add to `totals` what items there have in common with a text in their weightiest terms, in parts of parts.

    The items met are put into `near`, of which `seen` are filled. Returns how many are then.
    """
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
            other = homes[there.holders[row]]
            if other < 0:
                continue
            if totals[other] == 0:
                near[seen] = other
                seen += 1
            totals[other] += part * np.int64(there.parts[row])
    return seen


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
