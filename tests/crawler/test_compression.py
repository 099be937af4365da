"""Answers unpacked as Scrapy does it, and flagged where they were cut off on their way."""

import gzip
import zlib

import pytest
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.http import Request, Response
from scrapy.utils.test import get_crawler

from crawler.compression import CUT_OFF, CompressionMiddleware

TEXT = b"".join(b"<p>Jembatan nomor %d dibuka lagi." % (number * 7919 % 1009) for number in range(500))
WHOLE = gzip.compress(TEXT, mtime=0)


def unpacked(
    kind: type[HttpCompressionMiddleware], body: bytes, encoding: str, flags: tuple[str, ...] = ()
) -> Response:
    headers = {"Content-Encoding": encoding} if encoding else {}
    response = Response("https://a.example/", body=body, headers=headers, flags=list(flags))
    found = kind.from_crawler(get_crawler()).process_response(Request("https://a.example/"), response)
    assert isinstance(found, Response)
    return found


@pytest.mark.parametrize(
    ("body", "encoding", "flags"),
    [
        (WHOLE, "gzip", []),
        (TEXT, "", []),
        (TEXT[:-900], "", []),
        (WHOLE[:-900], "gzip", [CUT_OFF]),
        (zlib.compress(TEXT)[:-900], "deflate", [CUT_OFF]),
    ],
)
def test_an_answer_that_was_cut_off_says_so_and_is_what_scrapy_makes_of_it(
    body: bytes, encoding: str, flags: list[str]
) -> None:
    found = unpacked(CompressionMiddleware, body, encoding)
    assert found.body == unpacked(HttpCompressionMiddleware, body, encoding).body
    assert found.flags == flags
    assert "Content-Encoding" not in found.headers


def test_flags_that_were_there_stay() -> None:
    assert unpacked(CompressionMiddleware, WHOLE[:-900], "gzip", ("partial",)).flags == ["partial", CUT_OFF]
