"""Pairs of texts → the evidence: whatever the rules ask of two texts, counted in one compiled pass over many pairs."""

from typing import NamedTuple

import numpy as np

from dedup import lookup
from dedup.arrays import HEADS_LINE, HOLDS_DIGIT, NAME, Hashes64
from dedup.columns import room
from dedup.compiled import compiled
from dedup.passages import Flags, Mask, Places, by_place, follows
from dedup.prepared import Counts, Side

# A replaced fact is a number with its unit or a date; longer gaps are rewritten sentences.
_SHORT_GAP = 6
_FACT = HOLDS_DIGIT | NAME


class Evidence(NamedTuple):
    """What two texts, a and b, share and how they differ, in counts; those of `a_` and `b_` are of one of them.

    `same` is 1 where both have the same words from beginning to end. `phrases` are distinct shingles of own words,
    `words` all words, `own` their own ones; `unquoted` are own words outside quotation marks, `covered` those of
    them that stand in a tile; `digits` words that begin with a digit; `added` the most own words between two tiles,
    `gap` the most of these in one line.
    `longest` and `shared` are words of the longest tile and of all, `quoted` those of them in quotation marks in the
    text of fewer own words; in the one that has more of them quoted where both have as many.
    `gaps` counts all between consecutive tiles, `replaced` the short ones that hold digits on both sides, `filled`
    those that hold digits or names on both. `in_order` is 1 where all tiles long enough to be told come in one order,
    `leads` is 1 where one of them heads the text of more own words; `late` is where in it their words stand on the
    average, in thousandths of its length, `late_in_shorter` where they do in the other.
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
    late_in_shorter: int
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
    a_late, b_late = _late(a.own_before, in_a, total), _late(b.own_before, in_b, total)
    quoted = max(a_quoted, b_quoted) if a_own == b_own else b_quoted if a_own > b_own else a_quoted
    if a_own > b_own:
        leads, late, late_in_shorter = _leads(in_a, told, lead), a_late, b_late
        recurring = _recurring(b.names, a.words.hashes, a.words.own, in_a)
    else:
        leads, late, late_in_shorter = _leads(in_b, told, lead), b_late, a_late
        recurring = _recurring(a.names, b.words.hashes, b.words.own, in_b)
    return Evidence(
        *(_same(a.words.hashes, b.words.hashes), len(a.flags), len(b.flags), a_own, b_own),
        *(a.phrases, b.phrases, phrases),
        *(total - a_quoted, total - b_quoted, a.unquoted, b.unquoted, a.digits, b.digits),
        *(a_gap, b_gap, a_added, b_added, longest, total, quoted),
        *(*_replaced(a.flags, b.flags, shared), _in_order(shared, told), leads, late, late_in_shorter, recurring),
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
