"""The press serves what its texts say: every article, all its variants, and lists that name them all."""

import gzip
import html
import re
import socket
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import NamedTuple
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from tests.newsroom.edition import number_of
from tests.newsroom.furniture_lines import FURNITURE, KINDS, LINES
from tests.newsroom.outlets import OUTLETS, Outlet
from tests.newsroom.server import Newsroom
from tests.newsroom.texts import Press, Text, load
from tests.newsroom.truth import FILE, truth_json

NOW = datetime(2026, 3, 5, 5, 30, tzinfo=UTC)
WORDS_OF_TWO, WORDS_OF_THREE = 260, 450


class Got(NamedTuple):
    """An answer as it came over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@pytest.fixture(scope="module")
def press() -> Press:
    return load()


@pytest.fixture(scope="module")
def newsroom(press: Press) -> Iterator[Newsroom]:
    with Newsroom(press, NOW) as running:
        yield running


def get(newsroom: Newsroom, url: str, method: str = "GET", **headers: str) -> Got:
    """Return the answer to a request for `url`; header names have underscores for hyphens."""
    parts = urlsplit(url)
    connection = HTTPConnection("127.0.0.1", newsroom.port, timeout=10)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, headers={"Host": parts.netloc, **named})
        answer = connection.getresponse()
        return Got(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


def page(newsroom: Newsroom, url: str) -> str:
    """Return the HTML at `url`, which must be there."""
    outlet = OUTLETS[urlsplit(url).netloc.partition(".")[0]]
    got = get(newsroom, url)
    assert got.status == 200, url
    return got.body.decode(outlet.charset)


def words_of(markup: str) -> str:
    """Return what a reader sees, with single spaces."""
    text = html.unescape(re.sub(r"<(style|script).*?</\1>|<[^>]+>", "", markup, flags=re.DOTALL))
    return " ".join(text.split())


def body_of(newsroom: Newsroom, text: Text) -> str:
    """Return the words of all addresses of an article, one after another."""
    address = newsroom.address_of(text.id)
    if not OUTLETS[text.outlet].paged:
        return words_of(page(newsroom, address))
    following = set(re.findall(re.escape(urlsplit(address).path) + r"\?page=(\d)", page(newsroom, address)))
    pages = max([1, *(int(number) for number in following)])
    return " ".join(words_of(page(newsroom, f"{address}?page={number}")) for number in range(1, pages + 1))


def canonical(markup: str) -> str:
    """Return the address that a page says it is at home at."""
    tags = [tag for tag in re.findall(r"<link [^>]*>", markup) if 'rel="canonical"' in tag]
    assert len(tags) == 1
    return html.unescape(re.findall(r'href="([^"]*)"', tags[0])[0])


def texts_of(press: Press, outlet: str) -> list[Text]:
    return [text for text in press.texts.values() if text.outlet == outlet]


def listed(newsroom: Newsroom, url: str) -> set[str]:
    """Return the ids of the articles that a feed or sitemap names."""
    root = ElementTree.fromstring(get(newsroom, url).body)
    found = set()
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        address = element.get("href", "") if name == "link" and element.get("href") else (element.text or "")
        text = newsroom.text_of(address.strip()) if name in ("link", "loc") else None
        if text:
            found.add(text.id)
    return found


def test_the_press_is_large_enough(press: Press) -> None:
    assert len(press.texts) >= 120
    assert len({text.outlet for text in press.texts.values()}) >= 8
    assert {text.outlet for text in press.texts.values()} <= OUTLETS.keys()


def test_no_two_articles_share_an_address(press: Press, newsroom: Newsroom) -> None:
    addresses = Counter(newsroom.address_of(name) for name in press.texts)
    assert max(addresses.values()) == 1
    assert all(newsroom.text_of(address) for address in addresses)


def test_every_article_stands_on_its_page_with_all_of_its_paragraphs(press: Press, newsroom: Newsroom) -> None:
    for text in press.texts.values():
        shown = body_of(newsroom, text)
        assert " ".join(text.title.split()) in shown
        for paragraph in text.paragraphs:
            assert _stands_in(paragraph, shown), f"{text.id}: {paragraph[:60]}"


def _stands_in(paragraph: str, shown: str) -> bool:
    """Tell whether a paragraph is there, whole or with one span of furniture between two sentences."""
    plain = " ".join(paragraph.split())
    if plain in shown:
        return True
    ends = [match.end() for match in re.finditer(r"[.] ", plain)]
    return any(re.search(re.escape(plain[:end]) + r"\(Baca: [^()]*\) " + re.escape(plain[end:]), shown) for end in ends)


def test_every_title_author_and_time_is_on_its_page(press: Press, newsroom: Newsroom) -> None:
    for text in press.texts.values():
        markup = page(newsroom, newsroom.address_of(text.id))
        local = newsroom.published(text.id).astimezone(OUTLETS[text.outlet].timezone)
        assert text.author in html.unescape(markup)
        assert f"{local:%H:%M}" in markup, text.id
        assert newsroom.published(text.id) == (NOW - timedelta(hours=text.hours_ago)).replace(second=0)


def test_every_page_but_the_old_ones_says_its_canonical_address(press: Press, newsroom: Newsroom) -> None:
    for text in press.texts.values():
        if text.outlet != "harian-lembah":
            address = newsroom.address_of(text.id)
            assert canonical(page(newsroom, address)) == address


def test_long_articles_are_paged_and_every_page_points_home(press: Press, newsroom: Newsroom) -> None:
    seen = set()
    for text in texts_of(press, "warta-nusa"):
        words = sum(len(paragraph.split()) for paragraph in text.paragraphs)
        of = 1 + (words > WORDS_OF_TWO) + (words > WORDS_OF_THREE)
        seen.add(of)
        address = newsroom.address_of(text.id)
        for number in range(1, of + 1):
            markup = page(newsroom, f"{address}?page={number}")
            assert canonical(markup) == address
            assert ('rel="next"' in markup) == (number < of)
            assert ('rel="prev"' in markup) == (number > 1)
            assert ("Halaman Selanjutnya" in markup) == (number < of)
        assert get(newsroom, f"{address}?page={of + 1}").status == 404
        whole = words_of(page(newsroom, f"{address}?page=all"))
        assert all(" ".join(paragraph.split()) in whole for paragraph in text.paragraphs)
    assert seen == {1, 2, 3}


def test_amp_twins_point_at_each_other(press: Press, newsroom: Newsroom) -> None:
    for text in texts_of(press, "suara-pantai"):
        address = newsroom.address_of(text.id)
        twin = newsroom.url(text.outlet, "/amp" + urlsplit(address).path)
        assert f'<link rel="amphtml" href="{twin}">' in page(newsroom, address)
        assert canonical(page(newsroom, twin)) == address
        assert newsroom.text_of(twin) == text


def test_print_and_tracked_addresses_point_at_the_article(press: Press, newsroom: Newsroom) -> None:
    for text in texts_of(press, "pos-raya"):
        address = newsroom.address_of(text.id)
        path = urlsplit(address).path
        variants = [f"{address}?print=1", newsroom.url(text.outlet, f"/print{path}"), f"{address}?utm_source=x"]
        for variant in variants:
            assert canonical(page(newsroom, variant)) == address
            assert newsroom.text_of(variant) == text
        printed = words_of(page(newsroom, variants[0]))
        assert all(" ".join(paragraph.split()) in printed for paragraph in text.paragraphs)


@pytest.mark.parametrize("outlet", [outlet for outlet in OUTLETS.values() if outlet.best_listing])
def test_feeds_and_sitemaps_name_every_article(outlet: Outlet, press: Press, newsroom: Newsroom) -> None:
    expected = {text.id for text in texts_of(press, outlet.id)}
    for path in filter(None, (outlet.rss, outlet.atom, outlet.news_sitemap)):
        assert listed(newsroom, newsroom.url(outlet.id, path)) == expected


def test_the_sitemap_index_leads_to_the_news_sitemap(newsroom: Newsroom) -> None:
    root = ElementTree.fromstring(get(newsroom, newsroom.url("warta-nusa", "/sitemap.xml")).body)
    assert [element.text for element in root.iter() if element.tag.endswith("}loc")] == [
        newsroom.url("warta-nusa", "/sitemap-news.xml")
    ]


def test_the_feed_of_pos_raya_carries_tracking_parameters(newsroom: Newsroom) -> None:
    feed = get(newsroom, newsroom.url("pos-raya", "/rss")).body.decode()
    assert "utm_source=" in feed


@pytest.mark.parametrize("outlet", OUTLETS.values(), ids=OUTLETS.keys())
def test_section_pages_lead_to_every_article(outlet: Outlet, press: Press, newsroom: Newsroom) -> None:
    found: set[str] = set()
    sections = {text.section for text in texts_of(press, outlet.id)}
    pending = [newsroom.url(outlet.id, outlet.section.format(section=section)) for section in sections]
    pending.append(newsroom.url(outlet.id))
    done: set[str] = set()
    while pending:
        url = pending.pop()
        done.add(url)
        markup = page(newsroom, url)
        for path in map(html.unescape, re.findall(r'href="(/[^"]*)"', markup)):
            text = newsroom.text_of(newsroom.url(outlet.id, path))
            if text:
                found.add(text.id)
            elif re.search(r"(\?page=|\?hal=|/page/)\d", path) and newsroom.url(outlet.id, path) not in done:
                pending.append(newsroom.url(outlet.id, path))
    assert found == {text.id for text in texts_of(press, outlet.id)}


def test_the_old_layout_has_several_pages_of_a_section(newsroom: Newsroom) -> None:
    first = page(newsroom, newsroom.url("harian-lembah", "/daerah.php"))
    assert "/daerah.php?hal=2" in first
    assert get(newsroom, newsroom.url("harian-lembah", "/daerah.php?hal=99")).status == 404


def test_the_old_layout_is_not_utf8(press: Press, newsroom: Newsroom) -> None:
    bodies = []
    for text in texts_of(press, "harian-lembah"):
        got = get(newsroom, newsroom.address_of(text.id))
        assert got.headers["Content-Type"] == "text/html"
        assert b"charset=iso-8859-1" in got.body
        bodies.append(got.body)
    assert any(b"\x93" in body for body in bodies), "typographic quotes as windows-1252 has them"


def test_every_kind_of_furniture_occurs(press: Press, newsroom: Newsroom) -> None:
    assert {line.kind for lines in LINES.values() for line in lines} == set(KINDS)
    for outlet, fragments in FURNITURE.items():
        shown = "\n".join(body_of(newsroom, text) for text in texts_of(press, outlet))
        missing = [fragment for fragment in fragments if fragment not in shown]
        assert not missing, f"{outlet}: {missing}"


def test_furniture_is_never_part_of_a_text(press: Press) -> None:
    for text in press.texts.values():
        written = "\n".join((text.title, *text.paragraphs))
        assert not [fragment for fragment in FURNITURE[text.outlet] if fragment in written], text.id


def test_a_page_is_the_same_on_every_visit_and_in_every_run(press: Press, newsroom: Newsroom) -> None:
    again = Newsroom(press, NOW)
    with again:
        for name, text in press.texts.items():
            path = urlsplit(newsroom.address_of(name)).path
            host = OUTLETS[text.outlet].host
            first, second = newsroom.answer(host, path).body, again.answer(host, path).body
            assert first.replace(str(newsroom.port).encode(), b"") == second.replace(str(again.port).encode(), b"")


def test_copies_from_elsewhere_say_so_at_pos_raya(press: Press, newsroom: Newsroom) -> None:
    for text in texts_of(press, "pos-raya"):
        original = press.texts[press.root(text)]
        told = "Artikel ini telah tayang di" in page(newsroom, newsroom.address_of(text.id))
        assert told == bool(text.credit or original.outlet != text.outlet), text.id


def test_the_wordpress_form_and_the_bare_lines_do_not_stand_together(press: Press, newsroom: Newsroom) -> None:
    forms = [page(newsroom, newsroom.address_of(text.id)) for text in texts_of(press, "kabar-timur")]
    assert all(markup.count("Tinggalkan Balasan") == 1 for markup in forms)
    assert len({'id="commentform"' in markup for markup in forms}) == 2


@pytest.mark.parametrize("path", ["/", "/robots.txt", "/foto/123456.svg"])
def test_what_a_client_has_is_not_sent_again(path: str, newsroom: Newsroom) -> None:
    url = newsroom.url("kabar-timur", path)
    got = get(newsroom, url)
    assert got.status == 200
    for header in ({"If_None_Match": got.headers["ETag"]}, {"If_Modified_Since": got.headers["Last-Modified"]}):
        unchanged = get(newsroom, url, **header)
        assert (unchanged.status, unchanged.body) == (304, b"")
        assert unchanged.headers["ETag"] == got.headers["ETag"]
    assert get(newsroom, url, If_None_Match='"other"').status == 200
    assert get(newsroom, url, If_Modified_Since="Thu, 01 Jan 1970 00:00:00 GMT").status == 200
    assert get(newsroom, url, If_Modified_Since="yesterday").status == 200


def test_every_article_and_listing_has_validators(press: Press, newsroom: Newsroom) -> None:
    for url in [*newsroom.seeds(), *map(newsroom.address_of, press.texts)]:
        got = get(newsroom, url)
        assert get(newsroom, url, If_None_Match=got.headers["ETag"]).status == 304


def test_head_gives_the_headers_alone(newsroom: Newsroom) -> None:
    url = newsroom.url("antar-nusa")
    got, head = get(newsroom, url), get(newsroom, url, method="HEAD")
    assert head.body == b""
    assert head.headers["Content-Length"] == str(len(got.body))
    assert head.headers["ETag"] == got.headers["ETag"]


def test_gzip_is_sent_where_it_is_accepted(newsroom: Newsroom) -> None:
    url = newsroom.url("harbour-gazette")
    plain, packed = get(newsroom, url), get(newsroom, url, Accept_Encoding="gzip, br")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


@pytest.mark.parametrize("outlet", OUTLETS.values(), ids=OUTLETS.keys())
def test_robots_closes_a_folder_that_the_front_page_links_to(outlet: Outlet, newsroom: Newsroom) -> None:
    rules = get(newsroom, newsroom.url(outlet.id, "/robots.txt")).body.decode()
    assert "Disallow: /rahasia/" in rules
    assert 'href="/rahasia/' in page(newsroom, newsroom.url(outlet.id))
    assert ("Crawl-delay: 0.2" in rules) == (outlet.id == "northern-ledger")
    sitemaps = re.findall(r"Sitemap: (\S+)", rules)
    assert sitemaps == [newsroom.url(outlet.id, path) for path in (outlet.sitemap_index, outlet.news_sitemap) if path]
    assert all(get(newsroom, sitemap).status == 200 for sitemap in sitemaps)


@pytest.mark.parametrize("path", ["/tidak/ada", "/berita.php?id=1", "/?page=99", "/?page=x", "/?page=" + "9" * 5000])
def test_what_is_not_there_is_404(path: str, newsroom: Newsroom) -> None:
    assert get(newsroom, newsroom.url("antar-nusa", path)).status == 404


def test_an_unknown_host_gets_no_outlet(newsroom: Newsroom) -> None:
    assert get(newsroom, "http://other.test/").status == 421


def test_requests_are_noted_in_order(press: Press) -> None:
    with Newsroom(press, NOW) as running:
        get(running, running.url("pos-raya", "/rss?a=b"))
        get(running, running.url("warta-nusa", "/no"), method="HEAD")
        assert running.requests == [
            ("GET", "pos-raya.test", "/rss?a=b", 200),
            ("HEAD", "warta-nusa.test", "/no", 404),
        ]
        running.forget_requests()
        assert running.requests == []


def test_a_hidden_article_appears_when_it_is_published(press: Press) -> None:
    late = texts_of(press, "antar-nusa")[0].id
    with Newsroom(press, NOW) as running:
        feed = running.url("antar-nusa", OUTLETS["antar-nusa"].rss)
        running.hide([late])
        before = get(running, feed)
        assert get(running, running.address_of(late)).status == 404
        assert late not in listed(running, feed)
        running.publish(late)
        assert get(running, feed, If_Modified_Since=before.headers["Last-Modified"]).status == 200
        assert get(running, feed, If_None_Match=before.headers["ETag"]).status == 200
        assert get(running, running.address_of(late)).status == 200
        assert late in listed(running, feed)
        with pytest.raises(KeyError, match="nobody"):
            running.hide(["nobody"])


def test_a_client_that_hangs_up_leaves_no_trace(press: Press, capfd: pytest.CaptureFixture[str]) -> None:
    with Newsroom(press, NOW) as running:
        running.delay_s = 0.1
        request = b"GET /rss HTTP/1.1\r\nHost: pos-raya.test\r\n\r\n"
        for _ in range(5):
            client = socket.create_connection(("127.0.0.1", running.port))
            client.sendall(request * 20)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            client.close()
        idle = socket.create_connection(("127.0.0.1", running.port))
        running.delay_s = 0.0
        assert get(running, running.url("pos-raya", "/rss")).status == 200
    idle.close()
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_seeds_lead_to_every_outlet_and_the_guard_allows_exactly_them(newsroom: Newsroom) -> None:
    seeds = newsroom.seeds()
    assert {urlsplit(seed).netloc for seed in seeds} == {f"{host}:{newsroom.port}" for host in newsroom.hosts}
    assert all(get(newsroom, seed).status == 200 for seed in seeds)
    assert newsroom.guard_allow.split(",") == [f"{host}:{newsroom.port}=127.0.0.1" for host in newsroom.hosts]


def test_some_paged_articles_offer_the_whole_and_some_do_not(press: Press, newsroom: Newsroom) -> None:
    offered: Counter[bool] = Counter()
    for text in texts_of(press, "warta-nusa"):
        markup = page(newsroom, newsroom.address_of(text.id))
        if "Halaman Selanjutnya" in markup:
            assert ("?page=all" in markup) == bool(number_of(text) % 2)
            offered["?page=all" in markup] += 1
    assert offered[True]
    assert offered[False]


def test_the_clock_needs_a_zone(press: Press) -> None:
    with pytest.raises(ValueError, match="time zone"):
        Newsroom(press, datetime(2026, 3, 5))  # noqa: DTZ001 - that is the point


def test_the_committed_truth_is_current(press: Press) -> None:
    assert FILE.read_text(encoding="utf-8") == truth_json(press), "run `python -m tests.newsroom truth`"
