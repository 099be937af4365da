"""Stories at rest: where families stand by day, what they are told with, and what has still to be told.

A family tells what its *teller* tells, the member that was published first (by id, where the times are one), so that a
late copy changes nothing. Its *rank* is the day of the teller's publication, then forty bits of a hash of the teller's
id: families stand in one order, whoever came first. A *strand* is what a day's families were told with: it is called
by the rank of its founder, and goes up in another on the day that brought the two together.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Integer, Select, bindparam, delete, func, insert, literal, or_, select, true, update

from dedup import ordering
from dedup.corpus.schema import (
    articles,
    days_due,
    families_due,
    family_members,
    matches,
    own_texts,
    stories,
    story_families,
    story_signs,
    strands,
)
from dedup.corpus.store import Corpus, chunks
from dedup.records import PART, Relation, Story, Vectors

Numbers = NDArray[np.int64]
# Terms and their weights, as they are stored.
Told = tuple[bytes, bytes]
SILENT: Told = (b"", b"")

_HASH_BITS = 40


@dataclass(frozen=True, slots=True)
class Placed:
    """A family among stories; `rank` is None once it is gone, `strand` and `story` until it is told.

    `teller` is the number of the article that tells for it, `told` what that tells, as it is stored. `fresh`: it was
    placed since it was told; `tied` is a hash of the templates it shares with others.
    """

    family: str
    rank: int | None
    teller: int | None = None
    story: str | None = None
    strand: int | None = None
    alone: bool = False
    fresh: bool = True
    told: Told = SILENT
    tied: int = 0
    signs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """What told something on a day, or tells it now, since the stories of that day were told last.

    `strand` is the one it was told with. `moved`: it came there, or went; else it stayed, but something far away that
    could concern it is other than before.
    """

    day: int
    told: Told
    strand: int | None
    moved: bool


@dataclass(frozen=True, slots=True)
class Ties:
    """With which others a family shares templates, and excerpts: of each, the longest passage in the family's text.

    A passage is an article's number, and from and to which character.
    """

    templates: set[str]
    excerpts: dict[str, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a family is shown by: its eldest article's age and title, and its weightiest terms."""

    age: tuple[str, str]
    title: str
    named: Mapping[str, float]


def rank(published: datetime | None, key: str) -> int:
    """Return the rank of a family whose teller was published then and has the id `key`."""
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=_HASH_BITS // 8).digest()
    return (ordering.day(published) << _HASH_BITS) | int.from_bytes(digest, "big")


def day_of(rank: int) -> int:
    """Return the day of a rank, as `ordering.day` counts."""
    return rank >> _HASH_BITS


def first_of(day: int) -> int:
    """Return the smallest rank of a day."""
    return day << _HASH_BITS


def families_waiting(connection: Connection, most: int) -> list[str]:
    """Return some families that may be other than when stories were last told."""
    column = families_due.c.family
    return list(connection.execute(select(column).order_by(column).limit(most)).scalars())


def waiting(connection: Connection) -> dict[int, list[Due]]:
    """Return what has to be told again, by day."""
    found: dict[int, list[Due]] = defaultdict(list)
    for row in connection.execute(select(days_due)):
        found[row.day].append(Due(row.day, (row.terms, row.weights), row.strand, bool(row.moved)))
    return found


def days(connection: Connection) -> list[int]:
    """Return all days that have families."""
    day = story_families.c.rank.op(">>")(literal(_HASH_BITS, Integer))
    return sorted(connection.execute(select(day).distinct().where(story_families.c.rank.is_not(None))).scalars())


def tellers(connection: Connection, families: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return the ranks and tellers that those of these families have now that there are."""
    read = own_texts.c.article_id.is_(None)
    columns = read, articles.c.published, articles.c.key, articles.c.id
    query = select(family_members.c.family, *columns).join(articles, articles.c.id == family_members.c.article_id)
    query = query.outerjoin(own_texts, own_texts.c.article_id == articles.c.id)
    held: dict[str, list[tuple[bool, str, str, int, datetime | None]]] = defaultdict(list)
    for chunk in chunks(sorted(families)):
        for family, unread, published, key, number in connection.execute(
            query.where(family_members.c.family.in_(chunk))
        ):
            # Of the articles of one text on a site, only one has its terms read.
            time = published.isoformat() if published else "~"
            held[family].append((bool(unread), time, key, number, published))
    firsts = {family: min(members) for family, members in held.items()}
    return {family: (rank(published, key), number) for family, (_, _, key, number, published) in firsts.items()}


def placed(connection: Connection, families: Iterable[str]) -> dict[str, Placed]:
    """Return how those of these families stand that were placed."""
    wheres = [story_families.c.family.in_(chunk) for chunk in chunks(sorted(families))]
    return {row.family: row for where in wheres for row in _placed(connection, where)}


def of_days(connection: Connection, first: int, last: int) -> list[Placed]:
    """Return the families of these days, by rank."""
    where = story_families.c.rank.between(first_of(first), first_of(last + 1) - 1)
    return sorted(_placed(connection, where), key=lambda row: (row.rank or 0, row.family))


def of_strands(connection: Connection, ids: Iterable[int], days: range | None = None) -> list[Placed]:
    """Return the families told with these strands, of some days or all."""
    column = story_families.c
    inside = column.rank.between(first_of(days.start), first_of(days.stop) - 1) if days else true()
    return [row for chunk in chunks(sorted(ids)) for row in _placed(connection, column.strand.in_(chunk) & inside)]


def of_ranks(connection: Connection, asked: Iterable[int]) -> list[Placed]:
    """Return the families of these ranks."""
    return [row for chunk in chunks(sorted(asked)) for row in _placed(connection, story_families.c.rank.in_(chunk))]


def gone(connection: Connection) -> list[Placed]:
    """Return the families that are no more, whose stories do not know yet."""
    return _placed(connection, story_families.c.rank.is_(None) & (story_families.c.story.is_not(None)))


def told(connection: Connection, tellers: Iterable[int]) -> dict[int, Told]:
    """Return what those of these tellers tell of which it is known."""
    query = select(own_texts.c.article_id, own_texts.c.terms, own_texts.c.weights)
    return {
        teller: (terms, weights)
        for chunk in chunks(sorted(set(tellers)))
        for teller, terms, weights in connection.execute(query.where(own_texts.c.article_id.in_(chunk)))
    }


def vectors(told: Sequence[Told]) -> Vectors:
    """Return what is told, in the same order."""
    terms, weights = (b"".join(each[side] for each in told) for side in range(2))
    ends = np.cumsum([len(terms) // 4 for terms, _ in told], dtype=np.int64)
    keys = np.frombuffer(terms, "<u4").astype(np.uint32)
    return Vectors(ends, keys, np.frombuffer(weights, "<u2") * np.float32(PART))


def templates(connection: Connection, families: Iterable[str]) -> set[tuple[str, str]]:
    """Return the pairs of families that share templates, of which one is one of these."""
    found = set()
    for chunk in chunks(sorted(families)):
        for here, there in _ENDS:
            query = _tied(here, there).where(_MINE.c.family.in_(chunk), matches.c.relation == Relation.TEMPLATE.value)
            for mine, other, *_ in connection.execute(query):
                found.add((min(mine, other), max(mine, other)))
    return found


def fresh(connection: Connection) -> list[Placed]:
    """Return the families that were placed since they were told."""
    return _placed(connection, (story_families.c.fresh == 1) & story_families.c.rank.is_not(None))


def ties(connection: Connection, families: Iterable[str]) -> dict[str, Ties]:
    """Return for those of these families that have any: templates and excerpts they share with others."""
    templates: dict[str, set[str]] = defaultdict(set)
    passages: dict[str, dict[str, list[tuple[int, int, int, int]]]] = defaultdict(lambda: defaultdict(list))
    for chunk in chunks(sorted(families)):
        for side, (here, there) in enumerate(_ENDS):
            rows = connection.execute(_tied(here, there).where(_MINE.c.family.in_(chunk)))
            for mine, other, relation, article, shared in rows:
                if relation == Relation.TEMPLATE.value:
                    templates[mine].add(other)
                else:
                    passages[mine][other] += [
                        (-words, article, *places[2 * side : 2 * side + 2]) for *places, words, _ in json.loads(shared)
                    ]
    longest = {mine: {other: min(held)[1:] for other, held in each.items() if held} for mine, each in passages.items()}
    return {name: Ties(templates[name], longest.get(name, {})) for name in {*templates, *longest}}


_ENDS = (matches.c.a_id, matches.c.b_id), (matches.c.b_id, matches.c.a_id)
_MINE, _OTHERS = family_members.alias(), family_members.alias()


def _tied(here: Any, there: Any) -> Select[Any]:
    apart = or_(matches.c.relation.in_([Relation.TEMPLATE.value, Relation.EXCERPT.value]), matches.c.merged == 1)
    return (
        select(_MINE.c.family, _OTHERS.c.family, matches.c.relation, here, matches.c.passages)
        .select_from(_MINE)
        .join(matches, here == _MINE.c.article_id)
        .join(_OTHERS, there == _OTHERS.c.article_id)
        .where(apart, _MINE.c.family != _OTHERS.c.family)
    )


def later(connection: Connection, signs: Iterable[int], day: int) -> list[Placed]:
    """Return the families after this day that have one of these signs."""
    query = select(story_signs.c.rank).where(story_signs.c.rank >= first_of(day + 1))
    ranks: set[int] = set()
    for chunk in chunks(sorted(set(signs))):
        ranks.update(connection.execute(query.where(story_signs.c.sign.in_(chunk))).scalars())
    return of_ranks(connection, ranks)


def earlier(connection: Connection, signs: Iterable[int], day: int, most: int) -> dict[int, list[int]]:
    """Return for each of these signs the ranks of the last families before this day that have it, at most `most`."""
    place = func.row_number().over(partition_by=story_signs.c.sign, order_by=story_signs.c.rank.desc()).label("place")
    asked = story_signs.c.sign.in_(bindparam("signs", expanding=True))
    placed = select(story_signs, place).where(asked, story_signs.c.rank < first_of(day)).subquery()
    query = select(placed.c.sign, placed.c.rank).where(placed.c.place <= most)
    found: dict[int, list[int]] = defaultdict(list)
    for chunk in chunks(sorted(signs)):
        for sign, rank in connection.execute(query, {"signs": chunk}):
            found[sign].append(rank)
    return found


def merges(connection: Connection) -> dict[int, tuple[int, int]]:
    """Return what each strand that went up in another went up in, and on which day."""
    return {row.id: (row.into, row.day) for row in connection.execute(select(strands))}


def place(
    corpus: Corpus,
    connection: Connection,
    before: Mapping[str, Placed],
    now: Sequence[Placed],
    due: Set[Due],
) -> None:
    """Store where families stand now, given where they stood before, and what has to be told again."""
    _delete(connection, story_signs, [(sign, row.rank) for row in before.values() for sign in row.signs])
    rows = [{"sign": sign, "rank": row.rank} for row in now for sign in row.signs]
    _ignore(corpus, connection, story_signs, sorted(rows, key=lambda row: (row["sign"] or 0, row["rank"] or 0)))
    names = {row.family for row in now} | before.keys()
    for chunk in chunks(sorted(names)):
        connection.execute(delete(story_families).where(story_families.c.family.in_(chunk)))
        connection.execute(delete(families_due).where(families_due.c.family.in_(chunk)))
    if now:
        connection.execute(insert(story_families), [_row(row) for row in now])
    if due:
        connection.execute(insert(days_due), [_due_row(row) for row in sorted(due, key=lambda row: row.day)])


def settle(connection: Connection, families: Sequence[str]) -> None:
    """Say that these few families are no longer due."""
    connection.execute(delete(families_due).where(families_due.c.family.in_(families)))


def shown(connection: Connection, families: Iterable[str]) -> dict[str, Shown]:
    """Return what each of these families is shown by."""
    query = (
        select(family_members.c.family, articles.c.key, articles.c.first_seen, articles.c.title, own_texts.c.named)
        .join(articles, articles.c.id == family_members.c.article_id)
        .outerjoin(own_texts, own_texts.c.article_id == articles.c.id)
    )
    held: dict[str, list[tuple[tuple[str, str], str, str | None]]] = defaultdict(list)
    for chunk in chunks(sorted(families)):
        for family, key, seen, title, named in connection.execute(query.where(family_members.c.family.in_(chunk))):
            held[family].append(((seen.isoformat(), key), title, named))
    return {family: _shown(sorted(members)) for family, members in held.items()}


def _shown(members: Sequence[tuple[tuple[str, str], str, str | None]]) -> Shown:
    named: list[tuple[str, float]] = next((json.loads(named) for _, _, named in members if named), [])
    return Shown(members[0][0], members[0][1], dict(named))


def stories_named(connection: Connection, names: Iterable[str]) -> dict[str, Story]:
    """Return the stories of these names that there are, without their families."""
    found = {}
    for chunk in chunks(sorted(set(names))):
        for row in connection.execute(select(stories).where(stories.c.id.in_(chunk))):
            found[row.id] = Story(row.id, (), row.label, tuple(json.loads(row.terms)))
    return found


def save(
    connection: Connection,
    told: Sequence[Placed],
    found: Sequence[Story],
    dropped: Iterable[str],
    merged: Mapping[int, tuple[int, int]],
    parted: Iterable[int],
) -> None:
    """Store what was told: of families, of stories that are new or other, and of strands; nothing is due any more."""
    rows = [{"name": row.family, "now": row.story, "with_": row.strand, "apart": int(row.alone)} for row in told]
    if rows:
        changed = update(story_families).where(story_families.c.family == bindparam("name"))
        connection.execute(
            changed.values(story=bindparam("now"), strand=bindparam("with_"), alone=bindparam("apart"), fresh=0), rows
        )
    connection.execute(delete(story_families).where(story_families.c.rank.is_(None)))
    for names in chunks(sorted({*dropped, *(story.id for story in found)})):
        connection.execute(delete(stories).where(stories.c.id.in_(names)))
    if found:
        held = [{"id": story.id, "label": story.label, "terms": json.dumps(story.terms)} for story in found]
        connection.execute(insert(stories), held)
    for ids in chunks(sorted({*parted, *merged})):
        connection.execute(delete(strands).where(strands.c.id.in_(ids)))
    if merged:
        rows = [{"id": one, "into": into, "day": day} for one, (into, day) in merged.items()]
        connection.execute(insert(strands), rows)
    connection.execute(delete(days_due))


def forget(connection: Connection) -> None:
    """Have everything placed and told anew; families stay in their stories until then."""
    for table in (story_signs, strands, days_due, families_due):
        connection.execute(delete(table))
    connection.execute(
        update(story_families).values(
            rank=None, teller=None, strand=None, signs=b"", alone=0, fresh=1, terms=b"", weights=b"", tied=0
        )
    )


def due(corpus: Corpus, connection: Connection, families: Iterable[str]) -> None:
    """Note families that may be other than when stories were last told."""
    _ignore(corpus, connection, families_due, [{"family": family} for family in sorted(set(families))])


def _placed(connection: Connection, where: Any) -> list[Placed]:
    return [
        Placed(
            family=row.family,
            rank=row.rank,
            teller=row.teller,
            story=row.story,
            strand=row.strand,
            alone=bool(row.alone),
            fresh=bool(row.fresh),
            told=(row.terms, row.weights),
            tied=row.tied,
            signs=tuple(np.frombuffer(row.signs, "<i8").tolist()),
        )
        for row in connection.execute(select(story_families).where(where))
    ]


def _row(row: Placed) -> dict[str, Any]:
    return {
        "family": row.family,
        "story": row.story,
        "rank": row.rank,
        "teller": row.teller,
        "strand": row.strand,
        "alone": int(row.alone),
        "fresh": int(row.fresh),
        "terms": row.told[0],
        "weights": row.told[1],
        "tied": row.tied,
        "signs": np.array(row.signs, "<i8").tobytes(),
    }


def _due_row(row: Due) -> dict[str, Any]:
    terms, weights = row.told
    return {"day": row.day, "terms": terms, "weights": weights, "strand": row.strand, "moved": int(row.moved)}


def _delete(connection: Connection, table: Any, rows: Sequence[tuple[int, int | None]]) -> None:
    if rows:
        where = (table.c.sign == bindparam("one")) & (table.c.rank == bindparam("at"))
        connection.execute(delete(table).where(where), [{"one": sign, "at": at} for sign, at in rows])


def _ignore(corpus: Corpus, connection: Connection, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(corpus.insert(table).on_conflict_do_nothing(), list(rows))
