"""What a batch of 5,000 new articles costs `dedup update` in a corpus that grows.

`python -m tests.benchmarks.growth [SIZE …] [--no-stories] [--a-day N] [--late DAYS] [--seed N] [--keep FOLDER]`

A made-up press (`tests/quality/generated/`) publishes 5,000 articles a day, a third of them copies. The corpus is
filled to each size, in updates of 50,000, and then 5,000 more come, of the next day or spread over the last `--late`
days: printed are wall and CPU seconds of that update, those that stories take, the most memory its process held,
candidates for each of its articles, and for the filling articles a second and bytes an article. Copies do not depend on
stories: without them it tells what finding copies takes.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from dedup import Article, Corpus
from dedup.telling import tell_stories
from dedup.updating import update
from tests.quality.generated.corpus import articles

_BATCH, _FILLING = 5_000, 50_000
_START = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cost:
    """What an update took: seconds, of them for stories, of CPU; the most megabytes it held; how many candidates."""

    wall: float
    stories: float
    cpu: float
    memory: float
    candidates: int


def day_by_day(found: Iterator[Article], a_day: int = _BATCH) -> Iterator[Article]:
    """Yield articles as if so many were published each day, in this order."""
    for number, article in enumerate(found):
        yield replace(article, published=_START + timedelta(days=number / a_day))


def late(found: Iterator[Article], days: int) -> Iterator[Article]:
    """Yield articles as if they came late, by up to so many days."""
    for number, article in enumerate(found):
        yield replace(article, published=(article.published or _START) - timedelta(days=days * number / _BATCH))


def updated(address: str, stories: bool) -> Cost:
    """Update a corpus in a process of its own; return what it took."""
    command = [sys.executable, "-m", __spec__.name, "--child", address, *([] if stories else ["--no-stories"])]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Cost(**json.loads(done.stdout))


def _child(address: str, stories: bool) -> None:
    told = [0.0]

    def timed(*arguments: Any) -> None:
        started = time.perf_counter()
        if stories:
            tell_stories(*arguments)
        told[0] = time.perf_counter() - started

    began = time.perf_counter()
    with Corpus.open(address) as corpus, patch("dedup.updating.tell_stories", timed):
        done = update(corpus)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cost = Cost(time.perf_counter() - began, told[0], time.process_time(), memory, done.candidates)
    print(json.dumps(asdict(cost)))


def _grow(folder: Path, asked: argparse.Namespace) -> None:
    address, file = f"sqlite:///{folder}/growth.db", folder / "growth.db"
    sizes, stories = asked.sizes, not asked.no_stories
    coming = day_by_day(articles(max(sizes) + _BATCH * len(sizes), asked.seed), asked.a_day)
    held = 0
    print(
        f"{'articles':>9}  {'batch of 5,000: wall s':>22} {'stories':>7} {'CPU s':>6} {'MB':>6} {'candidates':>10}  "
        f"{'filled at':>12} {'bytes each':>10}"
    )
    for size in sorted(sizes):
        stored = taken = 0.0
        came = size - held
        while held < size:
            count = min(_FILLING, size - held)
            stored += _add(address, coming, count)
            taken += updated(address, stories).wall
            held += count
        rate = f"{came / (stored + taken):,.0f}/s" if came else "-"
        space = file.stat().st_size // held
        _add(address, late(islice(coming, _BATCH), asked.late), _BATCH)
        cost = updated(address, stories)
        held += _BATCH
        line = f"{size:9,}  {cost.wall:22.1f} {cost.stories:7.1f} {cost.cpu:6.1f} {cost.memory:6,.0f}"
        line += f" {cost.candidates / _BATCH:10.2f}"
        line += f"  {rate:>12} {space:10,}"
        print(line, flush=True)


def _add(address: str, coming: Iterator[Article], count: int) -> float:
    """Store the next articles; return the seconds it took, without making them."""
    made = list(islice(coming, count))
    with Corpus.open(address) as corpus:
        began = time.perf_counter()
        corpus.add(made)
        return time.perf_counter() - began


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 30_000, 100_000])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--a-day", type=int, default=_BATCH, metavar="N", help="articles published on a day")
    parser.add_argument("--late", type=int, default=0, metavar="DAYS", help="spread what comes over the last DAYS")
    parser.add_argument("--keep", metavar="FOLDER", help="where the corpus stays")
    parser.add_argument("--no-stories", action="store_true", help="let updates end with families")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        _child(asked.child, not asked.no_stories)
        return 0
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, seed {asked.seed}")
    with TemporaryDirectory() as folder:
        _grow(Path(asked.keep or folder), asked)
    return 0


if __name__ == "__main__":
    sys.exit(main())
