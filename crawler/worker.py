"""The process that extracts: pages in, article or rejection out, until its input ends.

Started by `crawler.workers` as `python -m crawler.worker SECONDS`. It knows neither Scrapy nor the corpus.
"""

import logging
import os
import pickle
import signal
import struct
import sys
from collections.abc import Callable, Sequence
from typing import BinaryIO

from crawler.page import Page, Rejection
from dedup import Article

LENGTH = struct.Struct(">Q")
READY = b"ready"


def serve(read: Callable[[Sequence[Page]], Article | Rejection], limit_s: int) -> None:
    """Answer each list of pages on standard input with what `read` makes of it; return when the input ends.

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
        answer = read(pickle.loads(request))  # noqa: S301
        signal.alarm(0)
        _send(answers, pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))


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
    from crawler.extraction import read as _read

    try:
        serve(_read, int(sys.argv[1]))
    except BrokenPipeError:
        # The parent is gone; what remains in the buffer has no reader.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
