"""Lengths of time and moments, as people write them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.durations import duration, moment_or_age, written

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("2 days", timedelta(days=2)),
        ("45 s", timedelta(seconds=45)),
        ("1d12h", timedelta(days=1, hours=12)),
        ("1 day 12 hours", timedelta(days=1, hours=12)),
        ("2 weeks", timedelta(weeks=2)),
        (" 50 Minutes ", timedelta(minutes=50)),
        ("2 hari", timedelta(days=2)),
        ("30 menit", timedelta(minutes=30)),
        ("1 jam", timedelta(hours=1)),
        ("3 minggu", timedelta(weeks=3)),
        ("1 jam 30 menit", timedelta(minutes=90)),
        ("90 detik", timedelta(seconds=90)),
        ("36500 days", timedelta(days=36500)),
    ],
)
def test_lengths_of_time_are_read_in_english_and_indonesian(text: str, length: timedelta) -> None:
    assert duration(text) == length


@pytest.mark.parametrize("text", ["", "soon", "30", "m", "1.5h", "-2h", "2 months", "2h ago", "1 h 3", "٣ days"])
def test_what_is_no_length_of_time_is_told_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="is no length of time; write it like 30m, 2h, 1d12h, 2 days or 3 hari") as why:
        duration(text)
    assert str(why.value).startswith(repr(text))


@pytest.mark.parametrize("text", ["0s", "0d 0h", "36501 days", "999999999 weeks"])
def test_a_length_of_time_is_more_than_nothing_and_at_most_a_century(text: str) -> None:
    with pytest.raises(ValueError, match="more than nothing, and at most 36500 days"):
        duration(text)


@given(st.integers(1, 36_500 * 86_400).map(lambda seconds: timedelta(seconds=seconds)))
def test_a_length_of_time_that_is_written_down_reads_the_same(length: timedelta) -> None:
    assert duration(written(length)) == length


@pytest.mark.parametrize(
    ("length", "text"),
    [(timedelta(days=1, hours=12), "1d12h"), (timedelta(days=8), "1w1d"), (timedelta(seconds=61), "1m1s")],
)
def test_a_length_of_time_is_written_in_its_largest_units(length: timedelta, text: str) -> None:
    assert written(length) == text


def test_no_time_at_all_has_a_spelling_too() -> None:
    assert written(timedelta()) == "0s"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-06-19", datetime(2025, 6, 19, tzinfo=UTC)),
        ("2025-06-19T08:00", datetime(2025, 6, 19, 8, tzinfo=UTC)),
        ("2025-06-19 08:00+07:00", datetime(2025, 6, 19, 1, tzinfo=UTC)),
        ("2025-06-19T08:00:00Z", datetime(2025, 6, 19, 8, tzinfo=UTC)),
        ("2 days", datetime(2026, 3, 3, 12, tzinfo=UTC)),
        ("2 hari", datetime(2026, 3, 3, 12, tzinfo=UTC)),
        (" 12h ", datetime(2026, 3, 5, tzinfo=UTC)),
    ],
)
def test_a_moment_is_a_date_a_time_or_an_age(text: str, moment: datetime) -> None:
    found = moment_or_age(text, NOW)
    assert found == moment
    assert found.tzinfo is UTC


@pytest.mark.parametrize("text", ["", "yesterday", "19-06-2025", "2025-13-01", "0 days", "2025"])
def test_what_is_no_moment_is_told_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="is neither a time nor an age; write it like 2025-06-19") as why:
        moment_or_age(text, NOW)
    assert str(why.value).startswith(repr(text))


def test_a_moment_beyond_the_calendar_is_no_crash() -> None:
    with pytest.raises(ValueError, match="beyond the calendar"):
        moment_or_age("0001-01-01T00:00+07:00", NOW)
