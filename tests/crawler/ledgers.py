"""Ledgers for tests: runs that begin, draw and end, on a corpus that holds nothing else."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from crawler.entry import ARTICLE, Answer, Entry, Find
from crawler.ledger import Ledger
from crawler.outcome import Outcome, State, Step, step
from crawler.seedlist import Seed
from dedup import Corpus, tables

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED = Seed("https://a.example/feed", kind="feed")
OTHER_FEED = Seed("https://b.example/feed", kind="feed")
TIMEOUT = Outcome(State.PENDING, "timeout")
DONE = Outcome(State.DONE)


def begin(
    connection: Connection, corpus: Corpus, *seeds: Seed, now: datetime = NOW, after: Ledger | None = None
) -> Ledger:
    """Return the ledger of a new run with these seeds; the run `after` which it comes was killed."""
    row = {"started": now, "arguments": "{}", "counts": "{}", "verdict": ""}
    number = connection.execute(tables.runs.insert().values(row).returning(tables.runs.c.id)).scalar_one()
    ledger = Ledger(corpus, number)
    if after is not None:
        ledger.recover(connection, [after.run])
    ledger.add(connection, seeds or [FEED], now)
    return ledger


def draw(
    ledger: Ledger,
    connection: Connection,
    now: datetime = NOW,
    most: int = 100,
    articles: int = 100,
    per_host: int = 100,
    left: Mapping[int, int] | None = None,
) -> list[Entry]:
    room = dict.fromkeys(ledger.hosts(connection), per_host)
    return ledger.draw(connection, room, most, articles, now, left or {})


def urls(entries: Sequence[Entry]) -> list[str]:
    return [entry.url for entry in entries]


def article(number: int, host: str = "a.example", hours_ago: float | None = None, skip: str = "") -> Find:
    published = None if hours_ago is None else NOW - timedelta(hours=hours_ago)
    return Find(f"https://{host}/berita/{number}/judul-berita", ARTICLE, f"Judul {number}", published, "id", skip)


def read(
    ledger: Ledger, connection: Connection, *finds: Find, now: datetime = NOW, answer: Answer | None = None
) -> int:
    """Draw the one listing that is due, and write down that it names these; return how many are new."""
    (listing,) = [entry for entry in draw(ledger, connection, now, articles=0) if entry.listing]
    return ledger.found(connection, listing, finds, answer or Answer('"1"', "yesterday"), now, due=lambda _: now + HOUR)


def finish(ledger: Ledger, connection: Connection, entry: Entry, outcome: Outcome = DONE, now: datetime = NOW) -> Step:
    """Write down what became of an entry, and return what follows."""
    follows = step(outcome, entry.attempts, now, entry.listing)
    ledger.finish(connection, entry, follows, outcome.reason, Answer(status=outcome.status or 200), now)
    return follows


def row_of(connection: Connection, url: str) -> Row[Any]:
    return connection.execute(select(tables.ledger).where(tables.ledger.c.url == url)).one()


def standing(connection: Connection, find: Find) -> tuple[str, str]:
    """Return the state of an address, and the reason for it."""
    row = row_of(connection, find.url)
    return row.state, row.reason


def crash(connection: Connection, corpus: Corpus, ledger: Ledger, times: int) -> Ledger:
    """Cut off so many runs that have all in flight that they may, alone where it must be."""
    for _ in range(times):
        assert draw(ledger, connection) or ledger.draw_alone(connection, NOW)
        ledger = begin(connection, corpus, after=ledger)
    return ledger


def draw_feed(ledger: Ledger, connection: Connection) -> Entry:
    """Return the one listing that is due now, or a while later."""
    (feed,) = [entry for entry in draw(ledger, connection, NOW + DAY, articles=0) if entry.listing]
    return feed
