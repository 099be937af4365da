"""Articles from JSON Lines and plain text. A bad row is a value that is counted; a bad file is an error."""

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from importlib.metadata import entry_points
from itertools import islice
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import urlsplit

from dedup.records import Article, SourceError
from dedup.sites import site_of_host

# From a text to the text without furniture, and its language.
Clean = Callable[[str], tuple[str, str]]

_JSON_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
_TEXT = (".txt",)
_TITLE_WORDS = 25
_SENTENCE_END = re.compile(r"[.!?…:;。！？؟।]['\"’”»)\]]*$")
# What no database keeps: NUL, and halves of surrogate pairs, which JSON can spell.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LONGEST = {"id": 255, "site": 255, "language": 16}
_LOOK_AHEAD = 500
# What our own export has besides; what other programs put under these names is taken where it fits.
_MORE = (
    *("place", "agency", "credited_source", "credited_title"),
    *("published_precision", "published_from", "section", "image", "site_name"),
)
_MORE_LISTS = ("editors", "sources", "tags")


@dataclass(frozen=True, slots=True)
class Row:
    """An article and where it stood: `number` counts the lines of `file` from 1."""

    file: Path
    number: int
    article: Article


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that gave no article, and why. As text: `file:row: reason`."""

    file: Path
    number: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.number}: {self.reason}"


def check(file: Path) -> None:
    """Raise SourceError when `file` cannot be opened or is of a kind that `read` does not know."""
    if not file.name.lower().endswith(_JSON_LINES + _TEXT):
        raise SourceError(f"{file}: not a kind of file that holds articles here: {', '.join(_JSON_LINES + _TEXT)}")
    if file.is_dir():
        raise SourceError(f"{file}: a folder, not a file. Like this: {file}/*")
    try:
        file.open("rb").close()
    except OSError as error:
        raise SourceError(f"{file}: {error.strerror}") from error


def read(file: Path, zone: tzinfo = UTC, clean: Clean | None = None) -> Iterator[Row | BadRow]:
    """Yield every row of `file` that holds something; published times that name no zone are of `zone`.

    `clean` takes what is not the article out of plain text files; rows of JSON Lines are taken as they are. Raises
    SourceError like `check`. A file that breaks off midway ends with a BadRow.
    """
    check(file)
    if file.name.lower().endswith(_TEXT):
        yield _text_file(file, clean or _as_it_is)
        return
    number = 0
    try:
        with _opened(file) as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _json_row(file, number, line, zone)
    except (OSError, EOFError, zlib.error) as error:
        yield BadRow(file, number + 1, f"the file cannot be read from here on: {error}")


def refuse_taken_ids(
    rows: Iterable[Row | BadRow], urls: Callable[[Sequence[str]], Mapping[str, str]]
) -> Iterator[Row | BadRow]:
    """Yield `rows` with those made bad whose id belongs to another address, in the corpus or further up.

    `urls` maps those of the given ids that the corpus holds to their addresses.
    """
    taken: dict[str, str] = {}
    rest = iter(rows)
    while chunk := list(islice(rest, _LOOK_AHEAD)):
        taken.update(urls([row.article.id for row in chunk if isinstance(row, Row)]))
        for row in chunk:
            if isinstance(row, BadRow):
                yield row
                continue
            owner = taken.setdefault(row.article.id, row.article.url)
            if owner == row.article.url:
                yield row
            else:
                yield BadRow(row.file, row.number, f'the "id" {row.article.id!r} belongs to {owner} already')


# --- JSON Lines -------------------------------------------------------------------------------------


def _opened(file: Path) -> IO[bytes]:
    if file.name.lower().endswith(".gz"):
        return cast("IO[bytes]", gzip.open(file, "rb"))
    return file.open("rb")


def _json_row(file: Path, number: int, line: bytes, zone: tzinfo) -> Row | BadRow:
    try:
        return Row(file, number, _article(_fields(line), zone))
    except _BadRowError as error:
        return BadRow(file, number, str(error))


class _BadRowError(Exception):
    """A row is no article; the message says why."""


def _fields(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _BadRowError("not UTF-8 text") from error
    except (ValueError, RecursionError) as error:
        raise _BadRowError(f"not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise _BadRowError('not a JSON object like {"url": …, "title": …, "text": …}')
    return fields


def _article(fields: Mapping[str, Any], zone: tzinfo) -> Article:
    url = _string(fields, "url").strip()
    if not url:
        raise _BadRowError('no "url" field')
    if fields.get("text") is None:
        raise _BadRowError('no "text" field')
    host = _host(url)
    return Article(
        url=url,
        text=_string(fields, "text"),
        title=" ".join(_string(fields, "title").split()),
        site=_string(fields, "site").strip() or site_of_host(host),
        host=host,
        authors=_authors(fields),
        published=_published(fields, zone),
        language=_string(fields, "language").strip() or "und",
        id=_string(fields, "id").strip(),
        **_more(fields),
    )


def _more(fields: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in (*_MORE, *_MORE_LISTS):
        value = fields.get(name)
        if name in _MORE and isinstance(value, str):
            found[name] = _UNSTORABLE.sub("\ufffd", value)
        elif name in _MORE_LISTS and isinstance(value, list) and all(isinstance(each, str) for each in value):
            found[name] = tuple(_UNSTORABLE.sub("\ufffd", each) for each in value)
    return found


def _string(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if name == "id" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise _BadRowError(f'"{name}" is not a string')
    if len(value) > _LONGEST.get(name, len(value)):
        raise _BadRowError(f'"{name}" is longer than {_LONGEST[name]} characters')
    return _UNSTORABLE.sub("\ufffd", value)


def _authors(fields: Mapping[str, Any]) -> tuple[str, ...]:
    value = fields.get("authors") or ()
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise _BadRowError('"authors" is not a list of strings')
    return tuple(_UNSTORABLE.sub("\ufffd", name) for name in names)


def _published(fields: Mapping[str, Any], zone: tzinfo) -> datetime | None:
    value = _string(fields, "published").strip()
    if not value:
        return None
    try:
        time = datetime.fromisoformat(value)
        return (time if time.tzinfo else time.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _BadRowError(f'"published" is no ISO 8601 time like 2025-06-19T14:05:00+07:00: {value!r}') from error


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError as error:
        raise _BadRowError(f'"url" is no address: {url!r}') from error


# --- text files -------------------------------------------------------------------------------------


def cleaner() -> Clean | None:
    """Return the installed function that cleans plain texts (entry point `gema.clean`), None where there is none."""
    for found in entry_points(group="gema.clean"):
        return cast("Clean", found.load())
    return None


def _as_it_is(text: str) -> tuple[str, str]:
    return text, "und"


def _text_file(file: Path, clean: Clean) -> Row | BadRow:
    try:
        content = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        return BadRow(file, 1, f"the file cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        return BadRow(file, 1, "not UTF-8 text")
    title, text = titled(_UNSTORABLE.sub("\ufffd", content))
    text, language = clean(text)
    if not text:
        return BadRow(file, 1, "the file holds no text")
    path = file.resolve()
    return Row(file, 1, Article(url=path.as_uri(), text=text, title=title, site=path.parent.name, language=language))


def titled(content: str) -> tuple[str, str]:
    """Return title and text of a plain text file. A short first line that more follows is the title.

    A title that ends like a sentence stays in the text as well: it may be the first sentence.
    """
    content = content.replace("\r\n", "\n").replace("\r", "\n").strip()
    first, _, rest = (part.strip() for part in content.partition("\n"))
    if not rest or len(first.split()) > _TITLE_WORDS:
        return "", content
    return first, (content if _SENTENCE_END.search(first) else rest)
