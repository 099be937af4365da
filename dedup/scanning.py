"""Texts → their words as numbers, compiled: a hash, a place and a few traits of each word, without one Python object.

What `cutting` gives word by word, many times as fast. Needs numba.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dedup.amounts import BASIS, PRIME, amount
from dedup.arrays import BEGINS_WITH_DIGIT, CAPITALISED, HEADS_LINE, HOLDS_DIGIT, NAME, QUOTED, Hashes32, Hashes64
from dedup.characters import (
    ALONE,
    BEFORE_NAME,
    BEGINS,
    CAPITAL,
    CODES,
    CONTINUES,
    DECIMAL,
    DIGIT,
    KINDS,
    LONG,
    MARKS,
    OPENS,
    TRAITS,
)
from dedup.compiled import made

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]

_M1, _M2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_LINE, _SPACE = np.uint32(0x0A), np.uint32(0x20)
_CURLY, _CURLY_END, _LOW, _ANGLE, _ANGLE_END = 0x201C, 0x201D, 0x201E, 0xAB, 0xBB
_STRAIGHT, _WIDE, _CORNER, _CORNER_END = 0x22, 0xFF02, 0x300C, 0x300D
_SINGLE, _SINGLE_END, _APOSTROPHE = 0x2018, 0x2019, 0x27

# What `Characters.together` tells of a character, in the places where it tells that.
_BECOMES, _OF_WORDS = np.uint32((1 << KINDS) - 1), np.uint32((1 << TRAITS) - (1 << KINDS))
_BEGINS, _CONTINUES, _STARTS = (np.uint32(kind << KINDS) for kind in (BEGINS, CONTINUES, BEGINS | ALONE))
_ALONE, _MARKS, _LONG = (np.uint32(kind << KINDS) for kind in (ALONE, MARKS, LONG))
_DIGIT, _DECIMAL, _CAPITAL, _BEFORE_NAME, _OPENS = (
    np.uint32(trait << TRAITS) for trait in (DIGIT, DECIMAL, CAPITAL, BEFORE_NAME, OPENS)
)
_NONE, _ONE, _WORD = np.uint32(0), np.uint32(1), np.uint64(1)
_KINDS, _ALL_KINDS = np.uint32(KINDS), np.uint32((1 << TRAITS - KINDS) - 1)
_ASCII = np.uint32(0x80)
# Words that begin so have a trait of their own.
_TELLING = np.uint32(_DIGIT | _CAPITAL)
# What stands for more than a letter of ASCII, or what words end with.
_RARE = np.uint32(_DIGIT | _OPENS | _BECOMES & ~np.uint32(0x7F))

_inlined: Any = njit(cache=True, nogil=True, inline="always")

_compiled: Any = made


@_compiled
def scan_texts(
    codes: Hashes32,
    ends: Places,
    known: Hashes32,
    longer: Hashes32,
    longer_starts: Places,
    hashes: Hashes64,
    firsts: Hashes32,
    lasts: Hashes32,
    flags: Bytes,
    numbers: Hashes64,
) -> tuple[Places, Places, Bytes]:
    """Find the words and numbers of texts that stand one behind the other in `codes`, text i up to `ends[i]`.

    `known` is `Characters.together`. Returns where the words of each text end, where its numbers do, and what kinds of
    characters its words hold, as `kernel.sign_texts` tells. Of words are written: their `hashes`, where each begins and
    ends in its text, their traits; of numbers their hashes. There is room for as many of them as there are characters.
    """
    word_ends, number_ends = np.empty(len(ends), np.int64), np.empty(len(ends), np.int64)
    held = np.zeros(len(ends), np.uint8)
    before, at, counted = 0, 0, 0
    for text in range(len(ends)):
        words, numbered, held[text] = _scan(
            *(codes[before : ends[text]], known, longer, longer_starts),
            *(hashes[at:], firsts[at:], lasts[at:], flags[at:], numbers[counted:]),
        )
        at, counted, before = at + words, counted + numbered, ends[text]
        word_ends[text], number_ends[text] = at, counted
    return word_ends, number_ends, held


@_compiled
def _scan(  # noqa: C901 - one loop over a text, and every call in it costs
    codes: Hashes32,
    known: Hashes32,
    longer: Hashes32,
    longer_starts: Places,
    hashes: Hashes64,
    firsts: Hashes32,
    lasts: Hashes32,
    flags: Bytes,
    numbers: Hashes64,
) -> tuple[np.int64, int, np.uint32]:
    """Write the words and numbers of a text; return how many there are, and `held`.

    A word's hash is FNV-1a of its UTF-8 (Fowler, Noll, Vo 1991), mixed as MurmurHash3 ends (Appleby 2011).
    """
    flags[: len(codes)] = 0
    # Of nothing there is nothing to write to.
    flags[: min(len(codes), 1)] = HEADS_LINE
    counted, first, value, inside, seen = 0, np.uint32(0), BASIS, _NONE, _NONE
    # Without a sign: what may be negative is asked for that at each look.
    at = quoted = np.uint64(0)
    # Quotations and numbers are looked through when their first character is met, and marks behind a word of one
    # character; what a quotation holds is marked when the next one is met.
    quotation, number, marks, no_corner = 0, 0, 0, 0
    for place in range(len(codes)):
        held = known[codes[place]]
        # As letters of ASCII are taken, and what stands between words: no branch of which nobody knows whether it is
        # taken. To guess wrong where words begin and end costs more than all of this.
        was, before, goes_on = inside, value, (held >> _KINDS) & _ONE
        first = first if was else np.uint32(place)
        hashes[at], firsts[at], lasts[at] = value, first, np.uint32(place)
        at += np.uint64(was & (goes_on ^ _ONE))
        hashed = np.uint64((value ^ np.uint64(held & _BECOMES)) * PRIME)
        value, inside = hashed if goes_on else BASIS, goes_on
        # Whatever needs more than that.
        if held & _RARE == 0 or place < marks:
            continue
        if held & _STARTS == 0:
            if was and held & _CONTINUES:
                at, value, inside = at - _WORD, _with(before, held, longer, longer_starts), _ONE
                seen |= held
            elif codes[place] == _LINE:
                flags[at] |= HEADS_LINE
            elif held & _OPENS and place >= quotation:
                _mark(firsts, flags, quoted, at, quotation)
                quoted = at
                quotation, no_corner = _quoted_until(codes, known, place, no_corner)
            continue
        seen |= held
        if held & _DIGIT:
            flags[at] |= HOLDS_DIGIT
            if held & _DECIMAL and place >= number:
                number, said = amount(codes, known, place)
                numbers[counted] = _mixed(said)
                counted += 1
        value = _with(before if held & _BEGINS else BASIS, held, longer, longer_starts)
        if held & _ALONE:
            marks = place + 1
            while marks < len(codes) and known[codes[marks]] & _MARKS:
                seen |= known[codes[marks]]
                value = _with(value, known[codes[marks]], longer, longer_starts)
                marks += 1
            hashes[at], firsts[at], lasts[at] = value, place, marks
            at, value = at + _WORD, BASIS
    if inside:
        hashes[at], firsts[at], lasts[at] = value, first, len(codes)
        at += _WORD
    _mark(firsts, flags, quoted, at, quotation)
    _finish(codes, known, hashes[:at], firsts, lasts, flags)
    return np.int64(at), counted, (seen >> _KINDS) & _ALL_KINDS


@_compiled
def _mark(firsts: Hashes32, flags: Bytes, first: np.uint64, last: np.uint64, quotation: int) -> None:
    """Mark the words from one to before another that begin before a quotation ends."""
    while first < last and firsts[first] < quotation:
        flags[first] |= QUOTED
        first += _WORD


@_compiled
def _finish(
    codes: Hashes32, known: Hashes32, hashes: Hashes64, firsts: Hashes32, lasts: Hashes32, flags: Bytes
) -> None:
    """Mix the hashes of words, and mark those whose first character tells something."""
    for word in range(len(hashes)):
        hashes[word] = _mixed(hashes[word])
        place = np.int64(firsts[word])
        held = known[codes[place]]
        if held & _TELLING == 0:
            continue
        capital = held & _CAPITAL != 0
        after = place > 1 and codes[place - 1] == _SPACE and known[codes[place - 2]] & _BEFORE_NAME != 0
        name = capital and after and lasts[word] - firsts[word] > 1
        flags[word] |= BEGINS_WITH_DIGIT * int(held & _DIGIT != 0) | CAPITALISED * int(capital) | NAME * int(name)


@_compiled
def _with(value: np.uint64, held: np.uint32, longer: Hashes32, longer_starts: Places) -> np.uint64:
    """Return the hash of a word so far with a character behind it, `held` being what is known of that."""
    to = held & _BECOMES
    if to < _ASCII:
        return np.uint64((value ^ np.uint64(to)) * PRIME)
    return value if held & _LONG else _written(value, to, longer, longer_starts)


@_compiled
def _written(value: np.uint64, to: np.uint32, longer: Hashes32, starts: Places) -> np.uint64:
    """Return the hash of a word so far with what a character becomes behind it."""
    if to < CODES:
        return _utf8(value, to)  # type: ignore[no-any-return] # compiled functions have no types
    for place in range(starts[to - CODES], starts[to - CODES + 1]):
        value = _utf8(value, longer[place])
    return value


@_compiled
def _utf8(value: np.uint64, code: np.uint32) -> np.uint64:
    """Return the hash of a word so far with a code point behind it, in UTF-8."""
    if code < 0x80:
        return _byte(value, code)  # type: ignore[no-any-return] # compiled functions have no types
    if code < 0x800:
        value = _byte(value, 0xC0 | (code >> 6))
        return _byte(value, 0x80 | (code & 0x3F))  # type: ignore[no-any-return] # compiled functions have no types
    if code < 0x10000:
        value = _byte(value, 0xE0 | (code >> 12))
    else:
        value = _byte(value, 0xF0 | (code >> 18))
        value = _byte(value, 0x80 | ((code >> 12) & 0x3F))
    value = _byte(value, 0x80 | ((code >> 6) & 0x3F))
    return _byte(value, 0x80 | (code & 0x3F))  # type: ignore[no-any-return] # compiled functions have no types


@_inlined
def _byte(value: np.uint64, byte: int) -> np.uint64:
    return np.uint64((value ^ np.uint64(byte)) * PRIME)


@_compiled
def hash_words(written: Bytes, ends: Places) -> Hashes64:
    """Return the hash of each word; they stand one behind the other in UTF-8, word i up to `ends[i]`."""
    out = np.empty(len(ends), np.uint64)
    start = 0
    for word in range(len(ends)):
        out[word] = _hash_of(written, start, ends[word])
        start = ends[word]
    return out


@_compiled
def _hash_of(buffer: Bytes, start: int, end: int) -> np.uint64:
    """Return FNV-1a of a word's UTF-8 (Fowler, Noll, Vo 1991), mixed as MurmurHash3 ends (Appleby 2011)."""
    value = BASIS
    for place in range(start, end):
        value = np.uint64((value ^ np.uint64(buffer[place])) * PRIME)
    return _mixed(value)  # type: ignore[no-any-return] # compiled functions have no types


@_compiled
def _mixed(value: np.uint64) -> np.uint64:
    """Return MurmurHash3's 64-bit finaliser of a value."""
    value = np.uint64((value ^ (value >> np.uint64(33))) * _M1)
    value = np.uint64((value ^ (value >> np.uint64(33))) * _M2)
    return np.uint64(value ^ (value >> np.uint64(33)))


@_compiled
def _quoted_until(codes: Hashes32, known: Hashes32, place: int, no_corner: int) -> tuple[int, int]:
    """Return where the quotation ends that the mark at `place` opens, `place` if it opens none: as `segments` does.

    Before `no_corner`, which is returned as well, no corner is closed.
    """
    code = codes[place]
    if code == _APOSTROPHE:
        doubled = place + 1 < len(codes) and codes[place + 1] == code
        return (_alike_until(codes, known, place, 2) if doubled else place), no_corner
    if code in (_STRAIGHT, _WIDE):
        return _alike_until(codes, known, place, 1), no_corner
    if code == _SINGLE:
        return _single_until(codes, known, place), no_corner
    one, other = _closers(code)
    if one == _CORNER_END and place < no_corner:
        return place, no_corner
    end = place + 1
    while end < len(codes) and codes[end] != _LINE and codes[end] != one and codes[end] != other:
        end += 1
    if end < len(codes) and codes[end] != _LINE:
        return end + 1, no_corner
    return (place, end) if one == _CORNER_END else (end, no_corner)


@_compiled
def _closers(code: np.uint32) -> tuple[int, int]:
    """Return what closes the quotation that a character opens whose paragraph may end first, or a corner."""
    if code == _CURLY:
        return _CURLY_END, _CURLY_END
    if code == _LOW:
        return _CURLY, _CURLY_END
    if code == _ANGLE:
        return _ANGLE_END, _ANGLE_END
    return _CORNER_END, _CORNER_END


@_compiled
def _alike_until(codes: Hashes32, known: Hashes32, place: int, width: int) -> int:
    """Return where a quotation ends between marks that open and close alike, of one or two equal characters each."""
    mark, end = codes[place], place + width
    while end < len(codes) and codes[end] != _LINE and not _is_mark(codes, end, mark, width):
        end += 1
    if end < len(codes) and codes[end] != _LINE:
        return place if place > 0 and known[codes[place - 1]] & _DECIMAL else end + width
    return end if _may_run_on(codes, known, place, width) and _opens_again(codes, end, mark, width) else place


@_compiled
def _single_until(codes: Hashes32, known: Hashes32, place: int) -> int:
    """Return where a quotation in single marks ends; the one that closes it is an apostrophe as well."""
    if not _may_run_on(codes, known, place, 1):
        return place
    end = place + 1
    while end < len(codes) and codes[end] != _LINE and codes[end] != _SINGLE:
        if codes[end] == _SINGLE_END and not (end + 1 < len(codes) and known[codes[end + 1]] & _OF_WORDS):
            return end + 1
        end += 1
    return end if _opens_again(codes, end, _SINGLE, 1) else place


@_compiled
def _may_run_on(codes: Hashes32, known: Hashes32, place: int, width: int) -> bool:
    """Return whether a mark stands before what is said, and not in or behind a word."""
    if place > 0 and known[codes[place - 1]] & _OF_WORDS:
        return False
    return place + width < len(codes) and codes[place + width] != _SPACE and codes[place + width] != _LINE


@_compiled
def _opens_again(codes: Hashes32, end: int, mark: int, width: int) -> bool:
    """Return whether the line ends here and the next one that is not empty begins with a mark."""
    if end >= len(codes) or codes[end] != _LINE:
        return False
    while end < len(codes) and (codes[end] == _LINE or codes[end] == _SPACE):
        end += 1
    return bool(_is_mark(codes, end, mark, width))


@_compiled
def _is_mark(codes: Hashes32, place: int, mark: int, width: int) -> bool:
    if place + width > len(codes):
        return False
    return bool(codes[place] == mark and codes[place + width - 1] == mark)
