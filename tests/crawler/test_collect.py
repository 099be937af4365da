"""`scrapy collect`: crawl, update, report, and the worst exit code."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crawler.alone import collecting
from dedup import tables
from tests.crawler import crawls
from tests.crawler.crawls import Ended, Place
from tests.newsroom.server import Newsroom


def collect(place: Place, *more: str) -> Ended:
    reports = str(place.folder / "reports")
    return crawls.run("scrapy", "collect", str(place.seeds), "--reports", reports, *place.settings(), *more)


def test_collecting_crawls_groups_and_reports(newsroom: Newsroom, tmp_path: Path) -> None:
    place = crawls.at(tmp_path, newsroom, [newsroom.url("antar-nusa", "/rss/terkini.xml")])
    old = tmp_path / "reports" / "2020-01-01T000000Z"
    old.mkdir(parents=True)
    (old / "index.html").touch()
    ended = collect(place, "-a", "max_pages=4", "--keep", "30d")
    assert ended.code == 0, ended.err
    assert len(place.articles()) == 4
    assert place.rows(select(func.count()).select_from(tables.family_members)) == [(4,)]
    page = tmp_path / "reports" / "latest" / "index.html"
    assert "There is no earlier report to compare with" in page.read_text(encoding="utf-8")
    assert list(Path(json.loads((page.parent / "manifest.json").read_text())["arguments"]["archive"]).glob("*.warc.gz"))
    assert not old.exists()


def test_update_and_report_follow_a_crawl_that_found_nothing_and_its_code_wins(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    place = crawls.at(tmp_path, newsroom, [newsroom.url("antar-nusa", "/no-such-feed.xml")])
    ended = collect(place)
    assert ended.code == 3
    assert (tmp_path / "reports" / "latest" / "index.html").is_file()


def test_nothing_follows_a_bad_seed_list(newsroom: Newsroom, tmp_path: Path) -> None:
    ended = collect(crawls.at(tmp_path, newsroom, ["kompas.example.com"]))
    assert ended.code == 2
    assert "did you mean https://kompas.example.com/" in ended.err
    assert not (tmp_path / "reports").exists()


def test_collecting_nothing_is_a_usage_error() -> None:
    ended = crawls.run("scrapy", "collect")
    assert ended.code == 2
    assert "no seed list" in ended.err


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        (["--wiat"], 2, "unknown option --wiat (did you mean '--wait'?)"),
        (["--max-pages=5"], 2, "unknown option --max-pages; it is an argument of the spider: -a max_pages=…"),
        (["-a", "shard=3/2"], 2, "spider argument shard: '3/2' is no share"),
        (["-a", "shard"], 2, "Invalid -a value"),
        (["--keep", "0"], 2, "--keep: '0' would keep no report at all"),
        (["--keep", "some"], 2, "--keep: 'some' says neither how many reports stay"),
        (["-s", "ARCHIVE_DIR=/dev/null"], 4, "ARCHIVE_DIR=/dev/null: raw pages cannot be kept there"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(tmp_path: Path, more: list[str], code: int, told: str) -> None:
    ended = collect(Place(tmp_path, "").with_seeds(["https://one.example/"]), *more)
    assert ended.code == code
    assert ended.err.startswith(told)
    assert ended.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["seeds.txt"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_wait_for_another_at_once_with_0(tmp_path: Path, number: signal.Signals) -> None:
    place = Place(tmp_path, "").with_seeds(["https://one.example/"])
    command = [sys.executable, "-m", "scrapy", "collect", "--wait", str(place.seeds), *place.settings()]
    other = collecting(tmp_path, "1/2")
    with other, subprocess.Popen(command, cwd=crawls.PROJECT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        told = process.stderr.readline()
        process.send_signal(number)
        rest = process.stderr.read()
    assert f"collecting into {tmp_path}, shard 1/2 (process" in told
    assert rest == f"{number.name} came while another process was waited for; nothing is done here\n"
    assert process.returncode == 0
    assert not (tmp_path / "corpus.db").exists()
