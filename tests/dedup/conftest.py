"""What the tests of dedup share: the press, a clock, and corpora that are gone afterwards."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dedup import Corpus
from tests.newsroom.texts import Press, load

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def press() -> Press:
    return load()


@pytest.fixture
def new_corpus(tmp_path: Path) -> Iterator[Callable[[], Corpus]]:
    opened: list[Corpus] = []

    def make() -> Corpus:
        opened.append(Corpus.open(f"sqlite:///{tmp_path / f'corpus-{len(opened)}.db'}"))
        return opened[-1]

    yield make
    for corpus in opened:
        corpus.close()


@pytest.fixture
def corpus(new_corpus: Callable[[], Corpus]) -> Corpus:
    return new_corpus()
