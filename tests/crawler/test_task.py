"""What a worker is asked for: the article, or first what else belongs to it, from one parse."""

import json
from datetime import UTC, datetime

from crawler import extraction
from crawler.page import Page
from crawler.task import Continued, Task, answer
from dedup import Article

URL = "https://suarakota.test/berita/100123/pasar-lama-dibuka-lagi"
PROSE = "<p>Pasar lama di tepi sungai dibuka lagi setelah dua bulan diperbaiki oleh warga desa itu.</p>"
SAID = json.dumps(
    {"@type": "NewsArticle", "headline": "Pasar lama dibuka lagi", "datePublished": "2026-03-05T15:00:00+07:00"}
)


def page(more: str = "") -> Page:
    lines = "".join(PROSE.replace("dua", str(number)) for number in range(2, 9))
    body = f"<script type='application/ld+json'>{SAID}</script><h1>Pasar lama dibuka lagi</h1>{lines}{more}"
    content = f"<html><head></head><body>{body}</body></html>".encode()
    return Page(URL, content, "text/html", fetched_at=datetime(2026, 3, 6, tzinfo=UTC))


def test_an_article_begun_is_the_article_read_however_often_it_is_begun() -> None:
    # The tree that told what belongs to the page is used up by reading it.
    begun = [answer(Task("begin", [page()])) for _ in range(3)]
    read = extraction.read([page()])
    assert isinstance(read, Article)
    assert read.published_from == "json-ld"
    assert begun == [read] * 3
    assert answer(Task("look", [page()])) == Continued(URL)


def test_a_page_with_further_parts_is_not_read() -> None:
    shown = page(f'<div class="pager"><a href="{URL}?page=2">2</a></div>')
    assert answer(Task("begin", [shown])) == Continued(URL, None, (f"{URL}?page=2",))
    assert isinstance(answer(Task("read", [shown])), Article)
    assert answer(Task("begin", [shown], "off")) == extraction.read([shown])


def test_what_is_no_page_is_rejected() -> None:
    empty = Page(URL, b"", "text/html")
    assert answer(Task("begin", [empty])) == extraction.read([empty])
