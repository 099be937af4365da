"""`scrapy replay FILE.warc.gz…`: extract again what was fetched before. No request is made."""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from scrapy.commands import ScrapyCommand, ScrapyHelpFormatter
from scrapy.exceptions import UsageError

from crawler import replay
from crawler.page import Rejection
from crawler.verdict import BUG, STORAGE, USAGE
from crawler.workers import CannotExtract, Workers
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


class _Help(ScrapyHelpFormatter):
    """Scrapy's help, with the lines of the examples left as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if text == _EXAMPLES else super()._fill_text(text, width, indent)


class Command(ScrapyCommand):
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
            "joined into one article are joined again. Exit code: 0 fine, 1 an error in the program, 2 a file that is "
            "missing, empty or no WARC, 4 corpus or disk, or a damaged file."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add examples to what --help says."""
        super().add_options(parser)
        parser.formatter_class = _Help
        parser.epilog = _EXAMPLES

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Extract every page that is an article, and say in one line what came of it."""
        if not args or self.settings is None:
            raise UsageError("no file; like this: scrapy replay data/warc/*.warc.gz")
        paths = [Path(path) for path in args]
        problems = replay.problems(paths)
        if problems:
            print(*problems, sep="\n", file=sys.stderr)
            self.exitcode = USAGE
            return
        workers = Workers(self.settings.getint("EXTRACTION_WORKERS"))
        try:
            with Corpus.open(self.settings["CORPUS_URL"] or None) as corpus:
                counts = asyncio.run(_replay(paths, corpus, workers))
        except (GemaError, OSError) as error:
            print(error, file=sys.stderr)
            self.exitcode = STORAGE
        except CannotExtract as error:
            print(error, file=sys.stderr)
            self.exitcode = BUG
        else:
            print(
                ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "no article in these files"
            )


async def _replay(paths: Sequence[Path], corpus: Corpus, workers: Workers) -> Counter[str]:
    counts: Counter[str] = Counter()
    try:
        async for results in replay.articles(paths, workers, replay.known_of(corpus)):
            added = corpus.add(result for result in results if isinstance(result, Article))
            counts.update(new=added.new, changed=added.changed, same=added.same)
            counts.update(f"rejected {result.reason}" for result in results if isinstance(result, Rejection))
    finally:
        await workers.close()
    return +counts
