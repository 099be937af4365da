"""Content-Encoding undone, as forgivingly as the crawl does it, so that an archived page reads as it did then."""

import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from gzip import GzipFile
from io import BytesIO
from types import MappingProxyType

from fastwarc.stream_io import BrotliReader, ZstdReader

# Far above what the crawl takes of a page; below what a compression bomb needs.
MOST_BYTES = 64 * 2**20
_CHUNK_BYTES = 2**16
# Of a chunk in which these readers find an error they give nothing.
_SMALL_CHUNK_BYTES = 2**9
_END = re.compile(rb"</(html|rss|feed|rdf:rdf|urlset|sitemapindex)\s*>", re.IGNORECASE)
_END_BYTES = 2**10


def decoded(body: bytes, encodings: Iterable[str], most_bytes: int = MOST_BYTES) -> bytes | None:
    """Return a body without its encodings, the values of its Content-Encoding headers.

    What is cut off comes as far as it can be read. An encoding nobody knows is left as it is. None: nothing can be
    read, or it would be more than `most_bytes`.
    """
    names = _names(encodings)
    found: bytes | None = body
    while found is not None and names and names[-1] in _CHUNKS:
        found = _joined(_CHUNKS[names.pop()](found), most_bytes)
    return found


def is_cut_off(body: bytes, encodings: Iterable[str], plain: bytes) -> bool:
    """Tell whether a body ends before its (last) encoding does; `plain` is what could be read of it.

    A document that comes to its own end is whole: some servers never end the encoding.
    """
    name = _names(encodings)[-1]
    if name not in _CHUNKS or _END.search(plain[-_END_BYTES:]):
        return False
    try:
        for _ in _CHUNKS[name](body):
            pass
    except EOFError:
        return True
    except (OSError, struct.error, zlib.error):
        # Something else is wrong with it, such as what follows it.
        return False
    return False


def _names(encodings: Iterable[str]) -> list[str]:
    return [name.strip().lower() for name in ",".join(encodings).split(",")]


def _joined(chunks: Iterator[bytes], most_bytes: int) -> bytes | None:
    out = BytesIO()
    try:
        for chunk in chunks:
            out.write(chunk)
            if out.tell() > most_bytes:
                return None
    except (OSError, EOFError, struct.error):
        return out.getvalue() or None
    except zlib.error:
        return None
    return out.getvalue()


def _gzip(body: bytes) -> Iterator[bytes]:
    stream = GzipFile(fileobj=BytesIO(body))
    while chunk := stream.read1(_CHUNK_BYTES):
        yield chunk


def _deflate(body: bytes) -> Iterator[bytes]:
    inflate = zlib.decompressobj()
    try:
        chunk = inflate.decompress(body, _CHUNK_BYTES)
    except zlib.error:
        # Some servers leave out the bytes with which the standard lets it begin.
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        chunk = inflate.decompress(body, _CHUNK_BYTES)
    more = chunk
    while more:
        yield more
        more = b"" if inflate.eof else inflate.decompress(inflate.unconsumed_tail, _CHUNK_BYTES)
    if chunk and not inflate.eof:
        raise EOFError("cut off")


def _brotli(body: bytes) -> Iterator[bytes]:
    yield from _read(BrotliReader(BytesIO(body)))


def _zstd(body: bytes) -> Iterator[bytes]:
    yield from _read(ZstdReader(BytesIO(body)))


def _read(stream: BrotliReader | ZstdReader) -> Iterator[bytes]:
    try:
        while chunk := stream.read(_SMALL_CHUNK_BYTES):
            yield chunk
    except OSError as error:
        # They do not tell one that is cut off from one that is garbled.
        raise EOFError(str(error)) from error


_CHUNKS: Mapping[str, Callable[[bytes], Iterator[bytes]]] = MappingProxyType(
    {"gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd}
)
