"""Texts, layouts and clutter in, golden pages out: HTML and what extraction has to make of it."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from crawler.page import Page

FOLDER = Path(__file__).parent
# How a layout sets its paragraphs: before, after.
_WRAPS = {
    "p": ("<p>", "</p>\n"),
    "br": ("", "<br><br>\n"),
    "div": ('<div class="x9">', "</div>"),
    "section": ('<section class="blk"><p>', '</p></section><div class="ad-slot"></div>'),
    "upper": ("<P>", "\n"),
}
_WRAP_OF = {"blogspot": "br", "breaks": "upper", "soup": "div", "tables": "br", "blocks": "section"}
_LABELS_OF = {"jv": "id", "su": "id"}
_FETCHED = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Text:
    """An article as its paragraphs and what is known of it."""

    id: str
    language: str
    title: str
    author: str
    published: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clutter:
    """What stands among paragraphs and is not the text; `fields` is what it says of the article."""

    languages: tuple[str, ...]
    place: str
    html: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Golden:
    """A page and what has to be read from it: the lines of its text, and the fields named in `fields`."""

    name: str
    page: Page
    text: Text
    clutter: tuple[Clutter, ...] = ()

    @property
    def fields(self) -> dict[str, Any]:
        """What the article's fields have to be."""
        about = {
            "title": self.text.title,
            "language": self.text.language,
            "authors": (self.text.author,),
            "published": datetime.fromisoformat(self.text.published).astimezone(UTC),
        }
        for piece in self.clutter:
            about |= {name: tuple(value) if isinstance(value, list) else value for name, value in piece.fields.items()}
        return about


@cache
def texts() -> dict[str, Text]:
    """Return the texts by id."""
    rows = tomllib.loads((FOLDER / "texts.toml").read_text(encoding="utf-8"))["text"]
    return {row["id"]: Text(**(row | {"paragraphs": tuple(row["paragraphs"])})) for row in rows}


@cache
def clutter() -> tuple[Clutter, ...]:
    """Return every kind of clutter."""
    rows = tomllib.loads((FOLDER / "clutter.toml").read_text(encoding="utf-8"))["clutter"]
    return tuple(Clutter(tuple(row["languages"]), row["place"], row["html"], row.get("fields", {})) for row in rows)


@cache
def labels() -> dict[str, dict[str, Any]]:
    """Return the words around articles by language."""
    return tomllib.loads((FOLDER / "labels.toml").read_text(encoding="utf-8"))


def address(text: Text) -> str:
    """Return the address of a text's page."""
    return f"https://www.kabar-{text.language}.example/daerah/70412/{text.id}-kabar-dari-desa-hari-ini"


def html(layout: str, text: Text, pieces: Sequence[Clutter] = ()) -> str:
    """Return a text's page in a layout, with some clutter."""
    words = labels()[_LABELS_OF.get(text.language, text.language)]
    template = _environment().get_template(f"{layout}.html")
    body = Markup(_body(text, pieces, *_WRAPS[_WRAP_OF.get(layout, "p")]))
    return template.render(text=text, words=words, body=body, url=address(text))


def page(text: Text, content: str | bytes, content_type: str = "text/html", url: str = "") -> Page:
    """Return the page an address of ours answers with."""
    body = content.encode() if isinstance(content, str) else content
    return Page(url or address(text), body, content_type, _FETCHED)


@cache
def golden_pages() -> tuple[Golden, ...]:
    """Return every layout with four texts or more, the clutter of the text's language set in turn."""
    layouts = sorted(path.stem for path in (FOLDER / "layouts").glob("*.html") if path.stem != "parts")
    found: list[Golden] = []
    for number, text in enumerate(texts().values()):
        for step in range(4):
            layout = layouts[(number * 4 + step) % len(layouts)]
            pieces = _chosen(text, 4 * number + step)
            found.append(Golden(f"{text.id}-{layout}", page(text, html(layout, text, pieces)), text, pieces))
    return tuple(found)


def _chosen(text: Text, turn: int) -> tuple[Clutter, ...]:
    """Return one piece of clutter of each place that the text's language has."""
    places: dict[str, list[Clutter]] = {}
    for piece in clutter():
        if text.language in piece.languages:
            places.setdefault(piece.place, []).append(piece)
    return tuple(pieces[turn % len(pieces)] for pieces in places.values())


def _body(text: Text, pieces: Sequence[Clutter], before: str, after: str) -> str:
    at = {piece.place: piece.html.replace("<p>", before).replace("</p>", after) for piece in pieces}
    paragraphs = list(text.paragraphs)
    paragraphs[0] = at.get("dateline", "") + paragraphs[0]
    if "inline" in at:
        paragraphs[1] = paragraphs[1].replace(". ", f". {at['inline']} ", 1)
    blocks = [f"{before}{paragraph}{after}" for paragraph in paragraphs]
    blocks.insert(2, at.get("between", ""))
    return at.get("head", "") + "".join(blocks) + at.get("tail", "")


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(FOLDER / "layouts"), autoescape=True, undefined=StrictUndefined)
