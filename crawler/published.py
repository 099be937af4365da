"""When an article was published and changed, as its page says: the time, how exactly it is known, and by what.

JSON-LD, then meta, then time tags; where there are none, the address, what is written near the heading, the listing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from lxml import etree
from lxml.html import HtmlElement

from crawler import markup
from crawler.dates import Dated, Precision, dated, day_in_address
from crawler.stated import Stated, short_text, text

Source = Literal["json-ld", "meta", "time", "url", "text", "listing", ""]

_PUBLISHED_NAMES = """
article:published_time og:article:published_time datepublished article.published pubdate publishdate publish-date
publish_date published_time date dc.date.issued dc.date dcterms.created dcterms.date parsely-pub-date
sailthru.date og:pubdate og:published_time content_publisheddate cxenseparse:recs:publishtime
article_date_original originalpublicationdate date.created
"""
_PUBLISHED_METAS = tuple(_PUBLISHED_NAMES.split())
_MODIFIED_METAS = ("article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified", "revised")
_TIMES = etree.XPath("//time|//*[@itemprop='datePublished' or @itemprop='dateCreated' or contains(@class,'published')]")
# XPath finds in C what could hold a day.
_DATED = (
    "text()[(contains(.,'20') or contains(.,'19') or (contains(.,'.') and contains(.,':'))) and string-length(.) < 200"
    " and not(parent::script or parent::style or parent::option)]"
)
_AFTER_HEADING = etree.XPath(f"following::{_DATED}")
_ANYWHERE = etree.XPath(f"//body//{_DATED}")
_YEAR = re.compile(r"(?<!\d)(?:(?:19|20)\d\d|\d{1,2}\.\d{1,2}\.\d\d)(?!\d)")
_CHANGED = re.compile(
    r"^\W*(?:last\s+)?(?:updated?|modified|changed|edited|diperbarui|diperbaharui|terakhir|aktualisiert|zuletzt|mis\s+à\s+jour"
    r"|kemas\s*kini|dikemas|actualizado|aggiornato|bijgewerkt)\b",
    re.IGNORECASE,
)
_NO_DATE_HERE = re.compile(r"©|\(c\)|copyright|hak\s+cipta|all\s+rights|tayang\s+di", re.IGNORECASE)
_MAX_DATE_TEXT = 90
_MAX_DAY_TEXT = 60
_MIN_DATE_TEXT = 8
_MAX_TEXTS = 100
_MAX_TIMES = 60
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


def published(stated: Stated, language: str, heading: HtmlElement | None = None) -> Published:
    """Return when the article of a page was published; an empty Published where nothing tells.

    A mere day gives way to the first time of that day that other evidence has.
    """
    found = _possible(_evidence(stated, language, heading), stated)
    best = next(found, None)
    if best is None:
        return Published()
    if best[2].precision == "day":
        best = next((other for other in found if _same_day(best[2], other)), best)
    source, where, when = best
    return Published(when.at, when.precision, source, where)


def modified(stated: Stated, language: str, after: datetime | None) -> tuple[datetime | None, str]:
    """Return when the article was last changed, and where that stands; (None, "") where it was not since `after`."""
    told: list[tuple[Source, str, str]] = [
        ("json-ld", "JSON-LD dateModified", text(article.get("dateModified"))) for article in stated.articles[:1]
    ]
    told += [("meta", f"meta {name}", stated.metas.get(name, "")) for name in _MODIFIED_METAS]
    for _, where, when in _possible(_dates(told, language), stated):
        return (when.at, where) if after is None or when.at >= after else (None, "")
    return None, ""


def _same_day(day: Dated, other: _Named) -> bool:
    """Tell whether evidence is the time to a day: of the same day as written, or anywhere on earth.

    What readers see has to name the very day: beside it stand the times of other articles.
    """
    source, _, when = other
    if when.precision == "day":
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


def _dates(told: list[tuple[Source, str, str]], language: str) -> Iterator[_Named]:
    for source, where, written in told:
        if written and (when := dated(written, language)):
            yield source, where, when


def _evidence(stated: Stated, language: str, heading: HtmlElement | None) -> Iterator[_Named]:
    yield from _dates([*_json_dates(stated), *_meta_dates(stated)], language)
    yield from _dates([("time", "time tag", written) for written in _time_tags(stated)], language)
    day = day_in_address(stated.page.url)
    if day:
        yield "url", "the address", day
    yield from _dates([("text", "the text", written) for written in _written(stated, language, heading)], language)
    if stated.page.hints.published:
        yield "listing", "the listing", _listed(stated.page.hints.published)


def _listed(at: datetime) -> Dated:
    """Return how exact a time is that was read before: midnight stands for a day."""
    return Dated(at, "second" if at.second else "minute" if at.minute or at.hour else "day", at.date())


def _json_dates(stated: Stated) -> Iterator[tuple[Source, str, str]]:
    for key in ("datePublished", "dateCreated"):
        yield "json-ld", f"JSON-LD {key}", text(stated.article.get(key))
    for thing in stated.things:
        yield "json-ld", "JSON-LD datePublished", text(thing.get("datePublished")) if _is_page(thing) else ""


def _is_page(thing: markup.Json) -> bool:
    return "WebPage" in markup.types_of(thing)


def _meta_dates(stated: Stated) -> Iterator[tuple[Source, str, str]]:
    return (("meta", f"meta {name}", stated.metas.get(name, "")) for name in _PUBLISHED_METAS)


def _time_tags(stated: Stated) -> list[str]:
    """Return the times of `<time>` and `itemprop=datePublished`, those marked as publication first."""
    found: list[tuple[bool, str]] = []
    for element in islice(_TIMES(stated.tree), _MAX_TIMES):
        marked = f"{element.get('itemprop', '')} {element.get('pubdate', '')} {element.get('class', '')}".lower()
        written = element.get("datetime") or element.get("content") or element.get("title") or ""
        written = written or short_text(element, _MAX_DATE_TEXT)
        if "modif" not in marked and "update" not in marked:
            found.append(("publi" in marked or element.get("pubdate") is not None, written))
    return [written for _, written in sorted(found, key=lambda entry: not entry[0])]


def _written(stated: Stated, language: str, heading: HtmlElement | None) -> Iterator[str]:
    """Yield the lines that name a day, those after the heading first, of these those with a time first."""
    if heading is not None:
        yield from sorted(_lines(_AFTER_HEADING(heading), language), key=_rank)
    yield from sorted(_lines(_ANYWHERE(stated.tree), language), key=_rank)


def _lines(pieces: list[etree._ElementUnicodeResult], language: str) -> Iterator[str]:
    found = islice((piece for piece in pieces if _YEAR.search(piece)), _MAX_TEXTS)
    return islice(filter(None, (_around(piece, language) for piece in found)), _MAX_WRITTEN)


def _rank(written: str) -> tuple[bool, bool]:
    return bool(_CHANGED.search(written)), not _has_clock(written)


def _has_clock(written: str) -> bool:
    found = dated(written)
    return found is not None and found.precision != "day"


def _around(piece: etree._ElementUnicodeResult, language: str) -> str:
    """Return the short line of the page that `piece` belongs to, "" where it names no day."""
    element = piece.getparent()
    if element is not None and piece.is_tail:
        element = element.getparent()
    for candidate in (element, element.getparent()) if element is not None else ():
        line = short_text(candidate, _MAX_DATE_TEXT) if candidate is not None else ""
        when = dated(line, language) if len(line) >= _MIN_DATE_TEXT and not _NO_DATE_HERE.search(line) else None
        if when and (when.precision != "day" or len(line) <= _MAX_DAY_TEXT):
            return line
    return ""
