"""What answers mean: nothing is asked for again that is settled, and nobody is asked too soon."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.outcome import ATTEMPTS, CLOSED_FOR, Outcome, State, Step, blocked_pause, of_status, step

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
TIMEOUT = Outcome(State.PENDING, "timeout")


def pauses(outcome: Outcome, times: int, listing: bool = False) -> list[timedelta | None]:
    """Return how long an address waits after each of so many visits with the same outcome."""
    steps = [step(outcome, attempts, NOW, listing, outcome.reason) for attempts in range(times)]
    return [found.next_visit - NOW if found.next_visit else None for found in steps]


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        (304, State.DONE, "unchanged"),
        (404, State.GONE, "not-found"),
        (410, State.GONE, "not-found"),
        (401, State.BLOCKED, "forbidden"),
        (403, State.BLOCKED, "forbidden"),
        (451, State.BLOCKED, "forbidden"),
        (429, State.BLOCKED, "too-many"),
        (408, State.PENDING, "server-error"),
        (425, State.PENDING, "server-error"),
        (500, State.PENDING, "server-error"),
        (599, State.PENDING, "server-error"),
        (400, State.FAILED, "refused"),
        (301, State.FAILED, "refused"),
    ],
)
def test_a_status_decides_the_state_and_its_reason(status: int, state: State, reason: str) -> None:
    assert of_status(status) == Outcome(state, reason, status)


@pytest.mark.parametrize("status", [200, 203, 299])
def test_of_a_page_the_body_decides(status: int) -> None:
    assert of_status(status) is None


def test_pauses_grow_until_a_page_has_failed() -> None:
    *waiting, last = pauses(TIMEOUT, ATTEMPTS)
    times = [pause for pause in waiting if pause is not None]
    assert len(times) == ATTEMPTS - 1
    assert times == sorted(set(times))
    assert times[0] > timedelta()
    assert last is None
    assert step(TIMEOUT, ATTEMPTS - 1, NOW).state is State.FAILED


def test_a_page_outlasts_an_outage_of_three_days() -> None:
    assert sum(filter(None, pauses(TIMEOUT, ATTEMPTS)), timedelta()) > timedelta(days=3)


def test_a_listing_is_never_given_up_and_a_dead_one_is_asked_every_two_weeks() -> None:
    waits = pauses(Outcome(State.GONE, "not-found", 404), 30, listing=True)
    times = [wait for wait in waits if wait is not None]
    assert len(times) == 30
    assert times == sorted(times)
    assert times[0] == timedelta(minutes=10)
    assert times[-1] == timedelta(days=14)


def test_a_listing_that_was_forgotten_is_not_asked_again() -> None:
    assert step(Outcome(State.SKIPPED, "forgotten"), 0, NOW, listing=True).next_visit is None


def test_what_led_to_where_no_crawler_goes_is_asked_again_as_what_failed() -> None:
    refused = Outcome(State.SKIPPED, "guard")
    assert pauses(refused, 30, listing=True)[-1] == timedelta(days=14)
    assert pauses(refused, 7) == [*pauses(TIMEOUT, 5), None, None]
    assert step(refused, ATTEMPTS - 1, NOW, before="guard") == Step(State.SKIPPED, ATTEMPTS, None)


def test_who_blocks_us_is_left_alone_longer_each_time_up_to_three_days_listings_too() -> None:
    blocked = Outcome(State.BLOCKED, "forbidden", 403)
    hours = [pause and pause / timedelta(hours=1) for pause in pauses(blocked, 8)]
    assert hours == [6, 12, 24, 48, 72, 72, 72, 72]
    assert pauses(blocked, 8, listing=True) == pauses(blocked, 8)
    assert blocked_pause(1) == timedelta(hours=6)


@pytest.mark.parametrize("reason", ["let-go", "host-spent"])
@pytest.mark.parametrize("listing", [True, False])
def test_what_was_not_asked_for_itself_has_not_been_visited(reason: str, listing: bool) -> None:
    found = step(Outcome(State.PENDING, reason), 50, NOW, listing)
    assert (found.state, found.attempts) == (State.PENDING, 50)
    assert found.next_visit == NOW + timedelta(minutes=30)


def test_attempts_count_visits_without_success_and_success_forgives_them() -> None:
    assert step(TIMEOUT, 2, NOW).attempts == 3
    assert step(Outcome(State.BLOCKED, "too-many"), 2, NOW, before="too-many").attempts == 3
    assert step(Outcome(State.DONE), 2, NOW).attempts == 0


_REASONS = st.sampled_from(["", "timeout", "robots", "guard", "host-spent", "robots-unreachable", "short"])


@given(st.sampled_from(State), _REASONS, st.integers(0, 20), st.booleans())
def test_only_what_may_change_is_visited_again_and_never_at_once(
    state: State, reason: str, attempts: int, listing: bool
) -> None:
    found = step(Outcome(state, reason), attempts, NOW, listing)
    refused = state is State.SKIPPED and reason == "guard"
    closed = reason in CLOSED_FOR or (refused and found.attempts < ATTEMPTS)
    settled = found.state not in {State.PENDING, State.BLOCKED} and (not closed or state is State.DONE)
    if not listing:
        assert (found.next_visit is None) == settled
    elif found.state is not State.DONE:
        assert found.next_visit is not None
    assert found.next_visit is None or found.next_visit >= NOW + timedelta(minutes=10)


def test_to_be_blocked_and_to_fail_are_counted_apart() -> None:
    blocked, failed = Outcome(State.BLOCKED, "forbidden", 403), Outcome(State.PENDING, "timeout")
    assert step(failed, 4, NOW, before="forbidden").attempts == 1
    assert step(blocked, 4, NOW, before="timeout").attempts == 1
    assert step(blocked, 4, NOW, before="challenge").attempts == 5
    assert step(failed, 4, NOW, before="timeout").attempts == 5


def test_an_article_that_blocks_us_for_weeks_is_given_up_and_a_listing_is_not() -> None:
    blocked = Outcome(State.BLOCKED, "forbidden", 403)
    assert step(blocked, 8, NOW, before="forbidden").state is State.BLOCKED
    assert step(blocked, 9, NOW, before="forbidden") == Step(State.FAILED, 10, None)
    assert step(blocked, 9, NOW, listing=True, before="forbidden").next_visit == NOW + timedelta(hours=72)


def test_a_host_that_robots_txt_closes_is_asked_ever_more_rarely_and_never_given_up() -> None:
    for outcome in (Outcome(State.SKIPPED, "robots"), Outcome(State.PENDING, "robots-unreachable")):
        waits = [wait for wait in pauses(outcome, 20) if wait is not None]
        assert len(waits) == 20
        assert waits == sorted(waits)
        assert (waits[0], waits[-1]) == (timedelta(minutes=30), timedelta(days=14))
