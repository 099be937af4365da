"""`dedup update` killed again and again at random moments, then left to finish: is the result the undisturbed one?

`python -m tests.benchmarks.update_crashes [KILLS] [--articles N] [--seed N]`

Articles come in three batches, some go again; SIGKILL hits the update wherever it is. It works in steps of a few
hundred articles instead of 20,000, so that there is more to break off. At the end families, stories, matches and their
evidence must be those of an update that nobody disturbed, and `dedup check` must find nothing.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

from dedup import Article, Corpus
from dedup.checking import check
from dedup.corpus.results import snapshot
from dedup.records import Match
from dedup.updating import update
from tests.quality.generated.corpus import articles

_STEP = 300
_BATCHES = 3
# How long an update lives at most after its first sign of work.
_LIFE_S = 2.0

Result = tuple[set[frozenset[str]], set[frozenset[str]], dict[tuple[str, str], Match]]


def result(corpus: Corpus) -> Result:
    """Return the families, the stories and the matches of a corpus; ids and dates are history."""
    now = snapshot(corpus, articles=False)
    members = {family.id: family.members for family in now.families}
    stories = {frozenset(m for family in story.families for m in members[family]) for story in now.stories}
    return {frozenset(held) for held in members.values()}, stories, {(m.a, m.b): m for m in now.matches}


def batches(count: int, seed: int) -> tuple[list[list[Article]], list[str]]:
    """Return articles in batches, and the addresses of some that go again."""
    found = list(articles(count, seed, window=count))
    gone = [article.url for article in found[:: max(count // 20, 1)]]
    return [found[start::_BATCHES] for start in range(_BATCHES)], gone


def killed(address: str, after: float) -> bool:
    """Start an update of this corpus and kill it `after` seconds of work; return whether it was alive to be killed."""
    command = [sys.executable, "-m", __spec__.name, "--child", address]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        # How long a process takes to start says nothing of where in its work a kill hits it.
        child.stdout.readline()
        try:
            child.wait(after)
        except subprocess.TimeoutExpired:
            child.kill()
            return True
    return False


def disturbed(
    corpus: Corpus,
    found: Sequence[Sequence[Article]],
    gone: Sequence[str],
    kills: int,
    randomness: random.Random,
    life: float = _LIFE_S,
) -> int:
    """Bring these articles into a corpus while its updates are killed; return how many kills hit one.

    An update lives for up to `life` seconds.
    """
    hit = 0
    for number, batch in enumerate(found):
        corpus.add(batch)
        if number == len(found) - 1:
            for address in gone:
                corpus.remove(address)
        wanted = (number + 1) * kills // len(found)
        misses = 0
        # An update that came to its end has nothing left to break off: the next batch has.
        while hit < wanted and misses < 2:
            struck = killed(str(corpus.engine.url), randomness.uniform(0, life))
            hit, misses = hit + struck, misses + (not struck)
    return hit


def wrong(corpus: Corpus, undisturbed: Corpus) -> list[str]:
    """Return what is wrong with a corpus whose updates were killed."""
    names = ("families", "stories", "matches")
    pairs = zip(names, result(corpus), result(undisturbed), strict=True)
    return [f"other {name} than undisturbed" for name, one, other in pairs if one != other] + check(corpus)


def _at_work(stage: str, done: int, total: int) -> None:
    """Tell that the update has begun, once: nobody reads on."""
    if stage == "reading" and not done:
        print(stage, flush=True)


def main() -> int:
    """Run it; return 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", nargs="?", type=int, default=30)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--child", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        with Corpus.open(asked.child) as corpus, patch("dedup.updating._AT_ONCE", _STEP):
            update(corpus, progress=_at_work)
        return 0
    print(f"{asked.kills} kills, random seed {asked.seed}")
    found, gone = batches(asked.articles, asked.seed)
    with tempfile.TemporaryDirectory() as folder:
        paths = [f"sqlite:///{Path(folder) / name}.db" for name in ("killed", "whole")]
        with Corpus.open(paths[0]) as corpus, Corpus.open(paths[1]) as whole:
            hit = disturbed(corpus, found, gone, asked.kills, random.Random(asked.seed))
            update(corpus)
            for batch in found:
                whole.add(batch)
            for address in gone:
                whole.remove(address)
            update(whole)
            faults = wrong(corpus, whole)
            print(f"{hit} of {asked.kills} kills hit an update of {corpus.count():,} articles")
    print("\n".join(faults) or "families, stories, matches as undisturbed; `dedup check` finds nothing")
    return 1 if faults or hit < asked.kills else 0


if __name__ == "__main__":
    sys.exit(main())
