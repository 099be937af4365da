"""Where on a page its article stands: a pruned body in, a page with the article alone out.

Three witnesses: the heading that is the title, the names outlets give to what holds an article, and where most of the
prose is. What stands between heading and text is kept where it is prose: the standfirst.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lxml import etree
from lxml.html import Element, HtmlElement

from crawler.pruning import BLOCKS, HEADINGS, Prose, drop_all, ends_a_sentence, linked_length, text_length

_HOLDERS = ("div", "section", "article", "main", "td")
_HOLDS_ARTICLE = re.compile(
    r"(?:^|[\s_-])(?:entry|article|art|post|story|news)[-_]{0,2}(?:content|body|text)(?:$|[\s_-])"
    r"|(?:^|\s)(?:articleBody|storyBody|postContent|articleText|articleContent)(?:$|\s)"
    r"|(?:^|[\s_-])body-?(?:text|copy)(?:$|[\s_-])",
    re.IGNORECASE,
)
# Where descending stops: what holds the prose here is a part of a text. Tables are not among them: old outlets set
# whole pages in one.
_PARTS_OF_TEXT = frozenset({"p", "pre", "ul", "ol", "li", "dl", "blockquote", "a", *HEADINGS})
_NO_STANDFIRST = frozenset({"ul", "ol", "li", "table", "form", "a"})
_BESIDE_PICTURES = re.compile(
    r"caption|credit|image|photo|picture|figure|media|gallery|video|foto|bild|legend|copyright|byline|author|meta|date"
    r"|time|widget|paywall|cookie|newsletter|promo",
    re.IGNORECASE,
)
_CREDIT = re.compile(
    r"\d{1,2}[:.]\d{2}(?!\d)|©|copyright|\(AP|getty|reuters/|^(?:by|von|par|por|oleh|foto|photo|image|bild)\b",
    re.IGNORECASE,
)
# What is a plain box once it stands alone.
_FRAMES = frozenset({"html", "body", "article", "main", "table", "tbody", "tr", "td", "font", "span", "center"})
_NO_LETTERS = re.compile(r"[\W\d_]+")

# The smallest element with this share of the prose holds the article.
_CORE = 0.8
# A part of the page that is said to hold the article is believed from so much prose on.
_MIN_PROSE, _MIN_SHARE, _MIN_ARTICLE_SHARE = 200, 0.2, 0.1
_MIN_ONLY_ARTICLE_SHARE = 0.3
# What stands before or behind the core and has so much of its prose belongs to it.
_MIN_BESIDE, _MOST_BESIDE_LINKED = 0.15, 0.3
_MIN_STANDFIRST, _MAX_STANDFIRSTS, _MOST_LEVELS = 60, 2, 40
# A page's description is cut, and may end in another way than the standfirst it repeats.
_MIN_DESCRIBED, _DESCRIBED = 25, 30
_MOST_BEFORE_HEADING = 0.15


@dataclass(frozen=True, slots=True)
class Framed:
    """A page that holds an article alone; how much prose that has, and the page it is from, in characters."""

    tree: HtmlElement
    prose: int
    on_page: int


@dataclass(frozen=True, slots=True)
class _Heading:
    """The heading of the article, what holds it, and whether its words are the title's."""

    element: HtmlElement
    above: frozenset[HtmlElement]
    is_title: bool


def frame(body: HtmlElement, prose: Prose, title: str = "", described: Sequence[str] = ()) -> Framed | None:
    """Return the article that a pruned `body` holds, taken out of it; None where there is no prose.

    `title` is the article's, `described` what the page says of it to search engines and networks.
    """
    if not prose.of(body):
        return None
    heading = _heading(body, title)
    region = _region(body, prose, heading)
    path = _path(body, region, prose)
    core, inside = path[-1], path.index(region)
    behind = list(_behind(path, inside, heading, prose))
    if heading is not None and core in heading.above:
        before: list[HtmlElement] = []
        _drop_above(heading.element, core, prose, _MOST_BEFORE_HEADING * prose.of(region))
    else:
        sure = heading is None and region is body
        before = _before(path, inside, heading, prose, _Standfirsts(title, described, sure))
    kept = [core, *behind]
    return Framed(_page([*before, *kept]), sum(map(prose.of, kept)), prose.total)


def same_title(text: str, title: str) -> bool:
    """Tell whether a heading is a title: the same letters, a kicker before it, or most of it."""
    one, other = letters(text), letters(title)
    return bool(one and other) and (other in one or (one in other and 2 * len(one) > len(other)))


def letters(text: str) -> str:
    """Return a text's letters, in lower case."""
    return _NO_LETTERS.sub("", text).lower()


# --- where the article is -------------------------------------------------------------------------------------


def _heading(body: HtmlElement, title: str) -> _Heading | None:
    """Return the heading whose words are the title's, else the only one there is."""
    found = list(body.iter("h1"))
    for element in found:
        if same_title(element.text_content(), title):
            return _Heading(element, frozenset(element.iterancestors()), True)
    return _Heading(found[0], frozenset(found[0].iterancestors()), False) if len(found) == 1 else None


def _region(body: HtmlElement, prose: Prose, heading: _Heading | None) -> HtmlElement:
    """Return the part of the page that says it is the article, the whole page where none does."""
    region = _article_element(body, prose, heading)
    named = [
        element
        for element in region.iter(*_HOLDERS)
        if element is not region and prose.of(element) and _is_named(element)
    ]
    if not named:
        return region
    # Some outlets name each paragraph so: what holds them all is meant.
    common = _common(named)
    enough = max(_MIN_PROSE, _MIN_SHARE * prose.of(region))
    # With more than that, the prose itself leads there.
    return common if enough <= prose.of(common) < _CORE * prose.of(region) else region


def _article_element(body: HtmlElement, prose: Prose, heading: _Heading | None) -> HtmlElement:
    total = prose.of(body)
    if heading is not None:
        around = [above for above in heading.element.iterancestors("article") if prose.of(above) >= _MIN_PROSE]
        if around and prose.of(around[-1]) >= _MIN_ARTICLE_SHARE * total:
            return around[-1]
    outer = [
        article
        for article in body.iter("article")
        if prose.of(article) >= _MIN_PROSE and next(article.iterancestors("article"), None) is None
    ]
    only = len(outer) == 1 and prose.of(outer[0]) >= _MIN_ONLY_ARTICLE_SHARE * total
    return outer[0] if only else body


def _is_named(element: HtmlElement) -> bool:
    names = f"{element.get('class', '')} {element.get('id', '')}"
    return (names != " " and bool(_HOLDS_ARTICLE.search(names))) or "articleBody" in element.get("itemprop", "")


def _common(elements: Sequence[HtmlElement]) -> HtmlElement:
    """Return the smallest element that holds all of these."""
    path = [elements[0], *elements[0].iterancestors()]
    for element in elements[1:]:
        shared = {element, *element.iterancestors()}
        path = [above for above in path if above in shared]
    return path[0]


def _path(body: HtmlElement, region: HtmlElement, prose: Prose) -> list[HtmlElement]:
    """Return the elements from `body` over `region` to the smallest one that holds most of the region's prose."""
    above = [region, *region.iterancestors()]
    path = list(reversed(above[: above.index(body) + 1]))
    enough = _CORE * prose.of(region)
    while (inner := next((child for child in path[-1] if prose.of(child) >= enough), None)) is not None:
        if inner.tag in _PARTS_OF_TEXT:
            break
        path.append(inner)
    return path


# --- what stands around it --------------------------------------------------------------------------------------


def _before(
    path: Sequence[HtmlElement], inside: int, heading: _Heading | None, prose: Prose, standfirsts: "_Standfirsts"
) -> list[HtmlElement]:
    """Return what stands between heading and core and belongs to the article, as paragraphs in order."""
    enough = _MIN_BESIDE * prose.of(path[-1])
    start = inside if heading is None else _meeting(path, heading)
    return [
        paragraph
        for element in _between(path[start:], heading)
        for paragraph in standfirsts.of(element, prose.of(element) >= enough)
    ]


def _meeting(path: Sequence[HtmlElement], heading: _Heading) -> int:
    """Return where on the path heading and text meet."""
    return max((index for index, element in enumerate(path) if element in heading.above), default=0)


def _between(path: Sequence[HtmlElement], heading: _Heading | None) -> Iterator[HtmlElement]:
    """Yield the elements that follow the heading and precede the core."""
    passed = heading is None
    for above, child in pairwise(path):
        for sibling in list(above):
            if sibling is child:
                break
            if passed:
                yield sibling
            elif heading is not None and (sibling is heading.element or sibling in heading.above):
                passed = True
                yield from _following(heading.element, sibling)


def _following(element: HtmlElement, within: HtmlElement) -> Iterator[HtmlElement]:
    """Yield what follows an element within another that holds it."""
    while element is not within and (parent := element.getparent()) is not None:
        yield from list(element.itersiblings())
        element = parent


def _behind(path: Sequence[HtmlElement], inside: int, heading: _Heading | None, prose: Prose) -> Iterator[HtmlElement]:
    """Yield what stands behind the core, not further out than the heading, and belongs to it."""
    start = max(inside, _meeting(path, heading)) if heading is not None and heading.is_title else inside
    enough = _MIN_BESIDE * prose.of(path[-1])
    for child in reversed(path[start + 1 :]):
        for sibling in list(child.itersiblings()):
            alike = prose.of(sibling) and sibling.tag == child.tag and child.get("class", "") == sibling.get("class")
            if (alike or prose.of(sibling) >= enough) and _is_unlinked(sibling):
                yield sibling


def _is_unlinked(element: HtmlElement) -> bool:
    return linked_length(element) < _MOST_BESIDE_LINKED * text_length(element)


class _Standfirsts:
    """Finds the few sentences that outlets set between heading and text, and gives them as paragraphs.

    `sure`: only those that the page's description repeats.
    """

    def __init__(self, title: str, described: Sequence[str], sure: bool) -> None:
        self._title = title
        self._described = [start for text in described if len(start := letters(text)[:_DESCRIBED]) >= _MIN_DESCRIBED]
        self._sure = sure
        self._seen: set[str] = set()

    def of(self, element: HtmlElement, all_of_them: bool) -> list[HtmlElement]:
        """Return the standfirsts in an element: the first of the page, or `all_of_them`."""
        found = []
        for text in _blocks(element):
            if (all_of_them or len(self._seen) < _MAX_STANDFIRSTS) and self._is_one(text):
                self._seen.add(letters(text))
                paragraph = Element("p")
                paragraph.text = text
                found.append(paragraph)
        return found

    def _is_one(self, text: str) -> bool:
        start = letters(text)
        if start in self._seen or same_title(text, self._title) or _CREDIT.search(text):
            return False
        # A place may stand before it: "Berlin. …".
        repeated = any(told in start[: 2 * _DESCRIBED] for told in self._described)
        return repeated or (not self._sure and ends_a_sentence(text))


def _blocks(element: HtmlElement, levels: int = _MOST_LEVELS) -> Iterator[str]:
    """Yield the longer texts of an element, block by block, without captions, lists and links."""
    if not levels or not isinstance(element.tag, str) or element.tag in _NO_STANDFIRST:
        return
    if _BESIDE_PICTURES.search(f"{element.get('class', '')} {element.get('id', '')}"):
        return
    if any(child.tag in BLOCKS for child in element):
        for child in element:
            yield from _blocks(child, levels - 1)
        return
    text = " ".join(element.text_content().split())
    if len(text) >= _MIN_STANDFIRST and linked_length(element) < _MOST_BESIDE_LINKED * len(text):
        yield text


def _drop_above(heading: HtmlElement, core: HtmlElement, prose: Prose, most: float) -> None:
    """Take out the heading and, where it is little, what stands over it: folders, dates, kickers."""
    above: list[HtmlElement] = []
    element = heading
    while element is not core and (parent := element.getparent()) is not None:
        above += element.itersiblings(preceding=True)
        element = parent
    if sum(map(prose.of, above)) < most:
        drop_all(above, prose)
    prose.drop(heading)


def _page(parts: Sequence[HtmlElement]) -> HtmlElement:
    """Return a page whose article is these elements; they are moved into it."""
    # Not `article`: of a short one trafilatura makes a single line.
    page, article = Element("html"), Element("main", itemprop="articleBody")
    etree.SubElement(page, "body").append(article)
    for part in parts:
        part.tail = None
        for inner in list(part.iter("article")):
            inner.tag = "div"
        if part.tag in _FRAMES:
            part.tag = "div"
        for name in ("class", "id"):
            part.attrib.pop(name, None)
        article.append(part)
    return page
