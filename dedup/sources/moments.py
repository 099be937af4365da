"""Moments as programs and pages write them: ISO 8601, as in feeds and mail, as digits only, as numbers, in words."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

# Seconds since 1970, or thousandths of them, from 2001 to 2286. Shorter numbers are days like 20250619.
_SECONDS, _THOUSANDTHS = re.compile(r"\d{10}(?:\.\d+)?"), re.compile(r"\d{13}")
_DIGITS = re.compile(r"(\d{8})(\d{6})(?!\d)")
# A week counts by its first day.
_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d{8}|\d{4}-?W\d\d(?:-?[1-7])?")
_IN_MAIL = re.compile(r"[a-z, ]*\d{1,2}[ -]([a-z]{3,9})", re.IGNORECASE)
# As Indonesian and Malay begin them, where English does otherwise.
_MONTHS = {"mei": "May", "mac": "Mar", "ogo": "Aug", "okt": "Oct", "des": "Dec", "dis": "Dec"}
_MONTHS |= dict.fromkeys(("agu", "ags", "agt"), "Aug")
# As they were spelt, and still are by some: Pebruari, Nopember.
_MONTHS |= {"peb": "Feb", "nop": "Nov"}
# Those of mail are known to Python: GMT, and of America.
_ZONE = re.compile(r"[a-z]{2,5}$", re.IGNORECASE)
_LOCAL_HOURS = {"WIB": 7, "WITA": 8, "WIT": 9, "MYT": 8, "SGT": 8}
_HOURS = {**_LOCAL_HOURS, "UTC": 0, "GMT": 0}
_ZONES = "|".join(_HOURS)
# As pages have it: "Diperbarui 20 Jun 2025, 15:30 WIB", "Jurnalis-Jum'at, 20 Juni 2025 |17:10 WIB", "20 Juni 2025".
_ON_PAGES = re.compile(
    r"\D*?(?P<day>\d{1,2})(?:[\s-]+(?P<name>[a-z]{3,9})\.?[\s-]+|/(?P<number>\d{1,2})/)(?P<year>\d{4})"
    r"(?:(?:[\s,|]+|\s+[-\u2013]\s+)(?:pukul\s+|jam\s+)?(?P<hour>\d{1,2})[.:](?P<minute>\d\d)(?:[.:](?P<second>\d\d))?"
    rf"(?:\s*(?P<half>[ap]m))?(?:\s*(?P<zone>{_ZONES}))?)?\s*",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(r"\b([a-z]{3,9})\.?\s+(\d{1,2}),\s*(\d{4})\b", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(\d{4})/(\d\d)/(\d\d)(?!\d)")
_ISO_IN_ZONE = re.compile(rf"(\d{{4}}-\d\d-\d\d[T ][\d:.,]+)\s*({_ZONES})", re.IGNORECASE)
_MONTHS_OF_PAGES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def moment(value: object, zone: tzinfo) -> datetime | None:
    """Return a moment in UTC; what names no zone is of `zone`, a day is its first moment. None where it is none."""
    try:
        found = _read(value)
        if found is not None:
            found = (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (LookupError, ValueError, OverflowError, OSError, TypeError):
        return None
    return found


def is_day(value: object) -> bool:
    """Tell whether a value names a day without a time."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        text = _day_first(str(value).strip())
        on_page = _ON_PAGES.fullmatch(text)
        return bool(_DAY.fullmatch(text) or (on_page and on_page["name"] and not on_page["hour"]))
    return isinstance(value, date) and not isinstance(value, datetime)


def tells_no_time(value: object) -> bool:
    """Tell whether a moment names a day only: without a time, or at midnight sharp where it was written."""
    return is_day(value) or day_alone(value) is not None


def day_alone(value: object) -> datetime | None:
    """Return midnight UTC of the day that a moment names only, see `tells_no_time`; None where it tells a time."""
    try:
        found = _read(value)
    except (LookupError, ValueError, OverflowError, OSError, TypeError):
        return None
    if found is None or found.timetz().replace(tzinfo=None) != time():
        return None
    return found.replace(tzinfo=UTC)


def end_of(value: object, zone: tzinfo) -> datetime | None:
    """Return a moment in UTC as `moment` does, but of a day its end, by which all that is of that day has been."""
    found = moment(value, zone)
    try:
        return found + timedelta(days=1) if found is not None and is_day(value) else found
    except OverflowError:
        return None


def _read(value: object) -> datetime | None:
    if isinstance(value, datetime):
        # Those of pandas, which Parquet gives, are finer than ours.
        return datetime.fromisoformat(value.isoformat(timespec="microseconds"))
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 (its zone is the caller's to say)
    if isinstance(value, str):
        return _written(value.strip())
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _written(str(value))
    return None


def _day_first(text: str) -> str:
    """Return a moment with its day before the month's name, and hyphens where a year and slashes begin it."""
    return _MONTH_FIRST.sub(r"\2 \1 \3", _YEAR_FIRST.sub(r"\1-\2-\3", text, count=1), count=1)


def _written(text: str) -> datetime:
    # Before ISO 8601, which takes some of these for days of long ago.
    if _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(float(text), UTC)
    if _THOUSANDTHS.fullmatch(text):
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    text = _day_first(_DIGITS.sub(r"\1T\2", text, count=1))
    if on_page := _ON_PAGES.fullmatch(text):
        return _on_page(on_page)
    if in_zone := _ISO_IN_ZONE.fullmatch(text):
        return datetime.fromisoformat(in_zone[1]).replace(tzinfo=_zone(in_zone[2]))
    if in_mail := _IN_MAIL.match(text):
        return _mailed(text, in_mail)
    return datetime.fromisoformat(text)


def _on_page(found: re.Match[str]) -> datetime:
    zone = _zone(found["zone"]) if found["zone"] else None
    hour = _hour(int(found["hour"] or 0), (found["half"] or "").lower())
    clock = time(hour, int(found["minute"] or 0), int(found["second"] or 0), tzinfo=zone)
    return datetime.combine(date(int(found["year"]), _month(found), int(found["day"])), clock)


def _month(found: re.Match[str]) -> int:
    if found["name"]:
        short = found["name"][:3].lower()
        return _MONTHS_OF_PAGES.index(_MONTHS.get(short, short).lower()) + 1
    # Elsewhere 3/6/2025 may as well be a day of March.
    if (found["zone"] or "").upper() not in _LOCAL_HOURS:
        raise ValueError(f"no zone tells which is the month: {found[0]}")
    return int(found["number"])


def _hour(hour: int, half: str) -> int:
    if half and not 1 <= hour <= 12:
        raise ValueError(f"no hour of half a day: {hour}")
    return hour % 12 + 12 * (half == "pm") if half else hour


def _zone(name: str) -> timezone:
    return timezone(timedelta(hours=_HOURS[name.upper()]))


def _mailed(text: str, in_mail: re.Match[str]) -> datetime:
    month = in_mail[1][:3]
    found = parsedate_to_datetime(
        f"{text[: in_mail.start(1)]}{_MONTHS.get(month.lower(), month)}{text[in_mail.end(1) :]}"
    )
    if found.tzinfo is not None:
        return found
    if text.endswith("-0000"):
        # So says mail that a time is UTC, and that nobody knows where it was written.
        return found.replace(tzinfo=UTC)
    if named := _ZONE.search(text):
        # What nobody knows raises: taken for the zone of the rest, it would be hours off without a word.
        return found.replace(tzinfo=_zone(named[0]))
    return found
