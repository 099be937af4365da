"""A listing that is too long is read as far as it may be, says so, and is never taken for unchanged."""

from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response
from sqlalchemy import select

from crawler.entry import LISTING, Find
from crawler.spiders.news import NewsSpider
from crawler.visit import Named
from dedup import Corpus, tables
from tests.crawler.test_spider import play

NEWS = (Find("https://a.example/berita/1/judul-berita"),)


@pytest.mark.parametrize(("left_out", "validators"), [(3, ("", "")), (0, ('"7"', "today"))])
def test_what_is_left_out_is_told_once_counted_and_asked_for_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, left_out: int, validators: tuple[str, str]
) -> None:
    counts: dict[str, int] = {}

    async def scene(spider: NewsSpider) -> None:
        entry = (await spider._drawing.entries())[0]
        headers: dict[str, Any] = {"ETag": '"7"', "Last-Modified": "today"}
        response = Response(entry.url, headers=headers, request=Request(entry.url))
        await spider._found(entry, Named(LISTING, NEWS, left_out), response)
        stats: Any = spider.crawler.stats
        counts.update(stats.counts)

    play(tmp_path, scene)
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    words = "too long: https://a.example/0: 1 addresses read, 3 more left out"
    assert told == ([words] if left_out else [])
    assert counts.get("listings/cut", 0) == bool(left_out)
    with Corpus.open(f"sqlite:///{tmp_path}/corpus.db") as corpus, corpus.reading() as connection:
        ledger = tables.ledger.c
        named = select(ledger.etag, ledger.last_modified).where(ledger.url == "https://a.example/0")
        assert tuple(connection.execute(named).one()) == validators
        assert connection.execute(select(ledger.url).where(ledger.kind == "article")).scalars().all() == [NEWS[0].url]
