"""What the outlets read of articles and their groups: some at a time, so that no corpus is too large for them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from dedup.corpus import many, outdated, schema
from dedup.corpus.many import chunks
from dedup.corpus.seen import first_seen
from dedup.corpus.store import Corpus
from dedup.records import Article, Passage, Relation, as_found

# Rows that the database hands over at a time.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Home:
    """The family of an article and the story of this family, "" where there is none (yet)."""

    family: str = ""
    story: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a story is called, and how many families tell it."""

    label: str
    families: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many articles no update has grouped yet, and how many are in a family and have to be grouped again."""

    new: int = 0
    again: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A family with its members, without their texts, by id."""

    home: Home
    members: tuple[Article, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A passage that two texts share: the numbers of both and where it stands in them."""

    a_text: int
    b_text: int
    passage: Passage


def families(corpus: Corpus) -> Iterator[Held]:
    """Yield all families with their members, by id of the family; one is in memory at a time."""
    members, told, articles = schema.family_members, schema.story_families, schema.articles
    query = (
        select(members.c.family, told.c.story, *_LIGHT)
        .join(articles, articles.c.id == members.c.article_id)
        .outerjoin(told, told.c.family == members.c.family)
        .order_by(members.c.family)
    )
    with corpus.reading() as connection:
        seen = first_seen(connection)
        for family, rows in groupby(_streamed(connection, query), key=attrgetter("family")):
            held = list(rows)
            found = sorted((_light(row, seen) for row in held), key=attrgetter("id"))
            yield Held(Home(family, held[0].story or ""), tuple(found))


def ungrouped(corpus: Corpus) -> Iterator[Article]:
    """Yield the articles that are in no family yet, without their texts."""
    members, articles = schema.family_members, schema.articles
    query = select(*_LIGHT).outerjoin(members, members.c.article_id == articles.c.id).where(members.c.family.is_(None))
    with corpus.reading() as connection:
        for rows in chunks(_streamed(connection, query), _AT_ONCE):
            seen = first_seen(connection, [row.key for row in rows])
            yield from (_light(row, seen) for row in rows)


def waiting(corpus: Corpus) -> Waiting:
    """Return how many articles wait for the next update."""
    members, articles = schema.family_members, schema.articles
    query = select(func.count(), func.count(members.c.family)).select_from(articles)
    query = query.outerjoin(members, members.c.article_id == articles.c.id)
    with corpus.reading() as connection:
        every, again = connection.execute(query.where(articles.c.key.in_(select(schema.changes.c.article)))).one()
    return Waiting(every - again, again)


def homes(corpus: Corpus, keys: Iterable[str]) -> dict[str, Home]:
    """Return the family and story of each of these articles that has them."""
    members, told, articles = schema.family_members, schema.story_families, schema.articles
    query = (
        select(articles.c.key, members.c.family, told.c.story)
        .join(members, members.c.article_id == articles.c.id)
        .outerjoin(told, told.c.family == members.c.family)
    )
    with corpus.reading() as connection:
        rows = many.among(connection, query, articles.c.key, keys)
        return {key: Home(family, story or "") for key, family, story in rows}


def sizes(corpus: Corpus, families: Iterable[str]) -> dict[str, int]:
    """Return how many articles each of these families has."""
    family = schema.family_members.c.family
    query = select(family, func.count()).group_by(family)
    with corpus.reading() as connection:
        return dict(many.among(connection, query, family, families))


def told(corpus: Corpus, stories: Iterable[str]) -> dict[str, Told]:
    """Return what those of these stories are that there are."""
    held, families = schema.stories, schema.story_families
    query = (
        select(held.c.id, held.c.label, func.count())
        .join(families, families.c.story == held.c.id)
        .where(families.c.rank.is_not(None))
        .group_by(held.c.id, held.c.label)
    )
    with corpus.reading() as connection:
        rows = many.among(connection, query, held.c.id, stories)
        return {story: Told(label, count) for story, label, count in rows}


def runs(corpus: Corpus) -> Iterator[Run]:
    """Yield the passages of all matches but those of templates, of no relation, and of texts that changed since."""
    a, b, matches = schema.articles.alias(), schema.articles.alias(), schema.matches
    query = (
        select(a.c.text_id.label("a_text"), b.c.text_id.label("b_text"), matches.c.passages)
        .join(a, a.c.id == matches.c.a_id)
        .join(b, b.c.id == matches.c.b_id)
        .where(matches.c.relation.not_in([Relation.TEMPLATE.value, Relation.NONE.value]))
    )
    with corpus.reading() as connection:
        if outdated.some_wait(connection):
            query = query.where(outdated.of_now(a, b))
        for row in _streamed(connection, query):
            for passage in json.loads(row.passages):
                yield Run(row.a_text, row.b_text, Passage(*passage))


def carriers(corpus: Corpus, texts: Iterable[int]) -> dict[int, list[Article]]:
    """Return the articles of each of these texts, without the texts, by the texts' numbers."""
    found: dict[int, list[Article]] = {}
    query = select(schema.articles.c.text_id, *_LIGHT)
    with corpus.reading() as connection:
        rows = list(many.among(connection, query, schema.articles.c.text_id, texts))
        seen = first_seen(connection, [row.key for row in rows])
        for row in rows:
            found.setdefault(row.text_id, []).append(_light(row, seen))
    return found


def count_carriers(corpus: Corpus, texts: Iterable[int]) -> dict[int, int]:
    """Return how many articles have each of these texts."""
    number = schema.articles.c.text_id
    query = select(number, func.count()).group_by(number)
    with corpus.reading() as connection:
        return dict(many.among(connection, query, number, texts))


def carried(connection: Connection, digest: str) -> list[str]:
    """Return one article of each site that carries the text of this hash, by the units that stand for it."""
    return list(connection.execute(select(schema.units.c.article).where(schema.units.c.text == digest)).scalars())


_COLUMNS = ("key", "url", "site", "host", "title", "language", "published", "modified", "fetched", "credits")
_LIGHT = tuple(schema.articles.c[name] for name in _COLUMNS)
_LISTS = ("authors", "sources")
_KEPT = frozenset(
    {"agency", "credited_source", "credited_title", "published_precision", "published_from", "site_name", *_LISTS}
)


def _light(row: Row[Any], seen: Mapping[str, datetime]) -> Article:
    """Return an article as far as it takes to compare it with the others of its family."""
    said: dict[str, Any] = {name: value for name, value in json.loads(row.credits).items() if name in _KEPT}
    said |= {name: tuple(said.get(name, ())) for name in _LISTS}
    article = Article(
        url=row.url,
        text="",
        title=row.title,
        site=row.site,
        host=row.host,
        language=row.language,
        published=row.published,
        modified=row.modified,
        fetched=row.fetched,
        id=row.key,
        **said,
    )
    return as_found(article, seen.get(row.key))


def _streamed(connection: Connection, query: Select[Any]) -> Iterator[Row[Any]]:
    """Yield rows as the database finds them, not all at once."""
    return iter(connection.execution_options(stream_results=True, yield_per=_AT_ONCE).execute(query))
