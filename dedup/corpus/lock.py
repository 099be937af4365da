"""One at a time: locks on a corpus that vanish with the process that holds them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from zlib import crc32

from sqlalchemy import Engine, func, select

from dedup.records import Busy


@contextmanager
def alone(engine: Engine, work: str) -> Iterator[None]:
    """Hold the corpus for `work`, a word such as "updating"; raises Busy while another process does.

    SQLite: a lock on a file beside the corpus, which names its holder. PostgreSQL: an advisory lock.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            key = crc32(f"gema {work}".encode())
            if not connection.execute(select(func.pg_try_advisory_lock(key))).scalar():
                raise Busy(f"another process is {work} this corpus; nothing is done here")
            # The lock is the session's: no transaction need stay open, and the pool keeps sessions.
            connection.commit()
            try:
                yield
            finally:
                connection.execute(select(func.pg_advisory_unlock(key)))
                connection.commit()
        return
    with Path(f"{engine.url.database}.{work}").open("a+", encoding="utf-8") as file:
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise Busy(
                f"another process is {work} this corpus ({file.read().strip()}); nothing is done here"
            ) from error
        file.truncate(0)
        file.write(f"since {datetime.now(UTC).isoformat(timespec='seconds')}, process {os.getpid()}\n")
        file.flush()
        yield
