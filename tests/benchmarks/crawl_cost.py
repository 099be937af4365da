"""What a page costs the crawling process, beside a bare Scrapy spider: CPU without extraction, and memory over time.

`python -m tests.benchmarks.crawl_cost [PAGES] [--memory PAGES]`
"""

import argparse
import os
import platform
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.page_server import Served, serving, settings

ROUNDS = 5
_BARE = Path(__file__).with_name("bare_spider.py")
# The process tells at its end what it took itself: the extracting processes are not in it.
MEASURED = (
    "import resource, runpy, sys, atexit; "
    "atexit.register(lambda: print('OWN_CPU', "
    "sum(resource.getrusage(resource.RUSAGE_SELF)[:2]), file=sys.__stderr__, flush=True)); "
    "{more}; sys.argv = ['scrapy', *sys.argv[1:]]; runpy.run_module('scrapy', run_name='__main__')"
)
# What is measured is the crawl: pages are extracted elsewhere, here by next to nothing, so that both crawls can run
# as fast as they are able to.
WITHOUT_EXTRACTION = "from crawler import workers; workers.MODULE = 'tests.benchmarks.light_worker'"


def crawl(served: Served, place: Path, archive: bool) -> list[str]:
    """Return the command of our crawl into an empty corpus."""
    seeds = place / "seeds.txt"
    seeds.write_text("".join(f"{feed} kind=sitemap\n" for feed in served.feeds))
    own = settings(
        served, CORPUS_URL=f"sqlite:///{place}/corpus.db", ARCHIVE_DIR=place / "warc", ARCHIVE_ENABLED=int(archive)
    )
    return ["crawl", "news", "-a", f"seeds={seeds}", *own]


def bare(served: Served) -> list[str]:
    """Return the command of a bare spider that downloads the same pages and reads their titles."""
    return ["runspider", str(_BARE), "-a", f"feeds={','.join(served.feeds)}", "-s", "LOG_LEVEL=ERROR"]


def seconds(command: list[str], folder: Path, pages: int) -> float:
    """Return the CPU seconds of the process that runs `scrapy COMMAND`.

    Raises RuntimeError where it failed or did not get all `pages`.
    """
    home, more = (Path(__file__).parents[2], WITHOUT_EXTRACTION) if command[0] == "crawl" else (folder, "pass")
    program = MEASURED.replace("{more}", more)
    done = subprocess.run(
        [sys.executable, "-c", program, *command], cwd=home, capture_output=True, text=True, check=False
    )
    found = re.search(r"OWN_CPU ([\d.]+)", done.stderr)
    told = re.search(r"PAGES (\d+)|articles: (\d+) new", done.stderr)
    if done.returncode or not found or not told or pages != int(told[1] or told[2]):
        raise RuntimeError(f"{command}: exit code {done.returncode}\n{done.stderr[-3000:]}")
    return float(found[1])


def per_page(kind: str, few: Served, many: Served) -> float:
    """Return milliseconds of CPU a page: the difference of two runs, so that starting does not count."""
    taken = []
    for served in (few, many):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            command = bare(served) if kind == "bare" else crawl(served, place, archive=kind == "archived")
            taken.append(seconds(command, place, served.pages))
    return 1000 * (taken[1] - taken[0]) / (many.pages - few.pages)


def cost(pages: int) -> None:
    """Print CPU a page of the three, and the ratios of one round."""
    kinds = ("bare", "plain", "archived")
    found: dict[str, list[float]] = {kind: [] for kind in kinds}
    with serving(pages // 10) as few, serving(pages) as many:
        for number in range(ROUNDS):
            for kind in kinds[number % 3 :] + kinds[: number % 3]:
                found[kind].append(per_page(kind, few, many))
    print(f"CPU ms a page of the crawling process, {pages} pages of 55 KB sent gzip-encoded, {ROUNDS} rounds")
    for kind, label in zip(kinds, ("bare Scrapy, titles", "Gema, archive off", "Gema, archive on"), strict=True):
        ratios = [own / other for own, other in zip(found[kind], found["bare"], strict=True)]
        ratio = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
        print(f"  {label:22} {statistics.median(found[kind]):6.2f} ms   ratio {ratio}")


def memory(pages: int) -> None:
    """Print the resident memory of the crawling process as a crawl of so many pages goes on."""
    with serving(pages, size=20_000) as served, tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        program = MEASURED.replace("{more}", WITHOUT_EXTRACTION)
        command = [sys.executable, "-c", program, *crawl(served, place, archive=True), "-s", "LOG_LEVEL=ERROR"]
        process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
        print(f"Resident memory (MiB) of the crawling process over {served.pages} pages of 20 KB")
        began = time.monotonic()
        while process.poll() is None:
            time.sleep(10)
            status = Path(f"/proc/{process.pid}/status")
            found = re.search(r"VmRSS:\s+(\d+)", status.read_text() if status.exists() else "")
            if found:
                print(f"  {time.monotonic() - began:6.0f} s  {int(found[1]) // 1024:5}", flush=True)
        corpus = sqlite3.connect(place / "corpus.db")
        (articles,) = corpus.execute("SELECT count(*) FROM articles").fetchone()
        corpus.close()
        print(f"  exit code {process.returncode}, {articles} articles stored")


def main() -> None:
    """Print the figures that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="?", type=int, default=2_000)
    parser.add_argument("--memory", type=int, metavar="PAGES", help="only memory, over so many pages")
    asked = parser.parse_args()
    python, scrapy = platform.python_version(), version("scrapy")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {python}, Scrapy {scrapy}")
    if asked.memory:
        memory(asked.memory)
    else:
        cost(asked.pages)


if __name__ == "__main__":
    main()
