"""`scrapy rejects`: the pages that were fetched last and held no article, with the reason of each."""

import argparse
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from sqlalchemy import Connection, Row, Select, func, select

from crawler.addresses import site_of
from crawler.commands.strict import Help, Strict, printing, tell
from crawler.outcome import State
from crawler.verdict import STORAGE
from dedup import Corpus, GemaError, tables

_SHOWN = 20
_AT_ONCE = 500
_EXAMPLES = """\
Examples
========
  scrapy rejects
      the last pages without an article
  scrapy rejects --reason short --site one.example --last 100
      those of one site whose text was too short
  scrapy rejects --json --last 10000 | jq -r .site | sort | uniq -c | sort -n
      which sites they are of
  scrapy article $(scrapy rejects --json --last 1 | jq -r .url)
      what extraction saw of the last one
"""


class Command(Strict, ScrapyCommand):
    """Prints the ledger's rejected addresses, the last fetched first."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return what stands behind the command's name."""
        return "[options]"

    def short_desc(self) -> str:
        """Return what the list of commands says."""
        return "Show the last pages that held no article, and why"

    def long_desc(self) -> str:
        """Return what --help says."""
        return (
            "Shows the last fetched pages that were taken for no article, in local time, each with its reason; "
            "scrapy article ADDRESS shows what was seen of one. Exit code: 0 fine, also where there are none, 2 usage, "
            "4 corpus."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what this command takes besides Scrapy's options."""
        super().add_options(parser)
        parser.add_argument("--reason", metavar="WORD", help="only those rejected for this reason, like short")
        parser.add_argument("--site", metavar="SITE", help="only those of this site, like one.example")
        parser.add_argument(
            "--last", dest="most", type=int, default=_SHOWN, metavar="N", help=f"how many (default {_SHOWN})"
        )
        parser.add_argument("--json", dest="as_json", action="store_true", help="one JSON object a line, times in UTC")
        parser.formatter_class = Help
        parser.epilog = _EXAMPLES

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the pages, or which reasons there are where none has this one."""
        if args or opts.most < 1 or self.settings is None:
            raise UsageError("this command takes no names, and at least one page: scrapy rejects --last 5")
        try:
            with Corpus.existing(self.settings["CORPUS_URL"] or None) as corpus, corpus.reading() as connection:
                rows = list(islice(_rejected(connection, opts.reason, opts.site), opts.most))
                reasons = {} if rows else _reasons(connection)
        except GemaError as error:
            tell(str(error))
            self.exitcode = STORAGE
            return
        with printing(self):
            for row in rows:
                print(json.dumps(_record(row), ensure_ascii=False) if opts.as_json else _line(row))
        if not rows:
            there = ", ".join(f"{number} {reason}" for reason, number in reasons.items())
            tell(f"no such page; all that were rejected: {there}" if there else "no page was rejected yet")


def _rejected(connection: Connection, reason: str | None, site: str | None) -> Iterator[Row[Any]]:
    ledger, seeds = tables.ledger, tables.seeds
    columns = (ledger.c.url, ledger.c.reason, ledger.c.status, ledger.c.fetched_at, ledger.c.title, seeds.c.site)
    wanted: Select[Any] = (
        select(*columns).join(seeds, seeds.c.id == ledger.c.seed_id).where(ledger.c.state == State.REJECTED)
    )
    if reason is not None:
        wanted = wanted.where(ledger.c.reason == reason)
    newest = wanted.order_by(ledger.c.fetched_at.desc(), ledger.c.id.desc())
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(newest)
    return (row for row in rows if site is None or _site(row) == site)


def _reasons(connection: Connection) -> dict[str, int]:
    """Return how many pages were rejected for each reason, the most frequent first."""
    ledger = tables.ledger
    counted = (
        select(ledger.c.reason, func.count().label("pages"))
        .where(ledger.c.state == State.REJECTED)
        .group_by(ledger.c.reason)
    )
    rows = connection.execute(counted.order_by(func.count().desc(), ledger.c.reason))
    return {row.reason: row.pages for row in rows}


def _site(row: Row[Any]) -> str:
    return row.site or site_of(row.url)


def _record(row: Row[Any]) -> dict[str, Any]:
    return {
        "url": row.url,
        "reason": row.reason,
        "status": row.status,
        "fetched": row.fetched_at.isoformat() if row.fetched_at else None,
        "site": _site(row),
        "title": row.title,
    }


def _line(row: Row[Any]) -> str:
    when = row.fetched_at.astimezone().strftime("%Y-%m-%d %H:%M") if row.fetched_at else "-"
    return f"{when:<16}  {row.reason:<14}  {row.url}"
