"""Answers that try to keep a crawler busy, fill its memory or break it; each a path at a host of its own."""

import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping

import brotli  # type: ignore[import-untyped] # it has none

from tests.crawler.hostile.site import Asked, Site, answer

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
_PIECE = b"<p>" + b"berita tanpa akhir " * 3_400 + b"</p>\n"
# Packed beforehand: who packs while it answers holds up everybody else.
_HUGE = bytes(40 * 2**20)
_BOMB = gzip.compress(_HUGE, 1)
_BOMB_IN_A_BOMB = gzip.compress(_BOMB)
_BROTLI_BOMB = brotli.compress(_HUGE, quality=1)
_SENTENCE = "Warga desa itu bergotong royong memperbaiki tanggul sungai yang jebol diterjang banjir pada malam hari."

Trick = Callable[[Site, Asked], Iterable[bytes]]


# What follows are the tricks; each is named by what it does.


def bomb(site: Site, asked: Asked) -> Iterable[bytes]:
    return _packed(_BOMB, "gzip")


def bomb_in_a_bomb(site: Site, asked: Asked) -> Iterable[bytes]:
    return _packed(_BOMB_IN_A_BOMB, "gzip, gzip")


def brotli_bomb(site: Site, asked: Asked) -> Iterable[bytes]:
    return _packed(_BROTLI_BOMB, "br")


def garbled(site: Site, asked: Asked) -> Iterable[bytes]:
    return _packed(b"\x1f\x8b\x08\x00" + b"bukan gzip" * 50, "gzip")


def garbled_brotli(site: Site, asked: Asked) -> Iterable[bytes]:
    return _packed(b"bukan brotli" * 50, "br")


def garbled_zstd(site: Site, asked: Asked) -> Iterable[bytes]:
    return _packed(b"bukan zstd" * 50, "zstd")


def garbled_deflate(site: Site, asked: Asked) -> Iterable[bytes]:
    return _packed(b"bukan deflate" * 50, "deflate")


def cut_gzip(site: Site, asked: Asked) -> Iterable[bytes]:
    return _packed(gzip.compress(article("Separuh").encode())[:200], "gzip")


def endless(site: Site, asked: Asked) -> Iterator[bytes]:
    yield _HEAD + b"\r\n"
    while True:
        yield _PIECE


def endless_in_chunks(site: Site, asked: Asked) -> Iterator[bytes]:
    yield _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    while True:
        yield f"{len(_PIECE):x}\r\n".encode() + _PIECE + b"\r\n"


def drip(site: Site, asked: Asked) -> Iterator[bytes]:
    yield _HEAD + b"\r\n<p>"
    while not site.stopping.wait(1):
        yield b"a"


def drip_before_the_first_line(site: Site, asked: Asked) -> Iterator[bytes]:
    for byte in b"HTTP/1.1 200 OK\r\n" * 1000:
        site.stopping.wait(1)
        yield bytes([byte])


def silent(site: Site, asked: Asked) -> Iterator[bytes]:
    site.stopping.wait()
    yield b""


def endless_headers(site: Site, asked: Asked) -> Iterator[bytes]:
    yield _HEAD
    lines = b"".join(b"X-%d: %s\r\n" % (number, b"a" * 1000) for number in range(60))
    while True:
        yield lines


def endless_header(site: Site, asked: Asked) -> Iterator[bytes]:
    yield _HEAD + b"X-Panjang: "
    while True:
        yield b"a" * 60_000


def endless_continue(site: Site, asked: Asked) -> Iterator[bytes]:
    while True:
        yield b"HTTP/1.1 100 Continue\r\n\r\n" * 100


def promises_too_much(site: Site, asked: Asked) -> Iterator[bytes]:
    yield _HEAD + b"Content-Length: 900000\r\n\r\n<p>Hanya ini.</p>"


def promises_a_terabyte(site: Site, asked: Asked) -> Iterator[bytes]:
    yield _HEAD + b"Content-Length: 1000000000000\r\n\r\n" + _PIECE
    site.stopping.wait()


def promises_nonsense(site: Site, asked: Asked) -> Iterator[bytes]:
    yield _HEAD + b"Content-Length: banyak\r\n\r\n<p>Ini.</p>"


def promises_two_things(site: Site, asked: Asked) -> Iterator[bytes]:
    yield _HEAD + b"Content-Length: 10\r\nContent-Length: 20\r\n\r\n" + b"a" * 20


def bad_chunks(site: Site, asked: Asked) -> Iterator[bytes]:
    yield _HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nbukan\r\n"


def not_the_web(site: Site, asked: Asked) -> Iterator[bytes]:
    yield b"SSH-2.0-OpenSSH_9.2\r\n"


def hangs_up(site: Site, asked: Asked) -> Iterator[bytes]:
    yield b""


def redirects_to_itself(site: Site, asked: Asked) -> Iterable[bytes]:
    return answer("", 302, [("Location", asked.target)])


def redirects_without_end(site: Site, asked: Asked) -> Iterable[bytes]:
    number = int(asked.target.rpartition("=")[2]) if "=" in asked.target else 0
    return answer("", 301, [("Location", f"{asked.target.partition('?')[0]}?ke={number + 1}")])


def twelve_megabytes(site: Site, asked: Asked) -> Iterable[bytes]:
    return answer(f"<html><body><article><p>{_SENTENCE * 120_000}</p></article></body></html>")


def nested(site: Site, asked: Asked) -> Iterable[bytes]:
    return answer("<div>" * 300 + article("Tiga ratus lapis") + "</div>" * 300)


def nested_deeply(site: Site, asked: Asked) -> Iterable[bytes]:
    return answer("<div>" * 80_000 + article("Puluhan ribu lapis") + "</div>" * 80_000)


# Each trick, and the words that may be said of it; "" where it is an article after all.
TRICKS: Mapping[Trick, set[str]] = {
    bomb: {"too-big"},
    bomb_in_a_bomb: {"too-big"},
    brotli_bomb: {"too-big"},
    garbled: {"garbled"},
    garbled_brotli: {"garbled"},
    garbled_zstd: {"garbled"},
    garbled_deflate: {"garbled"},
    # What could be unpacked may be an article.
    cut_gzip: {"garbled", "empty", "short", "part-missing"},
    endless: {"too-big"},
    endless_in_chunks: {"too-big"},
    drip: {"timeout"},
    drip_before_the_first_line: {"timeout"},
    silent: {"timeout"},
    endless_headers: {"cut-off"},
    endless_header: {"cut-off"},
    endless_continue: {"cut-off"},
    promises_too_much: {"cut-off"},
    promises_a_terabyte: {"too-big"},
    promises_nonsense: {"cut-off"},
    promises_two_things: {"cut-off"},
    bad_chunks: {"cut-off"},
    not_the_web: {"cut-off"},
    hangs_up: {"cut-off"},
    redirects_to_itself: {"redirects"},
    redirects_without_end: {"redirects"},
    twelve_megabytes: {"too-big"},
    nested: {""},
    nested_deeply: {"", "empty", "short", "broken"},
}


def article(title: str) -> str:
    """Return a page with an article of some length."""
    text = "".join(f"<p>{title}, bagian {number}. {_SENTENCE}</p>" for number in range(12))
    head = f"<head><title>{title}</title></head>"
    return f"<html lang=id>{head}<body><article><h1>{title}</h1>{text}</article></body></html>"


def _packed(body: bytes, how: str) -> Iterable[bytes]:
    return answer(body, headers=[("Content-Encoding", how)])
