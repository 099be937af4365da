"""What meets whom: which of many vectors are alike, found by the terms they share.

Few of all pairs are looked at: those that share enough of their weightiest terms. Of these, most are left out by a
bound on how alike they can be, which costs one look a term.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup import stories
from dedup.compiled import compiled
from dedup.records import Hashes32, Recipe, Vectors
from dedup.stories import Places, Weights, mark

# How much less than `Recipe.story_cut` a cosine may be and still be rounded to it.
_ROUNDED = 1e-6
# Families compared by one thread at a time.
_AT_ONCE = 128
# Places in a table that terms are put into by their last bits: few of a text's terms share one.
_TABLE = 1 << 15
# In a bound, weights are whole numbers of so many parts of 1.
_PARTS = 50_000.0


def around(day: stories.Day, seeds: Places, gone: Vectors, recipe: Recipe) -> stories.Reached:
    """Return what `seeds` reach, from a family of the day to another or to a story, over as many as need be.

    So does what is `gone` of the day: what it could have come together with may now be told otherwise.

    One reaches another if they are alike enough to come together: what does not reach one another never does. Of pairs,
    the second is from `first` on, and the cosine reaches the floor. Candidates share enough of their weightiest terms:
    what shares little of these reaches the floor hardly ever (the prefix filter of Bayardo, Ma and Srikant 2007, with
    a little less than everything).
    """
    vectors, count, first = stories.joined([day.vectors, gone]), len(day.sizes), day.first
    held = _postings(vectors, np.concatenate([day.heads, stories.heads(gone, recipe)]))
    packed = _packed(vectors.keys, vectors.weights)
    turns, turn = np.full(len(vectors.ends), -1, np.int32), 0
    reached = np.union1d(seeds, np.arange(count, len(vectors.ends)))
    pairs = [np.empty((0, 2), np.int64)]
    while len(reached):
        turns[reached] = turn
        # Once each of the day's families was asked for, what came before has nobody left to find.
        asking = reached if (turns[first:] < 0).any() else reached[reached >= first]
        found, bounds = _asked(vectors, held, packed, asking, turns, first, recipe)
        pairs.append(found)
        strong = _at_least(vectors, found[bounds >= recipe.story_cut - _ROUNDED], recipe.story_cut - _ROUNDED)[0]
        reached, turn = np.unique(strong[turns[strong] < 0]), turn + 1
    turns[count:] = -1
    told, both = turns >= 0, np.concatenate(pairs)
    ends, alike = _at_least(vectors, both[told[both].all(axis=1)], recipe.story_floor)
    return stories.Reached(ends, alike - stories.less(day.sites, ends, recipe), told[:count])


def _at_least(vectors: Vectors, pairs: Places, least: float) -> tuple[Places, NDArray[np.float64]]:
    """Return those of these pairs that are at least so much alike, and how much."""
    alike = stories.cosines(vectors, pairs)
    return pairs[alike >= least], alike[alike >= least]


def alike_to(vectors: Vectors, first: int, others: Vectors, least: float) -> Places:
    """Return the places from `first` on of what is at least so much alike to any of others."""
    own = _since(vectors, first)
    held = _postings(own, np.ones(len(own.keys), dtype=bool))
    given = held.terms, held.starts, held.holders, held.weights, len(own.ends), least - _ROUNDED
    parts = np.array_split(np.arange(len(others.ends)), os.cpu_count() or 1)
    with ThreadPoolExecutor(len(parts)) as threads:
        found = threads.map(lambda part: _any_alike(others.ends, others.keys, others.weights, part, *given), parts)
        return np.flatnonzero(np.logical_or.reduce(list(found))) + first


def _since(vectors: Vectors, first: int) -> Vectors:
    """Return the vectors from `first` on."""
    start = vectors.ends[first - 1] if first else 0
    return Vectors(vectors.ends[first:] - start, vectors.keys[start:], vectors.weights[start:])


@dataclass(frozen=True, slots=True)
class _Postings:
    """Some terms of vectors: `terms[t]`, sorted, stands in `holders[starts[t]:starts[t + 1]]`, with `weights`."""

    terms: Hashes32
    starts: Places
    holders: NDArray[np.int32]
    weights: Weights


def _postings(vectors: Vectors, some: NDArray[np.bool_]) -> _Postings:
    keys, holders, weights = _chosen(vectors.ends, vectors.keys, vectors.weights, some)
    places = in_order(keys)
    keys = keys[places]
    fresh = np.append(True, keys[1:] != keys[:-1])[: len(keys)]
    return _Postings(keys[fresh], np.append(np.flatnonzero(fresh), len(keys)), holders[places], weights[places])


def _asked(
    vectors: Vectors,
    held: _Postings,
    packed: Hashes32,
    asking: Places,
    turns: NDArray[np.int32],
    first: int,
    recipe: Recipe,
) -> tuple[Places, NDArray[np.float64]]:
    """Return the pairs of those asking with all that did not ask before them, and what they are alike at most."""
    given = vectors.ends, vectors.keys, vectors.weights, packed, held.terms, held.starts, held.holders, held.weights
    parts = [asking[start : start + _AT_ONCE] for start in range(0, len(asking), _AT_ONCE)]
    rules = first, recipe.story_top_terms, recipe.story_top_share, recipe.story_floor
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        found = list(threads.map(lambda part: _near(*given, part, turns, *rules), parts))
    none = np.empty((0, 2), np.int64), np.empty(0)
    pairs, bounds = zip(none, *found, strict=True)
    return np.concatenate(pairs), np.concatenate(bounds)


@compiled
def _near(
    ends: Places,
    keys: Hashes32,
    weights: Weights,
    packed: Hashes32,
    terms: Hashes32,
    starts: Places,
    holders: NDArray[np.int32],
    theirs: Weights,
    asking: Places,
    turns: NDArray[np.int32],
    first: int,
    most: int,
    least: float,
    floor: float,
) -> tuple[Places, NDArray[np.float64]]:
    """Return what `_asked` does, for some that ask in one turn: not with those of earlier turns, nor later in this."""
    totals, met = np.zeros(len(ends), np.float32), np.empty(len(ends), np.int64)
    pairs, bounds = np.empty((1024, 2), np.int64), np.empty(1024)
    table, found = np.zeros(_TABLE, np.uint32), 0
    for item in asking:
        begin, end, seen = (ends[item - 1] if item else 0), ends[item], 0
        head = np.empty(end - begin, np.bool_)
        mark(weights[begin:end], most, head)
        for place in begin + np.flatnonzero(head):
            term = np.searchsorted(terms, keys[place])
            row, stop = starts[term], starts[term + 1]
            if item < first:
                row += np.searchsorted(holders[row:stop], first)
            for near in range(row, stop):
                other = holders[near]
                if turns[other] >= 0 and (turns[other] < turns[item] or other >= item):
                    continue
                if totals[other] == 0:
                    met[seen] = other
                    seen += 1
                totals[other] += weights[place] * theirs[near]
        _lay(table, packed[begin:end], True)
        for other in met[:seen]:
            enough = totals[other] >= least
            totals[other] = 0.0
            if not enough:
                continue
            bound = _bound(table, packed[ends[other - 1] if other else 0 : ends[other]])
            if bound < floor:
                continue
            if found == len(bounds):
                pairs, bounds = _grown(pairs, bounds)
            pairs[found, 0], pairs[found, 1], bounds[found] = min(item, other), max(item, other), bound
            found += 1
        _lay(table, packed[begin:end], False)
    return pairs[:found].copy(), bounds[:found].copy()


@compiled
def _any_alike(
    ends: Places,
    keys: Hashes32,
    weights: Weights,
    asking: Places,
    terms: Hashes32,
    starts: Places,
    holders: NDArray[np.int32],
    theirs: Weights,
    count: int,
    least: float,
) -> NDArray[np.bool_]:
    """Return which of `count` vectors, whose terms and holders are given, are so much alike to any of those asking."""
    found, totals = np.zeros(count, np.bool_), np.empty(count, np.float32)
    for item in asking:
        totals[:] = 0.0
        begin, end = (ends[item - 1] if item else 0), ends[item]
        numbers = np.searchsorted(terms, keys[begin:end])
        for place in range(begin, end):
            term = numbers[place - begin]
            if term < len(terms) and terms[term] == keys[place]:
                for row in range(starts[term], starts[term + 1]):
                    totals[holders[row]] += weights[place] * theirs[row]
        for holder in range(count):
            found[holder] |= totals[holder] >= least
    return found


@compiled
def in_order(keys: Hashes32) -> Places:
    """Return the places of keys in order, the first of equals first: sorted by eleven bits after the other."""
    places, spare = np.arange(len(keys)), np.empty(len(keys), np.int64)
    for shift in (0, 11, 22):
        starts = np.zeros(2049, np.int64)
        for key in keys:
            starts[((key >> shift) & 2047) + 1] += 1
        starts = np.cumsum(starts)
        for place in places:
            part = (keys[place] >> shift) & 2047
            spare[starts[part]] = place
            starts[part] += 1
        places, spare = spare, places
    return places


@compiled
def _chosen(
    ends: Places, keys: Hashes32, weights: Weights, some: NDArray[np.bool_]
) -> tuple[Hashes32, NDArray[np.int32], Weights]:
    """Return some terms of vectors in turn, which vector each is of, and its weight."""
    count = some.sum()
    terms, holders, theirs = np.empty(count, np.uint32), np.empty(count, np.int32), np.empty(count, np.float32)
    at, start = 0, 0
    for item in range(len(ends)):
        for place in range(start, ends[item]):
            if some[place]:
                terms[at], holders[at], theirs[at] = keys[place], item, weights[place]
                at += 1
        start = ends[item]
    return terms, holders, theirs


@compiled
def _packed(keys: Hashes32, weights: Weights) -> Hashes32:
    """Return terms and weights in one number each: the place in a table, and the weight, rounded up, in parts."""
    out = np.empty(len(keys), np.uint32)
    for place in range(len(keys)):
        part = min(int(weights[place] * _PARTS) + 1, 65535)
        out[place] = np.uint32(keys[place] & (_TABLE - 1)) << 16 | np.uint32(part)
    return out


@compiled
def _lay(table: Hashes32, packed: Hashes32, there: bool) -> None:
    """Put the weights of an item's terms into a table, or take them out of it."""
    for one in packed:
        slot = one >> 16
        table[slot] = max(table[slot], one & 65535) if there else 0


@compiled
def _bound(table: Hashes32, packed: Hashes32) -> float:
    """Return what an item is alike at most to the one whose terms are in the table.

    A term that is not the other's may find the weight of one that is: that adds a little, and saves a search.
    """
    total = np.uint64(0)
    for one in packed:
        total += np.uint64(table[one >> 16]) * np.uint64(one & 65535)
    return np.float64(total) / (_PARTS * _PARTS)


@compiled
def _grown(pairs: Places, values: NDArray[np.float64]) -> tuple[Places, NDArray[np.float64]]:
    more, longer = np.empty((2 * len(values), 2), np.int64), np.empty(2 * len(values))
    more[: len(values)], longer[: len(values)] = pairs, values
    return more, longer
