"""Words as numbers: the compiled way and the plain one give the same of any text, and both what `segments` says."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup import cutting, segments
from dedup.amounts import NUMBER
from dedup.arrays import BEGINS_WITH_DIGIT, HOLDS_DIGIT, NAME, QUOTED, Cut
from dedup.characters import characters, code_points
from tests.dedup.test_signing import TEXTS

pytest.importorskip("numba", reason="needs numba: pip install 'gema-news[fast]'")


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Compile before any example's time is taken."""
    cutting.by_kernel(["satu dua", "ﷺ"])


def same(one: Cut, other: Cut) -> None:
    for name in Cut.__slots__:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


QUOTING = st.text(st.sampled_from("aB 1.,“”„«»「」‘’'＂\n;)" + '"'), max_size=80)
COUNTING = st.text(st.sampled_from("0123.,:/ \u00a0\nrbjtRBé１٣"), max_size=40)


@given(st.lists(TEXTS | QUOTING | COUNTING, max_size=6))
@example(["", "a", "satu dua tiga", "1.250,50 JUTA rupiah, 0,5 triliun, 03/06/2025, ١٢"])
@example(["é ô ü ñ q", "“é” dan „ô“ lalu «ü"])
@example(['「a b「 c」 "d e\n"f" 1.000,5 pukul 07:30. Kata Budi Santoso, Ani ²'])
def test_compiled_or_not_texts_are_cut_alike(texts: list[str]) -> None:
    same(cutting.by_kernel(texts), cutting.by_words(texts))


@pytest.mark.parametrize("text", ["北京今天下雨了", "1 2 3 ", "satu dua tiga", ""])
def test_many_texts_are_cut_as_each_alone(text: str) -> None:
    texts = [text * (count % 40) for count in range(300)]
    same(cutting.cut(texts), cutting.by_words(texts))


def test_what_is_made_of_few_texts_each_is_made_of_all() -> None:
    texts = [f"Kabar nomor {number} tentang banjir di kota {number % 7}. " * (number % 50) for number in range(600)]
    few = list(cutting.made_of(texts, lambda words: (words.ends.tolist(), words.hashes.tolist())))
    whole = cutting.by_words(texts)
    assert len(few) > 2
    assert [each for _, hashes in few for each in hashes] == whole.hashes.tolist()
    assert sum(len(ends) for ends, _ in few) == len(texts)


@given(st.lists(TEXTS))
@example(["a\ud800", "", "é" * 300])
def test_words_are_hashed_alike_one_by_one_or_many(words: list[str]) -> None:
    assert cutting.word_hashes(words).tolist() == [cutting.word_hash(word) for word in words]


@given(TEXTS | QUOTING)
def test_the_plain_way_says_what_segments_says(text: str) -> None:
    words, found = segments.words(text), cutting.by_words([text])
    assert found.hashes.tolist() == [cutting.word_hash(word) for word in words.words]
    assert found.starts.tolist() == list(words.starts)
    assert found.stops.tolist() == list(words.ends)
    assert [bool(flag & QUOTED) for flag in found.flags.tolist()] == list(words.quoted)
    assert len(found.numbers) == len(NUMBER.findall(text))


def test_traits_tell_digits_and_names() -> None:
    text = "Menurut Budi Santoso, 12 ekor G20 lahir. Lalu kata Ani; Tri pergi"
    found = cutting.by_words([text])
    words = segments.words(text).words
    of = dict(zip(words, found.flags.tolist(), strict=True))
    assert {word for word, flag in of.items() if flag & NAME} == {"budi", "santoso", "ani", "tri", "g20"}
    assert {word for word, flag in of.items() if flag & BEGINS_WITH_DIGIT} == {"12"}
    assert {word for word, flag in of.items() if flag & HOLDS_DIGIT} == {"12", "g20"}


@given(st.lists(TEXTS, max_size=5), st.lists(TEXTS, max_size=5))
def test_cuts_are_joined_and_parted_again(one: list[str], other: list[str]) -> None:
    whole = cutting.joined([cutting.by_words(one), cutting.by_words(other)])
    same(whole, cutting.by_words(one + other))
    for number, text in enumerate(one + other):
        same(cutting.part(whole, number), cutting.by_words([text]))


def test_many_texts_are_cut_on_all_cores_in_their_order() -> None:
    texts = [f"Kabar nomor {number} tentang banjir di kota {number % 7}." for number in range(1_100)]
    same(cutting.cut(texts), cutting.by_words(texts))


@given(st.lists(TEXTS | QUOTING, max_size=6))
@example(["字" * 16, ""])
@example(["", "1 2 3", ""])
def test_nothing_is_written_behind_the_room_that_as_many_words_as_characters_need(texts: list[str]) -> None:
    from dedup import scanning

    known, codes = characters(), code_points(texts)
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    rooms = [np.full(len(codes) + 8, 77, kind) for kind in (np.uint64, np.uint32, np.uint32, np.uint8, np.uint64)]
    inside = [room[: len(codes)] for room in rooms]
    scanning.scan_texts(codes, ends, known.together, known.longer, known.starts, *inside)
    assert all((room[len(codes) :] == 77).all() for room in rooms)


@pytest.mark.parametrize("cores", [1, 2])
def test_texts_of_any_length_are_cut_in_their_order(cores: int) -> None:
    texts = [
        "",
        *(f"kabar {number}" for number in range(2_000)),
        *["banjir di kota " * 9_000] * 3,
        "é e\u0301 字\n" * 200,
    ]
    slow: dict[str, Cut] = {}
    found = cutting.cut(texts, cores, slow)
    same(found, cutting.by_words(texts))
    assert list(slow) == [texts[-1]]
    # What was cut slowly is taken from there.
    same(cutting.cut(texts, cores, {texts[-1]: cutting.by_words(["lain"])}), cutting.by_words([*texts[:-1], "lain"]))
