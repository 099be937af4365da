"""Compile, once for all processes, what copies and stories need: `python -m tests.warm copies|stories`.

The two share nothing that takes long to compile: side by side they take half the time.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from unittest.mock import patch

from dedup import Corpus, find_copies, update
from dedup.compiler import WORTH_COMPILING, WORTH_LOADING, expect
from tests.quality.generated.corpus import articles


@contextmanager
def _with_copies_found(number: int) -> Iterator[Corpus]:
    """Give a corpus of so many articles whose stories are not told yet."""
    with TemporaryDirectory() as folder, Corpus.open(f"sqlite:///{folder}/corpus.db") as corpus:
        corpus.add(list(articles(number, 4)))
        with patch("dedup.updating.tell_stories"):
            update(corpus)
        yield corpus


def _copies() -> None:
    find_copies(list(articles(WORTH_COMPILING, 4)))
    with _with_copies_found(WORTH_COMPILING):
        pass


def _stories() -> None:
    # Of so few articles copies are found without compiling.
    with _with_copies_found(WORTH_LOADING - 1) as corpus:
        expect(WORTH_COMPILING)
        update(corpus)


if __name__ == "__main__":
    {"copies": _copies, "stories": _stories}[sys.argv[1]]()
