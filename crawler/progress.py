"""What a person at a terminal sees of a crawl: a few lines, drawn anew, above them the log. Nothing elsewhere."""

import asyncio
import logging
import sys
from time import monotonic
from typing import Self, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.log import get_scrapy_root_handler

from crawler.spiders.news import NewsSpider

_EVERY_S = 0.5
_HOSTS_SHOWN = 8
_WITH_ARTICLE = ("new", "changed", "same", "twin", "unchanged")


class Progress:
    """Shows found, fetched, articles and errors, and the same by site, while the news spider runs on a terminal."""

    def __init__(self, crawler: Crawler) -> None:
        if not sys.stderr.isatty():
            raise NotConfigured
        self._crawler = crawler
        self._began = monotonic()
        self._console = Console(stderr=True)
        self._live = Live(console=self._console, auto_refresh=False, transient=True, redirect_stdout=False)
        self._task: asyncio.Task[None] | None = None
        crawler.signals.connect(self.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(self.spider_closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it as Scrapy asks; raises NotConfigured where nobody looks."""
        return cls(crawler)

    def spider_opened(self, spider: Spider) -> None:
        """Begin to draw."""
        if isinstance(spider, NewsSpider):
            self._live.start()
            _log_through(self._console)
            self._task = asyncio.ensure_future(self._draw(spider))

    def spider_closed(self, spider: Spider) -> None:
        """Take the lines away; the log's last line says what came of it."""
        if self._task is not None:
            self._task.cancel()
            self._live.stop()

    async def _draw(self, spider: NewsSpider) -> None:
        while True:
            self._live.update(view(spider, monotonic() - self._began), refresh=True)
            await asyncio.sleep(_EVERY_S)


def view(spider: NewsSpider, seconds: float) -> Group:
    """Return the lines for how a crawl stands after so many seconds."""
    stats = spider.crawler.stats.get_stats()
    errors = sum(value for name, value in stats.items() if name.partition("/")[0] in {"retried", "failed", "blocked"})
    told = {
        "found": stats.get("articles/found", 0),
        "fetched": stats.get("pages/fetched", 0),
        "articles": stats.get("articles/new", 0) + stats.get("articles/changed", 0),
        "errors": errors,
        "in flight": spider.in_flight,
    }
    line = Text(f"{int(seconds) // 60:02}:{int(seconds) % 60:02}  ", style="bold")
    line.append("  ".join(f"{name} {number:,}" for name, number in told.items()), style="not bold")
    return Group(line, _table(spider))


def _table(spider: NewsSpider) -> Table:
    table = Table.grid(padding=(0, 2))
    rows = sorted(spider.run.tally.sites().items(), key=lambda item: -item[1]["pages"])
    for site, counts in rows[:_HOSTS_SHOWN]:
        wrong = counts["pages"] - sum(counts[name] for name in _WITH_ARTICLE)
        table.add_row(
            Text(site, style="cyan"),
            Text(f"{counts['pages']} pages", justify="right"),
            Text(f"{counts['new']} new", justify="right"),
            Text(f"{wrong} without article", style="yellow" if wrong else "dim", justify="right"),
        )
    if len(rows) > _HOSTS_SHOWN:
        table.add_row(Text(f"and {len(rows) - _HOSTS_SHOWN} more sites", style="dim"))
    return table


class _Above:
    """A stream whose lines stand above what is drawn."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def write(self, text: str) -> int:
        self._console.print(Text(text.rstrip("\n")), soft_wrap=True)
        return len(text)

    def flush(self) -> None:
        pass


def _log_through(console: Console) -> None:
    """Let Scrapy's log, which holds the terminal as it was before, write above the lines."""
    handler = get_scrapy_root_handler()
    if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler):
        stream: TextIO = _Above(console)  # type: ignore[assignment] # a handler needs no more of a stream
        handler.setStream(stream)
