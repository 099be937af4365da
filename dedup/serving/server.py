"""The server: on this computer's own address alone, bounded in all it takes in, gone at the first signal."""

import errno
import logging
import signal
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask

from dedup.errors import GemaError
from dedup.serving.headers import HEADERS

HOST = "127.0.0.1"
# One that makes a page and one that answers meanwhile: with four, pages took longer.
_THREADS = 2
_HEADER_BYTES, _BODY_BYTES, _CONNECTIONS, _IDLE_S = 16_384, 1_024, 200, 30


class _Refusal(ErrorTask):  # type: ignore[misc]
    """The answer to what is no request, before any application: with the headers that all answers have."""

    def execute(self) -> None:
        self.response_headers.extend(HEADERS.items())
        super().execute()


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _Refusal


def run(app: Flask, port: int, ready: Callable[[int], None]) -> None:
    """Answer until SIGINT or SIGTERM; `ready` is told the port, which 0 leaves to the system.

    Raises GemaError where the port is not to be had.
    """
    # Who waits for a thread is no news.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    try:
        server = create_server(
            app,
            host=HOST,
            port=port,
            threads=_THREADS,
            ident="",
            max_request_header_size=_HEADER_BYTES,
            max_request_body_size=_BODY_BYTES,
            connection_limit=_CONNECTIONS,
            channel_timeout=_IDLE_S,
            cleanup_interval=_IDLE_S // 3,
            asyncore_use_poll=True,
            clear_untrusted_proxy_headers=True,
        )
    except OSError as error:
        raise GemaError(_why(error, port)) from error
    server.channel_class = _Channel
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    ready(server.effective_port)
    server.run()


def _why(error: OSError, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} is taken, perhaps by another `dedup serve`: --port 0 takes a free one"
    if error.errno == errno.EACCES:
        return f"port {port} is not for everybody: take one from 1024 on, such as --port 8420"
    return f"port {port} cannot be had: {error.strerror}"


def _leave(_: int, __: FrameType | None) -> NoReturn:
    raise SystemExit(0)
