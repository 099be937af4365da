"""Which hosts a run leaves alone: those that refuse it, want a pause, do not answer, or have been asked enough."""

import logging
from collections import Counter
from collections.abc import Set
from datetime import datetime, timedelta

from scrapy.core.engine import ExecutionEngine

from crawler import hosts
from crawler.frontier import Frontier
from crawler.outcome import blocked_pause
from crawler.run import Run
from crawler.spiders.ending import let_go

logger = logging.getLogger(__name__)

# Blocked so often without a page between, a host wants us away and not only from some pages.
_BLOCKS_OF_HOST = 3
_OF_THE_HOST = frozenset({"too-many", "challenge", "consent"})
# Who wants to be asked again at once would have the same address asked for again and again in one run.
_LEAST_PAUSE = timedelta(minutes=10)
# So often without any answer between, it is down: each more would be waited for until DOWNLOAD_TIMEOUT.
_SILENCES_OF_HOST = 5
_NO_ANSWER = frozenset({"timeout", "no-such-host", "no-connection"})


class Manners:
    """What hosts have said in this run of being asked, and what follows for the frontier and the next runs."""

    def __init__(self, run: Run, frontier: Frontier, engine: ExecutionEngine) -> None:
        self._run = run
        self._frontier = frontier
        self._engine = engine
        self._blocks: Counter[str] = Counter()
        self._silences: Counter[str] = Counter()
        for host, until in run.pauses.items():
            frontier.close(host, until)

    async def blocked(
        self, host: str, both: Set[str], reason: str, asked: datetime | None
    ) -> tuple[datetime | None, bool]:
        """Count that `host` refused; leave `both` alone where it means all of it, until the time it `asked` for if any.

        Returns when the address may be asked for again, if the host said so, and whether the hosts are left alone.
        """
        now = self._run.clock.now()
        self._blocks[host] += 1
        if asked is not None:
            asked = max(asked, now + _LEAST_PAUSE)
        left = reason in _OF_THE_HOST or asked is not None or self._blocks[host] >= _BLOCKS_OF_HOST
        if left:
            times = await self._run.write(hosts.blocks, host) + 1
            await self.stay_away(both, asked or now + blocked_pause(times), reason)
        return asked, left

    async def stay_away(self, both: Set[str], until: datetime, reason: str) -> None:
        """Ask both hosts for nothing until then, in this run and the next ones."""
        now = self._run.clock.now()
        # Several requests were on the line when the first was refused: they are one refusal.
        for host in sorted(host for host in both if self._run.pauses.get(host, now) <= now):
            self._run.pauses[host] = until
            self._run.blocked.add(host)
            self._frontier.close(host, until)
            let_go(self._engine, host)
            await self._run.write(hosts.pause, self._run.corpus, host, until, reason)

    async def welcome(self, both: Set[str]) -> None:
        """Take note that both hosts gave what they were asked for."""
        for host in sorted(both):
            self._blocks.pop(host, None)
            if host in self._run.blocked:
                self._run.blocked.discard(host)
                await self._run.write(hosts.welcome, host)

    def answered(self, host: str) -> None:
        """Take note that a host answered, whatever it said."""
        self._silences.pop(host, None)

    def failed(self, host: str, reason: str) -> None:
        """Count a request to a host that ended without an answer; leave the host where that is all there is."""
        if reason not in _NO_ANSWER:
            return
        self._silences[host] += 1
        if self._silences[host] == _SILENCES_OF_HOST:
            self.leave({host}, f"{_SILENCES_OF_HOST} requests to {host} in a row ended without an answer ({reason})")

    def leave(self, both: Set[str], why: str) -> None:
        """Ask both hosts for nothing more in this run."""
        now = self._run.clock.now()
        if not all(self._frontier.is_closed(host, now) for host in both):
            logger.warning("%s; the rest of it stays due", why)
        for host in both:
            self._frontier.close(host, now + timedelta(days=1))
            let_go(self._engine, host)
