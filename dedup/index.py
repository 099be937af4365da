"""Sketches → candidates: pairs that share enough keys, at a cost no input can make quadratic.

A key supports only pairs with one of its *leaders*: the `key_holders` holders of smallest own-text hash, of one own
text at most `key_copies`. Of a key that few texts hold these are all; leaving out what many hold would lose a wire
printed 300 times.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup import lookup
from dedup.arrays import Hashes64, Postings, Sketches, Units
from dedup.columns import room
from dedup.compiled import compiled
from dedup.records import Recipe

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Led:
    """The leaders of some sorted keys, and of keys that hold more units than those, all, where anybody asked for them.

    Both as Postings: a key that nobody asks all holders of has none.
    """

    leaders: Postings
    holders: Postings


def families_of(postings: Postings, strict: Places) -> Places:
    """Return in how many strict families of all sites each key stands; `strict` is by unit."""
    return _families_of(postings.ends, postings.units, strict)


def leaders(postings: Postings, units: Units, holds: Mask, recipe: Recipe) -> Postings:
    """Return the leaders of each key, in any order; `holds` tells which postings count."""
    ends, found = _leaders(
        postings.ends, postings.units, holds, units.own, units.order, recipe.key_holders, recipe.key_copies
    )
    return Postings(postings.keys, ends, found)


def led(postings: Postings, found: Postings, holds: Mask, asking: Mask) -> Led:
    """Return the leaders of keys with all holders of those that an `asking` unit (by number) leads."""
    ends, units = _all_holders(postings.ends, postings.units, holds, found.ends, found.units, asking)
    return Led(found, Postings(postings.keys, ends, units))


def joined(parts: Sequence[Led]) -> Led:
    """Return what is known of several ranges of keys, which follow one another, as one."""
    return Led(after_one_another([part.leaders for part in parts]), after_one_another([part.holders for part in parts]))


def changed(before: Postings, after: Postings) -> NDArray[np.int32]:
    """Return the units that lead a key before or after, but not both."""
    return np.unique(_changed(before.ends, before.units, after.ends, after.units))


@compiled
def _changed(
    ends: Places, units: NDArray[np.int32], other_ends: Places, others: NDArray[np.int32]
) -> NDArray[np.int32]:
    out = np.empty(len(units) + len(others), np.int32)
    at, start, other_start = 0, 0, 0
    for key in range(len(ends)):
        for one, two, first, last, other_first, other_last in (
            (units, others, start, ends[key], other_start, other_ends[key]),
            (others, units, other_start, other_ends[key], start, ends[key]),
        ):
            for place in range(first, last):
                known = False
                for other in range(other_first, other_last):
                    known = known or two[other] == one[place]
                if not known:
                    out[at] = one[place]
                    at += 1
        start, other_start = ends[key], other_ends[key]
    return out[:at].copy()


def candidates(asking: NDArray[np.int32], own: Sketches, known: Led, units: Units, recipe: Recipe) -> Places:
    """Return the pairs of units, a row each, that share at least max(2, 8 % of the shorter sketch) supporting keys.

    Pairs are those with a unit of `asking`, whose sketches are `own`; of texts that are equal there are none. Keys that
    are not `known` support nothing.
    """
    asks = np.zeros(len(units.sizes), dtype=bool)
    asks[asking] = True

    def count(part: slice) -> Places:
        start = int(own.ends[part.start - 1]) if part.start else 0
        ends = own.ends[part]
        return _count(
            asking[part],
            ends - start,
            lookup.found(known.leaders.keys, own.keys[start : ends[-1]]),
            asks,
            known.leaders.ends,
            known.leaders.units,
            known.holders.ends,
            known.holders.units,
            units.sizes,
            units.texts,
            recipe.candidate_keys,
            recipe.candidate_share,
        )

    parts = [slice(start, start + _ASKING) for start in range(0, len(asking), _ASKING)]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return np.concatenate([np.empty((0, 2), np.int64), *threads.map(count, parts)])


# Units that are asked for at once: each time there is a count for every unit there is.
_ASKING = 5_000


def contested(postings: Postings) -> Postings:
    """Return the keys that several units hold: the others make no candidates."""
    sizes = np.diff(postings.ends, prepend=0)
    kept = sizes > 1
    return Postings(postings.keys[kept], np.cumsum(sizes[kept]), postings.units[np.repeat(kept, sizes)])


def after_one_another(parts: Sequence[Postings]) -> Postings:
    """Return the postings of several ranges of keys, which follow one another, as one."""
    if not parts:
        return Postings(np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.int32))
    before = np.cumsum([0, *(len(part.units) for part in parts[:-1])])
    return Postings(
        np.concatenate([part.keys for part in parts]),
        np.concatenate([part.ends + start for part, start in zip(parts, before, strict=True)]),
        np.concatenate([part.units for part in parts]),
    )


@compiled
def _families_of(ends: Places, units: NDArray[np.int32], strict: Places) -> Places:
    counts, met = np.zeros(len(ends), np.int64), np.full(len(strict), -1, np.int64)
    start = 0
    for key in range(len(ends)):
        for place in range(start, ends[key]):
            family = strict[units[place]]
            if family >= 0 and met[family] != key:
                met[family] = key
                counts[key] += 1
        start = ends[key]
    return counts


@compiled
def _leaders(
    ends: Places, units: NDArray[np.int32], holds: Mask, own: Hashes64, order: Hashes64, most: int, copies: int
) -> tuple[Places, NDArray[np.int32]]:
    out_ends = np.empty(len(ends), np.int64)
    out = np.empty(len(units), np.int32)
    best, few = np.empty(most + 1, np.int32), min(most, copies)
    at, start = 0, 0
    for key in range(len(ends)):
        if ends[key] - start <= few:
            # Too few to be chosen among.
            for place in range(start, ends[key]):
                out[at] = units[place]
                at += int(holds[place])
        else:
            count = 0
            for place in range(start, ends[key]):
                if holds[place]:
                    count = _insert(best, count, units[place], own, order, most, copies)
            for place in range(count):
                out[at] = best[place]
                at += 1
        out_ends[key] = at
        start = ends[key]
    return out_ends, out[:at]


@compiled
def _insert(
    best: NDArray[np.int32], count: int, unit: int, own: Hashes64, order: Hashes64, most: int, copies: int
) -> int:
    """Put a unit in its place among the best, least first, if it has one there; return how many there are now."""
    if count == most and not _before(unit, best[count - 1], own, order):
        return count
    place = count
    while place > 0 and _before(unit, best[place - 1], own, order):
        place -= 1
    if place >= copies:
        alike = True
        for other in range(place - copies, place):
            alike = alike and own[best[other]] == own[unit]
        if alike:
            return count
    for other in range(count, place, -1):
        best[other] = best[other - 1]
    best[place] = unit
    count += 1
    # One more copy of its text than may lead: the last of them goes.
    run, last = 0, -1
    for other in range(count):
        if own[best[other]] == own[unit]:
            run += 1
            last = other
    if run > copies:
        for other in range(last, count - 1):
            best[other] = best[other + 1]
        count -= 1
    return min(count, most)


@compiled
def _before(one: int, other: int, own: Hashes64, order: Hashes64) -> bool:
    if own[one] != own[other]:
        return bool(own[one] < own[other])
    return bool(order[one] < order[other])


@compiled
def _all_holders(
    ends: Places,
    units: NDArray[np.int32],
    holds: Mask,
    lead_ends: Places,
    lead: NDArray[np.int32],
    asking: Mask,
) -> tuple[Places, NDArray[np.int32]]:
    out_ends = np.empty(len(ends), np.int64)
    out = np.empty(len(units), np.int32)
    at, start, lead_start = 0, 0, 0
    for key in range(len(ends)):
        asked = False
        for place in range(lead_start, lead_ends[key]):
            asked = asked or asking[lead[place]]
        if asked and ends[key] - start > lead_ends[key] - lead_start:
            for place in range(start, ends[key]):
                if holds[place]:
                    out[at] = units[place]
                    at += 1
        out_ends[key] = at
        start, lead_start = ends[key], lead_ends[key]
    return out_ends, out[:at].copy()


@compiled
def _count(
    asking: NDArray[np.int32],
    own_ends: Places,
    places: Places,
    asks: Mask,
    lead_ends: Places,
    lead: NDArray[np.int32],
    all_ends: Places,
    everyone: NDArray[np.int32],
    sizes: NDArray[np.int32],
    texts: Hashes64,
    least: int,
    share: float,
) -> Places:
    counts = np.zeros(len(sizes), np.int32)
    met = np.empty(len(sizes), np.int64)
    pairs = np.empty((1024, 2), np.int64)
    found, start = 0, 0
    for row in range(len(asking)):
        unit = asking[row]
        seen = 0
        for place in range(start, own_ends[row]):
            key = places[place]
            if key < 0:
                continue
            first, last = (lead_ends[key - 1] if key else 0), lead_ends[key]
            leads = False
            for other in range(first, last):
                leads = leads or lead[other] == unit
            holders = lead
            all_first, all_last = (all_ends[key - 1] if key else 0), all_ends[key]
            if leads and all_last > all_first:
                holders, first, last = everyone, all_first, all_last
            for other in range(first, last):
                holder = holders[other]
                if counts[holder] == 0:
                    met[seen] = holder
                    seen += 1
                counts[holder] += 1
        start = own_ends[row]
        for other in range(seen):
            holder = met[other]
            shared = counts[holder]
            counts[holder] = 0
            if holder == unit or (asks[holder] and holder < unit) or texts[holder] == texts[unit]:
                continue
            if shared >= least and shared >= share * min(sizes[unit], sizes[holder]):
                pairs = room(pairs, found)
                pairs[found, 0], pairs[found, 1] = min(unit, holder), max(unit, holder)
                found += 1
    return pairs[:found].copy()
