"""What hostile input costs an update: `python -m tests.benchmarks.adversarial [CASE …]`, each in a process of its own.

Prints articles, pairs compared, CPU seconds, the most memory, and what came of it.
"""

import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from tempfile import TemporaryDirectory

from dedup import Article, Corpus
from dedup.corpus.results import snapshot
from dedup.records import Relation
from dedup.updating import update


def words(seed: int, count: int) -> str:
    """Return so many words that no other seed has, in sentences."""
    letters = str.maketrans("0123456789", "abcdefghij")
    spelled = [f"kata{seed}x{place}".translate(letters) for place in range(count)]
    return ". ".join(" ".join(spelled[start : start + 12]).capitalize() for start in range(0, count, 12)) + "."


def article(number: int, text: str, site: str = "") -> Article:
    """Return an article of this text, at a site of its own unless one is named."""
    site = site or f"situs{number}.test"
    return Article(
        url=f"http://{site}/{number}", text=text, title=f"Judul {words(number, 4)}", site=site, language="id"
    )


def identical(count: int = 5_000) -> Iterator[Article]:
    """Yield one text at so many sites."""
    for number in range(count):
        yield article(number, words(0, 350))


def own_footers(count: int = 5_000) -> Iterator[Article]:
    """Yield one text at so many sites, each with words of its own at its end."""
    for number in range(count):
        yield article(number, f"{words(0, 350)}\n{words(number + 1, 25)}")


def one_template(count: int = 5_000) -> Iterator[Article]:
    """Yield so many pages of one site that differ in their numbers alone."""
    randomness = random.Random(1)
    frame = words(0, 240).split(". ")
    for number in range(count):
        yield article(number, ". ".join(f"{line} {randomness.randrange(1000)} poin" for line in frame), "jadwal.test")


def huge() -> Iterator[Article]:
    """Yield a text of 5 MB among a hundred of the usual length, ten of which it holds."""
    parts = [words(number, 350) for number in range(100)]
    for number, part in enumerate(parts):
        yield article(number, part)
    yield article(1000, "\n".join([*parts[:10], words(7_777, 380_000)]))


def holding_all(count: int = 1_000) -> Iterator[Article]:
    """Yield so many texts, and one that holds them all."""
    parts = [words(number, 150) for number in range(count)]
    for number, part in enumerate(parts):
        yield article(number, part)
    yield article(count, "\n".join(parts))


def nothing(count: int = 5_000) -> Iterator[Article]:
    """Yield texts without a word, with one, and with the same one."""
    for number in range(count):
        yield article(number, ("", "…", f"kata{number}", "sama", "dua kata")[number % 5], f"situs{number % 50}.test")


def one_shingle(count: int = 5_000) -> Iterator[Article]:
    """Yield texts that share nothing but a sentence that all have."""
    for number in range(count):
        body = words(number + 1, 200)
        yield article(number, f"{body}\n{words(0, 14)}\n{words(number + 900_000, 100)}", f"situs{number % 500}.test")


def one_affair(count: int = 4_000) -> Iterator[Article]:
    """Yield texts of one day that name forty of the same names, each in words of its own: one story."""
    names = words(1, 40).replace(".", "").title().split()
    for number in range(count):
        randomness = random.Random(number)
        said = words(number + 10, 60).replace(".", "").lower().split()
        for name in randomness.choices(names, k=25):
            said.insert(randomness.randrange(1, len(said)), name)
        told = article(number, " ".join(said))
        yield replace(told, title=" ".join(randomness.sample(names, 3)), published=datetime(2026, 3, 1, tzinfo=UTC))


CASES: dict[str, Callable[[], Iterator[Article]]] = {
    each.__name__: each
    for each in (identical, own_footers, one_template, huge, holding_all, nothing, one_shingle, one_affair)
}


def measure(name: str) -> None:
    """Group one case and print a line of what it took."""
    with TemporaryDirectory() as folder, Corpus.open(f"sqlite:///{folder}/corpus.db") as corpus:
        corpus.add(CASES[name]())
        began = time.process_time()
        done = update(corpus)
        seconds = time.process_time() - began
        now = snapshot(corpus, articles=False)
    relations = {relation: sum(match.relation is relation for match in now.matches) for relation in Relation}
    named = ", ".join(f"{count:,} {relation}" for relation, count in relations.items() if count)
    largest = max(len(family.members) for family in now.families)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name:14} {done.articles:7,} {done.verified:9,} {seconds:7.1f} {memory:7.0f}  "
        f"{done.families:,} families, largest {largest:,}; {done.stories:,} stories; {named or 'no match'}"
    )


def main() -> None:
    """Measure the named cases, or all."""
    if len(sys.argv) == 3 and sys.argv[1] == "--one":
        measure(sys.argv[2])
        return
    print("case          articles  compared   CPU s      MB  came out as")
    for name in sys.argv[1:] or CASES:
        subprocess.run([sys.executable, "-m", "tests.benchmarks.adversarial", "--one", name], check=True)


if __name__ == "__main__":
    main()
