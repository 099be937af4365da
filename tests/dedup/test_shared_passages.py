"""Shared passages as things of their own: one for each, with all who hold it and where."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Article, Corpus
from dedup.corpus.listing import Run
from dedup.corpus.results import snapshot
from dedup.holding import Gathered, gathered
from dedup.records import Passage, Relation
from dedup.segments import words
from dedup.shared import SharedPassage, passages
from tests.dedup.outlets import grouped, press_grouped, run
from tests.dedup.test_exports import carried

STATEMENT = (
    "Kami meminta semua warga di hilir bendungan meninggalkan rumah malam ini juga dan tidak menunggu sirene, karena "
    "tanggul tua itu tidak akan menahan air lebih dari dua jam lagi, dan perahu terakhir berangkat pukul sepuluh."
)


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with press_grouped(tmp_path_factory.mktemp("press")) as opened:
        yield opened


def own(name: str, count: int = 60) -> str:
    return " ".join(f"{name}{number}" for number in range(count)) + "."


def told(name: str, hours: float) -> Article:
    return carried(name, hours, f"{own(name)}\n{STATEMENT}\n{own(name + 'x')}")


def at(a: int, b: int, a_span: tuple[int, int], b_span: tuple[int, int], words: int = 20) -> Run:
    return Run(a, b, Passage(*a_span, *b_span, words))


def part_of(text: str, other: str) -> float:
    here, there = (Counter(words(each).words) for each in (text, other))
    return (here & there).total() / here.total()


def apart(passage: SharedPassage | Gathered) -> bool:
    """Tell whether no two places of one text have a character in common."""
    if isinstance(passage, Gathered):
        every = list(passage.spans.values())
    else:
        every = [holder.spans for holder in passage.holders]
    return all(one[1] <= two[0] for spans in every for one, two in pairwise(spans))


def test_a_statement_in_many_articles_is_one_passage(corpus: Corpus) -> None:
    grouped(corpus, *(told(name, hours) for name, hours in (("dua", 2), ("satu", 1), ("tiga", 3), ("empat", 4))))
    (found,) = passages(corpus)
    assert found.text == STATEMENT.removesuffix(".")
    assert found.words == len(STATEMENT.split())
    assert [holder.article.id for holder in found.holders] == ["satu", "dua", "tiga", "empat"]
    assert (found.sites, found.first_seen) == (4, told("satu", 1).published)
    for holder in found.holders:
        ((start, stop),) = holder.spans
        assert corpus.article(holder.article.id).text[start:stop] == found.text


def test_who_is_dated_to_the_zero_of_a_clock_had_no_passage_first(corpus: Corpus) -> None:
    zero = replace(told("a-nol", 0), published=datetime(1970, 1, 1, tzinfo=UTC))
    grouped(corpus, zero, told("dua", 2), told("satu", 1))
    (found,) = passages(corpus)
    assert [holder.article.id for holder in found.holders] == ["satu", "dua", "a-nol"]
    assert found.first_seen == told("satu", 1).published


def test_every_article_of_a_text_holds_what_the_text_holds(corpus: Corpus) -> None:
    same = [carried(f"sama{number}", 5 + number, told("satu", 0).text) for number in range(30)]
    grouped(corpus, told("dua", 1), *same)
    found = {len(passage.holders): passage for passage in passages(corpus)}
    assert set(found) == {30, 31}
    assert found[31].text == STATEMENT.removesuffix(".")
    assert found[31].holders[0].article.id == "dua"
    assert found[30].words > found[31].words


def test_the_frame_of_templates_is_no_passage(corpus: Corpus) -> None:
    titles = ("Jadwal salat di Belantik Senin 4 Mei", "Jadwal salat di Belantik Selasa 5 Mei")
    grouped(
        corpus,
        *(
            carried(f"j{n}", n, f"{STATEMENT} Hari ke-{n}. {own('j')}", title=titles[n], site="j.example")
            for n in (0, 1)
        ),
    )
    now = snapshot(corpus)
    assert [(match.relation, len(match.passages)) for match in now.matches] == [(Relation.TEMPLATE, 1)]
    assert list(passages(corpus)) == []


def test_no_fewer_words_and_holders_than_asked_for(corpus: Corpus) -> None:
    grouped(corpus, told("satu", 1), told("dua", 2), told("tiga", 3))
    words = len(STATEMENT.split())
    assert len(list(passages(corpus, least=words))) == 1
    assert list(passages(corpus, least=words + 1)) == []
    assert len(list(passages(corpus, holders=3))) == 1
    assert list(passages(corpus, holders=4)) == []


def test_passages_of_the_press_stand_where_they_are_said_to(pressed: Corpus) -> None:
    found = list(passages(pressed))
    assert len(found) > 50
    ranks = [(-len(passage.holders), -passage.words) for passage in found]
    assert ranks == sorted(ranks)
    texts = {article.id: article.text for article in pressed.articles()}
    for passage in found:
        parts = [texts[h.article.id][start:stop] for h in passage.holders for start, stop in h.spans]
        assert passage.text in parts
        assert all(part_of(passage.text, part) >= 0.5 for part in parts)
        assert apart(passage)
        assert all(0 <= start < stop <= len(texts[h.article.id]) for h in passage.holders for start, stop in h.spans)
        assert len({holder.article.id for holder in passage.holders}) == len(passage.holders) >= 2
        assert passage.sites == len({holder.article.site for holder in passage.holders})


def test_places_that_overlap_in_half_of_the_longer_are_one() -> None:
    runs = [at(1, 2, (0, 100), (500, 600)), at(1, 3, (40, 140), (0, 100)), at(1, 4, (130, 230), (0, 100))]
    found = gathered(runs)
    assert sorted(sorted(passage.spans) for passage in found) == [[1, 2, 3], [1, 4]]


def test_a_chain_of_overlaps_leads_to_nobody_who_does_not_hold_the_passage() -> None:
    longest = at(1, 2, (0, 100), (500, 600))
    beyond = [at(2, 3, (550, 640), (0, 90)), at(3, 4, (45, 130), (0, 85)), at(3, 5, (50, 95), (200, 245))]
    holders = {passage.longest: set(passage.spans) for passage in gathered([longest, *beyond])}
    assert holders[1, 0, 100] == {1, 2, 3}
    assert {4, 5} <= set().union(*holders.values())


def test_one_occurrence_is_one_place_however_many_matches_end_elsewhere_in_it() -> None:
    runs = [
        at(1, 2, (0, 100), (0, 100)),
        at(2, 3, (0, 60), (0, 60)),
        at(3, 1, (0, 60), (40, 100)),
        at(3, 4, (0, 60), (7, 67)),
        at(1, 4, (0, 55), (7, 62)),
    ]
    assert all(apart(passage) for passage in gathered(runs))


def test_who_says_other_words_in_the_same_place_does_not_hold_the_passage() -> None:
    runs = [at(1, 2, (0, 24), (0, 24)), at(1, 3, (0, 24), (0, 24))]
    texts = {1: "satu dua tiga empat lima", 2: "satu dua tiga enam tujuh", 3: "satu dua enam tujuh enam"}
    found = gathered(runs, lambda asked: {number: texts[number] for number in asked})
    assert [set(passage.spans) for passage in found] == [{1, 2}, {2, 3}]


def test_a_part_that_others_hold_too_is_a_passage_of_its_own() -> None:
    whole, part = at(1, 2, (0, 1000), (0, 1000), 150), at(1, 3, (100, 200), (0, 100), 15)
    assert gathered([whole, part]) == [
        Gathered(150, (1, 0, 1000), {1: ((0, 1000),), 2: ((0, 1000),)}),
        Gathered(15, (1, 100, 200), {1: ((100, 200),), 3: ((0, 100),)}),
    ]


def test_a_part_that_nobody_else_holds_is_none() -> None:
    whole, part = at(1, 2, (0, 1000), (0, 1000), 150), at(1, 2, (100, 200), (100, 200), 15)
    assert gathered([whole, part]) == [Gathered(150, (1, 0, 1000), {1: ((0, 1000),), 2: ((0, 1000),)})]


def test_nothing_gives_nothing(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    assert gathered([]) == []
    assert run(capsys, corpus, "passages").out == "no such passage is shared\n"


SPANS = st.tuples(st.integers(0, 300), st.integers(5, 200)).map(lambda each: (each[0], each[0] + each[1]))
RUNS = st.lists(st.builds(at, st.integers(0, 4), st.integers(5, 9), SPANS, SPANS, st.integers(5, 40)), max_size=25)


@given(RUNS.flatmap(lambda runs: st.tuples(st.just(runs), st.permutations(runs))))
def test_passages_do_not_depend_on_the_order_of_matches(two: tuple[list[Run], list[Run]]) -> None:
    def spelled(found: list[Gathered]) -> list[tuple[int, list[tuple[int, object]]]]:
        return sorted((passage.words, sorted(passage.spans.items())) for passage in found)

    assert spelled(gathered(two[0])) == spelled(gathered(two[1]))


@given(RUNS)
def test_no_passage_has_two_places_for_one_occurrence(runs: list[Run]) -> None:
    assert all(apart(passage) for passage in gathered(runs))


@given(RUNS)
def test_the_longest_place_of_each_text_is_held_by_some_passage(runs: list[Run]) -> None:
    found = gathered(runs)
    longest: dict[int, tuple[int, int]] = {}
    for each in runs:
        passage = each.passage
        for text, span in (
            (each.a_text, (passage.a_start, passage.a_end)),
            (each.b_text, (passage.b_start, passage.b_end)),
        ):
            longest[text] = max(longest.get(text, span), span, key=lambda one: one[1] - one[0])
    for text, (start, stop) in longest.items():
        held = [span for passage in found for span in passage.spans.get(text, ())]
        assert max(end - begin for begin, end in held) == stop - start


def test_a_thousand_places_in_one_text_are_held_against_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    def counting(start: int, stop: int, other: int, end: int) -> int:
        nonlocal asked
        asked += 1
        return min(stop, end) - max(start, other)

    monkeypatch.setattr("dedup.holding._common", counting)
    runs = [at(0, number + 1, (7 * number, 7 * number + 40 + number % 90), (0, 100)) for number in range(2_000)]
    found = gathered(runs)
    assert sum(len(passage.spans) - 1 for passage in found) <= 2_000
    assert asked < 40 * 2 * 2_000


def test_json_names_every_holder_and_the_first(pressed: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    left = run(capsys, pressed, "passages", "--json", "--holders", "3")
    rows = [json.loads(line) for line in left.out.splitlines()]
    found: list[SharedPassage] = list(passages(pressed, holders=3))
    assert (left.code, left.err, len(rows)) == (0, "", len(found))
    for row, passage in zip(rows, found, strict=True):
        assert row["articles"] == len(row["holders"]) == len(passage.holders)
        assert row["first_url"] == row["holders"][0]["url"] == passage.holders[0].article.url
        assert [tuple(place) for place in row["holders"][0]["places"]] == list(passage.holders[0].spans)
    shown = run(capsys, pressed, "passages", "--holders", "3", "--zone", "Asia/Jakarta")
    assert shown.out.count("    first ") == len(found)
