"""robots.txt as RFC 9309 has it: what it forbids is not fetched, and where it cannot be had, nothing is.

Kept for a day in the ledger, so that the next run asks nobody again. `Crawl-delay` is not in the RFC, but a
host that says it means it.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from crawler import hosts
from crawler.guard import TooManyHops, fetch
from crawler.run import Run, run_of
from crawler.spiders.ending import LetGo
from dedup import GemaError

# RFC 9309, 2.4: no longer than a day; 2.5: at least 500 KiB have to be read.
_KEPT = timedelta(hours=24)
_KEPT_UNREACHABLE = timedelta(minutes=30)
_READ_BYTES = 500 * 1024
# More than a minute between two pages is hardly meant for a crawler that comes once an hour.
_LONGEST_DELAY_S = 60.0
_UNREACHABLE = 0
_TOO_MANY_HOPS = 310


class Disallowed(IgnoreRequest):
    """robots.txt forbids this address."""


class RobotsUnreachable(IgnoreRequest):
    """robots.txt could not be had, so nothing of the host may be fetched for now."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What an origin's robots.txt says; `delay_s` is the time between requests it asks for."""

    reachable: bool
    parser: Protego | None
    delay_s: float

    def allow(self, url: str, agent: str) -> bool:
        """Tell whether `agent` may fetch `url`."""
        return self.parser is None or bool(self.parser.can_fetch(url, agent))


def rules(status: int, body: bytes, agent: str) -> Rules:
    """Return the rules of an answer: 2xx its text, 4xx none, all else (5xx, 429, no answer): stay out.

    A chain of redirects without end counts as 4xx (RFC 9309, 2.3.1.2), and so does what is not text.
    """
    if not 200 <= status < 300:
        reachable = (400 <= status < 500 and status != 429) or status == _TOO_MANY_HOPS
        return Rules(reachable, None, 0.0)
    parser = Protego.parse(body[:_READ_BYTES].decode("utf-8-sig", "replace"))
    delay = parser.crawl_delay(agent) or 0.0
    return Rules(True, parser, min(max(float(delay), 0.0), _LONGEST_DELAY_S))


class RobotsMiddleware:
    """Asks each origin's robots.txt once and holds requests to it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._asked: dict[str, asyncio.Task[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it as Scrapy asks."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Raise Disallowed or RobotsUnreachable where the request may not be made."""
        if request.meta.get("for_robots"):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._asked:
            self._asked[origin] = asyncio.ensure_future(self._rules_of(origin))
        found = await self._asked[origin]
        if not found.reachable:
            raise RobotsUnreachable(f"{origin}/robots.txt cannot be had")
        if not found.allow(request.url, self._agent):
            raise Disallowed(f"{request.url}: robots.txt forbids it")
        if found.delay_s:
            # It lowers a host's delay to DOWNLOAD_DELAY otherwise, undoing what the host asked for.
            request.meta["autothrottle_dont_adjust_delay"] = True
            self._slow_down(parts.hostname or "", found.delay_s)

    async def _rules_of(self, origin: str) -> Rules:
        run = run_of(self._crawler)
        kept = await run.write(hosts.robots, origin)
        if kept is None or kept[2] + _time_kept(kept[0]) <= run.clock.now():
            kept = await self._ask(run, origin)
        return rules(kept[0], kept[1], self._agent)

    async def _ask(self, run: Run, origin: str) -> tuple[int, bytes, datetime]:
        request = Request(f"{origin}/robots.txt", meta={"for_robots": True}, dont_filter=True, priority=1000)
        status, body = await _answer(self._crawler.engine, request)
        now = run.clock.now()
        await run.write(hosts.keep_robots, run.corpus, origin, status, body, now)
        return status, body, now

    def _slow_down(self, host: str, delay_s: float) -> None:
        """Set the pace of a host: in its slot, and for the slot that follows when Scrapy retires this one."""
        downloader = self._crawler.engine.downloader
        pace = max(delay_s, self._crawler.settings.getfloat("DOWNLOAD_DELAY"))
        downloader.per_slot_settings[host] = {"delay": pace, "concurrency": 1, "jitter": 0.0}
        slot = downloader.slots.get(host)
        if slot is not None:
            slot.delay, slot.concurrency, slot.jitter = pace, 1, 0.0


def _time_kept(status: int) -> timedelta:
    return _KEPT if rules(status, b"", "").reachable else _KEPT_UNREACHABLE


async def _answer(engine: ExecutionEngine, request: Request) -> tuple[int, bytes]:
    try:
        response = await fetch(engine, request)
    except TooManyHops:
        return _TOO_MANY_HOPS, b""
    except (GemaError, LetGo):
        raise
    except Exception:  # noqa: BLE001 - whatever keeps us from reading it keeps us out
        return _UNREACHABLE, b""
    return response.status, response.body[:_READ_BYTES]
