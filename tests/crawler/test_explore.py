"""From a bare home page to the places where a site lists its news."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.addresses import canonical
from crawler.discovery import listing, more_listings
from crawler.explore import Explored, explore
from crawler.page import Page
from tests.newsroom.outlets import OUTLETS, Outlet
from tests.newsroom.server import Newsroom
from tests.newsroom.texts import load

HOME = "https://contoh.test/"
NOW = datetime(2026, 3, 5, 5, 30, tzinfo=UTC)


def home(body: str = "", head: str = "", robots: str = "") -> Explored:
    page = f"<!DOCTYPE html><html><head><title>Contoh</title>{head}</head><body>{body}</body></html>"
    return explore(Page(HOME, page.encode(), "text/html; charset=utf-8"), robots.encode())


def paths(urls: tuple[str, ...]) -> list[str]:
    return [url.removeprefix(HOME[:-1]) for url in urls]


def menu(*links: str) -> str:
    anchors = "".join(f'<li><a href="{link}">Rubrik</a></li>' for link in links)
    return f"<nav><ul>{anchors}</ul></nav>"


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/feed/?utm_source=x">', ["/feed/"]),
        ('<link rel="alternate" type="application/atom+xml" href="/atom.xml">', ["/atom.xml"]),
        ('<link rel="alternate" type="application/feed+json; charset=utf-8" href="/feed.json">', ["/feed.json"]),
        ('<link rel="alternate" type="application/rss+xml" title="Contoh &raquo; Komentar" href="/k/feed/">', []),
        ('<link rel="alternate" type="application/rss+xml" href="/comments/feed/">', []),
        ('<link rel="alternate" type="application/rss+xml" href="/2026/03/banjir-rendam-desa/feed/">', []),
        ('<link rel="alternate" type="application/rss+xml" href="https://lain.test/feed">', []),
        (
            '<link rel="alternate" type="application/rss+xml" href="https://rss.contoh.test/a">',
            ["https://rss.contoh.test/a"],
        ),
        ('<link rel="alternate" hreflang="en" href="/en/">', []),
        ('<link rel="sitemap" type="application/xml" href="/peta.xml">', ["/peta.xml"]),
    ],
)
def test_what_the_head_names(head: str, found: list[str]) -> None:
    assert paths(home(head=head).listings) == found


def test_feeds_and_sitemaps_that_the_page_links_to() -> None:
    found = home('<a href="/rss/daerah.xml">RSS</a><a href="/sitemap.xml">Peta</a><a href="/rss-adalah">Apa itu</a>')
    assert paths(found.listings) == ["/rss/daerah.xml", "/sitemap.xml"]
    assert found.guesses == ()


def test_robots_txt_names_sitemaps_those_of_news_come_first() -> None:
    robots = """User-agent: *
    Disallow: /rahasia/
Sitemap: https://contoh.test/sitemap.xml
SITEMAP:https://www.contoh.test/sitemap-news.xml
Sitemap: /relatif.xml # dan komentar
Sitemap: https://contoh.test/sitemap-video.xml
Sitemap: https://contoh.test/post_tag-sitemap.xml
Sitemap: https://lain.test/sitemap.xml
Sitemap: ftp://contoh.test/sitemap.xml"""
    assert paths(home(robots=robots).listings) == [
        "https://www.contoh.test/sitemap-news.xml",
        "/sitemap.xml",
        "/relatif.xml",
    ]


@pytest.mark.parametrize(
    "robots", ["\ufeffSitemap: /s.xml", "User-agent: *\rSitemap: /s.xml\rDisallow: /x", "sitemap : /s.xml"]
)
def test_robots_txt_is_read_however_it_was_saved(robots: str) -> None:
    assert paths(home(robots=robots).listings) == ["/s.xml"]


def test_what_is_named_is_not_guessed() -> None:
    everything = paths(home().guesses)
    assert {"/feed", "/rss.xml", "/feeds/posts/default", "/sitemap.xml", "/sitemap-news.xml"} <= set(everything)
    assert len(everything) <= 12
    feed = '<link rel="alternate" type="application/rss+xml" href="/warta">'
    without_feeds = paths(home(head=feed).guesses)
    without_sitemaps = paths(home(robots=f"Sitemap: {HOME}peta.xml").guesses)
    assert all("sitemap" in path for path in without_feeds)
    assert not any("sitemap" in path for path in without_sitemaps)
    assert sorted(without_feeds + without_sitemaps) == sorted(everything)


def test_guesses_are_of_the_root_wherever_home_is() -> None:
    found = explore(Page(f"{HOME}id/beranda", b"<html></html>", "text/html"), b"")
    assert f"{HOME}feed" in found.guesses


@pytest.mark.parametrize(
    "link",
    [
        "/daerah",
        "/kategori/ekonomi/",
        "/category/news/politics/",
        "/olahraga.php",
        "/indeks",
        "/search/label/budaya",
        "/?cat=12",
        "https://bola.contoh.test/",
        "https://www.contoh.test/nusantara/jawa-tengah",
        "/%E6%97%A5%E6%9C%AC",
    ],
)
def test_sections(link: str) -> None:
    assert home(menu(link)).sections == (canonical(link, HOME),)


@pytest.mark.parametrize(
    "link",
    [
        "/",
        "http://www.contoh.test/",
        "https://m.contoh.test/",
        "https://lain.test/daerah",
        "/tentang-kami",
        "/kontak",
        "/kebijakan-privasi",
        "/redaksi",
        "/tag/banjir",
        "/penulis/budi",
        "/login",
        "/cari?q=banjir",
        "/search/banjir",
        "/foto",
        "/video/terbaru",
        "https://epaper.contoh.test/",
        "https://akun.contoh.test/masuk",
        "/logo.png",
        "/2026/03",
        "/arsip/2026",
        "/indeks/2026/03/05",
        "/indeks?date=2026-03-05",
        "/daerah/page/2/",
        "/daerah?page=2",
        "/berita/12345/jembatan-lama-ditutup-dua-pekan",
        "/@budi",
        "/a/b/c/d",
        "/satu-nama-yang-jauh-terlalu-panjang-untuk-rubrik",
        "mailto:redaksi@contoh.test",
        "#atas",
    ],
)
def test_what_is_no_section(link: str) -> None:
    assert home(menu(link)).sections == ()


def test_a_link_without_words_or_with_a_headline_is_no_section() -> None:
    body = '<a href="/gempa-bumi">Gempa Mengguncang Kota Banyuasri Semalam</a><a href="/iklan1"><img src="x"></a>'
    assert home(body).sections == ()


def test_menus_come_first_then_what_is_less_deep_and_the_foot_only_in_need() -> None:
    body = (
        '<div class="isi"><a href="/budaya">Budaya</a></div>'
        '<div class="main-menu"><a href="/daerah/utara">Utara</a><a href="/daerah">Daerah</a></div>'
        '<footer><nav><a href="/olahraga">Olahraga</a><a href="/daerah/">Daerah</a></nav></footer>'
    )
    assert paths(home(body).sections) == ["/daerah", "/daerah/utara", "/budaya", "/olahraga"]
    assert "/olahraga" not in paths(home(body + menu("/a", "/b")).sections)


def test_the_name_of_a_site_says_nothing_of_its_sections() -> None:
    page = Page("https://radio.test/", menu("/daerah", "https://video.radio.test/").encode(), "text/html")
    assert explore(page, b"").sections == ("https://radio.test/daerah",)


def test_a_section_is_named_once_however_it_is_spelled() -> None:
    found = home(menu("/daerah", "/daerah/", "http://www.contoh.test/daerah", "/daerah#atas"))
    assert paths(found.sections) == ["/daerah"]


def test_there_is_an_end_to_what_a_page_can_name() -> None:
    letters = "abcdefghijklmnopqrst"
    many = [f"/{a}{b}" for a in letters for b in letters]
    head = "".join(f'<link rel="alternate" type="application/rss+xml" href="{link}.rss">' for link in many)
    found = home(menu(*many), head)
    assert (len(found.listings), len(found.sections)) == (30, 40)


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_any_page_and_any_robots_txt_can_be_explored(body: bytes, robots: bytes) -> None:
    found = explore(Page(HOME, b"<html><nav><a href=" + body, "text/html"), b"Sitemap: " + robots)
    for url in (*found.listings, *found.sections, *found.guesses):
        assert canonical(url) == url


def test_a_home_page_that_is_no_page_still_has_its_robots_txt() -> None:
    found = explore(Page(HOME, b"%PDF-1.7", "application/pdf"), b"Sitemap: https://contoh.test/s.xml")
    assert paths(found.listings) == ["/s.xml"]
    assert found.sections == ()


class Walk:
    """A crawl without a network: what can be reached from an outlet's home page."""

    def __init__(self, newsroom: Newsroom, outlet: Outlet) -> None:
        self.newsroom, self.home = newsroom, newsroom.url(outlet.id)
        robots = newsroom.answer(outlet.host, "/robots.txt").body
        self.explored = explore(self.page(self.home), robots)

    def page(self, url: str) -> Page:
        parts = urlsplit(url)
        answer = self.newsroom.answer(parts.netloc, parts.path + (f"?{parts.query}" if parts.query else ""))
        return Page(url, answer.body if answer.status == 200 else b"", answer.content_type)

    def articles(self, *starts: str) -> set[str]:
        """Return the ids of the articles that these listings and their further pages name."""
        waiting, seen, found = list(starts), set(starts), set()
        while waiting:
            page = self.page(waiting.pop())
            listed = listing(page)
            further = more_listings(page)
            for link in listed.links if listed else ():
                text = self.newsroom.text_of(link.url)
                found.update([text.id] if text else [])
                further += (link.url,) if listed and listed.kind == "index" else ()
            waiting += [url for url in further if url not in seen]
            seen.update(further)
        return found


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(load(), NOW) as running:
        yield running


def texts_of(newsroom: Newsroom, outlet: Outlet) -> set[str]:
    return {text.id for text in newsroom.edition.articles(outlet)}


@pytest.mark.parametrize("outlet", OUTLETS.values(), ids=OUTLETS.keys())
def test_an_outlet_is_whole_from_its_bare_address(outlet: Outlet, newsroom: Newsroom) -> None:
    walk = Walk(newsroom, outlet)
    found = walk.explored
    assert walk.articles(walk.home, *found.listings, *found.sections, *found.guesses) == texts_of(newsroom, outlet)


@pytest.mark.parametrize("outlet", OUTLETS.values(), ids=OUTLETS.keys())
def test_the_section_pages_of_an_outlet_are_enough(outlet: Outlet, newsroom: Newsroom) -> None:
    walk = Walk(newsroom, outlet)
    names = newsroom.edition.sections(outlet)
    sections = {newsroom.url(outlet.id, outlet.section.format(section=name)) for name in names}
    assert sections <= set(walk.explored.sections)
    assert walk.articles(*walk.explored.sections) == texts_of(newsroom, outlet)


@pytest.mark.parametrize("outlet", OUTLETS.values(), ids=OUTLETS.keys())
def test_the_feeds_and_sitemaps_of_an_outlet_are_enough_where_it_has_any(outlet: Outlet, newsroom: Newsroom) -> None:
    walk = Walk(newsroom, outlet)
    expected = texts_of(newsroom, outlet) if outlet.best_listing else set()
    assert walk.articles(*walk.explored.listings, *walk.explored.guesses) == expected


def test_outlets_name_their_listings_in_all_the_ways_there_are(newsroom: Newsroom) -> None:
    walks = {name: Walk(newsroom, outlet).explored for name, outlet in OUTLETS.items()}
    place = {name: [urlsplit(url).path for url in found.listings] for name, found in walks.items()}
    assert place["antar-nusa"] == ["/rss/terkini.xml"], "in its pages alone"
    assert place["viral-sekejap"] == ["/sitemap-news.xml"], "in robots.txt alone"
    assert place["harbour-gazette"] == ["/feeds/latest.atom", "/sitemaps/news.xml"], "in both"
    assert place["northern-ledger"] == [], "nowhere, though it has a feed"
    assert newsroom.url("northern-ledger", "/feeds/posts/default") in walks["northern-ledger"].guesses
    assert place["harian-lembah"] == [], "it has none"
