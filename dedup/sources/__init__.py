"""Articles from files of anybody's making. A bad row is a value that is counted; a bad file is an error.

JSON (`json_rows`) and tables (`tables`) become fields, and `shapes` knows what they mean; a text file (`texts`) is an
article by itself, and WARC files (`warc`) hold pages that an extractor makes into articles. All but single rows stays
on disk.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, tzinfo
from io import BufferedReader
from pathlib import Path
from typing import Any

from dedup.errors import SourceError
from dedup.sources import json_rows, shapes, tables, texts, warc
from dedup.sources.credited import Credit, credited, crediter
from dedup.sources.encodings import as_utf8
from dedup.sources.kinds import Found, Kind, files_in, kind_of, known_endings
from dedup.sources.rows import AnyRow, BadRow, BadRowError, NoArticle, Numbered, Row, refuse_taken_ids
from dedup.sources.texts import Clean, cleaner, titled
from dedup.sources.warc import Extract, extractor

__all__ = [
    "AnyRow",
    "BadRow",
    "Clean",
    "Credit",
    "Extract",
    "Found",
    "Kind",
    "NoArticle",
    "Row",
    "check",
    "cleaner",
    "crediter",
    "extractor",
    "files_in",
    "kind_of",
    "read",
    "refuse_taken_ids",
    "titled",
]


def check(file: Path) -> None:
    """Raise SourceError when `file` cannot be opened, or `read` does not know its kind or lacks what reads it."""
    kind = kind_of(file)
    if kind is None:
        raise SourceError(f"{file}: not a kind of file that holds articles here: {known_endings()}")
    if file.is_dir():
        raise SourceError(f"{file}: a folder, not a file. Like this: {file}/*")
    try:
        file.open("rb").close()
    except OSError as error:
        raise SourceError(f"{file}: {error.strerror}") from error
    if kind is Kind.PARQUET and not tables.can_read_parquet():
        raise SourceError(f"{file}: to read Parquet, install pyarrow: pip install 'gema-news[parquet]'")


def read(
    file: Path,
    zone: tzinfo = UTC,
    clean: Clean | None = None,
    extract: Extract | None = None,
    tell: Callable[[int], None] | None = None,
    credit: Credit | None = None,
) -> Iterator[AnyRow]:
    """Yield every row of `file` that holds something; times that name no zone are of `zone`.

    `clean` takes what is not the article out of plain text files; `extract` makes articles of the pages in WARC files;
    `credit` reads where a text says it is from, of a row that does not say.
    After each row, `tell` hears how many bytes of the file were read. Raises SourceError like `check`, and for a WARC
    file without `extract`. A file that breaks off midway ends with a BadRow.
    """
    check(file)
    number = 0
    try:
        with file.open("rb") as raw:
            for row in _rows(file, raw, zone, clean or texts.as_it_is, extract, credit):
                number = row.number
                yield row
                if tell is not None and not raw.closed:
                    tell(raw.tell())
    except BadRowError as error:
        yield BadRow(file, number + 1, str(error))
    except (OSError, EOFError, zlib.error) as error:
        yield BadRow(file, number + 1, f"the file cannot be read from here on: {error}")


def _rows(
    file: Path, raw: BufferedReader, zone: tzinfo, clean: Clean, extract: Extract | None, credit: Credit | None
) -> Iterator[AnyRow]:
    kind = kind_of(file)
    if kind is Kind.TEXT:
        yield texts.row(file, as_utf8(raw), clean, credit)
    elif kind is Kind.WARC:
        if extract is None:
            raise SourceError(
                f"{file}: pages, not articles; say what makes articles of them: --extractor module:function"
            )
        yield from warc.rows(file, raw, extract, zone)
    else:
        flat = kind in {Kind.CSV, Kind.TSV, Kind.PARQUET}
        for number, fields in _fields(kind, file, raw):
            yield _row(file, number, fields, zone, flat, credit)


def _fields(kind: Kind | None, file: Path, raw: BufferedReader) -> Iterator[Numbered]:
    if kind is Kind.PARQUET:
        return tables.parquet_rows(raw)
    stream = as_utf8(BufferedReader(gzip.GzipFile(fileobj=raw)) if file.name.lower().endswith(".gz") else raw)
    if kind is Kind.JSON:
        return json_rows.items(stream)
    if kind is Kind.JSON_LINES:
        return json_rows.lines(stream)
    return tables.csv_rows(stream, "\t" if kind is Kind.TSV else "")


def _row(
    file: Path, number: int, fields: Mapping[str, Any] | BadRowError, zone: tzinfo, flat: bool, credit: Credit | None
) -> Row | BadRow:
    if isinstance(fields, BadRowError):
        return BadRow(file, number, str(fields))
    try:
        article, unread = shapes.read(fields, zone, flat=flat)
    except BadRowError as error:
        return BadRow(file, number, str(error))
    return Row(file, number, credited(article, credit), unread)
