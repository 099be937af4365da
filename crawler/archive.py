"""Raw exchanges, at rest: standard WARC 1.1, as received, so that everything can be extracted again.

One gzip member a record, so that a file cut off by a crash is whole up to its last member. A file being
written ends in `.open` and is renamed when it is complete. `crawler.archived` reads it back.
"""

import base64
import hashlib
import os
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fcntl import LOCK_EX, LOCK_NB, flock
from http import HTTPStatus
from io import BytesIO, FileIO
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from warcio.recordbuilder import RecordBuilder
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archived import MISSING, OPEN, PART, record_id

_VERSION = "1.1"
_READ_BYTES = 2**20
# The body is kept as the client got it: in one piece, which these would deny.
_OF_THE_TRANSFER = frozenset({"transfer-encoding", "connection", "keep-alive"})
_FIELDS = "application/warc-fields"
_SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
# Half the CPU of warcio's level 9 for a twentieth more bytes.
_LEVEL = 4
# Packing what is packed already costs as much as all the rest and gains nothing.
_STORED = 0

_build = RecordBuilder(warc_version=_VERSION)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The last archived answer of an address: what a record that only says "as before" refers to."""

    url: str
    at: datetime
    digest: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer as they went over the line; `body` as sent, still compressed.

    `via` is the address of the listing that named this one, `earlier` the last archived answer of the same address.
    """

    url: str
    method: str
    sent: tuple[tuple[str, str], ...]
    status: int
    received: tuple[tuple[str, str], ...]
    body: bytes
    address: str
    at: datetime
    request_body: bytes = b""
    via: str = ""
    earlier: Earlier | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Where an exchange stands: file, `#`, record id. `at` and `digest` make the next `Earlier` of its address.

    Of a record that only says "as before", they are those of the record it refers to; `digest` is "" where the
    server said "not modified" and nothing earlier was known.
    """

    place: str
    at: datetime
    digest: str


class Archive:
    """A folder of WARC files, and the one that is being written."""

    def __init__(self, folder: Path, name: str, most_bytes: int, most_age: timedelta | None = None) -> None:
        """Prepare to write `name`-001.warc.gz and so on into `folder`.

        A file is complete at about `most_bytes`, or when what comes is `most_age` younger than its first record.
        """
        folder.mkdir(parents=True, exist_ok=True)
        recover(folder)
        self._folder = folder
        self._name = name
        self._most_bytes = most_bytes
        self._most_age = most_age
        self._serial = 0
        self._growing: _Growing | None = None
        self._lost: OSError | None = None

    @contextmanager
    def batch(self) -> Iterator["Archive"]:
        """Yield this archive; what was written meanwhile is on disk when the context closes. Raises OSError."""
        self._lost = None
        yield self
        if self._growing is not None:
            with self._given_up_at_failure():
                self._growing.sync()
        if self._lost is not None:
            raise self._lost

    def write(self, exchange: Exchange) -> Kept:
        """Write an exchange; return where its answer stands.

        Raises OSError where it cannot be written: then nothing of it stands in the archive, and what stood there
        before still does.
        """
        answer = _Answer.to(exchange)
        name = self._append(_members(exchange, answer), exchange.at)
        return Kept(f"{name}#{answer.id}", answer.at, answer.digest)

    def write_parts(
        self, first: str, parts: Sequence[tuple[str, str]], missing: str = "", at: datetime | None = None
    ) -> None:
        """Write down which pages an article was joined from, so that they can be joined again.

        `first` is the place of the page that led to the article, `parts` are the address and place of each page of
        it, in order, that page too. `missing` is the address of a further part that could not be had. Raises OSError.
        """
        named = {record_id(place): url for url, place in parts}
        fields = [(PART, f"<{record_id(place)}> {url}") for url, place in parts]
        fields += [(MISSING, missing)] if missing else []
        target = named.get(record_id(first)) or parts[0][0]
        now = at or datetime.now(UTC)
        self._append([_metadata(target, now, {"WARC-Refers-To": f"<{record_id(first)}>"}, fields)], now)

    def close(self) -> None:
        """Complete the file being written; the next exchange begins another. Raises OSError."""
        growing, self._growing = self._growing, None
        if growing is None:
            return
        try:
            growing.complete()
            sync_folder(self._folder)
        except OSError as error:
            self._lost = error
            raise

    def _append(self, members: Iterable[bytes], at: datetime) -> str:
        """Add members, all of them or none, to a file; return its name once it is complete."""
        if self._growing is not None and self._most_age and at - self._growing.begun >= self._most_age:
            self.close()
        if self._growing is None:
            self._growing = self._begin(at)
        growing = self._growing
        with self._given_up_at_failure():
            growing.append(b"".join(members))
        if growing.size >= self._most_bytes:
            self.close()
        return growing.complete_path.name

    @contextmanager
    def _given_up_at_failure(self) -> Iterator[None]:
        """Complete the file being written when an error comes: another may have room, or stand on a sound disk."""
        try:
            yield
        except OSError:
            with suppress(OSError):
                self.close()
            raise

    def _begin(self, at: datetime) -> "_Growing":
        while True:
            self._serial += 1
            path = self._folder / f"{self._name}-{self._serial:03d}.warc.gz{OPEN}"
            growing = None if path.with_suffix("").exists() else _Growing.begin(path, at)
            if growing is not None:
                break
        try:
            growing.append(_info(growing.complete_path.name))
            sync_folder(self._folder)
        except OSError:
            growing.discard()
            raise
        return growing


class _Growing:
    """A file being written. It holds whole members only, whatever fails; `size` is how many bytes they have."""

    def __init__(self, file: FileIO, path: Path, begun: datetime) -> None:
        self.begun = begun
        self.size = 0
        self.complete_path = path.with_suffix("")
        self._file = file
        self._path = path
        self._on_disk = 0

    @classmethod
    def begin(cls, path: Path, at: datetime) -> "_Growing | None":
        """Return a new file; None where the name is taken."""
        try:
            file = path.open("xb", buffering=0)
        except FileExistsError:
            return None
        # Tells `recover` in another process that this file is in use; it goes with this process. That other one may
        # have been quicker to lock it, and has completed it as empty then.
        if _lock(file) and _is_still(file, path):
            return cls(file, path, at)
        file.close()
        return None

    def append(self, data: bytes) -> None:
        """Write `data`, or nothing of it where that raises OSError."""
        left = memoryview(data)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError:
            self._cut()
            raise
        self.size += len(data)

    def sync(self) -> None:
        """Return when all is on disk; raises OSError, and then what came since the last time is given up."""
        try:
            os.fsync(self._file.fileno())
        except OSError:
            self.size = self._on_disk
            self._cut()
            raise
        self._on_disk = self.size

    def complete(self) -> None:
        """Give the file its name and close it. Where that raises OSError, `recover` will do it some day."""
        try:
            self._cut()
            self.sync()
            self._path.rename(self.complete_path)
        finally:
            self._file.close()

    def discard(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)
        self._file.close()

    def _cut(self) -> None:
        self._file.truncate(self.size)
        self._file.seek(self.size)


def recover(folder: Path) -> list[Path]:
    """Complete the files that a process left open when it was killed; return those that are complete now.

    What follows the last whole gzip member is cut off, and a file without any removed. Files that another process
    still writes are left alone.
    """
    found = [_recovered(path) for path in sorted(folder.glob(f"*.warc.gz{OPEN}"))]
    sync_folder(folder)
    return [path for path in found if path is not None]


def _recovered(path: Path) -> Path | None:
    try:
        file = path.open("r+b")
    except FileNotFoundError:
        return None
    with file:
        if not _lock(file) or not _is_still(file, path):
            return None
        whole = _whole_bytes(file)
        if not whole:
            path.unlink()
            return None
        file.truncate(whole)
        os.fsync(file.fileno())
        return path.rename(path.with_suffix(""))


def _lock(file: BinaryIO | FileIO) -> bool:
    try:
        flock(file, LOCK_EX | LOCK_NB)
    except OSError:
        return False
    return True


def _is_still(file: BinaryIO | FileIO, path: Path) -> bool:
    """Tell whether `path` still leads to this open file."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the record of an answer is known by; with a `profile`, it only says "as before"."""

    id: str
    profile: str
    at: datetime
    digest: str

    @classmethod
    def to(cls, exchange: Exchange) -> "_Answer":
        """Return what the answer of an exchange will be known by."""
        digest = _digest(exchange.body)
        profile = _profile(exchange, digest)
        at = exchange.at
        if profile:
            at, digest = (exchange.earlier.at, exchange.earlier.digest) if exchange.earlier else (at, "")
        return cls(f"urn:uuid:{uuid.uuid4()}", profile, at, digest)


def _digest(payload: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(payload, usedforsecurity=False).digest()).decode("ascii")


def _profile(exchange: Exchange, digest: str) -> str:
    """Return in which way an answer is as before; "" for one that is not."""
    if exchange.status == HTTPStatus.NOT_MODIFIED:
        return _NOT_MODIFIED
    same = exchange.earlier is not None and exchange.earlier.digest == digest
    return _SAME_PAYLOAD if same and exchange.status == HTTPStatus.OK else ""


def _members(exchange: Exchange, answer: _Answer) -> Iterator[bytes]:
    """Yield the gzip members of an exchange: answer, request, and metadata where there is something to say."""
    yield _revisit(exchange, answer) if answer.profile else _response(exchange, answer)
    yield _request(exchange, answer)
    if exchange.via:
        headers = {"WARC-Concurrent-To": f"<{answer.id}>"}
        yield _metadata(exchange.url, exchange.at, headers, [("via", exchange.via)])


def _response(exchange: Exchange, answer: _Answer) -> bytes:
    record = _build.create_warc_record(
        exchange.url,
        "response",
        payload=BytesIO(exchange.body),
        length=len(exchange.body),
        http_headers=_response_head(exchange),
        warc_headers_dict={**_answer_headers(exchange, answer), "WARC-Payload-Digest": answer.digest},
    )
    packed = any(name.lower() == "content-encoding" for name, _ in exchange.received)
    return _member(record, _STORED if packed else _LEVEL)


def _revisit(exchange: Exchange, answer: _Answer) -> bytes:
    headers = _answer_headers(exchange, answer) | {"WARC-Profile": answer.profile}
    if exchange.earlier is not None:
        headers |= {
            "WARC-Refers-To-Target-URI": exchange.earlier.url,
            "WARC-Refers-To-Date": _date(exchange.earlier.at),
        }
    if answer.digest:
        headers["WARC-Payload-Digest"] = answer.digest
    record = _build.create_warc_record(
        exchange.url, "revisit", http_headers=_response_head(exchange), warc_headers_dict=headers
    )
    return _member(record)


def _request(exchange: Exchange, answer: _Answer) -> bytes:
    record = _build.create_warc_record(
        exchange.url,
        "request",
        payload=BytesIO(exchange.request_body),
        length=len(exchange.request_body),
        http_headers=_request_head(exchange),
        warc_headers_dict={"WARC-Date": _date(exchange.at), "WARC-Concurrent-To": f"<{answer.id}>"},
    )
    return _member(record)


def _metadata(url: str, at: datetime, headers: dict[str, str], fields: Iterable[tuple[str, str]]) -> bytes:
    content = "".join(f"{name}: {value}\r\n" for name, value in fields).encode()
    record = _build.create_warc_record(
        url,
        "metadata",
        payload=BytesIO(content),
        length=len(content),
        warc_content_type=_FIELDS,
        warc_headers_dict={"WARC-Date": _date(at), **headers},
    )
    return _member(record)


def _info(name: str) -> bytes:
    return _member(_build.create_warcinfo_record(name, {"software": "Gema", "format": "WARC File Format 1.1"}))


def _answer_headers(exchange: Exchange, answer: _Answer) -> dict[str, str]:
    address = {"WARC-IP-Address": exchange.address} if exchange.address else {}
    return {"WARC-Record-ID": f"<{answer.id}>", "WARC-Date": _date(exchange.at), **address}


class _Packer:
    """What warcio writes a record to: packs it, at a level that warcio would not choose."""

    def __init__(self, level: int) -> None:
        self._compressor = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS + 16)
        self._packed: list[bytes] = []

    def write(self, data: bytes) -> None:
        self._packed.append(self._compressor.compress(data))

    def flush(self) -> None:
        """Do nothing: warcio means that the record ends, which `member` knows."""

    def member(self) -> bytes:
        return b"".join((*self._packed, self._compressor.flush()))


def _member(record: ArcWarcRecord, level: int = _LEVEL) -> bytes:
    packer = _Packer(level)
    WARCWriter(packer, gzip=False, warc_version=_VERSION).write_record(record)
    return packer.member()


class _Head(StatusAndHeaders):  # type: ignore[misc] # warcio has no types
    """Headers as they came: warcio would write them as ASCII, which servers do not keep to."""

    def to_ascii_bytes(self, header_filter: Any = None) -> bytes:
        return bytes(self.to_bytes(header_filter, "latin-1"))


def _response_head(exchange: Exchange) -> StatusAndHeaders:
    kept = [(name, value) for name, value in exchange.received if name.lower() not in _OF_THE_TRANSFER]
    return _Head(f"{exchange.status} {_phrase(exchange.status)}".rstrip(), kept, protocol="HTTP/1.1")


def _request_head(exchange: Exchange) -> StatusAndHeaders:
    parts = urlsplit(exchange.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    names = {name.lower() for name, _ in exchange.sent}
    host: Sequence[tuple[str, str]] = () if "host" in names else (("Host", parts.netloc),)
    return _Head(f"{exchange.method} {target} HTTP/1.1", [*host, *exchange.sent], is_http_request=True)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _date(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


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


def sync_folder(folder: Path) -> None:
    """Make new and renamed files of a folder last."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
