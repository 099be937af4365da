"""Work that is begun before anybody asks for it, in a process of its own, where there is a core for it."""

import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import TypeVar

_T = TypeVar("_T")


def begun(work: Callable[[], _T]) -> Callable[[], _T]:
    """Begin `work`, and return what waits for its result, once; where it could not be done there, it is done here.

    What `work` reads from a corpus it reads by connections of its own: those of this process have been given back.
    """
    if sys.platform != "linux" or (os.cpu_count() or 1) == 1:
        return work
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send, args=(work, sender), daemon=True)
    with warnings.catch_warnings():
        # Of threads beside this one, which Python warns of: none holds what the work needs.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    # Else its end would not be seen here.
    sender.close()

    def result() -> _T:
        with receiver:
            try:
                found: _T = receiver.recv()
            except EOFError:
                return work()
            return found

    return result


def _send(work: Callable[[], object], sender: Connection) -> None:
    # The process that began this one may tidy up before it ends; this one only goes.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with sender:
        sender.send(work())
