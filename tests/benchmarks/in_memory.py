"""Articles in memory → verified families, beside what gaoya takes from the same texts to its index, in one run.

`python -m tests.benchmarks.in_memory [ARTICLES] --peers PYTHON [--rounds N] [--seed N]`: CPU seconds on the same
made-up articles, both in turn, each time in a process of its own, which does it twice: memory is fresh from the system
at first. PYTHON is an interpreter that has gaoya, which is no part of this project. gaoya only indexes: nothing is
asked for, verified or grouped; shingles of four words and 128 permutations, as ours, with the bands that it finds best
for each threshold.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from dedup.inmemory import group
from dedup.records import Recipe
from tests.quality.generated.corpus import articles

_THRESHOLDS = ("0.5", "0.8")
_TWICE = 2
_GAOYA = """
import json, sys, time
from gaoya.minhash import MinHashStringIndex
texts = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
taken = []
for _ in range(int(sys.argv[3])):
    index = MinHashStringIndex(32, float(sys.argv[2]), None, None, 128, "word", True, (4, 4), "vec")
    began = time.process_time()
    for number, text in enumerate(texts):
        index.insert_document(number, text)
    taken.append(time.process_time() - began)
    del index
print(json.dumps(taken))
"""


def _ours(count: int, seed: int) -> list[float]:
    """Return the CPU seconds from articles to families, twice."""
    made = list(articles(count, seed))
    # Compiled, or loaded, before any time is taken.
    group(made[:2_000], Recipe())
    taken = []
    for _ in range(_TWICE):
        began = time.process_time()
        group(made, Recipe())
        taken.append(time.process_time() - began)
    return taken


def _run(command: list[str], environment: dict[str, str]) -> list[float]:
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    taken: list[float] = json.loads(done.stdout)
    return taken


def main() -> None:
    """Print CPU seconds and ratios, and what they were measured on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", nargs="?", type=int, default=100_000)
    parser.add_argument("--peers", metavar="PYTHON", help="an interpreter that has gaoya")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        print(json.dumps(_ours(asked.articles, asked.seed)))
        return
    if not asked.peers:
        parser.error("--peers is needed: an interpreter that has gaoya")
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {asked.articles:,} articles"
    )
    ours = [sys.executable, "-m", __spec__.name, "--child", str(asked.articles), "--seed", str(asked.seed)]
    taken: dict[str, list[list[float]]] = {name: [] for name in ("gema", *_THRESHOLDS)}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "texts.jsonl"
        written = (f"{json.dumps(article.text)}\n" for article in articles(asked.articles, asked.seed))
        path.write_text("".join(written), encoding="utf-8")
        for _ in range(asked.rounds):
            taken["gema"].append(_run(ours, dict(os.environ)))
            for threshold in _THRESHOLDS:
                theirs = [asked.peers, "-c", _GAOYA, str(path), threshold, str(_TWICE)]
                taken[threshold].append(_run(theirs, {"PATH": os.defpath}))
    for again, when in enumerate(("at first", "again")):
        for name, rounds in taken.items():
            label = "gema, texts → verified families" if name == "gema" else f"gaoya, texts → index at {name}"
            seconds = [each[again] for each in rounds]
            each = 1e6 * median(seconds) / asked.articles
            ratios = sorted(one[again] / other for one, other in zip(taken["gema"], seconds, strict=True))
            spread = f"{median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"
            print(f"{when:8} {label:32} {each:7.1f} µs an article   gema takes {spread} times that", flush=True)


if __name__ == "__main__":
    main()
