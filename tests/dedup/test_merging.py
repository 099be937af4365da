"""A text that holds two reports joins neither of them; a report and its copies stay together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Article, Corpus
from dedup.corpus.results import snapshot
from dedup.matching import compare
from dedup.merging import Span, doubtful, merged, outside, stretches
from dedup.records import Match, Measures, Passage, Relation
from dedup.updating import update
from tests.dedup.conftest import NOW
from tests.dedup.readings import RECIPE, reading
from tests.dedup.test_matching import prose, text

ONE, OTHER = [prose(part, 50) for part in range(4)], [prose(part, 50) for part in range(10, 14)]
MERGED = [*ONE[:3], *OTHER[:3]]


def matches(texts: Mapping[str, Sequence[list[str]]], titles: Mapping[str, str] | None = None) -> list[Match]:
    """Return the matches of texts made of these paragraphs, each at a site of its own."""
    titled = titles or {name: name for name in texts}
    read = [reading(text(*parts), name, title=titled[name]) for name, parts in texts.items()]
    found = [compare(a, b, RECIPE) for place, a in enumerate(read) for b in read[place + 1 :]]
    return [match for match in found if match.measures.containment >= RECIPE.floor]


def parted(texts: Mapping[str, Sequence[list[str]]], titles: Mapping[str, str] | None = None) -> set[tuple[str, str]]:
    return merged(list(texts), matches(texts, titles), RECIPE, lambda asked: titles or {name: name for name in asked})


@st.composite
def pieces(draw: st.DrawFn) -> Span:
    start, length = draw(st.integers(0, 60)), draw(st.integers(1, 30))
    return start, start + length, draw(st.integers(0, length))


PARTS = st.lists(st.lists(pieces(), max_size=4).map(tuple), max_size=5)


@given(PARTS, PARTS, st.lists(pieces(), max_size=4).map(tuple))
def test_no_parts_of_a_text_hold_more_than_they_reach(
    some: list[tuple[Span, ...]], others: list[tuple[Span, ...]], covered: tuple[Span, ...]
) -> None:
    assert outside(some, covered) <= outside([stretches(some + others)], stretches([covered])) + 1e-9


def test_two_wires_merged_join_neither() -> None:
    texts = {"a": ONE[:3], "b": OTHER[:3], "m": MERGED}
    assert {match.relation for match in matches(texts)} == {Relation.SYNDICATED}
    assert parted(texts) == {("a", "m"), ("b", "m")}


def test_without_the_second_it_is_a_copy_with_paragraphs_added() -> None:
    assert parted({"a": ONE[:3], "m": MERGED}) == set()


@pytest.mark.parametrize(
    ("title", "pairs"),
    [
        ("Pasar Rambu Terbakar", set()),
        # Half of the words of the shorter title; then, one of three.
        ("Pasar Rambu Sepi Lagi", set()),
        ("Kios di Pasar", {("a", "m"), ("b", "m")}),
    ],
)
def test_halves_of_one_report_by_their_titles_join_it(title: str, pairs: set[tuple[str, str]]) -> None:
    titles = {"a": "Pasar Rambu Terbakar Hebat", "b": title, "m": "Pasar Rambu Terbakar Hebat"}
    assert parted({"a": ONE[:3], "b": OTHER[:3], "m": MERGED}, titles) == pairs


def test_copies_of_a_merge_stay_together() -> None:
    texts = {"a": ONE[:3], "b": OTHER[:3], "m": MERGED, "n": [*MERGED, prose(20, 20)]}
    # The second wire is found to be an excerpt of the longer copy by these two alone.
    assert parted(texts) == {("a", "m"), ("b", "m"), ("a", "n")}


def test_parts_that_overlap_are_of_one_report() -> None:
    texts = {"a": [*ONE, OTHER[0]], "b": [ONE[3], *OTHER], "m": [*ONE, *OTHER]}
    assert parted(texts) == set()


def test_a_brief_within_a_copy_does_not_part_the_copy_from_its_original() -> None:
    brief = prose(30, 30)
    assert parted({"a": ONE, "b": [brief], "m": [brief, *ONE]}) == {("b", "m")}


def test_an_update_tells_merges_whatever_comes_last(corpus: Corpus) -> None:
    articles = {
        name: Article(
            url=f"http://{name}.test/x", id=name, site=f"{name}.test", title=name, text=text(*parts), fetched=NOW
        )
        for name, parts in {"a": ONE[:3], "b": OTHER[:3], "m": MERGED}.items()
    }
    for name in ("a", "m"):
        corpus.add([articles[name]])
        update(corpus, now=NOW)
    assert {family.members for family in snapshot(corpus).families} == {("a", "m")}
    corpus.add([replace(articles["b"], fetched=NOW + timedelta(hours=1))])
    update(corpus, now=NOW)
    now = snapshot(corpus)
    assert {family.members for family in now.families} == {("a",), ("b",), ("m",)}
    assert {(match.a, match.b): match.relation for match in now.matches} == {
        ("a", "m"): Relation.EXCERPT,
        ("b", "m"): Relation.EXCERPT,
    }
    assert all("other reports" in match.reason for match in now.matches)
    corpus.remove("b")
    update(corpus, now=NOW)
    now = snapshot(corpus)
    assert {family.members for family in now.families} == {("a", "m")}
    assert [match.relation for match in now.matches] == [Relation.SYNDICATED]


def test_passages_that_lie_across_one_another_count_once() -> None:
    # Where the longest piece of the smaller part lies, the other one has two passages, one in a gap of the other: half
    # of that piece is not all of it, and the two stand apart.
    small = [(start, start + 50, 10 if start == 0 else 9) for start in range(0, 6_000, 1_000)]
    other = [(0, 50, 10), (0, 50, 10), *((start, start + 400, 60) for start in (20_000, 21_000, 22_000))]

    def held(name: str, words: int, spans: list[Span]) -> Match:
        measures = Measures(0.5, 0.5, 1.0, 1.0, 9, 1.0, 1.0, 0, 50, 200, words)
        passages = tuple(Passage(start, stop, 0, stop - start, count) for start, stop, count in spans)
        return Match("x", name, Relation.NEAR, "", measures, passages)

    assert doubtful([held("y", 55, small), held("z", 200, other)]) == {"x": {"y", "z"}}
