"""Who copies from whom, how much, how soon; and what each site's articles are to their families. Pure.

A snapshot in, Flows out. An origin that is unknown makes no flow.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from statistics import median

from dedup.dating import believed, came_by
from dedup.origins import Entry, Origin, origins
from dedup.records import Article, Snapshot


class Role(StrEnum):
    """What an article is to its family. Every article has one; they are what the shares are made of."""

    FIRST = "first"
    COPY = "copy"
    AGENCY = "agency"  # From an agency, or another source whose own page is not collected.
    AGAIN = "again"  # The site has it in the family already: a new version, or the same text once more.
    # Shared, and the evidence does not tell who had it from whom; or shared with another than who had it first.
    UNORDERED = "unordered"


class Period(StrEnum):
    """What flows are counted by, in UTC: a day, a week from Monday, a month."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Flow:
    """How many families `target` has that it has from `source`, or had later than it.

    `share` is the median part of its phrases of three words that stand in the source's article, `delay` the median time
    until it had them; None where neither was measured. `period` is the first day of the period in which it had them,
    None where all are counted together or no date is known. A source that is no site here is called as it is named.
    """

    source: str
    target: str
    families: int
    share: float | None = None
    delay: timedelta | None = None
    period: date | None = None


@dataclass(frozen=True, slots=True)
class SiteFlows:
    """What a site's articles are to their families in a period, and how many of its families others copied."""

    site: str
    roles: Mapping[Role, int]
    copied_by_others: int = 0
    period: date | None = None

    @property
    def articles(self) -> int:
        """How many articles of it there are."""
        return sum(self.roles.values())

    def share(self, role: Role) -> float:
        """Return the part of its articles that has this role, 0..1."""
        return self.roles.get(role, 0) / self.articles


@dataclass(frozen=True, slots=True)
class Flows:
    """Flows, most families first, and the sites, most articles first; of each period, the earliest first."""

    flows: tuple[Flow, ...]
    sites: tuple[SiteFlows, ...]


def flows(snapshot: Snapshot, period: Period | str | None = None, known: Mapping[str, Origin] | None = None) -> Flows:
    """Return who copied from whom, and what each site's articles are, by `period` where one is named.

    A family counts once for every site that has it, however often that site changed it. Articles are counted in the
    period in which they were published, or updated where no more is known. `known` spares finding the origins again.
    Raises ValueError for another period.
    """
    by = Period(period) if period is not None else None
    copies: defaultdict[_Way, list[tuple[float | None, timedelta | None]]] = defaultdict(list)
    roles: defaultdict[_Of, Counter[Role]] = defaultdict(Counter)
    copied: Counter[_Of] = Counter()
    for found in (origins(snapshot) if known is None else known).values():
        for entry, role in roles_in(found):
            when = _period(_day_of(entry.article), by)
            roles[entry.article.site, when][role] += 1
            if role in (Role.COPY, Role.AGENCY):
                copies[found.source, entry.article.site, when].append((entry.taken, delay(entry, found)))
        if found.article and any(role is Role.COPY for _, role in roles_in(found)):
            copied[found.article.site, _period(_day_of(found.account[0].article), by)] += 1
    return Flows(tuple(sorted(map(_flow, copies.items()), key=_largest)), _sites(roles, copied))


def roles_in(found: Origin) -> Iterator[tuple[Entry, Role]]:
    """Yield the account of a family with what each article is to it."""
    met: set[str] = set()
    counted: set[str] = set()
    for entry in found.account:
        site = entry.article.site or entry.article.id
        # Who has the origin's text besides one that is not, has it no less.
        yield entry, Role.AGAIN if site in (met if entry.apart else counted) else _role(entry, found)
        met.add(site)
        counted |= set() if entry.apart else {site}


def delay(entry: Entry, found: Origin) -> timedelta | None:
    """Return how long after the origin an article came, None where that is not known to the hour or it came before."""
    first = found.account[0].span
    if found.article is None or not (entry.span.exact and first.exact and entry.span.published and first.published):
        return None
    return lag if (lag := entry.span.published - first.published) > timedelta() else None


_Of = tuple[str, date | None]
_Way = tuple[str, str, date | None]


def _role(entry: Entry, found: Origin) -> Role:
    if not found.known:
        return Role.UNORDERED
    if found.outside:
        return Role.AGENCY
    if entry.article is found.article:
        return Role.FIRST
    return Role.UNORDERED if found.released or entry.apart else Role.COPY


def _day_of(article: Article) -> datetime | None:
    return believed(article) or came_by(article)


def _period(time: datetime | None, by: Period | None) -> date | None:
    if by is None or time is None:
        return None
    day = time.astimezone(UTC).date()
    if by is Period.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if by is Period.WEEK else day


def _flow(counted: tuple[_Way, list[tuple[float | None, timedelta | None]]]) -> Flow:
    (source, target, when), taken = counted
    shares = [share for share, _ in taken if share is not None]
    delays = [lag.total_seconds() for _, lag in taken if lag is not None]
    return Flow(
        source,
        target,
        len(taken),
        median(shares) if shares else None,
        timedelta(seconds=median(delays)) if delays else None,
        when,
    )


def _largest(flow: Flow) -> tuple[date, int, str, str]:
    return flow.period or date.min, -flow.families, flow.source, flow.target


def _sites(roles: Mapping[_Of, Counter[Role]], copied: Mapping[_Of, int]) -> tuple[SiteFlows, ...]:
    found = [
        SiteFlows(site, {role: count[role] for role in Role if count[role]}, copied.get((site, when), 0), when)
        for (site, when), count in roles.items()
    ]
    return tuple(sorted(found, key=lambda each: (each.period or date.min, -each.articles, each.site)))
