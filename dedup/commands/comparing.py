"""`dedup diff`: two articles side by side."""

import json
from typing import Annotated

import typer

from dedup.commands import CorpusOption, ZoneOption, app, corpus_to_read, examples
from dedup.commands.finding import tell_waiting


@app.command(
    epilog=examples(
        "dedup diff https://a.example/1 https://b.example/2", "dedup diff 6bc6b0e8e5f87634 3aab52134f77bdc5"
    )
)
def diff(
    a: Annotated[str, typer.Argument(metavar="A", help="Id or address of an article, the one on the left.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Id or address of another.")],
    corpus: CorpusOption = None,
    zone: ZoneOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object; the parts of each text make it whole.")
    ] = False,
) -> None:
    """Show two articles with what they share, passage by passage, and what only one of them says."""
    from dedup.explain import explain
    from dedup.report import terminal
    from dedup.report.beside import beside, document
    from dedup.report.compared import compared

    with corpus_to_read(corpus) as opened:
        shown = beside(explain(opened, a, b), opened.article(a).id)
        tell_waiting(opened)
    if as_json:
        print(json.dumps(document(shown)))
    else:
        compared(shown, terminal.console(), zone)
