"""A corpus opened so that nothing can be written to it, for who only shows what is there.

A file in which SQLite keeps a log cannot be opened where the log cannot be made, except as one that nobody writes to
meanwhile. Whether that was so is looked at afterwards.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from dedup.corpus import connecting, limits, migration
from dedup.corpus.address import is_writable, resolve
from dedup.corpus.store import Corpus
from dedup.errors import CorpusError

_BUSY_TIMEOUT_MS = 5_000
# Of a file whose changes are kept in a log: where in its head that stands, and as what.
_LOGGED, _WITH_LOG = slice(18, 20), b"\2\2"


class Unwatched(Corpus):
    """A corpus in a file that cannot be written to from here, nor watched for who else writes to it."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection, see `Corpus.reading`; raises CorpusError at its end where the file changed meanwhile."""
        path = Path(self.engine.url.database or "")
        before = _state(path)
        try:
            with super().reading() as connection:
                yield connection
        finally:
            if _state(path) != before:
                raise CorpusError(f"the corpus {path} was written to while it was read: try again")


def open_as_it_is(address: str | None = None) -> Corpus:
    """Open the corpus at `address` for who only reads: no byte of its file changes, and it need not be writable.

    One that is not there, of an older schema, or in PostgreSQL is opened as `Corpus.existing` does, which makes or
    upgrades it. Raises CorpusError as that does.
    """
    url = resolve(address)
    path = Path(url.database or "")
    if url.get_backend_name() != "sqlite" or not path.is_file():
        return Corpus.existing(address)
    writable = is_writable(path)
    # What one connection has seen of a file that nobody watches means nothing to the next transaction.
    engine = create_engine(url, creator=lambda: connected(path), poolclass=None if writable else NullPool)
    connecting.prepare_to_read(engine)
    try:
        if writable and migration.is_old(engine):
            return Corpus.existing(address)
        migration.refuse_other(engine, url.render_as_string())
    except DBAPIError as error:
        raise CorpusError(f"cannot open the corpus {url.render_as_string()}: {error.orig}") from error
    return Corpus(engine) if writable else Unwatched(engine)


def connected(path: Path) -> sqlite3.Connection:
    """Connect to a file of SQLite to read it, whether or not it can be written to."""
    return sqlite3.connect(f"file:{quote(str(path))}?{_way(path)}", uri=True, check_same_thread=False)


def _way(path: Path) -> str:
    """Return how a file is opened to be read."""
    if is_writable(path):
        return "mode=rw"
    with path.open("rb") as file:
        logged = file.read(_LOGGED.stop)[_LOGGED] == _WITH_LOG
    # Where there is a log somebody else writes, or was killed, and it has to be read as well.
    return "mode=ro&immutable=1" if logged and not path.with_name(f"{path.name}-wal").exists() else "mode=ro"


def _state(path: Path) -> tuple[int, int, int]:
    seen = path.stat()
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def open_to_read(address: str | None = None) -> Corpus:
    """Open the corpus at `address` (see `address.resolve`) for reading alone: nothing is made and nothing upgraded.

    Who reads can be given so much time, see `limits.within`.

    Raises CorpusError where there is none, its schema is not this program's, or it is out of reach.
    """
    url = resolve(address)
    engine = _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)
    limits.bound(engine)
    try:
        migration.refuse_other(engine, url.render_as_string())
    except DBAPIError as error:
        raise CorpusError(f"cannot open the corpus {url.render_as_string()}: {error.orig}") from error
    return Corpus(engine)


def _sqlite(url: URL) -> Engine:
    if not Path(url.database or "").is_file():
        raise CorpusError(
            f"there is no corpus {url.render_as_string()}: `dedup import` or `scrapy crawl news` makes it"
        )
    # As an address, which alone can ask for a file to be opened read-only.
    query = {"mode": "ro", "uri": "true"}
    engine = create_engine(URL.create("sqlite", database=f"file:{quote(url.database or '')}", query=query))

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    try:
        return create_engine(url, connect_args={"options": "-c default_transaction_read_only=on"}, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise CorpusError("a PostgreSQL corpus needs psycopg: pip install 'gema-news[postgres]'") from error
