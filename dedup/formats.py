"""Exported articles as JSON Lines, CSV or Parquet, and tables of any columns as the latter two, row after row."""

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, Any, TextIO

from dedup.disarming import disarmed
from dedup.errors import GemaError, Refused
from dedup.exports import Exported
from dedup.records import Article

ARTICLE = tuple(field.name for field in fields(Article))
GROUPS = tuple(field.name for field in fields(Exported) if field.name != "article")
_TIMES = frozenset({"published", "modified", "fetched"})
_LISTS = frozenset({"authors", "editors", "sources", "marks", "tags"})
# Rows of a Parquet row group: what is in memory at a time.
_ROWS = 5_000


class Format(StrEnum):
    """What exports are written as."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class Kind(StrEnum):
    """What the values of a column are."""

    TEXT = "text"
    LIST = "list of texts"
    TIME = "time"
    COUNT = "whole number"
    NUMBER = "number"
    FLAG = "true or false"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name, what its values are, what they mean and what they are counted in."""

    name: str
    kind: Kind = Kind.TEXT
    meaning: str = ""
    unit: str = ""


def format_of(file: Path | None, named: Format | None) -> Format:
    """Return the format that is named, else that of the file's ending, else JSON Lines.

    Raises Refused where the ending tells nothing, or the format cannot go to standard output (None).
    """
    if named is None and file is not None:
        endings = {".jsonl": Format.JSONL, ".ndjson": Format.JSONL, ".csv": Format.CSV, ".parquet": Format.PARQUET}
        if file.suffix.lower() not in endings:
            raise Refused(f"the ending of {file} tells no format: name one with --format jsonl, csv or parquet")
        return endings[file.suffix.lower()]
    if file is None and named is Format.PARQUET:
        raise Refused("Parquet needs a file that can be gone back in: name one with -o FILE.parquet")
    return named or Format.JSONL


def write_file(rows: Iterable[Exported], file: Path, kind: Format, force: bool = False) -> int:
    """Write rows into `file`, which takes its name only when it is whole; return how many there were.

    Raises Refused where the file is there, unless `force`, or is a folder or no file at all; GemaError where Parquet
    cannot be written without pyarrow; OSError.
    """
    if file.is_dir():
        raise Refused(f"{file} is a folder: name a file in it")
    place = file.resolve().parent
    if not place.is_dir():
        raise Refused(f"there is no folder {place}: make it first")
    if file.exists() and not file.is_file():
        raise Refused(f"{file} is a device or a pipe, which no file can replace: -o - is standard output")
    if file.exists() and not force:
        raise Refused(f"{file} exists: name another file, or overwrite it with --force")
    writer = _BINARY[kind]
    with unfinished(file) as out:
        return writer(rows, out)


def write_text(rows: Iterable[Exported], out: TextIO, kind: Format) -> int:
    """Write rows as JSON Lines or CSV, their line ends as they are; return how many there were."""
    return _TEXT[kind](rows, out)


@contextmanager
def unfinished(file: Path) -> Iterator[IO[bytes]]:
    """Yield a file beside `file`; once all is written and on the disk it becomes `file`, or nothing of it remains.

    A link stays one: what it leads to is written. Raises Refused where that is a device or a pipe.
    """
    file = file.resolve()
    if file.exists() and not file.is_file():
        raise Refused(f"{file} is no file that can be replaced: name another")
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


# --- rows -------------------------------------------------------------------------------------------


def record(row: Exported) -> dict[str, Any]:
    """Return an exported article by the names of its fields, as they are."""
    return {name: getattr(row.article, name) for name in ARTICLE} | {name: getattr(row, name) for name in GROUPS}


def _in_json(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _in_cell(value: Any) -> str:
    """Return a value as a cell: times as ISO 8601 in UTC, lists as JSON, nothing as "", formulas as text."""
    if isinstance(value, str):
        return disarmed(value)
    if value is None or value == ():
        return ""
    if isinstance(value, bool | tuple):
        return json.dumps(value, ensure_ascii=False)
    # Numbers too: what is below zero is one, and no formula.
    return str(_in_json(value))


def write_cells(rows: Iterable[Sequence[Any]], out: TextIO) -> None:
    """Write rows of values as CSV, each as the cell that `export` would write."""
    writer = csv.writer(out)
    writer.writerows(map(_in_cell, row) for row in rows)


def _json_lines(rows: Iterable[Exported], out: TextIO) -> int:
    count = 0
    for row in rows:
        # ASCII only, so inert in a terminal.
        out.write(json.dumps({name: _in_json(value) for name, value in record(row).items()}) + "\n")
        count += 1
    return count


def _csv(rows: Iterable[Exported], out: TextIO) -> int:
    return write_table((*ARTICLE, *GROUPS), (record(row).values() for row in rows), out)


def write_table(names: Iterable[str], rows: Iterable[Iterable[Any]], out: TextIO) -> int:
    """Write rows of values under these names as CSV, formulas as text; return how many there were."""
    writer = csv.writer(out)
    writer.writerow(names)
    count = 0
    for row in rows:
        writer.writerow(map(_in_cell, row))
        count += 1
    return count


def _parquet(rows: Iterable[Exported], out: IO[bytes]) -> int:
    return write_parquet(_COLUMNS, (record(row) for row in rows), out)


def write_parquet(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], out: IO[bytes]) -> int:
    """Write rows, which have a value for every column, as Parquet; return how many there were.

    What a column means goes with it. Raises GemaError without pyarrow.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise GemaError("Parquet needs pyarrow: pip install 'gema-news[parquet]'") from error
    kinds: Mapping[Kind, Any] = {
        Kind.TEXT: pa.string(),
        Kind.LIST: pa.list_(pa.string()),
        Kind.TIME: pa.timestamp("us", "UTC"),
        Kind.COUNT: pa.int64(),
        Kind.NUMBER: pa.float64(),
        Kind.FLAG: pa.bool_(),
    }
    schema = pa.schema([pa.field(each.name, kinds[each.kind], metadata=_described(each)) for each in columns])
    count, rest = 0, iter(rows)
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        while chunk := list(islice(rest, _ROWS)):
            writer.write_table(pa.Table.from_pylist(chunk, schema=schema))
            count += len(chunk)
    return count


def _described(column: Column) -> dict[str, str] | None:
    said = {"meaning": column.meaning, "unit": column.unit}
    return {name: value for name, value in said.items() if value} or None


_KINDS = {
    **dict.fromkeys(_TIMES, Kind.TIME),
    **dict.fromkeys(_LISTS, Kind.LIST),
    "family_size": Kind.COUNT,
    "is_first": Kind.FLAG,
}
_COLUMNS = tuple(Column(name, _KINDS.get(name, Kind.TEXT)) for name in (*ARTICLE, *GROUPS))


def _encoded(writer: Callable[[Iterable[Exported], TextIO], int]) -> Callable[[Iterable[Exported], IO[bytes]], int]:
    def write(rows: Iterable[Exported], out: IO[bytes]) -> int:
        text = TextIOWrapper(out, encoding="utf-8", newline="")
        count = writer(rows, text)
        text.detach()
        return count

    return write


_TEXT: Mapping[Format, Callable[[Iterable[Exported], TextIO], int]] = {Format.JSONL: _json_lines, Format.CSV: _csv}
_BINARY: Mapping[Format, Callable[[Iterable[Exported], IO[bytes]], int]] = {
    **{kind: _encoded(writer) for kind, writer in _TEXT.items()},
    Format.PARQUET: _parquet,
}
