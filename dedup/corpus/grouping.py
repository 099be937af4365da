"""What an update reads from the corpus and leaves in it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table, delete, literal, select, update

from dedup.corpus import schema
from dedup.corpus.results import match_row
from dedup.corpus.store import Corpus, chunks
from dedup.records import (
    Family,
    Hashes32,
    Hashes64,
    Match,
    Recipe,
    RecipeError,
    SiteShingles,
    Story,
    TermVector,
)


@dataclass(frozen=True, slots=True)
class Listed:
    """An article as grouping lists it: everything but its text, of which `text_id` and `text_hash` speak."""

    id: str
    number: int
    site: str
    title: str
    language: str
    text_id: int
    text_hash: str
    age: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Own:
    """What is kept of an article's own text: its hash, its sketch (empty: matches by raw text only), its terms."""

    hash: str
    keys: Hashes64
    terms: TermVector


def check_recipe(corpus: Corpus, recipe: Recipe) -> None:
    """Raise RecipeError when the corpus holds results of another recipe."""
    with corpus.reading() as connection:
        stored = _facts(connection).get("recipe")
    if stored is not None and json.loads(stored) != recipe.as_dict():
        raise RecipeError(
            f"the corpus {corpus.address} was grouped by another recipe; `dedup rebuild` groups it anew by this one"
        )


def forget_results(corpus: Corpus) -> None:
    """Undo all grouping, so that the next update groups every article anew; families and stories keep their ids."""
    computed = (schema.signatures, schema.sites, schema.sketches, schema.own_texts, schema.matches, schema.story_edges)
    with corpus.transaction() as connection:
        for table in computed:
            connection.execute(delete(table))
        connection.execute(delete(schema.facts).where(schema.facts.c.name == "recipe"))
        connection.execute(delete(schema.changes))
        everything = select(schema.articles.c.key, schema.articles.c.site, literal(0))
        connection.execute(schema.changes.insert().from_select(["article", "site", "taken"], everything))


def take_changes(corpus: Corpus) -> tuple[set[str], set[str]]:
    """Mark what changed as taken by this update; return the ids of those articles and their sites of then and now."""
    with corpus.transaction() as connection:
        connection.execute(update(schema.changes).values(taken=1))
        rows = connection.execute(select(schema.changes.c.article, schema.changes.c.site)).all()
    return {row.article for row in rows}, {row.site for row in rows}


def listed(corpus: Corpus) -> dict[str, Listed]:
    """Return every article by id."""
    table, texts = schema.articles, schema.texts
    columns = (table.c.key, table.c.id, table.c.site, table.c.title, table.c.language, table.c.text_id)
    query = select(*columns, texts.c.hash, table.c.first_seen).join(texts, texts.c.id == table.c.text_id)
    with corpus.reading() as connection:
        return {
            key: Listed(key, number, site, title, language, text_id, digest, (first_seen.isoformat(), key))
            for key, number, site, title, language, text_id, digest, first_seen in connection.execute(query)
        }


def texts(corpus: Corpus, text_ids: Iterable[int]) -> dict[int, str]:
    """Return the texts with these numbers."""
    found: dict[int, str] = {}
    with corpus.reading() as connection:
        for chunk in chunks(sorted(set(text_ids))):
            rows = connection.execute(
                select(schema.texts.c.id, schema.texts.c.text).where(schema.texts.c.id.in_(chunk))
            )
            found.update(rows.all())
    return found


def signatures(corpus: Corpus, text_ids: Iterable[int]) -> dict[int, Hashes32]:
    """Return the signatures there are of these texts."""
    found = {}
    table = schema.signatures
    with corpus.reading() as connection:
        for chunk in chunks(sorted(set(text_ids))):
            rows = connection.execute(select(table.c.text_id, table.c.minhash).where(table.c.text_id.in_(chunk)))
            found.update({number: np.frombuffer(values, "<u4") for number, values in rows})
    return found


def save_signatures(corpus: Corpus, signed: Mapping[int, Hashes32]) -> None:
    """Store the signatures of texts."""
    for chunk in chunks(signed.items()):
        with corpus.transaction() as connection:
            rows = [{"text_id": number, "minhash": values.astype("<u4").tobytes()} for number, values in chunk]
            connection.execute(corpus.insert(schema.signatures).on_conflict_do_nothing(), rows)


def sites(corpus: Corpus) -> tuple[dict[str, SiteShingles], dict[str, Hashes64]]:
    """Return each site's shingles, and its boilerplate, as the last update left them."""
    shingles, boilerplate = {}, {}
    with corpus.reading() as connection:
        for row in connection.execute(select(schema.sites)):
            families = np.frombuffer(row.families, "<u4")
            shingles[row.site] = SiteShingles(np.frombuffer(row.shingles, "<u8"), families)
            boilerplate[row.site] = np.frombuffer(row.boilerplate, "<u8")
    return shingles, boilerplate


def owned(corpus: Corpus) -> dict[str, Own]:
    """Return what the last update knew of each article's own text, by id."""
    table, articles = schema.own_texts, schema.articles
    keys: dict[int, list[int]] = {}
    with corpus.reading() as connection:
        for number, key in connection.execute(select(schema.sketches.c.article_id, schema.sketches.c.key)):
            keys.setdefault(number, []).append(key)
        rows = connection.execute(select(articles.c.key, table).join(articles, articles.c.id == table.c.article_id))
        return {
            row.key: Own(
                row.hash,
                np.sort(np.array(keys.get(row.article_id, ()), dtype=np.int64).view(np.uint64)),
                TermVector(np.frombuffer(row.terms, "<u8"), np.frombuffer(row.weights, "<f4")),
            )
            for row in rows
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that an update found, to be stored at once; `own` holds what changed, `gone` whose own text is no more."""

    recipe: Recipe
    matches: Sequence[Match]
    families: Sequence[Family]
    family_aliases: Mapping[str, str]
    edges: Mapping[tuple[str, str], int]
    stories: Sequence[Story]
    story_aliases: Mapping[str, str]
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    shingles: Mapping[str, SiteShingles] = field(default_factory=dict)
    boilerplate: Mapping[str, Hashes64] = field(default_factory=dict)
    own: Mapping[str, Own] = field(default_factory=dict)
    gone: Sequence[str] = ()


def save(corpus: Corpus, outcome: Outcome) -> None:
    """Store an update's outcome in one transaction: a reader sees the results of before or of after."""
    with corpus.transaction() as connection:
        numbers = dict(connection.execute(select(schema.articles.c.key, schema.articles.c.id)).all())
        _save_sites(connection, outcome)
        _save_own(connection, outcome, numbers)
        _save_families(connection, outcome, numbers)
        _save_stories(connection, outcome)
        for kind, aliases in (("family", outcome.family_aliases), ("story", outcome.story_aliases)):
            for old, new in aliases.items():
                row = {"kind": kind, "old": old, "new": new, "at": outcome.now}
                alias = corpus.insert(schema.aliases).values(row)
                connection.execute(alias.on_conflict_do_update(index_elements=["kind", "old"], set_=row))
        facts = {"recipe": json.dumps(outcome.recipe.as_dict()), "updated_at": outcome.now.isoformat()}
        _replace(connection, schema.facts, [{"name": k, "value": v} for k, v in facts.items()], "name")
        connection.execute(delete(schema.changes).where(schema.changes.c.taken == 1))


def _save_sites(connection: Connection, outcome: Outcome) -> None:
    rows = [
        {
            "site": site,
            "shingles": held.shingles.astype("<u8").tobytes(),
            "families": held.families.astype("<u4").tobytes(),
            "boilerplate": outcome.boilerplate[site].astype("<u8").tobytes(),
        }
        for site, held in outcome.shingles.items()
    ]
    _replace(connection, schema.sites, rows)


def _save_own(connection: Connection, outcome: Outcome, numbers: Mapping[str, int]) -> None:
    stale = [numbers[key] for key in (*outcome.own, *outcome.gone) if key in numbers]
    for chunk in chunks(stale):
        connection.execute(delete(schema.sketches).where(schema.sketches.c.article_id.in_(chunk)))
        connection.execute(delete(schema.own_texts).where(schema.own_texts.c.article_id.in_(chunk)))
    known = {numbers[key]: own for key, own in outcome.own.items() if key in numbers}
    _insert(
        connection,
        schema.own_texts,
        [
            {
                "article_id": number,
                "hash": own.hash,
                "keys": len(own.keys),
                "terms": own.terms.keys.astype("<u8").tobytes(),
                "weights": own.terms.weights.astype("<f4").tobytes(),
            }
            for number, own in known.items()
        ],
    )
    _insert(
        connection,
        schema.sketches,
        [
            {"key": key, "article_id": number}
            for number, own in known.items()
            for key in own.keys.view(np.int64).tolist()
        ],
    )


def _save_families(connection: Connection, outcome: Outcome, numbers: Mapping[str, int]) -> None:
    rows = [match_row(match, numbers) for match in outcome.matches if {match.a, match.b} <= numbers.keys()]
    _replace(connection, schema.matches, rows)
    _replace(connection, schema.family_members, [])
    _replace(connection, schema.story_families, [])
    _replace(
        connection,
        schema.families,
        [
            {"id": family.id, "weakest": json.dumps(asdict(family.weakest)) if family.weakest else ""}
            for family in outcome.families
        ],
    )
    members = [
        {"article_id": numbers[member], "family": family.id}
        for family in outcome.families
        for member in family.members
        if member in numbers
    ]
    _insert(connection, schema.family_members, members)


def _save_stories(connection: Connection, outcome: Outcome) -> None:
    edges = [{"a": a, "b": b, "millionths": value} for (a, b), value in outcome.edges.items()]
    _replace(connection, schema.story_edges, edges)
    rows = [{"id": story.id, "label": story.label, "terms": json.dumps(story.terms)} for story in outcome.stories]
    _replace(connection, schema.stories, rows)
    held = [{"family": family, "story": story.id} for story in outcome.stories for family in story.families]
    _insert(connection, schema.story_families, held)


def _replace(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], by: str = "") -> None:
    """Make `rows` the table's content, or, with `by`, replace those rows alone that have the same `by`."""
    if by:
        connection.execute(delete(table).where(table.c[by].in_([row[by] for row in rows])))
    else:
        connection.execute(delete(table))
    _insert(connection, table, rows)


def _insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(table.insert(), list(rows))


def edges(corpus: Corpus) -> dict[tuple[str, str], int]:
    """Return the stored story edges between families, by their ids."""
    with corpus.reading() as connection:
        rows = connection.execute(select(schema.story_edges))
        return {(row.a, row.b): row.millionths for row in rows}


def _facts(connection: Connection) -> dict[str, str]:
    return dict(connection.execute(select(schema.facts.c.name, schema.facts.c.value)).all())
