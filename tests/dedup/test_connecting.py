"""The log of what is written: a thread moves it into the corpus while much is written, and nobody else then."""

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from dedup import Article, Corpus
from dedup.corpus import connecting


def limit(corpus: Corpus) -> int:
    with corpus.reading() as connection:
        return int(connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one())


def moving() -> bool:
    return any(thread.name == connecting.THREAD for thread in threading.enumerate())


def moved(path: Path) -> bool:
    """Tell whether the last article stands in the corpus itself; until it is moved there, the log alone has it."""
    return b"kabar ke-59" in path.read_bytes()


def add(corpus: Corpus) -> None:
    corpus.add(Article(f"https://kabar.test/{number}", f"kabar ke-{number}") for number in range(60))


def test_a_thread_moves_what_is_committed_into_the_corpus(tmp_path: Path) -> None:
    path = tmp_path / "gema.db"
    with Corpus.open(f"sqlite:///{path}") as corpus:
        usual = limit(corpus)
        with corpus.moved_beside():
            add(corpus)
            assert limit(corpus) > usual
            until = time.monotonic() + 30
            while not moved(path) and time.monotonic() < until:
                time.sleep(0.05)
            assert moved(path)
        assert limit(corpus) == usual
        assert not moving()


def test_without_it_little_that_was_added_stays_in_the_log(tmp_path: Path) -> None:
    path = tmp_path / "gema.db"
    with Corpus.open(f"sqlite:///{path}") as corpus:
        add(corpus)
        assert not moved(path)
    assert moved(path)


def test_no_thread_runs_where_there_is_no_file() -> None:
    engine: Engine = create_engine("sqlite://")
    connecting.prepare(engine)
    with connecting.moved_beside(engine):
        assert not moving()


def fail() -> None:
    assert moving()
    raise ZeroDivisionError


def test_an_error_of_who_writes_ends_the_thread(tmp_path: Path) -> None:
    with Corpus.open(f"sqlite:///{tmp_path}/gema.db") as corpus:
        usual = limit(corpus)
        with pytest.raises(ZeroDivisionError), corpus.moved_beside():
            fail()
        assert limit(corpus) == usual
        assert not moving()
