"""`dedup import`: articles from files into the corpus."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dedup.commands import BAD_INPUT, CorpusOption, app, examples, leave, zone_named
from dedup.records import Article

if TYPE_CHECKING:
    from dedup.corpus import Corpus
    from dedup.sources import BadRow, Row

_BAD_ROWS_SHOWN = 20


@app.command(
    "import",
    epilog=examples(
        "dedup import articles.jsonl.gz", "dedup import folder/*.txt", "dedup import --zone Asia/Jakarta old.jsonl"
    ),
)
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help=".jsonl, .ndjson (also .gz) or .txt")],
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
) -> None:
    """Take in articles from files: JSON Lines with url, title, text, or one text a file."""
    from dedup import sources
    from dedup.corpus import Corpus

    for file in files:
        sources.check(file)
    clean = None if as_is else sources.cleaner()
    with Corpus.open(corpus) as opened:
        rows = (row for file in files for row in sources.read(file, zone or UTC, clean))
        bad: list[BadRow] = []
        good = _good(sources.refuse_taken_ids(rows, lambda ids: _urls(opened, ids)), bad)
        added = opened.add(good)
    forgotten = f", {added.forgotten:,} left out as forgotten" if added.forgotten else ""
    print(f"imported: {added.new:,} new, {added.changed:,} changed, {added.same:,} known already{forgotten}")
    if bad:
        more = f", {len(bad) - _BAD_ROWS_SHOWN:,} of them not shown" if len(bad) > _BAD_ROWS_SHOWN else ""
        leave(f"{len(bad):,} bad rows left out{more}", BAD_INPUT)


def _good(rows: "Iterable[Row | BadRow]", bad: "list[BadRow]") -> Iterator[Article]:
    """Yield the articles of good rows; put the others into `bad` and say so as they come."""
    from dedup.sources import Row

    for row in rows:
        if isinstance(row, Row):
            yield row.article
            continue
        bad.append(row)
        if len(bad) <= _BAD_ROWS_SHOWN:
            print(row, file=sys.stderr)


def _urls(corpus: "Corpus", ids: Sequence[str]) -> dict[str, str]:
    return {article.id: article.url for article in corpus.articles(ids)}
