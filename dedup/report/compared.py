"""Two articles side by side in the terminal, what both say in colours; in a pipe with marks, one below the other."""

import re
from collections.abc import Iterable, Iterator
from datetime import tzinfo
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dedup.records import Article
from dedup.report import wording
from dedup.report.beside import Beside, Run
from dedup.report.data import headline
from dedup.report.inert import plain
from dedup.report.lines import show, site, when

# Columns narrower than half of this are no pleasure to read.
_WIDE = 100
_COLOURS = ("cyan", "yellow", "magenta", "green", "blue")
_BROKEN = re.compile(r"[^ \n]+")
_SAYS = re.compile(r"\w")


def compared(shown: Beside, out: Console, zone: tzinfo | None = None) -> None:
    """Print what two articles are to one another, and their texts: what both say and what only one does.

    With colours each passage has its own and a number, what only A says is struck through and what only B says
    underlined. Without, a passage is `[1: …]`, what was cut `[-…-]`, what was added `{+…+}`.
    """
    show(out, Text(f"{shown.relation.value}: {plain(shown.reason)}", "bold"))
    colours = out.is_terminal and not out.no_color and out.color_system is not None
    show(out, Text(_legend(shown, colours), "dim"))
    show(out, Text())
    left = _column("A", shown.a, shown.left, colours, zone)
    right = _column("B", shown.b, shown.right, colours, zone)
    if out.is_terminal and out.width >= _WIDE:
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(ratio=1, overflow="fold")
        table.add_column(ratio=1, overflow="fold")
        table.add_row(left, right)
        show(out, table)
        return
    show(out, left)
    show(out, Text())
    show(out, right)


def _legend(shown: Beside, colours: bool) -> str:
    shared = wording.count(shown.passages, "shared passage", "shared passages") if shown.passages else "nothing shared"
    if colours:
        return f"{shared}; struck through: only in A; underlined: only in B"
    marks = "only in A [-…-]; only in B {+…+}"
    return f"{shared} [1: …]; {marks}" if shown.passages else f"{shared}; {marks}"


def _column(name: str, article: Article, runs: Iterable[Run], colours: bool, zone: tzinfo | None) -> Text:
    head = Text.assemble((f"{name}  ", "bold cyan"), (plain(headline(article)), "bold"))
    head.append(f"\n   {site(article)}, {when(article, zone)}  {plain(article.url)}\n\n", "dim")
    own = "strike" if name == "A" else "underline"
    marks = ("[-", "-]") if name == "A" else ("{+", "+}")
    for passage, together in groupby(runs, key=lambda run: run.passage):
        held = list(together)
        for part in _coloured(passage, held, own) if colours else _marked(passage, held, marks):
            head.append(part)
    return head


def _coloured(passage: int, runs: Iterable[Run], own: str) -> Iterator[Text]:
    colour = _COLOURS[passage % len(_COLOURS)] if passage else ""
    if passage:
        yield Text(f"{passage} ", f"bold {colour}")
    for run in runs:
        yield Text(_inert(run.text), f"bold {own} {colour}" if run.edited else colour if passage else f"dim {own}")


def _marked(passage: int, runs: Iterable[Run], marks: tuple[str, str]) -> Iterator[Text]:
    """Yield runs that have a word between marks; spaces around them stay outside, so that lines read as they did."""
    said = "".join(_between(*marks, run.text) if run.edited or not passage else _inert(run.text) for run in runs)
    yield Text(_between(f"[{passage}: ", "]", said, inert=True) if passage else said)


def _between(start: str, end: str, text: str, inert: bool = False) -> str:
    said = text if inert else _inert(text)
    bare = said.strip()
    if not _SAYS.search(bare):
        return said
    before = said[: len(said) - len(said.lstrip())]
    return f"{before}{start}{bare}{end}{said[len(said.rstrip()) :]}"


def _inert(text: str) -> str:
    """Return `text` as it stands, line for line, without what steers a terminal."""
    return _BROKEN.sub(lambda found: plain(found.group()), text)
