"""When what answered is asked again: quiet listings rarely, busy ones often, articles while they are young."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.cadence import Cadence
from crawler.entry import AT_ONCE

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_PAUSES = st.timedeltas(timedelta(0), timedelta(days=2_000))


@pytest.mark.parametrize(
    ("quiet_for", "pause"),
    [
        (timedelta(minutes=4), timedelta(minutes=1)),
        (2 * HOUR, HOUR / 2),
        (12 * HOUR, 3 * HOUR),
        (3 * DAY, 18 * HOUR),
        (40 * DAY, DAY),
    ],
)
def test_a_listing_rests_for_a_quarter_of_the_time_it_has_named_nothing_new(
    quiet_for: timedelta, pause: timedelta
) -> None:
    assert Cadence().next_asked(NOW - quiet_for, NOW) == NOW + pause


def test_the_words_of_a_seed_fix_the_pause_and_cron_may_be_early() -> None:
    due = Cadence().next_asked(NOW - 40 * DAY, NOW, every=HOUR)
    assert NOW + 50 * timedelta(minutes=1) < due < NOW + HOUR


@given(_PAUSES, _PAUSES, st.timedeltas(HOUR, 30 * DAY))
def test_who_was_quiet_longer_rests_no_less_and_nobody_longer_than_allowed(
    one: timedelta, other: timedelta, longest: timedelta
) -> None:
    cadence = Cadence(longest=longest)
    short, long = sorted((one, other))
    assert cadence.next_asked(NOW - short, NOW) <= cadence.next_asked(NOW - long, NOW) <= NOW + longest


@pytest.mark.parametrize("since_then", [timedelta(), timedelta(minutes=3), -DAY])
def test_a_listing_that_named_something_just_now_is_due_whatever_clocks_say(since_then: timedelta) -> None:
    """Clocks get set back."""
    assert Cadence().next_asked(NOW - since_then, NOW) == AT_ONCE


def test_an_etag_is_believed_for_a_while_after_a_whole_answer() -> None:
    cadence = Cadence(believed=6 * HOUR)
    assert not cadence.conditional(None, NOW)
    assert cadence.conditional(NOW - 5 * HOUR, NOW)
    assert not cadence.conditional(NOW - 6 * HOUR, NOW)


def test_a_young_article_is_looked_at_after_an_hour_six_hours_and_a_day() -> None:
    cadence, first, now, looked = Cadence(), NOW, NOW, []
    for looks in range(4):
        then = cadence.next_look(first, looks, now)
        if then is None:
            break
        looked.append(then - first)
        now = then
    assert looked == [HOUR, 6 * HOUR, DAY]


def test_an_old_article_is_not_looked_at_again_but_one_that_was_young_is_looked_at_to_the_end() -> None:
    cadence = Cadence()
    assert cadence.next_look(NOW - 2 * DAY, 0, NOW) == NOW + HOUR
    assert cadence.next_look(NOW - 2 * DAY - HOUR, 0, NOW) is None
    assert cadence.next_look(NOW - 3 * DAY, 2, NOW) == NOW + 18 * HOUR


def test_without_looks_no_article_is_looked_at_again() -> None:
    assert Cadence(looks=()).next_look(NOW, 0, NOW) is None
