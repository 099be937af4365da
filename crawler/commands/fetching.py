"""One page from the net for a command, as the crawl would fetch it: through the guard, robots.txt obeyed."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Response
from scrapy.settings import SETTINGS_PRIORITIES, Settings

from crawler import hosts
from crawler.addresses import host_of
from crawler.blocks import wall
from crawler.directives import HEADERS
from crawler.guard import fetch
from crawler.page import Page
from crawler.run import Places, Run


class NotFetched(Exception):
    """A page could not be had; the message says which and why."""


def fetched(url: str, settings: Settings) -> Page:
    """Return what answers at an address. Works once in a process; raises NotFetched, and GemaError for a corpus."""
    settings = settings.copy()
    settings.setdict({"EXTENSIONS": {}, "ITEM_PIPELINES": {}, "FEEDS": {}}, priority="cmdline")
    if (settings.getpriority("LOG_LEVEL") or 0) < SETTINGS_PRIORITIES["cmdline"]:
        # Who asks for one page wants to read that page.
        settings.set("LOG_LEVEL", "WARNING", priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(_OnePage)
    process.crawl(crawler, url=url)
    process.start()
    spider = crawler.spider
    if not isinstance(spider, _OnePage):
        raise NotFetched(f"{url}: nothing was asked for; the log above says why")
    if spider.page is None:
        raise NotFetched(f"{url}: {spider.trouble}")
    return spider.page


class _OnePage(Spider):
    """Asks for one address; `page` is what came, `trouble` why nothing did. Its run is not written down as one."""

    name = "one-page"

    def __init__(self, run: Run, url: str, /, **arguments: str) -> None:
        super().__init__(**arguments)
        self.run = run
        self.page: Page | None = None
        self.trouble = "the request was ended before there was an answer"
        self._url = url

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Make it as Scrapy asks; opens the corpus, where robots.txt files are kept."""
        run = Run(Places.from_settings(crawler.settings))
        spider: Self = super().from_crawler(crawler, run, kwargs.pop("url"))
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Fetch the page; nothing else is asked for."""
        try:
            await self._fetch()
        except Exception as error:  # noqa: BLE001 - whatever it was, there is no page, and somebody waits to hear why
            self.trouble = str(error).removeprefix(f"{self._url}: ") or type(error).__name__
        finally:
            await self.run.close()
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    async def _fetch(self) -> None:
        now = self.run.clock.now()
        pauses = await self.run.write(hosts.pauses, now)
        if until := pauses.get(host_of(self._url)):
            self.trouble = f"the host wants to be left alone until {until:%Y-%m-%d %H:%M} UTC"
            return
        response = await fetch(self.crawler.engine, Request(self._url, dont_filter=True))
        headers = {name.decode("latin-1"): _header(response, name.decode("latin-1")) for name in response.headers}
        if barrier := wall(response.status, headers, response.body, response.url):
            self.trouble = f"it answered {response.status}, a wall ({barrier})"
        elif response.status != 200:
            self.trouble = f"it answered {response.status}"
        else:
            self.page = _page(response, now)


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")


def _page(response: Response, now: datetime) -> Page:
    headers = tuple(
        (name, value.decode("latin-1")) for name in sorted(HEADERS) for value in response.headers.getlist(name)
    )
    return Page(response.url, response.body, _header(response, "Content-Type"), now, headers=headers)
