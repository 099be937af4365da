"""What hostile pages do to extraction: outcomes, seconds, and the memory of one process over thousands of pages.

`python -m tests.benchmarks.hostile_pages [MUTATED] [--slow] [--memory PAGES]`, on real pages too where GEMA_SHARED is.
"""

import argparse
import asyncio
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from pathlib import Path

from crawler.page import Page, Rejection
from crawler.workers import Limits, Workers
from dedup import Article
from tests.crawler.hostile_pages import SLOW, page
from tests.crawler.mutations import mutated, originals

LIMIT_S = 20
_POINTS = 20


async def _outcomes(pages: Iterable[Page], count: int) -> tuple[Counter[str], list[float]]:
    """Return how often each outcome came, and the wall seconds of each page, `count` pages at a time."""
    workers = Workers(count, Limits(LIMIT_S))
    outcomes: Counter[str] = Counter()
    seconds: list[float] = []
    turns = asyncio.Semaphore(count)

    async def one(each: Page) -> None:
        async with turns:
            begun = time.monotonic()
            found = await workers.read([each])
            seconds.append(time.monotonic() - begun)
            outcomes[_named(found)] += 1

    try:
        await asyncio.gather(*map(one, pages))
    finally:
        await workers.close()
    return outcomes, seconds


def _named(found: Article | Rejection) -> str:
    if isinstance(found, Article):
        return "article"
    # The message of an exception tells which one; what could not be parsed is no exception.
    return f"{found.reason}: {found.detail}"[:80] if found.reason == "broken" else found.reason


def mutated_pages(count: int) -> None:
    """Print what becomes of mutated pages."""
    outcomes, seconds = asyncio.run(_outcomes(mutated(count), os.cpu_count() or 1))
    ordered = sorted(seconds)
    print(f"{count} mutated pages: {', '.join(f'{n} {name}' for name, n in outcomes.most_common())}")
    shown = (f"{share:.0%} {ordered[int(share * (count - 1))]:.2f} s" for share in (0.5, 0.99, 1.0))
    print(f"wall seconds a page: {', '.join(shown)}")


def slow_pages() -> None:
    """Print what becomes of each page that takes long."""
    for name, content in SLOW.items():
        outcomes, seconds = asyncio.run(_outcomes([page(content)], 1))
        print(f"{name:22} {len(content) / 1e6:5.1f} MB  {next(iter(outcomes)):12} {seconds[0]:5.1f} s")


def memory(count: int) -> None:
    """Print the memory of one process that reads so many pages, never recycled: one in ten is mutated."""

    async def scene() -> None:
        workers = Workers(1, Limits(LIMIT_S, pages=count + 1))
        begun = time.monotonic()
        try:
            for number, each in enumerate(_stream(count), 1):
                await workers.read([each])
                if number in {1, 100} or number % max(1, count // _POINTS) == 0:
                    now, most = _resident()
                    print(
                        f"{number:6} pages  {now:4} MiB now  {most:4} MiB at most  {time.monotonic() - begun:6.0f} s",
                        flush=True,
                    )
        finally:
            await workers.close()

    asyncio.run(scene())


def _stream(count: int) -> Iterator[Page]:
    plain, odd = cycle(originals()), mutated(count // 10, seed=1)
    return islice((next(odd) if number % 10 == 0 else next(plain) for number in range(1, count + 1)), count)


def _resident() -> tuple[int, int]:
    """Return the resident memory of the child process, now and at its highest, in MiB."""
    child = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()[0]
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{child}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) // 1024, int(fields["VmHWM"].split()[0]) // 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mutated", nargs="?", type=int, default=0)
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("--memory", type=int, default=0)
    options = parser.parse_args()
    if options.mutated:
        mutated_pages(options.mutated)
    if options.slow:
        slow_pages()
    if options.memory:
        memory(options.memory)
