"""Lengths of time and moments as people write them, in English and Indonesian."""

import re
from datetime import UTC, datetime, timedelta

_WORDS = {
    timedelta(weeks=1): ("w", "wk", "wks", "week", "weeks", "minggu", "pekan"),
    timedelta(days=1): ("d", "day", "days", "hari"),
    timedelta(hours=1): ("h", "hr", "hrs", "hour", "hours", "jam"),
    timedelta(minutes=1): ("m", "min", "mins", "minute", "minutes", "menit"),
    timedelta(seconds=1): ("s", "sec", "secs", "second", "seconds", "detik"),
}
_UNITS = {word: unit for unit, words in _WORDS.items() for word in words}
_PART = re.compile(r"([0-9]{1,9})\s*([a-z]+)\s*")
_WHOLE = re.compile(rf"(?:{_PART.pattern})+")
# A slip of the keyboard, and beyond it the calendar ends.
_LONGEST = timedelta(days=36_500)


def duration(text: str) -> timedelta:
    """Return how long `text` is, like "30m", "2 days", "1d12h" or "2 hari".

    Raises ValueError with a message for people where it is no length of time, nothing, or more than a century.
    """
    wanted = text.strip().lower()
    parts = _PART.findall(wanted) if _WHOLE.fullmatch(wanted) else []
    if not parts or any(unit not in _UNITS for _, unit in parts):
        raise ValueError(f"{text!r} is no length of time; write it like 30m, 2h, 1d12h, 2 days or 3 hari")
    try:
        found = sum((int(number) * _UNITS[unit] for number, unit in parts), timedelta())
    except OverflowError:
        found = timedelta.max
    if not timedelta() < found <= _LONGEST:
        raise ValueError(f"{text!r} is no length of time to work with: more than nothing, and at most 36500 days")
    return found


def written(length: timedelta) -> str:
    """Return a length of time, in whole seconds, in the shortest form that `duration` reads: "1d12h"."""
    said = []
    for unit, words in _WORDS.items():
        number, length = divmod(length, unit)
        if number:
            said.append(f"{number}{words[0]}")
    return "".join(said) or "0s"


def moment_or_age(text: str, now: datetime) -> datetime:
    """Return the moment `text` names, in UTC: a date or time in ISO 8601 (UTC unless it names a zone), or an age.

    An age, like "2 days", counts back from `now`. Raises ValueError with a message for people.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        moment = _ago(text, now)
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} is a time beyond the calendar") from error


def _ago(text: str, now: datetime) -> datetime:
    try:
        return now - duration(text)
    except ValueError as error:
        message = f"{text!r} is neither a time nor an age; write it like 2025-06-19, 2025-06-19T08:00+07:00 or 2 days"
        raise ValueError(message) from error
