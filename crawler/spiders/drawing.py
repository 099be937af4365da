"""What a run asks for next: drawn from the ledger as room comes, until nothing is due or in flight."""

import asyncio
from collections.abc import Callable
from time import monotonic

from crawler.entry import Entry
from crawler.frontier import Frontier
from crawler.run import Run

_LOOK_AGAIN_S = 1.0
# Answers that come within this time are made up for with one look into the ledger.
_GATHER_S = 0.02
_STIR_ALL_S = 5.0


class Drawing:
    """Hands out what is due, a few addresses a host at a time, and counts what came back."""

    def __init__(self, run: Run, frontier: Frontier, is_idle: Callable[[], bool]) -> None:
        """Draw from the ledger of a run; `is_idle` tells whether the engine has nothing left of what was handed out."""
        self.frontier = frontier
        self._run = run
        self._is_idle = is_idle
        self._answered = asyncio.Event()
        self._ended = False

    def settle(self, entry: Entry) -> None:
        """Count an address that came back; there is room for another."""
        self.frontier.settle(entry)
        self._answered.set()

    def end(self) -> None:
        """Hand out no more."""
        self._ended = True
        self._answered.set()

    async def entries(self) -> list[Entry]:
        """Wait for room; return what is due then, or nothing when all is done."""
        stirred = monotonic()
        while not self._ended:
            self._answered.clear()
            if monotonic() - stirred >= _STIR_ALL_S:
                stirred = monotonic()
                self.frontier.stir_all()
            entries = await self._draw()
            if entries:
                return entries
            if self._answered.is_set():
                # The ledger was asked with hosts counted busy that have become free meanwhile.
                continue
            if not self.frontier.in_flight:
                return await self._draw_alone()
            try:
                await asyncio.wait_for(self._answered.wait(), _LOOK_AGAIN_S)
                await asyncio.sleep(_GATHER_S)
            except TimeoutError:
                if self._is_idle():
                    # What is in flight here is nowhere in the engine: it will be counted as lost.
                    return []
        return []

    async def _draw(self) -> list[Entry]:
        frontier, now = self.frontier, self._run.clock.now()
        room = frontier.room(now)
        if not room:
            return []
        draw = self._run.ledger.draw
        entries = await self._run.write(draw, room, frontier.free, frontier.articles, now, frontier.left)
        frontier.take(room, entries)
        return entries

    async def _draw_alone(self) -> list[Entry]:
        now = self._run.clock.now()
        if self.frontier.articles <= 0:
            return []
        entries = await self._run.write(self._run.ledger.draw_alone, now, self.frontier.closed(now))
        self.frontier.take({}, entries)
        return entries
