"""What families and stories are called, and the words that they are shown with."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from dedup import segments
from dedup.corpus import many, strands
from dedup.corpus.schema import articles, as_text, family_members, iso, own_texts, stories, texts
from dedup.records import Story


@dataclass(frozen=True, slots=True)
class Shown:
    """What a family is shown by: its title and the weightiest terms of its teller, and how old it is here.

    The title is the teller's, or that of the next that has one; where none is `titled`, the teller's first words. `age`
    is when the first of its articles came to this corpus, and the id of that.
    """

    age: tuple[str, str]
    title: str
    named: Mapping[str, int]
    titled: bool


class _Member(NamedTuple):
    """A member of a family, by where it stands in it, see `strands.telling_first`."""

    place: tuple[bool, str, str]
    age: tuple[str, str]
    title: str
    named: str | None


def shown(connection: Connection, families: Iterable[str]) -> dict[str, Shown]:
    """Return what each of these families is shown by."""
    times = as_text(articles.c.published), as_text(articles.c.first_seen)
    query = (
        select(family_members.c.family, strands.UNREAD, articles.c.key, *times, articles.c.title, own_texts.c.named)
        .join(articles, articles.c.id == family_members.c.article_id)
        .outerjoin(own_texts, own_texts.c.article_id == articles.c.id)
    )
    held: dict[str, list[_Member]] = defaultdict(list)
    for family, unread, key, published, seen, *said in many.among(connection, query, family_members.c.family, families):
        place = strands.telling_first(unread, published, key)
        held[family].append(_Member(place, (iso(seen), key), *said))
    ordered = {family: sorted(members, key=attrgetter("place")) for family, members in held.items()}
    untitled = [members[0].age[1] for members in ordered.values() if not _title(members)]
    begins = _beginnings(connection, untitled)
    return {family: _shown(members, begins) for family, members in ordered.items()}


def _shown(members: Sequence[_Member], begins: Mapping[str, str]) -> Shown:
    named: list[tuple[str, int]] = json.loads(members[0].named) if members[0].named else []
    title = _title(members)
    age = min(member.age for member in members)
    return Shown(age, title or begins.get(members[0].age[1], ""), dict(named), bool(title))


def _title(members: Sequence[_Member]) -> str:
    return next((member.title for member in members if member.title.strip()), "")


def _beginnings(connection: Connection, keys: Iterable[str]) -> dict[str, str]:
    """Return the first words of the texts of these articles."""
    start = func.substr(texts.c.text, 1, segments.BEGINNING)
    query = select(articles.c.key, start).join(texts, texts.c.id == articles.c.text_id)
    return {key: segments.beginning(text) for key, text in many.among(connection, query, articles.c.key, keys)}


def stories_named(connection: Connection, names: Iterable[str]) -> dict[str, Story]:
    """Return the stories of these names that there are, without their families."""
    rows = many.among(connection, select(stories), stories.c.id, names)
    return {row.id: Story(row.id, (), row.label, tuple(json.loads(row.terms))) for row in rows}
