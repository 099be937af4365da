"""`scrapy seeds FILE…`: check seed lists and say what each line is understood as. Nothing is fetched."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler import seedlist
from crawler.addresses import is_home, site_of
from crawler.commands.strict import Help, Strict, printing
from crawler.destinations import wrong_rules
from crawler.seedlist import Seed, SeedListError
from crawler.verdict import USAGE
from dedup import written

_SITE = "site: its feeds, sitemaps and sections will be looked for"
_MEANINGS = {
    "feed": "feed",
    "sitemap": "sitemap",
    "section": "section: the articles that it links to, and its older pages",
    "article": "article",
    "site": _SITE,
}
_LOOK_AND_SEE = "feed, sitemap, section or article: its first answer will tell"
_EPILOG = f"""\
Words behind an address
=======================
  kind=KIND        {", ".join(seedlist.KINDS)}; without: look and see
  site=NAME        whose articles they are; without: the domain of the address
  lang=id          only articles in this language
  every=30m        how often to ask; without: as often as there is news
  depth=3          how many older pages of a section are followed, 0 to {seedlist.MAX_DEPTH}
  max=100          how many articles a run takes at most
  follow=/news/*   only addresses whose path fits; several with commas between; * is any characters
  skip=/video/*    not addresses whose path fits
  paging=auto      paged articles are joined; off: not; ?page=all or /all: what to put behind
                   an article's address to get all of it on one page

Examples
========
  scrapy seeds seeds/indonesia.txt
      check one list before cron takes it
  scrapy seeds --json seeds/*.txt | jq -r .site | sort | uniq -c
      how many addresses of each site there are
"""


class Command(Strict, ScrapyCommand):
    """Prints the lines of seed lists in words; its exit code says whether a crawl would take them."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return what stands behind the command's name."""
        return "[options] <seed list> [<seed list> ...]"

    def short_desc(self) -> str:
        """Return what the list of commands says."""
        return "Check seed lists and show what each line is understood as"

    def long_desc(self) -> str:
        """Return what --help says."""
        return (
            "Checks seed lists without fetching anything, and shows for each line its number, its address and what "
            "they are understood as. Exit code: 0 fine, 2 a list that cannot be used."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what this command takes besides Scrapy's options, and what --help says of the words."""
        super().add_options(parser)
        parser.add_argument("--json", dest="as_json", action="store_true", help="one JSON object a line")
        parser.formatter_class = Help
        parser.epilog = _EPILOG

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the lines, or what is wrong with them."""
        if not args:
            raise UsageError("no seed list; like this: scrapy seeds seeds/indonesia.txt")
        try:
            seeds = seedlist.read_all(",".join(args))
        except SeedListError as error:
            print(*error.problems, sep="\n", file=sys.stderr)
            self.exitcode = USAGE
            return
        if wrong := wrong_rules():
            print(wrong, file=sys.stderr)
            self.exitcode = USAGE
            return
        with printing(self):
            for line in map(_json, seeds) if opts.as_json else _table(seeds):
                print(line)


def _table(seeds: Sequence[Seed]) -> Iterator[str]:
    for name, group in groupby(seeds, key=lambda seed: seed.list):
        yield name
        for seed in group:
            yield f"{seed.line:>6}  {seed.url}"
            yield f"        {'; '.join(_understood(seed))}"
    lists = len({seed.list for seed in seeds})
    sites = len({_site(seed) for seed in seeds})
    yield f"in all: {_many(len(seeds), 'address', 'es')} of {_many(sites, 'site')} in {_many(lists, 'list')}"


def _understood(seed: Seed) -> Iterator[str]:
    """Yield in words what a seed means, each thing that was said of it."""
    yield _meaning(seed)
    yield f"its articles are those of {seed.site}" if seed.site else f"site {_site(seed)}"
    if seed.language:
        yield f"only articles in {seed.language}"
    yield from _amounts(seed)
    if seed.follow:
        yield f"only {' '.join(seed.follow)}"
    if seed.skip:
        yield f"not {' '.join(seed.skip)}"
    if seed.paging == "off":
        yield "paged articles not joined"
    elif seed.paging:
        yield f"all of a paged article at its address with {seed.paging} behind"


def _amounts(seed: Seed) -> Iterator[str]:
    if seed.every is not None:
        yield f"asked every {written(seed.every)}"
    if seed.depth is not None:
        yield f"{_many(seed.depth, 'older page')} followed" if seed.depth else "no older pages followed"
    if seed.most is not None:
        yield f"at most {_many(seed.most, 'article')} a run"


def _meaning(seed: Seed) -> str:
    if seed.kind:
        return _MEANINGS[seed.kind]
    return _SITE if is_home(seed.url) else _LOOK_AND_SEE


def _site(seed: Seed) -> str:
    return seed.site or site_of(seed.url)


def _json(seed: Seed) -> str:
    """Return a seed as a line of JSON; `every_s` is in seconds, null is what was not said."""
    record: dict[str, Any] = {
        "list": seed.list,
        "line": seed.line,
        "url": seed.url,
        "understood": _meaning(seed),
        "kind": seed.kind or None,
        "site": _site(seed),
        "lang": seed.language or None,
        "every_s": seed.every.total_seconds() if seed.every is not None else None,
        "depth": seed.depth,
        "max": seed.most,
        "follow": list(seed.follow),
        "skip": list(seed.skip),
        "paging": seed.paging or "auto",
    }
    return json.dumps(record, ensure_ascii=False)


def _many(number: int, noun: str, ending: str = "s") -> str:
    return f"{number} {noun}{'' if number == 1 else ending}"
