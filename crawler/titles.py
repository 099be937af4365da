"""The title of an article: which of the headlines on its page, and without the site's name or a kicker.

Pages state up to four: a heading, a JSON-LD headline, a social title, and the title of the window.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml.html import HtmlElement

from crawler import markup
from crawler.stated import Stated, is_own, letters, short_text, text

# Where, and what: ("JSON-LD headline", "Sea wall: council votes").
Found = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Title:
    """A title, where it was found, and the heading that stands over the article, where one does."""

    text: str = ""
    where: str = ""
    heading: HtmlElement | None = None


_JOINT = re.compile(r"\s+(?:[-|–—―•·»«›:/]|::|\|\||--)\s+|\s*[|｜]\s*|\s*--\s*|：(?=\S{2,20}$)")
_COLON = re.compile(r"\s*[:：]\s+|\s*[:：]$")
_WORD = re.compile(r"\w+")
_CUT = re.compile(r"\s*(?:\.\.\.|…)$")
_MAX_TITLE = 400
_MAX_READ = 1_000
_MAX_HEADS = 20
_MIN_LETTERS = 8
_MIN_WORDS = 3
_SAME_WORDS = 0.6
_KIN_LETTERS = 4


def choose(stated: Stated) -> Title:
    """Return the title of a page's article; its text is "" where the page has none.

    Of JSON-LD headline and social title, where they differ, counts the one that is not the window's title as well:
    that one is written for search engines. The heading decides where that does not, and shows what is a kicker or the
    site's name in the others.
    """
    window = _window(stated)
    told = _told(stated)
    element, head = _heading(stated, [*(title for _, title in told), window])
    where, title = _of_two(told[0], told[1], head, window) if len(told) > 1 else next(iter(told), ("", ""))
    if not title or _generic(title, head, window):
        where, title = _untold(stated, head, window)
    # What two agree on is all of it title.
    if len({letters(each) for _, each in told}) != 1 or len(told) == 1:
        title = _bare(title, head)
    return Title(title[:_MAX_TITLE], where, element)


def _untold(stated: Stated, head: str, window: str) -> Found:
    hint = markup.one_line(stated.page.hints.title)
    rest = (("h1", head), ("title", window), ("h1", _lone_heading(stated)), ("listing", hint))
    return next((found for found in rest if found[1]), ("", ""))


def _of_two(headline: Found, social: Found, head: str, window: str) -> Found:
    """Return which of two stated titles is the article's."""
    same = letters(headline[1]) == letters(social[1])
    if same or letters(social[1]).startswith(letters(_CUT.sub("", headline[1]))):
        return social if same or not _JOINT.match(social[1], len(_CUT.sub("", headline[1]))) else headline
    witnesses = [letters(window), letters(head)]
    for witness, chosen in zip(witnesses, (False, True), strict=True):
        agree = [letters(found[1]) == witness for found in (headline, social)]
        if agree[0] != agree[1]:
            picked = headline if agree[0] is chosen else social
            return picked if _kin(picked[1], head) or _kin(picked[1], window) else _other(picked, headline, social)
    return headline


def _other(picked: Found, one: Found, two: Found) -> Found:
    return two if picked is one else one


def _bare(title: str, head: str) -> str:
    """Return a title without what the heading shows to be no part of it.

    What follows the heading's words behind a joint is the site's or the section's name. What two titles share behind
    different kickers is the title.
    """
    if head and len(letters(head)) >= _MIN_LETTERS and title.startswith(head) and _JOINT.match(title, len(head)):
        return head
    if head and title.endswith(head) and any(joint.end() == len(title) - len(head) for joint in _JOINT.finditer(title)):
        return head
    mine, its = _behind_kicker(title), _behind_kicker(head)
    return mine if mine and letters(mine) == letters(its) and letters(title) != letters(head) else title


def _behind_kicker(title: str) -> str:
    joint = _JOINT.search(title) or _COLON.search(title)
    rest = title[joint.end() :] if joint else ""
    return rest if len(rest.split()) >= _MIN_WORDS else ""


def _generic(title: str, head: str, window: str) -> bool:
    """Tell whether a title has nothing to do with a page whose heading and window agree: the same on every page."""
    return bool(head and window) and _alike(head, window) and not _kin(title, head) and not _kin(title, window)


def _window(stated: Stated) -> str:
    element = stated.tree.find("head/title")
    element = stated.tree.find(".//title") if element is None else element
    written = markup.one_line((element.text or "")[:_MAX_READ]) if element is not None else ""
    return without_site(written, stated.own)


def _told(stated: Stated) -> list[Found]:
    headline = stated.article.get("headline") or stated.article.get("name")
    social = "og:title" if stated.metas.get("og:title") else "twitter:title"
    written = (("JSON-LD headline", text(headline)), (f"meta {social}", text(stated.metas.get(social, ""))))
    cleaned = [(where, without_site(title[:_MAX_READ], stated.own)) for where, title in written]
    return [found for found in cleaned if found[1] and letters(found[1]) not in stated.own]


def _heading(stated: Stated, told: list[str]) -> tuple[HtmlElement | None, str]:
    """Return the first heading that resembles what is told, and its text without its kicker."""
    for element, head in _heads(stated):
        like = [title for title in told if title and _alike(head, title)]
        if like:
            # A kicker stands in many headings: "Sea wall: Council votes" over "Council votes".
            shorter = (t for t in like if len(t) < len(head) and head.endswith(t) and len(t.split()) >= _MIN_WORDS)
            return element, next(shorter, head)
    return None, ""


def _heads(stated: Stated) -> Iterator[tuple[HtmlElement, str]]:
    for element in islice(stated.tree.iter("h1"), _MAX_HEADS):
        if written := short_text(element, _MAX_TITLE):
            yield element, written


def _lone_heading(stated: Stated) -> str:
    heads = [head for _, head in _heads(stated) if len(head.split()) >= _MIN_WORDS]
    return heads[0] if len(heads) == 1 else ""


def without_site(title: str, own: frozenset[str]) -> str:
    """Return a title without " - Site" behind it or "Site: " before it; only what names the outlet goes."""
    joints = list(_JOINT.finditer(title))
    while joints and joints[-1].start() and is_own(title[joints[-1].end() :], own):
        title = title[: joints.pop().start()]
    first = min(filter(None, (_JOINT.search(title), _COLON.search(title))), key=re.Match.start, default=None)
    if first and is_own(title[: first.start()], own) and len(title[first.end() :].split()) >= _MIN_WORDS:
        title = title[first.end() :]
    return title.strip()


def _alike(one: str, other: str) -> bool:
    """Tell whether two headings share most of their words, or one holds the other."""
    if min(len(a := letters(one)), len(b := letters(other))) >= _MIN_LETTERS and (a in b or b in a):
        return True
    x, y = set(_WORD.findall(one.lower())), set(_WORD.findall(other.lower()))
    return bool(x and y) and len(x & y) / min(len(x), len(y)) >= _SAME_WORDS and len(x) <= 3 * len(y)


def _kin(one: str, other: str) -> bool:
    """Tell whether two titles have a word in common, or four letters in a row where words are not set apart."""
    a, b = letters(one), letters(other)
    return any(a[at : at + _KIN_LETTERS] in b for at in range(len(a) - _KIN_LETTERS + 1))
