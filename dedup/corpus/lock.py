"""One at a time: locks that vanish with the process that holds them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import TextIO
from zlib import crc32

from sqlalchemy import Connection, Engine, func, select

from dedup.errors import Busy


@contextmanager
def hold(path: Path, work: str, wait: bool = False) -> Iterator[TextIO]:
    """Hold the lock on the file `path`, made with its folder, for `work`, words such as "collecting into data".

    Yields the open file: a child process that inherits its descriptor holds the lock too, until both have closed it
    or are gone. Its one line tells who holds it since when; only while somebody does, the line means anything.
    Raises Busy with that line while another process holds it, unless it shall `wait`; OSError where `path` cannot
    be locked.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Opened to append: opening must not empty the file of another holder.
    with path.open("a+", encoding="utf-8") as file:
        try:
            flock(file, LOCK_EX if wait else LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise Busy(f"another process is {file.read().strip() or work}; nothing is done here") from error
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(path)) from error
        since = datetime.now(UTC).astimezone().isoformat(timespec="seconds")
        file.truncate(0)
        file.write(f"{work} (process {os.getpid()}, since {since})\n")
        file.flush()
        # Closing gives it back, and not LOCK_UN, which would take it from a child that still works.
        yield file


@contextmanager
def alone(engine: Engine, work: str, wait: bool = False) -> Iterator[None]:
    """Hold the corpus for `work`, a word such as "updating"; raises Busy while another process does, or waits.

    SQLite: a lock on a file beside the corpus. PostgreSQL: an advisory lock.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            key = crc32(f"gema {work}".encode())
            _advise(connection, key, work, wait)
            # The lock is the session's: no transaction need stay open, and the pool keeps sessions.
            connection.commit()
            try:
                yield
            finally:
                connection.execute(select(func.pg_advisory_unlock(key)))
                connection.commit()
        return
    with hold(Path(f"{engine.url.database}.{work}"), f"{work} this corpus", wait):
        yield


def in_turn(connection: Connection, work: str) -> None:
    """Wait until no other transaction holds the corpus for `work`, and hold it until this one ends.

    In SQLite those that write come one after the other anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(crc32(f"gema {work}".encode()))))


def _advise(connection: Connection, key: int, work: str, wait: bool) -> None:
    if wait:
        connection.execute(select(func.pg_advisory_lock(key)))
    elif not connection.execute(select(func.pg_try_advisory_lock(key))).scalar():
        raise Busy(f"another process is {work} this corpus; nothing is done here")
