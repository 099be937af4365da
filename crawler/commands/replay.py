"""`scrapy replay FILE.warc.gz…`: extract again what was fetched before. No request is made."""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from crawler import replay
from crawler.bookmark import Bookmark, fingerprint
from crawler.commands.strict import Help, Strict
from crawler.destinations import wrong_rules
from crawler.page import Rejection
from crawler.run import data_folder
from crawler.verdict import BUG, STORAGE, USAGE
from crawler.workers import CannotExtract, Limits, Workers
from dedup import Article, Corpus, GemaError

_EXAMPLES = """\
Examples
========
  scrapy replay data/warc/*.warc.gz
      extract everything again, after extraction got better
  scrapy replay -s CORPUS_URL=sqlite:///again.db data/warc/*.warc.gz
      the same into a corpus of its own, to compare
  scrapy replay CC-NEWS-20260305120000-00001.warc.gz
      the articles of somebody else's archive
"""


class Command(Strict, ScrapyCommand):
    """Reads WARC files and stores their articles; an article whose text is now another becomes a revision."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return what stands behind the command's name."""
        return "[options] <file.warc.gz> [<file.warc.gz> ...]"

    def short_desc(self) -> str:
        """Return what the list of commands says."""
        return "Extract the articles of WARC files into the corpus"

    def long_desc(self) -> str:
        """Return what --help says."""
        return (
            "Extracts again what WARC files hold, this crawl's or anybody's, and stores the articles in the corpus: a "
            "new one is added, one whose text is now another becomes a revision. No request is made. Pages that were "
            "joined into one article are joined again. A replay that was cut off goes on where it was, unless the "
            "program has changed since. Of a damaged file, what stands before the damage is read. Exit code: 0 fine, "
            "1 an error in the program, 2 a file that is missing, empty or no WARC, 4 corpus or disk, or a damaged "
            "file."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add examples to what --help says."""
        super().add_options(parser)
        parser.add_argument("--again", action="store_true", help="begin anew, also where a replay was cut off")
        parser.formatter_class = Help
        parser.epilog = _EXAMPLES

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Extract every page that is an article, and say in one line what came of it."""
        if not args or self.settings is None:
            raise UsageError("no file; like this: scrapy replay data/warc/*.warc.gz")
        paths = [Path(path) for path in args]
        problems = replay.problems(paths) or [wrong for wrong in [wrong_rules()] if wrong]
        if problems:
            print(*problems, sep="\n", file=sys.stderr)
            self.exitcode = USAGE
            return
        try:
            counts, damaged = _replayed(paths, opts.again, self.settings)
        except (GemaError, OSError) as error:
            print(error, file=sys.stderr)
            self.exitcode = STORAGE
        except CannotExtract as error:
            print(error, file=sys.stderr)
            self.exitcode = BUG
        else:
            told = ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))
            print(told or "no article in these files")
            if damaged:
                print(*damaged, sep="\n", file=sys.stderr)
                self.exitcode = STORAGE


def _replayed(paths: Sequence[Path], again: bool, settings: BaseSettings) -> tuple[Counter[str], list[str]]:
    workers = Workers(settings.getint("EXTRACTION_WORKERS"), Limits.from_settings(settings))
    bookmark = _bookmark(paths, again, settings)
    if bookmark.done:
        print(f"going on behind the first {bookmark.done}, which an earlier replay has done", file=sys.stderr)
    try:
        with Corpus.open(settings["CORPUS_URL"] or None) as corpus, _bars() as tell:
            watched = replay.Watched(tell, bookmark=bookmark)
            obeyed = frozenset(settings.getlist("OBEY_DIRECTIVES"))
            counts = asyncio.run(_replay(paths, corpus, workers, watched, obeyed))
    finally:
        bookmark.close()
    bookmark.remove()
    return counts, list(watched.damaged.values())


def _bookmark(paths: Sequence[Path], again: bool, settings: BaseSettings) -> Bookmark:
    of = fingerprint(paths, settings["CORPUS_URL"] or "")
    path = data_folder(settings) / f"replay-{of[:8]}.jsonl"
    if again:
        path.unlink(missing_ok=True)
    return Bookmark(path, of)


async def _replay(
    paths: Sequence[Path], corpus: Corpus, workers: Workers, watched: replay.Watched, obeyed: Set[str]
) -> Counter[str]:
    counts: Counter[str] = Counter()
    try:
        async for results in replay.articles(paths, workers, replay.known_of(corpus), watched, obeyed):
            added = corpus.add(result for result in results if isinstance(result, Article))
            counts.update(new=added.new, changed=added.changed, same=added.same + added.details)
            counts.update(f"rejected {result.reason}" for result in results if isinstance(result, Rejection))
    finally:
        await workers.close()
    return +counts


@contextmanager
def _bars() -> Iterator[Callable[[str, int, int], None]]:
    """Give what shows progress on a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done)

        yield tell
