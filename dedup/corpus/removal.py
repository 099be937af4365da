"""Take-downs: an article gone from the corpus to the last byte, and its addresses blocked for good."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, Row, func, or_, select, text, update

from dedup.addresses import spelling, spellings
from dedup.corpus import fulltext
from dedup.corpus.referred import any_way
from dedup.corpus.schema import articles, family_members, forgotten, ledger, metadata, stories, story_families
from dedup.corpus.store import Corpus, Removed
from dedup.errors import CorpusError


@dataclass(frozen=True, slots=True)
class Known:
    """An article that goes by an address in question."""

    id: str
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Traces:
    """The articles that addresses lead to, by id, and all addresses these go by, those asked for included, sorted."""

    articles: tuple[Known, ...]
    addresses: tuple[str, ...]


def traces(corpus: Corpus, references: Sequence[str]) -> Traces:
    """Return what the corpus has of these addresses and article ids."""
    with corpus.reading() as connection:
        return _traces(connection, references)


def forget(corpus: Corpus, references: Sequence[str], now: datetime) -> Removed:
    """Remove the articles of these addresses and ids, and block every address they go by; return how much went.

    An address stands for all its spellings: with http and https, with and without `www.` and a slash at its end.
    The next update groups as if they had never been there; `scrub` then leaves nothing of them in the file. Hold the
    corpus for "updating" meanwhile: an update keeps what it has read of them.
    """
    with corpus.transaction() as connection:
        found = _traces(connection, references)
        ids = [article.id for article in found.articles]
        for address in sorted(set(map(spelling, found.addresses))):
            row = corpus.insert(forgotten).values(url=address, at=now)
            connection.execute(row.on_conflict_do_nothing())
        skipped = {"state": "skipped", "reason": "forgotten", "next_visit": None, "title": ""}
        connection.execute(update(ledger).where(_in_ledger(ids, found.addresses)).values(skipped))
        _untell(connection, ids)
        return corpus.take_out(connection, ids)


def blocked(corpus: Corpus) -> list[str]:
    """Return every address that was ever forgotten, each in the spelling that stands for all, sorted."""
    with corpus.reading() as connection:
        return list(connection.execute(select(forgotten.c.url).order_by(forgotten.c.url)).scalars())


def newest_archived(corpus: Corpus) -> str:
    """Return the name of the file that holds the raw page of the newest article that has one, "" where none has."""
    newest = select(articles.c.archived).where(articles.c.archived != "").order_by(articles.c.id.desc()).limit(1)
    with corpus.reading() as connection:
        return (connection.execute(newest).scalar() or "").partition("#")[0]


def scrub(corpus: Corpus) -> None:
    """Leave nothing of what was deleted in the corpus's files; raises CorpusError where that cannot be done now.

    Writes the database anew: others that write to it wait, and the disk needs room for two more of it meanwhile.
    """
    if corpus.engine.dialect.name == "postgresql":
        with corpus.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(f"VACUUM FULL {', '.join(sorted(metadata.tables))}"))
        return
    with corpus.transaction() as connection:
        fulltext.merge(connection)
    try:
        in_use = _rewrite(corpus.engine)
    except sqlite3.Error as error:
        raise CorpusError(_unscrubbed(corpus, str(error))) from error
    if in_use:
        raise CorpusError(_unscrubbed(corpus, "another process reads in it"))


def _rewrite(engine: Engine) -> bool:
    """Write the database anew and empty its log; return whether a reader kept that from being done."""
    # Overwriting what is deleted (secure_delete) spares copies that moving rows between pages has left.
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        in_use, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return bool(in_use)
    finally:
        connection.close()


def _unscrubbed(corpus: Corpus, reason: str) -> str:
    return (
        f"the article is out of the corpus {corpus.address}, but pieces of its text may still stand in unused parts of "
        f"the file ({reason}): repeat `dedup forget` with its address"
    )


def _traces(connection: Connection, references: Sequence[str]) -> Traces:
    ways = {way for reference in references for way in (reference, *spellings(reference))} - {""}
    ids = set(connection.execute(select(articles.c.key).where(any_way(*references))).scalars())
    ids |= {row.article for row in _ledger_rows(connection, _in_ledger(references, ways)) if row.article}
    columns = articles.c.key, articles.c.url, articles.c.title, articles.c.fetched_url
    rows = connection.execute(select(*columns).where(articles.c.key.in_(ids)).order_by(articles.c.key)).all()
    addresses = {reference for reference in references if is_address(reference)}
    addresses.update(address for row in rows for address in (row.url, row.fetched_url))
    for entry in _ledger_rows(connection, _in_ledger(ids, addresses)):
        addresses.update((entry.key, entry.url, *json.loads(entry.parts or "[]")))
    known = tuple(Known(row.key, row.url, row.title) for row in rows)
    return Traces(known, tuple(sorted(addresses - {""})))


def is_address(reference: str) -> bool:
    """Tell an address from an article's id."""
    return "://" in reference


def _ledger_rows(connection: Connection, which: ColumnElement[bool]) -> Sequence[Row[str, str, str, str]]:
    columns = ledger.c.key, ledger.c.url, ledger.c.parts, ledger.c.article
    return connection.execute(select(*columns).where(which)).all()


def _in_ledger(ids: Sequence[str] | set[str], addresses: Sequence[str] | set[str]) -> ColumnElement[bool]:
    """Return what picks the rows of these articles, and those that these addresses lead to, as parts too."""
    # LIKE takes /A for /a in SQLite, which may be another article.
    of_parts = [func.replace(ledger.c.parts, json.dumps(address), "") != ledger.c.parts for address in addresses]
    keys = set(map(spelling, addresses))
    return or_(ledger.c.article.in_(ids), ledger.c.key.in_(keys), ledger.c.url.in_(addresses), *of_parts)


def _untell(connection: Connection, ids: Sequence[str]) -> None:
    """Take titles and words off the stories that tell of these articles, until the next update names them anew."""
    members = select(family_members.c.family).join(articles, articles.c.id == family_members.c.article_id)
    touched = select(story_families.c.story).where(story_families.c.family.in_(members.where(articles.c.key.in_(ids))))
    connection.execute(update(stories).where(stories.c.id.in_(touched)).values(label="", terms="[]"))
