"""The processes that extract: tasks in, articles and rejections out, until there are no more tasks.

`crawler.workers` starts one, as `python -m crawler.worker SECONDS MIB`. What takes seconds to load, models of languages
above all, is loaded there once: it answers nothing itself, and forks a worker for each order. None knows Scrapy or the
corpus.
"""

import gc
import logging
import os
import pickle
import resource
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from typing import BinaryIO

from crawler.page import Rejection
from crawler.task import Answer, Task

LENGTH = struct.Struct(">Q")
# What a worker says first, and then its number.
READY = b"ready"
# The number of a worker that shall end; 0, with a socket: one shall begin that answers there.
ORDER = struct.Struct(">q")


def serve(answer: Callable[[Task], Answer], limit_s: int, memory_mb: int = 0) -> None:
    """Fork a worker for each order on standard input, a socket; return when that ends, when no worker is left either.

    A page that takes a worker longer than `limit_s` ends it. One for which it would need more than `memory_mb` (MiB;
    0: no limit) is rejected.
    """
    # Ctrl-C goes to the whole group; the parent decides when this ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger().addHandler(logging.NullHandler())
    # What is loaded stays where it is: a collection in a worker would copy all of it.
    gc.collect()
    gc.freeze()
    alive: set[int] = set()
    orders = socket.socket(fileno=os.dup(sys.stdin.fileno()))
    # Its place is taken, so that no worker hears orders.
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    try:
        while len((order := socket.recv_fds(orders, ORDER.size, 1))[0]) == ORDER.size:
            alive -= {number for number in alive if os.waitpid(number, os.WNOHANG)[0]}
            (number,) = ORDER.unpack(order[0])
            if number in alive:
                _end(number)
                alive.remove(number)
            for end in order[1]:
                alive.add(_forked(answer, orders, end, limit_s, memory_mb))
    finally:
        for number in alive:
            _end(number)


def _forked(answer: Callable[[Task], Answer], orders: socket.socket, end: int, limit_s: int, memory_mb: int) -> int:
    """Begin a worker that answers at this end of a socket; return its number."""
    number = os.fork()
    if number:
        os.close(end)
        return number
    # Nothing of what called this is for the worker to do, whatever happens.
    try:
        orders.close()
        _work(answer, socket.socket(fileno=end), limit_s, memory_mb)
    except ConnectionError:
        # The parent is gone.
        pass
    finally:
        try:
            if sys.exc_info()[0] is not None:
                traceback.print_exc()
        finally:
            os._exit(0)


def _end(number: int) -> None:
    os.kill(number, signal.SIGKILL)
    os.waitpid(number, 0)


def _work(answer: Callable[[Task], Answer], ours: socket.socket, limit_s: int, memory_mb: int) -> None:
    """Answer each task until there are no more."""
    if memory_mb:
        # All that is allocated, in pages or not: what libraries only reserve is not counted, unlike RLIMIT_AS.
        resource.setrlimit(resource.RLIMIT_DATA, (memory_mb << 20, memory_mb << 20))
    # The default action ends the process even inside a library's C code.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    tasks, answers = ours.makefile("rb"), ours.makefile("wb")
    _send(answers, READY + LENGTH.pack(os.getpid()))
    while (request := _receive(tasks)) is not None:
        signal.alarm(limit_s)
        # Only the parent writes to this socket.
        task = pickle.loads(request)  # noqa: S301
        try:
            answered = answer(task)
        except MemoryError:
            answered = Rejection(task.pages[0].url, "memory", "more than the extracting process may take")
        signal.alarm(0)
        _send(answers, pickle.dumps(answered, pickle.HIGHEST_PROTOCOL))


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
    # All is loaded before the first page's clock runs. Models are many numbers: collections would look at each of
    # them, again and again.
    gc.disable()
    from crawler import discovery, extraction, language  # noqa: F401
    from crawler.task import answer as _answer

    language.load()
    gc.enable()
    serve(_answer, *map(int, sys.argv[1:]))
