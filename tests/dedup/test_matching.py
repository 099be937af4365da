"""What two texts share, and what that makes them to one another: each rule just inside and just outside."""

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.matching import compare
from dedup.records import Relation
from dedup.relations import is_copy
from tests.dedup.readings import RECIPE, reading
from tests.newsroom.texts import Press


def prose(seed: int, words: int) -> list[str]:
    """Return that many different words: no run of them stands in another seed's."""
    letters = str.maketrans("0123456789", "abcdefghij")
    return [f"kata{seed}x{place}".translate(letters) for place in range(words)]


def text(*parts: list[str]) -> str:
    return "\n".join(" ".join(part) for part in parts)


WIRE = [prose(part, 50) for part in range(6)]


def test_equal_words_are_exact_whatever_the_punctuation() -> None:
    a, b = (
        reading("Satu, dua tiga empat lima enam tujuh delapan!", "a"),
        reading("satu dua TIGA empat; lima enam tujuh delapan", "b"),
    )
    assert compare(a, b, RECIPE).relation is Relation.EXACT


def test_a_copy_with_soft_hyphens_is_exact_and_its_passage_stands_where_it_says() -> None:
    hyphened = text(*([f"{word[:3]}\u00ad{word[3:]}" for word in part] for part in WIRE))
    match = compare(reading(text(*WIRE), "a"), reading(hyphened, "b"), RECIPE)
    assert match.relation is Relation.EXACT
    assert [(part.b_start, part.b_end) for part in match.passages] == [(0, len(hyphened))]


@pytest.mark.parametrize("unseen", ["\ufe0f", "\u034f", "\U000e0041"])
def test_a_copy_with_variation_selectors_or_tags_in_its_words_is_exact(unseen: str) -> None:
    marked = text(*([f"{word[:3]}{unseen}{word[3:]}" for word in part] for part in WIRE))
    assert compare(reading(text(*WIRE), "a"), reading(marked, "b"), RECIPE).relation is Relation.EXACT


def test_texts_under_eight_words_are_nothing_to_one_another() -> None:
    a, b = (reading("satu dua tiga empat lima enam tujuh", name) for name in "ab")
    assert compare(a, b, RECIPE).relation is Relation.NONE


def test_a_few_replaced_words_are_near() -> None:
    edited = [list(part) for part in WIRE]
    for part in edited[:4]:
        part[20] = "diganti"
    match = compare(reading(text(*WIRE), "a"), reading(text(*edited), "b"), RECIPE)
    assert match.relation is Relation.NEAR


@pytest.mark.parametrize(
    ("lines", "words", "relation"),
    [(3, 15, Relation.NEAR), (1, 16, Relation.SYNDICATED), (4, 12, Relation.SYNDICATED)],
)
def test_short_lines_that_point_elsewhere_are_no_added_paragraph(lines: int, words: int, relation: Relation) -> None:
    pointers = [prose(20 + line, words) for line in range(lines)]
    match = compare(reading(text(*WIRE), "a"), reading(text(*WIRE[:3], *pointers, *WIRE[3:]), "b"), RECIPE)
    assert match.relation is relation


def test_an_added_paragraph_is_syndicated() -> None:
    match = compare(reading(text(*WIRE), "a"), reading(text(*WIRE, prose(9, 40)), "b"), RECIPE)
    assert match.relation is Relation.SYNDICATED


def test_paragraphs_in_another_order_are_syndicated_and_all_found() -> None:
    moved = [WIRE[3], WIRE[0], WIRE[2], WIRE[1], WIRE[5], WIRE[4]]
    match = compare(reading(text(*WIRE), "a"), reading(text(*moved), "b"), RECIPE)
    assert match.relation is Relation.SYNDICATED
    assert match.measures.shared_words == 300
    assert len(match.passages) == 6


def test_the_same_site_s_later_version_is_a_revision() -> None:
    a = reading(text(*WIRE), "a", site="satu.test")
    b = reading(text(*WIRE, prose(9, 40)), "b", site="satu.test")
    assert compare(a, b, RECIPE).relation is Relation.REVISION


@pytest.mark.parametrize(("shared", "relation"), [(76, Relation.REVISION), (75, Relation.EXCERPT)])
def test_more_than_three_quarters_taken_are_a_copy_whatever_the_rest(shared: int, relation: Relation) -> None:
    common = prose(1, shared)
    a = reading(text(common, prose(2, 100 - shared)), "a", "satu.test")
    b = reading(text(common, prose(3, 150)), "b", "satu.test")
    assert compare(a, b, RECIPE).relation is relation


def reworded(kept: int) -> tuple[str, str]:
    """Return ten sentences twice; of the ten words of each the first `kept` are the same."""
    sentences = [prose(sentence, 10) for sentence in range(10)]
    again = [sentence[:kept] + prose(20 + place, 10 - kept) for place, sentence in enumerate(sentences)]
    return text(*sentences), text(*again)


@pytest.mark.parametrize(("kept", "relation"), [(5, Relation.SYNDICATED), (4, Relation.NONE)])
def test_a_report_reworded_all_over_is_syndicated_though_less_is_kept(kept: int, relation: Relation) -> None:
    one, other = reworded(kept)
    match = compare(reading(one, "a"), reading(other, "b"), RECIPE)
    assert match.measures.taken == kept / 10
    assert match.relation is relation


@pytest.mark.parametrize(("kept", "relation"), [(6, Relation.REVISION), (5, Relation.NONE)])
def test_a_site_does_not_reword_itself(kept: int, relation: Relation) -> None:
    one, other = reworded(kept)
    match = compare(reading(one, "a", "satu.test"), reading(other, "b", "satu.test"), RECIPE)
    assert match.relation is relation
    assert match.measures.likeness > 0.55


@pytest.mark.parametrize(("shared", "relation"), [(74, Relation.EXCERPT), (76, Relation.SYNDICATED)])
def test_one_block_that_heads_one_text_and_ends_the_other_is_an_excerpt(shared: int, relation: Relation) -> None:
    common = prose(1, shared)
    a = reading(text(common, prose(2, 100 - shared)), "a")
    b = reading(text(prose(3, 60), common), "b")
    match = compare(a, b, RECIPE)
    assert match.measures.taken == shared / 100
    assert match.relation is relation


@pytest.mark.parametrize(("blocks", "relation"), [(1, Relation.EXCERPT), (4, Relation.REVISION)])
def test_what_a_site_prints_again_is_a_revision_where_it_stands_all_over(blocks: int, relation: Relation) -> None:
    one, other = (
        text(
            *(
                part
                for block in range(blocks)
                for part in (prose(block, 60 // blocks), prose(new + block, 40 // blocks))
            )
        )
        for new in (10, 20)
    )
    match = compare(reading(one, "a", "satu.test"), reading(other, "b", "satu.test"), RECIPE)
    assert match.measures.taken == 0.6
    assert match.relation is relation


def test_what_heads_the_longer_text_is_no_background_of_it() -> None:
    common = prose(1, 70)
    shorter = [reading(text(*parts), "a") for parts in ((common, prose(2, 30)), (prose(2, 30), common))]
    longer = [reading(text(*parts), "b") for parts in ((prose(3, 60), common), (common, prose(3, 60)))]
    background, headed = (compare(a, b, RECIPE) for a, b in zip(shorter, longer, strict=True))
    assert (background.relation, headed.relation) == (Relation.EXCERPT, Relation.SYNDICATED)
    assert background.measures.taken == headed.measures.taken == 0.7


def test_what_is_shared_in_quotation_marks_does_not_make_two_texts_alike() -> None:
    one, other = reworded(5)
    quoted = [re.sub(r"(?m)^((?:\S+ ){4}\S+)", r"“\1”", each) for each in (one, other)]
    plain, said = (compare(reading(a, "a"), reading(b, "b"), RECIPE).measures for a, b in ((one, other), tuple(quoted)))
    assert plain.taken == said.taken
    assert said.outside_quotes == 0
    assert said.likeness == pytest.approx(plain.likeness - plain.outside_quotes / 2)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6), st.lists(st.integers(0, 5), min_size=1, max_size=6))
@example([0, 0, 1], [0, 1, 2, 0, 0])
@example([0, 0, 1, 2, 0], [0, 1, 2, 0, 0])
def test_texts_are_as_alike_whichever_has_the_smaller_id(one: list[int], other: list[int]) -> None:
    # What one text quotes the other may tell.
    a, b = (
        "\n".join(f"“{text(WIRE[part][:20])}”" if part == quoted else text(WIRE[part][:20]) for part in parts)
        for parts, quoted in ((one, 0), (other, 1))
    )
    there, back = compare(reading(a, "a"), reading(b, "b"), RECIPE), compare(reading(a, "b"), reading(b, "a"), RECIPE)
    assert there.measures.likeness == back.measures.likeness


def test_equal_texts_are_as_alike_as_can_be_and_foreign_ones_are_not() -> None:
    one, other = reading(text(*WIRE), "a"), reading(text(*WIRE), "b")
    assert compare(one, other, RECIPE).measures.likeness == 1
    said = f"“{' '.join(' '.join(part) for part in WIRE)}”"
    assert compare(reading(said, "a"), reading(said, "b"), RECIPE).measures.likeness == 1
    foreign = compare(one, reading(text(prose(9, 300)), "b"), RECIPE).measures
    assert (foreign.taken, foreign.likeness) == (0, 0)


SHARE = st.floats(0, 1)


@given(SHARE, st.floats(-0.25, 1.25), st.booleans(), SHARE, SHARE)
def test_what_is_no_copy_is_none_at_a_higher_threshold(
    taken: float, alike: float, one_site: bool, one: float, other: float
) -> None:
    band, margin = RECIPE.syndicated_band, RECIPE.revision_likeness
    low, high = sorted((one, other))
    assert is_copy(taken, alike, one_site, low, band, margin) >= is_copy(taken, alike, one_site, high, band, margin)


@pytest.mark.parametrize(
    ("taken", "alike", "elsewhere", "same"),
    [
        (0.34, 1.0, False, False),
        (0.35, 0.55, True, False),
        (0.54, 1.0, True, False),
        (0.55, 0.64, True, False),
        (0.55, 0.65, True, True),
        (0.75, 0.54, False, False),
        (0.76, 0.0, True, True),
    ],
)
def test_near_the_line_the_likeness_tells_and_of_one_site_the_share_as_well(
    taken: float, alike: float, elsewhere: bool, same: bool
) -> None:
    numbers = RECIPE.syndicated_share, RECIPE.syndicated_band, RECIPE.revision_likeness
    assert is_copy(taken, alike, False, *numbers) == elsewhere
    assert is_copy(taken, alike, True, *numbers) == same


def test_what_is_wholly_taken_and_alike_is_a_copy_at_any_threshold() -> None:
    assert is_copy(1.0, 1.0, True, 1.0, RECIPE.syndicated_band, RECIPE.revision_likeness)
    assert is_copy(1.0, 1.0, False, 1.0, RECIPE.syndicated_band, RECIPE.revision_likeness)


@pytest.mark.parametrize(("new", "relation"), [(98, Relation.REVISION), (112, Relation.EXCERPT)])
def test_a_report_that_ends_in_another_of_its_site_is_other_news(new: int, relation: Relation) -> None:
    old, more = prose(1, 200), prose(2, new)
    a = reading(text(old), "a", "satu.test", "Banjir")
    # What they share lies in the last two thirds of the longer text, or a bit later.
    b = reading(text(more, old), "b", "satu.test", "Banjir")
    assert compare(a, b, RECIPE).relation is relation
    elsewhere = reading(text(more, old), "b", "dua.test", "Banjir")
    assert compare(a, elsewhere, RECIPE).relation is Relation.SYNDICATED


@pytest.mark.parametrize(
    ("titles", "relation"),
    [
        (("Langsung: Banjir Rambu", "Langsung: Banjir Rambu"), Relation.REVISION),
        # Three words of four; two of three; a column's name.
        (("Langsung: Banjir Rambu", "Langsung: Banjir Rambu Surut"), Relation.REVISION),
        (("Langsung: Banjir Rambu", "Langsung: Banjir Surut"), Relation.EXCERPT),
        (("Kurs Rupiah", "Kurs Rupiah"), Relation.EXCERPT),
    ],
)
def test_a_live_report_that_grows_at_its_head_under_one_title_is_a_revision(
    titles: tuple[str, str], relation: Relation
) -> None:
    old, more = prose(1, 100), prose(2, 110)
    for longer in (text(more, old), text(prose(3, 60), old, more)):
        a, b = reading(text(old), "a", "satu.test", titles[0]), reading(longer, "b", "satu.test", titles[1])
        assert compare(a, b, RECIPE).relation is relation


@pytest.mark.parametrize(
    ("before", "after", "relation"),
    [
        (60, 139, Relation.REVISION),
        # Half of it is new, and it begins otherwise; then, it begins as the other does.
        (60, 141, Relation.EXCERPT),
        (30, 171, Relation.REVISION),
    ],
)
def test_a_report_that_is_mostly_new_and_begins_otherwise_is_other_news(
    before: int, after: int, relation: Relation
) -> None:
    old = prose(1, 200)
    a = reading(text(old), "a", "satu.test", "Banjir")
    b = reading(text(prose(2, before), old, prose(3, after)), "b", "satu.test", "Banjir")
    assert compare(a, b, RECIPE).relation is relation


def test_a_collection_that_holds_an_article_is_an_excerpt() -> None:
    article = prose(1, 80)
    digest = text(prose(2, 120), article, prose(3, 120))
    match = compare(reading(text(article), "a", title="Banjir"), reading(digest, "b", title="Terpopuler"), RECIPE)
    assert match.relation is Relation.EXCERPT


def test_why_it_is_an_excerpt_is_true_of_a_teaser_and_of_a_half() -> None:
    whole = [prose(1, 80), prose(2, 200), prose(3, 400)]
    teaser, half = reading(text(whole[0][:40]), "b", title="Terbakar"), reading(text(whole[1]), "b", title="Rugi")
    a = reading(text(*whole), "a", title="Pasar Rambu Ludes")
    assert compare(a, teaser, RECIPE).reason.endswith("which is many times as long: a small part of it")
    assert compare(a, half, RECIPE).reason.endswith("most of which is something else")


def test_a_fuller_report_that_names_the_same_people_is_no_collection() -> None:
    def tell(parts: list[list[str]]) -> str:
        return text(*([*part, "kata", "Ratna", "di", "Karang", "dan", "Siti", "dari", "Lembah"] for part in parts))

    article = tell([prose(1, 80)])
    fuller = tell([prose(2, 60), prose(4, 60), prose(1, 80), prose(3, 60)])
    a, b = reading(article, "a", title="Banjir"), reading(fuller, "b", title="Warga")
    assert compare(a, b, RECIPE).relation is Relation.SYNDICATED


def test_two_reports_of_one_statement_share_quotes() -> None:
    statement = "“" + " ".join(prose(1, 60)) + "”"
    a = reading(text(prose(2, 90)) + "\n" + statement, "a")
    b = reading(statement + "\n" + text(prose(3, 100)), "b")
    assert compare(a, b, RECIPE).relation is Relation.SHARED_QUOTES
    unquoted = statement.strip("“”")
    a = reading(text(prose(2, 90)) + "\n" + unquoted, "a")
    b = reading(unquoted + "\n" + text(prose(3, 100)), "b")
    assert compare(a, b, RECIPE).relation is Relation.EXCERPT


@pytest.mark.parametrize(("said", "told", "relation"), [(60, 12, Relation.SHARED_QUOTES), (75, 8, Relation.SYNDICATED)])
def test_where_a_third_is_shared_outside_quotation_marks_it_is_in_doubt(
    said: int, told: int, relation: Relation
) -> None:
    speech, common = "“" + " ".join(prose(1, said)) + "”", prose(2, told)
    a, b = (f"{speech}\n{text(common, prose(seed, 100 - said - told))}" for seed in (3, 4))
    match = compare(reading(a, "a"), reading(b, "b"), RECIPE)
    assert 0.25 < match.measures.outside_quotes < 0.4
    assert match.relation is relation


def frame(numbers: Sequence[object]) -> str:
    return " ".join(f"{' '.join(prose(place, 12))} {number} persen" for place, number in enumerate(numbers))


def test_one_frame_with_other_numbers_is_a_template() -> None:
    a, b = reading(frame([11, 12, 13, 14]), "a"), reading(frame([21, 22, 23, 24]), "b")
    assert compare(a, b, RECIPE).relation is Relation.TEMPLATE


def test_numbers_that_another_house_writes_otherwise_are_the_same() -> None:
    a = reading(frame(["1.250.000.000", "750.000", "19.30", "2.500.000"]), "a")
    b = reading(frame(["1,25 miliar", "750 ribu", "19:30", "2,5 juta"]), "b")
    assert compare(a, b, RECIPE).relation.joins
    assert compare(a, b, RECIPE).measures.numbers == 1
    others = reading(frame(["1,3 miliar", "755 ribu", "19:45", "2,6 juta"]), "b")
    assert compare(a, others, RECIPE).relation is Relation.TEMPLATE


def times(kept: int, count: int = 8) -> str:
    """Return a list of so many times of one town, of which `kept` are those of another, in a frame."""
    named = [f"{prose(place + 20, 1)[0]} {place + 4 if place < kept else place + 14}.30" for place in range(count)]
    return " ".join([*prose(9, 40), *named, *prose(10, 40)])


@pytest.mark.parametrize(
    ("kept", "relation"), [(0, Relation.TEMPLATE), (1, Relation.TEMPLATE), (2, Relation.SYNDICATED)]
)
def test_lists_of_two_sites_are_a_template_where_nearly_all_numbers_are_others(kept: int, relation: Relation) -> None:
    assert compare(reading(times(8), "a"), reading(times(kept), "b"), RECIPE).relation is relation


def test_two_numbers_are_no_list() -> None:
    a, b = (
        reading(" ".join([*prose(1, 9), *said, *prose(2, 9)]), name)
        for said, name in ((["12", "13"], "a"), (["22", "23"], "b"))
    )
    assert compare(a, b, RECIPE).relation.joins


def test_two_new_numbers_in_a_report_are_an_edit() -> None:
    a, b = reading(frame([11, 12, 13, 14]), "a"), reading(frame([21, 22, 13, 14]), "b")
    assert compare(a, b, RECIPE).relation.joins


def test_titles_of_one_site_that_differ_in_the_date_alone_are_a_template() -> None:
    parts = prose(1, 60)
    a = reading(text(parts, prose(2, 20)), "a", "satu.test", "Harga Cabai Hari Ini Senin 3 November")
    b = reading(text(parts, prose(3, 20)), "b", "satu.test", "Harga Cabai Hari Ini Rabu 5 November")
    assert compare(a, b, RECIPE).relation is Relation.TEMPLATE
    elsewhere = replace(b, site="dua.test")
    assert compare(a, elsewhere, RECIPE).relation is not Relation.TEMPLATE


PEOPLE = ["Ratna", "Siti", "Wirya", "Darmo", "Lestari"]


def same_titled(one: str, other: str, titles: str = "Feri Karam di Selat Rambu: {} Orang Tewas") -> Relation:
    a, b = (
        reading(told, name, "satu.test", titles.format(3 + place))
        for place, (name, told) in enumerate(zip("ab", (one, other), strict=True))
    )
    return compare(a, b, RECIPE).relation


@pytest.mark.parametrize(("new", "relation"), [(20, Relation.REVISION), (21, Relation.TEMPLATE)])
def test_a_new_toll_in_the_headline_is_a_revision_where_most_of_the_text_is_kept(new: int, relation: Relation) -> None:
    one, other = (text(prose(1, 100 - new), prose(2 + place, new)) for place in range(2))
    assert same_titled(one, other) is relation


@pytest.mark.parametrize(("others", "relation"), [(2, Relation.REVISION), (3, Relation.TEMPLATE)])
def test_where_a_title_s_figure_differs_and_so_do_the_text_s_it_is_a_template(others: int, relation: Relation) -> None:
    one, other = prose(1, 130), prose(1, 130)
    for place, told in ((place, told) for place in range(5) for told in (one, other)):
        told[25 * place + 10] = f"{20 + place + (50 if told is other and place < others else 0)}"
    assert same_titled(text(one), text(other)) is relation


@pytest.mark.parametrize(("others", "relation"), [(1, Relation.REVISION), (2, Relation.TEMPLATE)])
def test_where_a_title_s_figure_differs_and_so_do_the_names_it_is_a_template(others: int, relation: Relation) -> None:
    one, other = prose(1, 130), prose(1, 130)
    for place, name in enumerate(PEOPLE):
        one[25 * place + 10], other[25 * place + 10] = name, f"Lain{name.lower()}" if place < others else name
    assert same_titled(text(one), text(other)) is relation


def told_with(facts: list[str]) -> str:
    """Return a text with these facts in it, so far apart that none stands in a gap with another."""
    words = prose(1, 300)
    words[10 : 10 + 25 * len(facts) : 25] = facts
    return text(words)


@pytest.mark.parametrize(
    ("others", "relation"),
    [
        # Numbers and names, of which three stand in place of others; then one less of either.
        (["77", "Damar", "Galih"], Relation.TEMPLATE),
        (["77", "Damar"], Relation.NEAR),
        (["Surya", "Damar", "Galih"], Relation.NEAR),
        (["77", "78", "Damar"], Relation.NEAR),
    ],
)
def test_one_frame_with_other_names_and_numbers_is_a_template(others: list[str], relation: Relation) -> None:
    facts = ["11", "12", "13", "14", *PEOPLE]
    places = [facts.index("14") if other[0].isdigit() else len(facts) - 1 for other in others]
    changed = list(facts)
    for other, last in zip(others, places, strict=True):
        changed[next(place for place in range(last, -1, -1) if changed[place] == facts[place])] = other
    assert compare(reading(told_with(facts), "a"), reading(told_with(changed), "b"), RECIPE).relation is relation


@pytest.mark.parametrize(("more", "relation"), [(0, Relation.TEMPLATE), (500, Relation.EXCERPT)])
def test_a_frame_that_is_less_than_half_of_both_makes_no_template(more: int, relation: Relation) -> None:
    one = told_with(["11", "12", "13", "14", *PEOPLE])
    other = told_with(["11", "12", "13", "77", *PEOPLE[:3], "Damar", "Galih"])
    a, b = (f"{each}\n{text(prose(seed, more))}" for each, seed in ((one, 40), (other, 41)))
    assert compare(reading(a, "a"), reading(b, "b"), RECIPE).relation is relation


@pytest.mark.parametrize(("rewritten", "template"), [(3, True), (4, False)])
def test_where_as_many_other_words_are_replaced_it_is_no_frame(rewritten: int, template: bool) -> None:
    one, other = (
        told_with(["11", "12", "13", "14", *PEOPLE]),
        told_with(["11", "12", "13", "77", *PEOPLE[:3], "Damar", "Galih"]),
    )
    words = other.split(" ")
    for place in range(rewritten):
        words[20 + 25 * place] = "lainnya"
    match = compare(reading(one, "a"), reading(" ".join(words), "b"), RECIPE)
    assert (match.relation is Relation.TEMPLATE) is template
    assert match.relation.joins is not template


def test_a_copy_whose_names_are_respelled_stays_a_copy() -> None:
    facts = ["11", "12", "13", "14", *PEOPLE]
    respelled = [*facts[:4], *(name.replace("i", "ie") for name in PEOPLE)]
    assert compare(reading(told_with(facts), "a"), reading(told_with(respelled), "b"), RECIPE).relation.joins


def test_a_page_of_another_day_is_a_template_however_little_differs() -> None:
    one, other = text(prose(1, 100)), text(prose(1, 99), ["lain"])
    assert same_titled(one, other, "Jadwal Kapal Selat Rambu, {} Orang Antre") is Relation.REVISION
    assert same_titled(one, other, "Jadwal Kapal Selat Rambu, {} November") is Relation.TEMPLATE


def test_boilerplate_does_not_count_as_shared() -> None:
    footer = prose(1, 60)
    a = reading(text(prose(2, 60), footer), "a", own=slice(0, 60))
    b = reading(text(prose(3, 60), footer), "b", own=slice(0, 60))
    match = compare(a, b, RECIPE)
    assert match.measures.shared_words == 0
    assert match.relation is Relation.NONE


def test_a_brief_that_heads_a_text_ten_times_as_long_is_an_excerpt() -> None:
    brief = prose(40, 40)
    for more, relation in ((340, Relation.SYNDICATED), (380, Relation.EXCERPT)):
        longer = reading(text(brief, prose(41, more)), "b", title="Kabar")
        assert compare(reading(text(brief), "a", title="Kabar"), longer, RECIPE).relation is relation


def test_passages_bridge_small_edits_and_say_how_many() -> None:
    edited = [*WIRE[0][:20], "lain", *WIRE[0][21:40], "sama", "sekali", *WIRE[0][42:]]
    (passage,) = compare(reading(text(WIRE[0]), "a"), reading(text(edited), "b"), RECIPE).passages
    assert (passage.words, passage.edits) == (47, 2)
    assert passage.b_end - passage.b_start == len(" ".join(edited))
    apart = [*WIRE[0][:20], *prose(9, RECIPE.passage_gap + 1), *WIRE[0][20:]]
    assert len(compare(reading(text(WIRE[0]), "a"), reading(text(apart), "b"), RECIPE).passages) == 2


def test_passages_are_the_same_words_in_both_texts() -> None:
    a, b = text(prose(7, 20), *WIRE[:3], prose(8, 20)), text(WIRE[2], prose(9, 30), WIRE[0])
    match = compare(reading(a, "a"), reading(b, "b"), RECIPE)
    assert [a[p.a_start : p.a_end] for p in match.passages] == [b[p.b_start : p.b_end] for p in match.passages]
    assert [p.words for p in match.passages] == [50, 50]


@given(st.lists(st.integers(0, 5), min_size=1, max_size=8), st.lists(st.integers(0, 5), min_size=1, max_size=8))
def test_the_relation_does_not_depend_on_which_comes_first(one: list[int], other: list[int]) -> None:
    a = reading(text(*(WIRE[part] for part in one)), "a")
    b = reading(text(*(WIRE[part] for part in other)), "b")
    assert compare(a, b, RECIPE) == compare(b, a, RECIPE)


@pytest.mark.parametrize("more", [0, 5])
def test_nor_does_it_where_only_one_of_them_has_quotation_marks(more: int) -> None:
    speech = prose(1, 60)
    quoted = f"{text(prose(2, 8))} “{' '.join(speech)}” {text(prose(3, 10))}"
    told = text([*prose(4, 9), *speech, *prose(5, 9 + more)])
    found = {
        compare(reading(quoted, one, "x.test"), reading(told, other, "y.test"), RECIPE).relation
        for one, other in (("a", "b"), ("b", "a"))
    }
    assert len(found) == 1


@pytest.mark.parametrize("times", [1, 24, 25, 30])
def test_nor_does_it_where_one_of_them_says_something_again_and_again(times: int) -> None:
    sentence = prose(1, 10)
    found = {
        compare(reading(text(sentence), one), reading(text(*[sentence] * times), other), RECIPE).relation
        for one, other in (("a", "b"), ("b", "a"))
    }
    assert found == {Relation.EXACT if times == 1 else Relation.EXCERPT if times < 25 else Relation.NONE}


def test_every_declared_pair_of_the_press_has_its_relation(press: Press) -> None:
    texts = {
        text.id: reading("\n".join(text.own), text.id, site=text.outlet, title=text.title)
        for text in press.texts.values()
    }
    wrong = []
    for pair, relation in press.truth().relations.items():
        a, b = sorted(pair)
        found = compare(texts[a], texts[b], RECIPE)
        if found.relation != relation:
            wrong.append((a, b, relation, found.relation, found.reason))
    assert wrong == []


def test_no_undeclared_pair_of_the_press_joins(press: Press) -> None:
    root = {text.id: press.root(text) for text in press.texts.values()}
    texts = [reading("\n".join(text.own), text.id, site=text.outlet, title=text.title) for text in press.texts.values()]
    randomness = random.Random(3)
    pairs = [pair for pair in combinations(texts, 2) if root[pair[0].id] != root[pair[1].id]]
    joined = [(a.id, b.id) for a, b in randomness.sample(pairs, 2000) if compare(a, b, RECIPE).relation.joins]
    assert joined == []
