"""Killed again and again at random moments, then left to finish: is it what an undisturbed run collects?

`python -m tests.benchmarks.crashes [KILLS] [--seed N]`

SIGKILL hits the crawling process wherever it is: fetching, storing, archiving, starting. At the end the corpus must
hold the articles of an undisturbed run, each once, the database and every WARC file must be sound, and no process
left over.
"""

import argparse
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.crawler import crawls
from tests.crawler.crawls import NOW, Place
from tests.newsroom.server import Newsroom
from tests.newsroom.texts import load

# Starting takes two to three seconds of these.
_LIFE_S = (1.5, 5.5)


def killed(place: Place, kills: int, randomness: random.Random) -> int:
    """Start the crawl and kill it, so many times; return how often it was alive to be killed."""
    hit = 0
    for number in range(kills):
        life = randomness.uniform(*_LIFE_S)
        code = crawls.run_until(partial(_is_past, time.monotonic() + life), *place.command(*crawls.IN_A_PROCESS))
        hit += code == -signal.SIGKILL
        done = len(place.articles()) if (place.folder / "corpus.db").exists() else 0
        print(f"  kill {number + 1:2}: after {life:4.1f} s, exit code {code:3}, {done} articles so far", flush=True)
    return hit


def _is_past(moment: float) -> bool:
    return time.monotonic() >= moment


def wrong(place: Place, undisturbed: Place) -> list[str]:
    """Return what is wrong with a place whose crawl was killed and then left to finish."""
    found = []
    told = [[(each.url, each.title, each.text) for each in one.articles()] for one in (place, undisturbed)]
    if sorted(told[0]) != sorted(told[1]):
        found.append(f"{len(told[0])} articles, {len(told[1])} in the undisturbed run, or other texts")
    urls = [url for url, _, _ in told[0]]
    if len(set(urls)) != len(urls):
        found.append("an article is there twice")
    with sqlite3.connect(place.folder / "corpus.db") as database:
        (sound,) = database.execute("PRAGMA integrity_check").fetchone()
    found += [] if sound == "ok" else [f"integrity_check: {sound}"]
    found += [f"{path.name} was left open" for path in place.warc.glob("*.open")]
    for path in sorted(place.warc.glob("*.warc.gz")):
        command = [sys.executable, "-m", "warcio.cli", "check", str(path)]
        checked = subprocess.run(command, capture_output=True, check=False)
        found += [f"{path.name}: {checked.stdout.decode()[-300:]}"] if checked.returncode else []
    return found + left_over(place)


def left_over(place: Place) -> list[str]:
    """Return the processes that still name this place, or extract with no parent of theirs left."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if str(place.folder) in command or ("crawler.worker" in command and parent == "1"):
            found.append(f"process {process.name} is left: {command[:100]}")
    return found


def main() -> int:
    """Run it; return 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", nargs="?", type=int, default=30)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    asked = parser.parse_args()
    print(f"{asked.kills} kills, random seed {asked.seed}")
    with Newsroom(load(), NOW, delay_s=0.4) as newsroom, tempfile.TemporaryDirectory() as folder:
        places = []
        for name in ("undisturbed", "killed"):
            (Path(folder) / name).mkdir()
            places.append(crawls.at(Path(folder) / name, newsroom))
        undisturbed, place = places
        first = crawls.run(*undisturbed.command(*crawls.IN_A_PROCESS))
        hit = killed(place, asked.kills, random.Random(asked.seed))
        last = crawls.run(*place.command(*crawls.IN_A_PROCESS))
        time.sleep(1)
        found = wrong(place, undisturbed)
        found += [f"exit codes {first.code}, {last.code}: {last.err[-500:]}"] if first.code or last.code else []
        print(f"{hit} of {asked.kills} kills hit a running crawl; {len(place.articles())} articles at the end")
    print("\n".join(found) or "the same articles as undisturbed, none twice, database and WARC sound, no process left")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
