"""Families are components of joining ties, cut where a template would come in."""

import random

from hypothesis import given
from hypothesis import strategies as st

from dedup.families import families, path
from dedup.records import Match, Measures, Relation, Verdict


def tie(a: str, b: str, containment: float = 0.8, relation: Relation = Relation.SYNDICATED) -> Match:
    a, b = sorted((a, b))
    measures = Measures(containment, containment, containment, 1.0, 50, 1.0, 1.0, 0, 100, 150, 150)
    return Match(a, b, relation, "", measures)


def test_a_chain_of_matches_is_one_family() -> None:
    found = families("abcd", [tie("a", "b"), tie("b", "c")])
    assert [family.members for family in found] == [("a", "b", "c"), ("d",)]


def test_excerpts_quotes_and_templates_join_nothing() -> None:
    linked = [tie("a", "b", relation=relation) for relation in Relation if not relation.joins]
    assert len(families("ab", linked)) == 2


def test_the_weakest_tie_of_a_family_is_known() -> None:
    found = families("abc", [tie("a", "b", 0.9), tie("b", "c", 0.6), tie("a", "c", 0.7)])
    weakest = found[0].weakest
    assert weakest is not None
    assert (weakest.a, weakest.b) == ("a", "c")


def test_templates_do_not_meet_through_a_third_article() -> None:
    ties = [tie("a", "b", 0.9), tie("b", "c", 0.6), tie("a", "c", 0.95, Relation.TEMPLATE)]
    assert [family.members for family in families("abc", ties)] == [("a", "b"), ("c",)]


def test_the_way_between_two_goes_by_what_joined_them() -> None:
    ties = [tie("a", "b", 0.9), tie("b", "c", 0.6), tie("c", "d", 0.7), tie("b", "d", 0.6, Relation.EXCERPT)]
    assert path("a", "d", "abcd", ties) == tuple(ties[:3])
    assert path("a", "b", "abcd", [*ties, tie("a", "c")]) == (ties[0],)
    assert path("a", "d", "abcd", ties, [Verdict("b", "c", together=False)]) == ()


def test_no_way_leads_past_a_verdict_that_parts() -> None:
    exact = [tie("a", "b", 1.0), tie("a", "c", 1.0), tie("b", "c", 1.0)]
    said = [Verdict("a", "b", together=False), Verdict("a", "f", together=True), Verdict("b", "f", together=True)]
    assert [family.members for family in families("abcf", exact, said)] == [("a", "b", "c", "f")]
    assert path("a", "b", "abcf", exact, said) == (said[1], said[2])
    assert path("c", "f", "abcf", exact, said) == (exact[1], said[1])


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh"), st.floats(0.5, 1), st.booleans()),
        max_size=20,
    ),
    st.randoms(use_true_random=False),
)
def test_families_do_not_depend_on_the_order_of_matches(
    drawn: list[tuple[str, str, float, bool]], randomness: random.Random
) -> None:
    ties = {
        tuple(sorted((a, b))): tie(a, b, share, Relation.TEMPLATE if template else Relation.NEAR)
        for a, b, share, template in drawn
        if a != b
    }
    matches = list(ties.values())
    shuffled = matches[:]
    randomness.shuffle(shuffled)
    found = families("abcdefgh", matches)
    assert found == families(randomness.sample("abcdefgh", 8), shuffled)
    assert sorted(member for family in found for member in family.members) == list("abcdefgh")
    homes = {member: family.id for family in found for member in family.members}
    assert all(homes[m.a] != homes[m.b] for m in matches if m.relation is Relation.TEMPLATE)
