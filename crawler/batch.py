"""JSON Lines of pages in, JSON Lines of articles and rejections out, in the order given.

This is `python -m crawler.extraction`: on all cores, each page with its own time limit. No network, no Scrapy.
"""

import argparse
import asyncio
import gzip
import json
import os
import sys
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.progress import Progress

from crawler.page import Page, Rejection
from crawler.workers import CannotExtract, Workers
from dedup import Article

OK, FAILED, USAGE, STORAGE = 0, 1, 2, 4
_GZIP = b"\x1f\x8b"
# Pages that are read ahead for each worker; an article that takes long must not let the others wait.
_AHEAD = 8


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that gives no page, and why; `number` counts from 1."""

    number: int
    error: str


Result = Article | Rejection | BadLine


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the pages that the arguments name; return the exit code."""
    options = _parser().parse_args(arguments)
    here = Path() if options.pages == "-" else Path(options.pages).parent
    try:
        with _opened(options.pages, options.output) as (source, target), _bar() as tell:
            bad = asyncio.run(_run(source, partial(_write, target, tell), here, options.workers))
    except FileNotFoundError as error:
        return _fail(f"{error.filename}: no such file", USAGE)
    except CannotExtract as error:
        return _fail(str(error), FAILED)
    except OSError as error:
        return _fail(f"{error.filename or options.output}: {error.strerror}", STORAGE)
    return _fail(f"{bad} lines gave no page; the output says which and why", USAGE) if bad else OK


def page_of(line: bytes, number: int, here: Path) -> Page | BadLine:
    """Return the page that a line holds: `url`, and `html` or `html_file`, whose path is relative to `here`."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return BadLine(number, "no JSON")
    if not isinstance(row, dict) or not isinstance(row.get("url"), str) or not row["url"]:
        return BadLine(number, "no object with a url")
    if isinstance(row.get("html"), str):
        # Halves of surrogate pairs, which JSON can spell, have no UTF-8.
        return Page(row["url"], row["html"].encode("utf-8", "replace"), "text/html; charset=utf-8")
    if not isinstance(row.get("html_file"), str):
        return BadLine(number, "neither html nor html_file")
    try:
        body = (here / row["html_file"]).read_bytes()
        return Page(row["url"], gzip.decompress(body) if body.startswith(_GZIP) else body, "text/html")
    except (OSError, EOFError, zlib.error, ValueError) as error:
        return BadLine(number, f"{row['html_file']}: {getattr(error, 'strerror', None) or error}")


def record(result: Result) -> dict[str, Any]:
    """Return what a result is as JSON: an article's fields, `reason` of a rejection, or `error` of a line."""
    if isinstance(result, BadLine):
        return {"line": result.number, "error": result.error}
    return {name: _plain(value) for name, value in asdict(result).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


async def _run(source: IO[bytes], write: Callable[[Result], None], here: Path, count: int) -> int:
    """Write a result for each line that is not blank, in order; return how many lines were bad."""
    workers = Workers(count)
    ahead: deque[asyncio.Task[Result]] = deque()
    bad = 0

    async def take() -> int:
        result = await ahead.popleft()
        write(result)
        return isinstance(result, BadLine)

    try:
        number = 0
        # Standard input may wait for a long time, and the workers must not wait with it.
        while line := await asyncio.to_thread(source.readline):
            number += 1
            if line.strip():
                ahead.append(asyncio.ensure_future(_read(line, number, here, workers)))
            if len(ahead) > _AHEAD * max(count, 1):
                bad += await take()
        while ahead:
            bad += await take()
    finally:
        for task in ahead:
            task.cancel()
        await asyncio.gather(*ahead, return_exceptions=True)
        await workers.close()
    return bad


async def _read(line: bytes, number: int, here: Path, workers: Workers) -> Result:
    page = page_of(line, number, here)
    return page if isinstance(page, BadLine) else await workers.read([page])


def _write(target: IO[bytes], tell: Callable[[], None], result: Result) -> None:
    target.write(json.dumps(record(result), ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    target.flush()
    tell()


@contextmanager
def _opened(source: str, target: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Give both ends; "-" is standard input or output."""
    with (
        open(0, "rb", closefd=False) if source == "-" else Path(source).open("rb") as pages,
        open(1, "wb", closefd=False) if target == "-" else Path(target).open("wb") as results,
    ):
        yield pages, results


@contextmanager
def _bar() -> Iterator[Callable[[], None]]:
    """Give what counts pages on a terminal, and nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    with Progress("pages", "{task.completed}", console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("pages", total=None)
        yield lambda: bar.advance(task)


def _fail(message: str, code: int) -> int:
    print(f"python -m crawler.extraction: {message}", file=sys.stderr)  # noqa: T201 (a command)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m crawler.extraction",
        description="Read articles out of pages. PAGES holds a JSON object a line with url, and html or html_file (a "
        "path relative to PAGES, .gz too). An article, or a rejection with its reason, is written for each, in order.",
        epilog="Exit code: 0 fine, 1 an error in the program, 2 usage or lines that hold no page, 4 the disk.",
    )
    parser.add_argument("pages", metavar="PAGES", help="JSON Lines, - for standard input")
    parser.add_argument("-o", "--output", default="-", metavar="OUT", help="where to write; standard output without it")
    parser.add_argument(
        "--workers", type=_count, default=_cores(), metavar="N", help="processes; all cores without it, 0: none"
    )
    return parser


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text}: a number of processes, 0 or more")
    return int(text)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
