"""Memory: what is freed is given back, and what a corpus deletes costs no more pages than it must."""

import gc
import platform
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from dedup import Corpus, memory


def resident() -> int:
    """Return the bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told to give memory back")
def test_what_was_freed_is_given_back() -> None:
    blocks = [bytearray(60_000) for _ in range(2_000)]
    # Those that stay keep the C library from giving back the others by itself.
    blocks = blocks[::20]
    before = resident()
    memory.give_back()
    assert before - resident() > 50_000_000
    assert len(blocks) == 100


def test_pages_that_a_deletion_frees_are_not_written(tmp_path: Path) -> None:
    path = tmp_path / "corpus.db"
    with Corpus.open(f"sqlite:///{path}") as corpus:
        with corpus.transaction() as connection:
            connection.exec_driver_sql("CREATE TABLE large (held BLOB)")
            connection.exec_driver_sql("INSERT INTO large VALUES (randomblob(4000000))")
        with closing(sqlite3.connect(path)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with corpus.transaction() as connection:
            connection.exec_driver_sql("DELETE FROM large")
        assert 0 < path.with_name("corpus.db-wal").stat().st_size < 400_000


def test_what_stays_is_old_at_once() -> None:
    gc.collect()
    with memory.uncollected():
        many: list[list[list[int]]] = [[[]] for _ in range(5_000)]
        memory.settled()
    assert gc.get_freeze_count() == 0
    assert not any(each is many for each in (*gc.get_objects(0), *gc.get_objects(1)))
    assert any(each is many for each in gc.get_objects(2))


def test_what_somebody_froze_stays_frozen() -> None:
    gc.freeze()
    try:
        memory.settled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
