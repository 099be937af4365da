"""The pages of one article in, an Article or a Rejection out. No network, no Scrapy, no clock.

Never raises, whatever the bytes. `python -m crawler.extraction PAGES.jsonl` reads many pages on all cores.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler import credits as article_credits
from crawler import furniture, genre, language, markup, metadata
from crawler.addresses import article_address, host_of, site_of
from crawler.directives import directives
from crawler.explained import Explained, Line, after, lines_of
from crawler.genre import words
from crawler.page import Page, Rejection
from crawler.paragraphs import count_words, paragraphs, without_title
from crawler.stated import Stated, gather
from dedup import Article

__all__ = ["MIN_WORDS", "Explained", "Line", "clean", "explain", "read"]

# Shorter texts are mostly cookie notices, captions and video teasers, and too few words to tell copies by.
MIN_WORDS = 25
# A page whose longest line is shorter than this is a list of headlines.
_MIN_LONGEST_LINE = 12
# A repeated line of fewer words ("Ya.") may be meant; a longer one is the lead set on every part.
_MIN_REPEATED_WORDS = 4
# So many different lines in a row are no refrain; a copy for small screens is much of the page as well, where menus and
# lists of goods say the same now and then.
_COPIED, _COPIED_SHARE = 3, 0.2
_DESCRIPTIONS = ("og:description", "description", "twitter:description")


@dataclass(frozen=True, slots=True)
class _Text:
    """The lines of an article, its credits, its language, and what each step left and took, by which rule."""

    found: list[str]
    steps: tuple[tuple[Sequence[str], Sequence[tuple[str, str]]], ...]
    credits: article_credits.Credits
    language: language.Told


@dataclass(frozen=True, slots=True)
class _Reading:
    """What pages gave, and what it was made from, where they could be read."""

    result: Article | Rejection
    text: _Text | None = None
    about: metadata.Metadata | None = None


def read(pages: Sequence[Page], first: HtmlElement | None = None) -> Article | Rejection:
    """Return the article that `pages`, its parts in order, make up; or why they make none.

    `first` is the tree of the first page, where that was parsed already; it is used up.

    Reasons: `empty`, `short`, `not-article`, `gallery`, `video`, `not-html`, `memory`, `broken`. Marks: `live`,
    `paywall`, `mixed`, and what the page says may not be done with it.
    """
    return _safely(pages, first).result


def explain(pages: Sequence[Page]) -> Explained:
    """Return what `read` does, with every line that was found, the rule that took it, and each field's evidence."""
    reading = _safely(pages)
    if reading.text is None or reading.about is None:
        return Explained(reading.result)
    lines = lines_of(reading.text.found)
    for kept, removed in reading.text.steps:
        lines = after(lines, kept, removed)
    return Explained(reading.result, lines, reading.about.evidence)


def clean(text: str) -> tuple[str, str]:
    """Return a plain text without the lines and spans that are furniture, and its language."""
    lines = [line for raw in text.splitlines() if (line := raw.strip())]
    code = language.detect(" ".join(lines))
    return "\n".join(furniture.strip(lines, code).kept), code


def _safely(pages: Sequence[Page], first: HtmlElement | None = None) -> _Reading:
    if not pages:
        return _Reading(Rejection("", "empty", "there was no page"))
    try:
        return _read(pages, first)
    except MemoryError:
        return _Reading(Rejection(pages[0].url, "memory", "more than this process may take"))
    except Exception as error:  # noqa: BLE001 (any bytes may come; one page must not end a worker)
        return _Reading(Rejection(pages[0].url, "broken", f"{type(error).__name__}: {error}"[:300]))


def _read(pages: Sequence[Page], first: HtmlElement | None) -> _Reading:
    trees: list[HtmlElement] = []
    for number, page in enumerate(pages, 1):
        tree = first if number == 1 and first is not None else _tree(page)
        if tree is None:
            # An article that lacks a part would look whole to whoever reads it.
            return _Reading(_unreadable(page, f"part {number} of {len(pages)}" if len(pages) > 1 else ""))
        trees.append(tree)
    stated = gather(trees[0], pages[0])
    about = metadata.read(stated)
    text = _text(trees, about, stated)
    verdict = genre.judge(stated, text.credits.lines, about.title)
    result = _reason_against(text, verdict, pages[0]) or _article(text, about, verdict, pages[0])
    return _Reading(result, text, about)


def _tree(page: Page) -> HtmlElement | None:
    return markup.tree_of(page) if markup.is_html(page) else None


def _unreadable(page: Page, which: str) -> Rejection:
    if not page.body.strip():
        return Rejection(page.url, "empty", which or "the answer had no body")
    if not markup.is_html(page):
        return Rejection(page.url, "not-html", f"{which} {page.content_type}".strip())
    return Rejection(page.url, "broken", which or "the page could not be parsed")


def _reason_against(text: _Text, verdict: genre.Verdict, page: Page) -> Rejection | None:
    lines = text.credits.lines
    count = count_words(lines)
    if verdict.reason:
        return Rejection(page.url, verdict.reason, verdict.detail)
    if count == 0:
        return Rejection(page.url, "empty", "no text was found")
    if count < MIN_WORDS:
        return Rejection(page.url, "short", f"{count} words")
    if max(map(words, lines)) < _MIN_LONGEST_LINE:
        return Rejection(page.url, "not-article", "only headlines")
    return None


def _article(text: _Text, about: metadata.Metadata, verdict: genre.Verdict, page: Page) -> Article:
    found = text.credits
    mixed = ("mixed",) if text.language.mixed else ()
    url = article_address(page.url, about.canonical)
    return Article(
        url=url,
        text="\n".join(found.lines),
        title=about.title,
        site=page.hints.site or site_of(url),
        host=host_of(url),
        authors=about.authors or found.authors or about.house,
        published=about.published,
        published_precision=about.published_precision,
        published_from=about.published_from,
        modified=about.modified,
        section=about.section,
        tags=about.tags,
        image=about.image,
        site_name=about.site_name,
        language=text.language.code,
        fetched=page.fetched_at,
        fetched_url=page.url,
        place=found.place,
        editors=found.editors,
        agency=found.agency,
        credited_source=found.credited_source,
        credited_title=found.credited_title,
        sources=found.sources,
        marks=(*directives(page.headers, page.body), *verdict.marks, *mixed),
    )


def _text(trees: Sequence[HtmlElement], about: metadata.Metadata, stated: Stated) -> _Text:
    described = [stated.metas[name] for name in _DESCRIPTIONS if name in stated.metas]
    body = about.body if len(trees) == 1 else ""
    parts = [paragraphs(tree, about.title, described, body) for tree in trees]
    found = [line for part in parts for line in part]
    joined, again = _joined(parts)
    lines = without_title(joined, about.title)
    titles = [(line, "title") for line in joined[:2] if line not in lines]
    # The text tells; `lang="en"` stands on many an Indonesian page made from an English template.
    told = language.tell(" ".join(lines), about.language)
    site = stated.page.hints.site or site_of(stated.page.url)
    url = article_address(stated.page.url, about.canonical)
    cleaned = furniture.strip(lines, told.code, site)
    credited = article_credits.read(cleaned.kept, site, about.site_name, url)
    steps = (joined, again), (lines, titles), (cleaned.kept, cleaned.removed), (credited.lines, credited.removed)
    return _Text(found, steps, credited, told)


def _joined(parts: Sequence[list[str]]) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the lines of all parts, and apart from them those that repeat earlier ones.

    A later part repeats single lines; within a part, only several in a row are a copy, made for small screens.
    """
    lines: list[str] = []
    again: list[tuple[str, str]] = []
    for part in parts:
        seen = {line for line in lines if len(line.split()) >= _MIN_REPEATED_WORDS}
        copied = _copied(part)
        for index, line in enumerate(part):
            if line in seen or index in copied:
                again.append((line, "repeated"))
            else:
                lines.append(line)
    return lines, again


def _copied(lines: Sequence[str]) -> set[int]:
    """Return where lines stand that follow one another in the same way as some before them, many in a row."""
    first: dict[tuple[str, ...], int] = {}
    copied: set[int] = set()
    run: set[int] = set()
    for index in range(len(lines) - _COPIED + 1):
        few = tuple(lines[index : index + _COPIED])
        if len(set(few)) == _COPIED and index - first.setdefault(few, index) >= _COPIED:
            run.update(range(index, index + _COPIED))
        elif index not in run:
            run.clear()
        if len(run) >= _COPIED_SHARE * len(lines):
            copied |= run
    return copied


if __name__ == "__main__":
    import sys

    from crawler.batch import main

    sys.exit(main())
