"""Where hashes stand among sorted ones."""

import numpy as np
from numpy.typing import NDArray

from dedup.compiled import compiled
from dedup.records import Hashes64

Places = NDArray[np.int64]

# So many ranges at most: their table stays where a processor finds it soon.
_MOST = 1 << 22


@compiled
def places(held: Hashes64, asked: Hashes64) -> Places:
    """Return `np.searchsorted(held, asked)`, in a tenth of the time where `held` are hashes.

    These are spread evenly: a table tells where each of so many equal ranges of them begins.
    """
    out = np.zeros(len(asked), np.int64)
    if len(held):
        low, high = held[0], held[-1]
        shift, starts = _ranges(held)
        for row in range(len(asked)):
            if asked[row] > high:
                out[row] = len(held)
            elif asked[row] > low:
                at = np.int64((asked[row] - low) >> shift)
                out[row] = _bisected(held, asked[row], starts[at], starts[at + 1])
    return out


@compiled
def _ranges(held: Hashes64) -> tuple[np.uint64, Places]:
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
def _bisected(held: Hashes64, key: np.uint64, first: int, last: int) -> int:
    while first < last:
        middle = (first + last) // 2
        if held[middle] < key:
            first = middle + 1
        else:
            last = middle
    return first
