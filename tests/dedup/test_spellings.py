"""One name for all ways to write an address, and one article for it."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from dedup import Article, Corpus, find_copies, tables
from dedup.addresses import spelled, spelling, spellings
from dedup.checking import check
from dedup.corpus.removal import blocked
from tests.dedup.conftest import NOW
from tests.dedup.schemas import take_back

NAMES = st.sampled_from(
    ["contoh.test", "news.contoh.co.id", "foo.blogspot.com", "127.0.0.1:8000", "[::1]", "localhost"]
)
PATHS = st.lists(st.text(st.sampled_from("abzé%2F.-_~:@"), min_size=1, max_size=5), max_size=3)
QUERIES = st.sampled_from(["", "?id=3", "?p=https://www.x.test/", "?a=1/", "#bagian", "?id=3#x"])
HARBOUR = Article(
    url="https://satu.test/pelabuhan", text="Pelabuhan dibuka kembali.", title="Pelabuhan", site="satu.test"
)


@given(NAMES, PATHS, QUERIES)
def test_all_ways_to_write_an_address_have_one_name(name: str, path: list[str], query: str) -> None:
    url = f"https://{name}/{'/'.join(path)}{query}"
    ways = spellings(url)
    assert ways[0] == spelling(url)
    assert url in ways
    assert len(set(ways)) == len(ways)
    assert {spelling(way) for way in ways} == {spelling(url)}
    assert {spellings(way) for way in ways} == {ways}


@given(NAMES, PATHS, PATHS)
def test_different_paths_stay_different(name: str, one: list[str], other: list[str]) -> None:
    written = [f"https://{name}/{'/'.join(path)}" for path in (one, other)]
    assert (spelling(written[0]) == spelling(written[1])) == (one == other)


@given(st.text(max_size=40) | st.from_regex(r"(HTTP|https?)://(www\.)*[a-z:.@\[\]0-9]*[/?#a-z:/]*", fullmatch=True))
def test_spelling_is_idempotent_and_never_raises(url: str) -> None:
    assert spelling(spelling(url)) == spelling(url)
    assert spellings(url)[0] == spelling(url)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://www.contoh.test/a/", "https://contoh.test/a"),
        ("http://www.contoh.test", "https://contoh.test/"),
        ("HTTP://WWW.Contoh.test:80/A/?b=C/", "https://contoh.test/A?b=C/"),
        ("http://contoh.test:8080/", "https://contoh.test:8080/"),
        ("https://m.contoh.test/a", "https://m.contoh.test/a"),
        # Here `www` is the name of the site, and what is behind it a public suffix.
        ("https://www.co.id/a", "https://www.co.id/a"),
        ("https://www.blogspot.com/a", "https://www.blogspot.com/a"),
        ("https://www.test/a", "https://www.test/a"),
        ("https://contoh.test/a/?utm_source=rss&utm_medium=feed", "https://contoh.test/a"),
        ("https://contoh.test/?id=3&fbclid=Iw&amp;UTM_Campaign=x&p=2#akhir", "https://contoh.test/?id=3&p=2#akhir"),
        ("https://contoh.test/a?gclid#akhir", "https://contoh.test/a#akhir"),
        # What only looks like a tracker: a parameter of another name, one without a value kept as it is.
        ("https://contoh.test/a?cid=3&&ref=5&autmn_x=1", "https://contoh.test/a?cid=3&&ref=5&autmn_x=1"),
        ("https://contoh.test/a#utm_source=rss", "https://contoh.test/a#utm_source=rss"),
        ("file:///a/", "file:///a/"),
        ("baris-7", "baris-7"),
        ("", ""),
    ],
)
def test_what_an_address_is_called(url: str, name: str) -> None:
    assert spelling(url) == name


@given(NAMES, QUERIES, st.permutations(["utm_source=a", "id=3", "fbclid=x", "b"]))
def test_trackers_are_no_part_of_an_address(name: str, query: str, asked: list[str]) -> None:
    traced = f"https://{name}/a?{'&'.join(asked)}"
    plain = f"https://{name}/a?{'&'.join(each for each in asked if each in ('id=3', 'b'))}"
    assert spelling(traced) == spelling(plain)
    assert spellings(traced) == spellings(plain)
    assert spelling(f"https://{name}/a{query}") != spelling(traced)


def test_an_address_is_written_in_eight_ways() -> None:
    assert set(spellings("http://contoh.test/a?b=1")) == {
        f"{scheme}://{www}contoh.test/a{slash}?b=1"
        for scheme in ("http", "https")
        for www in ("", "www.")
        for slash in ("", "/")
    }


@pytest.mark.parametrize("way", spellings(HARBOUR.url))
def test_an_article_under_another_spelling_is_the_same_article(corpus: Corpus, way: str) -> None:
    corpus.add([HARBOUR])
    other = replace(HARBOUR, url=way, id="")
    assert corpus.add([other]).same == 1
    assert corpus.add([replace(other, text="Pelabuhan ditutup lagi.")]).changed == 1
    (kept,) = corpus.articles()
    assert (kept.url, kept.id, kept.text) == (HARBOUR.url, HARBOUR.id, "Pelabuhan ditutup lagi.")
    with corpus.reading() as connection:
        earlier = select(tables.texts.c.text).join(tables.revisions, tables.revisions.c.text_id == tables.texts.c.id)
        assert connection.execute(earlier).scalars().all() == [HARBOUR.text]


@pytest.mark.parametrize(
    "way",
    [
        "https://SATU.test/pelabuhan",
        "https://satu.test:443/pelabuhan//",
        "HTTP://satu.test/pelabuhan",
        "https://satu.test/pelabuhan?utm_source=rss&utm_medium=feed",
    ],
)
def test_whichever_spelling_comes_first_is_the_article(corpus: Corpus, way: str) -> None:
    odd = replace(HARBOUR, url=way, id="")
    corpus.add([odd])
    assert corpus.add([HARBOUR]).same == 1
    assert [article.url for article in corpus.articles()] == [way]
    assert [article.url for article in find_copies([odd, HARBOUR]).articles.values()] == [way]
    for reference in (HARBOUR.url, "http://www.satu.test/pelabuhan/"):
        assert corpus.article(reference).url == way


def test_an_address_that_only_has_the_digits_of_another_is_another(corpus: Corpus) -> None:
    corpus.add([replace(HARBOUR, url="https://dua.test/lain", id="")])
    with corpus.transaction() as connection:
        connection.execute(update(tables.articles).values(spelled=spelled(HARBOUR.url)))
    assert corpus.add([replace(HARBOUR, id="")]).new == 1


def test_an_older_corpus_learns_what_is_no_part_of_an_address(new_corpus: Callable[[], Corpus]) -> None:
    old = new_corpus()
    traced, gone = f"{HARBOUR.url}?utm_source=rss", "https://satu.test/lain?p=1&fbclid=x"
    old.add([replace(HARBOUR, url=traced, id="")])
    with old.transaction() as connection:
        digits = blake2b(traced.encode(), digest_size=8).hexdigest()
        connection.execute(update(tables.articles).values(spelled=digits))
        known = [{"url": url, "at": NOW} for url in (gone, f"{gone}y", "https://satu.test/itu")]
        connection.execute(insert(tables.forgotten), known)
    file = old.engine.url.database or ""
    old.close()
    take_back(file, "0017")
    with Corpus.open(f"sqlite:///{file}") as upgraded:
        assert upgraded.add([HARBOUR]).same == 1
        assert upgraded.article(HARBOUR.url).url == traced
        assert blocked(upgraded) == ["https://satu.test/itu", "https://satu.test/lain?p=1"]
        assert list(check(upgraded)) == []


def test_who_gives_ids_of_their_own_tells_spellings_apart(corpus: Corpus) -> None:
    corpus.add([replace(HARBOUR, id="baris-1")])
    assert corpus.add([replace(HARBOUR, url="http://satu.test/pelabuhan", id="baris-2")]).new == 1
    assert corpus.add([replace(HARBOUR, url="http://www.satu.test/pelabuhan", id="")]).same == 1
    assert [article.id for article in corpus.articles()] == ["baris-1", "baris-2"]


@pytest.mark.parametrize(
    "said",
    [
        [("http://one.example/1", ""), ("https://one.example/1", "mine")],
        [("https://one.example/1", "mine"), ("http://one.example/1", "")],
        [("https://one.example/1", ""), ("http://one.example/1", "mine"), ("http://one.example/1", "")],
        [("http://www.one.example/1", "mine"), ("http://one.example/1", "his"), ("https://one.example/1/", "")],
        [("http://one.example/1", "mine"), ("http://one.example/1", "his")],
        [("https://one.example:443/1", ""), ("https://one.example/1", "")],
        [("https://one.example/1", ""), ("https://one.example:443/1", "")],
    ],
)
def test_in_memory_articles_are_told_apart_as_in_a_corpus(corpus: Corpus, said: list[tuple[str, str]]) -> None:
    made = [Article(url, f"kata {place}", id=name) for place, (url, name) in enumerate(said)]
    corpus.add(made)
    assert find_copies(made).articles == {article.id: article for article in corpus.articles()}


def test_what_was_stored_twice_before_stays_two_and_each_is_known(corpus: Corpus) -> None:
    twins = [replace(HARBOUR, id="a"), replace(HARBOUR, url="http://satu.test/pelabuhan", id="b")]
    corpus.add(twins)
    assert corpus.add([replace(twin, id="") for twin in twins]).same == 2


def test_an_article_is_found_by_any_spelling_of_its_address(corpus: Corpus) -> None:
    corpus.add([Article("https://one.example/1", "satu", id="a"), Article("http://www.one.example/1/", "dua", id="b")])
    assert corpus.article("https://one.example/1").id == "a"
    assert corpus.article("http://www.one.example/1/").id == "b"
    corpus.remove("b")
    assert corpus.article("http://www.one.example/1/").id == "a"
