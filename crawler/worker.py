"""The process that extracts: tasks in, articles and rejections out, until its input ends.

Started by `crawler.workers` as `python -m crawler.worker SECONDS MIB`. It knows neither Scrapy nor the corpus.
"""

import logging
import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Callable
from typing import BinaryIO

from crawler.page import Rejection
from crawler.task import Answer, Task

LENGTH = struct.Struct(">Q")
READY = b"ready"


def serve(answer: Callable[[Task], Answer], limit_s: int, memory_mb: int = 0) -> None:
    """Answer each task on standard input; return when the input ends.

    A page that takes longer than `limit_s` ends the process, also one whose parent is gone. One for which the process
    would need more than `memory_mb` (MiB; 0: no limit) is rejected.
    """
    if memory_mb:
        # All that is allocated, in pages or not: what libraries only reserve is not counted, unlike RLIMIT_AS.
        resource.setrlimit(resource.RLIMIT_DATA, (memory_mb << 20, memory_mb << 20))
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
        task = pickle.loads(request)  # noqa: S301
        try:
            answered = answer(task)
        except MemoryError:
            answered = Rejection(task.pages[0].url, "memory", "more than the extracting process may take")
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
    # All is loaded before the first page's clock runs.
    from crawler import discovery, extraction, language  # noqa: F401
    from crawler.task import answer as _answer

    language.load()
    try:
        serve(_answer, *map(int, sys.argv[1:]))
    except BrokenPipeError:
        # The parent is gone; what remains in the buffer has no reader.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
