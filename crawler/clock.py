"""The time of a run: the real one, or one that starts at a given moment and runs on."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the time, aware and in UTC. `starts` (default: now) is the time when the clock was made."""

    def __init__(self, starts: datetime | None = None, elapsed_s: Callable[[], float] = time.monotonic) -> None:
        self._elapsed_s = elapsed_s
        self._origin = (starts or datetime.now(UTC)).astimezone(UTC)
        self._made_s = elapsed_s()

    @classmethod
    def from_setting(cls, text: str) -> "Clock":
        """Return a clock that starts at `text` (ISO 8601, UTC unless it names a zone); for "" the real one.

        Raises ValueError with a message for people.
        """
        if not text:
            return cls()
        try:
            starts = datetime.fromisoformat(text)
        except ValueError as error:
            message = f"NOW={text}: no time. Like this: NOW=2025-10-23T12:00:00+07:00"
            raise ValueError(message) from error
        return cls(starts if starts.tzinfo else starts.replace(tzinfo=UTC))

    def now(self) -> datetime:
        """Return the time."""
        return self._origin + timedelta(seconds=self._elapsed_s() - self._made_s)
