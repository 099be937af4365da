"""What stands on a page beside its article: menus, share bars, teasers, comments, hidden boxes. A tree in, less left.

The names of classes are words that people chose freely, so none of them takes out much of a page's prose.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from lxml import etree
from lxml.html import HtmlElement

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Elements that begin a line.
BLOCKS = frozenset(
    {"p", "div", "section", "article", "ul", "ol", "li", "dl", "table", "tbody", "tr", "td", "blockquote", "header"}
    | {"main", "center", "form", "pre", *HEADINGS}
)
_BREAKS = BLOCKS | {"br", "hr"}
_CODE = ("script", "style", "template", "svg")
_NO_TEXT = (
    "canvas", "iframe", "object", "embed", "link", "video", "audio", "map", "source", "button", "select", "option",
    "input", "textarea", "label", "picture", "figure", "dialog", "math",
)  # fmt: skip
# An element of these that was never closed holds the rest of the page, article and all.
_SIDE = ("nav", "aside", "footer", "noscript")
_NEVER_CLOSED = 0.9
_MARKED = frozenset({"div", "section", "ul", "ol", "dl", "li", "p", "span", "header", "table", "details", "center"})
_WORDS = r"""
    related(?:s|posts?|articles?|links|content|news|stor(?:y|ies))? recommend(?:ed|ations?|s)? recirc(?:ulation)?
    newsletters? sign-?up subscribe subscription promos? promotions? promoted
    advert(?:s|isement|isements|ising|orial)? ads? adslot adunit ad-?container sponsor(?:ed|s|ship)?
    outbrain taboola revcontent mgid share sharing shares sharebar addthis addtoany sharethis sharedaddy socials?
    comments? comentarios kommentare komentar disqus breadcrumbs? cookies? consent gdpr popup modal overlay lightbox
    trending most-?(?:read|popular|viewed|shared|commented) popular terpopuler terkait rekomendasi iklan
    read-?(?:more|next|also) also-?read (?:baca|lihat|simak)-?juga more-?(?:from|on|stories|news)
    next-?(?:up|article|story|post) you-?may(?:-like|-also)? see-?also up-?next
    author-?(?:bio|box|info|card|about) about-?author byline bylines tags? tag-?list taglist topics? keywords
    sidebar footer pagination pager paging nav navigation menu navbar toolbar follow-?us correction-?policy
"""
_FURNITURE = re.compile(rf"(?:^|[^a-z0-9])(?:{'|'.join(_WORDS.split())})(?:$|[^a-z0-9])")
_HUMP = re.compile(r"([a-z])([A-Z])")
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…。！？।؟][\"”’»)\]]*\s*$")
_QUOTE_END = re.compile(r"[.!?…。！？।؟\"”»)]\s*$")

# What a class name, or an attribute, may take out at most, as a share of the page's prose.
_MOST_BY_NAME = 0.3
# Shorter runs of text are labels, dates and single words between tags.
_SHORT_RUN = 25
_MOST_LINKED = 0.8
_MAX_LINK_WORDS = 30
_MIN_BARE_LINKS, _MIN_BARE_WORDS = 3, 3
_MAX_LABEL_WORDS = 6
_MAX_HEADING_WORDS = 12
_MIN_CARDS = 2
_MOST_BY_CARDS = 0.35
_CARD_SHARE, _CARD_PROSE = 0.1, 600


class Prose:
    """How much prose each element of a page holds, in characters: text in runs of some length, outside of links.

    Stays right while elements are taken out by `drop`.
    """

    def __init__(self, body: HtmlElement) -> None:
        """Weigh `body` and all in it."""
        self._weights: dict[HtmlElement, int] = {}
        weights = self._weights
        # From the end, so that every element is weighed before what holds it. The loop runs over every element of
        # every page: hence no calls in it.
        self._elements = list(body.iter(etree.Element))
        for element in reversed(self._elements):
            weight = 0
            if element.tag != "a":
                weight = weights.get(element, 0)
                if (text := element.text) and len(text) >= _SHORT_RUN and not text.isspace():
                    weight += len(text)
            weights[element] = weight
            if (tail := element.tail) and len(tail) >= _SHORT_RUN and not tail.isspace():
                weight += len(tail)
            if weight and element is not body and (parent := element.getparent()) is not None:
                weights[parent] = weights.get(parent, 0) + weight
        self.total = weights.get(body, 0)

    def of(self, element: HtmlElement) -> int:
        """Return how much prose an element holds now."""
        return self._weights.get(element, 0)

    def elements(self) -> list[HtmlElement]:
        """Return the elements in the body, in their order, before any was taken out."""
        return self._elements[1:]

    def drop(self, element: HtmlElement) -> None:
        """Take an element out of the tree; the text behind it stays."""
        parent = element.getparent()
        if parent is None:
            return
        gone = self.of(element)
        if gone:
            for above in element.iterancestors():
                if above in self._weights:
                    self._weights[above] -= gone
        if _has_tail(element):
            element.drop_tree()
        else:
            parent.remove(element)


def without_code(tree: HtmlElement) -> HtmlElement:
    """Take out of a page, in place, what is no text to anyone; return its body."""
    etree.strip_elements(tree, *_CODE, with_tail=False)
    body = tree.find(".//body")
    return tree if body is None else body


def prune(body: HtmlElement) -> Prose:
    """Take out of a page's body, in place, what is not its article; return what prose is left where."""
    etree.strip_elements(body, *_NO_TEXT, with_tail=False)
    _drop_sides(body)
    prose = Prose(body)
    _drop_named(prose)
    _drop_cards(body, prose)
    _drop_link_lists(body, prose)
    _drop_link_lines(body, prose)
    _drop_bare_links(body, prose)
    return prose


def text_length(element: HtmlElement) -> int:
    """Return the length of an element's text, white space as one."""
    return len(" ".join(element.text_content().split()))


def linked_length(element: HtmlElement) -> int:
    """Return the length of an element's text that is links."""
    return sum(text_length(link) for link in element.iter("a"))


def ends_a_sentence(text: str) -> bool:
    """Tell whether a text ends as sentences do."""
    return bool(_SENTENCE_END.search(text))


def _drop_sides(body: HtmlElement) -> None:
    half = len(body.text_content()) / 2
    if large := [side for side in body.iter(*_SIDE) if len(side.text_content()) > half]:
        prose = Prose(body)
        for side in large:
            share = prose.of(side) / max(prose.total, 1)
            if share > _NEVER_CLOSED or (share > 0.5 and side.find(".//h1") is not None):
                side.tag = "div"
    etree.strip_elements(body, *_SIDE, with_tail=False)


def _drop_named(prose: Prose) -> None:
    """Take out what its attributes say is hidden or furniture, where little prose goes with it."""
    most = _MOST_BY_NAME * prose.total
    for element in prose.elements():
        if (_is_hidden(element) or _is_furniture(element)) and prose.of(element) < most:
            prose.drop(element)


def _is_hidden(element: HtmlElement) -> bool:
    get = element.get
    if get("hidden") is not None or get("aria-hidden") == "true":
        return True
    style = get("style")
    return style is not None and bool(_UNSEEN.search(style))


def _is_furniture(element: HtmlElement) -> bool:
    if element.tag not in _MARKED:
        return False
    name, key = element.get("class"), element.get("id")
    return bool(name or key) and _names_furniture(f"{name or ''} {key or ''}")


# A site's pages share their class names.
@lru_cache(maxsize=20_000)
def _names_furniture(names: str) -> bool:
    return bool(_FURNITURE.search(_HUMP.sub(r"\1-\2", names).lower()))


# --- teasers and links --------------------------------------------------------------------------------------


def _drop_cards(body: HtmlElement, prose: Prose) -> None:
    """Take out teasers of other articles: headings that are links, each with little prose about it."""
    cards = {_card_of(heading, body, prose): None for heading in body.iter(*HEADINGS[1:]) if _is_linked(heading)}
    if len(cards) < _MIN_CARDS or sum(map(prose.of, cards)) >= _MOST_BY_CARDS * prose.total:
        return
    boxes = dict.fromkeys(card.getparent() for card in cards)
    for card in cards:
        _drop_with_label(card, prose)
    for box in boxes:
        if box is not None and box is not body and not prose.of(box) and not text_length(box):
            _drop_with_label(box, prose)


def _is_linked(heading: HtmlElement) -> bool:
    length = text_length(heading)
    parent = heading.getparent()
    linked = linked_length(heading) > _MOST_LINKED * length or (parent is not None and parent.tag == "a")
    return bool(length) and linked


def _card_of(heading: HtmlElement, body: HtmlElement, prose: Prose) -> HtmlElement:
    """Return the largest element that holds this heading, no other, and little prose."""
    most = max(_CARD_SHARE * prose.total, _CARD_PROSE)
    card = heading
    while (above := card.getparent()) is not None and above is not body and prose.of(above) <= most:
        if above.tag == "main" or _has_several(above.iter(*HEADINGS)):
            break
        card = above
        if card.tag == "article":
            break
    return card


def _has_several(elements: Iterator[HtmlElement]) -> bool:
    return next(elements, None) is not None and next(elements, None) is not None


def _drop_link_lists(body: HtmlElement, prose: Prose) -> None:
    """Take out lists that are links, also those with a word before each."""
    for found in list(body.iter("ul", "ol")):
        parent = found.getparent()
        if parent is None or parent.tag == "li":
            continue
        length = text_length(found)
        linked = linked_length(found) if length else 0
        if linked > _MOST_LINKED * length or (linked and linked >= length / 2 and _leads_elsewhere(found)):
            _drop_with_label(found, prose)


def _leads_elsewhere(found: HtmlElement) -> bool:
    items = [item for item in found if item.tag == "li" and item.text_content().strip()]
    return bool(items) and all(map(_is_reference, items))


def _is_reference(item: HtmlElement) -> bool:
    share = linked_length(item) / text_length(item)
    return share > 0.7 or (share >= 0.4 and not ends_a_sentence(item.text_content()))


def _drop_link_lines(body: HtmlElement, prose: Prose) -> None:
    """Take out paragraphs and headings that are a link and no sentence: "Read more: …"."""
    for line in list(body.iter("p", *HEADINGS[1:])):
        if next(line.iter("a"), None) is None:
            continue
        text = " ".join(line.text_content().split())
        parent = line.getparent()
        if not text or len(text.split()) > _MAX_LINK_WORDS or _QUOTE_END.search(text):
            continue
        if linked_length(line) > _MOST_LINKED * len(text) and parent is not None and parent.tag != "li":
            _drop_with_label(line, prose)


def _drop_bare_links(body: HtmlElement, prose: Prose) -> None:
    """Take out links that stand below one another between line breaks, each alone on its line."""
    alone = [link for link in body.iter("a") if _is_alone(link)]
    below = Counter(link.getparent() for link in alone)
    for link in alone:
        if below[link.getparent()] >= _MIN_BARE_LINKS:
            _drop_with_label(link, prose)


def _is_alone(link: HtmlElement) -> bool:
    before, after, parent = link.getprevious(), link.getnext(), link.getparent()
    if _has_tail(link) or parent is None or len(link.text_content().split()) < _MIN_BARE_WORDS:
        return False
    if before is None:
        begins = not (parent.text or "").strip() and parent.tag in BLOCKS
    else:
        begins = not _has_tail(before) and before.tag in _BREAKS
    return begins and (after is None or after.tag in _BREAKS)


def _drop_with_label(element: HtmlElement, prose: Prose) -> None:
    """Take out an element, and the label that led to it and to nothing else."""
    before = element.getprevious()
    parent = element.getparent()
    if before is not None:
        if _is_label(before) and not _has_tail(before):
            prose.drop(before)
    elif parent is not None and element.getnext() is None and not (parent.text or "").strip():
        before = parent.getprevious()
        if before is not None and _is_label(before):
            prose.drop(before)
    prose.drop(element)


def _has_tail(element: HtmlElement) -> bool:
    return bool(element.tail and element.tail.strip())


def _is_label(element: HtmlElement) -> bool:
    """Tell whether an element is a heading, or a few words that are no sentence."""
    text = element.text_content()
    words = len(text.split())
    if element.tag in HEADINGS:
        return 0 < words <= _MAX_HEADING_WORDS
    short = 0 < words <= _MAX_LABEL_WORDS and not ends_a_sentence(text)
    return short and element.tag in {"p", "div", "span", "strong", "b"} and element.find(".//p") is None


def drop_all(elements: Iterable[HtmlElement], prose: Prose) -> None:
    """Take several elements out."""
    for element in elements:
        prose.drop(element)
