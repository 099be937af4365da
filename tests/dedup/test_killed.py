"""An update that is killed and started again comes to what an undisturbed one does. Thirty kills: `make bench`."""

import random
from collections.abc import Callable

import pytest

from dedup import Article, Corpus
from dedup.corpus import grouping
from dedup.updating import rebuild, update
from tests.benchmarks import update_crashes
from tests.dedup.conftest import NOW


def test_killed_updates_leave_nothing_wrong(new_corpus: Callable[[], Corpus]) -> None:
    found, gone = update_crashes.batches(600, seed=3)
    corpus, whole = new_corpus(), new_corpus()
    assert update_crashes.disturbed(corpus, found, gone, 3, random.Random(3), life=0.3) == 3
    update(corpus, now=NOW)
    for batch in found:
        whole.add(batch)
    for address in gone:
        whole.remove(address)
    update(whole, now=NOW)
    assert update_crashes.wrong(corpus, whole) == []


def test_a_rebuild_that_is_broken_off_goes_on(new_corpus: Callable[[], Corpus]) -> None:
    found, _ = update_crashes.batches(120, seed=4)
    corpus = new_corpus()
    for batch in found:
        corpus.add(batch)
    update(corpus, now=NOW)
    before = update_crashes.result(corpus)

    class BreakOff(Exception):
        pass

    def fail(stage: str, done: int, total: int) -> None:
        if stage == "verifying":
            raise BreakOff

    with pytest.raises(BreakOff):
        rebuild(corpus, now=NOW, progress=fail)
    update(corpus, now=NOW)
    assert update_crashes.result(corpus) == before


def test_an_update_after_one_that_broke_off_takes_all_that_waits(
    new_corpus: Callable[[], Corpus], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dedup.updating._AT_ONCE", 1)
    corpus = new_corpus()
    first, *others = [Article(f"https://a.test/{n}", f"satu dua tiga {n}", site="a.test", id=f"a{n}") for n in range(3)]
    corpus.add([first])

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update(corpus, now=NOW, progress=fail)
    # What was taken by its site is taken once more by another one.
    corpus.add(others)
    with corpus.transaction() as connection:
        corpus.mark(connection, first.id, "b.test")
    update(corpus, now=NOW)
    assert grouping.waiting(corpus) == 0
