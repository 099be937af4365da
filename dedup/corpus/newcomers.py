"""Articles whose addresses nobody knows yet, stored many at a time."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from dedup.addresses import spelled, spelling
from dedup.corpus import many
from dedup.corpus.schema import articles, forgotten, texts
from dedup.records import Article


def newcomers(connection: Connection, found: Sequence[Article]) -> tuple[list[Article], list[Article]]:
    """Return which of these articles are new beyond doubt, and the others, each in their order.

    New is an article whose address, in any spelling, and whose id neither the corpus nor another of `found` has.
    """
    known = _among(connection, articles.c.spelled, (spelled(article.url) for article in found))
    taken = _among(connection, articles.c.key, (article.id for article in found))
    taken |= _blocked(connection, found)
    fresh, others = [], []
    for article in found:
        stands = spelled(article.url)
        if stands in known or article.id in taken:
            others.append(article)
        else:
            fresh.append(article)
        known.add(stands)
        taken.add(article.id)
    return fresh, others


def put(
    connection: Connection,
    found: Sequence[Article],
    rows: Sequence[dict[str, Any]],
    hashes: Sequence[str],
    now: datetime,
) -> None:
    """Store new articles; `rows` hold all of each but address, id, text and time, `hashes` are those of texts."""
    written = {digest: article.text for digest, article in zip(hashes, found, strict=True)}
    known = _numbers(connection, written)
    missing = [{"hash": digest, "text": text} for digest, text in written.items() if digest not in known]
    if missing:
        # Another process may store the same text meanwhile.
        many.insert(connection, texts, missing, "keep")
        known |= _numbers(connection, [row["hash"] for row in missing])
    many.insert(
        connection,
        articles,
        [
            {
                **row,
                "url": article.url,
                "spelled": spelled(article.url),
                "key": article.id,
                "text_id": known[digest],
                "first_seen": article.fetched or now,
            }
            for article, row, digest in zip(found, rows, hashes, strict=True)
        ],
    )


def _blocked(connection: Connection, found: Sequence[Article]) -> set[str]:
    """Return the ids of those that go by a forgotten address: in most corpora none is."""
    if connection.execute(_SOME_FORGOTTEN).first() is None:
        return set()
    stands = [(spelling(article.url), spelling(article.fetched_url)) for article in found]
    gone = _among(connection, forgotten.c.url, (name for pair in stands for name in pair))
    return {article.id for article, pair in zip(found, stands, strict=True) if not gone.isdisjoint(pair)}


_SOME_FORGOTTEN = select(forgotten.c.url).limit(1)


def _among(connection: Connection, column: ColumnElement[str], values: Iterable[str]) -> set[str]:
    return {value for (value,) in many.among(connection, select(column), column, values)}


def _numbers(connection: Connection, hashes: Iterable[str]) -> dict[str, int]:
    return dict(many.among(connection, select(texts.c.hash, texts.c.id), texts.c.hash, hashes))
