"""A web server on loopback that sends whatever bytes a test gives it, well-formed or not."""

import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any, NamedTuple, Self

ADDRESS = "127.0.0.1"


class Asked(NamedTuple):
    """A request that came in; `target` as sent, header names in lower case, the last one of a name."""

    method: str
    target: str
    headers: dict[str, str]


Answering = Callable[[Asked], Iterable[bytes]]


class Site:
    """A running server. `answering` gives the bytes of each answer, piece by piece; then the line is closed."""

    def __init__(self, answering: Answering, tls: ssl.SSLContext | None = None) -> None:
        self.answering = answering
        self.stopping = threading.Event()
        self._tls = tls
        self._lock = threading.Lock()
        self._requests: list[Asked] = []
        self._server = _Server((ADDRESS, 0), _Handler)
        self._server.site = self
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="hostile")
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def requests(self) -> list[Asked]:
        """What was asked so far, in order; a copy."""
        with self._lock:
            return list(self._requests)

    def note(self, asked: Asked) -> None:
        """Remember a request."""
        with self._lock:
            self._requests.append(asked)

    def forget(self) -> None:
        """Begin the list of requests anew."""
        with self._lock:
            self._requests.clear()

    def url(self, host: str, path: str = "/") -> str:
        """Return the address of a path at a host that stands for this server."""
        return f"{'http' if self._tls is None else 'https'}://{host}:{self.port}{path}"

    def triple(self, host: str) -> str:
        """Return the exception to the guard that lets a crawl ask this server by this name."""
        return f"{host}:{self.port}={ADDRESS}"


def answer(
    body: bytes | str = b"",
    status: int = 200,
    headers: Sequence[tuple[str, str]] = (),
    content_type: str = "text/html; charset=utf-8",
) -> Iterator[bytes]:
    """Yield an answer as it should be, except that header values are sent as they are."""
    content = body.encode() if isinstance(body, str) else body
    lines = [("Content-Type", content_type), ("Content-Length", str(len(content))), ("Connection", "close"), *headers]
    yield f"HTTP/1.1 {status} -\r\n".encode()
    yield "".join(f"{name}: {value}\r\n" for name, value in lines).encode("utf-8", "surrogateescape") + b"\r\n"
    yield content


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 100
    site: Site

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up is what is wanted here."""


class _Handler(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        asked = self._read()
        if asked is None:
            return
        site = self.server.site
        site.note(asked)
        for piece in site.answering(asked):
            if site.stopping.is_set():
                return
            self.wfile.write(piece)

    def _read(self) -> Asked | None:
        words = self.rfile.readline(65_536).decode("latin-1").split()
        if len(words) != 3:
            return None
        headers = {}
        while line := self.rfile.readline(65_536).decode("latin-1").strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return Asked(words[0], words[1], headers)
