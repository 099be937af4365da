"""The folder of reports: which there are, which one a new one is compared with, which may go.

Only what `files.write` made counts: nothing else in the folder is read, and nothing else is removed.
"""

import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dedup.durations import duration
from dedup.errors import GemaError, Refused
from dedup.report import news
from dedup.report.news import Known

KNOWN = "known.json"
LATEST = "latest"
LAST = ("last", LATEST)
_NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d{6}Z)(?:-([1-9]\d{0,8}))?")
_STAMP = "%Y-%m-%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Retention:
    """Which reports stay: so many, or those that are not older than the newest by more than an age."""

    number: int | None = None
    age: timedelta | None = None


def retention(text: str) -> Retention:
    """Return what `90` (reports) or `30d` (days) means; raises ValueError with a message for people."""
    wanted = text.strip()
    if not re.fullmatch(r"[0-9]{1,9}", wanted):
        try:
            return Retention(age=duration(wanted))
        except ValueError as error:
            raise ValueError(f"{text!r} says neither how many reports stay, like 90, nor how long, like 30d") from error
    if int(wanted) < 1:
        raise ValueError(f"{text!r} would keep no report at all; write how many, like 90, or how long, like 30d")
    return Retention(number=int(wanted))


def reports(folder: Path) -> list[Path]:
    """Return the reports in a folder, the oldest first; no link to one counts, and nothing else that lies there."""
    if not folder.is_dir():
        return []
    found = {path: made for path in folder.iterdir() if (made := _made(path.name)) and _is_report(path)}
    return sorted(found, key=lambda path: found[path])


def compared(folder: Path, against: str = LATEST, without: datetime | None = None) -> tuple[str, Known | None]:
    """Return the name of the earlier report that a new one is compared with, and what it knew; "", None without one.

    That is the one called `against`, for which GemaError is raised where it cannot be; for one of LAST the last that
    can be and is not of the day (UTC) of the moment to do `without`: that day's reports will go.
    """
    if against not in LAST:
        return _named(folder, against)
    for report in reversed(reports(folder)):
        if without is None or not _is_of(report, without):
            try:
                return report.name, _knew(report)
            except GemaError:
                continue  # It was made before reports could be compared, or is damaged.
    return "", None


def keep_one_a_day(report: Path) -> list[Path]:
    """Remove the other reports of the day (UTC) of `report`, a folder that `files.write` made; return them."""
    made = _made(report.name)
    others = [other for other in reports(report.parent) if other.name != report.name]
    return _removed(other for other in others if made and _is_of(other, made[0]))


def keep(report: Path, wanted: Retention) -> list[Path]:
    """Remove the reports beside `report`, the newest, that are not `wanted`; return them.

    `report` itself stays, and so does what `latest` leads to, whatever is wanted.
    """
    held = reports(report.parent)
    latest = (report.parent / LATEST).resolve()
    spared = {report.name, latest.name if latest.parent == report.parent.resolve() else ""}
    return _removed(other for other in _expired(held, report, wanted) if other.name not in spared)


def _expired(held: Sequence[Path], report: Path, wanted: Retention) -> Sequence[Path]:
    if wanted.number is not None:
        return held[: -wanted.number]
    made = _made(report.name)
    if made is None or wanted.age is None:
        return ()
    return [other for other in held if (then := _made(other.name)) and made[0] - then[0] > wanted.age]


def _removed(reports: Iterable[Path]) -> list[Path]:
    gone = list(reports)
    for report in gone:
        shutil.rmtree(report)
    return gone


def _named(folder: Path, against: str) -> tuple[str, Known]:
    held = reports(folder)
    for report in held:
        if report.name == against:
            return report.name, _knew(report)
    last = f"; the last one is {held[-1].name}" if held else "; there is none yet"
    raise Refused(f"there is no report {against!r} in {folder}{last}")


def _knew(report: Path) -> Known:
    try:
        return news.loads((report / KNOWN).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise GemaError(f"the report {report.name} has no {KNOWN}: it is too old to be compared with") from error
    except (GemaError, UnicodeDecodeError) as error:
        raise GemaError(f"{report / KNOWN} is damaged: {error}") from error


def _made(name: str) -> tuple[datetime, int] | None:
    """Return when the report of this name was made, and which it was of that second; None where it is no such name."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], _STAMP).replace(tzinfo=UTC), int(found[2] or 1)
    except ValueError:
        return None


def _is_of(report: Path, moment: datetime) -> bool:
    made = _made(report.name)
    return made is not None and made[0].date() == moment.astimezone(UTC).date()


def _is_report(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and (path / "index.html").is_file()
