"""What an answer, or none, means for an address: its state and when to ask again. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_RETRY_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (10, 60, 6 * 60, 24 * 60, 72 * 60))
# Over four days: an outage of our own network ends before that.
ATTEMPTS = len(_RETRY_PAUSES) + 1
# Who blocks us shall see little of us; a site that unblocks is noticed within three days.
_BLOCKED_PAUSES = tuple(timedelta(hours=hours) for hours in (6, 12, 24, 48, 72))
# Long enough for a server to come back, short enough for the next hourly run to find it.
_CLOSED_PAUSE = timedelta(minutes=30)


class State(StrEnum):
    """How an address stands in the ledger."""

    PENDING = "pending"
    HANDED = "handed"
    DONE = "done"
    FAILED = "failed"
    GONE = "gone"
    BLOCKED = "blocked"
    REJECTED = "rejected"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one visit. `reason` is one word that is counted; `article` the id of what was stored.

    PENDING here means: it went wrong in a way that may pass.
    """

    state: State
    reason: str = ""
    status: int | None = None
    article: str = ""


def of_status(status: int) -> Outcome | None:
    """Return what an HTTP status alone decides; None for 200-299, whose body decides."""
    if 200 <= status < 300:
        return None
    if status == 304:
        return Outcome(State.DONE, "unchanged", status)
    if status in {404, 410}:
        return Outcome(State.GONE, "not-found", status)
    if status == 429:
        return Outcome(State.BLOCKED, "too-many", status)
    if status in {401, 403, 451}:
        return Outcome(State.BLOCKED, "forbidden", status)
    if status in {408, 425} or status >= 500:
        return Outcome(State.PENDING, "server-error", status)
    return Outcome(State.FAILED, "refused", status)


def next_step(outcome: Outcome, attempts: int, now: datetime) -> tuple[State, datetime | None]:
    """Return the state to keep and when the address is due again (None: not by itself).

    `attempts` counts the visits without success, this one included.
    """
    if outcome.state is State.PENDING:
        if outcome.reason == "robots-unreachable":
            return State.PENDING, now + _CLOSED_PAUSE
        if attempts >= ATTEMPTS:
            return State.FAILED, None
        return State.PENDING, now + _RETRY_PAUSES[attempts - 1]
    if outcome.state is State.BLOCKED:
        return State.BLOCKED, now + _BLOCKED_PAUSES[min(attempts, len(_BLOCKED_PAUSES)) - 1]
    return outcome.state, None


def attempts_after(outcome: Outcome, attempts: int) -> int:
    """Return the visits without success so far; what robots.txt kept away was none of the page's."""
    if outcome.state in {State.DONE, State.REJECTED, State.SKIPPED}:
        return 0
    return attempts if outcome.reason == "robots-unreachable" else attempts + 1
