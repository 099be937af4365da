"""Sketches that are all at hand → candidates: what `index` finds of those that lie on disk, of all units at once."""

import numpy as np
from numpy.typing import NDArray

from dedup import index
from dedup.arrays import SITE_BITS, Hashes64, Postings, Units
from dedup.columns import room
from dedup.compiled import compiled
from dedup.records import Recipe

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]

_TWO = 2


def shared(marked: Hashes64) -> Postings:
    """Return who holds each key that several units hold, given all keys marked with their units, sorted."""
    count, held = _several_of(marked)
    found = Postings(np.empty(count, np.uint64), np.empty(count, np.int64), np.empty(held, np.int32))
    _several(marked, found.keys, found.ends, found.units)
    return found


@compiled
def _several_of(marked: Hashes64) -> tuple[int, int]:
    count, held, start = 0, 0, 0
    for place in range(1, len(marked) + 1):
        if place < len(marked) and marked[place] >> _UNIT_BITS == marked[start] >> _UNIT_BITS:
            continue
        count += int(place - start > 1)
        held += (place - start) * int(place - start > 1)
        start = place
    return count, held


@compiled
def _several(marked: Hashes64, keys: Hashes64, ends: Places, units: NDArray[np.int32]) -> None:
    count, at, start = 0, 0, 0
    for place in range(1, len(marked) + 1):
        if place < len(marked) and marked[place] >> _UNIT_BITS == marked[start] >> _UNIT_BITS:
            continue
        if place - start > 1:
            for held in marked[start:place]:
                units[at] = held & _UNIT
                at += 1
            keys[count], ends[count] = marked[start] >> _UNIT_BITS, at
            count += 1
        start = place


_UNIT_BITS, _UNIT = np.uint64(SITE_BITS), np.uint64(2**SITE_BITS - 1)


def still_shared(postings: Postings, holds: Mask) -> Postings:
    """Return who holds each key that several units hold, of those postings that count; `postings` are written over."""
    count = _still_shared(postings.keys, postings.ends, postings.units, holds)
    stop = postings.ends[count - 1] if count else 0
    return Postings(postings.keys[:count], postings.ends[:count], postings.units[:stop])


@compiled
def _still_shared(keys: Hashes64, ends: Places, units: NDArray[np.int32], holds: Mask) -> int:
    """Move what counts to where postings begin; return how many keys do. Memory fresh from the system costs more."""
    count, at, start = 0, 0, 0
    for key in range(len(keys)):
        first, stop = at, ends[key]
        for place in range(start, stop):
            units[at] = units[place]
            at += int(holds[place])
        start = stop
        # What one unit alone holds is written over.
        if at - first > 1:
            keys[count], ends[count] = keys[key], at
            count += 1
        else:
            at = first
    return count


def pairs(postings: Postings, units: Units, recipe: Recipe) -> Places:
    """Return what `index.candidates` does of all units at once, given who holds which keys of their own sketches."""
    lead = index.leaders(postings, units, np.ones(len(postings.units), dtype=bool), recipe)
    nexts, nothing = np.zeros(len(units.texts) + 1, np.int64), np.empty(0, np.int32)
    held = postings.ends, postings.units, lead.ends, lead.units, units.texts
    # Counted before it is written down: each pair by the smaller of its units.
    _supported(*held, nexts[1:], nothing)
    np.cumsum(nexts, out=nexts)
    others = np.empty(nexts[-1], np.int32)
    _supported(*held, nexts[:-1].copy(), others)
    return _sharing(nexts[1:], others, units.sizes, recipe.candidate_keys, recipe.candidate_share)


@compiled
def _supported(
    ends: Places,
    units: NDArray[np.int32],
    lead_ends: Places,
    lead: NDArray[np.int32],
    texts: Hashes64,
    nexts: Places,
    out: NDArray[np.int32],
) -> None:
    """Count at `nexts` of each unit the greater ones of which a key supports a pair with it, where their texts differ.

    Where there is room in `out`, each is written at the place that is counted.
    """
    leads = np.full(len(texts), -1, np.int64)
    start, lead_start = 0, 0
    for key in range(len(ends)):
        if ends[key] - start == _TWO and lead_ends[key] - lead_start == _TWO:
            # As most keys are.
            one, other = units[start], units[start + 1]
            if texts[one] != texts[other]:
                _put(one, other, nexts, out)
            start, lead_start = ends[key], lead_ends[key]
            continue
        for place in range(lead_start, lead_ends[key]):
            leads[lead[place]] = key
        for place in range(lead_start, lead_ends[key]):
            leader = lead[place]
            for other in range(start, ends[key]):
                holder = units[other]
                # A pair of two leaders is met from both sides.
                if texts[holder] != texts[leader] and (leads[holder] != key or leader < holder):
                    _put(leader, holder, nexts, out)
        start, lead_start = ends[key], lead_ends[key]


@compiled
def _put(one: int, other: int, nexts: Places, out: NDArray[np.int32]) -> None:
    low = min(one, other)
    if len(out):
        out[nexts[low]] = max(one, other)
    nexts[low] += 1


@compiled
def _sharing(ends: Places, others: NDArray[np.int32], sizes: NDArray[np.int32], least: int, share: float) -> Places:
    """Return the pairs of units that support enough keys, a row each; of unit i with `others` up to `ends[i]`."""
    counts, met = np.zeros(len(ends), np.int32), np.empty(len(ends), np.int32)
    pairs, found = np.empty((1024, 2), np.int64), 0
    start = 0
    for unit in range(len(ends)):
        seen = 0
        for other in others[start : ends[unit]]:
            if counts[other] == 0:
                met[seen] = other
                seen += 1
            counts[other] += 1
        start = ends[unit]
        for other in met[:seen]:
            common, counts[other] = counts[other], 0
            if common >= least and common >= share * min(sizes[unit], sizes[other]):
                pairs = room(pairs, found)
                pairs[found, 0], pairs[found, 1] = unit, other
                found += 1
    return pairs[:found].copy()
