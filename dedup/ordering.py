"""What decides wherever some must be chosen or go first: days, and hashes of text and site; no matter who came."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import TypeVar

import numpy as np

from dedup.arrays import Hashes64

_T = TypeVar("_T", int, str)

# The day of what nobody has dated: after all others.
UNDATED = (1 << 23) - 2
# Days that programs write where they know none: the first of their calendars, a zone before it too, and what comes
# after the last year in which anything can have been fetched.
NO_DAYS = frozenset(
    (date(year, 1, 1) - timedelta(days=back)).toordinal() for year in (1900, 1970) for back in (0, 1)
) | {date.min.toordinal()}
LAST_DAY = date(2100, 12, 31).toordinal()


def day(published: datetime | None) -> int:
    """Return the day of a publication in UTC, as `datetime.date.toordinal` counts, or UNDATED."""
    return UNDATED if published is None else told(published.astimezone(UTC).date())


def told(stated: date) -> int:
    """Return a day as `datetime.date.toordinal` counts, UNDATED for one that stands for none."""
    found = stated.toordinal()
    return UNDATED if found > LAST_DAY or found in NO_DAYS else found


def in_order(one: _T, other: _T) -> tuple[_T, _T]:
    """Return a pair, the smaller first."""
    return (one, other) if one < other else (other, one)


def text_number(text_hash: str) -> int:
    """Return the 64 bits of a text's hash by which units are compared."""
    return int(text_hash[:16], 16)


def text_numbers(digests: Sequence[bytes]) -> Hashes64:
    """Return the same of texts, given the sixteen bytes of which their hashes are the digits."""
    return np.frombuffer(b"".join(digests), ">u8")[::2].astype(np.uint64)


def site_number(site: str) -> int:
    """Return 64 bits of a hash of a site's name."""
    return int.from_bytes(blake2b(site.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def order(texts: Hashes64, sites: Hashes64) -> Hashes64:
    """Return what decides wherever some units must be chosen, given `text_number` and `site_number` of each."""
    mixed = texts ^ sites
    return (mixed ^ (mixed >> np.uint64(31))) * np.uint64(0x9E3779B97F4A7C15)
