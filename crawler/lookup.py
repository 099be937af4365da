"""The raw pages of one address, out of the archive. No Scrapy."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select

from crawler.addresses import key
from crawler.archived import OPEN, Joined, Located, pages_and_joins, record_id
from crawler.page import Page
from crawler.replay import known_of
from dedup import Article, Corpus, GemaError, tables

# In the names of this program's files, behind "gema-": when the run began.
_STAMP = slice(5, 19)


@dataclass(frozen=True, slots=True)
class Found:
    """The pages of one article, its parts in order, and the WARC file they stand in."""

    pages: tuple[Page, ...]
    path: Path


def find(url: str, corpus: Corpus, folder: Path) -> Found | None:
    """Return the last archived pages of an address that the crawl knows, with what its listing said of them.

    None where it is unknown, was not archived, or its file is gone. Raises GemaError for a corpus, OSError for a file
    that cannot be read.
    """
    row = _entry(tables.ledger.c.key == key(url), corpus)
    stored = _article(row.article if row is not None and row.article else url, corpus)
    if row is None and stored is not None:
        row = _entry(tables.ledger.c.article == stored.id, corpus)
    found = _by_place(folder, stored.archived) if stored is not None and stored.archived else None
    if found is None and row is not None and row.archived_at is not None:
        # Where a later look found an article as it was, its place is a record that only says so.
        addresses = [url, stored.fetched_url] if stored is not None else [url]
        found = _by_address(folder, {row.key, *map(key, addresses)}, row.archived_at)
    if found is None:
        return None
    hints = known_of(corpus)(url).hints
    return replace(found, pages=tuple(replace(page, hints=hints) for page in found.pages))


def _entry(which: ColumnElement[bool], corpus: Corpus) -> Row[Any] | None:
    ledger = tables.ledger
    wanted: Select[Any] = select(ledger.c.key, ledger.c.article, ledger.c.archived_at)
    latest = ledger.c.archived_at.desc().nulls_last()
    with corpus.reading() as connection:
        return connection.execute(wanted.where(which).order_by(latest)).first()


def _article(reference: str, corpus: Corpus) -> Article | None:
    try:
        return corpus.article(reference)
    except GemaError:
        return None


def _by_place(folder: Path, place: str) -> Found | None:
    name = place.rpartition("#")[0]
    for path in (folder / name, folder / f"{name}{OPEN}"):
        if path.is_file():
            return _in_file(path, lambda page: page.record_id == record_id(place))
    return None


def _by_address(folder: Path, keys: set[str], before: datetime) -> Found | None:
    """Return pages of an address; its last record stands in a file that was begun `before` it was archived."""
    found = (_in_file(path, lambda page: key(page.page.url) in keys) for path in _files(folder, before))
    return next(filter(None, found), None)


def _files(folder: Path, before: datetime) -> Iterator[Path]:
    """Yield WARC files, the latest first."""
    latest = f"{before:%Y%m%d%H%M%S}"
    paths = [*folder.glob("*.warc.gz"), *folder.glob(f"*.warc.gz{OPEN}")]
    for path in sorted(paths, key=lambda path: path.name, reverse=True):
        if not path.name.startswith("gema-") or path.name[_STAMP] <= latest:
            yield path


def _in_file(path: Path, wanted: Callable[[Located], bool]) -> Found | None:
    """Return the last wanted page of a file, with the parts it was joined with where they stand there too."""
    last: Located | None = None
    joins: dict[str, Joined] = {}
    for each in _readable(path):
        if isinstance(each, Joined):
            joins[each.first] = each
        elif wanted(each):
            last = each
    if last is None:
        return None
    ids = [part for _, part in joins[last.record_id].parts] if last.record_id in joins else []
    return Found(_parts(path, ids) or (last.page,), path)


def _parts(path: Path, ids: Sequence[str]) -> tuple[Page, ...]:
    """Return the pages with these record ids, in order; none where not all of them stand in this file."""
    found = {
        each.record_id: each.page
        for each in (_readable(path) if len(ids) > 1 else ())
        if isinstance(each, Located) and each.record_id in ids
    }
    return tuple(found[part] for part in ids) if found.keys() >= set(ids) else ()


def _readable(path: Path) -> Iterator[Located | Joined]:
    """Yield what stands in a file; the end of one that is being written may not be whole."""
    with suppress(*([OSError] if path.name.endswith(OPEN) else [])):
        yield from pages_and_joins(path)
