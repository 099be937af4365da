"""A page that was fetched by others → an Article: what `dedup import` asks for the pages in WARC files. No Scrapy."""

from datetime import datetime

from crawler import discovery, extraction
from crawler.addresses import canonical
from crawler.page import Page
from dedup import Article


def article(url: str, html: bytes, content_type: str | None, fetched: datetime | None) -> Article | str:
    """Return the article that a page makes up, or in a word why it makes none.

    Each page counts by itself: parts are not joined, nor is it known what a listing or an HTTP header said of it;
    `scrapy replay` knows more of an archive of our own.
    """
    address = canonical(url)
    if address is None:
        return "no address of a page"
    page = Page(address, html, content_type or "", fetched)
    if not discovery.is_article(page):
        return "not-article"
    read = extraction.read([page], discovery.take_tree(page))
    return read if isinstance(read, Article) else read.reason
