"""An edition in, pages out: fills the Jinja templates of `layouts/`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tests.newsroom.body import Leaf, chosen, furnished
from tests.newsroom.edition import Edition, number_of
from tests.newsroom.furniture_lines import LINES
from tests.newsroom.outlets import Outlet
from tests.newsroom.texts import Text
from tests.newsroom.wording import day_and_month, long_date, place, section_name, short_date, tags

FOLDER = Path(__file__).parent / "layouts"
_SUMMARY_WORDS = 28


@dataclass(frozen=True, slots=True)
class Section:
    """A section in a navigation."""

    id: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Teaser:
    """An article as a list shows it. `iso` and the dates are in the outlet's own zone."""

    title: str
    path: str
    url: str
    author: str
    section: Section
    iso: str
    date: str
    short_date: str
    summary: str
    picture: str
    number: int


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page of a section or of a paged article."""

    number: int
    path: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One address of a paged or plain article: its text, its place among the pages, and its variant.

    `variant` is empty, "amp" or "print".
    """

    text: Text
    leaf: Leaf
    variant: str = ""


def environment() -> Environment:
    """Return the Jinja environment of all layouts: everything is escaped, an unknown name is an error."""
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, slots=True)
class Layouts:
    """The pages of one outlet in one edition."""

    outlet: Outlet
    edition: Edition
    templates: Environment

    def article(self, sheet: Sheet) -> str:
        """Return the HTML of one address of an article."""
        text, edition = sheet.text, self.edition
        words = self._line_words(sheet)
        lines = chosen(text, LINES[self.outlet.id], words)
        if sheet.variant == "print":
            lines = [(line, draw) for line, draw in lines if line.place in ("dateline", "tail")]
        path, leaf = edition.path(text), sheet.leaf
        return self._render(
            f"{sheet.variant or 'article'}.html",
            article=self.teaser(text),
            sheet=sheet,
            editor=words["editor"],
            tags=words["tags"],
            body=furnished(leaf, lines, words, self.templates),
            bare_comments=any(line.kind == "comments" for line, _ in lines),
            related=[self.teaser(other) for other in edition.related(text, 4)],
            pages=[PageLink(number, _page_of(path, number)) for number in range(1, leaf.of + 1)],
            whole_path=f"{path}?page=all" if leaf.of > 1 and number_of(text) % 2 else "",
            amp_path=f"{self.outlet.amp}{path}" if self.outlet.amp else "",
            print_path=self._print_path(text),
        )

    def front(self, texts: Sequence[Text], heading: str, base: str, number: int, of: int) -> str:
        """Return the HTML of page `number` of a front or section page at the path `base`."""
        links = [
            PageLink(each, base + (self.outlet.pager.format(n=each) if each > 1 else "")) for each in range(1, of + 1)
        ]
        return self._render(
            "front.html",
            heading=heading,
            teasers=[self.teaser(text) for text in texts],
            pages=links,
            number=number,
            canonical=self.edition.url(self.outlet, links[number - 1].path),
        )

    def teaser(self, text: Text) -> Teaser:
        """Return the article as lists show it."""
        moment = self.edition.published(text).astimezone(self.outlet.timezone)
        path, language = self.edition.path(text), self.outlet.language
        words = text.paragraphs[0].split()
        clock = f"{moment:%H:%M} {self.outlet.zone}"
        return Teaser(
            title=text.title,
            path=path,
            url=self.edition.url(self.outlet, path),
            author=text.author,
            section=self.section(text.section),
            iso=moment.isoformat(),
            date=f"{long_date(moment, language)}, {clock}",
            short_date=f"{short_date(moment, language)} {clock}",
            summary=" ".join(words[:_SUMMARY_WORDS]) + ("…" if len(words) > _SUMMARY_WORDS else ""),
            picture=f"/foto/{number_of(text)}.svg",
            number=number_of(text),
        )

    def section(self, name: str) -> Section:
        """Return the section of this id as the outlet calls it."""
        return Section(name, section_name(name, self.outlet.language), self.outlet.section.format(section=name))

    def _line_words(self, sheet: Sheet) -> dict[str, Any]:
        """Return what the markup of furniture may name."""
        text, edition, language = sheet.text, self.edition, self.outlet.language
        related = [self.teaser(other) for other in edition.related(text, 2)]
        origin, origin_title = edition.origin(text)
        local = edition.published(text).astimezone(self.outlet.timezone)
        return {
            "author": text.author,
            "editor": self.outlet.editors[number_of(text) % len(self.outlet.editors)],
            "place": place(text, language),
            "day_and_month": day_and_month(local, language),
            "year": local.year,
            "number": number_of(text),
            "credit": text.credit or "",
            "origin": origin,
            "origin_title": origin_title,
            "related": related[0] if len(related) > 1 else None,
            "other": related[1] if len(related) > 1 else None,
            "tags": tags(text.title),
            "next_path": _page_of(edition.path(text), sheet.leaf.number + 1),
        }

    def _print_path(self, text: Text) -> str:
        if not self.outlet.print:
            return ""
        path = self.edition.path(text)
        return f"{path}?print=1" if number_of(text) % 2 else f"{self.outlet.print}{path}"

    def _render(self, template: str, **context: Any) -> str:
        edition, outlet = self.edition, self.outlet
        today = edition.now.astimezone(outlet.timezone)
        popular = sorted(edition.articles(outlet), key=number_of)[:5]
        return self.templates.get_template(f"{outlet.id}/{template}").render(
            outlet=outlet,
            home=edition.url(outlet),
            host=f"{outlet.host}:{edition.port}",
            sections=[self.section(name) for name in edition.sections(outlet)],
            popular=[self.teaser(text) for text in popular],
            today=long_date(today, outlet.language),
            year=today.year,
            secret="/rahasia/catatan-redaksi-yang-tidak-untuk-umum-104417",
            **context,
        )


def _page_of(path: str, number: int) -> str:
    return path if number == 1 else f"{path}?page={number}"
