"""One outlet in one edition: the path of a request in, the page out. No sockets, no state."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment

from tests.newsroom.body import Leaf, leaves
from tests.newsroom.edition import Edition
from tests.newsroom.layouts import Layouts, Sheet
from tests.newsroom.listings import SECRET_FOLDER, listing, robots
from tests.newsroom.outlets import Outlet
from tests.newsroom.pictures import picture
from tests.newsroom.texts import Text
from tests.newsroom.wording import section_name

_PICTURE = re.compile(r"/foto/(\d{1,9})\.svg")
_NUMBER = re.compile(r"[0-9]{1,4}")
_HEADINGS = MappingProxyType({"id": "Berita Terkini", "ms": "Berita Terkini", "en": "Latest news"})
_TYPES = MappingProxyType(
    {
        "rss": "application/rss+xml; charset=utf-8",
        "atom": "application/atom+xml; charset=utf-8",
        "news_sitemap": "application/xml; charset=utf-8",
        "sitemap_index": "application/xml; charset=utf-8",
    }
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server says to a request: `modified` is in UTC, None for an error page."""

    status: int
    content_type: str
    body: bytes
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class Site:
    """The pages of one outlet. Make it with `of`."""

    outlet: Outlet
    edition: Edition
    layouts: Layouts
    by_address: Mapping[str, Text]

    @classmethod
    def of(cls, outlet: Outlet, edition: Edition, templates: Environment) -> Self:
        """Return the outlet's site in this edition."""
        by_address = {edition.path(text): text for text in edition.articles(outlet)}
        return cls(outlet, edition, Layouts(outlet, edition, templates), MappingProxyType(by_address))

    def answer(self, target: str) -> Answer:
        """Return the answer to a GET of this path and query."""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
        for route in (self._article, self._front, self._listing, self._robots, self._picture, self._secret):
            found = route(parts.path, query)
            if found:
                return found
        return self._page(404, f"<!DOCTYPE html><title>404</title><h1>404</h1><p>{self.outlet.name}</p>", None)

    def text_at(self, target: str) -> Text | None:
        """Return the article at this path and query, whichever of its variants it is."""
        parts = urlsplit(target)
        return self._text(_without(parts.path, self.outlet.amp, self.outlet.print), dict(parse_qsl(parts.query)))

    def section_paths(self) -> tuple[str, ...]:
        """Return the paths of the outlet's section pages."""
        return tuple(self.outlet.section.format(section=name) for name in self.edition.sections(self.outlet))

    def _text(self, path: str, query: Mapping[str, str]) -> Text | None:
        return self.by_address.get(path) or self.by_address.get(f"{path}?id={query.get('id', '')}")

    def _article(self, path: str, query: Mapping[str, str]) -> Answer | None:
        outlet = self.outlet
        plain = _without(path, outlet.amp, outlet.print)
        text = self._text(plain, query)
        if not text:
            return None
        leaf = _leaf(text.paragraphs, query.get("page", "1")) if outlet.paged else Leaf(text.paragraphs)
        if not leaf:
            return None
        variant = ""
        if outlet.amp and plain != path:
            variant = "amp"
        elif outlet.print and (plain != path or query.get("print") == "1"):
            variant = "print"
        html = self.layouts.article(Sheet(text, leaf, variant))
        return self._page(200, html, self.edition.published(text))

    def _front(self, path: str, query: Mapping[str, str]) -> Answer | None:
        bases = {"/": ""} | dict(zip(self.section_paths(), self.edition.sections(self.outlet), strict=True))
        base, number = _section_page(path, query, self.outlet.pager)
        if base not in bases:
            return None
        texts = self.edition.articles(self.outlet, bases[base])
        size = self.outlet.per_page
        of = max(1, -(-len(texts) // size))
        if not 1 <= number <= of:
            return None
        language = self.outlet.language
        heading = section_name(bases[base], language) if bases[base] else _HEADINGS[language]
        shown = texts[(number - 1) * size : number * size]
        html = self.layouts.front(shown, heading, base, number, of)
        return self._page(200, html, self.edition.changed(texts))

    def _listing(self, path: str, query: Mapping[str, str]) -> Answer | None:
        for template, content_type in _TYPES.items():
            if path == getattr(self.outlet, template):
                texts = self.edition.articles(self.outlet)
                body = listing(self.layouts, template, path, texts)
                return Answer(200, content_type, body.encode(), self.edition.changed(texts))
        return None

    def _robots(self, path: str, query: Mapping[str, str]) -> Answer | None:
        if path != "/robots.txt":
            return None
        body = robots(self.outlet, self.edition).encode()
        return Answer(200, "text/plain; charset=utf-8", body, self.edition.changed(()))

    def _picture(self, path: str, query: Mapping[str, str]) -> Answer | None:
        match = _PICTURE.fullmatch(path)
        if not match:
            return None
        return Answer(200, "image/svg+xml", picture(int(match[1])).encode(), self.edition.changed(()))

    def _secret(self, path: str, query: Mapping[str, str]) -> Answer | None:
        """Robots may not come here; who does leaves a line in the log of requests."""
        if not path.startswith(SECRET_FOLDER):
            return None
        html = "<!DOCTYPE html><title>Catatan redaksi</title><p>Halaman ini bukan untuk mesin perayap.</p>"
        return self._page(200, html, self.edition.changed(()))

    def _page(self, status: int, html: str, modified: datetime | None) -> Answer:
        charset = self.outlet.charset
        # The old layout says only in its own <meta> what its bytes are, and says it as such pages did:
        # iso-8859-1 for what browsers know to be windows-1252.
        content_type = "text/html; charset=utf-8" if charset == "utf-8" else "text/html"
        return Answer(status, content_type, html.encode(charset, "xmlcharrefreplace"), modified)


def _leaf(paragraphs: Sequence[str], page: str) -> Leaf | None:
    """Return what stands on this page of a paged article; None where there is no such page."""
    if page == "all":
        return Leaf(tuple(paragraphs))
    pages = leaves(paragraphs)
    return pages[int(page) - 1] if _NUMBER.fullmatch(page) and 1 <= int(page) <= len(pages) else None


def _without(path: str, *prefixes: str) -> str:
    for prefix in prefixes:
        if prefix and path.startswith(f"{prefix}/"):
            return path.removeprefix(prefix)
    return path


def _section_page(path: str, query: Mapping[str, str], pager: str) -> tuple[str, int]:
    """Return the path of a section's first page and the number of this one; 0 is no page."""
    if pager.startswith("?"):
        number = query.get(pager[1:].partition("=")[0], "1")
        return path, int(number) if _NUMBER.fullmatch(number) else 0
    match = re.fullmatch(r"(.*/)" + re.escape(pager).replace(r"\{n\}", r"(\d{1,4})"), path)
    return (match[1], int(match[2])) if match else (path, 1)
