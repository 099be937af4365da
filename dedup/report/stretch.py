"""Which days a chart shows: those about which nearly all lies, where little lies far from it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# At most so much, in percent, is left out of a chart, and only where that makes its axis so many times shorter.
_LEFT_OUT = 2
_SHORTER = 2
# More days than these make bars that nobody can tell apart.
_MOST_DAYS = 800


@dataclass(frozen=True, slots=True)
class Outside:
    """How many lie before or behind what a chart shows, and from when to when."""

    number: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Stretch:
    """The first and the last day that a chart shows, and what lies outside: what is earlier, then what is later."""

    first: date
    last: date
    outside: tuple[Outside, ...] = ()

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def days(self) -> tuple[date, ...]:
        """Every day of it, () where they are too many to be shown one by one."""
        number = _length(self.first, self.last)
        return tuple(self.first + timedelta(days=place) for place in range(number)) if number <= _MOST_DAYS else ()


def stretch(counts: Mapping[date, int]) -> Stretch | None:
    """Return the days that show nearly all that is counted, None where nothing is."""
    days = sorted(day for day, number in counts.items() if number)
    if not days:
        return None
    total = sum(counts.values())
    least = total - total * _LEFT_OUT // 100
    # Of equally short ones that which ends last.
    first, last = min(_holding(days, counts, least), key=lambda ends: (_length(*ends), -ends[1].toordinal()))
    if _length(first, last) * _SHORTER > _length(days[0], days[-1]):
        return Stretch(days[0], days[-1])
    sides = ([day for day in days if day < first], [day for day in days if day > last])
    outside = (Outside(sum(counts[day] for day in side), side[0], side[-1]) for side in sides if side)
    return Stretch(first, last, tuple(outside))


def _holding(days: Sequence[date], counts: Mapping[date, int], least: int) -> Iterator[tuple[date, date]]:
    """Yield for each last day the shortest stretch up to it that holds at least so many, where there is one."""
    held, begin = 0, 0
    for last in days:
        held += counts[last]
        while held - counts[days[begin]] >= least:
            held -= counts[days[begin]]
            begin += 1
        if held >= least:
            yield days[begin], last


def _length(first: date, last: date) -> int:
    return (last - first).days + 1
