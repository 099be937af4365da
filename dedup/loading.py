"""A program that loads is ended by Ctrl-C without a word: there is nothing yet that could be left half done."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGINT end the process at once while this lasts, as it ends programs that do not ask about it.

    Where it is ignored it stays so: what a script leaves in the background lives on at its terminal's Ctrl-C.
    """
    ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    if ignored or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
