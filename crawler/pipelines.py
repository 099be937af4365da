"""Article → corpus, and its address done in the ledger: both or neither."""

from typing import Any, Literal, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from sqlalchemy import Connection, select

from crawler.ledger import Entry
from crawler.outcome import Outcome, State
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
        entry = spider.source_of(item)
        try:
            stored = await spider.run.write(_store, spider.run, entry, item)
        except StorageError as trouble:
            spider.stop(trouble)
            raise DropItem(f"not stored: {item.url}", log_level="DEBUG") from trouble
        spider.count(f"articles/{stored}")
        spider.settle(entry, _done(item))
        return item


def _store(
    connection: Connection, run: Run, entry: Entry, article: Article
) -> Literal["new", "changed", "same", "twin"]:
    """Store an article; "twin" where another address has led to it before, whose text then stays.

    An AMP or print page differs a little from the page it stands for: that is no revision.
    """
    now = run.clock.now()
    run.ledger.finish(connection, entry, _done(article), now)
    known = select(tables.articles.c.key).where(tables.articles.c.url == article.url)
    if connection.execute(known).first() is not None and entry.article != article.id:
        return "twin"
    return run.corpus.put(connection, article, now)


def _done(article: Article) -> Outcome:
    return Outcome(State.DONE, status=200, article=article.id)
