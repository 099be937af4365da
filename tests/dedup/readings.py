"""Readings made by hand, for the tests of what is compared."""

import numpy as np

from dedup import cutting
from dedup.arrays import Reading
from dedup.reading import reading as as_read
from dedup.records import Recipe

RECIPE = Recipe()


def reading(text: str, name: str = "a", site: str = "", title: str = "", own: slice | None = None) -> Reading:
    """Return `text` as matching reads it; all of it is its own, or the words in `own` alone."""
    words = cutting.by_words([text])
    mask = np.ones(len(words.hashes), dtype=bool)
    if own is not None:
        mask[:] = False
        mask[own] = True
    return as_read(name, site or f"{name}.test", cutting.by_words([title]), words, mask, RECIPE)
