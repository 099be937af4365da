"""Raw exchanges, at rest: standard WARC 1.1, as received, so that everything can be extracted again.

One gzip member a record, so that a file cut off by a crash is whole up to its last member. A file being
written ends in `.open` and is renamed when it is complete.
"""

import os
import uuid
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.page import Page

OPEN = ".open"
_READ_BYTES = 2**20
# The body is kept as the client got it: in one piece, which these would deny.
_OF_THE_TRANSFER = frozenset({"transfer-encoding", "connection", "keep-alive"})


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer as they went over the line; `body` as sent, still compressed."""

    url: str
    method: str
    sent: tuple[tuple[str, str], ...]
    status: int
    received: tuple[tuple[str, str], ...]
    body: bytes
    address: str
    at: datetime
    request_body: bytes = b""


@dataclass(frozen=True, slots=True)
class Located:
    """A page at rest: its file, the byte its record begins at, and the name of its place."""

    path: Path
    offset: int
    place: str
    page: Page


class Archive:
    """A folder of WARC files, and the one that is being written."""

    def __init__(self, folder: Path, name: str, most_bytes: int) -> None:
        """Prepare to write `name`-001.warc.gz and so on into `folder`, each of about `most_bytes`."""
        folder.mkdir(parents=True, exist_ok=True)
        recover(folder)
        self._folder = folder
        self._name = name
        self._most_bytes = most_bytes
        self._serial = 0
        self._file: BinaryIO | None = None
        self._path = folder

    @contextmanager
    def batch(self) -> Iterator["Archive"]:
        """Yield this archive; what was written meanwhile is on disk when the context closes."""
        yield self
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())

    def write(self, exchange: Exchange) -> str:
        """Write an exchange; return where its response stands: file, `#`, record id. Raises OSError."""
        if self._file is None:
            self._file = self._next_file()
        response_id = f"urn:uuid:{uuid.uuid4()}"
        _write(self._file, exchange, response_id)
        location = f"{self._path.name.removesuffix(OPEN)}#{response_id}"
        if self._file.tell() >= self._most_bytes:
            self.close()
        return location

    def close(self) -> None:
        """Complete the file being written; the next exchange begins another."""
        if self._file is None:
            return
        self._file.flush()
        os.fsync(self._file.fileno())
        self._path.rename(self._path.with_suffix(""))
        self._file.close()
        self._file = None
        _sync_folder(self._folder)

    def _next_file(self) -> BinaryIO:
        while True:
            self._serial += 1
            path = self._folder / f"{self._name}-{self._serial:03d}.warc.gz{OPEN}"
            if path.with_suffix("").exists():
                continue
            try:
                file = path.open("xb")
            except FileExistsError:
                continue
            # Tells `recover` in another process that this file is in use; it goes with this process.
            flock(file, LOCK_EX | LOCK_NB)
            self._path = path
            _write_info(file, path.with_suffix("").name)
            _sync_folder(self._folder)
            return file


def pages(path: Path) -> Iterator[Page]:
    """Yield the pages that a WARC file holds: answers with status 200, bodies decompressed.

    Raises OSError where the file cannot be read.
    """
    for located in located_pages(path):
        yield located.page


def located_pages(path: Path) -> Iterator[Located]:
    """Yield each page with where it stands. Raises OSError."""
    with path.open("rb") as file:
        for record in ArchiveIterator(file, WarcRecordType.response, auto_decode="all"):
            if record.http_headers is not None and record.http_headers.status_code == HTTPStatus.OK:
                place = f"{path.name.removesuffix(OPEN)}#{(record.record_id or '').strip('<>')}"
                yield Located(path, record.stream_pos, place, _page(record))


def page_at(path: Path, offset: int) -> Page:
    """Return the page that begins at `offset`, as `located_pages` gave it. Raises OSError."""
    with path.open("rb") as file:
        file.seek(offset)
        return _page(next(iter(ArchiveIterator(file, WarcRecordType.response, auto_decode="all"))))


def recover(folder: Path) -> list[Path]:
    """Complete the files that a process left open when it was killed; return those that are complete now.

    What follows the last whole gzip member is cut off. Files that another process still writes are left alone.
    """
    completed = []
    for path in sorted(folder.glob(f"*.warc.gz{OPEN}")):
        with path.open("r+b") as file:
            try:
                flock(file, LOCK_EX | LOCK_NB)
            except OSError:
                continue
            file.truncate(_whole_bytes(file))
            os.fsync(file.fileno())
            path.rename(path.with_suffix(""))
        completed.append(path.with_suffix(""))
    return completed


def _write(out: BinaryIO, exchange: Exchange, response_id: str) -> None:
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    headers = {
        "WARC-Record-ID": f"<{response_id}>",
        "WARC-Date": _date(exchange.at),
        **({"WARC-IP-Address": exchange.address} if exchange.address else {}),
    }
    response = writer.create_warc_record(
        exchange.url,
        "response",
        payload=BytesIO(exchange.body),
        length=len(exchange.body),
        http_headers=_response_head(exchange),
        warc_headers_dict=headers,
    )
    request = writer.create_warc_record(
        exchange.url,
        "request",
        payload=BytesIO(exchange.request_body),
        length=len(exchange.request_body),
        http_headers=_request_head(exchange),
        warc_headers_dict={"WARC-Date": _date(exchange.at), "WARC-Concurrent-To": f"<{response_id}>"},
    )
    writer.write_record(response)
    writer.write_record(request)


def _write_info(out: BinaryIO, name: str) -> None:
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    writer.write_record(writer.create_warcinfo_record(name, {"software": "Gema", "format": "WARC File Format 1.1"}))


def _response_head(exchange: Exchange) -> StatusAndHeaders:
    kept = [(name, value) for name, value in exchange.received if name.lower() not in _OF_THE_TRANSFER]
    return StatusAndHeaders(f"{exchange.status} {_phrase(exchange.status)}".rstrip(), kept, protocol="HTTP/1.1")


def _request_head(exchange: Exchange) -> StatusAndHeaders:
    parts = urlsplit(exchange.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    names = {name.lower() for name, _ in exchange.sent}
    host: Sequence[tuple[str, str]] = () if "host" in names else (("Host", parts.netloc),)
    return StatusAndHeaders(f"{exchange.method} {target} HTTP/1.1", [*host, *exchange.sent], is_http_request=True)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _date(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _page(record: WarcRecord) -> Page:
    return Page(
        url=record.headers.get("WARC-Target-URI") or "",
        body=record.reader.read(),
        content_type=record.http_headers.get("Content-Type") or "",
        fetched_at=record.record_date,
    )


def _whole_bytes(file: BinaryIO) -> int:
    """Return how many bytes from the start of `file` are whole gzip members."""
    whole = read = 0
    member: Any = zlib.decompressobj(wbits=31)
    while chunk := file.read(_READ_BYTES):
        read += len(chunk)
        while chunk:
            try:
                member.decompress(chunk)
            except zlib.error:
                return whole
            if not member.eof:
                break
            chunk = member.unused_data
            whole = read - len(chunk)
            member = zlib.decompressobj(wbits=31)
    return whole


def _sync_folder(folder: Path) -> None:
    """Make new and renamed files of a folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
