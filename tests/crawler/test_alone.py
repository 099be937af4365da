"""One collection at a time in a data folder and shard, with a lock that vanishes with its process."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crawler.alone import INHERITED, collecting
from dedup import Busy
from tests.crawler.crawls import PROJECT

_HOLDER = """
import sys
from pathlib import Path
from crawler.alone import collecting

with collecting(Path(sys.argv[1]), sys.argv[2] or None, wait="wait" in sys.argv):
    print("held", flush=True)
    sys.stdin.readline()
"""
_PARENT = """
import os, subprocess, sys
from pathlib import Path
from crawler.alone import INHERITED, collecting

with collecting(Path(sys.argv[1])) as lock:
    environment = os.environ | {INHERITED: str(lock)}
    child = subprocess.Popen([sys.executable, "-c", sys.argv[2], sys.argv[1], ""], env=environment, pass_fds=[lock])
    print(child.pid, flush=True)
    child.wait()
"""


@contextmanager
def running(code: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if name != INHERITED},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def has_open(process: int, path: Path) -> bool:
    try:
        return any(file.samefile(path) for file in Path(f"/proc/{process}/fd").iterdir() if file.exists())
    except FileNotFoundError:
        # It closed a file while we looked.
        return False


def test_a_second_one_is_told_who_collects_since_when(tmp_path: Path) -> None:
    with running(_HOLDER, str(tmp_path), "") as holder:
        assert line(holder) == "held"
        told = rf"collecting into {tmp_path} \(process {holder.pid}, since 20\d\d-.*\); nothing is done here"
        with pytest.raises(Busy, match=told), collecting(tmp_path):
            pass


def test_the_lock_vanishes_with_its_process_however_that_ends(tmp_path: Path) -> None:
    with running(_HOLDER, str(tmp_path), "") as holder:
        assert line(holder) == "held"
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        with collecting(tmp_path):
            pass
    with collecting(tmp_path):
        pass


def test_folders_and_shards_are_apart(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    with collecting(one), collecting(two), collecting(one, "1/2"), collecting(one, "2/2"):
        for shard in (None, "1/2", "2/2"):
            with pytest.raises(Busy), collecting(one, shard):
                pass
    assert {path.name for path in one.iterdir()} == {
        "collecting.lock",
        "collecting-1-of-2.lock",
        "collecting-2-of-2.lock",
    }


def test_who_waits_goes_on_when_the_other_is_done(tmp_path: Path) -> None:
    with running(_HOLDER, str(tmp_path), "2/5") as first:
        assert line(first) == "held"
        with running(_HOLDER, str(tmp_path), "2/5", "wait") as second:
            while not has_open(second.pid, tmp_path / "collecting-2-of-5.lock"):
                assert second.poll() is None
            first.communicate("\n")
            assert line(second) == "held"


def test_a_child_that_was_handed_the_lock_has_it_and_keeps_it_when_its_parent_is_killed(tmp_path: Path) -> None:
    with running(_PARENT, str(tmp_path), _HOLDER) as parent:
        child = int(line(parent))
        try:
            assert line(parent) == "held"
            parent.kill()
            parent.wait()
            with pytest.raises(Busy), collecting(tmp_path):
                pass
        finally:
            os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize("word", ["", "no number", "999999", "0"])
def test_a_word_in_the_environment_that_is_no_lock_of_this_folder_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv(INHERITED, word)
    with collecting(tmp_path) as lock:
        assert os.path.samestat(os.fstat(lock), (tmp_path / "collecting.lock").stat())
        with pytest.raises(Busy), collecting(tmp_path):
            pass


def test_the_lock_of_another_shard_is_not_taken_for_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting(tmp_path, "1/2") as other:
        monkeypatch.setenv(INHERITED, str(other))
        with collecting(tmp_path, "1/2") as again:
            assert again == other
        with collecting(tmp_path, "2/2") as own:
            assert own != other
