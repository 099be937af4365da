"""A copy of the corpus as it stands at one moment, made while others write to it."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path

from dedup.corpus import lock
from dedup.corpus.address import is_writable, resolve
from dedup.corpus.readonly import connected, unchanged
from dedup.errors import CorpusError, Refused

# About 8 MB: often enough for a progress bar, seldom enough to cost nothing.
_PAGES = 1000


def backup(
    address: str | None, file: Path, force: bool = False, tell: Callable[[str, int, int], None] | None = None
) -> int:
    """Copy the corpus at `address` (see `address.resolve`) into `file`, and return its size in bytes.

    The copy is checked, and takes its name only when it is whole. It is a corpus of the same schema, an old one's
    included. `tell` is called with a stage, how much of it is done, and how much there is.

    A link stays one: what it leads to is written. Raises Refused where `file` exists, unless `force`, or is no file,
    and for a PostgreSQL corpus; CorpusError where there is no corpus, it was written to unseen, or it or its copy is
    damaged; Busy while another process copies it; OSError.
    """
    url = resolve(address)
    if url.get_backend_name() != "sqlite":
        message = f"PostgreSQL has its own tool for this: pg_dump --format=custom --file={file} {url.database}"
        raise Refused(message)
    corpus = Path(url.database or "")
    _check(corpus, file, force)
    file = file.resolve()
    with _alone(corpus):
        part = file.with_name(f".{file.name}.part")
        try:
            _clear(part)
            # Says better than SQLite what is wrong with the place.
            part.open("xb").close()
            _copy(corpus, part, tell)
            _sync(part)
            part.replace(file)
            _sync(file.absolute().parent)
        except sqlite3.Error as error:
            raise CorpusError(f"cannot copy {corpus} into {file}: {error}") from error
        finally:
            _clear(part)
    return file.stat().st_size


def _alone(corpus: Path) -> AbstractContextManager[object]:
    # Beside what cannot be written to, no lock can be made.
    return lock.hold(Path(f"{corpus}.copying"), "copying this corpus") if is_writable(corpus) else nullcontext()


def _check(corpus: Path, file: Path, force: bool) -> None:
    if not corpus.is_file():
        raise CorpusError(f"there is no corpus at {corpus}")
    if file.is_dir():
        raise Refused(f"{file} is a folder: name a file, like {file / corpus.name}")
    place = file.resolve().parent
    if not place.is_dir():
        raise Refused(f"there is no folder {place}: make it first")
    if file.exists() and file.samefile(corpus):
        raise Refused(f"{file} is the corpus itself: name another file")
    if file.exists() and not file.is_file():
        raise Refused(f"{file} is a device or a pipe, which no file can replace: name another")
    if file.exists() and not force:
        raise Refused(f"{file} exists: name another file, or overwrite it with --force")


def _copy(corpus: Path, part: Path, tell: Callable[[str, int, int], None] | None) -> None:
    source = connected(corpus.resolve())
    source.isolation_level = None
    with closing(source), unchanged(source), closing(sqlite3.connect(part, isolation_level=None)) as target:
        # Without a snapshot of its own, each write of a crawl would have the copy begin anew.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()
        # The whole file is flushed before it gets its name.
        target.execute("PRAGMA synchronous = OFF")
        progress = (lambda _, left, total: tell("copying", total - left, total)) if tell else None
        source.backup(target, pages=_PAGES, progress=progress)
        # One file that anything can open, on a disk that cannot be written to as well.
        target.execute("PRAGMA journal_mode = DELETE")
        (answer,) = target.execute("PRAGMA integrity_check(1)").fetchone()
    if answer != "ok":
        raise CorpusError(f"the copy of {corpus} is damaged, and so may be the corpus itself: {answer}")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _clear(part: Path) -> None:
    """Remove an unfinished copy, and the journals that a killed process has left beside it."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        part.with_name(part.name + suffix).unlink(missing_ok=True)
