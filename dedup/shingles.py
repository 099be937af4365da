"""Words → hashes of word shingles: 32 bits as datasketch reads them, 64 bits for exact sets."""

from collections.abc import Sequence

import numpy as np
import xxhash

from dedup.arrays import Hashes32, Hashes64
from dedup.compiled import compiled, compiled_or

MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_M1, _M2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)


def hashes32(words: Sequence[str], length: int) -> Hashes32:
    """Return xxh32 of each shingle of `length` words joined by a space, in UTF-8, in text order.

    A text of fewer words has no shingle: a signature of it says nothing.
    """
    count = len(words) - length + 1
    return np.fromiter(
        (
            xxhash.xxh32_intdigest(" ".join(words[i : i + length]).encode("utf-8", "surrogatepass"))
            for i in range(count)
        ),
        dtype=np.uint32,
        count=max(count, 0),
    )


def by_numpy(words: Hashes64, length: int) -> Hashes64:
    """Return what `hashes64` does, all shingles step by step."""
    count = len(words) - length + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint64)
    combined = np.zeros(count, dtype=np.uint64)
    for place in range(length):
        combined = combined * MULTIPLIER + words[place : place + count]
    for factor in (_M1, _M2):
        combined = (combined ^ (combined >> np.uint64(33))) * factor
    return combined ^ (combined >> np.uint64(33))


@compiled_or(by_numpy)
def hashes64(words: Hashes64, length: int) -> Hashes64:
    """Return a 64-bit hash of each shingle of `length` words, given the words' hashes, in text order.

    These are combined as a polynomial and mixed (the finaliser of MurmurHash3).
    """
    out = np.empty(max(len(words) - length + 1, 0), np.uint64)
    value, first = begun(words, length), weight(length)
    for place in range(len(out)):
        value = np.uint64(value * MULTIPLIER + words[place + length - 1])
        out[place] = mixed(value)
        value = np.uint64(value - words[place] * first)
    return out


@compiled
def begun(words: Hashes64, length: int) -> np.uint64:
    """Return the polynomial of the first shingle of words, but for its last word.

    As the next words come it is carried on, and less the first one's part it begins the next (Karp, Rabin 1987).
    """
    value = np.uint64(0)
    for place in range(min(length - 1, len(words))):
        value = np.uint64(value * MULTIPLIER + words[place])
    return value


@compiled
def weight(length: int) -> np.uint64:
    """Return what the first word of a shingle is multiplied by in the polynomial."""
    value = np.uint64(1)
    for _ in range(length - 1):
        value = np.uint64(value * MULTIPLIER)
    return value


@compiled
def mixed(value: np.uint64) -> np.uint64:
    """Return the hash of the shingle of which this is the polynomial."""
    value = np.uint64((value ^ (value >> np.uint64(33))) * _M1)
    value = np.uint64((value ^ (value >> np.uint64(33))) * _M2)
    return np.uint64(value ^ (value >> np.uint64(33)))
