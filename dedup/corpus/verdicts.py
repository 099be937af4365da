"""What a person says of two articles, or of a site's words: stored, and followed by every update and rebuild."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Connection, delete, insert, select

from dedup.chains import ways
from dedup.corpus import schema
from dedup.corpus.grouping import read_verdicts
from dedup.corpus.store import Corpus
from dedup.errors import GemaError, Refused, UnknownArticle
from dedup.records import Pin, Verdict
from dedup.segments import words


def judge(corpus: Corpus, a: str, b: str, together: bool, now: datetime) -> Verdict:
    """Say that two articles (ids or addresses) belong to one family, or to two; the next update follows it.

    It takes the place of what was said of them before. Raises UnknownArticle; GemaError for one article named twice;
    Refused where other verdicts say the contrary, naming them: what is joined is joined, on whatever path.
    """
    one, other = _pair(corpus, a, b)
    with corpus.transaction() as connection:
        others = [verdict for verdict in read_verdicts(connection) if (verdict.a, verdict.b) != (one, other)]
        contrary = (_between if together else _way)(others, one, other)
        if contrary:
            raise Refused(_refusal(a, b, contrary))
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

    It takes the place of what was said of the same words before, in whatever spelling. The next update follows it.
    Raises GemaError where the site has no articles, or nothing was said.
    """
    table = schema.pins
    with corpus.transaction() as connection:
        first = connection.execute(_ANY.where(schema.articles.c.site == site)).first()
        if first is None:
            raise GemaError(f"no article is of the site {site!r}; a site is a domain, like one.example")
        meant = words(text).words
        known = connection.scalars(select(table.c.text).where(table.c.site == site)).all()
        before = [spelling for spelling in known if words(spelling).words == meant]
        if repeated is None and not before:
            raise GemaError(f"nothing was said of these words at {site}")
        for spelling in before:
            connection.execute(delete(table).where((table.c.site == site) & (table.c.text == spelling)))
        if repeated is not None:
            connection.execute(insert(table).values(site=site, text=text, repeated=int(repeated), at=now))
        corpus.mark(connection, first.key, site)


def first_site(corpus: Corpus, names: Iterable[str]) -> str | None:
    """Return the first of these names that is a site of articles, None where none is."""
    with corpus.reading() as connection:
        found = (name for name in names if connection.execute(_ANY.where(schema.articles.c.site == name)).first())
        return next(found, None)


def pins(corpus: Corpus) -> list[Pin]:
    """Return all that was said of what sites repeat, by site and words; of words in several spellings what came last.

    `pin` leaves one spelling; corpora of before may hold more. What was said at one moment counts where it forbids.
    """
    table = schema.pins
    asked = select(table.c.site, table.c.text, table.c.repeated).order_by(table.c.at, table.c.repeated.desc())
    with corpus.reading() as connection:
        rows = connection.execute(asked)
        found = {(site, words(text).words): Pin(site, text, bool(repeated)) for site, text, repeated in rows}
    return sorted(found.values(), key=attrgetter("site", "text"))


_ANY = select(schema.articles.c.key).order_by(schema.articles.c.key).limit(1)


def _way(said: Sequence[Verdict], one: str, other: str) -> Sequence[Verdict]:
    """Return by what two articles are joined."""
    return dict(ways(one, _joining(said))).get(other, ())


def _between(said: Sequence[Verdict], one: str, other: str) -> Sequence[Verdict]:
    """Return what is said to be apart of all that is joined with one article and all that is with another."""
    joining = _joining(said)
    here, there = dict(ways(one, joining)).keys(), dict(ways(other, joining)).keys()
    # Where they are together already, what is said against it was not followed before either.
    if other in here:
        return ()
    apart = [(verdict, {verdict.a, verdict.b}) for verdict in said if not verdict.together]
    return [verdict for verdict, both in apart if both & here and both & there]


def _joining(said: Sequence[Verdict]) -> list[Verdict]:
    return [verdict for verdict in said if verdict.together]


def _refusal(a: str, b: str, contrary: Sequence[Verdict]) -> str:
    if contrary[0].together:
        undone = " or ".join(f"`dedup join --undo {verdict.a} {verdict.b}`" for verdict in contrary)
        return f"you joined {a} and {b} by way of others; first take one of these back: {undone}"
    undone = " and ".join(f"`dedup separate --undo {verdict.a} {verdict.b}`" for verdict in contrary)
    return f"to join {a} and {b} would bring together what you separated; first take that back: {undone}"


def _pair(corpus: Corpus, a: str, b: str) -> tuple[str, str]:
    one, other = sorted(corpus.article(reference).id for reference in (a, b))
    if one == other:
        raise GemaError(f"{a} and {b} are one article")
    return one, other


def _marked(corpus: Corpus, connection: Connection, *ids: str) -> dict[str, int]:
    """Have the next update group these articles again; return their numbers. Raises UnknownArticle."""
    table = schema.articles
    rows = connection.execute(select(table.c.key, table.c.id, table.c.site).where(table.c.key.in_(ids))).all()
    for gone in sorted(set(ids) - {row.key for row in rows}):
        # Who forgets it may be faster.
        raise UnknownArticle(f"the article {gone} was removed meanwhile")
    for row in rows:
        corpus.mark(connection, row.key, row.site)
    return {row.key: row.id for row in rows}
