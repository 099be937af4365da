"""`dedup import`: articles from files into the corpus."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dedup.commands import BAD_INPUT, CorpusOption, app, examples, leave, progress_bars, zone_named
from dedup.errors import SourceError
from dedup.records import Article

if TYPE_CHECKING:
    from dedup.corpus import Corpus
    from dedup.sources import AnyRow, BadRow, Extract

_BAD_ROWS_SHOWN = 20
_REASONS_SHOWN = 10

Tell = Callable[[str, int, int], None]


@app.command(
    "import",
    epilog=examples(
        "dedup import articles.jsonl.gz",
        "dedup import --strict items.json table.csv more.parquet",
        "dedup import --zone Asia/Jakarta folder",
        "dedup import --extractor my_module:article pages.warc.gz",
    ),
)
def import_(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE…", help="Files, or folders that hold some, of the kinds above.")
    ],
    corpus: CorpusOption = None,
    zone: Annotated[
        tzinfo | None,
        typer.Option(
            "--zone", metavar="ZONE", parser=zone_named, help="The zone of times that name none. (default: UTC)"
        ),
    ] = None,
    as_is: Annotated[
        bool, typer.Option("--as-is", help="Keep lines of text files that are not the article, like 'Baca Juga: …'.")
    ] = False,
    no_credits: Annotated[
        bool,
        typer.Option("--no-credits", help="Do not read where a text says it is from, like '(ANTARA)' at its end."),
    ] = False,
    extractor: Annotated[
        str,
        typer.Option(
            "--extractor",
            metavar="MODULE:FUNCTION",
            help="What makes articles of the pages in WARC files. (default: the one that is installed)",
        ),
    ] = "",
    strict: Annotated[
        bool, typer.Option("--strict", help="Read everything once before; with one bad row, nothing is taken in.")
    ] = False,
) -> None:
    """Take in articles from files.

    JSON Lines (.jsonl, .ndjson, .jl), JSON (.json), CSV (.csv, .tsv), also .gz;
    Parquet (.parquet), with pyarrow installed; WARC (.warc, .warc.gz), whose
    pages an extractor reads; one text a file (.txt).

    Fields go by Gema's own names (url, text, title, site, authors, published,
    language, tags …), by those of news-please (maintext, date_publish …), fundus
    (plaintext, body, publishing_date, topics …), and trafilatura (source, date,
    hostname, categories …), and by others that Scrapy projects use (link, loc,
    headline, content, body, article, author, date, published_at, pub_date …).
    Gema's own name counts first, then the first that is not empty.
    Lists in tables are written a;b or as JSON.

    Bad rows are named and counted, the others go in, and the exit code is 2.
    What stands for the time of a change or a fetch and is none is left out of
    its row, and counted.
    Where two rows have one address, the later one is known already if it says
    the same, has other details if only text and title are (times, site, authors
    …), else it is a change of the earlier one. What is known of an
    article stays where a row says nothing, and where a row was fetched before.

    Of a row that names no agency and no source, what its text says of them is
    read: agency, credited source and title, sources in prose; place and authors
    where it has none. The text stays as it is.

    An extractor is a function (url, html, content_type, fetched) that returns an
    Article, or None or a few words for a page that has none. It is asked for
    pages in HTML with status 200 only.
    """
    from dedup import sources
    from dedup.corpus import Corpus

    found = sources.files_in(paths)
    for file in found.files:
        sources.check(file)
    extract = _extractor(found.files, extractor)
    clean = None if as_is else sources.cleaner()
    credit = None if no_credits else sources.crediter()
    if found.others:
        which = "1 file of another kind" if found.others == 1 else f"{found.others:,} files of other kinds"
        print(f"dedup: passed over in these folders: {which}", file=sys.stderr)

    with Corpus.open(corpus) as opened, progress_bars() as bars:

        def rows(stage: str) -> "Iterator[AnyRow]":
            yield from found.unreadable
            for file, tell in _watched(found.files, stage, bars):
                yield from sources.read(file, zone or UTC, clean, extract, tell, credit)

        def checked(stage: str) -> "Iterator[AnyRow]":
            return sources.refuse_taken_ids(rows(stage), lambda ids: _urls(opened, ids), opened.ids)

        if strict:
            _insist(checked("checking"))
        sorted_out = _SortedOut()
        added = opened.add(sorted_out.good(checked("importing")), completing=True)
    forgotten = f", {added.forgotten:,} left out as forgotten" if added.forgotten else ""
    details = f"{added.details:,} with other details, " if added.details else ""
    print(f"imported: {added.new:,} new, {added.changed:,} changed, {details}{added.same:,} known already{forgotten}")
    sorted_out.tell()


def _extractor(files: Sequence[Path], name: str) -> "Extract | None":
    """Return what makes articles of pages, where one of the files needs it; raises SourceError where there is none."""
    from dedup import sources

    # Like `python -m`, and last, so that no file that lies about stands in for a module of ours.
    if name and "" not in sys.path:
        sys.path.append("")
    pages = [file for file in files if sources.kind_of(file) is sources.Kind.WARC]
    extract = sources.extractor(name) if name or pages else None
    if pages and extract is None:
        raise SourceError(
            f"{pages[0]}: a WARC file holds pages, not articles, and nothing that extracts them is installed. "
            "Name a function that does: --extractor MODULE:FUNCTION"
        )
    return extract


def _watched(
    files: Sequence[Path], stage: str, bars: Tell | None
) -> Iterator[tuple[Path, Callable[[int], None] | None]]:
    """Yield each file and what is to hear how much of it is read."""
    if bars is None:
        yield from ((file, None) for file in files)
        return
    sizes = [file.stat().st_size for file in files]
    total, before = sum(sizes), 0
    for file, size in zip(files, sizes, strict=True):
        yield file, partial(_tell, bars, stage, before, total)
        before += size


def _tell(bars: Tell, stage: str, before: int, total: int, done: int) -> None:
    bars(stage, before + done, total)


def _insist(rows: "Iterable[AnyRow]") -> None:
    """Leave at the first bad row."""
    from dedup.sources import BadRow

    bad = next((row for row in rows if isinstance(row, BadRow)), None)
    if bad is not None:
        leave(f"{bad}\ndedup: nothing was imported, because of --strict", BAD_INPUT)


@dataclass(slots=True)
class _SortedOut:
    """What did not go in: bad rows, said as they come; what was no article, by reason; and times that are none."""

    bad: int = 0
    unread: int = 0
    first_unread: str = ""
    others: Counter[str] = field(default_factory=Counter)

    def good(self, rows: "Iterable[AnyRow]") -> Iterator[Article]:
        """Yield the articles of good rows; count the others."""
        from dedup.sources import BadRow, Row

        for row in rows:
            if isinstance(row, Row):
                for reason in row.unread:
                    self.unread += 1
                    self.first_unread = self.first_unread or str(BadRow(row.file, row.number, reason))
                yield row.article
            elif isinstance(row, BadRow):
                self._complain(row)
            else:
                self.others[row.reason] += 1

    def _complain(self, row: "BadRow") -> None:
        self.bad += 1
        if self.bad <= _BAD_ROWS_SHOWN:
            print(row, file=sys.stderr)

    def tell(self) -> None:
        """Print the counts; leave where there were bad rows."""
        from dedup.report.wording import count

        if self.others:
            reasons = ", ".join(f"{number:,} {why}" for why, number in self.others.most_common(_REASONS_SHOWN))
            print(f"not articles: {self.others.total():,} ({reasons})")
        if self.unread:
            print(f"times left out, as they are none: {self.unread:,} (the first: {self.first_unread})")
        if self.bad:
            more = f", {self.bad - _BAD_ROWS_SHOWN:,} of them not shown" if self.bad > _BAD_ROWS_SHOWN else ""
            leave(f"{count(self.bad, 'bad row', 'bad rows')} left out{more}", BAD_INPUT)


def _urls(corpus: "Corpus", ids: Sequence[str]) -> dict[str, str]:
    return {article.id: article.url for article in corpus.articles(ids)}
