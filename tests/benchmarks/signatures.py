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

from dedup import segments, signing
from dedup.arrays import Hashes32
from dedup.records import Recipe
from tests.newsroom.texts import load

RECIPE = Recipe()
ROUNDS = 5


def texts(count: int) -> list[str]:
    """Return `count` different texts of 437 words, the mean of real news, made of the press's paragraphs."""
    randomness = random.Random(11)
    vocabulary = [word for text in load().texts.values() for paragraph in text.paragraphs for word in paragraph.split()]
    return [" ".join(randomness.choices(vocabulary, k=437)) for _ in range(count)]


def ours(found: Sequence[str]) -> list[Hashes32]:
    """Return our signatures, made on one core."""
    return list(signing.signatures(found, RECIPE, cores=1))


def in_numpy(found: Sequence[str]) -> list[Hashes32]:
    """Return our signatures as they are made where numba is not installed."""
    out = np.empty((len(found), RECIPE.permutations), np.uint32)
    signing.by_numpy(found, RECIPE, out)
    return list(out)


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
    """Print the rates, the ratio of each round, and what it was measured on."""
    found = texts(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
    # The first call compiles.
    for one, other in zip(ours(found)[:50], datasketch(found[:50]), strict=True):
        np.testing.assert_array_equal(one, other)
    makers = {"gema": ours, "gema without numba": in_numpy, "datasketch bulk, xxh32": datasketch}
    rounds = [{name: rate(sign, found) for name, sign in makers.items()} for _ in range(ROUNDS)]
    for name in makers:
        ratios = sorted(held[name] / held["datasketch bulk, xxh32"] for held in rounds)
        median = np.median([held[name] for held in rounds])
        print(
            f"{name:24} {median:8.0f} texts a CPU second, {ratios[ROUNDS // 2]:.2f} times datasketch's "
            f"({ratios[0]:.2f}–{ratios[-1]:.2f})"
        )
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"numpy {version('numpy')}, numba {version('numba')}, datasketch {version('datasketch')}"
    )


if __name__ == "__main__":
    main()
