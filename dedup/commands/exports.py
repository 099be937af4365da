"""`dedup export`, `dedup data`, `dedup passages`: what is in the corpus, for other programs and to read."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dedup.commands import Choose, ChooseOption, CorpusOption, ZoneOption, app, corpus_to_read, examples
from dedup.commands.finding import tell_waiting

# Two of these stand in rooms too, which load what `--help` should not wait for.


class Keep(StrEnum):
    """Which articles are exported."""

    ALL = "all"
    ONE = "one-per-family"


class Format(StrEnum):
    """What is written."""

    JSONL = "jsonl"
    PARQUET = "parquet"
    CSV = "csv"


class Tables(StrEnum):
    """What tables are written as."""

    CSV = "csv"
    PARQUET = "parquet"
    BOTH = "both"


@app.command(
    epilog=examples(
        "dedup export > articles.jsonl",
        "dedup export --keep one-per-family --choose complete -o corpus.parquet",
        "dedup export --format csv -o - | head",
    )
)
def export(
    corpus: CorpusOption = None,
    keep: Annotated[Keep, typer.Option("--keep", help="All articles, or one of each family of copies.")] = Keep.ALL,
    choose: ChooseOption = Choose.EARLIEST,
    kind: Annotated[
        Format | None,
        typer.Option("--format", help="(default: as FILE ends, else jsonl)", show_default=False),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="Where to; - is standard output.", show_default=False)
    ] = Path("-"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE once all is written.")] = False,
) -> None:
    """Write articles with their families: family, story, family_size, is_first, first_url beside every field."""
    from dedup import exports, formats

    file = None if str(out) == "-" else out
    wanted = formats.format_of(file, formats.Format(kind.value) if kind else None)
    with corpus_to_read(corpus) as opened:
        rows = exports.export(opened, keep is Keep.ONE, choose.value)
        if file is None:
            formats.write_text(rows, sys.stdout, wanted)
        else:
            count = formats.write_file(rows, file, wanted, force)
            print(f"{file}: {count:,} {'article' if count == 1 else 'articles'}")
        tell_waiting(opened)


@app.command(epilog=examples("dedup data", "dedup data tables --format both --texts", "dedup data --columns"))
def data(
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="Where to. (default: data/tables)", show_default=False)
    ] = None,
    corpus: CorpusOption = None,
    kind: Annotated[Tables, typer.Option("--format", help="One file a table, or two.")] = Tables.CSV,
    texts: Annotated[bool, typer.Option("--texts", help="Articles with their whole texts.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite tables that are there.")] = False,
    columns: Annotated[bool, typer.Option("--columns", help="Only print what every table and column means.")] = False,
) -> None:
    """Write articles, matches, families, stories and flows as tables, and columns.md, which says what is in them."""
    from dedup import formats
    from dedup.corpus.address import home
    from dedup.corpus.results import snapshot
    from dedup.report import dictionary, tables

    if columns:
        print(dictionary.markdown())
        return
    wanted = tables.BOTH if kind is Tables.BOTH else (formats.Format(kind.value),)
    where = folder or home() / "data" / "tables"
    tables.check_free(where, wanted, force)
    with corpus_to_read(corpus) as opened:
        for name, count in tables.write_tables(snapshot(opened), where, wanted, texts).items():
            print(f"{where / name}: {count:,} {'row' if count == 1 else 'rows'}")
        tell_waiting(opened)


@app.command(
    epilog=examples("dedup passages", "dedup passages --least 40 --holders 5", "dedup passages --json > passages.jsonl")
)
def passages(
    corpus: CorpusOption = None,
    least: Annotated[int, typer.Option("--least", metavar="WORDS", min=1, help="Passages of so many words.")] = 12,
    holders: Annotated[int, typer.Option("--holders", metavar="N", min=2, help="Held by so many articles.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, with every holder.")] = False,
    zone: ZoneOption = None,
) -> None:
    """List passages that several articles share, most held first: the statement, the release's paragraph."""
    from dedup import shared
    from dedup.report import lists, terminal

    with corpus_to_read(corpus) as opened:
        found = shared.passages(opened, least, holders)
        if as_json:
            for passage in found:
                print(lists.passage_line(passage))
        else:
            lists.passages(found, terminal.console(), zone)
        tell_waiting(opened)
