"""The clock of a run."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.clock import Clock


def test_a_clock_starts_where_it_is_told_and_runs_on() -> None:
    seconds = iter([100.0, 100.0, 160.0])
    clock = Clock(datetime(2026, 3, 5, 12, tzinfo=UTC), elapsed_s=lambda: next(seconds))
    assert clock.now() == datetime(2026, 3, 5, 12, tzinfo=UTC)
    assert clock.now() == datetime(2026, 3, 5, 12, 1, tzinfo=UTC)


def test_a_setting_is_a_time_with_or_without_a_zone() -> None:
    noon = datetime(2026, 3, 5, 12, tzinfo=UTC)
    for text in ("2026-03-05T12:00:00", "2026-03-05T19:00:00+07:00"):
        assert abs(Clock.from_setting(text).now() - noon) < timedelta(seconds=10)


def test_no_setting_is_the_real_time() -> None:
    assert abs(Clock.from_setting("").now() - datetime.now(UTC)) < timedelta(seconds=10)


def test_a_bad_setting_says_how_a_good_one_looks() -> None:
    with pytest.raises(ValueError, match=r"NOW=yesterday: no time\. Like this"):
        Clock.from_setting("yesterday")
