"""When to ask again for what answered: listings as they change, articles a few times while they are young. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.entry import AT_ONCE

# A cache takes a tenth of a thing's age for how long it stays fresh (RFC 9111, 4.2.2). News wants to be seen early.
_SHARE_OF_AGE = 0.25
# Cron is seconds early now and then: `every=1h` shall not become every other hour.
_EARLY = 0.9
# Shorter pauses are none, whatever clocks say.
_SHORTEST = timedelta(minutes=1)
# What is older was found in an archive, and does not change any more.
_YOUNG = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Cadence:
    """The settings: a listing's longest pause, how long its ETag is believed, when to look at an article again.

    `looks` count from the first visit.
    """

    longest: timedelta = timedelta(days=1)
    believed: timedelta = timedelta(days=1)
    looks: Sequence[timedelta] = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1))

    def next_asked(self, changed_at: datetime, now: datetime, every: timedelta | None = None) -> datetime:
        """Return when a listing that last named something new at `changed_at` is due; `every` fixes the pause."""
        if every is not None:
            return now + every * _EARLY
        pause = min((now - changed_at) * _SHARE_OF_AGE, self.longest)
        return now + pause if pause >= _SHORTEST else AT_ONCE

    def conditional(self, full_at: datetime | None, now: datetime) -> bool:
        """Tell whether a listing may be asked for by its ETag: those that lie must not hide news for ever."""
        return full_at is not None and now - full_at < self.believed

    def next_look(self, dated: datetime, looks: int, now: datetime) -> datetime | None:
        """Return when an article is looked at again that has been `looks` times, None for not any more.

        `dated` is when it was published, or found where that is not known.
        """
        if looks >= len(self.looks) or (looks == 0 and now - dated > _YOUNG):
            return None
        return now + self.looks[looks] - (self.looks[looks - 1] if looks else timedelta())
