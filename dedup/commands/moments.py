"""Moments and ages as people type them behind an option."""

from datetime import UTC, datetime, timedelta, tzinfo

import typer


def moment(option: str, said: str | None, zone: tzinfo | None, end: bool = False) -> datetime | None:
    """Return a moment in `zone`, of a day its beginning or its `end`; typer says so where it is none.

    What names no zone is as clocks in `zone` show it, None being the system's own.
    """
    from dedup.sources.moments import is_day
    from dedup.sources.moments import moment as read

    if said is None:
        return None
    found = read(said, zone or UTC)
    try:
        # Without a zone of its own it is as clocks here show it.
        here = zone or (found.replace(tzinfo=None).astimezone().tzinfo if found else None) or UTC
        found = read(said, here)
        if found is not None:
            return (found + timedelta(days=1) if end and is_day(said) else found).astimezone(zone)
    except (OverflowError, ValueError):  # The first and the last day that a calendar knows.
        pass
    raise typer.BadParameter(f"{said!r} is no date. Like this: {option} 2026-03-20")


def moment_or_age(option: str, said: str | None, zone: tzinfo | None) -> datetime | timedelta | None:
    """Return a moment, or how long ago it is (`7d`, `24h`); typer says so where it is neither."""
    from dedup.durations import duration

    try:
        return duration(said) if said is not None else None
    except ValueError:
        try:
            return moment(option, said, zone)
        except typer.BadParameter as error:
            raise typer.BadParameter(
                f"{said!r} is no date and no age. Like this: {option} 2026-03-20, {option} 7d"
            ) from error


def ago(wanted: datetime | timedelta | None, now: datetime) -> datetime | None:
    """Return the moment that is wanted, an age counted back from `now`."""
    if not isinstance(wanted, timedelta):
        return wanted
    try:
        return now - wanted
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
