"""One run: what all parts of a collection share, opened at its start and closed at its end. No Scrapy."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from sqlalchemy import Connection, update
from sqlalchemy.exc import OperationalError

from crawler.archive import Archive, Exchange
from crawler.clock import Clock
from crawler.ledger import Ledger
from crawler.seedlist import Seed
from crawler.verdict import Verdict
from crawler.workers import Workers
from crawler.writer import Writer
from dedup import Corpus, GemaError, tables

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Places:
    """Where a run reads and writes: settings, checked. No `archive` folder: pages are not kept."""

    corpus: str
    archive: Path | None
    archive_bytes: int
    workers: int
    now: str = ""

    @classmethod
    def from_settings(cls, settings: Any) -> Self:
        """Return what the settings of a Scrapy crawler say; raises ValueError for what is no number."""
        return cls(
            corpus=settings.get("CORPUS_URL") or "",
            archive=Path(settings["ARCHIVE_DIR"]) if settings.getbool("ARCHIVE_ENABLED") else None,
            archive_bytes=settings.getint("ARCHIVE_MAX_BYTES"),
            workers=settings.getint("EXTRACTION_WORKERS"),
            now=settings.get("NOW") or "",
        )


class RunNotBegun(Exception):
    """Something asked for the ledger of a run that could not begin."""


class StorageError(Exception):
    """The corpus or the archive cannot be written to; the message says why."""


class Run:
    """The shared parts of a run. `ledger` and `archive` are there once it has begun."""

    def __init__(self, places: Places) -> None:
        """Open the corpus; raises GemaError where it cannot be, ValueError for a bad `now`."""
        self._places = places
        self.clock = Clock.from_setting(places.now)
        self.corpus = Corpus.open(places.corpus or None)
        self.workers = Workers(places.workers)
        self._number: int | None = None
        self._archive_writer: Writer[Archive] | None = None
        self._archive: Archive | None = None
        self._writer: Writer[Connection] = Writer("corpus", self.corpus.transaction)

    @property
    def number(self) -> int:
        """This run's number in the corpus; raises RunNotBegun before it has begun."""
        if self._number is None:
            raise RunNotBegun("the run has not begun; the log above says why")
        return self._number

    @property
    def ledger(self) -> Ledger:
        """The ledger, as this run writes it."""
        return Ledger(self.corpus, self.number)

    @property
    def trouble(self) -> Exception | None:
        """The first error of the corpus or the archive as such: a full disk, a lock nobody gives back."""
        archive = self._archive_writer.trouble if self._archive_writer else None
        return self._writer.trouble or archive

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
            raise StorageError(str(error)) from error

    def archived(self, exchange: Exchange) -> "Future[str] | None":
        """Start to keep an exchange; the result is where it stands, once it is on disk. None: not kept."""
        if self._archive_writer is None:
            return None
        return self._archive_writer.submit(lambda archive: archive.write(exchange))

    async def location(self, kept: "Future[str]") -> str:
        """Return where an exchange stands once it is safe on disk; raises StorageError where it cannot be."""
        try:
            return await asyncio.wrap_future(kept)
        except OSError as error:
            raise StorageError(f"cannot write to the archive: {error}") from error

    async def begin(self, arguments: Mapping[str, Any], seeds: Sequence[Seed]) -> int:
        """Write down that the run began, and make due what it shall visit; return how much was cut off before."""
        self._number = await self.write(_begin, arguments, self)
        interrupted = await self.write(self.ledger.recover)
        await self.write(self.ledger.add, seeds, self.clock.now())
        if self._places.archive is not None:
            self._archive = Archive(self._places.archive, self._archive_name(), self._places.archive_bytes)
            self._archive_writer = Writer("archive", self._archive.batch)
        return interrupted

    async def end(self, verdict: Verdict, counts: Mapping[str, int]) -> None:
        """Write down how the run ended."""
        await self.write(_end, self, verdict, counts)

    async def close(self) -> None:
        """Close all that is open; safe to call at any point and twice."""
        await self.workers.close()
        if self._archive_writer is not None and self._archive is not None:
            self._archive_writer.close()
            self._archive.close()
            self._archive_writer = None
        self._writer.close()
        self.corpus.close()

    def _archive_name(self) -> str:
        return f"gema-{self.clock.now():%Y%m%d%H%M%S}-{self.number:05d}"


def run_of(crawler: Any) -> Run:
    """Return the run of a Scrapy crawler, whose spider holds it."""
    run = getattr(crawler.spider, "run", None)
    if not isinstance(run, Run):
        raise RuntimeError(f"{crawler.spider!r} is not a spider of Gema: it has no run")
    return run


def _begin(connection: Connection, arguments: Mapping[str, Any], run: Run) -> int:
    row = {
        "started": run.clock.now(),
        "arguments": json.dumps(dict(arguments), ensure_ascii=False, sort_keys=True),
        "counts": "{}",
        "verdict": "",
    }
    number = connection.execute(tables.runs.insert().values(row)).inserted_primary_key
    return int(number[0]) if number else 0


def _end(connection: Connection, run: Run, verdict: Verdict, counts: Mapping[str, int]) -> None:
    row = {
        "finished": run.clock.now(),
        "counts": json.dumps(dict(counts), sort_keys=True),
        "verdict": verdict.words,
        "exit_code": verdict.exit_code,
    }
    connection.execute(update(tables.runs).where(tables.runs.c.id == run.number).values(row))
