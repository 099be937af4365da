"""Articles whose addresses nobody knows yet, stored many at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select

from dedup.addresses import spelling, spellings
from dedup.corpus.schema import articles, forgotten, texts
from dedup.records import Article, article_id


def newcomers(connection: Connection, found: Sequence[Article]) -> tuple[list[Article], list[Article]]:
    """Return which of these articles are new beyond doubt, and the others, each in their order.

    New is an article no spelling of whose address, and whose id, neither the corpus nor another of `found` has.
    """
    names = [_names(article) for article in found]
    known = set(connection.execute(_ADDRESSES, {"some": [name for held in names for name in held]}).scalars())
    taken = set(connection.execute(_IDS, {"some": [article.id for article in found]}).scalars())
    blocked = [spelling(url) for article in found for url in (article.url, article.fetched_url)]
    gone = set(connection.execute(_FORGOTTEN, {"some": blocked}).scalars())
    fresh, others = [], []
    for article, held in zip(found, names, strict=True):
        doubtful = not known.isdisjoint(held) or article.id in taken
        if doubtful or spelling(article.url) in gone or spelling(article.fetched_url) in gone:
            others.append(article)
        else:
            fresh.append(article)
        known.update(held)
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
        connection.execute(texts.insert(), missing)
        known |= _numbers(connection, [row["hash"] for row in missing])
    connection.execute(
        articles.insert(),
        [
            {
                **row,
                "url": article.url,
                "key": article.id,
                "text_id": known[digest],
                "first_seen": article.fetched or now,
            }
            for article, row, digest in zip(found, rows, hashes, strict=True)
        ],
    )


def _names(article: Article) -> tuple[str, ...]:
    """Return the addresses an article goes by; of one that comes with an id of its own, the one it has."""
    if article.id != article_id(article.url):
        return (article.url,)
    return (article.url, *spellings(article.url))


def _numbers(connection: Connection, hashes: Sequence[str] | dict[str, str]) -> dict[str, int]:
    return dict(connection.execute(_TEXTS, {"some": list(hashes)}).all())


_SOME: BindParameter[Any] = bindparam("some", expanding=True)
_ADDRESSES = select(articles.c.url).where(articles.c.url.in_(_SOME))
_IDS = select(articles.c.key).where(articles.c.key.in_(_SOME))
_FORGOTTEN = select(forgotten.c.url).where(forgotten.c.url.in_(_SOME))
_TEXTS = select(texts.c.hash, texts.c.id).where(texts.c.hash.in_(_SOME))
