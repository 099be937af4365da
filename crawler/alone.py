"""One collection at a time in one data folder, or one of each shard: locks that vanish with their processes."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path
from types import FrameType
from typing import TextIO

from crawler.seedlist import Shard
from dedup import Busy

# The descriptors of the locks that the parent process took: `scrapy collect` holds them for its `scrapy crawl`.
INHERITED = "GEMA_COLLECTING"
_LOOK_AGAIN_S = 0.5
_FOLDER = "collecting.lock"
_RULE = "one collects at a time in a data folder (where ARCHIVE_DIR is), whatever the corpus"


class _Held(Exception):
    """Another process has one of the locks."""


class _ToldToEnd(Exception):
    """A signal came while another process was waited for."""


@contextmanager
def collecting(
    data: Path, shard: str | None = None, wait: Callable[[str], object] | None = None
) -> Iterator[tuple[int, ...]]:
    """Hold the data folder for collecting, all of it or a shard like "2/5"; yield the descriptors of the locks.

    All of it excludes every other collection into the folder, whatever its corpus; a shard only itself and all of it. A
    child that inherits the descriptors holds the locks too, until both processes have ended. Raises Busy, saying who
    holds it since when, while another process does. With `wait` it waits instead, and tells `wait` who holds it; then
    it raises Busy when it hears SIGTERM or SIGINT. Raises OSError where the folder cannot be locked, and ValueError for
    what is no shard.
    """
    work = f"collecting into {data}" + (f", shard {shard}" if shard else "")
    wanted = _wanted(data, shard)
    if inherited := _inherited([path for path, _ in wanted]):
        yield inherited
        return
    try:
        with _waited(wanted, work, wait) if wait else _taken(wanted, work) as locks:
            yield tuple(lock.fileno() for lock in locks)
    except _Held as held:
        raise Busy(f"{held}; nothing is done here: {_RULE}") from held
    except _ToldToEnd as ended:
        raise Busy(f"{ended}; nothing is done here") from ended


def _wanted(data: Path, shard: str | None) -> list[tuple[Path, int]]:
    """Return the locks of a collection: that of the folder, which shards share, and that of a shard."""
    if shard is None:
        return [(data / _FOLDER, LOCK_EX)]
    part, many = Shard.parse(shard)
    return [(data / _FOLDER, LOCK_SH), (data / f"collecting-{part}-of-{many}.lock", LOCK_EX)]


def _inherited(paths: Sequence[Path]) -> tuple[int, ...]:
    """Return the descriptors that a parent process handed on, if they are the locks on these files."""
    words = os.environ.get(INHERITED, "").split(",")
    handed = tuple(int(word) for word in words if word.isdecimal())
    ours = len(handed) == len(paths) and all(map(_is, handed, paths))
    return handed if ours else ()


def _is(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


@contextmanager
def _waited(
    wanted: Sequence[tuple[Path, int]], work: str, tell: Callable[[str], object]
) -> Iterator[tuple[TextIO, ...]]:
    """Yield the locks, files, once nobody else has them; look rather than queue, to hear signals meanwhile."""
    with ExitStack() as stack:
        with _heeding_signals():
            told = ""
            while True:
                try:
                    locks = stack.enter_context(_taken(wanted, work))
                    break
                except _Held as held:
                    if str(held) != told:
                        told = str(held)
                        tell(f"{told}; waiting for it: {_RULE}")
                    time.sleep(_LOOK_AGAIN_S)
        yield locks


@contextmanager
def _heeding_signals() -> Iterator[None]:
    def end(number: int, _: FrameType | None) -> None:
        raise _ToldToEnd(f"{signal.Signals(number).name} came while another process was waited for")

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _taken(wanted: Sequence[tuple[Path, int]], work: str) -> Iterator[tuple[TextIO, ...]]:
    with ExitStack() as stack:
        yield tuple(stack.enter_context(_locked(path, how, work)) for path, how in wanted)


@contextmanager
def _locked(path: Path, how: int, work: str) -> Iterator[TextIO]:
    """Yield a locked file; its one line tells who holds it for himself since when, while somebody does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Opened to append: opening must not empty the file of another holder.
    with path.open("a+", encoding="utf-8") as file:
        try:
            flock(file, how | LOCK_NB)
        except BlockingIOError as error:
            shards = _held_shards(path.parent) if how == LOCK_EX and path.name == _FOLDER else []
            holders = "; ".join(shards) or _line_of(file) or work
            raise _Held(f"another process is {holders}") from error
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from error
        if how == LOCK_EX:
            since = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
            file.truncate(0)
            file.write(f"{work} (process {os.getpid()}, since {since})\n")
            file.flush()
        # Closing gives it back, and not LOCK_UN, which would take it from a child that still works.
        yield file


def _held_shards(data: Path) -> list[str]:
    """Return the lines of the shards that are being collected."""
    lines = []
    for path in sorted(data.glob("collecting-*-of-*.lock")):
        with path.open(encoding="utf-8") as file:
            try:
                flock(file, LOCK_SH | LOCK_NB)
            except BlockingIOError:
                lines.append(_line_of(file))
    return lines


def _line_of(file: TextIO) -> str:
    file.seek(0)
    return file.read().strip()
