"""Signatures a CPU second, ours and datasketch's side by side: from raw text, one core, the same shingles.

`python -m tests.benchmarks.signatures [TEXTS]`
"""

import os
import platform
import random
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version

import numpy as np
import xxhash
from datasketch import MinHash

from dedup import minhash, segments, shingles
from dedup.records import Hashes32, Recipe
from tests.newsroom.texts import load

RECIPE = Recipe()
ROUNDS = 5


def texts(count: int) -> list[str]:
    """Return `count` different texts of 437 words, the mean of real news, made of the press's paragraphs."""
    randomness = random.Random(11)
    vocabulary = [word for text in load().texts.values() for paragraph in text.paragraphs for word in paragraph.split()]
    return [" ".join(randomness.choices(vocabulary, k=437)) for _ in range(count)]


def ours(found: Sequence[str]) -> list[Hashes32]:
    """Return our signatures."""
    return [
        minhash.signature(shingles.hashes32(segments.words(text).words, RECIPE.shingle_words), RECIPE) for text in found
    ]


def datasketch(found: Sequence[str]) -> list[Hashes32]:
    """Return what `datasketch.MinHash.bulk` gives for the same shingles with its fastest hash."""
    length = RECIPE.shingle_words
    sets = []
    for text in found:
        words = segments.words(text).words
        sets.append([" ".join(words[i : i + length]).encode() for i in range(len(words) - length + 1)])
    hashed = MinHash.bulk(
        sets, num_perm=RECIPE.permutations, seed=RECIPE.seed, scheme="affine32", hashfunc=xxhash.xxh32_intdigest
    )
    return [one.hashvalues for one in hashed]


def rate(sign: Callable[[Sequence[str]], list[Hashes32]], found: Sequence[str]) -> float:
    """Return texts a CPU second."""
    began = time.process_time()
    sign(found)
    return len(found) / (time.process_time() - began)


def main() -> None:
    """Print both rates, the ratio of each round, and what it was measured on."""
    found = texts(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
    for one, other in zip(ours(found[:50]), datasketch(found[:50]), strict=True):
        np.testing.assert_array_equal(one, other)
    rounds = [(rate(ours, found), rate(datasketch, found)) for _ in range(ROUNDS)]
    for name, place in (("gema", 0), ("datasketch bulk, xxh32", 1)):
        print(f"{name:24} {np.median([held[place] for held in rounds]):8.0f} texts a CPU second")
    ratios = sorted(one / other for one, other in rounds)
    print(f"ratio, median of {ROUNDS}: {ratios[ROUNDS // 2]:.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})")
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"numpy {version('numpy')}, datasketch {version('datasketch')}"
    )


if __name__ == "__main__":
    main()
