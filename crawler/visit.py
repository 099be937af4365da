"""What a fetched page is, and what else has to be fetched before an article is whole. No Scrapy, no clock."""

from collections.abc import Awaitable, Callable, Sequence

from crawler import discovery
from crawler.ledger import ARTICLE, LISTING, PAGER, UNKNOWN, Find
from crawler.page import Page

MOST_PARTS = 20
# Visits that insist on every part; after an hour and more, most of an article is better news than none.
PATIENCE = 2
_PAGER_DEPTH = 3
_PAGERS_EACH = 3


class PartMissing(Exception):
    """A further part of a paged article could not be had."""


def named(page: Page, kind: str, depth: int) -> list[Find] | None:
    """Return what a listing names; None where the page is an article (or, of kind ARTICLE, shall be one).

    `kind` is what the ledger takes the page for, `depth` how many pagers lead to it.
    """
    if kind == ARTICLE:
        return None
    found = discovery.listing(page)
    if kind == UNKNOWN and (found is None or found.kind == "section") and discovery.is_article(page):
        return None
    if found is None:
        return []
    of = LISTING if found.kind == "index" else ARTICLE
    finds = [Find(link.url, of, link.title, link.published, link.language) for link in found.links]
    if found.kind == "section" and depth < _PAGER_DEPTH:
        finds += [Find(url, PAGER) for url in discovery.more_listings(page)[:_PAGERS_EACH]]
    return finds


async def whole(first: Page, fetch: Callable[[str], Awaitable[Page | None]], insist: bool) -> tuple[Page, ...]:
    """Return the pages of the article that begins at `first`: its single-page version, or its parts in order.

    `fetch` gives a page or None. With `insist`, a part that cannot be had raises PartMissing; without, the
    article ends before it.
    """
    address = discovery.whole_address(first)
    if address is not None:
        page = await fetch(address)
        if page is not None:
            return (page,)
    pages = [first]
    waiting = _unseen(discovery.next_parts(first), {first.url})
    seen = {first.url, *waiting}
    while waiting and len(pages) < MOST_PARTS:
        url = waiting.pop(0)
        part = await fetch(url)
        if part is None:
            if insist:
                raise PartMissing(url)
            break
        pages.append(part)
        more = _unseen(discovery.next_parts(part), seen | {part.url})
        waiting += more
        seen.update(more)
    return tuple(pages)


def _unseen(urls: Sequence[str], seen: set[str]) -> list[str]:
    return [url for url in dict.fromkeys(urls) if url not in seen]
