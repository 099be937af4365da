"""From a feed, a sitemap or a section page to the addresses of articles. Pages in, links out; nothing is fetched.

The spider's one door to what a fetched page is and where it leads.
"""

from collections.abc import Iterator
from functools import lru_cache

from lxml.html import HtmlElement

from crawler import markup, paging
from crawler.addresses import canonical, is_home, site_of
from crawler.listings import Link, Listing, machine_listing
from crawler.page import Page
from crawler.shape import looks_like_article

__all__ = [
    "Link",
    "Listing",
    "is_article",
    "listing",
    "looks_like_article",
    "more_listings",
    "next_parts",
    "whole_address",
]

_MAX_SECTION_PAGES = 10
_MAX_PARTS = 20
_MAX_TITLE = 300
_ARTICLE_TYPES = frozenset(
    {
        "Article",
        "NewsArticle",
        "ReportageNewsArticle",
        "AnalysisNewsArticle",
        "OpinionNewsArticle",
        "BackgroundNewsArticle",
        "AdvertiserContentArticle",
        "BlogPosting",
        "LiveBlogPosting",
        "Report",
    }
)
_LISTING_TYPES = frozenset({"CollectionPage", "ItemList", "SearchResultsPage", "ProfilePage"})
_ARTICLE_METAS = ("article:published_time", "article:modified_time", "og:article:published_time", "datepublished")


def listing(page: Page) -> Listing | None:
    """Return what a feed, a sitemap or an HTML page lists; None for what is none of them.

    Of HTML: the page's links to its own site that look like articles, in page order, titled by their text.
    """
    found = machine_listing(page)
    if found is not None:
        return found
    tree = _tree(page)
    if tree is None:
        return None
    once: dict[str, Link] = {}
    for link in _article_links(tree, page.url):
        if link.url not in once or not once[link.url].title:
            once[link.url] = link
    return Listing("section", tuple(once.values()))


def is_article(page: Page) -> bool:
    """Tell whether an HTML page is an article rather than a section or a home page.

    Its own metadata decides, where it has any; then the shape of its address.
    """
    tree = _tree(page)
    if tree is None or is_home(page.url):
        return False
    types = {name for thing in markup.json_ld(tree) for name in markup.types_of(thing)}
    if types & _ARTICLE_TYPES:
        return True
    if types & _LISTING_TYPES:
        return False
    metas = markup.metas(tree)
    if any(name in metas for name in _ARTICLE_METAS):
        return True
    return looks_like_article(page.url) or metas.get("og:type", "").lower() == "article"


def more_listings(page: Page) -> tuple[str, ...]:
    """Return the addresses of the further pages a section page's pager links, nearest first, at most ten."""
    tree = _tree(page)
    return () if tree is None else paging.following(tree, page.url, _MAX_SECTION_PAGES)


def next_parts(page: Page) -> tuple[str, ...]:
    """Return the addresses of an article's parts after this one, in order, at most twenty.

    A pager that names only the next part gives that one: ask the part for the next again.
    """
    tree = _tree(page)
    return () if tree is None or not is_article(page) else paging.following(tree, page.url, _MAX_PARTS)


def whole_address(page: Page) -> str | None:
    """Return the address of an article's single-page version, if the page links one and is not it."""
    tree = _tree(page)
    return None if tree is None or not is_article(page) else paging.whole(tree, page.url)


@lru_cache(maxsize=2)
def _tree(page: Page) -> HtmlElement | None:
    """Return the tree of an HTML page. Kept for a moment: the spider asks three or four things of one page."""
    return markup.tree_of(page) if markup.is_html(page) else None


def _article_links(tree: HtmlElement, page_url: str) -> Iterator[Link]:
    base, site, own = markup.base_of(tree, page_url), site_of(page_url), canonical(page_url)
    outside = {link for part in tree.iter("nav", "footer") for link in part.iter("a")}
    for element in tree.iter("a"):
        href = element.get("href")
        if not href or element in outside:
            continue
        url = canonical(href, base)
        if url and url != own and looks_like_article(url) and site_of(url) == site:
            yield Link(url, markup.text_of(element)[:_MAX_TITLE])
