"""Pairs of texts → the evidence: whatever the rules ask of two texts, counted in one compiled pass over many pairs."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup import lookup
from dedup.columns import room
from dedup.compiled import compiled
from dedup.passages import Flags, Mask, Places, Words, by_place, follows
from dedup.records import BEGINS_WITH_DIGIT, HEADS_LINE, HOLDS_DIGIT, NAME, QUOTED, Cut, Hashes32, Hashes64, Recipe

# A replaced fact is a number with its unit or a date; longer gaps are rewritten sentences.
_SHORT_GAP = 6
_FACT = HOLDS_DIGIT | NAME

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


class Evidence(NamedTuple):
    """What two texts, a and b, share and how they differ, in counts; those of `a_` and `b_` are of one of them.

    `same` is 1 where both have the same words from beginning to end. `phrases` are distinct shingles of own words,
    `words` all words, `own` their own ones; `unquoted` are own words outside quotation marks, `covered` those of
    them that stand in a tile; `digits` words that begin with a digit; `added` the most own words between two tiles,
    `gap` the most of these in one line.
    `longest` and `shared` are words of the longest tile and of all, `quoted` those of them in quotation marks in a.
    `gaps` counts all between consecutive tiles, `replaced` the short ones that hold digits on both sides, `filled`
    those that hold digits or names on both. `in_order` is 1 where all tiles long enough to be told come in one order,
    `leads` is 1 where one of them heads the text of more own words; `late` is where in it their words stand on the
    average, in thousandths of its length.
    `recurring` are the names of the other text that its part outside tiles holds as well. Of names, numbers, titles'
    words and their facts `_common` is how many both have; `frame_common` are words of both titles that are no facts,
    `dated` is 1 where one of them names a day or a month.
    """

    same: int
    a_words: int
    b_words: int
    a_own: int
    b_own: int
    a_phrases: int
    b_phrases: int
    phrases_common: int
    a_covered: int
    b_covered: int
    a_unquoted: int
    b_unquoted: int
    a_digits: int
    b_digits: int
    a_gap: int
    b_gap: int
    a_added: int
    b_added: int
    longest: int
    shared: int
    quoted: int
    replaced: int
    filled: int
    gaps: int
    in_order: int
    leads: int
    late: int
    recurring: int
    a_names: int
    b_names: int
    names_common: int
    a_numbers: int
    b_numbers: int
    numbers_common: int
    a_title: int
    b_title: int
    title_common: int
    a_facts: int
    b_facts: int
    facts_common: int
    frame_common: int
    dated: int


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
    size, most = 16, _longest(ends)
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
    spare, counts = np.empty(_longest(ends), np.uint64), lookup.digits()
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
def _longest(ends: Places) -> int:
    most, start = 0, 0
    for end in ends:
        most, start = max(most, end - start), end
    return most


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


@compiled
def counted(a: Side, b: Side, shared: Places, phrases: int, told: int, lead: int) -> Evidence:
    """Return what two texts share and how they differ, given their tiles and how many phrases they have in common.

    A tile of `told` words is long enough to be told; one that begins in the first `lead` words heads its text.
    """
    in_a, in_b = shared[:, ::2], by_place(shared, 1)[:, 1:]
    a_own, b_own = _own_words(a.own_before), _own_words(b.own_before)
    (a_gap, a_added), (b_gap, b_added) = _between(a.flags, a.own_before, in_a), _between(b.flags, b.own_before, in_b)
    longest, total = 0, 0
    for row in range(len(shared)):
        longest = max(longest, shared[row, 2])
        total += shared[row, 2]
    a_quoted, b_quoted = _quoted(a.quoted_before, in_a), _quoted(b.quoted_before, in_b)
    if a_own > b_own:
        leads, late = _leads(in_a, told, lead), _late(a.own_before, in_a, total)
        recurring = _recurring(b.names, a.words.hashes, a.words.own, in_a)
    else:
        leads, late = _leads(in_b, told, lead), _late(b.own_before, in_b, total)
        recurring = _recurring(a.names, b.words.hashes, b.words.own, in_b)
    return Evidence(
        *(_same(a.words.hashes, b.words.hashes), len(a.flags), len(b.flags), a_own, b_own),
        *(a.phrases, b.phrases, phrases),
        *(total - a_quoted, total - b_quoted, a.unquoted, b.unquoted, a.digits, b.digits),
        *(a_gap, b_gap, a_added, b_added, longest, total, a_quoted),
        *(*_replaced(a.flags, b.flags, shared), _in_order(shared, told), leads, late, recurring),
        *(len(a.names), len(b.names), _common(a.names, b.names)),
        *(len(a.numbers), len(b.numbers), _common(a.numbers, b.numbers)),
        *(len(a.title), len(b.title), _common(a.title, b.title)),
        *(len(a.facts), len(b.facts), _common(a.facts, b.facts)),
        _common_frame(a.title, b.title, a.facts, b.facts),
        int(a.dated | b.dated),
    )


@compiled
def _same(one: Hashes64, other: Hashes64) -> int:
    if len(one) != len(other):
        return 0
    for place in range(len(one)):
        if one[place] != other[place]:
            return 0
    return 1


@compiled
def _common(one: Hashes64, other: Hashes64) -> int:
    """Return how many values two sorted sets have in common."""
    common, here, there = 0, 0, 0
    while here < len(one) and there < len(other):
        # No branch of which nobody knows whether it is taken: guessing wrong costs more than all of this.
        a, b = one[here], other[there]
        common += int(a == b)
        here += int(a <= b)
        there += int(b <= a)
    return common


@compiled
def _common_frame(title: Hashes64, other: Hashes64, facts: Hashes64, others: Hashes64) -> int:
    """Return how many words of both titles are no fact in either."""
    common = 0
    for word in title:
        if _holds(other, word) and not _holds(facts, word) and not _holds(others, word):
            common += 1
    return common


@compiled
def _holds(values: Hashes64, value: np.uint64) -> bool:
    place = lookup.bisected(values, value, 0, len(values))
    return bool(place < len(values) and values[place] == value)


@compiled
def _own_words(own_before: Counts) -> int:
    return int(own_before[-1] - own_before[0])


@compiled
def _quoted(quoted_before: Counts, within: Places) -> int:
    """Return how many words of tiles are quoted; a row of `within` is where a tile begins, and how long it is."""
    quoted = 0
    for row in range(len(within)):
        start, length = within[row, 0], within[row, 1]
        quoted += quoted_before[start + length] - quoted_before[start]
    return quoted


@compiled
def _between(flags: Flags, own_before: Counts, within: Places) -> tuple[int, int]:
    """Return the most own words outside tiles that stand in one line, and the most between two tiles."""
    gap, added, start = 0, 0, 0
    for row in range(len(within) + 1):
        stop = within[row, 0] if row < len(within) else len(flags)
        added = max(added, own_before[stop] - own_before[start])
        line = start
        for place in range(start, stop):
            if flags[place] & HEADS_LINE:
                gap = max(gap, own_before[place] - own_before[line])
                line = place
        gap = max(gap, own_before[stop] - own_before[line])
        start = stop + (within[row, 1] if row < len(within) else 0)
    return gap, added


@compiled
def _replaced(a: Flags, b: Flags, shared: Places) -> tuple[int, int, int]:
    """Return how many short gaps between consecutive tiles hold digits on both sides, or facts; and of all gaps."""
    digits, facts, gaps = 0, 0, 0
    for row in range(1, len(shared)):
        here, there, length = shared[row - 1, 0], shared[row - 1, 1], shared[row - 1, 2]
        one, other = shared[row, 0] - here - length, shared[row, 1] - there - length
        gaps += int(one > 0 or other > 0)
        if 0 < one <= _SHORT_GAP and 0 < other <= _SHORT_GAP:
            held = _held(a, here + length, one), _held(b, there + length, other)
            digits += int(held[0] & held[1] & HOLDS_DIGIT != 0)
            facts += int(held[0] & _FACT != 0 and held[1] & _FACT != 0)
    return digits, facts, gaps


@compiled
def _held(flags: Flags, start: int, length: int) -> int:
    """Return the traits that one of some words has."""
    held = 0
    for place in range(start, start + length):
        held |= flags[place]
    return held


@compiled
def _in_order(shared: Places, told: int) -> int:
    last = -1
    for row in range(len(shared)):
        if shared[row, 2] >= told:
            if shared[row, 1] <= last:
                return 0
            last = shared[row, 1]
    return 1


@compiled
def _leads(within: Places, told: int, lead: int) -> int:
    for row in range(len(within)):
        if within[row, 0] < lead and within[row, 1] >= told:
            return 1
    return 0


@compiled
def _late(own_before: Counts, within: Places, count: int) -> int:
    """Return where the words of tiles, so many, stand on the average, in thousandths of all own words."""
    total = 0
    for row in range(len(within)):
        # All of them are own words.
        first, length = own_before[within[row, 0]] - own_before[0], within[row, 1]
        total += length * first + length * (length - 1) // 2
    return 1000 * total // (count * _own_words(own_before)) if count else 0


@compiled
def _recurring(names: Hashes64, words: Hashes64, own: Mask, within: Places) -> int:
    """Return how many of these names are own words of a text outside its tiles."""
    met, near, count = np.zeros(len(names), np.bool_), np.zeros(_SLOTS, np.bool_), 0
    for name in names:
        near[name & _SLOT] = True
    start = 0
    for row in range(len(within) + 1):
        stop = within[row, 0] if row < len(within) else len(words)
        for word in range(start, stop):
            value = words[word]
            if near[value & _SLOT] and own[word]:
                place = lookup.bisected(names, value, 0, len(names))
                if place < len(names) and names[place] == value and not met[place]:
                    met[place] = True
                    count += 1
        start = stop + (within[row, 1] if row < len(within) else 0)
    return count


# The last bits of a hash, by which most words are soon seen to be none of some names.
_SLOTS = 1 << 10
_SLOT = np.uint64(_SLOTS - 1)


@compiled
def told(a: Side, b: Side, shared: Places, told: int, gap: int, rows: Places, count: int) -> tuple[Places, int]:
    """Add the passages of two texts to `rows`: tiles that follow one another, of at least `told` words together."""
    first, words = 0, 0
    for row in range(len(shared)):
        words += shared[row, 2]
        if row + 1 < len(shared) and follows(shared, row, gap):
            continue
        if words >= told:
            rows = room(rows, count)
            rows[count, 0], rows[count, 1] = a.starts[shared[first, 0]], a.stops[shared[row, 0] + shared[row, 2] - 1]
            rows[count, 2], rows[count, 3] = b.starts[shared[first, 1]], b.stops[shared[row, 1] + shared[row, 2] - 1]
            rows[count, 4], rows[count, 5] = words, row - first
            count += 1
        first, words = row + 1, 0
    return rows, count
