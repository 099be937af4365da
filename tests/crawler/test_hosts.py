"""What is kept of hosts: robots.txt by origin, and until when who wants to be left alone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler import hosts
from dedup import Corpus

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(f"sqlite:///{tmp_path}/corpus.db") as opened:
        yield opened


def test_robots_files_are_kept_by_origin_the_last_one_counts(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        assert hosts.robots(connection, "https://a.example") is None
        hosts.keep_robots(connection, corpus, "https://a.example", 404, b"", NOW)
        hosts.keep_robots(connection, corpus, "http://a.example", 503, b"busy", NOW)
        hosts.keep_robots(connection, corpus, "https://a.example", 200, b"User-agent: *\xff", NOW + HOUR)
        assert hosts.robots(connection, "https://a.example") == (200, b"User-agent: *\xff", NOW + HOUR)
        assert hosts.robots(connection, "http://a.example") == (503, b"busy", NOW)


def test_a_pause_holds_until_its_time(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        hosts.pause(connection, corpus, "a.example", NOW + HOUR, "too-many")
        hosts.pause(connection, corpus, "b.example", NOW + 3 * HOUR, "challenge")
    with corpus.reading() as connection:
        assert hosts.pauses(connection, NOW) == {"a.example": NOW + HOUR, "b.example": NOW + 3 * HOUR}
        assert hosts.pauses(connection, NOW + HOUR) == {"b.example": NOW + 3 * HOUR}
        assert hosts.pauses(connection, NOW + 3 * HOUR) == {}


def test_blocks_in_a_row_are_counted_until_a_host_answers(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        assert hosts.blocks(connection, "a.example") == 0
        for times in (1, 2, 3):
            hosts.pause(connection, corpus, "a.example", NOW + times * HOUR, "too-many")
            assert hosts.blocks(connection, "a.example") == times
        assert hosts.pauses(connection, NOW) == {"a.example": NOW + 3 * HOUR}
        hosts.pause(connection, corpus, "b.example", NOW + HOUR, "too-many")
        hosts.welcome(connection, "a.example")
        hosts.welcome(connection, "never-seen.example")
        assert hosts.blocks(connection, "a.example") == 0
        assert hosts.pauses(connection, NOW) == {"b.example": NOW + HOUR}
