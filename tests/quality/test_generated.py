"""A generated corpus is what it says: the same again from the same seed, and its truth is what stands in its texts."""

from collections import defaultdict
from itertools import islice
from statistics import median

import numpy as np
import pytest

from tests.quality.generated.corpus import articles, groups
from tests.quality.generated.texts import FURNITURE
from tests.quality.generated.truth import JOINING, Group, Made, Planted, cases, share, shared
from tests.quality.generated.vocabulary import vocabulary

SIZE, SEED = 3_000, 7


@pytest.fixture(scope="module")
def made() -> list[Group]:
    return list(groups(SIZE, SEED))


@pytest.fixture(scope="module")
def planted(made: list[Group]) -> dict[str, list[Planted]]:
    kinds = defaultdict(list)
    for group in made:
        for pair in group.pairs:
            kinds[pair.kind].append(pair)
    return kinds


def all_of(made: list[Group]) -> list[Made]:
    return [one for group in made for one in group.made]


def bare(pair: Planted) -> bool:
    return not any((text.origins == FURNITURE).any() for text in (pair.a.text, pair.b.text))


def test_the_same_seed_gives_the_same_articles_and_another_one_others() -> None:
    assert list(articles(700, 3)) == list(articles(700, 3))
    assert {article.text for article in articles(700, 3)}.isdisjoint(article.text for article in articles(700, 4))


@pytest.mark.parametrize("size", [1, 60, 999, 3_001])
def test_a_corpus_has_as_many_articles_as_were_asked_for(size: int) -> None:
    found = list(articles(size, 2, window=500))
    assert len(found) == len({article.id for article in found}) == len({article.url for article in found}) == size


def test_what_comes_first_does_not_wait_for_what_comes_last() -> None:
    # Made as a whole it would take half an hour and all memory.
    taken = [len(group.made) for group in islice(groups(10_000_000, 1), 400)]
    assert sum(taken) < 2_000


def test_every_kind_is_planted(planted: dict[str, list[Planted]]) -> None:
    copies = {"exact", "light", "edited", "wire", "truncated"}
    others = {"revision", "merge", "digest of whole briefs", "digest of beginnings", "quotes", "ten times on a site"}
    templates = {"template", "template, often", "template on two sites"}
    missing = (copies | {f"{kind} of many" for kind in copies} | others | templates) - set(planted)
    assert not missing


def test_articles_are_like_news(made: list[Group]) -> None:
    found = all_of(made)
    lengths = [int((one.text.origins != FURNITURE).sum()) for one in found]
    assert 300 <= median(lengths) <= 400
    assert min(lengths) >= 40
    assert {one.article.language for one in found} == {"id", "en"}
    dressed = [group.made[0] for group in made if len(group.made) == 1]
    furnished = sum(bool((one.text.origins == FURNITURE).any()) for one in dressed)
    assert furnished / len(dressed) == pytest.approx(0.35, abs=0.05)
    assert all(one.article.published and one.article.published.tzinfo for one in found)


def test_families_are_the_planted_copies_and_nothing_else(made: list[Group]) -> None:
    for group in made:
        together = {(pair.a.family == pair.b.family, not pair.relations.isdisjoint(JOINING)) for pair in group.pairs}
        assert together <= {(True, True), (False, False)}
        held = {one.family for one in group.made}
        joined = sum(pair.a.family == pair.b.family for pair in group.pairs)
        assert len(held) == len(group.made) - joined
    homes = [{one.family for one in group.made} for group in made]
    assert sum(map(len, homes)) == len(set().union(*homes))


def test_words_said_to_be_shared_are_the_same_in_both_texts(planted: dict[str, list[Planted]]) -> None:
    known = vocabulary()
    for pairs in planted.values():
        for pair in pairs[:40]:
            words = []
            for one, column in ((pair.a, 0), (pair.b, 1)):
                rows = shared(pair.a.text, pair.b.text)[:, column]
                starts, stops = known.spans(one.text)
                places = zip(starts[rows].tolist(), stops[rows].tolist(), strict=True)
                words.append([one.article.text[start:stop].casefold() for start, stop in places])
            assert words[0] == words[1]


def test_an_exact_copy_without_furniture_is_one_passage_from_end_to_end(planted: dict[str, list[Planted]]) -> None:
    exact = [pair for pair in planted["exact"] + planted["ten times on a site"] if bare(pair)]
    assert exact
    for pair in exact:
        assert pair.a.article.text == pair.b.article.text
        assert pair.relations == {"exact"}
        (case,) = cases(pair.a.text, pair.b.text)
        assert (case.a_start, case.b_start) == (0, 0)
        # The last full stop is no word.
        assert len(pair.a.article.text) - case.a_end <= 2


def test_furniture_is_no_part_of_a_passage(planted: dict[str, list[Planted]]) -> None:
    for pair in planted["exact"]:
        starts, _ = vocabulary().spans(pair.b.text)
        for case in cases(pair.a.text, pair.b.text):
            inside = (starts >= case.b_start) & (starts < case.b_end)
            assert not (pair.b.text.origins[inside] == FURNITURE).any()


@pytest.mark.parametrize(("kind", "least", "most"), [("light", 0.94, 0.995), ("edited", 0.88, 0.96)])
def test_edits_leave_as_much_as_they_say(
    planted: dict[str, list[Planted]], kind: str, least: float, most: float
) -> None:
    shares = [share(pair.a.text, pair.b.text) for pair in planted[kind]]
    assert least <= np.quantile(shares, 0.05)
    assert np.quantile(shares, 0.95) <= most


def test_a_truncated_copy_is_the_beginning_and_nothing_more(planted: dict[str, list[Planted]]) -> None:
    for pair in planted["truncated"]:
        assert share(pair.a.text, pair.b.text) == 1.0
        rows = shared(pair.a.text, pair.b.text)
        full = int((pair.a.text.origins != FURNITURE).sum())
        assert 0.25 <= len(rows) / full <= 0.35


def test_another_desk_keeps_most_of_a_wire_under_a_lead_of_its_own(planted: dict[str, list[Planted]]) -> None:
    for pair in planted["wire"]:
        assert share(pair.a.text, pair.b.text) >= 0.6
        assert pair.b.text.origins[0] not in set(pair.a.text.origins.tolist())


def test_a_merge_holds_most_of_both_wires(planted: dict[str, list[Planted]]) -> None:
    for pair in planted["merge"]:
        assert 0.55 <= share(pair.a.text, pair.b.text) <= 0.96
        rows = shared(pair.a.text, pair.b.text)
        assert len(rows) <= 0.75 * int((pair.b.text.origins != FURNITURE).sum())


def test_quotations_stand_in_quotation_marks_in_both(planted: dict[str, list[Planted]]) -> None:
    for pair in planted["quotes"]:
        for case in cases(pair.a.text, pair.b.text):
            assert pair.a.article.text[case.a_start - 1] == pair.b.article.text[case.b_start - 1] == "“"
