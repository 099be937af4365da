"""When an article was published and changed, as its page says: the time, how exactly it is known, and by what.

JSON-LD, then meta, then time tags; where there are none, the address, what is written near the heading, the listing.
What says that it is of an update tells last, and less: the page was out by then.
"""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from lxml import etree
from lxml.html import HtmlElement

from crawler import markup
from crawler.dates import Dated, Precision, dated, day_in_address
from crawler.stated import Stated, short_text, text
from crawler.timetags import TimeTag, is_labelled_update, of_article, surroundings, time_tags
from dedup import says_updated

Source = Literal["json-ld", "meta", "time", "url", "text", "listing", "updated", ""]

_PUBLISHED_NAMES = """
article:published_time og:article:published_time datepublished article.published pubdate publishdate publish-date
publish_date published_time date dc.date.issued dc.date dcterms.created dcterms.date parsely-pub-date
sailthru.date og:pubdate og:published_time content_publisheddate cxenseparse:recs:publishtime
article_date_original originalpublicationdate date.created
"""
_PUBLISHED_METAS = tuple(_PUBLISHED_NAMES.split())
_MODIFIED_METAS = ("article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified", "revised")
# XPath finds in C what could hold a day.
_DATED = (
    "text()[(contains(.,'20') or contains(.,'19') or (contains(.,'.') and contains(.,':'))) and string-length(.) < 200"
    " and not(parent::script or parent::style or parent::option)]"
)
_AFTER_HEADING = etree.XPath(f"following::{_DATED}")
_ANYWHERE = etree.XPath(f"//body//{_DATED}")
_INSIDE = etree.XPath(f".//{_DATED}")
_YEAR = re.compile(r"(?<!\d)(?:(?:19|20)\d\d|\d{1,2}\.\d{1,2}\.\d\d)(?!\d)")
_NO_DATE_HERE = re.compile(r"©|\(c\)|copyright|hak\s+cipta|all\s+rights|tayang\s+di", re.IGNORECASE)
_MAX_DATE_TEXT = 90
_MAX_DAY_TEXT = 60
_MIN_DATE_TEXT = 8
_MAX_TEXTS = 100
_MAX_WRITTEN = 8
_OLDEST = timedelta(days=365 * 40)
_FUTURE = timedelta(days=2)
# Where on earth it still is, or already is, the same day.
_BEFORE_DAY, _AFTER_DAY = timedelta(hours=14), timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class Published:
    """A time, aware UTC, with its precision, the kind of its evidence, and where exactly it was found."""

    at: datetime | None = None
    precision: Precision | Literal[""] = ""
    source: Source = ""
    where: str = ""


_Named = tuple[Source, str, Dated]
_Told = tuple[Source, str, str]


def published(stated: Stated, language: str, heading: HtmlElement | None = None) -> Published:
    """Return when the article of a page was published; an empty Published where nothing tells.

    A mere day gives way to the first time of that day that other evidence has, and an update to an older listing.
    """
    found = _possible(_evidence(stated, language, heading), stated)
    best = next(found, None)
    if best is None:
        return Published()
    if best[0] == "updated":
        best = _before(best, list(found))
    elif best[2].precision == "day":
        best = next((other for other in found if _same_day(best[2], other)), best)
    source, where, when = best
    return Published(when.at, when.precision, source, where)


def modified(stated: Stated, language: str, after: datetime | None) -> tuple[datetime | None, str]:
    """Return when the article was last changed, and where that stands; (None, "") where it was not since `after`."""
    told: list[_Told] = [
        ("json-ld", "JSON-LD dateModified", text(article.get("dateModified"))) for article in stated.articles[:1]
    ]
    told += [("meta", f"meta {name}", stated.metas.get(name, "")) for name in _MODIFIED_METAS]
    for _, where, when in _possible(_dates(told, language), stated):
        return (when.at, where) if after is None or when.at >= after else (None, "")
    return None, ""


def _before(update: _Named, others: list[_Named]) -> _Named:
    """Return what tells more than an update: the older time of a listing, of an update's day its time."""
    # The time that a sitemap has may be that of a change, and is no older then.
    older = (other for other in others if other[0] == "listing" and other[2].at < update[2].at)
    exact = (other for other in others if other[0] == "updated" and _is_time_of(update[2], other[2]))
    return next(older, None) or next(exact, update)


def _is_time_of(day: Dated, time: Dated) -> bool:
    return day.precision == "day" != time.precision and time.day == day.day


def _same_day(day: Dated, other: _Named) -> bool:
    """Tell whether evidence is the time to a day: of the same day as written, or anywhere on earth.

    What readers see has to name the very day: beside it stand the times of other articles. An update came later.
    """
    source, _, when = other
    if when.precision == "day" or source == "updated":
        return False
    if source in ("json-ld", "meta", "listing"):
        return day.at - _BEFORE_DAY <= when.at < day.at + _AFTER_DAY
    return when.day == day.day


def _possible(found: Iterator[_Named], stated: Stated) -> Iterator[_Named]:
    """Yield what can be true of a page that was fetched when this one was."""
    fetched = stated.page.fetched_at
    for named in found:
        if fetched is None or fetched - _OLDEST < named[2].at < fetched + _FUTURE:
            yield named


def _dates(told: Iterable[_Told], language: str) -> Iterator[_Named]:
    for source, where, written in told:
        if written and (when := dated(written, language)):
            yield source, where, when


def _evidence(stated: Stated, language: str, heading: HtmlElement | None) -> Iterator[_Named]:
    yield from _dates([*_json_dates(stated), *_meta_dates(stated)], language)
    tags = [tag for tag in time_tags(stated.tree) if dated(tag.written, language)]
    changed = [tag for tag in tags if tag.updated]
    own = of_article(tags)
    yield from _dates([("time", "time tag", tag.written) for tag in own], language)
    day = day_in_address(stated.page.url)
    if day:
        yield "url", "the address", day
    yield from _dates(_told_beside([tag for tag in changed if tag.in_words], language), language)
    yield from _dates(
        [("time", "time tag", tag.written) for tag in tags if not tag.updated and tag not in own], language
    )
    yield from _dates(_written(stated, language, heading, changed), language)
    yield from _dates([("updated", "time tag", tag.written) for tag in changed], language)
    if stated.page.hints.published:
        yield "listing", "the listing", _listed(stated.page.hints.published)


def _listed(at: datetime) -> Dated:
    """Return how exact a time is that was read before: midnight stands for a day."""
    return Dated(at, "second" if at.second else "minute" if at.minute or at.hour else "day", at.date())


def _json_dates(stated: Stated) -> Iterator[_Told]:
    for key in ("datePublished", "dateCreated"):
        yield "json-ld", f"JSON-LD {key}", text(stated.article.get(key))
    for thing in stated.things:
        yield "json-ld", "JSON-LD datePublished", text(thing.get("datePublished")) if _is_page(thing) else ""


def _is_page(thing: markup.Json) -> bool:
    return "WebPage" in markup.types_of(thing)


def _meta_dates(stated: Stated) -> Iterator[_Told]:
    return (("meta", f"meta {name}", stated.metas.get(name, "")) for name in _PUBLISHED_METAS)


def _told_beside(changed: Sequence[TimeTag], language: str) -> Iterator[_Told]:
    """Yield what plain lines beside the first of these times of updates tell, then these."""
    if changed:
        pieces = [piece for element in surroundings(changed[0]) for piece in _INSIDE(element)]
        yield from (told for told in sorted(_lines(pieces, language, changed), key=_rank) if told[0] == "text")
    yield from (("updated", "time tag", tag.written) for tag in changed)


def _written(stated: Stated, language: str, heading: HtmlElement | None, changed: Sequence[TimeTag]) -> Iterator[_Told]:
    """Yield the lines that name a day, those after the heading first, of these those with a time first."""
    if heading is not None:
        yield from sorted(_lines(_AFTER_HEADING(heading), language, changed), key=_rank)
    yield from sorted(_lines(_ANYWHERE(stated.tree), language, changed), key=_rank)


def _lines(pieces: list[etree._ElementUnicodeResult], language: str, changed: Sequence[TimeTag]) -> Iterator[_Told]:
    found = islice((piece for piece in pieces if _YEAR.search(piece)), _MAX_TEXTS)
    of_updates: set[etree._Element] = {tag.element for tag in changed}
    return islice(filter(None, (_around(piece, language, of_updates) for piece in found)), _MAX_WRITTEN)


def _rank(told: _Told) -> tuple[bool, bool]:
    return told[0] == "updated", not _has_clock(told[2])


def _has_clock(written: str) -> bool:
    found = dated(written)
    return found is not None and found.precision != "day"


def _around(piece: etree._ElementUnicodeResult, language: str, of_updates: Set[etree._Element]) -> _Told | None:
    """Return the short line of the page that `piece` belongs to, None where it names no day."""
    element = piece.getparent()
    if element is not None and piece.is_tail:
        element = element.getparent()
    for candidate in (element, element.getparent()) if element is not None else ():
        if candidate is None:
            continue
        line = short_text(candidate, _MAX_DATE_TEXT)
        when = dated(line, language) if len(line) >= _MIN_DATE_TEXT and not _NO_DATE_HERE.search(line) else None
        if when and (when.precision != "day" or len(line) <= _MAX_DAY_TEXT):
            return _source(candidate, line, of_updates), "the text", line
    return None


def _source(element: etree._Element, line: str, of_updates: Set[etree._Element]) -> Source:
    updated = says_updated(line) or is_labelled_update(element)
    return "updated" if updated or not of_updates.isdisjoint((element, element.getparent())) else "text"
