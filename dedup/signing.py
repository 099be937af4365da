"""Texts → signatures: by the compiled kernel in batches on all cores, or in numpy where numba is not installed."""

import os
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from dedup import minhash, segments, shingles
from dedup.arrays import Hashes32
from dedup.characters import JOINS, LONG, characters, code_points
from dedup.compiler import compiles, expect
from dedup.records import Recipe

# Small enough that the cores end together, large enough that handing over costs nothing.
_BATCH = 256
_SPACE = b" "


def signatures(texts: Sequence[str], recipe: Recipe, cores: int | None = None) -> Hashes32:
    """Return the signature of each text, a row of `recipe.permutations` values.

    A row equals `datasketch.MinHash(scheme="affine32")` over xxh32 of the text's shingles, whichever way it was made.
    `cores` None: all there are.
    """
    expect(len(texts))
    sign = by_kernel if compiles() else by_numpy
    out = np.empty((len(texts), recipe.permutations), dtype=np.uint32)
    spans = [slice(start, start + _BATCH) for start in range(0, len(texts), _BATCH)]
    with ThreadPoolExecutor(cores or os.cpu_count()) as threads:
        for _ in threads.map(lambda span: sign(texts[span], recipe, out[span]), spans):
            pass
    return out


def by_numpy(texts: Sequence[str], recipe: Recipe, out: Hashes32) -> None:
    """Sign texts into the rows of `out`, one after the other."""
    for row, text in zip(out, texts, strict=True):
        words = segments.words(text).words
        row[:] = minhash.signature(shingles.hashes32(words, recipe.shingle_words), recipe)


def by_kernel(texts: Sequence[str], recipe: Recipe, out: Hashes32) -> None:
    """Sign texts into the rows of `out`, without holding other threads up; raises ImportError without numba."""
    from dedup import kernel

    known = characters()
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    codes = code_points(texts)
    permutations = minhash.permutations(recipe.permutations, recipe.seed)
    held = kernel.sign_texts(
        codes, ends, known.kinds, known.folded, known.longer, known.starts, recipe.shingle_words, *permutations, out
    )
    for number in np.flatnonzero(held & (JOINS | LONG)).tolist():
        # Where it is normalised already, nothing in it joins any more.
        if held[number] & LONG or not unicodedata.is_normalized("NFKC", texts[number]):
            _by_words(kernel.sign_words, texts[number], recipe, out[number])


def _by_words(sign: Callable[..., None], text: str, recipe: Recipe, out: Hashes32) -> None:
    words = [word.encode("utf-8", "surrogatepass") for word in segments.words(text).words]
    ends = np.cumsum([len(word) + 1 for word in words], dtype=np.int64) - 1
    starts = ends - np.array([len(word) for word in words], dtype=np.int64)
    joined = np.frombuffer(_SPACE.join(words), dtype=np.uint8)
    sign(joined, starts, ends, recipe.shingle_words, *minhash.permutations(recipe.permutations, recipe.seed), out)
