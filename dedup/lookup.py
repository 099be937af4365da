"""Hashes in order, and where others stand among them: faster than numpy, because hashes are spread evenly."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup.arrays import Hashes64
from dedup.compiled import compiled, compiled_or
from dedup.compiler import compiles

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]

# So many ranges at most: their table stays where a processor finds it soon.
_MOST = 1 << 22


@compiled_or(np.searchsorted)
def places(held: Hashes64, asked: Hashes64) -> Places:
    """Return `np.searchsorted(held, asked)`, in a tenth of the time where `held` are hashes.

    These are spread evenly: a table tells where each of so many equal ranges of them begins.
    """
    out = np.zeros(len(asked), np.int64)
    if len(held):
        low, high = held[0], held[-1]
        shift, starts = ranges(held)
        for row in range(len(asked)):
            if asked[row] > high:
                out[row] = len(held)
            elif asked[row] > low:
                at = np.int64((asked[row] - low) >> shift)
                out[row] = bisected(held, asked[row], starts[at], starts[at + 1])
    return out


@compiled
def found(held: Hashes64, asked: Hashes64) -> Places:
    """Return where each of `asked` stands among `held`, which are sorted and distinct; -1 where it does not."""
    out = places(held, asked)
    for row in range(len(asked)):
        if out[row] == len(held) or held[out[row]] != asked[row]:
            out[row] = -1
    return out


class Table(NamedTuple):
    """Sorted hashes as they are asked for: where each range of them begins, and a sieve.

    Of most hashes that are none of them one bit of the sieve tells so (Bloom 1970).
    """

    held: Hashes64
    shift: np.uint64
    starts: Places
    sieve: Hashes64
    unused: np.uint64


@compiled
def table(held: Hashes64) -> Table:
    """Return sorted hashes as `holds` asks for them."""
    bits = np.uint64(_LEAST_BITS)
    while (1 << np.int64(bits)) < _BITS_EACH * len(held):
        bits += np.uint64(1)
    sieve, unused = np.zeros(1 << (np.int64(bits) - 6), np.uint64), np.uint64(64) - bits
    for key in held:
        bit = np.uint64(key * _ODD) >> unused
        sieve[np.int64(bit >> _WORD)] |= np.uint64(1) << (bit & _IN_WORD)
    shift, starts = ranges(held) if len(held) else (np.uint64(0), np.zeros(2, np.int64))
    return Table(held, shift, starts, sieve, unused)


@compiled
def holds(known: Table, key: np.uint64) -> bool:
    """Tell whether a hash is among some."""
    bit = np.uint64(key * _ODD) >> known.unused
    if (known.sieve[np.int64(bit >> _WORD)] >> (bit & _IN_WORD)) & np.uint64(1) == 0:
        return False
    held = known.held
    if key < held[0] or key > held[-1]:
        return False
    at = np.int64((key - held[0]) >> known.shift)
    return bool(held[bisected(held, key, known.starts[at], known.starts[at + 1])] == key)


def _which_by_numpy(known: Table, asked: Hashes64) -> Mask:
    return np.isin(asked, known.held)


@compiled_or(_which_by_numpy)
def which(known: Table, asked: Hashes64) -> Mask:
    """Return which hashes are among some."""
    out = np.empty(len(asked), np.bool_)
    for row in range(len(asked)):
        out[row] = holds(known, asked[row])
    return out


# The sieve has so many bits for each hash, in words of 64.
_BITS_EACH, _LEAST_BITS, _WORD, _IN_WORD = 16, 6, np.uint64(6), np.uint64(63)
_ODD = np.uint64(0x9E3779B97F4A7C15)


@compiled
def ranges(held: Hashes64) -> tuple[np.uint64, Places]:
    """Return how many low bits keys of one range differ in, and where each range begins."""
    size, shift, span = 1, np.uint64(0), held[-1] - held[0]
    while size < len(held) and size < _MOST:
        size *= 2
    while span >> shift >= np.uint64(size):
        shift += np.uint64(1)
    starts = np.zeros(size + 2, np.int64)
    for key in held:
        starts[np.int64((key - held[0]) >> shift) + 1] += 1
    for place in range(1, size + 2):
        starts[place] += starts[place - 1]
    return shift, starts


@compiled
def bisected(held: Hashes64, key: np.uint64, first: int, last: int) -> int:
    """Return `np.searchsorted` of one key among the sorted hashes from `first` to before `last`, in a moment."""
    while first < last:
        middle = (first + last) // 2
        if held[middle] < key:
            first = middle + 1
        else:
            last = middle
    return first


def in_order(values: Hashes64) -> Hashes64:
    """Return `np.sort(values)`, of millions in three quarters of the time where they are spread as hashes are."""
    if not compiles() or len(values) <= _CARDS:
        return np.sort(values)
    # Not made by compiled code: of many megabytes numpy asks the system for large pages.
    out = np.empty(len(values), np.uint64)
    _in_order(values, out)
    return out


@compiled
def _in_order(values: Hashes64, out: Hashes64) -> None:
    """Put values into ranges of which each stays at hand, and sort these."""
    counts = digits()
    if len(values) <= _AT_HAND:
        out[:] = values
        sort(out, 0, len(out), np.empty(len(out), np.uint64), counts)
        return
    low, high = _least_and_most(values)
    bits = 1
    while bits < _MOST_BITS and (len(values) >> bits) > _AT_HAND:
        bits += 1
    shift = _shift(low, high, bits)
    ends = np.zeros((1 << bits) + 1, np.uint64)
    for value in values:
        ends[((value - low) >> shift) + _ONE] += _ONE
    for row in range(1, len(ends)):
        ends[row] += ends[row - 1]
    for value in values:
        held = (value - low) >> shift
        out[ends[held]] = value
        ends[held] += _ONE
    stops = ends[:-1].astype(np.int64)
    spare, start = np.empty(longest(stops), np.uint64), 0
    for stop in stops:
        sort(out, start, stop, spare, counts)
        start = stop


# So many values stay at hand; ranges of them are told apart by so many bits at most.
_AT_HAND, _MOST_BITS = 1 << 13, 12
# A few are sorted as a hand of cards; of many two digits are, of more bits where there are more of them.
_CARDS, _MANY, _FEWER_BITS, _MORE_BITS = 24, 1 << 10, 8, 11
_COUNTS = 2 << _MORE_BITS
# So many steps for each value put it where it belongs, where these are spread as hashes are.
_STEPS = 16


_ONE = np.uint64(1)


@compiled
def longest(ends: Places) -> int:
    """Return how many values the longest of several parts has, given where each ends."""
    most, start = 0, 0
    for end in ends:
        most, start = max(most, end - start), end
    return most


@compiled
def digits() -> Hashes64:
    """Return room for what `sort` counts. Without a sign: what may be negative is asked for that at each look."""
    return np.empty(_COUNTS, np.uint64)


def _sort_by_numpy(values: Hashes64, first: int, last: int, *_: object) -> None:
    values[first:last].sort()


@compiled_or(_sort_by_numpy)
def sort(values: Hashes64, first: int, last: int, spare: Hashes64, counts: Hashes64) -> None:
    """Sort the values from `first` to before `last`, several times as fast as numba's own sort where they are hashes.

    Their first bits are sorted digit by digit, what is left as a hand of cards. `spare` has room for as many values,
    `counts` is made by `digits`: both are written to.
    """
    if last - first > _CARDS:
        part = values[first:last]
        bits = _FEWER_BITS if last - first <= _MANY else _MORE_BITS
        low, high = _least_and_most(part)
        _by_digits(part, low, _shift(low, high, 2 * bits), np.uint64(bits), spare, counts)
    sort_few(values, first, last)


@compiled_or(_sort_by_numpy)
def sort_few(values: Hashes64, first: int, last: int) -> None:
    """Sort a few values, or such as are nearly in order, as a hand of cards; others as ever."""
    part = values[first:last]
    steps = _STEPS * len(part)
    for place in range(1, len(part)):
        value, at = part[place], place
        while at > 0 and part[at - 1] > value:
            part[at] = part[at - 1]
            at -= 1
        part[at] = value
        steps -= place - at
        if steps < 0:
            part.sort()
            return


@compiled
def _by_digits(
    values: Hashes64, low: np.uint64, shift: np.uint64, width: np.uint64, spare: Hashes64, counts: Hashes64
) -> None:
    """Sort values by two digits of `width` bits each (Seward 1954), given by how much they are shifted above `low`."""
    size, upper = _ONE << width, shift + width
    mask = size - _ONE
    counts[: 2 * size] = 0
    for value in values:
        counts[((value - low) >> shift) & mask] += _ONE
        counts[size + ((value - low) >> upper)] += _ONE
    one, two = np.uint64(0), np.uint64(0)
    for row in range(size):
        counts[row], one = one, one + counts[row]
        counts[size + row], two = two, two + counts[size + row]
    for value in values:
        digit = ((value - low) >> shift) & mask
        spare[counts[digit]] = value
        counts[digit] += _ONE
    for value in spare[: len(values)]:
        digit = size + ((value - low) >> upper)
        values[counts[digit]] = value
        counts[digit] += _ONE


@compiled
def _least_and_most(values: Hashes64) -> tuple[np.uint64, np.uint64]:
    low, high = values[0], values[0]
    for value in values:
        low, high = min(low, value), max(high, value)
    return low, high


@compiled
def _shift(low: np.uint64, high: np.uint64, bits: int) -> np.uint64:
    """Return by how many bits values less `low` are shifted so that no more than these are left."""
    shift = np.uint64(0)
    while (high - low) >> shift >= _ONE << np.uint64(bits):
        shift += _ONE
    return shift
