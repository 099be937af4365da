"""What a page states about itself, gathered once for all who read its metadata.

JSON-LD objects, the one that describes this article first among them; meta values; and every name by which the page
calls its own outlet. No opinion on any of it.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import HtmlElement

from crawler import markup
from crawler.addresses import host_of
from crawler.page import Page

_ARTICLE_TYPE = re.compile(r"(?:Article|Posting|Report|Review)$")
_OUTLET_TYPES = frozenset({"Organization", "NewsMediaOrganization", "Corporation", "WebSite", "Brand"})
_NAME_METAS = ("og:site_name", "application-name", "apple-mobile-web-app-title", "twitter:site")
_INLINE_TAG = re.compile(r"</?[a-z][a-z0-9]{0,9}(?:\s[^<>]{0,200})?/?>", re.IGNORECASE)
_UNSEEN = frozenset({"script", "style"})
_MAX_CHARACTERS = 1_000
_MAX_NODES = 60
_MAX_NAMES = 40
# Shorter names stand in too many words.
_MIN_LETTERS = 5


@dataclass(frozen=True, slots=True)
class Stated:
    """A page and what it states: `article` is the JSON-LD object of this article, `articles` are all of them.

    `own` holds the outlet's names as letters only; `things` are all JSON-LD objects.
    """

    tree: HtmlElement
    page: Page
    things: list[markup.Json]
    articles: list[markup.Json]
    metas: dict[str, str]
    canonical: str = ""
    own: frozenset[str] = frozenset()
    article: markup.Json = field(default_factory=dict)


def gather(tree: HtmlElement, page: Page) -> Stated:
    """Return what the page of `tree` states about itself."""
    things = markup.json_ld(tree)
    metas = markup.metas(tree)
    canonical = next(markup.rel_links(tree, "canonical"), "") or metas.get("og:url", "")
    articles = [thing for thing in things if any(map(_ARTICLE_TYPE.search, markup.types_of(thing)))]
    paths = {path for url in (page.url, canonical) if (path := _path(url))}
    # Related articles are described as well on some pages, and on some before this one.
    articles.sort(key=lambda thing: not any(_path(url) in paths for url in _addresses(thing)))
    own = frozenset(islice(_own_names(things, metas, page), _MAX_NAMES))
    return Stated(tree, page, things, articles, metas, canonical, own, articles[0] if articles else {})


def text(value: Any) -> str:
    """Return a JSON or meta value as one line: of a list its first; markup and character references resolved."""
    if isinstance(value, list):
        return text(value[0]) if value else ""
    if not isinstance(value, str):
        return ""
    if "&" in value or "<" in value:
        value = _INLINE_TAG.sub("", html.unescape(value))
    return markup.one_line(value)


def names(thing: Any) -> list[str]:
    """Return what a JSON-LD value names: its strings, and the names of its objects."""
    if isinstance(thing, list):
        return [name for one in thing[:_MAX_NAMES] for name in names(one)]
    if isinstance(thing, dict):
        whole = names(thing.get("name")) if not isinstance(thing.get("name"), dict) else []
        parts = f"{text(thing.get('givenName'))} {text(thing.get('familyName'))}".strip()
        return whole or ([parts] if parts else [])
    return [written] if (written := text(thing)) else []


def short_text(element: etree._Element, most: int, glue: str = " ") -> str:
    """Return an element's text on one line; "" where it has more than `most` characters or many elements.

    `glue` stands where two elements touch without a space between them.
    """
    pieces: list[str] = []
    length = 0
    for count, node in enumerate(element.iter()):
        inner = node.text if isinstance(node.tag, str) and node.tag not in _UNSEEN else None
        for piece in filter(None, (inner, node.tail if node is not element else None)):
            touching = pieces and pieces[-1][-1:].isalnum() and piece[:1].isalnum()
            pieces += [glue, piece] if touching or node.tag == "br" else [piece]
            length += len(piece)
        if count > _MAX_NODES or length > 4 * most:
            return ""
    return "" if len(written := markup.one_line("".join(pieces))) > most else written


def letters(written: str) -> str:
    """Return the letters and digits of a name in lower case: how names are compared."""
    return "".join(filter(str.isalnum, written[:_MAX_CHARACTERS])).lower()


def is_own(written: str, own: frozenset[str]) -> bool:
    """Tell whether what is written is one of the outlet's own names, or little more, or a good part of one."""
    found = letters(written)
    return found in own or any(_resembles(found, one) or _resembles(one, found) for one in own)


def _resembles(longer: str, shorter: str) -> bool:
    """Tell whether a name is another with little more: "Harian Suara" of "Suara", not "Suara warga didengar"."""
    return len(shorter) >= _MIN_LETTERS and shorter in longer and len(longer) <= 2 * len(shorter) + _MIN_LETTERS


def _own_names(things: list[markup.Json], metas: dict[str, str], page: Page) -> Iterator[str]:
    host = host_of(page.url).removeprefix("www.")
    yield from filter(None, map(letters, (host, *(label for label in host.split(".") if len(label) > 1))))
    for name in _NAME_METAS:
        if len(written := letters(metas.get(name, ""))) > 1:
            yield written
    for thing in things:
        stated = names(thing.get("publisher"))
        if markup.types_of(thing) & _OUTLET_TYPES:
            stated += names(thing) + names(thing.get("alternateName"))
        yield from (written for name in stated if len(written := letters(name)) > 1)


def _addresses(thing: markup.Json) -> Iterator[str]:
    for key in ("url", "mainEntityOfPage", "@id"):
        value = thing.get(key)
        value = value.get("@id") or value.get("url") if isinstance(value, dict) else value
        if isinstance(value, str):
            yield value


def _path(url: str) -> str:
    """Return the path of an address, "" where it is that of a home page or no address."""
    try:
        return urlsplit(url).path.strip("/")
    except ValueError:
        return ""
