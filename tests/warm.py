"""Compile, once for all processes, what finding copies and stories needs: `python -m tests.warm`."""

from tempfile import TemporaryDirectory

from dedup import Corpus, find_copies, update
from dedup.compiler import WORTH_COMPILING
from tests.quality.generated.corpus import articles

if __name__ == "__main__":
    made = list(articles(WORTH_COMPILING, 4))
    find_copies(made)
    with TemporaryDirectory() as folder, Corpus.open(f"sqlite:///{folder}/corpus.db") as corpus:
        corpus.add(made)
        update(corpus)
