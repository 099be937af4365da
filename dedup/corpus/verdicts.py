"""What a person says of two articles, or of a site's words: stored, and followed by every update and rebuild."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, delete, select

from dedup.corpus import schema
from dedup.corpus.store import Corpus
from dedup.errors import GemaError
from dedup.records import Pin, Verdict


def judge(corpus: Corpus, a: str, b: str, together: bool, now: datetime) -> Verdict:
    """Say that two articles (ids or addresses) belong to one family, or to two; the next update follows it.

    It takes the place of what was said of them before. Raises UnknownArticle; GemaError for one article named twice.
    """
    one, other = _pair(corpus, a, b)
    with corpus.transaction() as connection:
        numbers = _marked(corpus, connection, one, other)
        row = {"a_id": numbers[one], "b_id": numbers[other], "together": int(together), "at": now}
        said = corpus.insert(schema.verdicts).values(row)
        connection.execute(said.on_conflict_do_update(index_elements=["a_id", "b_id"], set_=row))
    return Verdict(one, other, together)


def withdraw(corpus: Corpus, a: str, b: str) -> bool:
    """Take back what was said of two articles; tell whether anything was. Raises as `judge` does."""
    one, other = _pair(corpus, a, b)
    table = schema.verdicts
    with corpus.transaction() as connection:
        numbers = _marked(corpus, connection, one, other)
        where = (table.c.a_id == numbers[one]) & (table.c.b_id == numbers[other])
        return connection.execute(delete(table).where(where)).rowcount > 0


def pin(corpus: Corpus, site: str, text: str, repeated: bool | None, now: datetime) -> None:
    """Say that a site repeats these words, or that they are its articles' own; None takes it back.

    The next update follows it. Raises GemaError where the site has no articles, or nothing was said.
    """
    table = schema.pins
    with corpus.transaction() as connection:
        first = connection.execute(_ANY.where(schema.articles.c.site == site)).first()
        if first is None:
            raise GemaError(f"no article is of the site {site!r}; a site is a domain, like one.example")
        if repeated is None:
            where = (table.c.site == site) & (table.c.text == text)
            if not connection.execute(delete(table).where(where)).rowcount:
                raise GemaError(f"nothing was said of these words at {site}")
        else:
            row = {"site": site, "text": text, "repeated": int(repeated), "at": now}
            said = corpus.insert(table).values(row)
            connection.execute(said.on_conflict_do_update(index_elements=["site", "text"], set_=row))
        corpus.mark(connection, first.key, site)


def first_site(corpus: Corpus, names: Iterable[str]) -> str | None:
    """Return the first of these names that is a site of articles, None where none is."""
    with corpus.reading() as connection:
        found = (name for name in names if connection.execute(_ANY.where(schema.articles.c.site == name)).first())
        return next(found, None)


def pins(corpus: Corpus) -> list[Pin]:
    """Return all that was said of what sites repeat, by site and words."""
    table = schema.pins
    with corpus.reading() as connection:
        rows = connection.execute(
            select(table.c.site, table.c.text, table.c.repeated).order_by(table.c.site, table.c.text)
        )
        return [Pin(site, text, bool(repeated)) for site, text, repeated in rows]


_ANY = select(schema.articles.c.key).order_by(schema.articles.c.key).limit(1)


def _pair(corpus: Corpus, a: str, b: str) -> tuple[str, str]:
    one, other = sorted(corpus.article(reference).id for reference in (a, b))
    if one == other:
        raise GemaError(f"{a} and {b} are one article")
    return one, other


def _marked(corpus: Corpus, connection: Connection, *ids: str) -> dict[str, int]:
    """Have the next update group these articles again; return their numbers."""
    table = schema.articles
    rows = connection.execute(select(table.c.key, table.c.id, table.c.site).where(table.c.key.in_(ids))).all()
    for row in rows:
        corpus.mark(connection, row.key, row.site)
    return {row.key: row.id for row in rows}
