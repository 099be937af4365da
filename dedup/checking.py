"""The store against itself: what an update keeps is made again, in part, and compared."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial

import numpy as np
from sqlalchemy import Connection, Select, func, select, text

from dedup import cutting, families, merging, minhash, signing
from dedup.addresses import spelled
from dedup.compiler import expect
from dedup.corpus import Corpus, edges, grouping, heads, many, postings, schema, strands, units, vocabularies
from dedup.corpus.results import stored_matches
from dedup.corpus.store import text_hash
from dedup.loom import Loom
from dedup.ordering import UNDATED
from dedup.records import Match, Recipe

Progress = Callable[[str, int, int], None]

# Texts of each kind that are taken again.
_SAMPLE = 500
# Days of which stories are looked at.
_DAYS = 10
# How many of one kind of fault are named.
_NAMED = 5


def check(corpus: Corpus, recipe: Recipe | None = None, tell: Progress | None = None, seed: int = 0) -> list[str]:
    """Return what is wrong with a corpus, a line each; an empty list where nothing was found.

    Everything that can be counted is: families against the components of matches (unless articles wait for an update),
    units against articles, addresses, orphans. Texts, signatures and sketches are taken again for a sample of some
    hundred, and what is alike for ten days; others with another `seed`. Raises RecipeError when the corpus was grouped
    by another recipe.
    """
    recipe = recipe or vocabularies.settled(corpus)
    grouping.check_recipe(corpus, recipe)
    expect(corpus.count())
    randomness = random.Random(seed)  # noqa: S311 - it chooses what is looked at
    stages: list[tuple[str, Callable[[Connection], Iterable[str]]]] = [
        ("the file", _file),
        ("addresses", _addresses),
        ("orphans", _orphans),
        ("units", _units),
        ("texts", lambda connection: _texts(connection, randomness)),
        ("signatures", lambda connection: _signatures(connection, recipe, randomness)),
        ("sketches", lambda connection: _sketches(connection, recipe, randomness)),
        ("families", lambda connection: _families(corpus, connection, recipe)),
        ("stories", lambda connection: _edges(corpus, connection, recipe, randomness)),
    ]
    found: list[str] = []
    for done, (name, stage) in enumerate(stages):
        if tell:
            tell(f"checking {name}", done, len(stages))
        with corpus.reading() as connection:
            found += _named(list(stage(connection)))
    return found


def _named(faults: Sequence[str]) -> list[str]:
    more = len(faults) - _NAMED
    return [*faults[:_NAMED], *([f"… and {more:,} more like the last"] if more > 0 else [])]


def _file(connection: Connection) -> Iterator[str]:
    """SQLite's own checks; PostgreSQL keeps its pages and references itself."""
    if connection.dialect.name != "sqlite":
        return
    for (answer,) in connection.execute(text("PRAGMA quick_check(5)")):
        if answer != "ok":
            yield f"the file is damaged: {answer}; restore a copy that `dedup backup` made"
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"a row of {row[0]} refers to one of {row[2]} that is not there"


def _addresses(connection: Connection) -> Iterator[str]:
    table = schema.articles
    for key, url, kept in many.rows(connection, select(table.c.key, table.c.url, table.c.spelled)):
        if kept != spelled(url):
            yield f"the article {key} is not found by other spellings of its address"


def _orphans(connection: Connection) -> Iterator[str]:
    articles, members, held = schema.articles, schema.family_members, schema.families
    waiting = select(schema.changes.c.article)
    told, in_families = schema.story_families, select(members.c.article_id)
    storyless = select(held.c.id).where(held.c.id.not_in(select(told.c.family).where(told.c.story.is_not(None))))
    questions: tuple[tuple[str, Select[tuple[str]]], ...] = (
        (
            "the article {} is in no family",
            select(articles.c.key).where(articles.c.id.not_in(in_families), articles.c.key.not_in(waiting)),
        ),
        ("the family {} has no articles", select(held.c.id).where(held.c.id.not_in(select(members.c.family)))),
        *(() if strands.untold(connection) else (("the family {} is in no story", storyless),)),
        (
            "the story {} has no families",
            select(schema.stories.c.id).where(
                schema.stories.c.id.not_in(select(told.c.story).where(told.c.story.is_not(None)))
            ),
        ),
    )
    grouped = connection.execute(select(func.count()).select_from(schema.units)).scalar_one()
    for message, question in questions if grouped else ():
        for (name,) in connection.execute(question):
            yield message.format(name)


def _units(connection: Connection) -> Iterator[str]:
    """Each text of each site has one unit, named by its first article; the columns know just these."""
    articles, texts, sites = schema.articles, schema.texts, schema.sites
    waiting = set(connection.execute(select(schema.changes.c.article)).scalars())
    firsts: dict[tuple[str, str], str] = {}
    query = select(articles.c.site, texts.c.hash, articles.c.key).join(texts, texts.c.id == articles.c.text_id)
    for site, digest, key in connection.execute(query):
        firsts[site, digest] = min(key, firsts.get((site, digest), key))
    columns = (sites.c.site, schema.units.c.text, schema.units.c.article, schema.units.c.id)
    alive = units.read_units(connection, units.read_sites(connection)).sites >= 0
    for site, digest, key, number in connection.execute(
        select(*columns).join(sites, sites.c.id == schema.units.c.site_id)
    ):
        first = firsts.pop((site, digest), None)
        if first != key and not {key, first} & waiting:
            yield f"the text {digest} of {site} is kept under {key}, and its first article is {first}"
        if number >= len(alive) or not alive[number]:
            yield f"the unit {number} of {site} is not among the columns"
    for (site, _), key in firsts.items():
        if key not in waiting:
            yield f"the text of {key} of {site} was never taken in"


def _texts(connection: Connection, randomness: random.Random) -> Iterator[str]:
    table = schema.texts
    numbers = _some(connection.execute(select(table.c.id)).scalars().all(), randomness)
    for digest, written in connection.execute(select(table.c.hash, table.c.text).where(table.c.id.in_(numbers))):
        if text_hash(written) != digest:
            yield f"a text is not the one it is kept as: {digest}"


def _signatures(connection: Connection, recipe: Recipe, randomness: random.Random) -> Iterator[str]:
    table, texts = schema.signatures, schema.texts
    numbers = _some(connection.execute(select(table.c.text_id)).scalars().all(), randomness)
    query = select(texts.c.hash, texts.c.text, table.c.minhash).join(table, table.c.text_id == texts.c.id)
    rows = connection.execute(query.where(texts.c.id.in_(numbers))).all()
    again = signing.signatures([row.text for row in rows], recipe)
    for row, values in zip(rows, again, strict=True):
        if values.astype("<u4").tobytes() != row.minhash:
            yield f"the signature of the text {row.hash} is not what signing it gives"


def _sketches(connection: Connection, recipe: Recipe, randomness: random.Random) -> Iterator[str]:
    """The postings hold each unit with just the keys its text has."""
    articles, texts = schema.articles, schema.texts
    query = select(schema.units.c.id, schema.units.c.article, texts.c.text)
    query = query.join(articles, articles.c.key == schema.units.c.article).join(texts, texts.c.id == articles.c.text_id)
    query = query.where(schema.units.c.text == texts.c.hash)
    numbers = _some(connection.execute(select(schema.units.c.id)).scalars().all(), randomness)
    rows = connection.execute(query.where(schema.units.c.id.in_(numbers))).all()
    again = minhash.sketches(cutting.cut([row.text for row in rows]), recipe)
    marked = np.zeros(grouping.next_unit(connection), dtype=bool)
    marked[numbers] = True
    found: dict[int, list[int]] = {number: [] for number in numbers}
    for keys, held in postings.keys_of(connection, marked):
        for key, number in zip(keys.tolist(), held.tolist(), strict=True):
            found[number].append(key)
    for place, row in enumerate(rows):
        if sorted(found[row.id]) != again.of(place).tolist():
            yield f"the postings hold other keys of {row.article} than its text has"


def _families(corpus: Corpus, connection: Connection, recipe: Recipe) -> Iterator[str]:
    """Families are the components of joining matches, as `families` and `merging` part them."""
    waiting = set(connection.execute(select(schema.changes.c.article)).scalars())
    keys = [key for key in connection.execute(select(schema.articles.c.key)).scalars() if key not in waiting]
    if not keys or waiting:
        return
    matches = stored_matches(connection, alone=True)
    excerpts = merging.merged(keys, matches, recipe, partial(grouping.titles, corpus))
    kept: list[Match] = [match for match in matches if (match.a, match.b) not in excerpts]
    expected = {family.members for family in families.families(sorted(keys), kept, grouping.verdicts(corpus))}
    homes: dict[str, list[str]] = {}
    for key, family in grouping.families_of(corpus, keys).items():
        homes.setdefault(family, []).append(key)
    for family, members in sorted(homes.items()):
        if tuple(sorted(members)) not in expected:
            yield f"the family {family} is not what its matches make it; `dedup rebuild` groups everything anew"
    shown = {
        (match.a, match.b) for match in stored_matches(connection) if match.reason.endswith("other reports as well")
    }
    for a, b in sorted(shown ^ excerpts):
        yield f"{a} and {b}: whether one of them holds other reports as well is not what their matches tell"


def _edges(corpus: Corpus, connection: Connection, recipe: Recipe, randomness: random.Random) -> Iterator[str]:
    """Edges of stories, and weightiest terms, are what a day's families, and strands of the week before, tell."""
    unsettled = (schema.changes, schema.families_due, schema.days_due)
    if any(connection.execute(select(table).limit(1)).first() for table in unsettled):
        return
    days, merges = strands.days(connection), strands.merges(connection)
    loom = Loom(corpus, recipe, {}, merges)
    with loom.days.readers:
        for day in sorted(randomness.sample(days, min(len(days), _DAYS))):
            known, anew = edges.of_day(connection, day), loom.edges_anew(day)
            other = known is not None and (anew is None or not np.array_equal(known, anew))
            terms = heads.of_day(connection, day)
            if other or (terms is not None and not heads.equal(terms, loom.heads_anew(day))):
                when = "without a date" if day == UNDATED else f"of {date.fromordinal(day)}"
                yield f"what may be one story of articles {when} is not what they tell; `dedup rebuild` tells all anew"


def _some(numbers: Sequence[int], randomness: random.Random) -> list[int]:
    return randomness.sample(list(numbers), min(len(numbers), _SAMPLE))
