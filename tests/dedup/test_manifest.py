"""The manifest of a report: the same for the same corpus, another for any change, and it knows its files."""

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Corpus
from dedup.errors import GemaError
from dedup.records import Article, Pin, Recipe, Tie, Verdict
from dedup.report import sheets
from dedup.report.files import write
from dedup.report.manifest import Differences, fingerprint, manifest, results, seal, verify
from tests.dedup.outlets import grouped, press_articles, run
from tests.dedup.snapshots import NOON, article, match, snapshot

HELD = [article(name, f"{name}.example", hours) for hours, name in enumerate("abcde")]
PINS = [Pin("a.example", "Baca juga", True), Pin("b.example", "Sumber", False)]
VERDICTS = [Verdict("a", "b", True), Verdict("c", "d", False)]
PLAIN = fingerprint(HELD, PINS, VERDICTS, Recipe())


# --- the corpus -------------------------------------------------------------------------------------


@given(st.permutations(HELD), st.permutations(PINS), st.permutations(VERDICTS))
def test_order_does_not_matter(articles: Sequence[Article], pins: Sequence[Pin], verdicts: Sequence[Verdict]) -> None:
    assert fingerprint(iter(articles), pins, verdicts, Recipe()) == PLAIN


def other(value: Any) -> Any:
    if value is None:
        return NOON
    if isinstance(value, tuple):
        return (*value, "x")
    return value + timedelta(microseconds=1) if not isinstance(value, str) else value + "x"


@pytest.mark.parametrize("name", [field.name for field in fields(Article)])
@pytest.mark.parametrize("place", range(len(HELD)))
def test_any_field_of_any_article_makes_it_another(name: str, place: int) -> None:
    changed = list(HELD)
    changed[place] = replace(changed[place], **{name: other(getattr(changed[place], name))})
    assert fingerprint(changed, PINS, VERDICTS, Recipe()) != PLAIN


def test_articles_that_come_or_go_and_what_was_said_make_it_another() -> None:
    found = {
        PLAIN,
        fingerprint(HELD[1:], PINS, VERDICTS, Recipe()),
        fingerprint([*HELD, article("f", "f.example")], PINS, VERDICTS, Recipe()),
        fingerprint(HELD, PINS[1:], VERDICTS, Recipe()),
        fingerprint(HELD, [replace(PINS[0], repeated=False), PINS[1]], VERDICTS, Recipe()),
        fingerprint(HELD, PINS, VERDICTS[1:], Recipe()),
        fingerprint(HELD, PINS, [replace(VERDICTS[0], together=False), VERDICTS[1]], Recipe()),
        fingerprint(HELD, PINS, VERDICTS, Recipe(syndicated_share=0.6)),
        fingerprint([], [], [], Recipe()),
    }
    assert len(found) == 9


def test_a_moment_is_the_same_in_any_zone() -> None:
    there = [
        replace(each, published=each.published and each.published.astimezone(timezone(timedelta(hours=7))))
        for each in HELD
    ]
    assert fingerprint(there, PINS, VERDICTS, Recipe()) == PLAIN


def test_texts_that_no_file_can_hold_have_a_fingerprint() -> None:
    assert fingerprint([article("a", "a.example", text="\ud800")], [], [], Recipe()) != PLAIN


def test_results_differ_by_families_stories_and_matches() -> None:
    plain = snapshot(HELD, {"f": ["a", "b"]}, {"s": ["f", "c"]}, [match("a", "b")])
    assert results(plain) == results(replace(plain, articles={}))
    others = [
        snapshot(HELD, {"g": ["a", "b"]}, {"s": ["g", "c"]}, [match("a", "b")]),
        snapshot(HELD, {"f": ["a", "b"]}, {"s": ["f", "d"]}, [match("a", "b")]),
        snapshot(HELD, {"f": ["a", "b"]}, {"s": ["f", "c"]}, [match("a", "c")]),
        replace(plain, families=tuple(each._replace(weakest=Tie("a", "b", 0.5)) for each in plain.families)),
    ]
    assert len({results(each) for each in (plain, *others)}) == 5


# --- the manifest -----------------------------------------------------------------------------------


def test_it_says_what_a_report_was_made_from() -> None:
    made = snapshot(HELD, {"f": ["a", "b"]}, {"s": ["f", "c"]}, [match("a", "b")])
    told = manifest(made, PINS, VERDICTS, {"zone": "Asia/Jakarta"}, "2026-03-19T000000Z", {"gema-news": "1"})
    assert told["corpus"]["fingerprint"] == PLAIN
    assert told["corpus"]["updated_at"] == "2026-03-21T12:00:00+00:00"
    assert Recipe(**{k: v for k, v in told["recipe"].items() if k != "fingerprint"}) == made.recipe
    assert (told["arguments"], told["compared_with"]) == ({"zone": "Asia/Jakarta"}, "2026-03-19T000000Z")
    assert told["versions"] == {"gema-news": "1"}
    assert told["counts"] == {
        "articles": 5,
        "not_grouped_yet": 0,
        "sites": 5,
        "families": 4,
        "families_of_copies": 1,
        "stories": 3,
        "stories_told_more_than_once": 1,
        "matches": {"near": 1},
    }
    assert json.loads(json.dumps(told)) == told
    assert manifest(made, PINS, VERDICTS, versions={})["versions"] == {}
    assert {"python", "numpy"} <= manifest(made)["versions"].keys()


def test_two_reports_of_one_corpus_are_identical(
    new_corpus: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    some = press_articles()[:30]
    for folder, held in (("one", some), ("other", some[::-1])):
        corpus = grouped(new_corpus(), *held)
        assert run(capsys, corpus, "report", "--out", tmp_path / folder, "--zone", "Asia/Jakarta").code == 0
    one, other_ = ((tmp_path / folder / "latest") for folder in ("one", "other"))
    assert (one / "manifest.json").read_bytes() == (other_ / "manifest.json").read_bytes()
    assert verify(one) == verify(other_) == Differences()


# --- files ------------------------------------------------------------------------------------------


def test_a_report_knows_its_files(tmp_path: Path) -> None:
    made = snapshot(HELD)
    page = write(sheets.report(made), tmp_path, NOON, made_from=lambda: manifest(made))
    report = page.parent
    assert set(json.loads((report / "manifest.json").read_text())["files"]) == {
        path.relative_to(report).as_posix()
        for path in report.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert not verify(report)


def test_what_was_changed_taken_away_or_added_is_told(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("a", "b", "deep/c"):
        (tmp_path / name).write_text(name)
    seal(tmp_path, {"manifest": 1})
    (tmp_path / "a").write_text("other")
    (tmp_path / "deep" / "c").unlink()
    (tmp_path / "deep" / "d").write_text("d")
    assert verify(tmp_path) == Differences(("a",), ("deep/c",), ("deep/d",))


@pytest.mark.parametrize("said", [None, "", "[]", "{}", '{"files": 3}', "\x00", '{"files": ["a"]}'])
def test_a_folder_without_a_manifest_is_no_report(tmp_path: Path, said: str | None) -> None:
    if said is not None:
        (tmp_path / "manifest.json").write_text(said)
    with pytest.raises(GemaError, match="manifest"):
        verify(tmp_path)


def test_a_manifest_reads_nothing_outside_its_folder(tmp_path: Path) -> None:
    report = tmp_path / "report"
    report.mkdir()
    (tmp_path / "secret").write_text("s")
    (report / "manifest.json").write_text(json.dumps({"files": {"../secret": "0", "/etc/hostname": "0"}}))
    assert verify(report) == Differences(missing=("../secret", "/etc/hostname"))


def test_the_command_tells_what_is_not_as_it_was(
    corpus: Corpus, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    grouped(corpus, *press_articles()[:5])
    assert run(capsys, corpus, "report", "--out", tmp_path).code == 0
    report = tmp_path / "latest"
    assert run(capsys, corpus, "report", "--verify", report).code == 0
    with (report / "index.html").open("a") as page:
        page.write(" ")
    told = run(capsys, corpus, "report", "--verify", report)
    assert (told.code, told.out) == (4, "changed: index.html\n")
    assert run(capsys, corpus, "report", "--verify", tmp_path).code == 2
