"""Addresses of pages that belong together: a section's older pages, an article's further parts, its whole version.

Only the number of a page may differ: same host, same path, same other parameters. So a comment pager,
a "next article" link and another section's pager are never taken for a part.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from lxml.html import HtmlElement

from crawler.addresses import canonical
from crawler.markup import base_of
from crawler.shape import looks_like_article

_MAX_NUMBER = 500

# `p` is left out: it is WordPress's article number.
_NUMBER_NAMES = frozenset({"page", "halaman", "hal", "seite", "pagina", "pg", "paged", "part", "laman"})
_NUMBER = re.compile(r"[1-9]\d{0,2}")
_PATH_NUMBER = re.compile(r"(?P<base>.*?)/(?P<word>page/|halaman/|hal/|laman/)?(?P<number>[1-9]\d{0,2})/?$")
_WHOLE_QUERY = re.compile(
    r"(?:page|halaman|hal|seite|pagina)=all|(?:single|showall|show_all)=(?:1|true)|show=all|view=all", re.IGNORECASE
)
_COMMENTS = re.compile(r"comment|komentar|respond|disqus|ulasan", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address stands in a sequence of pages: what all of them share, and its number in it."""

    shared: str
    number: int


def numbered(url: str) -> Place:
    """Return an address's place by its page-number parameter or the number that ends its path; number 1 without.

    A bare number that ends a path counts only behind what looks like an article: `/berita/12` is one of its own.
    """
    parts = urlsplit(url)
    kept: list[str] = []
    number = 1
    for piece in parts.query.split("&"):
        name, _, value = piece.partition("=")
        if name.lower() in _NUMBER_NAMES and _NUMBER.fullmatch(value):
            number = int(value)
        elif not _WHOLE_QUERY.fullmatch(piece):
            kept.append(piece)
    path = parts.path
    in_path = _PATH_NUMBER.match(path) if number == 1 else None
    if in_path and (in_path["word"] or looks_like_article(f"{parts.scheme}://{parts.netloc}{in_path['base']}")):
        path, number = in_path["base"], int(in_path["number"])
    return Place(urlunsplit(parts._replace(path=path.rstrip("/"), query="&".join(kept))), number)


def following(tree: HtmlElement, page_url: str, limit: int) -> tuple[str, ...]:
    """Return the linked addresses of the pages after this one, by number, at most `limit`."""
    here = _here(page_url)
    found: dict[int, str] = {}
    for url in _links(tree, page_url):
        place = numbered(url)
        if place.shared == here.shared and here.number < place.number <= _MAX_NUMBER:
            found.setdefault(place.number, url)
    return tuple(found[number] for number in sorted(found))[:limit]


def whole(tree: HtmlElement, page_url: str) -> str | None:
    """Return the linked address of an article's single-page version; None without, or when this is it."""
    here = _here(page_url).shared
    own = canonical(page_url)
    for url in _links(tree, page_url):
        parts = urlsplit(url)
        by_query = any(_WHOLE_QUERY.fullmatch(piece) for piece in parts.query.split("&"))
        by_path = parts.path.rstrip("/").endswith("/all")
        if by_query and numbered(url).shared == here:
            return url if url != own else None
        if by_path and numbered(url.rstrip("/").removesuffix("/all")).shared == here:
            return url if url != own else None
    return None


def _here(page_url: str) -> Place:
    return numbered(canonical(page_url) or page_url)


def _links(tree: HtmlElement, page_url: str) -> Iterator[str]:
    """Yield the canonical addresses a page links to, those of its comments left out."""
    base = base_of(tree, page_url)
    for element in tree.iter("a", "link"):
        href = element.get("href")
        if not href or (element.tag == "link" and "next" not in (element.get("rel") or "").lower().split()):
            continue
        if _COMMENTS.search(href.partition("#")[2]) or _in_comments(element):
            continue
        url = canonical(href, base)
        if url:
            yield url


def _in_comments(element: HtmlElement) -> bool:
    return any(
        _COMMENTS.search(f"{around.get('class', '')} {around.get('id', '')}")
        for around in element.iterancestors()
        if around.tag not in {"body", "html"}
    )
