"""A worker for tests: what it does with a page stands in the page's body."""

import os
import signal
import sys
import time
from collections.abc import Sequence

from crawler.page import Page, Rejection
from crawler.worker import serve
from dedup import Article


def read(pages: Sequence[Page]) -> Article | Rejection:
    """Return an article that says which process made it, or do what the page says."""
    page = pages[0]
    word = page.body.decode()
    if word == "sleep":
        time.sleep(60)
    if word == "spin":
        while True:
            pass
    if word == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "raise":
        raise RuntimeError("a bug")
    if word == "print":
        print("a library that talks", flush=True)
    if word == "reject":
        return Rejection(page.url, "short")
    loaded = ",".join(sorted({"scrapy", "twisted"} & sys.modules.keys()))
    return Article(page.url, text=word, title=str(os.getpid()), place=loaded)


if __name__ == "__main__":
    serve(read, int(sys.argv[1]))
