"""What a page is for, and how the parts of a paged article are brought together."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler import discovery, listings
from crawler.addresses import host_of
from crawler.entry import ARTICLE, GUESS, LISTING, PAGER, SITE, UNKNOWN, Entry, Find
from crawler.page import Page
from crawler.seedlist import Seed
from crawler.task import Continued
from crawler.visit import MOST_PARTS, PAGER_DEPTH, Named, Wanted, joined, listed, named

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOST = "https://a.example"
NEWS = "/berita/2026/03/05/12345/gempa-mengguncang-kota-banyuasri"
WANTED = Wanted(Seed(f"{HOST}/feed"), NOW)


def feed(*paths: str, days_ago: int = 0) -> Page:
    date = f"{NOW - days_ago * DAY:%a, %d %b %Y %H:%M:%S} GMT"
    items = "".join(
        f"<item><title>Judul</title><link>{HOST}{path}</link><pubDate>{date}</pubDate></item>" for path in paths
    )
    return Page(f"{HOST}/feed", f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), "application/rss+xml")


def index(*sitemaps: tuple[str, int]) -> Page:
    """Return an index of sitemaps: paths, and how many days ago each changed."""
    items = "".join(
        f"<sitemap><loc>{HOST}{path}</loc><lastmod>{(NOW - days * DAY).isoformat()}</lastmod></sitemap>"
        for path, days in sitemaps
    )
    body = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{items}</sitemapindex>'
    return Page(f"{HOST}/sitemap.xml", body.encode(), "text/xml")


def article(path: str, *links: str) -> Page:
    anchors = "".join(f'<a href="{link}">{link.rpartition("=")[2]}</a> ' for link in links)
    html = (
        '<html><head><meta property="og:type" content="article">'
        '<meta property="article:published_time" content="2026-03-05T12:00:00Z"></head>'
        "<body><article><h1>Judul berita</h1><p>Isi berita.</p></article>"
        f'<div class="paging">{anchors}</div></body></html>'
    )
    return Page(f"{HOST}{path}", html.encode(), "text/html; charset=utf-8")


def section(path: str, *links: str, nav: str = "", pager: str = "") -> Page:
    anchors = "".join(f'<a href="{link}">Judul berita panjang nomor {n}</a>' for n, link in enumerate(links))
    html = f'<html><body><nav>{nav}</nav><main>{anchors}</main><div class="paging">{pager}</div></body></html>'
    return Page(f"{HOST}{path}", html.encode(), "text/html")


def pager(*numbers: int) -> str:
    return " ".join(f'<a href="/daerah?page={number}">{number}</a>' for number in numbers)


def seen(page: Page, kind: str = UNKNOWN, depth: int = 0, wanted: Wanted = WANTED) -> Named:
    """Return what a page names that is no article."""
    entry = Entry(1, page.url, host_of(page.url), kind, depth=depth)
    found = named(page, entry, wanted)
    assert found is not None
    return found


def paths(found: Named, kind: str) -> list[str]:
    return [find.url.removeprefix(HOST) for find in found.finds if find.kind == kind]


@pytest.mark.parametrize("kind", [LISTING, UNKNOWN, GUESS, SITE])
def test_a_feed_is_a_listing_whatever_it_was_taken_for_and_names_articles(kind: str) -> None:
    found = seen(feed(NEWS), kind)
    assert found == Named(LISTING, (Find(HOST + NEWS, ARTICLE, "Judul", NOW),))
    assert found.articles == 1


def test_what_the_seed_or_the_run_does_not_want_is_named_with_the_reason() -> None:
    choosy = replace(WANTED, seed=Seed(f"{HOST}/feed", skip=("/olahraga/*",)), since=NOW - DAY)
    sport = "/olahraga/1/judul-berita-panjang"
    assert [find.skip for find in seen(feed(NEWS, sport), wanted=choosy).finds] == ["", "pattern"]
    old = seen(feed(NEWS, sport, days_ago=2), wanted=choosy)
    assert [find.skip for find in old.finds] == ["too-old", "pattern"]
    assert old.articles == 2


def test_an_index_names_sitemaps_and_those_of_long_ago_are_left_out_unless_asked_for() -> None:
    page = index(("/s1.xml", 0), ("/s2.xml", 30), ("/s3.xml", 40), ("/s4.xml", 400))

    def left_out(since: timedelta | None) -> list[str]:
        wanted = replace(WANTED, since=NOW - since if since else None)
        found = seen(page, LISTING, wanted=wanted)
        assert paths(found, LISTING) == ["/s1.xml", "/s2.xml", "/s3.xml", "/s4.xml"]
        return [find.url.removeprefix(HOST) for find in found.finds if find.skip == "too-old"]

    assert left_out(None) == ["/s3.xml", "/s4.xml"]
    assert left_out(2 * DAY) == ["/s2.xml", "/s3.xml", "/s4.xml"]
    assert left_out(100 * DAY) == ["/s4.xml"]


def test_an_index_of_indexes_is_followed_and_a_third_one_is_not() -> None:
    page = index(("/s1.xml", 0), ("/s2.xml", 400))
    assert [find.skip for find in seen(page, LISTING, depth=1).finds] == ["", "too-old"]
    assert [find.skip for find in seen(page, LISTING, depth=2).finds] == ["depth", "depth"]
    assert all(find.below for find in seen(page, LISTING).finds)


def test_of_very_many_sitemaps_the_first_are_read() -> None:
    finds = seen(index(*((f"/s{number}.xml", 1) for number in range(60)))).finds
    assert [find.skip for find in finds] == [""] * 50 + ["too-old"] * 10


def test_of_very_many_sitemaps_without_dates_both_ends_are_read() -> None:
    items = "".join(f"<sitemap><loc>{HOST}/s{number}.xml</loc></sitemap>" for number in range(60))
    finds = seen(Page(f"{HOST}/sitemap.xml", f"<sitemapindex>{items}</sitemapindex>".encode(), "text/xml")).finds
    assert [find.skip for find in finds] == [""] * 25 + ["too-old"] * 10 + [""] * 25


def test_of_sitemaps_with_and_without_dates_the_dated_come_first() -> None:
    items = "".join(f"<sitemap><loc>{HOST}/s{number}.xml</loc></sitemap>" for number in range(9))
    dated = "".join(
        f"<sitemap><loc>{HOST}/d{number}.xml</loc><lastmod>{NOW.isoformat()}</lastmod></sitemap>"
        for number in range(47)
    )
    body = f"<sitemapindex>{items}{dated}</sitemapindex>".encode()
    finds = seen(Page(f"{HOST}/sitemap.xml", body, "text/xml")).finds
    read = [find.url.removeprefix(HOST) for find in finds if not find.skip]
    assert read == [*(f"/d{number}.xml" for number in range(47)), "/s0.xml", "/s1.xml", "/s8.xml"]


def test_how_many_addresses_a_listing_has_left_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "_MAX_LINKS", 3)
    urls = [f"{HOST}/berita/{number}/kabar" for number in range(5)]
    found = seen(Page(f"{HOST}/sitemap.txt", "\n".join(urls).encode(), "text/plain"))
    assert ([find.url for find in found.finds], found.left_out) == (urls[:3], 2)


def test_a_listing_is_kept_as_what_it_was_seen_to_be() -> None:
    entry = Entry(1, f"{HOST}/s1.xml", "a.example", UNKNOWN, depth=1)
    dates = [NOW - DAY, None, NOW - 3 * DAY]
    found = Named(LISTING, (*(Find(f"{HOST}/{n}", published=at) for n, at in enumerate(dates)), Find(HOST, PAGER)))
    listing = listed(entry, found)
    assert (listing.kind, listing.named, listing.hints.published) == (LISTING, 3, NOW - DAY)
    # What its index said of it counts too, and a feed or a seed, which goes on, has no end.
    told = replace(entry, hints=replace(entry.hints, published=NOW))
    assert listed(told, found).hints.published == NOW
    assert listed(replace(entry, depth=0), found).hints.published is None
    assert listed(entry, replace(found, finds=())).hints.published is None


def test_a_section_names_articles_and_a_few_older_pages_up_to_a_depth() -> None:
    page = section("/daerah", NEWS, pager=pager(*range(2, 9)))
    found = seen(page, LISTING)
    assert found.kind == LISTING
    assert paths(found, ARTICLE) == [NEWS]
    assert paths(found, PAGER) == [f"/daerah?page={number}" for number in (2, 3, 4)]
    assert {find.kind for find in found.finds if find.below} == {PAGER}
    assert found.articles == 1
    assert paths(seen(page, PAGER, PAGER_DEPTH - 1), PAGER) != []
    deep = seen(page, PAGER, PAGER_DEPTH)
    assert (deep.kind, paths(deep, PAGER)) == (PAGER, [])


@pytest.mark.parametrize(("words", "depth", "follows"), [(0, 0, False), (1, 0, True), (1, 1, False), (9, 8, True)])
def test_the_seed_may_say_how_many_older_pages_are_followed(words: int, depth: int, follows: bool) -> None:
    wanted = replace(WANTED, seed=Seed(f"{HOST}/daerah", depth=words))
    found = seen(section("/daerah", NEWS, pager=pager(2)), PAGER, depth, wanted)
    assert (paths(found, PAGER) == ["/daerah?page=2"]) == follows


def test_what_is_an_article_among_a_sections_links_is_for_the_judge_to_say() -> None:
    page = section("/daerah", NEWS, "/kabar/x", "/kabar/y")
    wanted = replace(WANTED, judge=lambda url: "/kabar/" in url)
    assert paths(seen(page, LISTING, wanted=wanted), ARTICLE) == ["/kabar/x", "/kabar/y"]


def test_what_is_unknown_is_decided_by_the_page() -> None:
    assert named(article(NEWS), Entry(1, HOST + NEWS, "a.example"), WANTED) is None
    assert seen(feed(NEWS)).kind == LISTING
    assert seen(section("/", NEWS)).kind == SITE
    assert seen(section("/daerah", NEWS)).kind == LISTING


def test_a_site_is_explored_and_a_section_is_not() -> None:
    nav = '<a href="/politik">Politik</a> <a href="/olahraga">Olahraga</a>'
    wanted = replace(WANTED, robots=f"Sitemap: {HOST}/peta/berita.xml\n".encode())
    home = section("/", NEWS, nav=nav)
    found = seen(home, wanted=wanted)
    assert found.kind == SITE
    assert paths(found, LISTING) == ["/peta/berita.xml"]
    assert paths(found, UNKNOWN) == ["/politik", "/olahraga"]
    assert "/feed" in paths(found, GUESS)
    assert paths(found, ARTICLE) == [NEWS]
    assert {find.kind for find in seen(home, LISTING, wanted=wanted).finds} == {ARTICLE}


def test_what_a_listing_names_as_an_article_is_one() -> None:
    assert named(section("/", NEWS), Entry(1, f"{HOST}/", "a.example", ARTICLE), WANTED) is None
    assert named(feed(NEWS), Entry(1, f"{HOST}/", "a.example", ARTICLE), WANTED) is None


@pytest.mark.parametrize("page", [section("/feed", NEWS), article("/feed"), Page(f"{HOST}/feed", b"tidak ada")])
def test_a_guess_that_was_wrong_is_no_listing(page: Page) -> None:
    assert seen(page, GUESS) == Named(GUESS)


def test_a_listing_that_answers_with_something_else_names_nothing() -> None:
    assert seen(Page(f"{HOST}/feed", b"%PDF-1.7", "application/pdf"), LISTING) == Named(LISTING)


class Site:
    """Gives pages by address, and remembers which were asked for."""

    def __init__(self, *pages: Page, leads: dict[str, Page] | None = None) -> None:
        self.pages = {page.url: page for page in pages} | {HOST + path: page for path, page in (leads or {}).items()}
        self.asked: list[str] = []

    async def fetch(self, url: str) -> Page | None:
        self.asked.append(url.removeprefix(HOST))
        return self.pages.get(url)


async def look(page: Page) -> Continued:
    return Continued(page.url, discovery.whole_address(page), discovery.next_parts(page))


def gather(first: Page, site: Site) -> tuple[list[str], str]:
    """Return the paths of the pages that make up an article, and of the part that could not be had."""

    async def run() -> tuple[tuple[Page, ...], str]:
        return await joined(first, await look(first), site.fetch, look)

    pages, missing = asyncio.run(run())
    return [page.url.removeprefix(HOST) for page in pages], missing.removeprefix(HOST)


def parts(*numbers: int) -> list[str]:
    return [NEWS, *(f"{NEWS}?page={number}" for number in numbers)]


def test_an_article_on_one_page_is_whole_without_a_request() -> None:
    site = Site()
    assert gather(article(NEWS), site) == ([NEWS], "")
    assert site.asked == []


def test_parts_are_fetched_in_order_each_once() -> None:
    addresses = parts(2, 3)
    pages = [article(address, *addresses[1:]) for address in addresses]
    site = Site(*pages)
    assert gather(pages[0], site) == (addresses, "")
    assert site.asked == addresses[1:]


def test_a_pager_that_names_only_the_next_part_is_followed() -> None:
    addresses = parts(2, 3, 4)
    following = [[address] for address in addresses[1:]] + [[]]
    pages = [article(address, *more) for address, more in zip(addresses, following, strict=True)]
    assert gather(pages[0], Site(*pages)) == (addresses, "")


def test_the_single_page_version_is_taken_where_there_is_one() -> None:
    first = article(NEWS, f"{NEWS}?page=2", f"{NEWS}?page=all")
    both = Site(article(f"{NEWS}?page=2"), article(f"{NEWS}?page=all"))
    assert gather(first, both) == ([f"{NEWS}?page=all"], "")
    assert gather(first, Site(article(f"{NEWS}?page=2"))) == (parts(2), "")


def test_a_single_page_version_that_leads_back_to_the_first_part_is_none() -> None:
    first = article(NEWS, f"{NEWS}?page=2", f"{NEWS}?page=all")
    site = Site(article(f"{NEWS}?page=2"), leads={f"{NEWS}?page=all": first})
    assert gather(first, site) == (parts(2), "")


def test_a_part_that_leads_to_one_we_have_is_not_taken_twice() -> None:
    """Outlets answer for a part behind the last with the first or the last."""
    first, second = article(NEWS, *parts(2, 3, 4)[1:]), article(f"{NEWS}?page=2")
    site = Site(second, leads={f"{NEWS}?page=3": first, f"{NEWS}?page=4": second})
    assert gather(first, site) == (parts(2), "")


def test_a_missing_part_is_named_and_what_is_before_it_is_there() -> None:
    first = article(NEWS, *parts(2, 3, 4)[1:])
    site = Site(article(f"{NEWS}?page=2"), article(f"{NEWS}?page=4"))
    assert gather(first, site) == (parts(2), f"{NEWS}?page=3")
    assert gather(first, Site()) == ([NEWS], f"{NEWS}?page=2")


def test_endless_paging_ends() -> None:
    class Endless(Site):
        async def fetch(self, url: str) -> Page | None:
            self.asked.append(url)
            number = int(url.rpartition("=")[2])
            return article(f"{NEWS}?page={number}", f"{NEWS}?page={number + 1}")

    site = Endless()
    assert len(gather(article(NEWS, f"{NEWS}?page=2"), site)[0]) == MOST_PARTS
    assert len(site.asked) == MOST_PARTS - 1
