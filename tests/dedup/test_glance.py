"""A report at a glance: its numbers and the head of each list, to look at, in a pipe, and as JSON."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from dedup import Corpus
from dedup.records import Snapshot
from dedup.report import overview
from dedup.report.copying import Copier, fastest
from dedup.report.summary import record, summary
from tests.dedup import hostile
from tests.dedup.outlets import press_grouped, run
from tests.dedup.snapshots import article, snapshot


def printed(held: Snapshot, **console: Any) -> list[str]:
    out = io.StringIO()
    made = Console(file=out, highlight=False, markup=False, emoji=False, **{"width": 10_000, **console})
    summary(overview(held), made, UTC)
    return out.getvalue().splitlines()


def copied_thrice(text: str = "Title") -> Snapshot:
    articles, families = [], {}
    for number in range(3):
        wire = article(f"w{number}", "wire.example", 0, text=f"{number}", title=f"{text} {number}")
        slow = article(f"s{number}", "slow.example", 5, text=f"{number}")
        articles += [wire, article(f"q{number}", "quick.example", 1 + number, text=f"{number}"), slow]
        families[f"f{number}"] = [f"w{number}", f"q{number}", f"s{number}"]
    return snapshot(articles, families, {"s": ["f0", "f1"]})


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with press_grouped(tmp_path_factory.mktemp("press")) as opened:
        yield opened


def test_it_begins_with_the_numbers_and_has_the_head_of_each_list() -> None:
    told = printed(copied_thrice())
    assert told[:3] == [
        "On 20 Mar 2026: 9 articles of 3 sites",
        "3 families of copies, 1 story told more than once",
        "33% original, 67% copied",
    ]
    heads = ["Stories", "Families of copies", "Fastest copiers", "Who copies from whom"]
    assert [line for line in told if line in heads] == heads
    assert re.search(r"^ +2 +6 +3  20 Mar 2026 12:00 \+00:00  Label of s$", "\n".join(told), re.MULTILINE)
    assert re.search(r"^ +3 +3  20 Mar 2026 12:00 \+00:00  wire.example  Title 2$", "\n".join(told), re.MULTILINE)


def test_in_a_pipe_nothing_is_cut_coloured_or_padded() -> None:
    told = printed(copied_thrice("x" * 150))
    assert any("x" * 150 + " 0" in line for line in told)
    assert not any(line != line.rstrip() or "\x1b" in line for line in told)


@pytest.mark.parametrize("width", [40, 80])
def test_in_a_narrow_terminal_no_line_is_wider(width: int) -> None:
    told = printed(copied_thrice("kata " * 30), force_terminal=True, width=width)
    assert max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in told) <= width


def test_in_a_narrow_terminal_nothing_is_lost() -> None:
    held = copied_thrice("Banjir merendam tiga desa di hilir bendungan Belantik")
    console: dict[str, Any] = {"force_terminal": True, "color_system": None}
    wide, narrow = ("\n".join(printed(held, width=width, **console)).split() for width in (200, 50))
    assert sorted(wide) == sorted(narrow)


def test_who_copies_fastest_is_told_by_the_median_of_some() -> None:
    families = overview(copied_thrice()).families
    quick = Copier("quick.example", 3, timedelta(hours=2))
    assert fastest(families) == (quick, Copier("slow.example", 3, timedelta(hours=5)))
    assert fastest(families[:2]) == (), "two quick copies are chance"
    assert fastest(families[:2], least=2)[0].copies == 2


def test_nothing_yet_is_said_kindly() -> None:
    assert printed(snapshot([], updated_at=None)) == [
        "There are no articles yet: `dedup import FILE…` or `scrapy crawl news -a seeds=FILE`."
    ]
    waiting = replace(snapshot([article("a", "a.example")]), families=(), stories=())
    assert printed(waiting) == ["1 article not grouped yet: run `dedup update`."]
    (period, copies, roles) = printed(snapshot([article("a", "a.example")]))
    assert (period, copies) == (
        "On 20 Mar 2026: 1 article of 1 site",
        "0 families of copies, 0 stories told more than once",
    )
    assert roles == "100% original"
    assert record(overview(snapshot([], updated_at=None)))["period"] is None


@pytest.mark.parametrize("said", hostile.ALL)
def test_what_articles_say_steers_no_terminal(said: str) -> None:
    held = copied_thrice()
    articles = {name: replace(each, title=said, site=each.site + said) for name, each in held.articles.items()}
    stories = tuple(replace(story, label=said, terms=(said,)) for story in held.stories)
    bad = replace(held, articles=articles, stories=stories)
    for console in ({}, {"force_terminal": True, "width": 100}):
        told = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(printed(bad, **console)))
        assert hostile.STEERING.isdisjoint(told)
    assert hostile.STEERING.isdisjoint(json.dumps(record(overview(bad))))


def test_the_press_at_a_glance(pressed: Corpus, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    done = run(capsys, pressed, "report", "--terminal", "--zone", "Asia/Jakarta", "--out", tmp_path / "none")
    assert done.code == 0
    assert done.out.startswith("Between 16 Nov and 22 Nov 2026: 150 articles of 10 sites\n22 families of copies")
    told = json.loads(run(capsys, pressed, "report", "--json", "--out", tmp_path / "none").out)
    assert (told["articles"], told["families_of_copies"], told["stories_told_more_than_once"]) == (150, 22, 15)
    assert sum(told["roles"].values()) == 150
    assert len(told["top_families"]) == 10
    assert len(told["top_families"][0]["articles"]) == 6
    assert told["top_flows"][0]["source"] == "antar-nusa.test"
    assert not (tmp_path / "none").exists(), "it writes nothing"
