"""What `scrapy crawl news` is given is checked before anything starts: one plain line for each problem."""

from pathlib import Path

import pytest
from scrapy.settings import Settings

from crawler.commands.crawl import usage_problems

DEMO = {"GUARD_ALLOW": "demo.test:80=127.0.0.1"}


@pytest.fixture
def seeds(tmp_path: Path) -> str:
    path = tmp_path / "seeds.txt"
    path.write_text("http://demo.test/feed\n", encoding="utf-8")
    return str(path)


def test_good_arguments_have_no_problem(seeds: str) -> None:
    assert not usage_problems({"seeds": seeds, "max_pages": "5"}, Settings(DEMO))


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
    ],
)
def test_each_problem_is_one_line(
    seeds: str, arguments: dict[str, str], settings: dict[str, str], message: str
) -> None:
    (line,) = usage_problems({"seeds": seeds} | arguments, Settings(DEMO | settings))
    assert line.startswith(message)
    assert "\n" not in line


def test_all_bad_arguments_are_named_at_once() -> None:
    lines = usage_problems({"color": "red", "max_pages": "x"}, Settings(DEMO))
    assert len(lines) == 3
    assert lines[0].startswith("the spider argument 'seeds' is missing")


def test_whom_a_webmaster_can_write_to_may_be_outside_the_demo(seeds: str) -> None:
    assert not usage_problems({"seeds": seeds}, Settings({"CONTACT": "https://example.com/bot"}))
