"""When an article came out as calendars and clocks show it: to the minute, or the day alone. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from dedup.dating import believed, by_update, published_by
from dedup.records import Article
from dedup.report import wording
from dedup.report.language import ENGLISH, Language, marked

# How a time is shown by which an article was out, and perhaps long before.
CHANGED = marked("updated %(time)s")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A date of publication that is believed. `by_day`: `time` is a midnight and stands for the day it begins.

    By `latest` the article was published at the latest: a day counts at its end, as in a timeline. `updated`: it is
    that of an update, and the article was published then or before.
    """

    time: datetime
    latest: datetime
    by_day: bool = False
    updated: bool = False

    def day(self, zone: tzinfo | None) -> date:
        """Return its day on calendars in `zone`; a day is the same on all."""
        return wording.noon(self.time).date() if self.by_day else wording.local(self.time, zone).date()

    def drawn(self, zone: tzinfo | None) -> datetime:
        """Return where it stands on an axis of days of `zone`: a day in its middle."""
        return wording.local(datetime.combine(self.day(zone), time(12), zone), zone) if self.by_day else self.time

    def said(self, zone: tzinfo | None, language: Language = ENGLISH) -> str:
        """Return `22 Mar 2025 14:05 +07:00`, or the day alone; of an update `updated 22 Mar 2025`."""
        said = wording.day(self.time, language) if self.by_day else wording.moment(self.time, zone, language)
        return language.of(CHANGED, time=said) if self.updated else said


def stamp(article: Article) -> Stamp | None:
    """Return when an article came out, None where no date of it is believed."""
    published, latest = believed(article), published_by(article)
    return Stamp(published, latest, by_day(article), by_update(article)) if published and latest else None


def by_day(article: Article) -> bool:
    """Tell whether an article is dated to the day alone."""
    return article.published_precision == "day"


def stamps(articles: Iterable[Article]) -> tuple[Stamp, ...]:
    """Return those of some articles, in the order of a timeline."""
    return tuple(sorted(filter(None, map(stamp, articles)), key=_latest))


def days(found: Iterable[Stamp], zone: tzinfo | None) -> tuple[date, date] | None:
    """Return the first and the last day, None where there is none."""
    every = {each.day(zone) for each in found}
    return (min(every), max(every)) if every else None


def span(found: Sequence[Stamp], zone: tzinfo | None) -> timedelta | None:
    """Return how long it is from the first to the last, in whole days where one is known to the day; None for nothing.

    `found` is in the order of a timeline. That of an update tells no more than a day.
    """
    if len(found) < 2:
        return None
    if not any(each.by_day or each.updated for each in (found[0], found[-1])):
        return found[-1].time - found[0].time
    first, last = found[0].day(zone), found[-1].day(zone)
    return timedelta(days=(last - first).days) if first < last else None


def _latest(each: Stamp) -> datetime:
    return each.latest
