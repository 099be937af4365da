"""What a page is and where it leads: feeds, sitemaps, sections, parts."""

import gzip
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import listings
from crawler.discovery import (
    Link,
    is_article,
    listing,
    looks_like_article,
    more_listings,
    next_parts,
    whole_address,
)
from crawler.page import Page

SITE = "https://contoh.test"
ARTICLE = f"{SITE}/berita/12345/jembatan-lama-ditutup-dua-pekan"


def page(body: str | bytes, url: str = f"{SITE}/", content_type: str = "text/html; charset=utf-8") -> Page:
    return Page(url, body.encode() if isinstance(body, str) else body, content_type)


def html(body: str, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>x</title>{head}</head><body>{body}</body></html>"


RSS = """
<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>
<title>Contoh</title><link>https://contoh.test/</link><language>id-ID</language>
<image><url>https://contoh.test/logo.png</url><title>logo</title><link>https://contoh.test/</link></image>
<item><title><![CDATA[Satu &amp; Dua <b>Tebal</b>]]></title><link>https://contoh.test/lama?utm_source=rss</link>
<pubDate>Kam, 05 Mar 2026 10:00:00 +0700</pubDate><media:title>Foto</media:title></item>
<item><title>Baru</title><link> <![CDATA[ https://contoh.test/baru ]]> </link>
<pubDate>Thu, 05 Mar 2026 11:00 WIB</pubDate></item>
<item><title>Tanpa tanggal</title><guid isPermaLink="true">https://contoh.test/tanpa</guid></item>
<item><title>Bukan alamat</title><link>mailto:x@contoh.test</link></item>
</channel></rss>"""


def test_rss_is_read_newest_first() -> None:
    found = listing(page(RSS, content_type="text/html"))
    assert found is not None
    assert found.kind == "feed"
    assert found.links == (
        Link(f"{SITE}/baru", "Baru", datetime(2026, 3, 5, 4, tzinfo=UTC), "id"),
        Link(f"{SITE}/lama", "Satu & Dua Tebal", datetime(2026, 3, 5, 3, tzinfo=UTC), "id"),
        Link(f"{SITE}/tanpa", "Tanpa tanggal", None, "id"),
    )


def test_atom_takes_the_alternate_link_and_the_publication_date() -> None:
    found = listing(
        page(
            """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><link rel="self" href="/self"/><entry>
            <title type="html">Sea &amp;amp; wall</title><link rel="edit" href="/edit"/><link href="/news/wall"/>
            <updated>2026-03-05T12:00:00Z</updated><published>2026-03-05T10:00:00+01:00</published></entry></feed>"""
        )
    )
    assert found is not None
    assert found.links == (Link(f"{SITE}/news/wall", "Sea & wall", datetime(2026, 3, 5, 9, tzinfo=UTC), "en"),)


def test_rdf_is_a_feed() -> None:
    found = listing(
        page(
            """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
            xmlns:dc="http://purl.org/dc/elements/1.1/"><item rdf:about="/a"><title>A</title><link>/a</link>
            <dc:date>2026-03-05</dc:date></item></rdf:RDF>"""
        )
    )
    assert found is not None
    assert found.links == (Link(f"{SITE}/a", "A", datetime(2026, 3, 5, tzinfo=UTC)),)


def test_a_json_feed_is_a_feed_and_other_json_is_none() -> None:
    feed = """{"version": "https://jsonfeed.org/version/1.1", "language": "id", "items": [
    {"url": "/a", "title": "A", "date_published": "2026-03-05T10:00:00+07:00"}, {"id": "7"}, 3]}"""
    found = listing(page(feed, content_type="application/json"))
    assert found is not None
    assert found.links == (Link(f"{SITE}/a", "A", datetime(2026, 3, 5, 3, tzinfo=UTC), "id"),)
    assert listing(page('{"items": []}', content_type="application/json")) is None


NEWS_SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc><![CDATA[https://contoh.test/a?x=1&y=2]]></loc><lastmod>2026-03-06</lastmod>
<image:image><image:loc>https://contoh.test/foto.jpg</image:loc><image:title>Foto</image:title></image:image>
<news:news><news:publication><news:name>Contoh</news:name><news:language>id</news:language></news:publication>
<news:publication_date>2026-03-05T10:00:00+07:00</news:publication_date><news:title>Judul</news:title></news:news></url>
</urlset>"""
IN_SITEMAP = Link(f"{SITE}/a?x=1&y=2", "Judul", datetime(2026, 3, 5, 3, tzinfo=UTC), "id")


def test_a_news_sitemap_gives_titles_dates_and_languages() -> None:
    found = listing(page(NEWS_SITEMAP, content_type="application/xml"))
    assert found is not None
    assert (found.kind, found.links) == ("sitemap", (IN_SITEMAP,))


def test_a_gzip_file_is_read_as_far_as_it_goes() -> None:
    packed = gzip.compress(NEWS_SITEMAP.encode())
    whole, cut = (listing(page(body, content_type="application/gzip")) for body in (packed, packed[:-9]))
    assert whole is not None
    assert cut is not None
    assert whole.links == cut.links == (IN_SITEMAP,)


def test_a_sitemap_index_names_sitemaps() -> None:
    found = listing(page("<sitemapindex><sitemap><loc>/sitemap-1.xml</loc></sitemap></sitemapindex>"))
    assert found is not None
    assert (found.kind, [link.url for link in found.links]) == ("index", [f"{SITE}/sitemap-1.xml"])


def test_broken_xml_gives_what_it_has() -> None:
    found = listing(page("<rss><channel><item><title>A & B</title><link>/a</link></item><item><link>/b"))
    assert found is not None
    assert [link.url for link in found.links] == [f"{SITE}/a", f"{SITE}/b"]


def test_entities_are_not_fetched_or_blown_up() -> None:
    body = """<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/hostname"><!ENTITY a "aaaaaaaaaa">
    <!ENTITY b "&a;&a;&a;&a;">]>
    <rss><channel><item><title>x&f;&b;</title><link>/a</link></item></channel></rss>"""
    found = listing(page(body))
    assert found is not None
    assert "aaaa" not in found.links[0].title
    assert found.links[0].url == f"{SITE}/a"


@pytest.mark.parametrize("entry", ['<title>&a9;</title><link href="/a"/>', '<title>x</title><link href="/a?&a9;"/>'])
def test_a_bomb_of_entities_is_a_feed_like_any_other(entry: str) -> None:
    layers = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    body = f'<!DOCTYPE feed [<!ENTITY a0 "boom">{layers}]><feed><entry>{entry}</entry></feed>'
    found = listing(page(body))
    assert found is not None
    assert found.links[0].url.startswith(f"{SITE}/a")
    assert "boom" not in repr(found)


def rss(*items: str, head: str = "", start: str = "") -> str:
    return f"{start}<rss><channel>{head}{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>"


def links_of(body: str | bytes, url: str = f"{SITE}/", content_type: str = "application/xml") -> tuple[Link, ...]:
    found = listing(page(body, url, content_type))
    assert found is not None
    return found.links


QUOTED = "Gubernur: “Tidak benar” – café"


@pytest.mark.parametrize("written", ["utf-8", "windows-1252", "utf-16"])
@pytest.mark.parametrize("declared", ["utf-8", "iso-8859-1", "windows-1252", "UTF-16", "x-nothing", ""])
def test_titles_are_right_whatever_encoding_a_feed_declares(written: str, declared: str) -> None:
    start = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    if (written, declared.lower()) == ("windows-1252", "utf-16"):
        return
    body = rss(f"<title>{QUOTED}</title><link>/a</link>", start=start).encode(written)
    assert links_of(body) == (Link(f"{SITE}/a", QUOTED),)


def test_one_bad_byte_does_not_change_the_encoding_of_a_feed() -> None:
    body = rss(f"<title>{QUOTED * 3}</title><link>/a</link>", "<title>x#x</title><link>/b</link>")
    assert links_of(body.encode().replace(b"#", b"\xe9"))[0].title == QUOTED * 3


def test_what_stands_before_a_feed_is_passed_over() -> None:
    start = "\n<br />\n<b>Warning</b>: something is <i>deprecated</i>\n<?xml version='1.0'?><!-- <rss --><!DOCTYPE rss>"
    assert [link.url for link in links_of(rss("<link>/a</link>", start=start))] == [f"{SITE}/a"]


def test_bare_ampersands_and_names_of_html_are_kept() -> None:
    found = links_of(rss("<title>Sea &amp; Wall &raquo; A&nbsp;B & C</title><link>/a?x=1&y=2&copy=3</link>"))
    assert found == (Link(f"{SITE}/a?x=1&y=2&copy=3", "Sea & Wall » A B & C"),)


def test_control_characters_do_not_end_a_feed() -> None:
    found = links_of(rss("<title>A\x08B\x00C</title><link>/a</link>", "<link>/b</link>"))
    assert [link.url for link in found] == [f"{SITE}/a", f"{SITE}/b"]


def test_relative_addresses_start_from_xml_base() -> None:
    feed = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://contoh.test/x/">
    <entry xml:base="y/"><link href="a"/></entry><entry><link xml:base="z/" href="b"/></entry>
    <entry><link href="/c"/></entry><entry xml:base="https://[bad"><link href="d"/></entry></feed>"""
    assert [link.url for link in links_of(feed, f"{SITE}/feeds/atom")] == [
        f"{SITE}/x/y/a",
        f"{SITE}/x/z/b",
        f"{SITE}/c",
        f"{SITE}/x/d",
    ]


def test_an_item_without_a_link_goes_by_its_guid_if_that_is_an_address() -> None:
    found = links_of(
        rss(
            "<guid>https://contoh.test/a</guid>",
            '<guid isPermaLink="true">/b</guid>',
            "<guid>/c</guid>",
            '<guid isPermaLink="false">tag:contoh.test,2026:1</guid>',
        )
    )
    assert [link.url for link in found] == [f"{SITE}/a", f"{SITE}/b"]


def test_an_element_without_a_text_takes_nothing_away() -> None:
    found = links_of(
        rss(
            "<link>https://contoh.test/a</link><guid isPermaLink='false'>17</guid>"
            '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="standout" href="https://contoh.test/z"/>',
            "<title>Judul</title><title/><link>https://contoh.test/b</link><link/>",
        )
    )
    assert [(link.url, link.title) for link in found] == [(f"{SITE}/a", ""), (f"{SITE}/b", "Judul")]


def test_links_start_from_a_base_that_is_relative_itself() -> None:
    body = SECTION.replace("<head>", '<head><base href="/">') if "<head>" in SECTION else SECTION
    assert "<base" in body
    plain, based = listing(page(SECTION)), listing(page(body))
    assert plain is not None
    assert based is not None
    assert [link.url for link in based.links] == [link.url for link in plain.links]


def test_a_web_page_that_is_served_as_a_feed_is_a_section() -> None:
    found = listing(page(SECTION, f"{SITE}/feed", "application/rss+xml"))
    assert found is not None
    assert found.kind == "section"
    assert len(found.links) == 2


def test_a_text_file_with_an_address_a_line_is_a_sitemap() -> None:
    body = "\ufeffhttps://contoh.test/a?utm_source=x\r\n\r\n  https://contoh.test/b \nhttps://contoh.test/a\n"
    found = listing(page(body, content_type="text/plain"))
    assert found is not None
    assert (found.kind, [link.url for link in found.links]) == ("sitemap", [f"{SITE}/a", f"{SITE}/b"])
    assert listing(page(f"{body}and so on", content_type="text/plain")) is None


@pytest.mark.parametrize(
    ("address", "until"),
    [
        ("/sitemap-2025-06.xml", datetime(2025, 7, 1, tzinfo=UTC)),
        ("/sitemap/posts202512.xml", datetime(2026, 1, 1, tzinfo=UTC)),
        ("/2025/06/18.xml", datetime(2025, 6, 19, tzinfo=UTC)),
        ("/sitemap_20250630.xml", datetime(2025, 7, 1, tzinfo=UTC)),
        ("/sitemap-2024.xml", datetime(2025, 1, 1, tzinfo=UTC)),
        ("/2023/sitemap-2025-06.xml", datetime(2025, 7, 1, tzinfo=UTC)),
        ("/sitemap-news.xml", None),
        ("/sitemap-20259.xml", None),
        ("/sitemap-2025-02-30.xml", None),
    ],
)
def test_a_sitemap_of_an_index_is_dated_by_its_address(address: str, until: datetime | None) -> None:
    index = f"<sitemapindex><sitemap><loc>{address}</loc></sitemap></sitemapindex>"
    assert links_of(index) == (Link(f"{SITE}{address}", published=until),)


def test_what_a_sitemap_of_an_index_says_of_itself_comes_before_its_address() -> None:
    index = """<sitemapindex><sitemap><loc>/2024-01.xml</loc><lastmod>2026-03-05T10:00:00+07:00</lastmod></sitemap>
    <sitemap><loc>/2026-02.xml</loc></sitemap></sitemapindex>"""
    assert links_of(index) == (
        Link(f"{SITE}/2024-01.xml", published=datetime(2026, 3, 5, 3, tzinfo=UTC)),
        Link(f"{SITE}/2026-02.xml", published=datetime(2026, 3, 1, tzinfo=UTC)),
    )


def test_articles_are_not_dated_by_their_address() -> None:
    sitemap = "<urlset><url><loc>/2025/06/18/jembatan-lama-ditutup</loc></url></urlset>"
    assert links_of(sitemap)[0].published is None


def sitemap_of(*days: int) -> str:
    """Return a sitemap with a page of each of these days since 2026 began."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    pages = (
        f"<url><loc>/{number}</loc><lastmod>{start + timedelta(days=day):%Y-%m-%d}</lastmod></url>"
        for number, day in enumerate(days)
    )
    return f"<urlset>{''.join(pages)}</urlset>"


def test_a_sitemap_may_hold_what_its_standard_allows() -> None:
    lines = [f"{SITE}/{number}\n" for number in range(50_002)]
    for more in (0, 2):
        found = listing(page("".join(lines[: 50_000 + more]), content_type="text/plain"))
        assert found is not None
        assert (found.kind, len(found.links), found.left_out) == ("sitemap", 50_000, more)


def test_of_more_than_a_sitemap_may_hold_the_newest_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "_MAX_LINKS", 50)
    cut = listing(page(sitemap_of(*[1] * 3, *[5] * 50, 9)))
    assert cut is not None
    assert (len(cut.links), cut.left_out) == (50, 4)
    assert cut.links[0] == Link(f"{SITE}/53", published=datetime(2026, 1, 10, tzinfo=UTC))
    assert cut.links[-1].published == datetime(2026, 1, 6, tzinfo=UTC)


def test_a_feed_has_no_limit_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "_MAX_LINKS", 50)
    items = [{"url": f"/{number}"} for number in range(60)]
    as_json = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items})
    for body in (as_json, rss(*(f"<link>/{n}</link>" for n in range(60)), head="<title>Contoh</title>")):
        found = listing(page(body))
        assert found is not None
        assert (found.kind, len(found.links), found.left_out) == ("feed", 60, 0)


def test_what_is_not_even_looked_at_counts_as_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "_MAX_ENTRIES", 3)
    found = listing(page(rss(*(f"<link>/{n}</link>" for n in range(5)), head="<title>Contoh</title>")))
    assert found is not None
    assert ([link.url for link in found.links], found.left_out) == ([f"{SITE}/{n}" for n in range(3)], 2)


def test_entries_inside_of_entries_end() -> None:
    body = "<rss><channel>" + "<item><title>" * 20_000 + "x"
    assert listing(page(body)) is not None


@given(st.binary(max_size=300), st.sampled_from([b"", b"<rss>", b"<html>", b"{", b"\x1f\x8b", b"<urlset><url><loc>"]))
def test_no_bytes_raise(body: bytes, start: bytes) -> None:
    some = page(start + body)
    listing(some)
    assert next_parts(some) == () or is_article(some)
    more_listings(some)
    whole_address(some)


SECTION = html(
    """<nav><a href="/berita/11111/menu-yang-bukan-berita-utama">Menu</a></nav>
    <a href="/berita/12345/jembatan-lama-ditutup-dua-pekan"><img src="x.jpg"></a>
    <h2><a href="/berita/12345/jembatan-lama-ditutup-dua-pekan?utm_source=depan">Jembatan Lama Ditutup</a></h2>
    <a href="https://www.contoh.test/berita/12346/panen-raya-bawang-di-lereng">Panen</a>
    <a href="https://lain.test/berita/12347/panen-raya-bawang-di-lereng">Situs lain</a>
    <a href="/daerah">Daerah</a> <a href="/tag/jembatan-lama-di-desa-kami">Tag</a> <a href="mailto:a@b.c">Surat</a>
    <a href="/foto/12348/panen-raya-bawang-di-lereng.jpg">Foto</a>
    <footer><a href="/berita/11112/kaki-yang-bukan-berita-utama">Kaki</a></footer>"""
)


def test_a_section_gives_its_articles_in_order() -> None:
    found = listing(page(SECTION, f"{SITE}/daerah"))
    assert found is not None
    assert found.kind == "section"
    assert found.links == (
        Link(f"{SITE}/berita/12345/jembatan-lama-ditutup-dua-pekan", "Jembatan Lama Ditutup"),
        Link("https://www.contoh.test/berita/12346/panen-raya-bawang-di-lereng", "Panen"),
    )


def test_a_section_gives_what_its_judge_takes_for_articles() -> None:
    found = listing(page(SECTION, f"{SITE}/ekonomi"), lambda url: url.endswith("/daerah"))
    assert found is not None
    assert found.links == (Link(f"{SITE}/daerah", "Daerah"),)


def test_menus_inside_of_menus_are_menus() -> None:
    deep = "<nav>" * 1_000 + '<a href="/berita/11111/menu-yang-bukan-berita-utama">Menu</a>' + "</nav>" * 1_000
    found = listing(page(html(deep), f"{SITE}/daerah"))
    assert found is not None
    assert found.links == ()


def test_a_page_that_is_no_html_and_no_feed_lists_nothing() -> None:
    assert listing(page(b"%PDF-1.4", content_type="application/pdf")) is None


@pytest.mark.parametrize(
    "path",
    [
        "/berita/527615/jembatan-lama",
        "/read/2026/03/05/21353591/pakar-bicara",
        "/ekonomi/d-7969191/pulau-cantik",
        "/baca/123-banjir-desa.html",
        "/berita.php?id=12",
        "/?p=1234",
        "/2026/03/banjir-desa.html",
        "/2026/03/05/banjir/",
        "/post/banjir-rendam-tiga-desa-9912.html",
        "/berita/sy24g3512/galian-c-longsor",
        "/news/town/sea-wall-plan-approved-by-council",
        "/2019/11/18/politik/gempa/index.html",
    ],
)
def test_addresses_with_the_shape_of_an_article(path: str) -> None:
    assert looks_like_article(SITE + path)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/index.php",
        "/daerah",
        "/daerah.php?hal=2",
        "/kategori/ekonomi",
        "/2026/03/",
        "/2026/03/05",
        "/tag/banjir-di-tiga-desa-kami",
        "/indeks/2026/03/05",
        "/tentang-kami",
        "/pedoman-media-siber",
        "/foto/banjir-di-tiga-desa.jpg",
        "/sitemap-news.xml",
        "/?p=3",
        "/cari?q=banjir",
    ],
)
def test_addresses_without_it(path: str) -> None:
    assert not looks_like_article(SITE + path)


def test_metadata_tells_an_article_before_the_address_does() -> None:
    said = '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "x"}</script>'
    listed = '<script type="application/ld+json">{"@type": "CollectionPage"}</script>'
    assert is_article(page(html("<p>x</p>", said), f"{SITE}/x"))
    assert not is_article(page(html("<p>x</p>", said), f"{SITE}/"))
    assert not is_article(page(html("<p>x</p>", listed), ARTICLE))
    assert is_article(page(html("<p>x</p>"), ARTICLE))
    assert not is_article(page(html("<p>x</p>"), f"{SITE}/daerah"))
    assert not is_article(page(RSS, ARTICLE))


def test_the_pager_of_a_section_leads_on() -> None:
    links = "".join(f'<a href="?hal={n}">{n}</a>' for n in (3, 2, 1, 40)) + '<a href="/ekonomi?hal=2">2</a>'
    section = page(html(links), f"{SITE}/daerah")
    assert more_listings(section) == (f"{SITE}/daerah?hal=2", f"{SITE}/daerah?hal=3", f"{SITE}/daerah?hal=40")
    assert more_listings(page(html(links), f"{SITE}/daerah?hal=3")) == (f"{SITE}/daerah?hal=40",)
    words = page(html('<a href="/kategori/daerah/page/2/">2</a>'), f"{SITE}/kategori/daerah/")
    assert more_listings(words) == (f"{SITE}/kategori/daerah/page/2/",)


def test_the_parts_of_an_article_come_in_order() -> None:
    pager = '<div><a href="?page=3">3</a><a href="?page=2">2</a><a href="?page=2">Halaman Selanjutnya</a></div>'
    assert next_parts(page(html(pager), ARTICLE)) == (f"{ARTICLE}?page=2", f"{ARTICLE}?page=3")
    assert next_parts(page(html(pager), f"{ARTICLE}?page=2")) == (f"{ARTICLE}?page=3",)
    assert next_parts(page(html("", '<link rel="next" href="?page=2">'), ARTICLE)) == (f"{ARTICLE}?page=2",)
    assert next_parts(page(html(f'<a href="{ARTICLE}/2">2</a>'), ARTICLE)) == (f"{ARTICLE}/2",)


@pytest.mark.parametrize(
    "link",
    [
        '<a rel="next" href="/berita/12346/panen-raya-bawang-di-lereng">Berita berikutnya</a>',
        '<a href="/daerah?page=2">2</a>',
        '<a href="?page=2#comments">2</a>',
        '<div id="comments"><a href="?page=2">2</a></div>',
        f'<a href="{ARTICLE}/comment-page-2/">2</a>',
        '<a href="?cpage=2">2</a>',
        '<a href="?page=2&sort=best">2</a>',
        f'<a href="{ARTICLE}">1</a>',
        '<a href="https://lain.test/berita/12345/jembatan-lama-ditutup-dua-pekan?page=2">2</a>',
    ],
)
def test_what_is_no_part_is_not_taken_for_one(link: str) -> None:
    assert next_parts(page(html(link), ARTICLE)) == ()


def test_neighbouring_numbers_are_not_parts_of_one_another() -> None:
    neighbour = page(html('<a href="/berita/13">Berikutnya</a><a href="/berita">Berita</a>'), f"{SITE}/berita/12")
    assert next_parts(neighbour) == ()


def test_a_section_pager_has_no_parts() -> None:
    assert next_parts(page(html('<a href="?page=2">2</a>'), f"{SITE}/daerah")) == ()


def test_the_whole_version_is_found_where_it_is_linked() -> None:
    assert whole_address(page(html('<a href="?page=all">Tampilkan semua</a>'), ARTICLE)) == f"{ARTICLE}?page=all"
    assert whole_address(page(html('<a href="?single=1">Semua</a>'), f"{ARTICLE}?page=2")) == f"{ARTICLE}?single=1"
    assert whole_address(page(html(f'<a href="{ARTICLE}/all">Semua</a>'), ARTICLE)) == f"{ARTICLE}/all"
    assert whole_address(page(html('<a href="?page=all">Semua</a>'), f"{ARTICLE}?page=all")) is None
    assert whole_address(page(html('<a href="/daerah?page=all">Semua</a>'), ARTICLE)) is None
