"""The log of what is written: a thread moves it into the corpus while much is written, and nobody else then."""

import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine

from dedup import Article, Corpus
from dedup.corpus import connecting


def limit(corpus: Corpus) -> int:
    with corpus.reading() as connection:
        return int(connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar_one())


def moved(path: Path) -> bool:
    """Tell whether all that the log holds is in the corpus: it is its own whole content, read without the log."""
    return b"kabar ke-59" in path.read_bytes()


def test_a_thread_moves_what_is_committed_into_the_corpus(tmp_path: Path) -> None:
    path = tmp_path / "gema.db"
    with Corpus.open(f"sqlite:///{path}") as corpus:
        usual = limit(corpus)
        with corpus.moved_beside():
            assert limit(corpus) > usual
            corpus.add(Article(f"https://kabar.test/{number}", f"kabar ke-{number}") for number in range(60))
        assert limit(corpus) == usual
        # Added without any other connection that would move it: the last one to close does.
        with corpus.moved_beside():
            until = time.monotonic() + 30
            while not moved(path) and time.monotonic() < until:
                time.sleep(0.05)
            assert moved(path)


def test_nothing_is_moved_where_there_is_no_file() -> None:
    engine: Engine = create_engine("sqlite://")
    connecting.prepare(engine)
    with connecting.moved_beside(engine), engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1


def test_an_error_of_who_writes_ends_the_thread(tmp_path: Path) -> None:
    with Corpus.open(f"sqlite:///{tmp_path}/gema.db") as corpus:
        usual = limit(corpus)
        with pytest.raises(ZeroDivisionError), corpus.moved_beside():
            _ = 1 / 0
        assert limit(corpus) == usual
