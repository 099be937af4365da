"""The press on loopback: one server for all outlets, which tells them apart by the Host header.

with Newsroom(load(), now=datetime(2026, 3, 5, 12, tzinfo=UTC)) as newsroom:
    newsroom.url("antar-nusa", "/rss/terkini.xml")   # "http://antar-nusa.test:41211/rss/terkini.xml"
    newsroom.guard_allow                             # "antar-nusa.test:41211=127.0.0.1,…"
"""

import gzip
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.message import Message
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import blake2b
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from socketserver import TCPServer
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from tests.newsroom.edition import Edition
from tests.newsroom.layouts import environment
from tests.newsroom.listings import register
from tests.newsroom.outlets import OUTLETS
from tests.newsroom.site import Answer, Site
from tests.newsroom.texts import Press, Text

ADDRESS = "127.0.0.1"
# Shorter bodies gain nothing from gzip.
_WORTH_PACKING = 500


class Seen(NamedTuple):
    """A request that came in: `path` with its query, `host` without port, and the status it got."""

    method: str
    host: str
    path: str
    status: int


class Newsroom:
    """A running press. `now` is its clock (aware); `port` 0 takes any free one.

    `delay_s` is how long every answer takes; it may be changed while the server runs.
    """

    def __init__(self, press: Press, now: datetime, port: int = 0, delay_s: float = 0.0) -> None:
        if now.tzinfo is None:
            raise ValueError("The clock of the press needs a time zone, for example datetime.now(UTC).")
        self.delay_s = delay_s
        self._lock = threading.Lock()
        self._requests: list[Seen] = []
        self._templates = register(environment())
        self._server = _Server((ADDRESS, port), _Handler, self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="newsroom")
        self.port: int = self._server.server_address[1]
        self._show(Edition(press, now.astimezone(UTC), self.port))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def wait(self) -> None:
        """Return when the server has been shut down."""
        self._thread.join()

    @property
    def edition(self) -> Edition:
        """The press as it stands."""
        return self._edition

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names of all outlets, without port."""
        return tuple(outlet.host for outlet in OUTLETS.values())

    @property
    def guard_allow(self) -> str:
        """The value of GUARD_ALLOW that lets a crawl reach the outlets and nothing else here."""
        return ",".join(f"{host}:{self.port}={ADDRESS}" for host in self.hosts)

    @property
    def requests(self) -> list[Seen]:
        """What was asked so far, in order; a copy."""
        with self._lock:
            return list(self._requests)

    def forget_requests(self) -> None:
        """Begin the list of requests anew."""
        with self._lock:
            self._requests.clear()

    def url(self, outlet_id: str, path: str = "/") -> str:
        """Return the absolute address of a path at an outlet."""
        return self._edition.url(OUTLETS[outlet_id], path)

    def address_of(self, text_id: str) -> str:
        """Return the canonical address of an article."""
        text = self._edition.press.texts[text_id]
        return self.url(text.outlet, self._edition.path(text))

    def text_of(self, url: str) -> Text | None:
        """Return the article at an address, be it canonical, AMP, print, tracked or one page of several."""
        parts = urlsplit(url)
        site = self._sites.get(_outlet_of(parts.netloc))
        return site.text_at(f"{parts.path}?{parts.query}") if site else None

    def published(self, text_id: str) -> datetime:
        """Return when the article says it came out: UTC, to the minute."""
        return self._edition.published(self._edition.press.texts[text_id])

    def seeds(self) -> list[str]:
        """Return for each outlet the listing that names all its articles, or else its section pages."""
        found = []
        for site in self._sites.values():
            paths = (site.outlet.best_listing,) if site.outlet.best_listing else site.section_paths()
            found += [self.url(site.outlet.id, path) for path in paths]
        return found

    def hide(self, text_ids: Iterable[str]) -> None:
        """Take articles out of all listings; their addresses answer 404."""
        unknown = set(text_ids) - self._edition.press.texts.keys()
        if unknown:
            raise KeyError(f"The press has no {sorted(unknown)}.")
        self._reissue(self._edition.hidden | set(text_ids))

    def publish(self, text_id: str) -> None:
        """Let a hidden article appear."""
        self._reissue(self._edition.hidden - {text_id})

    def answer(self, host: str, target: str) -> Answer:
        """Return what a GET of `target` at this host (with or without port) gives, without a socket."""
        site = self._sites.get(_outlet_of(host))
        if site:
            return site.answer(target)
        return Answer(HTTPStatus.MISDIRECTED_REQUEST, "text/plain", b"No outlet of that name is here.\n", None)

    def note(self, seen: Seen) -> None:
        """Add a request to the list."""
        with self._lock:
            self._requests.append(seen)

    def _reissue(self, hidden: frozenset[str]) -> None:
        old = self._edition
        self._show(Edition(old.press, old.now, old.port, hidden, old.revision + 1))

    def _show(self, edition: Edition) -> None:
        """Threads that answer see the old sites or the new ones, never some of each."""
        self._edition = edition
        self._sites: Mapping[str, Site] = {
            outlet.id: Site.of(outlet, edition, self._templates) for outlet in OUTLETS.values()
        }


class _Server(ThreadingHTTPServer):
    """Knows its open connections, so that closing it leaves neither thread nor socket behind."""

    request_queue_size = 256
    daemon_threads = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], newsroom: Newsroom) -> None:
        self.newsroom = newsroom
        self._open: set[socket] = set()
        self._open_lock = threading.Lock()
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Bind without asking the name service for the machine's name, as HTTPServer would."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = ADDRESS, self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._open_lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Close every kept connection, then wait for the threads."""
        with self._open_lock:
            for connection in self._open:
                _hang_up(connection)
        super().server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is its own affair; anything else is a bug and is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "Newsroom", ""
    # One write for head and body: two would wait for each other's acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = 60

    def do_GET(self) -> None:
        newsroom = self.server.newsroom
        host = self.headers.get("Host", "")
        answer = newsroom.answer(host, self.path)
        status, body, headers = _prepared(answer, self.headers)
        newsroom.note(Seen(self.command, host.partition(":")[0].lower(), self.path, status))
        if newsroom.delay_s:
            time.sleep(newsroom.delay_s)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing: `Newsroom.requests` is the log."""


def _prepared(answer: Answer, asked: Message) -> tuple[int, bytes, dict[str, str]]:
    """Return status, body and headers for a client that sent the headers `asked`."""
    headers = {"Content-Type": answer.content_type, "Vary": "Accept-Encoding"}
    body = answer.body
    if answer.modified:
        etag = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
        headers |= {"ETag": etag, "Last-Modified": format_datetime(answer.modified, usegmt=True)}
        if _has_it(asked, etag, answer.modified):
            return HTTPStatus.NOT_MODIFIED, b"", headers | {"Content-Length": "0"}
    if "gzip" in asked.get("Accept-Encoding", "") and len(body) >= _WORTH_PACKING:
        body = gzip.compress(body, compresslevel=5, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return answer.status, body, headers | {"Content-Length": str(len(body))}


def _has_it(asked: Message, etag: str, modified: datetime) -> bool:
    """Tell whether the client's copy is current; a date counts only where no ETag is sent (RFC 9110, 13.1.3)."""
    tags = asked.get("If-None-Match")
    if tags is not None:
        return tags.strip() == "*" or etag.removeprefix("W/") in {
            tag.strip().removeprefix("W/") for tag in tags.split(",")
        }
    try:
        since = parsedate_to_datetime(asked.get("If-Modified-Since", ""))
    except ValueError:
        return False
    return since.tzinfo is not None and modified.replace(microsecond=0) <= since


def _outlet_of(host: str) -> str:
    """Return the outlet's id for "antar-nusa.test:8765"; browsers find "antar-nusa.localhost" by themselves."""
    name = host.partition(":")[0].lower()
    return name.removesuffix(".test").removesuffix(".localhost")


def _hang_up(connection: socket) -> None:
    try:
        connection.shutdown(SHUT_RDWR)
    except OSError:
        return
