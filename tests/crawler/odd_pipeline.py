"""Parts that somebody else adds to the project: a pipeline that drops, one that breaks, a spider, a middleware."""

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider
from scrapy.exceptions import DropItem, IgnoreRequest
from scrapy.http import Response


class Drops:
    """Drops every second article, by its number."""

    def process_item(self, item: Any) -> Any:
        if int(item.url.rpartition("-")[2]) % 2:
            raise DropItem("not wanted here")
        return item


class Breaks:
    """Breaks with the first article."""

    def process_item(self, item: Any) -> Any:
        if item.url.endswith("-0"):
            raise RuntimeError("a mistake")
        return item


class Leaves:
    """Leaves one page out."""

    def process_request(self, request: Request) -> None:
        if request.url.endswith("-0"):
            raise IgnoreRequest("somebody else's rule")


class Plain(Spider):
    """A spider that knows nothing of a corpus."""

    name = "plain"
    seed = ""

    async def start(self) -> AsyncIterator[Request]:
        yield Request(self.seed)

    def parse(self, response: Response) -> Any:
        yield {"url": response.url}
