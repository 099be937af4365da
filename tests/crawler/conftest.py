"""The newsroom, served once for all tests, and one whole crawl of it that many of them look at."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.crawler import crawls
from tests.crawler.crawls import NOW, Ended, Place
from tests.newsroom.server import Newsroom, Seen
from tests.newsroom.texts import load


@dataclass(frozen=True, slots=True)
class Crawled:
    """What a first and a second crawl of the same newsroom into the same corpus did."""

    place: Place
    first: Ended
    first_requests: tuple[Seen, ...]
    second: Ended
    second_requests: tuple[Seen, ...]


@pytest.fixture(scope="session")
def newsroom() -> Iterator[Newsroom]:
    """Give the press on loopback. Tests that hide articles need their own."""
    with Newsroom(load(), NOW) as running:
        yield running


@pytest.fixture(scope="session")
def crawled(newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """Give two crawls of the whole newsroom, one after the other."""
    place = crawls.at(tmp_path_factory.mktemp("crawled"), newsroom)
    ended: list[Ended] = []
    requests: list[tuple[Seen, ...]] = []
    for output in ("first.jsonl", "second.jsonl"):
        newsroom.forget_requests()
        ended.append(crawls.run(*place.command("-s", "EXTRACTION_WORKERS=2", "-O", str(place.folder / output))))
        requests.append(tuple(newsroom.requests))
    return Crawled(place, ended[0], requests[0], ended[1], requests[1])
