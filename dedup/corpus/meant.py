"""Which story or family people mean by an id or an address, and what it holds."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Select, select

from dedup.corpus import many, strands
from dedup.corpus.listing import Home
from dedup.corpus.referred import ways
from dedup.corpus.schema import aliases, articles, families, family_members, stories, story_families
from dedup.corpus.strands import Told
from dedup.errors import GemaError, UnknownArticle
from dedup.records import Story

_LISTED = "`dedup search` finds articles, `dedup groups --all` lists families and stories"


@dataclass(frozen=True, slots=True)
class Teller:
    """The article that tells for a family, by its id, its rank (see `strands`), and what it tells, as it is stored."""

    article: str
    rank: int
    told: Told


def meant(connection: Connection, reference: str) -> Home:
    """Return the family and story that are meant: the story's own id alone may name no family, "".

    A reference is the id of a story, family or article, one that a story or family had before, or an address. An id may
    be all three, since groups are called after one of theirs. Raises UnknownArticle; GemaError where no update has seen
    the article yet.
    """
    family = _named(connection, "family", select(families.c.id), reference) or _family_of(connection, reference)
    story = _named(connection, "story", select(stories.c.id), reference) or _story_of(connection, family)
    if family or story:
        return Home(family, story)
    if _article(connection, reference):
        raise GemaError(f"{reference!r} is in no family yet: run `dedup update`")
    raise UnknownArticle(f"no story, family or article has the id or address {reference!r}; {_LISTED}")


def family(connection: Connection, reference: str) -> tuple[str, list[str]]:
    """Return the family that is meant, as `meant` finds it, and the ids of its members.

    Of an article that no update has seen yet these are "" and itself. Raises UnknownArticle.
    """
    name = _named(connection, "family", select(families.c.id), reference) or _family_of(connection, reference)
    if name:
        return name, sorted(members(connection, [name])[name])
    article = _article(connection, reference)
    if not article:
        raise UnknownArticle(f"no family or article has the id or address {reference!r}; {_LISTED}")
    return "", [article]


def story(connection: Connection, reference: str) -> Story:
    """Return the story that is meant; raises what `meant` does, GemaError also where no update has told it yet."""
    name = meant(connection, reference).story
    row = connection.execute(select(stories.c.label, stories.c.terms).where(stories.c.id == name)).one_or_none()
    if row is None:
        raise GemaError(f"{reference!r} is in no story yet: run `dedup update`")
    held = connection.execute(select(story_families.c.family).where(story_families.c.story == name)).scalars()
    return Story(name, tuple(sorted(held)), row.label, tuple(json.loads(row.terms)))


def current(connection: Connection, kind: Literal["family", "story"], name: str) -> str:
    """Return the id of the group of this kind that is or was called so, "" where there is none."""
    return _named(connection, kind, select((families if kind == "family" else stories).c.id), name)


def members(connection: Connection, names: Iterable[str]) -> dict[str, list[str]]:
    """Return the ids of the articles of each of these families that there is."""
    query = select(family_members.c.family, articles.c.key).join(articles, articles.c.id == family_members.c.article_id)
    found: dict[str, list[str]] = defaultdict(list)
    for family, key in many.among(connection, query, family_members.c.family, names):
        found[family].append(key)
    return dict(found)


def tellers(connection: Connection, names: Iterable[str]) -> dict[str, Teller]:
    """Return who tells for each of these families, and what."""
    found = strands.tellers(connection, names)
    numbers = [teller.number for teller in found.values()]
    told = strands.told(connection, numbers)
    rows = many.among(connection, select(articles.c.id, articles.c.key), articles.c.id, numbers)
    keys = {row.id: row.key for row in rows}
    return {
        family: Teller(keys[teller.number], teller.rank, told.get(teller.number, strands.SILENT))
        for family, teller in found.items()
    }


def _named(connection: Connection, kind: str, ids: Select[Any], reference: str) -> str:
    """Return the group of this kind that has this id, or had it, "" where none."""
    name, seen = reference, set[str]()
    (column,) = ids.selected_columns
    while name not in seen:
        seen.add(name)
        if connection.execute(ids.where(column == name)).first():
            return name
        became = select(aliases.c.new).where(aliases.c.kind == kind, aliases.c.old == name)
        name = connection.execute(became).scalar() or name
    return ""


def _family_of(connection: Connection, reference: str) -> str:
    query = select(family_members.c.family).join(articles, articles.c.id == family_members.c.article_id)
    return connection.execute(query.where(articles.c.key == _article(connection, reference))).scalar() or ""


def _article(connection: Connection, reference: str) -> str:
    """Return the id of the article that is meant, "" where none is."""
    for which in ways(reference):
        if found := connection.execute(select(articles.c.key).where(which).order_by(articles.c.id).limit(1)).scalar():
            return str(found)
    return ""


def _story_of(connection: Connection, family: str) -> str:
    query = select(story_families.c.story).where(story_families.c.family == family)
    return connection.execute(query).scalar() or ""
