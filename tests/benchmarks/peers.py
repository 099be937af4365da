"""CPU seconds a page of other projects' extractors; run by `throughput` with an interpreter that has them.

`PYTHON peers.py FILE.html.gz…` prints one line of JSON: extractor → seconds, null where it is not installed.
"""

import gzip
import json
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path


def newspaper() -> Callable[[str, str], object]:
    """Return newspaper4k's extractor: text and metadata, nothing downloaded."""
    from newspaper import Article, Config  # type: ignore[import-not-found]

    settings = Config()
    settings.fetch_images = False

    def read(url: str, html: str) -> object:
        article = Article(url, config=settings)
        article.download(input_html=html)
        article.parse()
        return article.text

    return read


def news_please() -> Callable[[str, str], object]:
    """Return news-please's extractor: text and metadata, nothing downloaded."""
    from newsplease import NewsPlease  # type: ignore[import-not-found]

    return lambda url, html: NewsPlease.from_html(html, url=url, fetch_images=False)


def _refuse(*_: object) -> None:
    raise OSError("nothing is fetched while time is taken")


def seconds(make: Callable[[], Callable[[str, str], object]], pages: list[str]) -> float | None:
    """Return CPU seconds a page; None where the extractor is not installed."""
    try:
        read = make()
    except ImportError:
        return None
    began = time.process_time()
    for number, html in enumerate(pages):
        try:
            read(f"https://a.example/{number}", html)
        except Exception as error:  # noqa: BLE001 - a page it fails at costs it its time all the same
            print(f"{make.__name__}: {type(error).__name__}", file=sys.stderr)
    return (time.process_time() - began) / len(pages)


def main() -> None:
    """Print the seconds."""
    # Some of them would look for pictures, or for a list of suffixes.
    socket.socket.connect = _refuse  # type: ignore[method-assign]
    pages = [gzip.decompress(Path(path).read_bytes()).decode("utf-8", "replace") for path in sys.argv[1:]]
    print(json.dumps({"newspaper4k": seconds(newspaper, pages), "news-please": seconds(news_please, pages)}))


if __name__ == "__main__":
    main()
