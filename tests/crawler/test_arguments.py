"""The spider's arguments: what they mean, and that each one that means nothing is explained in a line."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from crawler.arguments import NewsArguments, problems

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
ALL = {
    "seeds": "seeds/*.txt",
    "since": "2 days",
    "max_pages": "500",
    "max_age": "1 week",
    "max_time": "50 minutes",
    "shard": "2/5",
    "refetch": "listings",
}


def test_arguments_mean_moments_and_lengths_of_time() -> None:
    arguments = NewsArguments.model_validate(ALL)
    assert arguments.since_at(NOW) == datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert arguments.oldest(NOW) == datetime(2026, 2, 26, 12, tzinfo=UTC)
    assert arguments.most_time == timedelta(minutes=50)
    assert arguments.shard == "2/5"
    assert arguments.max_pages == 500


def test_what_is_not_said_limits_nothing() -> None:
    arguments = NewsArguments.model_validate({"seeds": "a.txt"})
    assert (arguments.since_at(NOW), arguments.oldest(NOW), arguments.most_time, arguments.shard) == (None,) * 4
    assert (arguments.max_pages, arguments.refetch) == (None, None)


def test_a_record_of_a_run_keeps_the_arguments_as_they_were_written() -> None:
    assert NewsArguments.model_validate(ALL).model_dump(exclude_none=True) == ALL | {"max_pages": 500}
    assert NewsArguments.model_validate({"seeds": "a.txt"}).model_dump(exclude_none=True) == {"seeds": "a.txt"}


@pytest.mark.parametrize("yes", ["yes", "true", "True", "all"])
def test_refetch_is_all_to_those_who_just_say_yes(yes: str) -> None:
    assert NewsArguments.model_validate({"seeds": "a.txt", "refetch": yes}).refetch == "all"


def test_arguments_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValidationError):
        NewsArguments.model_validate(ALL).max_pages = 7


def test_every_argument_is_described() -> None:
    assert all(field.description for field in NewsArguments.model_fields.values())
    assert set(NewsArguments.model_fields) == set(ALL)


def test_good_arguments_have_no_problem() -> None:
    assert not problems(ALL)


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (
            {"sinse": "x"},
            "unknown spider argument 'sinse' (did you mean 'since'?); there are: "
            "seeds, since, max_pages, max_age, max_time, shard, refetch",
        ),
        (
            {"colour": "x"},
            "unknown spider argument 'colour'; there are: seeds, since, max_pages, max_age, max_time, shard, refetch",
        ),
        (
            {"since": "soon"},
            "spider argument since: 'soon' is neither a time nor an age; "
            "write it like 2025-06-19, 2025-06-19T08:00+07:00 or 2 days",
        ),
        ({"max_pages": "0"}, "spider argument max_pages: '0' is not a whole number from 1 up, like 500"),
        ({"max_pages": "many"}, "spider argument max_pages: 'many' is not a whole number from 1 up, like 500"),
        (
            {"max_age": "old"},
            "spider argument max_age: 'old' is no length of time; write it like 30m, 2h, 1d12h, 2 days or 3 hari",
        ),
        (
            {"max_time": ""},
            "spider argument max_time: '' is no length of time; write it like 30m, 2h, 1d12h, 2 days or 3 hari",
        ),
        (
            {"shard": "6/5"},
            "spider argument shard: '6/5' is no share; write it like 2/5, the second of five, and 1/5 to 5/5 in all",
        ),
        ({"refetch": "no"}, "spider argument refetch: 'no' is not one of listings, failed, all"),
    ],
)
def test_each_bad_argument_is_explained_in_a_line(wrong: dict[str, str], line: str) -> None:
    assert problems({"seeds": "a.txt"} | wrong) == [line]


def test_a_run_needs_seeds() -> None:
    assert problems({}) == ["the spider argument 'seeds' is missing; like this: scrapy crawl news -a seeds=seeds/*.txt"]


def test_all_problems_come_at_once() -> None:
    assert len(problems({"colour": "red", "max_pages": "x", "since": "x"})) == 4


@given(st.dictionaries(st.sampled_from([*ALL, "colour"]), st.text(max_size=20)))
def test_whatever_is_said_means_something_or_is_explained_in_plain_lines(arguments: dict[str, str]) -> None:
    lines = problems(arguments)
    if not lines:
        meant = NewsArguments.model_validate(arguments)
        assert (meant.since_at(NOW) is None) == (meant.since is None)
    assert all("\n" not in line and "pydantic" not in line and "Input" not in line for line in lines)
