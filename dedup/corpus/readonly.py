"""A corpus opened so that nothing can be written to it, for who only shows what is there."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from dedup.corpus import limits, migration
from dedup.corpus.address import resolve
from dedup.corpus.store import Corpus
from dedup.errors import CorpusError

_BUSY_TIMEOUT_MS = 5_000


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
