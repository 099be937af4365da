"""The archive, read back: pages, and which of them are parts of one article. Anybody's WARC files, packed or not."""

import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from fastwarc.stream_io import ChunkedReader
from fastwarc.warc import ArchiveIterator, HeaderMap, WarcRecord, WarcRecordType

from crawler.addresses import canonical
from crawler.directives import HEADERS
from crawler.encodings import decoded, is_cut_off
from crawler.page import Page

# A file that is being written ends in it.
OPEN = ".open"
# The fields of a metadata record that name a part of the article, by record id and address, and a part that could
# not be had, by its address.
PART, MISSING = "part", "missing"
_GZIP = b"\x1f\x8b"
# For zlib: a header of gzip, and its largest window.
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_CHUNK_BYTES = 65_536
_SUCCESS = 2


@dataclass(frozen=True, slots=True)
class Located:
    """A page at rest: its file, the byte its record begins at, and the name of its place.

    `cut_off`: only the beginning of it ever arrived.
    """

    path: Path
    offset: int
    place: str
    page: Page
    cut_off: bool = False

    @property
    def record_id(self) -> str:
        """The id of its record."""
        return record_id(self.place)


@dataclass(frozen=True, slots=True)
class Joined:
    """Which pages an article was joined from, in order, each its address and record id.

    `url` and `first` are the address and the record id of the page that led to them, `missing` is the address of a
    further part that could not be had, or "".
    """

    url: str
    first: str
    parts: tuple[tuple[str, str], ...]
    missing: str = ""


def record_id(place: str) -> str:
    """Return the record id of a place: what stands behind the `#`; all of it where there is none."""
    return place.rpartition("#")[2]


def target_of(record: WarcRecord) -> str:
    """Return the address a record is about; "" for none."""
    # wget writes it in angle brackets.
    return (record.headers.get("WARC-Target-URI") or "").strip("<>")


def pages(path: Path) -> Iterator[Page]:
    """Yield the pages that a WARC file holds: answers with a status of success, bodies decompressed.

    Raises OSError where the file cannot be read.
    """
    for located in located_pages(path):
        yield located.page


def located_pages(path: Path) -> Iterator[Located]:
    """Yield each page with where it stands. Raises OSError."""
    for found in pages_and_joins(path):
        if isinstance(found, Located):
            yield found


def pages_and_joins(path: Path) -> Iterator[Located | Joined]:
    """Yield pages, and what is known of how they were joined, as they follow each other.

    A page is left out when its record is cut off or its body cannot be decompressed. Raises OSError, at the end of a
    file that breaks off as well: one that was copied in part.
    """
    last = 0
    for record in records(path, WarcRecordType.response | WarcRecordType.metadata):
        last = record.stream_pos
        if record.record_type == WarcRecordType.metadata:
            joined = joined_by(record)
            if joined is not None:
                yield joined
            continue
        located = _located(path, record)
        if located is not None:
            yield located
    if path.suffix != OPEN and not _is_whole(path, last):
        raise OSError(f"{path}: it breaks off behind byte {last}: get it again from where it came from")


def _is_whole(path: Path, offset: int) -> bool:
    """Tell whether a packed file ends with a member's end, given where one of the last members begins."""
    with path.open("rb") as file:
        if file.read(2) != _GZIP:
            return True
        file.seek(offset)
        member = zlib.decompressobj(_GZIP_WINDOW)
        try:
            while more := member.unused_data or file.read(_CHUNK_BYTES):
                if member.eof:
                    member = zlib.decompressobj(_GZIP_WINDOW)
                member.decompress(more)
        except zlib.error:
            return False
    return member.eof


def page_at(path: Path, offset: int) -> Page:
    """Return the page that begins at `offset`, as `located_pages` gave it. Raises OSError."""
    with path.open("rb") as file:
        file.seek(offset)
        record = next(iter(ArchiveIterator(file, WarcRecordType.response, parse_http=False)), None)
        located = None if record is None else _located(path, record)
    if located is None:
        raise OSError(f"{path}: no page begins at byte {offset} any more")
    return located.page


def problem_with(path: Path) -> str | None:
    """Return what keeps a file from being read as WARC, in words that begin with its name; None where nothing does."""
    if path.is_dir():
        return f"{path}: a folder; name the files in it, like {path}/*.warc.gz"
    try:
        if not path.stat().st_size:
            return f"{path}: empty; there is nothing to read"
        # The second one shows whether records can be told apart.
        if not list(islice(records(path, WarcRecordType.any_type), 2)):
            return f"{path}: no WARC file"
    except FileNotFoundError:
        return f"{path}: no such file"
    except PermissionError:
        return f"{path}: not readable for this user"
    except OnePiece as error:
        return str(error)
    except OSError:
        return f"{path}: no WARC file"
    return None


def joined_by(record: WarcRecord) -> Joined | None:
    """Return what a metadata record says of joined pages; None where it says nothing of them. Reads its content."""
    first = (record.headers.get("WARC-Refers-To") or "").strip("<>")
    if not first or record.headers.get("Content-Type") != "application/warc-fields":
        return None
    lines = [line.split() for line in record.reader.read().decode("utf-8", "replace").splitlines()]
    parts = tuple((line[2], line[1].strip("<>")) for line in lines if len(line) == 3 and line[0] == f"{PART}:")
    missing = next((line[1] for line in lines if len(line) == 2 and line[0] == f"{MISSING}:"), "")
    return Joined(target_of(record), first, parts, missing) if parts else None


def records(path: Path, kinds: WarcRecordType) -> Iterator[WarcRecord]:
    """Yield the records of these kinds (bits of WarcRecordType), their HTTP not yet parsed.

    Raises OSError, with what to do about it, where the file cannot be read or a record cannot be found again by
    its `stream_pos`.
    """
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
        file.seek(0)
        last = -1
        try:
            for record in ArchiveIterator(file, kinds, parse_http=False):
                if packed:
                    _insist_on_members(path, file, last, record.stream_pos)
                last = record.stream_pos
                yield record
        except OnePiece:
            raise
        except OSError as error:
            raise OSError(
                f"{path}: no WARC record can be read from byte {max(last, 0)} on ({error}); "
                "leave the file out, or get it again from where it came from"
            ) from error


class OnePiece(OSError):
    """A file without a gzip member for each record."""


def _insist_on_members(path: Path, file: BinaryIO, last: int, offset: int) -> None:
    if offset <= last or os.pread(file.fileno(), 2, offset) != _GZIP:
        raise OnePiece(
            f"{path}: compressed in one piece, so that no record can be found again; "
            f"rewrite it first: warcio recompress {path} OTHER-FILE.warc.gz"
        )


def _located(path: Path, record: WarcRecord) -> Located | None:
    """Return the page of a response record; None where it is none, or not whole."""
    # As the crawl would ask for it. Of look-ups in the DNS there are responses, too.
    url = canonical(target_of(record))
    headers = _http_headers(record) if url else None
    if url is None or headers is None or (headers.status_code or 0) // 100 != _SUCCESS:
        return None
    length = record.content_length
    body = record.reader.read()
    if len(body) < length:
        return None
    encodings = headers.get_multiple("Content-Encoding")
    in_one = _in_one(body, headers.get_multiple("Transfer-Encoding"))
    plain = decoded(in_one, encodings)
    if plain is None and in_one.lstrip().startswith(b"<"):
        # Some archives have decompressed it and left the header.
        plain = in_one
    if plain is None:
        return None
    page = Page(
        url=url,
        body=plain,
        content_type=headers.get("Content-Type") or "",
        fetched_at=record.record_date,
        headers=tuple((name, value) for name in sorted(HEADERS) for value in headers.get_multiple(name) if value),
    )
    cut_off = "WARC-Truncated" in record.headers or (plain is not in_one and is_cut_off(in_one, encodings, plain))
    place = f"{path.name.removesuffix(OPEN)}#{(record.record_id or '').strip('<>')}"
    return Located(path, record.stream_pos, place, page, cut_off)


def _http_headers(record: WarcRecord) -> HeaderMap | None:
    """Return the headers of an answer, also where its record does not say that it is one; None where there are none."""
    record.is_http = True
    try:
        record.parse_http(quirks_mode=True)
    except OSError:
        return None
    return record.http_headers


def _in_one(body: bytes, encodings: Sequence[str]) -> bytes:
    """Return a body without the chunks of its transfer, which most archives have removed despite the header."""
    if "chunked" not in ",".join(encodings).lower():
        return body
    try:
        whole: bytes = ChunkedReader(BytesIO(body)).read()
    except OSError:
        return body
    return whole
