"""Hashes put in order: `lookup` beside numba's own sort and numpy's, in one run.

`python -m tests.benchmarks.hashes [SIZE …]`: nanoseconds of CPU for each value, the best of
five rounds. `lookup.sort` and numba's are called in compiled code, as for the phrases of texts; `lookup.in_order` and
numpy's from Python.
"""

import argparse
import os
import platform
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from dedup import lookup
from dedup.arrays import Hashes64
from dedup.compiled import compiled
from dedup.compiler import expect

_ROUNDS, _VALUES = 5, 3_000_000


@compiled
def _with_numba(values: Hashes64, size: int, room: Hashes64, counts: Any) -> None:
    for start in range(0, len(values) - size + 1, size):
        values[start : start + size].sort()


@compiled
def _with_lookup(values: Hashes64, size: int, room: Hashes64, counts: Any) -> None:
    for start in range(0, len(values) - size + 1, size):
        lookup.sort(values, start, start + size, room, counts)


def _with_numpy(values: Hashes64, size: int, room: Hashes64, counts: Any) -> None:
    for start in range(0, len(values) - size + 1, size):
        np.sort(values[start : start + size])


def _in_order(values: Hashes64, size: int, room: Hashes64, counts: Any) -> None:
    for start in range(0, len(values) - size + 1, size):
        lookup.in_order(values[start : start + size])


def taken(sort: Callable[[Hashes64, int, Hashes64, Any], None], values: Hashes64, size: int) -> float:
    """Return the nanoseconds a value takes, copying left out."""
    room, counts = np.empty(size, np.uint64), lookup.digits()
    best = float("inf")
    # The first round is compiled in, and not counted.
    for number in range(_ROUNDS + 1):
        held = values.copy()
        began = time.process_time()
        sort(held, size, room, counts)
        if number:
            best = min(best, time.process_time() - began)
    return 1e9 * best / len(values)


def main() -> None:
    """Print what each takes, and on what it was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[30, 150, 450, 1_500, 20_000, 200_000, 7_000_000])
    asked = parser.parse_args()
    expect(_VALUES)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}")
    print(f"{'values':>10} {'lookup.sort':>12} {'numba':>8} {'lookup.in_order':>16} {'numpy':>8}   ns a value")
    for size in asked.sizes:
        count = max(_VALUES // size, 1) * size
        values = np.random.default_rng(size).integers(0, 2**63, count, dtype=np.uint64)
        inner, numba, outer, numpy = (
            taken(sort, values, size) for sort in (_with_lookup, _with_numba, _in_order, _with_numpy)
        )
        print(f"{size:10,} {inner:12.1f} {numba:8.1f} {outer:16.1f} {numpy:8.1f}", flush=True)


if __name__ == "__main__":
    main()
