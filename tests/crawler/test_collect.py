"""`scrapy collect`: crawl, update, report, and the worst exit code."""

from pathlib import Path

from sqlalchemy import func, select

from dedup import tables
from tests.crawler import crawls
from tests.crawler.crawls import Ended, Place
from tests.newsroom.server import Newsroom


def collect(place: Place, *more: str) -> Ended:
    reports = str(place.folder / "reports")
    return crawls.run("scrapy", "collect", str(place.seeds), "--reports", reports, *place.settings(), *more)


def test_collecting_crawls_groups_and_reports(newsroom: Newsroom, tmp_path: Path) -> None:
    place = crawls.at(tmp_path, newsroom, [newsroom.url("antar-nusa", "/rss/terkini.xml")])
    ended = collect(place, "-a", "max_pages=4")
    assert ended.code == 0, ended.err
    assert len(place.articles()) == 4
    assert place.rows(select(func.count()).select_from(tables.family_members)) == [(4,)]
    assert (tmp_path / "reports" / "latest" / "index.html").is_file()


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
