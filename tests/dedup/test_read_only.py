"""Who only reads a corpus needs no right to write to it, and leaves its file as it is."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from dedup import Article, Corpus, search, tables
from dedup.cli import main
from dedup.corpus.backup import backup
from dedup.corpus.readonly import open_as_it_is, open_to_read
from dedup.errors import CorpusError
from dedup.updating import update
from tests.dedup.conftest import NOW
from tests.dedup.schemas import take_back

_REPOSITORY = Path(__file__).parents[2]
_TEXT = " ".join(f"kata{number}" for number in range(60))
# Root may write anywhere, unless it gives that up.
_AS_ANYBODY = (
    ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"] if os.geteuid() == 0 else []
)
_MAY_NOT = pytest.mark.skipif(
    bool(_AS_ANYBODY) and shutil.which("setpriv") is None, reason="root needs setpriv (util-linux) to give up rights"
)


def made(path: Path, indexed: bool = True) -> Path:
    """Make a corpus of two copies."""
    path.parent.mkdir()
    with Corpus.open(f"sqlite:///{path}") as corpus:
        for site in ("satu.test", "dua.test"):
            corpus.add([Article(f"https://{site}/1", _TEXT, "Judul", site, published=NOW)], NOW)
        update(corpus, now=NOW)
        if indexed:
            search(corpus, "kata1")
    return path


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A corpus in a folder that nobody may write to."""
    path = made(tmp_path / "locked" / "corpus.db")
    yield from _locked(path)


@pytest.fixture
def unindexed(tmp_path: Path) -> Iterator[Path]:
    """The same before the first search."""
    yield from _locked(made(tmp_path / "locked" / "corpus.db", indexed=False))


def _locked(path: Path) -> Iterator[Path]:
    path.chmod(0o444)
    path.parent.chmod(0o555)
    yield path
    path.parent.chmod(0o755)


def dedup(*arguments: object, corpus: Path) -> "subprocess.CompletedProcess[str]":
    """Run the command as somebody who may not write everywhere."""
    command = [*_AS_ANYBODY, sys.executable, "-m", "dedup.cli", *map(str, arguments)]
    environment = {**os.environ, "CORPUS_URL": f"sqlite:///{corpus}", "PYTHONPATH": str(_REPOSITORY)}
    return subprocess.run(
        command, cwd=corpus.parent.parent, env=environment, capture_output=True, text=True, check=False
    )


_READING = [
    ["groups"],
    ["check"],
    ["flows"],
    ["search", "kata1"],
    ["find", "text.txt"],
    ["report", "--out", "reports"],
    ["explain", "https://satu.test/1", "https://dua.test/1"],
    ["passages"],
    ["boilerplate", "satu.test"],
    ["background", "show"],
    ["backup", "copy.db"],
]


@_MAY_NOT
@pytest.mark.parametrize("command", _READING, ids=lambda command: command[0])
def test_a_corpus_that_cannot_be_written_to_is_read(locked: Path, tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "text.txt").write_text(_TEXT)
    left = dedup(*command, corpus=locked)
    assert (left.returncode, left.stderr) == (0, "")
    assert left.stdout
    assert not [*locked.parent.glob("corpus.db-*")]


@_MAY_NOT
def test_the_copy_that_backup_makes_is_read_where_it_cannot_be_written_to(tmp_path: Path) -> None:
    path = made(tmp_path / "first" / "corpus.db")
    (tmp_path / "backups").mkdir()
    backup(f"sqlite:///{path}", tmp_path / "backups" / "copy.db")
    for copy in _locked(tmp_path / "backups" / "copy.db"):
        left = dedup("check", corpus=copy)
        assert (left.returncode, left.stdout) == (0, "2 articles: nothing wrong was found\n")


@_MAY_NOT
@pytest.mark.parametrize("command", ["update", "rebuild", "import text.txt", "join a b"])
def test_who_has_to_write_says_that_it_cannot(locked: Path, tmp_path: Path, command: str) -> None:
    (tmp_path / "text.txt").write_text(_TEXT)
    left = dedup(*command.split(), corpus=locked)
    assert (left.returncode, left.stdout) == (4, "")
    assert left.stderr == (
        f"dedup: cannot write to the corpus {locked}: it is read-only here. Make it writable, or work on a copy: "
        "`dedup backup FILE` makes one\n"
    )


@_MAY_NOT
def test_a_file_that_may_be_written_in_a_folder_that_may_not_is_told(locked: Path) -> None:
    locked.chmod(0o644)
    assert f"the folder {locked.parent} is read-only here" in dedup("update", corpus=locked).stderr
    assert dedup("groups", corpus=locked).returncode == 0


@_MAY_NOT
def test_a_search_says_what_its_index_lacks_where_it_cannot_be_written(unindexed: Path) -> None:
    left = dedup("search", "kata1", corpus=unindexed)
    assert left.returncode == 0
    assert left.stderr.startswith("dedup: 2 articles not in the index are not found: cannot write to the corpus")


@pytest.fixture
def unwritable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus that others can write to."""
    path = made(tmp_path / "corpus" / "corpus.db")
    for module in ("readonly", "backup"):
        monkeypatch.setattr(f"dedup.corpus.{module}.is_writable", lambda _: False)
    return path


def removed(path: Path, reference: str) -> None:
    """Remove an article of a corpus as another process would, and move what is in the log into the file."""
    with Corpus.open(f"sqlite:///{path}") as other:
        other.remove(reference)


@pytest.mark.parametrize("opened", [open_as_it_is, open_to_read])
def test_a_file_that_somebody_writes_to_unseen_is_not_trusted(
    unwritable: Path, opened: Callable[[str], Corpus]
) -> None:
    with opened(f"sqlite:///{unwritable}") as corpus:
        assert corpus.count() == 2
        removed(unwritable, "https://satu.test/1")
        # Nothing was seen of it by then.
        assert corpus.count() == 1
        with pytest.raises(CorpusError, match="was written to meanwhile"), corpus.reading():
            removed(unwritable, "https://dua.test/1")
        assert corpus.count() == 0


def test_a_file_whose_log_is_there_is_read_while_it_is_written_to(unwritable: Path) -> None:
    address = f"sqlite:///{unwritable}"
    with Corpus.open(address) as other, open_as_it_is(address) as corpus:
        other.remove("https://satu.test/1")
        before = unwritable.read_bytes()
        with corpus.reading() as connection:
            count = select(func.count()).select_from(tables.articles)
            assert connection.execute(count).scalar_one() == 1
            with other.engine.connect() as moving:
                moving.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
            assert unwritable.read_bytes() != before
            removed(unwritable, "https://dua.test/1")
            assert connection.execute(count).scalar_one() == 1
        assert corpus.count() == 0


def test_a_copy_of_a_file_that_somebody_writes_to_unseen_is_not_kept(unwritable: Path, tmp_path: Path) -> None:
    def write(*_: object) -> None:
        removed(unwritable, "https://satu.test/1")

    with pytest.raises(CorpusError, match="was written to meanwhile"):
        backup(f"sqlite:///{unwritable}", tmp_path / "copy.db", tell=write)
    assert not [*tmp_path.glob("*copy.db*")]


@_MAY_NOT
def test_a_corpus_that_cannot_be_written_to_is_served(locked: Path) -> None:
    command = [*_AS_ANYBODY, sys.executable, "-c", _SERVED, f"sqlite:///{locked}"]
    environment = {**os.environ, "PYTHONPATH": str(_REPOSITORY)}
    left = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (left.stdout, left.stderr) == ("2\n", "")
    assert not [*locked.parent.glob("corpus.db-*")]


_SERVED = """
import sys
from dedup.corpus.readonly import open_to_read
with open_to_read(sys.argv[1]) as corpus:
    print(corpus.count())
"""


@pytest.mark.parametrize("command", _READING, ids=lambda command: command[0])
def test_reading_a_copy_leaves_its_bytes_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    path = made(tmp_path / "first" / "corpus.db")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scrapy.cfg").touch()
    (tmp_path / "text.txt").write_text(_TEXT)
    copy = tmp_path / "saved.db"
    backup(f"sqlite:///{path}", copy)
    before = copy.read_bytes()
    monkeypatch.setenv("CORPUS_URL", f"sqlite:///{copy}")
    with pytest.raises(SystemExit) as left:
        main(command)
    assert not left.value.code
    assert copy.read_bytes() == before
    assert not [*tmp_path.glob("saved.db-*")]


def test_a_corpus_of_an_older_schema_is_upgraded_by_who_reads_it_where_it_can_be(tmp_path: Path) -> None:
    path = made(tmp_path / "first" / "corpus.db")
    take_back(path, "0014")
    with open_as_it_is(f"sqlite:///{path}") as corpus:
        assert corpus.article("https://satu.test/1").site == "satu.test"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() != ("0014",)
