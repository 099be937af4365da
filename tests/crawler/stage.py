"""A small loopback server whose pages a test writes itself: answers by host and path, changed while it runs."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from tests.crawler.crawls import Place

_SENTENCES = (
    "Warga kampung itu berkumpul di balai desa sejak pagi untuk membicarakan jembatan yang putus diterjang banjir.",
    "Kepala desa mengatakan bahwa perbaikan akan dimulai pekan depan dengan bantuan dari kabupaten dan para perantau.",
    "Anak-anak untuk sementara berangkat ke sekolah dengan perahu yang dipinjamkan oleh nelayan dari muara.",
    "Pedagang pasar mengeluh karena harga beras naik sejak jalan utama tidak dapat dilalui truk pengangkut.",
    "Petugas memasang tali di sepanjang tebing agar orang dapat menyeberang dengan lebih aman pada malam hari.",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came in; header names in lower case."""

    host: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer."""

    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = Said | Callable[[Asked], Said]


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hung up."""


class Stage:
    """A running server. `play[host][path]` is what it answers; anything else is a 404."""

    def __init__(self) -> None:
        self.play: dict[str, dict[str, Answer]] = {}
        self.asked: list[Asked] = []
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def url(self, host: str, path: str = "/") -> str:
        """Return the address of a path at a host."""
        return f"http://{host}:{self._server.server_address[1]}{path}"

    def outlet(self, host: str, articles: int, robots: str = "") -> str:
        """Put up a host with a feed of so many articles; return the feed's address."""
        paths = [f"/berita/{100_000 + number}/kabar-dari-desa-nomor-{number}" for number in range(articles)]
        self.play[host] = {path: article(f"Kabar dari desa nomor {path[8:14]} {host}") for path in paths}
        self.play[host]["/feed.xml"] = feed([self.url(host, path) for path in paths])
        self.play[host]["/robots.txt"] = Said(robots.encode(), kind="text/plain")
        return self.url(host, "/feed.xml")

    def paths(self, host: str) -> list[str]:
        """Return what was asked of a host, in order."""
        return [asked.path for asked in self.asked if asked.host == host]

    def place(self, folder: Path, *seeds: str) -> Place:
        """Return a place whose seed list has these lines and whose crawls may reach this server's hosts."""
        port = self._server.server_address[1]
        allowed = ",".join(f"{host}:{port}=127.0.0.1" for host in self.play)
        return Place(folder, allowed).with_seeds(seeds)

    def answer(self, asked: Asked) -> Said:
        """Return what is to be answered."""
        self.asked.append(asked)
        found = self.play.get(asked.host, {}).get(asked.path, Said(b"nothing here", 404))
        return found(asked) if callable(found) else found


def article(title: str, extra: str = "", head: str = "") -> Said:
    """Return the page of an article with that title; `extra` is one more paragraph, `head` more in its head."""
    start = int(blake2b(title.encode(), digest_size=2).hexdigest(), 16)
    lines = [f"{title}.", *(_SENTENCES[(start + number) % len(_SENTENCES)] for number in range(4))]
    lines += [extra] if extra else []
    body = "".join(f"<p>{line}</p>" for line in lines)
    return Said(
        f"<html lang=id><head><title>{title}</title>{head}"
        '<meta property="article:published_time" content="2026-03-05T15:00:00+07:00"></head>'
        f"<body><article><h1>{title}</h1>{body}</article></body></html>".encode()
    )


def feed(urls: list[str], published: str = "2026-03-05T15:00:00+07:00") -> Said:
    """Return an Atom feed of these addresses, with an ETag."""
    entries = "".join(
        f'<entry><title>Judul</title><link href="{url}"/><published>{published}</published></entry>' for url in urls
    )
    body = f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'.encode()
    return Said(body, kind="application/atom+xml", headers={"ETag": f'"{blake2b(body, digest_size=6).hexdigest()}"'})


def with_etag(said: Said) -> Callable[[Asked], Said]:
    """Return an answer that says 304 to those who have it already."""

    def answer(asked: Asked) -> Said:
        if asked.headers.get("if-none-match") == said.headers.get("ETag"):
            return Said(b"", 304, said.kind, said.headers)
        return said

    return answer


def _handler(stage: Stage) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            said = stage.answer(Asked(headers.get("host", "").partition(":")[0], self.path, headers))
            self.send_response(said.status)
            self.send_header("Content-Type", said.kind)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            """Say nothing."""

    return Handler
