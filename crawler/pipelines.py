"""Article → corpus, and its address done in the ledger: both or neither."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Literal, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from sqlalchemy import Connection, bindparam, select

from crawler.entry import Answer, Entry
from crawler.outcome import Outcome, State, Step
from crawler.run import Run, StorageError
from crawler.spiders.news import NewsSpider
from dedup import Article, tables


class CorpusPipeline:
    """Stores the articles of the news spider; lets the items of other spiders pass."""

    def __init__(self, spider: NewsSpider | None) -> None:
        self._spider = spider

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it as Scrapy asks."""
        return cls(crawler.spider if isinstance(crawler.spider, NewsSpider) else None)

    async def process_item(self, item: Any) -> Any:
        """Store an article and return it; where the corpus cannot be written to, the run ends."""
        spider = self._spider
        if spider is None or not isinstance(item, Article):
            return item
        entry, answer = spider.source_of(item)
        entry = replace(entry, article=item.id, hints=replace(entry.hints, published=item.published))
        outcome = _outcome(item)
        try:
            stored = await spider.run.write(_store, spider.run, entry, answer, item, spider.step(entry, outcome))
        except StorageError as trouble:
            spider.stop(trouble)
            raise DropItem(f"not stored: {item.url}", log_level="DEBUG") from trouble
        spider.count(f"articles/{stored}")
        spider.settle(entry, outcome, stored)
        return item


_KNOWN = select(tables.articles.c.key).where(tables.articles.c.url == bindparam("address"))
_MINE = select(tables.ledger.c.article).where(tables.ledger.c.id == bindparam("row"))


def _store(
    connection: Connection, run: Run, entry: Entry, answer: Answer, article: Article, step: Step
) -> Literal["new", "changed", "same", "forgotten", "twin"]:
    """Store an article; "twin" where another address has led to it before, whose text then stays.

    An AMP or print page differs a little from the page it stands for: that is no revision, and no second look.
    """
    now = run.clock.now()
    article = run.corpus.as_stored(connection, article)
    entry = replace(entry, article=article.id)
    stored = _put(connection, run, entry, article, now)
    if stored in {"forgotten", "twin"}:
        state = State.SKIPPED if stored == "forgotten" else State.DONE
        step = Step(state, 0, None)
    reason = "forgotten" if stored == "forgotten" else _outcome(article).reason
    run.ledger.finish(connection, entry, step, reason, answer, now)
    return stored


def _put(
    connection: Connection, run: Run, entry: Entry, article: Article, now: datetime
) -> Literal["new", "changed", "same", "forgotten", "twin"]:
    known = connection.execute(_KNOWN, {"address": article.url}).first()
    if known is not None and connection.execute(_MINE, {"row": entry.id}).scalar() != article.id:
        return "twin"
    stored = run.corpus.put(connection, article, now)
    # A look again is for the text: what a page says besides, such as when it was changed, is seldom twice the same.
    return "same" if stored == "details" else stored


def _outcome(article: Article) -> Outcome:
    """Return what an article is to its address: done, unless a part of it is still missing."""
    if "incomplete" in article.marks:
        return Outcome(State.PENDING, "part-missing", 200, article.id)
    return Outcome(State.DONE, status=200, article=article.id)
