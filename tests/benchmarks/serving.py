"""How soon `dedup serve` answers: pages of a corpus, drawn at random, asked for by several readers at once.

`python -m tests.benchmarks.serving [CORPUS] [--articles N] [--clients N] [--pages N] [--seed N]`

CORPUS is the address of a grouped corpus, which is only read; without one, N made-up articles are grouped first,
without stories. The server runs as its own process. Every reader asks again as soon as it has its answer, which no
person does. Printed are how long it took until all pages were there, and then for pages never asked for before (cold),
for the same ones again (warm), and with what the reader has already (304): milliseconds at the 50th, 95th and 99th
percentile and the longest, of each kind of page, and pages a second.
"""

import argparse
import os
import platform
import random
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from dedup import Corpus
from dedup.corpus.readonly import open_to_read
from dedup.corpus.schema import articles as listed
from dedup.corpus.schema import family_members, story_families
from dedup.serving.places import Places
from tests.benchmarks.growth import day_by_day, updated
from tests.quality.generated.corpus import articles

_WORDS = ("banjir", "jakarta", "gempa", "harga beras", "presiden", "timnas", "pilkada", "cuaca", "rupiah", "kereta")
_READY_S = 900


@dataclass(frozen=True, slots=True)
class Asked:
    """A page that was asked for: its kind, the status and tag of the answer, its bytes, and how long it took."""

    kind: str
    place: str
    status: int
    tag: str
    size: int
    seconds: float


def places(address: str, count: int, draw: random.Random) -> list[tuple[str, str]]:
    """Return so many pages to ask for, each once: two of five are families, two stories, the others all else."""
    links = Places()
    family, story = family_members.c.family, story_families.c.story
    with open_to_read(address) as corpus, corpus.reading() as connection:
        families, stories = (
            list(connection.execute(select(name).group_by(name).having(func.count() > 1)).scalars())
            for name in (family, story)
        )
        sites = list(connection.execute(select(listed.c.site).distinct()).scalars())
    share = max(1, count * 2 // 5)
    found = [("family", links.family(name)) for name in draw.sample(families, min(share, len(families)))]
    found += [("story", links.story(name)) for name in draw.sample(stories, min(share, len(stories)))]
    found += [("site", links.site(name)) for name in draw.sample(sites, min(count // 10, len(sites)))]
    found += [("search", f"/search?q={draw.choice(_WORDS).replace(' ', '+')}&page={n}") for n in range(count // 20)]
    found += [("overview", "/")] * (count // 40) + [("asset", "/assets/gema.css")] * (count // 40)
    draw.shuffle(found)
    return found


@contextmanager
def serving(address: str) -> Iterator[int]:
    """Run the server; yield its port once all pages are there."""
    command = [sys.executable, "-m", "dedup.cli", "serve", "--port", "0", "--zone", "UTC", "--corpus", address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            found = re.search(r":(\d+)/", server.stdout.readline())
            assert found, "the server did not start"
            port, began = int(found[1]), time.perf_counter()
            while ask(HTTPConnection("127.0.0.1", port), "overview", "/").status != 200:
                assert time.perf_counter() - began < _READY_S, "the whole was never there"
                time.sleep(0.5)
            print(f"all pages after {time.perf_counter() - began:.1f} s; the server holds {_memory(server.pid):,} MB")
            yield port
            print(f"at the end it holds {_memory(server.pid):,} MB")
        finally:
            server.terminate()


def ask(connection: HTTPConnection, kind: str, place: str, tag: str = "") -> Asked:
    """Ask for a page; the time is from the first byte sent to the last received."""
    began = time.perf_counter()
    connection.request("GET", place, headers={"If-None-Match": tag} if tag else {})
    answer = connection.getresponse()
    size = len(answer.read())
    return Asked(kind, place, answer.status, answer.headers.get("ETag", ""), size, time.perf_counter() - began)


def all_asked(port: int, wanted: Sequence[tuple[str, str]], clients: int, tags: Mapping[str, str]) -> list[Asked]:
    """Ask for all, by so many readers at once, each with a connection of its own."""

    def read(some: Sequence[tuple[str, str]]) -> list[Asked]:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            return [ask(connection, kind, place, tags.get(place, "")) for kind, place in some]
        finally:
            connection.close()

    with ThreadPoolExecutor(clients) as readers:
        return [each for some in readers.map(read, [wanted[n::clients] for n in range(clients)]) for each in some]


def _memory(process: int) -> int:
    said = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return int(said.split("VmRSS:")[1].split()[0]) // 1024


def _print(name: str, found: Sequence[Asked], seconds: float) -> None:
    kinds: defaultdict[str, list[Asked]] = defaultdict(list)
    for each in found:
        kinds[each.kind].append(each)
    statuses = sorted({each.status for each in found})
    print(f"{name}: {len(found) / seconds:,.0f} pages a second, answers {', '.join(map(str, statuses))}")
    for kind, some in (("all", list(found)), *sorted(kinds.items())):
        took = sorted(each.seconds * 1_000 for each in some)
        at = [took[min(len(took) - 1, int(len(took) * share))] for share in (0.5, 0.95, 0.99)]
        size = sum(each.size for each in some) / len(some) / 1024
        line = "  ".join(f"{each:7.1f}" for each in (*at, took[-1]))
        print(f"  {kind:9} {len(some):6,}  p50, p95, p99, longest: {line} ms  {size:6.1f} KB each")


def _made(folder: Path, count: int) -> str:
    address = f"sqlite:///{folder}/serving.db"
    with Corpus.open(address) as corpus:
        corpus.add(islice(day_by_day(articles(count, 7)), count))
    updated(address, False)
    return address


def main() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", nargs="?")
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--pages", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, seed {asked.seed}")
    print(f"load before: {os.getloadavg()[0]:.1f}, {asked.clients} clients")
    with TemporaryDirectory() as folder:
        address = asked.corpus or _made(Path(folder), asked.articles)
        wanted = places(address, asked.pages, random.Random(asked.seed))
        with serving(address) as port:
            tags: dict[str, str] = {}
            for name in ("cold", "warm", "304"):
                began = time.perf_counter()
                found = all_asked(port, wanted, asked.clients, tags if name == "304" else {})
                _print(name, found, time.perf_counter() - began)
                tags = {each.place: each.tag for each in found if each.tag}
    return 0


if __name__ == "__main__":
    sys.exit(main())
