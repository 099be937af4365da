"""`scrapy seeds`: what each line of a seed list is understood as, in words and as JSON, and what is wrong with it."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.exceptions import UsageError

from crawler.commands.seeds import Command
from crawler.seedlist import _WORDS, KINDS
from tests.crawler.crawls import PROJECT

LIST = """\
# news of the east
https://a.example/
https://a.example/berita kind=section depth=1 every=90m lang=id
https://www.b.example/rss kind=feed max=1 follow=/news/*,/sport/* skip=*/video/* paging=off

https://c.example/x site=a.example depth=0 paging=?page=all
"""


def run(*arguments: str) -> int:
    """Run the command in this process; return its exit code."""
    command = Command()
    # The options of Scrapy's own need a whole project's settings.
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", dest="as_json", action="store_true")
    parser.add_argument("lists", nargs="*")
    options = parser.parse_args(arguments)
    command.run(options.lists, options)
    return command.exitcode


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    path = tmp_path / "east.txt"
    path.write_text(LIST, encoding="utf-8")
    return path


def test_each_line_is_told_in_words(seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(seeds)) == 0
    assert capsys.readouterr() == (
        f"{seeds}\n"
        "     2  https://a.example/\n"
        "        site: its feeds, sitemaps and sections will be looked for; site a.example\n"
        "     3  https://a.example/berita\n"
        "        section: the articles that it links to, and its older pages; site a.example; only articles in id; "
        "asked every 1h30m; 1 older page followed\n"
        "     4  https://www.b.example/rss\n"
        "        feed; site b.example; at most 1 article a run; only /news/* /sport/*; not */video/*; "
        "paged articles not joined\n"
        "     6  https://c.example/x\n"
        "        feed, sitemap, section or article: its first answer will tell; its articles are those of a.example; "
        "no older pages followed; all of a paged article at its address with ?page=all behind\n"
        "in all: 4 addresses of 2 sites in 1 list\n",
        "",
    )


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_words(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    path = tmp_path / "one.txt"
    path.write_text(f"https://a.example/x kind={kind}\n", encoding="utf-8")
    assert run(str(path)) == 0
    assert capsys.readouterr().out.splitlines()[2].strip().startswith(kind)


def test_several_lists_and_patterns_are_told_one_after_the_other(
    tmp_path: Path, seeds: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "west.txt"
    other.write_text("https://w.example/feed kind=feed\nhttps://a.example/\n", encoding="utf-8")
    assert run(str(other), f"{tmp_path}/e*.txt") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.endswith(".txt")] == [str(other), str(seeds)]
    assert lines[-1] == "in all: 5 addresses of 3 sites in 2 lists"


def test_json_has_a_record_for_each_line(seeds: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--json", str(seeds)) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["line"] for record in records] == [2, 3, 4, 6]
    assert records[2] == {
        "list": str(seeds),
        "line": 4,
        "url": "https://www.b.example/rss",
        "understood": "feed",
        "kind": "feed",
        "site": "b.example",
        "lang": None,
        "every_s": None,
        "depth": None,
        "max": 1,
        "follow": ["/news/*", "/sport/*"],
        "skip": ["*/video/*"],
        "paging": "off",
    }
    assert (records[0]["kind"], records[0]["paging"], records[1]["every_s"]) == (None, "auto", 5400)


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_problems_go_to_stderr_and_the_exit_code_is_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: list[str]
) -> None:
    path = tmp_path / "bad.txt"
    path.write_text("https://a.example/ knd=feed\nhttps://b.example/\nnonsense\n", encoding="utf-8")
    assert run(*option, str(path)) == 2
    told = capsys.readouterr()
    assert not told.out
    assert [line.partition(": ")[0] for line in told.err.splitlines()] == [f"{path}:1", f"{path}:3"]


def test_without_a_list_the_usage_is_told() -> None:
    with pytest.raises(UsageError, match=r"no seed list; like this: scrapy seeds seeds/indonesia\.txt"):
        run()


def test_it_is_a_command_of_scrapy_that_starts_nothing(seeds: Path) -> None:
    def scrapy(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "scrapy", "seeds", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=PROJECT)

    done = scrapy("--json", str(seeds))
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 4, "")
    told = scrapy("--help").stdout
    assert "\n  scrapy seeds --json seeds/*.txt" in told
    assert all(f"\n  {word}=" in told for word in _WORDS)
    assert scrapy().returncode == 2


def test_it_ends_quietly_where_nobody_reads_and_with_a_word_where_nothing_can_be_written(seeds: Path) -> None:
    command = [sys.executable, "-m", "scrapy", "seeds", str(seeds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""
    assert process.returncode == 141
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=PROJECT)
    assert (done.returncode, done.stderr) == (4, "what is printed cannot be written: No space left on device\n")
