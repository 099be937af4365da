"""What a page is for, and how the parts of a paged article are brought together."""

import asyncio

import pytest

from crawler.ledger import ARTICLE, LISTING, PAGER, UNKNOWN
from crawler.page import Page
from crawler.visit import MOST_PARTS, PartMissing, named, whole

HOST = "https://a.example"


def feed(*paths: str) -> Page:
    items = "".join(f"<item><title>Judul</title><link>{HOST}{path}</link></item>" for path in paths)
    return Page(f"{HOST}/feed", f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), "application/rss+xml")


def article(path: str, *links: str) -> Page:
    anchors = "".join(f'<a href="{link}">{link.rpartition("=")[2]}</a> ' for link in links)
    html = (
        '<html><head><meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-03-05T12:00:00Z"></head>'
        "<body><article><h1>Judul berita</h1><p>Isi berita.</p></article>"
        f'<div class="paging">{anchors}</div></body></html>'
    )
    return Page(f"{HOST}{path}", html.encode(), "text/html; charset=utf-8")


def section(path: str, *links: str) -> Page:
    anchors = "".join(f'<a href="{link}">Judul berita panjang nomor {n}</a>' for n, link in enumerate(links))
    return Page(f"{HOST}{path}", f"<html><body><main>{anchors}</main></body></html>".encode(), "text/html")


NEWS = "/berita/2026/03/05/12345/gempa-mengguncang-kota-banyuasri"


def test_a_feed_names_articles() -> None:
    finds = named(feed(NEWS), LISTING, 0)
    assert finds is not None
    assert [(find.url, find.kind, find.title) for find in finds] == [(HOST + NEWS, ARTICLE, "Judul")]


def test_a_sitemap_index_names_listings() -> None:
    body = f"<sitemapindex><sitemap><loc>{HOST}/sitemap-1.xml</loc></sitemap></sitemapindex>"
    finds = named(Page(f"{HOST}/sitemap.xml", body.encode(), "text/xml"), UNKNOWN, 0)
    assert finds is not None
    assert [(find.url, find.kind) for find in finds] == [(f"{HOST}/sitemap-1.xml", LISTING)]


def test_a_section_names_articles_and_a_few_further_pages_up_to_a_depth() -> None:
    page = section("/daerah", NEWS, *(f"/daerah?page={number}" for number in range(2, 9)))
    finds = named(page, LISTING, 0)
    assert finds is not None
    assert [find.url for find in finds if find.kind == ARTICLE] == [HOST + NEWS]
    assert [find.url for find in finds if find.kind == PAGER] == [f"{HOST}/daerah?page={n}" for n in (2, 3, 4)]
    deep = named(page, PAGER, 3)
    assert deep is not None
    assert {find.kind for find in deep} == {ARTICLE}


def test_what_is_unknown_is_decided_by_the_page() -> None:
    assert named(article(NEWS), UNKNOWN, 0) is None
    assert named(feed(NEWS), UNKNOWN, 0)
    assert named(section("/", NEWS), UNKNOWN, 0)


def test_what_a_listing_names_as_an_article_is_one() -> None:
    assert named(section("/", NEWS), ARTICLE, 0) is None


def test_a_listing_that_answers_with_something_else_names_nothing() -> None:
    assert named(Page(f"{HOST}/feed", b"%PDF-1.7", "application/pdf"), LISTING, 0) == []


class Site:
    """Gives pages by address, and remembers which were asked for."""

    def __init__(self, *pages: Page) -> None:
        self.pages = {page.url: page for page in pages}
        self.asked: list[str] = []

    async def fetch(self, url: str) -> Page | None:
        self.asked.append(url.removeprefix(HOST))
        return self.pages.get(url)


def gather(first: Page, site: Site, insist: bool = True) -> list[str]:
    return [page.url.removeprefix(HOST) for page in asyncio.run(whole(first, site.fetch, insist))]


def test_an_article_on_one_page_is_whole_without_a_request() -> None:
    site = Site()
    assert gather(article(NEWS), site) == [NEWS]
    assert site.asked == []


def test_parts_are_fetched_in_order_each_once() -> None:
    addresses = [NEWS, *(f"{NEWS}?page={number}" for number in (2, 3))]
    pages = [article(address, *addresses[1:]) for address in addresses]
    site = Site(*pages)
    assert gather(pages[0], site) == addresses
    assert site.asked == addresses[1:]


def test_a_pager_that_names_only_the_next_part_is_followed() -> None:
    addresses = [NEWS, *(f"{NEWS}?page={number}" for number in (2, 3, 4))]
    pages = [
        article(address, *following)
        for address, following in zip(addresses, [[a] for a in addresses[1:]] + [[]], strict=True)
    ]
    assert gather(pages[0], Site(*pages)) == addresses


def test_the_single_page_version_is_taken_where_there_is_one() -> None:
    first = article(NEWS, f"{NEWS}?page=2", f"{NEWS}?page=all")
    both = Site(article(f"{NEWS}?page=2"), article(f"{NEWS}?page=all"))
    assert gather(first, both) == [f"{NEWS}?page=all"]
    assert gather(first, Site(article(f"{NEWS}?page=2"))) == [NEWS, f"{NEWS}?page=2"]


def test_a_missing_part_is_an_error_until_it_is_given_up() -> None:
    first = article(NEWS, f"{NEWS}?page=2", f"{NEWS}?page=3")
    with pytest.raises(PartMissing, match="page=2"):
        gather(first, Site())
    assert gather(first, Site(), insist=False) == [NEWS]


def test_endless_paging_ends() -> None:
    class Endless(Site):
        async def fetch(self, url: str) -> Page | None:
            self.asked.append(url)
            number = int(url.rpartition("=")[2])
            return article(f"{NEWS}?page={number}", f"{NEWS}?page={number + 1}")

    assert len(gather(article(NEWS, f"{NEWS}?page=2"), Endless())) == MOST_PARTS
