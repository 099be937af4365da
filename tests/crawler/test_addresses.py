"""One spelling for each address, one site for each outlet, one address for each article."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.addresses import article_address, canonical, host_of, key, plain, site_of
from dedup.addresses import spellings

ADDRESSES = st.one_of(
    st.text(max_size=60),
    st.builds(
        "{}://{}{}/{}?{}#{}".format,
        st.sampled_from(["http", "https", "HTTP", "ftp", "javascript"]),
        st.sampled_from(
            ["Contoh.test", "m.contoh.co.id", "bücher.example", "127.0.0.1", "[::1]", "amp.m.contoh.test", "a..b"]
        ),
        st.sampled_from(["", ":80", ":443", ":8080", ":x", ":99999"]),
        st.text(st.sampled_from("ab/.%2eé ~&=?+ amp print"), max_size=30),
        st.text(st.sampled_from("ab=&%41é?/;+ page=1 utm_x=1"), max_size=30),
        st.text(max_size=5),
    ),
)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("HTTP://WWW.Contoh.co.id:80/a/../b?id=5#x", "http://www.contoh.co.id/b?id=5"),
        ("https://contoh.test:443", "https://contoh.test/"),
        ("https://contoh.test/a?utm_source=rss&id=2&fbclid=x&b=1&ref=home", "https://contoh.test/a?id=2&b=1"),
        ("https://contoh.test/a?b=2&a=1", "https://contoh.test/a?b=2&a=1"),
        ("https://contoh.test/a?galeri=5&cid=123&source=7", "https://contoh.test/a?galeri=5&cid=123&source=7"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://contoh.test/%7euser/%2e%2e/x%2f", "https://contoh.test/x%2F"),
        ("https://contoh.test/a b", "https://contoh.test/a%20b"),
        ("https://contoh.test/100%", "https://contoh.test/100%25"),
        (" https://contoh.test/a\n ", "https://contoh.test/a"),
        ("https://contoh.test/a?x=1&amp;y=2", "https://contoh.test/a?x=1&y=2"),
        ("http://user:word@contoh.test/", "http://contoh.test/"),
        ("http://127.0.0.1:8000/x", "http://127.0.0.1:8000/x"),
        ("http://[0:0::1]/x", "http://[::1]/x"),
    ],
)
def test_an_address_has_one_spelling(written: str, found: str) -> None:
    assert canonical(written) == found


@pytest.mark.parametrize(
    "written",
    [
        "",
        "mailto:redaksi@contoh.test",
        "javascript:void(0)",
        "tel:123",
        "data:text/html,x",
        "file:///etc/hostname",
        "ftp://contoh.test/",
        "/relative",
        "http://",
        "http://contoh.test:99999/",
        "http://con toh.test/",
        "http://[::1/",
        "http://a..b/",
        "https://contoh.test/" + "a" * 2_000,
    ],
)
def test_what_cannot_be_fetched_has_none(written: str) -> None:
    assert canonical(written) is None


def test_relative_addresses_start_from_the_base() -> None:
    assert canonical("../x", "https://contoh.test/a/b/c") == "https://contoh.test/a/x"
    assert canonical("//lain.test/x", "https://contoh.test/") == "https://lain.test/x"


@given(ADDRESSES)
def test_canonical_is_idempotent_and_never_raises(written: str) -> None:
    once = canonical(written)
    if once is not None:
        assert canonical(once) == once


@given(ADDRESSES)
def test_plain_is_idempotent_and_stays_on_the_site(written: str) -> None:
    once = plain(written)
    assert plain(once) == once
    if canonical(written):
        assert site_of(once) == site_of(canonical(written) or "")


@given(ADDRESSES)
def test_a_key_is_idempotent_and_stays_on_the_site(written: str) -> None:
    once = key(written)
    assert key(once) == once
    if canonical(written):
        assert site_of(once) == site_of(canonical(written) or "")


@given(ADDRESSES)
def test_a_key_is_that_of_all_spellings_and_variants(written: str) -> None:
    url = canonical(written)
    if url is not None:
        assert {key(way) for way in spellings(url)} == {key(url)} == {key(plain(url))}


WORDS = st.sampled_from(["berita", "satu", "dua", "tiga-empat", "2026", "05", "index.html"])
PATHS = st.lists(WORDS, max_size=4).map(tuple)
STARTS = st.sampled_from([f"{scheme}://{www}" for scheme in ("http", "https") for www in ("", "www.", "m.", "www.m.")])


@given(PATHS, PATHS, STARTS, STARTS, st.sampled_from(["", "/"]))
def test_keys_differ_where_paths_do_and_nowhere_else(
    one: tuple[str, ...], other: tuple[str, ...], start: str, beginning: str, end: str
) -> None:
    keys = {key(f"{start}contoh.test/{'/'.join(one)}{end}"), key(f"{beginning}contoh.test/{'/'.join(other)}")}
    assert len(keys) == (1 if one == other else 2)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("http://www.contoh.test/berita/satu/", "https://contoh.test/berita/satu"),
        ("https://m.contoh.test/berita/satu/amp/?utm_source=x", "https://contoh.test/berita/satu"),
        ("http://www.m.contoh.test/berita/satu", "https://contoh.test/berita/satu"),
        ("https://contoh.test/berita/satu//amp", "https://contoh.test/berita/satu"),
        ("http://www.contoh.test", "https://contoh.test/"),
        ("http://www.contoh.test/?p=5", "https://contoh.test/?p=5"),
        ("http://contoh.test:443/a", "https://contoh.test/a"),
        ("http://127.0.0.1:8000/a/", "https://127.0.0.1:8000/a"),
        ("https://www.co.id/a", "https://www.co.id/a"),
    ],
)
def test_what_an_article_is_known_by(url: str, found: str) -> None:
    assert key(url) == found


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://news.contoh.co.id:8080/a", "contoh.co.id"),
        ("https://foo.blogspot.com/", "foo.blogspot.com"),
        ("https://bar.foo.blogspot.com/", "foo.blogspot.com"),
        ("https://blogspot.com/", "blogspot.com"),
        ("http://kabar-timur.test:41211/feed/", "kabar-timur.test"),
        ("http://www.kabar-timur.test/", "kabar-timur.test"),
        ("http://10.0.0.1:81/", "10.0.0.1"),
        ("http://[::1]:81/", "::1"),
        ("http://localhost/", "localhost"),
        ("nothing", ""),
    ],
)
def test_a_site_is_the_registered_domain(url: str, site: str) -> None:
    assert site_of(url) == site


def test_the_host_has_no_port() -> None:
    assert host_of("http://News.Contoh.test:81/x") == "news.contoh.test"
    assert host_of("http://[::1]:81/x") == "::1"
    assert host_of("http://[") == ""


@pytest.mark.parametrize(
    "variant",
    [
        "https://contoh.test/berita/satu",
        "https://m.contoh.test/berita/satu",
        "https://amp.contoh.test/berita/satu",
        "https://contoh.test/amp/berita/satu",
        "https://contoh.test/berita/satu/amp",
        "https://contoh.test/berita/satu?amp",
        "https://contoh.test/berita/satu?amp=1&utm_medium=x",
        "https://contoh.test/print/berita/satu",
        "https://contoh.test/berita/satu?print=1",
        "https://contoh.test/berita/satu?page=1",
        "https://contoh.test/berita/satu?page=all#page2",
        "https://contoh.test/berita/satu?single=1",
    ],
)
def test_variants_have_one_plain_address(variant: str) -> None:
    assert plain(variant) == "https://contoh.test/berita/satu"


@pytest.mark.parametrize(
    "url",
    [
        "https://contoh.test/berita/satu?page=2",
        "https://contoh.test/amp/",
        "https://m.id/x",
        "https://contoh.test/lampu-amp",
        "https://contoh.test/berita?id=3",
    ],
)
def test_what_is_no_variant_stays(url: str) -> None:
    assert plain(url) == url


@pytest.mark.parametrize(
    ("declared", "found"),
    [
        ("https://contoh.test/berita/satu", "https://contoh.test/berita/satu"),
        ("/berita/satu?utm_source=x", "https://contoh.test/berita/satu"),
        ("https://www.contoh.test/berita/satu?page=all", "https://www.contoh.test/berita/satu"),
        ("https://contoh.test/", "https://contoh.test/berita/dua"),
        ("https://contoh.test/index.html", "https://contoh.test/berita/dua"),
        ("https://lain.test/berita/satu", "https://contoh.test/berita/dua"),
        ("javascript:1", "https://contoh.test/berita/dua"),
        ("", "https://contoh.test/berita/dua"),
        (None, "https://contoh.test/berita/dua"),
    ],
)
def test_a_declared_address_is_believed_within_its_site(declared: str | None, found: str) -> None:
    assert article_address("https://contoh.test/amp/berita/dua", declared) == found
