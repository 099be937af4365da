"""From WARC files to articles, as the crawl would read them today. No network, no Scrapy."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from crawler import discovery, visit
from crawler.addresses import key
from crawler.archived import Joined, Located, page_at, pages_and_joins, problem_with
from crawler.bookmark import Bookmark
from crawler.entry import ARTICLE
from crawler.page import Hints, Page, Rejection
from crawler.task import Continued
from crawler.workers import Workers
from dedup import Article, Corpus, tables

_AT_ONCE = 50

Result = Article | Rejection


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger has on an address: hints, whether it was an article, its seed's words `paging=` and `lang=`."""

    hints: Hints = field(default_factory=Hints)
    is_article: bool = False
    rule: str = ""
    language: str = ""


def _unseen(stage: str, done: int, total: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Watched:
    """Who follows a replay: `tell` hears of a stage how many bytes of all files are done.

    `damaged` fills with a line for each file that could be read only in part, and `bookmark` keeps what is done.
    """

    tell: Callable[[str, int, int], None] = _unseen
    damaged: dict[Path, str] = field(default_factory=dict)
    bookmark: Bookmark | None = None


async def articles(
    paths: Sequence[Path],
    workers: Workers,
    known: Callable[[str], Known],
    watched: Watched | None = None,
    obeyed: Set[str] = frozenset(),
) -> AsyncIterator[list[Result]]:
    """Yield what the pages of WARC files give, some at a time, parts of one article joined.

    They are joined as the archive says they were; where it says nothing, as their pagers say. Of several addresses
    that lead to one article, the first counts. `known` tells what the ledger has on an address; what a crawl would not
    keep for its language, or for a directive that is `obeyed`, is a Rejection. A batch counts as done when the next
    one is asked for. Of a damaged file, what stands before the damage is read.
    """
    watched = watched or Watched()
    files = _Files(paths, watched)
    reading = _Reading(_survey(files, known), workers, known, obeyed)
    bookmark = watched.bookmark
    done, source = (bookmark.done, bookmark.source) if bookmark else (0, {})
    found = islice(reading.sources(files), done, None)
    while batch := list(islice(found, _AT_ONCE)):
        read = await asyncio.gather(*map(reading.read, batch))
        new = {each.url: each.fetched_url for each in reversed(read) if isinstance(each, Article)}
        new = {url: fetched for url, fetched in new.items() if url not in source}
        source |= new
        yield [each for each in read if isinstance(each, Rejection) or source[each.url] == each.fetched_url]
        done += len(batch)
        if bookmark:
            bookmark.keep(done, new)


class _Files:
    """WARC files in their order, read through as often as needed, as far as they can be read."""

    def __init__(self, paths: Sequence[Path], watched: Watched) -> None:
        self._paths = paths
        self._watched = watched
        self._total = sum(path.stat().st_size for path in paths)

    def read(self, stage: str) -> Iterator[Located | Joined]:
        """Yield pages, and what is known of how they were joined."""
        before = 0
        for path in self._paths:
            try:
                for found in pages_and_joins(path):
                    if isinstance(found, Located):
                        self._watched.tell(stage, before + found.offset, self._total)
                    yield found
            except OSError as error:
                self._watched.damaged.setdefault(path, str(error))
            before += path.stat().st_size
        self._watched.tell(stage, before, self._total)


def problems(paths: Sequence[Path]) -> list[str]:
    """Return a line for each file that is missing, empty or no WARC."""
    return [problem for path in paths if (problem := problem_with(path))]


def known_of(corpus: Corpus) -> Callable[[str], Known]:
    """Return what tells what the ledger of `corpus` has on an address."""
    ledger, seeds = tables.ledger, tables.seeds
    columns = (ledger.c.title, ledger.c.published, ledger.c.language, ledger.c.kind, seeds.c.site, seeds.c.options)
    wanted = select(*columns).join(seeds)

    @lru_cache(maxsize=_AT_ONCE)
    def known(url: str) -> Known:
        with corpus.reading() as connection:
            row = connection.execute(wanted.where(ledger.c.key == key(url))).first()
        if row is None:
            return Known()
        hints = Hints(title=row.title, published=row.published, language=row.language, site=row.site)
        words = json.loads(row.options)
        return Known(hints, row.kind == ARTICLE, words.get("paging", ""), words.get("language", ""))

    return known


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page stands: its file, the byte it begins at, its address, and the name of its place.

    `cut_off`: only the beginning of it ever arrived.
    """

    path: Path
    offset: int
    url: str
    name: str
    cut_off: bool


@dataclass(frozen=True, slots=True)
class _Join:
    """An article of several pages: the address that led to it, and where its pages stand, in order."""

    url: str
    places: tuple[_Place, ...]
    incomplete: bool


@dataclass(frozen=True, slots=True)
class _Survey:
    """What has to be known of all pages before one is read.

    Where the last (whole) answer of each address stands, and each record; by the id of the record that led to it, each
    article that the archive says was joined; the ids of the records that were; and the addresses that continue an
    article begun elsewhere.
    """

    by_url: dict[str, _Place] = field(default_factory=dict)
    by_id: dict[str, _Place] = field(default_factory=dict)
    joins: dict[str, _Join] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)
    continuations: set[str] = field(default_factory=set)

    def add_page(self, located: Located, rule: str) -> None:
        page = located.page
        place = _Place(located.path, located.offset, page.url, located.place, located.cut_off)
        self.by_id[located.record_id] = place
        if not place.cut_off or self.by_url.get(page.url, place).cut_off:
            self.by_url[page.url] = place
        whole = discovery.whole_address(page, rule)
        self.continuations.update(discovery.next_parts(page, rule), [whole] if whole else [])

    def add_join(self, said: Joined) -> None:
        """Note an article as far as its pages are here; a page of which nothing was new is as it was before."""
        places: list[_Place] = []
        for url, record in said.parts:
            place = self.by_id.get(record) or self.by_url.get(url)
            if place is None:
                break
            places.append(place)
        if not places:
            return
        landing = self.by_id.get(said.first)
        incomplete = bool(said.missing) or len(places) < len(said.parts) or any(place.cut_off for place in places)
        self.joins[said.first] = _Join(landing.url if landing else said.url, tuple(places), incomplete)
        self.joined.update((said.first, *(record for _, record in said.parts)))
        self.continuations.update(place.url for place in places[1:])


def _survey(files: _Files, known: Callable[[str], Known]) -> _Survey:
    survey = _Survey()
    for found in files.read("looking through the files"):
        if isinstance(found, Joined):
            survey.add_join(found)
        else:
            survey.add_page(found, known(found.page.url).rule)
    return survey


@dataclass(frozen=True, slots=True)
class _Reading:
    """Finds what articles begin at, and reads them as the spider does what it fetches."""

    survey: _Survey
    workers: Workers
    known: Callable[[str], Known]
    obeyed: Set[str]

    def sources(self, files: _Files) -> Iterator[Located | _Join]:
        """Yield what each article begins at, in the order of the files: a page, or pages that were joined."""
        once: set[tuple[_Place, ...]] = set()
        for found in files.read("extracting"):
            if isinstance(found, Located):
                yield from [found] if self._is_article(found) else []
                continue
            join = self.survey.joins.get(found.first)
            if join and join.places not in once and join.url not in self.survey.continuations:
                once.add(join.places)
                yield join

    def _is_article(self, located: Located) -> bool:
        page = located.page
        if page.url in self.survey.continuations or located.record_id in self.survey.joined:
            return False
        if located.cut_off and not self.survey.by_url[page.url].cut_off:
            return False
        return self.known(page.url).is_article or discovery.is_article(page)

    async def read(self, source: Located | _Join) -> Result:
        """Return what a source gives."""
        if isinstance(source, Located):
            known = self.known(source.page.url)
            found = await self._read_page(source, known)
        else:
            known = self.known(source.url)
            found = await self._read_join(source, known)
        reason = "" if isinstance(found, Rejection) else visit.unwanted(found, known.language, self.obeyed)
        return Rejection(found.url, reason) if reason else found

    async def _read_join(self, source: _Join, known: Known) -> Result:
        pages = [replace(page_at(place.path, place.offset), hints=known.hints) for place in source.places]
        return _finished(await self.workers.read(pages), source.places[0].name, source.incomplete)

    async def _read_page(self, source: Located, known: Known) -> Result:
        first = replace(source.page, hints=known.hints)
        read = await self.workers.begin(first, known.rule)
        if not isinstance(read, Continued):
            return _finished(read, source.place, source.cut_off)

        async def fetch(url: str) -> Page | None:
            place = self.survey.by_url.get(url)
            if place is None or place.cut_off:
                return None
            return replace(page_at(place.path, place.offset), hints=known.hints)

        pages, missing = await visit.joined(first, read, fetch, lambda part: self.workers.look(part, known.rule))
        # An address may have answered twice: each answer is one of its article. Of further parts the last is taken.
        if pages[0] is not first:
            return _finished(await self.workers.read(pages), self.survey.by_url[pages[0].url].name, bool(missing))
        return _finished(await self.workers.read(pages), source.place, bool(missing) or source.cut_off)


def _finished(read: Result, begins: str, incomplete: bool = False) -> Result:
    if isinstance(read, Rejection):
        return read
    return replace(read, archived=begins, marks=(*read.marks, "incomplete") if incomplete else read.marks)
