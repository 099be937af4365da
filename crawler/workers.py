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
from pathlib import Path

from crawler.page import Page, Rejection
from crawler.task import Answer, Continued, Task
from crawler.task import answer as answer_here
from crawler.worker import LENGTH, READY
from dedup import Article

LIMIT_S = 20
# Libraries that parse HTML leak; a fresh process now and then keeps memory flat.
_PAGES_EACH = 500
_START_LIMIT_S = 120
# What each process runs.
MODULE = "crawler.worker"


class CannotExtract(Exception):
    """No process that extracts can be started; the message says which did not."""


class Workers:
    """Reads pages into articles, `count` at a time; 0: in this process, without a time limit.

    No process is started before the first page. `module` is what each runs instead of MODULE; it answers like it.
    """

    def __init__(
        self,
        count: int,
        limit_s: int = LIMIT_S,
        pages_each: int = _PAGES_EACH,
        module: str = "",
    ) -> None:
        self._free = asyncio.Semaphore(count) if count else None
        self._limit_s = limit_s
        self._pages_each = pages_each
        self._module = module or MODULE
        self._idle: list[_Worker] = []
        self._alive: set[_Worker] = set()

    async def read(self, pages: Sequence[Page]) -> Article | Rejection:
        """Return what `extraction.read` makes of the pages of one article.

        A Rejection `timeout` where it took longer than the limit, `broken` where the process died of it. Raises
        CannotExtract where no process can be started.
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
                if worker.usable and worker.pages < self._pages_each:
                    self._idle.append(worker)
                else:
                    await self._end(worker)

    async def close(self) -> None:
        """End all processes."""
        for worker in tuple(self._alive):
            await self._end(worker)
        self._idle.clear()

    async def _start(self) -> "_Worker":
        worker = await _Worker.start(self._module, self._limit_s)
        self._alive.add(worker)
        return worker

    async def _end(self, worker: "_Worker") -> None:
        self._alive.discard(worker)
        await worker.end()


class _Worker:
    """One process. `usable` until a page killed it."""

    def __init__(self, process: Process, limit_s: int) -> None:
        self._process = process
        self._limit_s = limit_s
        self.pages = 0
        self.usable = True

    @classmethod
    async def start(cls, module: str, limit_s: int) -> "_Worker":
        """Return a process that is ready; raises CannotExtract where it cannot start."""
        # Twice the limit: the process's own alarm is only for when this one is gone.
        command = (sys.executable, "-m", module, str(2 * limit_s))
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, env=_environment(), limit=2**20
        )
        worker = cls(process, limit_s)
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
            answer = await asyncio.wait_for(self._ask(pickle.dumps(task, pickle.HIGHEST_PROTOCOL)), self._limit_s)
        except TimeoutError:
            self.usable = False
            return Rejection(url, "timeout", f"not read within {self._limit_s} s")
        except (asyncio.IncompleteReadError, ConnectionError):
            self.usable = False
            return Rejection(url, "broken", "the extracting process died of it")
        except asyncio.CancelledError:
            # The answer to this page would be taken for the next one's.
            self.usable = False
            raise
        # What our own process wrote.
        result: Answer = pickle.loads(answer)  # noqa: S301
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
