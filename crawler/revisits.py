"""Whether an address that rests, was left out or failed is asked for again, now that a listing names it: pure.

Rows are those of the ledger, finds what the listing says of the address.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from crawler.addresses import host_of
from crawler.entry import ARTICLE, LISTING, LISTINGS, PAGER, Find
from crawler.outcome import ATTEMPTS, State

# Nothing more is asked of these.
AT_REST = (State.DONE, State.GONE, State.FAILED)
_FORGIVEN_AFTER = timedelta(hours=72)
_EARLY = frozenset({"short", "empty", "not-article"})
_EARLY_PAUSE = timedelta(hours=3)
_YOUNG = timedelta(days=2)
_REVIVED = ("pattern", "too-old", "depth")


def again(row: Row[Any], find: Find) -> dict[str, Any]:
    """Return what another visit needs, to the address as it is spelled now: the spelling of before may not answer."""
    attempts = ATTEMPTS - 1 if row.state == State.FAILED else 0
    return {"row": row.id, "attempts": attempts, "url": find.url, "host": host_of(find.url)}


def waits_again(row: Row[Any], find: Find, now: datetime) -> bool:
    """Tell whether an address is to be asked for once more."""
    if find.skip:
        return False
    return _deserves_another(row, now) or (row.kind == LISTING and sleeps(row) and tells_more(row, find))


def sleeps(row: Row[Any]) -> bool:
    """Tell whether an address is a listing that is not asked any more."""
    return row.kind in LISTINGS and row.next_visit is None and row.state in AT_REST


def _deserves_another(row: Row[Any], now: datetime) -> bool:
    if row.state == State.SKIPPED:
        return row.reason in _REVIVED
    rest = timedelta() if row.fetched_at is None else now - row.fetched_at
    if row.state == State.FAILED:
        # Older pages have a rule of their own, see `Ledger._ask_older`.
        return row.kind != PAGER and (row.fetched_at is None or rest > _FORGIVEN_AFTER)
    # It may have been a stub, or not there yet, when its listing named it first.
    early = row.state == State.GONE or (row.state == State.REJECTED and row.reason in _EARLY)
    return row.kind == ARTICLE and early and rest > _EARLY_PAUSE and now - row.found_at < _YOUNG


def tells_more(row: Row[Any], find: Find) -> bool:
    """Tell whether a listing gives a date where there was none, or says that a sitemap goes further than it did."""
    if find.published is None or row.published is None:
        return find.published is not None
    return row.kind == find.kind == LISTING and bool(find.published > row.published)
