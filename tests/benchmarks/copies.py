"""How well copies are found in a made-up corpus where they are known, ours and other projects' side by side.

`python -m tests.benchmarks.copies SIZE --seed N [--peers PYTHON] [--no-stories] [--wrong N]`: one corpus, one scorer.
PYTHON is an interpreter that has gaoya, rensa and text-dedup, which are no part of this project; datasketch is.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from dedup import Article, Corpus
from dedup.corpus.results import snapshot
from dedup.records import Relation
from dedup.updating import update
from tests.quality.generated import score
from tests.quality.generated.corpus import groups, mixed
from tests.quality.generated.score import Found, Truth
from tests.quality.generated.truth import Case, Group

_SCRIPT = Path(__file__).with_name("copies_peers.py")
# A family of hundreds holds most pairs there are: without it the others can be seen.
_LARGE = 50


@dataclass(frozen=True, slots=True)
class Taken:
    """CPU seconds of generating and storing, and of the update."""

    stored: float
    updated: float


def ours(size: int, seed: int, folder: str, stories: bool) -> tuple[Truth, Found, Taken]:
    """Return what is planted, what an update finds, and what it takes; the texts are left in `texts.jsonl`.

    Copies do not depend on `stories`: without them an update tells what finding copies takes.
    """
    truth = Truth()
    with Corpus.open(f"sqlite:///{folder}/corpus.db") as corpus:
        began = time.process_time()
        corpus.add(_kept(truth.noted(groups(size, seed)), seed, Path(folder) / "texts.jsonl"))
        stored = time.process_time()
        with nullcontext() if stories else patch("dedup.updating.tell_stories"):
            update(corpus)
        updated = time.process_time()
        now = snapshot(corpus, articles=False)
    found = Found(
        families={member: family.id for family in now.families for member in family.members},
        # Pairs are kept down to the floor; what is no relation is no finding.
        relations={(m.a, m.b): m.relation.value for m in now.matches if m.relation is not Relation.NONE},
        passages={
            (match.a, match.b): [Case(p.a_start, p.a_end, p.b_start, p.b_end) for p in match.passages]
            for match in now.matches
            if match.relation is not Relation.NONE
        },
    )
    return truth, found, Taken(stored - began, updated - stored)


def _kept(found: Iterator[Group], seed: int, path: Path) -> Iterator[Article]:
    with path.open("w", encoding="utf-8") as lines:
        for made in mixed(found, seed):
            lines.write(json.dumps({"id": made.article.id, "text": made.article.text}) + "\n")
            yield made.article


def peers(python: str, path: Path, names: list[str]) -> dict[str, tuple[Found, float]]:
    """Return the groups each peer makes of the texts, and the CPU seconds it takes."""
    results = {}
    for name in names:
        done = subprocess.run(
            [python, _SCRIPT, name, path],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            env=os.environ | {"PYTHONPATH": ""},
        )
        answer = json.loads(done.stdout.splitlines()[-1])
        if answer is None:
            print(f"  {name:26} not installed there")
        else:
            results[name] = Found(answer["groups"]), answer["seconds"]
    return results


def print_families(name: str, truth: Truth, found: Found, seconds: float) -> None:
    """Print how well families are found: all, and those that are not large."""
    large = {home for home, count in Counter(truth.families.values()).items() if count > _LARGE}
    few = {article: home for article, home in truth.families.items() if home not in large}
    for held, label in ((truth.families, name), (few, "  without large families")):
        rates, index = score.pairs(found.families, held), score.adjusted_rand(found.families, held)
        print(
            f"  {label:26} {rates.precision:.4f} {rates.recall:.4f} {rates.f1:.4f} {index:.4f} "
            f"{rates.found:9} {rates.wanted:9} {seconds:8.1f}"
        )


def print_relations(truth: Truth, found: Found) -> None:
    """Print precision and recall by relation, and what the planted pairs of each kind came out as."""
    print("relation          precision recall   stored  planted")
    for name, rates in score.relations(truth, found).items():
        print(f"  {name:16} {rates.precision:.4f} {rates.recall:.4f} {rates.found:8} {rates.wanted:8}")
    print("planted as              pairs  right  came out as")
    for kind, counts in sorted(score.outcomes(truth, found).items()):
        correct = sum(score.right(pair, score.outcome(pair, found)) for pair in truth.pairs if pair.kind == kind)
        named = ", ".join(f"{name} {count}" for name, count in counts.most_common())
        print(f"  {kind:22} {counts.total():5} {correct / counts.total():.4f} {named}")


def print_passages(truth: Truth, found: Found) -> None:
    """Print how well the passages of a sample of each kind are found."""
    print("passages               precision recall granularity  pairs not found")
    for kind, samples in sorted(truth.samples.items()):
        if kind.startswith("template"):
            continue
        held = score.passages(samples, found)
        rates = f"{held.precision:.4f} {held.recall:.4f} {held.granularity:8.3f}"
        print(f"  {kind:22} {rates} {held.pairs:9} {held.missing:9}")


def print_wrong(truth: Truth, found: Found, most: int) -> None:
    """Print some of the planted pairs that came out otherwise, and of matches of what has nothing in common."""
    shown = Counter[tuple[str, str]]()
    for pair, came_out in score.wrong(truth, found):
        shown[pair.kind, came_out] += 1
        if shown[pair.kind, came_out] <= most:
            print(f"  {pair.kind} → {came_out} (right: {', '.join(sorted(pair.relations))}): {pair.a} {pair.b}")
    for ids, relation in score.unplanted(truth, found):
        shown["nothing", relation] += 1
        if shown["nothing", relation] <= most:
            print(f"  nothing → {relation}: {' '.join(ids)}")


def main() -> None:
    """Print the figures, and what they were measured on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peers", metavar="PYTHON", help="an interpreter that has gaoya, rensa and text-dedup")
    parser.add_argument("--wrong", type=int, default=0, metavar="N", help="show so many of each kind of error")
    parser.add_argument("--keep", metavar="FOLDER", help="leave the corpus and the texts there")
    parser.add_argument("--no-stories", action="store_true", help="let the update end with families")
    asked = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with TemporaryDirectory() as passing:
        folder = asked.keep or passing
        Path(folder).mkdir(parents=True, exist_ok=True)
        truth, found, taken = ours(asked.size, asked.seed, folder, not asked.no_stories)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{asked.size} articles, seed {asked.seed}; CPU s: made and stored in {taken.stored:.1f}, "
            f"updated in {taken.updated:.1f}; {peak:.0f} MB at most"
        )
        print("families                    pair P  pair R   F1     ARI        found    wanted    CPU s")
        print_families("gema", truth, found, taken.updated)
        if asked.peers:
            texts = Path(folder) / "texts.jsonl"
            held = peers(sys.executable, texts, ["datasketch-0.5", "datasketch-0.8"])
            held |= peers(asked.peers, texts, ["gaoya-0.5", "gaoya-0.8", "rensa-0.5", "rensa-0.8", "text-dedup-0.5"])
            for name, (groups_, seconds) in held.items():
                print_families(name, truth, groups_, seconds)
    print_relations(truth, found)
    print_passages(truth, found)
    print_wrong(truth, found, asked.wrong)


if __name__ == "__main__":
    main()
