"""What a request and its answer are written down as: records of WARC 1.1, each a gzip member of its own."""

import base64
import hashlib
import uuid
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from warcio.recordbuilder import RecordBuilder
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

_VERSION = "1.1"
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


@dataclass(frozen=True, slots=True)
class Answered:
    """What the record of an answer is known by; with a `profile`, it only says "as before"."""

    id: str
    profile: str
    at: datetime
    digest: str

    @classmethod
    def to(cls, exchange: Exchange) -> "Answered":
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


def members(exchange: Exchange, answer: Answered) -> Iterator[bytes]:
    """Yield the gzip members of an exchange: answer, request, and metadata where there is something to say."""
    yield _revisit(exchange, answer) if answer.profile else _response(exchange, answer)
    yield _request(exchange, answer)
    if exchange.via:
        headers = {"WARC-Concurrent-To": f"<{answer.id}>"}
        yield metadata(exchange.url, exchange.at, headers, [("via", exchange.via)])


def _response(exchange: Exchange, answer: Answered) -> bytes:
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


def _revisit(exchange: Exchange, answer: Answered) -> bytes:
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


def _request(exchange: Exchange, answer: Answered) -> bytes:
    record = _build.create_warc_record(
        exchange.url,
        "request",
        payload=BytesIO(exchange.request_body),
        length=len(exchange.request_body),
        http_headers=_request_head(exchange),
        warc_headers_dict={"WARC-Date": _date(exchange.at), "WARC-Concurrent-To": f"<{answer.id}>"},
    )
    return _member(record)


def metadata(url: str, at: datetime, headers: dict[str, str], fields: Iterable[tuple[str, str]]) -> bytes:
    """Return the member that says something of an address or of another record."""
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


def info(name: str) -> bytes:
    """Return the member that a file of this name begins with."""
    return _member(_build.create_warcinfo_record(name, {"software": "Gema", "format": "WARC File Format 1.1"}))


def _answer_headers(exchange: Exchange, answer: Answered) -> dict[str, str]:
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
