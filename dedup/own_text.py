"""What is a text's own, given what its site repeats; and which of its words tell, given what nobody reads there."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup import boilerplate, lookup, minhash
from dedup.arrays import Cut, Furniture, Hashes64, Sketches
from dedup.boilerplate import Mask, Places, Rows
from dedup.compiled import compiled
from dedup.minhash import Sampled
from dedup.records import Recipe


@dataclass(frozen=True, slots=True)
class Own:
    """What is the texts' own of several texts: which words, their sketches without boilerplate, and a hash of these.

    The sketch of a text of which too little is its own is empty: it is compared by its raw text only. `raw` are the
    sketches with boilerplate.
    """

    words: Mask
    sketches: Sketches
    hashes: Hashes64
    raw: Sketches


def own(words: Cut, sites: NDArray[np.int64], repeated: Hashes64, recipe: Recipe) -> Own:
    """Return what is own of each text, given the number of its site and the table of what sites repeat.

    Sketches sample shingles; a word is boilerplate where the nearest sampled shingles that hold it or stand before
    and behind it are.
    """
    found = minhash.sampled(words, recipe)
    raw = minhash.gathered(found)
    told = own_of(words.ends, found, raw, sites, repeated, recipe)
    return Own(told.words, minhash.without(raw, told.left_out, told.enough), told.hashes, raw)


class Told(NamedTuple):
    """Which words of several texts are their own, which keys of their sketches are not, and of which texts enough is.

    `sizes` and `hashes` are those of sketches without boilerplate.
    """

    words: Mask
    left_out: Mask
    enough: Mask
    sizes: NDArray[np.int32]
    hashes: Hashes64


def own_of(
    ends: Places, found: Sampled, raw: Sketches, sites: NDArray[np.int64], repeated: Hashes64, recipe: Recipe
) -> Told:
    """Return what is own, given where the words of texts end, the shingles of them that are sampled, their sketches."""
    known = lookup.table(repeated)
    theirs = boilerplate.repeated_of(known, found.ends, found.keys, sites)
    mask = _covered(ends, found.ends, found.places, theirs, recipe.shingle_words)
    np.logical_not(mask, out=mask)
    left, total = _counted(ends, mask), np.diff(ends, prepend=0)
    enough = (left >= recipe.min_own_words) & (left >= recipe.min_own_share * total)
    left_out = boilerplate.repeated_of(known, raw.ends, raw.keys, sites)
    return Told(mask, left_out, enough, *_digests(raw.ends, raw.keys, left_out, enough))


@compiled
def _counted(ends: Places, mask: Mask) -> Places:
    """Return how many words of each text are marked."""
    out = np.empty(len(ends), np.int64)
    start = 0
    for text in range(len(ends)):
        out[text] = mask[start : ends[text]].sum()
        start = ends[text]
    return out


def telling(
    words: Cut, sites: NDArray[np.int64], days: NDArray[np.int64], furniture: Furniture, recipe: Recipe
) -> Mask:
    """Return which words of texts are no furniture, given their sites and days.

    Furniture is told by several sampled shingles in a row: a name that is often in the news is none.
    """
    found = minhash.sampled(words, recipe)
    texts = np.repeat(np.arange(len(found.ends)), np.diff(found.ends, prepend=0))
    theirs = boilerplate.since(furniture, boilerplate.marked(found.keys, sites[texts])) <= days[texts]
    enough = _in_a_row(found.ends, theirs, recipe.furniture_keys)
    return ~_covered(words.ends, found.ends, found.places, enough, recipe.shingle_words)


@compiled
def _in_a_row(stops: Places, theirs: Mask, least: int) -> Mask:
    """Return which of these stand with their like in a text, at least so many one after the other."""
    out = np.zeros(len(theirs), np.bool_)
    start = 0
    for stop in stops:
        for place in range(start, stop + 1):
            if place < stop and theirs[place]:
                continue
            if place - start >= least:
                out[start:place] = True
            start = place + 1
        start = stop
    return out


@compiled
def _covered(ends: Places, stops: Places, places: Rows, repeated: Mask, length: int) -> Mask:
    """Return which words lie in repeated shingles, or between two that follow one another in the sample."""
    covered = np.zeros(ends[-1] if len(ends) else 0, np.bool_)
    first = 0
    for text in range(len(ends)):
        last = stops[text] - 1
        for row in range(first, stops[text]):
            if repeated[row]:
                begin, stop = int(places[row]), int(places[row]) + length
                if row == first:
                    begin = ends[text - 1] if text else 0
                if row == last:
                    stop = ends[text]
                elif repeated[row + 1]:
                    stop = max(stop, int(places[row + 1]))
                covered[begin:stop] = True
        first = stops[text]
    return covered


@compiled
def _digests(ends: Places, keys: Hashes64, left_out: Mask, kept: Mask) -> tuple[NDArray[np.int32], Hashes64]:
    """Return how many keys of each sketch are left, none where it is not `kept`, and a hash of these in any order."""
    sizes, hashes = np.zeros(len(ends), np.int32), np.zeros(len(ends), np.uint64)
    start = 0
    for text in range(len(ends)):
        total, count = np.uint64(0), 0
        for place in range(start, ends[text] if kept[text] else start):
            mixed = np.uint64(keys[place] * _ODD)
            mixed = np.uint64((mixed ^ (mixed >> np.uint64(31))) * _MIXER)
            mixed ^= mixed >> np.uint64(29)
            total += np.uint64(0) if left_out[place] else mixed
            count += int(not left_out[place])
        sizes[text], hashes[text] = count, total
        start = ends[text]
    return sizes, hashes


_ODD, _MIXER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
