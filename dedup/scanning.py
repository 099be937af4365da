"""Texts → their words as numbers, compiled: a hash, a place and a few traits of each word, without one Python object.

What `cutting` gives word by word, many times as fast. Needs numba.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dedup.characters import (
    ALONE,
    BEFORE_NAME,
    BEGINS,
    CAPITAL,
    CODES,
    CONTINUES,
    DECIMAL,
    DIGIT,
    LONG,
    MARKS,
    OPENS,
)
from dedup.compiled import kept
from dedup.records import BEGINS_WITH_DIGIT, CAPITALISED, HEADS_LINE, HOLDS_DIGIT, NAME, QUOTED, Hashes32, Hashes64

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]

_BASIS, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_M1, _M2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_LINE, _SPACE = np.uint32(0x0A), np.uint32(0x20)
_CURLY, _CURLY_END, _LOW, _ANGLE, _ANGLE_END = 0x201C, 0x201D, 0x201E, 0xAB, 0xBB
_STRAIGHT, _WIDE, _CORNER, _CORNER_END = 0x22, 0xFF02, 0x300C, 0x300D
_SINGLE, _SINGLE_END, _APOSTROPHE = 0x2018, 0x2019, 0x27
_SEPARATORS = (0x2E, 0x2C, 0x3A, 0x2F)

_BEGINS, _CONTINUES, _ALONE = np.uint8(BEGINS), np.uint8(CONTINUES), np.uint8(ALONE)
_MARKS, _LONG, _NOTHING = np.uint8(MARKS), np.uint8(LONG), np.uint8(0)
_ASCII = np.uint32(0x80)

_inlined: Any = njit(cache=True, nogil=True, inline="always")


def _compiled(function: Any) -> Any:
    return kept(njit(cache=True, nogil=True)(function))


@_compiled
def scan_texts(
    codes: Hashes32,
    ends: Places,
    kinds: Bytes,
    traits: Bytes,
    folded: Hashes32,
    longer: Hashes32,
    longer_starts: Places,
    hashes: Hashes64,
    firsts: Hashes32,
    lasts: Hashes32,
    flags: Bytes,
    numbers: Hashes64,
) -> tuple[Places, Places, Bytes]:
    """Find the words and numbers of texts that stand one behind the other in `codes`, text i up to `ends[i]`.

    Returns where the words of each text end, where its numbers do, and what kinds of characters its words hold, as
    `kernel.sign_texts` tells. Of words are written: their `hashes`, where each begins and ends in its text, their
    traits; of numbers their hashes. There is room for as many of them as there are characters.
    """
    word_ends, number_ends = np.empty(len(ends), np.int64), np.empty(len(ends), np.int64)
    held = np.zeros(len(ends), np.uint8)
    before, at, counted = 0, 0, 0
    for text in range(len(ends)):
        at, counted, held[text] = _scan(
            codes[before : ends[text]],
            *(kinds, traits, folded, longer, longer_starts, hashes, firsts, lasts, flags, at, numbers, counted),
        )
        word_ends[text], number_ends[text] = at, counted
        before = ends[text]
    return word_ends, number_ends, held


@_compiled
def _scan(  # noqa: C901 - one loop over a text, and every call in it costs
    codes: Hashes32,
    kinds: Bytes,
    traits: Bytes,
    folded: Hashes32,
    longer: Hashes32,
    longer_starts: Places,
    hashes: Hashes64,
    firsts: Hashes32,
    lasts: Hashes32,
    flags: Bytes,
    at: int,
    numbers: Hashes64,
    counted: int,
) -> tuple[int, int, np.uint8]:
    """Write a text's words from place `at` on, its numbers from `counted` on; return where both end, and `held`.

    A word's hash is FNV-1a of its UTF-8 (Fowler, Noll, Vo 1991), mixed as MurmurHash3 ends (Appleby 2011).
    """
    inside, goes_on, seen = False, _NOTHING, _NOTHING
    value, flag = _BASIS, 0
    # Quotations and numbers are looked through when their first character is met.
    quotation, number, no_corner = 0, 0, 0
    head = True
    for place in range(len(codes)):
        code = codes[place]
        kind, trait = kinds[code], traits[code]
        if not (inside and kind & goes_on):
            if inside:
                hashes[at], lasts[at], flags[at] = _mixed(value), place, flag
                at += 1
                inside = False
            if kind & _BEGINS:
                goes_on = _CONTINUES
            elif kind & _ALONE:
                goes_on = _MARKS
            else:
                if code == _LINE:
                    head = True
                elif place >= quotation and trait & OPENS:
                    quotation, no_corner = _quoted_until(codes, kinds, traits, place, no_corner)
                continue
            inside, value, flag = True, _BASIS, 0
            firsts[at] = place
            if head:
                flag, head = HEADS_LINE, False
            if place < quotation:
                flag |= QUOTED
            if trait & DIGIT:
                flag |= BEGINS_WITH_DIGIT
            if trait & CAPITAL:
                flag |= CAPITALISED
                if place > 1 and codes[place - 1] == _SPACE and traits[codes[place - 2]] & BEFORE_NAME:
                    # Unless it turns out to be one letter alone.
                    flag |= NAME if place + 1 < len(codes) and kinds[codes[place + 1]] & goes_on else 0
        seen |= kind
        if trait & DIGIT:
            flag |= HOLDS_DIGIT
            if trait & DECIMAL and place >= number:
                number, numbers[counted] = _number_until(codes, traits, place)
                counted += 1
        to = folded[code]
        if to < _ASCII:
            value = np.uint64((value ^ np.uint64(to)) * _PRIME)
        elif not kind & _LONG:
            value = _written(value, to, longer, longer_starts)
    if inside:
        hashes[at], lasts[at], flags[at] = _mixed(value), len(codes), flag
        at += 1
    return at, counted, seen


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
    return np.uint64((value ^ np.uint64(byte)) * _PRIME)


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
    value = _BASIS
    for place in range(start, end):
        value = np.uint64((value ^ np.uint64(buffer[place])) * _PRIME)
    return _mixed(value)  # type: ignore[no-any-return] # compiled functions have no types


@_compiled
def _mixed(value: np.uint64) -> np.uint64:
    """Return MurmurHash3's 64-bit finaliser of a value."""
    value = np.uint64((value ^ (value >> np.uint64(33))) * _M1)
    value = np.uint64((value ^ (value >> np.uint64(33))) * _M2)
    return np.uint64(value ^ (value >> np.uint64(33)))


@_compiled
def _quoted_until(codes: Hashes32, kinds: Bytes, traits: Bytes, place: int, no_corner: int) -> tuple[int, int]:
    """Return where the quotation ends that the mark at `place` opens, `place` if it opens none: as `segments` does.

    Before `no_corner`, which is returned as well, no corner is closed.
    """
    code = codes[place]
    if code == _APOSTROPHE:
        doubled = place + 1 < len(codes) and codes[place + 1] == code
        return (_alike_until(codes, kinds, traits, place, 2) if doubled else place), no_corner
    if code in (_STRAIGHT, _WIDE):
        return _alike_until(codes, kinds, traits, place, 1), no_corner
    if code == _SINGLE:
        return _single_until(codes, kinds, place), no_corner
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
def _alike_until(codes: Hashes32, kinds: Bytes, traits: Bytes, place: int, width: int) -> int:
    """Return where a quotation ends between marks that open and close alike, of one or two equal characters each."""
    mark, end = codes[place], place + width
    while end < len(codes) and codes[end] != _LINE and not _is_mark(codes, end, mark, width):
        end += 1
    if end < len(codes) and codes[end] != _LINE:
        return place if place > 0 and traits[codes[place - 1]] & DECIMAL else end + width
    return end if _may_run_on(codes, kinds, place, width) and _opens_again(codes, end, mark, width) else place


@_compiled
def _single_until(codes: Hashes32, kinds: Bytes, place: int) -> int:
    """Return where a quotation in single marks ends; the one that closes it is an apostrophe as well."""
    if not _may_run_on(codes, kinds, place, 1):
        return place
    end = place + 1
    while end < len(codes) and codes[end] != _LINE and codes[end] != _SINGLE:
        if codes[end] == _SINGLE_END and not (end + 1 < len(codes) and kinds[codes[end + 1]]):
            return end + 1
        end += 1
    return end if _opens_again(codes, end, _SINGLE, 1) else place


@_compiled
def _may_run_on(codes: Hashes32, kinds: Bytes, place: int, width: int) -> bool:
    """Return whether a mark stands before what is said, and not in or behind a word."""
    if place > 0 and kinds[codes[place - 1]]:
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


@_compiled
def _number_until(codes: Hashes32, traits: Bytes, place: int) -> tuple[int, np.uint64]:
    """Return where the number ends that begins at `place`, and its hash, separators kept."""
    value = _BASIS
    while place < len(codes) and (
        traits[codes[place]] & DECIMAL
        or (codes[place] in _SEPARATORS and place + 1 < len(codes) and traits[codes[place + 1]] & DECIMAL)
    ):
        value = np.uint64((value ^ np.uint64(codes[place])) * _PRIME)
        place += 1
    return place, _mixed(value)
