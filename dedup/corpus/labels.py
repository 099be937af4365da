"""What families and stories are called, and the words that they are shown with."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, select

from dedup import segments
from dedup.corpus import many
from dedup.corpus.schema import articles, as_text, family_members, iso, own_texts, stories, texts
from dedup.records import Story


@dataclass(frozen=True, slots=True)
class Shown:
    """What a family is shown by: its eldest article's age, its title, and its weightiest terms.

    That is the title of its eldest article that has one; where none is `titled`, the first words of the eldest.
    """

    age: tuple[str, str]
    title: str
    named: Mapping[str, int]
    titled: bool


def shown(connection: Connection, families: Iterable[str]) -> dict[str, Shown]:
    """Return what each of these families is shown by."""
    seen = as_text(articles.c.first_seen)
    query = (
        select(family_members.c.family, articles.c.key, seen, articles.c.title, own_texts.c.named)
        .join(articles, articles.c.id == family_members.c.article_id)
        .outerjoin(own_texts, own_texts.c.article_id == articles.c.id)
    )
    held: dict[str, list[tuple[tuple[str, str], str, str | None]]] = defaultdict(list)
    for family, key, first_seen, title, named in many.among(connection, query, family_members.c.family, families):
        held[family].append(((iso(first_seen), key), title, named))
    found = {family: _shown(sorted(members)) for family, members in held.items()}
    begins = _beginnings(connection, [each.age[1] for each in found.values() if not each.titled])
    return {family: each if each.titled else replace(each, title=begins[each.age[1]]) for family, each in found.items()}


def _shown(members: Sequence[tuple[tuple[str, str], str, str | None]]) -> Shown:
    named: list[tuple[str, int]] = next((json.loads(named) for _, _, named in members if named), [])
    title = next((title for _, title, _ in members if title.strip()), "")
    return Shown(members[0][0], title, dict(named), bool(title))


def _beginnings(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """Return the first words of the texts of these articles."""
    start = func.substr(texts.c.text, 1, segments.BEGINNING)
    query = select(articles.c.key, start).join(texts, texts.c.id == articles.c.text_id)
    return {key: segments.beginning(text) for key, text in many.among(connection, query, articles.c.key, keys)}


def stories_named(connection: Connection, names: Iterable[str]) -> dict[str, Story]:
    """Return the stories of these names that there are, without their families."""
    rows = many.among(connection, select(stories), stories.c.id, names)
    return {row.id: Story(row.id, (), row.label, tuple(json.loads(row.terms))) for row in rows}
