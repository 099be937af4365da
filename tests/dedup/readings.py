"""Readings made by hand, for the tests of what is compared."""

import numpy as np

from dedup import segments, shingles
from dedup.records import Reading, Recipe

RECIPE = Recipe()


def reading(text: str, name: str = "a", site: str = "", title: str = "", own: slice | None = None) -> Reading:
    """Return `text` as matching reads it; all of it is its own, or the words in `own` alone."""
    words = segments.words(text)
    mask = np.ones(len(words), dtype=bool)
    if own is not None:
        mask[:] = False
        mask[own] = True
    return Reading(
        id=name,
        site=site or f"{name}.test",
        title=segments.words(title).words,
        words=words,
        own=mask,
        shingles=shingles.hashes64(words.words, RECIPE.match_words),
        numbers=segments.numbers(text),
        names=segments.names(text),
    )
