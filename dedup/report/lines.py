"""Lines in the terminal, and articles in them; in a pipe the same as plain lines that nothing cuts or colours."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.style import Style, StyleType
from rich.table import Column, Table
from rich.text import Text

from dedup.dating import by_update
from dedup.records import Article
from dedup.report import wording
from dedup.report.data import headline
from dedup.report.inert import plain, safe_address
from dedup.report.language import ENGLISH
from dedup.report.stamps import CHANGED, by_day

# With less the last column of a table would be a ribbon of single words.
_ROOM = 20
_GAP = 2
_BELOW = 6


def show(out: Console, shown: Text | Table) -> None:
    """Print a line or a table; where a terminal is too narrow for a table, its rows as lines that lose nothing."""
    if out.is_terminal:
        out.print(*_fitting(shown, out.width), sep="\n")
    elif isinstance(shown, Text):
        out.file.write(shown.plain + "\n")
    else:
        # Tables pad their last column too, which is noise in a file.
        with out.capture() as captured:
            out.print(shown)
        for line in captured.get().splitlines():
            out.file.write(line.rstrip() + "\n")


def columns(number: int) -> Table:
    """Return a table without lines, whose last column is folded where it does not fit."""
    table = Table.grid(padding=(0, _GAP, 0, 0))
    for place in range(number):
        table.add_column(overflow="fold", no_wrap=place < number - 1 and number > 2)
    return table


def titled(article: Article, out: Console, against: Article | None = None) -> Text:
    """Return the headline, linked and with the id, to look at; with the address for a pipe.

    `against` is whose text holds the share before it, where readers would take it for another's.
    """
    said, beside = headline(article), _beside(against)
    if not out.is_terminal:
        return Text(f"{plain(said)}  {plain(article.url)}{beside}")
    address = safe_address(article.url)
    style = Style(link=address) if address else Style()
    return Text.assemble((plain(said), style), (f"  {plain(article.id)}{beside}", "dim"))


def when(article: Article, zone: tzinfo | None) -> str:
    """Return when an article was published, of what is dated to the day the day alone; or `updated` when."""
    if article.published is None:
        return "no date"
    said = wording.day(article.published) if by_day(article) else wording.moment(article.published, zone)
    return ENGLISH.of(CHANGED, time=said) if by_update(article) else said


def site(article: Article) -> str:
    """Return whose article it is."""
    return plain(article.site) or "no site"


def where(article: Article, zone: tzinfo | None) -> str:
    """Return when and where an article was published."""
    return f"{when(article, zone)}  {site(article)}  {plain(article.url)}"


def record(article: Article) -> dict[str, Any]:
    """Return what JSON tells of an article that is one of several."""
    return {
        "id": article.id,
        "url": article.url,
        "site": article.site,
        "title": article.title,
        "published": stamp(article.published),
    }


def stamp(time: datetime | None) -> str | None:
    """Return a time as JSON has it: ISO 8601 in UTC."""
    return time.astimezone(UTC).isoformat() if time else None


def _beside(against: Article | None) -> str:
    return f"  (shared with {site(against)})" if against else ""


def _fitting(shown: Text | Table, width: int) -> Iterator[RenderableType]:
    """Yield what is shown as it is where it fits, else the rows of a table, a wide last column below the others."""
    # Columns that may be wrapped fit in any width.
    if isinstance(shown, Text) or not shown.row_count or not all(column.no_wrap for column in shown.columns[:-1]):
        yield shown
        return
    rows = list(_cells(shown))
    *fixed, last = (max((cell.cell_len for cell in column), default=0) for column in zip(*rows, strict=True))
    if sum(fixed) + _GAP * len(fixed) + min(last, _ROOM) <= width:
        yield shown
        return
    for row in rows:
        line = _line(row, fixed)
        if last <= _ROOM:
            yield line.append_text(row[-1])
        else:
            line.rstrip()
            yield from (line, Padding.indent(row[-1], _BELOW))


def _cells(table: Table) -> Iterator[list[Text]]:
    """Yield the rows of a table, the first of which are its names where it shows them."""
    if table.show_header:
        yield [_text(column.header, column, table.header_style) for column in table.columns]
    for row in zip(*(column.cells for column in table.columns), strict=True):
        yield [_text(cell, column) for cell, column in zip(row, table.columns, strict=True)]


def _text(cell: RenderableType, column: Column, style: StyleType | None = None) -> Text:
    return cell if isinstance(cell, Text) else Text(str(cell), style or "", justify=column.justify)


def _line(row: Sequence[Text], widths: Sequence[int]) -> Text:
    """Return all cells of a row but the last, each as wide as its column."""
    line = Text()
    for cell, width in zip(row, widths, strict=False):
        padded = cell.copy()
        padded.align("right" if cell.justify == "right" else "left", width)
        line.append_text(padded).append(" " * _GAP)
    return line
