"""The ledger: nothing is lost, nothing that is done is asked for again, newest first, hosts mixed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from crawler.ledger import ARTICLE, LISTING, PAGER, UNKNOWN, Answer, Entry, Find, Ledger
from crawler.outcome import Outcome, State
from crawler.seedlist import Seed
from dedup import Corpus, tables

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
FEED = Seed("https://a.example/feed", kind="feed")
DONE = Outcome(State.DONE, status=200, article="0123456789abcdef")


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(f"sqlite:///{tmp_path}/corpus.db") as opened:
        yield opened


def new_run(connection: Connection, corpus: Corpus) -> Ledger:
    row = {"started": NOW, "arguments": "{}", "counts": "{}", "verdict": ""}
    key = connection.execute(tables.runs.insert().values(row)).inserted_primary_key
    assert key is not None
    return Ledger(corpus, key[0])


def draw(ledger: Ledger, connection: Connection, now: datetime = NOW, **but: int) -> list[Entry]:
    most, articles, per_host = but.get("most", 100), but.get("articles", 100), but.get("per_host", 100)
    return ledger.draw(connection, most, articles, now, {}, per_host)


def article(number: int, host: str = "a.example", hours_ago: float | None = None) -> Find:
    published = None if hours_ago is None else NOW - timedelta(hours=hours_ago)
    return Find(f"https://{host}/berita/{number}/judul-berita", ARTICLE, f"Judul {number}", published, "id")


def with_articles(connection: Connection, corpus: Corpus, *finds: Find) -> Ledger:
    """Return the ledger of a run that has read one feed with these finds."""
    ledger = new_run(connection, corpus)
    ledger.add(connection, [FEED], NOW)
    (feed,) = draw(ledger, connection)
    ledger.found(connection, feed, finds, Answer('"1"', "yesterday"), NOW)
    return ledger


def test_listings_come_first_then_the_newest_then_those_without_a_date(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        old, new, undated = article(1, hours_ago=9), article(2, hours_ago=1), article(3)
        ledger = with_articles(connection, corpus, old, undated, new, Find("https://a.example/2", PAGER))
        assert [entry.url for entry in draw(ledger, connection)] == [
            "https://a.example/2",
            new.url,
            old.url,
            undated.url,
        ]


def test_hosts_take_turns_and_none_gets_more_than_its_share(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        finds = [article(number, hours_ago=number) for number in range(6)]
        ledger = with_articles(connection, corpus, *finds, article(9, "b.example", hours_ago=50))
        drawn = draw(ledger, connection, per_host=2)
        assert [entry.host for entry in drawn] == ["a.example", "b.example", "a.example"]
        assert ledger.draw(connection, 100, 100, NOW, {"a.example": 2, "b.example": 1}, 2) == []


def test_articles_can_be_capped_while_listings_go_on(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        finds = [article(number) for number in range(5)] + [Find("https://a.example/2", PAGER)]
        ledger = with_articles(connection, corpus, *finds)
        assert [entry.kind for entry in draw(ledger, connection, articles=2)] == [PAGER, ARTICLE, ARTICLE]
        assert draw(ledger, connection, articles=0) == []


def test_an_entry_carries_what_its_listing_and_its_seed_said(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        ledger = new_run(connection, corpus)
        ledger.add(connection, [Seed("https://a.example/feed", site="a.id", kind="feed")], NOW)
        (feed,) = draw(ledger, connection)
        ledger.found(connection, feed, [article(1, hours_ago=2)], Answer(), NOW)
        (entry,) = draw(ledger, connection)
    assert entry.hints.title == "Judul 1"
    assert entry.hints.published == NOW - timedelta(hours=2)
    assert (entry.hints.language, entry.hints.site) == ("id", "a.id")


def test_what_is_done_is_never_drawn_again_and_listings_are_asked_with_their_validators(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        ledger = with_articles(connection, corpus, article(1))
        (entry,) = draw(ledger, connection)
        ledger.finish(connection, entry, DONE, NOW)
        again = new_run(connection, corpus)
        assert again.recover(connection) == 0
        again.add(connection, [FEED], NOW)
        (feed,) = draw(again, connection, NOW + timedelta(days=1))
    assert (feed.kind, feed.etag, feed.last_modified) == (LISTING, '"1"', "yesterday")


def test_what_was_in_flight_at_a_crash_is_drawn_again_and_counted(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        ledger = with_articles(connection, corpus, article(1), article(2))
        assert len(draw(ledger, connection)) == 2
        again = new_run(connection, corpus)
        assert again.recover(connection) == 2
        again.add(connection, [FEED], NOW)
        assert {entry.kind for entry in draw(again, connection)} == {LISTING, ARTICLE}
        counts = connection.execute(select(tables.ledger.c.interrupted)).scalars().all()
    assert sorted(counts) == [0, 1, 1]


def test_what_a_run_hands_out_without_result_can_be_put_back(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        ledger = with_articles(connection, corpus, article(1))
        (entry,) = draw(ledger, connection)
        assert ledger.put_back(connection) == [entry.url]
        assert draw(ledger, connection) == [entry]


def test_spellings_of_one_address_are_one_row(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        plain = "https://a.example/berita/1/judul-berita"
        finds = [Find(plain), Find(f"{plain}?page=1"), Find(f"{plain}?page=all")]
        ledger = with_articles(connection, corpus, *finds)
        assert [entry.url for entry in draw(ledger, connection)] == [plain]


def test_a_listing_that_names_nothing_new_leaves_its_further_pages_alone(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        pager = Find("https://a.example/2", PAGER)
        ledger = with_articles(connection, corpus, article(1), pager)
        second, _ = draw(ledger, connection)
        ledger.found(connection, second, [], Answer(), NOW)
        again = new_run(connection, corpus)
        again.add(connection, [FEED], NOW)
        (feed,) = draw(again, connection)
        assert again.found(connection, feed, [article(1), pager], Answer(), NOW) == 0
        assert draw(again, connection) == []
        assert again.found(connection, feed, [article(7), pager], Answer(), NOW) == 1
        assert [entry.kind for entry in draw(again, connection)] == [PAGER, ARTICLE]


def test_depth_grows_along_pagers_only(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        ledger = with_articles(
            connection, corpus, Find("https://a.example/2", PAGER), Find("https://a.example/s", LISTING)
        )
        assert {entry.url: entry.depth for entry in draw(ledger, connection)} == {
            "https://a.example/2": 1,
            "https://a.example/s": 0,
        }


def test_only_the_seeds_of_the_run_are_visited_and_orphans_find_a_new_home(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        with_articles(connection, corpus, article(1))
        other = new_run(connection, corpus)
        other.add(connection, [Seed("https://b.example/feed", kind="feed")], NOW)
        (feed,) = draw(other, connection)
        assert feed.host == "b.example"
        assert other.found(connection, feed, [article(1)], Answer(), NOW) == 0
        assert [entry.url for entry in draw(other, connection)] == [article(1).url]


def test_a_paused_listing_is_not_asked_before_its_time(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        ledger = new_run(connection, corpus)
        ledger.add(connection, [FEED], NOW)
        (feed,) = draw(ledger, connection)
        ledger.finish(connection, feed, Outcome(State.BLOCKED, "blocked", 403), NOW)
        again = new_run(connection, corpus)
        again.add(connection, [FEED], NOW)
        assert draw(again, connection, NOW + timedelta(hours=5)) == []
        assert len(draw(again, connection, NOW + timedelta(hours=6))) == 1


def test_a_seed_without_a_kind_is_unknown_until_it_was_seen(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        ledger = new_run(connection, corpus)
        ledger.add(connection, [Seed("https://a.example/")], NOW)
        (seed,) = draw(ledger, connection)
        assert seed.kind == UNKNOWN
        ledger.add(connection, [Seed("https://a.example/", kind="site")], NOW)
        ledger.put_back(connection)
        (known,) = draw(ledger, connection)
        assert known.kind == LISTING


def test_robots_files_are_kept_by_origin(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        ledger = new_run(connection, corpus)
        assert ledger.robots(connection, "https://a.example") is None
        ledger.keep_robots(connection, "https://a.example", 404, b"", NOW)
        ledger.keep_robots(connection, "https://a.example", 200, b"User-agent: *", NOW)
        assert ledger.robots(connection, "https://a.example") == (200, b"User-agent: *", NOW)


_STEPS = st.lists(st.sampled_from(["draw", "done", "fail", "gone", "crash", "list", "later"]), max_size=25)


@settings(max_examples=60, deadline=None)
@given(steps=_STEPS, numbers=st.lists(st.integers(0, 8), min_size=1, max_size=12))
def test_whatever_happens_every_article_ends_settled_and_none_is_done_twice(
    emptied: Corpus, steps: list[str], numbers: list[int]
) -> None:
    """Play a random run with crashes, then let it finish: each address settled, each done at most once."""
    wanted = select(tables.ledger.c.url, tables.ledger.c.state).where(tables.ledger.c.kind == ARTICLE)
    with emptied.transaction() as connection, connection.begin_nested() as example:
        game = _Game(connection, emptied, [article(number) for number in numbers])
        for step in steps:
            getattr(game, step)()
        game.finish()
        states = {row.url: row.state for row in connection.execute(wanted)}
        example.rollback()
    assert states.keys() == {article(number).url for number in numbers}
    assert set(states.values()) <= {State.DONE, State.FAILED, State.GONE}
    assert len(game.finished) == len(set(game.finished))


@pytest.fixture(scope="module")
def emptied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """Give a corpus whose users roll back what they do."""
    with Corpus.open(f"sqlite:///{tmp_path_factory.mktemp('law')}/corpus.db") as opened:
        yield opened


class _Game:
    """A run that anything may happen to. Each method is a step."""

    def __init__(self, connection: Connection, corpus: Corpus, finds: list[Find]) -> None:
        self.connection, self.corpus, self.finds = connection, corpus, finds
        self.now = NOW
        self.flying: list[Entry] = []
        self.finished: list[str] = []
        self.crash()

    def crash(self) -> None:
        self.ledger = new_run(self.connection, self.corpus)
        self.flying = []
        self.ledger.recover(self.connection)
        self.ledger.add(self.connection, [FEED], self.now)

    def draw(self) -> None:
        self.flying += self.ledger.draw(self.connection, 2, 2, self.now, {}, 2)

    def list(self) -> None:
        self.draw()
        for entry in [entry for entry in self.flying if entry.kind == LISTING]:
            self.flying.remove(entry)
            self.ledger.found(self.connection, entry, self.finds, Answer(), self.now)

    def done(self) -> None:
        self.list()
        if self.flying:
            entry = self.flying.pop(0)
            self.finished.append(entry.url)
            self.ledger.finish(self.connection, entry, DONE, self.now)

    def finish(self) -> None:
        self.crash()
        self.list()
        idle = 0
        while idle < 3:
            before = len(self.finished)
            self.later()
            self.done()
            idle = idle + 1 if len(self.finished) == before else 0

    def fail(self) -> None:
        self._end(Outcome(State.PENDING, "timeout"))

    def gone(self) -> None:
        self._end(Outcome(State.GONE, "gone", 404))

    def later(self) -> None:
        self.now += timedelta(hours=2)

    def _end(self, outcome: Outcome) -> None:
        self.list()
        if self.flying:
            self.ledger.finish(self.connection, self.flying.pop(0), outcome, self.now)
