"""Stories: salient words, edges, and the textbook's average linkage."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage

from dedup import background, cutting, stories, terms
from dedup.records import Family, Match, Measures, Recipe, Relation

RECIPE = Recipe()
LETTERS = str.maketrans("0123456789", "abcdefghij")


def test_a_name_weighs_more_than_a_common_word() -> None:
    assert background.weight("yang", "id", RECIPE) < 0.01
    assert background.weight("sumberwangi", "id", RECIPE) > 10
    assert background.weight("the", "und", RECIPE) < 0.01


def test_javanese_is_weighed_by_indonesian() -> None:
    assert background.weight("yang", "jv", RECIPE) == background.weight("yang", "id", RECIPE)


def test_all_weights_of_a_language_are_those_of_its_words() -> None:
    for language in ("id", "und"):
        known = background.weights(language, RECIPE.story_prior)
        some = [*list(known)[:: len(known) // 50], "sumberwangi"]
        asked = cutting.by_words([" ".join(some)])
        spelled = [" ".join(some)[start:stop] for start, stop in zip(asked.starts, asked.stops, strict=True)]
        found = terms.terms(asked, cutting.by_words([""]), np.ones(len(spelled), dtype=bool), [language], RECIPE)
        for place, said in zip(found.places.tolist(), found.said.tolist(), strict=True):
            count = spelled.count(spelled[place])
            assert said == pytest.approx((1 + np.log(count)) * background.weight(spelled[place], language, RECIPE))


def test_a_word_of_the_title_counts_as_if_it_stood_in_the_text_as_often() -> None:
    words, titles = cutting.by_words(["kapal kapal karam"]), cutting.by_words(["Kapal Raya Raya"])
    found = terms.terms(words, titles, np.ones(3, dtype=bool), ["id"], RECIPE)
    said = dict(zip(found.hashes.tolist(), found.said.tolist(), strict=True))
    expected = {"kapal": 2 + RECIPE.story_title_count, "karam": 1, "raya": RECIPE.story_title_count}
    for word, count in expected.items():
        weight = background.weight(word, "id", RECIPE)
        assert said[cutting.word_hash(word)] == pytest.approx((1 + np.log(count)) * weight)


def test_no_single_term_carries_a_similarity() -> None:
    # One term that is said nine times, and thirty of the text's own.
    texts = [" ".join(["sumberwangi"] * 9 + [f"{name}kata{place}" for place in range(30)]) for name in "ab"]
    words = cutting.by_words([text.translate(LETTERS) for text in texts])
    found = terms.terms(words, cutting.by_words(["", ""]), np.ones(78, dtype=bool), ["id", "id"], RECIPE)
    vectors = dict(zip("ab", terms.vectors(found, words, RECIPE), strict=True))
    assert stories.edges(vectors, vectors, RECIPE).get(("a", "b"), 0) <= RECIPE.story_term_limit**2 * stories.MILLION


edge_lists = st.dictionaries(
    st.sampled_from(list(combinations("abcdefg", 2))), st.integers(-3_000_000, 1_000_000), max_size=21
)


@given(edge_lists)
def test_clusters_are_those_of_the_textbook(similar: dict[tuple[str, str], int]) -> None:
    distances = [1_000_000 - similar.get(pair, 0) for pair in combinations("abcdefg", 2)]
    tree = linkage(np.array(distances, dtype=float), "average")
    heights = tree[:, 2]
    # Among equal heights the textbook's choice is arbitrary, and so may be its partition.
    if len({round(height, 3) for height in heights}) < len(heights) or len(set(distances)) < len(distances):
        return
    cut = 1_000_000 - RECIPE.story_cut * stories.MILLION
    labels = fcluster(tree, cut, "distance")
    expected = {tuple(n for n, held in zip("abcdefg", labels, strict=True) if held == one) for one in set(labels)}
    assert set(stories.cluster("abcdefg", similar, RECIPE)) == expected


@given(edge_lists)
def test_clusters_do_not_depend_on_the_order_of_edges(similar: dict[tuple[str, str], int]) -> None:
    backwards = dict(reversed(similar.items()))
    found = stories.cluster("abcdefg", similar, RECIPE)
    assert found == stories.cluster("gfedcba", backwards, RECIPE)
    assert sorted(name for held in found for name in held) == list("abcdefg")


def excerpt(a: str, b: str, relation: Relation = Relation.EXCERPT) -> Match:
    return Match(a, b, relation, "", Measures(0.2, 0.3, 0.3, 1.0, 40, 1.0, 1.0, 0, 60, 200, 200))


def test_a_digest_ties_no_stories_together() -> None:
    homes = [Family(name, (name,)) for name in "abd"]
    edges = {("a", "d"): 400_000, ("b", "d"): 400_000}
    kept = stories.linkage(edges, homes, [excerpt("a", "d"), excerpt("b", "d")], RECIPE)
    assert kept == {}
    alike = edges | {("a", "b"): 500_000}
    assert stories.linkage(alike, homes, [excerpt("a", "d"), excerpt("b", "d")], RECIPE) == alike


def test_templates_are_pushed_apart() -> None:
    homes = [Family(name, (name,)) for name in "ab"]
    kept = stories.linkage({("a", "b"): 900_000}, homes, [excerpt("a", "b", Relation.TEMPLATE)], RECIPE)
    assert stories.cluster("ab", kept, RECIPE) == [("a",), ("b",)]


def test_a_story_is_labelled_by_what_is_nearest_to_all() -> None:
    assert stories.label(["a", "b", "c"], {("a", "b"): 5, ("b", "c"): 5, ("a", "c"): 1}) == "b"


def test_terms_that_several_texts_share_come_first() -> None:
    told = [{"lavrov": 5.0, "wonsan": 3.0, "cuma": 9.0}, {"lavrov": 4.0, "wonsan": 4.0}]
    assert stories.telling_terms(told, 3)[:2] == ("lavrov", "wonsan")
