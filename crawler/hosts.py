"""What is kept of hosts: their robots.txt, and until when they want us away.

Each call works in the caller's transaction.
"""

from datetime import datetime

from sqlalchemy import Connection, delete, select

from crawler.cadence import LONGEST_PAUSE
from dedup import Corpus, tables

_hosts, _robots = tables.hosts, tables.robots


def robots(connection: Connection, origin: str) -> tuple[int, bytes, datetime] | None:
    """Return status, body and age of the robots.txt an origin had when last asked."""
    row = connection.execute(select(_robots).where(_robots.c.origin == origin)).one_or_none()
    return None if row is None else (row.status, row.body, row.fetched_at)


def keep_robots(connection: Connection, corpus: Corpus, origin: str, status: int, body: bytes, now: datetime) -> None:
    """Keep the robots.txt of an origin."""
    row = {"status": status, "body": body, "fetched_at": now}
    kept = corpus.insert(_robots).values(origin=origin, **row)
    connection.execute(kept.on_conflict_do_update(index_elements=["origin"], set_=row))


def pauses(connection: Connection, now: datetime) -> dict[str, datetime]:
    """Return the hosts that are to be left alone, and until when."""
    until = _hosts.c.paused_until
    waiting = select(_hosts.c.host, until).where(until > now, until <= now + LONGEST_PAUSE)
    return {host: until for host, until in connection.execute(waiting) if until is not None}


def pause(connection: Connection, corpus: Corpus, host: str, until: datetime, reason: str) -> None:
    """Leave a host alone until then, and count it as blocked once more."""
    row = {"paused_until": until, "reason": reason}
    kept = corpus.insert(_hosts).values(host=host, blocks=1, **row)
    more = row | {"blocks": _hosts.c.blocks + 1}
    connection.execute(kept.on_conflict_do_update(index_elements=["host"], set_=more))


def blocks(connection: Connection, host: str) -> int:
    """Return how often in a row a host has blocked us."""
    return connection.execute(select(_hosts.c.blocks).where(_hosts.c.host == host)).scalar() or 0


def welcome(connection: Connection, host: str) -> None:
    """Forget that a host has blocked us: it answered."""
    connection.execute(delete(_hosts).where(_hosts.c.host == host))
