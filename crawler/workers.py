"""Extraction in processes of its own, so that a page that hangs or crashes a library costs one page.

Lean processes over pipes of their own: a pool of the standard library fails all its pages when one process
dies, leaves its processes behind when the parent is killed, and imports Scrapy into each.
"""

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from crawler.page import Page, Rejection
from crawler.task import Answer, Continued, Task
from crawler.task import answer as answer_here
from crawler.worker import LENGTH, READY
from dedup import Article

_START_LIMIT_S = 120
# What each process runs.
MODULE = "crawler.worker"


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

    No process is started before the first page. `module` is what each runs instead of MODULE; it answers like it.
    """

    def __init__(self, count: int, limits: Limits | None = None, module: str = "") -> None:
        self._free = asyncio.Semaphore(count) if count else None
        self._limits = limits or Limits()
        self._module = module or MODULE
        self._idle: list[_Worker] = []
        self._alive: set[_Worker] = set()

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
        """End all processes."""
        for worker in tuple(self._alive):
            await self._end(worker)
        self._idle.clear()

    async def _start(self) -> "_Worker":
        worker = await _Worker.start(self._module, self._limits)
        self._alive.add(worker)
        return worker

    async def _end(self, worker: "_Worker") -> None:
        self._alive.discard(worker)
        await worker.end()


class _Worker:
    """One process. `usable` until a page killed it."""

    def __init__(self, process: Process, limits: Limits) -> None:
        self._process = process
        self._limits = limits
        self.pages = 0
        self.usable = True

    @classmethod
    async def start(cls, module: str, limits: Limits) -> "_Worker":
        """Return a process that is ready; raises CannotExtract where it cannot start."""
        # Twice the limit: the process's own alarm is only for when this one is gone.
        command = (sys.executable, "-m", module, str(2 * limits.seconds), str(limits.memory_mb))
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, env=_environment(), limit=2**20
        )
        worker = cls(process, limits)
        try:
            answer = await asyncio.wait_for(worker._receive(), _START_LIMIT_S)
        except (asyncio.IncompleteReadError, TimeoutError) as error:
            await worker.end()
            raise CannotExtract(f"{' '.join(command)} did not start; its message stands above") from error
        if answer != READY:
            await worker.end()
            raise CannotExtract(f"{module} does not answer as a worker does")
        return worker

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
        if self._process.returncode is None:
            self._process.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()

    async def _ask(self, body: bytes) -> bytes:
        if self._process.stdin is None:
            raise ConnectionError("no pipe")
        self._process.stdin.write(LENGTH.pack(len(body)) + body)
        await self._process.stdin.drain()
        return await self._receive()

    async def _receive(self) -> bytes:
        if self._process.stdout is None:
            raise ConnectionError("no pipe")
        (length,) = LENGTH.unpack(await self._process.stdout.readexactly(LENGTH.size))
        return await self._process.stdout.readexactly(length)


def _environment() -> dict[str, str]:
    """Return the environment in which `-m crawler.worker` finds this very program from any folder."""
    here = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join(filter(None, (here, os.environ.get("PYTHONPATH", ""))))
    return os.environ | {"PYTHONPATH": path}
