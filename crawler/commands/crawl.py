"""`scrapy crawl`, with arguments and seed lists checked before anything starts, and exit codes that mean something.

0 fine · 1 an error in the program · 2 usage or seed list · 3 the run found nothing where it should have ·
4 corpus or disk.
"""

import argparse
import logging
import sys
from collections.abc import Mapping, Sequence

from pydantic import ValidationError
from scrapy.commands import crawl
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from crawler import seedlist
from crawler.clock import Clock
from crawler.extensions import RunRecord
from crawler.guard import Guard
from crawler.seedlist import SeedListError
from crawler.spiders.news import NewsArguments, NewsSpider
from crawler.verdict import BUG, FINE, STORAGE, USAGE
from dedup import Busy, Corpus, GemaError


class Command(crawl.Command):
    """Runs a spider; for the news spider, checks first and judges after."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider named in `args`; the exit code follows from the verdict on the run."""
        if args != [NewsSpider.name] or self.settings is None:
            self._insist_on_a_spider(args)
            super().run(args, opts)
            return
        problems = usage_problems(opts.spargs, self.settings)
        if problems:
            print(*problems, sep="\n", file=sys.stderr)
            self.exitcode = USAGE
            return
        _quieten(self.settings)
        _introduce(self.settings)
        try:
            with Corpus.open(self.settings["CORPUS_URL"] or None) as corpus, corpus.alone("collecting"):
                self.exitcode = self._crawl(opts.spargs)
        except Busy as error:
            # An hourly run that finds the last one still at work has nothing to complain of.
            print(error, file=sys.stderr)
            self.exitcode = FINE
        except GemaError as error:
            print(error, file=sys.stderr)
            self.exitcode = STORAGE

    def _insist_on_a_spider(self, args: Sequence[str]) -> None:
        known = self.crawler_process.spider_loader.list() if self.crawler_process else []
        if len(args) == 1 and args[0] not in known:
            raise UsageError(f"there is no spider {args[0]!r}; there are: {', '.join(known)}", print_help=False)

    def _crawl(self, arguments: dict[str, str]) -> int:
        process = self.crawler_process
        if process is None:
            raise RuntimeError("Scrapy made no crawler process for this command")
        crawler = self._create_crawler(NewsSpider.name)
        process.crawl(crawler, **arguments)
        process.start()
        if process.bootstrap_failed:
            return BUG
        record = crawler.get_extension(RunRecord)
        return BUG if record is None or record.verdict is None else record.verdict.exit_code


def usage_problems(arguments: dict[str, str], settings: BaseSettings) -> Sequence[str]:
    """Return a line for each thing that is wrong with arguments, seed lists or settings; none: go."""
    try:
        wanted = NewsArguments.model_validate(arguments)
    except ValidationError as error:
        return [_line(each["loc"], each["type"], each["msg"]) for each in error.errors()]
    wrong = [name for name, kind in _NUMBERS.items() if not _is_number(settings.get(name), kind)]
    if wrong:
        return [f"setting {name}={settings.get(name)}: no number from 0 up, or no whole one" for name in wrong]
    try:
        seeds = seedlist.read_all(wanted.seeds)
        guard = Guard.from_setting(settings.get("GUARD_ALLOW") or "")
        Clock.from_setting(settings.get("NOW") or "")
    except SeedListError as error:
        return error.problems
    except ValueError as error:
        return [str(error)]
    if not settings.get("CONTACT") and not guard.serves_only([seed.url for seed in seeds]):
        return [
            "CONTACT is not set: say whom a webmaster can write to, a web page or mail address, "
            "with -s CONTACT=… or in the environment"
        ]
    return []


_NUMBERS: Mapping[str, type[int] | type[float]] = {
    "ARCHIVE_MAX_BYTES": int,
    "CONCURRENT_REQUESTS": int,
    "CONCURRENT_REQUESTS_PER_DOMAIN": int,
    "DOWNLOAD_DELAY": float,
    "DOWNLOAD_MAXSIZE": int,
    "DOWNLOAD_TIMEOUT": float,
    "EXTRACTION_WORKERS": int,
}


def _is_number(value: object, kind: type[int] | type[float]) -> bool:
    try:
        return kind(str(value)) >= 0
    except ValueError:
        return False


def _line(place: tuple[int | str, ...], kind: str, message: str) -> str:
    name = ".".join(map(str, place))
    known = ", ".join(NewsArguments.model_fields)
    if kind == "extra_forbidden":
        return f"unknown spider argument {name!r}; there are: {known}"
    if kind == "missing":
        return f"the spider argument {name!r} is missing; like this: scrapy crawl news -a seeds=seeds/*.txt"
    return f"spider argument {name}: {message}"


def _introduce(settings: BaseSettings) -> None:
    """Put the contact into the user agent, unless somebody has set another."""
    contact = settings.get("CONTACT")
    agent = settings["USER_AGENT"]
    if contact and contact not in agent:
        settings.set("USER_AGENT", f"{agent} (+{contact})", priority="cmdline")


def _quieten(settings: BaseSettings) -> None:
    """Leave what libraries tell of their own parts to those who ask for it with -L DEBUG."""
    if settings["LOG_LEVEL"] != "DEBUG":
        for library in ("scrapy", "alembic"):
            logging.getLogger(library).setLevel(logging.WARNING)
