"""What a person at a terminal sees of a crawl, and that nobody else sees it."""

import io
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from rich.console import Console
from scrapy.exceptions import NotConfigured
from scrapy.utils.test import get_crawler

from crawler.outcome import Outcome, State
from crawler.progress import Progress, view
from crawler.spiders.news import NewsSpider
from crawler.tally import Tally
from tests.crawler import crawls
from tests.newsroom.server import Newsroom
from tests.terminal import at_a_terminal

DONE, SHORT = Outcome(State.DONE), Outcome(State.REJECTED, "short")
_PIECES = re.compile(r"(\x1b\[[0-9;?]*[A-Za-z])|([\r\n])|([^\x1b\r\n]+)")
_LOG_LINE = re.compile(r"20\d\d-\d\d-\d\d \d\d:\d\d:\d\d (?:INFO|WARNING|ERROR): \S.*")
_VIEW = re.compile(r"found \d+  fetched \d+  articles \d+  errors \d+  in flight \d+")


def shown(tally: Tally, seconds: float = 0, in_flight: int = 0, **stats: int) -> list[str]:
    """Return the lines a terminal of 100 columns shows for these counts; `_` in a name stands for a slash."""
    counts = {name.replace("_", "/"): number for name, number in stats.items()}
    spider = SimpleNamespace(
        crawler=SimpleNamespace(stats=SimpleNamespace(get_stats=lambda: counts)),
        run=SimpleNamespace(tally=tally),
        in_flight=in_flight,
    )
    screen = io.StringIO()
    Console(file=screen, width=100).print(view(cast(NewsSpider, spider), seconds))
    return [line.rstrip() for line in screen.getvalue().splitlines()]


def test_the_first_line_tells_of_the_whole_run() -> None:
    lines = shown(
        Tally(),
        seconds=754.9,
        in_flight=12,
        articles_found=4000,
        pages_fetched=1234,
        articles_new=30,
        articles_changed=4,
        retried_timeout=2,
        failed_refused=1,
        blocked_forbidden=3,
        rejected_short=9,
        gone_home=5,
    )
    assert lines[0] == "12:34  found 4,000  fetched 1,234  articles 34  errors 6  in flight 12"
    assert lines[1:] in ([], [""])


def test_below_stand_the_sites_the_busiest_first() -> None:
    tally = Tally()
    for outcome, stored, times in ((DONE, "new", 3), (SHORT, "", 2), (DONE, "same", 1)):
        for _ in range(times):
            tally.page(1, "a.example", outcome, stored)
    for _ in range(7):
        tally.page(2, "b.example", Outcome(State.DONE, "unchanged", 304))
    rows = [re.split(r"\s{2,}", line) for line in shown(tally)[1:]]
    assert rows == [
        ["b.example", "7 pages", "0 new", "0 without article"],
        ["a.example", "6 pages", "3 new", "2 without article"],
    ]


def test_of_many_sites_some_are_shown_and_the_others_counted() -> None:
    tally = Tally()
    for number in range(11):
        tally.page(1, f"{number}.example", DONE, "new")
    lines = shown(tally)
    assert len(lines) == 10
    assert lines[-1] == "and 3 more sites"


def test_a_site_whose_name_looks_like_markup_is_shown_as_it_is() -> None:
    tally = Tally()
    tally.page(1, "[bold]x[/].example", DONE, "new")
    assert "[bold]x[/].example" in shown(tally)[1]


def test_where_nobody_looks_there_is_nothing_to_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with pytest.raises(NotConfigured):
        Progress.from_crawler(get_crawler())


def what_stays(written: str) -> list[str]:
    """Return the lines a terminal shows in the end: cursors go up, lines are erased and written over."""
    lines, row, column = [""], 0, 0
    for control, end, text in _PIECES.findall(written):
        if control.endswith("A"):
            row = max(row - int(control[2:-1] or 1), 0)
        elif control.endswith("K"):
            lines[row] = ""
        elif end == "\r":
            column = 0
        elif end == "\n":
            row += 1
            lines += [""] * (row >= len(lines))
        elif text:
            lines[row] = lines[row].ljust(column)[:column] + text + lines[row][column + len(text) :]
            column += len(text)
    return [line.rstrip() for line in lines if line.strip()]


def test_a_terminal_of_this_test_does_as_terminals_do() -> None:
    assert what_stays("one\r\ntwo\r\x1b[1Athree\r\nx") == ["three", "xwo"]
    assert what_stays("one\r\ntwo\r\x1b[2K\x1b[1A\x1b[2K\x1b[1mthree\x1b[0m\r\n") == ["three"]


def test_on_a_terminal_the_lines_are_drawn_below_the_log_whose_lines_stay_whole(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    feed = newsroom.url("antar-nusa", "/rss/terkini.xml")
    place = crawls.at(tmp_path, newsroom, [feed, newsroom.url("antar-nusa", "/no-such-feed.xml")])
    environment = {name: value for name, value in crawls.environment().items() if name not in {"COLUMNS", "LINES"}}
    command = [sys.executable, "-m", *place.command("-a", "max_pages=3")]
    screen, out, code = at_a_terminal(command, crawls.PROJECT, environment)
    assert code == 0, screen
    assert out == ""
    drawn = _VIEW.findall(screen)
    assert drawn
    assert drawn[-1] != drawn[0]
    told = what_stays(screen)
    assert [line for line in told if not _LOG_LINE.fullmatch(line)] == []
    assert any("no-such-feed.xml" in line for line in told)
    assert re.search(r"pages fetched, articles: 3 new.* 1 of 2 listings answered", told[-1])
