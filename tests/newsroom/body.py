"""Paragraphs in, the body of a page out: paragraphs with furniture among them, always in the same places.

Where furniture goes follows from the article's id alone, so that a page is the same on every visit.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from jinja2 import Environment
from markupsafe import Markup, escape

from tests.newsroom.furniture_lines import Line
from tests.newsroom.texts import Text

_SENTENCE_END = re.compile(r"(?<=[a-z]{3}[.]) (?=[A-Z])")
_TWO_PARTS, _THREE_PARTS = 260, 450


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph of the article (`kind` is empty) or a block of furniture of that kind."""

    html: Markup
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """The paragraphs of one address of an article: all of them, or those of one page of a paged one."""

    paragraphs: tuple[str, ...]
    number: int = 1
    of: int = 1


def leaves(paragraphs: Sequence[str]) -> tuple[Leaf, ...]:
    """Return the pages of an article: over 260 words two, over 450 three, of about equal length."""
    lengths = [len(paragraph.split()) for paragraph in paragraphs]
    words = sum(lengths)
    count = min(1 + (words > _TWO_PARTS) + (words > _THREE_PARTS), len(paragraphs))
    pages: list[list[str]] = [[] for _ in range(count)]
    before = 0
    for paragraph, length in zip(paragraphs, lengths, strict=True):
        pages[(before + length // 2) * count // words].append(paragraph)
        before += length
    filled = [tuple(page) for page in pages if page]
    return tuple(Leaf(page, number, len(filled)) for number, page in enumerate(filled, 1))


def chosen(text: Text, lines: Sequence[Line], words: Mapping[str, Any]) -> list[tuple[Line, int]]:
    """Return the furniture this article gets, each with a number of its own to place it by."""
    picked = []
    for index, line in enumerate(lines):
        draw = crc32(f"{text.id} {line.kind} {index}".encode())
        wanted = draw % line.one_in == 0 and (not line.needs or words[line.needs])
        if wanted and (words["related"] or ".path" not in line.markup or line.place == "more"):
            picked.append((line, draw // line.one_in))
    return picked


def furnished(
    leaf: Leaf, lines: Sequence[tuple[Line, int]], words: Mapping[str, Any], markup: Environment
) -> list[Part]:
    """Return the parts of one page in order."""

    def drawn(*wanted: str) -> list[tuple[Line, int, Markup]]:
        return [
            (line, draw, Markup(markup.from_string(line.markup).render(words, draw=draw)))
            for line, draw in lines
            if line.place in wanted
        ]

    first, last = leaf.number == 1, leaf.number == leaf.of
    paragraphs = [escape(paragraph) for paragraph in leaf.paragraphs]
    for line, draw, html in drawn("inline", "glued"):
        _glue(paragraphs, line, draw, html)
    if first:
        paragraphs[0] = Markup("").join([*(html for _, _, html in drawn("dateline")), paragraphs[0]])
    if last:
        paragraphs[-1] += Markup("").join(html for _, _, html in drawn("ending"))
    between: dict[int, list[Part]] = {}
    for line, draw, html in drawn("between"):
        after = draw % max(1, len(paragraphs) - 1)
        between.setdefault(after, []).append(Part(html, line.kind))
    parts = [Part(html, line.kind) for line, _, html in drawn("head") if first]
    for position, paragraph in enumerate(paragraphs):
        parts += [Part(paragraph), *between.get(position, ())]
    return parts + [Part(html, line.kind) for line, _, html in drawn("tail" if last else "more")]


def _glue(paragraphs: list[Markup], line: Line, draw: int, html: Markup) -> None:
    """Set furniture into one of the paragraphs: after its first sentence, or to its end."""
    position = draw % len(paragraphs)
    if line.place == "glued":
        paragraphs[position] += html
        return
    for turn in range(len(paragraphs)):
        candidate = paragraphs[(position + turn) % len(paragraphs)]
        pieces = _SENTENCE_END.split(str(candidate), maxsplit=1)
        # A quotation that goes over several sentences is nothing an editor would break.
        if len(pieces) > 1 and not re.search("&#34;|“", str(candidate)):
            glued = Markup(pieces[0]) + " " + html + " " + Markup(pieces[1])
            paragraphs[(position + turn) % len(paragraphs)] = glued
            return
    paragraphs[position] += " " + html
