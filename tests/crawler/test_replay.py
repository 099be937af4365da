"""`scrapy replay`: the archive gives again what the crawl gave, without a request."""

from pathlib import Path

from sqlalchemy import func, select

from dedup import tables
from tests.crawler import crawls
from tests.crawler.conftest import Crawled
from tests.crawler.crawls import Place
from tests.newsroom.server import Newsroom


def replay(crawled: Crawled, place: Place) -> crawls.Ended:
    files = sorted(map(str, crawled.place.warc.glob("*.warc.gz")))
    return crawls.run("scrapy", "replay", *place.settings(), *files)


def test_an_archive_gives_the_articles_again_paged_ones_joined(
    crawled: Crawled, newsroom: Newsroom, tmp_path: Path
) -> None:
    place = crawls.at(tmp_path, newsroom)
    newsroom.forget_requests()
    ended = replay(crawled, place)
    assert ended.code == 0, ended.err
    assert newsroom.requests == []
    again = {article.url: article for article in place.articles()}
    before = {article.url: article for article in crawled.place.articles()}
    assert again.keys() == before.keys()
    assert {url: article.text for url, article in again.items()} == {
        url: article.text for url, article in before.items()
    }
    assert {url: article.archived for url, article in again.items()} == {
        url: article.archived for url, article in before.items()
    }


def test_replaying_into_the_same_corpus_changes_nothing(crawled: Crawled, tmp_path: Path) -> None:
    before = crawled.place.articles()
    copy = Place(tmp_path, crawled.place.guard_allow)
    for path in crawled.place.folder.glob("corpus.db*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    ended = replay(crawled, copy)
    assert ended.code == 0, ended.err
    assert f"{len(before)} same" in ended.out
    assert copy.rows(select(func.count()).select_from(tables.revisions)) == [(0,)]


def test_a_missing_file_is_named(crawled: Crawled, tmp_path: Path) -> None:
    ended = crawls.run("scrapy", "replay", *Place(tmp_path, "").settings(), str(tmp_path / "none.warc.gz"))
    assert ended.code == 2
    assert "none.warc.gz: no such file" in ended.err
