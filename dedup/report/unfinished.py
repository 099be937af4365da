"""The folder in which a report is made: held while it is, so that what a killed process left is told from it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

_UNFINISHED, _LATEST = ".unfinished-", ".latest-"
# What `mkdtemp` makes of the one, and of the other what reports are called.
_LEFT, _LEFT_LATEST = f"{_UNFINISHED}????????", f"{_LATEST}????-??-??T??????Z*"


@contextmanager
def held(folder: Path) -> Iterator[Path]:
    """Yield a new folder in `folder`, held until the end, whatever it is called by then."""
    place, lock = _held(folder)
    try:
        yield place
    finally:
        # Processes that write pages have it open as well: the lock goes with the last of them.
        os.close(lock)


def latest(report: Path) -> Path:
    """Return what `latest` is called until it takes its place, while the folder `report` is held."""
    return report.with_name(f"{_LATEST}{report.name}")


def clear(folder: Path) -> None:
    """Remove what processes left in `folder` that were killed while they made a report; what is held stays."""
    for left in folder.glob(_LEFT):
        _remove(left, left)
    for left in folder.glob(_LEFT_LATEST):
        _remove(left, folder / left.name.removeprefix(_LATEST))


def _held(folder: Path) -> tuple[Path, int]:
    while True:
        place = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder))
        # Another report that begins may take it for one that was left, before it is held.
        with suppress(FileNotFoundError):
            lock = os.open(place, os.O_RDONLY)
            # On a disk without locks nobody else gets one either, and so nothing is removed.
            with suppress(OSError):
                flock(lock, LOCK_EX)
            if place.exists():
                return place, lock
            os.close(lock)


def _remove(left: Path, made: Path) -> None:
    """Remove `left` where nobody holds the folder `made`."""
    with suppress(OSError), _alone(made):
        if left.is_symlink():
            left.unlink()
        else:
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _alone(made: Path) -> Iterator[None]:
    """Hold a folder, or nothing where it is gone; raises OSError where somebody else holds it."""
    try:
        lock = os.open(made, os.O_RDONLY)
    except FileNotFoundError:
        yield
        return
    try:
        flock(lock, LOCK_EX | LOCK_NB)
        yield
    finally:
        os.close(lock)
