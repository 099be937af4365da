"""`scrapy replay FILE.warc.gz…`: extract again what was fetched before. No request is made."""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler import replay
from crawler.page import Rejection
from crawler.verdict import BUG, STORAGE, USAGE
from crawler.workers import CannotExtract, Workers
from dedup import Article, Corpus, GemaError


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

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Extract every page that is an article, and say in one line what came of it."""
        if not args or self.settings is None:
            raise UsageError("no file; like this: scrapy replay data/warc/gema-20251023-00001-001.warc.gz")
        missing = [path for path in args if not Path(path).is_file()]
        if missing:
            print(*(f"{path}: no such file" for path in missing), sep="\n", file=sys.stderr)
            self.exitcode = USAGE
            return
        workers = Workers(self.settings.getint("EXTRACTION_WORKERS"))
        try:
            with Corpus.open(self.settings["CORPUS_URL"] or None) as corpus:
                counts = asyncio.run(_replay([Path(path) for path in args], corpus, workers))
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
        async for results in replay.articles(paths, workers, replay.hints_of(corpus)):
            added = corpus.add(result for result in results if isinstance(result, Article))
            counts.update(new=added.new, changed=added.changed, same=added.same)
            counts.update(f"rejected {result.reason}" for result in results if isinstance(result, Rejection))
    finally:
        await workers.close()
    return +counts
