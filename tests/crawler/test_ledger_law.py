"""The ledger's law, over random runs: no address is handed out twice at once, none is lost, limits hold."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from crawler.entry import ARTICLE, GUESS, PAGER, PERHAPS_ARTICLES, Answer, Entry, Find
from crawler.ledger import ALONE_AFTER
from crawler.outcome import Outcome, State, step
from dedup import Corpus, tables
from tests.crawler.ledgers import DAY, DONE, FEED, HOUR, NOW, OTHER_FEED, article, begin, finish, row_of

SEEDS = [FEED, OTHER_FEED]
_OUTCOMES = [
    DONE,
    Outcome(State.PENDING, "timeout"),
    Outcome(State.PENDING, "host-spent"),
    Outcome(State.BLOCKED, "forbidden", 403),
    Outcome(State.GONE, "not-found", 404),
    Outcome(State.REJECTED, "short"),
    Outcome(State.SKIPPED, "robots"),
]
_NUMBERS, _HOSTS = st.integers(0, 5), st.sampled_from(["a.example", "b.example"])
_WAYS = st.sampled_from([("", ""), ("https://", "http://"), ("/judul-berita", "/judul-berita/")])
_NAMED = st.builds(
    article, _NUMBERS, _HOSTS, st.none() | st.integers(0, 90), st.sampled_from(["", "", "", "pattern", "too-old"])
)
_ARTICLES = st.builds(lambda find, way: replace(find, url=find.url.replace(*way)), _NAMED, _WAYS)
_OTHERS = st.builds(
    lambda host, number, kind: Find(f"https://{host}/{kind}/{number}", kind),
    _HOSTS,
    st.integers(1, 2),
    st.sampled_from([PAGER, GUESS]),
)
_FINDS = st.lists(_ARTICLES | _OTHERS, max_size=8)


class Runs(RuleBasedStateMachine):
    """One run after the other, some of them killed; the model is what is in flight and what is done."""

    corpus: ClassVar[Corpus]

    def __init__(self) -> None:
        super().__init__()
        self.closing = ExitStack()
        self.connection = self.closing.enter_context(self.corpus.transaction())
        self.closing.callback(self.connection.begin_nested().rollback)
        self.now = NOW
        self.flying: dict[int, Entry] = {}
        self.listed: set[str] = set()
        self.named: set[str] = set()
        self.stored: set[int] = set()
        self.again: set[int] = set()

    def teardown(self) -> None:
        """End with all servers well: then every address is had, or there is a reason why not."""
        with self.closing:
            self._settle()
            rows = self.connection.execute(select(tables.ledger)).all()
            assert all(row.state == State.DONE or (row.reason and row.next_visit is None) for row in rows)
            assert all(row_of(self.connection, seed.url).state == State.DONE for seed in SEEDS)

    @initialize()
    def begin(self) -> None:
        self.ledger = begin(self.connection, self.corpus, *SEEDS)

    @rule()
    def kill(self) -> None:
        """Cut the run off, and begin the next."""
        self.ledger = begin(self.connection, self.corpus, *SEEDS, now=self.now, after=self.ledger)
        self._forget_run()

    @rule()
    def end(self) -> None:
        """End the run in order, and begin the next."""
        assert self.ledger.put_back(self.connection) == sorted(entry.url for entry in self.flying.values())
        self.ledger = begin(self.connection, self.corpus, *SEEDS, now=self.now)
        self._forget_run()

    @rule(hours=st.sampled_from([1, 7, 80, 400]))
    def wait(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule(most=st.integers(0, 6), articles=st.integers(-1, 6), rooms=st.tuples(st.integers(0, 4), st.integers(0, 4)))
    def draw(self, most: int, articles: int, rooms: tuple[int, int]) -> None:
        room = dict(zip(["a.example", "b.example"], rooms, strict=True))
        due = self.ledger.waiting(self.connection, self.now)
        drawn = self.ledger.draw(self.connection, room, most, articles, self.now)
        assert len(drawn) <= min(most, due)
        assert sum(entry.kind in PERHAPS_ARTICLES for entry in drawn) <= max(articles, 0)
        assert all(number <= room[host] for host, number in Counter(entry.host for entry in drawn).items())
        assert all(entry.interrupted < ALONE_AFTER for entry in drawn)
        assert drawn == sorted(drawn, key=lambda entry: entry.kind == ARTICLE)
        self._fly(drawn)

    @precondition(lambda self: not self.flying)
    @rule()
    def draw_alone(self) -> None:
        drawn = self.ledger.draw_alone(self.connection, self.now)
        assert len(drawn) <= 1
        assert all(entry.interrupted >= ALONE_AFTER for entry in drawn)
        self._fly(drawn)

    @precondition(lambda self: any(entry.listing for entry in self.flying.values()))
    @rule(finds=_FINDS, rests=st.booleans())
    def find(self, finds: list[Find], rests: bool) -> None:
        """A listing answers; some rest for good, as further pages do."""
        listing = next(entry for entry in self.flying.values() if entry.listing)
        rests = rests and listing.kind == PAGER
        due = None if rests else self._in_an_hour
        self.ledger.found(self.connection, listing, finds, Answer('"1"'), self.now, due=due)
        self.named |= {find.key for find in finds}
        del self.flying[listing.id]

    @precondition(lambda self: self.flying)
    @rule(outcome=st.sampled_from(_OUTCOMES), look=st.booleans(), which=st.integers(0, 9))
    def come_back(self, outcome: Outcome, look: bool, which: int) -> None:
        """An address comes back, perhaps to be looked at again."""
        entry = list(self.flying.values())[which % len(self.flying)]
        del self.flying[entry.id]
        follows = step(outcome, entry.attempts, self.now, entry.listing)
        if outcome is DONE:
            looks = look or entry.listing
            follows = replace(follows, next_visit=self.now + HOUR) if looks else follows
            entry = replace(entry, article="abc" if entry.kind == ARTICLE else "")
            self.stored.add(entry.id)
            (self.again.add if looks else self.again.discard)(entry.id)
        self.ledger.finish(self.connection, entry, follows, outcome.reason, Answer(), self.now)

    @invariant()
    def everything_is_due_some_day_or_in_flight_or_done_or_has_a_reason(self) -> None:
        rows = self.connection.execute(select(tables.ledger)).all()
        assert {row.key for row in rows} == self.named | {seed.url for seed in SEEDS}
        for row in rows:
            in_flight = row.id in self.flying
            assert in_flight == (row.state == State.HANDED)
            assert not (in_flight and row.next_visit)
            assert row.next_visit or in_flight or row.state == State.DONE or row.reason
            assert row.next_visit or row.state != State.PENDING

    def _fly(self, drawn: list[Entry]) -> None:
        for entry in drawn:
            assert entry.id not in self.flying
            assert entry.kind == ARTICLE or entry.kind == GUESS or entry.url not in self.listed
            assert entry.kind != ARTICLE or entry.id not in self.stored or entry.id in self.again
            self.flying[entry.id] = entry
            self.listed.add(entry.url)

    def _settle(self) -> None:
        for _ in range(3):
            self.kill()
            self.now += 20 * DAY
            while entries := self._next():
                for entry in entries:
                    self._succeed(entry)

    def _next(self) -> list[Entry]:
        room = {"a.example": 3, "b.example": 3}
        drawn = self.ledger.draw(self.connection, room, 5, 5, self.now)
        return drawn or self.ledger.draw_alone(self.connection, self.now)

    def _succeed(self, entry: Entry) -> None:
        if entry.listing:
            due = None if entry.kind == PAGER else self._in_an_hour
            self.ledger.found(self.connection, entry, [], Answer(), self.now, due=due)
        else:
            finish(self.ledger, self.connection, entry, DONE, self.now)

    def _in_an_hour(self, _: datetime) -> datetime:
        return self.now + HOUR

    def _forget_run(self) -> None:
        self.flying.clear()
        self.listed.clear()


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(f"sqlite:///{tmp_path}/corpus.db") as opened:
        yield opened


def test_whatever_happens_nothing_is_lost_and_nothing_is_in_two_hands(corpus: Corpus) -> None:
    Runs.corpus = corpus
    run_state_machine_as_test(Runs, settings=settings(max_examples=40, stateful_step_count=30, deadline=None))
