"""A worker for tests that answers no page before a file is there, whose path stands in GO."""

import os
import sys
import time
from pathlib import Path

from crawler.task import Answer, Task
from crawler.worker import serve
from dedup import Article


def answer(task: Task) -> Answer:
    """Wait; return an article that nobody read."""
    while not Path(os.environ["GO"]).exists():
        time.sleep(0.02)
    page = task.pages[0]
    return Article(
        page.url, f"Kalimat dari halaman {page.url}.", "Judul", fetched=page.fetched_at, fetched_url=page.url
    )


if __name__ == "__main__":
    serve(answer, *map(int, sys.argv[1:]))
