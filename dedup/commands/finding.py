"""`dedup find`: what is known of a text."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dedup.commands import CorpusOption, ZoneOption, app, corpus_to_read, examples
from dedup.errors import GemaError, SourceError
from dedup.records import Recipe

if TYPE_CHECKING:
    from dedup.corpus import Corpus


@app.command(
    epilog=examples("dedup find article.txt", "dedup find --title 'Banjir' article.txt", "xsel | dedup find -")
)
def find(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The text, in UTF-8; - is standard input.")],
    corpus: CorpusOption = None,
    title: Annotated[str, typer.Option("--title", metavar="TITLE", help="Its title, if it has one.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each article.")] = False,
    zone: ZoneOption = None,
) -> None:
    """Tell which articles share text with one that need not be in the corpus, nearest first; nothing is stored."""
    from dedup import finding
    from dedup.report import lists, terminal

    name = "standard input" if file == "-" else file
    text = _read(file, name)
    if why := finding.why_nothing(text):
        raise GemaError(f"{name}: {why}")
    with corpus_to_read(corpus) as opened:
        found, left_out = finding.seek(opened, text, title)
        tell_waiting(opened)
    if as_json:
        for each in found:
            print(lists.found_line(each))
    else:
        lists.found(found, text, terminal.console(), zone)
    if left_out:
        most = f"compared with the {finding.MOST} articles that share most with it"
        print(f"dedup: {most}; {left_out:,} more may share text with it", file=sys.stderr)
    if not found:
        print(_nothing(text), file=sys.stderr if as_json else sys.stdout)


def _nothing(text: str) -> str:
    least = Recipe().min_own_words
    # Whoever looks for so short an article has no more words of it.
    short = f"; articles of fewer than {least} words of their own are known by their whole text alone"
    return f"nothing in the corpus shares text with it{short if len(text.split()) < least else ''}"


def tell_waiting(corpus: "Corpus") -> None:
    """Say on standard error how many articles wait for an update, if any, and whether stories wait to be told."""
    from dedup.corpus import listing, strands
    from dedup.report import wording

    waiting = listing.waiting(corpus)
    if said := wording.waiting(waiting.new, waiting.again):
        print(f"dedup: {said}: run `dedup update`", file=sys.stderr)
    with corpus.reading() as connection:
        untold = strands.untold(connection)
    if untold:
        why = "an update is at work, or was stopped"
        print(f"dedup: stories are not all told ({why}): run `dedup update`", file=sys.stderr)


def _read(file: str, name: str) -> str:
    """Return the text of a file or of standard input; raises SourceError where it cannot be read or is not UTF-8."""
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise SourceError(f"{name}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        message = f"{name}: not UTF-8 from byte {error.start:,} on; convert it first, for example with iconv"
        raise SourceError(message) from error
