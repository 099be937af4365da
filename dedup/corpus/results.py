"""Results at rest: matches, families and stories, written by an update and read back as one Snapshot."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select

from dedup.corpus import many, outdated, unreadable
from dedup.corpus.rows import whole
from dedup.corpus.schema import articles as listed
from dedup.corpus.schema import facts, families, family_members, forgotten, matches, stories, story_families
from dedup.corpus.seen import first_seen
from dedup.corpus.store import Corpus
from dedup.errors import RecipeError
from dedup.records import Article, Family, Match, Measures, Passage, Recipe, Relation, Snapshot, Story, Tie

_MEASURED = "{" + ", ".join(f'"{name}": %r' for name in Measures._fields) + "}"


def snapshot(corpus: Corpus, articles: bool = True) -> Snapshot:
    """Return all articles with the results of the last update; families and stories are empty before the first.

    Without `articles` their mapping is left empty, which spares reading every text. What was found of texts that have
    changed since is left out, see `read_matches`.
    """
    with corpus.reading() as connection:
        return replace(results(connection), articles=_articles(connection) if articles else {})


def results(connection: Connection) -> Snapshot:
    """Return the results of the last update without the articles, see `snapshot`."""
    matched = tuple(read_matches(connection))
    return Snapshot(
        articles={},
        families=_families(connection, matched),
        stories=_stories(connection),
        matches=matched,
        first_seen=first_seen(connection),
        **_known(connection),
    )


def part(corpus: Corpus, named: Iterable[str]) -> Snapshot:
    """Return what `snapshot` does of some families alone: a page of one is made without reading all others.

    Its stories hold these families only, its matches are all that have an end in them. Names of no family are left out.
    """
    asked = sorted(set(named))
    with corpus.reading() as connection:
        members = _members(connection, asked)
        keys = [key for held in members.values() for key in held]
        matched = tuple(read_matches(connection, keys))
        held = _families(connection, matched, asked, members)
        told = _stories(connection, [family.id for family in held])
        known, seen = _known(connection), first_seen(connection, keys)
        articles = _articles(connection, keys)
    return Snapshot(articles=articles, families=held, stories=told, matches=matched, first_seen=seen, **known)


def told_in(corpus: Corpus, story: str) -> tuple[str, ...]:
    """Return the families that a story is told by, none where there is no such story."""
    with corpus.reading() as connection:
        return tuple(sorted(connection.execute(_TOLD_IN, {"story": story}).scalars()))


def mark(corpus: Corpus) -> str:
    """Return what is another once results are: after an update, and where grouped articles were taken out.

    Articles that wait for the next update do not change it.
    """
    with corpus.reading() as connection:
        at = connection.execute(select(facts.c.value).where(facts.c.name == "updated_at")).scalar()
        held, out = (
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (family_members, forgotten)
        )
    return f"{at or 'never'}/{held}/{out}"


def _known(connection: Connection) -> dict[str, Any]:
    """Return by which recipe results were made, and when."""
    known = dict(connection.execute(select(facts.c.name, facts.c.value)).all())
    updated = datetime.fromisoformat(known["updated_at"]) if "updated_at" in known else None
    return {"recipe": _recipe(known.get("recipe")), "updated_at": updated}


@lru_cache(maxsize=4)
def _recipe(stored: str | None) -> Recipe:
    numbers = unreadable.recipe(stored) if stored else Recipe().as_dict()
    if numbers.keys() != Recipe().as_dict().keys():
        raise RecipeError("the corpus was grouped by another version of Gema; `dedup rebuild` groups it anew")
    return Recipe(**numbers)


def read_matches(connection: Connection, keys: Sequence[str] | None = None, alone: bool = False) -> list[Match]:
    """Return every match of texts as they are now, or those with one of these articles, by id of its articles.

    Those of a text that has changed since are left out: what they say of it, and where in it, is true no longer. A pair
    of which one text holds other reports as well is an excerpt; `alone`: it is what the two alone make it.
    """
    return _read_matches(connection, _MATCHED_NOW if outdated.some_wait(connection) else _MATCHED, keys, alone)


def stored_matches(connection: Connection, keys: Sequence[str] | None = None, alone: bool = False) -> list[Match]:
    """Return what `read_matches` does, with those of texts that have changed since: what an update goes by."""
    return _read_matches(connection, _MATCHED, keys, alone)


def _read_matches(
    connection: Connection, query: Select[*tuple[Any, ...]], keys: Sequence[str] | None, alone: bool
) -> list[Match]:
    if keys is None:
        # Not left to the database: what comes first there may depend on its locale.
        return [_match(row, alone) for row in sorted(connection.execute(query), key=itemgetter(0, 1))]
    # A row at a time by either index: with OR, SQLite would read all.
    rows = (row for end in (_A, _B) for row in many.among(connection, query, end.c.key, keys))
    found = {(row[0], row[1]): row for row in rows}
    return [_match(found[pair], alone) for pair in sorted(found)]


def merged_pairs(connection: Connection) -> set[tuple[str, str]]:
    """Return the pairs of ids of the stored matches of which one text is said to hold other reports as well."""
    return {(one, other) for one, other in connection.execute(_PAIRED.where(matches.c.merged == 1))}


def read_pairs(connection: Connection, keys: Iterable[str]) -> set[tuple[str, str]]:
    """Return the pairs of ids of the stored matches with one of these articles."""
    asked = list(keys)
    return {(one, other) for end in (_A, _B) for one, other in many.among(connection, _PAIRED, end.c.key, asked)}


# Made once: for the page of one family it takes longer than to read its matches.
_A, _B = listed.alias(), listed.alias()


def _joined(*columns: Any) -> Select[*tuple[Any, ...]]:
    wanted = select(_A.c.key, _B.c.key, *columns).select_from(matches)
    return wanted.join(_A, _A.c.id == matches.c.a_id).join(_B, _B.c.id == matches.c.b_id)


_PAIRED = _joined()
_MEMBERS = select(family_members.c.family, listed.c.key).join(listed, listed.c.id == family_members.c.article_id)
_FAMILIES, _STORIES = select(families), select(stories)
_TOLD = select(story_families.c.story, story_families.c.family).join(families, families.c.id == story_families.c.family)
_TOLD_IN = _TOLD.with_only_columns(story_families.c.family).where(story_families.c.story == bindparam("story"))
_MATCHED = _joined(matches.c.relation, matches.c.reason, matches.c.measures, matches.c.passages, matches.c.merged)
_MATCHED_NOW = _MATCHED.where(outdated.of_now(_A, _B))


def match_row(match: Match, numbers: Mapping[str, int], merged: bool) -> dict[str, Any]:
    """Return the row of the matches table that holds `match`; `numbers` maps article ids to row numbers.

    `merged` tells whether one of the two texts holds other reports as well.
    """
    return {
        "a_id": numbers[match.a],
        "b_id": numbers[match.b],
        "relation": match.relation.value,
        "reason": match.reason,
        # JSON: of finite numbers alone it is what Python shows of them, several times faster.
        "measures": _MEASURED % match.measures,
        "passages": repr([[*passage] for passage in match.passages]),
        "merged": int(merged),
    }


def _match(row: Row[Any], alone: bool) -> Match:
    a, b, relation, reason, measures, passages, merged = tuple(row)
    measured, places = json.loads(f"[{measures},{passages}]")
    found = _RELATIONS[relation]
    if merged and not alone:
        found, reason = Relation.EXCERPT, f"{reason}; in a text that holds other reports as well"
    return Match(a, b, found, reason, Measures(**measured), tuple([Passage(*place) for place in places]))


_RELATIONS = {relation.value: relation for relation in Relation}


def _articles(connection: Connection, keys: Sequence[str] | None = None) -> dict[str, Article]:
    return {article.id: article for article in sorted(whole(connection, keys), key=attrgetter("id"))}


def _members(connection: Connection, among: Sequence[str] | None = None) -> Mapping[str, Sequence[str]]:
    """Return the articles of these families, or all, by family."""
    held = defaultdict(list)
    for row in _rows(connection, _MEMBERS, family_members.c.family, among):
        held[row.family].append(row.key)
    return held


def weakest_ties(connection: Connection) -> dict[str, Tie | None]:
    """Return the weakest tie of every family as it is stored, None of one that has none."""
    return {row.id: _tie(row.weakest) for row in connection.execute(_FAMILIES)}


def _tie(stored: str) -> Tie | None:
    return Tie(**json.loads(stored)) if stored else None


def _families(
    connection: Connection,
    matched: Sequence[Match],
    among: Sequence[str] | None = None,
    members: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Family, ...]:
    """Return these families, or all, given matches and `members`; ties of texts that have changed are left out."""
    held = _members(connection, among) if members is None else members
    ties = {row.id: _tie(row.weakest) for row in _rows(connection, _FAMILIES, families.c.id, among)}
    ends = {key for tie in ties.values() if tie for key in (tie.a, tie.b)}
    # Of a few families: a hundred thousand may wait, and a page of one is not to read them all.
    waiting = outdated.waiting(connection, None if among is None else ends)
    known = {(match.a, match.b) for match in matched} if waiting else set()
    found = []
    for name, tie in ties.items():
        if tie and not waiting.isdisjoint((tie.a, tie.b)) and (tie.a, tie.b) not in known:
            tie = None
        found.append(Family(name, tuple(sorted(held.get(name, ()))), tie))
    return tuple(sorted(found, key=attrgetter("id")))


def _stories(connection: Connection, among: Sequence[str] | None = None) -> tuple[Story, ...]:
    """Return the stories of these families, or all, with their families as far as they are among these."""
    held = defaultdict(list)
    for row in _rows(connection, _TOLD, story_families.c.family, among):
        held[row.story].append(row.family)
    asked = None if among is None else sorted(story for story in held if story)
    found = [
        Story(row.id, tuple(sorted(held[row.id])), row.label, tuple(json.loads(row.terms)))
        for row in _rows(connection, _STORIES, stories.c.id, asked)
    ]
    return tuple(sorted(found, key=attrgetter("id")))


def _rows(connection: Connection, query: Select[Any], column: Any, among: Sequence[str] | None) -> Iterable[Row[Any]]:
    return connection.execute(query) if among is None else many.among(connection, query, column, among)
