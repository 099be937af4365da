"""What a run draws next: each host has its room, no limit is passed, and no host is forgotten."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from crawler.entry import ARTICLE, LISTING, PERHAPS_ARTICLES, SITE, UNKNOWN, Entry
from crawler.frontier import Frontier
from crawler.ledger import ALONE_AFTER

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
A, B = "a.example", "b.example"


def entry(number: int, host: str = A, kind: str = ARTICLE, seed: int = 1, interrupted: int = 0) -> Entry:
    return Entry(number, f"https://{host}/{number}", host, kind, seed=seed, interrupted=interrupted)


def stirred(*hosts: str, most: int = 100, per_host: int = 2, articles: int | None = None) -> Frontier:
    frontier = Frontier(most, per_host, articles)
    frontier.stir(hosts)
    return frontier


def test_every_host_has_its_room_less_what_is_in_flight() -> None:
    frontier = stirred(A, B, per_host=3)
    assert frontier.room(NOW) == {A: 3, B: 3}
    frontier.take({A: 1, B: 3}, [entry(1), entry(2, B), entry(3, B), entry(4, B)])
    assert frontier.room(NOW) == {A: 2}
    assert frontier.busy_hosts == {A, B}


def test_a_host_that_gave_less_than_it_could_is_not_asked_again_until_something_comes_back() -> None:
    frontier = stirred(A, B)
    frontier.take(frontier.room(NOW), [entry(1)])
    assert frontier.room(NOW) == {}
    frontier.settle(entry(1))
    assert frontier.room(NOW) == {A: 2}
    assert frontier.busy_hosts == set()
    frontier.stir([B])
    assert frontier.room(NOW) == {A: 2, B: 2}
    frontier.take(frontier.room(NOW), [])
    assert frontier.room(NOW) == {}
    frontier.stir_all()
    assert frontier.room(NOW) == {A: 2, B: 2}


def test_a_host_that_was_cut_off_by_a_limit_still_has_something() -> None:
    full = stirred(A, B, most=1)
    full.take(full.room(NOW), [entry(1)])
    assert full.room(NOW) == {}
    full.settle(entry(1))
    assert full.room(NOW) == {A: 2, B: 2}
    few = stirred(A, B, articles=1)
    few.take(few.room(NOW), [entry(1)])
    assert few.room(NOW) == {A: 1, B: 2}
    assert few.articles == 0
    few.take(few.room(NOW), [])
    assert few.room(NOW) == {}


def test_a_closed_host_is_not_asked_before_its_time_and_the_later_of_two_counts() -> None:
    frontier = stirred(A, B)
    frontier.close(A, NOW + timedelta(hours=2))
    frontier.close(A, NOW + timedelta(hours=1))
    assert frontier.room(NOW) == frontier.room(NOW + timedelta(minutes=119)) == {B: 2}
    assert frontier.room(NOW + timedelta(hours=2)) == {A: 2, B: 2}


def test_there_is_no_room_beside_what_wants_to_be_alone() -> None:
    frontier = stirred(A, B)
    worn = entry(1, interrupted=ALONE_AFTER)
    frontier.take({}, [worn])
    assert frontier.alone
    assert frontier.room(NOW) == {}
    frontier.settle(worn)
    assert frontier.room(NOW) == {A: 2, B: 2}


def test_articles_are_counted_as_they_are_drawn_and_a_seed_that_is_a_listing_gives_its_place_back() -> None:
    frontier = stirred(A, B, articles=2)
    frontier.limit_seeds({1: 1, 2: 5})
    frontier.take(frontier.room(NOW), [entry(1, kind=UNKNOWN), entry(2, kind=LISTING), entry(3, B, seed=2)])
    assert (frontier.articles, frontier.left) == (0, {1: 0, 2: 4})
    frontier.take(frontier.room(NOW), [])
    assert frontier.room(NOW) == {}
    frontier.settle(entry(1, kind=SITE))
    assert (frontier.articles, frontier.left) == (1, {1: 1, 2: 4})
    assert frontier.room(NOW) == {A: 1, B: 1}
    frontier.settle(entry(3, B, seed=2))
    assert frontier.articles == 1


def test_an_unknown_seed_that_is_an_article_keeps_its_place() -> None:
    frontier = stirred(A, articles=2)
    frontier.take(frontier.room(NOW), [entry(1, kind=UNKNOWN)])
    frontier.settle(entry(1, kind=ARTICLE))
    assert frontier.articles == 1


def test_what_was_never_drawn_does_not_count_when_it_comes_back() -> None:
    frontier = stirred(A, articles=1)
    frontier.take(frontier.room(NOW), [entry(1, kind=UNKNOWN)])
    for _ in range(3):
        frontier.settle(entry(1, kind=SITE))
        frontier.settle(entry(9))
    assert frontier.articles == 1
    assert frontier.room(NOW) == {A: 2}


_WAITING = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", "d"]), st.sampled_from([UNKNOWN, LISTING, ARTICLE])), max_size=25
)


@given(_WAITING, st.integers(1, 5), st.integers(1, 3), st.none() | st.integers(1, 30), st.randoms())
def test_no_limit_is_passed_and_the_run_ends_only_when_nothing_more_may_be_drawn(
    waiting: list[tuple[str, str]], most: int, per_host: int, articles: int | None, chance: Random
) -> None:
    """Play a run against a ledger that is a list; time never passes, so nothing comes by waiting for it."""
    left = [entry(number, host, kind) for number, (host, kind) in enumerate(waiting)]
    frontier = stirred(*"abcd", most=most, per_host=per_host, articles=articles)
    got: list[Entry] = []
    while True:
        room = frontier.room(NOW)
        drawn = _draw(left, room, frontier.free, frontier.articles)
        frontier.take(room, drawn)
        left = [each for each in left if each not in drawn]
        assert len(frontier.in_flight) <= most
        assert all(number <= per_host for number in Counter(each.host for each in frontier.in_flight.values()).values())
        if not frontier.in_flight:
            break
        got.append(_come_back(frontier, chance))
    asked = sum(each.kind == ARTICLE for each in got)
    assert articles is None or asked <= articles
    assert not [each for each in left if each.kind == LISTING]
    assert not left or asked == articles


def _draw(left: list[Entry], room: dict[str, int], most: int, articles: int) -> list[Entry]:
    drawn: list[Entry] = []
    for each in left:
        of_host = sum(other.host == each.host for other in drawn)
        perhaps = sum(other.kind in PERHAPS_ARTICLES for other in drawn)
        if len(drawn) < most and of_host < room.get(each.host, 0):
            drawn += [each] if each.kind == LISTING or perhaps < articles else []
    return drawn


def _come_back(frontier: Frontier, chance: Random) -> Entry:
    """Settle one that is in flight; of those nobody knew, every other is a listing."""
    back = chance.choice(sorted(frontier.in_flight.values(), key=lambda each: each.id))
    kind = SITE if back.kind == UNKNOWN and back.id % 2 else ARTICLE if back.kind == UNKNOWN else back.kind
    back = Entry(back.id, back.url, back.host, kind, seed=back.seed)
    frontier.settle(back)
    return back
