"""How a command ends that is told to."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn


class _Told(BaseException):
    """SIGTERM came."""


@contextmanager
def ended_well() -> Iterator[None]:
    """Let SIGTERM end what stands under `with` as an error would, so that it tidies up; then it ends the process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _raise)
    try:
        yield
    except _Told:
        _end()
    finally:
        signal.signal(signal.SIGTERM, before)


def _raise(_number: int, _frame: object) -> NoReturn:
    raise _Told


def _end() -> None:
    """End as who was never told anything else: whoever sent the signal looks for that."""
    from multiprocessing import active_children

    for child in active_children():
        child.kill()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)
