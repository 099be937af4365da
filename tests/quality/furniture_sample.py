"""How well furniture is told from prose, on lines of real articles that were read and judged one by one.

`python -m tests.quality.furniture_sample SEED` draws lines to judge from `data/indonews` and prints them. The rules
were worked out on the articles with even numbers; the lines are drawn from those with odd ones. What was judged (seed
424243) stands in `furniture_judged.json`, by hash: the texts are other people's.
"""

import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from crawler import credits as article_credits
from crawler import furniture
from tests.shared import SHARED

JUDGED = Path(__file__).with_name("furniture_judged.json")
ARTICLES = SHARED / "data" / "indonews" / "indonews_docs.jsonl"
REMOVED = 300
PLAIN = 300
# Furniture that was missed stands in short lines and at the ends; in the rest there is next to none.
STRATA = {"head": 60, "tail": 90, "short": 100, "rest": 50}
_SHORT_WORDS = 10


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of the odd articles: what was taken out, and what was kept by the stratum it stands in."""

    removed: tuple[tuple[str, str], ...]
    kept: dict[str, tuple[str, ...]]


def hash_of(line: str) -> str:
    """Return the name a line is judged under."""
    return blake2b(line.encode(), digest_size=8).hexdigest()


def lines() -> Lines:
    """Return what the rules make of the articles with odd numbers."""
    removed: list[tuple[str, str]] = []
    kept: dict[str, list[str]] = defaultdict(list)
    with ARTICLES.open(encoding="utf-8") as rows:
        for row in list(map(json.loads, rows))[1::2]:
            stripped = furniture.strip(
                [line.strip() for line in row["text"].splitlines() if line.strip()], "id", row["source"]
            )
            found = article_credits.read(stripped.kept, row["source"])
            removed += stripped.removed + found.removed
            for stratum, line in _strata(found.lines):
                kept[stratum].append(line)
    return Lines(tuple(removed), {stratum: tuple(kept[stratum]) for stratum in STRATA})


def scores() -> dict[str, float]:
    """Return precision, and recall as estimated from a plain and from a stratified sample of what was kept."""
    judged = json.loads(JUDGED.read_text(encoding="utf-8"))
    now = lines()
    gone = {hash_of(line) for line, _ in now.removed}
    left = {hash_of(line) for held in now.kept.values() for line in held}
    taken = [
        (label, count) for part in judged.values() for key, (label, _, count) in part.items() if key in gone - left
    ]
    right = sum(count for label, count in taken if label == "furniture")
    precision = right / sum(count for _, count in taken)
    found = precision * len(now.removed)
    return {
        "furniture precision": precision,
        "furniture recall": found / (found + _missed(judged["kept"], left, now, tuple(STRATA))),
        "furniture recall (plain sample)": found / (found + _missed(judged["plain"], left, now, ("plain",))),
    }


def _missed(judged: dict[str, tuple[str, str, int]], left: set[str], now: Lines, strata: Sequence[str]) -> float:
    """Return how many lines of furniture were kept, as the judged ones suggest."""
    missed = 0.0
    for stratum in strata:
        held = [(key, label, count) for key, (label, place, count) in judged.items() if place == stratum]
        share = sum(count for key, label, count in held if label == "furniture" and key in left)
        size = len(now.kept[stratum]) if stratum in now.kept else sum(map(len, now.kept.values()))
        missed += size * share / sum(count for *_, count in held)
    return missed


def _strata(kept: Sequence[str]) -> Iterator[tuple[str, str]]:
    for index, line in enumerate(kept):
        if len(line.split()) <= _SHORT_WORDS:
            yield "short", line
        elif index < 2:
            yield "head", line
        else:
            yield ("tail" if index >= len(kept) - 2 else "rest"), line


def draw(seed: int) -> Iterator[tuple[str, str, str, int]]:
    """Yield part, stratum, line and how often it was drawn."""
    now = lines()
    chance = random.Random(seed)
    yield from _counted("removed", "removed", chance.sample([line for line, _ in now.removed], REMOVED))
    yield from _counted("plain", "plain", chance.sample([line for held in now.kept.values() for line in held], PLAIN))
    for stratum, size in STRATA.items():
        yield from _counted("kept", stratum, chance.sample(now.kept[stratum], size))


def _counted(part: str, stratum: str, drawn: Sequence[str]) -> Iterator[tuple[str, str, str, int]]:
    for line, count in Counter(drawn).items():
        yield part, stratum, line, count


if __name__ == "__main__":
    for number, (part, stratum, line, count) in enumerate(draw(int(sys.argv[1]))):
        print(number, part, stratum, count, line, sep="\t")
