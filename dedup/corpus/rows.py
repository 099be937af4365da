"""An article as the database holds it, and as it is read back."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, select

from dedup.corpus import many
from dedup.corpus.schema import articles, texts
from dedup.records import Article

_CREDITS = (
    *("authors", "place", "editors", "agency", "credited_source", "credited_title", "sources"),
    *("published_precision", "published_from", "section", "tags", "image", "site_name"),
)
PLAIN = ("site", "host", "title", "language", "published", "modified", "fetched", "fetched_url", "archived")
_DETAILS = ("site", "host", "language", "published", "modified", "marks")
_json = json.JSONEncoder(ensure_ascii=False).encode
_COLUMNS = [articles.c[name] for name in ("url", "key", "marks", "credits", *PLAIN)]
WHOLE = select(texts.c.text, *_COLUMNS).join(texts, texts.c.id == articles.c.text_id)
_TUPLES = frozenset({"authors", "editors", "sources", "tags"})
_FIELDS = frozenset(field.name for field in fields(Article))


def whole(connection: Connection, ids: Sequence[str] | None = None) -> Iterator[Article]:
    """Yield the articles with these ids, or all, in the order in which the database has their ids."""
    query = WHOLE.order_by(articles.c.key)
    rows = connection.execute(query) if ids is None else many.among(connection, query, articles.c.key, ids)
    yield from map(article_of, rows)


def text_hash(text: str) -> str:
    """Return the 32 hexadecimal digits that equal texts share."""
    return text_digest(text).hex()


def text_digest(text: str) -> bytes:
    """Return the 16 bytes that equal texts share."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def row_of(article: Article) -> dict[str, Any]:
    """Return what is stored of an article beside its address, id and text."""
    row = dict(zip(PLAIN, plain(article), strict=True))
    said = _credits(article)
    row["marks"] = " ".join(map(_one_word, article.marks))
    row["credits"] = _NO_CREDITS if said == _NOTHING_SAID else _json(dict(zip(_CREDITS, said, strict=True)))
    return row


def says_the_same(row: Mapping[str, Any], old: Row[Any]) -> bool:
    """Tell whether an article to be stored says what is stored of it, text and title aside."""
    if any(getattr(old, name) != row[name] for name in _DETAILS):
        return False
    # What was stored before there was a field says nothing of it.
    said = {**_credited(_NO_CREDITS), **_credited(old.credits)}
    return _credited(row["credits"]) == said


def _one_word(mark: str) -> str:
    return "-".join(mark.split())


plain, _credits = attrgetter(*PLAIN), attrgetter(*_CREDITS)
# Of many imported articles nothing but the text is known.
_NOTHING_SAID = _credits(Article("", ""))
_NO_CREDITS = _json(dict(zip(_CREDITS, _NOTHING_SAID, strict=True)))


def article_of(row: Row[Any] | tuple[Any, ...]) -> Article:
    """Return the article of a row of `WHOLE`."""
    text, url, key, marks, credits_, *plain = tuple(row)
    named: dict[str, Any] = dict(zip(PLAIN, plain, strict=True))
    return Article(url=url, text=text, id=key, marks=tuple(marks.split()), **named, **_credited(credits_))


@lru_cache(maxsize=1_000)
def _credited(stored: str) -> Mapping[str, Any]:
    """Return what credits say, by field: most articles of a site have the same."""
    found = json.loads(stored).items()
    return {name: tuple(value) if name in _TUPLES else value for name, value in found if name in _FIELDS}
