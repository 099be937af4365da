"""Dates as listings and pages write them → aware UTC. No clock: what is missing stays missing."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urlsplit

Precision = Literal["second", "minute", "day"]

# Where an outlet writes no zone, it writes its own time. Jakarta's and Kuala Lumpur's stand for their countries.
_LOCAL_HOURS = {"id": 7, "jv": 7, "su": 7, "ms": 8, "tl": 8}
_ZONE_HOURS = {"wib": 7, "wita": 8, "wit": 9, "myt": 8, "sgt": 8, "gmt": 0, "utc": 0}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan januar jänner janvier janv enero gennaio",
            "februari february febuari feb peb februar février févr febrero febbraio",
            "maret march mac mar märz mars maart marzo mrt",
            "april apr avril abril aprile",
            "mei may mai mayo maggio",
            "juni june jun juin junio giugno",
            "juli july julai jul juillet julio luglio",
            "agustus august ogos agt agu ags aug ogo augustus août agosto",
            "september sept sep septembre septiembre settembre",
            "oktober october okt oct octobre octubre ottobre",
            "november nopember nov nop novembre noviembre",
            "desember december disember des dec dis dezember dez décembre déc diciembre dicembre",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_HALF = r"([ap])\.?m\b\.?"
_CLOCK = re.compile(rf"(?<!\d)(\d{{1,2}})[.:](\d{{2}})(?:[.:](\d{{2}}))?(?!\d)\s*(?:{_HALF})?", re.IGNORECASE)
_ZONE = re.compile(r"\b(WIB|WITA|WIT|MYT|SGT|GMT|UTC)\b(?:\s*([+-]\d{1,2})(?::?(\d\d))?)?", re.IGNORECASE)
_DAY_MONTH = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:er|º|°)?[\s./-]+(?:de\s+)?({_MONTH})\b\.?(?:\s+del?)?[\s,./-]*(\d{{4}})(?!\d)",
    re.IGNORECASE,
)
_MONTH_DAY = re.compile(rf"\b({_MONTH})\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)", re.IGNORECASE)
_DIGITS = re.compile(r"(?<!\d)(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)")
# With dots the day comes first wherever this is written.
_DOTTED = re.compile(r"(?<![\d.])(\d{1,2})\.\s?(\d{1,2})\.\s?((?:19|20)?\d{2})(?![\d.]*\d)")
_EASTERN = re.compile(r"((?:19|20)\d{2})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_IN_PATH = re.compile(
    r"/((?:19|20)\d\d)/(\d{1,2}|[a-z]{3})/(\d{1,2})(?=[/_-]|$)|[/_-]((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)"
    r"|[/_-]((?:19|20)\d\d)(\d\d)(\d\d)(?=[/_.-]|$)",
    re.IGNORECASE,
)
_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})"
    rf"(?:[T\s,|]+(\d{{2}}):?(\d{{2}})(?::?(\d{{2}})(?:[.,]\d+)?)?\s*(?:{_HALF})?\s*(Z|[+-]\d{{2}}:?\d{{2}}|[+-]\d{{2}})?)?",
    re.IGNORECASE,
)
_RFC822 = re.compile(r"(?:[a-z]{3},)?\s*\d{1,2} [a-z]{3,9} \d{2,4} ", re.IGNORECASE)
# Directly behind a clock: "14:05, 18-06-2025" names no zone.
_NUMERIC_ZONE = re.compile(r"\s*([+-](?:0\d|1[0-4]):?[0-5]\d)(?![\d-])")
_SECONDS = re.compile(r"\d:\d\d:\d\d")
_MIDNIGHT = time(0, 0)
_MAX_CHARACTERS = 200
_OLDEST_YEAR = 1990


@dataclass(frozen=True, slots=True)
class Dated:
    """A time in UTC, how exactly it is known, and the day as it was written.

    A day without time and zone is its midnight in UTC, which is the same day in Jakarta.
    """

    at: datetime
    precision: Precision
    day: date


def moment(text: str, language: str = "") -> datetime | None:
    """Return the time that ISO 8601, RFC 822 or a line such as "Kamis, 19 Jun 2025 14:05 WIB" names, as `dated`."""
    found = dated(text, language)
    return found.at if found else None


def dated(text: str, language: str = "") -> Dated | None:
    """Return the time a text names and its precision, None where it names none.

    A time without a zone is that of the country `language` points to, else UTC.
    """
    text = " ".join(text[:_MAX_CHARACTERS].split())
    for read in (_iso, _rfc822, _written):
        try:
            found = read(text, language)
        except (ValueError, OverflowError):
            continue
        if found is not None and found.at.year >= _OLDEST_YEAR:
            return found
    return None


def day_in_address(url: str) -> Dated | None:
    """Return the day that the path of an address names, as in /2025/06/19/, /20250619/ and -2025-06-19."""
    try:
        match = _IN_PATH.search(urlsplit(url).path)
        if match is None:
            return None
        year, month, day = (part for part in match.groups() if part)
        number = _MONTHS.get(month.lower()) or int(month)
        return _whole_day(datetime(int(year), number, int(day), tzinfo=UTC))
    except ValueError:
        return None


def _whole_day(day: datetime) -> Dated:
    return Dated(day.replace(tzinfo=UTC), "day", day.date())


def _exact(local: datetime, seconds: bool) -> Dated:
    """Return a time of known zone in UTC. Midnight sharp is known to the day: most who write it know no more."""
    if local.time().replace(microsecond=0) == _MIDNIGHT:
        return Dated(local.astimezone(UTC), "day", local.date())
    return Dated(local.astimezone(UTC), "second" if seconds else "minute", local.date())


def _iso(text: str, language: str) -> Dated | None:
    match = _ISO.match(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(value or 0) for value in match.groups()[:6])
    if match[4] is None:
        return _whole_day(datetime(year, month, day, tzinfo=UTC))
    zone = _ZONE.match(text[match.end() :].lstrip(" ("))
    offset = _zone(zone) if zone else _offset(match[8], language)
    local = datetime(year, month, day, _hour(hour, match[7]), minute, second, tzinfo=offset)
    return _exact(local, match[6] is not None)


def _rfc822(text: str, language: str) -> Dated | None:
    if not _RFC822.match(text):
        return None
    named = _ZONE.search(text)
    if named:
        text = text[: named.start()]
    found = parsedate_to_datetime(text)
    if named or found.tzinfo is None:
        found = found.replace(tzinfo=_zone(named) if named else _local(language))
    return _exact(found, bool(_SECONDS.search(text)))


def _written(text: str, language: str) -> Dated | None:
    zone = _ZONE.search(text)
    day = _day(text, local=zone is not None or language in _LOCAL_HOURS)
    if day is None:
        return None
    start, end, written = day
    # The time stands after the day, or, where nothing does, before it ("14:05 WIB, 19 Juni 2025").
    clock = _CLOCK.search(text, end) or _CLOCK.search(text[:start])
    if clock is None:
        return _whole_day(written)
    at = written.replace(hour=_hour(int(clock[1]), clock[4]), minute=int(clock[2]), second=int(clock[3] or 0))
    numeric = _NUMERIC_ZONE.match(text, clock.end())
    offset = _zone(zone) if zone else _offset(numeric[1] if numeric else None, language)
    return _exact(at.replace(tzinfo=offset), clock[3] is not None)


def _day(text: str, local: bool) -> tuple[int, int, datetime] | None:
    """Return where a day is written in `text`, and the day. 18/06/2025 counts only where the day comes first."""
    if match := _DAY_MONTH.search(text) or _DOTTED.search(text):
        day, month, year = match[1], match[2], match[3]
    elif match := _MONTH_DAY.search(text):
        month, day, year = match[1], match[2], match[3]
    elif match := _EASTERN.search(text):
        year, month, day = match[1], match[2], match[3]
    elif local and (match := _DIGITS.search(text)):
        day, month, year = match[1], match[2], match[3]
    else:
        return None
    number = _MONTHS.get(month.lower()) or int(month)
    century = 2000 if len(year) == 2 else 0
    return match.start(), match.end(), datetime(century + int(year), number, int(day))  # noqa: DTZ001 (the zone follows)


def _hour(hour: int, half: str | None) -> int:
    return hour % 12 + (12 if half.lower() == "p" else 0) if half else hour


def _zone(match: re.Match[str]) -> timezone:
    """Return what a named zone is from UTC, moved where a number stands behind it: GMT+5:30."""
    if not match[2]:
        return _hours(_ZONE_HOURS[match[1].lower()])
    return _offset(f"{match[2][0]}{match[2][1:]:0>2}{match[3] or '00'}", "")


def _offset(written: str | None, language: str) -> timezone:
    if not written:
        return _local(language)
    if written in "zZ":
        return UTC
    digits = written[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if written[0] == "-" else offset)


def _local(language: str) -> timezone:
    return _hours(_LOCAL_HOURS.get(language, 0))


def _hours(hours: int) -> timezone:
    return timezone(timedelta(hours=hours))
