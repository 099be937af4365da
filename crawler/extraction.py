"""The pages of one article in, an Article or a Rejection out. No network, no Scrapy, no clock.

The only caller of trafilatura. Never raises, whatever the bytes.
"""

import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import use_config

from crawler import credits as article_credits
from crawler import furniture, language, markup, metadata
from crawler.addresses import article_address, host_of, is_home, site_of
from crawler.directives import directives
from crawler.page import Page, Rejection
from dedup import Article

# Shorter texts are mostly cookie notices, captions and video teasers, and too few words to tell copies by.
MIN_WORDS = 25
# A page whose longest line is shorter than this is a list of headlines.
_MIN_LONGEST_LINE = 12
# What trafilatura found is little, and JSON-LD has clearly more: a script had hidden the text. JSON-LD
# is not asked otherwise: it often holds a teaser.
_LITTLE_WORDS = 80
_CLEARLY_MORE = 1.5
# A repeated line of fewer words ("Ya.") may be meant; a longer one is the lead set on every part.
_MIN_REPEATED_WORDS = 4
# trafilatura and libxml2 recurse; deeper trees than this lose their text in silence or end the process.
_MAX_DEPTH = 200
_NOISE = ("script", "style", "template", "svg", "canvas")
_WRAPPERS = frozenset({"div", "span", "font", "b", "i", "em", "strong", "section", "article", "center", "blockquote"})
_NO_PROSE = re.compile(r"[\W\d_]+")
# Chinese, Japanese, Thai, Lao, Khmer and Burmese set no spaces; about two characters make a word.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]{1,2}")


@dataclass(frozen=True, slots=True)
class _Text:
    """The lines of an article, its credits, its language, and what was taken out by which rule."""

    credits: article_credits.Credits
    language: str
    removed: tuple[tuple[str, str], ...]


def read(pages: Sequence[Page]) -> Article | Rejection:
    """Return the article that `pages`, its parts in order, make up; or why they make none.

    Reasons: `empty`, `short`, `not-article`, `not-html`, `broken`.
    """
    if not pages:
        return Rejection("", "empty", "there was no page")
    try:
        return _read(pages)
    except Exception as error:  # noqa: BLE001 (any bytes may come; one page must not end a worker)
        return Rejection(pages[0].url, "broken", f"{type(error).__name__}: {error}"[:300])


def stripped(pages: Sequence[Page]) -> list[tuple[str, str]]:
    """Return each line or span that was taken out of an article's text, and the rule that took it."""
    trees = [tree for page in pages if (tree := markup.tree_of(page)) is not None]
    if not trees:
        return []
    about = metadata.read(trees[0], pages[0])
    return list(_text(trees, about, pages[0]).removed)


def clean(text: str) -> tuple[str, str]:
    """Return a plain text without the lines and spans that are furniture, and its language."""
    lines = [line for raw in text.splitlines() if (line := raw.strip())]
    code = language.detect(" ".join(lines))
    return "\n".join(furniture.strip(lines, code).kept), code


def _read(pages: Sequence[Page]) -> Article | Rejection:
    trees: list[HtmlElement] = []
    for number, page in enumerate(pages, 1):
        tree = markup.tree_of(page) if markup.is_html(page) else None
        if tree is None:
            # An article that lacks a part would look whole to whoever reads it.
            return _unreadable(page, f"part {number} of {len(pages)}" if len(pages) > 1 else "")
        trees.append(tree)
    about = metadata.read(trees[0], pages[0])
    text = _text(trees, about, pages[0])
    return _reason_against(text, pages[0]) or _article(text, about, pages[0])


def _unreadable(page: Page, which: str) -> Rejection:
    if not page.body.strip():
        return Rejection(page.url, "empty", which or "the answer had no body")
    if not markup.is_html(page):
        return Rejection(page.url, "not-html", f"{which} {page.content_type}".strip())
    return Rejection(page.url, "broken", which or "the page could not be parsed")


def _reason_against(text: _Text, page: Page) -> Rejection | None:
    lines = text.credits.lines
    words = sum(map(_words, lines))
    if words == 0:
        return Rejection(page.url, "empty", "no text was found")
    if is_home(page.url):
        return Rejection(page.url, "not-article", "this is a home page")
    if words < MIN_WORDS:
        return Rejection(page.url, "short", f"{words} words")
    if max(map(_words, lines)) < _MIN_LONGEST_LINE:
        return Rejection(page.url, "not-article", "only headlines")
    return None


def _article(text: _Text, about: metadata.Metadata, page: Page) -> Article:
    found = text.credits
    url = article_address(page.url, about.canonical)
    return Article(
        url=url,
        text="\n".join(found.lines),
        title=about.title,
        site=page.hints.site or site_of(url),
        host=host_of(url),
        authors=about.authors or found.authors,
        published=about.published,
        modified=about.modified,
        language=text.language,
        fetched=page.fetched_at,
        fetched_url=page.url,
        place=found.place,
        editors=found.editors,
        agency=found.agency,
        credited_source=found.credited_source,
        credited_title=found.credited_title,
        sources=found.sources,
        marks=directives(page.headers, page.body),
    )


def _text(trees: Sequence[HtmlElement], about: metadata.Metadata, page: Page) -> _Text:
    lines = _joined([_lines(tree, page.url) for tree in trees])
    if len(trees) == 1:
        lines = _rescued(lines, about.body)
    lines = _without_title(lines, about.title)
    # The text tells; `lang="en"` stands on many an Indonesian page made from an English template.
    code = language.detect(" ".join(lines))
    cleaned = furniture.strip(lines, code)
    found = article_credits.read(cleaned.kept, page.hints.site or site_of(page.url))
    return _Text(found, code, cleaned.removed + found.removed)


def _lines(tree: HtmlElement, url: str) -> list[str]:
    """Return the paragraphs trafilatura finds, one a line."""
    tree = copy(tree)
    etree.strip_elements(tree, *_NOISE, with_tail=False)
    _flatten(tree)
    document = bare_extraction(
        tree, url=url, include_comments=False, include_tables=True, with_metadata=False, config=use_config()
    )
    text = getattr(document, "text", None) or ""
    # Old outlets set their pages in tables; the pipes that mark a cell's edges are trafilatura's, not the text's.
    return [line for raw in text.splitlines() if (line := markup.one_line(raw).strip("| "))]


def _flatten(tree: HtmlElement) -> None:
    """Take the wrappers out of a tree where it is deeper than `_MAX_DEPTH`."""
    depth = 0
    deep: list[HtmlElement] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start" and depth > _MAX_DEPTH and element.tag in _WRAPPERS:
            deep.append(element)
    for element in deep:
        element.drop_tag()


def _joined(parts: Sequence[list[str]]) -> list[str]:
    """Return the lines of all parts, without those that a later part repeats."""
    lines: list[str] = []
    for part in parts:
        seen = set(lines)
        lines += [line for line in part if line not in seen or len(line.split()) < _MIN_REPEATED_WORDS]
    return lines


def _rescued(lines: list[str], body: str) -> list[str]:
    words = sum(map(_words, lines))
    more = _words(body) >= max(_CLEARLY_MORE * words, MIN_WORDS)
    return (
        [markup.one_line(line) for line in body.splitlines() if line.strip()]
        if words < _LITTLE_WORDS and more
        else lines
    )


def _without_title(lines: list[str], title: str) -> list[str]:
    """Return the lines without a leading one that repeats the title."""
    wanted = _NO_PROSE.sub("", title).lower()
    if lines and wanted and _NO_PROSE.sub("", lines[0]).lower() == wanted:
        return lines[1:]
    return lines


def _words(text: str) -> int:
    """Return how many words a text has."""
    return len(_UNSPACED.sub(" w ", text).split())
