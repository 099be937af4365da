"""Numbers, times and relations in words. Besides the templates all English of the report."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from types import MappingProxyType

from dedup.flowing import Role
from dedup.origins import Confidence, Origin
from dedup.records import Measures, Relation, Updated
from dedup.report.inert import plain

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

MEANINGS: Mapping[Relation, str] = MappingProxyType(
    {
        Relation.EXACT: "the same text",
        Relation.NEAR: "the same article, lightly edited",
        Relation.REVISION: "a later version by the same site",
        Relation.SYNDICATED: "one published from the other, or both from one source",
        Relation.EXCERPT: "one contains a part of the other",
        Relation.SHARED_QUOTES: "both quote the same words; neither copied",
        Relation.TEMPLATE: "the same frame with other facts",
        Relation.SAME_STORY: "two texts about the same thing",
        Relation.NONE: "not related",
    }
)

ROLES: Mapping[Role, str] = MappingProxyType(
    {
        Role.FIRST: "original",
        Role.COPY: "copied",
        Role.AGENCY: "from an agency or a source outside",
        Role.AGAIN: "again by the same site",
        Role.UNORDERED: "shared, order unknown",
    }
)


def count(number: int, one: str, many: str) -> str:
    """Return `1 article`, `1,234 articles`."""
    return f"{number:,} {one if number == 1 else many}"


def many(one: str, more: str, number: int) -> str:
    """Return the message for so many, whose `%(number)s` is the number."""
    return (one if number == 1 else more) % {"number": f"{number:,}"}


def articles(number: int) -> str:
    """Return `number` articles in words."""
    return count(number, "article", "articles")


def sites(number: int) -> str:
    """Return `number` sites in words."""
    return count(number, "site", "sites")


def families(number: int) -> str:
    """Return `number` families in words."""
    return count(number, "family", "families")


def percent(share: float) -> str:
    """Return a share of 0..1 in whole percent; 0 % and 100 % only for nothing and all."""
    if 0 < share < 0.01:
        return "<1%"
    if 0.99 < share < 1:
        return "99%"
    return f"{share:.0%}"


def duration(span: timedelta) -> str:
    """Return `40 s`, `12 min`, `3 h 05 min`, `2 d 4 h`: two units at most."""
    seconds = int(abs(span).total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 60:
        return f"{minutes} min"
    if hours < 24:
        return f"{hours} h {minutes % 60:02} min" if minutes % 60 else f"{hours} h"
    return f"{days} d {hours % 24} h" if hours % 24 else f"{days} d"


def moment(time: datetime, zone: tzinfo | None) -> str:
    """Return `22 Mar 2025 14:05 +07:00` as clocks in `zone` show it, None being the system's own."""
    return f"{date(time, zone)} {clock(time, zone)} {offset(time, zone)}"


def date(time: datetime, zone: tzinfo | None) -> str:
    """Return `22 Mar 2025` as calendars in `zone` show it."""
    local = _local(time, zone)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def period(times: tuple[datetime, datetime] | None, zone: tzinfo | None) -> str:
    """Return the beginning of a sentence: `Between 28 Feb and 3 Mar 2025`."""
    if times is None:
        return "So far"
    first, last = (date(time, zone) for time in times)
    if first == last:
        return f"On {first}"
    year = last[-5:]
    return f"Between {first.removesuffix(year)} and {last}"


def clock(time: datetime, zone: tzinfo | None) -> str:
    """Return `14:05` as clocks in `zone` show it."""
    return f"{_local(time, zone):%H:%M}"


def offset(time: datetime, zone: tzinfo | None) -> str:
    """Return how far clocks in `zone` are ahead of UTC at `time`: `+07:00`."""
    ahead = f"{_local(time, zone):%z}"
    return f"{ahead[:3]}:{ahead[3:5]}"


def _local(time: datetime, zone: tzinfo | None) -> datetime:
    try:
        return time.astimezone(zone)
    except OverflowError:  # The first and last day a calendar knows have no neighbour in another zone.
        return time.astimezone(UTC)


def origin(found: Origin) -> str:
    """Return who had a family first, how sure that is, and why, as one line."""
    if not found.known:
        return f"Who had it first is unknown: {plain(found.reason)}"
    sure = "certainly" if found.confidence is Confidence.CERTAIN else "likely"
    return f"First was {sure} {plain(found.name)}: {plain(found.reason)}"


def measures(measured: Measures, a: str, b: str) -> tuple[tuple[str, str], ...]:
    """Return the measures of two texts called `a` and `b` as names and values."""
    return (
        (f"of {a} in {b}", percent(measured.a_in_b)),
        (f"of {b} in {a}", percent(measured.b_in_a)),
        ("Jaccard", f"{measured.jaccard:.3f}"),
        ("outside quotation marks", percent(measured.outside_quotes)),
        ("longest shared run", count(measured.longest_run, "word", "words")),
        ("shared words", f"{measured.shared_words:,} ({measured.a_words:,} and {measured.b_words:,})"),
        ("numbers in common", percent(measured.numbers)),
        ("names in common", percent(measured.names)),
        ("numbers replaced", f"{measured.replaced_numbers}"),
    )


def summary(updated: Updated) -> str:
    """Return what an update did as one line."""
    if not updated.articles:
        return "The corpus is empty. Fill it: `scrapy crawl news -a seeds=FILE` or `dedup import FILE…`"
    stories = count(updated.told_stories, "story", "stories")
    return (
        f"{articles(updated.articles)}: {families(updated.copied_families)} of copies, "
        f"{stories} told more than once "
        f"({updated.signed:,} signed, {count(updated.verified, 'pair', 'pairs')} compared)"
    )
