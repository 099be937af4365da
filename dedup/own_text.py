"""What is a text's own, given what its site repeats; and which of its words tell, given what nobody reads there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup import boilerplate, lookup, minhash
from dedup.boilerplate import Mask, Places, Rows
from dedup.compiled import compiled
from dedup.minhash import Sampled
from dedup.records import Cut, Furniture, Hashes64, Recipe, Sketches


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
    raw = minhash.gathered(found.texts, found.keys, len(words.ends))
    return own_of(words.ends, found, raw, sites, repeated, recipe)


def own_of(
    ends: Places, found: Sampled, raw: Sketches, sites: NDArray[np.int64], repeated: Hashes64, recipe: Recipe
) -> Own:
    """Return the same, given where the words of texts end, which of their shingles are sampled, and their sketches."""
    known, site_of = lookup.table(repeated), sites.astype(np.int32)
    theirs = boilerplate.repeats(known, found.keys, site_of[found.texts])
    mask = _covered(ends, found.texts, found.places, theirs, recipe.shingle_words)
    np.logical_not(mask, out=mask)
    left, total = _counted(ends, mask), np.diff(ends, prepend=0)
    enough = (left >= recipe.min_own_words) & (left >= recipe.min_own_share * total)
    left_out = boilerplate.repeats(known, raw.keys, np.repeat(site_of, raw.sizes()))
    sketches = minhash.without(raw, left_out, enough)
    return Own(mask, sketches, _digests(sketches.ends, sketches.keys), raw)


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
    texts, places, keys = minhash.sampled(words, recipe)
    theirs = boilerplate.since(furniture, boilerplate.marked(keys, sites[texts])) <= days[texts]
    enough = _in_a_row(texts, theirs, recipe.furniture_keys)
    return ~_covered(words.ends, texts, places, enough, recipe.shingle_words)


@compiled
def _in_a_row(texts: Rows, theirs: Mask, least: int) -> Mask:
    """Return which of these stand with their like in a text, at least so many one after the other."""
    out = np.zeros(len(theirs), np.bool_)
    start = 0
    for place in range(len(theirs) + 1):
        if place < len(theirs) and theirs[place] and (place == start or texts[place] == texts[place - 1]):
            continue
        if place - start >= least:
            out[start:place] = True
        start = place if place < len(theirs) and theirs[place] else place + 1
    return out


@compiled
def _covered(ends: Places, texts: Rows, places: Rows, repeated: Mask, length: int) -> Mask:
    """Return which words lie in repeated shingles, or between two that follow one another in the sample."""
    covered = np.zeros(ends[-1] if len(ends) else 0, np.bool_)
    for row in range(len(texts)):
        if repeated[row]:
            text, begin, stop = texts[row], places[row], places[row] + length
            if row == 0 or texts[row - 1] != text:
                begin = ends[text - 1] if text else 0
            if row + 1 == len(texts) or texts[row + 1] != text:
                stop = ends[text]
            elif repeated[row + 1]:
                stop = max(stop, places[row + 1])
            covered[begin:stop] = True
    return covered


@compiled
def _digests(ends: Places, keys: Hashes64) -> Hashes64:
    """Return a hash of each sketch, whatever the order of its keys."""
    out = np.empty(len(ends), np.uint64)
    start = 0
    for text in range(len(ends)):
        total = np.uint64(0)
        for place in range(start, ends[text]):
            mixed = np.uint64(keys[place] * _ODD)
            mixed = np.uint64((mixed ^ (mixed >> np.uint64(31))) * _MIXER)
            total = np.uint64(total + (mixed ^ (mixed >> np.uint64(29))))
        out[text] = total
        start = ends[text]
    return out


_ODD, _MIXER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
