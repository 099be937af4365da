"""The textbook's average linkage, cut by how many come together."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.cluster import hierarchy

from dedup import linkage
from dedup.records import Recipe

RECIPE = Recipe()
# The similarity of two that must never come together.
NEVER = -(10**15)

edge_lists = st.dictionaries(
    st.sampled_from(list(combinations("abcdefg", 2))), st.integers(-3_000_000, 1_000_000), max_size=21
)


def clusters(similar: dict[tuple[str, str], int], names: str = "abcdefg") -> set[tuple[str, ...]]:
    places = {name: place for place, name in enumerate(names)}
    pairs = np.array([sorted((places[a], places[b])) for a, b in similar], dtype=np.int64).reshape(-1, 2)
    totals = np.array(list(similar.values()), dtype=np.int64)
    homes = linkage.clusters(np.ones(len(names), dtype=np.int64), pairs, totals, RECIPE).tolist()
    return {tuple(name for name, home in zip(names, homes, strict=True) if home == one) for one in set(homes)}


@settings(deadline=None)
@given(st.lists(st.integers(-100_000, 500_000), min_size=21, max_size=21, unique=True))
def test_clusters_are_those_of_the_textbook(alike: list[int]) -> None:
    similar = dict(zip(combinations("abcdefg", 2), alike, strict=True))
    distances = [1_000_000 - one for one in alike]
    tree = hierarchy.linkage(np.array(distances, dtype=float), "average")
    heights = tree[:, 2]
    # Among equal heights the textbook's choice is arbitrary, and so may be its partition.
    assume(len({round(height, 3) for height in heights}) == len(heights))
    assert clusters(similar) == {
        tuple(sorted("abcdefg"[place] for place in held)) for held in standing(hierarchy.to_tree(tree))
    }


def test_what_came_together_goes_on_where_nothing_else_is_left_to_begin_with() -> None:
    near = {("a", "b"): 900_000, ("c", "d"): 900_000}
    far = dict.fromkeys([("a", "c"), ("a", "d"), ("b", "c"), ("b", "d")], 500_000)
    assert clusters(near | far, "abcd") == {("a", "b", "c", "d")}
    assert clusters(near, "abcd") == {("a", "b"), ("c", "d")}


def standing(node: hierarchy.ClusterNode) -> list[list[int]]:
    """Return the topmost parts of a tree of distances that are alike enough for as many as they are."""
    if node.is_leaf() or 1_000_000 - node.dist >= enough(node.count) * linkage.MILLION:
        return [node.pre_order()]
    return [*standing(node.left), *standing(node.right)]


def enough(families: int) -> float:
    """Return how alike so many must be on average to come together."""
    return float(linkage.least(np.array([families]), RECIPE)[0])


@pytest.mark.parametrize("count", range(2, 8))
@pytest.mark.parametrize("over", [-1, 1])
def test_the_fewer_they_are_the_more_alike_they_must_be(count: int, over: int) -> None:
    alike = round(enough(count) * linkage.MILLION) + over
    found = clusters(dict.fromkeys(combinations("abcdefg"[:count], 2), alike), "abcdefg"[:count])
    assert len(found) == (1 if over > 0 else count)
    assert RECIPE.story_cut < enough(count + 1) < enough(count)


def test_what_is_no_story_by_itself_may_be_part_of_one() -> None:
    alike = round(enough(3) * linkage.MILLION)
    assert clusters({("a", "b"): alike}, "abc") == {("a",), ("b",), ("c",)}
    assert clusters(dict.fromkeys([("a", "b"), ("a", "c"), ("b", "c")], alike), "abc") == {("a", "b", "c")}


@settings(deadline=None)
@given(edge_lists)
def test_clusters_do_not_depend_on_the_order_of_edges(similar: dict[tuple[str, str], int]) -> None:
    found = clusters(similar)
    assert found == clusters(dict(reversed(similar.items())))
    assert sorted(name for held in found for name in held) == list("abcdefg")


def test_what_must_never_come_together_does_not_however_many_they_are() -> None:
    # The sum of so many would be more than a number holds.
    count = 97
    inside = [(one, other) for start in (0, count) for one, other in combinations(range(start, start + count), 2)]
    across = [(one, other) for one in range(count) for other in range(count, 2 * count)]
    totals = np.array([linkage.MILLION // 2] * len(inside) + [NEVER] * len(across))
    found = linkage.clusters(np.ones(2 * count, np.int64), np.array(inside + across), totals, RECIPE)
    assert found.tolist() == [0] * count + [count] * count


def test_a_story_of_before_counts_as_many_times_as_it_has_families() -> None:
    # 200 between one and each of three: the average with the three is 200; with one more that tells of nothing, 150.
    pairs = np.array([[0, 1], [0, 2]], dtype=np.int64)
    for sizes, total, expected in (([3, 1], 600_000, [0, 0]), ([4, 1], 600_000, [0, 1])):
        found = linkage.clusters(np.array(sizes), pairs[:1], np.array([total]), RECIPE)
        assert found.tolist() == expected
