"""Stored values that are not what is read as: looked for, row by row, once something could not be read, and by `check`.

Whoever reads does not ask of each value whether it is whole: what is wrong with it is told afterwards.
"""

import json
import struct
import traceback
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Table, case, func, or_, select, type_coerce
from sqlalchemy.types import String

from dedup.corpus import many, schema
from dedup.errors import CorpusError
from dedup.records import Measures, Passage, Relation, Tie

# What comes of a value that is something else.
ERRORS = (ValueError, TypeError, KeyError, IndexError, AttributeError, struct.error, zlib.error)

_BACKUP, _REBUILD = "restore a copy that `dedup backup` made", "`dedup rebuild` makes it anew"


# The modules that take apart what is stored: `schema` its times, the others JSON and numbers in bytes.
_READERS = {
    "dedup.learning",
    *(
        f"dedup.corpus.{name}"
        for name in (
            *(
                "edges",
                "heads",
                "health",
                "labels",
                "listing",
                "meant",
                "postings",
                "results",
                "rows",
                "schema",
                "seen",
            ),
            *("store", "strands", "ties", "units", "vocabularies"),
        )
    ),
}


def is_of_reading(error: BaseException) -> bool:
    """Tell whether an error may be of a stored value: it came out of a module that takes such values apart."""
    # Opening a transaction is no reading: what is done in it may fail on its own account.
    frames = (frame for frame, _ in traceback.walk_tb(error.__traceback__) if frame.f_code.co_name not in _OPENING)
    return any(frame.f_globals.get("__name__") in _READERS for frame in frames)


_OPENING = ("reading", "transaction", "turn", "_explained")


def faults(connection: Connection) -> Iterator[str]:
    """Yield what cannot be read of a corpus, a line each: table, article or other name, column, and what to do."""
    yield from _facts(connection)
    for each in _WRITTEN:
        columns = [type_coerce(each.table.c[name], String()) for name in each.columns]
        for name, *values in many.rows(connection, select(each.table.c[each.name], *columns)):
            yield from _unread(f"{each.table.name}: {each.what} {name}", each.columns, values, each.todo)
    yield from _matches(connection)
    for table, (parts, alike) in _PACKED.items():
        yield from _cut(connection, schema.metadata.tables[table], parts, alike)


def recipe(stored: str) -> dict[str, Any]:
    """Return a stored recipe's numbers; raises CorpusError where they cannot be read."""
    try:
        return dict(json.loads(stored))
    except ERRORS as error:
        raise CorpusError(f"facts: the recipe of the results cannot be read ({error}): {_REBUILD}") from error


def _facts(connection: Connection) -> Iterator[str]:
    known = dict(connection.execute(select(schema.facts.c.name, schema.facts.c.value)).all())
    for name, read in (("recipe", _object), ("updated_at", _time)):
        if name in known:
            yield from _unread("facts:", {name: read}, [known[name]], _REBUILD)


def _matches(connection: Connection) -> Iterator[str]:
    a, b, table = schema.articles.alias(), schema.articles.alias(), schema.matches
    query = select(a.c.key, b.c.key, *(table.c[name] for name in _MATCH))
    query = query.join_from(table, a, a.c.id == table.c.a_id).join(b, b.c.id == table.c.b_id)
    for one, other, *values in many.rows(connection, query):
        yield from _unread(f"matches: {one} and {other}", _MATCH, values, _REBUILD)


def _unread(where: str, columns: "Mapping[str, _Read]", values: list[Any], todo: str) -> Iterator[str]:
    for (name, read), value in zip(columns.items(), values, strict=True):
        try:
            read(value)
        except ERRORS:
            yield f"{where} {name} cannot be read: {str(value)[:40]!r}; {todo}"


def _cut(connection: Connection, table: Table, parts: Mapping[str, int], alike: tuple[str, ...]) -> Iterator[str]:
    """Yield the rows of numbers in bytes that do not end with one, or of which one column has more than another."""
    size = {name: func.length(table.c[name]) for name in parts}
    uneven = [size[name] % width != 0 for name, width in parts.items()]
    uneven += [size[name] * parts[alike[0]] != size[alike[0]] * parts[name] for name in alike[1:]]
    uneven += [_HELD] if table is schema.story_heads else []
    first: Column[Any] = next(iter(table.primary_key.columns))
    for (name,) in connection.execute(select(first).where(or_(*uneven))):
        yield f"{table.name}: what is kept of {first.name} {name} is cut off; {_REBUILD}"


# --- how values are read -----------------------------------------------------------------------------

_Read = Callable[[Any], object]


def _time(value: str | None) -> object:
    if value is not None and datetime.fromisoformat(value).tzinfo is None:
        raise ValueError(value)
    return value


def _object(value: str) -> object:
    return json.loads(value).items()


def _words(value: str) -> object:
    return [str.strip(word) for word in json.loads(value)]


def _tie(value: str) -> object:
    return Tie(**json.loads(value)) if value else None


def _named(value: str) -> object:
    return {str.strip(word): weight + 0.0 for word, weight in json.loads(value)}


class _Written(NamedTuple):
    """A table, the column that names its rows, what they are, and how its columns are read."""

    table: Table
    name: str
    what: str
    columns: Mapping[str, _Read]
    todo: str = _REBUILD


def _times(table: Table) -> Mapping[str, _Read]:
    return {column.name: _time for column in table.columns if isinstance(column.type, schema.Time)}


_WRITTEN = (
    _Written(schema.articles, "key", "of the article", {**_times(schema.articles), "credits": _object}, _BACKUP),
    _Written(schema.revisions, "id", "of the revision", _times(schema.revisions), _BACKUP),
    _Written(schema.runs, "id", "of the run", {**_times(schema.runs), "details": _object}, _BACKUP),
    # Of what is put in and what happened, nothing can be made anew.
    *(
        _Written(table, first.name, f"of what has the {first.name}", _times(table), _BACKUP)
        for table in schema.metadata.sorted_tables
        if table not in (schema.articles, schema.revisions, schema.runs) and _times(table)
        for first in [column for column in table.primary_key.columns if column.name != "kind"][:1]
    ),
    _Written(schema.families, "id", "of the family", {"weakest": _tie}),
    _Written(schema.stories, "id", "of the story", {"terms": _words}),
    _Written(schema.own_texts, "article_id", "of the article numbered", {"named": _named}),
)
_MATCH: Mapping[str, _Read] = {
    "relation": Relation,
    "measures": lambda value: Measures(**json.loads(value)),
    "passages": lambda value: [Passage(*place) for place in json.loads(value)],
}
# There are as many holders as parts, of four bytes each where there are more ranks than two can number.
_LENGTHS = {name: func.length(schema.story_heads.c[name]) for name in ("ranks", "holders", "parts")}
_HELD = _LENGTHS["holders"] != _LENGTHS["parts"] * case((_LENGTHS["ranks"] > 8 << 16, 2), else_=1)
# Bytes of each number, by table and column; and columns that hold as many.
_PACKED: Mapping[str, tuple[Mapping[str, int], tuple[str, ...]]] = {
    "signatures": ({"minhash": 4}, ()),
    "sites": (
        {"repeated": 8, "furniture": 12, "counted": 8, "families": 4, "since": 4, "said": 8},
        ("counted", "families"),
    ),
    "unit_columns": (
        {"sites": 4, "texts": 8, "own": 8, "sizes": 4, "strict": 8, "days": 4},
        ("sites", "texts", "own", "sizes", "strict", "days"),
    ),
    "samples": ({"keys": 8}, ()),
    "postings": ({"keys": 8, "units": 4}, ("keys", "units")),
    "own_texts": ({"terms": 4, "weights": 2}, ("terms", "weights")),
    "story_families": ({"terms": 4, "weights": 2, "signs": 8}, ("terms", "weights")),
    "story_edges": ({"ends": 16}, ()),
    "story_heads": ({"ranks": 8, "terms": 4, "starts": 4, "parts": 2}, ()),
}
