"""`dedup story`, `timeline`: one story at length, and when each of its articles came out."""

import json
import sys
from typing import Annotated

import typer

from dedup.commands import CorpusOption, ZoneOption, app, corpus_to_read, examples
from dedup.commands.finding import tell_waiting
from dedup.errors import Refused

Reference = Annotated[
    str, typer.Argument(metavar="ID", help="Id of a story, a family or an article, or the address of an article.")
]


@app.command(
    epilog=examples("dedup story 6bc6b0e8e5f87634", "dedup story https://one.example/article --zone Asia/Jakarta")
)
def story(
    reference: Reference,
    corpus: CorpusOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, with every article.")] = False,
    zone: ZoneOption = None,
) -> None:
    """Show one story: its texts in order of time, who else has them, and the words that tie them."""
    from dedup.report import retold, terminal
    from dedup.retelling import retell

    with corpus_to_read(corpus) as opened:
        told = retell(opened, reference)
        tell_waiting(opened)
    if as_json:
        print(json.dumps(retold.story_record(told)))
    else:
        retold.story(told, terminal.console(), zone)


@app.command(
    epilog=examples(
        "dedup timeline 6bc6b0e8e5f87634",
        "dedup timeline https://one.example/article --family",
        "dedup timeline 6bc6b0e8e5f87634 --csv > timeline.csv",
    )
)
def timeline(
    reference: Reference,
    corpus: CorpusOption = None,
    family: Annotated[
        bool, typer.Option("--family", help="Only the copies of one text, not all that its story tells.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each article.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="The same as a table, for spreadsheets.")] = False,
    zone: ZoneOption = None,
) -> None:
    """Show the articles of a story in order of time: when, where, and what each took from the first of its text."""
    from dedup import formats
    from dedup.report import retold, terminal
    from dedup.retelling import timeline as line_up

    if as_json and as_csv:
        raise Refused("--json or --csv, not both")
    with corpus_to_read(corpus) as opened:
        found = line_up(opened, reference, family)
        tell_waiting(opened)
    if not (as_json or as_csv):
        retold.timeline(found, terminal.console(), zone)
        return
    records = [retold.timeline_record(each) for each in found]
    if as_csv:
        formats.write_cells([list(records[0]), *(list(each.values()) for each in records)], sys.stdout)
        return
    for each in records:
        print(json.dumps(each))
