"""One run: what all parts of a collection share, opened at its start and closed at its end. No Scrapy."""

import asyncio
import json
import platform
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection, func, or_, select, update
from sqlalchemy.exc import OperationalError

from crawler import hosts, shelf, sites
from crawler.archive import Archive
from crawler.arguments import NewsArguments
from crawler.cadence import Cadence
from crawler.clock import Clock
from crawler.entry import ARTICLE, LISTINGS, PAGER
from crawler.exchange import Exchange, Kept
from crawler.ledger import Ledger
from crawler.outcome import State
from crawler.seedlist import Seed
from crawler.shape import Shapes
from crawler.sites import Yield
from crawler.tally import Tally
from crawler.verdict import Verdict, Worries, barren
from crawler.workers import Limits, Workers
from crawler.writer import Writer
from dedup import Corpus, GemaError, duration, tables

P = ParamSpec("P")
T = TypeVar("T")
# A run that has not been heard of for so long is over, wherever it ran.
_SILENT = timedelta(minutes=10)
# The details of older runs are nobody's concern any more, and would outgrow the articles in time.
_DETAILS_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Places:
    """Where a run reads and writes: settings, checked. No `archive` folder: pages are not kept."""

    corpus: str
    data: Path
    archive: Path | None
    archive_bytes: int
    workers: int
    now: str = ""
    archive_age: timedelta | None = None
    keep_days: int = 0
    most_gb: float = 0.0
    min_free_gb: float = 0.0
    empty_runs: int = 3
    obeyed: frozenset[str] = frozenset()
    cadence: Cadence = field(default_factory=Cadence)
    limits: Limits = Limits()  # noqa: RUF009 - it is frozen

    @classmethod
    def from_settings(cls, settings: Any) -> Self:
        """Return what the settings of a Scrapy crawler say; raises ValueError for what is no number."""
        hours = settings.getfloat
        return cls(
            corpus=settings.get("CORPUS_URL") or "",
            data=data_folder(settings),
            archive=Path(settings["ARCHIVE_DIR"]) if settings.getbool("ARCHIVE_ENABLED") else None,
            archive_bytes=settings.getint("ARCHIVE_MAX_BYTES"),
            workers=settings.getint("EXTRACTION_WORKERS"),
            limits=Limits.from_settings(settings),
            now=settings.get("NOW") or "",
            archive_age=timedelta(hours=hours("ARCHIVE_MAX_HOURS")) or None,
            keep_days=settings.getint("WARC_KEEP_DAYS"),
            most_gb=settings.getfloat("WARC_MAX_GB"),
            min_free_gb=settings.getfloat("MIN_FREE_GB"),
            empty_runs=settings.getint("SEED_EMPTY_RUNS"),
            obeyed=frozenset(settings.getlist("OBEY_DIRECTIVES")),
            cadence=Cadence(
                timedelta(hours=hours("LISTING_MAX_HOURS")),
                timedelta(hours=hours("FULL_FETCH_HOURS")),
                tuple(duration(word) for word in settings.getlist("REVISIT_AFTER")),
            ),
        )


def data_folder(settings: Any) -> Path:
    """Return the folder that corpus, archive and locks of a crawl stand in by default: where its archive is."""
    return Path(settings["ARCHIVE_DIR"]).parent


class RunNotBegun(Exception):
    """Something asked for the ledger of a run that could not begin."""


class StorageError(Exception):
    """The corpus or the archive cannot be written to; the message says why."""


class Run:
    """The shared parts of a run. `ledger`, `archive` and what was learned before are there once it has begun."""

    def __init__(self, places: Places) -> None:
        """Open the corpus; raises GemaError where it cannot be, ValueError for a bad `now`."""
        self._places = places
        self.clock = Clock.from_setting(places.now)
        self.corpus = Corpus.open(places.corpus or None)
        self.workers = Workers(places.workers, places.limits)
        self.cadence = places.cadence
        self.obeyed = places.obeyed
        self.tally = Tally()
        self.seeds: dict[int, Seed] = {}
        self.shapes = Shapes(())
        self.pauses: dict[str, datetime] = {}
        self.blocked: set[str] = set()
        self._history: dict[str, Yield] = {}
        self._number: int | None = None
        self._archive_writer: Writer[Archive] | None = None
        self._archive: Archive | None = None
        self._writer: Writer[Connection] = Writer("corpus", self.corpus.turn)

    @property
    def number(self) -> int:
        """This run's number in the corpus; raises RunNotBegun before it has begun."""
        if self._number is None:
            raise RunNotBegun("the run has not begun; the log above says why")
        return self._number

    @property
    def keep_days(self) -> int:
        """For how many days raw pages are kept; 0: for ever."""
        return self._places.keep_days

    @property
    def ledger(self) -> Ledger:
        """The ledger, as this run writes it."""
        return Ledger(self.corpus, self.number)

    @property
    def trouble(self) -> Exception | None:
        """The first error of the corpus or the archive as such: a full disk, a lock nobody gives back."""
        archive = self._archive_writer.trouble if self._archive_writer else None
        return self._writer.trouble or archive

    def due(self, seed: Seed, now: datetime) -> Callable[[datetime], datetime]:
        """Return what tells when a listing of this seed is due again, from when it last named something new."""
        return lambda changed_at: self.cadence.next_asked(changed_at, now, seed.every)

    async def write(self, call: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what `call` returns, done in a transaction on the writing thread: all of it or nothing.

        Raises StorageError where the corpus cannot be written to.
        """

        def job(connection: Connection) -> T:
            with connection.begin_nested():
                return call(connection, *args, **kwargs)

        try:
            return await self._writer.do(job)
        except (GemaError, OperationalError) as error:
            raise StorageError(_cause(error)) from error

    def archived(self, exchange: Exchange) -> "Future[Kept] | None":
        """Start to keep an exchange; the result is where it stands, once it is on disk. None: not kept."""
        if self._archive_writer is None:
            return None
        return self._archive_writer.submit(lambda archive: archive.write(exchange))

    async def kept(self, kept: "Future[Kept]") -> Kept:
        """Return where an exchange stands once it is safe on disk; raises StorageError where it cannot be."""
        try:
            return await asyncio.wrap_future(kept)
        except OSError as error:
            raise StorageError(f"cannot write to the archive: {error}") from error

    async def keep_parts(self, order: Sequence[tuple[str, str]], missing: str) -> None:
        """Keep in the archive which pages make up one article, (address, place) in order, and which part is missing.

        Raises StorageError.
        """
        if self._archive_writer is None:
            return
        try:
            now = self.clock.now()
            await self._archive_writer.do(lambda archive: archive.write_parts(order[0][1], order, missing, at=now))
        except OSError as error:
            raise StorageError(f"cannot write to the archive: {error}") from error

    async def begin(self, arguments: NewsArguments, seeds: Sequence[Seed]) -> int:
        """Write down that the run began, and make due what it shall visit; return how much was cut off before."""
        now = self.clock.now()
        told = arguments.model_dump(exclude_none=True)
        self._number = await self.write(_begin, told, now, self._place(arguments.shard))
        interrupted = await self.write(self._recover)
        self.seeds = await self.write(self.ledger.add, seeds, now, self.cadence.longest)
        since, oldest = arguments.since_at(now), arguments.oldest(now)
        if arguments.refetch:
            await self.write(self.ledger.refetch, arguments.refetch)
        await self.write(self.ledger.revive, since)
        await self.write(self.ledger.skip, since, oldest)
        await self.write(self._remember)
        if self._places.archive is not None:
            self._open_archive(self._places.archive)
        return interrupted

    async def say_alive(self) -> None:
        """Let other runs know that this one goes on."""
        alive = update(tables.runs).where(tables.runs.c.id == self.number).values(alive_at=self.clock.now())
        await self.write(lambda connection: connection.execute(alive).rowcount)

    def shortage(self) -> Exception | None:
        """Return what is wrong with the disk: less room than MIN_FREE_GB; None where there is enough."""
        least = self._places.min_free_gb
        free = shelf.free_gb(self._places.data) if least else 0.0
        if free >= least:
            return None
        return StorageError(f"{free:.1f} GB are free at {self._places.data}, less than MIN_FREE_GB={least:g}")

    async def only_articles(self) -> bool:
        """Tell whether all seeds of this run are articles themselves, with no listing among them."""
        ledger, seeds = tables.ledger, tables.seeds
        own = select(ledger.c.id).join(seeds, seeds.c.url == ledger.c.url)
        listing = own.where(seeds.c.run_id == self.number, ledger.c.kind != ARTICLE).limit(1)
        return bool(self.seeds) and await self.write(lambda connection: connection.execute(listing).first()) is None

    async def worries(self) -> Worries:
        """Return what is wrong with some seeds and sites; counts this run into what is known of them."""
        dried_up = await self.write(self._keep_yields)
        seen = self.tally.yields()
        await self.write(sites.keep_history, self.corpus, self._history, seen)
        await self.write(sites.keep_shapes, self.corpus, self.shapes.changed())
        return Worries(self.tally.blocked(), barren(self._history, seen), dried_up)

    async def end(self, verdict: Verdict, counts: Mapping[str, int]) -> None:
        """Write down how the run ended."""
        details = self.tally.details({number: seed.url for number, seed in self.seeds.items()})
        await self.write(_end, self.number, self.clock.now(), verdict, counts, json.dumps(asdict(details)))

    async def close(self) -> None:
        """Close all that is open; safe to call at any point and twice."""
        await self.workers.close()
        # In turn, the last one first; a full disk at one keeps none of the others open.
        with ExitStack() as closing:
            closing.callback(self.corpus.close)
            closing.callback(self._writer.close)
            if self._archive_writer is not None and self._archive is not None:
                closing.callback(self._archive.close)
                closing.callback(self._archive_writer.close)
                self._archive_writer = None

    def _open_archive(self, folder: Path) -> None:
        name = f"gema-{self.clock.now():%Y%m%d%H%M%S}-{self.number:05d}"
        self._archive = Archive(folder, name, self._places.archive_bytes, self._places.archive_age)
        shelf.prune(folder, self._places.keep_days, self._places.most_gb, self.clock.now())
        self._archive_writer = Writer("archive", self._archive.batch)

    def _place(self, shard: str | None) -> str:
        return f"{platform.node()} {self._places.data.resolve()} {shard or 'all'}"

    def _recover(self, connection: Connection) -> int:
        """Recover from runs that are over: this place is ours alone, and elsewhere one that lives says so."""
        runs, ledger = tables.runs, tables.ledger
        silent = or_(runs.c.alive_at.is_(None), runs.c.alive_at < self.clock.now() - _SILENT)
        mine = select(runs.c.place).where(runs.c.id == self.number).scalar_subquery()
        handed = select(ledger.c.run_id).where(ledger.c.state == State.HANDED).distinct()
        over = or_(runs.c.finished.is_not(None), runs.c.place == mine, silent)
        dead = select(runs.c.id).where(runs.c.id.in_(handed), runs.c.id != self.number, over)
        return self.ledger.recover(connection, list(connection.execute(dead).scalars()))

    def _remember(self, connection: Connection) -> None:
        self.pauses = hosts.pauses(connection, self.clock.now())
        self.blocked = set(connection.execute(select(tables.hosts.c.host)).scalars())
        self.shapes = sites.shapes(connection)
        self._history = sites.history(connection)

    def _keep_yields(self, connection: Connection) -> list[str]:
        """Count for each seed whether its listings name anything; return those that used to and do not any more."""
        ledger, seeds = tables.ledger, tables.seeds
        dried_up = []
        for number in self.tally.seeds_asked():
            # Older pages and old sitemaps rest with what they named once.
            fresh = ledger.c.kind.in_(LISTINGS - {PAGER}) & ledger.c.next_visit.is_not(None)
            held = select(func.sum(ledger.c.named)).where(ledger.c.seed_id == number, fresh)
            named = connection.execute(held).scalar() or 0
            old = connection.execute(select(seeds).where(seeds.c.id == number)).one()
            row = {"yielded": max(old.yielded, named), "empty_runs": 0 if named else old.empty_runs + 1}
            connection.execute(update(seeds).where(seeds.c.id == number).values(row))
            own = select(ledger.c.kind).where(ledger.c.url == old.url, ledger.c.seed_id == number)
            # A seed that is an article names nothing.
            if connection.execute(own).scalar() != ARTICLE and row["empty_runs"] >= self._places.empty_runs:
                dried_up.append(old.url)
        return sorted(dried_up)


def run_of(crawler: Any) -> Run:
    """Return the run of a Scrapy crawler, whose spider holds it."""
    run = getattr(crawler.spider, "run", None)
    if not isinstance(run, Run):
        raise RuntimeError(f"{crawler.spider!r} is not a spider of Gema: it has no run")
    return run


def _cause(error: BaseException) -> str:
    """Return the message of the first error behind an error: a full disk undoes a transaction, then undoing fails."""
    first, behind = error, error.__context__
    while behind is not None:
        first, behind = (behind if isinstance(behind, OperationalError) else first), behind.__context__
    return f"cannot write to the corpus: {first.orig}" if isinstance(first, OperationalError) else str(error)


def _begin(connection: Connection, arguments: Mapping[str, Any], now: datetime, place: str) -> int:
    row = {
        "started": now,
        "arguments": json.dumps(dict(arguments), ensure_ascii=False, sort_keys=True),
        "counts": "{}",
        "verdict": "",
        "place": place,
        "alive_at": now,
    }
    number = connection.execute(tables.runs.insert().values(row)).inserted_primary_key
    old = tables.runs.c.started < now - _DETAILS_KEPT
    connection.execute(update(tables.runs).where(old, tables.runs.c.details != "{}").values(details="{}"))
    return int(number[0]) if number else 0


def _end(
    connection: Connection, number: int, now: datetime, verdict: Verdict, counts: Mapping[str, int], details: str
) -> None:
    row = {
        "finished": now,
        "counts": json.dumps(dict(counts), sort_keys=True),
        "verdict": verdict.words,
        "exit_code": verdict.exit_code,
        "details": details,
    }
    connection.execute(update(tables.runs).where(tables.runs.c.id == number).values(row))
