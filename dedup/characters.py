"""What each code point is to a text: part of a word, a word of its own, or nothing; and how it is written in one.

The same words as `segments.words`, as tables that a loop without Python objects can read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import regex
from numpy.typing import NDArray

from dedup.arrays import Hashes32
from dedup.segments import UNSEEN, normal

# What a character may do. Scripts written without spaces give each character, with its marks, a word of its own.
BEGINS, CONTINUES, ALONE, MARKS, JOINS, LONG = 1, 2, 4, 8, 16, 32
# What else it is: a digit of any kind, one of a decimal number, a capital, what a name may follow after a space, a mark
# that may open a quotation.
DIGIT, DECIMAL, CAPITAL, BEFORE_NAME, OPENS = 1, 2, 4, 8, 16
# All others are written in no more bytes of UTF-8.
MOST_BYTES = 6
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
CODES = 0x110000
# Above what a character becomes, which is less than twice as much as there are code points.
KINDS, TRAITS = 21, 27
_NOT_ASCII = 0x80
_SURROGATES = slice(0xD800, 0xE000)
# Vowels and endings of Hangul, which normalising may join to what stands before them, as it may any mark.
_JAMO = r"[\u1160-\u11ff]+"


@dataclass(frozen=True, slots=True)
class Characters:
    """`kinds[code]` says what a character may do, `traits[code]` what else it is.

    `folded[code]` is what it becomes (`segments.normal`): a code, or from CODES on the number of one of the `longer`
    forms, which stands at `longer[starts[n]:starts[n + 1]]`. `together[code]` is all three in one number: `folded`,
    `kinds` from bit KINDS on, `traits` from bit TRAITS on. There the end of a line, which is part of no word, becomes
    what no character of ASCII does: one look tells that it is none.
    """

    kinds: NDArray[np.uint8]
    traits: NDArray[np.uint8]
    folded: Hashes32
    longer: Hashes32
    starts: NDArray[np.int64]
    together: Hashes32


@cache
def characters() -> Characters:
    """Return the tables for all of Unicode; making them takes a quarter of a second, once."""
    kinds = _marked(_KINDS)
    folded = np.arange(CODES, dtype=np.uint32)
    longer: list[str] = []
    for code in _changing(kinds):
        form = normal(chr(code))
        if len(form) == 1:
            folded[code] = ord(form)
            continue
        folded[code] = CODES + len(longer)
        longer.append(form)
        if len(form.encode()) > MOST_BYTES:
            kinds[code] |= LONG
    starts = np.cumsum([0, *map(len, longer)], dtype=np.int64)
    traits = _marked(_TRAITS)
    together: Hashes32 = folded | kinds.astype(np.uint32) << np.uint32(KINDS)
    together |= traits.astype(np.uint32) << np.uint32(TRAITS)
    together[ord("\n")] |= _NOT_ASCII
    written = np.array([ord(one) for form in longer for one in form], np.uint32)
    return Characters(kinds, traits, folded, written, starts, together)


_KINDS = (
    (rf"[[\p{{L}}\p{{N}}]--[{UNSPACED}]]+", BEGINS | CONTINUES),
    (rf"[\p{{M}}--[{UNSPACED}]]+", CONTINUES),
    (rf"[{UNSPACED}]+", ALONE),
    (r"\p{M}+", MARKS | JOINS),
    (rf"[{UNSEEN}]+", CONTINUES | MARKS),
    (_JAMO, JOINS),
)
_TRAITS = (
    (r"[\p{Nd}\p{Numeric_Type=Digit}]+", DIGIT),
    (r"\p{Nd}+", DECIMAL),
    (r"\p{Lu}+", CAPITAL),
    (r"[\p{Ll}\p{N},;)]+", BEFORE_NAME),
    (r"[“„«\"「‘'＂]+", OPENS),
)


def _changing(kinds: NDArray[np.uint8]) -> Iterator[int]:
    """Yield the code points of words that become others, and some that do not: most do not, and stand together."""
    for start in range(0, CODES, _TOGETHER):
        codes = (start + np.flatnonzero(kinds[start : start + _TOGETHER])).tolist()
        written = "".join(map(chr, codes))
        if normal(written) != written:
            yield from codes


# Code points that are looked at at once.
_TOGETHER = 64


def _marked(patterns: Sequence[tuple[str, int]]) -> NDArray[np.uint8]:
    """Return for each code point the marks of the patterns that it fits."""
    marks = np.zeros(CODES, dtype=np.uint8)
    codes = np.arange(CODES, dtype="<u4")
    codes[_SURROGATES] = 0
    every = codes.tobytes().decode("utf-32-le")
    for pattern, mark in patterns:
        for found in regex.finditer(pattern, every, regex.VERSION1):
            marks[found.start() : found.end()] |= mark
    return marks


def code_points(texts: Sequence[str]) -> Hashes32:
    """Return the code points of texts, one behind the other."""
    text = "".join(texts)
    # A string of numpy's has four bytes for each, and is written faster than Python encodes "utf-32".
    return np.array([text]).view(np.uint32)[: len(text)]
