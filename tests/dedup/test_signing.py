"""The compiled kernel gives the words of `segments` and the signatures of datasketch, bit for bit, on any text."""

import subprocess
import sys

import numpy as np
import pytest
from datasketch import LeanMinHash, MinHash
from hypothesis import example, given
from hypothesis import strategies as st

from dedup import signing
from dedup.arrays import Hashes32
from dedup.records import Recipe

pytest.importorskip("numba", reason="needs numba: pip install 'gema-news[fast]'")

RECIPE = Recipe()
# What normalising, folding and cutting treat in ways of their own, and what news is made of.
CHARACTERS = (
    "aZé0 .,-'\"“”\n\u00a0…ßΐŉﬁ½²ªǅİı中國日ひ々สวัสดี은ᄀ각각ًعهﷺहिन्दी́̈\u0345١🙂\u200d\u00ad\u200b\ud800\U0002f800ﾞｶ"
    "\u034f\ufe0f\U000e0041"
)
TEXTS = st.text(st.sampled_from(CHARACTERS), max_size=60) | st.text(max_size=60)


def signed(texts: list[str], recipe: Recipe = RECIPE) -> tuple[Hashes32, Hashes32]:
    ours = np.empty((len(texts), recipe.permutations), np.uint32)
    slowly = ours.copy()
    signing.by_kernel(texts, recipe, ours)
    signing.by_numpy(texts, recipe, slowly)
    return ours, slowly


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Compile before any example's time is taken."""
    signed(["satu dua tiga empat", "ﷺ"])


@given(st.lists(TEXTS, max_size=8))
@example(["", "a", "satu dua tiga empat lima"])
@example(["é ô ü ñ q", "é ô ü ñ q"])
@example(["ﷺ dan ﷺ serta ﷺ lalu ﷺ", "ΐ ΐ ΐ ΐ ΐ"])
@example(["ban\u00adjir be\u200bsar", "e\u00ad\u0301 ก\u200b็ \u00ad ad\u00ad"])
@example(
    ["ban\ufe0fjir be\u034fsar", "e\u034f\u0301 ก\ufe0f็ \ufe0f ad\ufe0f 1\ufe0f\u20e3", "ban\U000e0041jir \U000e0100"]
)
@example(["ก็ ข ค ฅ ฆ ง", "한국 각가 나다 라마 바사"])
def test_the_kernel_and_numpy_sign_any_texts_alike(texts: list[str]) -> None:
    one_word_shingles = Recipe(shingle_words=1, permutations=16)
    for recipe in (RECIPE, one_word_shingles):
        ours, slowly = signed(texts, recipe)
        np.testing.assert_array_equal(ours, slowly)


@given(st.integers(0, 80))
def test_shingles_of_any_length_in_bytes_are_hashed_as_xxhash_does(length: int) -> None:
    ours, slowly = signed([f"{'x' * length} {'y' * (length // 2)} z zz zzz"])
    np.testing.assert_array_equal(ours, slowly)


def test_many_texts_are_signed_in_batches_in_their_order_and_read_back_into_datasketch() -> None:
    texts = [f"kabar nomor {number} tentang banjir di kota {number % 7} hari ini" for number in range(1_500)]
    rows = signing.signatures(texts, RECIPE)
    for number in (0, 255, 256, 1_499):
        alone = signing.signatures([texts[number]], RECIPE)[0]
        np.testing.assert_array_equal(rows[number], alone)
        whole = MinHash(RECIPE.permutations, RECIPE.seed, hashvalues=rows[number], scheme="affine32")
        assert LeanMinHash(whole).jaccard(whole) == 1.0


def test_without_numba_texts_are_signed_all_the_same() -> None:
    program = (
        "import sys; sys.modules['numba'] = None\n"
        "from dedup import signing\n"
        "from dedup.compiler import has_compiler\n"
        "from dedup.records import Recipe\n"
        "texts = [f'kalimat nomor {n} yang cukup panjang' for n in range(1200)]\n"
        "print(has_compiler(), int(signing.signatures(texts, Recipe()).sum()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    texts = [f"kalimat nomor {number} yang cukup panjang" for number in range(1200)]
    assert done.stdout.split() == ["False", str(int(signing.signatures(texts, RECIPE).sum()))]
