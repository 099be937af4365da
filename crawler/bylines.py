"""Who wrote an article, as its page says: names without roles, and without the outlet's own.

JSON-LD first, then meta, then bylines on the page, then the listing, at last a name that stands alone over the text.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from lxml import etree
from lxml.html import HtmlElement

from crawler import markup
from crawler.stated import Stated, is_own, letters, names, short_text

# An element that may be a byline, and its text.
_Marked = tuple[HtmlElement, str]


@dataclass(frozen=True, slots=True)
class Signed:
    """The people and agencies an article is by, and where they are named.

    Where nobody is, `house` is the outlet or its desk, if the page gives that as the author.
    """

    names: tuple[str, ...] = ()
    where: str = ""
    house: tuple[str, ...] = ()


_META = re.compile(r"(?:^|[.:_-])(?:authors?|byl|byline)$|^dc\.creator$", re.IGNORECASE)
# What stands in the marks of bylines, the usual one first. XPath finds in C what bears one of them, and each costs a
# pass: only those are asked for that the page has at all. What is a byline, the patterns tell.
_MARKS = tuple(
    (word.encode(), etree.XPath(f"//*[@*[contains(.,{word!r})]]"))
    for word in ("uthor", "yline", "/aut", "enulis", "eporter", "ewarta", "artawan", "urnalis", "riter")
)
_LINK = re.compile(r"/(?:authors?|autor|autoren|auteurs?|penulis(?:-berita)?|reporter|profile/author)/", re.IGNORECASE)
_CLASS = re.compile(
    r"(?:^|[\s_-])(?:authors?(?:name|-name)?|by-?line|penulis|reporter|pewarta|wartawan|jurnalis|writer|post-author)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
# Around a byline stands more than a byline: sections, dates, faces.
_NO_BYLINE = re.compile(r"comment|container|wrapper", re.IGNORECASE)
_TAGS = frozenset({"a", "span", "div", "p", "strong", "b", "address", "li", "h4", "h5", "td", "em", "cite"})
_ROLE = re.compile(
    r"^\W*(?:(?:posted|written|reported|oleh|ditulis|laporan|beitrag)\b\s*)?"
    r"(?:(?:oleh|by|von|par|por|af|av|door|penulis|reporter|pewarta|laporan|jurnalis|wartawan|author|autor)\b\s*[:：]?)?\s*",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\s*(?:[,;&、/|•]|\s(?:dan|and|und|et|y|og|och|en)\s)\s*")
# What stands behind a name after a dash or in brackets is an outlet or a role; "in Berlin" is where it was written.
_AFTER_NAME = re.compile(
    r"\s+[-–—|]\s*\S.*$|\s*\([^)]*\)\s*$|\s+in\s+[A-Z].*$"
    r"|\s+(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|(?:Senin|Selasa|Rabu|Kamis|Jumat|Sabtu|Minggu),).*$"
)
_HANDLE = re.compile(r"\S*@\S*")
_NO_NAME = re.compile(
    r"\w*admin(?:istrator)?\d*|developer|webmaster|root|user|authors?|editors?|unknown|anonymous|none|null|nama|and|dan|und"
    r"|(?:(?:about|follow|share|our|team|redactie|twitter|facebook|instagram|linkedin|whatsapp|youtube|e-?mail|website"
    r"|profile|articles?|view|all|more|see|us|posts?)\s*){1,6}|powered\s+by|(?:nama\s+)?penulis"
    r"|dok\..*|pt\.?\s.*|.*\b(?:gmbh|ltd|inc|llc|tbk)\.?"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|senin|selasa|rabu|kamis|jumat|sabtu|minggu"
    r"|(?:jan|feb|mar|apr|may|mei|jun|jul|aug|agu|sep|oct|okt|nov|dec|des)[a-z]*\.?\s+\d.*|.*\d{4}.*|.*\d[:.]\d\d.*",
    re.IGNORECASE,
)
# A desk or an office, not a person.
_DESK = re.compile(
    r"(?:tim\s+)?(?:redaksi|redaktion|newsroom|news\s*desk|editorial|staff|liputan)(?:\s+\w+){0,3}"
    r"|(?:[\w-]+\s+){0,3}(?:reporter|editor|correspondent|writer|journalist|contributor|columnist|kontributor"
    r"|jurnalis|wartawan|pewarta|redaktur|redakteur(?:in)?|korrespondent(?:in)?)",
    re.IGNORECASE,
)
_SLUG = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)+")
_ACCOUNT = re.compile(r"/(?:admin|administrator|redaksi)/?$")
# Over the text, or under it and to the right: "<p><b>RINA WATI</b></p>".
_ALONE = etree.XPath("//p[count(*)=1 and (strong or b or em) and not(normalize-space(text()))]")
_LONE_NAME = re.compile(r"(?:[^\W\d_][\w'’.-]*)(?:[ /]+[^\W\d_][\w'’.-]*){1,5}")
_RIGHT = re.compile(r"text-align:\s*right|^right$|text-right", re.IGNORECASE)
_NEXT_TO = 4
_MAX_AUTHORS = 12
_MAX_BESIDE = 8
_MAX_THINGS = 1_000
_MAX_BYLINE = 160
_MAX_LONE_NAME = 50
_MAX_NAME_WORDS = 6
_MAX_MARKED = 200


def choose(stated: Stated, title: str) -> Signed:
    """Return who an article is by; all of it is empty where the page does not say."""
    for where, told in (("JSON-LD author", _json_names(stated)), ("meta author", _meta_names(stated))):
        if found := _persons(told, stated.own):
            return Signed(found, where)
    marked = list(_marked(stated))
    later = (
        ("byline", _bylines(marked, stated.own)),
        ("listing", [stated.page.hints.author]),
        ("text", _lone_names(stated, title)),
    )
    for where, written in later:
        if found := _persons(written, stated.own):
            return Signed(found, where)
    return Signed(house=_house(stated, marked))


def _house(stated: Stated, marked: list[_Marked]) -> tuple[str, ...]:
    """Return the outlet, or the desk of it, that the page gives as its author; () where it gives neither.

    For the outlet's bare name JSON-LD alone is asked: in meta it stands on every page of many a site.
    """
    told = _json_authors(stated.article, stated)[:1]
    if told and is_own(told[0], stated.own) and len(told[0]) <= _MAX_BYLINE:
        return (told[0],)
    written = chain(told, _meta_values(stated), (text for _, text in marked))
    desks = (_ROLE.sub("", markup.one_line(text)).strip() for text in written)
    return tuple(islice((desk for desk in desks if len(desk) <= _MAX_BYLINE and _DESK.fullmatch(desk)), 1))


def _persons(written: Iterable[str], own: frozenset[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for person in (person for byline in written for person in people(byline)):
        if not is_own(person, own):
            found.setdefault(letters(person), person)
    return tuple(islice(found.values(), _MAX_AUTHORS))


def people(written: str) -> list[str]:
    """Return the names in a byline without its roles, addresses and what follows a name; [] where there are none."""
    text = _ROLE.sub("", _HANDLE.sub("", markup.one_line(written)))
    if "http" in text or len(text) > _MAX_BYLINE:
        return []
    pieces = [_AFTER_NAME.sub("", piece).strip(' .:-–—|*"“”') for piece in _JOINT.split(text)]
    return [piece for piece in pieces if _is_name(piece)]


def _is_name(piece: str) -> bool:
    known = any(map(str.isalpha, piece)) and not _SLUG.fullmatch(piece)
    return known and len(piece.split()) <= _MAX_NAME_WORDS and not (_NO_NAME.fullmatch(piece) or _DESK.fullmatch(piece))


def _json_names(stated: Stated) -> Iterator[str]:
    """Yield the authors of the first article in JSON-LD that names one."""
    for article in stated.articles[:_MAX_AUTHORS]:
        found = _json_authors(article, stated)
        if _persons(found, stated.own):
            yield from found
            return


def _json_authors(article: markup.Json, stated: Stated) -> list[str]:
    """Return the authors of an article in JSON-LD, accounts left out; an author may be a mere reference."""
    author = article.get("author") or article.get("creator")
    found: list[str] = []
    for one in author[:_MAX_AUTHORS] if isinstance(author, list) else [author]:
        if isinstance(one, dict) and not _is_account(one):
            found += names(one) or _referred(one.get("@id"), stated)
        elif not isinstance(one, dict):
            found += names(one)
    return found


def _referred(reference: object, stated: Stated) -> list[str]:
    named = (names(thing) for thing in stated.things[:_MAX_THINGS] if reference and thing.get("@id") == reference)
    return next(filter(None, named), [])


def _is_account(author: markup.Json) -> bool:
    """Tell whether an author is the account that all is posted from."""
    return any(isinstance(url := author.get(key), str) and _ACCOUNT.search(url) for key in ("url", "@id"))


def _meta_values(stated: Stated) -> Iterator[str]:
    told = (value for name, value in stated.metas.items() if _META.search(name) and not value.isdigit())
    return islice(told, _MAX_AUTHORS)


def _meta_names(stated: Stated) -> Iterator[str]:
    """Yield what metas name; not those that begin with the outlet: behind it stands where it is, "x.example, Ambon"."""
    for value in _meta_values(stated):
        if not is_own(_JOINT.split(value, maxsplit=1)[0], stated.own):
            yield value


def _bylines(marked: list[_Marked], own: frozenset[str]) -> list[str]:
    """Return the first text that the page marks as its author's name, and those marked alike right beside it."""
    texts = [(each, text) for each, text in marked if _persons([text], own)]
    alike = list(dict.fromkeys(text for each, text in texts if _kind(each) == _kind(texts[0][0])))
    # More are the faces of a site's columnists.
    return alike if len(alike) <= _MAX_BESIDE else []


def _marked(stated: Stated) -> Iterator[_Marked]:
    """Yield the elements that are marked as bylines, with their texts: by the first mark that a name bears."""
    found = False
    for mark, bearing in _MARKS:
        if found or mark not in stated.page.body:
            continue
        for element in islice(bearing(stated.tree), _MAX_MARKED):
            if _is_byline(element) and len(text := short_text(element, _MAX_BYLINE, " | ")) > 2:
                found = found or bool(people(text))
                yield element, text


def _is_byline(element: HtmlElement) -> bool:
    href = element.get("href") or ""
    if element.tag not in _TAGS or any(_ACCOUNT.search(link.get("href") or "") for link in element.iter("a")):
        return False
    linked = element.tag == "a" and (element.get("rel") == "author" or _LINK.search(href))
    marked = f"{element.get('class', '')} {element.get('itemprop', '')} {element.get('id', '')}"
    return bool(linked or _CLASS.search(marked)) and not _NO_BYLINE.search(marked)


def _kind(element: HtmlElement) -> tuple[object, ...]:
    """Return what two bylines of one article have in common: tag, class, and the element around them."""
    parent = element.getparent()
    around = parent if parent is None or parent.tag in {"p", "div"} else parent.getparent()
    return element.tag, element.get("class"), around


def _lone_names(stated: Stated, title: str) -> Iterator[str]:
    """Yield a name that is all of the first paragraph, or of the last and set to the right."""
    for element in islice(_ALONE(stated.tree), _MAX_MARKED):
        text = short_text(element, _MAX_LONE_NAME)
        if _LONE_NAME.fullmatch(text) and _capitalised(text) and letters(text) not in letters(title):
            above, below = _lines_beside(element, preceding=True), _lines_beside(element, preceding=False)
            if (not above and below) or (above and not below and _to_the_right(element)):
                yield text
                return


def _capitalised(text: str) -> bool:
    return all(word[0].isupper() for word in re.split(r"[ /]+", text) if word)


def _lines_beside(element: HtmlElement, *, preceding: bool) -> bool:
    """Tell whether text stands above an element, or below it: of the paragraphs next to it, one of some length."""
    beside = islice(element.itersiblings("p", preceding=preceding), _NEXT_TO)
    return any(len(one.text or "") > _MAX_LONE_NAME or len(one) > _NEXT_TO for one in beside)


def _to_the_right(element: HtmlElement) -> bool:
    return any(_RIGHT.search(element.get(name) or "") for name in ("style", "align", "class"))
