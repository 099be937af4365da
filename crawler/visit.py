"""What a fetched page is, and what else has to be fetched before an article is whole. No Scrapy, no clock."""

from collections.abc import Awaitable, Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from crawler import discovery
from crawler.addresses import is_home
from crawler.cadence import oldest_sitemap
from crawler.entry import ARTICLE, GUESS, LISTING, PAGER, SITE, UNKNOWN, Entry, Find
from crawler.explore import explore
from crawler.page import Page
from crawler.seedlist import Seed
from crawler.shape import looks_like_article
from crawler.task import Continued
from dedup import Article

MOST_PARTS = 20
# Visits that insist on every part; after an hour and more, most of an article is better news than none.
PATIENCE = 2
# How many older pages of a section are followed, one behind the other; they end sooner where nothing is new.
PAGER_DEPTH = 5
_PAGERS_EACH = 3
_MOST_SITEMAPS = 50
# Indexes of indexes exist; a third one is a maze.
_INDEX_DEPTH = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a page's links is wanted: by the seed, by the run's `since`, and by the shapes of articles' addresses."""

    seed: Seed
    now: datetime
    since: datetime | None = None
    judge: Callable[[str], bool] = looks_like_article
    robots: bytes = b""


@dataclass(frozen=True, slots=True)
class Named:
    """What a listing turned out to be, and what it names; GUESS: it is no listing at all.

    `left_out` is how many more addresses stand in it, past what is read of a listing.
    """

    kind: str
    finds: tuple[Find, ...] = ()
    left_out: int = 0

    @property
    def articles(self) -> int:
        """How many articles and listings it names, its own further pages not counted."""
        return sum(find.kind != PAGER for find in self.finds)


def named(page: Page, entry: Entry, wanted: Wanted) -> Named | None:
    """Return what a listing names; None where the page is an article (or, of kind ARTICLE, shall be one)."""
    if entry.kind == ARTICLE:
        return None
    found = discovery.listing(page, wanted.judge)
    is_section = found is None or found.kind == "section"
    if entry.kind == GUESS and is_section:
        return Named(GUESS)
    if entry.kind == UNKNOWN and is_section and discovery.is_article(page):
        return None
    kind = _kind(page, entry, is_section)
    if found is None:
        return Named(kind)
    finds = [*_links(found, entry, wanted)]
    if found.kind == "section":
        if kind == SITE:
            finds += _explored(page, wanted)
        finds += _older(page, entry, finds, wanted)
    return Named(kind, tuple(finds), found.left_out)


def unwanted(article: Article, language: str, obeyed: Set[str]) -> str:
    """Return why an article is not kept, in one word, "" where nothing is against it.

    `language` is that of its seed, "" for any; `obeyed` are the directives that are followed (`OBEY_DIRECTIVES`).
    """
    if forbidden := obeyed & set(article.marks):
        return min(forbidden)
    return "language" if language and article.language not in {language, "und"} else ""


def listed(entry: Entry, found: Named) -> Entry:
    """Return a listing's entry as its page showed it: its kind, how many it names, up to when a sitemap goes."""
    listing = replace(entry, kind=found.kind, named=found.articles)
    dates = [find.published for find in found.finds if find.published is not None]
    if found.kind != LISTING or not entry.depth or not dates:
        return listing
    return replace(listing, hints=replace(entry.hints, published=max(*dates, entry.hints.published or dates[0])))


class PartMissing(Exception):
    """A further part of a paged article could not be had."""


async def joined(
    first: Page,
    more: Continued,
    fetch: Callable[[str], Awaitable[Page | None]],
    look: Callable[[Page], Awaitable[Continued]],
) -> tuple[tuple[Page, ...], str]:
    """Return the pages of the article that begins at `first`, and the address of the part that could not be had, or "".

    `more` is what `first` says of the rest: its single-page version is taken where it answers, else its parts in
    order. `fetch` gives a page or None, `look` what a part says comes after it.
    """
    if more.whole is not None:
        page = await fetch(more.whole)
        # Who knows no such version leads back to the first part.
        if page is not None and page.url != first.url:
            return (page,), ""
    pages = [first]
    waiting = _unseen(more.parts, {first.url})
    seen = {first.url, *waiting}
    while waiting and len(pages) < MOST_PARTS:
        url = waiting.pop(0)
        part = await fetch(url)
        if part is None:
            return tuple(pages), url
        if part.url in {page.url for page in pages}:
            # Behind the last part, too.
            continue
        pages.append(part)
        beyond = _unseen((await look(part)).parts, seen | {part.url})
        waiting += beyond
        seen.update(beyond)
    return tuple(pages), ""


def marks(parts: int, incomplete: bool) -> tuple[str, ...]:
    """Return the marks of an article of so many parts: of what could not be had, and of what was never asked for."""
    return (*(("incomplete",) if incomplete else ()), *(("capped",) if parts >= MOST_PARTS else ()))


def _kind(page: Page, entry: Entry, is_section: bool) -> str:
    if entry.kind == UNKNOWN:
        return SITE if is_section and is_home(page.url) else LISTING
    if entry.kind == GUESS or (entry.kind == SITE and not is_section):
        return LISTING
    return entry.kind


def _links(found: discovery.Listing, entry: Entry, wanted: Wanted) -> Iterator[Find]:
    if found.kind == "index":
        oldest = oldest_sitemap(wanted.now, wanted.since)
        read = {link.url for link in _ends(found.links)}
        for link in found.links:
            old = link.url not in read or (link.published is not None and link.published < oldest)
            skip = "depth" if entry.depth >= _INDEX_DEPTH else "too-old" if old else ""
            yield Find(link.url, LISTING, published=link.published, skip=skip, below=True)
        return
    for link in found.links:
        yield Find(link.url, ARTICLE, link.title, link.published, link.language, _skip(link, wanted))


def _ends(links: Sequence[discovery.Link]) -> Sequence[discovery.Link]:
    """Return as many sitemaps of an index as are read: the newest, which without dates may stand at either end."""
    if len(links) <= _MOST_SITEMAPS:
        return links
    dated = [link for link in links if link.published is not None][:_MOST_SITEMAPS]
    others = [link for link in links if link.published is None]
    last = (_MOST_SITEMAPS - len(dated)) // 2
    first = _MOST_SITEMAPS - len(dated) - last
    return [*dated, *others[:first], *others[len(others) - last :]]


def _skip(link: discovery.Link, wanted: Wanted) -> str:
    if not wanted.seed.wants(link.url):
        return "pattern"
    if wanted.since is not None and link.published is not None and link.published < wanted.since:
        return "too-old"
    return ""


def _explored(page: Page, wanted: Wanted) -> list[Find]:
    found = explore(page, wanted.robots)
    return [
        *(Find(url, LISTING) for url in found.listings),
        # A short name in a menu may be an article all the same.
        *(Find(url, UNKNOWN) for url in found.sections),
        *(Find(url, GUESS) for url in found.guesses),
    ]


def _older(page: Page, entry: Entry, finds: Sequence[Find], wanted: Wanted) -> list[Find]:
    depth = PAGER_DEPTH if wanted.seed.depth is None else wanted.seed.depth
    articles = [find for find in finds if find.kind == ARTICLE]
    all_old = bool(articles) and all(find.skip == "too-old" for find in articles)
    if entry.depth >= depth or all_old:
        return []
    return [Find(url, PAGER, below=True) for url in discovery.more_listings(page)[:_PAGERS_EACH]]


def _unseen(urls: Sequence[str], seen: set[str]) -> list[str]:
    return [url for url in dict.fromkeys(urls) if url not in seen]
