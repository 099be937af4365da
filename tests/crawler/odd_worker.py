"""A worker for tests: what it does with a page stands in the page's body."""

import os
import signal
import sys
import time

from crawler.page import Rejection
from crawler.task import Answer, Continued, Task
from crawler.worker import serve
from dedup import Article


def answer(task: Task) -> Answer:
    """Return an article that says which process made it, or do what the page says."""
    page = task.pages[0]
    word = page.body.decode()
    _misbehave(word)
    if word == "print":
        print("a library that talks", flush=True)
    if word == "more" or task.ask == "look":
        return Continued(page.url, task.rule or None, (f"{page.url}?page=2",))
    if word == "reject":
        return Rejection(page.url, "short")
    loaded = ",".join(sorted({"scrapy", "twisted"} & sys.modules.keys()))
    return Article(page.url, text=word, title=str(os.getpid()), place=loaded)


def _misbehave(word: str) -> None:
    if word == "sleep":
        time.sleep(60)
    if word == "spin":
        while True:
            pass
    if word == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "hoard":
        bytearray(2**31)
    if word == "raise":
        raise RuntimeError("a bug")


if __name__ == "__main__":
    serve(answer, *map(int, sys.argv[1:]))
