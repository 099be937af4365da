"""Who holds which keys, from sorted segments on disk: the same as one list of all pairs says."""

import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Corpus
from dedup.corpus import postings

_PAIRS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9)), max_size=60, unique=True)


def columns(pairs: list[tuple[int, int]]) -> postings.Pairs:
    """Return pairs of a key and a unit as they are stored: two columns, by key."""
    ordered = sorted(pairs)
    return np.array([key for key, _ in ordered], np.uint64), np.array([unit for _, unit in ordered], np.int32)


@pytest.fixture(scope="module", autouse=True)
def small_blocks() -> Iterator[None]:
    """Blocks and ranges of a few pairs, so that a search meets many, and leaves some out."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(postings, "_BLOCK", 4)
        patched.setattr(postings, "_AT_ONCE", 12)
        yield


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """A corpus of which every example sees an empty one: none commits."""
    with Corpus.open(f"sqlite:///{tmp_path_factory.mktemp('postings')}/corpus.db") as opened:
        yield opened


@given(segments=st.lists(_PAIRS, max_size=4), new=_PAIRS, asked=st.sets(st.integers(0, 70)))
def test_a_search_finds_all_holders_and_nobody_else(
    empty: Corpus, segments: list[list[tuple[int, int]]], new: list[tuple[int, int]], asked: set[int]
) -> None:
    holders = defaultdict(list)
    for pairs in (*segments, new):
        for key, unit in pairs:
            holders[key].append(unit)
    keys = np.array(sorted(asked), np.uint64)
    with empty.engine.connect() as connection:
        for pairs in segments:
            postings.append(connection, *columns(pairs))
        known = postings.blocks(connection)
        found = {}
        for part in postings.search([connection], known, keys, columns(new)):
            starts = np.concatenate([[0], part.ends[:-1]])
            for key, start, end in zip(part.keys.tolist(), starts.tolist(), part.ends.tolist(), strict=True):
                found[key] = sorted(part.units[start:end].tolist())
        connection.rollback()
    assert found == {key: sorted(holders[key]) for key in asked}


def test_two_readers_find_what_one_finds_in_the_same_order(tmp_path: Path) -> None:
    chosen = random.Random(5)
    segments = [[(chosen.randrange(200), unit) for unit in range(start, start + 90)] for start in (0, 100, 200)]
    asked = np.arange(0, 200, 3, dtype=np.uint64)
    with Corpus.open(f"sqlite:///{tmp_path}/corpus.db") as corpus:
        with corpus.transaction() as connection:
            for pairs in segments:
                postings.append(connection, *columns(pairs))
        with corpus.reading() as one, corpus.reading() as other:
            known = postings.blocks(one)
            alone, together = (
                [
                    (part.keys.tolist(), part.ends.tolist(), part.units.tolist())
                    for part in postings.search(readers, known, asked, columns([]))
                ]
                for readers in ([one], [one, other])
            )
    assert len(alone) > 10
    assert together == alone
