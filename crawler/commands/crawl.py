"""`scrapy crawl`, with arguments and seed lists checked before anything starts, and exit codes that mean something.

0 fine · 1 an error in the program · 2 usage or seed list · 3 the run found nothing where it should have ·
4 corpus or disk.
"""

import argparse
import logging
import math
import sys
from collections.abc import Mapping, Sequence

from scrapy.commands import crawl
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings
from scrapy.utils.misc import load_object

from crawler import seedlist
from crawler import settings as project
from crawler.alone import collecting
from crawler.arguments import NewsArguments, problems
from crawler.clock import Clock
from crawler.commands.strict import Strict, tell
from crawler.contact import introduce, missing_contact
from crawler.destinations import wrong_archive, wrong_feeds, wrong_rules
from crawler.extensions import RunRecord
from crawler.guard import Guard
from crawler.run import data_folder
from crawler.seedlist import SeedListError
from crawler.spiders.news import NewsSpider
from crawler.verdict import BUG, FINE, STORAGE, USAGE
from dedup import Busy, Corpus, GemaError, duration


class Command(Strict, crawl.Command):
    """Runs a spider; for the news spider, checks first and judges after."""

    def long_desc(self) -> str:
        """Return what --help says."""
        return (
            "Runs a spider; news collects the articles of seed lists: scrapy crawl news -a seeds=seeds/indonesia.txt. "
            "Exit code of news: 0 fine, also where nothing was due, another process collects into this data folder, or "
            "a signal came while it was waited for; 1 an error in the program; 2 usage, seed list or a file of -o that "
            "cannot be written; 3 the run found nothing where it should have; 4 corpus, archive or disk."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what this command takes besides those of Scrapy's own `crawl`."""
        super().add_options(parser)
        parser.add_argument(
            "--wait", action="store_true", help="wait for a collection that runs already, instead of leaving"
        )

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
        if wrong := wrong_archive(self.settings):
            print(wrong, file=sys.stderr)
            self.exitcode = STORAGE
            return
        _quieten(self.settings)
        introduce(self.settings)
        try:
            with collecting(data_folder(self.settings), opts.spargs.get("shard"), tell if opts.wait else None):
                # Here its errors are messages; inside Scrapy they would be tracebacks.
                Corpus.open(self.settings["CORPUS_URL"] or None).close()
                self.exitcode = self._crawl(opts.spargs)
        except Busy as error:
            # An hourly run that finds the last one still at work has nothing to complain of.
            print(error, file=sys.stderr)
            self.exitcode = FINE
        except (GemaError, OSError) as error:
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
        if record is not None and record.verdict is not None:
            return record.verdict.exit_code
        # Scrapy ends at once where a signal comes before the engine runs, or while a run is being closed.
        if not crawler.crawling:
            files = ", ".join(map(str, crawler.settings.getdict("FEEDS")))
            if files and crawler.stats is not None and crawler.stats.get_value("item_scraped_count"):
                tell(f"a signal ended the run before all its articles were in {files}; the corpus has them")
                return STORAGE
            tell("a signal ended the run as it began or ended; the next one takes up what this one had")
            return FINE
        return BUG


def usage_problems(arguments: dict[str, str], settings: BaseSettings) -> Sequence[str]:
    """Return a line for each thing that is wrong with arguments, seed lists or settings; none: go."""
    if wrong := problems(arguments) or _wrong_settings(settings) or _left_out(settings):
        return wrong
    wanted = NewsArguments.model_validate(arguments)
    try:
        seeds = seedlist.read_all(wanted.seeds)
        Guard.from_settings(settings)
        now = Clock.from_setting(settings.get("NOW") or "").now()
    except SeedListError as error:
        return error.problems
    except ValueError as error:
        return [str(error)]
    since = wanted.since_at(now)
    if since is not None and since > now:
        return [f"spider argument since: {wanted.since!r} is still to come, so no article could be wanted"]
    if rules := wrong_rules():
        return [rules]
    if missing := missing_contact(settings, [seed.url for seed in seeds]):
        return [missing]
    # Last: looking makes the folders that are missing.
    return wrong_feeds(settings)


_NUMBERS: Mapping[str, type[int] | type[float]] = {
    "ARCHIVE_MAX_BYTES": int,
    "ARCHIVE_MAX_HOURS": float,
    "CONCURRENT_REQUESTS": int,
    "CONCURRENT_REQUESTS_PER_DOMAIN": int,
    "DOWNLOAD_DELAY": float,
    "DOWNLOAD_MAXSIZE": int,
    "DOWNLOAD_TIMEOUT": float,
    "EXTRACTION_WORKERS": int,
    "FULL_FETCH_HOURS": float,
    "HOST_MAX_REQUESTS": int,
    "LISTING_MAX_HOURS": float,
    "MIN_FREE_GB": float,
    "SEED_EMPTY_RUNS": int,
    "SLOW_HOSTS_TAIL_S": float,
    "SLOW_HOST_DELAY_S": float,
    "WARC_KEEP_DAYS": int,
    "WARC_MAX_GB": float,
}
# With none of these nothing would ever be asked for.
_FROM_ONE = frozenset({"CONCURRENT_REQUESTS", "CONCURRENT_REQUESTS_PER_DOMAIN"})
# Several of them, separated by commas.
_DURATIONS = ("REVISIT_AFTER",)


def _wrong_settings(settings: BaseSettings) -> list[str]:
    wrong = [
        f"setting {name}={settings.get(name)}: no number from {int(name in _FROM_ONE)} up, or no whole one"
        for name, kind in _NUMBERS.items()
        if not _is_number(settings.get(name), kind, int(name in _FROM_ONE))
    ]
    for name in _DURATIONS:
        try:
            for word in settings.getlist(name):
                duration(word)
        except ValueError as error:
            wrong.append(f"setting {name}={settings.get(name)}: {error}")
    return wrong


def _left_out(settings: BaseSettings) -> list[str]:
    """Return a line for each dictionary of parts that was replaced: `-s EXTENSIONS={…}` adds nothing, it replaces."""
    own: dict[str, Mapping[str, int | None]] = {
        "DOWNLOADER_MIDDLEWARES": project.DOWNLOADER_MIDDLEWARES,
        "EXTENSIONS": project.EXTENSIONS,
        "ITEM_PIPELINES": project.ITEM_PIPELINES,
    }
    wrong = []
    for name, parts in own.items():
        try:
            given = {load_object(part) for part in settings.getdict(name)}
        except (ImportError, NameError, TypeError, ValueError) as error:
            wrong.append(f"setting {name}: {error}")
            continue
        missing = [path for path, place in parts.items() if place is not None and load_object(path) not in given]
        if missing:
            wrong.append(
                f"setting {name} leaves out {', '.join(missing)}: it replaces what crawler/settings.py has; name these "
                "too, or add yours there or by ADDONS"
            )
    return wrong


def _is_number(value: object, kind: type[int] | type[float], least: int) -> bool:
    try:
        return least <= kind(str(value)) < math.inf
    except ValueError:
        return False


def _quieten(settings: BaseSettings) -> None:
    """Leave what libraries tell of their own parts to those who ask for it with -L DEBUG."""
    if settings["LOG_LEVEL"] != "DEBUG":
        for library in ("scrapy", "alembic"):
            logging.getLogger(library).setLevel(logging.WARNING)
