"""The frontier, at rest: every address that was found, how it stands, and when it is due.

What is done is never asked for again, what was in flight at a crash is drawn again, and a listing's validators
are kept in the same transaction as all that it named: a page is either in the ledger or will be seen again.
Each call works within the transaction of the connection it is given.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, func, or_, select, update

from crawler import revisits
from crawler.addresses import canonical, host_of
from crawler.cadence import LONGEST_PAUSE, paused
from crawler.entry import (
    ARTICLE,
    AT_ONCE,
    GUESS,
    LISTING,
    LISTINGS,
    PAGER,
    PERHAPS_ARTICLES,
    SITE,
    UNKNOWN,
    Answer,
    Entry,
    Find,
    answered,
    entry_of,
    new_row,
)
from crawler.outcome import Outcome, State, Step, step
from crawler.seedlist import Seed
from dedup import Corpus, tables

_KIND_OF_SEED = {
    "": UNKNOWN,
    "article": ARTICLE,
    "feed": LISTING,
    "sitemap": LISTING,
    "section": LISTING,
    "site": SITE,
}
# Listings are read anew where they were read by an older program; raise it when discovery finds more than before.
_DISCOVERY = "4"
_CHUNK = 500
_NO_LIMITS: Mapping[int, int] = MappingProxyType({})
# In flight at so many crashes: it may be what crashes, and is fetched with nothing else beside it.
ALONE_AFTER = 3
GIVEN_UP_AFTER = ALONE_AFTER + 10
# An older page of a section that was not there, or named nothing, may have been moved by mistake.
_DEAD_FOR = timedelta(days=30)
# A seed that is new to a list changes nothing of these.
_SETTLED = (State.DONE, State.HANDED, State.BLOCKED)

_ledger, _seeds, _forgotten = tables.ledger, tables.seeds, tables.forgotten


class Ledger:
    """The ledger of one run: `run` is its number in the table of runs, `corpus` where it all stands."""

    def __init__(self, corpus: Corpus, run: int) -> None:
        self.corpus = corpus
        self.run = run

    def recover(self, connection: Connection, dead: Collection[int]) -> int:
        """Make due again what these runs had in flight when they were cut off; return how many."""
        cut_off = (_ledger.c.state == State.HANDED) & _ledger.c.run_id.in_(dead)
        row = {"state": State.PENDING, "next_visit": AT_ONCE, "interrupted": _ledger.c.interrupted + 1}
        return connection.execute(update(_ledger).where(cut_off).values(row)).rowcount

    def add(
        self, connection: Connection, seeds: Sequence[Seed], now: datetime, longest: timedelta = timedelta()
    ) -> dict[int, Seed]:
        """Take these seeds for this run; return them by their numbers. New ones, and those with new words, are due.

        `longest` is how long a listing may have to wait.
        """
        taken = {}
        for seed in seeds:
            url = canonical(seed.url) or seed.url
            number, before = self._keep_seed(connection, seed, url)
            taken[number] = seed
            find = Find(url, _KIND_OF_SEED[seed.kind])
            self._keep_address(connection, number, find, before is None or before.kind != seed.kind, now)
            if before is not None and (before.kind, before.options) != (seed.kind, seed.options):
                self._reconsider(connection, number, seed)
            if before is not None and before.every_s != _seconds(seed):
                self._pace(connection, number, seed)
        pauses = (seed.every for seed in seeds if seed.every)
        self._wake(connection, now + max(LONGEST_PAUSE, 2 * longest, *(2 * pause for pause in pauses)))
        return taken

    def _wake(self, connection: Connection, latest: datetime) -> None:
        """Make due what would wait past `latest`, as a run under a wrong clock left it, and listings given up once."""
        # As programs before 2026-11-30 left a seed that had redirected to a private address.
        given_up = (_ledger.c.state == State.SKIPPED) & _ledger.c.next_visit.is_(None)
        given_up &= (_ledger.c.reason == "guard") & _ledger.c.kind.in_(LISTINGS)
        due = {"state": State.PENDING, "next_visit": AT_ONCE}
        # By the index of what waits, and by that of states: else SQLite would read the whole ledger, for each run.
        waits = _ledger.alias()
        late = _ledger.c.id.in_(select(waits.c.id).where(waits.c.next_visit > latest))
        for asleep in (late, given_up):
            connection.execute(update(_ledger).where(self._mine(), asleep).values(due))

    def _mine(self) -> ColumnElement[bool]:
        return _ledger.c.seed_id.in_(select(_seeds.c.id).where(_seeds.c.run_id == self.run))

    def refetch(self, connection: Connection, which: str) -> int:
        """Make due again the `listings`, what `failed`, or `all` of this run's seeds; return how many."""
        mine = self._mine()
        chosen: dict[str, ColumnElement[bool]] = {
            "listings": _ledger.c.kind.in_(LISTINGS),
            "failed": _ledger.c.state.in_([State.FAILED, State.GONE, State.BLOCKED, State.REJECTED]),
            "all": (_ledger.c.state != State.SKIPPED) | (_ledger.c.reason == "guard"),
        }
        again = {"state": State.PENDING, "next_visit": AT_ONCE, "attempts": 0, "read_as": ""}
        # What is asked for by these may answer that it is unchanged, which is not what was asked for.
        again |= {"etag": "", "last_modified": ""}
        changed = update(_ledger).where(mine, chosen[which], _ledger.c.state != State.HANDED).values(again)
        return connection.execute(changed).rowcount

    def revive(self, connection: Connection, since: datetime | None) -> int:
        """Make due again what was too old for earlier runs and is not for this one; return how many.

        Old sitemaps, those that rest by now included, only with `since`: without, nobody asked for them.
        """
        mine = self._mine()
        waiting = (_ledger.c.state == State.SKIPPED) & (_ledger.c.reason == "too-old")
        if since is None:
            waiting &= _ledger.c.kind == ARTICLE
        else:
            waiting = or_(waiting, _SITEMAP_AT_REST) & (_ledger.c.published >= since)
        due = {"state": State.PENDING, "reason": "", "next_visit": AT_ONCE}
        return connection.execute(update(_ledger).where(mine, waiting).values(due)).rowcount

    def skip(self, connection: Connection, since: datetime | None, found_before: datetime | None) -> int:
        """Leave out what waits and is older than wanted: published before `since`, or found too long ago."""
        mine = self._mine()
        waiting = mine & (_ledger.c.kind == ARTICLE) & (_ledger.c.state == State.PENDING) & (_ledger.c.article == "")
        left = 0
        for reason, limit, moment in (
            ("too-old", since, _ledger.c.published),
            ("expired", found_before, _ledger.c.found_at),
        ):
            if limit is not None:
                out = {"state": State.SKIPPED, "reason": reason, "next_visit": None}
                left += connection.execute(update(_ledger).where(waiting, moment < limit).values(out)).rowcount
        return left

    def hosts(self, connection: Connection) -> list[str]:
        """Return the hosts that have something due now or later."""
        # Read off the index alone.
        wanted = select(_ledger.c.host).where(_ledger.c.next_visit.is_not(None)).distinct()
        return list(connection.execute(wanted).scalars())

    def draw(
        self,
        connection: Connection,
        room: Mapping[str, int],
        most: int,
        articles: int,
        now: datetime,
        left: Mapping[int, int] = _NO_LIMITS,
    ) -> list[Entry]:
        """Hand out what is due: listings first, then the newest, hosts mixed.

        At most `most` addresses, at most `articles` of them articles or not known to be none, of each host at most its
        `room`, of a seed at most as many articles as it has `left`. No listing twice in one run.
        """
        due = _DUE_OF_HOST
        if articles <= 0:
            due = due.where(_ledger.c.kind.not_in(PERHAPS_ARTICLES))
        if spent := [seed for seed, number in left.items() if number <= 0]:
            due = due.where(or_(_ledger.c.kind.not_in(PERHAPS_ARTICLES), _ledger.c.seed_id.not_in(spent)))
        waiting: list[tuple[int, Row[Any]]] = []
        for host, free in room.items():
            of_host = {"now": now, "run": self.run, "of_host": host, "free": free}
            waiting.extend(enumerate(connection.execute(due, of_host)))
        waiting.sort(key=_urgency)
        return self._hand(connection, _first([row for _, row in waiting], most, articles, left))

    def draw_alone(self, connection: Connection, now: datetime, closed: Collection[str] = ()) -> list[Entry]:
        """Hand out one address that was in flight at several crashes, to be fetched with nothing else beside it.

        None of the hosts that are `closed`.
        """
        worn = _WHOLE.where(self._due(now) & (_ledger.c.interrupted >= GIVEN_UP_AFTER))
        for entry in map(entry_of, connection.execute(worn).all()):
            given_up = step(Outcome(State.FAILED, "crashes"), entry.attempts, now, entry.listing)
            self.finish(connection, entry, given_up, "crashes", None, now)
        alone = self._due(now) & (_ledger.c.interrupted >= ALONE_AFTER) & _ledger.c.host.not_in(closed)
        return self._hand(
            connection,
            connection.execute(_WHOLE.where(alone).order_by(_ledger.c.interrupted, _ledger.c.id).limit(1)).all(),
        )

    def note(self, connection: Connection, entry: Entry, finds: Sequence[Find], now: datetime) -> int:
        """Keep addresses that a listing named, nothing of the listing itself; return how many articles are new."""
        return self._note(connection, entry, finds, now)[ARTICLE]

    def _note(self, connection: Connection, entry: Entry, finds: Sequence[Find], now: datetime) -> Counter[str]:
        """Keep addresses; return how many of which kind are new and wanted."""
        rows: dict[str, Find] = {}
        for find in finds:
            rows.setdefault(find.key, find)
        known = self._known(connection, rows, entry.seed, now)
        blocked = self._forgotten(connection, list(rows))
        fresh = [
            new_row(find, key, entry.seed, entry.depth + find.below, now, key in blocked)
            for key, find in rows.items()
            if key not in known
        ]
        for chunk in _chunks(fresh):
            connection.execute(self.corpus.insert(_ledger).on_conflict_do_nothing(), chunk)
        return Counter(row["kind"] for row in fresh if row["state"] == State.PENDING)

    def found(
        self,
        connection: Connection,
        entry: Entry,
        finds: Sequence[Find],
        answer: Answer,
        now: datetime,
        read_as: str = "",
        due: Callable[[datetime], datetime] | None = None,
        noted: int = 0,
    ) -> int:
        """Keep all that a listing named, with the listing's own version; return how many articles are new.

        `noted` of its articles were new already when they were noted before. `entry.named` is kept as how many there
        were. `due` tells when to ask again, from when it last named something new; without, it is not asked again.
        Its further pages are due when there is something new.
        """
        kinds = self._note(connection, entry, finds, now)
        news = kinds[ARTICLE]
        # An index names no articles; a sitemap that is new in it is its news.
        changed = news or noted or kinds[LISTING]
        changed_at = now if changed or entry.changed_at is None else entry.changed_at
        if news or noted:
            self._ask_older(connection, [find.key for find in finds if find.kind == PAGER], now)
        row: dict[str, Any] = answered(entry, answer, now) | {
            "state": State.DONE,
            "reason": "",
            "attempts": 0,
            "next_visit": due(changed_at) if due else None,
            "named": entry.named,
            "read_as": read_as,
            "full_at": now,
            "changed_at": changed_at,
        }
        if entry.hints.published is not None:
            row["published"] = entry.hints.published
        connection.execute(_BY_ID, row)
        return news

    def finish(
        self, connection: Connection, entry: Entry, step: Step, reason: str, answer: Answer | None, now: datetime
    ) -> None:
        """Keep what became of an address that was handed out; `answer` None: there was none."""
        row = answered(entry, answer, now) | {"state": step.state, "reason": reason, "attempts": step.attempts}
        row |= {"next_visit": step.next_visit, "article": entry.article, "looks": entry.looks}
        row |= {"parts": json.dumps(entry.parts) if entry.parts else ""}
        if entry.hints.published is not None:
            row["published"] = entry.hints.published
        if entry.listing and step.state is not State.DONE:
            # What it held is not known any more, and the next answer shall be a whole one.
            row |= {"named": 0, "read_as": ""}
        connection.execute(_BY_ID, row)

    def put_back(self, connection: Connection) -> list[str]:
        """Make due again what this run has handed out and got no result for; return the addresses."""
        handed = (_ledger.c.state == State.HANDED) & (_ledger.c.run_id == self.run)
        urls = connection.execute(select(_ledger.c.url).where(handed).order_by(_ledger.c.url)).scalars().all()
        connection.execute(update(_ledger).where(handed).values(state=State.PENDING, next_visit=AT_ONCE))
        return list(urls)

    def waiting(self, connection: Connection, now: datetime) -> int:
        """Return how many addresses of this run's seeds are due."""
        due = select(func.count()).select_from(_ledger.join(_seeds, _seeds.c.id == _ledger.c.seed_id))
        return connection.execute(due.where(self._due(now))).scalar_one()

    def _due(self, now: datetime) -> ColumnElement[bool]:
        """For queries of the ledger joined with its seeds."""
        return _due(now, self.run)

    def _hand(self, connection: Connection, rows: Sequence[Row[Any]]) -> list[Entry]:
        if rows:
            connection.execute(_HANDED, [{"row": row.id, "run": self.run} for row in rows])
        return [entry_of(row) for row in rows]

    def _keep_seed(self, connection: Connection, seed: Seed, url: str) -> tuple[int, Row[Any] | None]:
        """Return the seed's number, and how it stood in the last run that had it, None where there was none."""
        old = connection.execute(select(_seeds).where(_seeds.c.url == url)).one_or_none()
        row = {"kind": seed.kind, "site": seed.site, "options": seed.options, "list": seed.list, "run_id": self.run}
        row["every_s"] = _seconds(seed)
        if old is not None:
            connection.execute(update(_seeds).where(_seeds.c.id == old.id).values(row))
            return old.id, old
        number: int = connection.execute(_seeds.insert().values(url=url, **row).returning(_seeds.c.id)).scalar_one()
        return number, None

    def _keep_address(self, connection: Connection, number: int, find: Find, told: bool, now: datetime) -> None:
        """Keep a seed's address; it is due where it is not known.

        `told`: the seed is new, or what it is said to be. Then it is due as well where it is known as something else,
        rests, or was given up: who adds an address to a list wants it asked for, whatever it was to a listing that
        named it. It is asked for as the list spells it.
        """
        forgotten = bool(self._forgotten(connection, [find.key]))
        known = connection.execute(_STANDING.where(_ledger.c.key == find.key)).first()
        if known is None:
            row = new_row(find, find.key, number, depth=0, now=now, forgotten=forgotten)
            connection.execute(self.corpus.insert(_ledger).values(row).on_conflict_do_nothing())
            return
        mine: dict[str, Any] = {"seed_id": number, "depth": 0}
        if known.url != find.url:
            mine |= {"url": find.url, "host": host_of(find.url), "etag": "", "last_modified": "", "read_as": ""}
        unlike = find.kind not in {UNKNOWN, known.kind}
        if told and not forgotten and (unlike or revisits.sleeps(known) or known.state not in _SETTLED):
            mine |= {"kind": find.kind, "state": State.PENDING, "reason": "", "next_visit": AT_ONCE}
        connection.execute(update(_ledger).where(_ledger.c.id == known.id).values(mine))

    def _reconsider(self, connection: Connection, number: int, seed: Seed) -> None:
        """Ask a seed's listings anew, and wait for what its old words left out and its new ones want."""
        mine = _ledger.c.seed_id == number
        due = {"state": State.PENDING, "next_visit": AT_ONCE}
        asked = mine & _ledger.c.kind.in_(LISTINGS) & _ledger.c.state.not_in([State.HANDED, State.SKIPPED])
        connection.execute(update(_ledger).where(asked, ~_SITEMAP_AT_REST).values(due))
        left_out = select(_ledger.c.id, _ledger.c.url).where(
            mine, _ledger.c.state == State.SKIPPED, _ledger.c.reason == "pattern"
        )
        wanted = [row.id for row in connection.execute(left_out).all() if seed.wants(row.url)]
        other = mine & (_ledger.c.state == State.REJECTED) & (_ledger.c.reason == "language")
        connection.execute(update(_ledger).where(other).values(due | {"reason": ""}))
        for chunk in _chunks(wanted):
            connection.execute(update(_ledger).where(_ledger.c.id.in_(chunk)).values(due | {"reason": ""}))

    def _pace(self, connection: Connection, number: int, seed: Seed) -> None:
        """Let a new `every=` count from when each listing was last asked; without one, all are asked now."""
        answered = (_ledger.c.seed_id == number) & _ledger.c.kind.in_(LISTINGS) & (_ledger.c.state == State.DONE)
        waiting = answered & _ledger.c.next_visit.is_not(None) & _ledger.c.fetched_at.is_not(None)
        rows = connection.execute(select(_ledger.c.id, _ledger.c.fetched_at).where(waiting)).all()
        visits = [
            {"row": row.id, "next_visit": paused(row.fetched_at, seed.every) if seed.every else AT_ONCE} for row in rows
        ]
        for chunk in _chunks(visits):
            connection.execute(_BY_ID, chunk)

    def _ask_older(self, connection: Connection, pagers: Sequence[str], now: datetime) -> None:
        older = _ledger.c.key.in_(pagers) & (_ledger.c.kind == PAGER) & _ledger.c.next_visit.is_(None)
        alive = (_ledger.c.state == State.DONE) & (_ledger.c.named > 0)
        long_dead = _ledger.c.state.in_(revisits.AT_REST) & (_ledger.c.fetched_at < now - _DEAD_FOR)
        due = {"state": State.PENDING, "reason": "", "next_visit": AT_ONCE}
        connection.execute(update(_ledger).where(older, or_(alive, long_dead)).values(due))

    def _known(self, connection: Connection, rows: Mapping[str, Find], seed: int, now: datetime) -> set[str]:
        """Return which keys are there.

        What waits under a seed nobody lists any more moves to this one, what was left out and is wanted now waits
        again, and so do what failed long ago and is still named, for one visit, and a sitemap at rest that goes on.
        """
        known: set[str] = set()
        again: list[Row[Any]] = []
        for chunk in _chunks(list(rows)):
            here = connection.execute(_STANDING.where(_ledger.c.key.in_(chunk))).all()
            known.update(row.key for row in here)
            again += [row for row in here if revisits.waits_again(row, rows[row.key], now)]
            # What was only guessed at, and in vain, is there now: somebody names it.
            named = [row for row in here if row.kind == GUESS and rows[row.key].kind != GUESS]
            again += named
            if named:
                connection.execute(_KIND_BY_ID, [{"row": row.id, "is": rows[row.key].kind} for row in named])
            listed = select(_seeds.c.id).where(_seeds.c.run_id == self.run)
            wanted = [key for key in chunk if not rows[key].skip]
            orphaned = _ledger.c.key.in_(wanted) & _ledger.c.seed_id.not_in(listed)
            connection.execute(update(_ledger).where(orphaned, _ledger.c.next_visit.is_not(None)).values(seed_id=seed))
            dates = [
                {"row": row.id, "dated": rows[row.key].published}
                for row in here
                if revisits.tells_more(row, rows[row.key])
            ]
            if dates:
                connection.execute(_DATE_BY_ID, dates)
        due = {"state": State.PENDING, "reason": "", "next_visit": AT_ONCE, "seed_id": seed}
        for chunk in _chunks([revisits.again(row, rows[row.key]) for row in again]):
            connection.execute(_BY_ID.values(due), chunk)
        return known

    def _forgotten(self, connection: Connection, keys: Sequence[str]) -> set[str]:
        blocked: set[str] = set()
        for chunk in _chunks(keys):
            blocked.update(connection.execute(select(_forgotten.c.url).where(_forgotten.c.url.in_(chunk))).scalars())
        return blocked


def read_as(seed: Seed) -> str:
    """Return what a listing's links depend on besides the listing: the way it is read, and the words of its seed."""
    return blake2b(f"{_DISCOVERY} {seed.options}".encode(), digest_size=8).hexdigest()


# A sitemap of an index that lists what is long past, see `cadence.rests`.
_SITEMAP_AT_REST = and_(
    _ledger.c.state == State.DONE, _ledger.c.next_visit.is_(None), _ledger.c.kind == LISTING, _ledger.c.depth > 0
)
_WHOLE = select(_ledger, _seeds.c.site).select_from(_ledger.join(_seeds, _seeds.c.id == _ledger.c.seed_id))
_STOOD = ("id", "key", "url", "kind", "state", "reason", "found_at", "fetched_at", "next_visit", "published")
_STANDING = select(*(_ledger.c[name] for name in _STOOD))
# Made once: SQLAlchemy takes as long to make a statement as SQLite to do it.
_BY_ID = update(_ledger).where(_ledger.c.id == bindparam("row"))
_KIND_BY_ID = _BY_ID.values(kind=bindparam("is"))
_DATE_BY_ID = _BY_ID.values(published=bindparam("dated"))


def _due(now: Any, run: Any) -> ColumnElement[bool]:
    """For queries of the ledger joined with its seeds: due now, of this run's seeds, and no listing twice."""
    again = _ledger.c.kind.in_([ARTICLE, GUESS]) | _ledger.c.run_id.is_distinct_from(run)
    return and_(_ledger.c.next_visit <= now, _seeds.c.run_id == run, again)


_DUE_OF_HOST = (
    _WHOLE.where(
        _due(bindparam("now"), bindparam("run")),
        _ledger.c.interrupted < ALONE_AFTER,
        _ledger.c.host == bindparam("of_host"),
    )
    .order_by(_ledger.c.kind.desc(), _ledger.c.published.desc().nulls_last(), _ledger.c.id)
    .limit(bindparam("free"))
)
_HANDED = _BY_ID.values(state=State.HANDED, next_visit=None, run_id=bindparam("run"))


def _seconds(seed: Seed) -> int | None:
    return None if seed.every is None else round(seed.every.total_seconds())


def _urgency(waiting: tuple[int, Row[Any]]) -> tuple[bool, int, float, int]:
    """Sort listings first, then each host's first before any host's second, and the newest of those first."""
    place, row = waiting
    published = row.published.timestamp() if row.published else 0.0
    return row.kind == ARTICLE, place, -published, row.id


def _first(rows: Sequence[Row[Any]], most: int, articles: int, left: Mapping[int, int]) -> list[Row[Any]]:
    """Return the first rows, at most `most`, at most `articles` of them articles or perhaps articles."""
    listings = [row for row in rows if row.kind not in PERHAPS_ARTICLES]
    of_seed: Counter[int] = Counter()
    wanted = []
    for row in rows:
        if row.kind in PERHAPS_ARTICLES and of_seed[row.seed_id] < left.get(row.seed_id, articles):
            of_seed[row.seed_id] += 1
            wanted.append(row)
    return [*listings, *wanted[: max(articles, 0)]][: max(most, 0)]


def _chunks(values: Sequence[Any]) -> list[Sequence[Any]]:
    return [values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK)]
