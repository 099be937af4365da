"""Feeds and sitemaps → the addresses they list. What a document is, its content decides, not its declared type."""

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Literal, TypeAlias

from lxml import etree

from crawler.addresses import canonical
from crawler.dates import moment
from crawler.markup import one_line
from crawler.page import Page

Kind: TypeAlias = Literal["feed", "sitemap", "index", "section"]

# sitemaps.org allows 50,000 addresses and 50 MiB a file.
_MAX_LINKS = 50_000
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

    Of an `index`, the links are sitemaps.
    """

    kind: Kind
    links: tuple[Link, ...]


def machine_listing(page: Page) -> Listing | None:
    """Return what a feed (RSS, RDF, Atom, JSON Feed) or a sitemap lists; None for anything else."""
    body = _unpacked(page.body).lstrip(b"\xef\xbb\xbf \t\r\n\x00")
    if body[:1] == b"{":
        return _json_feed(body, page.url)
    root = _xml_root(body)
    known = _KINDS.get(_local_name(root).lower()) if root is not None else None
    if root is None or known is None:
        return None
    kind, entry_name = known
    links = (_link(entry, page.url) for entry in root.iter(etree.Element) if _local_name(entry) == entry_name)
    return Listing(kind, newest_first(link for link in islice(links, _MAX_LINKS) if link is not None))


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


def _xml_root(body: bytes) -> etree._Element | None:
    if body[:1] != b"<" and b"<" not in body[:4]:
        return None
    parser = etree.XMLParser(
        recover=True, huge_tree=True, resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(body, parser=parser)
    except (etree.LxmlError, ValueError):
        return None
    # lxml's stubs do not know that a parser that recovers may come back with nothing.
    found: etree._Element | None = root
    return found


def _local_name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(element.tag, str) else ""


def _link(entry: etree._Element, base: str) -> Link | None:
    fields = dict(_fields(entry))
    named = _address(entry, fields)
    address = canonical(named, base) if named else None
    if address is None:
        return None
    language = fields.get("language") or _inherited_language(entry)
    written = next((fields[name] for name in _DATES if name in fields), "")
    return Link(address, _titled(fields.get("title", "")), moment(written, _short(language)), _short(language))


def _fields(entry: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield lower-case local names and texts of an entry and of its `<news:news>`; the last of a name wins.

    Other nested blocks (`<image:image>` has a `loc` and a `title` too, `<source>` a `title`) are not its own.
    """
    for child in entry:
        name = _local_name(child).lower()
        if name == "news":
            yield from _fields(child)
        elif name == "publication":
            yield from ((field, text) for field, text in _fields(child) if field == "language")
        elif name and "search.yahoo.com/mrss" not in str(child.tag):
            yield name, one_line("".join(child.itertext()))


def _address(entry: etree._Element, fields: dict[str, str]) -> str:
    """Return the address an entry stands for: FeedBurner's original, Atom's alternate, RSS's link, the guid."""
    if fields.get("origlink"):
        return fields["origlink"]
    for child in entry:
        if _local_name(child).lower() == "link" and child.get("rel", "alternate") == "alternate" and child.get("href"):
            return child.get("href", "")
    named = fields.get("loc") or fields.get("link")
    if named:
        return named
    guid = fields.get("guid", "") or fields.get("id", "")
    return guid if guid.startswith(("http://", "https://")) else ""


def _inherited_language(entry: etree._Element) -> str:
    """Return `xml:lang`, or the `<language>` of the channel around an entry."""
    for around in (entry, *entry.iterancestors()):
        named = around.get("{http://www.w3.org/XML/1998/namespace}lang")
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
    links = (_json_link(entry, str(feed.get("language") or ""), base) for entry in entries[:_MAX_LINKS])
    return Listing("feed", newest_first(link for link in links if link is not None))


def _json_link(entry: dict[str, Any], language: str, base: str) -> Link | None:
    written = (str(entry.get(key) or "") for key in ("url", "external_url", "id"))
    named = next((url for url in written if url.startswith(("http", "/"))), "")
    address = canonical(named, base) if named else None
    if address is None:
        return None
    language = _short(str(entry.get("language") or language))
    date = str(entry.get("date_published") or entry.get("date_modified") or "")
    return Link(address, _titled(str(entry.get("title") or "")), moment(date, language), language)
