"""Pairs of texts → the evidence: whatever the rules ask of two texts, counted in one compiled pass over many pairs."""

from typing import NamedTuple

import numpy as np

from dedup import lookup
from dedup.compiled import compiled
from dedup.passages import Flags, Mask, Places, follows, room
from dedup.records import BEGINS_WITH_DIGIT, HEADS_LINE, HOLDS_DIGIT, NAME, QUOTED, Cut, Hashes32, Hashes64, Recipe

# A replaced fact is a number with its unit or a date; longer gaps are rewritten sentences.
_SHORT_GAP = 6
_FACT = HOLDS_DIGIT | NAME


class Texts(NamedTuple):
    """The texts and titles of several articles as pairs of them are compared: what is of text i ends at the i-th end.

    The words of the texts are as in a Cut; `own` tells which are their own, `shingles[i]` is the hash of those that
    begin with word i. What follows are sets, sorted: the shingles of own words alone, the numbers, the names, the
    words of the title, and those of them that are facts: numbers, days, months; `dated` tells whether one is a day or
    a month.
    """

    ends: Places
    hashes: Hashes64
    starts: Hashes32
    stops: Hashes32
    flags: Flags
    own: Mask
    shingles: Hashes64
    phrase_ends: Places
    phrases: Hashes64
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

    hashes: Hashes64
    starts: Hashes32
    stops: Hashes32
    flags: Flags
    own: Mask
    shingles: Hashes64
    phrases: Hashes64
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
    return Texts(
        *(words.ends, words.hashes, words.starts, words.stops, words.flags, own, shingles),
        *_sets(words.ends, shingles, _wholly_own(words.ends, own, recipe.match_words)),
        *_sets(words.number_ends, words.numbers, np.ones(len(words.numbers), dtype=bool)),
        *_sets(words.ends, words.hashes, words.flags & NAME != 0),
        *_sets(titles.ends, titles.hashes, np.ones(len(titles.hashes), dtype=bool)),
        *_sets(titles.ends, titles.hashes, facts),
        np.diff(named, prepend=0) > 0,
    )


def _wholly_own(ends: Places, own: Mask, length: int) -> Mask:
    """Return which places begin `length` words that are all their text's own."""
    before: Places = np.concatenate((np.zeros(1, np.int64), np.cumsum(own, dtype=np.int64)))
    wholly = np.zeros(len(own), dtype=bool)
    wholly[: max(len(own) - length + 1, 0)] = before[length:] - before[:-length] == length
    for back in range(1, length):
        places = ends - back
        wholly[places[places >= 0]] = False
    return wholly


@compiled
def _sets(ends: Places, values: Hashes64, kept: Mask) -> tuple[Places, Hashes64]:
    """Return the distinct `kept` values of each text, sorted, and where those of each end."""
    stops, found = np.empty(len(ends), np.int64), np.empty(len(values), np.uint64)
    spare, counts = np.empty(_longest(ends), np.uint64), np.empty(lookup.COUNTS, np.int64)
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
    return Side(
        held.hashes[start:stop],
        held.starts[start:stop],
        held.stops[start:stop],
        held.flags[start:stop],
        held.own[start:stop],
        held.shingles[start : max(stop - length + 1, start)],
        _set(held.phrase_ends, held.phrases, text),
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
def counted(a: Side, b: Side, shared: Places, told: int, lead: int) -> Evidence:
    """Return what two texts share and how they differ, given their tiles.

    A tile of `told` words is long enough to be told; one that begins in the first `lead` words heads its text.
    """
    in_a, in_b = _inside(shared[:, 0], shared[:, 2], len(a.own)), _inside(shared[:, 1], shared[:, 2], len(b.own))
    a_own, a_covered, a_unquoted, a_digits, a_gap, a_added, quoted = _scanned(a, in_a)
    b_own, b_covered, b_unquoted, b_digits, b_gap, b_added, _ = _scanned(b, in_b)
    longest, total = 0, 0
    for row in range(len(shared)):
        longest = max(longest, shared[row, 2])
        total += shared[row, 2]
    if a_own > b_own:
        leads, recurring = _leads(shared[:, 0], shared[:, 2], told, lead), _recurring(b.names, a, in_a)
        late = _late(a, in_a)
    else:
        leads, recurring = _leads(shared[:, 1], shared[:, 2], told, lead), _recurring(a.names, b, in_b)
        late = _late(b, in_b)
    return Evidence(
        *(_same(a.hashes, b.hashes), len(a.own), len(b.own), a_own, b_own),
        *(len(a.phrases), len(b.phrases), _common(a.phrases, b.phrases)),
        *(a_covered, b_covered, a_unquoted, b_unquoted, a_digits, b_digits),
        *(a_gap, b_gap, a_added, b_added, longest, total, quoted),
        *(*_replaced(a, b, shared), _in_order(shared, told), leads, late, recurring),
        *(len(a.names), len(b.names), _common(a.names, b.names)),
        *(len(a.numbers), len(b.numbers), _common(a.numbers, b.numbers)),
        *(len(a.title), len(b.title), _common(a.title, b.title)),
        *(len(a.facts), len(b.facts), _common(a.facts, b.facts), _common_frame(a, b)),
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
def _common_frame(a: Side, b: Side) -> int:
    """Return how many words of both titles are no fact in either."""
    common = 0
    for word in a.title:
        if _holds(b.title, word) and not _holds(a.facts, word) and not _holds(b.facts, word):
            common += 1
    return common


@compiled
def _holds(values: Hashes64, value: np.uint64) -> bool:
    place = lookup.bisected(values, value, 0, len(values))
    return bool(place < len(values) and values[place] == value)


@compiled
def _inside(starts: Places, lengths: Places, count: int) -> Mask:
    """Return which of `count` words stand in tiles."""
    inside = np.zeros(count, np.bool_)
    for row in range(len(starts)):
        inside[starts[row] : starts[row] + lengths[row]] = True
    return inside


@compiled
def _scanned(side: Side, inside: Mask) -> tuple[int, int, int, int, int, int, int]:
    """Return own, covered, unquoted, digits, gap, added, quoted: see Evidence. `inside`: which words stand in tiles."""
    own, covered, unquoted, digits, quoted = 0, 0, 0, 0, 0
    gap, added, line, run = 0, 0, 0, 0
    for place in range(len(inside)):
        is_own, flags, tiled = int(side.own[place]), side.flags[place], int(inside[place])
        in_quotes = int(flags & QUOTED != 0)
        own += is_own
        covered += is_own & tiled & (1 - in_quotes)
        unquoted += is_own & (1 - in_quotes)
        digits += int(flags & BEGINS_WITH_DIGIT != 0)
        quoted += tiled & in_quotes
        run = (run + is_own) * (1 - tiled)
        line = (line * int(flags & HEADS_LINE == 0) + is_own) * (1 - tiled)
        gap, added = max(gap, line), max(added, run)
    return own, covered, unquoted, digits, gap, added, quoted


@compiled
def _replaced(a: Side, b: Side, shared: Places) -> tuple[int, int, int]:
    """Return how many short gaps between consecutive tiles hold digits on both sides, or facts; and of all gaps."""
    digits, facts, gaps = 0, 0, 0
    for row in range(1, len(shared)):
        here, there, length = shared[row - 1, 0], shared[row - 1, 1], shared[row - 1, 2]
        one, other = shared[row, 0] - here - length, shared[row, 1] - there - length
        gaps += int(one > 0 or other > 0)
        if 0 < one <= _SHORT_GAP and 0 < other <= _SHORT_GAP:
            held = _held(a.flags, here + length, one), _held(b.flags, there + length, other)
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
def _leads(starts: Places, lengths: Places, told: int, lead: int) -> int:
    for row in range(len(starts)):
        if starts[row] < lead and lengths[row] >= told:
            return 1
    return 0


@compiled
def _late(longer: Side, inside: Mask) -> int:
    """Return where the own words inside tiles stand on the average, in thousandths of all own words."""
    own, count, total = 0, 0, 0
    for word in range(len(inside)):
        if longer.own[word]:
            if inside[word]:
                count += 1
                total += own
            own += 1
    return 1000 * total // (count * own) if count else 0


@compiled
def _recurring(names: Hashes64, longer: Side, inside: Mask) -> int:
    """Return how many of these names are own words of a text outside its tiles."""
    met, near, count = np.zeros(len(names), np.bool_), np.zeros(_SLOTS, np.bool_), 0
    for name in names:
        near[name & _SLOT] = True
    for word in range(len(inside)):
        if longer.own[word] and not inside[word] and near[longer.hashes[word] & _SLOT]:
            place = lookup.bisected(names, longer.hashes[word], 0, len(names))
            if place < len(names) and names[place] == longer.hashes[word] and not met[place]:
                met[place] = True
                count += 1
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
