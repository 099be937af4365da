"""What a day's families tell, and an index of it: where the weightiest terms of each stand."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup.arrays import PART, Hashes32, Vectors
from dedup.compiled import compiled
from dedup.corpus.heads import Heads as Stored
from dedup.records import Recipe

Places = NDArray[np.int64]
Weights = NDArray[np.float32]
Heads = NDArray[np.bool_]

# Places in a table that terms are put into by their last bits: few of a text's terms share one.
TABLE = 1 << 15
# In a bound, weights are whole numbers of so many parts of 1.
PARTS = 50_000.0
# Terms are looked for behind as many doors, by their first bits.
_DOOR_BITS = 14
DOOR_SHIFT = 32 - _DOOR_BITS
# Weights are sorted roughly by so many steps to 1.
_STEPS = 1_000


class DayIndex(NamedTuple):
    """What a day's families tell, one after the other, and where the weightiest terms of each stand.

    Family i tells `keys[ends[i - 1]:ends[i]]` with `weights`, `packed` both in one number each (see `_packed`), and
    `heads` marks its weightiest; `sites` are hashes, 0 where a site is not known. Term `terms[t]`, sorted, is one of
    the weightiest of `holders[starts[t]:starts[t + 1]]`, to which it says so many `parts` of `PART`. Terms that begin
    with the bits of d are from `doors[d]` on.
    """

    ends: Places
    keys: Hashes32
    weights: Weights
    packed: Hashes32
    heads: Heads
    sites: Hashes32
    doors: NDArray[np.int32]
    terms: Hashes32
    starts: NDArray[np.int32]
    holders: NDArray[np.int32]
    parts: NDArray[np.int32]


def indexed(vectors: Vectors, sites: Hashes32, recipe: Recipe) -> DayIndex:
    """Return what families tell, with an index of the weightiest terms of each; among equals the first count."""
    heads = _heads(vectors.ends, vectors.weights, recipe.story_top_terms)
    keys, holders, parts = _chosen(vectors.ends, vectors.keys, vectors.weights, heads)
    order = in_order(keys)
    keys = keys[order]
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)]).astype(np.int32)
    terms = keys[starts]
    ends = np.append(starts, np.int32(len(keys)))
    told = vectors.ends, vectors.keys, vectors.weights, _packed(vectors.keys, vectors.weights)
    return DayIndex(*told, heads, sites, _doors(terms), terms, ends, holders[order], parts[order])


def as_stored(index: DayIndex, ranks: Places) -> Stored:
    """Return the weightiest terms of families, given their ranks, as they are stored."""
    return Stored(ranks, index.terms, index.starts, index.holders, index.parts)


def of_stored(found: Stored) -> DayIndex:
    """Return an index of families of which no more is known than their weightiest terms."""
    told = np.zeros(len(found.ranks), np.int64), _NONE, np.empty(0, np.float32), _NONE
    sites = np.zeros(len(found.ranks), np.uint32)
    return DayIndex(*told, np.empty(0, np.bool_), sites, _doors(found.terms), *found[1:])


def _doors(terms: Hashes32) -> NDArray[np.int32]:
    return np.searchsorted(terms >> np.uint32(DOOR_SHIFT), np.arange(2**_DOOR_BITS + 1)).astype(np.int32)


_NONE: Hashes32 = np.empty(0, np.uint32)


@compiled
def _packed(keys: Hashes32, weights: Weights) -> Hashes32:
    """Return terms and weights in one number each: the place in a table, and the weight, rounded up, in parts."""
    out = np.empty(len(keys), np.uint32)
    for place in range(len(keys)):
        part = min(int(weights[place] * PARTS) + 1, 65535)
        out[place] = np.uint32(keys[place] & (TABLE - 1)) << 16 | np.uint32(part)
    return out


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
def _heads(ends: Places, weights: Weights, most: int) -> Heads:
    """Mark the weightiest of each text's terms; among equals the first."""
    out, counts = np.empty(len(weights), np.bool_), np.zeros(_STEPS + 1, np.int64)
    start = 0
    for stop in ends:
        some, marks = weights[start:stop], out[start:stop]
        marks[:] = len(some) <= most
        if 0 < most < len(some):
            _mark(some, _least(some, most, counts), most, marks)
        start = stop
    return out


@compiled
def _least(weights: Weights, most: int, counts: Places) -> float:
    """Return the least of the weightiest: sought only among those of the step, of `_STEPS` to 1, that it is on."""
    top = 0
    for weight in weights:
        step = min(int(weight * _STEPS), _STEPS)
        counts[step] += 1
        top = max(top, step)
    left, step = most, top
    while left > counts[step]:
        left -= counts[step]
        step -= 1
    counts[: top + 1] = 0
    among, found = np.empty(len(weights), np.float32), 0
    for weight in weights:
        if min(int(weight * _STEPS), _STEPS) == step:
            among[found], found = weight, found + 1
    return np.float64(np.sort(among[:found])[found - left])


@compiled
def _mark(weights: Weights, least: float, most: int, out: Heads) -> None:
    room = most
    for place in range(len(weights)):
        out[place] = weights[place] > least
        room -= out[place]
    for place in range(len(weights)):
        if room > 0 and weights[place] == least:
            out[place] = True
            room -= 1


@compiled
def _chosen(
    ends: Places, keys: Hashes32, weights: Weights, some: Heads
) -> tuple[Hashes32, NDArray[np.int32], NDArray[np.int32]]:
    """Return some terms of texts in turn, which text each is of, and how many parts it says there."""
    count = some.sum()
    terms, holders, parts = np.empty(count, np.uint32), np.empty(count, np.int32), np.empty(count, np.int32)
    at, start = 0, 0
    for text in range(len(ends)):
        for place in range(start, ends[text]):
            if some[place]:
                terms[at], holders[at], parts[at] = keys[place], text, int(weights[place] / PART + 0.5)
                at += 1
        start = ends[text]
    return terms, holders, parts
