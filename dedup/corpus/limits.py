"""How long a corpus may be read for one who asks: past it SQLite or PostgreSQL ends the statement by itself."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from dedup.errors import CorpusError

# Steps of SQLite's machine between two looks at the clock: some hundred microseconds.
_STEPS = 10_000

# When reading has to have ended, for the thread that reads.
_END: ContextVar[float] = ContextVar("end", default=math.inf)


class TooLong(CorpusError):
    """Reading took longer than it may, and was ended."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Bound all that this thread reads meanwhile of corpora that `bound` was asked for; raises TooLong past it."""
    before = _END.set(monotonic() + seconds)
    try:
        yield
    except DBAPIError as error:
        if _ended(error.orig):
            raise TooLong(f"reading was ended after {seconds:g} seconds") from error
        raise
    finally:
        _END.reset(before)


def bound(engine: Engine) -> None:
    """Have what is read by `engine` end where `within` says; nothing of it stays with a connection."""
    sqlite = engine.dialect.name == "sqlite"

    @event.listens_for(engine, "before_cursor_execute")
    def _before(_: Connection, cursor: Any, *__: Any) -> None:
        left = _END.get() - monotonic()
        if left <= 0:
            # Many short statements are long as well.
            raise TooLong("the time to read was over between two statements")
        if not sqlite and left < math.inf:
            # In whole milliseconds; none would be for ever. It ends with the transaction.
            cursor.execute(f"SET LOCAL statement_timeout = {math.ceil(left * 1_000)}")

    if sqlite:
        event.listen(engine, "connect", _watch)


def _watch(connection: Any, _: ConnectionPoolEntry) -> None:
    # Asked in the thread that reads, of whose time it is, so it can be left with the connection for all.
    connection.set_progress_handler(lambda: monotonic() > _END.get(), _STEPS)


def _ended(error: BaseException | None) -> bool:
    """Tell whether it is of a statement that was ended, by SQLite or by PostgreSQL."""
    return getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT" or getattr(error, "sqlstate", "") == "57014"
