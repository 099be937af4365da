"""What families share with one another apart from what they tell: templates and excerpts, from matches at rest."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from dedup.corpus import many
from dedup.corpus.schema import articles, family_members, matches
from dedup.ordering import in_order
from dedup.records import Relation

# By family, by the other, of each passage they share: less its words, the article that holds it, from and to where.
_Held = list[tuple[int, int, int, int]]
_Passages = dict[str, dict[str, _Held]]

_ENDS = (matches.c.a_id, matches.c.b_id), (matches.c.b_id, matches.c.a_id)
_MINE, _OTHERS = family_members.alias(), family_members.alias()


@dataclass(frozen=True, slots=True)
class Ties:
    """With which others a family shares templates, and excerpts: of each, the longest passage in the family's text.

    A passage is an article's number, and from and to which character.
    """

    templates: set[str]
    excerpts: dict[str, tuple[int, int, int]]


def of_families(connection: Connection, families: Iterable[str]) -> dict[str, Ties]:
    """Return for those of these families that have any: templates and excerpts they share with others."""
    templates: dict[str, set[str]] = defaultdict(set)
    passages: _Passages = defaultdict(lambda: defaultdict(list))
    asked = list(families)
    for side, (here, there) in enumerate(_ENDS):
        rows = many.among(connection, _tied(here, there), _MINE.c.family, asked)
        for mine, other, relation, article, shared in rows:
            if relation == Relation.TEMPLATE.value:
                templates[mine].add(other)
            else:
                passages[mine][other] += [
                    (-words, article, *places[2 * side : 2 * side + 2]) for *places, words, _ in json.loads(shared)
                ]
    longest = _longest(connection, passages)
    return {name: Ties(templates[name], longest.get(name, {})) for name in {*templates, *longest}}


def templates(connection: Connection, families: Iterable[str]) -> set[tuple[str, str]]:
    """Return the pairs of families that share templates, of which one is one of these."""
    asked, found = list(families), set()
    for here, there in _ENDS:
        query = _tied(here, there).where(matches.c.relation == Relation.TEMPLATE.value)
        for mine, other, *_ in many.among(connection, query, _MINE.c.family, asked):
            found.add(in_order(mine, other))
    return found


def _longest(connection: Connection, passages: _Passages) -> dict[str, dict[str, tuple[int, int, int]]]:
    """Return by pair of families their longest passage: of some as long, that of the article of the smallest id."""
    best = {mine: {other: _first(held) for other, held in each.items() if held} for mine, each in passages.items()}
    several = ({article for _, article, *_ in held} for each in best.values() for held in each.values())
    asked = {article for own in several if len(own) > 1 for article in own}
    keys = dict(many.among(connection, select(articles.c.id, articles.c.key), articles.c.id, asked))
    return {
        mine: {other: min((keys.get(place[1], ""), place) for place in held)[1][1:] for other, held in each.items()}
        for mine, each in best.items()
    }


def _first(held: _Held) -> _Held:
    """Return the passages that come first by their words alone."""
    first, *_ = min(held)
    return [place for place in held if place[0] == first]


def _tied(here: Any, there: Any) -> Select[*tuple[Any, ...]]:
    apart = or_(matches.c.relation.in_([Relation.TEMPLATE.value, Relation.EXCERPT.value]), matches.c.merged == 1)
    return (
        select(_MINE.c.family, _OTHERS.c.family, matches.c.relation, here, matches.c.passages)
        .select_from(_MINE)
        .join(matches, here == _MINE.c.article_id)
        .join(_OTHERS, there == _OTHERS.c.article_id)
        .where(apart, _MINE.c.family != _OTHERS.c.family)
    )
