"""robots.txt by RFC 9309: what each answer means, asked once a day, and the pace it asks for."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.settings import Settings

from crawler.arguments import NewsArguments
from crawler.clock import Clock
from crawler.robots import Disallowed, RobotsMiddleware, RobotsUnreachable, rules
from crawler.run import Places, Run

AGENT = "Gema"
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
SECRET = b"User-agent: *\nDisallow: /secret/\n"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 499])
def test_no_file_means_no_rules(status: int) -> None:
    found = rules(status, SECRET, AGENT)
    assert found.reachable
    assert found.allow("https://a.example/secret/1", AGENT)


@pytest.mark.parametrize("status", [0, 429, 500, 502, 503, 599])
def test_a_server_in_trouble_means_stay_out(status: int) -> None:
    assert not rules(status, b"", AGENT).reachable


def test_a_chain_of_redirects_without_end_counts_as_no_file() -> None:
    assert rules(310, b"", AGENT).reachable


@pytest.mark.parametrize(
    ("body", "url", "allowed"),
    [
        (SECRET, "https://a.example/secret/1", False),
        (SECRET, "https://a.example/news/1", True),
        (b"User-agent: gema\nDisallow: /\n\nUser-agent: *\nAllow: /\n", "https://a.example/1", False),
        (b"User-agent: otherbot\nDisallow: /\n", "https://a.example/1", True),
        (b"User-agent: Gema/0.1\nDisallow: /\n", "https://a.example/1", False),
        (b"user-agent :GEMA # us\nDisallow: /\n", "https://a.example/1", False),
        (b"User-agent: g\nDisallow: /\n", "https://a.example/1", True),
        (b"User-agent: Gem\nUser-agent: gema\nDisallow: /\n", "https://a.example/1", False),
        (b"User-agent: gemabot\nDisallow: /\n\nUser-agent: *\nDisallow: /b\n", "https://a.example/1", True),
        (b"User-agent: gemabot\nDisallow: /\n\nUser-agent: * # all\nDisallow: /b\n", "https://a.example/b", False),
        # The line at which reading ends would close the whole site.
        (b"User-agent: *\n" + b"#" * (500 * 1024 - 26) + b"\nDisallow: /xyz/\n", "https://a.example/1", True),
        (b"User-agent: *\nDisallow: /b\n" + b"#" * (501 * 1024), "https://a.example/b", False),
        (b"User-agent: *\nDisallow: /a\nAllow: /a/b\n", "https://a.example/a/b/c", True),
        (b"User-agent: *\nDisallow: /*.pdf$\n", "https://a.example/x.pdf", False),
        (b"\xef\xbb\xbfUser-agent: *\nDisallow: /secret/\n", "https://a.example/secret/1", False),
        (b"<!doctype html><p>Sorry", "https://a.example/1", True),
        (b"\x00\xff" * 100, "https://a.example/1", True),
        (b"", "https://a.example/1", True),
    ],
)
def test_rules_are_read_as_the_rfc_has_them(body: bytes, url: str, allowed: bool) -> None:
    assert rules(200, body, AGENT).allow(url, AGENT) is allowed


def test_the_file_is_read_up_to_500_kib() -> None:
    long = b"User-agent: *\n" + b"# nothing to see here\n" * 30_000 + b"Disallow: /\n"
    assert rules(200, long, AGENT).allow("https://a.example/1", AGENT)


@pytest.mark.parametrize(
    ("line", "delay"), [(b"5", 5.0), (b"0.2", 0.2), (b"86400", 60.0), (b"-3", 0.0), (b"soon", 0.0)]
)
def test_crawl_delay_is_kept_within_reason(line: bytes, delay: float) -> None:
    assert rules(200, b"User-agent: *\nCrawl-delay: " + line + b"\n", AGENT).delay_s == delay


class Engine:
    """Answers for robots.txt with a status and a body, or raises; remembers what was asked."""

    def __init__(self, status: int = 200, body: bytes = b"", error: Exception | None = None) -> None:
        self.status, self.body, self.error = status, body, error
        self.asked: list[str] = []
        self.downloader = SimpleNamespace(per_slot_settings={}, slots={})

    async def download_async(self, request: Request) -> Response:
        assert request.meta["for_robots"]
        self.asked.append(request.url)
        await asyncio.sleep(0)
        if self.error:
            raise self.error
        return Response(request.url, status=self.status, body=self.body, request=request)


def play(
    folder: Path,
    engine: Engine,
    scene: Callable[[RobotsMiddleware], Awaitable[None]],
    now: datetime = NOW,
) -> None:
    """Run a scene with a middleware whose run keeps its ledger in `folder`."""

    async def run() -> None:
        opened = Run(Places(f"sqlite:///{folder}/corpus.db", folder, None, 0, 0))
        opened.clock = Clock(now)
        await opened.begin(NewsArguments.model_validate({"seeds": "none.txt"}), [])
        settings = Settings({"ROBOTSTXT_USER_AGENT": AGENT, "DOWNLOAD_DELAY": 1.0})
        crawler: Any = SimpleNamespace(settings=settings, engine=engine, spider=SimpleNamespace(run=opened))
        try:
            await scene(RobotsMiddleware.from_crawler(crawler))
        finally:
            await opened.close()

    asyncio.run(run())


async def ask(middleware: RobotsMiddleware, path: str = "/news/1") -> None:
    await middleware.process_request(Request(f"https://a.example{path}"))


def test_requests_that_are_forbidden_are_held_back_and_the_file_is_asked_once(tmp_path: Path) -> None:
    engine = Engine(body=SECRET)

    async def scene(middleware: RobotsMiddleware) -> None:
        await asyncio.gather(*(ask(middleware, f"/news/{number}") for number in range(20)))
        with pytest.raises(Disallowed):
            await ask(middleware, "/secret/1")

    play(tmp_path, engine, scene)
    assert engine.asked == ["https://a.example/robots.txt"]


def test_the_next_run_asks_again_only_after_a_day(tmp_path: Path) -> None:
    engine = Engine(body=SECRET)
    play(tmp_path, engine, ask)
    play(tmp_path, engine, ask, NOW + timedelta(hours=23))
    assert len(engine.asked) == 1
    play(tmp_path, engine, ask, NOW + timedelta(hours=25))
    assert len(engine.asked) == 2


@pytest.mark.parametrize("engine", [Engine(status=503), Engine(error=TimeoutError())], ids=["503", "timeout"])
def test_a_file_that_cannot_be_had_keeps_us_out_for_half_an_hour(tmp_path: Path, engine: Engine) -> None:
    async def refused(middleware: RobotsMiddleware) -> None:
        with pytest.raises(RobotsUnreachable):
            await ask(middleware)

    play(tmp_path, engine, refused)
    play(tmp_path, engine, refused, NOW + timedelta(minutes=29))
    assert len(engine.asked) == 1
    engine.status, engine.error = 404, None
    play(tmp_path, engine, ask, NOW + timedelta(minutes=31))
    assert len(engine.asked) == 2


def test_crawl_delay_sets_the_pace_of_the_host_now_and_later(tmp_path: Path) -> None:
    engine = Engine(body=b"User-agent: *\nCrawl-delay: 7\n")
    slot = SimpleNamespace(delay=1.0, concurrency=2, jitter=0.5)
    engine.downloader.slots["a.example"] = slot
    play(tmp_path, engine, ask)
    assert (slot.delay, slot.concurrency, slot.jitter) == (7.0, 1, 0.0)
    assert engine.downloader.per_slot_settings["a.example"] == {"delay": 7.0, "concurrency": 1, "jitter": 0.0}


def test_a_crawl_delay_shorter_than_ours_does_not_hurry_us(tmp_path: Path) -> None:
    engine = Engine(body=b"User-agent: *\nCrawl-delay: 0.1\n")
    play(tmp_path, engine, ask)
    assert engine.downloader.per_slot_settings["a.example"]["delay"] == 1.0
