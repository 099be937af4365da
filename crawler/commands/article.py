"""`scrapy article URL-or-FILE`: what extraction sees of one page, field by field and line by line."""

import argparse
import json
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from crawler import lookup
from crawler.addresses import canonical
from crawler.commands.fetching import NotFetched, fetched
from crawler.commands.strict import Help, Strict, printing, tell
from crawler.contact import introduce, missing_contact
from crawler.encodings import decoded
from crawler.explained import Explained, Line
from crawler.page import Page, Rejection
from crawler.run import StorageError
from crawler.verdict import NOTHING, STORAGE, USAGE
from dedup import Article, Corpus, GemaError

_GZIP = b"\x1f\x8b"
_STRUCK, _PLAIN = "\x1b[9m", "\x1b[29m"
# The text is shown line by line, and the other two are the address again.
_NOT_SHOWN = frozenset({"text", "id", "fetched_url"})
_EXAMPLES = """\
Examples
========
  scrapy article https://one.example/news/1
      as it was archived; as it is now, where it was not
  scrapy article --fetch https://one.example/news/1
      as it is now
  scrapy article page.html.gz --url https://one.example/news/1
      a page in a file, read as if it stood at that address
  scrapy article --json page.html | jq -r '.lines[] | select(.rule != "") | .rule + ": " + .text'
      what was taken out, and by which rule
"""


@dataclass(frozen=True, slots=True)
class _Source:
    """Pages of one article, and in words where they are from."""

    pages: Sequence[Page]
    words: str


class Command(Strict, ScrapyCommand):
    """Prints fields with their evidence, and the text with what was taken out of it. Nothing is stored."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """Return what stands behind the command's name."""
        return "[options] <address or file>"

    def short_desc(self) -> str:
        """Return what the list of commands says."""
        return "Show what extraction sees of one page"

    def long_desc(self) -> str:
        """Return what --help says."""
        return (
            "Shows each field of an article with where it was found, and its text; what was taken out is struck "
            "through (marked with - in a pipe), with the rule that took it. An address is read from the archive; where "
            "that does not have it, it is fetched as a crawl would, robots.txt obeyed. Nothing is stored. Exit code: 0 "
            "shown, an article or none, 1 an error in the program, 2 usage, or no such file, 3 the page could not be "
            "had, 4 corpus or archive."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add what this command takes besides Scrapy's options."""
        super().add_options(parser)
        parser.add_argument("--fetch", action="store_true", help="fetch the address, whatever the archive has")
        parser.add_argument("--url", metavar="ADDRESS", help="the address of the page in a file")
        parser.add_argument("--json", dest="as_json", action="store_true", help="one JSON object, times in UTC")
        parser.formatter_class = Help
        parser.epilog = _EXAMPLES

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print what extraction makes of the page."""
        if len(args) != 1 or self.settings is None:
            raise UsageError("one address or file; like this: scrapy article https://one.example/news/1")
        try:
            source = _source(args[0], opts, self.settings)
        except ValueError as error:
            tell(str(error))
            self.exitcode = USAGE
        except NotFetched as error:
            tell(str(error))
            self.exitcode = NOTHING
        except (GemaError, StorageError, OSError) as error:
            tell(str(error))
            self.exitcode = STORAGE
        else:
            # Scrapy loads every command for each of them, and extraction takes half a second to load.
            from crawler import extraction

            explained = extraction.explain(source.pages)
            with printing(self):
                if opts.as_json:
                    print(json.dumps(_record(source, explained), ensure_ascii=False))
                else:
                    print(*_shown(source, explained, sys.stdout.isatty()), sep="\n")


def _source(name: str, opts: argparse.Namespace, settings: Settings) -> _Source:
    """Return the pages that are meant; raises ValueError for what is neither address nor file."""
    if Path(name).is_file():
        if opts.fetch:
            raise ValueError(f"{name} is a file: --fetch goes with an address")
        return _of_file(Path(name), opts.url)
    url = canonical(name)
    if url is None:
        raise ValueError(f"{name}: no such file, and no address, which would begin with https://")
    if opts.url:
        raise ValueError("--url gives the address of a file; here the address is there already")
    found = None if opts.fetch else _archived(url, settings)
    return found or _of_net(url, settings)


def _of_file(path: Path, url: str | None) -> _Source:
    address = path.resolve().as_uri() if url is None else canonical(url)
    if address is None:
        raise ValueError(f"--url {url}: no address; it would begin with https://")
    try:
        body = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror})") from error
    plain = decoded(body, ["gzip"]) if body.startswith(_GZIP) else body
    if plain is None:
        raise ValueError(f"{path}: damaged, or more than a page once it is unpacked")
    return _Source([Page(address, plain, "text/html")], f"from the file {path}")


def _archived(url: str, settings: Settings) -> _Source | None:
    with Corpus.open(settings["CORPUS_URL"] or None) as corpus:
        found = lookup.find(url, corpus, Path(settings["ARCHIVE_DIR"]))
    if found is None:
        return None
    parts = f"{len(found.pages)} pages of it, " if len(found.pages) > 1 else ""
    return _Source(found.pages, f"from the archive, {parts}{found.path}")


def _of_net(url: str, settings: Settings) -> _Source:
    if missing := missing_contact(settings, [url]):
        raise ValueError(f"{url} is not in the archive, and cannot be fetched: {missing}")
    introduce(settings)
    return _Source([fetched(url, settings)], "from the net")


def _record(source: _Source, explained: Explained) -> dict[str, Any]:
    result = explained.result
    rejection = {"reason": result.reason, "detail": result.detail} if isinstance(result, Rejection) else None
    return {
        "url": result.url,
        "source": source.words,
        "article": _fields(result) if isinstance(result, Article) else None,
        "rejection": rejection,
        "evidence": dict(explained.evidence),
        "lines": [asdict(line) for line in explained.lines],
    }


def _fields(article: Article) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(article).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _shown(source: _Source, explained: Explained, terminal: bool) -> Iterator[str]:
    result = explained.result
    yield _safe(result.url)
    yield f"({_safe(source.words)}{_fetched_at(source.pages)})"
    if isinstance(result, Rejection):
        yield f"no article: {result.reason}" + (f", {_safe(result.detail)}" if result.detail else "")
    yield ""
    yield from _evidenced(result, explained)
    taken = sum(bool(line.rule) for line in explained.lines)
    yield ""
    yield f"text, lines kept: {len(explained.lines) - taken}, taken out: {taken}"
    for line in explained.lines:
        yield _line(line, terminal)


def _fetched_at(pages: Sequence[Page]) -> str:
    at = pages[0].fetched_at
    return f", fetched {at:%Y-%m-%d %H:%M} UTC" if at else ""


def _evidenced(result: Article | Rejection, explained: Explained) -> Iterator[str]:
    """Yield the fields that have a value, each with where it was found; of a rejected page, what was found where."""
    fields = _fields(result) if isinstance(result, Article) else dict.fromkeys(explained.evidence, "")
    for name, value in fields.items():
        where = explained.evidence.get(name, "")
        words = ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")
        if name not in _NOT_SHOWN and (words or where):
            yield _safe(f"{name:<20}{words}" + (f"  ({where})" if where else "")).rstrip()


def _line(line: Line, terminal: bool) -> str:
    text = _safe(line.text)
    if not line.rule:
        return f"  {text}"
    struck = f"{_STRUCK}{text}{_PLAIN}" if terminal else f"~~{text}~~"
    return f"{'  ' if line.span else ''}- {struck}  [{line.rule}]"


def _safe(text: str) -> str:
    """Return a stranger's text without what would command a terminal."""
    return "".join("\ufffd" if unicodedata.category(char) in {"Cc", "Cf"} else char for char in text)
