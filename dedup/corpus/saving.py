"""What an update leaves in the corpus: all that it found of copies, in one transaction."""

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, delete, literal, select, update

from dedup.arrays import PART, Hashes64, TermVector, Units
from dedup.corpus import grouping, many, postings, schema, strands, units
from dedup.corpus.grouping import LAST_UNIT, named
from dedup.corpus.results import match_row
from dedup.corpus.store import Corpus
from dedup.corpus.units import Moves, Sites
from dedup.records import Change, Family, Match, Recipe, Tie


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
    retold.update(grouping.families_of(corpus, {*outcome.told, *outcome.untold} - grouped).values())
    with corpus.transaction() as connection:
        units.save_sites(connection, outcome.sites_before, outcome.sites)
        units.save_units(connection, outcome.units_before, outcome.units, outcome.moves)
        units.save_samples(connection, outcome.units_before, outcome.units, outcome.samples, outcome.unsampled)
        postings.append(connection, outcome.keys, outcome.holders)
        _save_families(corpus, connection, outcome)
        strands.due(connection, {family.id for family in outcome.families} | outcome.dissolved | retold)
        save_aliases(connection, "family", outcome.aliases, now)
        many.insert(connection, schema.history, [{"at": now, **_said(change)} for change in outcome.changes])
        facts = {"recipe": json.dumps(recipe.as_dict()), LAST_UNIT: str(len(outcome.units.sites) - 1)}
        _save_facts(connection, facts)
        connection.execute(delete(schema.changes).where(schema.changes.c.taken == 1))


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
        connection.execute(delete(schema.facts).where(schema.facts.c.name.in_(["recipe", LAST_UNIT])))
        connection.execute(delete(schema.changes))
        everything = select(schema.articles.c.key, schema.articles.c.site, literal(0))
        connection.execute(schema.changes.insert().from_select(["article", "site", "taken"], everything))


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
    _mark_left(corpus, connection, outcome, (ends | members) - numbers.keys())
    told = [numbers[key] for key in (*outcome.told, *outcome.untold) if key in numbers]
    many.drop(connection, schema.own_texts.c.article_id, told)
    rows = [{"article_id": numbers[key], **row} for key, row in outcome.told.items() if key in numbers]
    many.insert(connection, schema.own_texts, sorted(rows, key=itemgetter("article_id")))
    _save_matches(connection, outcome, numbers)
    _save_members(connection, outcome, numbers)


def _mark_left(corpus: Corpus, connection: Connection, outcome: Outcome, gone: Set[str]) -> None:
    """Have the next update group again what this one grouped with articles that went meanwhile."""
    groups = [family.members for family in outcome.families] + [(match.a, match.b) for match in outcome.matches]
    left = {key for group in groups if not gone.isdisjoint(group) for key in group} - gone
    table = schema.articles
    for key, site in list(many.among(connection, select(table.c.key, table.c.site), table.c.key, left)):
        corpus.mark(connection, key, site)


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
_MEMBER = select(schema.family_members.c.family).where(schema.family_members.c.family == schema.families.c.id)
_EMPTIED = delete(schema.families).where(schema.families.c.id == bindparam("name"), ~_MEMBER.exists())
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
    # Of some, all members went meanwhile.
    alive = [family for family in outcome.families if any(member in numbers for member in family.members)]
    kept = {family.id for family in alive}
    many.drop(connection, schema.families.c.id, outcome.dissolved - kept)
    known = named(connection, kept)
    rows = [
        {"id": family.id, "weakest": json.dumps(_said(family.weakest)) if family.weakest else ""} for family in alive
    ]
    many.insert(connection, schema.families, [row for row in rows if row["id"] not in known])
    changed = [{"name": row["id"], "tie": row["weakest"]} for row in rows if row["id"] in known]
    many.alter(connection, _TIED, changed)
    members = [
        {"article_id": numbers[member], "family": family.id}
        for family in alive
        for member in family.members
        if member in numbers
    ]
    many.insert(connection, schema.family_members, members)
    emptied = [{"name": family.id} for family in outcome.families if family.id not in kept]
    many.alter(connection, _EMPTIED, emptied)


def _said(record: Tie | Change) -> dict[str, str | int | float]:
    return {name: getattr(record, name) for name in record.__match_args__}


def _drop_empty(connection: Connection) -> list[str]:
    """Drop families without articles, which damage may leave."""
    dropped = delete(schema.families).where(~_MEMBER.exists()).returning(schema.families.c.id)
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
