"""When to ask again for what answered: listings as they change, articles a few times while they are young. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crawler.entry import ARTICLE, AT_ONCE, LISTING, PAGER, Entry
from crawler.outcome import Outcome, State, Step, step

# A cache takes a tenth of a thing's age for how long it stays fresh (RFC 9111, 4.2.2). News wants to be seen early.
_SHARE_OF_AGE = 0.25
# Cron is seconds early now and then: `every=1h` shall not become every other hour.
_EARLY = 0.9
# Shorter pauses are none, whatever clocks say.
_SHORTEST = timedelta(minutes=1)
# What is older was found in an archive, and does not change any more.
_YOUNG = timedelta(days=2)
# Of an index of sitemaps: the archive of ten years is not news, unless somebody asks for it with `since`.
_RECENT_SITEMAPS = timedelta(days=31)
# No pause is longer, but those that seeds and settings name: what says more was written under a wrong clock.
LONGEST_PAUSE = timedelta(days=30)


def oldest_sitemap(now: datetime, since: datetime | None = None) -> datetime:
    """Return the moment up to which a sitemap of an index has to go, at least, to be asked for."""
    return since or now - _RECENT_SITEMAPS


def rests(entry: Entry, now: datetime, since: datetime | None = None) -> bool:
    """Tell whether a listing is asked again only when another listing has news of it.

    So are older pages of a section, and the sitemaps of an index once what they list is older than a month, or than
    `since`: there is one more of these every day, for years.
    """
    if entry.kind == PAGER:
        return True
    ends, of_index = entry.hints.published, entry.kind == LISTING and entry.depth > 0
    return of_index and ends is not None and ends < oldest_sitemap(now, since)


def paused(asked_at: datetime, every: timedelta) -> datetime:
    """Return when a listing that was asked then is due again where its seed says `every=`."""
    return asked_at + every * _EARLY


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
            return paused(now, every)
        pause = min((now - changed_at) * _SHARE_OF_AGE, self.longest)
        return now + pause if pause >= _SHORTEST else AT_ONCE

    def follows(
        self,
        entry: Entry,
        outcome: Outcome,
        now: datetime,
        every: timedelta | None = None,
        since: datetime | None = None,
    ) -> Step:
        """Return what follows from an outcome for an entry: its state, and when it is due again.

        `every` is what its seed says, `since` what the run is asked for.
        """
        resting = rests(entry, now, since)
        found = step(outcome, entry.attempts, now, entry.listing and not resting, entry.reason)
        if outcome.state is not State.DONE:
            return found
        if entry.kind == ARTICLE:
            dated = entry.hints.published or entry.found_at or now
            return replace(found, next_visit=self.next_look(dated, entry.looks, now))
        return found if resting else replace(found, next_visit=self.next_asked(entry.changed_at or now, now, every))

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
