"""A page's bytes → its tree, and what the page says about itself in metadata. Never raises on any bytes."""

import codecs
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, TypeAlias
from urllib.parse import urljoin

from charset_normalizer import from_bytes
from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from w3lib.encoding import html_to_unicode

from crawler.page import Page

Json: TypeAlias = dict[str, Any]

# What XML cannot hold: control characters, and the two code points that are none, in UTF-8.
_CONTROLS = bytes({*range(0x20)} - {*b"\t\n\r"})
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_HTML_START = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|div|p|article|table|h1|a|script|!--)\b", re.IGNORECASE
)
_XML_LISTING = re.compile(rb"<(?:[\w.-]+:)?(?:rss|rdf|feed|urlset|sitemapindex)[\s>]", re.IGNORECASE)
_HEAD_BYTES = 4_096
_UNREADABLE = "\ufffd"
# Guessing reads the bytes many times over; the first part of a page knows its charset.
_GUESS_BYTES = 50_000
# Charsets of Latin letters, a byte each.
_LATIN = re.compile(
    r"(?:cp(?:037|1026|1140|1250|1252|1254|1257|273|437|500|775|85[0278]|86[0135])|iso8859_(?:[1-4]|9|1[03-6])|latin_1"
    r"|hp_roman8|mac_(?:iceland|latin2|roman|turkish))$"
)
_HTML_LANG = re.compile(rb"""<html[^>]*\slang\s*=\s*["']?([a-z]{2})""", re.IGNORECASE)
# What windows-1252 has no letters for.
_OTHER_LATIN = frozenset(
    {*(b"pl", b"cs", b"sk", b"hu", b"ro", b"hr", b"sl", b"bs", b"sr", b"sq"), b"lt", b"lv", b"et", b"tr", b"az"}
)
# Comments in script blocks that some templates wrap JSON-LD into.
_WRAPPING = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|(?://\s*)?\]\]>)\s*$")
_JSON = json.JSONDecoder(strict=False)
_AROUND = " \t\r\n\ufeff"
# Strings, which stay, and what stands between them that is no JSON.
_STRING = r'("(?:[^"\\]|\\.)*+"?)'
_COMMENT, _HANGING = (re.compile(rf"{_STRING}|{none}", re.DOTALL) for none in (r"//[^\n]*", r",(?=\s*[}\]])"))
_ESCAPE = re.compile(r'\\(["\\/bfnrtu])|\\')
_MAY_FOLLOW = re.compile(r"\s*(?:[,:}\]]|\Z)")
_MAX_NESTED = 6


def is_html(page: Page) -> bool:
    """Tell by its content, then by its declared type, whether a page is HTML."""
    head = page.body[:_HEAD_BYTES].replace(b"\x00", b"")
    if _XML_LISTING.search(head):
        return False
    declared = page.content_type.partition(";")[0].strip().lower()
    return bool(_HTML_START.search(head)) or declared in {"text/html", "application/xhtml+xml"}


def decoded(page: Page) -> str:
    """Return a page's text without what XML cannot hold."""
    return _utf8(page).decode("utf-8")


def tree_of(page: Page) -> HtmlElement | None:
    """Return the parsed page, None where nothing can be parsed.

    `huge_tree` lifts libxml2's limits of 256 levels and 10 MB a text, past which it drops the rest in silence.
    """
    text = _utf8(page)
    if not text or text.isspace():
        return None
    parser = HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        return document_fromstring(text, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def json_ld(tree: HtmlElement) -> list[Json]:
    """Return the JSON-LD objects a page states about itself: top level, `@graph`, and `mainEntity`."""
    found: list[Json] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            found += _objects(_lenient_json(script.text), _MAX_NESTED)
    return found


def types_of(thing: Json) -> set[str]:
    """Return the `@type` names of a JSON-LD object, without a vocabulary's address."""
    named = thing.get("@type")
    names = named if isinstance(named, list) else [named]
    return {name.rpartition("/")[2] for name in names if isinstance(name, str)}


def metas(tree: HtmlElement) -> dict[str, str]:
    """Return a page's meta values by lower-case name or property; the first of a name counts."""
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        content = one_line(meta.get("content") or "")
        if name and content:
            found.setdefault(name.strip().lower(), content)
    return found


def rel_links(tree: HtmlElement, rel: str) -> Iterator[str]:
    """Yield the addresses that `<link rel>` and `<a rel>` give for `rel`, as written."""
    for element in tree.iter("link", "a"):
        href = element.get("href")
        if href and rel in (element.get("rel") or "").lower().split():
            yield href


def base_of(tree: HtmlElement, page_url: str) -> str:
    """Return the address that a page's relative links start from; a base may itself be relative to the page."""
    declared = tree.find(".//base[@href]")
    try:
        base = urljoin(page_url, (declared.get("href") or "").strip()) if declared is not None else page_url
    except ValueError:
        return page_url
    return base if base.lower().startswith(("http://", "https://")) else page_url


def text_of(element: HtmlElement) -> str:
    """Return an element's text on one line."""
    return one_line("".join(element.itertext()))


def one_line(text: str) -> str:
    """Return `text` with every run of white space as one space."""
    return " ".join(text.split())


def _utf8(page: Page) -> bytes:
    """Return a page's text. Valid UTF-8 is UTF-8 whatever the label says; then byte-order mark, header, meta."""
    body = page.body
    label = page.content_type if not _is_utf8(body) else "text/html; charset=utf-8"
    _, text = html_to_unicode(label, body, default_encoding="windows-1252", auto_detect_fun=_guess)
    if _UNREADABLE in text and text.replace(_UNREADABLE, "").isascii():
        # A label of UTF-8 on a page that has not one letter of it.
        text = body.decode("windows-1252", "replace")
    # On bytes this is a look into a table; a pattern over the text took longer than parsing it.
    written = text.encode("utf-8", "replace").translate(None, _CONTROLS)
    for none in _NO_CHARACTERS:
        written = written.replace(none, b"")
    return written


def _is_utf8(body: bytes) -> bool:
    """Tell whether bytes are UTF-8 with letters beyond ASCII; a page cut in the middle of a letter still is."""
    if body.isascii():
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(body)
    except UnicodeDecodeError:
        return False
    return True


def _guess(body: bytes) -> str | None:
    """Return the charset that the bytes look like; None for windows-1252, which is what the web means by none.

    Of Latin letters in one byte the looks tell little: French and Spanish pass for what Poland or the Baltic wrote.
    """
    best = from_bytes(body[:_GUESS_BYTES]).best()
    if best is None:
        return None
    language = _HTML_LANG.search(body[:_GUESS_BYTES])
    other = language is not None and language[1].lower() in _OTHER_LATIN
    return best.encoding if other or not _LATIN.match(best.encoding) else None


def _lenient_json(text: str) -> Any:
    """Return what JSON says, as pages write it; None where it says nothing.

    Raw line breaks are let pass, line comments, commas before a bracket and escapes that are none are looked over, so
    are quotation marks inside of strings. Of several values, or of one with something behind it, the first is returned.
    """
    written = _WRAPPING.sub("", text.strip(_AROUND)).lstrip()
    for mended in (_as_it_is, _mended, lambda broken: _mended(_requoted(broken))):
        try:
            return _JSON.raw_decode(mended(written))[0]
        except (ValueError, RecursionError):
            continue
    return None


def _as_it_is(written: str) -> str:
    return written


def _mended(written: str) -> str:
    return _HANGING.sub(_kept, _COMMENT.sub(_kept, written)).lstrip()


def _requoted(written: str) -> str:
    """Return JSON in which quotation marks inside of strings are escaped: none ends one but before what may follow."""
    pieces = written.split('"')
    found, inside = pieces[:1], False
    for before, piece in pairwise(pieces):
        escaped = (len(before) - len(before.rstrip("\\"))) % 2 == 1
        own = inside and not escaped and not _MAY_FOLLOW.match(piece)
        inside = inside if escaped or own else not inside
        found += ('\\"' if own else '"', piece)
    return "".join(found)


def _kept(found: re.Match[str]) -> str:
    """Return a string of JSON without escapes that are none; nothing where there is none."""
    return _ESCAPE.sub(lambda escape: escape[0] if escape[1] else "", found[1]) if found[1] else ""


def _objects(value: Any, depth: int) -> list[Json]:
    if depth == 0:
        return []
    if isinstance(value, list):
        return [thing for entry in value for thing in _objects(entry, depth - 1)]
    if not isinstance(value, dict):
        return []
    inner = [value[key] for key in ("@graph", "mainEntity") if key in value]
    return [value, *(thing for entry in inner for thing in _objects(entry, depth - 1))]
