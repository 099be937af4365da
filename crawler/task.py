"""What a worker is asked for: an article, or first what else belongs to it. No Scrapy, no network.

Both need the page's tree, and parsing is most of what a page costs the crawl, so both are done over there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from crawler.page import Page, Rejection
from dedup import Article


@dataclass(frozen=True, slots=True)
class Continued:
    """A page that is not all of its article: the address of its single-page version, those of its further parts."""

    url: str
    whole: str | None = None
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """`read`: the article these pages make up. `begin`: the same, unless more pages belong to it. `look`: only which.

    `rule` is the seed's `paging=` word.
    """

    ask: Literal["read", "begin", "look"]
    pages: Sequence[Page]
    rule: str = ""


Answer = Article | Rejection | Continued


def answer(task: Task) -> Answer:
    """Return what was asked for; `look` always gives a Continued."""
    from crawler import discovery, extraction

    page = task.pages[0]
    if task.ask == "read":
        return extraction.read(task.pages)
    more = Continued(page.url, discovery.whole_address(page, task.rule), discovery.next_parts(page, task.rule))
    if task.ask == "look" or more.whole or more.parts:
        return more
    return extraction.read(task.pages, discovery.take_tree(page))
