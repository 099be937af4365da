"""The frontier, at rest: every address that was found, how it stands, and when it is due.

What is done is never asked for again, what was in flight at a crash is drawn again, and a listing's validators
are kept in the same transaction as all that it named: a page is either in the ledger or will be seen again.
Each call works within the transaction of the connection it is given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from crawler.addresses import canonical, host_of, plain
from crawler.outcome import Outcome, State, attempts_after, next_step
from crawler.page import Hints
from crawler.seedlist import Seed
from dedup import Corpus, tables

# In the order in which they are drawn, which is alphabetical order backwards (see `ix_ledger_due`).
UNKNOWN, PAGER, LISTING, ARTICLE = "unknown", "pager", "listing", "article"
PERHAPS_ARTICLES = frozenset({ARTICLE, UNKNOWN})
_KIND_OF_SEED = {
    "": UNKNOWN,
    "article": ARTICLE,
    "feed": LISTING,
    "sitemap": LISTING,
    "section": LISTING,
    "site": LISTING,
}
_CHUNK = 500
# Due at once, whatever the clock says: clocks get set back, too.
_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)

_ledger, _seeds = tables.ledger, tables.seeds


@dataclass(frozen=True, slots=True)
class Entry:
    """An address as it is handed out to be fetched.

    `named` is how many addresses it held last time, `article` the id of what it gave last time.
    """

    id: int
    url: str
    host: str
    kind: str = UNKNOWN
    depth: int = 0
    attempts: int = 0
    etag: str = ""
    last_modified: str = ""
    named: int = 0
    article: str = ""
    hints: Hints = field(default_factory=Hints)


@dataclass(frozen=True, slots=True)
class Find:
    """An address that a listing names: an article, a further listing, or the listing's next page."""

    url: str
    kind: str = ARTICLE
    title: str = ""
    published: datetime | None = None
    language: str = ""

    @property
    def key(self) -> str:
        """What the spellings of this address have in common."""
        return plain(self.url) if self.kind == ARTICLE else self.url


@dataclass(frozen=True, slots=True)
class Answer:
    """What a listing said of its own version; both empty where it says nothing."""

    etag: str = ""
    last_modified: str = ""
    status: int = 200


class Ledger:
    """The ledger of one run: `run` is its number in the table of runs, `corpus` where it all stands."""

    def __init__(self, corpus: Corpus, run: int) -> None:
        self.corpus = corpus
        self.run = run

    def recover(self, connection: Connection) -> int:
        """Make due again what earlier runs had in flight when they were cut off; return how many.

        That earlier runs are over is for the caller to know.
        """
        cut_off = (_ledger.c.state == State.HANDED) & (_ledger.c.run_id != self.run)
        row = {"state": State.PENDING, "next_visit": _AT_ONCE, "interrupted": _ledger.c.interrupted + 1}
        return connection.execute(update(_ledger).where(cut_off).values(row)).rowcount

    def add(self, connection: Connection, seeds: Sequence[Seed], now: datetime) -> None:
        """Take these seeds for this run, and make their listings due unless they are paused."""
        for seed in seeds:
            url = canonical(seed.url) or seed.url
            number = self._keep_seed(connection, seed, url)
            kind = _KIND_OF_SEED[seed.kind]
            find = Find(url, kind)
            row = _new_row(find, find.key, number, depth=0, now=now)
            connection.execute(self.corpus.insert(_ledger).values(row).on_conflict_do_nothing())
            if seed.kind:
                connection.execute(update(_ledger).where(_ledger.c.key == find.key).values(kind=kind))
        mine = _ledger.c.seed_id.in_(select(_seeds.c.id).where(_seeds.c.run_id == self.run))
        asked_each_run = _ledger.c.kind.in_([UNKNOWN, LISTING])
        resting = _ledger.c.next_visit.is_(None) & (_ledger.c.state != State.HANDED)
        due = {"state": State.PENDING, "next_visit": _AT_ONCE}
        connection.execute(update(_ledger).where(mine, asked_each_run, resting).values(due))

    def draw(
        self, connection: Connection, most: int, articles: int, now: datetime, busy: Mapping[str, int], per_host: int
    ) -> list[Entry]:
        """Hand out what is due: listings first, then the newest, hosts mixed.

        At most `most` addresses, at most `articles` of them articles or not known to be none; no host gets more than
        `per_host`, of which it has `busy[host]` in flight.
        """
        due = (_ledger.c.next_visit <= now) & (_seeds.c.run_id == self.run)
        if articles <= 0:
            due &= _ledger.c.kind.not_in(PERHAPS_ARTICLES)
        joined = _ledger.join(_seeds, _seeds.c.id == _ledger.c.seed_id)
        # Read off the index alone: asking each host what is due costs nothing where nothing is.
        hosts = select(_ledger.c.host).where(_ledger.c.next_visit.is_not(None)).distinct()
        waiting: list[tuple[int, Row[Any]]] = []
        for host in connection.execute(hosts).scalars().all():
            room = per_host - busy.get(host, 0)
            if room <= 0:
                continue
            of_host = (
                select(_ledger, _seeds.c.site)
                .select_from(joined)
                .where(due, _ledger.c.host == host)
                .order_by(_ledger.c.kind.desc(), _ledger.c.published.desc().nulls_last(), _ledger.c.id)
                .limit(room)
            )
            waiting.extend(enumerate(connection.execute(of_host)))
        waiting.sort(key=_urgency)
        drawn = _first([row for _, row in waiting], most, articles)
        handed = {"state": State.HANDED, "next_visit": None, "run_id": self.run}
        for chunk in _chunks([row.id for row in drawn]):
            connection.execute(update(_ledger).where(_ledger.c.id.in_(chunk)).values(handed))
        return [_entry(row) for row in drawn]

    def found(self, connection: Connection, entry: Entry, finds: Sequence[Find], answer: Answer, now: datetime) -> int:
        """Keep all that a listing named, with the listing's own version; return how many articles are new.

        `entry.named` is kept as how many there were. Its further pages are due when there is something new.
        """
        seed = connection.execute(select(_ledger.c.seed_id).where(_ledger.c.id == entry.id)).scalar_one()
        rows: dict[str, Find] = {}
        for find in finds:
            rows.setdefault(find.key, find)
        known = self._known(connection, list(rows), seed)
        fresh = [
            _new_row(find, key, seed, entry.depth + (find.kind == PAGER), now)
            for key, find in rows.items()
            if key not in known
        ]
        for chunk in _chunks(fresh):
            connection.execute(self.corpus.insert(_ledger).on_conflict_do_nothing(), chunk)
        news = len([row for row in fresh if row["kind"] == ARTICLE])
        if news:
            pagers = [key for key, find in rows.items() if find.kind == PAGER]
            resting = _ledger.c.key.in_(pagers) & (_ledger.c.kind == PAGER) & (_ledger.c.state == State.DONE)
            due = {"state": State.PENDING, "next_visit": _AT_ONCE}
            connection.execute(update(_ledger).where(resting).values(due))
        row = {
            "kind": entry.kind,
            "state": State.DONE,
            "reason": "",
            "status": answer.status,
            "attempts": 0,
            "fetched_at": now,
            "next_visit": None,
            "etag": answer.etag,
            "last_modified": answer.last_modified,
            "named": entry.named,
        }
        connection.execute(update(_ledger).where(_ledger.c.id == entry.id).values(row))
        return news

    def finish(self, connection: Connection, entry: Entry, outcome: Outcome, now: datetime) -> None:
        """Keep what became of an address that was handed out."""
        attempts = attempts_after(outcome, entry.attempts)
        state, next_visit = next_step(outcome, attempts, now)
        row = {
            "kind": entry.kind,
            "state": state,
            "reason": outcome.reason,
            "status": outcome.status,
            "attempts": attempts,
            "fetched_at": now,
            "next_visit": next_visit,
            "article": outcome.article or entry.article,
        }
        connection.execute(update(_ledger).where(_ledger.c.id == entry.id).values(row))

    def put_back(self, connection: Connection) -> list[str]:
        """Make due again what this run has handed out and got no result for; return the addresses."""
        handed = (_ledger.c.state == State.HANDED) & (_ledger.c.run_id == self.run)
        urls = connection.execute(select(_ledger.c.url).where(handed).order_by(_ledger.c.url)).scalars().all()
        connection.execute(update(_ledger).where(handed).values(state=State.PENDING, next_visit=_AT_ONCE))
        return list(urls)

    def robots(self, connection: Connection, origin: str) -> tuple[int, bytes, datetime] | None:
        """Return status, body and age of the robots.txt an origin had when last asked."""
        row = connection.execute(select(tables.robots).where(tables.robots.c.origin == origin)).one_or_none()
        return None if row is None else (row.status, row.body, row.fetched_at)

    def keep_robots(self, connection: Connection, origin: str, status: int, body: bytes, now: datetime) -> None:
        """Keep the robots.txt of an origin."""
        row = {"status": status, "body": body, "fetched_at": now}
        kept = self.corpus.insert(tables.robots).values(origin=origin, **row)
        connection.execute(kept.on_conflict_do_update(index_elements=["origin"], set_=row))

    def _keep_seed(self, connection: Connection, seed: Seed, url: str) -> int:
        row = {"kind": seed.kind, "site": seed.site, "run_id": self.run}
        kept = self.corpus.insert(_seeds).values(url=url, **row)
        connection.execute(kept.on_conflict_do_update(index_elements=["url"], set_=row))
        number: int = connection.execute(select(_seeds.c.id).where(_seeds.c.url == url)).scalar_one()
        return number

    def _known(self, connection: Connection, keys: Sequence[str], seed: int) -> set[str]:
        """Return which keys are there; what waits under a seed nobody lists any more moves to this one."""
        known: set[str] = set()
        listed = select(_seeds.c.id).where(_seeds.c.run_id == self.run)
        for chunk in _chunks(keys):
            here = _ledger.c.key.in_(chunk)
            known.update(connection.execute(select(_ledger.c.key).where(here)).scalars())
            orphaned = here & _ledger.c.seed_id.not_in(listed) & _ledger.c.next_visit.is_not(None)
            connection.execute(update(_ledger).where(orphaned).values(seed_id=seed))
        return known


def _new_row(find: Find, key: str, seed: int, depth: int, now: datetime) -> dict[str, Any]:
    return {
        "key": key,
        "url": find.url,
        "host": host_of(find.url),
        "kind": find.kind,
        "seed_id": seed,
        "depth": depth,
        "state": State.PENDING,
        "reason": "",
        "attempts": 0,
        "interrupted": 0,
        "found_at": now,
        "next_visit": _AT_ONCE,
        "etag": "",
        "last_modified": "",
        "named": 0,
        "title": find.title,
        "published": find.published,
        "language": find.language,
        "article": "",
    }


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        id=row.id,
        url=row.url,
        host=row.host,
        kind=row.kind,
        depth=row.depth,
        attempts=row.attempts,
        etag=row.etag,
        last_modified=row.last_modified,
        named=row.named,
        article=row.article,
        hints=Hints(title=row.title, published=row.published, language=row.language, site=row.site),
    )


def _urgency(waiting: tuple[int, Row[Any]]) -> tuple[bool, int, float, int]:
    """Sort listings first, then each host's first before any host's second, and the newest of those first."""
    place, row = waiting
    published = row.published.timestamp() if row.published else 0.0
    return row.kind == ARTICLE, place, -published, row.id


def _first(rows: Sequence[Row[Any]], most: int, articles: int) -> list[Row[Any]]:
    """Return the first rows, at most `most`, at most `articles` of them articles or perhaps articles."""
    listings = [row for row in rows if row.kind not in PERHAPS_ARTICLES]
    wanted = [row for row in rows if row.kind in PERHAPS_ARTICLES][: max(articles, 0)]
    return [*listings, *wanted][: max(most, 0)]


def _chunks(values: Sequence[Any]) -> list[Sequence[Any]]:
    return [values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK)]
