"""`scrapy crawl news`, end to end, on the newsroom: complete, once, polite, and nothing lost when killed."""

import json
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import func, select

from dedup import Article, Corpus, tables
from tests.crawler import crawls
from tests.crawler.conftest import Crawled
from tests.crawler.crawls import NOW, Place
from tests.newsroom.outlets import OUTLETS
from tests.newsroom.server import Newsroom, Seen
from tests.newsroom.texts import load

Told = tuple[str, str, str, object]


def told(articles: list[Article]) -> list[Told]:
    """Return what a reader would see of articles, in the order of their addresses."""
    return sorted((article.url, article.title, article.text, article.published) for article in articles)


def test_every_article_of_the_press_is_stored_once_under_its_own_address(crawled: Crawled, newsroom: Newsroom) -> None:
    assert crawled.first.code == 0, crawled.first.err
    texts = load().texts
    articles = {article.url: article for article in crawled.place.articles()}
    assert articles.keys() == {newsroom.address_of(text_id) for text_id in texts}
    for text_id, text in texts.items():
        article = articles[newsroom.address_of(text_id)]
        assert article.title == text.title
        assert article.published == newsroom.published(text_id)
        assert article.site == OUTLETS[text.outlet].host
        assert article.fetched is not None


def test_paged_articles_come_out_whole(crawled: Crawled, newsroom: Newsroom) -> None:
    articles = {article.url: article for article in crawled.place.articles()}
    long = [
        text
        for text in load().texts.values()
        if OUTLETS[text.outlet].paged and len(" ".join(text.paragraphs).split()) > 260
    ]
    assert long
    for text in long:
        found = articles[newsroom.address_of(text.id)].text
        for paragraph in text.paragraphs:
            assert paragraph.split()[-1] in found
            assert found.count(paragraph[-40:]) == 1


def test_no_page_is_asked_for_twice_and_no_forbidden_one_at_all(crawled: Crawled) -> None:
    asked = Counter((seen.host, seen.path) for seen in crawled.first_requests)
    assert max(asked.values()) == 1
    assert not [path for _, path in asked if path.startswith("/rahasia/")]
    assert {seen.host for seen in crawled.first_requests} == {outlet.host for outlet in OUTLETS.values()}


def test_robots_files_are_asked_first_once_a_host(crawled: Crawled) -> None:
    first: dict[str, Seen] = {}
    for seen in crawled.first_requests:
        first.setdefault(seen.host, seen)
    assert {seen.path for seen in first.values()} == {"/robots.txt"}


def test_a_second_run_asks_only_whether_listings_have_changed(crawled: Crawled) -> None:
    assert crawled.second.code == 0, crawled.second.err
    assert {seen.status for seen in crawled.second_requests} == {304}
    asked = Counter((seen.host, seen.path) for seen in crawled.second_requests)
    assert max(asked.values()) == 1
    assert len(asked) >= len(crawled.place.seeds.read_text().split())
    assert not [path for _, path in asked if path == "/robots.txt"]
    assert "articles: 0 new, 0 changed" in crawled.second.err


def test_each_run_says_in_one_line_what_came_of_it(crawled: Crawled) -> None:
    number = len(load().texts)
    lines = [line for line in crawled.first.err.splitlines() if "pages fetched" in line]
    assert len(lines) == 1
    assert f"articles: {number} new" in lines[0]
    assert len(crawled.first.err.splitlines()) <= 3


def test_each_run_is_recorded_with_its_verdict(crawled: Crawled) -> None:
    runs = crawled.place.rows(select(tables.runs.c.exit_code, tables.runs.c.verdict, tables.runs.c.counts))
    assert [code for code, _, _ in runs] == [0, 0]
    assert str(runs[0][1]).startswith("fine")
    assert json.loads(str(runs[0][2]))["articles/new"] == len(load().texts)


def test_the_feed_export_works_as_scrapy_users_expect(crawled: Crawled) -> None:
    lines = (crawled.place.folder / "first.jsonl").read_text(encoding="utf-8").splitlines()
    exported = [json.loads(line) for line in lines]
    assert {each["url"] for each in exported} == {article.url for article in crawled.place.articles()}
    assert all(each["text"] and each["id"] for each in exported)
    assert (crawled.place.folder / "second.jsonl").read_text() == ""


def test_articles_point_to_their_records_in_the_archive(crawled: Crawled) -> None:
    files = {path.name for path in crawled.place.warc.iterdir()}
    assert files
    assert not [name for name in files if name.endswith(".open")]
    assert {article.archived.partition("#")[0] for article in crawled.place.articles()} <= files


def test_nothing_is_left_in_flight_or_without_a_state(crawled: Crawled) -> None:
    states = {
        str(state): number
        for state, number in crawled.place.rows(
            select(tables.ledger.c.state, func.count()).group_by(tables.ledger.c.state)
        )
    }
    assert states.keys() <= {"done", "skipped"}


# Few enough to crawl several times, and one of them has paged articles.
_SOME = ("warta-nusa", "suara-pantai", "harian-lembah")


def some(newsroom: Newsroom) -> list[str]:
    """Return the seeds of some outlets."""
    return [seed for seed in newsroom.seeds() if any(f"//{outlet}." in seed for outlet in _SOME)]


def of_some(articles: list[Article]) -> list[Article]:
    """Return the articles of these outlets."""
    return [article for article in articles if article.site.removesuffix(".test") in _SOME]


def _requests_beyond(newsroom: Newsroom, number: int) -> Callable[[], bool]:
    newsroom.forget_requests()
    return lambda: len(newsroom.requests) >= number


def test_a_crawl_killed_again_and_again_ends_with_what_an_undisturbed_one_has(
    crawled: Crawled, newsroom: Newsroom, tmp_path: Path
) -> None:
    place = crawls.at(tmp_path, newsroom, some(newsroom))
    command = place.command(*crawls.IN_A_PROCESS)
    for number in (3, 12, 20):
        assert crawls.run_until(_requests_beyond(newsroom, number), *command) == -signal.SIGKILL
    ended = crawls.run(*command)
    assert ended.code == 0, ended.err
    assert told(place.articles()) == told(of_some(crawled.place.articles()))
    assert f"its last {place_interrupted(place)} addresses" in ended.err
    assert not list(place.warc.glob("*.open"))


def place_interrupted(place: Place) -> int:
    """Return how many addresses the last run of a place found in flight."""
    counts = place.rows(select(tables.runs.c.counts).order_by(tables.runs.c.id.desc()).limit(1))[0][0]
    return int(json.loads(str(counts))["interrupted"])


def test_a_crawl_told_to_end_ends_cleanly_and_the_next_goes_on(
    crawled: Crawled, newsroom: Newsroom, tmp_path: Path
) -> None:
    place = crawls.at(tmp_path, newsroom, some(newsroom))
    command = place.command(*crawls.IN_A_PROCESS)
    code = crawls.run_until(_requests_beyond(newsroom, 20), *command, how=signal.SIGTERM)
    assert code == 0
    assert len(place.articles()) < len(of_some(crawled.place.articles()))
    left = place.rows(select(tables.ledger.c.url).where(tables.ledger.c.state == "handed"))
    assert left == []
    assert not list(place.warc.glob("*.open"))
    stored = {article.url for article in place.articles()}
    newsroom.forget_requests()
    assert crawls.run(*command).code == 0
    assert told(place.articles()) == told(of_some(crawled.place.articles()))
    asked_again = {f"http://{seen.host}:{newsroom.port}{seen.path}" for seen in newsroom.requests}
    assert not asked_again & stored


def test_a_run_cut_short_hides_nothing_from_the_next(newsroom: Newsroom, tmp_path: Path) -> None:
    place = crawls.at(tmp_path, newsroom, [newsroom.url("northern-ledger", "/feeds/posts/default")])
    assert crawls.run(*place.command("-a", "max_pages=3")).code == 0
    assert len(place.articles()) == 3
    newest = sorted(newsroom.published(text.id) for text in load().texts.values() if text.outlet == "northern-ledger")
    assert sorted(article.published or NOW for article in place.articles()) == newest[-3:]
    assert crawls.run(*place.command()).code == 0
    assert len(place.articles()) == len(newest)


def test_a_run_cut_short_counts_articles_among_bare_addresses_too(newsroom: Newsroom, tmp_path: Path) -> None:
    articles = [newsroom.address_of(text.id) for text in load().texts.values() if text.outlet == "harbour-gazette"]
    place = crawls.at(tmp_path, newsroom, [*articles[:8], newsroom.url("pos-raya")])
    assert crawls.run(*place.command("-a", "max_pages=3")).code == 0
    assert len(place.articles()) <= 3


def test_every_outlet_is_collected_whole_from_its_bare_home_address(
    crawled: Crawled, newsroom: Newsroom, tmp_path: Path
) -> None:
    place = crawls.at(tmp_path, newsroom, [newsroom.url(outlet) for outlet in OUTLETS])
    ended = crawls.run(*place.command())
    assert ended.code == 0, ended.err
    assert told(place.articles()) == told(crawled.place.articles())


def test_one_article_may_be_a_seed_and_twins_of_it_are_not_stored_again(newsroom: Newsroom, tmp_path: Path) -> None:
    text = next(text for text in load().texts.values() if text.outlet == "suara-pantai")
    address = newsroom.address_of(text.id)
    twin = newsroom.url("suara-pantai", "/amp" + address.partition(f":{newsroom.port}")[2])
    place = crawls.at(tmp_path, newsroom, [f"{address} kind=article"])
    assert crawls.run(*place.command()).code == 0
    place.with_seeds([f"{twin} kind=article", f"{address}?utm_source=x"])
    ended = crawls.run(*place.command())
    assert ended.code == 0, ended.err
    assert [article.url for article in place.articles()] == [address]
    assert place.rows(select(func.count()).select_from(tables.revisions)) == [(0,)]


def test_articles_are_read_in_the_crawling_process_where_no_worker_is_wanted(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    text = next(iter(load().texts.values()))
    place = crawls.at(tmp_path, newsroom, [newsroom.address_of(text.id)])
    ended = crawls.run(*place.command("-s", "EXTRACTION_WORKERS=0", "-s", "ARCHIVE_ENABLED=0"))
    assert ended.code == 0, ended.err
    assert [article.title for article in place.articles()] == [text.title]
    assert not place.warc.exists()


def test_an_unknown_argument_is_told_in_one_line_before_any_request(newsroom: Newsroom, tmp_path: Path) -> None:
    place = crawls.at(tmp_path, newsroom)
    newsroom.forget_requests()
    ended = crawls.run(*place.command("-a", "color=red"))
    assert ended.code == 2
    (line,) = [line for line in ended.err.splitlines() if " INFO: " not in line]
    assert line.startswith("unknown spider argument 'color'; there are: seeds, since, max_pages")
    assert newsroom.requests == []


def test_a_bad_seed_list_is_told_line_by_line_before_any_request(newsroom: Newsroom, tmp_path: Path) -> None:
    place = crawls.at(tmp_path, newsroom, [*newsroom.seeds(), "ftp://x.example/", "kompas.example.com"])
    newsroom.forget_requests()
    ended = crawls.run(*place.command())
    lines = len(newsroom.seeds())
    assert ended.code == 2
    assert f"{place.seeds}:{lines + 1}: " in ended.err
    assert f"{place.seeds}:{lines + 2}: " in ended.err
    assert newsroom.requests == []


def test_a_run_whose_listings_all_fail_says_so_with_its_exit_code(newsroom: Newsroom, tmp_path: Path) -> None:
    place = crawls.at(tmp_path, newsroom, [newsroom.url("antar-nusa", "/no-such-feed.xml") + " kind=feed"])
    ended = crawls.run(*place.command())
    assert ended.code == 3
    assert "none of the 1 listings of the seed lists answered" in ended.err


def test_a_corpus_that_cannot_be_opened_is_exit_code_4(newsroom: Newsroom, tmp_path: Path) -> None:
    place = crawls.at(tmp_path, newsroom)
    (tmp_path / "corpus.db").write_bytes(b"this is no database, whatever its name says" * 100)
    ended = crawls.run(*place.command())
    assert ended.code == 4
    assert "corpus.db" in ended.err


def test_a_full_disk_ends_the_run_with_exit_code_4_and_the_next_run_goes_on(newsroom: Newsroom, tmp_path: Path) -> None:
    place = crawls.at(tmp_path, newsroom, [newsroom.url("antar-nusa", "/rss/terkini.xml")])
    Corpus.open(place.corpus_url).close()
    ended = crawls.run(*place.command(), most_bytes=60_000)
    assert ended.code == 4
    assert "Traceback" not in ended.err
    assert crawls.run(*place.command()).code == 0
    assert len(place.articles()) == sum(text.outlet == "antar-nusa" for text in load().texts.values())


def test_nothing_is_fetched_when_the_resolver_is_not_the_guard_s(newsroom: Newsroom, tmp_path: Path) -> None:
    place = crawls.at(tmp_path, newsroom)
    newsroom.forget_requests()
    resolver = "TWISTED_DNS_RESOLVER=scrapy.resolver.CachingThreadedResolver"
    ended = crawls.run(*place.command("-s", resolver))
    assert ended.code == 1
    assert "nothing will be fetched" in ended.err
    assert newsroom.requests == []


def test_without_an_exception_to_the_guard_loopback_is_not_reached(newsroom: Newsroom, tmp_path: Path) -> None:
    place = crawls.at(tmp_path, newsroom, [f"http://127.0.0.1:{newsroom.port}/", newsroom.seeds()[0]])
    newsroom.forget_requests()
    ended = crawls.run(*place.command("-s", "GUARD_ALLOW=", "-s", "CONTACT=https://example.com/bot"))
    assert ended.code == 3
    assert newsroom.requests == []
    reasons = place.rows(select(tables.ledger.c.state, tables.ledger.c.reason))
    assert reasons == [("skipped", "guard")] * 2
    assert ended.err.count("WARNING: refused: http") == 2
    assert ended.err.count("if it is meant, let it in: -s GUARD_ALLOW=HOST:PORT=ADDRESS\n") == 2
