"""Addresses of pages that belong together: a section's older pages, an article's further parts, its whole version.

Only the number of a page may differ: same host, same path, same other parameters. So a comment pager,
a "next article" link and another section's pager are never taken for a part.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from urllib.parse import urlsplit, urlunsplit

from lxml.html import HtmlElement

from crawler.addresses import canonical, host_of, site_of
from crawler.markup import base_of, text_of
from crawler.shape import is_date, looks_like_article

OFF = "off"
_MAX_NUMBER = 500
_MOST_LINKS = 1_000

# `p` is left out: it is WordPress's article number.
_NUMBER_NAMES = frozenset({"page", "halaman", "hal", "seite", "pagina", "pg", "paged", "part", "laman"})
_NUMBER = re.compile(r"[1-9]\d{0,2}")
_PATH_NUMBER = re.compile(r"(?P<base>.*?)/(?P<word>page/|halaman/|hal/|laman/)?(?P<number>[1-9]\d{0,2})/?$")
_WHOLE_QUERY = re.compile(
    r"(?:page|halaman|hal|seite|pagina)=all|(?:single|showall|show_all)=(?:1|true)|show=all|view=all", re.IGNORECASE
)
# Of the hundreds of links of a page only those that may be of a pager are worth a closer look.
_MAYBE_PAGER = re.compile(
    rf"[?&;](?:{'|'.join(sorted(_NUMBER_NAMES))})=[1-9]|{_WHOLE_QUERY.pattern}|/(?:all|[1-9]\d{{0,2}})/?\s*(?:[?#]|$)",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"comment|komentar|respond|disqus|ulasan", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an address stands in a sequence of pages: what all of them share, and its number in it."""

    shared: str
    number: int


def numbered(url: str) -> Place:
    """Return an address's place by its page-number parameter or the number that ends its path; number 1 without.

    A bare number that ends a path counts only behind what looks like an article: `/berita/12` is one of its own.
    """
    parts = urlsplit(url)
    kept: list[str] = []
    number = 1
    for piece in parts.query.split("&"):
        name, _, value = piece.partition("=")
        if name.lower() in _NUMBER_NAMES and _NUMBER.fullmatch(value):
            number = int(value)
        elif not _WHOLE_QUERY.fullmatch(piece):
            kept.append(piece)
    path = parts.path
    in_path = _PATH_NUMBER.match(path) if number == 1 else None
    if in_path and (in_path["word"] or looks_like_article(f"{parts.scheme}://{parts.netloc}{in_path['base']}")):
        path, number = in_path["base"], int(in_path["number"])
    return Place(urlunsplit(parts._replace(path=path.rstrip("/"), query="&".join(kept))), number)


def following(tree: HtmlElement, page_url: str, limit: int) -> tuple[str, ...]:
    """Return the linked addresses of the pages after this one, by number, at most `limit`."""
    # `/terkini/2` may be a second page or an address of its own: which of the two, only its links can tell.
    here = {place.shared: place.number for place in (_bare(page_url), _here(page_url)) if place}
    found: dict[int, str] = {}
    for url, shown in _links(tree, page_url):
        place = numbered(url)
        bare = _bare(url)
        if place.shared not in here and bare and shown == str(bare.number):
            place = bare
        if here.get(place.shared, _MAX_NUMBER) < place.number <= _MAX_NUMBER:
            found.setdefault(place.number, url)
    return tuple(found[number] for number in sorted(found))[:limit]


def whole(tree: HtmlElement, page_url: str) -> str | None:
    """Return the linked address of an article's single-page version; None without, or when this is it."""
    here = _here(page_url).shared
    own = canonical(page_url)
    for url, _ in _links(tree, page_url):
        parts = urlsplit(url)
        by_query = any(_WHOLE_QUERY.fullmatch(piece) for piece in parts.query.split("&"))
        by_path = parts.path.rstrip("/").endswith("/all")
        if by_query and numbered(url).shared == here:
            return url if url != own else None
        if by_path and numbered(url.rstrip("/").removesuffix("/all")).shared == here:
            return url if url != own else None
    return None


def whole_by_rule(page_url: str, rule: str = "") -> str | None:
    """Return the address of an article's single-page version as a rule makes it; None without a rule, or for itself.

    `rule` is what a seed's `paging=` says: what is put behind the address (`?page=all`, `&single=1`, `/all`), "off",
    or "" for the rule of the host or site in `paging.toml`.
    """
    made = _made(page_url, rule)
    return made if made != canonical(page_url) else None


def is_whole(page_url: str, rule: str = "") -> bool:
    """Tell whether an address is that of an article's single-page version, by a rule or by its own words."""
    parts = urlsplit(page_url)
    return (
        any(_WHOLE_QUERY.fullmatch(piece) for piece in parts.query.split("&"))
        or parts.path.rstrip("/").endswith("/all")
        or _made(page_url, rule) == canonical(page_url)
    )


@cache
def rules() -> Mapping[str, str]:
    """Return by host or site what is put behind an article's address for its single-page version."""
    table = tomllib.loads(files("crawler").joinpath("paging.toml").read_text(encoding="utf-8"))
    return {name: behind for behind, names in table["whole"].items() for name in names}


def _made(page_url: str, rule: str) -> str | None:
    behind = rule or rules().get(host_of(page_url)) or rules().get(site_of(page_url))
    if not behind or behind == OFF:
        return None
    parts = urlsplit(_here(page_url).shared)
    if behind.startswith("/"):
        path = parts.path.rstrip("/").removesuffix(behind)
        return urlunsplit(parts._replace(path=path + behind))
    kept = [piece for piece in parts.query.split("&") if piece and piece != behind[1:]]
    return urlunsplit(parts._replace(query="&".join([*kept, behind[1:]])))


def _here(page_url: str) -> Place:
    return numbered(canonical(page_url) or page_url)


def _bare(url: str) -> Place | None:
    """Return an address's place by a bare number at its end; None without, and for a day of a calendar."""
    parts = urlsplit(url)
    match = _PATH_NUMBER.match(parts.path)
    if match is None or match["word"] or is_date(match["base"].rpartition("/")[2]):
        return None
    return Place(urlunsplit(parts._replace(path=match["base"])), int(match["number"]))


def _links(tree: HtmlElement, page_url: str) -> Iterator[tuple[str, str]]:
    """Yield canonical address and text of what may be links of a pager, those of a page's comments left out."""
    base = base_of(tree, page_url)
    maybe = (element for element in tree.iter("a", "link") if _MAYBE_PAGER.search(element.get("href") or ""))
    for element in islice(maybe, _MOST_LINKS):
        href = element.get("href") or ""
        if element.tag == "link" and "next" not in (element.get("rel") or "").lower().split():
            continue
        if _COMMENTS.search(href.partition("#")[2]) or _in_comments(element):
            continue
        url = canonical(href, base)
        if url:
            yield url, text_of(element)


def _in_comments(element: HtmlElement) -> bool:
    return any(
        _COMMENTS.search(f"{around.get('class', '')} {around.get('id', '')}")
        for around in element.iterancestors()
        if around.tag not in {"body", "html"}
    )
