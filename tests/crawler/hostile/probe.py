"""A spider that asks for addresses with the project's settings, watched, and says what came of each.

It knows nothing of the news spider; of this project it has the settings, the guard and how redirects are followed.
"""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings
from twisted.python.failure import Failure

from crawler.guard import follow
from tests.crawler import crawls
from tests.crawler.hostile.watch import Call, calls, watch

ANSWERED = "answered"
GUARD = "crawler.guard.GuardMiddleware"
_LIMIT_S = 60
_WITHOUT_SPIDER: Mapping[str, Any] = {
    "SPIDER_MODULES": [],
    "EXTENSIONS": {},
    "ITEM_PIPELINES": {},
    "AUTOTHROTTLE_ENABLED": False,
    "DOWNLOAD_DELAY": 0,
    "DOWNLOAD_TIMEOUT": 3,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
}


@dataclass(frozen=True, slots=True)
class Probed:
    """What came of each address (ANSWERED or the name of the error), what it answered, and what was called."""

    outcomes: Mapping[str, str]
    bodies: Mapping[str, str]
    calls: Sequence[Call]
    err: str


class ProbeSpider(Spider):
    """Asks for each address, redirects followed as the project does."""

    name = "probe"

    def __init__(self, urls: Sequence[str]) -> None:
        super().__init__()
        self.urls = urls
        self.outcomes: dict[str, str] = {}
        self.bodies: dict[str, str] = {}

    async def start(self) -> AsyncIterator[Request]:
        """Yield a request for each address that can be one."""
        for number, url in enumerate(self.urls):
            try:
                request = Request(url, self.parse, errback=self.on_failure, dont_filter=True, priority=-number)
            except ValueError as error:
                self.outcomes[url] = type(error).__name__
                continue
            yield request.replace(cb_kwargs={"asked": url}, meta={"handle_httpstatus_all": True})

    async def parse(self, response: Response, asked: str) -> None:
        """Follow redirects, and keep what is at their end."""
        try:
            response = await follow(self.crawler.engine, response)
        except Exception as error:  # noqa: BLE001 - which one it was is what the test asks
            self.outcomes[asked] = type(error).__name__
            return
        self.outcomes[asked] = ANSWERED
        self.bodies[asked] = response.body[:1000].decode("latin-1")

    def on_failure(self, failure: Failure) -> None:
        """Keep which error it was."""
        # Scrapy puts the request there; Twisted's types know nothing of it.
        asked = failure.request.cb_kwargs["asked"]  # type: ignore[attr-defined]
        self.outcomes[asked] = type(failure.value).__name__


def probe(
    folder: Path,
    urls: Sequence[str],
    settings: Mapping[str, Any],
    environment: Mapping[str, str] | None = None,
) -> Probed:
    """Return what came of each address, asked by a process of its own with the project's settings and these.

    DOWNLOADER_MIDDLEWARES is added to the project's, as users' settings are to Scrapy's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "probe.json").write_text(json.dumps({"urls": urls, "settings": settings}), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tests.crawler.hostile.probe", str(folder)],
        cwd=crawls.PROJECT,
        env={**crawls.environment(), **(environment or {})},
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
        check=False,
    )
    if done.returncode:
        raise AssertionError(done.stderr)
    found = json.loads((folder / "found.json").read_text(encoding="utf-8"))
    return Probed(found["outcomes"], found["bodies"], calls(folder / "calls"), done.stderr)


def main() -> None:
    """Run what `probe` has written into a folder."""
    folder = Path(sys.argv[1])
    task = json.loads((folder / "probe.json").read_text(encoding="utf-8"))
    watch(folder / "calls")
    process = AsyncCrawlerProcess(_settings(task["settings"]))
    crawler = process.create_crawler(ProbeSpider)
    process.crawl(crawler, urls=task["urls"])
    process.start()
    spider = crawler.spider
    if not isinstance(spider, ProbeSpider) or spider.outcomes.keys() != set(task["urls"]):
        raise SystemExit("something came of only a part of the addresses; what is above says why")
    found = {"outcomes": spider.outcomes, "bodies": spider.bodies}
    (folder / "found.json").write_text(json.dumps(found), encoding="utf-8")


def _settings(more: dict[str, Any]) -> Settings:
    """Return the project's settings: all that concerns the net, nothing of what belongs to the news spider."""
    settings = get_project_settings()
    middlewares = settings["DOWNLOADER_MIDDLEWARES"]
    for name in [name for name in middlewares if name.startswith("crawler.") and name != GUARD]:
        del middlewares[name]
    middlewares.update(more.pop("DOWNLOADER_MIDDLEWARES", {}), priority="cmdline")
    settings.update({**_WITHOUT_SPIDER, **more}, priority="cmdline")
    return settings


if __name__ == "__main__":
    main()
