"""What an article's page says of it besides its text: title, authors, times, its own address, its language.

A parsed tree in, a Metadata out. JSON-LD first, then meta, then what stands on the page; htmldate, which is slow, last.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from htmldate import find_date
from lxml.html import HtmlElement

from crawler import markup
from crawler.addresses import host_of
from crawler.dates import moment
from crawler.page import Page

_ARTICLE_TYPE = re.compile(r"(?:Article|Posting|Report|Review)$")
_TITLE_JOINT = re.compile(r"\s+(?:[-|–—•·»:]|::|\|\|)\s+|\s*\|\s*")
_MAX_TITLE = 400
_MIN_TITLE_WORDS = 3
_MAX_AUTHORS = 12
_MAX_DATE_TEXT = 90
_PUBLISHED_NAMES = """
article:published_time og:article:published_time datepublished article.published pubdate publishdate publish-date
publish_date published_time date dc.date.issued dc.date dcterms.created dcterms.date parsely-pub-date
sailthru.date og:pubdate og:published_time content_publisheddate cxenseparse:recs:publishtime
article_date_original originalpublicationdate date.created
"""
_PUBLISHED_METAS = tuple(_PUBLISHED_NAMES.split())
_MODIFIED_METAS = ("article:modified_time", "og:updated_time", "datemodified", "lastmod", "last-modified", "revised")
_AUTHOR_META = re.compile(r"(?:^|[.:_-])(?:authors?|byl|byline)$|^dc\.creator$", re.IGNORECASE)
_AUTHOR_LINK = re.compile(
    r"/(?:author|authors|autor|autoren|auteur|penulis|penulis-berita|profile/author)/", re.IGNORECASE
)
_BYLINE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:author(?:s|name|-name)?|by-?line|penulis|reporter|pewarta|wartawan|jurnalis|writer|post-author)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
_BYLINE_ROLE = re.compile(
    r"^\W*(?:(?:posted|written|reported|oleh|ditulis|laporan|beitrag)\b\s*)?"
    r"(?:(?:oleh|by|von|par|por|af|av|door|penulis|reporter|pewarta|laporan|jurnalis|wartawan|author|autor)\b\s*[:：]?)?\s*",
    re.IGNORECASE,
)
_PEOPLE_JOINT = re.compile(r"\s*(?:[,;&、/|•]|\s(?:dan|and|und|et|y|og|och|en)\s)\s*")
# What stands behind a name after a dash or in brackets is an outlet or a role.
_AFTER_NAME = re.compile(r"\s+[-–—|]\s*\S.*$|\s*\([^)]*\)\s*$")
_HANDLE = re.compile(r"\S*@\S*")
_NO_NAME = re.compile(
    r"(?:admin|administrator|developer|webmaster|root|user|author|editor|unknown|anonymous|none|null|redactie|powered\s+by"
    r"|(?:jan|feb|mar|apr|may|mei|jun|jul|aug|agu|sep|oct|okt|nov|dec|des)\w*\.?\s+\d.*)|.*\d{4}.*|.*\d[:.]\d\d.*",
    re.IGNORECASE,
)
_MAX_BYLINE = 160
_MAX_NAME_WORDS = 6
_OLDEST = timedelta(days=365 * 40)
_FUTURE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of its article. Times are aware UTC; `canonical` is as written; `language` is a code."""

    title: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    modified: datetime | None = None
    canonical: str = ""
    language: str = ""
    site_name: str = ""
    body: str = ""


def read(tree: HtmlElement, page: Page) -> Metadata:
    """Return a page's metadata; what is not said stays empty."""
    things = markup.json_ld(tree)
    article = next((thing for thing in things if any(map(_ARTICLE_TYPE.search, markup.types_of(thing)))), {})
    metas = markup.metas(tree)
    language = _language(tree, metas, article)
    name = markup.one_line(metas.get("og:site_name", "") or _name(article.get("publisher")))
    return Metadata(
        title=_title(tree, article, metas, name, page),
        authors=_authors(tree, things, metas, name, page),
        published=_published(tree, article, metas, language, page),
        modified=_first_moment(
            [_text(article.get("dateModified")), *(metas.get(name, "") for name in _MODIFIED_METAS)], language, page
        ),
        canonical=next(markup.rel_links(tree, "canonical"), "") or metas.get("og:url", ""),
        language=language,
        site_name=name,
        body=body if isinstance(body := article.get("articleBody"), str) else "",
    )


# --- title ----------------------------------------------------------------------------------------------


def _title(tree: HtmlElement, article: dict[str, Any], metas: dict[str, str], name: str, page: Page) -> str:
    """Return the heading as the reader sees it, else the headline that search engines are told."""
    document = markup.text_of(found) if (found := tree.find(".//title")) is not None else ""
    told = [_text(article.get("headline")), metas.get("og:title", ""), metas.get("twitter:title", ""), document]
    told = [_without_site(title, name, page.url) for title in told if title]
    heads = [markup.text_of(head) for head in tree.iter("h1")]
    for head in heads:
        if head and any(_alike(head, title) for title in told):
            # A kicker stands in many headings: "Sea wall: Council votes" over "Council votes".
            shorter = [title for title in told if head.endswith(title) and len(title.split()) >= _MIN_TITLE_WORDS]
            return (shorter[0] if shorter else head)[:_MAX_TITLE]
    alone = heads[0] if len(heads) == 1 and len(heads[0].split()) > 2 else ""
    return next((title for title in (*told, alone, page.hints.title) if title), "")[:_MAX_TITLE]


def _alike(one: str, other: str) -> bool:
    """Tell whether two headings share most of their words."""
    a, b = set(re.findall(r"\w+", one.lower())), set(re.findall(r"\w+", other.lower()))
    return bool(a and b) and len(a & b) / min(len(a), len(b)) >= 0.6 and len(a) <= 3 * len(b)


def _without_site(title: str, name: str, url: str) -> str:
    """Return a title without " - Site" behind or before it; only what names the site goes."""
    title = markup.one_line(title)
    known = {_letters(name), _letters(host_of(url).removeprefix("www.")), *map(_letters, host_of(url).split("."))} - {
        ""
    }
    while match := _last_joint(title):
        if not _names_site(title[match.end() :], known):
            break
        title = title[: match.start()]
    first = _TITLE_JOINT.search(title)
    if first and _names_site(title[: first.start()], known) and len(title[first.end() :].split()) > 2:
        title = title[first.end() :]
    return title


def _last_joint(title: str) -> re.Match[str] | None:
    joints = list(_TITLE_JOINT.finditer(title))
    return joints[-1] if joints and joints[-1].start() else None


def _names_site(piece: str, known: set[str]) -> bool:
    letters = _letters(piece)
    return any(letters == one or (len(one) > 4 and (one in letters or letters in one)) for one in known if letters)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).lower()


# --- authors --------------------------------------------------------------------------------------------


def _authors(
    tree: HtmlElement, things: list[markup.Json], metas: dict[str, str], name: str, page: Page
) -> tuple[str, ...]:
    """Return those named as authors: JSON-LD, else meta, else bylines on the page, else the listing's."""
    host = host_of(page.url)
    own = {_letters(name), _letters(host.removeprefix("www.")), *map(_letters, host.split("."))}
    for candidates in (_json_names(things), _meta_names(metas), _bylines(tree), iter([page.hints.author])):
        found = [person for written in candidates for person in _people(written) if _letters(person) not in own]
        if found:
            return tuple(dict.fromkeys(found))[:_MAX_AUTHORS]
    return ()


def _json_names(things: list[markup.Json]) -> Iterator[str]:
    """Yield the author names of the articles JSON-LD describes; an author may be a mere reference."""
    named = {thing["@id"]: thing for thing in things if isinstance(thing.get("@id"), str) and _name(thing)}
    for thing in things:
        if not any(map(_ARTICLE_TYPE.search, markup.types_of(thing))):
            continue
        author = thing.get("author")
        for one in author if isinstance(author, list) else [author]:
            reference = one.get("@id") if isinstance(one, dict) else None
            yield _name(one) or _name(named.get(reference) if isinstance(reference, str) else None)


def _meta_names(metas: dict[str, str]) -> Iterator[str]:
    return (value for name, value in metas.items() if _AUTHOR_META.search(name) and not value.isdigit())


def _people(written: str) -> list[str]:
    """Return the names in a byline without its roles, addresses and what follows a name; [] where there are none."""
    text = _BYLINE_ROLE.sub("", _HANDLE.sub("", markup.one_line(written)))
    if "http" in text or len(text) > _MAX_BYLINE:
        return []
    pieces = [_AFTER_NAME.sub("", piece).strip(' .:-–—|*"“”') for piece in _PEOPLE_JOINT.split(text)]
    return [
        piece
        for piece in pieces
        if any(map(str.isalpha, piece)) and len(piece.split()) <= _MAX_NAME_WORDS and not _NO_NAME.fullmatch(piece)
    ]


def _bylines(tree: HtmlElement) -> Iterator[str]:
    """Yield the first short text that the page marks as its author's name, by class, relation or link."""
    for element in tree.iter("a", "span", "div", "p", "strong", "b", "address", "li", "h4", "h5", "td"):
        marked = f"{element.get('class', '')} {element.get('itemprop', '')} {element.get('id', '')}"
        linked = element.tag == "a" and (
            element.get("rel") == "author" or _AUTHOR_LINK.search(element.get("href") or "")
        )
        if linked or _BYLINE_CLASS.search(marked):
            text = markup.text_of(element)
            if 2 < len(text) < _MAX_BYLINE and _people(text):
                yield text
                return


# --- times ----------------------------------------------------------------------------------------------


def _published(
    tree: HtmlElement, article: dict[str, Any], metas: dict[str, str], language: str, page: Page
) -> datetime | None:
    told = [_text(article.get("datePublished")), *(metas.get(name, "") for name in _PUBLISHED_METAS)]
    found = _first_moment([*told, _text(article.get("dateCreated")), *_time_tags(tree)], language, page)
    if found is None:
        found = _first_moment(_written_dates(tree), language, page)
    return found or page.hints.published or _searched(tree, page)


def _first_moment(written: list[str], language: str, page: Page) -> datetime | None:
    """Return the first of the texts that is a time an article of this page can have been published at."""
    for text in written:
        found = moment(text, language) if text else None
        if found and (page.fetched_at is None or page.fetched_at - _OLDEST < found < page.fetched_at + _FUTURE):
            return found
    return None


def _time_tags(tree: HtmlElement) -> list[str]:
    """Return the times of `<time>` and `itemprop=datePublished`, those marked as publication first."""
    found: list[tuple[bool, str]] = []
    for element in tree.iter("time", "abbr", "span", "meta"):
        marked = f"{element.get('itemprop', '')} {element.get('pubdate', '')} {element.get('class', '')}".lower()
        if element.tag != "time" and "published" not in marked:
            continue
        written = element.get("datetime") or element.get("content") or element.get("title") or markup.text_of(element)
        found.append(("publi" in marked or element.get("pubdate") is not None, written))
    return [written for _, written in sorted(found, key=lambda entry: not entry[0])]


def _written_dates(tree: HtmlElement) -> list[str]:
    """Return short texts with a year and a time or a month's name from around the article's head, nearest first."""
    found: list[str] = []
    for element in tree.iter(
        "span", "div", "p", "small", "font", "td", "i", "em", "b", "li", "h5", "h6", "strong", "date"
    ):
        text = element.text_content() if len(element) < 6 else (element.text or "")
        text = markup.one_line(text[: 4 * _MAX_DATE_TEXT])
        if 8 <= len(text) <= _MAX_DATE_TEXT and re.search(r"(?:19|20)\d\d", text):
            clock = bool(re.search(r"\d{1,2}[.:]\d{2}", text))
            found.append(text) if clock and "©" not in text else None
    return found[:20]


def _searched(tree: HtmlElement, page: Page) -> datetime | None:
    """Return the day htmldate finds on the page or in its address."""
    latest = page.fetched_at.strftime("%Y-%m-%d") if page.fetched_at else None
    try:
        day = find_date(tree, url=page.url, original_date=True, extensive_search=False, max_date=latest)
    except Exception:  # noqa: BLE001 (a library over any page; a date that cannot be found is not worth the page)
        return None
    return moment(day) if day else None


# --- the rest -------------------------------------------------------------------------------------------


def _language(tree: HtmlElement, metas: dict[str, str], article: dict[str, Any]) -> str:
    root = tree.getroottree().getroot()
    written = (
        (root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
        or _text(article.get("inLanguage"))
        or metas.get("og:locale", "")
        or metas.get("content-language", "")
    )
    code = re.match(r"[a-z]{2,3}", written.strip().lower())
    # `in` is what Java and Blogger call Indonesian.
    return {"in": "id", "ind": "id", "msa": "ms"}.get(code[0], code[0]) if code else ""


def _name(thing: Any) -> str:
    if isinstance(thing, dict):
        return _text(thing.get("name")) or f"{_text(thing.get('givenName'))} {_text(thing.get('familyName'))}".strip()
    return _text(thing)


def _text(value: Any) -> str:
    """Return a JSON value as one line of text: strings as they are, the first of a list, numbers and objects as ""."""
    if isinstance(value, list):
        return _text(value[0]) if value else ""
    return markup.one_line(value) if isinstance(value, str) else ""
