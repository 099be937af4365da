"""What pairs of texts share is counted alike one pair at a time or many, compiled or not."""

import subprocess
import sys
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import cutting, shingles
from dedup.matching import compare, compare_all, read
from dedup.records import Match
from tests.dedup.readings import RECIPE, reading

WORDS = ("banjir", "Ratna", "12", "warga", "“air”", "3,5", "Karang", "surut", "esok")
# From nothing on: texts shorter than a shingle, equal ones, parts of others, edits, numbers replaced, quotations.
REPORT = "Banjir melanda Karang Anyar sejak Senin pagi dan 120 warga mengungsi ke balai desa, kata Ratna di lokasi."
PLAIN = (
    *("", "satu", "satu dua", "satu dua tiga", REPORT, REPORT.replace("120", "340"), REPORT + " " + REPORT),
    *(
        f"12 tewas, Senin 3 Mei: {REPORT}",
        f"15 tewas, Senin 3 Mei: {REPORT}",
        f"3 tewas: {REPORT}",
        f"5 tewas: {REPORT}",
    ),
    *(f"“{REPORT}” Air surut pada 3 Mei.", f"Air surut. {REPORT[:60]} Warga pulang esok hari bersama keluarga."),
)


def one_by_one(texts: list[str]) -> list[Match]:
    read = [reading(text, f"{place:02}", "satu.test", text[:30]) for place, text in enumerate(texts)]
    return [compare(a, b, RECIPE) for a, b in combinations(read, 2)]


def all_at_once(texts: list[str], least: float = 0.0) -> list[Match]:
    words, titles = cutting.by_words(texts), cutting.by_words([text[:30] for text in texts])
    own = np.ones(len(words.hashes), dtype=bool)
    held = read(words, titles, own, shingles.hashes64(words.hashes, RECIPE.match_words), RECIPE)
    articles = [(f"{place:02}", "satu.test") for place in range(len(texts))]
    pairs = np.array(list(combinations(range(len(texts)), 2)), dtype=np.int64).reshape(-1, 2)
    return list(compare_all(articles, held, pairs, RECIPE, least))


@settings(deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join), max_size=6))
def test_many_pairs_at_once_are_what_each_is_alone(texts: list[str]) -> None:
    assert all_at_once(texts) == one_by_one(texts)


def test_many_pairs_come_in_the_order_asked_for() -> None:
    texts = [f"{REPORT} {number}" for number in range(40)]
    assert [(match.a, match.b) for match in all_at_once(texts)] == list(combinations(map("{:02}".format, range(40)), 2))


def test_of_many_pairs_only_those_that_share_enough_are_told() -> None:
    every = all_at_once(list(PLAIN))
    for least in sorted({match.measures.containment for match in every}):
        kept = [match for match in every if match.measures.containment >= least]
        assert all_at_once(list(PLAIN), least) == kept
    assert 0 < len(kept) < len(every)
    assert all(match.passages for match in kept)


def test_without_numba_the_evidence_is_the_same() -> None:
    plain = (
        "import sys; sys.modules['numba'] = None\n"
        "from tests.dedup.test_evidence import PLAIN, one_by_one\n"
        "sys.stdout.buffer.write(repr(one_by_one(list(PLAIN))).encode())"
    )
    found = subprocess.run([sys.executable, "-c", plain], capture_output=True, check=True)
    assert found.stdout.decode() == repr(one_by_one(list(PLAIN)))
