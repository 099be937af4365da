"""A loopback server of news pages, made up or given, for measuring crawls: many hosts, one sitemap each.

Bodies are made and compressed once, so that serving costs next to nothing.
"""

import asyncio
import gzip
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Process, Queue
from typing import Any

from tests.newsroom.texts import load

_BODIES = 100


@dataclass(frozen=True, slots=True)
class Served:
    """What is being served: `pages` articles over `hosts`, on a port of 127.0.0.1."""

    port: int
    hosts: tuple[str, ...]
    pages: int
    process: int

    @property
    def feeds(self) -> list[str]:
        """The address of each host's feed."""
        return [f"http://{host}:{self.port}/feed.xml" for host in self.hosts]

    @property
    def guard_allow(self) -> str:
        """The value of GUARD_ALLOW that lets a crawl reach them."""
        return ",".join(f"{host}:{self.port}=127.0.0.1" for host in self.hosts)


@contextmanager
def serving(pages: int, hosts: int = 10, size: int = 55_000, given: Sequence[bytes] = ()) -> Iterator[Served]:
    """Serve `pages` articles of about `size` bytes (a fifth of it compressed) in a process of its own.

    `given`: pages to serve instead, over and over under addresses of their own.
    """
    names = tuple(f"koran-{number}.test" for number in range(hosts))
    queue: Queue[int] = Queue()
    process = Process(target=_serve, args=(pages // hosts, size, given, queue), daemon=True)
    process.start()
    try:
        yield Served(queue.get(timeout=60), names, pages // hosts * hosts, process.pid or 0)
    finally:
        process.terminate()
        process.join()


def page(number: int, size: int) -> bytes:
    """Return an article page: scripts, 130 links, a text of some 400 words, side columns."""
    randomness = random.Random(number)
    vocabulary = [word for text in load().texts.values() for part in text.paragraphs for word in part.split()]
    paragraphs = "".join(f"<p>{' '.join(randomness.choices(vocabulary, k=45))}.</p>" for _ in range(9))
    links = "".join(f'<li><a href="/kanal/{n}/isi-kanal">Kanal berita nomor {n}</a></li>' for n in range(130))
    head = (
        f"<!doctype html><html lang=id><head><meta charset=utf-8><title>Berita nomor {number} dari kota</title>"
        '<meta property="article:published_time" content="2026-03-05T08:00:00+07:00">'
    )
    body = (
        f"</head><body><nav><ul>{links}</ul></nav><main><article><h1>Berita nomor {number} dari kota</h1>"
        f"{paragraphs}</article></main><aside><ul>{links}</ul></aside></body></html>"
    )
    filling = "".join(f"window.p{n}={{id:{randomness.random()}}};" for n in range(5_000))
    script = f"<script>{filling[: max(size - len(head) - len(body), 0)]}</script>"
    return (head + script + body).encode()


def _serve(each: int, size: int, given: Sequence[bytes], queue: "Queue[int]") -> None:
    found = given or [page(number, size) for number in range(_BODIES)]
    bodies = [gzip.compress(body, 6, mtime=0) for body in found]
    asyncio.run(_run(each, bodies, queue))


async def _run(each: int, bodies: list[bytes], queue: "Queue[int]") -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                target = head.split(b" ", 2)[1].decode()
                host = next(line for line in head.decode().splitlines() if line.lower().startswith("host:"))[5:].strip()
                writer.write(_answer(target, host, each, bodies))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    queue.put(server.sockets[0].getsockname()[1])
    async with server:
        await server.serve_forever()


def _answer(target: str, host: str, each: int, bodies: list[bytes]) -> bytes:
    if target == "/feed.xml":
        items = "".join(
            f"<url><loc>http://{host}/berita/{100_000 + number}/berita-nomor-{number}-dari-kota</loc></url>"
            for number in range(each)
        )
        return _response(f"<?xml version='1.0'?><urlset>{items}</urlset>".encode(), "application/xml", packed=False)
    if target.startswith("/berita/"):
        # Whatever charset a given page declares, it declares itself.
        return _response(bodies[int(target.split("/")[2]) % len(bodies)], "text/html", packed=True)
    return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def _response(body: bytes, kind: str, packed: bool) -> bytes:
    encoding = "Content-Encoding: gzip\r\n" if packed else ""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{encoding}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def settings(served: Served, **more: Any) -> list[str]:
    """Return the options of a crawl of this server without any pause."""
    values = {
        "GUARD_ALLOW": served.guard_allow,
        "DOWNLOAD_DELAY": 0,
        "AUTOTHROTTLE_ENABLED": 0,
        "HOST_MAX_REQUESTS": 1_000_000,
        "EXTRACTION_WORKERS": 1,
        "MIN_FREE_GB": 0,
        **more,
    }
    return [word for name, value in values.items() for word in ("-s", f"{name}={value}")]
