"""Words → hashes of word shingles: 32 bits as datasketch reads them, 64 bits for exact sets."""

from collections.abc import Sequence

import numpy as np
import xxhash

from dedup.records import Hashes32, Hashes64

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


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


def hashes64(words: Hashes64, length: int) -> Hashes64:
    """Return a 64-bit hash of each shingle of `length` words, given the words' hashes, in text order.

    These are combined as a polynomial and mixed (the finaliser of MurmurHash3).
    """
    count = len(words) - length + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint64)
    combined = np.zeros(count, dtype=np.uint64)
    for place in range(length):
        combined = combined * _MULTIPLIER + words[place : place + count]
    return _mixed(combined)


def _mixed(values: Hashes64) -> Hashes64:
    values = values ^ (values >> np.uint64(33))
    values = values * np.uint64(0xFF51AFD7ED558CCD)
    values = values ^ (values >> np.uint64(33))
    values = values * np.uint64(0xC4CEB9FE1A85EC53)
    return values ^ (values >> np.uint64(33))
