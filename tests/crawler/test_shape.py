"""Shapes of addresses: what stands for what, and what is learned of a site from the pages behind them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.shape import Shapes, looks_like_article, shape_of

SITE = "contoh.test"
HOST = f"https://{SITE}"
WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
# Shorter ones may look like days.
NUMBERS = st.integers(min_value=100_000_000, max_value=9_999_999_999)
TEXTS = st.text(max_size=300)
ROWS = st.lists(st.tuples(TEXTS, st.sampled_from([SITE, "lain.test"]), st.booleans()), max_size=60)


@pytest.mark.parametrize(
    ("address", "shape"),
    [
        ("/", "/"),
        ("/daerah", "/word"),
        ("/ekonomi/d-7969191/pulau-cantik-di-timur", "/ekonomi/d-9/slug"),
        ("/read/2026/03/05/21353591/pakar-bicara", "/read/Y/M/D/9/words"),
        ("/2026/03/banjir-rendam-tiga-desa.html", "/Y/M/slug.html"),
        ("/arsip/20260305/1", "/arsip/date/9"),
        ("/12/03/2026", "/9/9/Y"),
        ("/post/banjir-rendam-tiga-desa-9912.html", "/post/slug-9.html"),
        ("/baca/123-banjir.html", "/baca/9-words.html"),
        ("/berita/sy24g3512/galian-c-longsor", "/berita/id/words"),
        ("/tentang-kami", "/tentang-kami"),
        ("/tag/banjir", "/tag/word"),
        ("/foto/panen.jpg", "/foto/word.jpg"),
        ("/berita.php?id=12&Judul=banjir-di-desa-kami-lagi", "/word.php?id=9&judul=slug"),
        ("/%E6%97%A5%E6%9C%AC/1234567", "/日本/9"),
        ("/a-folder-of-many-words-indeed/x", "/slug/word"),
    ],
)
def test_what_stands_for_an_address(address: str, shape: str) -> None:
    assert shape_of(HOST + address) == shape


@given(st.lists(WORDS, min_size=4, max_size=9), st.lists(WORDS, min_size=4, max_size=9), NUMBERS, NUMBERS)
def test_other_words_and_numbers_make_no_other_shape(
    one: list[str], other: list[str], number: int, another: int
) -> None:
    first = f"{HOST}/berita/{number}/{'-'.join(one)}.html?id={number}"
    assert shape_of(first) == shape_of(f"{HOST}/berita/{another}/{'-'.join(other)}.html?id={another}")


@given(st.text() | st.builds("{}/{}?{}".format, st.just(HOST), st.text(), st.text()))
def test_any_text_has_a_shape_that_a_corpus_can_keep(text: str) -> None:
    shape = shape_of(text)
    assert len(shape) <= 255
    assert shape.isprintable()


@given(ROWS)
def test_what_is_learned_and_kept_is_known_again(pages: list[tuple[str, str, bool]]) -> None:
    first = Shapes(())
    for path, site, article in pages:
        first.learn(f"https://{site}/{path}", site, article)
    again = Shapes(first.changed())
    assert first.changed() == []
    for path, site, _ in pages:
        url = f"https://{site}/{path}"
        assert first.judge(site)(url) == again.judge(site)(url)


@given(ROWS, st.integers(min_value=0, max_value=60))
def test_what_changed_since_is_enough_to_know_all(pages: list[tuple[str, str, bool]], cut: int) -> None:
    shapes, kept = Shapes(()), {}
    for some in (pages[:cut], pages[cut:]):
        for path, site, article in some:
            shapes.learn(f"https://{site}/{path}", site, article)
        kept.update({row[:2]: row[2:] for row in shapes.changed()})
    whole = Shapes(())
    for path, site, article in pages:
        whole.learn(f"https://{site}/{path}", site, article)
    assert kept == {row[:2]: row[2:] for row in whole.changed()}


@given(st.permutations([True] * 4 + [False] * 3))
def test_the_order_in_which_a_shape_is_learned_does_not_count(pages: list[bool]) -> None:
    shapes = Shapes(())
    for article in pages:
        shapes.learn(f"{HOST}/x/y", SITE, article)
    assert shapes.changed() == [(SITE, "/x/word", 4, 3)]


def learned(articles: int, others: int, path: str) -> bool:
    """Return what is thought of one more address like `path`, where so many were articles and so many were not."""
    shapes = Shapes([(SITE, shape_of(HOST + path), articles, others)])
    return shapes.judge(SITE)(HOST + path)


SHORT, LONG = "/warta/gempa", "/warta/gempa-mengguncang-kota-kemarin"


def test_two_articles_and_no_more_of_anything_else_speak_for_a_shape() -> None:
    assert not looks_like_article(HOST + SHORT)
    assert not learned(1, 0, SHORT)
    assert learned(2, 0, SHORT)
    assert learned(2, 2, SHORT)
    assert not learned(2, 3, SHORT)


def test_five_pages_that_were_none_speak_against_one() -> None:
    assert looks_like_article(HOST + LONG)
    assert learned(0, 4, LONG)
    assert not learned(0, 5, LONG)
    assert learned(1, 5, LONG)


def test_a_site_says_nothing_of_another() -> None:
    shapes = Shapes([(SITE, shape_of(HOST + SHORT), 9, 0)])
    assert shapes.judge(SITE)(HOST + SHORT)
    assert not shapes.judge("lain.test")(HOST + SHORT)


def test_a_site_that_gives_its_addresses_a_new_meaning_is_learned_anew() -> None:
    shapes = Shapes([(SITE, shape_of(HOST + SHORT), 400_000, 0)])
    for _ in range(1_500):
        shapes.learn(HOST + SHORT, SITE, False)
    assert not shapes.judge(SITE)(HOST + SHORT)


def test_a_site_that_makes_up_folders_is_not_remembered_without_end() -> None:
    shapes = Shapes(())
    names = [f"{a}{b}{c}" for a in "abcdefghij" for b in "klmnopqrst" for c in "abcdefghijklmno"]
    for name in names:
        shapes.learn(f"{HOST}/{name}/x", SITE, False)
    rows = shapes.changed()
    assert len(rows) == 1_000 < len(names)
    shapes.learn(f"{HOST}/{names[0]}/x", SITE, False)
    assert shapes.changed() == [(SITE, f"/{names[0]}/word", 0, 2)]


@pytest.mark.parametrize("path", ["/a-headline-of-its-own/ar-BX1", "/berita/jembatan-lama-di-tutup/video"])
def test_a_headline_may_stand_before_the_end(path: str) -> None:
    assert looks_like_article(f"{HOST}/id{path}")


def test_a_page_of_comments_is_no_article() -> None:
    assert not looks_like_article(f"{HOST}/berita/12345/comment-page-2")
