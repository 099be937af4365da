"""Connections to SQLite: as durable and as strict as PostgreSQL's are by default, and the log of what they write."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from threading import Event, Thread
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

_BUSY_TIMEOUT_MS = 60_000
# Of memory for each connection, at most.
_CACHE_KIB = 16_384
# Of the write-ahead log before whoever commits moves it into the corpus: 64 MB; where a thread moves it, 1 GB.
_LOGGED, _LOGGED_AT_MOST = 8_192, 131_072
_PAGES = "gema_wal_pages"
THREAD = "moving the log into the corpus"
# Seconds.
_PAUSE = 0.25


def prepare_to_read(engine: Engine) -> None:
    """Set up an engine for SQLite that writes nothing, not even how the file keeps its log."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute("PRAGMA query_only = ON")

    _begin_ourselves(engine)


def prepare(engine: Engine) -> None:
    """Set up what SQLite needs; of another database nothing."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: ConnectionPoolEntry) -> None:
        # The driver's own transaction handling opens them late and deferred; see `_begin_ourselves`.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        # Of a new file: most of what is kept are texts and sketches of some thousand bytes.
        cursor.execute("PRAGMA page_size = 8192")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        # What is deleted is overwritten where its page is written anyway. Some builds of SQLite write every page that a
        # deletion frees, which costs most of what a rebuild deletes; `dedup forget` writes the whole corpus anew.
        cursor.execute("PRAGMA secure_delete = FAST")
        # The upper pages of every index stay at hand: with SQLite's own two megabytes they were read again and again.
        cursor.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        cursor.close()

    @event.listens_for(engine, "checkout")
    def _checkout(connection: Any, entry: ConnectionPoolEntry, _: PoolProxiedConnection) -> None:
        pages = engine.get_execution_options().get(_PAGES, _LOGGED)
        if entry.info.get(_PAGES) != pages:
            connection.execute(f"PRAGMA wal_autocheckpoint = {pages}")
            entry.info[_PAGES] = pages

    _begin_ourselves(engine)


def _begin_ourselves(engine: Engine) -> None:
    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Read-then-write in a deferred transaction fails at once when another writer came between.
        connection.exec_driver_sql(connection.get_execution_options().get("gema_begin", "BEGIN"))


@contextmanager
def moved_beside(engine: Engine) -> Iterator[None]:
    """Have a thread move what is committed from the log into the corpus meanwhile, so that no commit waits for that."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        yield
        return
    before, done = engine.get_execution_options().get(_PAGES, _LOGGED), Event()
    thread = Thread(target=_move, args=(engine, done), name=THREAD, daemon=True)
    engine.update_execution_options(**{_PAGES: _LOGGED_AT_MOST})
    thread.start()
    try:
        yield
    finally:
        engine.update_execution_options(**{_PAGES: before})
        done.set()
        thread.join()


def _move(engine: Engine, done: Event) -> None:
    if done.wait(_PAUSE):
        # Little was written: no connection is made for it.
        return
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        while not done.wait(_PAUSE):
            # What is in use meanwhile is moved the next time. Whoever writes is told what else is wrong.
            with suppress(sqlite3.OperationalError):
                cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
                cursor.fetchall()
