"""A report on disk: a folder of its own for each, complete or not there, and `latest` beside them."""

import itertools
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dedup.report import manifest
from dedup.report.pages import Setting
from dedup.report.sheets import Report
from dedup.report.unfinished import clear, held, latest
from dedup.report.writing import pages_written


def write(
    report: Report,
    folder: Path,
    now: datetime,
    setting: Setting | None = None,
    made_from: Callable[[], Mapping[str, Any]] | None = None,
    also: Sequence[Callable[[Path], object]] = (),
) -> Path:
    """Write `<folder>/<now in UTC>/` with all pages and groups.json; return the path of index.html.

    Each of `also` is called with the folder and may write more, before anybody sees it. What `made_from` returns, a
    `manifest`, stands in manifest.json with the hashes of the other files. Both are called while pages are written.

    Raises OSError, which names `folder`, when the disk does not let it; then nothing of it is there. What others left
    there that were killed while they wrote is removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    clear(folder)
    with held(folder) as unfinished:
        try:
            with pages_written(report, unfinished, setting or Setting()):
                for more in also:
                    more(unfinished)
                stated = made_from() if made_from else None
            if stated is not None:
                manifest.seal(unfinished, stated)
            unfinished.chmod(0o755)  # mkdtemp's folders are for one user only; a report is for others to read.
            place = _moved(unfinished, folder / f"{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}")
        except BaseException as error:
            shutil.rmtree(unfinished, ignore_errors=True)
            if isinstance(error, OSError):
                # What fails may name one of our own files, which it was copied from, or nothing at all.
                error.filename = str(folder)
            raise
        _point_latest(place)
    return place / "index.html"


def _moved(unfinished: Path, wanted: Path) -> Path:
    """Move a folder to the `wanted` name, or the next free one with a number; return where it is."""
    for number in itertools.count(1):
        target = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        try:
            return unfinished.rename(target)
        except OSError:
            if not target.exists():
                raise
    raise AssertionError("there is always a next number")


def _point_latest(report: Path) -> None:
    """Make `latest` beside `report` the same report: a link, or a copy where links are not allowed."""
    known, fresh = report.with_name("latest"), latest(report)
    try:
        fresh.symlink_to(report.name, target_is_directory=True)
    except (OSError, NotImplementedError):
        shutil.copytree(report, fresh)
    if known.is_dir() and not known.is_symlink():
        shutil.rmtree(known)
    fresh.replace(known)
