"""How a run ends before all is done: what waits is let go, and what is on the line gets a moment, no more.

Scrapy by itself asks for all that waits in its slots first, at each host's delay: minutes after a SIGTERM.
"""

import asyncio
from typing import Any

from scrapy.core.engine import ExecutionEngine
from scrapy.exceptions import IgnoreRequest

# Of the half minute that a service manager leaves us, the rest is for writing down.
GRACE_S = 15.0


class LetGo(IgnoreRequest):
    """The run, or what it asks of this host, ended before this request was made; its address is still due."""


def is_closing(engine: ExecutionEngine) -> bool:
    """Tell whether the engine was told to end, by a signal or by anything else."""
    slot = engine._slot
    return slot is not None and slot.closing is not None


def is_idle(engine: ExecutionEngine) -> bool:
    """Tell whether nothing is being fetched, read or waiting."""
    scraping = engine.scraper.slot is not None and not engine.scraper.slot.is_idle()
    scheduled = engine.scheduler is not None and engine.scheduler.has_pending_requests()
    return not (engine.downloader.active or scraping or scheduled)


def let_go(engine: ExecutionEngine, host: str | None = None) -> None:
    """End every request that waits for its turn, or only those of one host, with LetGo."""
    for name, slot in engine.downloader.slots.items():
        while slot.queue and host in {None, name}:
            _, waiting = slot.queue.popleft()
            waiting.errback(LetGo("nothing more is asked for"))


def hang_up() -> None:
    """Break every connection to a server: what was to come over it fails now."""
    from twisted.internet import reactor
    from twisted.internet.tcp import Client

    # Its types say that these are methods of an interface, not of this object.
    running: Any = reactor
    connections: list[Any] = [*running.getReaders(), *running.getWriters()]
    for connection in connections:
        if isinstance(connection, Client):
            connection.abortConnection()  # type: ignore[no-untyped-call]


async def wind_up(engine: ExecutionEngine) -> None:
    """Let go what waits, now and as it comes; after GRACE_S, hang up. Runs until it is cancelled."""
    waited = 0.0
    while True:
        let_go(engine)
        if waited >= GRACE_S:
            hang_up()
        await asyncio.sleep(0.25)
        waited += 0.25
