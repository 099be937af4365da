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
from itertools import chain
from struct import pack, unpack
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    Connection,
    Integer,
    bindparam,
    delete,
    func,
    literal,
    literal_column,
    select,
    true,
    update,
)

from dedup import ordering
from dedup.arrays import PART, Hashes32, Vectors
from dedup.corpus import many
from dedup.corpus.schema import (
    articles,
    as_text,
    days_due,
    families_due,
    family_members,
    iso,
    own_texts,
    published_day,
    stories,
    story_edges,
    story_families,
    story_heads,
    story_signs,
    strands,
)
from dedup.records import Story

Numbers = NDArray[np.int64]
# Terms and their weights, as they are stored.
Told = tuple[bytes, bytes]
SILENT: Told = (b"", b"")

# Of the articles of one text on a site, only one has its terms read.
UNREAD = own_texts.c.article_id.is_(None)

_HASH_BITS = 40
_MIXED = np.uint64(0x9E3779B97F4A7C15)
# After every time, as text.
_NEVER = "~"


class Placed(NamedTuple):
    """A family among stories; `rank` is None once it is gone, `strand` and `story` until it is told.

    `teller` is the number of the article that tells for it, `told` what that tells, as it is stored. `fresh`: it was
    placed since it was told; `tied` is a hash of the templates it shares with others, `site` one of the teller's site.
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
    site: int = 0

    @property
    def day(self) -> int:
        """The day of its rank."""
        return day_of(self.rank or 0)


@dataclass(frozen=True, slots=True)
class Teller:
    """The number of the article that tells for a family, its rank, and a hash of its site."""

    number: int
    rank: int
    site: int


@dataclass(frozen=True, slots=True)
class Due:
    """The rank of a family that is otherwise on a day since its stories were told last, or of one that went.

    `strand` is the one it was told with. `moved`: it came there, went or tells something else; `tied`: it shares other
    templates than before; neither: something far away that could concern it is other than before. None: which family
    it was is not known.
    """

    day: int
    rank: int | None
    strand: int | None
    moved: bool = False
    tied: bool = False


def rank(published: datetime | None, key: str) -> int:
    """Return the rank of a family whose teller was published then and has the id `key`."""
    return _rank(ordering.day(published), key)


def _rank(day: int, key: str) -> int:
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=_HASH_BITS // 8).digest()
    return (day << _HASH_BITS) | int.from_bytes(digest, "big")


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
        found[row.day].append(Due(row.day, row.rank, row.strand, bool(row.moved), bool(row.tied)))
    return found


def untold(connection: Connection) -> bool:
    """Tell whether families wait to be placed, or days to be told: stories are not what families are."""
    due = connection.execute(select(days_due.c.day).limit(1)).first()
    return due is not None or bool(families_waiting(connection, 1))


def days(connection: Connection) -> list[int]:
    """Return all days that have families."""
    day = story_families.c.rank.op(">>")(literal(_HASH_BITS, Integer))
    return sorted(connection.execute(select(day).distinct().where(story_families.c.rank.is_not(None))).scalars())


def tellers(connection: Connection, families: Iterable[str]) -> dict[str, Teller]:
    """Return who tells now for those of these families that there are."""
    columns = UNREAD, as_text(articles.c.published), articles.c.key, articles.c.id, articles.c.site, articles.c.url
    query = select(family_members.c.family, *columns).join(articles, articles.c.id == family_members.c.article_id)
    query = query.outerjoin(own_texts, own_texts.c.article_id == articles.c.id)
    held: dict[str, list[tuple[tuple[bool, str, str], str | None, int, str, str]]] = defaultdict(list)
    for family, unread, published, key, *which in many.among(connection, query, family_members.c.family, families):
        held[family].append((telling_first(unread, published, key), published, *which))
    firsts = {family: min(members) for family, members in held.items()}
    return {
        family: Teller(number, _rank(published_day(published), order[2]), site_of(site, url))
        for family, (order, published, number, site, url) in firsts.items()
    }


def telling_first(unread: bool, published: str | None, key: str) -> tuple[bool, str, str]:
    """Return by what the members of a family are in order, its teller first: what is read, by time, then by id."""
    time = _NEVER if published is None or published_day(published) == ordering.UNDATED else iso(published)
    return bool(unread), time, key


def site_of(name: str, url: str) -> int:
    """Return a hash of a site's name, of 32 bits: sites are told apart by it as words are.

    0: it is not known. What was imported from a folder has the folder's name, which may hold texts of many outlets.
    """
    return ordering.site_number(name) >> 32 if name and not url.startswith("file:") else 0


def placed(connection: Connection, families: Iterable[str]) -> dict[str, Placed]:
    """Return how those of these families stand that were placed."""
    rows = many.among(connection, select(story_families), story_families.c.family, families)
    return {row.family: row for row in map(_as_placed, rows)}


def standing(connection: Connection) -> dict[str, Placed]:
    """Return where all families stand, without what they tell."""
    column = story_families.c
    query = select(column.family, column.rank, column.teller, column.story, column.strand)
    return {row[0]: Placed(*row) for row in many.rows(connection, query.where(column.rank.is_not(None)))}


def signs_astray(connection: Connection) -> int:
    """Return how many signs are kept that no family has, or are not kept though one has them."""
    query = select(story_families.c.rank, story_families.c.signs).where(story_families.c.rank.is_not(None))
    had = (
        (sign, rank) for rank, signs in many.rows(connection, query) for sign in unpack(f"<{len(signs) // 8}q", signs)
    )
    kept = many.rows(connection, select(story_signs.c.sign, story_signs.c.rank))
    return len(np.setxor1d(_as_numbers(had), _as_numbers(kept)))


def _as_numbers(pairs: Iterable[Iterable[int]]) -> NDArray[np.uint64]:
    """Return a number for each pair: of a million families there are ten million, hardly two of which have the same."""
    sides = np.fromiter(chain.from_iterable(pairs), np.int64).astype(np.uint64).reshape(-1, 2)
    return sides[:, 0] * _MIXED + sides[:, 1]


def told_by(connection: Connection, names: Iterable[str]) -> dict[str, list[Placed]]:
    """Return the families of each of these stories that has any."""
    found: dict[str, list[Placed]] = defaultdict(list)
    query = select(story_families).where(story_families.c.rank.is_not(None))
    for row in map(_as_placed, many.among(connection, query, story_families.c.story, names)):
        found[row.story or ""].append(row)
    return found


def of_days(connection: Connection, first: int, last: int) -> list[Placed]:
    """Return the families of these days, by rank."""
    where = story_families.c.rank.between(first_of(first), first_of(last + 1) - 1)
    return sorted(_placed(connection, where), key=lambda row: (row.rank or 0, row.family))


def of_strands(connection: Connection, ids: Iterable[int], days: range | None = None) -> list[Placed]:
    """Return the families told with these strands, of some days or all."""
    column = story_families.c
    inside = column.rank.between(first_of(days.start), first_of(days.stop) - 1) if days else true()
    query = select(story_families).where(inside)
    return [_as_placed(row) for row in many.among(connection, query, column.strand, ids)]


def of_ranks(connection: Connection, asked: Iterable[int]) -> list[Placed]:
    """Return the families of these ranks."""
    return [_as_placed(row) for row in many.among(connection, select(story_families), story_families.c.rank, asked)]


def gone(connection: Connection) -> list[Placed]:
    """Return the families that are no more, whose stories do not know yet."""
    return _placed(connection, story_families.c.rank.is_(None) & (story_families.c.story.is_not(None)))


def told(connection: Connection, tellers: Iterable[int]) -> dict[int, Told]:
    """Return what those of these tellers tell of which it is known."""
    query = select(own_texts.c.article_id, own_texts.c.terms, own_texts.c.weights)
    rows = many.among(connection, query, own_texts.c.article_id, tellers)
    return {teller: (terms, weights) for teller, terms, weights in rows}


def vectors(told: Sequence[Told]) -> Vectors:
    """Return what is told, in the same order."""
    terms, weights = (b"".join(each[side] for each in told) for side in range(2))
    ends = np.cumsum([len(terms) // 4 for terms, _ in told], dtype=np.int64)
    keys = np.frombuffer(terms, "<u4").astype(np.uint32)
    return Vectors(ends, keys, np.frombuffer(weights, "<u2") * np.float32(PART))


def sites(rows: Sequence[Placed]) -> Hashes32:
    """Return hashes of the sites of these families, 0 where one is not known."""
    return np.array([row.site for row in rows], np.uint32)


def fresh(connection: Connection) -> set[str]:
    """Return the families that were placed since they were told."""
    placed = (story_families.c.fresh == 1) & story_families.c.rank.is_not(None)
    return set(connection.execute(select(story_families.c.family).where(placed)).scalars())


def later(connection: Connection, signs: Iterable[int], day: int) -> list[Placed]:
    """Return the families after this day that have one of these signs."""
    query = select(story_signs.c.rank).where(story_signs.c.rank >= first_of(day + 1))
    return of_ranks(connection, {rank for (rank,) in many.among(connection, query, story_signs.c.sign, signs)})


def earlier(connection: Connection, signs: Iterable[int], day: int, most: int) -> dict[int, list[int]]:
    """Return for each of these signs the ranks of the last families before this day that have it, at most `most`."""
    place = func.row_number().over(partition_by=story_signs.c.sign, order_by=story_signs.c.rank.desc()).label("place")
    asked = many.within(connection, story_signs.c.sign)
    placed = select(story_signs, place).where(asked, story_signs.c.rank < first_of(day)).subquery()
    query = select(placed.c.sign, placed.c.rank).where(placed.c.place <= most)
    found: dict[int, list[int]] = defaultdict(list)
    for sign, rank in many.each(connection, query, signs):
        found[sign].append(rank)
    return found


def merges(connection: Connection) -> dict[int, tuple[int, int]]:
    """Return what each strand that went up in another went up in, and on which day."""
    return {row.id: (row.into, row.day) for row in connection.execute(select(strands))}


def place(
    connection: Connection,
    before: Mapping[str, Placed],
    now: Sequence[Placed],
    due: Set[Due],
) -> None:
    """Store where families stand now, given where they stood before, and what has to be told again."""
    signed, signs = ({(sign, row.rank or 0) for row in rows for sign in row.signs} for rows in (before.values(), now))
    left = signed - signs
    # An article that told for another family before, of which this is not said yet, has its rank.
    others = map(_as_placed, many.among(connection, select(story_families), story_families.c.rank, _ranks(left)))
    left -= {(sign, row.rank) for row in others if row.family not in before for sign in row.signs}
    many.alter(connection, _UNSIGNED, [{"one": sign, "at": rank} for sign, rank in sorted(left)])
    rows = [{"sign": sign, "rank": rank} for sign, rank in sorted(signs - signed)]
    many.insert(connection, story_signs, rows, "keep")
    # Those that stand as they stood, which is half of them, are only to be told again.
    moved = [row for row in now if row.family not in before or before[row.family]._replace(fresh=row.fresh) != row]
    placed = {row.family for row in now}
    stood = placed - {row.family for row in moved}
    many.alter(
        connection, _REFRESHED, [{"name": row.family, "again": int(row.fresh)} for row in now if row.family in stood]
    )
    many.drop(connection, story_families.c.family, (before.keys() | placed) - stood)
    many.insert(connection, story_families, [_row(row) for row in moved])
    many.insert(connection, days_due, [_due_row(row) for row in sorted(due, key=lambda row: row.day)])


def _ranks(signed: Set[tuple[int, int]]) -> set[int]:
    return {rank for _, rank in signed}


def settle(connection: Connection, families: Sequence[str]) -> None:
    """Say that these families are no longer due."""
    many.drop(connection, families_due.c.family, families)


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
    many.alter(connection, _TELLING, rows)
    connection.execute(delete(story_families).where(story_families.c.rank.is_(None)))
    many.drop(connection, stories.c.id, {*dropped, *(story.id for story in found)})
    held = [{"id": story.id, "label": story.label, "terms": json.dumps(story.terms)} for story in found]
    many.insert(connection, stories, held)
    many.drop(connection, strands.c.id, {*parted, *merged})
    many.insert(connection, strands, [{"id": one, "into": into, "day": day} for one, (into, day) in merged.items()])
    connection.execute(delete(days_due))


def forget(connection: Connection) -> None:
    """Have everything placed and told anew; families stay in their stories until then."""
    for table in (story_signs, story_edges, story_heads, strands, days_due, families_due):
        connection.execute(delete(table))
    connection.execute(
        update(story_families).values(
            rank=None, teller=None, strand=None, signs=b"", alone=0, fresh=1, terms=b"", weights=b"", tied=0
        )
    )


def due(connection: Connection, families: Iterable[str]) -> None:
    """Note families that may be other than when stories were last told."""
    many.insert(connection, families_due, [{"family": family} for family in sorted(set(families))], "keep")


_UNSIGNED = delete(story_signs).where(story_signs.c.sign == bindparam("one"), story_signs.c.rank == bindparam("at"))
_REFRESHED = (
    update(story_families)
    .where(story_families.c.family == bindparam("name"), story_families.c.fresh != bindparam("again"))
    .values(fresh=bindparam("again"))
)
_TELLING = (
    update(story_families)
    .where(story_families.c.family == bindparam("name"))
    .values(story=bindparam("now"), strand=bindparam("with_"), alone=bindparam("apart"), fresh=literal_column("0"))
)


def _placed(connection: Connection, where: Any) -> list[Placed]:
    return list(map(_as_placed, many.rows(connection, select(story_families).where(where))))


def _as_placed(row: Sequence[Any]) -> Placed:
    family, story, rank, teller, strand, alone, fresh, terms, weights, tied, signs, site = row
    signed = unpack(f"<{len(signs) // 8}q", signs)
    return Placed(family, rank, teller, story, strand, bool(alone), bool(fresh), (terms, weights), tied, signed, site)


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
        "signs": pack(f"<{len(row.signs)}q", *row.signs),
        "site": row.site,
    }


def _due_row(row: Due) -> dict[str, Any]:
    return {"day": row.day, "rank": row.rank, "strand": row.strand, "moved": int(row.moved), "tied": int(row.tied)}
