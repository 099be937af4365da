"""Crawls of the newsroom by `scrapy crawl news`, each in a process of its own."""

import os
import resource
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from sqlalchemy.sql import Select

from dedup import Article, Corpus
from tests.crawler.loaded import Process
from tests.newsroom.server import Newsroom

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
PROJECT = Path(__file__).resolve().parents[2]
# Pages are read by a process of their own, as they are where nobody says otherwise.
IN_A_PROCESS = ("-s", "EXTRACTION_WORKERS=1")
_LIMIT_S = 120


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that has ended: exit code and what it wrote."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Place:
    """A folder with a seed list, a corpus and an archive of its own."""

    folder: Path
    guard_allow: str

    @property
    def corpus_url(self) -> str:
        """The address of its corpus."""
        return f"sqlite:///{self.folder}/corpus.db"

    @property
    def seeds(self) -> Path:
        """Its seed list."""
        return self.folder / "seeds.txt"

    @property
    def warc(self) -> Path:
        """The folder of its archive."""
        return self.folder / "warc"

    def with_seeds(self, lines: Iterable[str]) -> "Place":
        """Write the seed list; return itself."""
        self.seeds.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return self

    def settings(self) -> list[str]:
        """Return the options that keep a crawl within this folder."""
        settings = {
            "CORPUS_URL": self.corpus_url,
            "ARCHIVE_DIR": str(self.warc),
            "GUARD_ALLOW": self.guard_allow,
            "NOW": NOW.isoformat(),
            "DOWNLOAD_DELAY": "0",
            # Pages are read where the crawl is: a process for them takes two seconds of CPU to load.
            "EXTRACTION_WORKERS": "0",
        }
        return [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]

    def command(self, *more: str) -> list[str]:
        """Return the command that crawls the seed list."""
        return ["scrapy", "crawl", "news", "-a", f"seeds={self.seeds}", *self.settings(), *more]

    def articles(self) -> list[Article]:
        """Return what its corpus holds."""
        with Corpus.open(self.corpus_url) as corpus:
            return list(corpus.articles())

    def rows(self, statement: Select[Any]) -> list[tuple[Any, ...]]:
        """Return what a query of its corpus gives."""
        with Corpus.open(self.corpus_url) as corpus, corpus.reading() as connection:
            return [tuple(row) for row in connection.execute(statement)]


def at(folder: Path, newsroom: Newsroom, seeds: Sequence[str] | None = None) -> Place:
    """Return a place whose seed list names all listings of the newsroom, or these seeds."""
    return Place(folder, newsroom.guard_allow).with_seeds(newsroom.seeds() if seeds is None else seeds)


def run(*module: str, most_bytes: int = resource.RLIM_INFINITY) -> Ended:
    """Run `python -m MODULE…` in the project's folder until it ends; no file grows over `most_bytes`."""
    with TemporaryFile() as out, TemporaryFile() as err:
        process = Process(*module, environment=environment(), out=out, err=err, most_bytes=most_bytes)
        in_time = process.ended(_LIMIT_S)
        if not in_time:
            os.kill(process.number, signal.SIGKILL)
        code = process.code()
        out.seek(0)
        err.seek(0)
        ended = Ended(code, out.read().decode(), err.read().decode())
    assert in_time, f"still running after {_LIMIT_S} s: {ended.err}"
    return ended


def run_until(reached: Callable[[], bool], *module: str, how: signal.Signals = signal.SIGKILL) -> int:
    """Run a module, send it a signal as soon as `reached` says so, and return its exit code."""
    with Path(os.devnull).open("wb") as nowhere:
        process = Process(
            *module, environment=environment(), out=nowhere, err=nowhere, most_bytes=resource.RLIM_INFINITY
        )
        until = time.monotonic() + _LIMIT_S
        while not process.ended(0.01) and not reached() and time.monotonic() < until:
            pass
        with suppress(ProcessLookupError):
            os.kill(process.number, how)
        assert process.ended(_LIMIT_S)
        return process.code()


def environment() -> dict[str, str]:
    """Return this environment without what would change a crawl."""
    left_out = {"CORPUS_URL", "CONTACT"}
    return {
        name: value
        for name, value in os.environ.items()
        if name not in left_out and not name.lower().endswith("_proxy")
    }
