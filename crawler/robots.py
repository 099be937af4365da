"""robots.txt as RFC 9309 has it: what it forbids is not fetched, and where it cannot be had, nothing is.

Kept for a day in the ledger, so that the next run asks nobody again. `Crawl-delay` is not in the RFC, but a
host that says it means it.
"""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Self
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from crawler import hosts
from crawler.guard import TooManyHops, fetch
from crawler.run import Run
from crawler.spiders.ending import LetGo
from dedup import GemaError

# RFC 9309, 2.4: no longer than a day; 2.5: at least 500 KiB have to be read.
_KEPT = timedelta(hours=24)
_KEPT_UNREACHABLE = timedelta(minutes=30)
_READ_BYTES = 500 * 1024
# More than a minute between two pages is hardly meant for a crawler that comes once an hour.
_LONGEST_DELAY_S = 60.0
_USER_AGENT = re.compile(r"^([ \t]*user-agent[ \t]*:[ \t]*)([a-z_-]+|\*)[^\r\n#]*", re.IGNORECASE | re.MULTILINE)
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
    parser = Protego.parse(_USER_AGENT.sub(partial(_token, agent), _read(body).decode("utf-8-sig", "replace")))
    delay = parser.crawl_delay(agent) or 0.0
    return Rules(True, parser, min(max(float(delay), 0.0), _LONGEST_DELAY_S))


def _read(body: bytes) -> bytes:
    """Return what of a file is read: a line that is cut would say something else, such as `Disallow: /`."""
    return (
        body if len(body) < _READ_BYTES else body[: max(body.rfind(end, 0, _READ_BYTES) for end in (b"\n", b"\r")) + 1]
    )


def _token(agent: str, line: re.Match[str]) -> str:
    """Return a line that names an agent with its product token alone, which has to be ours in full (RFC 9309, 2.2.1).

    Protego looks for the name within ours: `Gema/0.1`, as logs have it, would not be found, and `g` would.
    """
    named = line[2].lower()
    return line[1] + (agent if named == agent.lower() else named if named == "*" else f"~{named}")


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
        run = getattr(self._crawler.spider, "run", None)
        if not isinstance(run, Run):
            # Another spider of somebody's own, or `scrapy shell`: there is no corpus to keep it in.
            return rules(*await self._answer(origin), self._agent)
        kept = await run.write(hosts.robots, origin)
        if kept is None or kept[2] + _time_kept(kept[0]) <= run.clock.now():
            kept = await self._ask(run, origin)
        return rules(kept[0], kept[1], self._agent)

    async def _ask(self, run: Run, origin: str) -> tuple[int, bytes, datetime]:
        status, body = await self._answer(origin)
        now = run.clock.now()
        await run.write(hosts.keep_robots, run.corpus, origin, status, body, now)
        return status, body, now

    async def _answer(self, origin: str) -> tuple[int, bytes]:
        request = Request(f"{origin}/robots.txt", meta={"for_robots": True}, dont_filter=True, priority=1000)
        return await _answer(self._crawler.engine, request)

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
    return response.status, _read(response.body)
