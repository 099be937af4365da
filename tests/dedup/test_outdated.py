"""A text that changed and waits for an update is shown with nothing that was found of the text it had before."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from sqlalchemy import event, select, update

from dedup import Article, Corpus, tables
from dedup.checking import check
from dedup.cli import main
from dedup.corpus import grouping, listing, outdated, saving
from dedup.corpus.readonly import open_to_read
from dedup.corpus.results import part, snapshot
from dedup.explain import explain
from dedup.records import Match, Relation
from dedup.regrouping import curve, regroup
from dedup.retelling import timeline
from dedup.shared import passages
from dedup.updating import update as group
from tests.dedup.conftest import NOW

_RANDOM = random.Random(5)
_WORDS = [f"kata{number}" for number in range(4_000)]
_LONG = _RANDOM.sample(_WORDS[:2_000], 100)
_TEXT = " ".join(_LONG)
_OTHER = " ".join(_RANDOM.sample(_WORDS[2_000:], 30))

_A = Article("https://satu.test/1", _TEXT, "Satu", "satu.test", id="a")
_B = Article("https://dua.test/1", " ".join([*_LONG, *_RANDOM.sample(_WORDS[:2_000], 20)]), "Dua", "dua.test", id="b")
_C = Article(
    "https://tiga.test/1",
    " ".join([*_LONG[:50], *_RANDOM.sample(_WORDS[:2_000], 60), *_LONG[50:]]),
    "Tiga",
    "tiga.test",
    id="c",
)


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'corpus.db'}"


def run(*arguments: str) -> None:
    """Run the command, which finds nothing wrong."""
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert not left.value.code


def grouped(corpus: Corpus, *articles: Article) -> Corpus:
    corpus.add(articles, NOW)
    group(corpus, now=NOW)
    return corpus


def pairs(corpus: Corpus) -> set[tuple[str, str]]:
    """Return the pairs that match, which every reader agrees on."""
    whole = snapshot(corpus)
    found = {(match.a, match.b) for match in whole.matches}
    some = {(match.a, match.b) for match in part(corpus, [family.id for family in whole.families]).matches}
    with corpus.reading() as connection:
        texts = dict(connection.execute(select(tables.texts.c.id, tables.texts.c.text)).all())
    for run in listing.runs(corpus):
        assert run.passage.a_end <= len(texts[run.a_text])
        assert run.passage.b_end <= len(texts[run.b_text])
    assert some == found
    assert {(match.a, match.b) for match in regroup(corpus, 0.7).matches} == found
    return found


def test_matches_of_a_changed_text_are_left_out_and_the_article_stays_in_its_family(corpus: Corpus) -> None:
    grouped(corpus, _A, _B, _C)
    assert pairs(corpus) == {("a", "b"), ("a", "c"), ("b", "c")}
    (family,) = snapshot(corpus).families
    corpus.add([replace(_B, text=_OTHER)])
    assert pairs(corpus) == {("a", "c")}
    assert snapshot(corpus).families[0].members == family.members
    assert {holder.article.id for each in passages(corpus) for holder in each.holders} == {"a", "c"}
    assert {each.article.id: each.against for each in timeline(corpus, "a", alone=True)} == {"a": "", "b": "", "c": "a"}
    group(corpus, now=NOW)
    assert [family.members for family in snapshot(corpus).families] == [("a", "c"), ("b",)]
    assert check(corpus) == []


def test_a_changed_text_stays_in_its_family_when_all_is_regrouped(corpus: Corpus) -> None:
    grouped(corpus, _A, _B, _C)
    before = {at: regroup(corpus, at).families for at in (0.55, 0.7)}
    curve_before = curve(corpus, snapshot(corpus))
    corpus.add([replace(_B, text=_OTHER)], NOW)
    assert {at: regroup(corpus, at).families for at in before} == before
    assert regroup(corpus, 0.55).families == snapshot(corpus).families
    assert curve(corpus, snapshot(corpus)) == curve_before


def test_a_changed_text_is_compared_now(corpus: Corpus) -> None:
    grouped(corpus, _A, _B)
    assert explain(corpus, "a", "b").match.relation is Relation.SYNDICATED
    corpus.add([replace(_B, text=_OTHER)])
    explained = explain(corpus, "a", "b")
    assert (explained.match.measures.shared_words, explained.match.passages, explained.path) == (0, (), ())
    assert explained.family == "a"


def test_the_weakest_tie_of_a_family_goes_with_the_text_that_it_held(corpus: Corpus) -> None:
    grouped(corpus, _A, _B)
    corpus.add([replace(_B, title="Judul lain")])
    assert snapshot(corpus).families[0].weakest is not None
    corpus.add([replace(_B, text=_OTHER)])
    assert snapshot(corpus).families[0].weakest is None
    assert part(corpus, ["a"]).families[0].weakest is None


@pytest.mark.parametrize(
    "changed",
    [replace(_B, title="Judul lain"), replace(_B, published=NOW - timedelta(days=1)), replace(_B, site="empat.test")],
    ids=["title", "date", "site"],
)
def test_an_article_that_waits_with_the_text_it_had_keeps_its_matches(corpus: Corpus, changed: Article) -> None:
    grouped(corpus, _A, _B)
    corpus.add([changed])
    assert listing.waiting(corpus) == listing.Waiting(again=1)
    assert pairs(corpus) == {("a", "b")}


def test_a_text_that_changed_back_has_its_matches_again(corpus: Corpus) -> None:
    grouped(corpus, _A, _B)
    corpus.add([replace(_B, text=_OTHER)])
    corpus.add([_B])
    assert listing.waiting(corpus) == listing.Waiting(again=1)
    assert pairs(corpus) == {("a", "b")}


def test_a_text_that_another_article_of_the_site_has_is_not_the_one_that_was_grouped(corpus: Corpus) -> None:
    grouped(corpus, _A, _B, replace(_B, url="https://dua.test/2", text=_OTHER, id="d"))
    corpus.add([replace(_B, text=_OTHER)])
    assert pairs(corpus) == set()


def test_one_of_two_articles_with_one_text_changes(corpus: Corpus) -> None:
    assert_what_changes_of_one_text_is_left_out(corpus)


def assert_what_changes_of_one_text_is_left_out(corpus: Corpus) -> None:
    copy = replace(_A, url="https://satu.test/2", id="d")
    other = replace(_A, url="https://satu.test/3", id="e")
    grouped(corpus, _A, copy, other, replace(_C, site="satu.test"))
    assert {("a", "d"), ("a", "e")} <= pairs(corpus)
    # It stands for no unit of its own: the first of the text does.
    corpus.add([replace(copy, title="Judul lain")])
    assert ("a", "d") in pairs(corpus)
    corpus.add([replace(copy, text=_OTHER)])
    assert pairs(corpus) == {("a", "c"), ("a", "e")}
    corpus.add([replace(copy, text=_C.text)])
    assert pairs(corpus) == {("a", "c"), ("a", "e")}
    corpus.add([replace(_A, text=_OTHER)])
    assert pairs(corpus) == set()


def test_whoever_reads_during_an_update_sees_the_matches_of_before_or_of_after(
    new_corpus: Callable[[], Corpus], tmp_path: Path
) -> None:
    corpus = grouped(new_corpus(), _A, _B, _C)
    corpus.add([replace(_B, text=_OTHER), replace(_C, title="Judul lain")])
    taken = 0
    with open_to_read(f"sqlite:///{tmp_path / 'corpus-0.db'}") as reader:

        def look(stage: str, done: int, total: int) -> None:
            nonlocal taken
            with reader.reading() as connection:
                taken += len(outdated.waiting(connection))
            assert {(match.a, match.b) for match in snapshot(reader).matches} == {("a", "c")}

        group(corpus, now=NOW, progress=look)
        assert taken
        assert {(match.a, match.b) for match in snapshot(reader).matches} == {("a", "c")}


def test_the_update_itself_goes_by_what_is_stored(corpus: Corpus) -> None:
    grouped(corpus, _A, _B, _C)
    corpus.add([replace(_B, text=_OTHER)])
    assert grouping.matches_of(corpus, ["b"]).keys() == {("a", "b"), ("b", "c")}


def test_nothing_is_asked_of_texts_where_nothing_waits(corpus: Corpus) -> None:
    grouped(corpus, _A, _B)
    with patch("dedup.corpus.results._MATCHED_NOW", None):
        assert snapshot(corpus).matches
    with patch("dedup.corpus.outdated.of_now", side_effect=AssertionError):
        assert list(listing.runs(corpus))


@pytest.fixture
def waiting(address: str) -> str:
    with Corpus.open(address) as corpus:
        grouped(corpus, _A, _B, _C)
        corpus.add([replace(_B, text=_OTHER), Article("https://lima.test/1", _OTHER, "Lima", "lima.test")])
    return address


_SAID = "dedup: 1 article not grouped yet, 1 to be grouped again: run `dedup update`\n"
_COMMANDS = [
    ["groups"],
    ["groups", "--json"],
    ["groups", "--at", "0.7"],
    ["explain", "a", "b"],
    ["diff", "a", "b"],
    ["report"],
    ["report", "--terminal"],
    ["report", "--at", "0.7"],
    ["passages"],
    ["export"],
    ["data"],
    ["search", "kata1"],
    ["story", "a"],
    ["timeline", "a"],
    ["origin", "a"],
    ["flows"],
    ["find", "text.txt"],
]


@pytest.mark.parametrize("command", _COMMANDS, ids=" ".join)
def test_commands_that_print_results_say_what_waits(
    waiting: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scrapy.cfg").write_text("")
    (tmp_path / "text.txt").write_text(_TEXT)
    run(*command, "--corpus", waiting)
    assert capsys.readouterr().err == _SAID


def test_a_diff_of_a_changed_text_shows_it_whole(waiting: str, capsys: pytest.CaptureFixture[str]) -> None:
    run("diff", "a", "b", "--json", "--corpus", waiting)
    shown = json.loads(capsys.readouterr().out)
    assert (shown["passages"], [run["text"] for run in shown["b_text"]]) == (0, [_OTHER])


def test_a_report_shows_a_changed_text_beside_no_other(
    waiting: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("report", "--out", str(tmp_path / "reports"), "--corpus", waiting)
    (page,) = (Path(capsys.readouterr().out.strip()).parent / "families").glob("*.html")
    written = page.read_text()
    assert _OTHER in written
    assert written.count('<details class="pair">') == 1


def test_only_what_changed_is_said_to_be_grouped_again(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    with Corpus.open(address) as corpus:
        grouped(corpus, _A, _B)
    run("groups", "--corpus", address)
    assert capsys.readouterr().err == ""
    with Corpus.open(address) as corpus:
        corpus.add([replace(_B, title="Judul lain"), replace(_A, title="Judul lain")])
        with corpus.transaction() as connection:
            connection.execute(update(tables.changes).values(taken=1))
    run("groups", "--corpus", address)
    assert capsys.readouterr().err == "dedup: 2 articles to be grouped again: run `dedup update`\n"


def test_matches_that_a_rebuild_has_not_made_yet_are_no_error(corpus: Corpus) -> None:
    grouped(corpus, _A, _B, _C)
    saving.forget_results(corpus)
    assert snapshot(corpus).matches == ()
    assert listing.waiting(corpus) == listing.Waiting(again=3)
    found: Match = explain(corpus, "a", "b").match
    assert found.relation is Relation.SYNDICATED


def test_a_page_of_one_family_asks_only_whether_its_own_articles_wait(corpus: Corpus) -> None:
    grouped(corpus, _A, _B)
    corpus.add([replace(_A, url=f"https://lain.test/{number}", id=f"x{number}") for number in range(3)])
    asked = []

    def note(_: object, __: object, statement: str, parameters: object, *___: object) -> None:
        if statement.startswith("SELECT changes.article") and "LIMIT" not in statement:
            asked.append(str(parameters))

    event.listen(corpus.engine, "before_cursor_execute", note)
    assert [family.weakest is not None for family in part(corpus, ["a"]).families] == [True]
    assert [("a" in one, "x0" in one) for one in asked] == [(True, False)]
