"""The spider: draws what is due from the ledger, fetches it, and writes down what came of it.

The ledger decides what is asked for and when; callbacks yield articles and no requests.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy_spider_metadata import Args  # type: ignore[attr-defined] # it re-exports without saying so
from twisted.python.failure import Failure

from crawler import hosts, seedlist, visit
from crawler.addresses import host_of, site_of
from crawler.arguments import NewsArguments
from crawler.cadence import rests
from crawler.compression import CUT_OFF
from crawler.contact import introduce, missing_contact
from crawler.entry import ARTICLE, GUESS, SITE, UNKNOWN, Answer, Entry, Find
from crawler.exchange import Kept
from crawler.frontier import Frontier
from crawler.guard import GuardedResolver, Refused, fetch, follow
from crawler.ledger import read_as
from crawler.outcome import Outcome, State, Step
from crawler.pace import HostSpent, retry_after
from crawler.page import Page, Rejection
from crawler.run import Places, Run, StorageError
from crawler.seedlist import Seed
from crawler.spiders import answers
from crawler.spiders.drawing import Drawing
from crawler.spiders.ending import is_closing, is_idle, wind_up
from crawler.spiders.failures import outcome_of
from crawler.spiders.manners import Manners
from crawler.task import Continued
from crawler.visit import Named, PartMissing, Wanted
from crawler.workers import CannotExtract
from dedup import Article

# Two are on the line (CONCURRENT_REQUESTS_PER_DOMAIN), the others wait behind them: enough to keep a host busy.
_PER_HOST = 6
_LOOK_AGAIN_S = 1.0
_ALIVE_S = 60.0
# A sitemap may name 50,000 addresses; nobody else can write to the corpus while one transaction keeps them.
_FINDS_AT_ONCE = 2_000
# These may be the machine's fault, a full disk or a busy hour; the ledger gives such a page up after a few visits.
_NOT_OF_THE_PAGE = frozenset({"broken", "timeout", "memory"})
_NOT_ASKED = frozenset({"host-spent", "let-go"})
# What whoever wrote a seed that is refused may do.
_IF_MEANT = "; if it is meant, let it in: -s GUARD_ALLOW=HOST:PORT=ADDRESS"


class NewsSpider(Args[NewsArguments], Spider):
    """Collects the articles that seed lists lead to."""

    name = "news"
    args: NewsArguments

    def __init__(self, run: Run, seeds: tuple[Seed, ...], /, **arguments: str) -> None:
        super().__init__(**arguments)
        self.run = run
        self.seeds = seeds
        self.trouble: Exception | None = None
        self.ended_early = ""
        self._since = self.args.since_at(run.clock.now())
        self._drawing = Drawing(run, Frontier(0, _PER_HOST), lambda: is_idle(self.crawler.engine))
        self._sources: dict[int, tuple[Entry, Answer]] = {}
        self._stopping: asyncio.Future[None] | None = None
        self._background: set[asyncio.Task[None]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Make the spider, its seeds read and its corpus open; raises SeedListError, GemaError, ValueError."""
        seeds = seedlist.read_all(kwargs.get("seeds", ""))
        if kwargs.get("shard"):
            seeds = seedlist.shard(seeds, kwargs["shard"])
        # For who runs it from a program of his own.
        if missing := missing_contact(crawler.settings, [seed.url for seed in seeds]):
            raise ValueError(missing)
        introduce(crawler.settings)
        spider: Self = super().from_crawler(crawler, Run(Places.from_settings(crawler.settings)), seeds, **kwargs)
        crawler.signals.connect(spider.left_out, signals.item_dropped)
        crawler.signals.connect(spider.left_out, signals.item_error)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield requests for what is due, a few a host at a time, until nothing is due or in flight."""
        _insist_on_the_guard()
        self._in_background(self._watch())
        try:
            await self.open_frontier()
            while entries := await self._drawing.entries():
                for entry in entries:
                    yield self._request(entry)
        except StorageError as trouble:
            self.stop(trouble)

    async def open_frontier(self) -> None:
        """Begin with the hosts of the ledger and the limits of this run."""
        frontier = Frontier(self.settings.getint("CONCURRENT_REQUESTS"), _PER_HOST, self.args.max_pages)
        frontier.limit_seeds({number: seed.most for number, seed in self.run.seeds.items() if seed.most})
        self._drawing.frontier = frontier
        self._manners = Manners(self.run, frontier, self.crawler.engine)
        frontier.stir(await self.run.write(self.run.ledger.hosts))

    async def parse_entry(self, response: Response, entry: Entry) -> AsyncIterator[Article]:
        """Write down what a page turned out to be; yield it if it is an article."""
        try:
            found = await self._understand(response, entry)
        except Exception as error:  # noqa: BLE001 - `_failed` tells bugs from the rest
            await self._failed(entry, error)
            return
        if found is not None:
            article, entry, answer = found
            # Two addresses can lead to equal articles, so each is known by which object it is.
            self._sources[id(article)] = entry, answer
            yield article

    async def on_failure(self, failure: Failure) -> None:
        """Write down why there was no answer."""
        # Scrapy puts the request there; Twisted's types know nothing of it.
        entry = failure.request.cb_kwargs["entry"]  # type: ignore[attr-defined]
        await self._failed(entry, failure.value or RuntimeError("a failure without a reason"))

    def source_of(self, article: Article) -> tuple[Entry, Answer]:
        """Return the entry and the answer that an article of this spider came from. Works once for each."""
        return self._sources.pop(id(article))

    async def left_out(self, item: Any, exception: Exception | None = None) -> None:
        """Write down that a pipeline of somebody's own dropped an article, or broke (no exception) with it."""
        if id(item) in self._sources:
            entry, answer = self.source_of(item)
            outcome = Outcome(State.REJECTED, "dropped") if exception else Outcome(State.PENDING, "error")
            try:
                await self.finish(entry, outcome, answer)
            except StorageError as trouble:
                self.stop(trouble)

    def settle(self, entry: Entry, outcome: Outcome, stored: str = "", found: int = 0) -> None:
        """Count an entry whose outcome is written down; there is room for another.

        `stored` is what the corpus made of an article, `found` how many new articles a listing named.
        """
        self._drawing.settle(entry)
        done = outcome.state is State.DONE
        site = entry.hints.site or site_of(entry.url)
        if outcome.reason in _NOT_ASKED:
            self.count(f"retried/{outcome.reason}")
            return
        if entry.listing:
            self.count("listings/asked")
            self.count("listings/answered", int(done))
            own = entry.url == self.run.seeds[entry.seed].url
            if own:
                self.count("seeds/asked")
                self.count("seeds/answered", int(done))
                self.count("seeds/named", entry.named if done else 0)
            self.run.tally.listing(entry.seed, site, outcome, found, own)
        elif entry.kind == ARTICLE:
            self.run.tally.page(entry.seed, site, outcome, stored)
        if not done:
            word = "retried" if outcome.state is State.PENDING else outcome.state.value
            self.count(f"{word}/{outcome.reason}")
            # What is wrong with one article is for its row and the counts; a listing, and who blocks us, is for people.
            told = outcome.state is State.BLOCKED or entry.listing
            level = logging.WARNING if told else logging.DEBUG
            self.logger.log(level, "%s %s: %s", word, outcome.reason, entry.url)

    @property
    def in_flight(self) -> int:
        """How many addresses are handed out and not back."""
        return len(self._drawing.frontier.in_flight)

    def count(self, name: str, by: int = 1) -> None:
        """Count `name` up in the statistics of the run."""
        self.crawler.stats.inc_value(name, by)

    def stop(self, trouble: Exception) -> None:
        """End the run because it cannot go on; what is in flight will be due again."""
        if self.trouble is None:
            self.trouble = trouble
            self.logger.critical("the run ends here: %s", trouble)
            self.end_early("trouble")
            # Not one of those that end with the spider: it is what ends it.
            self._stopping = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="trouble"))

    def end_early(self, why: str) -> None:
        """Draw no more, let go what waits, and give what is on the line a moment."""
        if not self.ended_early:
            self.ended_early = why
            self._drawing.end()
            self._in_background(wind_up(self.crawler.engine))

    def closed(self, reason: str) -> None:
        """End what runs in the background; Scrapy calls it at the end."""
        for task in self._background:
            task.cancel()

    def _in_background(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _watch(self) -> None:
        """Once a second: was the run told to end, is its time up, its disk full, are only slow hosts left?"""
        began = alive = quick = monotonic()
        most_time = self.args.most_time
        while not self.ended_early:
            await asyncio.sleep(_LOOK_AGAIN_S)
            now = monotonic()
            if is_closing(self.crawler.engine):
                self.end_early("told to end")
            elif most_time is not None and now - began >= most_time.total_seconds():
                self.logger.info("time is up (max_time=%s); what is left stays due", self.args.max_time)
                self.end_early("time")
            if not self._only_slow_hosts():
                quick = now
            elif now - quick >= self.settings.getfloat("SLOW_HOSTS_TAIL_S"):
                slow = ", ".join(sorted(self._drawing.frontier.busy_hosts)[:5])
                self.logger.info("only hosts with long pauses are left (%s); the rest of them stays due", slow)
                self.end_early("slow hosts")
            if now - alive >= _ALIVE_S:
                alive = now
                await self._say_alive()
            if shortage := self.run.shortage():
                self.stop(shortage)

    async def _say_alive(self) -> None:
        try:
            await self.run.say_alive()
        except StorageError as trouble:
            self.stop(trouble)

    def _only_slow_hosts(self) -> bool:
        slots, limit = self.crawler.engine.downloader.slots, self.settings.getfloat("SLOW_HOST_DELAY_S")
        busy = self._drawing.frontier.busy_hosts
        return bool(busy) and all(host in slots and slots[host].delay >= limit for host in busy)

    def _request(self, entry: Entry) -> Request:
        seed = self.run.seeds[entry.seed]
        headers: dict[str, str] = {}
        if self._may_be_conditional(entry, seed):
            headers |= {"If-None-Match": entry.etag} if entry.etag else {}
            headers |= {"If-Modified-Since": entry.last_modified} if entry.last_modified else {}
        return Request(
            entry.url,
            headers=headers,
            callback=self.parse_entry,
            errback=self.on_failure,
            cb_kwargs={"entry": entry},
            meta={"handle_httpstatus_all": True, "via": seed.url},
            dont_filter=True,
        )

    def _may_be_conditional(self, entry: Entry, seed: Seed) -> bool:
        if entry.kind == ARTICLE:
            # Its first part may stand as it was while another changed.
            return bool(entry.article) and not entry.parts
        return entry.read_as == read_as(seed) and self.run.cadence.conditional(entry.full_at, self.run.clock.now())

    async def _understand(self, response: Response, entry: Entry) -> tuple[Article, Entry, Answer] | None:
        """Return the article that answered, and where from; anything else is written down here."""
        response = await follow(self.crawler.engine, response)
        self._manners.answered(entry.host)
        self.count("pages/fetched")
        outcome = answers.outcome(response, entry)
        if outcome is not None and outcome.state is State.BLOCKED:
            await self._blocked(entry, outcome, response)
            return None
        if outcome is not None:
            if outcome.reason == "server-error" and (until := self._retry_after(response)):
                await self._manners.stay_away(answers.both_hosts(entry, response), until, "busy")
            if outcome.state is State.DONE:
                await self._manners.welcome(answers.both_hosts(entry, response))
            await self.finish(entry, outcome, answers.answer(response))
            return None
        await self._manners.welcome(answers.both_hosts(entry, response))
        page = self._page(response, entry)
        named = None
        if entry.kind != ARTICLE:
            named = await asyncio.to_thread(visit.named, page, entry, await self._wanted(entry, response))
        if named is None:
            return await self._article(replace(entry, kind=ARTICLE), page, response)
        if named.kind == GUESS:
            await self.finish(entry, Outcome(State.GONE, "no-listing", response.status), answers.answer(response))
        else:
            await self._found(entry, named, response)
        return None

    async def _wanted(self, entry: Entry, response: Response) -> Wanted:
        robots = b""
        if entry.kind in {SITE, UNKNOWN}:
            scheme, _, rest = response.url.partition("://")
            origin = f"{scheme}://{rest.partition('/')[0]}"
            kept = await self.run.write(hosts.robots, origin)
            robots = kept[1] if kept is not None and kept[0] == 200 else b""
        judge = self.run.shapes.judge(site_of(response.url))
        return Wanted(self.run.seeds[entry.seed], self.run.clock.now(), self._since, judge, robots)

    async def _found(self, entry: Entry, named: Named, response: Response) -> None:
        ledger, now, seed = self.run.ledger, self.run.clock.now(), self.run.seeds[entry.seed]
        listing = visit.listed(entry, named)
        finds, new = list(named.finds), 0
        while len(finds) > _FINDS_AT_ONCE:
            some, finds = finds[:_FINDS_AT_ONCE], finds[_FINDS_AT_ONCE:]
            new += await self.run.write(ledger.note, listing, some, now)
        answer = answers.answer(response, await self._kept(response))
        if named.left_out:
            self.count("listings/cut")
            read = len(named.finds)
            self.logger.warning("too long: %s: %d addresses read, %d more left out", entry.url, read, named.left_out)
            # To be told that it is unchanged would hide the rest for ever.
            answer = replace(answer, etag="", last_modified="")
        due = None if rests(listing, now, self._since) else self.run.due(seed, now)
        new += await self.run.write(ledger.found, listing, finds, answer, now, read_as(seed), due, new)
        self.count("articles/found", new)
        self._drawing.frontier.stir(_hosts_of(named.finds))
        self.settle(listing, Outcome(State.DONE, status=response.status), found=new)

    async def _article(self, entry: Entry, first: Page, response: Response) -> tuple[Article, Entry, Answer] | None:
        seed = self.run.seeds[entry.seed]
        read = await self.run.workers.begin(first, seed.paging)
        places = {first.url: await self._kept(response)}
        missing = ""
        if isinstance(read, Continued):
            pages, missing = await self._join(first, read, entry, seed, places)
            read = await self.run.workers.read(pages)
            entry = replace(entry, parts=tuple(page.url for page in pages) if len(pages) > 1 else ())
            first = pages[0]
            await self._keep_order(pages, places, missing)
        outcome = self._reason_against(read, seed, response.status)
        if isinstance(read, Rejection) or outcome is not None:
            if isinstance(read, Article):
                entry = replace(entry, hints=replace(entry.hints, published=read.published))
            self._learn(entry, outcome)
            await self.finish(entry, outcome or Outcome(State.REJECTED), answers.answer(response, places[first.url]))
            return None
        kept = places[first.url]
        self._learn(entry, None)
        marks = (*read.marks, "incomplete") if missing or CUT_OFF in response.flags else read.marks
        article = replace(read, archived=kept.place if kept else "", marks=marks)
        return article, looked(entry), answers.answer(response, kept)

    async def _join(
        self, first: Page, more: Continued, entry: Entry, seed: Seed, places: dict[str, Kept | None]
    ) -> tuple[tuple[Page, ...], str]:
        async def fetch_part(url: str) -> Page | None:
            try:
                part = await fetch(self.crawler.engine, Request(url, dont_filter=True, meta={"via": entry.url}))
            except Exception as error:
                if outcome_of(error) is None:
                    raise
                return None
            self.count("pages/fetched")
            if part.status != 200:
                return None
            page = self._page(part, entry)
            places[page.url] = await self._kept(part)
            return page

        pages, missing = await visit.joined(
            first, more, fetch_part, lambda part: self.run.workers.look(part, seed.paging)
        )
        if missing and (entry.article or entry.attempts < visit.PATIENCE):
            # What is stored already may be whole.
            raise PartMissing(missing)
        return pages, missing

    async def _keep_order(self, pages: tuple[Page, ...], places: dict[str, Kept | None], missing: str) -> None:
        order = [(page.url, kept.place) for page in pages if (kept := places[page.url]) is not None]
        if len(order) > 1 or (order and missing):
            await self.run.keep_parts(order, missing)

    def _reason_against(self, read: Article | Rejection | Continued, seed: Seed, status: int) -> Outcome | None:
        if isinstance(read, Continued):
            return Outcome(State.PENDING, "broken", status)
        if isinstance(read, Rejection):
            self.logger.debug("%s: %s: %s", read.reason, read.detail, read.url)
            return Outcome(State.PENDING if read.reason in _NOT_OF_THE_PAGE else State.REJECTED, read.reason, status)
        if reason := visit.unwanted(read, seed.language, self.run.obeyed):
            return Outcome(State.REJECTED, reason, status)
        if self._since is not None and read.published is not None and read.published < self._since:
            return Outcome(State.SKIPPED, "too-old", status)
        return None

    def _learn(self, entry: Entry, against: Outcome | None) -> None:
        if against is None or against.reason in {"not-article", "short", "empty"}:
            self.run.shapes.learn(entry.url, site_of(entry.url), against is None)

    async def finish(
        self, entry: Entry, outcome: Outcome, answer: Answer | None = None, asked_for: datetime | None = None
    ) -> None:
        """Write down what became of an entry, and count it; `asked_for` is when the server wants to be asked again."""
        if outcome.state is State.DONE:
            entry = looked(entry)
        now = self.run.clock.now()
        step = self.step(entry, outcome)
        if asked_for is not None and step.next_visit is not None:
            step = replace(step, next_visit=asked_for)
        await self.run.write(self.run.ledger.finish, entry, step, outcome.reason, answer, now)
        self.settle(entry, outcome)

    def step(self, entry: Entry, outcome: Outcome) -> Step:
        """Return what follows from an outcome for an entry: its state, and when it is due again."""
        now = self.run.clock.now()
        return self.run.cadence.follows(entry, outcome, now, self.run.seeds[entry.seed].every, self._since)

    async def _blocked(self, entry: Entry, outcome: Outcome, response: Response) -> None:
        """Write down that we are not wanted; leave the whole host alone where it means the whole host."""
        asked, both = self._retry_after(response), answers.both_hosts(entry, response)
        asked, left = await self._manners.blocked(host_of(response.url), both, outcome.reason, asked)
        if left:
            self.run.tally.shut_out(entry.hints.site or site_of(entry.url))
        await self.finish(entry, outcome, answers.answer(response), asked)

    def _retry_after(self, response: Response) -> datetime | None:
        return retry_after(answers.header(response, "Retry-After"), self.run.clock.now())

    async def _kept(self, response: Response) -> Kept | None:
        place = response.meta.get("archived")
        return await self.run.kept(place) if place else None

    def _page(self, response: Response, entry: Entry) -> Page:
        return answers.page(response, entry.hints, self.run.clock.now())

    async def _failed(self, entry: Entry, error: BaseException) -> None:
        if self.ended_early and not isinstance(error, StorageError | CannotExtract):
            # Whatever it was, the end of the run may have caused it; the address is still due.
            self._drawing.settle(entry)
            return
        try:
            if isinstance(error, StorageError | CannotExtract):
                raise error
            outcome = outcome_of(error)
            if isinstance(error, HostSpent):
                self._manners.leave({entry.host, error.host}, str(error))
            if isinstance(error, Refused) and entry.listing:
                led, meant = (f"{entry.url} led to ", "") if not str(error).startswith(entry.url) else ("", _IF_MEANT)
                self.logger.warning("refused: %s%s%s", led, error, meant)
            if outcome is None:
                self.count("bugs")
                self.logger.error("an error of this program at %s", entry.url, exc_info=error)
                outcome = Outcome(State.PENDING, "error")
            self._manners.failed(entry.host, outcome.reason)
            await self.finish(entry, outcome)
        except (StorageError, CannotExtract) as trouble:
            self.stop(trouble)


def looked(entry: Entry) -> Entry:
    """Return an article's entry after another look at it; any other as it is."""
    return replace(entry, looks=entry.looks + 1) if entry.kind == ARTICLE and entry.article else entry


def _hosts_of(finds: tuple[Find, ...]) -> set[str]:
    return {host_of(find.url) for find in finds if not find.skip}


def _insist_on_the_guard() -> None:
    """Raise RuntimeError unless names are resolved by the guard, whatever the settings say."""
    from twisted.internet import reactor

    if not isinstance(getattr(reactor, "nameResolver", None), GuardedResolver):
        raise RuntimeError("TWISTED_DNS_RESOLVER is not crawler.guard.GuardedResolver: nothing will be fetched")
