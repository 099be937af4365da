"""Answers a page with an article made of its title and a number: a worker that costs next to nothing."""

import re
import sys

from crawler.page import Rejection
from crawler.task import Answer, Task
from crawler.worker import serve
from dedup import Article

_TITLE = re.compile(rb"<title>(.*?)</title>")
_TEXT = "Kalimat ini berdiri untuk sebuah berita yang panjang. " * 40


def answer(task: Task) -> Answer:
    """Return an article that nobody read."""
    page = task.pages[0]
    title = _TITLE.search(page.body)
    if title is None:
        return Rejection(page.url, "empty")
    return Article(page.url, _TEXT + page.url, title[1].decode(), fetched=page.fetched_at, fetched_url=page.url)


if __name__ == "__main__":
    serve(answer, *map(int, sys.argv[1:]))
