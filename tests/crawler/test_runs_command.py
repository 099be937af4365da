"""`scrapy runs`: the record of the last runs, for people and for programs."""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from crawler.commands.runs import Command
from dedup import Corpus, tables
from tests.crawler import crawls

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
COUNTS = {
    "pages/fetched": 30,
    "articles/new": 20,
    "articles/changed": 1,
    "listings/asked": 4,
    "listings/answered": 3,
    "rejected/short": 5,
    "retried/timeout": 2,
    "gone/not-found": 7,
    "bugs": 0,
}
SEEDS = {
    "https://a.example/feed": {"listings": 1, "found": 9, "pages": 12, "new": 3, "short": 5},
    "https://b.example/feed": {"listings": 1, "pages": 17, "new": 17},
    "https://c.example/feed": {"listings": 1, "timeout": 1},
}
Show = Callable[..., tuple[str, str]]


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(f"sqlite:///{tmp_path}/corpus.db") as opened:
        yield opened


@pytest.fixture
def show(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    """Give what the command prints, on standard output and standard error, in the time of Jakarta."""
    monkeypatch.setenv("TZ", "Asia/Jakarta")
    time.tzset()

    def shown(*words: str, corpus: str = f"sqlite:///{tmp_path}/corpus.db") -> tuple[str, str]:
        command = Command()
        command.settings = Settings({"CORPUS_URL": corpus})
        parser = argparse.ArgumentParser()
        command.add_options(parser)
        options, names = parser.parse_known_args(list(words))
        command.run(names, options)
        told = capsys.readouterr()
        return told.out, told.err

    yield shown
    monkeypatch.undo()
    time.tzset()


def keep(corpus: Corpus, **but: Any) -> None:
    """Keep a run that took 75 seconds and found 20 articles, or was otherwise."""
    row = {
        "started": NOW,
        "finished": NOW + timedelta(seconds=75),
        "arguments": '{"seeds": "seeds/*.txt"}',
        "counts": json.dumps(COUNTS),
        "verdict": "fine: 3 of 4 listings answered",
        "exit_code": 0,
        "details": json.dumps({"seeds": SEEDS, "sites": {"a.example": {"pages": 12}}}),
    }
    with corpus.transaction() as connection:
        connection.execute(tables.runs.insert().values(row | but))


def test_a_run_is_told_with_its_articles_by_seed_and_its_failures_by_reason(corpus: Corpus, show: Show) -> None:
    keep(corpus)
    out, err = show()
    assert out.splitlines() == [
        "run 1  2026-03-05 19:00:00 +0700  1 min 15 s  exit code 0",
        "  fine: 3 of 4 listings answered",
        "  30 pages fetched, 20 articles new, 1 changed; 3 of 4 listings answered",
        "  not an article, by reason: 7 gone not-found, 5 rejected short, 2 retried timeout",
        "      17 new  https://b.example/feed",
        "       3 new  https://a.example/feed  (5 short)",
        "       0 new  https://c.example/feed  (1 timeout)",
    ]
    assert err == ""


def test_a_run_that_was_killed_or_still_goes_on_says_so(corpus: Corpus, show: Show) -> None:
    keep(corpus, finished=None, counts="{}", verdict="", exit_code=None, details="{}")
    out, _ = show()
    assert out.splitlines() == [
        "run 1  2026-03-05 19:00:00 +0700  not finished  exit code -",
        "  no verdict: it still runs, or was killed",
        "  0 pages fetched, 0 articles new, 0 changed; 0 of 0 listings answered",
    ]


def test_what_was_still_due_at_the_end_is_told(corpus: Corpus, show: Show) -> None:
    keep(corpus, counts=json.dumps(COUNTS | {"waiting": 31}))
    assert show()[0].splitlines()[3] == "  still due at its end: 31"
    assert json.loads(show("--json")[0])["counts"]["waiting"] == 31


def test_the_newest_runs_come_first_and_no_more_than_wanted(corpus: Corpus, show: Show) -> None:
    for _ in range(12):
        keep(corpus, finished=NOW + timedelta(seconds=59))
    assert [line.split()[1] for line in show()[0].splitlines() if line.startswith("run")] == [
        str(number) for number in range(12, 2, -1)
    ]
    out, _ = show("-n", "1")
    assert out.startswith("run 12  2026-03-05 19:00:00 +0700  59 s ")
    assert out.count("\nrun") == 0


def test_of_many_seeds_the_best_are_told_and_the_rest_counted(corpus: Corpus, show: Show) -> None:
    seeds = {f"https://{number:02}.example/": {"new": number} for number in range(18)}
    keep(corpus, details=json.dumps({"seeds": seeds, "sites": {}}))
    lines = show()[0].splitlines()
    assert lines[4] == "      17 new  https://17.example/"
    assert lines[-1].strip() == "and 3 more seeds; --json has them all"
    assert sum("new  https" in line for line in lines) == 15


def test_programs_get_a_line_of_json_for_each_run(corpus: Corpus, show: Show) -> None:
    keep(corpus)
    keep(corpus, finished=None, exit_code=None, verdict="")
    killed, whole = map(json.loads, show("--json")[0].splitlines())
    assert whole == {
        "run": 1,
        "started": "2026-03-05T12:00:00+00:00",
        "finished": "2026-03-05T12:01:15+00:00",
        "seconds": 75.0,
        "arguments": {"seeds": "seeds/*.txt"},
        "exit_code": 0,
        "verdict": "fine: 3 of 4 listings answered",
        "counts": COUNTS,
        "seeds": SEEDS,
        "sites": {"a.example": {"pages": 12}},
    }
    assert (killed["run"], killed["finished"], killed["seconds"], killed["exit_code"]) == (2, None, None, None)


def test_where_there_was_no_run_it_says_how_to_begin_one(corpus: Corpus, show: Show) -> None:
    out, err = show()
    assert out == ""
    assert "scrapy crawl news -a seeds=" in err


@pytest.mark.parametrize("words", [["-n", "0"], ["-n", "-3"], ["yesterday"]])
def test_what_makes_no_sense_is_a_usage_error(corpus: Corpus, show: Show, words: list[str]) -> None:
    with pytest.raises(UsageError, match="scrapy runs -n 3"):
        show(*words)


def test_as_a_command_it_has_exit_codes_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "corpus.db").write_text("not a corpus, but long enough to be looked at twice" * 20)
    broken = crawls.run("scrapy", "runs", "-s", f"CORPUS_URL=sqlite:///{tmp_path}/corpus.db")
    assert broken.code == 4
    assert "Traceback" not in broken.err
    assert str(tmp_path) in broken.err
    missing = crawls.run("scrapy", "runs", "-s", f"CORPUS_URL=sqlite:///{tmp_path}/slip.db")
    assert missing.code == 4
    assert "slip.db" in missing.err
    wrong = crawls.run("scrapy", "runs", "-n", "many")
    assert wrong.code == 2
    assert "Traceback" not in wrong.err
