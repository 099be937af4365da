"""Pages in WARC files, made into articles by a function that is given by name."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, cast

from dedup.errors import SourceError
from dedup.handed import handed
from dedup.records import Article
from dedup.sources import shapes
from dedup.sources.rows import MOST_BYTES, AnyRow, BadRow, NoArticle, Row, said

# From the address of a page, its bytes, its Content-Type and when it was fetched to its article; or to a few words, or
# None, where it has none.
Extract: TypeAlias = Callable[[str, bytes, str | None, datetime | None], Article | str | None]

_HOW = "Like this: --extractor crawler.imported:article"
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_OK = 200
# How a member of gzip begins. What follows one is copied each time: little, should there be millions of them.
_MEMBER, _PIECE_BYTES = b"\x1f\x8b", 2**13
# Of a chunk in which these readers find an error they give nothing.
_SMALL_CHUNK_BYTES = 2**9


def extractor(name: str = "") -> Extract | None:
    """Return the function that `module:function` names, or without a name the installed one (`gema.extract`).

    None where none is installed. Raises SourceError for a name that leads to no function.
    """
    if not name:
        return next(iter(handed("gema.extract")), None)
    module, _, function = name.partition(":")
    if not module or not function:
        raise SourceError(f"{name!r} names no function of a module. {_HOW}")
    try:
        loaded = getattr(import_module(module), function, None)
    # A module that somebody wrote may raise anything.
    except Exception as error:
        raise SourceError(f"the extractor {name!r} cannot be loaded: {type(error).__name__}: {said(error)}") from error
    if not callable(loaded):
        raise SourceError(f"the extractor {name!r}: {module} has no function {function}. {_HOW}")
    return cast("Extract", loaded)


def rows(file: Path, raw: BinaryIO, extract: Extract, zone: tzinfo = UTC) -> Iterator[AnyRow]:
    """Yield what each answer in a WARC file gives, packed or not; only pages that were found are asked about.

    Raises OSError where nothing more can be read.
    """
    # Loaded late: only these files need it.
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    number = 0
    for record in ArchiveIterator(raw, WarcRecordType.response, parse_http=False):
        number += 1
        url = (record.headers.get("WARC-Target-URI") or "").strip("<>")
        page = _page(record)
        if isinstance(page, str):
            yield NoArticle(file, number, page)
            continue
        if isinstance(page, _Spoilt):
            yield BadRow(file, number, f"{url}: {page}")
            continue
        body, content_type = page
        try:
            found = extract(url, body, content_type, record.record_date)
        except Exception as error:  # noqa: BLE001 (a function that somebody wrote may raise anything)
            yield BadRow(file, number, f"{url}: the extractor failed: {type(error).__name__}: {error}")
            continue
        yield _row(file, number, url, found, record.record_date, zone)


def _row(file: Path, number: int, url: str, found: Any, fetched: datetime | None, zone: tzinfo) -> AnyRow:
    if isinstance(found, Article):
        return Row(file, number, shapes.tidy(replace(found, fetched=found.fetched or fetched), zone))
    if found is None or isinstance(found, str):
        return NoArticle(file, number, said(found or "no article to the extractor"))
    return BadRow(file, number, f"{url}: the extractor gave a {type(found).__name__}, not an Article")


class _Spoilt(Exception):
    """A page that cannot be read; the message says why."""


def _page(record: Any) -> tuple[bytes, str | None] | str | _Spoilt:
    """Return the bytes and the Content-Type of a page, or what else it is in a few words, or what is wrong with it."""
    # Some archives do not say of their answers that they are of HTTP.
    record.is_http = True
    try:
        record.parse_http(quirks_mode=True)
    except OSError:
        return "not HTTP"
    headers = record.http_headers
    if headers is None or headers.status_code is None:
        return "not HTTP"
    if headers.status_code != _OK:
        return f"status {headers.status_code}"
    content_type = headers.get("Content-Type")
    if content_type and content_type.partition(";")[0].strip().lower() not in _HTML:
        return "not HTML"
    length = record.content_length
    if length > MOST_BYTES:
        return _Spoilt(f"longer than {MOST_BYTES:,} bytes")
    body = record.reader.read()
    if len(body) < length:
        return _Spoilt("cut off")
    plain = _decoded(body, headers)
    return (plain, content_type) if plain is not None else _Spoilt("its body cannot be decompressed")


# --- what the transfer did to a body ----------------------------------------------------------------


def _decoded(body: bytes, headers: Any) -> bytes | None:
    """Return a body without its encodings; as it is, where an archive has undone them and left the headers."""
    if "chunked" in ",".join(headers.get_multiple("Transfer-Encoding")).lower():
        body = _unchunked(body)
    encodings = [name.strip().lower() for name in ",".join(headers.get_multiple("Content-Encoding")).split(",")]
    for name in reversed(encodings):
        if body.lstrip()[:1] == b"<":
            break
        plain = _without(name, body)
        if plain is None:
            return None
        body = plain
    return body


def _unchunked(body: bytes) -> bytes:
    from fastwarc.stream_io import ChunkedReader

    with suppress(OSError):
        body = ChunkedReader(BytesIO(body)).read()
    return body


def _without(encoding: str, body: bytes) -> bytes | None:
    """Return a body without one encoding; None where it is another or would be too long."""
    from fastwarc.stream_io import BrotliReader, ZstdReader

    try:
        if encoding in {"gzip", "x-gzip", "deflate"}:
            return _inflated(body, encoding == "deflate")
        if encoding == "br":
            return _read(BrotliReader(BytesIO(body)))
        if encoding == "zstd":
            return _read(ZstdReader(BytesIO(body)))
    except (OSError, zlib.error):
        return None
    return body


def _inflated(body: bytes, is_deflate: bool) -> bytes | None:
    # Some servers leave out the bytes with which the standard lets deflate begin.
    bare = is_deflate and (len(body) < 2 or body[0] & 15 != 8 or int.from_bytes(body[:2]) % 31 != 0)
    wbits = -zlib.MAX_WBITS if bare else zlib.MAX_WBITS | 32
    plain, start = bytearray(), 0
    # What a server packs piece by piece is several members, one behind the other.
    while start == 0 or (not is_deflate and body.startswith(_MEMBER, start)):
        inflate = zlib.decompressobj(wbits)
        while not inflate.eof:
            piece = body[start : start + _PIECE_BYTES]
            plain += inflate.decompress(piece, MOST_BYTES + 1 - len(plain))
            if not piece or len(plain) > MOST_BYTES:
                return None
            start += len(piece) - len(inflate.unused_data) - len(inflate.unconsumed_tail)
    return bytes(plain)


def _read(stream: Any) -> bytes | None:
    out = bytearray()
    while chunk := stream.read(_SMALL_CHUNK_BYTES):
        out += chunk
        if len(out) > MOST_BYTES:
            return None
    return bytes(out)
