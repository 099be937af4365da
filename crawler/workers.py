"""Extraction in processes of its own, so that a page that hangs or crashes a library costs one page.

Lean processes over sockets of their own, forked from one that has loaded everything (see `crawler.worker`): a pool of
the standard library fails all its pages when one process dies, leaves its processes behind when the parent is killed,
and imports Scrapy into each.
"""

import asyncio
import os
import pickle
import socket
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from crawler.page import Page, Rejection
from crawler.task import Answer, Continued, Task
from crawler.task import answer as answer_here
from crawler.worker import LENGTH, ORDER, READY
from dedup import Article

_START_LIMIT_S = 120
_ENDED_S = 5
# What the process runs from which workers are forked.
MODULE = "crawler.worker"
_STDERR = 2


class CannotExtract(Exception):
    """No process that extracts can be started; the message says which did not."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one page may take of seconds and MiB, and how many pages a process reads before another replaces it."""

    seconds: int = 20
    # A process stands at 200 to 250 MiB after real pages; 0: no limit.
    memory_mb: int = 1_024
    # Libraries that parse HTML leak; a fresh process now and then keeps memory flat.
    pages: int = 500

    @classmethod
    def from_settings(cls, settings: Any) -> Self:
        """Return the limits that Scrapy's settings set."""
        names = ("EXTRACTION_LIMIT_S", "EXTRACTION_MEMORY_MB", "EXTRACTION_PAGES_EACH")
        return cls(*map(settings.getint, names))


class Workers:
    """Reads pages into articles, `count` at a time; 0: in this process, without limits.

    No process is started before the first page. `module` is what runs instead of MODULE; it answers like it.
    """

    def __init__(self, count: int, limits: Limits | None = None, module: str = "") -> None:
        self._free = asyncio.Semaphore(count) if count else None
        self._limits = limits or Limits()
        self._module = module or MODULE
        self._idle: list[_Worker] = []
        self._alive: set[_Worker] = set()
        self._nursery: _Nursery | None = None
        self._starting = asyncio.Lock()
        self._closed = False

    async def read(self, pages: Sequence[Page]) -> Article | Rejection:
        """Return what `extraction.read` makes of the pages of one article.

        A Rejection `timeout` or `memory` where it took more than the limits, `broken` where the process died of it.
        Raises CannotExtract where no process can be started.
        """
        found = await self._answer(Task("read", pages))
        return Rejection(found.url, "broken", "more pages were asked for") if isinstance(found, Continued) else found

    async def begin(self, page: Page, rule: str = "") -> Answer:
        """Return what a page alone makes, as `read` does; or what else belongs to its article."""
        return await self._answer(Task("begin", (page,), rule))

    async def look(self, page: Page, rule: str = "") -> Continued:
        """Return what a part of an article says comes after it; nothing, where it cannot be read."""
        found = await self._answer(Task("look", (page,), rule))
        return found if isinstance(found, Continued) else Continued(page.url)

    async def _answer(self, task: Task) -> Answer:
        if self._free is None:
            return answer_here(task)
        async with self._free:
            worker = self._idle.pop() if self._idle else await self._start()
            try:
                return await worker.answer(task)
            finally:
                if worker.usable and worker.pages < self._limits.pages:
                    self._idle.append(worker)
                else:
                    await self._end(worker)

    async def close(self) -> None:
        """End all processes; what is still being read is `broken`."""
        self._closed = True
        self._idle.clear()
        try:
            for worker in tuple(self._alive):
                await self._end(worker)
        finally:
            if self._nursery is not None:
                await self._nursery.end()

    async def _start(self) -> "_Worker":
        if self._closed:
            # What waited for its turn when all ended would start what nobody ends.
            raise CannotExtract("all processes that extract have ended")
        nursery = await self._loaded()
        try:
            worker = await _Worker.start(nursery, self._limits)
        except CannotExtract:
            if not nursery.proven:
                raise
            # What worked before was killed, or has no memory left to fork.
            await nursery.end()
            return await self._start()
        nursery.proven = True
        self._alive.add(worker)
        return worker

    async def _loaded(self) -> "_Nursery":
        async with self._starting:
            if self._nursery is not None and self._nursery.gone:
                await self._nursery.end()
                self._nursery = None
            if self._nursery is None:
                self._nursery = await _Nursery.start(self._module, self._limits)
            return self._nursery

    async def _end(self, worker: "_Worker") -> None:
        self._alive.discard(worker)
        await worker.end()


class _Nursery:
    """The process that has loaded everything, and from which workers are forked; `proven` once one was."""

    def __init__(self, process: Process, orders: socket.socket, name: str) -> None:
        self._process = process
        self._orders = orders
        self.name = name
        self.proven = False

    @classmethod
    async def start(cls, module: str, limits: Limits) -> Self:
        # Twice the limit: the worker's own alarm is only for when nobody is left to end it.
        command = (sys.executable, "-m", module, str(2 * limits.seconds), str(limits.memory_mb))
        ours, theirs = socket.socketpair()
        with theirs:
            # What a library prints is no output of the crawl's: it goes where messages go.
            process = await asyncio.create_subprocess_exec(
                *command, stdin=theirs.fileno(), stdout=_STDERR, env=_environment()
            )
        return cls(process, ours, " ".join(command))

    @property
    def gone(self) -> bool:
        return self._process.returncode is not None

    def begin(self) -> socket.socket:
        """Return where a new worker will answer; where there is nobody to begin it, the other end is closed."""
        ours, theirs = socket.socketpair()
        with theirs, suppress(OSError):
            socket.send_fds(self._orders, [ORDER.pack(0)], [theirs.fileno()])
        return ours

    def end_worker(self, number: int) -> None:
        with suppress(OSError):
            self._orders.send(ORDER.pack(number))

    async def end(self) -> None:
        # Where it hears no more, it ends its workers and then itself; before it has any, it may be loading still.
        self._orders.close()
        if self.proven:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), _ENDED_S)
        if not self.gone:
            self._process.kill()
        await self._process.wait()


class _Worker:
    """One process. `usable` until a page killed it."""

    def __init__(
        self, nursery: _Nursery, number: int, answers: StreamReader, tasks: StreamWriter, limits: Limits
    ) -> None:
        self._nursery = nursery
        self._number = number
        self._answers = answers
        self._tasks = tasks
        self._limits = limits
        self._asked = False
        self.pages = 0
        self.usable = True

    @classmethod
    async def start(cls, nursery: _Nursery, limits: Limits) -> "_Worker":
        """Return a process that is ready; raises CannotExtract where it cannot start."""
        answers, tasks = await asyncio.open_unix_connection(sock=nursery.begin(), limit=2**20)
        said = b""
        try:
            with suppress(asyncio.IncompleteReadError, TimeoutError, ConnectionError):
                said = await asyncio.wait_for(_received(answers), _START_LIMIT_S)
        finally:
            if not said.startswith(READY):
                tasks.close()
        if not said.startswith(READY):
            what = "does not answer as a worker does" if said else "did not start; its message stands above"
            raise CannotExtract(f"{nursery.name} {what}")
        (number,) = LENGTH.unpack(said.removeprefix(READY))
        return cls(nursery, number, answers, tasks, limits)

    async def answer(self, task: Task) -> Answer:
        """Return the process's answer, or the Rejection that its end means."""
        self.pages += 1
        url = task.pages[0].url if task.pages else ""
        try:
            answer = await asyncio.wait_for(
                self._ask(pickle.dumps(task, pickle.HIGHEST_PROTOCOL)), self._limits.seconds
            )
        except TimeoutError:
            self.usable = False
            return Rejection(url, "timeout", f"not read within {self._limits.seconds} s")
        except (asyncio.IncompleteReadError, ConnectionError):
            self.usable = False
            return Rejection(url, "broken", "the extracting process died of it")
        except asyncio.CancelledError:
            # The answer to this page would be taken for the next one's.
            self.usable = False
            raise
        # What our own process wrote.
        result: Answer = pickle.loads(answer)  # noqa: S301
        # What it took it may not give back.
        self.usable = not (isinstance(result, Rejection) and result.reason == "memory")
        return result

    async def end(self) -> None:
        """End the process, at once."""
        self.usable = False
        self._nursery.end_worker(self._number)
        try:
            # Its end of the socket goes with it. One whose nursery is gone ends when it next reads, or by its alarm.
            if not self._asked and not self._nursery.gone:
                with suppress(TimeoutError, ConnectionError):
                    await asyncio.wait_for(self._answers.read(), _ENDED_S)
        finally:
            self._tasks.close()

    async def _ask(self, body: bytes) -> bytes:
        self._asked = True
        try:
            self._tasks.write(LENGTH.pack(len(body)) + body)
            await self._tasks.drain()
            return await _received(self._answers)
        finally:
            self._asked = False


async def _received(answers: StreamReader) -> bytes:
    (length,) = LENGTH.unpack(await answers.readexactly(LENGTH.size))
    return await answers.readexactly(length)


def _environment() -> dict[str, str]:
    """Return the environment in which `-m crawler.worker` finds this very program from any folder."""
    here = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH", ""))))
    # One that forks should have no threads; extraction multiplies nothing that is worth any.
    return os.environ | {"PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}
