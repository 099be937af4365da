"""From a feed, a sitemap or a section page to the addresses of articles. Pages in, links out; nothing is fetched.

The spider's one door to what a fetched page is and where it leads.
"""

from collections.abc import Callable, Iterator
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
    "take_tree",
    "whole_address",
]

_MAX_SECTION_PAGES = 10
_MAX_PARTS = 20
_MAX_TITLE = 300
_OUTSIDE = ("nav", "footer")
_NO_PAGE = ("#", "javascript:", "mailto:", "tel:", "whatsapp:")
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


def listing(page: Page, judge: Callable[[str], bool] = looks_like_article) -> Listing | None:
    """Return what a feed, a sitemap or an HTML page lists; None for what is none of them.

    Of HTML: the page's links to its own site that `judge` takes for articles', in page order, titled by their text.
    """
    found = machine_listing(page)
    if found is not None:
        return found
    tree = _tree(page)
    if tree is None:
        return None
    once: dict[str, Link] = {}
    for link in _article_links(tree, page.url, judge):
        if link.url not in once or not once[link.url].title:
            once[link.url] = link
    return Listing("section", tuple(once.values()))


@lru_cache(maxsize=8)
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


def next_parts(page: Page, rule: str = "") -> tuple[str, ...]:
    """Return the addresses of an article's parts after this one, in order, at most twenty.

    A pager that names only the next part gives that one: ask the part for the next again. `rule` is the seed's
    `paging=` word; "off", and the single-page version, have no parts.
    """
    tree = _tree(page)
    if tree is None or rule == paging.OFF or paging.is_whole(page.url, rule) or not is_article(page):
        return ()
    return paging.following(tree, page.url, _MAX_PARTS)


def whole_address(page: Page, rule: str = "") -> str | None:
    """Return the address of an article's single-page version; None where there is none, or this page is it.

    Where the page shows a pager, the rule of its seed or of its site makes it; else the page has to link it.
    """
    tree = _tree(page)
    if tree is None or rule == paging.OFF or not is_article(page):
        return None
    by_rule = paging.whole_by_rule(page.url, rule) if next_parts(page, rule) else None
    return by_rule or paging.whole(tree, page.url)


def take_tree(page: Page) -> HtmlElement | None:
    """Return a page's tree to one who will change it; what is asked of the page later parses it anew."""
    tree = _tree(page)
    _tree.cache_clear()
    return tree


@lru_cache(maxsize=8)
def _tree(page: Page) -> HtmlElement | None:
    """Return the tree of an HTML page. Kept for a moment: three or four things are asked of one page, in any thread."""
    return markup.tree_of(page) if markup.is_html(page) else None


def _article_links(tree: HtmlElement, page_url: str, judge: Callable[[str], bool]) -> Iterator[Link]:
    base, site, own = markup.base_of(tree, page_url), site_of(page_url), canonical(page_url)
    outside = {link for part in tree.iter(*_OUTSIDE) if not _within(part, _OUTSIDE) for link in part.iter("a")}
    wanted: dict[str, str] = {}
    for element in tree.iter("a"):
        href = element.get("href")
        if not href or href.startswith(_NO_PAGE) or element in outside:
            continue
        # A picture and a headline lead to the same place, and what that is costs more to tell than all else here.
        if href not in wanted:
            url = canonical(href, base)
            wanted[href] = url if url and url != own and judge(url) and site_of(url) == site else ""
        if wanted[href]:
            yield Link(wanted[href], markup.text_of(element)[:_MAX_TITLE])


def _within(element: HtmlElement, tags: tuple[str, ...]) -> bool:
    return next(element.iterancestors(*tags), None) is not None
