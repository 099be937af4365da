"""Lines in the terminal, and articles in them; in a pipe the same as plain lines that nothing cuts or colours."""

from datetime import UTC, datetime, tzinfo
from typing import Any

from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from dedup.dating import by_update
from dedup.records import Article
from dedup.report import wording
from dedup.report.data import headline
from dedup.report.inert import plain, safe_address
from dedup.report.language import ENGLISH
from dedup.report.stamps import CHANGED, by_day


def show(out: Console, shown: Text | Table) -> None:
    """Print a line or a table."""
    if out.is_terminal:
        out.print(shown)
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
    table = Table.grid(padding=(0, 2, 0, 0))
    for place in range(number):
        table.add_column(overflow="fold", no_wrap=place < number - 1 and number > 2)
    return table


def titled(article: Article, out: Console) -> Text:
    """Return the headline, linked and with the id, to look at; with the address for a pipe."""
    said = headline(article)
    if not out.is_terminal:
        return Text(f"{plain(said)}  {plain(article.url)}")
    address = safe_address(article.url)
    style = Style(link=address) if address else Style()
    return Text.assemble((plain(said), style), (f"  {plain(article.id)}", "dim"))


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
