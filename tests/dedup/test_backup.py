"""A backup is the corpus of one moment, whole or not there at all."""

import os
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from dedup import Article, Busy, Corpus
from dedup.corpus.backup import backup
from dedup.errors import CorpusError, Refused

REPOSITORY = Path(__file__).parents[2]
ARTICLE = Article(url="http://satu.test/1", text="Banjir merendam tiga desa. " * 2000, site="satu.test")


def file_of(corpus: Corpus) -> Path:
    return Path(corpus.engine.url.database or "")


def fill(corpus: Corpus, count: int) -> None:
    corpus.add(
        replace(ARTICLE, url=f"http://satu.test/{number}", id="", text=f"{number} {ARTICLE.text}")
        for number in range(count)
    )


def test_a_backup_is_of_one_moment_while_others_write(corpus: Corpus, tmp_path: Path) -> None:
    fill(corpus, 300)
    steps: list[int] = []

    def write(stage: str, done: int, total: int) -> None:
        steps.append(done)
        corpus.add([replace(ARTICLE, url=f"http://dua.test/{done}", id="")])

    backup(str(corpus.engine.url), tmp_path / "copy.db", tell=write)
    assert len(steps) > 1
    assert steps == sorted(set(steps))
    assert corpus.count() == 300 + len(steps)
    with Corpus.open(f"sqlite:///{tmp_path / 'copy.db'}") as copy:
        assert copy.count() == 300
        assert len(list(copy.articles())) == 300


def test_a_backup_of_an_old_schema_is_not_upgraded(corpus: Corpus, tmp_path: Path) -> None:
    with closing(sqlite3.connect(file_of(corpus))) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    backup(str(corpus.engine.url), tmp_path / "copy.db")
    for path in (file_of(corpus), tmp_path / "copy.db"):
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


def test_a_damaged_corpus_replaces_no_good_backup(corpus: Corpus, tmp_path: Path) -> None:
    fill(corpus, 50)
    corpus.close()
    backup(str(corpus.engine.url), tmp_path / "copy.db")
    good = (tmp_path / "copy.db").read_bytes()
    with file_of(corpus).open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 40)
    with pytest.raises(CorpusError, match=r"damaged|malformed"):
        backup(str(corpus.engine.url), tmp_path / "copy.db", force=True)
    assert (tmp_path / "copy.db").read_bytes() == good
    assert not list(tmp_path.glob(".copy.db*"))


def test_a_link_stays_one_and_a_pipe_too(corpus: Corpus, tmp_path: Path) -> None:
    fill(corpus, 1)
    copy, link, pipe = tmp_path / "copy.db", tmp_path / "link.db", tmp_path / "pipe.db"
    copy.touch()
    link.symlink_to(copy)
    os.mkfifo(pipe)
    size = backup(str(corpus.engine.url), link, force=True)
    assert link.is_symlink()
    assert copy.stat().st_size == size > 0
    with pytest.raises(Refused, match="a device or a pipe"):
        backup(str(corpus.engine.url), pipe, force=True)
    assert pipe.is_fifo()


def test_a_full_disk_leaves_the_last_backup_and_no_pieces(corpus: Corpus, tmp_path: Path) -> None:
    fill(corpus, 50)
    corpus.close()
    (tmp_path / "copy.db").write_text("the last one")
    command = [sys.executable, "-m", "dedup.cli", "backup", "--force", "--corpus", str(corpus.engine.url)]
    most = file_of(corpus).stat().st_size // 2
    done = subprocess.run(
        [*command, tmp_path / "copy.db"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
    )
    assert done.returncode == 4
    assert done.stderr.startswith("dedup: cannot copy")
    assert done.stderr.count("\n") == 1
    assert (tmp_path / "copy.db").read_text() == "the last one"
    assert not list(tmp_path.glob(".copy.db*"))


def test_pieces_of_a_killed_backup_do_not_reach_the_next(corpus: Corpus, tmp_path: Path) -> None:
    fill(corpus, 5)
    for suffix in ("", "-journal", "-wal", "-shm"):
        (tmp_path / f".copy.db.part{suffix}").write_bytes(b"left over" * 1000)
    backup(str(corpus.engine.url), tmp_path / "copy.db")
    with Corpus.open(f"sqlite:///{tmp_path / 'copy.db'}") as copy:
        assert copy.count() == 5
    assert not list(tmp_path.glob(".copy.db*"))


def test_two_backups_of_one_corpus_are_made_one_after_the_other(corpus: Corpus, tmp_path: Path) -> None:
    fill(corpus, 50)
    refused: list[str] = []

    def again(stage: str, done: int, total: int) -> None:
        with pytest.raises(Busy) as busy:
            backup(str(corpus.engine.url), tmp_path / "other.db")
        refused.append(str(busy.value))

    backup(str(corpus.engine.url), tmp_path / "copy.db", tell=again)
    assert refused
    assert all("copying this corpus" in words for words in refused)
    assert not (tmp_path / "other.db").exists()
