"""Articles in memory → verified families, beside what gaoya takes from the same texts to its index, in one run.

`python -m tests.benchmarks.in_memory [ARTICLES] --peers PYTHON [--rounds N] [--seed N]`: CPU seconds on the same
made-up articles, both in turn. PYTHON is an interpreter that has gaoya, which is no part of this project. gaoya only
indexes: nothing is asked for, verified or grouped; shingles of four words and 128 permutations, as ours, with the bands
that it finds best for each threshold.
"""

import argparse
import json
import os
import platform
import subprocess
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from dedup.inmemory import group
from dedup.records import Article, Recipe
from tests.quality.generated.corpus import articles

_THRESHOLDS = ("0.5", "0.8")
_GAOYA = """
import json, sys, time
from gaoya.minhash import MinHashStringIndex
texts = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
index = MinHashStringIndex(32, float(sys.argv[2]), None, None, 128, "word", True, (4, 4), "vec")
began = time.process_time()
for number, text in enumerate(texts):
    index.insert_document(number, text)
print(time.process_time() - began)
"""


def ours(made: list[Article]) -> float:
    """Return the CPU seconds from articles to families."""
    began = time.process_time()
    group(made, Recipe())
    return time.process_time() - began


def main() -> None:
    """Print CPU seconds and ratios, and what they were measured on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("articles", nargs="?", type=int, default=100_000)
    parser.add_argument("--peers", metavar="PYTHON", required=True, help="an interpreter that has gaoya")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    made = list(articles(asked.articles, asked.seed))
    # Compiled, or loaded, before any time is taken.
    group(made[:2_000], Recipe())
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {len(made):,} articles")
    taken: dict[str, list[float]] = {name: [] for name in ("gema", *_THRESHOLDS)}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "texts.jsonl"
        path.write_text("".join(f"{json.dumps(article.text)}\n" for article in made), encoding="utf-8")
        for _ in range(asked.rounds):
            taken["gema"].append(ours(made))
            for threshold in _THRESHOLDS:
                command = [asked.peers, "-c", _GAOYA, str(path), threshold]
                done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": os.defpath})
                taken[threshold].append(float(done.stdout))
    for name, seconds in taken.items():
        label = "gema, texts → verified families" if name == "gema" else f"gaoya, texts → index at {name}"
        each = 1e6 * median(seconds) / len(made)
        ratio = median(one / other for one, other in zip(taken["gema"], seconds, strict=True))
        print(f"{label:32} {each:7.1f} µs an article   gema takes {ratio:.2f} times that", flush=True)


if __name__ == "__main__":
    main()
