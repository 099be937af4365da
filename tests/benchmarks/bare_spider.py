"""What a few lines of Scrapy cost: download the pages that sitemaps name and read their titles. Nothing is kept."""

import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response, TextResponse
from scrapy.selector import Selector
from twisted.internet.interfaces import IHostnameResolver
from zope.interface import implementer  # type: ignore[import-untyped] # it has no types


class BareSpider(Spider):
    """Reads titles."""

    name = "bare"
    feeds: str
    custom_settings = {  # noqa: RUF012 - Scrapy's own form
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS": 512,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
        "ROBOTSTXT_OBEY": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "COOKIES_ENABLED": False,
    }

    async def start(self) -> AsyncIterator[Request]:
        """Ask for each feed, every name being this machine."""
        _all_names_here()
        for feed in self.feeds.split(","):
            yield Request(feed, callback=self.parse_feed)

    def parse_feed(self, response: Response) -> Iterator[Request]:
        """Ask for each page."""
        assert isinstance(response, TextResponse)
        selector = Selector(text=response.text, type="xml")
        selector.remove_namespaces()
        for url in selector.xpath("//loc/text()").getall():
            yield Request(url, callback=self.parse_page)

    def parse_page(self, response: Response) -> Iterator[dict[str, Any]]:
        """Read the title."""
        yield {"url": response.url, "title": response.css("title::text").get()}

    def closed(self, reason: str) -> None:
        """Tell how many titles were read."""
        print("PAGES", self.crawler.stats.get_value("item_scraped_count", 0), file=sys.stderr)


def _all_names_here() -> None:
    from twisted.internet import reactor
    from twisted.internet.address import IPv4Address

    @implementer(IHostnameResolver)
    class Here:
        def resolveHostName(self, receiver: Any, name: str, portNumber: int = 0, *_: Any, **__: Any) -> Any:
            resolution = type("Resolution", (), {"name": name, "cancel": lambda self: None})()
            receiver.resolutionBegan(resolution)
            receiver.addressResolved(IPv4Address("TCP", "127.0.0.1", portNumber))
            receiver.resolutionComplete()
            return resolution

    running: Any = reactor
    running.installNameResolver(Here())
