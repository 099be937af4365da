"""Which sites copy fastest. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from dedup.flowing import Role
from dedup.report.views import FamilyView

# One quick copy is chance; from so many on a site is listed among the fastest.
_LEAST_COPIES = 3


@dataclass(frozen=True, slots=True)
class Copier:
    """A site, how many of its copies can be timed, and the median time after which it had them."""

    site: str
    copies: int
    delay: timedelta


def fastest(families: Iterable[FamilyView], least: int = _LEAST_COPIES) -> tuple[Copier, ...]:
    """Return the sites that copy fastest, fastest first: those with at least so many copies that can be timed."""
    delays: defaultdict[str, list[timedelta]] = defaultdict(list)
    for family in families:
        for member in family.members:
            if member.role is Role.COPY and member.delay is not None:
                delays[member.article.site].append(member.delay)
    found = [Copier(site, len(held), _median(held)) for site, held in delays.items() if len(held) >= least]
    return tuple(sorted(found, key=lambda each: (each.delay, -each.copies, each.site)))


def _median(delays: Iterable[timedelta]) -> timedelta:
    return timedelta(seconds=median(delay.total_seconds() for delay in delays))
