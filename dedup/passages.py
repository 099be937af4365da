"""The runs of words two texts share, wherever they stand: greedy string tiling.

Wise 1993 (Running Karp-Rabin Matching and Greedy String Tiling): longest common runs first, none overlapping,
so that paragraphs that changed places are found too, which a longest common subsequence misses.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup import lookup
from dedup.arrays import Hashes64
from dedup.columns import room
from dedup.compiled import compiled

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
Flags = NDArray[np.uint8]

# A run that begins with a shingle of more places than this is a phrase of the genre; its rarer part is found.
_COMMONPLACE = 24


class Words(NamedTuple):
    """The words of a text as tiles are looked for: their hashes, which are its own, and what stands in which place.

    `shingles[i]` is the hash of the words that begin with word i; `fresh` tells where those are all its own, and stand
    there for the first time.
    """

    hashes: Hashes64
    own: Mask
    shingles: Hashes64
    fresh: Mask


@compiled
def tiles(a: Words, b: Words, least: int) -> tuple[Places, int]:
    """Return the shared runs of at least `least` own words, none overlapping in either text, in order of `a`.

    A row (place in a, place in b, length) each; and how many distinct phrases of `least` own words both texts have.
    Of equal runs those come first that do from either side.
    """
    if _goes_second(a.hashes, b.hashes):
        turned, common = _tiled(b, a, least)
        return by_place(turned[:, np.array([1, 0, 2])], 0), common
    return _tiled(a, b, least)


@compiled
def _goes_second(a: Hashes64, b: Hashes64) -> bool:
    """Tell whether a text is the longer one, or is of two as long the one whose first other word is greater."""
    if len(a) != len(b):
        return len(a) > len(b)
    for place in range(len(a)):
        if a[place] != b[place]:
            return bool(a[place] > b[place])
    return False


@compiled
def _tiled(a: Words, b: Words, least: int) -> tuple[Places, int]:
    runs, common = _maximal_runs(a, b, least)
    runs = _longest_first(runs)
    taken_a, taken_b = np.zeros(len(a.hashes), np.bool_), np.zeros(len(b.hashes), np.bool_)
    kept = np.empty((16, 3), np.int64)
    count = 0
    for row in range(len(runs)):
        start_a, start_b, length = runs[row, 0], runs[row, 1], runs[row, 2]
        place = 0
        while place < length:
            first = place
            while place < length and not (taken_a[start_a + place] or taken_b[start_b + place]):
                place += 1
            if place - first >= least:
                kept = room(kept, count)
                kept[count, 0], kept[count, 1], kept[count, 2] = start_a + first, start_b + first, place - first
                count += 1
                taken_a[start_a + first : start_a + place] = True
                taken_b[start_b + first : start_b + place] = True
            place += 1
    return by_place(kept[:count], 0), common


@compiled
def _maximal_runs(a: Words, b: Words, least: int) -> tuple[Places, int]:
    """Return a row (place in a, place in b, length) for each run of own words that neither text carries on.

    And in how many places of a a phrase first stands that is one of b's as well.
    """
    a_words, b_words, a_own, b_own = a.hashes, b.hashes, a.own, b.own
    a_shingles, b_shingles, a_fresh, b_fresh = a.shingles, b.shingles, a.fresh, b.fresh
    heads, following = _chains(b_shingles)
    mask = np.uint64(len(heads) - 1)
    ends = np.zeros(len(a_words) + len(b_words) + 1, np.int64)
    runs = np.empty((16, 3), np.int64)
    count, common, often = 0, 0, _commonplace(a)
    for start_a in range(len(a_shingles)):
        shingle = a_shingles[start_a]
        first = int(heads[shingle & mask])
        if first < 0:
            continue
        if following[first] < 0:
            alike = b_shingles[first] == shingle
            common += int(alike & a_fresh[start_a] & b_fresh[first])
            # Of a copy nearly all are such: found once, in a run that is known.
            if not alike or ends[first - start_a + len(a_words)] > start_a:
                continue
        elif a_fresh[start_a]:
            common += _stands_fresh(first, following, b_shingles, b_fresh, shingle)
        if len(often) and often[start_a]:
            continue
        held, start_b = 0, first
        while start_b >= 0 and held <= _COMMONPLACE:
            held += int(b_shingles[start_b] == shingle)
            start_b = int(following[start_b])
        if held == 0 or held > _COMMONPLACE:
            continue
        start_b = first
        while start_b >= 0:
            # On one diagonal a run found earlier already holds every place up to its end.
            diagonal = start_b - start_a + len(a_words)
            if b_shingles[start_b] == shingle and ends[diagonal] <= start_a:
                after = _alike_from(a_words, b_words, a_own, b_own, start_a, start_b)
                before = _alike_before(a_words, b_words, a_own, b_own, start_a, start_b)
                ends[diagonal] = start_a + after
                if before + after >= least:
                    runs = room(runs, count)
                    runs[count, 0], runs[count, 1] = start_a - before, start_b - before
                    runs[count, 2] = before + after
                    count += 1
            start_b = int(following[start_b])
    return runs[:count], common


@compiled
def _commonplace(words: Words) -> Mask:
    """Return which shingles of a text are phrases of the genre in it; nothing where none is, as in most texts."""
    shingles = words.shingles
    # What stands so often stands so often again.
    if len(shingles) - int(np.sum(words.fresh)) < _COMMONPLACE:
        return np.zeros(0, np.bool_)
    heads, following = _chains(shingles)
    mask, often = np.uint64(len(heads) - 1), np.zeros(len(shingles), np.bool_)
    for place in range(len(shingles)):
        held, other = 0, int(heads[shingles[place] & mask])
        while other >= 0 and held <= _COMMONPLACE:
            held += int(shingles[other] == shingles[place])
            other = int(following[other])
        often[place] = held > _COMMONPLACE
    return often


@compiled
def _stands_fresh(place: int, following: NDArray[np.int32], shingles: Hashes64, fresh: Mask, shingle: np.uint64) -> int:
    """Return 1 where a shingle is a phrase of a text's own words, 0 where it is none; its chain begins at a place."""
    while place >= 0:
        if shingles[place] == shingle and fresh[place]:
            return 1
        place = int(following[place])
    return 0


@compiled
def _alike_from(a: Hashes64, b: Hashes64, a_own: Mask, b_own: Mask, start_a: int, start_b: int) -> int:
    """Return how many own words are the same in both texts from two places on."""
    count, most = 0, min(len(a) - start_a, len(b) - start_b)
    while count < most and (
        (a[start_a + count] == b[start_b + count]) & a_own[start_a + count] & b_own[start_b + count]
    ):
        count += 1
    return count


@compiled
def _alike_before(a: Hashes64, b: Hashes64, a_own: Mask, b_own: Mask, start_a: int, start_b: int) -> int:
    """Return how many own words before two places are the same in both texts."""
    count, most = 0, min(start_a, start_b)
    while count < most and (
        (a[start_a - count - 1] == b[start_b - count - 1]) & a_own[start_a - count - 1] & b_own[start_b - count - 1]
    ):
        count += 1
    return count


# Places and lengths below this are sorted as one number.
_BITS, _TWICE = np.uint64(21), np.uint64(42)
_LOW = np.uint64((1 << 21) - 1)


@compiled
def _longest_first(runs: Places) -> Places:
    """Return runs sorted: the longest first, then by their places in a and in b."""
    keys = np.empty(len(runs), np.uint64)
    for row in range(len(runs)):
        if max(runs[row, 0], runs[row, 1], runs[row, 2]) >= np.int64(_LOW):
            order = np.argsort(runs[:, 1], kind="mergesort")
            order = order[np.argsort(runs[order, 0], kind="mergesort")]
            return runs[order[np.argsort(-runs[order, 2], kind="mergesort")]]
        places = (np.uint64(runs[row, 0]) << _BITS) | np.uint64(runs[row, 1])
        keys[row] = ((_LOW - np.uint64(runs[row, 2])) << _TWICE) | places
    lookup.sort_few(keys, 0, len(keys))
    for row in range(len(runs)):
        runs[row, 0], runs[row, 1] = (keys[row] >> _BITS) & _LOW, keys[row] & _LOW
        runs[row, 2] = _LOW - (keys[row] >> _TWICE)
    return runs


@compiled
def by_place(kept: Places, text: int) -> Places:
    """Return tiles sorted by their places in a (0) or b (1)."""
    keys = np.empty(len(kept), np.uint64)
    for row in range(len(kept)):
        keys[row] = (np.uint64(kept[row, text]) << np.uint64(32)) | np.uint64(row)
    lookup.sort_few(keys, 0, len(keys))
    found = np.empty((len(kept), 3), np.int64)
    for place in range(len(kept)):
        old = np.int64(keys[place] & np.uint64(0xFFFFFFFF))
        found[place, 0], found[place, 1], found[place, 2] = kept[old, 0], kept[old, 1], kept[old, 2]
    return found


@compiled
def _chains(shingles: Hashes64) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return a table of the last place of shingles whose last bits are the same, and of each the one before it."""
    size = 16
    while size < 4 * len(shingles):
        size *= 2
    heads = np.full(size, -1, np.int32)
    following = np.empty(len(shingles), np.int32)
    mask = np.uint64(size - 1)
    for place in range(len(shingles)):
        slot = np.int64(shingles[place] & mask)
        following[place] = heads[slot]
        heads[slot] = place
    return heads, following


@compiled
def follows(shared: Places, row: int, gap: int) -> bool:
    """Return whether at most `gap` other words stand between a tile and the next one, in order, in both texts."""
    length = shared[row, 2]
    here, there = shared[row + 1, 0] - shared[row, 0] - length, shared[row + 1, 1] - shared[row, 1] - length
    return bool(0 <= here <= gap and 0 <= there <= gap)
