"""`scrapy runs`: what the last runs did, by seed and by reason."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from sqlalchemy import Row, select

from crawler.commands.strict import Strict, printing
from crawler.verdict import STORAGE
from dedup import Corpus, GemaError, tables

_SHOWN = 10
_SEEDS_SHOWN = 15
_COUNTED_APART = frozenset(
    {"listings", "found", "pages", "new", "changed", "same", "twin", "without", "blocked", "unanswered"}
)


class Command(Strict, ScrapyCommand):
    """Prints the record of runs, the newest first."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return what stands behind the command's name."""
        return "[options]"

    def short_desc(self) -> str:
        """Return what the list of commands says."""
        return "Show what the last runs collected, and what went wrong"

    def long_desc(self) -> str:
        """Return what --help says."""
        return (
            "Shows the last runs in local time: how long they took, what they fetched, their verdict, the articles by "
            "seed, what was still due, and the failures by reason. Examples: scrapy runs -n 3; "
            "scrapy runs --json | jq .verdict. Exit code: 0 fine, 2 usage, 4 corpus."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what this command takes besides Scrapy's options."""
        super().add_options(parser)
        parser.add_argument("-n", dest="most", type=int, default=_SHOWN, metavar="N", help="how many runs (default 10)")
        parser.add_argument("--json", dest="as_json", action="store_true", help="one JSON object a line, times in UTC")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the runs."""
        if args or opts.most < 1 or self.settings is None:
            raise UsageError("this command takes no names, and at least one run: scrapy runs -n 3")
        try:
            with Corpus.existing(self.settings["CORPUS_URL"] or None) as corpus, corpus.reading() as connection:
                newest = select(tables.runs).order_by(tables.runs.c.id.desc()).limit(opts.most)
                runs = connection.execute(newest).all()
        except GemaError as error:
            print(error, file=sys.stderr)
            self.exitcode = STORAGE
            return
        if not runs:
            print("no run yet; like this: scrapy crawl news -a seeds=seeds/indonesia.txt", file=sys.stderr)
        with printing(self):
            for run in runs:
                print(json.dumps(_record(run), ensure_ascii=False) if opts.as_json else "\n".join(_lines(run)))


def _record(run: Row[Any]) -> dict[str, Any]:
    return {
        "run": run.id,
        "started": run.started.isoformat(),
        "finished": run.finished.isoformat() if run.finished else None,
        "seconds": (run.finished - run.started).total_seconds() if run.finished else None,
        "arguments": json.loads(run.arguments),
        "exit_code": run.exit_code,
        "verdict": run.verdict,
        "counts": json.loads(run.counts),
        **json.loads(run.details),
    }


def _lines(run: Row[Any]) -> Iterator[str]:
    record = _record(run)
    counts = record["counts"]
    yield f"run {run.id}  {_local(run.started)}  {_length(run)}  exit code {_or_dash(run.exit_code)}"
    yield f"  {run.verdict or 'no verdict: it still runs, or was killed'}"
    yield (
        f"  {counts.get('pages/fetched', 0)} pages fetched, {counts.get('articles/new', 0)} articles new, "
        f"{counts.get('articles/changed', 0)} changed; "
        f"{counts.get('listings/answered', 0)} of {counts.get('listings/asked', 0)} listings answered"
    )
    if waiting := counts.get("waiting"):
        yield f"  still due at its end: {waiting}"
    if wrong := _wrong(counts):
        yield f"  not an article, by reason: {wrong}"
    seeds = sorted(record.get("seeds", {}).items(), key=lambda item: (-item[1].get("new", 0), item[0]))
    for url, of_seed in seeds[:_SEEDS_SHOWN]:
        yield f"  {of_seed.get('new', 0):>6} new  {url}{_other(of_seed)}"
    if len(seeds) > _SEEDS_SHOWN:
        yield f"         and {len(seeds) - _SEEDS_SHOWN} more seeds; --json has them all"


def _wrong(counts: Mapping[str, int]) -> str:
    words = ("rejected", "retried", "failed", "gone", "blocked", "skipped")
    reasons: Counter[str] = Counter()
    for name, number in counts.items():
        word, _, reason = name.partition("/")
        if word in words:
            reasons[f"{word} {reason}"] += number
    return ", ".join(f"{number} {reason}" for reason, number in reasons.most_common())


def _other(of_seed: Mapping[str, int]) -> str:
    told = ", ".join(f"{number} {name}" for name, number in sorted(of_seed.items()) if name not in _COUNTED_APART)
    return f"  ({told})" if told else ""


def _length(run: Row[Any]) -> str:
    if run.finished is None:
        return "not finished"
    seconds = int((run.finished - run.started).total_seconds())
    return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"


def _local(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S %z")


def _or_dash(value: int | None) -> str:
    return "-" if value is None else str(value)
