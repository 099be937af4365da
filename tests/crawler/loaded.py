"""A process that has loaded Scrapy: `python -m MODULE…` as a fork of it begins at once.

Loading takes most of the CPU of a test's crawl. What the start itself does is for those tests that run the command as
a process of its own: `test_usage`, `test_collect`, `test_cron`, `test_whole_way`.
"""

import atexit
import gc
import os
import pickle
import random
import resource
import runpy
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, NamedTuple

from scrapy.utils.misc import load_object, walk_modules_iter
from scrapy.utils.project import get_project_settings

from crawler import discovery, extraction, language  # noqa: F401
from dedup import site_of_host

_PROJECT = Path(__file__).resolve().parents[2]


class _Order(NamedTuple):
    module: Sequence[str]
    environment: Mapping[str, str]
    most_bytes: int


class Process:
    """A module that runs as a process of its own; `number` is its process id."""

    def __init__(
        self, *module: str, environment: Mapping[str, str], out: BinaryIO, err: BinaryIO, most_bytes: int
    ) -> None:
        """Begin it in the project's folder; no file that it writes grows over `most_bytes`."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(_server(), [b"1"], [theirs.fileno(), out.fileno(), err.fileno()])
        self._told = ours
        with ours.makefile("wb") as order:
            pickle.dump(_Order(module, environment, most_bytes), order)
        ours.shutdown(socket.SHUT_WR)
        self.number = self._heard()

    def ended(self, within_s: float) -> bool:
        """Tell whether it has ended or ends within so many seconds."""
        return bool(select.select([self._told], [], [], within_s)[0])

    def code(self) -> int:
        """Return its exit code, the negative signal where one ended it; waits for the end, once."""
        with self._told:
            return self._heard()

    def _heard(self) -> int:
        said = self._told.recv(8, socket.MSG_WAITALL)
        assert len(said) == 8, "the process that watched over it is gone"
        return int.from_bytes(said, "big", signed=True)


@cache
def _server() -> socket.socket:
    """Start the process that has loaded all of it, once; it ends with this one."""
    ours, theirs = socket.socketpair()
    with theirs:
        server = subprocess.Popen(
            [sys.executable, "-m", __name__], cwd=_PROJECT, stdin=theirs.fileno(), stdout=subprocess.DEVNULL
        )

    def end() -> None:
        ours.close()
        server.wait()

    atexit.register(end)
    return ours


def _load() -> None:
    """Load what crawls do, and nothing that chooses a reactor: that is for the settings."""
    settings = get_project_settings()
    for component in settings.get("EXTENSIONS_BASE"):
        load_object(component)
    for package in ("scrapy.commands", "crawler.commands"):
        list(walk_modules_iter(package))
    for name in ("alembic.command", "crawler.handler", "crawler.progress", "scrapy.core.engine", "scrapy.pqueues"):
        import_module(name)
    # The models of languages, and the list of public suffixes.
    language.load()
    site_of_host("desa.test")
    gc.collect()
    gc.freeze()


def _serve() -> _Order | None:
    """Answer orders until there are no more; return one in each process that is to run it."""
    orders = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while (received := socket.recv_fds(orders, 1, 3))[0]:
        told, out, err = received[1]
        if os.fork() == 0:
            orders.close()
            os.dup2(out, 1)
            os.dup2(err, 2)
            os.close(out)
            os.close(err)
            return _watched(socket.socket(fileno=told))
        for file in received[1]:
            os.close(file)
    return None


def _watched(told: socket.socket) -> _Order:
    """Return the order in a process of its own; what remains here tells its number and its exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with told.makefile("rb") as received:
        # Only the process that began this one writes to it.
        order: _Order = pickle.load(received)
    number = os.fork()
    if number == 0:
        told.close()
        return order
    told.sendall(number.to_bytes(8, "big"))
    _, status = os.waitpid(number, 0)
    told.sendall(os.waitstatus_to_exitcode(status).to_bytes(8, "big", signed=True))
    os._exit(0)


if __name__ == "__main__":
    _load()
    ordered = _serve()
    if ordered is not None:
        os.environ.clear()
        os.environ.update(ordered.environment)
        time.tzset()
        random.seed()
        resource.setrlimit(resource.RLIMIT_FSIZE, (ordered.most_bytes, ordered.most_bytes))
        sys.argv = list(ordered.module)
        runpy.run_module(ordered.module[0], run_name="__main__", alter_sys=True)
