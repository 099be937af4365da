"""Tables: CSV, whose first row names the columns, and Parquet. A row at a time, or a few."""

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator
from importlib.util import find_spec
from io import TextIOWrapper
from itertools import chain
from typing import IO, Any, BinaryIO, Self

from dedup.disarming import armed
from dedup.sources import named
from dedup.sources.rows import MOST_BYTES, NOT_UTF8, BadRowError, Numbered

_DELIMITERS = (",", ";", "\t")
_ADDRESS = re.compile(r"\w+://")
_ROWS_AT_ONCE = 64
_BUFFER_BYTES = 2**16


# --- CSV --------------------------------------------------------------------------------------------


def csv_rows(stream: IO[bytes], delimiter: str = "") -> Iterator[Numbered]:
    """Yield the rows of a CSV file, numbered as a spreadsheet numbers them: the header is row 1.

    Without a `delimiter`, the header tells whether it is a comma, a semicolon or a tab. Raises BadRowError where
    nothing more can be read.
    """
    text = TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        lines = _lines(text)
        first = next(lines, "")
        delimiter = delimiter or max(_DELIMITERS, key=first.count)
        yield from _cells(_rows(_Lines(chain([first], lines)), delimiter))
    finally:
        # Who opened the stream closes it.
        text.detach()


def _lines(text: TextIOWrapper) -> Iterator[str]:
    while line := text.readline(MOST_BYTES):
        if len(line) == MOST_BYTES:
            raise BadRowError(f"a line longer than {MOST_BYTES:,} characters: no table from here on")
        yield line


class _Lines:
    """Lines, and those of the row at hand: a row that turns out to be none can be read again, without its first."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.held: list[str] = []
        self.ended = False
        self._again: deque[str] = deque()
        self._rest = lines

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._rest, "")
        if not line:
            self.ended = True
            raise StopIteration
        self.held.append(line)
        return line

    def first_alone(self) -> str:
        """Return the first line of the row at hand; those behind it will be read again."""
        self._again.extendleft(reversed(self.held[1:]))
        self.ended = False
        return self.held[0]


def _rows(lines: _Lines, delimiter: str) -> Iterator[list[str] | BadRowError]:
    """Yield rows, and what is wrong where there is none. With tabs, quotation marks that quote nothing are text."""
    tabs = delimiter == "\t"
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.held.clear()
        # There is but one limit for the whole process; by itself it is shorter than long articles are.
        before = csv.field_size_limit(MOST_BYTES)
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield _literally(lines.first_alone()) if tabs else _misquoted(lines, error)
            continue
        finally:
            csv.field_size_limit(before)
        if row is None:
            return
        yield _literally(lines.first_alone()) if tabs and _are_rows(lines.held, len(row)) else row


def _literally(line: str) -> list[str]:
    return line.rstrip("\r\n").split("\t")


def _are_rows(lines: list[str], cells: int) -> bool:
    """Tell whether the lines of one row are as many rows: its quotation marks are of two texts, and quote nothing."""
    if len(lines) == 1:
        return False
    rows = [_literally(line) for line in lines]
    columns = zip(*rows, strict=False)
    return all(len(row) == cells for row in rows) and any(all(map(_ADDRESS.match, column)) for column in columns)


def _misquoted(lines: _Lines, error: csv.Error) -> BadRowError:
    """Return what is wrong with a row and how many lines go with it; raises it where nothing comes after."""
    if lines.ended:
        raise BadRowError("a quotation mark that is never closed: no CSV from there on") from error
    if sum(map(len, lines.held)) >= MOST_BYTES:
        raise BadRowError(f"no CSV from here on: {error}") from error
    several = f", {len(lines.held)} lines" if len(lines.held) > 1 else ""
    return BadRowError(f"a quotation mark inside of quotation marks (twice is how CSV has it){several}")


def _cells(rows: Iterator[list[str] | BadRowError]) -> Iterator[Numbered]:
    header = next(rows, None)
    if header is None:
        return
    if isinstance(header, BadRowError):
        raise header
    if reason := named.lacking(header) or _twice(header):
        raise BadRowError(reason)
    number, doubtful = 1, False
    try:
        for number, cells in enumerate(rows, 2):
            if isinstance(cells, BadRowError):
                doubtful = True
                yield number, cells
            elif any(cells):
                # What follows may be the rest of the text that broke off.
                doubtful = doubtful and len(cells) != len(header)
                yield number, _torn(header, cells) if doubtful else _named(header, cells)
    except BadRowError as error:
        yield number + 1, error


def _torn(header: list[str], cells: list[str]) -> BadRowError:
    return BadRowError(f"{len(cells)} cells under a header of {len(header)}, behind a quotation mark out of place")


def _twice(header: list[str]) -> str:
    """Return what is wrong where a column that is read stands twice, "" where none does."""
    counted = Counter(name.strip() for name in header if named.is_known(name.strip()))
    return "".join(f'two columns are called "{name}"' for name, times in counted.most_common(1) if times > 1)


def _named(header: list[str], cells: list[str]) -> dict[str, Any] | BadRowError:
    if len(cells) > len(header):
        return BadRowError(f"{len(cells)} cells under a header of {len(header)}")
    try:
        for cell in cells:
            cell.encode()
    except UnicodeEncodeError:
        return BadRowError(NOT_UTF8)
    return {name.strip(): armed(cell) for name, cell in zip(header, cells, strict=False)}


# --- Parquet ----------------------------------------------------------------------------------------


def can_read_parquet() -> bool:
    """Tell whether what reads Parquet is installed."""
    return find_spec("pyarrow") is not None


def parquet_rows(raw: BinaryIO) -> Iterator[Numbered]:
    """Yield the rows of a Parquet file. Raises BadRowError where nothing more can be read."""
    import pyarrow
    from pyarrow import parquet

    try:
        # By itself it reads all that is wanted of a file at once.
        file = parquet.ParquetFile(raw, pre_buffer=False, buffer_size=_BUFFER_BYTES)
        names = list(file.schema_arrow.names)
        if reason := named.lacking(names):
            raise BadRowError(reason)
        wanted = [
            field.name for field in file.schema_arrow if _is_wanted(field.name, pyarrow.types.is_struct(field.type))
        ]
        number = 0
        for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE, columns=wanted):
            for index in range(batch.num_rows):
                number += 1
                yield number, _row_of(batch, index)
    except (pyarrow.ArrowException, OSError) as error:
        raise BadRowError(f"no Parquet from here on: {error}") from error


def _is_wanted(name: str, is_struct: bool) -> bool:
    # A page in full, which is of no use here, takes more memory than all the rest; fundus has an object of that name.
    return named.is_known(name) or (is_struct and named.normal(name) == "html")


def _row_of(batch: Any, index: int) -> dict[str, Any] | BadRowError:
    try:
        found: dict[str, Any] = batch.slice(index, 1).to_pylist()[0]
    except (ValueError, OverflowError) as error:
        return BadRowError(f"a value that cannot be read: {error}")
    return found
