"""Results at rest: matches, families and stories, written by an update and read back as one Snapshot."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, select

from dedup.corpus.schema import articles as listed
from dedup.corpus.schema import facts, families, family_members, matches, stories, story_families
from dedup.corpus.store import Corpus
from dedup.records import Family, Match, Measures, Passage, Recipe, RecipeError, Relation, Snapshot, Story, Tie

_MEASURES = tuple(field.name for field in fields(Measures))
_places = attrgetter(*(field.name for field in fields(Passage)))


def snapshot(corpus: Corpus, articles: bool = True) -> Snapshot:
    """Return all articles with the results of the last update; families and stories are empty before the first.

    Without `articles` their mapping is left empty, which spares reading every text.
    """
    found = {article.id: article for article in corpus.articles()} if articles else {}
    with corpus.reading() as connection:
        known = dict(connection.execute(select(facts.c.name, facts.c.value)).all())
        return Snapshot(
            articles=found,
            families=_families(connection),
            stories=_stories(connection),
            matches=tuple(read_matches(connection)),
            recipe=_recipe(known.get("recipe")),
            updated_at=datetime.fromisoformat(known["updated_at"]) if "updated_at" in known else None,
        )


def _recipe(stored: str | None) -> Recipe:
    numbers = json.loads(stored) if stored else Recipe().as_dict()
    if numbers.keys() != Recipe().as_dict().keys():
        raise RecipeError("the corpus was grouped by another version of Gema; `dedup rebuild` groups it anew")
    return Recipe(**numbers)


def read_matches(connection: Connection, keys: Sequence[str] | None = None, alone: bool = False) -> list[Match]:
    """Return every stored match, or those with one of these articles, by id of its articles.

    A pair of which one text holds other reports as well is an excerpt; `alone`: it is what the two alone make it.
    """
    a, b = listed.alias(), listed.alias()
    wanted = (
        select(a.c.key.label("a"), b.c.key.label("b"), matches)
        .join(a, a.c.id == matches.c.a_id)
        .join(b, b.c.id == matches.c.b_id)
    )
    if keys is None:
        return [_match(row, alone) for row in connection.execute(wanted.order_by(a.c.key, b.c.key))]
    # A row at a time by either index: with OR, SQLite would read all.
    ways = [wanted.where(end.c.key.in_(keys)) for end in (a, b)]
    found = {(row.a, row.b): row for way in ways for row in connection.execute(way)}
    return [_match(found[pair], alone) for pair in sorted(found)]


def match_row(match: Match, numbers: Mapping[str, int]) -> dict[str, Any]:
    """Return the row of the matches table that holds `match`; `numbers` maps article ids to row numbers."""
    return {
        "a_id": numbers[match.a],
        "b_id": numbers[match.b],
        "relation": match.relation.value,
        "reason": match.reason,
        "measures": json.dumps({name: getattr(match.measures, name) for name in _MEASURES}),
        "passages": json.dumps([_places(passage) for passage in match.passages]),
    }


def _match(row: Row[Any], alone: bool) -> Match:
    merged = bool(row.merged) and not alone
    return Match(
        a=row.a,
        b=row.b,
        relation=Relation.EXCERPT if merged else Relation(row.relation),
        reason=f"{row.reason}; in a text that holds other reports as well" if merged else row.reason,
        measures=Measures(**json.loads(row.measures)),
        passages=tuple(Passage(*passage) for passage in json.loads(row.passages)),
    )


def _families(connection: Connection) -> tuple[Family, ...]:
    members = defaultdict(list)
    rows = select(family_members.c.family, listed.c.key).join(listed, listed.c.id == family_members.c.article_id)
    for family, key in connection.execute(rows.order_by(listed.c.key)):
        members[family].append(key)
    return tuple(
        Family(row.id, tuple(members[row.id]), Tie(**json.loads(row.weakest)) if row.weakest else None)
        for row in connection.execute(select(families).order_by(families.c.id))
    )


def _stories(connection: Connection) -> tuple[Story, ...]:
    held = defaultdict(list)
    for story, family in connection.execute(
        select(story_families.c.story, story_families.c.family).order_by(story_families.c.family)
    ):
        held[story].append(family)
    return tuple(
        Story(row.id, tuple(held[row.id]), row.label, tuple(json.loads(row.terms)))
        for row in connection.execute(select(stories).order_by(stories.c.id))
    )
