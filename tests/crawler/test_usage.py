"""What `scrapy crawl news` is given is checked before anything starts: one plain line for each problem."""

import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.settings import Settings

from crawler.alone import collecting
from crawler.commands.crawl import _NUMBERS, usage_problems
from tests.crawler.crawls import PROJECT

DEMO = Settings(priority="project")
DEMO.setmodule("crawler.settings")
DEMO.set("GUARD_ALLOW", "demo.test:80=127.0.0.1")
DEMO.set("CONTACT", "")


@pytest.fixture
def seeds(tmp_path: Path) -> str:
    path = tmp_path / "seeds.txt"
    path.write_text("http://demo.test/feed\n", encoding="utf-8")
    return str(path)


def settings_with(**changed: str) -> Settings:
    settings = DEMO.copy()
    for name, value in changed.items():
        settings.set(name, value)
    return settings


def test_good_arguments_have_no_problem(seeds: str) -> None:
    arguments = {"since": "2 days", "max_pages": "5", "max_age": "1 week", "max_time": "50m", "refetch": "yes"}
    assert not usage_problems({"seeds": seeds} | arguments, DEMO)


def test_a_share_that_no_seed_falls_into_is_fine(seeds: str) -> None:
    assert [usage_problems({"seeds": seeds, "shard": f"{part}/9"}, DEMO) for part in range(1, 10)] == [[]] * 9


def test_no_revisits_is_a_setting_too(seeds: str) -> None:
    assert not usage_problems({"seeds": seeds}, settings_with(REVISIT_AFTER=""))


def test_all_numbers_that_are_checked_are_settings() -> None:
    assert all(DEMO.getpriority(name) is not None for name in _NUMBERS)


@pytest.mark.parametrize(
    ("arguments", "settings", "message"),
    [
        ({"color": "red"}, {}, "unknown spider argument 'color'; there are: seeds, since, max_pages"),
        ({"max_page": "5"}, {}, "unknown spider argument 'max_page' (did you mean 'max_pages'?)"),
        ({"max_pages": "0"}, {}, "spider argument max_pages: '0' is not a whole number from 1 up"),
        ({}, {"CONCURRENT_REQUESTS": "0"}, "setting CONCURRENT_REQUESTS=0: no number from 1 up"),
        ({"since": "soon"}, {}, "spider argument since: 'soon' is neither a time nor an age"),
        ({"since": "2026-03-06"}, {"NOW": "2026-03-05"}, "spider argument since: '2026-03-06' is still to come"),
        ({"max_age": "old"}, {}, "spider argument max_age: 'old' is no length of time"),
        ({"max_time": "-5m"}, {}, "spider argument max_time: '-5m' is no length of time"),
        ({"shard": "3/2"}, {}, "spider argument shard: '3/2' is no share"),
        ({"refetch": "some"}, {}, "spider argument refetch: 'some' is not one of listings, failed, all"),
        ({"seeds": "nowhere/*.txt"}, {}, "nowhere/*.txt: cannot read this seed list"),
        ({}, {"GUARD_ALLOW": "demo"}, "GUARD_ALLOW: 'demo' is not host:port=address"),
        ({}, {"GUARD_ALLOW": ""}, "CONTACT is not set"),
        ({}, {"GUARD_ALLOW": "demo.test:81=127.0.0.1"}, "CONTACT is not set"),
        ({}, {"NOW": "soon"}, "NOW=soon: no time"),
        ({}, {"EXTRACTION_WORKERS": "abc"}, "setting EXTRACTION_WORKERS=abc: no number"),
        ({}, {"DOWNLOAD_DELAY": "-1"}, "setting DOWNLOAD_DELAY=-1: no number"),
        ({}, {"EXTRACTION_WORKERS": "1.5"}, "setting EXTRACTION_WORKERS=1.5: no number"),
        ({}, {"MIN_FREE_GB": "lots"}, "setting MIN_FREE_GB=lots: no number"),
        ({}, {"LISTING_MAX_HOURS": "inf"}, "setting LISTING_MAX_HOURS=inf: no number"),
        ({}, {"SLOW_HOST_DELAY_S": "nan"}, "setting SLOW_HOST_DELAY_S=nan: no number"),
        ({}, {"REVISIT_AFTER": "1h,later"}, "setting REVISIT_AFTER=1h,later: 'later' is no length of time"),
    ],
)
def test_each_problem_is_one_line(
    seeds: str, arguments: dict[str, str], settings: dict[str, str], message: str
) -> None:
    (line,) = usage_problems({"seeds": seeds} | arguments, settings_with(**settings))
    assert line.startswith(message)
    assert "\n" not in line


def scrapy(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scrapy", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=PROJECT)


def test_an_unknown_spider_is_a_usage_error() -> None:
    done = scrapy("crawl", "nws")
    assert done.returncode == 2
    assert "there is no spider 'nws'" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["crawl", "news", "--wiat", "-a", "seeds=x"], "unknown option --wiat (did you mean '--wait'?)"),
        (["seeds", "--jsn", "seeds/indonesia.txt"], "unknown option --jsn (did you mean '--json'?)"),
        (["runs", "--josn=1"], "unknown option --josn (did you mean '--json'?)"),
        (["replay", "-x"], "unknown option -x; --help lists them (a file of that name: ./-x)"),
        (["rejects", "--raeson", "short"], "unknown option --raeson (did you mean '--reason'?)"),
        (["article", "--jsn", "x.html"], "unknown option --jsn (did you mean '--json'?)"),
    ],
)
def test_an_option_that_is_none_is_told_in_one_line(command: list[str], told: str) -> None:
    done = scrapy(*command)
    assert done.returncode == 2
    assert done.stderr.startswith(told)
    assert done.stderr.count("\n") == 1
    assert not done.stdout


def test_a_crawl_leaves_in_peace_while_another_collects(seeds: str, tmp_path: Path) -> None:
    allow = "GUARD_ALLOW=demo.test:80=127.0.0.1"
    places = (f"CORPUS_URL=sqlite:///{tmp_path / 'corpus.db'}", f"ARCHIVE_DIR={tmp_path / 'warc'}")
    with collecting(tmp_path):
        settings = [word for setting in (allow, *places) for word in ("-s", setting)]
        done = scrapy("crawl", "news", "-a", f"seeds={seeds}", *settings)
    assert done.returncode == 0
    assert f"another process is collecting into {tmp_path}" in done.stderr
    assert not (tmp_path / "corpus.db").exists()


def test_all_bad_arguments_are_named_at_once() -> None:
    lines = usage_problems({"color": "red", "max_pages": "x"}, DEMO)
    assert len(lines) == 3
    assert lines[0].startswith("the spider argument 'seeds' is missing")


def test_whom_a_webmaster_can_write_to_may_be_outside_the_demo(seeds: str) -> None:
    assert not usage_problems({"seeds": seeds}, settings_with(GUARD_ALLOW="", CONTACT="https://example.com/bot"))
