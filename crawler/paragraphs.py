"""The text of an article: a page's tree in, its paragraphs out, one a line. The only caller of trafilatura.

Trafilatura is given the article alone, without what its fallbacks are for. They are asked where little came of it.
"""

from collections import Counter
from collections.abc import Sequence
from copy import copy, deepcopy
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Extractor

from crawler import markup
from crawler.framing import Framed, frame, letters
from crawler.genre import words
from crawler.pruning import BLOCKS, prune, without_code

# Trafilatura's choices; made once, because reading its configuration takes longer than a short page.
_FAST = Extractor(output_format="python", fast=True, comments=False)
_THOROUGH = Extractor(output_format="python", comments=False)

# What was found is little, and another way has clearly more.
_LITTLE_WORDS, _CLEARLY_MORE, _ENOUGH_WORDS = 80, 1.5, 25
# So much more prose stands on the page than was found: the article may have been missed.
_MISSED = 3
# libxml2 and trafilatura recurse; deeper trees than this lose their text in silence or end the process.
_MAX_DEPTH = 200
_IS_DEEP = etree.XPath(f"boolean(.{'/*' * _MAX_DEPTH})")
_WRAPPERS = frozenset({"div", "span", "font", "b", "i", "em", "strong", "section", "article", "center", "blockquote"})
# Trafilatura needs seconds for more than this, where a line for each block is all there is to find.
_MOST_ELEMENTS, _MOST_PROSE = 6_000, 600_000
# Fewer lines may be paragraphs run together.
_FEW_LINES = 3
# A heading with a kicker is at most so much longer than the title alone.
_KICKER = 1.6
_HEAD_LINES = 2


def paragraphs(tree: HtmlElement, title: str = "", described: Sequence[str] = (), body: str = "") -> list[str]:
    """Return the paragraphs of the article on a page, one a line.

    `described` is what the page says of the article to others, `body` the text that it gives to search engines. The
    tree loses its scripts and, where it is very deep, wrappers.
    """
    flatten(tree)
    framed = _framed(tree, title, described)
    lines = _read(framed) if framed is not None else []
    if count_words(lines) < _LITTLE_WORDS:
        lines = _clearly_more(lines, _thorough(tree, framed, lines))
        # Search engines are often given a teaser.
        lines = _clearly_more(lines, [line for raw in body.splitlines() if (line := markup.one_line(raw))])
    return lines


def count_words(lines: Sequence[str]) -> int:
    """Return how many words some lines have."""
    return sum(map(words, lines))


def without_title(lines: list[str], title: str) -> list[str]:
    """Return the lines without a leading one that repeats the title, with or without a kicker."""
    wanted = letters(title)
    for index, line in enumerate(lines[:_HEAD_LINES]):
        found = letters(line)
        if wanted and found.endswith(wanted) and len(found) <= _KICKER * len(wanted):
            return [*lines[:index], *lines[index + 1 :]]
    return lines


def flatten(tree: HtmlElement) -> None:
    """Take the wrappers out of a tree where it is deeper than libraries can follow."""
    if not _IS_DEEP(tree):
        return
    depth = 0
    deep: list[HtmlElement] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start" and depth > _MAX_DEPTH and element.tag in _WRAPPERS:
            deep.append(element)
    for element in deep:
        element.drop_tag()


def _framed(tree: HtmlElement, title: str, described: Sequence[str]) -> Framed | None:
    body = deepcopy(without_code(tree))
    return frame(body, prune(body), title, described)


def _read(framed: Framed) -> list[str]:
    if framed.prose > _MOST_PROSE or _is_too_much(framed.tree):
        return plain_lines(framed.tree)
    again = _repeated(framed.tree)
    blocks = sum(1 for _ in framed.tree.iter("p"))
    lines = _extracted(framed.tree, _FAST)
    if len(lines) < max(blocks / 2, _FEW_LINES):
        lines = _broken_up(lines, framed.tree)
    return _with_repeated(lines, again) if again else lines


def _broken_up(lines: list[str], tree: HtmlElement) -> list[str]:
    """Return the same text by blocks, where paragraphs were run together: in short texts and unclosed tags."""
    blocks = plain_lines(tree)
    same = len(blocks) > len(lines) and letters("".join(blocks)) == letters("".join(lines))
    return blocks if same else lines


def _thorough(tree: HtmlElement, framed: Framed | None, lines: Sequence[str]) -> list[str]:
    """Return what trafilatura finds on the whole page by all its ways, where there is much more than was found."""
    found = sum(map(len, lines))
    if (framed is not None and framed.on_page < _MISSED * found) or _is_too_much(tree):
        return []
    return _extracted(copy(tree), _THOROUGH)


def _is_too_much(tree: HtmlElement) -> bool:
    return bool(_IS_DEEP(tree)) or sum(1 for _ in islice(tree.iter(), _MOST_ELEMENTS + 1)) > _MOST_ELEMENTS


def _clearly_more(lines: list[str], others: list[str]) -> list[str]:
    found, other = count_words(lines), count_words(others)
    if not found:
        return others
    return others if found < _LITTLE_WORDS and other >= max(_CLEARLY_MORE * found, _ENOUGH_WORDS) else lines


def _extracted(tree: HtmlElement, options: Extractor) -> list[str]:
    document = bare_extraction(tree, options=options)
    text = getattr(document, "text", None) or ""
    # Old outlets set their pages in tables; the pipes that mark a cell's edges are trafilatura's, not the text's.
    return [line for raw in text.splitlines() if (line := markup.one_line(raw).strip("| "))]


def plain_lines(tree: HtmlElement) -> list[str]:
    """Return the text of each block of a tree, one a line."""
    pieces: list[str] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        edge = "\n" if element.tag in BLOCKS or element.tag == "br" else ""
        pieces += (edge, element.text or "") if event == "start" else (edge, element.tail or "")
    # Line breaks in the source are none of the text.
    return [line for raw in "".join(_spaced(pieces)).split("\n") if (line := markup.one_line(raw))]


def _spaced(pieces: Sequence[str]) -> list[str]:
    return [piece if piece == "\n" else piece.replace("\n", " ") for piece in pieces]


def _repeated(tree: HtmlElement) -> Counter[str]:
    """Return the paragraphs that stand several times in a row, and how often; trafilatura keeps the first alone."""
    found: Counter[str] = Counter()
    before = ""
    for paragraph in tree.iter("p"):
        text = markup.text_of(paragraph)
        if text and text == before:
            found[text] += 1
        before = text
    return found


def _with_repeated(lines: Sequence[str], again: Counter[str]) -> list[str]:
    once = [line for index, line in enumerate(lines) if not index or line not in again or line != lines[index - 1]]
    return [copied for line in once for copied in [line] * (1 + again.pop(line, 0))]
