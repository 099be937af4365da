"""The store against itself: what an update keeps is made again, in part, and compared."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import groupby
from typing import TypeVar

import numpy as np
from sqlalchemy import Connection, Select, func, select, text

from dedup import cutting, families, merging, minhash, resampling, signing, stages
from dedup.addresses import spelled
from dedup.compiler import expect
from dedup.corpus import (
    Corpus,
    edges,
    grouping,
    heads,
    labels,
    many,
    outdated,
    postings,
    schema,
    strands,
    units,
    unreadable,
    vocabularies,
)
from dedup.corpus.results import merged_pairs, stored_matches, weakest_ties
from dedup.corpus.rows import text_hash
from dedup.loom import Loom
from dedup.ordering import UNDATED
from dedup.reading import desk_of
from dedup.records import Match, Recipe
from dedup.telling import by_story, label
from dedup.verifying import verify
from dedup.weaving import Weaving

Progress = Callable[[str, int, int], None]
_T = TypeVar("_T")

# Texts of each kind that are taken again.
_SAMPLE = 500
# Days of which stories are looked at.
_DAYS = 10
# How many of one kind of fault are named.
_NAMED = 5


def check(corpus: Corpus, recipe: Recipe | None = None, tell: Progress | None = None, seed: int = 0) -> list[str]:
    """Return what is wrong with a corpus, a line each; an empty list where nothing was found.

    Everything that can be counted is: families against the components of matches (unless articles wait for an update),
    stories against what they were told with and what finds their families, units against articles, what stands for
    sites against the postings, and what is counted of it, addresses, orphans. Texts, signatures, sketches, matches and
    labels of stories are made again for a sample of some hundred, and ten days are told again; others with another
    `seed`. Raises RecipeError when the corpus was grouped by another recipe.
    """
    recipe = recipe or vocabularies.settled(corpus)
    grouping.check_recipe(corpus, recipe)
    expect(corpus.count())
    randomness = random.Random(seed)  # noqa: S311 - it chooses what is looked at
    looks: list[tuple[str, Callable[[Connection], Iterable[str]]]] = [
        ("the file", _file),
        ("values", unreadable.faults),
        ("addresses", _addresses),
        ("orphans", _orphans),
        ("units", _units),
        ("texts", lambda connection: _texts(connection, randomness)),
        ("own texts", _taken),
        ("signatures", lambda connection: _signatures(connection, recipe, randomness)),
        ("sketches", lambda connection: _sketches(connection, recipe, randomness)),
        ("samples", lambda connection: resampling.faults(connection, recipe)),
        ("matches", lambda connection: _matches(corpus, connection, recipe, randomness)),
        ("families", lambda connection: _families(corpus, connection, recipe)),
        ("stories", lambda connection: _stories(connection)),
        ("labels", lambda connection: _labels(connection, randomness)),
        ("days", lambda connection: _days(corpus, connection, recipe, randomness)),
    ]
    found: list[str] = []
    for done, (name, look) in enumerate(looks):
        if tell:
            tell(f"checking {name}", done, len(looks))
        with corpus.reading() as connection:
            faults = list(look(connection))
        # Of values each table is a kind of its own.
        found += [line for _, some in groupby(faults, lambda fault: fault.split()[0]) for line in _named(list(some))]
        if faults and look is unreadable.faults:
            # Nothing can be made again of what cannot be read.
            break
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
    told, in_families = schema.story_families, select(members.c.article_id)
    storyless = select(held.c.id).where(held.c.id.not_in(select(told.c.family).where(told.c.story.is_not(None))))
    memberless = select(held.c.id).where(held.c.id.not_in(select(members.c.family)))
    questions: tuple[tuple[str, Select[tuple[str]]], ...] = (
        (
            "the article {} is in no family",
            select(articles.c.key).where(articles.c.id.not_in(in_families), articles.c.key.not_in(outdated.WAITING)),
        ),
        ("the family {} has no articles", memberless),
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
    waiting = outdated.waiting(connection)
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


def _taken(connection: Connection) -> Iterator[str]:
    """Each text of each site is signed, and what it tells is kept."""
    table, articles, texts = schema.units, schema.articles, schema.texts
    signed, told = schema.signatures.c.text_id, schema.own_texts.c.article_id
    settled = table.c.article.not_in(outdated.WAITING)
    unsigned = (
        select(table.c.text)
        .join(texts, texts.c.hash == table.c.text)
        .outerjoin_from(texts, schema.signatures, signed == texts.c.id)
    )
    for digest in connection.execute(unsigned.where(signed.is_(None), settled).distinct()).scalars():
        yield f"the text {digest} has no signature; `dedup rebuild` makes it"
    untold = select(articles.c.key).join(table, table.c.article == articles.c.key)
    untold = untold.outerjoin(schema.own_texts, told == articles.c.id).where(told.is_(None), settled)
    for key in connection.execute(untold.distinct()).scalars():
        yield f"what the article {key} tells is not kept; `dedup rebuild` makes it"


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


def _matches(corpus: Corpus, connection: Connection, recipe: Recipe, randomness: random.Random) -> Iterator[str]:
    """What is found and compared again for some units is what is stored of them, and nothing else is."""
    if outdated.some_wait(connection):
        return
    state, desk = stages.read_state(corpus, set()), desk_of(corpus, recipe)
    alive = np.flatnonzero(state.units.sites >= 0).tolist()
    if alive != sorted(connection.execute(select(schema.units.c.id)).scalars()):
        # That is told by then, and there is nobody to ask for what stands for them.
        return
    numbers = np.array(sorted(_some(alive, randomness)), np.int32)
    own, raw = stages.own_texts(desk, state, numbers, _silent)
    other = state.units.own[numbers] != state.before.own[numbers]
    other |= state.units.sizes[numbers] != state.before.sizes[numbers]
    for key in stages.articles_of(corpus, state, numbers[other].tolist()):
        yield f"what is own of the text of {key} is not what is kept of it; `dedup rebuild` takes it again"
    if other.any():
        # Whom they are compared with follows from it.
        return
    pairs, others = stages.candidates(desk, state, numbers, own, raw)
    found = verify(desk, state, pairs, set(numbers.tolist()), set(others.tolist()), set(), _silent)
    ends = {key for match in found.found for key in (match.a, match.b)}
    stored = grouping.matches_of(corpus, ends)
    made = {(match.a, match.b): match for match in found.found}
    wrong = {pair for pair, match in made.items() if stored.get(pair) != match}
    with corpus.reading() as later:
        # A crawl may have changed them meanwhile.
        waiting = outdated.waiting(later)
    for a, b in sorted(wrong | set(found.dropped)):
        if waiting.isdisjoint((a, b)):
            what = "is not what comparing them gives" if (a, b) in {*stored, *found.dropped} else "is not there"
            yield f"the match of {a} and {b} {what}; `dedup rebuild` compares all anew"


def _families(corpus: Corpus, connection: Connection, recipe: Recipe) -> Iterator[str]:
    """Families are the components of joining matches, as `families` and `merging` part them."""
    keys = connection.execute(select(schema.articles.c.key)).scalars().all()
    if not keys or outdated.some_wait(connection):
        return
    matches = stored_matches(connection, alone=True)
    excerpts = merging.merged(keys, matches, recipe, partial(grouping.titles, corpus))
    kept: list[Match] = [match for match in matches if (match.a, match.b) not in excerpts]
    grouped = families.families(sorted(keys), kept, grouping.verdicts(corpus))
    expected = {family.members: family.weakest for family in grouped}
    ties = weakest_ties(connection)
    homes: dict[str, list[str]] = {}
    for key, family in grouping.families_of(corpus, keys).items():
        homes.setdefault(family, []).append(key)
    for family, members in sorted(homes.items()):
        if tuple(sorted(members)) not in expected:
            yield f"the family {family} is not what its matches make it; `dedup rebuild` groups everything anew"
        elif ties.get(family) != expected[tuple(sorted(members))]:
            yield f"the weakest tie of the family {family} is not what its matches tell"
    for a, b in sorted(merged_pairs(connection) ^ excerpts):
        yield f"{a} and {b}: whether one of them holds other reports as well is not what their matches tell"


def _stories(connection: Connection) -> Iterator[str]:
    """Families are found by what they tell, and of one story where what they were told with hangs together only."""
    if astray := strands.signs_astray(connection):
        yield f"signs by which stories find families: {astray:,} lacking or of none; `dedup rebuild` makes them anew"
    if strands.untold(connection):
        return
    rows = strands.standing(connection)
    known = set(connection.execute(select(schema.stories.c.id)).scalars())
    homes: dict[str, str] = {}
    for held in by_story(rows, strands.merges(connection)):
        told = sorted({story for family in held if (story := rows[family].story)})
        if len(told) > 1:
            yield f"the family {held[0]} and those it was told with are in different stories: {', '.join(told[:3])}"
        for story in told:
            if homes.setdefault(story, held[0]) != held[0]:
                yield f"the families {homes[story]} and {held[0]} are in the story {story}, and were not told together"
            if story not in known:
                yield f"the story {story} of the family {held[0]} is not there"


def _labels(connection: Connection, randomness: random.Random) -> Iterator[str]:
    """Some stories are called what their families are, and have the terms that these tell."""
    if outdated.some_wait(connection) or strands.untold(connection):
        return
    names = _some(connection.execute(select(schema.stories.c.id)).scalars().all(), randomness)
    known, held = labels.stories_named(connection, names), strands.told_by(connection, names)
    shown = labels.shown(connection, [row.family for rows in held.values() for row in rows])
    for name, story in sorted(known.items()):
        if name in held and label(held[name], shown) != (story.label, story.terms):
            yield f"the story {name} is not called what its articles tell"


def _days(corpus: Corpus, connection: Connection, recipe: Recipe, randomness: random.Random) -> Iterator[str]:
    """Some days told again, each after the week before it as it stands, come to what they were told as."""
    unsettled = (schema.changes, schema.families_due, schema.days_due)
    if any(connection.execute(select(table).limit(1)).first() for table in unsettled):
        return
    days, merges = strands.days(connection), strands.merges(connection)
    for day in sorted(randomness.sample(days, min(len(days), _DAYS))):
        loom = Loom(corpus, recipe, {}, merges, stores=False)
        with loom.days.readers:
            other = Weaving(loom, _silent).again(day)
            terms = heads.of_day(connection, day)
            unlike = terms is not None and not heads.equal(terms, loom.heads_anew(day))
        known, anew = edges.of_day(connection, day), loom.edges[day]
        when = "without a date" if day == UNDATED else f"of {date.fromordinal(day)}"
        if unlike or (known is not None and (anew is None or not np.array_equal(known, anew))):
            yield f"what may be one story of articles {when} is not what they tell; `dedup rebuild` tells all anew"
        elif other or loom.merges != merges:
            yield f"the articles {when} are in other stories than they tell; `dedup rebuild` tells all anew"


def _silent(stage: str, done: int, total: int) -> None:
    pass


def _some(numbers: Sequence[_T], randomness: random.Random) -> list[_T]:
    return randomness.sample(list(numbers), min(len(numbers), _SAMPLE))
