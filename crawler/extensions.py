"""What stands beside the spider: the archive's ear, the files of -o and -O, and the record of the run."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.extensions.feedexport import FeedExporter, FeedSlot
from scrapy.http import Headers, Response

from crawler.directives import directives
from crawler.encodings import decoded
from crawler.entry import Entry
from crawler.exchange import Earlier, Exchange
from crawler.run import Run, RunNotBegun, StorageError, run_of
from crawler.spiders.news import NewsSpider
from crawler.verdict import BUG, Verdict, Worries, verdict
from crawler.workers import CannotExtract

logger = logging.getLogger(__name__)

_COUNTED = ("pages", "seeds", "listings", "articles", "rejected", "retried", "failed", "gone", "blocked", "skipped")


class ArchiveListener:
    """Hands every exchange to the archive as it comes off the line, before it is unpacked."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        crawler.signals.connect(self.response_downloaded, signal=signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it as Scrapy asks."""
        return cls(crawler)

    def response_downloaded(self, response: Response, request: Request) -> None:
        """Start to keep the exchange; `request.meta["archived"]` is the future place of its record."""
        if not isinstance(self._crawler.spider, NewsSpider):
            return
        run = run_of(self._crawler)
        if "noarchive" in run.obeyed and "noarchive" in _directives(response):
            spider = self._crawler.spider
            spider.count("pages/noarchive")
            return
        exchange = Exchange(
            url=response.url,
            method=request.method,
            sent=_pairs(request.headers),
            status=response.status,
            received=_pairs(response.headers),
            body=response.body,
            address=str(response.ip_address or ""),
            at=run.clock.now(),
            request_body=request.body,
            earlier=_earlier(request.cb_kwargs.get("entry"), response.url, run),
            via=request.meta.get("via", ""),
        )
        request.meta["archived"] = run.archived(exchange)


class Feeds(FeedExporter):
    """Scrapy's exporter to -o, -O and FEEDS; what it cannot write is trouble of the run, and not only a traceback.

    `trouble` is what went wrong, complete once `closed` is set.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.trouble: StorageError | None = None
        self.closed = asyncio.Event()

    def item_scraped(self, item: Any, spider: Spider) -> None:
        """Export an item; where it cannot be written, the news spider ends: no run exports it a second time."""
        try:
            super().item_scraped(item, spider)
        except OSError as error:
            self._note(error)
            if isinstance(spider, NewsSpider) and self.trouble is not None:
                spider.stop(self.trouble)

    async def close_spider(self, spider: Spider) -> None:
        """Write what is left."""
        try:
            await super().close_spider(spider)
            stats = self.crawler.stats.get_stats()
            if any(name.startswith("feedexport/failed_count/") for name in stats):
                self._note("the log above says why")
        finally:
            self.closed.set()

    async def _close_slot(self, slot: FeedSlot, spider: Spider) -> None:
        try:
            await super()._close_slot(slot, spider)
        except OSError as error:
            self._note(error)

    def _note(self, why: object) -> None:
        if self.trouble is None:
            self.trouble = StorageError(f"cannot write all articles to {', '.join(self.feeds)}: {why}")


class RunRecord:
    """Begins and ends the run in the corpus, and says at its end in one line what came of it.

    `verdict` is there once the run has ended.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.verdict: Verdict | None = None
        self._waiting: dict[str, int] = {}
        self._crawler = crawler
        crawler.signals.connect(self.spider_opened, signal=signals.spider_opened)
        crawler.signals.connect(self.spider_closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it as Scrapy asks."""
        return cls(crawler)

    async def spider_opened(self, spider: Spider) -> None:
        """Begin the run; raises CloseSpider where the corpus cannot be written to."""
        if not isinstance(spider, NewsSpider):
            return
        try:
            interrupted = await spider.run.begin(spider.args, spider.seeds)
        except (StorageError, OSError) as trouble:
            spider.trouble = trouble
            raise CloseSpider("trouble") from trouble
        if interrupted:
            spider.count("interrupted", interrupted)
            logger.info("an earlier run was cut off: its last %d addresses are asked for again", interrupted)

    async def spider_closed(self, spider: Spider, reason: str) -> None:
        """End the run: verdict, record, summary, and all that is open closed."""
        if not isinstance(spider, NewsSpider):
            return
        try:
            await self._put_back(spider, reason)
            await self._export(spider)
            self.verdict = await self._end(spider)
        except (StorageError, RunNotBegun) as trouble:
            # The corpus cannot be told; the exit code can.
            self.verdict = verdict({}, spider.trouble or trouble)
        finally:
            await self._close(spider)
        counts = self._counts() | self._waiting
        level = logging.INFO if self.verdict.exit_code == 0 else logging.ERROR
        logger.log(level, "%s; %s", summary(counts), self.verdict.words)

    async def _close(self, spider: NewsSpider) -> None:
        try:
            await spider.run.close()
        except OSError as trouble:
            self.verdict = verdict({}, trouble)

    async def _put_back(self, spider: NewsSpider, reason: str) -> None:
        run = spider.run
        urls = await run.write(run.ledger.put_back)
        if reason != "finished" or spider.ended_early:
            return
        # Nothing was in the way of these, and still neither callback nor errback has heard of them.
        spider.count("lost", len(urls))
        for url in urls:
            logger.warning("lost: %s was asked for without any result; it is due again", url)

    async def _export(self, spider: NewsSpider) -> None:
        """Wait until the files of -o and -O are written; what went wrong with them is trouble of the run."""
        feeds = self._crawler.get_extension(Feeds)
        if feeds is not None:
            await feeds.closed.wait()
            spider.trouble = spider.trouble or feeds.trouble

    async def _end(self, spider: NewsSpider) -> Verdict:
        counts = self._counts()
        waiting = await spider.run.write(spider.run.ledger.waiting, spider.run.clock.now())
        self._waiting = {"waiting": waiting} if waiting else {}
        counts |= self._waiting | await _seeds_alone(spider.run)
        found = self._verdict(spider, counts, await spider.run.worries())
        await spider.run.end(found, counts)
        return found

    def _verdict(self, spider: NewsSpider, counts: Mapping[str, int], worries: Worries) -> Verdict:
        if isinstance(spider.trouble, CannotExtract):
            return Verdict(BUG, str(spider.trouble))
        found = verdict(counts, spider.trouble or spider.run.trouble, worries)
        if not spider.ended_early or spider.trouble:
            return found
        return Verdict(found.exit_code, f"{found.words}; ended early: {spider.ended_early}")

    def _counts(self) -> dict[str, int]:
        stats = self._crawler.stats.get_stats()
        errors = stats.get("spider_exceptions/count", 0) + stats.get("item_error_count", 0)
        counts = {name: value for name, value in stats.items() if name.partition("/")[0] in _COUNTED}
        counts |= {name: stats[name] for name in ("lost", "interrupted") if stats.get(name)}
        bugs = stats.get("bugs", 0) + errors
        return counts | ({"bugs": bugs} if bugs else {})


async def _seeds_alone(run: Run) -> dict[str, int]:
    """Return how many of a run's seeds were asked and answered, where they are articles and no listings."""
    asked, answered = run.tally.pages()
    if not asked or not await run.only_articles():
        return {}
    return {"seeds/articles": asked, "seeds/articles-answered": answered}


def summary(counts: Mapping[str, int]) -> str:
    """Return in one line what came of a run."""
    rejected = sorted(
        (name.partition("/")[2], number) for name, number in counts.items() if name.startswith("rejected/")
    )
    reasons = ", ".join(f"{number} {reason}" for reason, number in rejected)
    retried = sum(number for name, number in counts.items() if name.startswith("retried/"))
    later = f"; {retried} to be tried again" if retried else ""
    later += f"; {counts['waiting']} wait for the next run" if counts.get("waiting") else ""
    return (
        f"{counts.get('pages/fetched', 0)} pages fetched, "
        f"articles: {counts.get('articles/new', 0)} new, {counts.get('articles/changed', 0)} changed; "
        f"rejected: {reasons or 'none'}; "
        f"listings: {counts.get('listings/answered', 0)} of {counts.get('listings/asked', 0)} answered{later}"
    )


def _earlier(entry: Entry | None, url: str, run: Run) -> Earlier | None:
    """Return what the archive holds of an address already, and will hold for a while."""
    if entry is None or not entry.digest or entry.archived_at is None or entry.url != url:
        return None
    if run.keep_days and run.clock.now() - entry.archived_at > timedelta(days=run.keep_days) / 2:
        return None
    return Earlier(url, entry.archived_at, entry.digest)


def _directives(response: Response) -> tuple[str, ...]:
    """Return what a page, still compressed, says may not be done with it."""
    encodings = [value.decode("latin-1") for value in response.headers.getlist(b"Content-Encoding")]
    body = decoded(response.body, encodings)
    # What cannot be read may forbid it.
    return ("noarchive",) if body is None else directives(_pairs(response.headers), body)


def _pairs(headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values
    )
