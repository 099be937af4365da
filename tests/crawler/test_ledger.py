"""The ledger: nothing is lost, nothing that is done is asked for again, newest first, hosts mixed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import StatementError

from crawler.cadence import paused
from crawler.entry import ARTICLE, GUESS, LISTING, PAGER, SITE, UNKNOWN, Answer, Find
from crawler.ledger import GIVEN_UP_AFTER, Ledger, read_as
from crawler.outcome import ATTEMPTS, Outcome, State, Step, step
from crawler.replay import known_of
from crawler.seedlist import Seed
from dedup import Corpus, spelling, tables
from dedup.addresses import spellings
from tests.crawler.ledgers import (
    DAY,
    DONE,
    FEED,
    HOUR,
    NOW,
    OTHER_FEED,
    TIMEOUT,
    article,
    begin,
    crash,
    draw,
    draw_feed,
    finish,
    read,
    row_of,
    standing,
    urls,
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with Corpus.open(f"sqlite:///{tmp_path_factory.mktemp('ledger')}/corpus.db") as opened:
        yield opened


@pytest.fixture
def connection(corpus: Corpus) -> Iterator[Connection]:
    """Give a transaction on an empty corpus; nothing of it stays."""
    with corpus.transaction() as opened, opened.begin_nested() as test:
        yield opened
        test.rollback()


def test_listings_come_first_then_the_newest_then_those_without_a_date(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    old, new, undated = article(1, hours_ago=9), article(2, hours_ago=1), article(3)
    guess = Find("https://a.example/sitemap.xml", GUESS)
    pager, section = Find("https://a.example/2", PAGER), Find("https://a.example/daerah", LISTING)
    read(ledger, connection, old, undated, guess, new, section, pager)
    wanted = [pager, section, guess, new, old, undated]
    assert urls(draw(ledger, connection)) == [find.url for find in wanted]


def test_hosts_take_turns_and_none_gets_more_than_its_room(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    finds = [article(number, hours_ago=number) for number in range(6)]
    read(ledger, connection, *finds, article(9, "b.example", hours_ago=50))
    drawn = ledger.draw(connection, {"a.example": 2, "b.example": 1}, 100, 100, NOW)
    assert [entry.host for entry in drawn] == ["a.example", "b.example", "a.example"]
    assert ledger.draw(connection, {"b.example": 2, "c.example": 2}, 100, 100, NOW) == []
    assert ledger.draw(connection, {}, 100, 100, NOW) == []


def test_most_is_a_limit_too_and_the_newest_of_all_hosts_come_first(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1, hours_ago=3), article(2, "b.example", hours_ago=1), article(3, "c.example"))
    drawn = draw(ledger, connection, most=2)
    assert [entry.host for entry in drawn] == ["b.example", "a.example"]


def test_articles_can_be_capped_while_listings_go_on(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, *(article(number) for number in range(5)), Find("https://a.example/2", PAGER))
    assert [entry.kind for entry in draw(ledger, connection, articles=2)] == [PAGER, ARTICLE, ARTICLE]
    assert draw(ledger, connection, articles=0) == draw(ledger, connection, articles=-1) == []
    assert len(draw(ledger, connection)) == 3


def test_a_seed_nobody_knows_may_be_an_article_and_counts_as_one(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus, Seed("https://a.example/"), FEED)
    assert [entry.kind for entry in draw(ledger, connection, articles=0)] == [LISTING]
    assert [entry.kind for entry in draw(ledger, connection, articles=1)] == [UNKNOWN]


def test_of_a_seed_with_few_left_no_more_are_handed_out(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus, FEED)
    (number,) = ledger.add(connection, [FEED], NOW)
    (feed,) = draw(ledger, connection)
    ledger.found(connection, feed, [article(each) for each in range(6)], Answer(), NOW)
    assert len(draw(ledger, connection, left={number: 2})) == 2
    assert len(draw(ledger, connection, left={number: 9})) == 4


def test_of_a_seed_that_is_spent_only_listings_are_asked(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus, FEED, OTHER_FEED)
    seeds = {seed.url: number for number, seed in ledger.add(connection, [FEED, OTHER_FEED], NOW).items()}
    for feed in draw(ledger, connection):
        finds = [article(1, feed.host), Find(f"https://{feed.host}/2", PAGER)]
        ledger.found(connection, feed, finds, Answer(), NOW)
    drawn = draw(ledger, connection, left={seeds[FEED.url]: 0})
    assert [(entry.kind, entry.host) for entry in drawn] == [
        (PAGER, "a.example"),
        (PAGER, "b.example"),
        (ARTICLE, "b.example"),
    ]


def test_nothing_is_drawn_before_its_time(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1))
    (entry,) = draw(ledger, connection)
    finish(ledger, connection, entry, TIMEOUT)
    assert draw(ledger, connection, NOW + timedelta(minutes=9)) == []
    assert ledger.waiting(connection, NOW + timedelta(minutes=9)) == 0
    assert ledger.waiting(connection, NOW + timedelta(minutes=10)) == 1
    assert urls(draw(ledger, connection, NOW + timedelta(minutes=10))) == [entry.url]


def test_no_listing_is_asked_twice_in_a_run_even_if_it_is_due_again(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection)
    assert draw(ledger, connection, NOW + DAY) == []
    assert ledger.waiting(connection, NOW + DAY) == 0
    (feed,) = draw(begin(connection, corpus), connection, NOW + DAY)
    assert feed.kind == LISTING


def test_what_is_done_is_never_drawn_again_and_listings_come_with_their_validators(
    corpus: Corpus, connection: Connection
) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1))
    (entry,) = draw(ledger, connection)
    finish(ledger, connection, replace(entry, article="0123456789abcdef"))
    (feed,) = draw(begin(connection, corpus), connection, NOW + 400 * DAY)
    assert (feed.kind, feed.etag, feed.last_modified) == (LISTING, '"1"', "yesterday")
    assert (feed.full_at, feed.changed_at) == (NOW, NOW)


def test_an_entry_carries_what_its_listing_and_its_seed_said(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus, replace(FEED, site="a.id"))
    read(ledger, connection, article(1, hours_ago=2))
    (entry,) = draw(ledger, connection)
    assert entry.hints.title == "Judul 1"
    assert entry.hints.published == NOW - 2 * HOUR
    assert (entry.hints.language, entry.hints.site) == ("id", "a.id")
    assert (entry.found_at, entry.attempts, entry.article, entry.parts) == (NOW, 0, "", ())


def test_only_the_seeds_of_the_run_are_visited_and_orphans_find_a_new_home(
    corpus: Corpus, connection: Connection
) -> None:
    read(begin(connection, corpus), connection, article(1), article(2))
    other = begin(connection, corpus, OTHER_FEED)
    assert other.waiting(connection, NOW) == 1
    assert read(other, connection, article(1)) == 0
    assert urls(draw(other, connection)) == [article(1).url]


def test_what_was_in_flight_is_drawn_again_and_counted(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1), article(2))
    assert len(draw(ledger, connection)) == 2
    again = begin(connection, corpus)
    assert again.recover(connection, []) == 0
    assert again.recover(connection, [ledger.run + 7]) == 0
    assert draw(again, connection) == []
    assert again.recover(connection, [ledger.run]) == 2
    assert [(entry.interrupted, entry.attempts) for entry in draw(again, connection)] == [(1, 0), (1, 0)]


def test_after_three_crashes_it_is_fetched_alone(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1))
    ledger = crash(connection, corpus, ledger, 2)
    assert ledger.draw_alone(connection, NOW) == []
    ledger = crash(connection, corpus, ledger, 1)
    ledger.note(connection, draw_feed(ledger, connection), [article(2), article(3)], NOW)
    assert urls(draw(ledger, connection)) == [article(2).url, article(3).url]
    assert ledger.waiting(connection, NOW) == 1
    (entry,) = ledger.draw_alone(connection, NOW)
    assert (entry.url, entry.interrupted) == (article(1).url, 3)
    assert ledger.draw_alone(connection, NOW) == []


def test_one_at_a_time_is_fetched_alone(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1), article(2))
    ledger = crash(connection, corpus, ledger, 3)
    assert draw(ledger, connection) == []
    assert [len(ledger.draw_alone(connection, NOW)) for _ in range(3)] == [1, 1, 0]


def test_after_many_more_crashes_an_article_is_given_up(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1))
    ledger = crash(connection, corpus, ledger, GIVEN_UP_AFTER)
    assert ledger.draw_alone(connection, NOW) == []
    assert standing(connection, article(1)) == (State.FAILED, "crashes")
    assert row_of(connection, article(1).url).next_visit is None
    read(ledger, connection, article(1), now=NOW + DAY)
    assert draw(ledger, connection, NOW + DAY) == []


def test_a_listing_is_given_up_only_for_a_while(corpus: Corpus, connection: Connection) -> None:
    ledger = crash(connection, corpus, begin(connection, corpus), GIVEN_UP_AFTER)
    assert ledger.draw_alone(connection, NOW) == []
    row = row_of(connection, FEED.url)
    assert (row.state, row.reason, row.interrupted) == (State.FAILED, "crashes", 0)
    assert row.next_visit > NOW
    assert urls(draw(begin(connection, corpus), connection, row.next_visit)) == [FEED.url]


@pytest.mark.parametrize("outcome", [DONE, TIMEOUT])
def test_an_answer_or_a_timeout_is_no_crash_and_clears_the_count(
    corpus: Corpus, connection: Connection, outcome: Outcome
) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1))
    ledger = crash(connection, corpus, ledger, 3)
    (entry,) = ledger.draw_alone(connection, NOW)
    finish(ledger, connection, entry, outcome)
    assert row_of(connection, entry.url).interrupted == 0


def test_what_a_run_hands_out_without_result_can_be_put_back(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(2), article(1))
    drawn = draw(ledger, connection)
    assert ledger.put_back(connection) == sorted(urls(drawn))
    assert ledger.put_back(connection) == []
    assert draw(ledger, connection) == drawn
    other = begin(connection, corpus)
    assert other.put_back(connection) == []


def test_validators_are_kept_only_together_with_all_that_was_named(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    feed = draw_feed(ledger, connection)
    naive = replace(article(9), published=datetime(2026, 3, 5, 12))  # noqa: DTZ001 - that is what breaks it
    with pytest.raises(StatementError), connection.begin_nested():
        ledger.found(connection, feed, [article(1), naive], Answer('"1"', "yesterday"), NOW)
    row = row_of(connection, FEED.url)
    assert (row.state, row.etag, row.last_modified, row.full_at) == (State.HANDED, "", "", None)
    assert len(connection.execute(select(tables.ledger)).all()) == 1


def test_noting_a_part_of_a_long_listing_keeps_nothing_of_the_listing(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    feed = draw_feed(ledger, connection)
    finds = [article(number) for number in range(1_200)]
    assert ledger.note(connection, feed, finds, NOW) == 1_200
    assert row_of(connection, FEED.url).full_at is None
    again = begin(connection, corpus, after=ledger)
    assert draw_feed(again, connection).etag == ""
    assert len(draw(again, connection, most=2_000, articles=2_000, per_host=2_000)) == 1_200


def test_when_it_last_named_something_new_decides_when_it_is_asked_again(
    corpus: Corpus, connection: Connection
) -> None:
    asked: list[datetime] = []

    def due(changed_at: datetime) -> datetime:
        asked.append(changed_at)
        return changed_at + DAY

    def visit(hours: int, finds: Sequence[Find], noted: int = 0) -> None:
        ledger = begin(connection, corpus)
        (feed,) = [entry for entry in draw(ledger, connection, NOW + 30 * DAY) if entry.listing]
        now = NOW + hours * HOUR
        ledger.found(connection, replace(feed, named=2), finds, Answer(), now, read_as="x", due=due, noted=noted)

    visit(0, [article(1)])
    visit(2, [article(1)])
    visit(3, [article(1), article(2, skip="pattern")])
    visit(5, [article(3)])
    visit(7, [], noted=1)
    assert [(moment - NOW) / HOUR for moment in asked] == [0, 0, 0, 5, 7]
    row = row_of(connection, FEED.url)
    assert (row.changed_at, row.full_at, row.next_visit) == (NOW + 7 * HOUR, NOW + 7 * HOUR, NOW + 31 * HOUR)
    assert (row.named, row.read_as, row.state) == (2, "x", State.DONE)


def test_an_answer_that_it_is_unchanged_keeps_its_validators(corpus: Corpus, connection: Connection) -> None:
    read(begin(connection, corpus), connection, answer=Answer('"1"', "yesterday", digest="sha1:A", archived_at=NOW))
    ledger = begin(connection, corpus)
    (feed,) = draw(ledger, connection, NOW + HOUR)
    follows = Step(State.DONE, 0, NOW + 2 * HOUR)
    ledger.finish(connection, feed, follows, "unchanged", Answer('"2"', status=304), NOW + HOUR)
    row = row_of(connection, FEED.url)
    assert (row.etag, row.last_modified, row.digest, row.archived_at) == ('"1"', "yesterday", "sha1:A", NOW)
    assert (row.status, row.fetched_at, row.full_at) == (304, NOW + HOUR, NOW)


def test_a_listing_that_failed_is_asked_as_a_whole_next_time(corpus: Corpus, connection: Connection) -> None:
    read(begin(connection, corpus), connection, article(1))
    ledger = begin(connection, corpus)
    (feed,) = [entry for entry in draw(ledger, connection, NOW + HOUR) if entry.listing]
    finish(ledger, connection, replace(feed, named=1), Outcome(State.GONE, "not-found", 404), NOW + HOUR)
    row = row_of(connection, FEED.url)
    assert (row.named, row.read_as, row.attempts, row.reason) == (0, "", 1, "not-found")
    assert row.next_visit == NOW + HOUR + timedelta(minutes=10)


def test_spellings_of_one_address_are_one_row_and_the_first_counts(corpus: Corpus, connection: Connection) -> None:
    plain = "https://a.example/berita/1/judul-berita"
    ledger = begin(connection, corpus)
    assert read(ledger, connection, Find(plain), Find(f"{plain}?page=1"), Find(f"{plain}?page=all")) == 1
    assert urls(draw(ledger, connection)) == [plain]


@pytest.mark.parametrize("kind", [ARTICLE, UNKNOWN, LISTING, PAGER])
def test_http_and_https_www_and_a_slash_at_the_end_are_one_row_and_the_first_is_asked(
    corpus: Corpus, connection: Connection, kind: str
) -> None:
    ways = spellings("http://www.a.example/daerah/kabar")
    ledger = begin(connection, corpus)
    feed = draw_feed(ledger, connection)
    ledger.note(connection, feed, [Find(ways[5], kind), *(Find(way, kind) for way in ways)], NOW)
    ledger.note(connection, feed, [Find(way, kind) for way in reversed(ways)], NOW + HOUR)
    assert urls(draw(ledger, connection, NOW + HOUR)) == [ways[5]]


def test_a_home_page_is_one_row_and_not_that_of_what_is_below_it(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    names = ["http://www.a.example", "https://a.example/", "https://a.example/?p=7", "https://a.example/a"]
    read(ledger, connection, *(Find(name, UNKNOWN) for name in names))
    assert set(urls(draw(ledger, connection))) == {names[0], names[2], names[3]}


def test_a_seed_and_a_link_to_it_are_one_row_asked_for_as_the_list_spells_it(
    corpus: Corpus, connection: Connection
) -> None:
    linked = Find("https://www.a.example/daerah/", UNKNOWN)
    ledger = begin(connection, corpus)
    read(ledger, connection, linked)
    (entry,) = draw(ledger, connection)
    listing = replace(entry, kind=LISTING, named=3)
    ledger.found(connection, listing, [], Answer('"7"', "today"), NOW, read_as="x", due=lambda now: now + DAY)
    seed = Seed("http://a.example/daerah")
    added = begin(connection, corpus, FEED, seed)
    row = row_of(connection, seed.url)
    assert (row.id, row.host, row.kind, row.named) == (entry.id, "a.example", LISTING, 3)
    # Of another address these would be a lie.
    assert (row.etag, row.last_modified, row.read_as) == ("", "", "")
    assert urls(draw(added, connection, NOW + DAY)) == [FEED.url, seed.url]
    assert added.note(connection, entry, [linked], NOW + 2 * DAY) == 0
    assert row_of(connection, seed.url).id == entry.id


def test_what_is_named_again_is_asked_for_as_it_is_spelled_now(corpus: Corpus, connection: Connection) -> None:
    """A server may know only one of the spellings."""
    guess, failed = Find("https://a.example/rss", GUESS), Find("http://a.example/berita/1/judul-berita")
    ledger = begin(connection, corpus)
    read(ledger, connection, guess, failed)
    first, second = draw(ledger, connection)
    finish(ledger, connection, first, Outcome(State.GONE, "not-found", 404))
    ledger.finish(connection, second, Step(State.FAILED, ATTEMPTS, None), "timeout", None, NOW)
    named = Find("https://www.a.example/rss/", LISTING), Find("https://www.a.example/berita/1/judul-berita/")
    again = begin(connection, corpus)
    read(again, connection, *named, now=NOW + 4 * DAY)
    drawn = draw(again, connection, NOW + 4 * DAY)
    assert [(entry.id, entry.url, entry.host) for entry in drawn] == [
        (first.id, named[0].url, "www.a.example"),
        (second.id, named[1].url, "www.a.example"),
    ]


def test_what_is_done_keeps_its_spelling(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1))
    (entry,) = draw(ledger, connection)
    finish(ledger, connection, replace(entry, article="abc"))
    read(begin(connection, corpus), connection, Find(article(1).url.replace("https", "http")), now=NOW + HOUR)
    assert standing(connection, article(1)) == (State.DONE, "")


@pytest.mark.parametrize("way", spellings(article(1).url))
def test_what_is_forgotten_is_blocked_in_every_spelling(corpus: Corpus, connection: Connection, way: str) -> None:
    connection.execute(tables.forgotten.insert().values(url=spelling(article(1).url), at=NOW))
    ledger = begin(connection, corpus, FEED, Seed(way.replace("/1/", "/2/"), kind="article"))
    assert read(ledger, connection, Find(way), article(2)) == 0
    row = row_of(connection, way)
    assert (row.state, row.reason, row.next_visit) == (State.SKIPPED, "forgotten", None)


def asked_hours_later(corpus: Corpus, connection: Connection, seed: Seed) -> float | None:
    """Begin a run with this seed; return after how many hours since NOW its listing is due, None for never."""
    begin(connection, corpus, seed, now=NOW + HOUR)
    due: datetime | None = row_of(connection, seed.url).next_visit
    return None if due is None else (due - NOW) / HOUR


@pytest.fixture
def daily(corpus: Corpus, connection: Connection) -> Seed:
    """Give a feed that is asked once a day and was just now; it has a section, and an older page at rest."""
    seed = replace(FEED, every=DAY)
    ledger = begin(connection, corpus, seed)
    older, section = Find("https://a.example/2", PAGER), Find("https://a.example/daerah", LISTING)
    read(ledger, connection, article(1), older, section, answer=Answer('"7"'))
    for entry in draw(ledger, connection, articles=0):
        due = None if entry.kind == PAGER else lambda _: paused(NOW, DAY)
        ledger.found(connection, replace(entry, named=1), [], Answer('"7"'), NOW, read_as="x", due=due)
    return seed


@pytest.mark.parametrize(
    ("every", "hours"), [(HOUR, 0.9), (10 * HOUR, 9.0), (10 * DAY, 216.0), (timedelta(minutes=10), 0.15)]
)
def test_a_new_pause_counts_at_once_from_when_a_listing_was_last_asked(
    corpus: Corpus, connection: Connection, daily: Seed, every: timedelta, hours: float
) -> None:
    assert asked_hours_later(corpus, connection, replace(daily, every=every)) == pytest.approx(hours)
    section, older = row_of(connection, "https://a.example/daerah"), row_of(connection, "https://a.example/2")
    assert (section.next_visit - NOW) / HOUR == pytest.approx(hours)
    assert older.next_visit is None
    # Nothing is read anew: it may all be as it was.
    assert (section.state, section.etag, section.read_as) == (State.DONE, '"7"', "x")


def test_a_pause_that_is_as_it_was_changes_nothing(corpus: Corpus, connection: Connection, daily: Seed) -> None:
    before = row_of(connection, daily.url)
    begin(connection, corpus, replace(daily, line=7, list="lain.txt"))
    assert row_of(connection, daily.url) == before


def test_without_a_pause_of_its_own_a_listing_is_asked_now_and_may_say_that_it_is_unchanged(
    corpus: Corpus, connection: Connection, daily: Seed
) -> None:
    ledger = begin(connection, corpus, replace(daily, every=None))
    drawn = draw(ledger, connection, NOW + HOUR, articles=0)
    assert [(entry.url, entry.etag) for entry in drawn] == [(FEED.url, '"7"'), ("https://a.example/daerah", '"7"')]


def test_a_new_pause_does_not_call_what_fails_or_is_refused(
    corpus: Corpus, connection: Connection, daily: Seed
) -> None:
    ledger = begin(connection, corpus, daily)
    for entry in draw(ledger, connection, NOW + DAY, articles=0):
        finish(ledger, connection, entry, Outcome(State.BLOCKED, "forbidden", 403), NOW + DAY)
    assert asked_hours_later(corpus, connection, replace(daily, every=HOUR)) == pytest.approx(30)


def test_further_pages_are_due_again_only_when_there_is_news(corpus: Corpus, connection: Connection) -> None:
    pager = Find("https://a.example/2", PAGER)
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1), pager)
    second, entry = draw(ledger, connection)
    ledger.found(connection, replace(second, named=1), [article(1)], Answer(), NOW)
    finish(ledger, connection, entry)
    quiet = begin(connection, corpus)
    assert read(quiet, connection, article(1), pager, now=NOW + HOUR) == 0
    assert draw(quiet, connection, NOW + HOUR) == []
    busy = begin(connection, corpus)
    assert read(busy, connection, article(7), pager, now=NOW + 2 * HOUR) == 1
    assert [entry.kind for entry in draw(busy, connection, NOW + 2 * HOUR)] == [PAGER, ARTICLE]


def test_depth_grows_with_what_is_below_its_listing(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, Find("https://a.example/2", PAGER, below=True), Find("https://a.example/s", LISTING))
    assert {entry.url: entry.depth for entry in draw(ledger, connection)} == {
        "https://a.example/2": 1,
        "https://a.example/s": 0,
    }


def test_a_later_listing_gives_a_missing_date_and_changes_no_other(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1), article(2, hours_ago=5), article(3))
    again = begin(connection, corpus)
    read(again, connection, article(1, hours_ago=3), article(2, hours_ago=1), article(3), now=NOW + HOUR)
    dates = {entry.url: entry.hints.published for entry in draw(again, connection, NOW + HOUR)}
    assert dates == {
        article(1).url: NOW - 3 * HOUR,
        article(2).url: NOW - 5 * HOUR,
        article(3).url: None,
    }


def test_what_a_listing_depends_on_changes_with_the_words_of_its_seed() -> None:
    assert read_as(FEED) == read_as(replace(FEED, list="b.txt", line=7))
    assert read_as(FEED) != read_as(replace(FEED, skip=("/olahraga/*",)))


def test_an_article_is_looked_at_again_when_its_time_has_come(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1))
    (entry,) = draw(ledger, connection)
    told = replace(entry, article="abc", looks=1, parts=(entry.url, f"{entry.url}?page=2"))
    told = replace(told, hints=replace(told.hints, published=NOW - HOUR))
    answer = Answer('"7"', "today", digest="sha1:A", archived_at=NOW)
    ledger.finish(connection, told, Step(State.DONE, 0, NOW + HOUR), "", answer, NOW)
    assert draw(ledger, connection) == []
    (again,) = draw(ledger, connection, NOW + HOUR)
    assert again == replace(told, etag='"7"', last_modified="today", digest="sha1:A", archived_at=NOW, hints=told.hints)


def test_a_page_that_did_not_answer_is_kept_as_it_was(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1))
    (entry,) = draw(ledger, connection)
    ledger.finish(connection, replace(entry, article="abc"), Step(State.DONE, 0, NOW), "", Answer('"7"'), NOW)
    (again,) = draw(ledger, connection)
    ledger.finish(connection, again, step(TIMEOUT, 0, NOW), "timeout", None, NOW + HOUR)
    row = row_of(connection, entry.url)
    assert (row.etag, row.article, row.status, row.fetched_at) == ('"7"', "abc", None, NOW + HOUR)
    assert (row.state, row.reason, row.attempts) == (State.PENDING, "timeout", 1)


def test_what_failed_and_is_still_named_after_three_days_gets_one_more_visit(
    corpus: Corpus, connection: Connection
) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1), article(2))
    failed, gone = draw(ledger, connection)
    ledger.finish(connection, failed, Step(State.FAILED, ATTEMPTS, None), "timeout", None, NOW)
    finish(ledger, connection, gone, Outcome(State.GONE, "not-found", 404))
    soon = NOW + 72 * HOUR
    read(begin(connection, corpus), connection, article(1), article(2), now=soon)
    assert standing(connection, article(1)) == (State.FAILED, "timeout")
    later = soon + HOUR
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1), article(2), now=later)
    (again,) = draw(ledger, connection, later)
    assert (again.url, again.attempts) == (failed.url, ATTEMPTS - 1)
    assert finish(ledger, connection, again, TIMEOUT, later) == Step(State.FAILED, ATTEMPTS, None)
    assert standing(connection, article(2)) == (State.GONE, "not-found")


def test_a_forgotten_address_is_never_due_whether_a_listing_names_it_or_a_seed(
    corpus: Corpus, connection: Connection
) -> None:
    named, listed = article(1), article(2)
    for address in (named.url, listed.url):
        connection.execute(tables.forgotten.insert().values(url=spelling(address), at=NOW))
    ledger = begin(connection, corpus, FEED, Seed(listed.url, kind="article"))
    assert read(ledger, connection, replace(named, url=f"{named.url}?page=all"), listed, article(3)) == 1
    assert urls(draw(ledger, connection)) == [article(3).url]
    for address in (f"{named.url}?page=all", listed.url):
        row = row_of(connection, address)
        assert (row.state, row.reason, row.next_visit, row.title) == (State.SKIPPED, "forgotten", None, "")
    for which in ("listings", "failed", "all"):
        ledger.refetch(connection, which)
    ledger.revive(connection, None)
    told = [Seed(listed.url, kind="section"), Seed(named.url, kind="article", skip=("/x",))]
    again = begin(connection, corpus, FEED, *told)
    assert urls(draw(again, connection, NOW + 400 * DAY)) == [FEED.url]


def test_what_is_left_out_is_kept_with_its_reason_and_waits_when_it_is_wanted(
    corpus: Corpus, connection: Connection
) -> None:
    ledger = begin(connection, corpus)
    assert read(ledger, connection, article(1, skip="pattern"), article(2, skip="too-old")) == 0
    assert draw(ledger, connection, NOW + DAY) == []
    assert standing(connection, article(1)) == (State.SKIPPED, "pattern")
    assert standing(connection, article(2)) == (State.SKIPPED, "too-old")
    again = begin(connection, corpus)
    assert read(again, connection, article(1), article(2, skip="too-old"), now=NOW + HOUR) == 0
    (entry,) = draw(again, connection, NOW + HOUR)
    assert (entry.url, entry.attempts) == (article(1).url, 0)
    assert standing(connection, article(1)) == (State.HANDED, "")


@pytest.mark.parametrize("reason", ["guard", "robots", "expired", "forgotten"])
def test_what_was_left_out_for_good_stays_out(corpus: Corpus, connection: Connection, reason: str) -> None:
    read(begin(connection, corpus), connection, article(1, skip=reason))
    again = begin(connection, corpus)
    read(again, connection, article(1), now=NOW + 10 * DAY)
    assert draw(again, connection, NOW + 10 * DAY) == []
    assert standing(connection, article(1)) == (State.SKIPPED, reason)


def test_what_waits_longer_than_any_pause_is_due(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1), article(2))
    first, second = draw(ledger, connection)
    for entry, wait in ((first, 4000 * DAY), (second, 13 * DAY)):
        ledger.finish(connection, entry, Step(State.PENDING, 1, NOW + wait), "timeout", Answer(), NOW)
    assert urls(draw(begin(connection, corpus), connection)) == [first.url]


@pytest.mark.parametrize(("every", "due"), [(DAY, [FEED.url]), (40 * DAY, [])])
def test_but_a_seed_may_say_that_it_is_asked_seldom(
    corpus: Corpus, connection: Connection, every: timedelta, due: list[str]
) -> None:
    seldom = replace(FEED, every=every)
    ledger = begin(connection, corpus, seldom)
    (feed,) = draw(ledger, connection)
    ledger.finish(connection, feed, Step(State.DONE, 0, NOW + 40 * DAY), "", Answer(), NOW)
    assert urls(draw(begin(connection, corpus, seldom), connection)) == due


def test_as_may_the_settings(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    (feed,) = draw(ledger, connection)
    ledger.finish(connection, feed, Step(State.DONE, 0, NOW + 80 * DAY), "", Answer(), NOW)
    ledger.add(connection, [FEED], NOW, longest=80 * DAY)
    assert row_of(connection, FEED.url).next_visit == NOW + 80 * DAY
    ledger.add(connection, [FEED], NOW, longest=DAY)
    assert row_of(connection, FEED.url).next_visit < NOW


def test_a_listing_that_was_given_up_for_a_redirect_is_due(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    (feed,) = draw(ledger, connection)
    ledger.finish(connection, feed, Step(State.SKIPPED, 0, None), "guard", Answer(), NOW)
    assert urls(draw(begin(connection, corpus), connection)) == [FEED.url]


def test_since_leaves_out_what_is_older_and_without_it_that_waits_again(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1, hours_ago=1), article(2, hours_ago=40), article(3), article(4, hours_ago=90))
    assert ledger.skip(connection, NOW - DAY, None) == 2
    assert standing(connection, article(4)) == (State.SKIPPED, "too-old")
    assert ledger.revive(connection, NOW - 2 * DAY) == 1
    assert urls(draw(ledger, connection)) == [article(n).url for n in (1, 2, 3)]
    assert ledger.revive(connection, None) == 1
    assert standing(connection, article(4)) == (State.PENDING, "")


def test_old_sitemaps_wait_again_only_for_who_asks_for_what_is_old(corpus: Corpus, connection: Connection) -> None:
    sitemaps = [
        Find(f"https://a.example/{days}.xml", LISTING, published=NOW - days * DAY, skip="too-old") for days in (40, 400)
    ]
    ledger = begin(connection, corpus)
    read(ledger, connection, *sitemaps)
    assert ledger.revive(connection, None) == 0
    assert ledger.revive(connection, NOW - 30 * DAY) == 0
    assert ledger.revive(connection, NOW - 90 * DAY) == 1
    assert urls(draw(ledger, connection)) == [sitemaps[0].url]


def test_what_was_found_long_ago_and_never_had_is_given_up(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1), article(2), article(3))
    first, second = draw(ledger, connection, most=2)
    finish(ledger, connection, replace(first, article="abc"))
    follows = Step(State.PENDING, 1, NOW)
    ledger.finish(connection, replace(second, article="def"), follows, "part-missing", Answer(), NOW)
    again = begin(connection, corpus)
    read(again, connection, article(5), now=NOW + DAY)
    assert again.skip(connection, None, NOW) == 0
    assert again.skip(connection, None, NOW + HOUR) == 1
    assert standing(connection, article(3)) == (State.SKIPPED, "expired")
    assert urls(draw(again, connection, NOW + DAY)) == [article(2).url, article(5).url]


def test_only_articles_of_this_runs_seeds_are_left_out_or_wait_again(corpus: Corpus, connection: Connection) -> None:
    old_sitemap = Find("https://a.example/sitemap-2016.xml", LISTING, published=NOW - 900 * DAY)
    read(begin(connection, corpus), connection, article(1, hours_ago=90), old_sitemap)
    other = begin(connection, corpus, OTHER_FEED)
    assert other.skip(connection, NOW, NOW + DAY) == 0
    mine = begin(connection, corpus)
    assert mine.skip(connection, NOW - DAY, None) == 1
    assert standing(connection, old_sitemap) == (State.PENDING, "")
    assert begin(connection, corpus, OTHER_FEED).revive(connection, None) == 0


def test_new_words_of_a_seed_make_its_listings_due_and_what_they_want(corpus: Corpus, connection: Connection) -> None:
    choosy = replace(FEED, skip=("/olahraga/*", "/iklan/*"))
    sport = Find("https://a.example/olahraga/1/judul-berita", skip="pattern")
    advert = Find("https://a.example/iklan/1/judul-berita", skip="pattern")
    old_sitemap = Find("https://a.example/sitemap-2016.xml", LISTING, skip="too-old")
    read(begin(connection, corpus, choosy), connection, sport, advert, old_sitemap, article(1, skip="too-old"))
    same = begin(connection, corpus, replace(choosy, line=9, list="other.txt"))
    assert draw(same, connection) == []
    changed = begin(connection, corpus, replace(choosy, skip=("/iklan/*",)))
    assert urls(draw(changed, connection)) == [FEED.url, sport.url]
    assert standing(connection, sport) == (State.HANDED, "")
    assert standing(connection, advert) == (State.SKIPPED, "pattern")
    assert standing(connection, old_sitemap) == standing(connection, article(1)) == (State.SKIPPED, "too-old")


def test_a_seed_is_what_its_words_say_and_otherwise_what_it_was_seen_to_be(
    corpus: Corpus, connection: Connection
) -> None:
    home = Seed("https://a.example/")
    ledger = begin(connection, corpus, home)
    (seed,) = draw(ledger, connection)
    assert seed.kind == UNKNOWN
    ledger.found(connection, replace(seed, kind=SITE), [], Answer(), NOW, due=lambda now: now + DAY)
    seen = begin(connection, corpus, home)
    assert draw(seen, connection) == []
    assert [entry.kind for entry in draw(seen, connection, NOW + DAY)] == [SITE]
    named = begin(connection, corpus, replace(home, kind="section"), after=seen)
    assert [entry.kind for entry in draw(named, connection)] == [LISTING]


def test_a_seed_that_is_in_the_ledger_already_is_not_asked_twice(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1), Find("https://a.example/daerah", LISTING))
    section, entry = draw(ledger, connection)
    ledger.found(connection, section, [], Answer(), NOW, due=lambda now: now + DAY)
    finish(ledger, connection, replace(entry, article="abc"))
    added = [FEED, Seed(section.url), Seed(entry.url), Seed(entry.url, kind="article")]
    assert draw(begin(connection, corpus, *added), connection) == []


@pytest.mark.parametrize("kind", ["", "section", "article"])
def test_who_adds_an_address_that_was_given_up_wants_it_asked_for(
    corpus: Corpus, connection: Connection, kind: str
) -> None:
    daerah = Find("https://a.example/daerah")
    ledger = begin(connection, corpus)
    read(ledger, connection, daerah, article(1, skip="pattern"))
    (entry,) = draw(ledger, connection)
    finish(ledger, connection, entry, Outcome(State.REJECTED, "not-article", 200))
    added = begin(connection, corpus, FEED, Seed(daerah.url, kind=kind), Seed(article(1).url, kind=kind))
    expected = {"": UNKNOWN, "section": LISTING, "article": ARTICLE}[kind]
    assert {entry.url: entry.kind for entry in draw(added, connection)} == {
        daerah.url: expected,
        article(1).url: expected,
    }
    finish(added, connection, entry, Outcome(State.REJECTED, "not-article", 200))
    assert draw(begin(connection, corpus, FEED, Seed(daerah.url, kind=kind)), connection) == []


def test_a_site_that_turned_out_to_be_a_feed_keeps_its_cadence(corpus: Corpus, connection: Connection) -> None:
    site = Seed("https://a.example/", kind="site")
    ledger = begin(connection, corpus, site)
    (entry,) = draw(ledger, connection)
    ledger.found(connection, replace(entry, kind=LISTING), [], Answer(), NOW, due=lambda now: now + DAY)
    again = begin(connection, corpus, site)
    assert draw(again, connection, NOW + HOUR) == []
    assert [entry.kind for entry in draw(again, connection, NOW + DAY)] == [LISTING]


def test_who_blocks_us_is_not_asked_earlier_because_somebody_added_it(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    read(ledger, connection, article(1))
    (entry,) = draw(ledger, connection)
    finish(ledger, connection, entry, Outcome(State.BLOCKED, "forbidden", 403))
    added = begin(connection, corpus, FEED, Seed(entry.url))
    assert draw(added, connection, NOW + HOUR / 2) == []
    assert urls(draw(added, connection, NOW + 6 * HOUR)) == [FEED.url, entry.url]


def test_seeds_are_numbered_and_keep_their_numbers(corpus: Corpus, connection: Connection) -> None:
    first = begin(connection, corpus).add(connection, [FEED, OTHER_FEED], NOW)
    again = begin(connection, corpus).add(connection, [OTHER_FEED, FEED], NOW)
    assert first == again
    assert sorted(seed.url for seed in first.values()) == [FEED.url, OTHER_FEED.url]


@pytest.fixture
def settled(corpus: Corpus, connection: Connection) -> Ledger:
    """Give a run in which nothing is due: of five articles one is done, others ended otherwise, one is left out."""
    outcomes = [DONE, Outcome(State.GONE, "not-found"), Outcome(State.REJECTED, "short"), Outcome(State.BLOCKED)]
    ledger = begin(connection, corpus)
    read(ledger, connection, *(article(number) for number in range(4)), article(9, skip="pattern"))
    for entry, outcome in zip(draw(ledger, connection), outcomes, strict=True):
        follows = step(outcome, 3, NOW)
        ledger.finish(connection, entry, follows, outcome.reason, Answer('"7"', "today"), NOW)
    return begin(connection, corpus)


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ("listings", [FEED.url]),
        ("failed", [article(n).url for n in (1, 2, 3)]),
        ("all", [FEED.url, *(article(n).url for n in range(4))]),
    ],
)
def test_what_is_wanted_again_is_due_as_if_it_were_new(
    settled: Ledger, connection: Connection, which: str, expected: list[str]
) -> None:
    assert draw(settled, connection) == []
    assert settled.refetch(connection, which) == len(expected)
    drawn = draw(settled, connection)
    assert urls(drawn) == expected
    assert {(entry.attempts, entry.read_as, entry.etag, entry.last_modified) for entry in drawn} == {(0, "", "", "")}


def test_other_seeds_are_left_alone(settled: Ledger, corpus: Corpus, connection: Connection) -> None:
    assert begin(connection, corpus, OTHER_FEED).refetch(connection, "all") == 1


def test_what_another_run_has_in_hand_stays_there(corpus: Corpus, connection: Connection) -> None:
    ledger = begin(connection, corpus)
    draw(ledger, connection)
    assert begin(connection, corpus).refetch(connection, "all") == 0


def test_replay_finds_what_the_ledger_has_on_a_page_in_any_spelling(tmp_path: Path) -> None:
    with Corpus.open(f"sqlite:///{tmp_path}/corpus.db") as own:
        with own.transaction() as connection:
            read(begin(connection, own, replace(FEED, paging="?page=all")), connection, article(1, hours_ago=1))
        known = known_of(own)
        for way in (*spellings(article(1).url), "https://m.a.example/amp/berita/1/judul-berita"):
            found = known(way)
            assert (found.hints.title, found.is_article, found.rule) == ("Judul 1", True, "?page=all")
        assert known(article(2).url).hints.title == ""
