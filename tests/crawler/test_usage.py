"""What `scrapy crawl news` is given is checked before anything starts: one plain line for each problem."""

import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.settings import Settings
from sqlalchemy import select

from crawler.commands.crawl import usage_problems
from dedup import Corpus, tables
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
    assert not usage_problems({"seeds": seeds, "max_pages": "5"}, DEMO)


@pytest.mark.parametrize(
    ("arguments", "settings", "message"),
    [
        ({"color": "red"}, {}, "unknown spider argument 'color'; there are: seeds, max_pages"),
        ({"max_pages": "0"}, {}, "spider argument max_pages: Input should be greater than 0"),
        ({"max_pages": "many"}, {}, "spider argument max_pages: Input should be a valid integer"),
        ({"seeds": "nowhere/*.txt"}, {}, "nowhere/*.txt: cannot read this seed list"),
        ({}, {"GUARD_ALLOW": "demo"}, "GUARD_ALLOW: 'demo' is not host:port=address"),
        ({}, {"GUARD_ALLOW": ""}, "CONTACT is not set"),
        ({}, {"GUARD_ALLOW": "demo.test:81=127.0.0.1"}, "CONTACT is not set"),
        ({}, {"NOW": "soon"}, "NOW=soon: no time"),
        ({}, {"EXTRACTION_WORKERS": "abc"}, "setting EXTRACTION_WORKERS=abc: no number"),
        ({}, {"DOWNLOAD_DELAY": "-1"}, "setting DOWNLOAD_DELAY=-1: no number"),
        ({}, {"EXTRACTION_WORKERS": "1.5"}, "setting EXTRACTION_WORKERS=1.5: no number"),
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


def test_a_crawl_leaves_in_peace_while_another_collects(seeds: str, tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'corpus.db'}"
    with Corpus.open(address) as corpus, corpus.alone("collecting"):
        settings = ("-s", f"CORPUS_URL={address}", "-s", "GUARD_ALLOW=demo.test:80=127.0.0.1")
        done = scrapy("crawl", "news", "-a", f"seeds={seeds}", *settings)
        with corpus.reading() as connection:
            runs = connection.execute(select(tables.runs)).all()
    assert done.returncode == 0
    assert "another process is collecting" in done.stderr
    assert not runs


def test_all_bad_arguments_are_named_at_once() -> None:
    lines = usage_problems({"color": "red", "max_pages": "x"}, DEMO)
    assert len(lines) == 3
    assert lines[0].startswith("the spider argument 'seeds' is missing")


def test_whom_a_webmaster_can_write_to_may_be_outside_the_demo(seeds: str) -> None:
    assert not usage_problems({"seeds": seeds}, settings_with(GUARD_ALLOW="", CONTACT="https://example.com/bot"))
