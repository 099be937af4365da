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
from dedup import Busy

def tell(words):
    print(words, flush=True)

try:
    with collecting(Path(sys.argv[1]), sys.argv[2] or None, wait=tell if "wait" in sys.argv else None):
        print("held", flush=True)
        sys.stdin.readline()
except Busy as busy:
    print(busy)
    sys.exit(7)
"""
_PARENT = """
import os, subprocess, sys
from pathlib import Path
from crawler.alone import INHERITED, collecting

with collecting(Path(sys.argv[1]), sys.argv[4] or None) as locks:
    environment = os.environ | {INHERITED: ",".join(map(str, locks))}
    child = subprocess.Popen([sys.executable, "-c", *sys.argv[2:]], env=environment, pass_fds=locks)
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


def test_a_second_one_is_told_who_collects_since_when(tmp_path: Path) -> None:
    with running(_HOLDER, str(tmp_path), "") as holder:
        assert line(holder) == "held"
        who = rf"collecting into {tmp_path} \(process {holder.pid}, since 20\d\d-.*\)"
        told = rf"another process is {who}; nothing is done here: one .*ARCHIVE_DIR"
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


def test_folders_are_apart_and_so_are_shards(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    with collecting(two), collecting(one, "1/2"), collecting(one, "2/2"):
        for shard in ("1/2", "2/2"):
            with pytest.raises(Busy, match=rf"collecting into {one}, shard {shard} \(process"), collecting(one, shard):
                pass
    with collecting(one, "1/2"):
        pass


def test_all_of_a_folder_excludes_its_shards_and_the_other_way_round(tmp_path: Path) -> None:
    with collecting(tmp_path, "1/2"), collecting(tmp_path, "2/2"):
        shards = (
            rf"into {tmp_path}, shard 1/2 \(process .*; collecting into {tmp_path}, shard 2/2 \(process .*; nothing"
        )
        with pytest.raises(Busy, match=shards), collecting(tmp_path):
            pass
    folder = rf"another process is collecting into {tmp_path} \(process"
    with collecting(tmp_path), pytest.raises(Busy, match=folder), collecting(tmp_path, "1/2"):
        pass


def test_who_leaves_holds_nothing_any_more(tmp_path: Path) -> None:
    with collecting(tmp_path, "1/2"), pytest.raises(Busy), collecting(tmp_path, "1/2"):
        pass
    with collecting(tmp_path):
        pass


def test_what_is_no_shard_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no share"), collecting(tmp_path, "../2"):
        pass


@pytest.mark.parametrize(("first", "second"), [("2/5", "2/5"), ("", "2/5"), ("2/5", ""), ("", "")])
def test_who_waits_says_for_whom_and_goes_on_when_the_other_is_done(tmp_path: Path, first: str, second: str) -> None:
    with running(_HOLDER, str(tmp_path), first) as holder:
        assert line(holder) == "held"
        with running(_HOLDER, str(tmp_path), second, "wait") as waiting:
            told = line(waiting)
            assert told.startswith(f"another process is collecting into {tmp_path}")
            assert f"(process {holder.pid}, since" in told
            assert "waiting for it" in told
            holder.communicate("\n")
            assert line(waiting) == "held"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_who_waits_hears_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    with running(_HOLDER, str(tmp_path), "") as holder:
        assert line(holder) == "held"
        with running(_HOLDER, str(tmp_path), "", "wait") as waiting:
            assert "waiting for it" in line(waiting)
            waiting.send_signal(number)
            # The holder holds on: only the signal can have ended it.
            assert waiting.wait() == 7
            assert line(waiting) == f"{number.name} came while another process was waited for; nothing is done here"


def test_who_has_waited_hears_signals_as_before(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with collecting(tmp_path, wait=print):
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


@pytest.mark.parametrize(("shard", "others"), [("", ["", "1/2"]), ("1/2", ["", "1/2"])])
def test_a_child_that_was_handed_the_locks_has_them_and_keeps_them_when_its_parent_is_killed(
    tmp_path: Path, shard: str, others: list[str]
) -> None:
    with running(_PARENT, str(tmp_path), _HOLDER, str(tmp_path), shard) as parent:
        child = int(line(parent))
        try:
            assert line(parent) == "held"
            parent.kill()
            parent.wait()
            for other in others:
                with pytest.raises(Busy), collecting(tmp_path, other or None):
                    pass
        finally:
            os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize("word", ["", "no number", "999999", "0"])
def test_a_word_in_the_environment_that_is_no_lock_of_this_folder_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv(INHERITED, word)
    with collecting(tmp_path) as (lock,):
        assert os.path.samestat(os.fstat(lock), (tmp_path / "collecting.lock").stat())
        with pytest.raises(Busy), collecting(tmp_path):
            pass


def test_the_lock_of_another_shard_is_not_taken_for_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting(tmp_path, "1/2") as other:
        monkeypatch.setenv(INHERITED, ",".join(map(str, other)))
        with collecting(tmp_path, "1/2") as again:
            assert again == other
        with collecting(tmp_path, "2/2") as own:
            assert own != other
