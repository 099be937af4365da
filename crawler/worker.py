"""The process that extracts: tasks in, articles and rejections out, until its input ends.

Started by `crawler.workers` as `python -m crawler.worker SECONDS`. It knows neither Scrapy nor the corpus.
"""

import logging
import os
import pickle
import signal
import struct
import sys
from collections.abc import Callable
from typing import BinaryIO

from crawler.task import Answer, Task

LENGTH = struct.Struct(">Q")
READY = b"ready"


def serve(answer: Callable[[Task], Answer], limit_s: int) -> None:
    """Answer each task on standard input; return when the input ends.

    A page that takes longer than `limit_s` ends the process, also one whose parent is gone.
    """
    # Ctrl-C goes to the whole group; the parent decides when this ends. The alarm's default action ends the
    # process even inside a library's C code.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    source = sys.stdin.buffer
    answers = _private_output()
    logging.getLogger().addHandler(logging.NullHandler())
    _send(answers, READY)
    while (request := _receive(source)) is not None:
        signal.alarm(limit_s)
        # Only the parent writes to this pipe.
        answered = answer(pickle.loads(request))  # noqa: S301
        signal.alarm(0)
        _send(answers, pickle.dumps(answered, pickle.HIGHEST_PROTOCOL))


def _private_output() -> BinaryIO:
    """Return standard output for the answers alone: what a library prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _receive(source: BinaryIO) -> bytes | None:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = source.read(length)
    return body if len(body) == length else None


def _send(answers: BinaryIO, body: bytes) -> None:
    answers.write(LENGTH.pack(len(body)) + body)
    answers.flush()


if __name__ == "__main__":
    from crawler import discovery, extraction  # noqa: F401 - loaded before the first page's clock runs
    from crawler.task import answer as _answer

    try:
        serve(_answer, int(sys.argv[1]))
    except BrokenPipeError:
        # The parent is gone; what remains in the buffer has no reader.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
