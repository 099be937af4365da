"""Years of sitemaps and dead pagers: what is over rests, and what goes on again is asked again. Weeks in a second."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from crawler import visit
from crawler.cadence import Cadence, rests
from crawler.entry import ARTICLE, GUESS, LISTING, PAGER, Answer, Entry, Find
from crawler.ledger import Ledger
from crawler.outcome import Outcome, State
from crawler.page import Page
from crawler.seedlist import Seed
from dedup import Corpus, tables
from tests.crawler.ledgers import DAY, HOUR, NOW, begin, draw, row_of

HOST = "https://a.example"
INDEX = Seed(f"{HOST}/sitemap.xml", kind="sitemap")
SECTION = Seed(f"{HOST}/daerah", kind="section")
MONTH = 31 * DAY
GONE = Outcome(State.GONE, "not-found", 404)
CADENCE = Cadence()


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with Corpus.open(f"sqlite:///{tmp_path_factory.mktemp('resting')}/corpus.db") as opened:
        yield opened


@pytest.fixture
def connection(corpus: Corpus) -> Iterator[Connection]:
    """Give a transaction on an empty corpus; nothing of it stays."""
    with corpus.transaction() as opened, opened.begin_nested() as test:
        yield opened
        test.rollback()


@dataclass
class Outlet:
    """An outlet with a sitemap for every day since `start`, whose index tells when each changed, or does not."""

    start: datetime
    tells: bool = True
    late: dict[int, datetime] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)

    def page(self, url: str, now: datetime) -> Page | None:
        """Return what answers at an address; None: nothing is there any more."""
        days = (now - self.start) // DAY
        if url == INDEX.url:
            return self._xml(url, "sitemap", [(self.sitemap(day), self._changed(day, now)) for day in range(days + 1)])
        number = int(url.rpartition("-")[2].removesuffix(".xml"))
        if number in self.lost:
            return None
        news = [(self.news(number), min(self.start + number * DAY + 6 * HOUR, now))]
        if number in self.late and self.late[number] <= now:
            news.append((f"{self.news(number)}-lagi", self.late[number]))
        return self._xml(url, "url", news, dated=True)

    def sitemap(self, day: int) -> str:
        return f"{HOST}/peta-{day}.xml"

    def news(self, day: int) -> str:
        return f"{HOST}/berita/{10_000 + day}/kabar-dari-desa-nomor-{day}"

    def _changed(self, day: int, now: datetime) -> datetime:
        end = min(self.start + (day + 1) * DAY, now)
        return max(end, self.late[day]) if day in self.late and self.late[day] <= now else end

    def _xml(self, url: str, name: str, named: list[tuple[str, datetime]], dated: bool = False) -> Page:
        dates = dated or self.tells
        items = "".join(
            f"<{name}><loc>{loc}</loc>{f'<lastmod>{at.isoformat()}</lastmod>' if dates else ''}</{name}>"
            for loc, at in named
        )
        root = "sitemapindex" if name == "sitemap" else "urlset"
        return Page(url, f"<{root}>{items}</{root}>".encode(), "text/xml")


def collect(
    connection: Connection, corpus: Corpus, outlet: Outlet, now: datetime, since: datetime | None = None
) -> list[str]:
    """Do one run as the spider does it; return the listings that were asked."""
    ledger = begin(connection, corpus, INDEX, now=now)
    ledger.revive(connection, since)
    asked = []
    while entries := draw(ledger, connection, now, most=500, articles=500, per_host=500):
        for entry in entries:
            page = outlet.page(entry.url, now) if entry.kind == LISTING else None
            if page is not None:
                keep(ledger, connection, entry, page, now, since)
            else:
                outcome = GONE if entry.kind == LISTING else Outcome(State.DONE)
                follows = CADENCE.follows(entry, outcome, now, since=since)
                ledger.finish(connection, entry, follows, outcome.reason, Answer(), now)
            asked += [entry.url] if entry.kind == LISTING else []
    return asked


def keep(
    ledger: Ledger, connection: Connection, entry: Entry, page: Page, now: datetime, since: datetime | None
) -> None:
    named = visit.named(page, entry, visit.Wanted(INDEX, now, since))
    assert named is not None
    listing = visit.listed(entry, named)
    resting = rests(listing, now, since)
    due = None if resting else lambda changed_at: CADENCE.next_asked(changed_at, now)
    ledger.found(connection, listing, named.finds, Answer(), now, due=due)


def found(connection: Connection) -> set[str]:
    """Return the articles that were had."""
    done = (tables.ledger.c.kind == ARTICLE) & (tables.ledger.c.state == State.DONE)
    return set(connection.execute(select(tables.ledger.c.url).where(done)).scalars())


@pytest.mark.parametrize("tells", [True, False])
def test_of_daily_sitemaps_those_of_the_last_month_are_asked_and_no_others(
    corpus: Corpus, connection: Connection, tells: bool
) -> None:
    outlet = Outlet(NOW - 15 * DAY, tells)
    for day in range(0, 40, 3):
        asked = collect(connection, corpus, outlet, NOW + day * DAY + HOUR)
    today = day + 15
    assert found(connection) == {outlet.news(number) for number in range(today + 1)}
    # A sitemap that was asked before its month had passed is asked once more after that, and finds it so.
    assert set(asked) == {INDEX.url, *(outlet.sitemap(number) for number in range(today - 34, today + 1))}
    assert len(asked) == len(set(asked))
    waiting = tables.ledger.c.next_visit.is_not(None) & (tables.ledger.c.kind == LISTING)
    assert len(connection.execute(select(tables.ledger.c.id).where(waiting)).all()) == 33


def test_a_sitemap_at_rest_that_its_index_says_has_changed_is_asked_again(
    corpus: Corpus, connection: Connection
) -> None:
    outlet = Outlet(NOW - 5 * DAY)
    for day in range(0, 50, 5):
        collect(connection, corpus, outlet, NOW + day * DAY)
    outlet.late[3] = NOW + 50 * DAY
    assert outlet.sitemap(3) not in collect(connection, corpus, outlet, NOW + 49 * DAY)
    assert outlet.sitemap(3) in collect(connection, corpus, outlet, NOW + 51 * DAY)
    assert f"{outlet.news(3)}-lagi" in found(connection)
    # And rests again, a month after.
    for day in range(52, 90, 4):
        collect(connection, corpus, outlet, NOW + day * DAY)
    assert row_of(connection, outlet.sitemap(3)).next_visit is None


def test_a_run_that_asks_for_what_is_old_asks_sitemaps_at_rest(corpus: Corpus, connection: Connection) -> None:
    outlet = Outlet(NOW - 5 * DAY)
    for day in range(0, 50, 5):
        collect(connection, corpus, outlet, NOW + day * DAY)
    now = NOW + 50 * DAY
    asked = collect(connection, corpus, outlet, now, since=now - 45 * DAY)
    assert {outlet.sitemap(number) for number in range(10, 50)} <= set(asked)
    assert outlet.sitemap(5) not in asked
    assert outlet.sitemap(12) not in collect(connection, corpus, outlet, now + 3 * HOUR)


def test_new_words_of_a_seed_call_no_sitemap_at_rest(corpus: Corpus, connection: Connection) -> None:
    outlet = Outlet(NOW - 5 * DAY)
    for day in range(0, 50, 7):
        collect(connection, corpus, outlet, NOW + day * DAY)
    ledger = begin(connection, corpus, replace(INDEX, skip=("/iklan/*",)), now=NOW + 49 * DAY)
    due = {entry.url for entry in draw(ledger, connection, NOW + 49 * DAY) if entry.kind == LISTING}
    assert {INDEX.url, outlet.sitemap(53)} <= due
    assert outlet.sitemap(5) not in due


def test_a_sitemap_at_rest_that_becomes_a_seed_of_its_own_is_asked_and_rests_no_more(
    corpus: Corpus, connection: Connection
) -> None:
    outlet = Outlet(NOW - 5 * DAY)
    for day in range(0, 50, 7):
        collect(connection, corpus, outlet, NOW + day * DAY)
    seeds = [INDEX, Seed(outlet.sitemap(1))]
    ledger = begin(connection, corpus, *seeds, now=NOW + 49 * DAY)
    (entry,) = [entry for entry in draw(ledger, connection, NOW + 49 * DAY) if entry.url == seeds[1].url]
    assert not rests(replace(entry, kind=LISTING), NOW + 49 * DAY)


def test_an_old_sitemap_that_is_gone_is_not_asked_for_ever_and_a_young_one_is(
    corpus: Corpus, connection: Connection
) -> None:
    outlet = Outlet(NOW - 5 * DAY)
    for day in range(0, 30, 3):
        collect(connection, corpus, outlet, NOW + day * DAY)
    outlet.lost.add(2)
    for day in range(30, 50, 4):
        collect(connection, corpus, outlet, NOW + day * DAY)
    old = row_of(connection, outlet.sitemap(2))
    assert (old.state, old.next_visit) == (State.GONE, None)
    young = Entry(1, f"{HOST}/peta-1.xml", "a.example", LISTING, depth=1)
    assert CADENCE.follows(young, GONE, NOW).next_visit is not None


def test_a_seed_and_a_feed_of_a_site_never_rest() -> None:
    old = Find(f"{HOST}/feed", LISTING, published=NOW - 400 * DAY)
    for kind, depth in ((LISTING, 0), (ARTICLE, 1), (GUESS, 1)):
        entry = Entry(1, old.url, "a.example", kind, depth=depth)
        assert not rests(entry, NOW)


def section(ledger: Ledger, connection: Connection, now: datetime, *finds: Find) -> None:
    (entry,) = [entry for entry in draw(ledger, connection, now, articles=0) if entry.kind == LISTING]
    ledger.found(connection, entry, finds, Answer(), now, due=lambda _: now + HOUR)


OLDER = Find(f"{HOST}/daerah?page=2", PAGER, below=True)


def news(number: int) -> Find:
    return Find(f"{HOST}/berita/{number}/kabar-dari-desa")


@pytest.mark.parametrize("outcome", [GONE, Outcome(State.FAILED, "refused", 400)])
def test_a_pager_that_is_gone_is_asked_again_only_a_month_later_and_if_the_section_has_news(
    corpus: Corpus, connection: Connection, outcome: Outcome
) -> None:
    asked = []
    for day in range(0, 70):
        now = NOW + day * DAY
        ledger = begin(connection, corpus, SECTION, now=now)
        # On days without news, no older page is of interest.
        section(ledger, connection, now, news(day // 2), OLDER)
        for entry in draw(ledger, connection, now, articles=0):
            asked.append(day)
            follows = CADENCE.follows(entry, outcome, now)
            ledger.finish(connection, entry, follows, outcome.reason, Answer(status=404), now)
    assert asked == [0, 32, 64]


def test_a_pager_that_names_nothing_is_as_good_as_gone_and_one_that_does_is_asked_with_every_news(
    corpus: Corpus, connection: Connection
) -> None:
    asked: Counter[str] = Counter()
    full = Find(f"{HOST}/daerah?page=3", PAGER, below=True)
    for day in range(20):
        now = NOW + day * DAY
        ledger = begin(connection, corpus, SECTION, now=now)
        section(ledger, connection, now, news(day), OLDER, full)
        for entry in draw(ledger, connection, now, articles=0):
            asked[entry.url] += 1
            named = visit.Named(PAGER, (news(1_000),) if entry.url == full.url else ())
            listing = visit.listed(entry, named)
            assert rests(listing, now)
            ledger.found(connection, listing, named.finds, Answer(), now)
    assert asked == {OLDER.url: 1, full.url: 20}


def test_a_pager_that_does_not_answer_is_tried_a_few_times_more(corpus: Corpus, connection: Connection) -> None:
    entry = Entry(1, OLDER.url, "a.example", PAGER, depth=1)
    timeout = Outcome(State.PENDING, "timeout")
    assert CADENCE.follows(entry, timeout, NOW).next_visit == NOW + timedelta(minutes=10)
    last = Entry(1, OLDER.url, "a.example", PAGER, depth=1, attempts=5, reason="timeout")
    assert CADENCE.follows(last, timeout, NOW) == CADENCE.follows(last, timeout, NOW + DAY)
