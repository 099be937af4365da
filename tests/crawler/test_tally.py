"""What a run counts by seed and site, and who blocks it."""

import pytest

from crawler.outcome import Outcome, State
from crawler.sites import Yield
from crawler.tally import Details, Tally

DONE = Outcome(State.DONE)
SHORT = Outcome(State.REJECTED, "short")
FORBIDDEN = Outcome(State.BLOCKED, "forbidden", 403)
TIMEOUT = Outcome(State.PENDING, "timeout")


def pages(tally: Tally, outcome: Outcome, times: int = 1, stored: str = "", site: str = "a.example") -> None:
    for _ in range(times):
        tally.page(1, site, outcome, stored)


def test_all_is_counted_by_seed_and_by_site_and_only_what_is_not_nothing_is_told() -> None:
    tally = Tally()
    tally.listing(1, "a.example", DONE, new=4)
    tally.listing(1, "a.example", TIMEOUT)
    pages(tally, DONE, 2, "new")
    pages(tally, SHORT)
    pages(tally, DONE, 1, "same", site="b.example")
    tally.listing(2, "b.example", DONE)
    assert tally.details({1: "https://a.example/feed"}) == Details(
        seeds={
            "https://a.example/feed": {
                "listings": 2,
                "found": 4,
                "timeout": 1,
                "pages": 4,
                "new": 2,
                "short": 1,
                "same": 1,
            },
            "2": {"listings": 1},
        },
        sites={
            "a.example": {"listings timeout": 1, "pages": 3, "new": 2, "short": 1, "without": 1},
            "b.example": {"pages": 1, "same": 1},
        },
    )


def test_a_page_that_is_unchanged_or_without_a_reason_is_counted_by_what_there_is() -> None:
    tally = Tally()
    pages(tally, Outcome(State.DONE, "unchanged", 304))
    pages(tally, DONE)
    assert tally.details({}).sites == {"a.example": {"pages": 2, "unchanged": 1, "done": 1}}


def test_only_seeds_of_which_a_listing_was_asked_are_judged_by_what_they_name() -> None:
    tally = Tally()
    tally.listing(3, "a.example", TIMEOUT)
    pages(tally, DONE)
    assert tally.seeds_asked() == [3]


def test_how_many_pages_hold_an_article_is_told_of_those_that_were_read() -> None:
    tally = Tally()
    pages(tally, DONE, 6, "new")
    pages(tally, SHORT, 2)
    pages(tally, FORBIDDEN, 2)
    pages(tally, FORBIDDEN, 3, site="b.example")
    tally.listing(1, "c.example", DONE)
    assert tally.yields() == {"a.example": Yield(8, 2)}


@pytest.mark.parametrize(("blocked", "read", "blocks"), [(3, 3, True), (3, 4, False), (2, 0, False), (9, 0, True)])
def test_a_site_blocks_us_where_it_blocks_several_pages_and_half_of_all(blocked: int, read: int, blocks: bool) -> None:
    tally = Tally()
    pages(tally, FORBIDDEN, blocked)
    pages(tally, DONE, read, "new")
    assert tally.blocked() == (["a.example"] if blocks else [])


def test_a_site_blocks_us_where_it_blocks_one_listing() -> None:
    tally = Tally()
    pages(tally, DONE, 50, "new")
    tally.listing(1, "b.example", Outcome(State.BLOCKED, "challenge"))
    tally.listing(1, "a.example", FORBIDDEN)
    assert tally.blocked() == ["a.example", "b.example"]
