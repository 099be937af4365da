"""A page that others fetched, made an Article for `dedup import`."""

from datetime import UTC, datetime

import pytest

from crawler.imported import article
from dedup import Article

FETCHED = datetime(2026, 3, 20, 12, tzinfo=UTC)
URL = "https://www.kabar.example/2026/03/20/warga-menanam-bakau"
WORDS = "Warga desa menanam bakau di tepi sungai agar tanah tidak hanyut saat banjir datang pada musim hujan nanti. "
PAGE = (
    "<html><head><title>Warga menanam bakau</title><meta property='og:type' content='article'></head>"
    f"<body><article><h1>Warga menanam bakau</h1><p>{WORDS * 2}</p><p>Kata lurah, {WORDS}</p></article></body></html>"
)


def test_a_page_is_its_article() -> None:
    found = article(f"{URL}?utm_source=x", PAGE.encode(), "text/html; charset=utf-8", FETCHED)
    assert isinstance(found, Article)
    assert (found.url, found.site, found.title, found.fetched) == (URL, "kabar.example", "Warga menanam bakau", FETCHED)
    assert found.text.count("\n") == 1


def test_what_is_not_said_of_a_page_is_not_needed() -> None:
    assert isinstance(article(URL, PAGE.encode(), None, None), Article)


@pytest.mark.parametrize(
    ("url", "html", "reason"),
    [
        ("ftp://kabar.example/a", PAGE, "no address of a page"),
        ("https://www.kabar.example/", PAGE, "not-article"),
        (URL, PAGE.replace(WORDS, "Singkat."), "short"),
        (URL, "", "not-article"),
    ],
)
def test_a_page_without_an_article_says_why(url: str, html: str, reason: str) -> None:
    assert article(url, html.encode(), "text/html", FETCHED) == reason
