"""Units, sites and samples at rest: what grouping knows of every text of every site, read as columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, delete, select, update

from dedup import ordering
from dedup.arrays import SITE_BITS, Counted, Furniture, Hashes64, Line, Units
from dedup.corpus import many, schema
from dedup.errors import CorpusError


@dataclass(slots=True)
class Sites:
    """Every site's number by its name, and by its number what it repeats, its furniture, and its counted keys.

    And what a person said of its words, as the last update followed it; nothing of most sites.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    repeated: dict[int, Hashes64] = field(default_factory=dict)
    furniture: dict[int, Furniture] = field(default_factory=dict)
    counted: dict[int, Counted] = field(default_factory=dict)
    said: dict[int, tuple[Line, ...]] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """Return the number of a site, a new one if it has none yet; raises CorpusError past a million sites."""
        number = self.numbers.setdefault(name, len(self.numbers))
        if number >= 1 << SITE_BITS:
            raise CorpusError(f"a corpus holds articles of at most {1 << SITE_BITS:,} sites")
        return number


class Held(NamedTuple):
    """A unit as it is stored: its number, site, text (the hash of it) and article."""

    number: int
    site: str
    text: str
    article: str


@dataclass(frozen=True, slots=True)
class Moves:
    """What became of units since the last update.

    New ones, those that another article stands for now, those that are no more, and the articles that stood for these.
    `again` are units of before for which an article that came or changed stands now. `stands` tells which of the
    articles asked for stand, or stood, for units; `days` when what stands for units was published: both by the units'
    numbers.
    """

    born: Sequence[Held]
    renamed: Sequence[Held]
    dead: Sequence[Held]
    left: Sequence[str]
    again: Sequence[Held]
    stands: Mapping[int, str]
    days: Mapping[int, int]


def read_sites(connection: Connection) -> Sites:
    """Return all sites."""
    found = Sites()
    for row in connection.execute(select(schema.sites)):
        found.numbers[row.site] = row.id
        found.repeated[row.id] = np.frombuffer(row.repeated, "<u8")
        both = np.frombuffer(row.furniture, _FURNITURE)
        found.furniture[row.id] = Furniture(both["key"].astype(np.uint64), both["since"].astype(np.int32))
        families = np.frombuffer(row.families, "<u4").astype(np.int64)
        found.counted[row.id] = Counted(np.frombuffer(row.counted, "<u8"), families, np.frombuffer(row.since, "<i4"))
        if row.said:
            found.said[row.id] = tuple(_lines(np.frombuffer(row.said, "<u8").tolist()))
    return found


def _lines(written: list[int]) -> Iterator[Line]:
    """Yield lines as `_said` wrote them."""
    place = 0
    while place < len(written):
        repeated, count = written[place : place + 2]
        place += 2 + count
        yield Line(tuple(written[place - count : place]), bool(repeated))


def _said(lines: Iterable[Line]) -> bytes:
    """Return lines as they are stored, each after whether it is repeated and how many words it has (uint64)."""
    written = [number for line in lines for number in (int(line.repeated), len(line.words), *line.words)]
    return np.array(written, "<u8").tobytes()


_LEARNED = ("repeated", "furniture", "counted", "families", "since", "said")
_FURNITURE = np.dtype([("key", "<u8"), ("since", "<i4")])
# Units in a row of columns.
_PAGE = 4_096
_STORED: Mapping[str, str] = {
    "sites": "<i4",
    "texts": "<u8",
    "own": "<u8",
    "sizes": "<i4",
    "strict": "<i8",
    "days": "<i4",
}


def read_units(connection: Connection, sites: Sites) -> Units:
    """Return all units as columns."""
    rows = connection.execute(select(schema.unit_columns).order_by(schema.unit_columns.c.page)).all()
    found = empty(sum(len(row.sites) for row in rows) // 4)
    for name, kind in _STORED.items():
        start = 0
        for row in rows:
            part = np.frombuffer(getattr(row, name), kind)
            getattr(found, name)[start : start + len(part)] = part
            start += len(part)
    order_units(found, sites, np.flatnonzero(found.sites >= 0))
    return found


def empty(count: int) -> Units:
    """Return `count` units that are none."""
    return Units(
        sites=np.full(count, -1, np.int32),
        texts=np.zeros(count, np.uint64),
        own=np.zeros(count, np.uint64),
        order=np.zeros(count, np.uint64),
        sizes=np.zeros(count, np.int32),
        strict=np.full(count, -1, np.int64),
        days=np.zeros(count, np.int32),
    )


def order_units(units: Units, sites: Sites, which: NDArray[np.int64]) -> None:
    """Give these units their `order`: a mixture of the hashes of text and site."""
    salts = np.zeros(len(sites.numbers), dtype=np.uint64)
    for name, number in sites.numbers.items():
        salts[number] = ordering.site_number(name)
    units.order[which] = ordering.order(units.texts[which], salts[units.sites[which]])


def moves(connection: Connection, changed: Set[str], first_new: int) -> Moves:
    """Return what the articles that came, changed or went do to units; new ones get numbers from `first_new` on."""
    now = _carried(connection, changed)
    stored = _stored(connection, changed, {text for _, text in now})
    firsts = _firsts(connection, {text for _, text in {*now, *((held.site, held.text) for held in stored)}})
    known = {(held.site, held.text): held for held in stored}
    born = [
        Held(first_new + place, site, text, firsts[site, text][0])
        for place, (site, text) in enumerate(sorted(now - known.keys()))
    ]
    renamed = [
        Held(held.number, held.site, held.text, firsts[where][0])
        for where, held in known.items()
        if where in firsts and firsts[where][0] != held.article
    ]
    dead = [held for where, held in known.items() if where not in firsts]
    left = [held.article for where, held in known.items() if firsts.get(where, ("", 0))[0] != held.article]
    asked = [held for held in stored if held.article in changed]
    kept = [held for held in asked if firsts.get((held.site, held.text), ("", 0))[0] == held.article]
    alive = [held for held in (*asked, *born, *renamed) if (held.site, held.text) in firsts]
    days = {held.number: firsts[held.site, held.text][1] for held in alive}
    return Moves(born, renamed, dead, left, [*kept, *renamed], {held.number: held.article for held in asked}, days)


def articles_of(connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Return which articles stand for these units, by the units' numbers."""
    table = schema.units
    return dict(many.among(connection, select(table.c.id, table.c.article), table.c.id, numbers))


def read_samples(connection: Connection, sites: Sequence[int]) -> dict[int, bytes]:
    """Return the sketches that stand for these sites, as they are stored (uint64), by their units."""
    table = schema.samples
    query = select(table.c.unit_id, table.c["keys"])
    return dict(many.among(connection, query, table.c.site_id, sites))


def save_sites(connection: Connection, before: Sites, now: Sites) -> None:
    """Store the sites that are new or of which something is other than before."""
    rows = [
        {
            "id": number,
            "site": name,
            "repeated": now.repeated[number].astype("<u8").tobytes(),
            "furniture": _written(now.furniture[number]),
            "since": now.counted[number].since.astype("<i4").tobytes(),
            "counted": now.counted[number].keys.astype("<u8").tobytes(),
            "families": now.counted[number].families.astype("<u4").tobytes(),
            "said": _said(now.said.get(number, ())),
        }
        for name, number in now.numbers.items()
        if number not in before.repeated
        or now.counted[number] is not before.counted[number]
        or now.repeated[number] is not before.repeated[number]
        or now.furniture[number] is not before.furniture[number]
        or now.said.get(number) != before.said.get(number)
    ]
    known = [row for row in rows if row["id"] in before.repeated]
    many.alter(
        connection, _LEARNING, [{"number": row["id"], **{name: row[name] for name in _LEARNED}} for row in known]
    )
    many.insert(connection, schema.sites, [row for row in rows if row["id"] not in before.repeated])


def save_units(connection: Connection, before: Units, now: Units, moved: Moves) -> None:
    """Store the units that are new, other than before, or no more."""
    many.drop(connection, schema.units.c.id, [held.number for held in moved.dead])
    rows = [
        {"id": held.number, "site_id": int(now.sites[held.number]), "text": held.text, "article": held.article}
        for held in moved.born
    ]
    many.insert(connection, schema.units, rows)
    many.alter(connection, _RENAMING, [{"number": held.number, "name": held.article} for held in moved.renamed])
    _save_columns(connection, before, now)


def save_samples(
    connection: Connection, before: Units, now: Units, fresh: Mapping[int, Hashes64], gone: Iterable[int]
) -> None:
    """Keep the sketches of units that stand for their sites now, and no longer those of others."""
    left = [{"site": int(before.sites[number]), "unit": number} for number in gone]
    many.alter(connection, _UNSAMPLED, left)
    rows = [
        {"site_id": int(now.sites[number]), "unit_id": number, "keys": keys.astype("<u8").tobytes()}
        for number, keys in fresh.items()
    ]
    # What stands there already is damage, and would end every update with an error.
    many.insert(connection, schema.samples, rows, "replace")


_LEARNING = (
    update(schema.sites)
    .where(schema.sites.c.id == bindparam("number"))
    # The key and the name are left out: setting them, even to what they are, has every unit looked through.
    .values({name: bindparam(name) for name in _LEARNED})
)
_RENAMING = update(schema.units).where(schema.units.c.id == bindparam("number")).values(article=bindparam("name"))
_UNSAMPLED = delete(schema.samples).where(
    schema.samples.c.site_id == bindparam("site"), schema.samples.c.unit_id == bindparam("unit")
)


def _written(furniture: Furniture) -> bytes:
    both = np.empty(len(furniture.keys), _FURNITURE)
    both["key"], both["since"] = furniture.keys, furniture.since
    return both.tobytes()


def _save_columns(connection: Connection, before: Units, now: Units) -> None:
    """Store the pages of columns of which something is other than before; `before` has room for new units."""
    rows = []
    for page, start in enumerate(range(0, len(now.sites), _PAGE)):
        part = slice(start, start + _PAGE)
        if any(not np.array_equal(getattr(before, name)[part], getattr(now, name)[part]) for name in _STORED):
            row = {name: getattr(now, name)[part].astype(kind).tobytes() for name, kind in _STORED.items()}
            rows.append({"page": page, **row})
    many.insert(connection, schema.unit_columns, rows, "replace")


def _carried(connection: Connection, keys: Iterable[str]) -> set[tuple[str, str]]:
    """Return the sites and texts of these articles, as far as there still are any."""
    articles, texts = schema.articles, schema.texts
    query = select(articles.c.site, texts.c.hash).join(texts, texts.c.id == articles.c.text_id)
    return {(site, text) for site, text in many.among(connection, query, articles.c.key, keys)}


def _stored(connection: Connection, keys: Iterable[str], texts: Iterable[str]) -> list[Held]:
    """Return the units for which these articles stand, and those of these texts."""
    table = schema.units
    columns = (table.c.id, schema.sites.c.site, table.c.text, table.c.article)
    query = select(*columns).join(schema.sites, schema.sites.c.id == table.c.site_id)
    found: dict[int, Held] = {}
    for column, wanted in ((table.c.article, keys), (table.c.text, texts)):
        found.update((row[0], Held(*row)) for row in many.among(connection, query, column, wanted))
    return list(found.values())


def _firsts(connection: Connection, texts: Iterable[str]) -> dict[tuple[str, str], tuple[str, int]]:
    """Return the first article, by id, of each site that carries one of these texts, and its day, by site and text."""
    articles, table = schema.articles, schema.texts
    columns = (articles.c.site, table.c.hash, articles.c.key, schema.as_text(articles.c.published))
    query = select(*columns).join(table, table.c.id == articles.c.text_id)
    found: dict[tuple[str, str], tuple[str, str | None]] = {}
    for site, text, key, published in many.among(connection, query, table.c.hash, texts):
        # Not left to the database: what comes first there may depend on its locale.
        if (site, text) not in found or key < found[site, text][0]:
            found[site, text] = key, published
    return {where: (key, schema.published_day(published)) for where, (key, published) in found.items()}
