"""What a site repeats is learned from its families, not from its articles."""

from collections.abc import Sequence

import numpy as np

from dedup import boilerplate, cutting, minhash
from dedup.records import Counted, Hashes64, Recipe, Sketches

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
    counted = {0: boilerplate.enough(boilerplate.strict_families(held, RECIPE)[1], RECIPE)}
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
    counted = {site: Counted(key, np.array([5])) for site in range(3)}
    assert all(len(keys) for keys in boilerplate.learn(counted, key, np.array([18]), RECIPE).values())
    assert not any(len(keys) for keys in boilerplate.learn(counted, key, np.array([31]), RECIPE).values())


def test_what_stands_in_twenty_families_is_repeated_whoever_else_prints_it() -> None:
    assert learned(briefs(20), elsewhere=500) == set(FOOTER)


def test_a_site_without_texts_repeats_nothing() -> None:
    assert learned([]) == set()


def own(text: str, repeated: str, recipe: Recipe = EVERY) -> list[str]:
    """Return the words of `text` that are its own where its site repeats the shingles of `repeated`."""
    keys = minhash.sketches(cutting.by_words([repeated]), recipe).keys
    words = cutting.by_words([text])
    found = boilerplate.own(words, np.zeros(1, np.int64), boilerplate.table({0: keys}), recipe)
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
    found = boilerplate.own(words, np.array([0, 0, 1]), table, EVERY)
    assert found.words.tolist() == [False] * 4 + [True] * 8
    assert found.sketches.sizes().tolist() == [0, 1, 1]
    assert found.hashes[0] == 0
    assert len(set(found.hashes.tolist())) == 3


def test_a_text_of_which_too_little_is_its_own_has_no_sketch() -> None:
    footer = " ".join(f"kaki{place}" for place in range(300))
    keys = minhash.sketches(cutting.by_words([footer]), RECIPE).keys
    texts = [f"{' '.join(f'isi{place}' for place in range(count))} {footer}" for count in (40, 120)]
    found = boilerplate.own(cutting.by_words(texts), np.zeros(2, np.int64), boilerplate.table({0: keys}), RECIPE)
    assert (found.sketches.sizes() > 0).tolist() == [False, True]
    whole = boilerplate.own(cutting.by_words(texts), np.zeros(2, np.int64), NOTHING, RECIPE)
    assert (whole.sketches.sizes() > 0).all()
