"""No request goes astray: an audit hook on the crawling process sees every connection and every look-up."""

import re
import ssl
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from scrapy.settings import default_settings

from tests.crawler import crawls
from tests.crawler.crawls import Ended, Place
from tests.crawler.hostile.addresses import hostile, hostile_relative
from tests.crawler.hostile.probe import ANSWERED, GUARD, Probed, probe
from tests.crawler.hostile.site import ADDRESS, Asked, Site, answer
from tests.crawler.hostile.tricks import article
from tests.crawler.hostile.watch import Call, calls, listened, looked_up, reached

HOST = "warta.test"
# Fictional, and public by their looks: nobody asks the real net for them here.
TURNING = "putar.warta-berita.net"
MIXED = "campur.warta-berita.net"
INSIDE = "dalam.warta-berita.net"
INSIDE_6 = "dalam6.warta-berita.net"
PROXY = "perantara"
PUBLIC = "93.184.215.14"
SECRET = "rahasia-dalam"
GOOD = "/berita/99/kabar-dari-desa"
NUMBERS = range(100, 116)
STATUSES = (301, 302, 303, 307, 308)

LAYERS = "tests.crawler.hostile.layers"
NO_GUARD: Mapping[str, Any] = {
    "TWISTED_DNS_RESOLVER": f"{LAYERS}.Names",
    "DOWNLOADER_MIDDLEWARES": {GUARD: None},
}
ONLY_REQUESTS: Mapping[str, Any] = {
    "TWISTED_DNS_RESOLVER": f"{LAYERS}.Names",
    "DOWNLOADER_MIDDLEWARES": {GUARD: None, f"{LAYERS}.OnlyRequests": 20},
}
ONLY_NAMES: Mapping[str, Any] = {
    "TWISTED_DNS_RESOLVER": f"{LAYERS}.GuardedNames",
    "DOWNLOADER_MIDDLEWARES": {GUARD: None},
}
ONLY_ANSWERS: Mapping[str, Any] = {
    "TWISTED_DNS_RESOLVER": f"{LAYERS}.Names",
    "DOWNLOADER_MIDDLEWARES": {GUARD: None, f"{LAYERS}.OnlyAnswers": 20},
    # Only those who do not answer have to be waited for.
    "DOWNLOAD_TIMEOUT": 1,
}


@dataclass(frozen=True, slots=True)
class World:
    """A site that may be asked, one with a certificate nobody vouches for, and a trap that nobody may ask."""

    site: Site
    secure: Site
    trap: Site
    folder: Path

    @property
    def astray(self) -> list[str]:
        """The addresses that lead where no crawler has any business."""
        return hostile(self.trap.port, self.site.port)

    @property
    def targets(self) -> list[str]:
        """Where the site's redirects lead: all of them, and those that need a page to begin from."""
        return self.astray + hostile_relative(self.trap.port, self.site.port)

    @property
    def redirects(self) -> list[str]:
        """Addresses at the site that redirect to every second target at once."""
        return [self.site.url(HOST, f"/r/{number}") for number in range(0, len(self.targets), 2)]

    @property
    def detours(self) -> list[str]:
        """Addresses at the site that redirect to the other targets after one more hop, or only tell of some."""
        by_hops = [f"/two/{number}" for number in range(1, len(self.targets), 2)]
        told = [f"/{way}/{number}" for way in ("meta", "header") for number in range(0, len(self.targets), 10)]
        return [self.site.url(HOST, path) for path in by_hops + told]

    @property
    def turning(self) -> list[str]:
        """Addresses whose names look public, and at the second question, or among other answers, are not."""
        places = (f"{TURNING}:{{}}/1", f"{TURNING}:{{}}/2", f"{MIXED}:{{}}/", f"{INSIDE}:{{}}/", f"{INSIDE_6}:{{}}/")
        return [f"http://{place.format(self.trap.port)}" for place in places]

    def settings(self, more: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings under which the two sites may be asked."""
        names = {
            HOST: [[ADDRESS]],
            TURNING: [[PUBLIC], [ADDRESS]],
            MIXED: [[PUBLIC, ADDRESS]],
            INSIDE: [[ADDRESS]],
            INSIDE_6: [["::ffff:127.0.0.1", "::1"]],
            PROXY: [[ADDRESS]],
        }
        allow = f"{self.site.triple(HOST)},{self.secure.triple(HOST)}"
        return {"GUARD_ALLOW": allow, "NAMES": names, **more}

    def forget(self) -> None:
        """Begin all lists of requests anew."""
        for each in (self.site, self.secure, self.trap):
            each.forget()


def redirecting(targets: Callable[[], list[str]]) -> Callable[[Asked], Iterable[bytes]]:
    """Return a site where /r/N redirects to the Nth target, /two/N to /r/N, and /meta/N and /header/N only say so."""

    def answering(asked: Asked) -> Iterable[bytes]:
        _, way, *rest = asked.target.split("/")
        number = int(rest[0]) if rest and rest[0].isdigit() else -1
        if way not in ("r", "two", "meta", "header") or not 0 <= number < len(targets()):
            return answer("<p>Halaman biasa.</p>", headers=[("Set-Cookie", "siapa=aku; Path=/")])
        target = targets()[number]
        if way == "meta":
            return answer(f'<meta http-equiv="refresh" content="0; url={escape(target)}"><p>Tunggu.</p>')
        if way == "header":
            return answer("<p>Tunggu.</p>", headers=[("Refresh", f"0; url={target}")])
        place = target if way == "r" else f"/r/{number}"
        headers = [("Location", place), ("Set-Cookie", "siapa=aku; Path=/")]
        return answer("", STATUSES[number % len(STATUSES)], headers)

    return answering


def keeping_a_secret(asked: Asked) -> Iterable[bytes]:
    return answer(f"<p>{SECRET} {asked.target}</p>")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("hostile")
    with (
        Site(keeping_a_secret) as trap,
        Site(keeping_a_secret) as site,
        Site(keeping_a_secret, self_signed(folder)) as secure,
    ):
        made = World(site, secure, trap, folder)
        site.answering = redirecting(lambda: made.targets)
        yield made


def self_signed(folder: Path) -> ssl.SSLContext:
    """Return what a server needs to show a certificate for HOST that it made itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "own.pem").write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own.pem")
    return context


@dataclass(frozen=True, slots=True)
class Seen:
    """What a probe said of itself, and what the servers say of it."""

    probed: Probed
    site: list[Asked]
    secure: list[Asked]
    trap: list[Asked]


def look(world: World, name: str, urls: list[str], settings: Mapping[str, Any], **environment: str) -> Seen:
    world.forget()
    probed = probe(world.folder / name, urls, world.settings(settings), environment)
    return Seen(probed, world.site.requests, world.secure.requests, world.trap.requests)


@pytest.fixture(scope="module")
def unguarded(world: World) -> Seen:
    """Give a crawl of the same addresses without guard, certificates unchecked, Scrapy's own servers on."""
    off = {
        "DOWNLOAD_TIMEOUT": 1,
        "DOWNLOAD_VERIFY_CERTIFICATES": False,
        "EXTENSIONS_BASE": default_settings.EXTENSIONS_BASE,
        "REMOTE_CONTROL_ENABLED": True,
        "TELNETCONSOLE_ENABLED": True,
    }
    urls = [*world.astray, *world.turning, world.secure.url(HOST)]
    return look(world, "unguarded", urls, {**NO_GUARD, **off})


@pytest.fixture(scope="module")
def guarded(world: World) -> Seen:
    """Give a crawl of all hostile addresses and redirects with the project's settings, and proxies to be ignored."""
    proxy = f"http://{ADDRESS}:{world.trap.port}"
    names = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    urls = [*world.astray, *world.redirects, *world.detours, world.secure.url(HOST)]
    return look(world, "guarded", urls, {}, **dict.fromkeys(names, proxy))


def assert_nothing_told(world: World, seen: Seen) -> None:
    """Assert that no answer from astray came to the spider, though the site sent it there often."""
    assert [url for url in world.astray if seen.probed.outcomes[url] == ANSWERED] == []
    assert [url for url, body in seen.probed.bodies.items() if SECRET in body] == []
    assert len({asked.target for asked in seen.site if asked.target.startswith("/r/")}) >= 60


def assert_nothing_astray(world: World, seen: Seen, allowed: set[tuple[str, int]]) -> None:
    """Assert that nothing else was connected to, the site only by its name, and that no other name was asked for."""
    assert reached(seen.probed.calls) == allowed
    assert looked_up(seen.probed.calls) == set()
    assert {asked.headers["host"] for asked in seen.site} == {f"{HOST}:{world.site.port}"}
    assert seen.trap == []
    assert_nothing_told(world, seen)


def test_without_the_guard_hostile_addresses_are_reached(world: World, unguarded: Seen) -> None:
    assert len([url for url in world.astray if SECRET in unguarded.probed.bodies.get(url, "")]) >= 30
    assert {("169.254.169.254", 80), ("10.1.2.3", 80), (PUBLIC, world.trap.port)} <= reached(unguarded.probed.calls)
    assert {"localhost", "metadata.google.internal"} <= looked_up(unguarded.probed.calls)
    assert SECRET in unguarded.probed.bodies[f"http://{TURNING}:{world.trap.port}/2"]


def test_no_address_and_no_redirect_leads_astray(world: World, guarded: Seen) -> None:
    assert len(set(world.astray)) >= 60
    assert_nothing_astray(world, guarded, {(ADDRESS, world.site.port), (ADDRESS, world.secure.port)})
    assert {f"/r/{number}" for number in range(len(world.targets))} <= {asked.target for asked in guarded.site}


def test_a_certificate_that_nobody_vouches_for_is_refused(world: World, guarded: Seen, unguarded: Seen) -> None:
    url = world.secure.url(HOST)
    assert guarded.probed.outcomes[url] == "DownloadFailedError"
    assert guarded.secure == []
    assert SECRET in unguarded.probed.bodies[url]


def test_no_cookie_goes_back_and_no_page_is_named_to_another(guarded: Seen) -> None:
    assert len(guarded.site) > 100
    assert {"cookie", "referer"} & {name for asked in guarded.site for name in asked.headers} == set()


def test_nothing_can_be_told_to_the_crawling_process(guarded: Seen, unguarded: Seen) -> None:
    # Libraries try for a moment whether there is IPv6.
    tried = {("::1", 0)}
    assert listened(guarded.probed.calls) <= tried
    assert len(listened(unguarded.probed.calls) - tried) == 2


def test_the_first_layer_keeps_every_request_in(world: World) -> None:
    seen = look(world, "requests", world.astray + world.redirects, ONLY_REQUESTS)
    assert_nothing_astray(world, seen, {(ADDRESS, world.site.port)})


def test_the_second_layer_keeps_every_request_in_and_asks_names_only_where_they_are_public(world: World) -> None:
    # An exception is pinned: nobody is asked where it is.
    moved = {**world.settings({})["NAMES"], HOST: [["127.0.0.2"]]}
    urls = [*world.astray, *world.redirects, *world.turning]
    seen = look(world, "names", urls, {**ONLY_NAMES, "NAMES": moved})
    assert_nothing_astray(world, seen, {(ADDRESS, world.site.port), (PUBLIC, world.trap.port)})
    assert seen.probed.outcomes[f"http://{TURNING}:{world.trap.port}/2"] == "CannotResolveHostError"


def test_the_third_layer_tells_nothing_of_what_answered(world: World) -> None:
    seen = look(world, "answers", [*world.astray, *world.redirects, *world.turning], ONLY_ANSWERS)
    assert_nothing_told(world, seen)
    assert [url for url in world.turning if seen.probed.outcomes[url] == ANSWERED] == []
    assert len(seen.trap) >= 40


def test_a_proxy_is_asked_only_when_asked_for_and_only_for_what_may_be_asked(world: World) -> None:
    def relaying(asked: Asked) -> Iterable[bytes]:
        return answer("<p>Lewat perantara.</p>", 403 if asked.method == "CONNECT" else 200)

    wanted = {
        "HTTPPROXY_ENABLED": True,
        "TWISTED_DNS_RESOLVER": f"{LAYERS}.GuardedNames",
        "DOWNLOADER_MIDDLEWARES": {"scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": 750},
    }
    public = ["http://warta-berita.net/", "https://warta-berita.net/"]
    with Site(relaying) as proxy:
        itself = [f"http://{PROXY}:{proxy.port}/", f"http://{ADDRESS}:{proxy.port}/"]
        at = {"http_proxy": f"http://{PROXY}:{proxy.port}", "https_proxy": f"http://{ADDRESS}:{proxy.port}"}
        seen = look(world, "proxy", public + itself + world.astray, wanted, **at)
        assert reached(seen.probed.calls) == {(ADDRESS, proxy.port)}
        assert {(asked.method, asked.target) for asked in proxy.requests} == {
            ("GET", public[0]),
            ("CONNECT", "warta-berita.net:443"),
        }
    assert seen.probed.outcomes[public[0]] == ANSWERED
    assert {seen.probed.outcomes[url] for url in itself} == {"Refused"}
    assert [url for url in world.astray if seen.probed.outcomes[url] == ANSWERED] == []
    assert seen.trap == seen.site == []


@dataclass(frozen=True, slots=True)
class Collected:
    """A crawl by the news spider under watch: how it ended, what it called, what it stored, what was asked."""

    ended: Ended
    calls: Sequence[Call]
    stored: set[str]
    site: list[Asked]
    trap: list[Asked]


def misleading(world: World) -> Callable[[Asked], Iterable[bytes]]:
    """Return an outlet whose every listing, page and file names hostile addresses beside a good one."""
    targets = [escape(target, {'"': "&quot;"}) for target in world.targets if "\x01" not in target]

    def feed(_: Asked) -> Iterable[bytes]:
        links = [world.site.url(HOST, GOOD), *targets]
        items = "".join(f"<item><title>Kabar</title><link>{link}</link></item>" for link in links)
        return answer(f"<rss version='2.0'><channel>{items}</channel></rss>", content_type="application/rss+xml")

    def sitemap(asked: Asked) -> Iterable[bytes]:
        outer, inner = ("sitemapindex", "sitemap") if asked.target == "/peta.xml" else ("urlset", "url")
        entries = "".join(f"<{inner}><loc>{target}</loc></{inner}>" for target in targets)
        space = "http://www.sitemaps.org/schemas/sitemap/0.9"
        return answer(f"<{outer} xmlns='{space}'>{entries}</{outer}>", content_type="application/xml")

    def robots(_: Asked) -> Iterable[bytes]:
        lines = "".join(f"Sitemap: {target}\n" for target in world.targets if "\n" not in target)
        return answer(f"User-agent: *\nAllow: /\n{lines}", content_type="text/plain")

    def section(_: Asked) -> Iterable[bytes]:
        paths = [target.rstrip("/") + "/berita/104321/kabar-dari-desa-di-tepi-sungai" for target in targets]
        links = "".join(f'<li><a href="{path}">Kabar dari desa di tepi sungai</a></li>' for path in paths)
        feeds = "".join(f'<link rel="alternate" type="application/rss+xml" href="{target}">' for target in targets)
        pager = "".join(f'<a rel="next" href="{target}?page=2">2</a>' for target in targets)
        return answer(f"<html><head>{feeds}</head><body><ul>{links}</ul><nav class=pagination>{pager}</nav></body>")

    def article_of(number: int) -> Iterable[bytes]:
        target = targets[number * 8 % len(targets)]
        kinds = ("canonical", "amphtml", "next", "alternate", "shortlink", "prefetch", "icon")
        links = "".join(f'<link rel="{kind}" href="{target}">' for kind in kinds)
        refresh = f'<meta http-equiv="refresh" content="0; url={target}"><base href="{target}">'
        pages = "".join(f'<a rel="next" href="{target}?page={page}">{page}</a>' for page in (2, "all"))
        page = article(f"Kabar nomor {number}").replace("<title>", f"{links}{refresh}<title>")
        page = page.replace("</article>", f'<div class="paging">{pages}</div></article>')
        headers = [("Link", f'<{target}>; rel="canonical"'), ("Refresh", f"0; {target}"), ("Content-Location", target)]
        sent = [(name, value) for name, value in headers if "\n" not in value]
        return answer(page, headers=[*sent, ("Set-Cookie", "siapa=aku")])

    answering = {"/feed.xml": feed, "/peta.xml": sitemap, "/peta2.xml": sitemap, "/robots.txt": robots, "/": section}
    redirect = redirecting(lambda: world.targets)

    def anything(asked: Asked) -> Iterable[bytes]:
        if asked.target in answering:
            return answering[asked.target](asked)
        number = re.fullmatch(r"/berita/(\d+)/.*", asked.target)
        return article_of(int(number[1])) if number else redirect(asked)

    return anything


@pytest.fixture(scope="module")
def collected(world: World) -> Iterator[Collected]:
    """Give a crawl of an outlet that misleads wherever it can, with a feed of articles that redirect astray too."""
    world.forget()
    before, world.site.answering = world.site.answering, misleading(world)
    at = Place(world.folder / "news", world.site.triple(HOST))
    at.folder.mkdir()
    articles = [f"{world.site.url(HOST, f'/berita/{number}/kabar-dari-desa')} kind=article" for number in NUMBERS]
    redirects = [f"{world.site.url(HOST, f'/r/{number}')} kind=article" for number in range(0, len(world.targets), 7)]
    listings = [world.site.url(HOST, path) for path in ("/feed.xml", "/peta.xml", "/peta2.xml", "/")]
    at.with_seeds([*listings, *articles, *redirects])
    log = at.folder / "calls"
    command = at.command("-s", "EXTRACTION_WORKERS=0", "-s", "DOWNLOAD_TIMEOUT=5", "-s", "AUTOTHROTTLE_ENABLED=False")
    ended = crawls.run("tests.crawler.hostile.watch", str(log), *command[1:])
    stored = {found.url for found in at.articles()}
    yield Collected(ended, calls(log), stored, world.site.requests, world.trap.requests)
    world.site.answering = before


def test_nothing_that_an_outlet_names_leads_the_news_spider_astray(world: World, collected: Collected) -> None:
    assert collected.ended.code in {0, 3}, collected.ended.err
    assert reached(collected.calls) == {(ADDRESS, world.site.port)}, collected.ended.err
    assert looked_up(collected.calls) == set()
    assert {asked.headers["host"] for asked in collected.site} == {f"{HOST}:{world.site.port}"}
    assert collected.trap == []
    assert {"cookie", "referer"} & {name for asked in collected.site for name in asked.headers} == set()
    assert listened(collected.calls) <= {("::1", 0)}


def test_what_misleads_does_not_keep_the_good_from_being_stored(world: World, collected: Collected) -> None:
    assert {asked.target for asked in collected.site} >= {"/feed.xml", "/peta.xml", "/peta2.xml", "/robots.txt", "/"}
    assert world.site.url(HOST, GOOD) in collected.stored
    assert len(collected.stored) >= len(NUMBERS) + 1
    # An article is known by an address of the site, whatever it says of itself.
    assert {url.split("/")[2] for url in collected.stored} == {f"{HOST}:{world.site.port}"}


def test_the_spider_does_not_start_under_another_resolver(world: World, tmp_path: Path) -> None:
    world.forget()
    at = Place(tmp_path, world.site.triple(HOST)).with_seeds([world.site.url(HOST, "/feed.xml")])
    ended = crawls.run(*at.command("-s", "TWISTED_DNS_RESOLVER=scrapy.resolver.CachingHostnameResolver"))
    assert ended.code == 1, ended.err
    assert "TWISTED_DNS_RESOLVER is not crawler.guard.GuardedResolver: nothing will be fetched" in ended.err
    assert world.site.requests == []
