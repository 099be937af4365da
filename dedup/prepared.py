"""Texts as pairs of them are compared: what is of one text, whatever other one it meets, is counted once."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup import lookup
from dedup.arrays import BEGINS_WITH_DIGIT, NAME, QUOTED, Cut, Hashes32, Hashes64
from dedup.compiled import compiled
from dedup.passages import Flags, Mask, Places, Words
from dedup.records import Recipe

Counts = NDArray[np.int32]


class Texts(NamedTuple):
    """The texts and titles of several articles as pairs of them are compared: what is of text i ends at the i-th end.

    The words of the texts are as in a Cut; `own` tells which are their own, `shingles` and `fresh` are as in `Words`.
    Before word i `own_before[i]` of all own words stand, and `quoted_before[i]` of all that are quoted. Of each text:
    its distinct phrases of own words alone, its own words outside quotation marks, its words that begin with a digit.
    What follows are sets, sorted: the numbers, the names, the words of the title, and those of them that are facts:
    numbers, days, months; `dated` tells whether one is a day or a month.
    """

    ends: Places
    hashes: Hashes64
    starts: Hashes32
    stops: Hashes32
    flags: Flags
    own: Mask
    shingles: Hashes64
    fresh: Mask
    own_before: Counts
    quoted_before: Counts
    phrases: Places
    unquoted: Places
    digits: Places
    number_ends: Places
    numbers: Hashes64
    name_ends: Places
    names: Hashes64
    title_ends: Places
    titles: Hashes64
    fact_ends: Places
    facts: Hashes64
    dated: Mask


class Side(NamedTuple):
    """One of two texts that are compared: its part of Texts."""

    words: Words
    starts: Hashes32
    stops: Hashes32
    flags: Flags
    own_before: Counts
    quoted_before: Counts
    phrases: int
    unquoted: int
    digits: int
    numbers: Hashes64
    names: Hashes64
    title: Hashes64
    facts: Hashes64
    dated: bool


def texts(words: Cut, titles: Cut, own: Mask, shingles: Hashes64, facts: Mask, calendar: Mask, recipe: Recipe) -> Texts:
    """Return texts as pairs of them are compared.

    `own` tells which of all words are their texts' own, `shingles` are of `recipe.match_words` words, whatever text
    these stand in; `facts` tells which words of the titles are, `calendar` which of them are days and months.
    """
    named: Places = np.concatenate((np.zeros(1, np.int64), np.cumsum(calendar, dtype=np.int64)))[titles.ends]
    own_before, quoted_before = _before(own), _before(words.flags & QUOTED != 0)
    fresh = np.zeros(len(own), np.bool_)
    return Texts(
        *(words.ends, words.hashes, words.starts, words.stops, words.flags, own, shingles),
        *(fresh, own_before, quoted_before),
        *_counted_of_each(words.ends, words.flags, own, own_before, shingles, recipe.match_words, fresh),
        *_sets(words.number_ends, words.numbers, np.ones(len(words.numbers), dtype=bool)),
        *_sets(words.ends, words.hashes, words.flags & NAME != 0),
        *_sets(titles.ends, titles.hashes, np.ones(len(titles.hashes), dtype=bool)),
        *_sets(titles.ends, titles.hashes, facts),
        np.diff(named, prepend=0) > 0,
    )


def _before(marked: Mask) -> Counts:
    """Return how many words are marked before each, and before the end."""
    before = np.zeros(len(marked) + 1, np.int32)
    np.cumsum(marked, dtype=np.int32, out=before[1:])
    return before


@compiled
def _counted_of_each(
    ends: Places, flags: Flags, own: Mask, own_before: Counts, shingles: Hashes64, length: int, fresh: Mask
) -> tuple[Places, Places, Places]:
    """Return the phrases, unquoted own words and words that begin with a digit of each text, and mark what is fresh."""
    phrases, unquoted, digits = (
        np.empty(len(ends), np.int64),
        np.empty(len(ends), np.int64),
        np.zeros(len(ends), np.int64),
    )
    size, most = 16, lookup.longest(ends)
    while size < 2 * most:
        size *= 2
    held = np.empty(size, np.int32)
    start = 0
    for text in range(len(ends)):
        outside, begin_with = 0, 0
        for place in range(start, ends[text]):
            outside += int(own[place]) & int(flags[place] & QUOTED == 0)
            begin_with += int(flags[place] & BEGINS_WITH_DIGIT != 0)
        unquoted[text], digits[text] = outside, begin_with
        phrases[text] = _fresh(shingles, own_before, start, ends[text] - length + 1, length, held, fresh)
        start = ends[text]
    return phrases, unquoted, digits


@compiled
def _fresh(
    shingles: Hashes64, own_before: Counts, start: int, stop: int, length: int, held: NDArray[np.int32], fresh: Mask
) -> int:
    """Mark where phrases of own words alone first stand; return how many do. `held` has room for their places."""
    size = 16
    while size < 2 * (stop - start):
        size *= 2
    held[:size] = -1
    mask, count = np.uint64(size - 1), 0
    for place in range(start, stop):
        if own_before[place + length] - own_before[place] < length:
            continue
        slot = np.int64(shingles[place] & mask)
        while held[slot] >= 0 and shingles[held[slot]] != shingles[place]:
            slot = (slot + 1) & (size - 1)
        if held[slot] < 0:
            held[slot], fresh[place] = place, True
            count += 1
    return count


@compiled
def _sets(ends: Places, values: Hashes64, kept: Mask) -> tuple[Places, Hashes64]:
    """Return the distinct `kept` values of each text, sorted, and where those of each end."""
    stops, found = np.empty(len(ends), np.int64), np.empty(len(values), np.uint64)
    spare, counts = np.empty(lookup.longest(ends), np.uint64), lookup.digits()
    count, start = 0, 0
    for text in range(len(ends)):
        first = count
        for place in range(start, min(ends[text], len(values))):
            if kept[place]:
                found[count] = values[place]
                count += 1
        lookup.sort(found, first, count, spare, counts)
        last, count = count, first
        for place in range(first, last):
            if count == first or found[place] != found[count - 1]:
                found[count] = found[place]
                count += 1
        stops[text] = count
        start = ends[text]
    return stops, found[:count].copy()


@compiled
def side(held: Texts, text: int, length: int) -> Side:
    """Return one text; shingles are of `length` words."""
    start, stop = (held.ends[text - 1] if text else 0), held.ends[text]
    last = max(stop - length + 1, start)
    return Side(
        Words(held.hashes[start:stop], held.own[start:stop], held.shingles[start:last], held.fresh[start:last]),
        held.starts[start:stop],
        held.stops[start:stop],
        held.flags[start:stop],
        held.own_before[start : stop + 1],
        held.quoted_before[start : stop + 1],
        held.phrases[text],
        held.unquoted[text],
        held.digits[text],
        _set(held.number_ends, held.numbers, text),
        _set(held.name_ends, held.names, text),
        _set(held.title_ends, held.titles, text),
        _set(held.fact_ends, held.facts, text),
        held.dated[text],
    )


@compiled
def _set(ends: Places, values: Hashes64, text: int) -> Hashes64:
    return values[ends[text - 1] if text else 0 : ends[text]]
