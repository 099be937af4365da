"""Signatures are datasketch's, bit for bit; sketches estimate containment."""

import random
from collections.abc import Sequence

import numpy as np
import pytest
import xxhash
from datasketch import LeanMinHash, MinHash
from hypothesis import given
from hypothesis import strategies as st

from dedup import cutting, minhash, segments, shingles
from dedup.arrays import Hashes32
from dedup.records import Recipe

RECIPE = Recipe()
SENTENCES = {
    "indonesian": "pemerintah daerah banjir warga jalan 10.000 rupiah — kata Bupati “hari ini” Jum'at ke-2",
    "arabic": "قال الوزير إن الحكومة ستعمل على تحسين الخدمات في المدينة اليوم ١٢٣",
    "chinese": "新 华 社 北 京 十 一 月 二 十 二 日 电 记 者 从 有 关 部 门 获 悉 ， 今 年 以 来 经 济 运 行 平 稳 。",
    "emoji": "🙂 👩‍👩‍👧 🇮🇩 echo ß é é Ǆ ﬁ",
    "thai": "รัฐบาล ประกาศ วันนี้ ว่า จะ ดำเนินการ",
}
ALPHABETS = {name: sentence.split() for name, sentence in SENTENCES.items()}


def datasketch_values(words: Sequence[str]) -> Hashes32:
    reference = MinHash(
        num_perm=RECIPE.permutations,
        seed=RECIPE.seed,
        scheme="affine32",
        hashfunc=lambda data: int(xxhash.xxh32_intdigest(data)),
    )
    length = RECIPE.shingle_words
    for place in range(len(words) - length + 1):
        reference.update(" ".join(words[place : place + length]).encode())
    values: Hashes32 = reference.hashvalues
    return values


def ours(text: str) -> Hashes32:
    words = segments.words(text).words
    return minhash.signature(shingles.hashes32(words, RECIPE.shingle_words), RECIPE)


def random_article(randomness: random.Random) -> str:
    alphabet = [word for name in randomness.sample(sorted(ALPHABETS), 2) for word in ALPHABETS[name]]
    return " ".join(randomness.choices(alphabet, k=randomness.choice((0, 1, 3, 4, 5, 40, 120))))


def test_two_thousand_random_articles_have_the_signatures_of_datasketch() -> None:
    randomness = random.Random(22)
    texts = ["", " ", "satu dua tiga", *(random_article(randomness) for _ in range(1_997))]
    for text in texts:
        expected = datasketch_values(segments.words(text).words)
        np.testing.assert_array_equal(ours(text), expected, err_msg=repr(text))


def test_signatures_read_back_into_datasketch() -> None:
    text = " ".join(ALPHABETS["indonesian"] * 3)
    values = ours(text)
    whole = MinHash(hashvalues=values, scheme="affine32", seed=RECIPE.seed)
    lean = LeanMinHash(minhash=whole)
    assert whole.jaccard(MinHash(hashvalues=ours(text), scheme="affine32", seed=RECIPE.seed)) == 1.0
    np.testing.assert_array_equal(lean.hashvalues, values)


@given(st.lists(st.integers(0, 2**32 - 1), max_size=40), st.randoms(use_true_random=False))
def test_a_signature_does_not_depend_on_order_or_repetition(values: list[int], randomness: random.Random) -> None:
    shuffled = values * 2
    randomness.shuffle(shuffled)
    one = minhash.signature(np.array(values, dtype=np.uint32), RECIPE)
    other = minhash.signature(np.array(shuffled, dtype=np.uint32), RECIPE)
    np.testing.assert_array_equal(one, other)


def test_a_text_longer_than_one_block_is_signed_whole() -> None:
    hashes = np.arange(10_000, dtype=np.uint32)
    halves = np.minimum(minhash.signature(hashes[:5000], RECIPE), minhash.signature(hashes[5000:], RECIPE))
    np.testing.assert_array_equal(minhash.signature(hashes, RECIPE), halves)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_the_share_of_a_sketch_found_in_another_is_the_containment(share: float) -> None:
    short = [f"kata{place}" for place in range(4000)]
    long = [*short[: int(len(short) * share)], *(f"lain{place}" for place in range(20_000))]
    both = minhash.sketches(cutting.cut([" ".join(short), " ".join(long)]), RECIPE)
    assert both.of(0).max() < 2**44 / RECIPE.sketch_one_in
    found = len(np.intersect1d(both.of(0), both.of(1))) / len(both.of(0))
    assert found == pytest.approx(share, abs=0.04)


few_words = st.lists(st.text("ab", min_size=1, max_size=2), max_size=30).map(" ".join)


@given(st.lists(few_words, max_size=6), st.sampled_from([1, 2, 3]), st.data())
def test_sampled_shingles_are_kept_by_place_and_by_key(texts: list[str], one_in: int, data: st.DataObject) -> None:
    recipe = Recipe(sketch_one_in=one_in)
    words = cutting.cut(texts)
    found, length = minhash.sampled(words, recipe), recipe.shingle_words
    whole = [words.hashes[words.words(text)] for text in range(len(texts))]
    hashed = [shingles.hashes64(text, length).tolist() for text in whole]
    held = [[(place, key >> 20) for place, key in enumerate(keys) if key <= 2**64 // one_in - 1] for keys in hashed]
    starts = [words.words(text).start for text in range(len(texts))]
    assert found.ends.tolist() == np.cumsum([0, *map(len, held)])[1:].tolist()
    places = [start + place for start, text in zip(starts, held, strict=True) for place, _ in text]
    assert found.places.tolist() == places
    # What is told of a key is told of every place where it stands.
    told = data.draw(st.sets(st.sampled_from(sorted({key for text in held for _, key in text}) or [0])))
    by_key = np.isin(found.keys >> np.uint64(20), np.array(sorted(told), np.uint64))
    assert minhash.as_they_stand(found, by_key).tolist() == [key in told for text in held for _, key in text]
    distinct = [sorted({key for _, key in text}) for text in held]
    sketches = minhash.gathered(found)
    assert [sketches.of(text).tolist() for text in range(len(texts))] == distinct
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts))), bool)
    left = minhash.without(found, by_key, kept)
    expected = [
        [key for key in keys if key not in told] if keeps else [] for keys, keeps in zip(distinct, kept, strict=True)
    ]
    assert [left.of(text).tolist() for text in range(len(texts))] == expected
    order = data.draw(st.permutations(range(len(texts))))
    some = minhash.gathered_of(found, np.array(order, np.int64))
    assert [some.of(row).tolist() for row in range(len(order))] == [distinct[text] for text in order]


def test_of_a_text_of_millions_of_words_the_first_million_is_sampled() -> None:
    several = cutting.cut(
        ["satu dua tiga empat lima", " ".join(str(number % 7_919) for number in range(1_100_000)), "x"]
    )
    found = minhash.sampled(several, Recipe(sketch_one_in=1))
    first, second, third = np.diff(found.ends, prepend=0).tolist()
    assert (first, second, third) == (2, 2**20 - 3, 0)
    assert found.places[-1] == several.ends[0] + 2**20 - 4
    assert len(minhash.gathered(found).of(1)) == 7_919
