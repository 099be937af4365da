"""Many values asked for at once and many rows written at once, without what SQLAlchemy does for each of them."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Literal, TypeVar, TypeVarTuple, cast

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Delete,
    Dialect,
    Insert,
    Row,
    Select,
    String,
    Table,
    Text,
    TypeDecorator,
    Update,
    any_,
    bindparam,
    delete,
    literal_column,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.dialects.sqlite import pysqlite

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")
Values = Iterable[str] | Iterable[int]
# What becomes of a row whose primary key another has: an error, nothing, or it takes the other's place.
Clash = Literal["error", "keep", "replace"]

# Values in one statement: far more than SQLite has parameters for, and soon read.
_AT_ONCE = 10_000
# As a rule what one short transaction takes.
_CHUNK = 1_000
# Rows fetched at once: more would live for so long that they cost Python's collector more than they save.
_ROWS = 500


def among(
    connection: Connection, query: Select[*_Ts], column: ColumnElement[Any], values: Values
) -> Iterator[Row[*_Ts]]:
    """Yield the rows of `query` whose `column` is one of `values`: of some thousand values after the other, sorted."""
    return each(connection, query.where(within(connection, column)), values)


def within(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return what holds of rows whose `column` is one of the values that `each` is given for the whole statement."""
    if connection.dialect.name == "postgresql":
        kind = Text() if isinstance(column.type, String) else BigInteger()
        return column == any_(bindparam("values", type_=postgresql.ARRAY(kind)))
    return column.in_(_LISTED)


def each(connection: Connection, query: Select[*_Ts], values: Values) -> Iterator[Row[*_Ts]]:
    """Yield the rows of `query`, made with `within`, for these values."""
    for some in _bound(connection, values):
        yield from rows(connection, query, some)


def rows(
    connection: Connection, query: Select[*_Ts], parameters: Mapping[str, Any] | None = None
) -> Iterator[Row[*_Ts]]:
    """Yield the rows of `query`, some hundred at a time."""
    for some in connection.execute(query, parameters).partitions(_ROWS):
        yield from some


def drop(connection: Connection, column: Column[Any], values: Values) -> None:
    """Delete the rows whose `column` is one of `values`."""
    statement = delete(column.table).where(within(connection, column))
    for some in _bound(connection, values):
        connection.execute(statement, some)


def insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], clash: Clash = "error") -> None:
    """Insert rows that all have the same names."""
    if rows:
        _run(connection, _inserting(connection.dialect.name, table, tuple(rows[0]), clash), rows)


def alter(connection: Connection, statement: Insert | Update | Delete, rows: Sequence[Mapping[str, Any]]) -> None:
    """Execute a statement for each of these rows, which all have the same names: those of all its parameters."""
    if rows:
        _run(connection, _altering(connection.dialect.name, statement, tuple(rows[0])), rows)


# In an array the parts of a string that has NUL between them, at which json_each would end it.
_LISTED = text(
    "SELECT CASE one.type WHEN 'array' THEN (SELECT group_concat(part.value, char(0)) FROM json_each(one.value) part)"
    " ELSE one.value END FROM json_each(:values) one"
).columns(literal_column("value"))


def _bound(connection: Connection, values: Values) -> Iterator[dict[str, Any]]:
    """Yield the parameters of a statement made with `within`."""
    # In order, so that neither what is read nor how depends on sets.
    ordered: list[Any] = sorted(set(values))
    for start in range(0, len(ordered), _AT_ONCE):
        some = ordered[start : start + _AT_ONCE]
        yield {"values": some if connection.dialect.name == "postgresql" else _written(some)}


def _written(values: Sequence[Any]) -> str:
    # With escapes, halves of surrogate pairs would become other text instead of an error.
    written = json.dumps(values, ensure_ascii=False)
    if r"\u0000" not in written:
        return written
    return json.dumps([value.split("\0") if "\0" in value else value for value in values], ensure_ascii=False)


# Their statements call parameters by name, as rows do.
_BY_NAME: dict[str, Dialect] = {
    "postgresql": cast(Any, psycopg.PGDialect_psycopg)(paramstyle="pyformat"),
    "sqlite": pysqlite.SQLiteDialect_pysqlite(paramstyle="named"),
}

# SQL, and what has to be done to values before they are stored, by name.
_Prepared = tuple[str, Mapping[str, Callable[[Any, Dialect], Any]]]


def _run(connection: Connection, prepared: _Prepared, rows: Sequence[Mapping[str, Any]]) -> None:
    sql, processes = prepared
    if processes:
        dialect = connection.dialect
        rows = [{**row, **{name: process(row[name], dialect) for name, process in processes.items()}} for row in rows]
    connection.exec_driver_sql(sql, cast(list[dict[str, Any]], rows))


@lru_cache(maxsize=128)
def _inserting(dialect: str, table: Table, names: tuple[str, ...], clash: Clash) -> _Prepared:
    # Inline: nobody asks for the numbers that the rows are given.
    adding = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table).inline()
    if clash == "keep":
        adding = adding.on_conflict_do_nothing()
    elif clash == "replace":
        key = [column.name for column in table.primary_key]
        adding = adding.on_conflict_do_update(
            index_elements=key, set_={name: adding.excluded[name] for name in names if name not in key}
        )
    return _prepared(dialect, adding, names)


@lru_cache(maxsize=128)
def _altering(dialect: str, statement: Insert | Update | Delete, names: tuple[str, ...]) -> _Prepared:
    return _prepared(dialect, statement, names)


def _prepared(dialect: str, statement: Insert | Update | Delete, names: Sequence[str]) -> _Prepared:
    compiled = cast(Any, statement.compile(dialect=_BY_NAME[dialect], column_keys=list(names)))
    kinds = {name: bound.type for name, bound in compiled.binds.items()}
    return str(compiled), {
        name: each.process_bind_param for name, each in kinds.items() if isinstance(each, TypeDecorator)
    }


def chunks(values: Iterable[_T], most: int = _CHUNK) -> Iterator[list[_T]]:
    """Yield lists of at most so many values."""
    rest = iter(values)
    while chunk := list(islice(rest, most)):
        yield chunk
