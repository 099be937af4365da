"""The times that a page's tags hold, and whose they are: of publication, of an update, of other articles."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from crawler.stated import short_text
from dedup import says_updated

_TIMES = etree.XPath(
    "//time|//*[@itemprop='datePublished' or @itemprop='dateCreated' or @itemprop='dateModified'"
    " or contains(@class,'published')]"
)
_DIGIT = re.compile(r"\d")
# What stands before a time and is no label of it.
_NO_LABEL = frozenset({"time", "a", "h1", "h2", "h3", "h4", "h5", "h6"})
_MAX_TIMES = 60
_MAX_TEXT = 90
_MAX_LABEL = 40
_MAX_BLOCK = 200


@dataclass(frozen=True, slots=True)
class TimeTag:
    """A time as its element writes it: marked as that of a publication, or as that of an update, or neither.

    `updated`: it is one of an update, by words or by its marks; `in_words`: by words that readers see.
    """

    element: HtmlElement
    written: str
    marked: bool
    updated: bool
    in_words: bool


def time_tags(tree: HtmlElement) -> list[TimeTag]:
    """Return the times of `<time>` and of what is marked as one of publication or change, as they stand on the page."""
    return [_tag(element) for element in islice(_TIMES(tree), _MAX_TIMES)]


def of_article(tags: Sequence[TimeTag]) -> list[TimeTag]:
    """Return those that may tell when the page's article was published, marked ones first.

    Below words that tell of its update stand times of other articles: there counts what is marked, or beside them.
    """
    at = next((place for place, tag in enumerate(tags) if tag.in_words), len(tags))
    near = set(surroundings(tags[at])) if at < len(tags) else set()
    own = [
        tag
        for place, tag in enumerate(tags)
        if not tag.updated and (place < at or tag.marked or not near.isdisjoint((tag.element, *_above(tag))))
    ]
    return sorted(own, key=lambda tag: not tag.marked)


def surroundings(tag: TimeTag) -> list[HtmlElement]:
    """Return what stands beside a time: the small block that it is in, else the elements before and behind it."""
    blocks = [block for block in islice(tag.element.iterancestors(), 2) if short_text(block, _MAX_BLOCK)]
    return blocks[-1:] or [each for each in (tag.element.getprevious(), tag.element.getnext()) if each is not None]


def is_labelled_update(element: etree._Element) -> bool:
    """Tell whether the words right before an element, of the same parent, say that it is the time of an update."""
    label = " ".join(_label(element).split())
    return len(label) <= _MAX_LABEL and says_updated(_DIGIT.split(label)[-1])


def _tag(element: HtmlElement) -> TimeTag:
    marks = f"{element.get('itemprop', '')} {element.get('class', '')}".lower()
    words = short_text(element, _MAX_TEXT)
    written = element.get("datetime") or element.get("content") or element.get("title") or words
    marked = "publi" in marks or element.get("pubdate") is not None
    # Where nothing was changed yet, some mark one time as both.
    changed = not marked and ("modif" in marks or "update" in marks)
    said = says_updated(written) or says_updated(words) or is_labelled_update(element)
    return TimeTag(element, written, marked, changed or said, said)


def _label(element: etree._Element) -> str:
    before, parent = element.getprevious(), element.getparent()
    if before is None:
        return (parent.text or "") if parent is not None else ""
    if before.tail and before.tail.strip():
        return before.tail
    return short_text(before, _MAX_LABEL) if isinstance(before.tag, str) and before.tag not in _NO_LABEL else ""


def _above(tag: TimeTag) -> Iterator[HtmlElement]:
    return tag.element.iterancestors()
