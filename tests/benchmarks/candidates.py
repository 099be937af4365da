"""What the index alone proposes of pairs that share a third to all of the shorter text, beside MinHash LSH 128 × 2.

`python -m tests.benchmarks.candidates [ARTICLES] [--seed N]`

A made-up corpus is updated; the pairs of units that the update proposed are kept. Of the copies and excerpts planted
whose containment (exact, 3-word shingles, own texts) is .3 and more, it is told how many were proposed, by the length
of the shorter text. LSH has 128 bands of 2 rows (256 permutations, 4-word shingles) over the same own texts. Texts with
fewer than `min_own_words` words of their own are left out: by rule only equal texts match them.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from dedup import Corpus, Recipe, matching, signing, stages, update
from dedup.arrays import Reading
from dedup.corpus import units
from dedup.reading import Desk, desk_of
from tests.quality.generated.corpus import groups, mixed

Pairs = set[tuple[str, str]]

_BANDS, _ROWS = 128, 2
# Band values that more texts share propose nothing here: that many pairs cannot be listed.
_HOT = 1_000
_AT_ONCE = 5_000
# Frames that a site repeats are boilerplate by rule; of one text at ten addresses each is tied to the first of them, of
# a wire at hundreds of sites to its leaders: no index proposes all pairs of these.
_OTHERS, _MANY = ("template", "ten times"), "of many"
_SHARES = ((0.3, 0.4), (0.4, 0.5), (0.5, 1.01))
_LENGTHS = ((60, 120), (120, 250), (250, 10**9))


@dataclass(frozen=True, slots=True)
class Proposed:
    """Pairs of articles that an index proposed, how many there were, and CPU seconds."""

    name: str
    pairs: Pairs
    count: int
    seconds: float


def ours(corpus: Corpus) -> Proposed:
    """Return what an update of this corpus proposes; it is updated by it."""
    kept: list[tuple[stages.State, NDArray[np.int64]]] = []
    seconds = [0.0]

    def candidates(*given: Any) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        began = time.process_time()
        pairs, others = stages.candidates(*given)
        seconds[0] += time.process_time() - began
        kept.append((given[1], pairs))
        return pairs, others

    with patch("dedup.updating.tell_stories"), patch("dedup.updating.candidates", candidates):
        update(corpus)
    found: Pairs = set()
    count = 0
    for _, pairs in kept:
        with corpus.reading() as connection:
            named = units.articles_of(connection, np.unique(pairs).tolist())
        found |= {_sorted(named[a], named[b]) for a, b in pairs.tolist() if a in named and b in named}
        count += len(pairs)
    return Proposed("FracMinHash 1 in 3, 16 leaders", found, count, seconds[0])


def lsh(desk: Desk, keys: Sequence[str]) -> tuple[Proposed, int]:
    """Return what LSH over the own texts of these articles proposes, and how many band values were too common."""
    recipe = replace(desk.recipe, permutations=_BANDS * _ROWS)
    names: list[str] = []
    texts: list[str] = []
    for start in range(0, len(keys), _AT_ONCE):
        batch = desk.batch(keys[start : start + _AT_ONCE])
        own = desk.own(batch).words
        for place, article in enumerate(batch.articles):
            held = batch.words.words(place)
            mine = np.flatnonzero(own[held]) + held.start
            if len(mine) >= recipe.min_own_words:
                spans = zip(batch.words.starts[mine].tolist(), batch.words.stops[mine].tolist(), strict=True)
                names.append(article.id)
                texts.append(" ".join(batch.texts[place][first:last] for first, last in spans))
    began = time.process_time()
    signed = signing.signatures(texts, recipe).astype(np.uint64).reshape(len(texts), _BANDS, _ROWS)
    found: Pairs = set()
    hot = 0
    for band in range(_BANDS):
        values = (signed[:, band, 0] << np.uint64(32)) | signed[:, band, 1]
        order = np.argsort(values, kind="stable")
        cuts = np.flatnonzero(np.diff(values[order])) + 1
        for group in np.split(order, cuts):
            hot += len(group) > _HOT
            if 1 < len(group) <= _HOT:
                found.update(_sorted(names[a], names[b]) for a, b in combinations(group.tolist(), 2))
    return Proposed("MinHash LSH 128 × 2", found, len(found), time.process_time() - began), hot


def planted(desk: Desk, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str, float, int]]:
    """Return those of these pairs that share .3 and more: two ids, containment, words of the shorter own text."""
    found = []
    members = sorted({key for pair in pairs for key in pair})
    readings: dict[str, Reading] = {}
    for start in range(0, len(members), _AT_ONCE):
        batch = desk.batch(members[start : start + _AT_ONCE])
        readings |= {reading.id: reading for reading in desk.readings(batch, desk.own(batch).words)}
    texts = {key: reading.words.hashes.tobytes() for key, reading in readings.items()}
    for a, b in pairs:
        shorter = min(int(readings[key].own.sum()) for key in (a, b))
        if texts[a] == texts[b] or shorter < desk.recipe.min_own_words:
            continue
        measures = matching.compare(readings[a], readings[b], desk.recipe).measures
        if measures.containment >= _SHARES[0][0]:
            found.append((a, b, measures.containment, shorter))
    return found


def _corpus(size: int, seed: int, path: Path) -> tuple[Corpus, list[tuple[str, str]]]:
    """Return a made-up corpus and the pairs planted in it."""
    asked = [
        pair.ids()
        for group in groups(size, seed)
        for pair in group.pairs
        if not pair.kind.startswith(_OTHERS) and not pair.kind.endswith(_MANY)
    ]
    corpus = Corpus.open(f"sqlite:///{path}/corpus.db")
    corpus.add(made.article for made in mixed(groups(size, seed), seed))
    return corpus, asked


def _print(truth: Sequence[tuple[str, str, float, int]], indexes: Sequence[Proposed], size: int) -> None:
    for index in indexes:
        share = index.count / size
        print(f"{index.name}: {index.count:,} candidates, {share:.2f} an article, {index.seconds:.1f} s CPU")
    print(f"{'containment':>12} {'shorter has words':>18} {'pairs':>6}  " + "  ".join(f"{i.name:>30}" for i in indexes))
    for low, high in _SHARES:
        for least, most in _LENGTHS:
            asked = [_sorted(a, b) for a, b, share, words in truth if low <= share < high and least <= words < most]
            if asked:
                recalls = [f"{sum(pair in index.pairs for pair in asked) / len(asked):30.4f}" for index in indexes]
                span = f"{least}-{most}" if most < 10**9 else f"{least} and more"
                print(f"{low:8.1f}-{min(high, 1):.1f} {span:>18} {len(asked):6}  " + "  ".join(recalls))


def _sorted(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", nargs="?", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=6)
    asked = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, seed {asked.seed}")
    with TemporaryDirectory() as folder:
        corpus, asked_for = _corpus(asked.articles, asked.seed, Path(folder))
        with corpus:
            proposed = ours(corpus)
            desk = desk_of(corpus, Recipe())
            truth = planted(desk, asked_for)
            banded, hot = lsh(desk, sorted(article.id for article in corpus.articles()))
            print(f"{corpus.count():,} articles, {len(truth):,} pairs planted; {hot} band values held by over {_HOT:,}")
    _print(truth, [proposed, banded], asked.articles)
    return 0


if __name__ == "__main__":
    sys.exit(main())
