"""`scrapy rejects`: what was fetched and held no article, for people and for programs."""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from scrapy.exceptions import UsageError
from scrapy.settings import Settings
from sqlalchemy import update

from crawler.commands.rejects import Command
from crawler.seedlist import Seed
from dedup import Corpus, tables
from tests.crawler.ledgers import NOW, article, begin, read

Show = Callable[..., tuple[str, str]]
# Reason by address, the first fetched last; "" is an article.
FOUND = {
    "https://a.example/berita/1/judul-berita": "short",
    "https://a.example/berita/2/judul-berita": "",
    "https://b.example/berita/3/judul-berita": "gallery",
    "https://a.example/berita/4/judul-berita": "short",
    "https://c.example/berita/5/judul-berita": "empty",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(f"sqlite:///{tmp_path}/corpus.db") as opened:
        yield opened


@pytest.fixture
def show(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    """Give what the command prints, on standard output and standard error, in the time of Jakarta."""
    monkeypatch.setenv("TZ", "Asia/Jakarta")
    time.tzset()

    def shown(*words: str, corpus: str = f"sqlite:///{tmp_path}/corpus.db") -> tuple[str, str]:
        command = Command()
        command.settings = Settings({"CORPUS_URL": corpus})
        parser = argparse.ArgumentParser()
        command.add_options(parser)
        options, names = parser.parse_known_args(list(words))
        command.run(names, options)
        told = capsys.readouterr()
        return told.out, told.err

    yield shown
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def filled(corpus: Corpus) -> Corpus:
    """Give a corpus whose ledger holds FOUND, each fetched a minute after the next one."""
    finds = [article(int(url.split("/")[4]), url.split("/")[2]) for url in FOUND]
    with corpus.transaction() as connection:
        ledger = begin(connection, corpus, Seed("https://a.example/feed", kind="feed"))
        read(ledger, connection, *finds)
        for minutes, (url, reason) in enumerate(FOUND.items()):
            state = {"state": "rejected" if reason else "done", "reason": reason, "status": 200}
            row = tables.ledger.c.url == url
            at = NOW - timedelta(minutes=minutes)
            connection.execute(update(tables.ledger).where(row).values(**state, fetched_at=at))
    return corpus


def addresses(told: tuple[str, str]) -> list[str]:
    return [line.split()[-1] for line in told[0].splitlines()]


def test_the_last_fetched_stands_first_in_local_time(filled: Corpus, show: Show) -> None:
    out, err = show()
    assert out.splitlines()[0] == "2026-03-05 19:00  short           https://a.example/berita/1/judul-berita"
    assert addresses((out, err)) == [url for url, reason in FOUND.items() if reason]
    assert err == ""


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["--last", "2"], [1, 3]),
        (["--reason", "short"], [1, 4]),
        (["--site", "a.example"], [1, 4]),
        (["--site", "a.example", "--last", "1"], [1]),
        (["--site", "b.example", "--reason", "gallery"], [3]),
    ],
)
def test_reason_site_and_number_choose(filled: Corpus, show: Show, words: list[str], numbers: list[int]) -> None:
    assert [int(url.split("/")[4]) for url in addresses(show(*words))] == numbers


def test_programs_get_a_line_of_json_each(filled: Corpus, show: Show) -> None:
    out, _ = show("--json", "--last", "1")
    assert json.loads(out) == {
        "url": "https://a.example/berita/1/judul-berita",
        "reason": "short",
        "status": 200,
        "fetched": "2026-03-05T12:00:00+00:00",
        "site": "a.example",
        "title": "Judul 1",
    }


def test_the_site_of_the_seed_goes_before_that_of_the_address(corpus: Corpus, show: Show) -> None:
    with corpus.transaction() as connection:
        ledger = begin(connection, corpus, Seed("https://a.example/feed", kind="feed", site="one.example"))
        read(ledger, connection, article(1))
        rejected = {"state": "rejected", "reason": "short"}
        connection.execute(update(tables.ledger).where(tables.ledger.c.kind == "article").values(rejected))
    assert show("--site", "a.example")[0] == ""
    # One that was never fetched has no time.
    assert show("--site", "one.example")[0].startswith("-                 short")


def test_where_there_is_none_it_says_what_there_is(filled: Corpus, show: Show) -> None:
    out, err = show("--reason", "shrot")
    assert (out, err) == ("", "no such page; all that were rejected: 2 short, 1 empty, 1 gallery\n")


def test_nothing_rejected_yet_is_no_error(corpus: Corpus, show: Show) -> None:
    assert show() == ("", "no page was rejected yet\n")


def test_a_corpus_that_cannot_be_opened_is_one_line(show: Show, tmp_path: Path) -> None:
    (tmp_path / "no.db").write_text("this is no database", encoding="utf-8")
    out, err = show(corpus=f"sqlite:///{tmp_path}/no.db")
    assert out == ""
    assert err.count("\n") == 1


@pytest.mark.parametrize("words", [["short"], ["--last", "0"]])
def test_what_it_does_not_take_is_a_usage_error(corpus: Corpus, show: Show, words: list[str]) -> None:
    with pytest.raises(UsageError, match="scrapy rejects --last 5"):
        show(*words)
