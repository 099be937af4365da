"""Which words are facts that fill a frame: numbers, days, months. Pure."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from dedup import lookup
from dedup.arrays import HOLDS_DIGIT, Cut
from dedup.cutting import word_hash

_CALENDAR = frozenset(
    (
        *("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu", "ahad", "isnin", "khamis", "jumaat"),
        *("januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober"),
        *("november", "desember", "mac", "jun", "julai", "ogos", "disember"),
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        *("january", "february", "march", "may", "june", "july", "august", "october", "december"),
    )
)


def are_facts(words: Cut) -> NDArray[np.bool_]:
    """Return which words are facts: numbers, or of the calendar."""
    facts: NDArray[np.bool_] = (words.flags & HOLDS_DIGIT != 0) | of_the_calendar(words)
    return facts


def of_the_calendar(words: Cut) -> NDArray[np.bool_]:
    """Return which words are days of the week or months, in Indonesian, Malay or English."""
    held: NDArray[np.bool_] = lookup.which(_calendar(), words.hashes)
    return held


@cache
def _calendar() -> lookup.Table:
    return lookup.table(np.sort(np.array([word_hash(word) for word in _CALENDAR], dtype=np.uint64)))
