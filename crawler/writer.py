"""One thread that writes: to the corpus, or to the archive.

Jobs that wait while another is written go out together, in one transaction or under one sync to disk, so that
durability costs one disk wait for many pages and the reactor never waits for a disk.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic, sleep
from typing import Any, Generic, TypeVar

H = TypeVar("H")
T = TypeVar("T")
_Job = tuple[Callable[[H], Any], "Future[Any]"]

_BATCH_S = 0.5
_REST_S = 0.02


class Writer(Generic[H]):
    """Does jobs on a thread of its own, in the order they came.

    `opening()` makes the context of a batch: what it yields goes to each job, and a job's result is known
    once the context has closed. `trouble` is the first error of a context, such as a full disk.
    """

    def __init__(self, name: str, opening: Callable[[], AbstractContextManager[H]]) -> None:
        self.trouble: Exception | None = None
        self._opening = opening
        self._jobs: SimpleQueue[_Job[H] | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[H], T]) -> "Future[T]":
        """Return the future result of `job`; it raises what the job or the batch's context raised."""
        future: Future[T] = Future()
        self._jobs.put((job, future))
        return future

    async def do(self, job: Callable[[H], T]) -> T:
        """Return the result of `job`."""
        return await asyncio.wrap_future(self.submit(job))

    def close(self) -> None:
        """Return when all jobs are done. None may come after."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        ended = 0.0
        while (job := self._jobs.get()) is not None:
            if monotonic() - ended < _REST_S:
                # There is much to do: what comes meanwhile shares a commit.
                sleep(_REST_S)
            self._do_batch(job)
            ended = monotonic()

    def _do_batch(self, first: _Job[H]) -> None:
        outcomes: list[tuple[Future[Any], Any, Exception | None]] = []
        taken: list[Future[Any]] = []
        try:
            with self._opening() as handle:
                for job, future in self._waiting(first):
                    if not future.set_running_or_notify_cancel():
                        continue
                    taken.append(future)
                    outcomes.append((future, *_outcome(job, handle)))
        except Exception as error:  # noqa: BLE001 - it goes to those who wait for the jobs
            self.trouble = self.trouble or error
            for future in taken or _running(first):
                future.set_exception(error)
            return
        for future, result, failure in outcomes:
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)

    def _waiting(self, first: _Job[H]) -> Iterator[_Job[H]]:
        """Yield the first job and those that wait by now; transactions stay short."""
        yield first
        until = monotonic() + _BATCH_S
        while monotonic() < until:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return
            if job is None:
                self._jobs.put(None)
                return
            yield job


def _running(job: _Job[H]) -> list["Future[Any]"]:
    """Return the future of a job whose batch could not be opened, unless nobody waits for it any more."""
    return [job[1]] if job[1].set_running_or_notify_cancel() else []


def _outcome(job: Callable[[H], Any], handle: H) -> tuple[Any, Exception | None]:
    try:
        return job(handle), None
    except Exception as error:  # noqa: BLE001 - it goes to the one who waits for this job
        return None, error
