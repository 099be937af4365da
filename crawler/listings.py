"""Feeds and sitemaps → the addresses they list. What a document is, its content decides, not its declared type."""

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Literal, TypeAlias
from urllib.parse import urljoin, urlsplit

from lxml import etree

from crawler.addresses import canonical
from crawler.dates import moment
from crawler.markup import decoded, one_line
from crawler.page import Page

Kind: TypeAlias = Literal["feed", "sitemap", "index", "section"]

# sitemaps.org allows 50,000 addresses and 50 MiB a file; of feeds nobody says how long they may be.
_MAX_LINKS = 50_000
# More than a page of DOWNLOAD_MAXSIZE can hold: who unpacks to more of them wants to keep us busy.
_MAX_ENTRIES = 500_000
_MAX_BYTES = 52_428_800
_MAX_TITLE = 500
# Root element → what the document is, and which of its elements name an address.
_KINDS: dict[str, tuple[Kind, str]] = {
    "rss": ("feed", "item"),
    "rdf": ("feed", "item"),
    "feed": ("feed", "entry"),
    "urlset": ("sitemap", "url"),
    "sitemapindex": ("index", "sitemap"),
}
_DATES = ("publication_date", "pubdate", "published", "date", "issued", "updated", "modified", "lastmod")
# Of the rest of an entry, the text of its article first of all, nothing is read.
_FIELDS = frozenset({"title", "link", "loc", "guid", "id", "origlink", "language", *_DATES})
# A title may hold some markup; what goes on for longer is no title.
_MAX_NODES = 50
_MAX_AROUND = 4
_ROOT = re.compile(rf"<!--.*?-->|(?P<root><(?:[\w.-]+:)?(?:{'|'.join(_KINDS)})[\s>])", re.IGNORECASE | re.DOTALL)
_ROOT_BYTES = re.compile(rb"<(?:[\w.-]+:)?(?:rss|rdf|feed|urlset|sitemapindex)[\s>]", re.IGNORECASE)
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_HEAD = 8_192
# Feeds write `&` and HTML's `&nbsp;` as they like; XML knows five names and takes what it does not know as broken.
_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);)")
_XML = "{http://www.w3.org/XML/1998/namespace}"
# The day, month or year a sitemap is of, where its address tells: sitemap-2025-06.xml, /2025/06/18.xml, posts202506.
_PERIOD = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)"
    r"(?:(?P<joint>[-_/]?)(?P<month>0[1-9]|1[0-2])(?:(?P=joint)(?P<day>0[1-9]|[12]\d|3[01]))?)?(?!\d)"
)
_LINE = re.compile(r"https?://\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """An address a listing names, and what it says of it: `published` is aware UTC, `language` as written there.

    A plain sitemap only says when a page last changed; then that is `published`.
    """

    url: str
    title: str = ""
    published: datetime | None = None
    language: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The addresses a listing names, each once, newest first where it gives dates, else in its order.

    Of an `index`, the links are sitemaps, and `published` says up to when they go: what they say of their last change,
    else the end of the day, month or year their address names. `left_out` is how many more addresses stand there,
    past what a sitemap may hold: the oldest, as far as it gives dates.
    """

    kind: Kind
    links: tuple[Link, ...]
    left_out: int = 0


def machine_listing(page: Page) -> Listing | None:
    """Return what a feed (RSS, RDF, Atom, JSON Feed) or a sitemap (XML or text) lists; None for anything else."""
    page = replace(page, body=_unpacked(page.body))
    body = page.body.lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if body[:1] == b"{":
        return _json_feed(body, page.url)
    if body[:4].lower() == b"http":
        return _text_sitemap(body)
    root = _xml_root(page)
    known = _KINDS.get(_local_name(root).lower()) if root is not None else None
    if root is None or known is None:
        return None
    kind, entry_name = known
    entries = (entry for entry in root.iter(etree.Element) if _local_name(entry) == entry_name)
    links = [link for link in _xml_links(islice(entries, _MAX_ENTRIES), page.url) if link is not None]
    unread = sum(1 for _ in entries)
    return _listing(kind, map(_dated_by_address, links) if kind == "index" else links, unread)


def _listing(kind: Kind, links: Iterable[Link], unread: int = 0) -> Listing:
    found = newest_first(links)
    kept = found if kind == "feed" else found[:_MAX_LINKS]
    return Listing(kind, kept, len(found) - len(kept) + unread)


def newest_first(links: Iterable[Link]) -> tuple[Link, ...]:
    """Return each address once: the dated from new to old, then the others as they came."""
    once: dict[str, Link] = {}
    for link in links:
        once.setdefault(link.url, link)
    dated = [(link.published, link) for link in once.values() if link.published]
    undated = [link for link in once.values() if not link.published]
    return (*(link for _, link in sorted(dated, key=lambda pair: pair[0], reverse=True)), *undated)


def _unpacked(body: bytes) -> bytes:
    """Return the content of a `.xml.gz` file, as far as it goes and at most 50 MiB of it."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return zlib.decompressobj(wbits=31).decompress(body, _MAX_BYTES)
    except zlib.error:
        return b""


def _xml_root(page: Page) -> etree._Element | None:
    """Return the root of a feed or sitemap, and nothing of what stands before it: warnings of PHP, declarations.

    So neither a wrong encoding nor an entity made to blow up or to read a file has a say.
    """
    text = _text(page)
    start = next((found.start("root") for found in _ROOT.finditer(text, 0, _HEAD) if found["root"]), None)
    if start is None:
        return None
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,
        huge_tree=True,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    body = _BARE_AMPERSAND.sub("&amp;", text[start:]).encode("utf-8", "replace")
    try:
        root = etree.fromstring(body, parser=parser)
    except (etree.LxmlError, ValueError):
        return None
    # lxml's stubs do not know that a parser that recovers may come back with nothing.
    found: etree._Element | None = root
    return found


def _text(page: Page) -> str:
    """Return a feed's or sitemap's text, "" for what is neither. UTF-8 is believed where most of it reads as that."""
    body = page.body
    if not _ROOT_BYTES.search(body[:_HEAD].replace(b"\x00", b"")):
        return ""
    text = body.decode("utf-8", "replace")
    if _is_broken(text) or b"\x1b" in body:
        # What says that it is UTF-8 and is not comes from an editor that writes windows-1252.
        text = decoded(page)
        text = body.decode("windows-1252", "replace") if _is_broken(text) else text
    return _NOT_IN_XML.sub("", text)


def _is_broken(text: str) -> bool:
    """Tell whether most letters beyond ASCII could not be read."""
    broken = text.count("\ufffd")
    return broken > 0 and broken * 2 > sum(not character.isascii() for character in text)


def _local_name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(element.tag, str) else ""


def _xml_links(entries: Iterable[etree._Element], page_url: str) -> Iterator[Link | None]:
    # All entries of a feed have one parent as a rule, and what holds for it need not be looked for again.
    parent: etree._Element | None = None
    language, base = "", page_url
    for entry in entries:
        above = entry.getparent()
        if above is not parent:
            parent, language, base = above, _language_of(above), _base_of(above, page_url)
        yield _link(entry, base, language)


def _link(entry: etree._Element, base: str, language: str) -> Link | None:
    fields = dict(_fields(entry))
    named, place = _address(entry, fields)
    address = canonical(named, _joined(_joined(base, entry), place)) if named else None
    if address is None:
        return None
    language = _short(fields.get("language") or entry.get(f"{_XML}lang") or language)
    written = next((fields[name] for name in _DATES if name in fields), "")
    return Link(address, _titled(fields.get("title", "")), moment(written, language), language)


def _dated_by_address(link: Link) -> Link:
    """Return a sitemap's link with the end of the period its address names, unless it has a date."""
    periods = list(_PERIOD.finditer(urlsplit(link.url).path)) if link.published is None else []
    if not periods:
        return link
    year, month, day = (int(periods[-1][part] or 0) for part in ("year", "month", "day"))
    try:
        start = datetime(year, month or 1, day or 1, tzinfo=UTC)
    except ValueError:
        return link
    after = start + timedelta(days=1 if day else 31 if month else 366)
    return replace(link, published=after if day else after.replace(day=1, month=after.month if month else 1))


def _text_sitemap(body: bytes) -> Listing | None:
    """Return what a text file with one address a line lists; None where a line is anything else."""
    lines = (line.strip() for line in body.decode("utf-8", "replace").splitlines())
    named = list(filter(None, lines))
    if not all(_LINE.fullmatch(line) for line in named):
        return None
    return _listing("sitemap", (Link(url) for url in map(canonical, named) if url is not None))


def _fields(entry: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield lower-case local names and texts of an entry and of its `<news:news>`; the last text of a name wins.

    One without a text says nothing: `<atom:link href="…"/>` stands behind `<link>` in many a feed.
    Other nested blocks (`<image:image>` has a `loc` and a `title` too, `<source>` a `title`) are not its own.
    """
    for child in entry:
        name = _local_name(child).lower()
        if name == "news":
            yield from _fields(child)
        elif name == "publication":
            yield from ((field, text) for field, text in _fields(child) if field == "language")
        elif name in _FIELDS and "search.yahoo.com/mrss" not in str(child.tag) and (text := _line_of(child)):
            yield name, text


def _line_of(element: etree._Element) -> str:
    return one_line("".join(_texts(element)))


def _texts(element: etree._Element) -> Iterator[str]:
    """Yield the texts inside an element, as far as a title goes."""
    for inner in islice(element.iter(), _MAX_NODES):
        yield inner.text or ""
        yield (inner.tail or "") if inner is not element else ""


def _address(entry: etree._Element, fields: dict[str, str]) -> tuple[str, etree._Element]:
    """Return the address an entry stands for (FeedBurner's original, Atom's alternate, a text) and where it stands."""
    if fields.get("origlink"):
        return fields["origlink"], entry
    for child in entry:
        if _local_name(child).lower() == "link" and child.get("rel", "alternate") == "alternate" and child.get("href"):
            return child.get("href", ""), child
    named = fields.get("loc") or fields.get("link")
    return named or _guid(entry, fields), entry


def _guid(entry: etree._Element, fields: dict[str, str]) -> str:
    """Return a guid that is an address; a relative one only where it says that it is one."""
    guid = fields.get("guid", "") or fields.get("id", "")
    declared = guid.startswith("/") and any(child.get("isPermaLink") == "true" for child in entry)
    return guid if declared or guid.startswith(("http://", "https://")) else ""


def _around(element: etree._Element | None) -> list[etree._Element]:
    return [] if element is None else [element, *islice(element.iterancestors(), _MAX_AROUND)]


def _joined(base: str, element: etree._Element) -> str:
    """Return the address that relative ones start from inside an element."""
    own = element.get(f"{_XML}base")
    try:
        return urljoin(base, own) if own else base
    except ValueError:
        return base


def _base_of(element: etree._Element | None, page_url: str) -> str:
    base = page_url
    for around in reversed(_around(element)):
        base = _joined(base, around)
    return base


def _language_of(element: etree._Element | None) -> str:
    """Return the `xml:lang` around an entry, or the `<language>` of its channel."""
    for around in _around(element):
        named = around.get(f"{_XML}lang")
        if not named and _local_name(around) == "channel":
            named = next((child.text for child in around if _local_name(child) == "language"), None)
        if named:
            return named.strip()
    return ""


def _short(language: str) -> str:
    return language.strip().lower().replace("_", "-").partition("-")[0][:3]


def _titled(text: str) -> str:
    """Return a title as text: feeds escape markup inside it, some twice."""
    if "<" in text or "&" in text:
        fragment = etree.HTML(f"<p>{text}</p>")
        text = "".join(fragment.itertext()) if fragment is not None else text
    return one_line(text)[:_MAX_TITLE]


def _json_feed(body: bytes, base: str) -> Listing | None:
    try:
        feed: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(feed, dict) or "jsonfeed.org" not in str(feed.get("version")):
        return None
    items = feed.get("items")
    entries = [entry for entry in items if isinstance(entry, dict)] if isinstance(items, list) else []
    links = (_json_link(entry, str(feed.get("language") or ""), base) for entry in entries)
    return _listing("feed", (link for link in links if link is not None))


def _json_link(entry: dict[str, Any], language: str, base: str) -> Link | None:
    written = (str(entry.get(key) or "") for key in ("url", "external_url", "id"))
    named = next((url for url in written if url.startswith(("http", "/"))), "")
    address = canonical(named, base) if named else None
    if address is None:
        return None
    language = _short(str(entry.get("language") or language))
    date = str(entry.get("date_published") or entry.get("date_modified") or "")
    return Link(address, _titled(str(entry.get("title") or "")), moment(date, language), language)
