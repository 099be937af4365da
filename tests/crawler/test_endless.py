"""Bodies, headers and sites without end: each ends with a counted reason, and the crawl goes on with the rest."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from crawler.handler import MOST_BYTES
from dedup import tables
from tests.crawler import crawls
from tests.crawler.crawls import Ended, Place
from tests.crawler.hostile.probe import probe
from tests.crawler.hostile.site import Asked, Site, answer
from tests.crawler.hostile.tricks import TRICKS, article, endless_headers

GOOD = "baik.test"
PATH = "/berita/104321/warga-memperbaiki-tanggul-sungai"
LIMITS = {
    "DOWNLOAD_TIMEOUT": "4",
    "DOWNLOAD_MAXSIZE": "1000000",
    "AUTOTHROTTLE_ENABLED": "False",
    "EXTRACTION_WORKERS": "0",
}
HOSTS = {f"{trick.__name__.replace('_', '-')}.test": trick for trick in TRICKS}


def place(folder: Path, site: Site, hosts: Iterable[str], *seeds: str) -> Place:
    return Place(folder, ",".join(site.triple(host) for host in hosts)).with_seeds(seeds)


def crawl(at: Place, **settings: str) -> Ended:
    more = [word for name, value in {**LIMITS, **settings}.items() for word in ("-s", f"{name}={value}")]
    return crawls.run(*at.command(*more))


def feed(links: Iterable[str]) -> Iterable[bytes]:
    items = "".join(f"<item><title>Kabar</title><link>{link}</link></item>" for link in links)
    return answer(f"<rss version='2.0'><channel>{items}</channel></rss>", content_type="application/rss+xml")


def host_of(asked: Asked) -> str:
    return asked.headers["host"].partition(":")[0]


@dataclass(frozen=True, slots=True)
class Tried:
    """A crawl: the last reason that the ledger has for each host but GOOD, what was stored, what was asked."""

    ended: Ended
    reasons: dict[str, str]
    stored: set[str]
    requests: list[Asked]


def tried_at(at: Place, ended: Ended, site: Site) -> Tried:
    rows = at.rows(select(tables.ledger.c.url, tables.ledger.c.reason).order_by(tables.ledger.c.id))
    reasons = {url.split("/")[2].partition(":")[0]: reason for url, reason in rows if GOOD not in url}
    return Tried(ended, reasons, {found.url for found in at.articles()}, site.requests)


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    """Give one crawl of a feed that names every trick, with good articles between them."""

    def answering(asked: Asked) -> Iterable[bytes]:
        host = host_of(asked)
        if asked.target == "/feed.xml":
            good = [site.url(GOOD, f"/berita/{number}/kabar-baik-dari-desa") for number in range(1000, 1010)]
            return feed([*good[:5], *(site.url(host, PATH) for host in HOSTS), *good[5:]])
        if asked.target == "/robots.txt":
            return answer("", 404)
        return HOSTS[host](site, asked) if host in HOSTS else answer(article(f"Kabar {asked.target}"))

    with Site(answering) as site:
        at = place(tmp_path_factory.mktemp("endless"), site, [GOOD, *HOSTS], site.url(GOOD, "/feed.xml") + " kind=feed")
        ended = crawl(at)
        return tried_at(at, ended, site)


@pytest.mark.parametrize("host", HOSTS)
def test_every_trick_ends_with_a_word_for_it(tried: Tried, host: str) -> None:
    assert tried.reasons[host] in TRICKS[HOSTS[host]], tried.ended.err


def test_the_crawl_goes_on_with_its_other_pages(tried: Tried) -> None:
    assert tried.ended.code == 0, tried.ended.err
    assert len([url for url in tried.stored if GOOD in url]) == 10


def test_no_trick_is_asked_for_again_and_again(tried: Tried) -> None:
    for host in HOSTS:
        asked = [each for each in tried.requests if host_of(each) == host]
        assert len(asked) <= (7 if "redirects" in host else 1) + 1


def test_headers_without_end_fill_no_memory(tmp_path: Path) -> None:
    sent = 0

    def answering(asked: Asked) -> Iterable[bytes]:
        nonlocal sent
        for piece in endless_headers(site, asked):
            sent += len(piece)
            yield piece

    with Site(answering) as site:
        found = probe(tmp_path, [site.url(GOOD)], {"GUARD_ALLOW": site.triple(GOOD)})
    assert set(found.outcomes.values()) == {"DownloadFailedError"}
    # What the line itself can hold comes on top of what was read.
    assert MOST_BYTES < sent < 20 * 2**20


def section(asked: Asked) -> Iterable[bytes]:
    """Return a section page with ten new articles and a next page."""
    page = _number(asked.target)
    links = "".join(
        f'<li><a href="/berita/{page * 100 + each}/warga-desa-membangun-jembatan-ke-{page}-{each}">'
        f"Warga desa membangun jembatan ke-{page} nomor {each}</a></li>"
        for each in range(10)
    )
    older = f'<a rel="next" href="/indeks?page={page + 1}">Berikutnya</a>'
    return answer(f"<html><body><ul>{links}</ul><nav class=pagination>{older}</nav></body></html>")


def calendar(asked: Asked) -> Iterable[bytes]:
    """Return a page of a day that links to ten other days, and to ten further pages of its own."""
    path, _, page = asked.target.partition("?page=")
    day, first = _number(path) * 10, int(page or 1) + 1
    links = "".join(f'<li><a href="/arsip/2026/{day + each}">Arsip {day + each}</a></li>' for each in range(10))
    pages = "".join(f'<a href="{path}?page={each}">{each}</a>' for each in range(first, first + 10))
    return answer(f"<html><body><ul>{links}</ul><nav class=pagination>{pages}</nav></body></html>")


def sitemaps(asked: Asked) -> Iterable[bytes]:
    """Return a sitemap index that names ten new ones."""
    number = _number(asked.target) * 10
    found = "".join(f"<sitemap><loc>/peta-{number + each}.xml</loc></sitemap>" for each in range(10))
    absolute = found.replace("<loc>", f"<loc>http://{asked.headers['host']}")
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    return answer(f"<sitemapindex {space}>{absolute}</sitemapindex>", content_type="application/xml")


def serial(asked: Asked) -> Iterable[bytes]:
    """Return a feed of five articles, or one that always goes on on a next page, and names ten others."""
    if asked.target == "/indeks":
        return feed(f"http://{asked.headers['host']}/berita/{each}00000/kabar-berseri" for each in range(1, 6))
    path, _, page = asked.target.partition("?page=")
    links = "".join(f'<a href="/berita/{_number(path)}{each}/kabar-berseri">Kabar lain</a>' for each in range(10))
    more = f'<div class="paging"><a rel="next" href="{path}?page={int(page or 1) + 1}">Selanjutnya</a></div>{links}'
    return answer(article(f"Kabar {path} bagian {page}").replace("</article>", f"{more}</article>"))


def long_feed(asked: Asked) -> Iterable[bytes]:
    """Return a feed of a hundred articles, all there."""
    if asked.target != "/indeks":
        return answer(article(f"Kabar {asked.target}"))
    return feed(f"http://{asked.headers['host']}/berita/{each}/kabar-baru" for each in range(1_000, 1_100))


TRAPS: dict[str, tuple[str, Callable[[Asked], Iterable[bytes]]]] = {
    "bagian.test": ("section", section),
    "kalender.test": ("section", calendar),
    "penanggalan.test": ("site", calendar),
    "peta.test": ("sitemap", sitemaps),
    "berseri.test": ("feed", serial),
    "panjang.test": ("feed", long_feed),
}
MOST_REQUESTS = 20


@pytest.fixture(scope="module")
def trapped(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    """Give one crawl of all sites that never end."""

    def answering(asked: Asked) -> Iterable[bytes]:
        return answer("", 404) if asked.target == "/robots.txt" else TRAPS[host_of(asked)][1](asked)

    with Site(answering) as site:
        seeds = [f"{site.url(host, '/indeks')} kind={kind}" for host, (kind, _) in TRAPS.items()]
        at = place(tmp_path_factory.mktemp("trapped"), site, TRAPS, *seeds)
        ended = crawl(at, HOST_MAX_REQUESTS=str(MOST_REQUESTS))
        return tried_at(at, ended, site)


@pytest.mark.parametrize("host", TRAPS)
def test_a_site_that_always_names_more_ends(trapped: Tried, host: str) -> None:
    assert trapped.ended.code in {0, 3}, trapped.ended.err
    assert 1 < len([asked for asked in trapped.requests if host_of(asked) == host]) <= MOST_REQUESTS


def test_what_is_left_of_a_long_site_stays_due(trapped: Tried) -> None:
    assert f"panjang.test has been asked {MOST_REQUESTS} times in this run" in trapped.ended.err
    assert trapped.ended.err.count("the rest of it stays due") <= len(TRAPS)


def _number(target: str) -> int:
    """Return the last number of an address; 1 where it has none."""
    return int((re.findall(r"\d+", target) or ["1"])[-1])
