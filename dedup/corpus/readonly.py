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
from sqlalchemy.pool import ConnectionPoolEntry

from dedup.corpus import connecting, limits, migration
from dedup.corpus.address import is_writable, resolve
from dedup.corpus.store import Corpus
from dedup.errors import CorpusError

_BUSY_TIMEOUT_MS = 5_000
# Of a file whose changes are kept in a log: where in its head that stands, and as what.
_LOGGED, _WITH_LOG = slice(18, 20), b"\2\2"
_UNWATCHED = "mode=ro&immutable=1"


class Unwatched(sqlite3.Connection):
    """A connection to a file that cannot be watched for who else writes to it: SQLite takes it to be immutable."""

    path: Path
    before: tuple[int, int, int]


class ReadOnly(Corpus):
    """A corpus that is only read."""

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection, see `Corpus.reading`; raises CorpusError at its end where its file changed unwatched."""
        with super().reading() as connection, unchanged(connection.connection.driver_connection):
            yield connection


@contextmanager
def unchanged(connection: object) -> Iterator[None]:
    """Raise CorpusError at the end where what a connection reads changed and it was Unwatched, whatever else failed."""
    try:
        yield
    finally:
        if isinstance(connection, Unwatched) and _state(connection.path) != connection.before:
            raise CorpusError(f"the corpus {connection.path} was written to meanwhile: try again")


def open_as_it_is(address: str | None = None) -> Corpus:
    """Open the corpus at `address` for who only reads: no byte of its file changes, and it need not be writable.

    One that is not there, of an older schema, or in PostgreSQL is opened as `Corpus.existing` does, which makes or
    upgrades it. Raises CorpusError as that does.
    """
    url = resolve(address)
    path = Path(url.database or "")
    if url.get_backend_name() != "sqlite" or not path.is_file():
        return Corpus.existing(address)
    engine = _sqlite(url, "mode=rw")
    connecting.prepare_to_read(engine)
    try:
        if is_writable(path) and migration.is_old(engine):
            return Corpus.existing(address)
        migration.refuse_other(engine, url.render_as_string())
    except DBAPIError as error:
        raise CorpusError(f"cannot open the corpus {url.render_as_string()}: {error.orig}") from error
    return ReadOnly(engine)


def connected(path: Path, way: str = "mode=rw") -> sqlite3.Connection:
    """Connect to a file of SQLite to read it, whether or not it can be written to; `way` is how where it can."""
    before = _state(path)
    way = way if is_writable(path) else _way(path)
    kind = Unwatched if way == _UNWATCHED else sqlite3.Connection
    connection = sqlite3.connect(f"file:{quote(str(path))}?{way}", uri=True, check_same_thread=False, factory=kind)
    if isinstance(connection, Unwatched):
        connection.path, connection.before = path, before
    return connection


def _way(path: Path) -> str:
    """Return how a file that cannot be written to is opened to be read."""
    with path.open("rb") as file:
        logged = file.read(_LOGGED.stop)[_LOGGED] == _WITH_LOG
    # Where there is a log somebody else writes, or was killed, and it has to be read as well.
    return _UNWATCHED if logged and not path.with_name(f"{path.name}-wal").exists() else "mode=ro"


def _state(path: Path) -> tuple[int, int, int]:
    seen = path.stat()
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def open_to_read(address: str | None = None) -> Corpus:
    """Open the corpus at `address` (see `address.resolve`) for reading alone: nothing is made and nothing upgraded.

    Who reads can be given so much time, see `limits.within`.

    Raises CorpusError where there is none, its schema is not this program's, or it is out of reach.
    """
    url = resolve(address)
    engine = _served(url) if url.get_backend_name() == "sqlite" else _postgresql(url)
    limits.bound(engine)
    try:
        migration.refuse_other(engine, url.render_as_string())
    except DBAPIError as error:
        raise CorpusError(f"cannot open the corpus {url.render_as_string()}: {error.orig}") from error
    return ReadOnly(engine)


def _sqlite(url: URL, way: str) -> Engine:
    path = Path(url.database or "")
    engine = create_engine(url, creator=lambda: connected(path, way))

    @event.listens_for(engine, "checkin")
    def _checkin(connection: Any, entry: ConnectionPoolEntry) -> None:
        # What it has seen of a file that nobody watches means nothing to the next transaction: each connects anew and
        # looks again for who writes. Other connections see what is committed, and stay.
        if isinstance(connection, Unwatched):
            entry.invalidate()

    return engine


def _served(url: URL) -> Engine:
    if not Path(url.database or "").is_file():
        raise CorpusError(
            f"there is no corpus {url.render_as_string()}: `dedup import` or `scrapy crawl news` makes it"
        )
    # Not even the log of somebody who was killed is moved into the corpus.
    engine = _sqlite(url, "mode=ro")

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
