"""Numbers as they are compared: by what they say, however a house writes them. Pure.

`Rp1.250.000.000`, `1,25 miliar` and `1.25 billion` are one number; so are `19.30` and `19:30`, `03/06/2025` and
`3/6/2025`.
"""

from collections.abc import Iterable

import numpy as np
import regex

from dedup.arrays import Hashes32
from dedup.characters import DECIMAL, KINDS, TRAITS
from dedup.compiled import compiled

# Words behind a number, in Indonesian, Malay and English, and the power of ten that they mean.
_UNITS = {
    **dict.fromkeys(("ribu", "rb", "thousand"), 3),
    **dict.fromkeys(("juta", "jt", "million", "mn"), 6),
    **dict.fromkeys(("miliar", "milyar", "bilion", "billion", "bn"), 9),
    **dict.fromkeys(("triliun", "trilyun", "trilion", "trillion", "tn"), 12),
}
_LONGEST = max(map(len, _UNITS))
# Where a number may begin and end, for whoever reads a text as text.
NUMBER = regex.compile(r"\d+(?:[.,:/]\d+)*")

BASIS, PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_MARKS, _SLASH, _POINT = (0x2E, 0x2C, 0x3A, 0x2F), 0x2F, 0x2E
_ZERO, _A, _Z, _SMALL, _SPACES = 0x30, 0x61, 0x7A, 0x20, (0x20, 0xA0)
# What `Characters.together` tells of a character.
_DECIMAL, _OF_WORDS = np.uint32(DECIMAL << TRAITS), np.uint32((1 << TRAITS) - (1 << KINDS))
_BECOMES = np.uint32((1 << KINDS) - 1)


def fnv1a(values: Iterable[int]) -> int:
    """Return FNV-1a of bytes, or of other small numbers (Fowler, Noll, Vo 1991)."""
    found, prime = int(BASIS), int(PRIME)
    for value in values:
        found = (found ^ value) * prime & 0xFFFFFFFFFFFFFFFF
    return found


_WORDS = np.array([fnv1a(word.encode()) for word in _UNITS], np.uint64)
_POWERS = np.array(list(_UNITS.values()), np.int64)


@compiled
def _with(value: np.uint64, code: int) -> np.uint64:
    return np.uint64((value ^ np.uint64(code)) * PRIME)


@compiled
def amount(codes: Hashes32, known: Hashes32, place: int) -> tuple[int, np.uint64]:
    """Return where the number ends whose first digit stands at `place`, and FNV-1a of what it says (not mixed).

    `codes` are the code points of a text, `known` is `Characters.together`. A unit behind it is no part of it, but of
    what it says. Three digits behind each mark are thousands, whether the mark is a point or a comma.
    """
    end, point = _parts(codes, known, place)
    if point < 0:
        return end, _written(codes, known, place, end)
    return end, _valued(codes, known, place, point, end, _power(codes, known, end))


@compiled
def _parts(codes: Hashes32, known: Hashes32, begun: int) -> tuple[int, int]:
    """Return where a number ends and where the mark before its decimals stands: at its end if it has none.

    -1 instead where it is a date, a version or anything else that is not one number.
    """
    stop, point, marks, slashed = begun, begun, 0, False
    thousands, mark = False, np.uint32(0)
    while True:
        while stop < len(codes) and known[codes[stop]] & _DECIMAL:
            stop += 1
        if not (stop + 1 < len(codes) and codes[stop] in _MARKS and known[codes[stop + 1]] & _DECIMAL):
            break
        if marks == 0:
            thousands, mark = stop - begun <= _GROUP and codes[begun] != _ZERO, codes[stop]
        else:
            thousands = thousands and stop - point == _GROUP + 1 and codes[point] == mark
        slashed = slashed or codes[stop] == _SLASH
        point, marks, stop = stop, marks + 1, stop + 1
    if marks == 0 or (thousands and not slashed and stop - point == _GROUP + 1 and codes[point] == mark):
        return stop, stop
    return stop, (point if not slashed and (marks == 1 or thousands) else -1)


# Digits between two marks of thousands.
_GROUP = 3


@compiled
def _power(codes: Hashes32, known: Hashes32, place: int) -> int:
    """Return the power of ten that a word behind a number means, 0 where it means none."""
    if place < len(codes) and codes[place] in _SPACES:
        place += 1
    value, length = BASIS, 0
    while place < len(codes) and known[codes[place]] & _OF_WORDS:
        letter = codes[place] | _SMALL
        if letter < _A or letter > _Z or length == _LONGEST:
            return 0
        value = _with(value, letter)
        place, length = place + 1, length + 1
    for unit in range(len(_WORDS)):
        if _WORDS[unit] == value:
            return int(_POWERS[unit])
    return 0


@compiled
def _valued(codes: Hashes32, known: Hashes32, place: int, point: int, end: int, power: int) -> np.uint64:
    """Hash a number as its digits, with a point before its decimals and no zeros that say nothing."""
    while end > point + 1 and known[codes[end - 1]] & _BECOMES == _ZERO:
        end -= 1
    value, begun, behind = BASIS, False, point + 1 + power
    for at in range(place, end):
        held = known[codes[at]]
        if held & _DECIMAL == 0:
            continue
        if at == behind:
            value, begun = _with(value, _POINT), True
        if begun or held & _BECOMES != _ZERO:
            value, begun = _with(value, held & _BECOMES), True
    for _ in range(max(end, point + 1), behind if begun else 0):
        value = _with(value, _ZERO)
    return value


@compiled
def _written(codes: Hashes32, known: Hashes32, place: int, end: int) -> np.uint64:
    """Hash a number as it is written, whatever the marks but slashes, without zeros before other digits."""
    value, begun = BASIS, False
    for at in range(place, end):
        held = known[codes[at]]
        if held & _DECIMAL == 0:
            mark = _SLASH if codes[at] == _SLASH else _POINT
            value, begun = _with(value, mark), False
            continue
        last = at + 1 == end or known[codes[at + 1]] & _DECIMAL == 0
        if begun or last or held & _BECOMES != _ZERO:
            value, begun = _with(value, held & _BECOMES), True
    return value
