"""The spider's pump: it goes on as long as anything is due, and ends when nothing is."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from crawler.arguments import NewsArguments
from crawler.entry import Entry
from crawler.outcome import Outcome, State
from crawler.run import Places, Run
from crawler.seedlist import Seed
from crawler.spiders.news import NewsSpider

SECTIONS = tuple(Seed(f"https://a.example/{number}", kind="section") for number in range(8))
UNCHANGED = Outcome(State.DONE, "unchanged", 304)


class Settings:
    """As much of Scrapy's settings as the pump reads."""

    def getint(self, name: str) -> int:
        return {"CONCURRENT_REQUESTS": 512}[name]


class Counts:
    """Scrapy's statistics collector, as far as the spider uses it."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def inc_value(self, name: str, by: int) -> None:
        self.counts[name] = self.counts.get(name, 0) + by


class Engine:
    """An engine with nothing to do."""

    downloader = SimpleNamespace(active=set())
    scraper = SimpleNamespace(slot=None)
    scheduler = None


def play(folder: Path, scene: Callable[[NewsSpider], Awaitable[None]]) -> None:
    """Run a scene with a spider whose run has begun, without Scrapy around it."""

    async def run() -> None:
        opened = Run(Places(f"sqlite:///{folder}/corpus.db", folder, None, 0, 0))
        spider = NewsSpider(opened, SECTIONS, seeds="sections.txt")
        fake: Any = SimpleNamespace(stats=Counts(), engine=Engine())
        spider.crawler = fake
        settings: Any = Settings()
        spider.settings = settings
        try:
            await opened.begin(NewsArguments.model_validate({"seeds": "sections.txt"}), SECTIONS)
            await spider.open_frontier()
            await scene(spider)
        finally:
            await opened.close()

    asyncio.run(run())


def test_answers_that_come_while_the_ledger_is_asked_do_not_end_the_run(tmp_path: Path) -> None:
    async def scene(spider: NewsSpider) -> None:
        handed = await spider._drawing.entries()
        assert len(handed) == 6
        draw, flying = spider._drawing._draw, list(handed)

        async def draw_slowly() -> list[Entry]:
            entries = await draw()
            while flying:
                await spider.finish(flying.pop(), UNCHANGED)
            return entries

        spider._drawing._draw = draw_slowly  # type: ignore[method-assign]
        rest = await spider._drawing.entries()
        assert {entry.url for entry in [*handed, *rest]} == {seed.url for seed in SECTIONS}
        flying.extend(rest)
        assert await spider._drawing.entries() == []

    play(tmp_path, scene)


def test_what_the_engine_has_dropped_without_a_word_does_not_hold_up_the_end(tmp_path: Path) -> None:
    async def scene(spider: NewsSpider) -> None:
        dropped = (await spider._drawing.entries())[0]
        for entry in [entry for entry in spider._drawing.frontier.in_flight.values() if entry != dropped]:
            await spider.finish(entry, UNCHANGED)
        for entry in await spider._drawing.entries():
            await spider.finish(entry, UNCHANGED)
        assert await spider._drawing.entries() == []
        assert await spider.run.write(spider.run.ledger.put_back) == [dropped.url]

    play(tmp_path, scene)
