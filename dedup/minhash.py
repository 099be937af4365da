"""Shingle hashes → the two MinHash sketches: a signature for texts of like length, a sketch for short in long."""

from functools import cache

import numpy as np
from datasketch import MinHash

from dedup.records import Hashes32, Hashes64, Recipe

# Shingles that are permuted at once: 128 permutations of them fill 2 MiB.
_BLOCK = 4096


def signature(hashes: Hashes32, recipe: Recipe) -> Hashes32:
    """Return the `recipe.permutations` values that `datasketch.MinHash(scheme="affine32")` has for `hashes`.

    Broder 1997; the permutations are datasketch's own: the MurmurHash3 finaliser, then a·h + b mod 2³², a odd.
    """
    multiplier, offset = permutations(recipe.permutations, recipe.seed)
    smallest = np.full(recipe.permutations, 0xFFFFFFFF, dtype=np.uint32)
    mixed = _mixed(np.unique(hashes))
    for start in range(0, len(mixed), _BLOCK):
        block = mixed[start : start + _BLOCK, None] * multiplier + offset
        smallest = np.minimum(smallest, block.min(axis=0))
    return smallest


def sketch(hashes: Hashes64, recipe: Recipe) -> Hashes64:
    """Return the containment sketch: every distinct hash below 2⁶⁴ / `recipe.sketch_one_in`, sorted.

    FracMinHash (Irber et al. 2022): the share of a short text's keys found in a long text's estimates how much of
    the short one stands in the long one, whatever their lengths.
    """
    bound = np.uint64(2**64 // recipe.sketch_one_in - 1)
    return np.unique(hashes[hashes <= bound])


def bands(minhash: Hashes32, count: int, rows: int) -> list[bytes]:
    """Return `count` bands of `rows` values; texts that share one are candidates (LSH)."""
    return [band.to_bytes(1, "big") + minhash[band * rows : (band + 1) * rows].tobytes() for band in range(count)]


@cache
def permutations(count: int, seed: int) -> tuple[Hashes32, Hashes32]:
    """Return the multipliers and offsets of datasketch's permutations, `count` of each."""
    multiplier, offset = MinHash(num_perm=count, seed=seed, scheme="affine32").permutations
    return multiplier, offset


def _mixed(values: Hashes32) -> Hashes32:
    values = values ^ (values >> np.uint32(16))
    values = values * np.uint32(0x85EBCA6B)
    values = values ^ (values >> np.uint32(13))
    values = values * np.uint32(0xC2B2AE35)
    return values ^ (values >> np.uint32(16))
