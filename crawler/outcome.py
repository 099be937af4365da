"""What an answer, or none, means for an address: its state and when to ask again. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_RETRY_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (10, 60, 6 * 60, 24 * 60, 72 * 60))
# Over four days: an outage of our own network ends before that.
ATTEMPTS = len(_RETRY_PAUSES) + 1
# A listing is never given up: dead feeds come back.
_LISTING_PAUSES = (*_RETRY_PAUSES, timedelta(days=7), timedelta(days=14))
# Who blocks us shall see little of us; a site that unblocks is noticed within three days.
_BLOCKED_PAUSES = tuple(timedelta(hours=hours) for hours in (6, 12, 24, 48, 72))
# Long enough for a server to come back, short enough for the next hourly run to find it.
_SHORT_PAUSE = timedelta(minutes=30)
_CLOSED_PAUSES = (_SHORT_PAUSE, _SHORT_PAUSE, *(timedelta(hours=hours) for hours in (1, 6, 24, 72, 7 * 24, 14 * 24)))
# Three weeks of an article that is for subscribers only.
_MOST_BLOCKS = 10
BLOCKED_FOR = frozenset({"too-many", "forbidden", "challenge", "consent"})
# Nobody was asked for the page itself, so these are no visits of it.
_NO_VISIT = frozenset({"host-spent", "let-go"})
# robots.txt closed the host to us, by its words or by not answering: it may be open tomorrow, and asking costs nothing
# of the page.
CLOSED_FOR = frozenset({"robots", "robots-unreachable"})


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


@dataclass(frozen=True, slots=True)
class Step:
    """What the ledger keeps after a visit: `next_visit` None means not by itself."""

    state: State
    attempts: int
    next_visit: datetime | None


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


def step(outcome: Outcome, attempts: int, now: datetime, listing: bool = False, before: str = "") -> Step:
    """Return what follows from a visit; `attempts` counts the visits without success before it.

    `before` is the reason of the last of them: to be blocked, shut out and to fail are counted apart. A listing is
    asked again whatever happened, with pauses that grow to two weeks. What the guard refused is, too, as what failed:
    a site that redirects to a private address for an hour has its articles back after it.
    """
    if outcome.reason in _NO_VISIT:
        return Step(State.PENDING, attempts, now + _SHORT_PAUSE)
    if outcome.state is State.DONE:
        return Step(State.DONE, 0, None)
    blocked = outcome.state is State.BLOCKED
    attempts = attempts + 1 if _sort(before) in {"", _sort(outcome.reason)} else 1
    if outcome.reason in CLOSED_FOR:
        return Step(outcome.state, attempts, now + _CLOSED_PAUSES[min(attempts, len(_CLOSED_PAUSES)) - 1])
    if blocked and (listing or attempts < _MOST_BLOCKS):
        return Step(State.BLOCKED, attempts, now + blocked_pause(attempts))
    if listing and outcome.reason != "forgotten":
        return Step(outcome.state, attempts, now + _LISTING_PAUSES[min(attempts, len(_LISTING_PAUSES)) - 1])
    refused = outcome.state is State.SKIPPED and outcome.reason == "guard"
    if not refused and outcome.state not in {State.PENDING, State.BLOCKED}:
        return Step(outcome.state, 0, None)
    while_trying, after = (State.SKIPPED, State.SKIPPED) if refused else (State.PENDING, State.FAILED)
    if attempts >= ATTEMPTS:
        return Step(after, attempts, None)
    return Step(while_trying, attempts, now + _RETRY_PAUSES[attempts - 1])


def _sort(reason: str) -> str:
    """Return which of the counts a reason belongs to, "" for none."""
    return "blocked" if reason in BLOCKED_FOR else "closed" if reason in CLOSED_FOR else reason and "failed"


def blocked_pause(times: int) -> timedelta:
    """Return how long to stay away from who blocked us `times` in a row."""
    return _BLOCKED_PAUSES[min(times, len(_BLOCKED_PAUSES)) - 1]
