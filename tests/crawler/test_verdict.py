"""The verdict on a run: a run that finds nothing does not look like a quiet day."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.sites import Yield
from crawler.verdict import BUG, FINE, NOTHING, STORAGE, Worries, barren, verdict
from tests.crawler import crawls
from tests.crawler.stage import Stage

GOOD = {"seeds/asked": 3, "seeds/answered": 2, "seeds/named": 40, "listings/asked": 9, "listings/answered": 7}
DEAF = GOOD | {"seeds/answered": 0, "seeds/named": 0}


@pytest.mark.parametrize(
    ("counts", "code", "words"),
    [
        (GOOD, FINE, "fine: 7 of 9 listings answered, 2 did not"),
        (GOOD | {"listings/answered": 9}, FINE, "fine: 9 of 9 listings answered"),
        ({"seeds/articles": 4, "seeds/articles-answered": 3}, FINE, "fine: 3 of 4 articles of the seed lists answered"),
        ({"seeds/articles": 4}, NOTHING, "none of the 4 articles of the seed lists answered"),
        (GOOD | {"seeds/articles": 4}, FINE, "fine: 7 of 9 listings answered, 2 did not"),
        ({}, FINE, "fine: no listing was due"),
        ({"articles/new": 5}, FINE, "fine: no listing was due"),
        (DEAF, NOTHING, "none of the 3 listings of the seed lists answered"),
        (GOOD | {"seeds/named": 0}, NOTHING, "2 of 3 listings of the seed lists answered, but none named an address"),
        (GOOD | {"bugs": 1}, BUG, "errors in the program itself"),
        (GOOD | {"lost": 2}, BUG, "2 addresses were handed out and never came back"),
        (DEAF | {"bugs": 1, "lost": 1}, BUG, "errors in the program itself"),
    ],
)
def test_counts_decide_the_exit_code_and_its_words(counts: dict[str, int], code: int, words: str) -> None:
    found = verdict(counts)
    assert found.exit_code == code
    assert words in found.words


@pytest.mark.parametrize(
    ("kind", "good", "code", "words"),
    [
        ("kind=article", 0, NOTHING, "none of the 2 articles of the seed lists answered"),
        ("kind=article", 1, FINE, "fine: 1 of 2 articles of the seed lists answered, 1 did not"),
        ("", 0, NOTHING, "none of the 2 listings of the seed lists answered"),
    ],
)
def test_a_list_of_articles_none_of_which_answers_is_no_fine_run(
    tmp_path: Path, kind: str, good: int, code: int, words: str
) -> None:
    with Stage() as stage:
        stage.outlet("satu.example", good)
        paths = [f"/berita/{100_000 + number}/kabar-dari-desa-nomor-{number}" for number in range(2)]
        place = stage.place(tmp_path, *(f"{stage.url('satu.example', path)} {kind}" for path in paths))
        ended = crawls.run(*place.command())
    assert ended.code == code, ended.err
    assert f"; {words}" in ended.err


def test_a_full_disk_is_worse_than_all_else_and_is_named() -> None:
    found = verdict(GOOD | {"bugs": 1}, OSError("No space left on device"), Worries(blocked=["a.example"]))
    assert found.exit_code == STORAGE
    assert "No space left on device" in found.words


@pytest.mark.parametrize(
    ("worries", "words"),
    [
        (Worries(blocked=["a.example", "b.example"]), "blocked by a.example, b.example"),
        (Worries(barren=["a.example"]), "most pages hold no article any more: a.example"),
        (Worries(dried_up=["https://a.example/feed"]), "named nothing for several runs: https://a.example/feed"),
    ],
)
def test_what_is_wrong_with_one_site_or_seed_is_named_and_sets_the_exit_code(worries: Worries, words: str) -> None:
    assert verdict(GOOD, worries=worries).exit_code == NOTHING
    assert verdict(GOOD, worries=worries).words == words
    assert verdict({}, worries=worries).exit_code == NOTHING
    assert verdict(DEAF, worries=worries).words == f"none of the 3 listings of the seed lists answered; {words}"
    assert verdict(GOOD | {"bugs": 1}, worries=worries).exit_code == BUG


def test_all_worries_are_told_and_of_many_names_the_first() -> None:
    sites = [f"{letter}.example" for letter in "abcdefg"]
    words = verdict(GOOD, worries=Worries(sites, ["x.example"], ["y"])).words
    assert words.startswith("blocked by a.example, b.example, c.example, d.example, e.example and 2 more; most")
    assert words.endswith("x.example; named nothing for several runs: y")


@pytest.mark.parametrize(
    ("before", "now", "alarming"),
    [
        (Yield(100, 5), Yield(20, 18), True),
        (Yield(100, 5), Yield(10, 5), True),
        (Yield(100, 5), Yield(9, 9), False),
        (Yield(9, 0), Yield(20, 20), False),
        (Yield(100, 40), Yield(20, 12), False),
        (Yield(100, 5), Yield(100, 49), False),
        (Yield(), Yield(20, 20), False),
    ],
)
def test_a_site_is_barren_when_most_pages_have_lost_their_article(before: Yield, now: Yield, alarming: bool) -> None:
    assert barren({"a.example": before}, {"a.example": now}) == (["a.example"] if alarming else [])


def test_a_new_site_is_no_cause_for_alarm_and_several_are_told_in_order() -> None:
    bad, good = Yield(50, 50), Yield(50, 0)
    assert barren({}, {"a.example": bad}) == []
    assert barren(dict.fromkeys("cab", good), dict.fromkeys("bca", bad)) == ["a", "b", "c"]


_COUNTS = st.dictionaries(
    st.sampled_from(["bugs", "lost", "seeds/asked", "seeds/answered", "seeds/named", "seeds/articles"]),
    st.integers(0, 3),
)
_NAMES = st.lists(st.sampled_from("abc"), max_size=2)


@given(_COUNTS, st.builds(Worries, _NAMES, _NAMES, _NAMES))
def test_only_a_fine_run_says_so_and_every_verdict_has_words(counts: dict[str, int], worries: Worries) -> None:
    found = verdict(counts, worries=worries)
    assert found.words
    assert found.words.startswith("fine") == (found.exit_code == FINE)
    if worries.blocked or worries.barren or worries.dried_up or counts.get("lost") or counts.get("bugs"):
        assert found.exit_code != FINE
