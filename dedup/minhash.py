"""Shingle hashes → the two MinHash sketches: a signature for texts of like length, a sketch for short in long."""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from datasketch import MinHash
from numpy.typing import NDArray

from dedup import lookup, shingles
from dedup.compiled import compiled
from dedup.records import KEY_BITS, Cut, Hashes32, Hashes64, Recipe, Sketches

# Shingles that are permuted at once: 128 permutations of them fill 2 MiB.
_BLOCK = 4096
_NOTHING: Hashes64 = np.empty(0, dtype=np.uint64)
_KEY_SHIFT = np.uint64(64 - KEY_BITS)


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


def sketches(words: Cut, recipe: Recipe) -> Sketches:
    """Return the containment sketch of each text: its keys, which are one in `recipe.sketch_one_in` of its shingles.

    FracMinHash (Irber et al. 2022): the share of a short text's keys found in a long text's estimates how much of
    the short one stands in the long one, whatever their lengths.
    """
    texts, _, keys = sampled(words, recipe)
    return gathered(texts, keys, len(words.ends))


class Sampled(NamedTuple):
    """The shingles of several texts that sketches sample, in order: of each its text, its first word, its key."""

    texts: NDArray[np.int64]
    places: NDArray[np.int64]
    keys: Hashes64


def sampled(words: Cut, recipe: Recipe) -> Sampled:
    """Return the shingles of texts that sketches sample."""
    hashes = shingles.hashes64(words.hashes, recipe.shingle_words)
    return Sampled(*_sampled(hashes, words.ends, recipe.shingle_words, np.uint64(2**64 // recipe.sketch_one_in - 1)))


@compiled
def _sampled(
    hashes: Hashes64, ends: NDArray[np.int64], length: int, most: np.uint64
) -> tuple[NDArray[np.int64], NDArray[np.int64], Hashes64]:
    texts, places = np.empty(len(hashes), np.int64), np.empty(len(hashes), np.int64)
    keys = np.empty(len(hashes), np.uint64)
    count, start = 0, 0
    for text in range(len(ends)):
        for place in range(start, ends[text] - length + 1):
            if hashes[place] <= most:
                texts[count], places[count], keys[count] = text, place, hashes[place] >> _KEY_SHIFT
                count += 1
        start = ends[text]
    return texts[:count].copy(), places[:count].copy(), keys[:count].copy()


def gathered(texts: NDArray[np.int64], keys: Hashes64, count: int) -> Sketches:
    """Return the distinct keys of each of `count` texts, given in which text each of `keys` stands; texts in order."""
    return Sketches(*_distinct(texts, keys, count))


@compiled
def _distinct(texts: NDArray[np.int64], keys: Hashes64, count: int) -> tuple[NDArray[np.int64], Hashes64]:
    ends, out = np.empty(count, np.int64), np.empty(len(keys), np.uint64)
    at, start = 0, 0
    for text in range(count):
        stop = start
        while stop < len(texts) and texts[stop] == text:
            stop += 1
        first = at
        for key in np.sort(keys[start:stop]):
            if at == first or key != out[at - 1]:
                out[at] = key
                at += 1
        ends[text] = at
        start = stop
    return ends, out[:at].copy()


def one_each(keys: Sequence[Hashes64]) -> Sketches:
    """Return sketches of one text each as those of several."""
    ends = np.cumsum([len(each) for each in keys], dtype=np.int64)
    return Sketches(ends, np.concatenate([_NOTHING, *keys]))


def together(parts: Sequence[Sketches]) -> Sketches:
    """Return the sketches of several texts after one another."""
    before = np.cumsum([0, *(len(part.keys) for part in parts[:-1])])
    ends = [part.ends + start for part, start in zip(parts, before, strict=False)]
    return Sketches(
        np.concatenate([np.empty(0, np.int64), *ends]), np.concatenate([_NOTHING, *(part.keys for part in parts)])
    )


def without(held: Sketches, left_out: NDArray[np.bool_], kept: NDArray[np.bool_]) -> Sketches:
    """Return sketches without some of all their keys; of texts that are not `kept`, without any."""
    return Sketches(*_without(held.ends, held.keys, left_out, kept))


@compiled
def _without(
    ends: NDArray[np.int64], keys: Hashes64, left_out: NDArray[np.bool_], kept: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], Hashes64]:
    stops, out = np.empty(len(ends), np.int64), np.empty(len(keys), np.uint64)
    at, start = 0, 0
    for text in range(len(ends)):
        if kept[text]:
            for place in range(start, ends[text]):
                if not left_out[place]:
                    out[at] = keys[place]
                    at += 1
        stops[text] = at
        start = ends[text]
    return stops, out[:at].copy()


def chosen(held: Sketches, texts: NDArray[np.int64]) -> Sketches:
    """Return the sketches of some of several texts, in the order asked for."""
    return Sketches(*_chosen(held.ends, held.keys, texts))


@compiled
def _chosen(ends: NDArray[np.int64], keys: Hashes64, texts: NDArray[np.int64]) -> tuple[NDArray[np.int64], Hashes64]:
    stops = np.empty(len(texts), np.int64)
    total = 0
    for row in range(len(texts)):
        total += ends[texts[row]] - (ends[texts[row] - 1] if texts[row] else 0)
        stops[row] = total
    out = np.empty(total, np.uint64)
    at = 0
    for row in range(len(texts)):
        for place in range(ends[texts[row] - 1] if texts[row] else 0, ends[texts[row]]):
            out[at] = keys[place]
            at += 1
    return stops, out


def distinct(keys: Hashes64) -> Hashes64:
    """Return distinct keys, sorted; of millions faster than numpy's own."""
    held = lookup.in_order(keys)
    fresh: NDArray[np.bool_] = np.concatenate((np.ones(min(len(held), 1), dtype=bool), held[1:] != held[:-1]))
    return held[fresh]


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
