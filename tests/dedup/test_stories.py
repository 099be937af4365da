"""Stories: salient words, edges, and what of it comes together."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dedup import background, cutting, day_index, linkage, meeting, stories, terms
from dedup.arrays import PART, Vectors
from dedup.day_index import DayIndex
from dedup.meeting import Told, Week
from dedup.records import Recipe

RECIPE = Recipe()
LETTERS = str.maketrans("0123456789", "abcdefghij")


def scales(language: str) -> dict[str, terms.Scale]:
    return {language: terms.scale(language, RECIPE)}


def test_a_name_weighs_more_than_a_common_word() -> None:
    assert background.weight("yang", "id", RECIPE) < 0.01
    assert background.weight("sumberwangi", "id", RECIPE) > 10
    assert background.weight("the", "und", RECIPE) < 0.01


def test_javanese_is_weighed_by_indonesian() -> None:
    assert background.weight("yang", "jv", RECIPE) == background.weight("yang", "id", RECIPE)


def test_all_weights_of_a_language_are_those_of_its_words() -> None:
    for language in ("id", "und"):
        known = background.weights(language, RECIPE)
        some = [*list(known)[:: len(known) // 50], "sumberwangi"]
        asked = cutting.by_words([" ".join(some)])
        spelled = [" ".join(some)[start:stop] for start, stop in zip(asked.starts, asked.stops, strict=True)]
        found = terms.terms(
            asked, cutting.by_words([""]), np.ones(len(spelled), dtype=bool), [language], scales(language), RECIPE
        )
        for place, said in zip(found.places.tolist(), found.said.tolist(), strict=True):
            count = spelled.count(spelled[place])
            assert said == pytest.approx((1 + np.log(count)) * background.weight(spelled[place], language, RECIPE))


def test_a_word_of_the_title_counts_as_if_it_stood_in_the_text_as_often() -> None:
    words, titles = cutting.by_words(["kapal kapal karam"]), cutting.by_words(["Kapal Raya Raya"])
    found = terms.terms(words, titles, np.ones(3, dtype=bool), ["id"], scales("id"), RECIPE)
    said = dict(zip(found.hashes.tolist(), found.said.tolist(), strict=True))
    expected = {"kapal": 2 + RECIPE.story_title_count, "karam": 1, "raya": RECIPE.story_title_count}
    for word, count in expected.items():
        weight = background.weight(word, "id", RECIPE)
        assert said[cutting.word_hash(word)] == pytest.approx((1 + np.log(count)) * weight)


def test_what_names_nobody_tells_no_story() -> None:
    advice = "Cara merawat kebaya beludru. Simpan kain di lemari kering, lalu setrika dengan uap hangat."
    report = advice.replace("Simpan kain", "Menurut perancang Ratna Sari dari Karang Anyar, simpan kain")
    words = cutting.by_words([advice, report, advice.lower()])
    titles = cutting.by_words(["Kebaya"] * 3)
    own = np.ones(len(words.hashes), dtype=bool)
    found = terms.terms(words, titles, own, ["id"] * 3, scales("id"), RECIPE)
    lengths = [len(each.keys) for each in terms.vectors(found, words, own, RECIPE)]
    # Where nothing is capitalised nothing is known of names.
    assert lengths[0] == 0
    assert min(lengths[1:]) > 5
    every = terms.vectors(found, words, own, replace(RECIPE, story_names=0.0))
    assert len(every[0].keys) > 5


def test_no_single_term_carries_a_similarity() -> None:
    # One term that is said nine times, and thirty of the text's own.
    texts = [" ".join(["sumberwangi"] * 9 + [f"{name}kata{place}" for place in range(30)]) for name in "ab"]
    words = cutting.by_words([text.translate(LETTERS) for text in texts])
    own = np.ones(78, dtype=bool)
    found = terms.terms(words, cutting.by_words(["", ""]), own, ["id", "id"], scales("id"), RECIPE)
    one, other = terms.vectors(found, words, own, RECIPE)
    shared = np.intersect1d(one.keys, other.keys)
    assert len(shared) == 1
    assert max(one.weights.max(), other.weights.max()) <= np.float32(RECIPE.story_term_limit) + np.float32(PART)


def vectors(*texts: dict[int, float]) -> Vectors:
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    keys = np.array([key for text in texts for key in sorted(text)], dtype=np.uint32)
    weights = np.array([text[key] for text in texts for key in sorted(text)], dtype=np.float32)
    return Vectors(ends, keys, weights)


def hashes(sites: str, count: int) -> NDArray[np.uint32]:
    """Return the site of each of so many families, a letter each; a space where it is not known."""
    return np.array([0 if letter == " " else ord(letter) for letter in sites.ljust(count)], dtype=np.uint32)


def indexed(told: Vectors, sites: str = "") -> DayIndex:
    return day_index.indexed(told, hashes(sites, len(told.ends)), RECIPE)


NO_EDGES = np.empty((0, 2), np.int64)


def a_week(texts: list[dict[int, float]], first: int, sites: str = "") -> Week:
    """Return a week of a day before, of which each family is a story, and the day from `first` on."""
    count = len(texts)
    before, now = (indexed(vectors(*texts[part]), sites[part]) for part in (slice(first), slice(first, None)))
    return meeting.of_days([before, now], [np.arange(first), np.arange(first, count)], first)


def marked(week: Week, some: Iterable[int]) -> NDArray[np.bool_]:
    return np.isin(np.arange(len(week.starts) - 1), list(some))


def all_told(week: Week) -> Told:
    """Return all of a week as it is told when everything in it is new."""
    every = marked(week, range(len(week.starts) - 1))
    return meeting.around(week, NO_EDGES, every, every, RECIPE)


def together_of(told: Told, apart: list[tuple[int, int]]) -> dict[int, int]:
    """Return what comes together of what is told: by what is told the first that it comes together with."""
    kept = [np.searchsorted(told.items, pair).tolist() for pair in apart if set(pair) <= set(told.items.tolist())]
    bridges = stories.bridges(told.day, told.reached, RECIPE)
    never = np.array(kept, dtype=np.int64).reshape(-1, 2)
    labels = stories.together(told.day, told.reached, bridges, never, RECIPE)
    return dict(zip(told.items.tolist(), told.items[labels].tolist(), strict=True))


def together(texts: list[dict[int, float]], first: int, apart: list[tuple[int, int]] | None = None) -> list[int]:
    found = together_of(all_told(a_week(texts, first)), apart or [])
    return [found.get(item, item) for item in range(len(texts))]


def test_what_tells_of_one_thing_comes_together_with_the_story_of_before() -> None:
    flood, fair = {1: 0.3, 2: 0.3, 3: 0.3, 4: 0.3}, {7: 0.3, 8: 0.3, 9: 0.3}
    told = [flood, fair, {**flood, 10: 0.3}, {5: 0.3, 6: 0.3}]
    assert together(told, 2) == [0, 1, 0, 3]


def test_two_templates_never_come_together_not_even_through_a_third() -> None:
    same = {1: 0.3, 2: 0.3, 3: 0.3, 4: 0.3}
    assert together([same, same, same], 0) == [0, 0, 0]
    found = together([same, same, same], 0, [(0, 2)])
    assert found[0] != found[2]


def test_a_family_can_bring_two_stories_of_before_together() -> None:
    one, other = {1: 0.3, 2: 0.3, 3: 0.25, 9: 0.1}, {1: 0.1, 4: 0.3, 5: 0.3, 3: 0.25}
    alone = together([one, other], 2)
    assert alone == [0, 1]
    both = {1: 0.35, 2: 0.35, 3: 0.35, 4: 0.35, 5: 0.35}
    assert together([one, other, both], 2) == [0, 0, 0]


texts = st.lists(
    st.dictionaries(st.integers(0, 40), st.integers(1, 30).map(lambda part: part / 100), max_size=12),
    min_size=1,
    max_size=12,
)


@settings(deadline=None)
@given(texts)
def test_near_finds_every_pair_that_reaches_the_floor(found: list[dict[int, float]]) -> None:
    told = vectors(*found)
    everything = np.array(list(combinations(range(len(found)), 2)), dtype=np.int64).reshape(-1, 2)
    expected = {
        tuple(pair): cosine
        for pair, cosine in zip(everything.tolist(), stories.cosines(told, everything).tolist(), strict=True)
        if cosine >= RECIPE.story_floor
    }
    reached = all_told(a_week(found, 0)).reached
    assert dict(zip(map(tuple, reached.pairs.tolist()), reached.alike.tolist(), strict=True)) == expected


def drawn(data: st.DataObject, count: int) -> set[int]:
    return data.draw(st.sets(st.integers(0, count - 1)))


@settings(deadline=None)
@given(texts, st.data())
def test_what_is_told_in_part_comes_together_as_in_the_whole(
    found: list[dict[int, float]], data: st.DataObject
) -> None:
    first, changed, seeds = data.draw(st.integers(0, len(found))), drawn(data, len(found)), drawn(data, len(found))
    week = a_week(found, first)
    whole = all_told(week)
    # Edges of what changed may have been anything before.
    false = [[one, data.draw(st.integers(0, len(found) - 1))] for one in changed]
    before = np.concatenate([whole.edges, np.array(false, dtype=np.int64).reshape(-1, 2)])
    told = meeting.around(week, before, marked(week, changed), marked(week, seeds), RECIPE)
    assert sorted(told.edges.tolist()) == sorted(whole.edges.tolist())
    ends = {end for edge in [*false, *whole.edges.tolist()] if changed & set(edge) for end in edge}
    assert set(told.items.tolist()) >= seeds | ends
    pairs = [told.items[pair].tolist() for pair in told.reached.pairs.tolist()]
    inside = [pair for pair in whole.items[whole.reached.pairs].tolist() if set(pair) <= set(told.items.tolist())]
    assert sorted(pairs) == sorted(inside)
    some, every = together_of(told, []), together_of(whole, [])
    assert some == {item: every[item] for item in some}
    assert not {every[item] for item in some} & {home for item, home in every.items() if item not in some}


@settings(deadline=None)
@given(texts, st.data())
def test_what_had_an_edge_with_what_is_gone_is_told_again(found: list[dict[int, float]], data: st.DataObject) -> None:
    week, met = a_week(found, 0), drawn(data, len(found))
    edges = all_told(week).edges
    none = marked(week, [])
    gone = np.array([[-1, one] for one in met], dtype=np.int64).reshape(-1, 2)
    told = meeting.around(week, np.concatenate([edges, gone]), none, none, RECIPE)
    expected = meeting.around(week, edges, none, marked(week, met), RECIPE)
    assert told.items.tolist() == expected.items.tolist()
    assert sorted(told.edges.tolist()) == sorted(edges.tolist())
    assert sorted(told.reached.pairs.tolist()) == sorted(expected.reached.pairs.tolist())


@settings(deadline=None)
@given(texts, st.data())
def test_a_story_meets_what_its_families_meet_on_average(found: list[dict[int, float]], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(found)))
    homes = np.array([data.draw(st.integers(0, 2)) for _ in range(first)], dtype=np.int64)
    _, homes = np.unique(homes, return_inverse=True)
    count = len(set(homes.tolist()))
    own = np.arange(count, count + len(found) - first)
    days = [indexed(vectors(*found[:first])), indexed(vectors(*found[first:]))]
    told = all_told(meeting.of_days(days, [homes, own], count))
    expected = stories.means(vectors(*found), np.concatenate([homes, own]), count + len(own))
    assert told.items.tolist() == list(range(count + len(own)))
    assert sorted(told.rows.tolist()) == list(range(len(found)))
    assert told.day.vectors.keys.tolist() == expected.keys.tolist()
    assert told.day.vectors.weights.tolist() == expected.weights.tolist()
    some = [pair for pair in combinations(told.items.tolist(), 2) if pair[1] >= count]
    pairs = np.array(some, dtype=np.int64).reshape(-1, 2)
    alike = stories.cosines(expected, pairs)
    assert sorted(told.reached.pairs.tolist()) == sorted(pairs[alike >= RECIPE.story_floor].tolist())


def alike(cosine: float) -> list[dict[int, float]]:
    """Return two texts that are so much alike."""
    return [{1: 1.0}, {1: cosine, 2: (1 - cosine**2) ** 0.5}]


TWO = float(linkage.least(np.array([2]), RECIPE)[0])


@pytest.mark.parametrize(("sites", "cosine", "together"), [
    ("ab", TWO + 0.01, True),
    ("  ", TWO + 0.01, True),
    ("aa", TWO + 0.01, False),
    ("aa", TWO + RECIPE.story_site - 0.01, False),
    ("aa", TWO + RECIPE.story_site + 0.01, True),
])  # fmt: skip
def test_reports_of_one_site_need_more_in_common(sites: str, cosine: float, together: bool) -> None:
    found = together_of(all_told(a_week(alike(cosine), 0, sites)), [])
    assert (found[0] == found[1]) is together


def test_a_story_counts_as_of_a_site_by_the_share_of_its_families() -> None:
    days = [indexed(vectors({1: 1.0}, {1: 1.0}), "ab"), indexed(vectors({1: 1.0}), "a")]
    reached = all_told(meeting.of_days(days, [np.array([0, 0]), np.array([1])], 1)).reached
    assert reached.alike.tolist() == pytest.approx([1 - RECIPE.story_site / 2])


@given(texts, st.integers(0, 5))
def test_the_weightiest_terms_of_a_text_are_marked_and_indexed(found: list[dict[int, float]], most: int) -> None:
    day = day_index.indexed(vectors(*found), hashes("", len(found)), replace(RECIPE, story_top_terms=most))
    held: dict[int, set[int]] = {}
    for place, text in enumerate(found):
        for key in sorted(text, key=lambda key: (-np.float32(text[key]), key))[:most]:
            held.setdefault(key, set()).add(place)
    said = zip(day.terms.tolist(), pairwise(day.starts.tolist()), strict=True)
    assert {term: set(day.holders[start:stop].tolist()) for term, (start, stop) in said} == held
    for term in held:
        door = term >> 18
        assert term in day.terms[day.doors[door] : day.doors[door + 1]].tolist()


@given(st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 5)))
def test_terms_are_sorted_and_the_first_of_equals_comes_first(keys: list[int]) -> None:
    terms = np.array(keys, dtype=np.uint32)
    assert day_index.in_order(terms).tolist() == np.argsort(terms, kind="stable").tolist()


@settings(deadline=None)
@given(texts)
def test_the_mean_of_one_is_itself_and_of_two_half_of_each(found: list[dict[int, float]]) -> None:
    told = vectors(*found)
    itself = stories.means(told, np.arange(len(found)), len(found))
    assert itself.keys.tolist() == told.keys.tolist()
    assert itself.weights.tolist() == told.weights.tolist()
    middle = stories.means(told, np.zeros(len(found), dtype=np.int64), 1)
    total: dict[int, float] = {}
    for text in found:
        for key, weight in text.items():
            total[key] = total.get(key, 0.0) + weight / len(found)
    assert dict(zip(middle.keys.tolist(), middle.weights.tolist(), strict=True)) == pytest.approx(total, rel=1e-5)


def test_signs_are_the_pairs_of_the_weightiest_terms() -> None:
    words = {place: (30 - place) / 100 for place in range(10)}
    one, other = stories.signs(vectors(words, words | {0: 0.001}), RECIPE).tolist()
    terms_of_sign = RECIPE.story_far_terms
    assert len({*one}) == terms_of_sign * (terms_of_sign - 1) // 2
    assert len({*one} & {*other}) == (terms_of_sign - 1) * (terms_of_sign - 2) // 2
    assert set(stories.signs(vectors({3: 0.2}), RECIPE)[0].tolist()) == {0}


def test_what_lies_weeks_apart_needs_more() -> None:
    days = [0, RECIPE.story_days, RECIPE.story_days + 1, RECIPE.story_month + 1, None]
    needs = [stories.needed(each, RECIPE) for each in days]
    assert needs == [RECIPE.story_cut, RECIPE.story_cut, RECIPE.story_apart, RECIPE.story_far, RECIPE.story_far]


def test_the_most_central_is_nearest_to_all_others() -> None:
    assert stories.central(vectors({1: 0.3, 2: 0.2}, {2: 0.3, 3: 0.3, 1: 0.2}, {3: 0.3, 4: 0.2})).tolist() == [1, 0, 2]


def test_terms_that_several_texts_share_come_first() -> None:
    told = [{"lavrov": 5.0, "wonsan": 3.0, "cuma": 9.0}, {"lavrov": 4.0, "wonsan": 4.0}]
    assert stories.telling_terms(told, 3)[:2] == ("lavrov", "wonsan")
