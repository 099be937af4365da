"""Work that is begun ahead comes to what it comes to here, whatever becomes of its process."""

import os
import signal
from pathlib import Path

import pytest

from dedup.report.ahead import begun


def test_what_was_begun_is_done_elsewhere_and_once(tmp_path: Path) -> None:
    def work() -> int:
        (tmp_path / str(os.getpid())).touch()
        return 7

    assert begun(work)() == 7
    assert len(list(tmp_path.iterdir())) == 1
    if os.cpu_count() != 1:
        assert not (tmp_path / str(os.getpid())).exists()


def test_what_ended_before_its_result_is_done_here() -> None:
    here = os.getpid()

    def work() -> str:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return "done here"

    assert begun(work)() == "done here"


def test_what_is_wrong_is_raised_here(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        begun(work)()
