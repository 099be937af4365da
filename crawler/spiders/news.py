"""The spider: draws what is due from the ledger, fetches it, and writes down what came of it.

The ledger decides what is asked for and when; callbacks yield articles and no requests.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveInt
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy_spider_metadata import Args  # type: ignore[attr-defined] # it re-exports without saying so
from twisted.python.failure import Failure

from crawler import seedlist, visit
from crawler.guard import GuardedResolver, fetch, follow
from crawler.ledger import ARTICLE, LISTING, PAGER, PERHAPS_ARTICLES, UNKNOWN, Answer, Entry, Find
from crawler.outcome import Outcome, State, of_status
from crawler.page import Page, Rejection
from crawler.run import Places, Run, StorageError
from crawler.seedlist import Seed
from crawler.spiders.failures import outcome_of
from crawler.workers import CannotExtract
from dedup import Article

# Two are on the line (CONCURRENT_REQUESTS_PER_DOMAIN), two wait behind them: enough to keep a host busy, and
# little to wait for when the run is told to end.
_PER_HOST = 4
_LOOK_AGAIN_S = 1.0
# These may be the machine's fault, a full disk or a busy hour; the ledger gives such a page up after a few visits.
_NOT_OF_THE_PAGE = frozenset({"broken", "timeout"})


class NewsArguments(BaseModel):
    """What `scrapy crawl news` takes as `-a NAME=VALUE`."""

    model_config = ConfigDict(extra="forbid")

    seeds: str = Field(description="seed lists: files or patterns such as seeds/*.txt, separated by commas")
    max_pages: PositiveInt | None = Field(None, description="ask for at most so many articles; the rest stays due")


class NewsSpider(Args[NewsArguments], Spider):
    """Collects the articles that seed lists lead to."""

    name = "news"
    args: NewsArguments

    def __init__(self, run: Run, seeds: tuple[Seed, ...], /, **arguments: str) -> None:
        super().__init__(**arguments)
        self.run = run
        self.seeds = seeds
        self.trouble: Exception | None = None
        self._handed: dict[int, Entry] = {}
        self._sources: dict[int, Entry] = {}
        self._articles_left = self.args.max_pages
        self._answered = asyncio.Event()
        self._stopping: asyncio.Future[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Make the spider, its seeds read and its corpus open; raises SeedListError, GemaError, ValueError."""
        seeds = seedlist.read_all(kwargs.get("seeds", ""))
        spider: Self = super().from_crawler(crawler, Run(Places.from_settings(crawler.settings)), seeds, **kwargs)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield requests for what is due, a few a host at a time, until nothing is due or in flight."""
        _insist_on_the_guard()
        try:
            while entries := await self._next_entries():
                for entry in entries:
                    yield self._request(entry)
        except StorageError as trouble:
            self.stop(trouble)

    async def parse_entry(self, response: Response, entry: Entry) -> AsyncIterator[Article]:
        """Write down what a page turned out to be; yield it if it is an article."""
        try:
            article = await self._understand(response, entry)
        except Exception as error:  # noqa: BLE001 - `_failed` tells bugs from the rest
            await self._failed(entry, error)
            return
        if article is not None:
            # Two addresses can lead to equal articles, so each is known by which object it is.
            self._sources[id(article)] = replace(entry, kind=ARTICLE)
            yield article

    async def on_failure(self, failure: Failure) -> None:
        """Write down why there was no answer."""
        # Scrapy puts the request there; Twisted's types know nothing of it.
        entry = failure.request.cb_kwargs["entry"]  # type: ignore[attr-defined]
        await self._failed(entry, failure.value or RuntimeError("a failure without a reason"))

    def source_of(self, article: Article) -> Entry:
        """Return the entry that led to an article which this spider has yielded. Works once for each."""
        return self._sources.pop(id(article))

    async def finish(self, entry: Entry, outcome: Outcome) -> None:
        """Write down what became of an entry, and count it."""
        await self.run.write(self.run.ledger.finish, entry, outcome, self.run.clock.now())
        self.settle(entry, outcome)

    def settle(self, entry: Entry, outcome: Outcome) -> None:
        """Count an entry whose outcome is written down; there is room for another."""
        handed = self._handed.pop(entry.id, entry)
        if self._articles_left is not None and handed.kind == UNKNOWN and entry.kind != ARTICLE:
            # It was counted as an article, and is none.
            self._articles_left += 1
        self._answered.set()
        done = outcome.state is State.DONE
        if entry.kind != ARTICLE:
            self.count("listings/asked")
            self.count("listings/answered", int(done))
            self.count("listings/named", entry.named if done else 0)
        if not done:
            word = "retried" if outcome.state is State.PENDING else outcome.state.value
            self.count(f"{word}/{outcome.reason}")
            # What is wrong with one article is for its row and the counts; a listing, and who blocks us, is for people.
            told = outcome.state is State.BLOCKED or entry.kind != ARTICLE
            level = logging.WARNING if told else logging.DEBUG
            self.logger.log(level, "%s %s: %s", word, outcome.reason, entry.url)

    def count(self, name: str, by: int = 1) -> None:
        """Count `name` up in the statistics of the run."""
        self.crawler.stats.inc_value(name, by)

    def stop(self, trouble: Exception) -> None:
        """End the run because it cannot go on; what is in flight will be due again."""
        if self._stopping is None:
            self.trouble = trouble
            self.logger.critical("the run ends here: %s", trouble)
            self._stopping = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="trouble"))

    async def _next_entries(self) -> list[Entry]:
        """Wait for room; return what is due then, or nothing when all is done."""
        while True:
            self._answered.clear()
            entries = await self._draw()
            if entries:
                return entries
            if self._answered.is_set():
                # The ledger was asked with hosts counted busy that have become free meanwhile.
                continue
            if not self._handed:
                return []
            try:
                await asyncio.wait_for(self._answered.wait(), _LOOK_AGAIN_S)
            except TimeoutError:
                if self._engine_is_idle():
                    # What is in flight here is nowhere in the engine: it will be counted as lost.
                    return []

    async def _draw(self) -> list[Entry]:
        room = self.settings.getint("CONCURRENT_REQUESTS") - len(self._handed)
        left = self._articles_left
        articles = room if left is None else min(left, room)
        busy = Counter(entry.host for entry in self._handed.values())
        entries = await self.run.write(self.run.ledger.draw, room, articles, self.run.clock.now(), busy, _PER_HOST)
        self._handed.update((entry.id, entry) for entry in entries)
        if left is not None:
            self._articles_left = left - sum(entry.kind in PERHAPS_ARTICLES for entry in entries)
        return entries

    def _engine_is_idle(self) -> bool:
        engine = self.crawler.engine
        scraping = engine.scraper.slot is not None and not engine.scraper.slot.is_idle()
        scheduled = engine.scheduler is not None and engine.scheduler.has_pending_requests()
        return not (engine.downloader.active or scraping or scheduled)

    def _request(self, entry: Entry) -> Request:
        headers: dict[str, str] = {}
        if entry.etag:
            headers["If-None-Match"] = entry.etag
        if entry.last_modified:
            headers["If-Modified-Since"] = entry.last_modified
        return Request(
            entry.url,
            headers=headers,
            callback=self.parse_entry,
            errback=self.on_failure,
            cb_kwargs={"entry": entry},
            meta={"handle_httpstatus_all": True},
            dont_filter=True,
        )

    async def _understand(self, response: Response, entry: Entry) -> Article | None:
        """Return the article that answered; anything else is written down here."""
        response = await follow(self.crawler.engine, response)
        self.count("pages/fetched")
        outcome = of_status(response.status)
        if outcome is not None:
            await self.finish(entry, outcome)
            return None
        page = self._page(response, entry)
        finds = await asyncio.to_thread(visit.named, page, entry.kind, entry.depth)
        if finds is not None:
            await self._found(entry, finds, response)
            return None
        return await self._article(replace(entry, kind=ARTICLE), page, response)

    async def _found(self, entry: Entry, finds: list[Find], response: Response) -> None:
        kind = LISTING if entry.kind == UNKNOWN else entry.kind
        listing = replace(entry, kind=kind, named=sum(find.kind != PAGER for find in finds))
        answer = Answer(_header(response, "ETag"), _header(response, "Last-Modified"), response.status)
        new = await self.run.write(self.run.ledger.found, listing, finds, answer, self.run.clock.now())
        self.count("articles/found", new)
        self.settle(listing, Outcome(State.DONE, status=response.status))

    async def _article(self, entry: Entry, first: Page, response: Response) -> Article | None:
        responses = {first.url: response}

        async def fetch_part(url: str) -> Page | None:
            part = await fetch(self.crawler.engine, Request(url, dont_filter=True))
            self.count("pages/fetched")
            if part.status != 200:
                return None
            page = self._page(part, entry)
            responses[page.url] = part
            return page

        pages = await visit.whole(first, fetch_part, insist=entry.attempts < visit.PATIENCE)
        read = await self.run.workers.read(pages)
        if isinstance(read, Rejection):
            self.logger.debug("%s: %s: %s", read.reason, read.detail, read.url)
            state = State.PENDING if read.reason in _NOT_OF_THE_PAGE else State.REJECTED
            await self.finish(entry, Outcome(state, read.reason, response.status))
            return None
        place = responses[pages[0].url].meta.get("archived")
        return replace(read, archived=await self.run.location(place) if place else "")

    def _page(self, response: Response, entry: Entry) -> Page:
        content_type = _header(response, "Content-Type")
        return Page(response.url, response.body, content_type, self.run.clock.now(), entry.hints)

    async def _failed(self, entry: Entry, error: BaseException) -> None:
        try:
            if isinstance(error, StorageError | CannotExtract):
                raise error
            outcome = outcome_of(error)
            if outcome is None:
                self.count("bugs")
                self.logger.error("an error of this program at %s", entry.url, exc_info=error)
                outcome = Outcome(State.PENDING, "error")
            await self.finish(entry, outcome)
        except (StorageError, CannotExtract) as trouble:
            self.stop(trouble)


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")


def _insist_on_the_guard() -> None:
    """Raise RuntimeError unless names are resolved by the guard, whatever the settings say."""
    from twisted.internet import reactor

    if not isinstance(getattr(reactor, "nameResolver", None), GuardedResolver):
        raise RuntimeError("TWISTED_DNS_RESOLVER is not crawler.guard.GuardedResolver: nothing will be fetched")
