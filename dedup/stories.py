"""Families → stories: what they tell compared by salient words, day after day, by average linkage.

The families of a day are clustered together with the stories of the days before it. Similarities are whole numbers of
millionths, so that sums do not depend on the order of adding.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from dedup import linkage
from dedup.arrays import Hashes32, Vectors
from dedup.compiled import compiled
from dedup.linkage import MILLION
from dedup.records import Recipe

Places = NDArray[np.int64]
Weights = NDArray[np.float32]

# What keeps two apart whatever the others of their stories tell.
_NEVER = -(10**15)
# So many stories may one family bring together: those it is most alike.
_BRIDGED = 8
# Fewer pairs than this are compared sooner than threads are started.
_MANY = 10_000


@dataclass(frozen=True, slots=True)
class Day:
    """Stories at hand, the first of `vectors`, and from `first` on a day's families; `sizes` families each.

    A story's vector is the middle of its families'; `sites` are the shares of sites among the families of each.
    """

    vectors: Vectors
    sites: Vectors
    sizes: Places
    first: int


@dataclass(frozen=True, slots=True)
class Reached:
    """What is alike of what is told of a day: pairs (a < b), and how alike they count (see `less`)."""

    pairs: Places
    alike: NDArray[np.float64]


def means(vectors: Vectors, groups: Places, count: int) -> Vectors:
    """Return the vector in the middle of each of `count` groups; `groups` tells where each belongs, -1: nowhere."""
    order = np.argsort(groups, kind="stable")
    order = order[np.searchsorted(groups[order], 0) :]
    return Vectors(*_means(vectors.ends, vectors.keys, vectors.weights, order, groups[order], count))


def day(vectors: Vectors, sites: Vectors, groups: Places, first: int) -> Day:
    """Return a day of which the items are the middles of `groups`, the day's families from `first` on."""
    sizes = np.bincount(groups, minlength=first)
    return Day(means(vectors, groups, len(sizes)), means(sites, groups, len(sizes)), sizes, first)


def of_sites(sites: Hashes32) -> Vectors:
    """Return sites, by their hashes, as vectors, so that the middle of several has their shares; 0: it is not known."""
    known = sites != 0
    return Vectors(np.cumsum(known, dtype=np.int64), sites[known], np.ones(int(known.sum()), np.float32))


def joined(parts: Sequence[Vectors]) -> Vectors:
    """Return all vectors of some, one after the other."""
    starts = np.cumsum([0, *(len(part.keys) for part in parts[:-1])])
    return Vectors(
        np.concatenate([part.ends + start for part, start in zip(parts, starts, strict=True)]),
        np.concatenate([part.keys for part in parts]),
        np.concatenate([part.weights for part in parts]),
    )


def bridges(day: Day, reached: Reached, recipe: Recipe) -> Places:
    """Return the pairs of stories of before that one of the day's families could join either of."""
    could = (reached.alike >= recipe.story_cut) & (reached.pairs[:, 0] < day.first)
    ends, strengths = reached.pairs[could], reached.alike[could]
    found = _bridged(ends[np.lexsort((ends[:, 0], -strengths, ends[:, 1]))], _BRIDGED)
    return np.unique(found, axis=0) if len(found) else found


def together(day: Day, reached: Reached, bridges: Places, apart: Places, recipe: Recipe) -> Places:
    """Return the first of those that come together with each story and family that is reached: see `linkage.clusters`.

    Stories of before are compared where `bridges` says so. No two of `apart` (pairs of places) come together.
    """
    alike = cosines(day.vectors, bridges) - less(day.sites, bridges, recipe)
    between = np.round(alike * MILLION).astype(np.int64)
    pairs = np.concatenate([reached.pairs, bridges, apart])
    values = [np.round(reached.alike * MILLION).astype(np.int64), between, np.zeros(len(apart), np.int64)]
    totals = np.concatenate(values) * day.sizes[pairs[:, 0]] * day.sizes[pairs[:, 1]]
    totals[len(totals) - len(apart) :] = _NEVER
    return linkage.clusters(day.sizes, pairs, totals, recipe)


def cosines(vectors: Vectors, pairs: Places) -> NDArray[np.float64]:
    """Return how alike the vectors of each pair are."""
    given = vectors.ends, vectors.keys, vectors.weights
    if len(pairs) < _MANY:
        return _cosines(*given, pairs)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        found = list(threads.map(lambda part: _cosines(*given, part), np.array_split(pairs, os.cpu_count() or 1)))
    return np.concatenate(found)


def less(sites: Vectors, pairs: Places, recipe: Recipe) -> NDArray[np.float64]:
    """Return how much less alike pairs count than their words are, `sites` being the shares of sites in each.

    A site's own reports share its columns, its authors' words and its readers' interests.
    """
    return recipe.story_site * cosines(sites, pairs)


def signs(vectors: Vectors, recipe: Recipe) -> Places:
    """Return the keys by which what lies far apart finds one another, a row for each: pairs of the weightiest terms.

    Shape (vectors, n · (n − 1) / 2) for the n of `recipe.story_far_terms`; 0 where there are fewer terms.
    """
    return _signs(vectors.ends, vectors.keys, vectors.weights, recipe.story_far_terms)


def needed(days: int | None, recipe: Recipe) -> float:
    """Return how alike what lies so many days apart must be to be one story; None: nobody knows how many."""
    if days is None or days > recipe.story_month:
        return recipe.story_far
    return recipe.story_cut if days <= recipe.story_days else recipe.story_apart


def telling_terms(told: Sequence[Mapping[str, float]], count: int) -> tuple[str, ...]:
    """Return the terms that say most of several texts together, weightiest first; those of one text only come last."""
    total: dict[str, float] = defaultdict(float)
    texts: Counter[str] = Counter()
    for terms in told:
        length = sqrt(sum(weight * weight for weight in terms.values())) or 1.0
        for term, weight in terms.items():
            total[term] += weight / length
            texts[term] += 1
    least = 2 if len(told) > 1 else 1
    order = sorted(total, key=lambda term: (texts[term] < least, -round(total[term], 9), term))
    return tuple(order[:count])


def central(vectors: Vectors) -> Places:
    """Return these vectors by how near they are to all others, the nearest first; among equals the first."""
    middle = means(vectors, np.zeros(len(vectors.ends), np.int64), 1)
    both = joined([vectors, middle])
    count = len(vectors.ends)
    pairs = np.stack([np.arange(count), np.full(count, count)], axis=1)
    # Each is as near to itself as it is long: that is no merit.
    itself = cosines(vectors, np.stack([np.arange(count), np.arange(count)], axis=1))
    return np.argsort(-np.round(cosines(both, pairs) * count - itself, 6), kind="stable")


@compiled
def _bridged(ends: Places, most: int) -> Places:
    out = np.empty((len(ends) * most, 2), np.int64)
    found, start = 0, 0
    for row in range(len(ends)):
        if ends[row, 1] != ends[start, 1]:
            start = row
        if row - start >= most:
            continue
        for other in range(start, row):
            a, b = ends[other, 0], ends[row, 0]
            out[found, 0], out[found, 1] = min(a, b), max(a, b)
            found += 1
    return out[:found].copy()


@compiled
def _means(
    ends: Places, keys: Hashes32, weights: Weights, order: Places, groups: Places, count: int
) -> tuple[Places, Hashes32, Weights]:
    """Return the middles of groups: `order` are their members in turn."""
    room = 0
    for one in order:
        room += ends[one] - (ends[one - 1] if one else 0)
    out, said = np.empty(room, np.uint32), np.empty(room, np.float32)
    out_ends, row, at = np.zeros(count, np.int64), 0, 0
    for group in range(count):
        begin = row
        while row < len(order) and groups[row] == group:
            row += 1
        if row == begin + 1:
            one = order[begin]
            start, stop = (ends[one - 1] if one else 0), ends[one]
            end = at + stop - start
            out[at:end], said[at:end] = keys[start:stop], weights[start:stop]
        else:
            held, values = _added(ends, keys, weights, order[begin:row])
            end = at + len(held)
            out[at:end] = held
            for place in range(len(held)):
                said[at + place] = values[place] / (row - begin)
        at = end
        out_ends[group] = at
    return out_ends, out[:at], said[:at]


@compiled
def _added(ends: Places, keys: Hashes32, weights: Weights, members: Places) -> tuple[Hashes32, NDArray[np.float64]]:
    """Return the terms of some vectors and the sums of their weights, each added to those before it."""
    held, values = np.empty(0, np.uint32), np.empty(0, np.float64)
    for one in members:
        place, stop = (ends[one - 1] if one else 0), ends[one]
        more, sums = np.empty(len(held) + stop - place, np.uint32), np.empty(len(held) + stop - place)
        old, at = 0, 0
        while old < len(held) or place < stop:
            fresh = place < stop and (old == len(held) or keys[place] <= held[old])
            known = old < len(held) and (place == stop or held[old] <= keys[place])
            more[at] = held[old] if known else keys[place]
            sums[at] = (values[old] if known else 0.0) + (np.float64(weights[place]) if fresh else 0.0)
            old, place, at = old + known, place + fresh, at + 1
        held, values = more[:at], sums[:at]
    return held, values


@compiled
def dot(keys: Hashes32, weights: Weights, others: Hashes32, theirs: Weights) -> float:
    """Return the product of two vectors, given by their terms in order and the weights of these."""
    total, one, other = 0.0, 0, 0
    while one < len(keys) and other < len(others):
        if keys[one] == others[other]:
            total += np.float64(weights[one]) * np.float64(theirs[other])
            one += 1
            other += 1
        elif keys[one] < others[other]:
            one += 1
        else:
            other += 1
    return total


@compiled
def _cosines(ends: Places, keys: Hashes32, weights: Weights, pairs: Places) -> NDArray[np.float64]:
    out = np.empty(len(pairs))
    for row in range(len(pairs)):
        a, b = pairs[row, 0], pairs[row, 1]
        one, other = slice(ends[a - 1] if a else 0, ends[a]), slice(ends[b - 1] if b else 0, ends[b])
        out[row] = dot(keys[one], weights[one], keys[other], weights[other])
    return out


@compiled
def _signs(ends: Places, keys: Hashes32, weights: Weights, most: int) -> Places:
    out = np.zeros((len(ends), most * (most - 1) // 2), np.int64)
    start = 0
    for item in range(len(ends)):
        stop = ends[item]
        order = np.argsort(-weights[start:stop], kind="mergesort")[:most]
        terms = np.sort(keys[start:stop][order])
        place = 0
        for one in range(len(terms)):
            for other in range(one):
                mixed = (np.uint64(terms[other]) << np.uint64(32)) | np.uint64(terms[one])
                mixed ^= mixed >> np.uint64(29)
                mixed *= np.uint64(0xBF58476D1CE4E5B9)
                mixed ^= mixed >> np.uint64(32)
                out[item, place] = np.int64(mixed >> np.uint64(1))
                place += 1
        start = stop
    return out
