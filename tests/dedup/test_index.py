"""Candidates: enough shared keys, and no key that proposes too much."""

from dedup import index
from dedup.records import Recipe

RECIPE = Recipe()


def names(count: int) -> list[str]:
    return [f"artikel{place:04}" for place in range(count)]


def test_two_shared_keys_make_a_candidate_of_short_texts() -> None:
    sizes = {"a": 20, "b": 20}
    hashes = {"a": "1", "b": "2"}
    assert index.candidates([["a", "b"]], hashes, sizes, RECIPE) == set()
    assert index.candidates([["a", "b"], ["b", "a"]], hashes, sizes, RECIPE) == {("a", "b")}


def test_long_texts_need_their_share_of_keys() -> None:
    sizes, hashes = {"a": 100, "b": 300}, {"a": "1", "b": "2"}
    assert index.candidates([["a", "b"]] * 7, hashes, sizes, RECIPE) == set()
    assert index.candidates([["a", "b"]] * 8, hashes, sizes, RECIPE) == {("a", "b")}


def test_a_hot_key_proposes_pairs_with_its_leaders_alone() -> None:
    holders = names(300)
    hashes = {name: name for name in holders}
    pairs = list(index.supported(holders, hashes, RECIPE))
    assert len(pairs) == len(set(pairs)) <= 300 * RECIPE.hot_key_holders
    assert {name for pair in pairs for name in pair} == set(holders)
    assert all(a < b for a, b in pairs)


def test_many_copies_of_one_text_do_not_make_a_key_hot() -> None:
    holders = names(60)
    hashes = dict.fromkeys(holders, "same")
    assert index.hot_leaders(holders, hashes, RECIPE) == ()


def test_the_leaders_of_a_hot_key_do_not_depend_on_order() -> None:
    holders = names(80)
    hashes = {name: name[::-1] for name in holders}
    assert index.hot_leaders(holders, hashes, RECIPE) == index.hot_leaders(holders[::-1], hashes, RECIPE)


def test_a_crowded_band_stays_linear() -> None:
    pairs = index.banded([[b"footer"]] * 1000)
    assert len(pairs) == 999
