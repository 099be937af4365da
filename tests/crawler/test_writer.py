"""The writing thread: many jobs in one batch, each with its own result."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event, current_thread, main_thread

import pytest

from crawler.writer import Writer


class Disk:
    """Counts what is opened; `full` makes closing fail, as a commit on a full disk does."""

    def __init__(self) -> None:
        self.batches = 0
        self.full = False

    @contextmanager
    def batch(self) -> Iterator["Disk"]:
        self.batches += 1
        yield self
        if self.full:
            raise OSError("No space left on device")


def _append(done: list[int], number: int, _: Disk) -> None:
    done.append(number)


def test_jobs_are_done_in_order_on_one_other_thread() -> None:
    writer = Writer("test", Disk().batch)
    done: list[int] = []
    futures = [writer.submit(partial(_append, done, number)) for number in range(50)]
    thread = writer.submit(lambda _: current_thread()).result(5)
    writer.close()
    assert done == list(range(50))
    assert all(future.done() for future in futures)
    assert thread is not main_thread()


def test_jobs_that_wait_share_a_batch() -> None:
    disk = Disk()
    writer = Writer("test", disk.batch)
    gate = Event()
    first = writer.submit(lambda _: gate.wait(5))
    rest = [writer.submit(lambda disk: disk.batches) for _ in range(20)]
    gate.set()
    assert first.result(5)
    assert {future.result(5) for future in rest} == {1}
    writer.close()


def test_a_job_that_fails_fails_alone() -> None:
    writer = Writer("test", Disk().batch)

    async def both() -> tuple[object, object]:
        results = await asyncio.gather(writer.do(lambda _: 1 // 0), writer.do(lambda _: "fine"), return_exceptions=True)
        return results[0], results[1]

    failed, fine = asyncio.run(both())
    writer.close()
    assert isinstance(failed, ZeroDivisionError)
    assert fine == "fine"
    assert writer.trouble is None


def test_no_job_has_a_result_before_its_batch_is_safe() -> None:
    disk = Disk()
    disk.full = True
    writer = Writer("test", disk.batch)
    with pytest.raises(OSError, match="No space left"):
        writer.submit(lambda _: "written").result(5)
    writer.close()
    assert "No space left" in str(writer.trouble)


def test_closing_waits_for_what_was_given() -> None:
    writer = Writer("test", Disk().batch)
    futures = [writer.submit(lambda _: "done") for _ in range(200)]
    writer.close()
    assert [future.result(0) for future in futures] == ["done"] * 200
