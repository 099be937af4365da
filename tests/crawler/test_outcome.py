"""What answers mean: nothing is asked for again that is settled, and nobody is asked too soon."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.outcome import ATTEMPTS, Outcome, State, attempts_after, next_step, of_status

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (304, State.DONE),
        (404, State.GONE),
        (410, State.GONE),
        (403, State.BLOCKED),
        (429, State.BLOCKED),
        (500, State.PENDING),
        (503, State.PENDING),
        (408, State.PENDING),
        (400, State.FAILED),
        (301, State.FAILED),
    ],
)
def test_a_status_decides_the_state(status: int, state: State) -> None:
    outcome = of_status(status)
    assert outcome is not None
    assert (outcome.state, outcome.status) == (state, status)


def test_of_a_page_the_body_decides() -> None:
    assert of_status(200) is None


def test_pauses_grow_until_a_page_has_failed() -> None:
    broken = Outcome(State.PENDING, "timeout")
    visits = [next_step(broken, attempts, NOW) for attempts in range(1, ATTEMPTS + 1)]
    *waiting, last = visits
    assert {state for state, _ in waiting} == {State.PENDING}
    times = [visit for _, visit in waiting if visit is not None]
    assert len(times) == ATTEMPTS - 1
    assert times == sorted(set(times))
    assert times[0] > NOW
    assert last == (State.FAILED, None)


def test_a_page_outlasts_an_outage_of_three_days() -> None:
    broken = Outcome(State.PENDING, "no-such-host")
    visits = [next_step(broken, attempts, NOW)[1] for attempts in range(1, ATTEMPTS)]
    assert sum(((visit - NOW) for visit in visits if visit), timedelta()) > timedelta(days=3)


def test_who_blocks_us_is_left_alone_longer_each_time_up_to_three_days() -> None:
    visits = [next_step(Outcome(State.BLOCKED, "blocked"), attempts, NOW)[1] for attempts in range(1, 9)]
    assert visits == sorted(visits, key=lambda visit: visit or NOW)
    assert visits[0] == NOW + timedelta(hours=6)
    assert visits[-1] == NOW + timedelta(days=3)


def test_an_unreachable_robots_file_never_makes_a_page_fail() -> None:
    state, visit = next_step(Outcome(State.PENDING, "robots-unreachable"), 50, NOW)
    assert state is State.PENDING
    assert visit is not None


def test_what_robots_txt_kept_away_does_not_count_against_the_page() -> None:
    assert attempts_after(Outcome(State.PENDING, "robots-unreachable"), 2) == 2
    assert attempts_after(Outcome(State.PENDING, "timeout"), 2) == 3
    assert attempts_after(Outcome(State.DONE), 2) == 0


@given(st.sampled_from(State), st.integers(1, 20))
def test_only_what_may_change_is_visited_again_and_never_at_once(state: State, attempts: int) -> None:
    kept, visit = next_step(Outcome(state), attempts, NOW)
    assert (visit is None) == (kept not in {State.PENDING, State.BLOCKED})
    assert visit is None or visit > NOW
