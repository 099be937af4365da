"""What a site repeats is learned from its families, not from its articles."""

import numpy as np

from dedup import boilerplate
from dedup.records import Hashes64, Recipe, SiteShingles

RECIPE = Recipe()


def shingles(*numbers: int) -> Hashes64:
    return np.array(sorted(numbers), dtype=np.uint64)


FOOTER = tuple(range(1000, 1060))


def briefs(count: int) -> list[Hashes64]:
    return [shingles(*range(place * 100, place * 100 + 20), *FOOTER) for place in range(count)]


def learned(texts: list[Hashes64], elsewhere: dict[str, SiteShingles] | None = None) -> set[int]:
    pairs = [(one, other) for one in range(len(texts)) for other in range(one + 1, len(texts))]
    families = boilerplate.strict_families(texts, pairs, RECIPE)
    sites = {"satu.test": boilerplate.site_shingles(texts, families)} | (elsewhere or {})
    return set(boilerplate.learn(sites, RECIPE)["satu.test"].tolist())


def test_a_footer_under_ten_briefs_is_learned() -> None:
    assert learned(briefs(10)) == set(FOOTER)


def test_an_article_carried_ten_times_is_not() -> None:
    assert learned([shingles(*range(40))] * 10) == set()


def test_three_families_are_too_few() -> None:
    assert learned(briefs(3)) == set()


def test_what_other_sites_print_more_often_is_nobody_s() -> None:
    other = SiteShingles(shingles(*FOOTER), np.full(len(FOOTER), 9, dtype=np.uint32))
    assert learned(briefs(8), {"dua.test": other}) == set()
    assert learned(briefs(9), {"dua.test": other}) == set(FOOTER)


def test_what_stands_in_twenty_families_is_repeated_whoever_else_prints_it() -> None:
    other = SiteShingles(shingles(*FOOTER), np.full(len(FOOTER), 500, dtype=np.uint32))
    assert learned(briefs(20), {"dua.test": other}) == set(FOOTER)


def test_own_words_are_those_in_no_repeated_shingle() -> None:
    at_each_place = np.array([1, 2, 7, 8, 3], dtype=np.uint64)
    own = boilerplate.own_words(at_each_place, shingles(7, 8), words=8, length=4)
    assert own.tolist() == [True, True, False, False, False, False, False, True]


def test_a_site_without_texts_repeats_nothing() -> None:
    assert boilerplate.strict_families([], [], RECIPE) == []
    assert boilerplate.learn({"satu.test": boilerplate.site_shingles([], [])}, RECIPE)["satu.test"].tolist() == []
