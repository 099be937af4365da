"""What an update reads from the corpus and leaves in it."""

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, LargeBinary, bindparam, delete, func, literal, select, update

from dedup import ordering
from dedup.arrays import PART, Hashes32, Hashes64, TermVector, Units
from dedup.corpus import many, postings, schema, strands, units, unreadable
from dedup.corpus.results import match_row, read_pairs, stored_matches
from dedup.corpus.store import Corpus, chunks
from dedup.corpus.units import Moves, Sites
from dedup.errors import RecipeError
from dedup.given import of_kind
from dedup.records import Change, Family, Match, Recipe, Tie, Verdict

# Soon stored: others can write in between.
_SIGNATURES_AT_ONCE = 5_000


class Listed(NamedTuple):
    """An article as grouping lists it: everything but its text, of which `text_id` speaks."""

    id: str
    number: int
    site: str
    title: str
    language: str
    text_id: int
    age: tuple[str, str]
    day: int = ordering.UNDATED


def check_recipe(corpus: Corpus, recipe: Recipe) -> None:
    """Raise RecipeError when the corpus holds results of another recipe, GemaError where this is none."""
    of_kind(Recipe, recipe, "the recipe")
    with corpus.reading() as connection:
        stored = _facts(connection).get("recipe")
    if stored is not None and (used := unreadable.recipe(stored)) != recipe.as_dict():
        other = _other(used, recipe)
        raise RecipeError(
            f"the corpus {corpus.address} was grouped by {other}; `dedup rebuild` groups it anew by this one"
        )


def _other(used: Mapping[str, object], recipe: Recipe) -> str:
    """Return what is another in the recipe that was used."""
    others = {name for name, value in recipe.as_dict().items() if used.get(name) != value}
    if others == {"story_background"}:
        wanted = recipe.story_background or "the prior alone"
        return f"another background of words than {wanted}, which `dedup background` has chosen since"
    if others == {"story_embedding"}:
        held, wanted = (str(name)[:12] for name in (used["story_embedding"], recipe.story_embedding))
        given = f"the embedding {wanted} is given" if wanted else "none is given with --embeddings or GEMA_EMBEDDINGS"
        return f"{f'the embedding {held}' if held else 'no embedding'}, and now {given}"
    return "another recipe"


def forget_results(corpus: Corpus) -> None:
    """Undo all grouping, so that the next update groups every article anew; families and stories keep their ids."""
    computed = (
        *(schema.signatures, schema.units, schema.unit_columns, schema.samples, schema.postings, schema.sites),
        *(schema.own_texts, schema.matches),
    )
    with corpus.transaction() as connection:
        strands.forget(connection)
        strands.due(connection, _drop_empty(connection))
        for table in computed:
            connection.execute(delete(table))
        connection.execute(delete(schema.facts).where(schema.facts.c.name.in_(["recipe", _LAST_UNIT])))
        connection.execute(delete(schema.changes))
        everything = select(schema.articles.c.key, schema.articles.c.site, literal(0))
        connection.execute(schema.changes.insert().from_select(["article", "site", "taken"], everything))


def take_changes(corpus: Corpus, most: int) -> set[str]:
    """Mark some of what changed as taken by this update; return the ids of these articles, about `most` of them."""
    table = schema.changes
    some = select(table.c.article).distinct().order_by(table.c.article).limit(most).scalar_subquery()
    with corpus.transaction() as connection:
        taken = select(table.c.article).where(table.c.taken == 1).limit(1)
        # What an update took that did not come to its end is taken up again first.
        if connection.execute(taken).first() is None:
            connection.execute(update(table).where(table.c.article.in_(some)).values(taken=1))
        return set(connection.execute(select(table.c.article).where(table.c.taken == 1)).scalars())


def waiting(corpus: Corpus) -> int:
    """Return how many articles came, changed or went since they were grouped."""
    with corpus.reading() as connection:
        return connection.execute(select(func.count(schema.changes.c.article.distinct()))).scalar_one()


def listed(corpus: Corpus, keys: Iterable[str]) -> dict[str, Listed]:
    """Return those of these articles that there are, by id."""
    table = schema.articles
    columns = (table.c.key, table.c.id, table.c.site, table.c.title, table.c.language, table.c.text_id)
    query = select(*columns, *map(schema.as_text, (table.c.first_seen, table.c.published)))
    found = {}
    with corpus.reading() as connection:
        for *row, first_seen, published in many.among(connection, query, table.c.key, keys):
            key, number, site, title, language, text_id = row
            age = (schema.iso(first_seen), key)
            day = schema.published_day(published)
            found[key] = Listed(key, number, site, title, language, text_id, age, day)
    return found


def titles(corpus: Corpus, keys: Iterable[str]) -> dict[str, str]:
    """Return what the articles with these ids are called."""
    return {key: each.title for key, each in listed(corpus, keys).items()}


def ages(corpus: Corpus, keys: Iterable[str] | None = None) -> dict[str, tuple[str, str]]:
    """Return when these articles, or all, were first seen, with their ids: what groups are named by."""
    table = schema.articles
    query = select(table.c.key, schema.as_text(table.c.first_seen))
    with corpus.reading() as connection:
        rows = many.rows(connection, query) if keys is None else many.among(connection, query, table.c.key, keys)
        return {key: (schema.iso(first_seen), key) for key, first_seen in rows}


def alike(corpus: Corpus, keys: Iterable[str], hashes: Iterable[str]) -> list[list[str]]:
    """Return all articles of each text that one of these articles has or that has one of these hashes, sorted.

    Texts of one article are left out.
    """
    table, texts = schema.articles, schema.texts
    groups: dict[int, set[str]] = {}
    mine, named = select(table.c.text_id), select(texts.c.id)
    with corpus.reading() as connection:
        for way, column, wanted in ((mine, table.c.key, keys), (named, texts.c.hash, hashes)):
            held = table.c.text_id.in_(way.where(many.within(connection, column)))
            # Most texts are of one article: these are left out before they are read.
            several = select(table.c.text_id).where(held).group_by(table.c.text_id).having(func.count() > 1)
            query = select(table.c.text_id, table.c.key).where(table.c.text_id.in_(several))
            for number, key in many.each(connection, query, wanted):
                groups.setdefault(number, set()).add(key)
    return [sorted(members) for members in groups.values()]


def texts(corpus: Corpus, text_ids: Iterable[int]) -> dict[int, str]:
    """Return the texts with these numbers."""
    query = select(schema.texts.c.id, schema.texts.c.text)
    with corpus.reading() as connection:
        return dict(many.among(connection, query, schema.texts.c.id, text_ids))


def signed(corpus: Corpus, text_ids: Iterable[int]) -> set[int]:
    """Return which of these texts have a signature."""
    column = schema.signatures.c.text_id
    with corpus.reading() as connection:
        return {number for (number,) in many.among(connection, select(column), column, text_ids)}


class Signed(NamedTuple):
    """The signature of a text, by the text's number, with the text's hash."""

    number: int
    hash: str
    signature: Hashes32


def save_signatures(corpus: Corpus, signed: Iterable[Signed]) -> None:
    """Store the signatures of texts; none of one that was removed meanwhile, whose number another may have by now."""
    for chunk in chunks(signed, _SIGNATURES_AT_ONCE):
        with corpus.transaction() as connection:
            rows = [
                {"number": number, "digest": digest, "values": values.astype("<u4").tobytes()}
                for number, digest, values in chunk
            ]
            many.alter(connection, _SIGNING, rows)


_SIGNING = schema.signatures.insert().from_select(
    ["text_id", "minhash"],
    select(schema.texts.c.id, bindparam("values", type_=LargeBinary)).where(
        schema.texts.c.id == bindparam("number"), schema.texts.c.hash == bindparam("digest")
    ),
)


def matches_of(corpus: Corpus, keys: Iterable[str]) -> dict[tuple[str, str], Match]:
    """Return the stored matches of these articles, each as the two alone make it, by the pair of ids."""
    with corpus.reading() as connection:
        return {(match.a, match.b): match for match in stored_matches(connection, list(keys), alone=True)}


def pairs_of(corpus: Corpus, keys: Iterable[str]) -> set[tuple[str, str]]:
    """Return the pairs of ids of the stored matches of these articles."""
    with corpus.reading() as connection:
        return read_pairs(connection, keys)


def families_of(corpus: Corpus, keys: Iterable[str]) -> dict[str, str]:
    """Return the families that these articles were in, by article."""
    table, articles = schema.family_members, schema.articles
    query = select(articles.c.key, table.c.family).join(articles, articles.c.id == table.c.article_id)
    with corpus.reading() as connection:
        return dict(many.among(connection, query, articles.c.key, keys))


def members_of(corpus: Corpus, families: Iterable[str]) -> set[str]:
    """Return all members of these families."""
    table, articles = schema.family_members, schema.articles
    query = select(articles.c.key).join(table, articles.c.id == table.c.article_id)
    with corpus.reading() as connection:
        return {key for (key,) in many.among(connection, query, table.c.family, families)}


def family_names(corpus: Corpus, names: Iterable[str]) -> set[str]:
    """Return which of these names some family has."""
    with corpus.reading() as connection:
        return _named(connection, names)


def pending(corpus: Corpus, keys: Iterable[str]) -> set[str]:
    """Return which of these articles have still to be grouped."""
    table = schema.changes
    query = select(table.c.article).where(table.c.taken == 0)
    with corpus.reading() as connection:
        return {key for (key,) in many.among(connection, query, table.c.article, keys)}


def without(corpus: Corpus, families: Iterable[str], keys: Set[str]) -> set[str]:
    """Return which of these families have no other members than these articles."""
    table, articles = schema.family_members, schema.articles
    query = select(articles.c.key, table.c.family).join(articles, articles.c.id == table.c.article_id)
    asked = set(families)
    with corpus.reading() as connection:
        held = many.among(connection, query, table.c.family, asked)
        return asked - {family for key, family in held if key not in keys}


def verdicts(corpus: Corpus) -> list[Verdict]:
    """Return all verdicts, by the ids of their articles."""
    a, b, table = schema.articles.alias(), schema.articles.alias(), schema.verdicts
    query = select(a.c.key, b.c.key, table.c.together).join(a, a.c.id == table.c.a_id).join(b, b.c.id == table.c.b_id)
    with corpus.reading() as connection:
        return sorted(
            (
                Verdict(min(one, other), max(one, other), bool(together))
                for one, other, together in connection.execute(query)
            ),
            key=lambda verdict: (verdict.a, verdict.b),
        )


def counts(corpus: Corpus) -> dict[str, int]:
    """Return how many articles, matches, families and stories there are, and how many of these of more than one."""
    members = select(schema.family_members.c.family).group_by(schema.family_members.c.family).having(func.count() > 1)
    told = select(schema.story_families.c.story).group_by(schema.story_families.c.story).having(func.count() > 1)
    ways = {
        "articles": select(func.count()).select_from(schema.articles),
        "matches": select(func.count()).select_from(schema.matches),
        "families": select(func.count()).select_from(schema.families),
        "copied_families": select(func.count()).select_from(members.subquery()),
        "stories": select(func.count()).select_from(schema.stories),
        "told_stories": select(func.count()).select_from(told.subquery()),
    }
    with corpus.reading() as connection:
        return {name: connection.execute(way).scalar_one() for name, way in ways.items()}


_LAST_UNIT = "last_unit"


def next_unit(connection: Connection) -> int:
    """Return the number that the next new unit gets."""
    return int(_facts(connection).get(_LAST_UNIT, -1)) + 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an update found of the copies among articles, to be stored at once.

    `told` is what articles that stand for units tell now, as `written_terms` gives it; `dropped` are pairs that no
    longer match, `matches` those that do now. `families` are all that may be other than before, in place of those named
    `dissolved`.
    """

    units: Units
    units_before: Units
    moves: Moves
    sites: Sites
    sites_before: Sites
    samples: Mapping[int, Hashes64]
    unsampled: Sequence[int]
    keys: Hashes64
    holders: NDArray[np.int32]
    told: Mapping[str, Mapping[str, bytes | str]]
    untold: Sequence[str]
    dropped: Sequence[tuple[str, str]]
    matches: Sequence[Match]
    families: Sequence[Family]
    before: Mapping[str, str]
    dissolved: Set[str]
    aliases: Mapping[str, str]
    changes: Sequence[Change]
    merged: Mapping[tuple[str, str], bool]


def save(corpus: Corpus, recipe: Recipe, outcome: Outcome, now: datetime) -> None:
    """Store an update's outcome in one transaction: a reader sees the copies of before or of after."""
    grouped = {member for family in outcome.families for member in family.members}
    retold = {outcome.before[key] for key in outcome.told if key in outcome.before}
    retold.update(families_of(corpus, outcome.told.keys() - grouped).values())
    with corpus.transaction() as connection:
        units.save_sites(connection, outcome.sites_before, outcome.sites)
        units.save_units(connection, outcome.units_before, outcome.units, outcome.moves)
        units.save_samples(connection, outcome.units_before, outcome.units, outcome.samples, outcome.unsampled)
        postings.append(connection, outcome.keys, outcome.holders)
        _save_families(corpus, connection, outcome)
        strands.due(connection, {family.id for family in outcome.families} | outcome.dissolved | retold)
        save_aliases(connection, "family", outcome.aliases, now)
        many.insert(connection, schema.history, [{"at": now, **_said(change)} for change in outcome.changes])
        facts = {"recipe": json.dumps(recipe.as_dict()), _LAST_UNIT: str(len(outcome.units.sites) - 1)}
        _save_facts(connection, facts)
        # What went and came again before this update left its family as well.
        came_again = any(held.article not in outcome.before for held in outcome.moves.again)
        if came_again or connection.execute(_SOME_GONE).first() is not None:
            strands.due(connection, _drop_empty(connection))
        connection.execute(delete(schema.changes).where(schema.changes.c.taken == 1))


def told(corpus: Corpus, now: datetime) -> None:
    """Note when stories were told last."""
    with corpus.transaction() as connection:
        _save_facts(connection, {"updated_at": now.isoformat()})


def tidy(corpus: Corpus, alive: NDArray[np.bool_]) -> None:
    """Merge what updates have appended to the postings, without the units that are no more."""
    with corpus.transaction() as connection:
        postings.merge(connection, alive)


def _save_families(corpus: Corpus, connection: Connection, outcome: Outcome) -> None:
    ends = {key for pair in outcome.dropped for key in pair} | {key for m in outcome.matches for key in (m.a, m.b)}
    members = {member for family in outcome.families for member in family.members}
    numbers = _numbers(connection, ends | members | outcome.told.keys() | set(outcome.untold))
    told = [numbers[key] for key in (*outcome.told, *outcome.untold) if key in numbers]
    many.drop(connection, schema.own_texts.c.article_id, told)
    rows = [{"article_id": numbers[key], **row} for key, row in outcome.told.items() if key in numbers]
    many.insert(connection, schema.own_texts, sorted(rows, key=itemgetter("article_id")))
    _save_matches(connection, outcome, numbers)
    _save_members(connection, outcome, numbers)


def written_terms(told: Sequence[TermVector]) -> list[dict[str, bytes | str]]:
    """Return what is stored of each of these; of at least one."""
    # All at once: numpy takes longer to begin with each than to do it.
    terms = np.concatenate([vector.keys for vector in told]).astype("<u4").tobytes()
    weights = np.concatenate([vector.weights for vector in told])
    parts = np.rint(weights / PART).astype("<u2").tobytes()
    ends = np.cumsum([len(vector.keys) for vector in told]).tolist()
    return [
        {"terms": terms[4 * start : 4 * end], "weights": parts[2 * start : 2 * end], "named": _json(vector.named)}
        for vector, (start, end) in zip(told, pairwise([0, *ends]), strict=True)
    ]


_json = json.JSONEncoder(ensure_ascii=False).encode

_PAIR = (schema.matches.c.a_id == bindparam("a")) & (schema.matches.c.b_id == bindparam("b"))
_UNMATCHED = delete(schema.matches).where(_PAIR)
_FLAGGED = (
    update(schema.matches).where(_PAIR, schema.matches.c.merged != bindparam("flag")).values(merged=bindparam("flag"))
)
_TIED = update(schema.families).where(schema.families.c.id == bindparam("name")).values(weakest=bindparam("tie"))


def _save_matches(connection: Connection, outcome: Outcome, numbers: Mapping[str, int]) -> None:
    merged = dict(outcome.merged)
    gone = [{"a": numbers[a], "b": numbers[b]} for a, b in outcome.dropped if a in numbers and b in numbers]
    many.alter(connection, _UNMATCHED, gone)
    found = [
        match_row(match, numbers, merged.pop((match.a, match.b), False))
        for match in outcome.matches
        if match.a in numbers and match.b in numbers
    ]
    many.insert(connection, schema.matches, found, "replace")
    flagged = [
        {"a": numbers[a], "b": numbers[b], "flag": int(flag)}
        for (a, b), flag in merged.items()
        if a in numbers and b in numbers
    ]
    many.alter(connection, _FLAGGED, flagged)


def _save_members(connection: Connection, outcome: Outcome, numbers: Mapping[str, int]) -> None:
    held = [numbers[member] for family in outcome.families for member in family.members if member in numbers]
    many.drop(connection, schema.family_members.c.article_id, held)
    kept = {family.id for family in outcome.families}
    many.drop(connection, schema.families.c.id, outcome.dissolved - kept)
    known = _named(connection, kept)
    rows = [
        {"id": family.id, "weakest": json.dumps(_said(family.weakest)) if family.weakest else ""}
        for family in outcome.families
    ]
    many.insert(connection, schema.families, [row for row in rows if row["id"] not in known])
    changed = [{"name": row["id"], "tie": row["weakest"]} for row in rows if row["id"] in known]
    many.alter(connection, _TIED, changed)
    members = [
        {"article_id": numbers[member], "family": family.id}
        for family in outcome.families
        for member in family.members
        if member in numbers
    ]
    many.insert(connection, schema.family_members, members)


def _said(record: Tie | Change) -> dict[str, str | int | float]:
    return {name: getattr(record, name) for name in record.__match_args__}


# That what was taken is no article any more: the articles of a family may all have gone.
_SOME_GONE = (
    select(schema.changes.c.article)
    .outerjoin(schema.articles, schema.articles.c.key == schema.changes.c.article)
    .where(schema.changes.c.taken == 1, schema.articles.c.id.is_(None))
    .limit(1)
)


def _drop_empty(connection: Connection) -> list[str]:
    """Drop families whose articles were all removed: these went without telling of which family they were."""
    member = select(schema.family_members.c.family).where(schema.family_members.c.family == schema.families.c.id)
    dropped = delete(schema.families).where(~member.exists()).returning(schema.families.c.id)
    return list(connection.execute(dropped).scalars())


def save_aliases(connection: Connection, kind: str, aliases: Mapping[str, str], now: datetime) -> None:
    """Store what ids of this kind, "family" or "story", that are no longer in use became."""
    rows = [{"kind": kind, "old": old, "new": new, "at": now} for old, new in aliases.items()]
    many.insert(connection, schema.aliases, rows, "replace")


def _save_facts(connection: Connection, facts: Mapping[str, str]) -> None:
    many.insert(connection, schema.facts, [{"name": name, "value": value} for name, value in facts.items()], "replace")


def _numbers(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    table = schema.articles
    return dict(many.among(connection, select(table.c.key, table.c.id), table.c.key, keys))


def _named(connection: Connection, names: Iterable[str]) -> set[str]:
    column = schema.families.c.id
    return {name for (name,) in many.among(connection, select(column), column, names)}


def _facts(connection: Connection) -> dict[str, str]:
    return dict(connection.execute(select(schema.facts.c.name, schema.facts.c.value)).all())
