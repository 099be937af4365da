"""Dates as listings and pages write them → aware UTC. No clock: what is missing stays missing."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

# Where an outlet writes no zone, it writes its own time. Jakarta's and Kuala Lumpur's stand for their countries.
_LOCAL_HOURS = {"id": 7, "jv": 7, "su": 7, "ms": 8, "tl": 8}
_ZONE_HOURS = {"wib": 7, "wita": 8, "wit": 9, "myt": 8, "sgt": 8, "gmt": 0, "utc": 0, "z": 0}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february febuari feb peb",
            "maret march mac mar",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july julai jul",
            "agustus august ogos agt agu ags aug ogo",
            "september sept sep",
            "oktober october okt oct",
            "november nopember nov nop",
            "desember december disember des dec dis",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})[.:](\d{2})(?:[.:](\d{2}))?(?!\d)\s*([ap]\.?m\b)?", re.IGNORECASE)
_ZONE = re.compile(r"\b(WIB|WITA|WIT|MYT|SGT|GMT|UTC)\b(?:\s*([+-]\d{1,2})(?::?\d\d)?)?", re.IGNORECASE)
_DAY_MONTH = re.compile(rf"(?<!\d)(\d{{1,2}})[\s./-]+({_MONTH})\b\.?[\s,./-]*(\d{{4}})(?!\d)", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"\b({_MONTH})\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)", re.IGNORECASE)
_DIGITS = re.compile(r"(?<!\d)(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)")
_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})(?:[T\s]+(\d{2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?",
    re.IGNORECASE,
)
_RFC822 = re.compile(r"(?:[a-z]{3},)?\s*\d{1,2} [a-z]{3,9} \d{2,4} ", re.IGNORECASE)
_NUMERIC_ZONE = re.compile(r"[+-]\d{2}:?\d{2}$")
_MAX_CHARACTERS = 200
_OLDEST_YEAR = 1990


def moment(text: str, language: str = "") -> datetime | None:
    """Return the time that ISO 8601, RFC 822 or a line such as "Kamis, 19 Jun 2025 14:05 WIB" names.

    A time without a zone is that of the country `language` points to, else UTC. A day without a time is its
    midnight in UTC, which is the same day in Jakarta.
    """
    text = " ".join(text[:_MAX_CHARACTERS].split())
    for read in (_iso, _rfc822, _written):
        try:
            found = read(text, language)
        except (ValueError, OverflowError):
            continue
        if found is not None and found.year >= _OLDEST_YEAR:
            return found
    return None


def _iso(text: str, language: str) -> datetime | None:
    match = _ISO.match(text)
    if not match:
        return None
    year, month, day, hour, minute, second = (int(value or 0) for value in match.groups()[:6])
    if match[4] is None:
        return datetime(year, month, day, tzinfo=UTC)
    return datetime(year, month, day, hour, minute, second, tzinfo=_offset(match[7], language)).astimezone(UTC)


def _rfc822(text: str, language: str) -> datetime | None:
    if not _RFC822.match(text):
        return None
    named = _ZONE.search(text)
    if named:
        text = text[: named.start()]
    found = parsedate_to_datetime(text)
    if named:
        return found.replace(tzinfo=_zone(named)).astimezone(UTC)
    return (found if found.tzinfo else found.replace(tzinfo=_local(language))).astimezone(UTC)


def _written(text: str, language: str) -> datetime | None:
    zone = _ZONE.search(text)
    day = _day(text, local=zone is not None or language in _LOCAL_HOURS)
    if day is None:
        return None
    start, end, date = day
    # The time stands after the day, or, where nothing does, before it ("14:05 WIB, 19 Juni 2025").
    clock = _CLOCK.search(text, end) or _CLOCK.search(text[:start])
    if clock is None:
        return date.replace(tzinfo=UTC)
    hour, half = int(clock[1]), (clock[4] or "").lower()[:1]
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    at = date.replace(hour=hour, minute=int(clock[2]), second=int(clock[3] or 0))
    numeric = _NUMERIC_ZONE.search(text)
    offset = _zone(zone) if zone else _offset(numeric[0] if numeric else None, language)
    return at.replace(tzinfo=offset).astimezone(UTC)


def _day(text: str, local: bool) -> tuple[int, int, datetime] | None:
    """Return where a day is written in `text`, and the day. 18/06/2025 counts only where the day comes first."""
    if match := _DAY_MONTH.search(text):
        day, month, year = int(match[1]), _MONTHS[match[2].lower()], int(match[3])
    elif match := _MONTH_DAY.search(text):
        day, month, year = int(match[2]), _MONTHS[match[1].lower()], int(match[3])
    elif local and (match := _DIGITS.search(text)):
        day, month, year = int(match[1]), int(match[2]), int(match[3])
    else:
        return None
    return match.start(), match.end(), datetime(year, month, day)  # noqa: DTZ001 (the zone follows)


def _zone(match: re.Match[str]) -> timezone:
    return _hours(int(match[2]) if match[2] else _ZONE_HOURS[match[1].lower()])


def _offset(written: str | None, language: str) -> timezone:
    if not written:
        return _local(language)
    if written.lower() in _ZONE_HOURS:
        return UTC
    digits = written[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if written[0] == "-" else offset)


def _local(language: str) -> timezone:
    return _hours(_LOCAL_HOURS.get(language, 0))


def _hours(hours: int) -> timezone:
    return timezone(timedelta(hours=hours))
