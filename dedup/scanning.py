"""Texts → their words as numbers, compiled: a hash, a place and a few traits of each word, without one Python object.

What `cutting` gives word by word, many times as fast. Needs numba.
"""

from typing import Any

import numpy as np
from numba import njit

from dedup.characters import BEFORE_NAME, CAPITAL, DECIMAL, DIGIT
from dedup.kernel import Bytes, Places, cut_words
from dedup.records import BEGINS_WITH_DIGIT, HEADS_LINE, HOLDS_DIGIT, NAME, QUOTED, Hashes32, Hashes64

_BASIS, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_M1, _M2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_LINE, _SPACE = np.uint32(0x0A), np.uint32(0x20)
_CURLY, _CURLY_END, _LOW, _ANGLE, _ANGLE_END = 0x201C, 0x201D, 0x201E, 0xAB, 0xBB
_STRAIGHT, _CORNER, _CORNER_END = 0x22, 0x300C, 0x300D
_SEPARATORS = (0x2E, 0x2C, 0x3A, 0x2F)

_compiled: Any = njit(cache=True, nogil=True)


@_compiled
def scan_texts(
    codes: Hashes32,
    ends: Places,
    kinds: Bytes,
    traits: Bytes,
    folded: Hashes32,
    longer: Hashes32,
    longer_starts: Places,
) -> tuple[Places, Hashes64, Hashes32, Hashes32, Bytes, Places, Hashes64, Bytes]:
    """Return for texts that stand one behind the other in `codes`, text i up to `ends[i]`, all their words and numbers.

    Of words: where each text's end, their hashes, where each begins and ends in its text, their traits; of numbers:
    where each text's end, and their hashes. Last, what kinds of characters the words of each text hold, as
    `kernel.sign_texts` tells.
    """
    most, before = 0, 0
    for end in ends:
        most, before = max(most, end - before), end
    buffer = np.empty(most * 7 + 4, np.uint8)
    starts, stops = np.empty(most + 1, np.int64), np.empty(most + 1, np.int64)
    quoted = np.empty(most + 1, np.uint8)
    word_ends, number_ends = np.empty(len(ends), np.int64), np.empty(len(ends), np.int64)
    hashes, numbers = np.empty(len(codes) + 1, np.uint64), np.empty(len(codes) + 1, np.uint64)
    firsts, lasts = np.empty(len(codes) + 1, np.uint32), np.empty(len(codes) + 1, np.uint32)
    flags = np.empty(len(codes) + 1, np.uint8)
    held = np.zeros(len(ends), np.uint8)
    before, at, counted = 0, 0, 0
    for text in range(len(ends)):
        own = codes[before : ends[text]]
        words, held[text] = cut_words(
            own, *(kinds, folded, longer, longer_starts, buffer, starts, stops, firsts[at:], lasts[at:])
        )
        _mark_quotations(own, quoted)
        for word in range(words):
            hashes[at + word] = _hash_of(buffer, starts[word], stops[word])
            flags[at + word] = _flags(own, traits, quoted, firsts[at + word], lasts[at + word])
            if word == 0 or _any_line(own, lasts[at + word - 1], firsts[at + word]):
                flags[at + word] |= HEADS_LINE
        at += words
        word_ends[text] = at
        counted = _find_numbers(own, traits, numbers, counted)
        number_ends[text] = counted
        before = ends[text]
    return word_ends, hashes[:at], firsts[:at], lasts[:at], flags[:at], number_ends, numbers[:counted], held


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
def _flags(codes: Hashes32, traits: Bytes, quoted: Bytes, first: int, last: int) -> np.uint8:
    flags = 0
    if quoted[first]:
        flags |= QUOTED
    if traits[codes[first]] & DIGIT:
        flags |= BEGINS_WITH_DIGIT
    for place in range(first, last):
        if traits[codes[place]] & DIGIT:
            flags |= HOLDS_DIGIT
            break
    long_enough = last - first > 1 and first > 1
    capital = long_enough and traits[codes[first]] & CAPITAL
    if capital and codes[first - 1] == _SPACE and traits[codes[first - 2]] & BEFORE_NAME:
        flags |= NAME
    return np.uint8(flags)


@_compiled
def _any_line(codes: Hashes32, first: int, last: int) -> bool:
    """Return whether a line ends between these places."""
    found = False
    for place in range(first, last):
        found |= codes[place] == _LINE
    return found


@_compiled
def _mark_quotations(codes: Hashes32, quoted: Bytes) -> None:
    """Mark in `quoted` the characters inside quotation marks, these included: as `segments` finds quotations."""
    quoted[: len(codes)] = 0
    place, no_corner = 0, 0
    while place < len(codes):
        one, other, may_stay_open = _closers(codes[place])
        if not one or (one == _CORNER_END and place < no_corner):
            place += 1
            continue
        end = place + 1
        while end < len(codes) and codes[end] != _LINE and codes[end] != one and codes[end] != other:
            end += 1
        if end < len(codes) and codes[end] != _LINE:
            end += 1
        elif not may_stay_open:
            # Nor is any other corner closed before here.
            no_corner = end if one == _CORNER_END else no_corner
            place += 1
            continue
        quoted[place:end] = 1
        place = end


@_compiled
def _closers(code: np.uint32) -> tuple[int, int, bool]:
    """Return what closes the quotation that a character opens, 0 for none, and whether its paragraph may end first."""
    if code == _CURLY:
        return _CURLY_END, _CURLY_END, True
    if code == _LOW:
        return _CURLY, _CURLY_END, True
    if code == _ANGLE:
        return _ANGLE_END, _ANGLE_END, True
    if code == _STRAIGHT:
        return _STRAIGHT, _STRAIGHT, False
    if code == _CORNER:
        return _CORNER_END, _CORNER_END, False
    return 0, 0, False


@_compiled
def _find_numbers(codes: Hashes32, traits: Bytes, out: Hashes64, at: int) -> int:
    """Write the hash of each number of a text, separators kept, from `out[at]` on; return the place behind them."""
    place = 0
    while place < len(codes):
        if not traits[codes[place]] & DECIMAL:
            place += 1
            continue
        value = _BASIS
        while place < len(codes) and (
            traits[codes[place]] & DECIMAL
            or (codes[place] in _SEPARATORS and place + 1 < len(codes) and traits[codes[place + 1]] & DECIMAL)
        ):
            value = np.uint64((value ^ np.uint64(codes[place])) * _PRIME)
            place += 1
        out[at] = _mixed(value)
        at += 1
    return at
