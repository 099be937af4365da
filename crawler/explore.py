"""From the home page of a site and its robots.txt to where its news are listed: feeds, sitemaps, section pages.

Page in, addresses out; nothing is fetched. Of what no page names, the usual places are guessed.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeAlias
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from crawler.addresses import canonical, host_of, is_home, plain, site_of
from crawler.markup import base_of, is_html, text_of, tree_of
from crawler.page import Page
from crawler.shape import is_date, is_file, is_listing_or_service, looks_like_article
from dedup import spelling

Region: TypeAlias = Literal["menu", "body", "footer"]

_MOST_LISTINGS = 30
_MOST_SECTIONS = 40
_MOST_ANCHORS = 3_000
# With fewer sections than these in its menus and on the page, the links at its foot are looked at, too.
_FEW_SECTIONS = 4
_MAX_SEGMENTS = 3
_MAX_SEGMENT = 30
_MAX_TEXT_WORDS = 4
_MAX_TEXT = 40

_FEED_TYPE = re.compile(r"application/(?:rss|atom|rdf|feed)(?:\+xml|\+json)?", re.IGNORECASE)
_FEED_PATH = re.compile(
    r"/(?:feed|rss|atom|rdf)/?$|/(?:feed|rss|atom|index)\.(?:xml|json|rdf)$|\.(?:rss|atom|rdf)$"
    r"|/(?:feeds?|rss)/[\w./-]+\.xml$|/feeds/posts/default/?$",
    re.IGNORECASE,
)
_SITEMAP_PATH = re.compile(r"sitemap[\w./-]*\.xml(?:\.gz)?$", re.IGNORECASE)
_SITEMAP_LINE = re.compile(rb"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_NEWS = re.compile(r"news|berita|artikel|article|post", re.IGNORECASE)
_COMMENTS = re.compile(r"comment|komm?entar", re.IGNORECASE)
_NO_NEWS_SITEMAP = re.compile(
    r"(?<![a-z])(?:videos?|images?|photos?|fotos?|gambar|gallery|tags?|topics?|topik|category|categories|kategori"
    r"|authors?|penulis|products?|web-?stor(?:y|ies))(?![a-z])",
    re.IGNORECASE,
)
_USUAL_FEEDS = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feeds/posts/default")
_USUAL_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/sitemap-news.xml", "/news-sitemap.xml", "/sitemaps/news.xml")

_MENU_NAME = re.compile(
    r"(?<![a-z])(?:main|top|sub)?(?:nav|navbar|navigation|navigasi|menu|menubar|kanal|channels?|rubrik)s?(?![a-z])",
    re.IGNORECASE,
)
_FOOTER_NAME = re.compile(r"(?<![a-z])(?:footer|foot|colophon|kaki|copyright)(?![a-z])", re.IGNORECASE)
# Of what `shape` takes for listings and services, these list news.
_NEWS_LISTS = frozenset(
    {"category", "kategori", "topic", "topics", "topik", "indeks", "indeks-berita", "index-berita", "terpopuler"}
)
# Blogs have their sections there.
_LABELS = ("search", "label")
_NO_SECTION = """
abo abonnement about account ads advertise advertising akun amp angebote anmelden anzeigen api aplikasi app apps
archive archives arsip auctions auktion author authors autor autoren bantuan careers cari cdn classifieds comments
competitions contact cookie cookies copyright corrections crossword crosswords cuaca daftar datenschutz disclaimer
download e-paper epaper events faq feed forum foto fotos galeri galleries gallery game games gutscheine hapus help
horoscope horoskop hubungi iklan image images impressum imprint infografis jadwal jobs karier karir kebijakan
ketentuan komentar kontak kontakt kortingscodes kuis langganan legal leserservice licensing live livestream login
loker lotto lowongan mail masuk mediadaten membership mobile newsletter newsletters nieuwsbrieven panduan password
pedoman penulis photo photos podcast podcasts privacy privasi profil profile prospekte puzzels puzzles quiz radio
redaksi redaktion register registrasi rss search settings shop signin signup sitemap spiele static stellenanzeigen
stellenmarkt store streaming subscribe subscription suche sudoku suratpembaca syarat tag tags telefonbuch tentang
terms toko trauer tv user users veranstaltungen vergleich verlagsjobs video videos weather web-stories webinar werbung
wetter widget wiki
"""
_NO_SECTIONS = frozenset(_NO_SECTION.split())
_MOBILE_HOSTS = frozenset({"m", "wap"})
_WORD = re.compile(r"[^\W_]+(?:-(?:paper|stories))?")
_SECTION_PARAMETERS = frozenset({"cat", "category", "channel", "kanal", "kategori", "rubrik", "section"})


@dataclass(frozen=True, slots=True)
class Explored:
    """Where a site lists its news, as canonical addresses, the best first.

    `listings` are feeds and sitemaps that are named, `sections` its section pages, `guesses` usual places of
    feeds or sitemaps where none is named.
    """

    listings: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Anchor:
    """A link of a page: its canonical address, its text, and where it stands."""

    url: str
    text: str
    region: Region


def explore(page: Page, robots: bytes) -> Explored:
    """Return where a site lists its news, from its home page and the text of its robots.txt (empty where it has none).

    Only its own site counts, other hosts of it included. At most 30 listings, 40 sections and 12 guesses.
    """
    tree = tree_of(page) if is_html(page) else None
    anchors = [] if tree is None else list(_anchors(tree, page.url))
    declared = [] if tree is None else list(_declared(tree, page.url))
    feeds = _of_site(page.url, _feeds(declared, anchors))
    sitemaps = _of_site(page.url, _sitemaps(page.url, robots, declared, anchors))
    missing = (*(() if feeds else _USUAL_FEEDS), *(() if sitemaps else _USUAL_SITEMAPS))
    return Explored(
        listings=(*feeds, *sitemaps)[:_MOST_LISTINGS],
        sections=_sections(page.url, anchors),
        guesses=tuple(url for path in missing if (url := canonical(urljoin(page.url, path)))),
    )


@dataclass(frozen=True, slots=True)
class _Declared:
    """What a `<link>` in a page's head says: address, relations, type and title."""

    url: str
    rel: frozenset[str]
    type: str
    title: str


def _declared(tree: HtmlElement, page_url: str) -> Iterator[_Declared]:
    base = base_of(tree, page_url)
    for link in islice(tree.iter("link"), _MOST_ANCHORS):
        url = canonical(link.get("href") or "", base)
        if url:
            rel = frozenset((link.get("rel") or "").lower().split())
            yield _Declared(url, rel, link.get("type") or "", link.get("title") or "")


def _feeds(declared: Iterable[_Declared], anchors: Iterable[_Anchor]) -> Iterator[str]:
    for link in declared:
        named = "alternate" in link.rel and _FEED_TYPE.match(link.type)
        if named and not _is_of_comments(f"{link.url} {link.title}", link.url):
            yield link.url
    for anchor in anchors:
        if _FEED_PATH.search(urlsplit(anchor.url).path) and not _is_of_comments(anchor.url, anchor.url):
            yield anchor.url


def _is_of_comments(said: str, url: str) -> bool:
    """Tell whether a feed is one of comments: it says so, or hangs below an article."""
    return bool(_COMMENTS.search(said)) or looks_like_article(url.rstrip("/").rpartition("/")[0])


def _sitemaps(page_url: str, robots: bytes, declared: Iterable[_Declared], anchors: Iterable[_Anchor]) -> list[str]:
    """Return sitemaps, those of news first, without those of what is no news."""
    written = (line.decode("latin-1") for line in islice(_named_by_robots(robots), _MOST_ANCHORS))
    urls = [url for line in written if (url := canonical(line, page_url))]
    urls += [link.url for link in declared if "sitemap" in link.rel]
    urls += [anchor.url for anchor in anchors if _SITEMAP_PATH.search(urlsplit(anchor.url).path)]
    kept = [url for url in urls if not _NO_NEWS_SITEMAP.search(urlsplit(url).path)]
    return sorted(kept, key=lambda url: not _NEWS.search(urlsplit(url).path))


def _named_by_robots(robots: bytes) -> Iterator[bytes]:
    lines = robots.removeprefix(b"\xef\xbb\xbf").replace(b"\r", b"\n")
    return (line[1] for line in _SITEMAP_LINE.finditer(lines))


def _of_site(page_url: str, urls: Iterable[str]) -> tuple[str, ...]:
    site = site_of(page_url)
    return tuple(dict.fromkeys(url for url in urls if site_of(url) == site))


def _sections(page_url: str, anchors: Iterable[_Anchor]) -> tuple[str, ...]:
    """Return the addresses of section pages: those in menus first, those at the foot only where there are few."""
    by_region: dict[Region, dict[str, str]] = {"menu": {}, "body": {}, "footer": {}}
    home, site = spelling(plain(page_url)), site_of(page_url)
    for anchor in anchors:
        if site_of(anchor.url) == site and spelling(plain(anchor.url)) != home and _is_section(anchor):
            by_region[anchor.region].setdefault(spelling(anchor.url), anchor.url)
    found: dict[str, str] = {}
    for urls in by_region.values():
        if urls is not by_region["footer"] or len(found) < _FEW_SECTIONS:
            found |= {key: url for key, url in _broad_first(urls).items() if key not in found}
    return tuple(found.values())[:_MOST_SECTIONS]


def _broad_first(urls: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(urls.items(), key=lambda pair: _depth(pair[1])))


def _depth(url: str) -> int:
    """Return how deep a section is; other hosts of a site are sections like the first folders of its own."""
    return max(1, urlsplit(url).path.rstrip("/").count("/"))


def _is_section(anchor: _Anchor) -> bool:
    words = anchor.text.split()
    if not 1 <= len(words) <= _MAX_TEXT_WORDS or len(anchor.text) > _MAX_TEXT or _is_of_no_news(anchor.url):
        return False
    return is_home(anchor.url) or _is_section_address(anchor.url)


def _is_of_no_news(url: str) -> bool:
    """Tell whether a host or a folder is that of a service, of pictures or of films."""
    # The name of the site itself says nothing: `radio.example` may well be a newspaper.
    own = host_of(url).removesuffix(site_of(url))
    first = own.partition(".")[0]
    segments = [unquote(segment).lower() for segment in urlsplit(url).path.split("/") if segment]
    if tuple(segments[:2]) == _LABELS:
        return False
    words = {word for segment in (first, *segments) for word in _WORD.findall(segment.partition(".")[0])}
    return first in _MOBILE_HOSTS or bool(words & _NO_SECTIONS)


def _is_section_address(url: str) -> bool:
    parts = urlsplit(url)
    segments = [unquote(segment) for segment in parts.path.split("/") if segment]
    names = [segment.lower() for segment in segments]
    if tuple(names[:2]) == _LABELS:
        names = names[2:]
    parameters = {name.lower() for name, _ in parse_qsl(parts.query)}
    return (
        bool(names or parameters)
        and len(segments) <= _MAX_SEGMENTS
        and all(len(name) <= _MAX_SEGMENT and not is_date(name) and "@" not in name for name in names)
        and not is_file(parts.path)
        and not is_listing_or_service(name for name in names if name not in _NEWS_LISTS)
        and parameters <= _SECTION_PARAMETERS
        and not looks_like_article(url)
    )


def _anchors(tree: HtmlElement, page_url: str) -> Iterator[_Anchor]:
    base, once = base_of(tree, page_url), set()
    for element, region in islice(_with_regions(tree), _MOST_ANCHORS):
        href = element.get("href") or ""
        if (href, region) in once:
            continue
        once.add((href, region))
        url = canonical(href, base)
        if url:
            yield _Anchor(url, text_of(element) or element.get("title") or "", region)


def _with_regions(tree: HtmlElement) -> Iterator[tuple[HtmlElement, Region]]:
    """Yield each link of a page and where it stands; the foot of a page is the foot, menus in it too."""
    around: list[Region] = ["body"]
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if event == "end":
            around.pop()
            continue
        around.append(around[-1] if around[-1] == "footer" else _region(element) or around[-1])
        if element.tag == "a" and element.get("href"):
            yield element, around[-1]


def _region(element: HtmlElement) -> Region | None:
    if element.tag in {"html", "body"}:
        return None
    name = f"{element.get('class', '')} {element.get('id', '')} {element.get('role', '')}"
    if element.tag == "footer" or _FOOTER_NAME.search(name):
        return "footer"
    return "menu" if element.tag in {"nav", "header", "menu"} or _MENU_NAME.search(name) else None
