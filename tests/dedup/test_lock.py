"""Locks: one holder at a time, named to the others, gone with its process and not before its children."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from dedup import Busy, Corpus, hold

REPOSITORY = Path(__file__).parents[2]
HOLDER = """
import sys
from pathlib import Path
from dedup import hold
with hold(Path(sys.argv[1]), "collecting far away"):
    print("held", flush=True)
    sys.stdin.read()
"""
# Holds, and ends by the first signal with a child at work that has inherited the lock.
PARENT = """
import subprocess, sys
from pathlib import Path
from dedup import hold
with hold(Path(sys.argv[1]), "collecting by a child") as file:
    child = [sys.executable, "-c", "import sys; print('at work', flush=True); sys.stdin.read()"]
    subprocess.Popen(child, pass_fds=[file.fileno()], stdin=int(sys.argv[2]), stdout=sys.stdout)
    sys.stdin.read()
"""
WAITER = """
import sys
from pathlib import Path
from dedup import hold
with hold(Path(sys.argv[1]), "waiting", wait=True):
    print(Path(sys.argv[2]).exists())
"""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Return what starts Python with a script; what still runs afterwards is killed."""
    started: list[subprocess.Popen[str]] = []

    def go(script: str, *arguments: object, pass_fds: tuple[int, ...] = ()) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", script, *map(str, arguments)]
        pipe = subprocess.PIPE
        started.append(subprocess.Popen(command, cwd=REPOSITORY, stdin=pipe, stdout=pipe, text=True, pass_fds=pass_fds))
        return started[-1]

    yield go
    for process in started:
        process.kill()
        process.communicate()


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def test_a_lock_says_who_holds_it_since_when_and_for_what(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "lock"
    with hold(path, "collecting into data"):
        line = path.read_text()
    found = re.fullmatch(r"collecting into data \(process (\d+), since (\S+)\)\n", line)
    assert found
    assert int(found[1]) == os.getpid()
    assert datetime.fromisoformat(found[2]).utcoffset() is not None


def test_the_second_is_told_of_the_first_and_leaves_its_line(tmp_path: Path, start: Start) -> None:
    path = tmp_path / "lock"
    other = start(HOLDER, path)
    assert said(other) == "held"
    line = path.read_text()
    with pytest.raises(Busy) as busy, hold(path, "collecting here"):
        pass
    assert f"process {other.pid}, since" in str(busy.value)
    assert str(busy.value) == f"another process is {line.strip()}; nothing is done here"
    assert path.read_text() == line


def test_a_killed_holder_leaves_no_lock(tmp_path: Path, start: Start) -> None:
    other = start(HOLDER, tmp_path / "lock")
    assert said(other) == "held"
    other.send_signal(signal.SIGKILL)
    other.wait()
    with hold(tmp_path / "lock", "collecting here"):
        assert f"collecting here (process {os.getpid()}," in (tmp_path / "lock").read_text()


def test_a_child_that_inherited_the_lock_holds_it_until_it_ends(tmp_path: Path, start: Start) -> None:
    path = tmp_path / "lock"
    reading, writing = os.pipe()
    parent = start(PARENT, path, reading, pass_fds=(reading,))
    os.close(reading)
    assert said(parent) == "at work"
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    with pytest.raises(Busy, match="by a child"), hold(path, "collecting here"):
        pass
    os.close(writing)
    with hold(path, "collecting here", wait=True):
        assert "collecting here" in path.read_text()


def test_a_lock_that_is_given_back_is_free(tmp_path: Path) -> None:
    for _ in range(2):
        with hold(tmp_path / "lock", "collecting"):
            pass


def test_who_waits_goes_on_after_the_holder(tmp_path: Path, start: Start) -> None:
    path, done = tmp_path / "lock", tmp_path / "done"
    with hold(path, "collecting"):
        waiter = start(WAITER, path, done)
        while not is_waiting(waiter):
            assert waiter.poll() is None
            time.sleep(0.01)
        done.touch()
    assert said(waiter) == "True"


def is_waiting(process: "subprocess.Popen[str]") -> bool:
    """Tell whether a process waits for a lock somebody has."""
    locks = Path("/proc/locks").read_text().splitlines()
    return any("->" in line and f" {process.pid} " in line for line in locks)


def test_a_file_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"), hold(tmp_path / "file" / "lock", "collecting"):
        pass


def test_a_corpus_has_a_lock_for_each_work(corpus: Corpus) -> None:
    other = Corpus.open(str(corpus.engine.url))
    with corpus.alone("updating"), other.alone("collecting"):
        with (
            pytest.raises(Busy, match=r"another process is updating this corpus \(process"),
            other.alone("updating"),
        ):
            pass
        assert "updating this corpus" in Path(f"{corpus.engine.url.database}.updating").read_text()
    with other.alone("updating", wait=True):
        pass
    other.close()
