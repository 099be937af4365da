"""Content-Encoding undone: as the crawl does it, however broken the body, and never more than there is room for."""

import gzip
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from fastwarc.stream_io import BrotliWriter, ZstdWriter
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Request, Response
from scrapy.utils.test import get_crawler

from crawler.encodings import decoded, is_cut_off


def zipped(body: bytes) -> bytes:
    """Return a body as gzip, the same each time: a test's name may be made of it."""
    return gzip.compress(body, mtime=0)


TEXT = b"<p>Jembatan baru di Kota Lama dibuka. " * 40


def brotli(body: bytes) -> bytes:
    out = BytesIO()
    with BrotliWriter(out) as writer:
        writer.write(body)
    return out.getvalue()


def zstd(body: bytes) -> bytes:
    out = BytesIO()
    with ZstdWriter(out) as writer:
        writer.write(body)
    return out.getvalue()


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": zipped,
    "deflate": zlib.compress,
    "Deflate": raw_deflate,
    "br": brotli,
    "zstd": zstd,
}
PACKED = {
    "gzip": zipped(TEXT),
    "x-gzip": zipped(TEXT),
    "GZIP ": zipped(TEXT),
    "deflate": zlib.compress(TEXT),
    "Deflate": raw_deflate(TEXT),
    "br": brotli(TEXT),
    "gzip, br": brotli(zipped(TEXT)),
    "gzip,gzip": zipped(zipped(TEXT)),
    "zstd": zstd(TEXT),
    "identity": TEXT,
    "utf-8": TEXT,
    "": TEXT,
}


@pytest.mark.parametrize("encodings", PACKED)
def test_encodings_are_undone_in_turn(encodings: str) -> None:
    assert decoded(PACKED[encodings], [encodings]) == TEXT
    assert decoded(PACKED[encodings], encodings.split(",")) == TEXT


def test_what_follows_the_packed_body_is_ignored() -> None:
    assert decoded(zipped(TEXT) + b"<!-- served by cache -->", ["gzip"]) == TEXT


@pytest.mark.parametrize("pack", [zlib.compress, raw_deflate])
@pytest.mark.parametrize("size", [65_536, 66_050, 131_080, 200_000])
def test_what_unpacks_to_more_than_was_asked_for_at_once_is_whole(pack: Callable[[bytes], bytes], size: int) -> None:
    assert decoded(pack(b"a" * size), ["deflate"]) == b"a" * size


def test_a_torn_body_gives_what_can_be_read() -> None:
    found = decoded(zipped(TEXT)[:-12], ["gzip"])
    assert found
    assert TEXT.startswith(found)


@pytest.mark.parametrize("encoding", PACKERS)
@pytest.mark.parametrize("lost", [1, 12, 40])
def test_what_is_cut_off_is_known_to_be(encoding: str, lost: int) -> None:
    varied = b"".join(b"<p>%d" % (number * 7919 % 10_007) for number in range(3_000))
    whole = PACKERS[encoding](varied)
    assert not is_cut_off(whole, [encoding], varied)
    found = decoded(whole[:-lost], [encoding])
    assert found is None or varied.startswith(found)
    assert is_cut_off(whole[:-lost], [encoding], found or b"")


@pytest.mark.parametrize(
    ("body", "encodings"),
    [
        (TEXT, []),
        (TEXT, ["identity"]),
        (zipped(TEXT) + b"<!-- served by cache -->", ["gzip"]),
        # A checksum that is wrong is no loss.
        (zipped(TEXT)[:-8] + bytes(8), ["gzip"]),
        (zipped(TEXT + b"</HTML >\n<!-- cache -->")[:-8], ["gzip"]),
        (zlib.compress(b"<rss>" + TEXT + b"</rss>")[:-4], ["deflate"]),
        (zipped(TEXT), ["x-odd, gzip"]),
    ],
)
def test_what_comes_to_its_end_is_whole(body: bytes, encodings: list[str]) -> None:
    assert not is_cut_off(body, encodings, decoded(body, encodings) or b"")


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "zstd"])
def test_a_body_that_is_not_what_it_says_gives_nothing(encoding: str) -> None:
    assert decoded(b"\xff<p>not packed at all", [encoding]) is None


@pytest.mark.parametrize("encoding", PACKERS)
def test_a_bomb_does_not_go_off(encoding: str) -> None:
    bomb = PACKERS[encoding](bytes(10**6))
    assert decoded(bomb, [encoding], most_bytes=10**6 - 1) is None
    assert decoded(bomb, [encoding], most_bytes=10**6) == bytes(10**6)


_MIDDLEWARE = HttpCompressionMiddleware.from_crawler(get_crawler())


def as_the_crawl_does(body: bytes, encoding: str) -> bytes | None:
    response = Response("https://a.example/", body=body, headers={"Content-Encoding": encoding})
    try:
        answer = _MIDDLEWARE.process_response(Request("https://a.example/"), response)
    except (OSError, EOFError, zlib.error):
        return None
    assert isinstance(answer, Response)
    return answer.body


@settings(max_examples=300, deadline=None)
@given(
    encoding=st.sampled_from(["gzip", "x-gzip", "deflate", "identity", "utf8", "gzip, gzip"]),
    text=st.binary(max_size=300),
    raw=st.booleans(),
    cut=st.integers(0, 40),
    after=st.binary(max_size=4),
    flip=st.none() | st.integers(0, 60),
)
def test_it_is_what_the_crawl_made_of_the_same_body(
    encoding: str, text: bytes, raw: bool, cut: int, after: bytes, flip: int | None
) -> None:
    packed = raw_deflate(text) if raw else zlib.compress(text)
    body = {"deflate": packed, "gzip, gzip": zipped(zipped(text))}.get(encoding, zipped(text))
    sent = body[: max(0, len(body) - cut)] + after
    if flip is not None and flip < len(sent):
        sent = sent[:flip] + bytes([sent[flip] ^ 0x55]) + sent[flip + 1 :]
    assert decoded(sent, [encoding]) == as_the_crawl_does(sent, encoding)
