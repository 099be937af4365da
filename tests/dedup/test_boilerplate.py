"""What a site repeats is learned from its families, not from its articles."""

from collections.abc import Sequence

import numpy as np
import pytest

from dedup import boilerplate, cutting, minhash, own_text
from dedup.arrays import NEVER, Counted, Furniture, Hashes64, Sketches
from dedup.records import Recipe

RECIPE = Recipe()
EVERY = Recipe(sketch_one_in=1, min_own_words=1, min_own_share=0.0)
FOOTER = tuple(range(1000, 1060))
NOTHING: Hashes64 = np.empty(0, np.uint64)


def sketches(texts: Sequence[Sequence[int]]) -> Sketches:
    keys = [key for text in texts for key in sorted(text)]
    return Sketches(np.cumsum([len(text) for text in texts], dtype=np.int64), np.array(keys, np.uint64))


def briefs(count: int) -> list[Sequence[int]]:
    return [[*range(place * 100, place * 100 + 20), *FOOTER] for place in range(count)]


def learned(texts: list[Sequence[int]], elsewhere: int = 0) -> set[int]:
    """Return what one site repeats; `elsewhere` is in how many families of other sites each key stands."""
    held = sketches(texts)
    days = np.zeros(len(texts), np.int32)
    counted = {0: boilerplate.enough(boilerplate.strict_families(held, days, RECIPE)[1], RECIPE)}
    asked = boilerplate.doubtful(counted, RECIPE)
    here = dict(zip(counted[0].keys.tolist(), counted[0].families.tolist(), strict=True))
    everywhere = np.array([here[key] + elsewhere for key in asked.tolist()], np.int64)
    return set(boilerplate.learn(counted, asked, everywhere, RECIPE)[0].tolist())


def test_a_footer_under_ten_briefs_is_learned() -> None:
    assert learned(briefs(10)) == set(FOOTER)


def test_an_article_carried_ten_times_is_not() -> None:
    assert learned([range(40)] * 10) == set()


def test_nor_one_that_is_carried_a_hundred_times_with_small_changes() -> None:
    others: list[Sequence[int]] = [range(place * 100, place * 100 + 60) for place in range(10, 300)]
    assert learned([[*range(60), 90_000 + place] for place in range(100)] + others) == set()


def test_three_families_are_too_few() -> None:
    assert learned(briefs(3)) == set()


def test_what_other_sites_print_more_often_is_nobody_s() -> None:
    assert learned(briefs(8), elsewhere=9) == set()
    assert learned(briefs(9), elsewhere=9) == set(FOOTER)


def test_what_all_sites_of_a_network_repeat_is_learned_at_each() -> None:
    key = np.array([7], np.uint64)
    counted = {site: Counted(key, np.array([5]), np.array([0], np.int32)) for site in range(3)}
    assert all(len(keys) for keys in boilerplate.learn(counted, key, np.array([18]), RECIPE).values())
    assert not any(len(keys) for keys in boilerplate.learn(counted, key, np.array([31]), RECIPE).values())


def test_what_stands_in_twenty_families_is_repeated_whoever_else_prints_it() -> None:
    assert learned(briefs(20), elsewhere=500) == set(FOOTER)


def test_a_site_without_texts_repeats_nothing() -> None:
    assert learned([]) == set()


def since(texts: list[Sequence[int]], days: Sequence[int]) -> dict[int, int]:
    """Return since which day each key is furniture of a site whose texts are of these days."""
    held = boilerplate.strict_families(sketches(texts), np.array(days, np.int32), RECIPE)[1]
    found = boilerplate.furniture({0: held})[0]
    return dict(zip(found.keys.tolist(), found.since.tolist(), strict=True))


def test_furniture_is_what_stood_in_four_reports_from_that_day_on() -> None:
    assert since(briefs(6), [10, 20, 30, 40, 50, 60]) == dict.fromkeys(FOOTER, 40)


def test_what_comes_later_changes_nothing_of_it() -> None:
    days = list(range(10, 250, 10))
    lone: list[Sequence[int]] = [range(place * 100, place * 100 + 60) for place in range(100, 120)]
    assert since([*briefs(4), *lone], days) == since(briefs(4), days[:4]) == dict.fromkeys(FOOTER, 40)


def test_a_site_that_is_new_is_known_from_its_first_day_on() -> None:
    assert since(briefs(4), [10, 12, 14, 17]) == dict.fromkeys(FOOTER, 0)
    assert since(briefs(4), [10, 12, 14, 18]) == dict.fromkeys(FOOTER, 18)


def test_what_stands_in_few_of_a_site_s_reports_is_no_furniture() -> None:
    lone: list[Sequence[int]] = [range(place * 100, place * 100 + 60) for place in range(100, 117)]
    assert since([*lone[:16], *briefs(4)], [1] * 16 + [20] * 4) == dict.fromkeys(FOOTER, 20)
    assert since([*lone, *briefs(4)], [1] * 17 + [20] * 4) == {}


def test_one_article_again_and_again_is_no_furniture() -> None:
    assert since([range(40)] * 10, list(range(0, 100, 10))) == {}


def test_what_a_site_s_furniture_was_before_tells_which_texts_to_read_again() -> None:
    keys = np.array([3, 5, 7], np.uint64)
    before = {0: Furniture(keys, np.array([4, 9, NEVER], np.int32))}
    now = {0: Furniture(keys[:2], np.array([4, 12], np.int32)), 1: Furniture(keys[:1], np.array([8], np.int32))}
    aged = boilerplate.aged(before, now)
    asked = [(5, 0, day) for day in (8, 9, 11, 12)] + [(3, 0, 4), (3, 1, 7), (3, 1, 8), (7, 0, 5)]
    columns = [np.array(column) for column in zip(*asked, strict=True)]
    again = aged.on(columns[0].astype(np.uint64), columns[1], columns[2].astype(np.int32))
    assert again.tolist() == [False, True, True, False, False, False, True, False]


def test_a_pin_is_furniture_from_the_first_day_on_and_what_is_forbidden_is_none() -> None:
    before = Furniture(np.array([3, 5], np.uint64), np.array([4, 9], np.int32))
    more = boilerplate.pinned(before, np.array([5, 7], np.uint64), repeated=True)
    assert dict(zip(more.keys.tolist(), more.since.tolist(), strict=True)) == {3: 4, 5: 0, 7: 0}
    assert boilerplate.pinned(before, np.array([5, 7], np.uint64), repeated=False).keys.tolist() == [3]


def test_a_text_tells_without_the_furniture_of_its_day() -> None:
    footer = "dilarang mengutip isi laman ini tanpa izin tertulis dari redaksi"
    words = cutting.by_words([f"banjir di kota raya {footer}"] * 2)
    keys = minhash.sketches(cutting.by_words([footer]), EVERY).keys
    table = boilerplate.furniture_table({0: Furniture(keys, np.full(len(keys), 20, np.int32))})
    telling = own_text.telling(words, np.zeros(2, np.int64), np.array([19, 20]), table, EVERY)
    assert telling.tolist() == [True] * 14 + [True] * 4 + [False] * 10


def test_a_name_that_is_often_in_the_news_is_no_furniture() -> None:
    name = "presiden joko widodo mengatakan"
    words = cutting.by_words([f"di jakarta {name} begitu pada hari senin"])
    keys = minhash.sketches(cutting.by_words([name]), EVERY).keys
    table = boilerplate.furniture_table({0: Furniture(keys, np.zeros(len(keys), np.int32))})
    assert own_text.telling(words, np.zeros(1, np.int64), np.array([20]), table, EVERY).all()


def own(text: str, repeated: str, recipe: Recipe = EVERY) -> list[str]:
    """Return the words of `text` that are its own where its site repeats the shingles of `repeated`."""
    keys = minhash.sketches(cutting.by_words([repeated]), recipe).keys
    words = cutting.by_words([text])
    found = own_text.own(words, np.zeros(1, np.int64), boilerplate.table({0: keys}), recipe)
    spans = zip(words.starts[found.words].tolist(), words.stops[found.words].tolist(), strict=True)
    return [text[start:stop] for start, stop in spans]


def test_own_words_are_those_in_no_repeated_shingle() -> None:
    assert own("satu dua tiga empat lima enam tujuh", "dua tiga empat lima") == ["satu", "enam", "tujuh"]


def test_words_between_repeated_samples_are_repeated_too() -> None:
    footer = " ".join(f"kaki{place}" for place in range(200))
    story = " ".join(f"isi{place}" for place in range(200))
    left = own(f"{story} {footer}", footer, Recipe())
    assert set(story.split()) <= set(left)
    assert len(left) < 206
    assert own(f"{footer} {story}", footer, Recipe())[-200:] == story.split()


def test_texts_are_told_apart() -> None:
    words = cutting.by_words(["satu dua tiga empat", "lima enam tujuh delapan", "satu dua tiga empat"])
    keys = minhash.sketches(cutting.by_words(["satu dua tiga empat"]), EVERY).keys
    table = boilerplate.table({0: keys})
    found = own_text.own(words, np.array([0, 0, 1]), table, EVERY)
    assert found.words.tolist() == [False] * 4 + [True] * 8
    assert found.sketches.sizes().tolist() == [0, 1, 1]
    assert found.hashes[0] == 0
    assert len(set(found.hashes.tolist())) == 3


def test_a_text_of_which_too_little_is_its_own_has_no_sketch() -> None:
    footer = " ".join(f"kaki{place}" for place in range(300))
    keys = minhash.sketches(cutting.by_words([footer]), RECIPE).keys
    texts = [f"{' '.join(f'isi{place}' for place in range(count))} {footer}" for count in (40, 120)]
    found = own_text.own(cutting.by_words(texts), np.zeros(2, np.int64), boilerplate.table({0: keys}), RECIPE)
    assert (found.sketches.sizes() > 0).tolist() == [False, True]
    whole = own_text.own(cutting.by_words(texts), np.zeros(2, np.int64), NOTHING, RECIPE)
    assert (whole.sketches.sizes() > 0).all()


@pytest.mark.parametrize("seed", range(4))
def test_strict_families_are_the_same_in_any_order_though_more_hold_a_key_than_are_few(seed: int) -> None:
    randomness = np.random.default_rng(seed)
    core = set(range(40))
    fresh = iter(range(1_000, 100_000))
    copies = [core | {next(fresh) for _ in range(2)} for _ in range(60)]
    # What holds the copied article beside much else: its weight alone brings no copy to it.
    pages = [core | {next(fresh) for _ in range(400)} for _ in range(2)]
    others = [{next(fresh) for _ in range(30)} | set(range(500, 500 + number % 9)) for number in range(80)]
    texts = [*pages, *copies, *others]
    order = randomness.permutation(len(texts)).tolist()
    for given in (list(range(len(texts))), order):
        held = minhash.one_each([np.array(sorted(texts[place]), np.uint64) for place in given])
        found, _ = boilerplate.strict_families(held, np.zeros(len(texts), np.int32), RECIPE)
        families: dict[int, set[int]] = {}
        for place, family in zip(given, found.tolist(), strict=True):
            families.setdefault(family, set()).add(place)
        together = [family for family in families.values() if len(family) > 1]
        assert together == [set(range(len(pages), len(pages) + len(copies)))]
