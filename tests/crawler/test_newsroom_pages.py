"""Every article of the press, read from its pages: the truth's words and nothing of the furniture."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from crawler import discovery, extraction
from crawler.page import Page
from dedup import Article
from tests.newsroom.furniture_lines import FURNITURE
from tests.newsroom.outlets import OUTLETS
from tests.newsroom.server import Newsroom
from tests.newsroom.texts import Text, load

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
PRESS = load()


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(PRESS, NOW) as running:
        yield running


def page_at(newsroom: Newsroom, url: str) -> Page:
    host, _, path = url.removeprefix("http://").partition("/")
    answer = newsroom.answer(host.partition(":")[0], f"/{path}")
    assert answer.status == 200, url
    return Page(url, answer.body, answer.content_type, NOW)


def pages_of(newsroom: Newsroom, text: Text) -> list[Page]:
    """Fetch an article as the spider does: its first page, then the parts that page names."""
    first = page_at(newsroom, newsroom.address_of(text.id))
    return [first, *(page_at(newsroom, url) for url in discovery.next_parts(first))]


@pytest.fixture(scope="module")
def articles(newsroom: Newsroom) -> dict[str, Article]:
    """All articles of the press, as they are extracted."""
    found = {text.id: extraction.read(pages_of(newsroom, text)) for text in PRESS.texts.values()}
    assert [result for result in found.values() if not isinstance(result, Article)] == []
    return {text_id: article for text_id, article in found.items() if isinstance(article, Article)}


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


TEXTS = pytest.mark.parametrize("text", PRESS.texts.values(), ids=PRESS.texts.keys())


@TEXTS
def test_all_words_of_the_truth_and_no_others_come_out(articles: dict[str, Article], text: Text) -> None:
    article = articles[text.id]
    assert words(article.text) == words(" ".join(text.paragraphs))


@TEXTS
def test_no_furniture_is_left(articles: dict[str, Article], text: Text) -> None:
    article = articles[text.id]
    truth = "\n".join(text.paragraphs)
    left = [piece for piece in FURNITURE[text.outlet] if piece in article.text and piece not in truth]
    assert left == []


@TEXTS
def test_title_author_time_address_and_language_are_right(
    newsroom: Newsroom, articles: dict[str, Article], text: Text
) -> None:
    article = articles[text.id]
    assert article.title == text.title
    assert article.url == newsroom.address_of(text.id)
    assert article.site == OUTLETS[text.outlet].host
    # A copier takes articles of other languages too.
    assert article.language == OUTLETS[PRESS.texts[PRESS.root(text)].outlet].language
    assert article.published is not None
    assert abs((article.published - newsroom.published(text.id)).total_seconds()) < 60
    assert article.authors == (text.author,)


def test_twins_go_by_the_address_of_their_article(newsroom: Newsroom) -> None:
    checked = 0
    for text in PRESS.texts.values():
        outlet = OUTLETS[text.outlet]
        for prefix in filter(None, (outlet.amp, outlet.print)):
            path = newsroom.edition.path(text)
            twin = extraction.read([page_at(newsroom, newsroom.url(text.outlet, prefix + path))])
            assert isinstance(twin, Article)
            assert twin.url == newsroom.address_of(text.id)
            checked += 1
    assert checked


def test_listings_name_every_article_of_their_outlet(newsroom: Newsroom) -> None:
    for outlet in OUTLETS.values():
        wanted = {newsroom.address_of(text.id) for text in PRESS.texts.values() if text.outlet == outlet.id}
        named: set[str] = set()
        ahead = [url for url in newsroom.seeds() if f"//{outlet.host}" in url]
        seen: set[str] = set()
        while ahead:
            url = ahead.pop()
            if url in seen:
                continue
            seen.add(url)
            page = page_at(newsroom, url)
            found = discovery.listing(page)
            assert found is not None
            if found.kind == "index":
                ahead += [link.url for link in found.links]
                continue
            named |= {link.url for link in found.links}
            if found.kind == "section":
                ahead += discovery.more_listings(page)
        assert wanted <= named, outlet.id


def test_articles_are_articles_and_fronts_and_sections_are_not(newsroom: Newsroom) -> None:
    for text in PRESS.texts.values():
        assert discovery.is_article(page_at(newsroom, newsroom.address_of(text.id))), text.id
    for outlet in OUTLETS.values():
        front = page_at(newsroom, newsroom.url(outlet.id))
        assert not discovery.is_article(front)
        assert discovery.next_parts(front) == ()


def test_only_paged_articles_have_parts(newsroom: Newsroom) -> None:
    paged = 0
    for text in PRESS.texts.values():
        page = page_at(newsroom, newsroom.address_of(text.id))
        parts = discovery.next_parts(page)
        assert not parts or OUTLETS[text.outlet].paged
        assert [url.rpartition("=")[2] for url in parts] == [str(n) for n in range(2, 2 + len(parts))]
        paged += bool(parts)
        if parts:
            whole = discovery.whole_address(page)
            assert whole is None or whole.endswith("?page=all")
    assert paged
