"""The fused kernel: code points → words → shingle hashes → signature, compiled, without one Python object.

Bit for bit what `segments`, `shingles` and `minhash` give in turn, at fifteen times their speed. Needs numba.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from dedup.arrays import Hashes32
from dedup.characters import ALONE, BEGINS, CODES, CONTINUES, LONG, MARKS, MOST_BYTES
from dedup.compiled import made

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]

# A character and the space before its word.
_ROOM = MOST_BYTES + 1
_FULL = np.uint32(0xFFFFFFFF)
_P1, _P2, _P3 = np.uint32(2654435761), np.uint32(2246822519), np.uint32(3266489917)
_P4, _P5 = np.uint32(668265263), np.uint32(374761393)
_M1, _M2 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
_BEGINS, _CONTINUES, _ALONE = np.uint8(BEGINS), np.uint8(CONTINUES), np.uint8(ALONE)
_MARKS, _LONG, _NOTHING = np.uint8(MARKS), np.uint8(LONG), np.uint8(0)
_ASCII = np.uint32(0x80)

_inlined: Any = njit(cache=True, nogil=True, inline="always")

_compiled: Any = made


@_compiled
def sign_texts(
    codes: Hashes32,
    ends: Places,
    kinds: Bytes,
    folded: Hashes32,
    longer: Hashes32,
    longer_starts: Places,
    length: int,
    multiplier: Hashes32,
    offset: Hashes32,
    out: Hashes32,
) -> Bytes:
    """Sign texts that stand one behind the other in `codes`, text i up to `ends[i]`, into the rows of `out`.

    Returns for each text what kinds of characters its words hold: those that are LONG are not written, and whether
    normalising joins those that JOIN is for the caller to ask. `length` words make a shingle; `multiplier` and `offset`
    are the permutations.
    """
    most, before = 0, 0
    for end in ends:
        most, before = max(most, end - before), end
    buffer = np.empty(most * _ROOM + 4, np.uint8)
    fours = np.empty(most * _ROOM + 4, np.uint32)
    word_starts, word_ends = np.empty(most + 1, np.int64), np.empty(most + 1, np.int64)
    firsts, lasts = np.empty(most + 1, np.uint32), np.empty(most + 1, np.uint32)
    held = np.zeros(len(ends), np.uint8)
    before = 0
    for text in range(len(ends)):
        words, held[text] = cut_words(
            codes[before : ends[text]],
            *(kinds, folded, longer, longer_starts, buffer, word_starts, word_ends, firsts, lasts),
        )
        _sign(buffer, fours, word_starts, word_ends, words, length, multiplier, offset, out[text])
        before = ends[text]
    return held


@_compiled
def sign_words(
    joined: Bytes, starts: Places, ends: Places, length: int, multiplier: Hashes32, offset: Hashes32, out: Hashes32
) -> None:
    """Sign words that stand in UTF-8, a space between two, at `joined[starts[i]:ends[i]]`, into `out`."""
    buffer = np.zeros(len(joined) + 4, np.uint8)
    buffer[: len(joined)] = joined
    _sign(buffer, np.empty(len(buffer), np.uint32), starts, ends, len(starts), length, multiplier, offset, out)


@_compiled
def cut_words(  # noqa: C901 - one loop over a text, and every call in it costs
    codes: Hashes32,
    kinds: Bytes,
    folded: Hashes32,
    longer: Hashes32,
    longer_starts: Places,
    buffer: Bytes,
    starts: Places,
    ends: Places,
    firsts: Hashes32,
    lasts: Hashes32,
) -> tuple[int, np.uint8]:
    """Write the words of a text into `buffer`; return how many there are, and what kinds of characters they hold.

    Word i stands in UTF-8 at `buffer[starts[i]:ends[i]]`, as written at `codes[firsts[i]:lasts[i]]`.
    """
    at, words = 0, 0
    inside, goes_on, seen = False, _NOTHING, _NOTHING
    for place in range(len(codes)):
        code = codes[place]
        kind = kinds[code]
        if not (inside and kind & goes_on):
            if inside:
                ends[words] = at
                lasts[words] = place
                words += 1
                inside = False
            if kind & _ALONE:
                goes_on = _MARKS
            elif kind & _BEGINS:
                goes_on = _CONTINUES
            else:
                continue
            inside = True
            if at:
                buffer[at] = 32
                at += 1
            starts[words] = at
            firsts[words] = place
        seen |= kind
        to = folded[code]
        if to < _ASCII:
            buffer[at] = to
            at += 1
        elif not kind & _LONG:
            at = _write(to, longer, longer_starts, buffer, at)
    if inside:
        ends[words] = at
        lasts[words] = len(codes)
        words += 1
    return words, seen


@_compiled
def _write(to: np.uint32, longer: Hashes32, starts: Places, buffer: Bytes, at: int) -> int:
    if to < CODES:
        return _put(to, buffer, at)  # type: ignore[no-any-return] # compiled functions have no types
    for place in range(starts[to - CODES], starts[to - CODES + 1]):
        at = _put(longer[place], buffer, at)
    return at


@_compiled
def _put(code: np.uint32, buffer: Bytes, at: int) -> int:
    """Write a code point in UTF-8; return the place behind it."""
    if code < 0x80:
        buffer[at] = code
        return at + 1
    if code < 0x800:
        buffer[at] = 0xC0 | (code >> 6)
        buffer[at + 1] = 0x80 | (code & 0x3F)
        return at + 2
    if code < 0x10000:
        buffer[at] = 0xE0 | (code >> 12)
        buffer[at + 1] = 0x80 | ((code >> 6) & 0x3F)
        buffer[at + 2] = 0x80 | (code & 0x3F)
        return at + 3
    buffer[at] = 0xF0 | (code >> 18)
    buffer[at + 1] = 0x80 | ((code >> 12) & 0x3F)
    buffer[at + 2] = 0x80 | ((code >> 6) & 0x3F)
    buffer[at + 3] = 0x80 | (code & 0x3F)
    return at + 4


@_compiled
def _sign(
    buffer: Bytes,
    fours: Hashes32,
    starts: Places,
    ends: Places,
    words: int,
    length: int,
    multiplier: Hashes32,
    offset: Hashes32,
    out: Hashes32,
) -> None:
    for number in range(len(out)):
        out[number] = _FULL
    if words < length:
        return
    _gather(buffer, ends[words - 1], fours)
    for word in range(words - length + 1):
        mixed = _fmix32(_xxh32(buffer, fours, starts[word], ends[word + length - 1]))
        for number in range(len(out)):
            out[number] = min(out[number], np.uint32(multiplier[number] * mixed + offset[number]))


@_compiled
def _gather(buffer: Bytes, end: int, fours: Hashes32) -> None:
    """Keep for each place the four bytes from it on, as xxHash reads them: made once, and many shingles overlap."""
    for place in range(end):
        fours[place] = (
            np.uint32(buffer[place])
            | (np.uint32(buffer[place + 1]) << np.uint32(8))
            | (np.uint32(buffer[place + 2]) << np.uint32(16))
            | (np.uint32(buffer[place + 3]) << np.uint32(24))
        )


@_compiled
def _xxh32(buffer: Bytes, fours: Hashes32, start: int, end: int) -> np.uint32:
    """Return the XXH32 of bytes with seed 0 (Collet 2012, xxHash specification 0.1.1)."""
    place = start
    if end - start >= 16:
        one, two, three, four = np.uint32(_P1 + _P2), _P2, np.uint32(0), np.uint32(np.uint32(0) - _P1)
        while place <= end - 16:
            one = _round(one, fours[place])
            two = _round(two, fours[place + 4])
            three = _round(three, fours[place + 8])
            four = _round(four, fours[place + 12])
            place += 16
        value = np.uint32(_turned(one, 1) + _turned(two, 7) + _turned(three, 12) + _turned(four, 18))
    else:
        value = _P5
    value = np.uint32(value + np.uint32(end - start))
    while place + 4 <= end:
        value = np.uint32(_turned(np.uint32(value + np.uint32(fours[place] * _P3)), 17) * _P4)
        place += 4
    while place < end:
        value = np.uint32(_turned(np.uint32(value + np.uint32(np.uint32(buffer[place]) * _P5)), 11) * _P1)
        place += 1
    value = np.uint32((value ^ (value >> np.uint32(15))) * _P2)
    value = np.uint32((value ^ (value >> np.uint32(13))) * _P3)
    return np.uint32(value ^ (value >> np.uint32(16)))


@_inlined
def _round(lane: np.uint32, read: np.uint32) -> np.uint32:
    return np.uint32(_turned(np.uint32(lane + np.uint32(read * _P2)), 13) * _P1)


@_inlined
def _turned(value: np.uint32, by: int) -> np.uint32:
    return np.uint32((value << np.uint32(by)) | (value >> np.uint32(32 - by)))


@_inlined
def _fmix32(value: np.uint32) -> np.uint32:
    """Return MurmurHash3's finaliser of a value (Appleby 2011), as datasketch mixes hashes before permuting."""
    value = np.uint32((value ^ (value >> np.uint32(16))) * _M1)
    value = np.uint32((value ^ (value >> np.uint32(13))) * _M2)
    return np.uint32(value ^ (value >> np.uint32(16)))
