"""The scorer on cases done by hand, and against counting every pair."""

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.copies_peers import components
from tests.quality.generated import score
from tests.quality.generated.corpus import groups
from tests.quality.generated.score import Expected, Found, Truth
from tests.quality.generated.truth import Case, Planted, cases

partitions = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12)


@given(partitions)
def test_pairs_are_those_one_would_count(homes: list[tuple[int, int]]) -> None:
    found = {str(place): home for place, (home, _) in enumerate(homes)}
    truth = {str(place): home for place, (_, home) in enumerate(homes)}
    joined = {pair for pair in combinations(found, 2) if found[pair[0]] == found[pair[1]]}
    wanted = {pair for pair in combinations(truth, 2) if truth[pair[0]] == truth[pair[1]]}
    rates = score.pairs(found, truth)
    assert (rates.found, rates.wanted) == (len(joined), len(wanted))
    assert rates.precision == (len(joined & wanted) / len(joined) if joined else 1.0)
    assert rates.recall == (len(joined & wanted) / len(wanted) if wanted else 1.0)


@given(partitions)
def test_the_rand_index_knows_no_sides_and_is_one_for_the_same(homes: list[tuple[int, int]]) -> None:
    found = {str(place): home for place, (home, _) in enumerate(homes)}
    truth = {str(place): home for place, (_, home) in enumerate(homes)}
    assert score.adjusted_rand(found, truth) == pytest.approx(score.adjusted_rand(truth, found))
    assert score.adjusted_rand(found, found) == 1.0


def test_the_rand_index_of_a_known_example() -> None:
    found, truth = dict(zip("abcd", (0, 0, 1, 2), strict=True)), dict(zip("abcd", (0, 0, 1, 1), strict=True))
    assert score.adjusted_rand(found, truth) == pytest.approx(4 / 7)


@pytest.fixture
def truth() -> Truth:
    """A report `a` with copies `b` (exact), `c` (light) and `d` (wire); a digest `e` of it; a stranger `z`."""
    return Truth(
        families={"a": 0, "b": 0, "c": 0, "d": 0, "e": 4, "z": 5},
        groups={"a": 0, "b": 0, "c": 0, "d": 0, "e": 0, "z": 1},
        pairs=[
            Expected("a", "b", "exact", frozenset({"exact"})),
            Expected("a", "c", "light", frozenset({"near"})),
            Expected("a", "d", "wire", frozenset({"syndicated"})),
            Expected("a", "e", "digest", frozenset({"excerpt"})),
        ],
    )


def test_a_pair_in_one_family_needs_no_match_of_its_own(truth: Truth) -> None:
    found = Found({"a": 1, "b": 1, "c": 1, "d": 2, "e": 1, "z": 3}, {("a", "b"): "exact"})
    assert score.outcomes(truth, found) == {
        "exact": Counter(exact=1),
        "light": Counter(joined=1),
        "wire": Counter(none=1),
        "digest": Counter(joined=1),
    }
    assert [pair.kind for pair, _ in score.wrong(truth, found)] == ["wire", "digest"]


def test_relations_count_what_was_planted_and_what_was_not(truth: Truth) -> None:
    stored = {
        ("a", "b"): "exact",
        ("a", "c"): "syndicated",
        ("a", "d"): "syndicated",
        ("b", "d"): "syndicated",
        ("b", "e"): "near",
        ("c", "e"): "excerpt",
        ("a", "z"): "excerpt",
    }
    rates = score.relations(truth, Found(dict.fromkeys("abcdez", 0), stored))
    assert rates["exact"] == score.Rates(1.0, 1.0, 1, 1)
    # The one that was near came out as syndicated; the tie of two of one family is plausible.
    assert rates["syndicated"] == score.Rates(2 / 3, 1.0, 3, 1)
    assert rates["near"] == score.Rates(0.0, 0.0, 1, 1)
    assert rates["excerpt"] == score.Rates(1 / 2, 0.0, 2, 1)
    unplanted = score.unplanted(truth, Found(dict.fromkeys("abcdez", 0), stored))
    assert sorted(unplanted) == [(("a", "z"), "excerpt"), (("b", "e"), "near")]


@pytest.fixture(scope="module")
def pair() -> Planted:
    """Two texts that share one passage."""
    found = (pair for group in groups(3_000, 7) for pair in group.pairs if pair.kind == "truncated")
    return next(pair for pair in found if len(cases(pair.a.text, pair.b.text)) == 1)


def scored(pair: Planted, detected: list[Case], together: bool = True) -> score.Passages:
    one, other = pair.ids()
    turned = [Case(c.b_start, c.b_end, c.a_start, c.a_end) for c in detected]
    passages = {pair.ids(): detected if one == pair.a.article.id else turned} if detected else {}
    return score.passages([pair], Found({one: 0, other: 0 if together else 1}, {}, passages))


def test_passages_found_as_they_are_score_one(pair: Planted) -> None:
    assert scored(pair, cases(pair.a.text, pair.b.text)) == score.Passages(1.0, 1.0, 1.0, 1, 0)


def test_a_passage_in_two_pieces_is_grainy(pair: Planted) -> None:
    (case,) = cases(pair.a.text, pair.b.text)
    middle = (case.a_end - case.a_start) // 2
    pieces = [
        Case(case.a_start, case.a_start + middle, case.b_start, case.b_start + middle),
        Case(case.a_start + middle, case.a_end, case.b_start + middle, case.b_end),
    ]
    assert scored(pair, pieces) == score.Passages(1.0, 1.0, 2.0, 1, 0)
    half = scored(pair, pieces[:1])
    assert half.recall == pytest.approx(0.5, abs=0.01)
    assert (half.precision, half.granularity) == (1.0, 1.0)


def test_what_is_elsewhere_in_one_text_is_not_found(pair: Planted) -> None:
    (case,) = cases(pair.a.text, pair.b.text)
    elsewhere = Case(case.a_end + 1, case.a_end + 50, case.b_start, case.b_end)
    found = scored(pair, [elsewhere])
    assert (found.precision, found.recall) == (0.0, 0.0)


def test_a_passage_that_is_too_long_costs_precision(pair: Planted) -> None:
    (case,) = cases(pair.a.text, pair.b.text)
    length = case.a_end - case.a_start + case.b_end - case.b_start
    found = scored(pair, [Case(case.a_start, case.a_end + length, case.b_start, case.b_end)])
    assert found.precision == pytest.approx(0.5)
    assert found.recall == 1.0


def test_a_pair_without_a_match_is_missing_unless_it_lies_in_a_family(pair: Planted) -> None:
    assert scored(pair, [], together=False) == score.Passages(1.0, 0.0, 1.0, 1, 1)
    assert scored(pair, []).pairs == 0


def test_what_was_planted_is_kept_while_groups_pass_by() -> None:
    truth = Truth()
    made = list(truth.noted(groups(1_200, 1)))
    ids = {one.article.id for group in made for one in group.made}
    assert truth.families.keys() == truth.groups.keys() == ids
    assert {pair.kind for pair in truth.pairs} == truth.samples.keys()
    assert score.pairs(truth.groups, truth.families).recall == 1.0


def test_groups_of_peers_are_components() -> None:
    assert components(6, [(1, 0), (4, 3), (3, 1), (5, 5)]) == [0, 0, 2, 0, 0, 5]
