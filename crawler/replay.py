"""From WARC files to articles, as the crawl would read them today. No network, no Scrapy."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from crawler import discovery, visit
from crawler.addresses import plain
from crawler.archive import Located, located_pages, page_at
from crawler.page import Hints, Page, Rejection
from crawler.workers import Workers
from dedup import Article, Corpus, tables

_AT_ONCE = 50

Result = Article | Rejection


async def articles(
    paths: Sequence[Path], workers: Workers, hints: Callable[[str], Hints]
) -> AsyncIterator[list[Result]]:
    """Yield what the pages of WARC files give, some at a time, parts of one article joined.

    Of several addresses that lead to one article, the first counts. `hints` tells what a listing said of an
    address. Raises OSError where a file cannot be read.
    """
    places, continuations = _survey(paths)
    source: dict[str, str] = {}
    firsts = (located for located in _article_pages(paths) if located.page.url not in continuations)
    while batch := list(islice(firsts, _AT_ONCE)):
        read = await asyncio.gather(*(_read(located, places, workers, hints) for located in batch))
        yield [
            each
            for each in read
            if isinstance(each, Rejection) or source.setdefault(each.url, each.fetched_url) == each.fetched_url
        ]


def hints_of(corpus: Corpus) -> Callable[[str], Hints]:
    """Return what tells what the ledger of `corpus` has on an address; nothing, where it knows none."""
    ledger, seeds = tables.ledger, tables.seeds
    wanted = select(ledger.c.title, ledger.c.published, ledger.c.language, seeds.c.site).join(seeds)

    def hints(url: str) -> Hints:
        with corpus.reading() as connection:
            row = connection.execute(wanted.where(ledger.c.key == plain(url))).first()
        if row is None:
            return Hints()
        return Hints(title=row.title, published=row.published, language=row.language, site=row.site)

    return hints


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page stands: its file, the byte it begins at, and the name of its place."""

    path: Path
    offset: int
    name: str


def _survey(paths: Sequence[Path]) -> tuple[dict[str, _Place], set[str]]:
    """Return where each article page stands, and which addresses continue an article begun elsewhere."""
    places: dict[str, _Place] = {}
    continuations: set[str] = set()
    for located in _article_pages(paths):
        places[located.page.url] = _Place(located.path, located.offset, located.place)
        continuations.update(discovery.next_parts(located.page))
        whole = discovery.whole_address(located.page)
        if whole is not None:
            continuations.add(whole)
    return places, continuations


def _article_pages(paths: Sequence[Path]) -> Iterator[Located]:
    for path in paths:
        yield from (located for located in located_pages(path) if discovery.is_article(located.page))


async def _read(
    located: Located, places: Mapping[str, _Place], workers: Workers, hints: Callable[[str], Hints]
) -> Result:
    said = hints(located.page.url)

    async def fetch(url: str) -> Page | None:
        place = places.get(url)
        return replace(page_at(place.path, place.offset), hints=said) if place else None

    pages = await visit.whole(replace(located.page, hints=said), fetch, insist=False)
    result = await workers.read(pages)
    begins = places[pages[0].url].name
    return replace(result, archived=begins) if isinstance(result, Article) else result
