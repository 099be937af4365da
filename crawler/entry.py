"""Addresses as they go in and out of the ledger, and the rows they are there. No Scrapy."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row

from crawler.addresses import host_of, key
from crawler.outcome import State
from crawler.page import Hints
from dedup import spelling

# In the order in which they are drawn, which is alphabetical order backwards (see `ix_ledger_due`). A guess is a
# usual place of a feed or sitemap that nothing names.
UNKNOWN, SITE, PAGER, LISTING, GUESS, ARTICLE = "unknown", "site", "pager", "listing", "guess", "article"
PERHAPS_ARTICLES = frozenset({ARTICLE, UNKNOWN})
LISTINGS = frozenset({UNKNOWN, SITE, PAGER, LISTING})
# Due at once, whatever the clock says: clocks get set back, too.
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """An address as it is handed out to be fetched.

    `attempts` counts the visits without success so far, and `reason` is that of the last. `named` is how many addresses
    it held last time, `article` the id of what it gave last time, `seed` the number of the seed it was found through.
    """

    id: int
    url: str
    host: str
    kind: str = UNKNOWN
    seed: int = 0
    depth: int = 0
    attempts: int = 0
    reason: str = ""
    interrupted: int = 0
    etag: str = ""
    last_modified: str = ""
    named: int = 0
    article: str = ""
    looks: int = 0
    parts: tuple[str, ...] = ()
    read_as: str = ""
    full_at: datetime | None = None
    changed_at: datetime | None = None
    found_at: datetime | None = None
    digest: str = ""
    archived_at: datetime | None = None
    hints: Hints = field(default_factory=Hints)

    @property
    def listing(self) -> bool:
        """Whether it names addresses, or may."""
        return self.kind in LISTINGS


@dataclass(frozen=True, slots=True)
class Find:
    """An address that a listing names, of one of the kinds above; `skip` is why it is not wanted, "" where it is.

    `below`: one level further from the seed than the listing itself, as older pages and sitemaps of an index are.
    """

    url: str
    kind: str = ARTICLE
    title: str = ""
    published: datetime | None = None
    language: str = ""
    skip: str = ""
    below: bool = False

    @property
    def key(self) -> str:
        """What the ways to write this address have in common, and the variants of an article's."""
        return key(self.url) if self.kind == ARTICLE else spelling(self.url)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page said of its own version, empty where it says nothing, and where its answer is archived."""

    etag: str = ""
    last_modified: str = ""
    status: int = 200
    digest: str = ""
    archived_at: datetime | None = None


def new_row(find: Find, key: str, seed: int, depth: int, now: datetime, forgotten: bool = False) -> dict[str, Any]:
    """Return the row of an address that was found just now."""
    skip = "forgotten" if forgotten else find.skip
    return {
        "key": key,
        "url": find.url,
        "host": host_of(find.url),
        "kind": find.kind,
        "seed_id": seed,
        "depth": depth,
        "state": State.SKIPPED if skip else State.PENDING,
        "reason": skip,
        "attempts": 0,
        "interrupted": 0,
        "found_at": now,
        "next_visit": None if skip else AT_ONCE,
        "etag": "",
        "last_modified": "",
        "named": 0,
        "title": "" if forgotten else find.title,
        "published": find.published,
        "language": find.language,
        "article": "",
    }


def answered(entry: Entry, answer: Answer | None, now: datetime) -> dict[str, Any]:
    """Return what the answer to an entry changes in its row, which `row` names; `answer` None: there was none."""
    row: dict[str, Any] = {"row": entry.id, "kind": entry.kind, "fetched_at": now, "interrupted": 0, "status": None}
    if answer is None:
        return row
    row["status"] = answer.status
    if answer.digest:
        row |= {"digest": answer.digest, "archived_at": answer.archived_at}
    if answer.status == 200:
        row |= {"etag": answer.etag, "last_modified": answer.last_modified}
    return row


def entry_of(row: Row[Any]) -> Entry:
    """Return a row of the ledger, joined with its seed's site, as an entry."""
    return Entry(
        id=row.id,
        url=row.url,
        host=row.host,
        kind=row.kind,
        seed=row.seed_id,
        depth=row.depth,
        attempts=row.attempts,
        reason=row.reason,
        interrupted=row.interrupted,
        etag=row.etag,
        last_modified=row.last_modified,
        named=row.named,
        article=row.article,
        looks=row.looks,
        parts=tuple(json.loads(row.parts)) if row.parts else (),
        read_as=row.read_as,
        full_at=row.full_at,
        changed_at=row.changed_at,
        found_at=row.found_at,
        digest=row.digest,
        archived_at=row.archived_at,
        hints=Hints(title=row.title, published=row.published, language=row.language, site=row.site),
    )
