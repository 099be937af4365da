"""The full-text index: which articles hold all of some words, the most telling first.

A search brings it up to date, the first one makes it: a crawl and an update pay nothing for it. What an article loses,
its old text or itself, leaves it at once. In SQLite it is an FTS5 table that keeps words and their places but no text,
in PostgreSQL a tsvector; both are given the words of `folding`, so that they find the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Integer,
    Row,
    Select,
    Subquery,
    bindparam,
    case,
    column,
    delete,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    text,
)

from dedup.corpus import many
from dedup.corpus.schema import articles, family_members, searchable, texts
from dedup.folding import folded

# What the words of one article are, each phrase as folded words.
Phrases = Sequence[Sequence[str]]

# Articles that are indexed in one transaction: under half a second.
_AT_ONCE = 1_000
# A tsvector holds a megabyte, of title and text together, and what is longer is no article.
_LONGEST = 150_000
_WORD = 500
_MOMENT, _DAY, _EASTERNMOST = timedelta(microseconds=1), timedelta(days=1), timedelta(hours=13)
# As JSON has it; in what an article says of itself, quotation marks have a backslash before them.
_BY_DAY = articles.c.credits.contains('"published_precision": "day"', autoescape=True)
# How much more a word in the title says than one in the text.
_TITLE = 4.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: articles that hold all of some phrases and none of others, of these sites and languages.

    They are of none of the `other_…`. `since` is the earliest time of publication, `until` the first that is too late;
    of what is dated to a day, the day counts, on the calendar of their zone. What is empty asks for nothing.
    """

    phrases: Phrases = ()
    without: Phrases = ()
    sites: Sequence[str] = ()
    other_sites: Sequence[str] = ()
    languages: Sequence[str] = ()
    other_languages: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found, by its id, and its family, "" where it has none yet."""

    article: str
    family: str


def waiting(connection: Connection) -> int:
    """Return how many articles are not in the index."""
    return connection.execute(select(func.count()).select_from(_WAITING.subquery())).scalar_one()


def add_some(connection: Connection, after: int) -> tuple[int, int]:
    """Index some articles, those of the next numbers `after` one; return how many, and the last number."""
    some = _WAITING.where(articles.c.id > after).order_by(articles.c.id).limit(_AT_ONCE).subquery()
    worded = _WORDED.join(some, some.c.id == articles.c.id).order_by(articles.c.id)
    # What is read stays as it is until it is written; SQLite has one writer anyway.
    rows = connection.execute(worded.with_for_update(read=True, of=articles)).all()
    if rows:
        _add(connection, [_folded(row) for row in rows])
    return len(rows), rows[-1].id if rows else after


def drop(connection: Connection, numbers: Sequence[int]) -> None:
    """Take these articles out of the index; called before their texts or titles change or go."""
    if connection.dialect.name != "postgresql":
        indexed = _WORDED.join(searchable, searchable.c.article_id == articles.c.id).where(articles.c.id.in_(numbers))
        rows = [_folded(row) for row in connection.execute(indexed).all()]
        if rows:
            connection.exec_driver_sql(_FTS_DELETE, rows)
    else:
        # Who indexes them at this moment is done first.
        connection.execute(select(articles.c.id).where(articles.c.id.in_(numbers)).with_for_update()).all()
    connection.execute(delete(searchable).where(searchable.c.article_id.in_(numbers)))


def merge(connection: Connection) -> None:
    """Leave nothing in the index of what was taken out of it, where SQLite keeps it until parts of it are merged."""
    if connection.dialect.name != "postgresql" and _any(connection):
        connection.exec_driver_sql("INSERT INTO searchable_words (searchable_words) VALUES ('optimize')")


def find(connection: Connection, asked: Asked) -> list[Hit]:
    """Return all articles that are asked for, the most telling first; without words, the newest."""
    if not _any(connection):
        return []
    ranked = (_ranked_there if connection.dialect.name == "postgresql" else _ranked)(asked)
    query = (
        select(articles.c.key, family_members.c.family)
        .select_from(articles)
        .outerjoin(family_members, family_members.c.article_id == articles.c.id)
        .where(*_narrowed(asked))
    )
    if ranked is not None:
        query = query.join(ranked, ranked.c.id == articles.c.id)
    undated, published = articles.c.published.is_(None), articles.c.published
    if ranked is not None and asked.phrases:
        # Of copies, which are as telling as one another, the earliest.
        query = query.order_by(ranked.c.rank.desc(), undated, published, articles.c.key)
    else:
        query = query.order_by(undated, published.desc(), articles.c.key)
    return [Hit(key, family or "") for key, family in many.rows(connection, query)]


_WAITING = (
    select(articles.c.id)
    .outerjoin(searchable, searchable.c.article_id == articles.c.id)
    .where(searchable.c.article_id.is_(None))
)
_WORDED = select(articles.c.id, articles.c.title, texts.c.text).join(texts, texts.c.id == articles.c.text_id)


def _any(connection: Connection) -> bool:
    return connection.execute(select(searchable.c.article_id).limit(1)).first() is not None


def _folded(row: Row[int, str, str]) -> dict[str, Any]:
    number, title, said = row
    return {"number": number, "title": folded(title), "said": folded(said)}


def _add(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if connection.dialect.name == "postgresql":
        short = [{**row, "title": row["title"][:_LONGEST], "said": row["said"][:_LONGEST]} for row in rows]
        connection.execute(_ADD_THERE, short)
        return
    connection.exec_driver_sql(_FTS_TABLE)
    connection.exec_driver_sql(_FTS_INSERT, rows)
    many.insert(connection, searchable, [{"article_id": row["number"]} for row in rows])


def _narrowed(asked: Asked) -> list[ColumnElement[bool]]:
    """Return what must hold of an article beside its words."""
    every = [not_(_at(asked.other_sites)), articles.c.language.not_in(asked.other_languages)]
    if asked.sites:
        every.append(_at(asked.sites))
    if asked.languages:
        every.append(articles.c.language.in_(asked.languages))
    if asked.since:
        every.append(articles.c.published >= _by_precision(_midnight(asked.since), asked.since))
    if asked.until:
        # The last moment that is not too late is of the last day that is not.
        after = _midnight(asked.until - _MOMENT) + _DAY
        every.append(articles.c.published < _by_precision(after, asked.until))
    return every


def _by_precision(day: datetime, moment: datetime) -> ColumnElement[datetime]:
    """Return what dates are held against: those of a day alone against another moment."""
    kind = articles.c.published.type
    return case((_BY_DAY, literal(day, kind)), else_=literal(moment, kind))


def _midnight(moment: datetime) -> datetime:
    """Return the earliest moment, in whatever zone, that is stored for the day of this one: see `wording.noon`."""
    try:
        return datetime.combine(moment.date(), time(), UTC) - _EASTERNMOST
    except OverflowError:  # The first day that a calendar knows.
        return moment


def unknown(connection: Connection, sites: Sequence[str]) -> list[str]:
    """Return those of some sites that no article is of."""
    return [site for site in sites if connection.scalar(select(articles.c.key).where(_at([site])).limit(1)) is None]


def unspoken(connection: Connection, languages: Sequence[str]) -> tuple[list[str], int]:
    """Return those of some languages that no article is in, and how many articles name none."""
    code = articles.c.language
    missing = [each for each in languages if connection.scalar(select(code).where(code == each).limit(1)) is None]
    nameless = select(func.count()).select_from(articles).where(code.in_(_NO_LANGUAGE))
    return missing, connection.scalar(nameless) or 0 if languages else 0


# As who imports and who crawls write it.
_NO_LANGUAGE = ("", "und")


def _at(sites: Sequence[str]) -> ColumnElement[bool]:
    hosts = [*sites, *(f"www.{site}" for site in sites)]
    return or_(articles.c.site.in_(sites), articles.c.host.in_(hosts))


# --- SQLite -------------------------------------------------------------------------------------------

# Words are folded already: the plainest tokenizer parts them at spaces and takes all beyond ASCII for letters.
_FTS_TABLE = "CREATE VIRTUAL TABLE IF NOT EXISTS searchable_words USING fts5(title, said, content='', tokenize='ascii')"
_FTS_INSERT = "INSERT INTO searchable_words (rowid, title, said) VALUES (:number, :title, :said)"
_FTS_DELETE = (
    "INSERT INTO searchable_words (searchable_words, rowid, title, said) VALUES ('delete', :number, :title, :said)"
)


def _ranked(asked: Asked) -> Subquery | None:
    """Return the numbers of the articles with these words and how telling each is; None where no words are asked."""
    wanted, unwanted = (_matching(phrases, word) for phrases, word in ((asked.phrases, "AND"), (asked.without, "OR")))
    if not wanted and not unwanted:
        return None
    if not wanted:
        others = _matched("SELECT rowid AS id, 0 AS rank", unwanted)
        found = select(articles.c.id, literal(0.0).label("rank")).where(articles.c.id.not_in(select(others.c.id)))
        return found.subquery()
    every = f"({wanted}) NOT ({unwanted})" if unwanted else wanted
    return _matched(f"SELECT rowid AS id, -bm25(searchable_words, {_TITLE}, 1.0) AS rank", every)


def _matched(selected: str, words: str) -> Subquery:
    query = text(f"{selected} FROM searchable_words WHERE searchable_words MATCH :words")
    return (
        query.bindparams(bindparam("words", words, unique=True))
        .columns(column("id", Integer), column("rank", Float))
        .subquery()
    )


def _matching(phrases: Phrases, joined: str) -> str:
    """Return phrases as FTS5 asks for them; folded words hold nothing that it would read as more than a word."""
    return f" {joined} ".join(f'"{" ".join(words)}"' for words in phrases)


# --- PostgreSQL ---------------------------------------------------------------------------------------

_ADD_THERE = text(
    "INSERT INTO searchable (article_id, words) VALUES (:number, "
    "setweight(to_tsvector('simple', :title), 'A') || setweight(to_tsvector('simple', :said), 'D')) "
    "ON CONFLICT DO NOTHING"
)


def _ranked_there(asked: Asked) -> Subquery | None:
    """Return what `_ranked` does."""
    if not asked.phrases and not asked.without:
        return None
    every = [*map(_following, asked.phrases), *(f"!{_following(words)}" for words in asked.without)]
    query = func.to_tsquery(literal_column("'simple'"), " & ".join(every))
    rank = func.ts_rank(searchable.c.words, query, literal_column("1")).label("rank")
    found: Select[Any, Any] = select(searchable.c.article_id.label("id"), rank)
    return found.where(searchable.c.words.op("@@")(query)).subquery()


def _following(words: Sequence[str]) -> str:
    """Return words that follow one another as PostgreSQL asks for them, which refuses words of two thousand bytes."""
    every = " <-> ".join(f"'{word[:_WORD]}'" for word in words)
    return f"({every})"
