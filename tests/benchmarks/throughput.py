"""Pages a second of a whole crawl with extraction, beside what two cores could do at most, and beside other extractors.

`python -m tests.benchmarks.throughput [PAGES] [--peers PYTHON]`; the pages are those of `aeb` in GEMA_SHARED, served
from loopback. PYTHON is an interpreter that has news-please and newspaper4k, which are no part of this project.
"""

import argparse
import gzip
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from importlib.metadata import version
from pathlib import Path

from crawler import extraction
from crawler.page import Page
from tests.benchmarks.crawl_cost import MEASURED, WITHOUT_EXTRACTION
from tests.benchmarks.page_server import Served, serving, settings
from tests.shared import SHARED

HOSTS = 16
_HOME = Path(__file__).parents[2]
_TICKS = os.sysconf("SC_CLK_TCK")
# What the extracting processes took, which are all gone by then.
_CHILDREN = (
    "atexit.register(lambda: print('CHILDREN_CPU', sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2]), "
    "file=sys.__stderr__, flush=True))"
)


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds: of the clock, of the crawling process, of the extracting ones."""

    clock: float
    own: float
    children: float

    def less(self, start: "Taken", pages: int) -> "Taken":
        """Return what each of `pages` took more than the start."""
        mine, its = astuple(self), astuple(start)
        return Taken(*((one - other) / pages for one, other in zip(mine, its, strict=True)))


def real_pages() -> list[Path]:
    """Return the files of the pages; raises SystemExit where they are not there."""
    found = sorted((SHARED / "data" / "aeb" / "html").glob("*.html.gz"))
    if not found:
        raise SystemExit(f"no pages in {SHARED}/data/aeb/html: set GEMA_SHARED")
    return found


def crawl(served: Served, light: bool) -> Taken:
    """Return what a crawl of all served pages takes; `light`: nothing is extracted."""
    with tempfile.TemporaryDirectory() as folder:
        seeds = Path(folder) / "seeds.txt"
        seeds.write_text("".join(f"{feed} kind=sitemap paging=off\n" for feed in served.feeds))
        own = settings(
            served,
            EXTRACTION_WORKERS=2,
            CORPUS_URL=f"sqlite:///{folder}/corpus.db",
            ARCHIVE_DIR=f"{folder}/warc",
        )
        program = MEASURED.replace("{more}", f"{_CHILDREN}; {WITHOUT_EXTRACTION if light else 'pass'}")
        command = [sys.executable, "-c", program, "crawl", "news", "-a", f"seeds={seeds}", *own]
        began = time.monotonic()
        done = subprocess.run(command, cwd=_HOME, capture_output=True, text=True, check=False)
        taken = time.monotonic() - began
    cpu, children = (re.search(rf"{name}_CPU ([\d.]+)", done.stderr) for name in ("OWN", "CHILDREN"))
    fetched = re.search(r"(\d+) pages fetched", done.stderr)
    if not cpu or not children or not fetched or int(fetched[1]) < served.pages:
        raise RuntimeError(f"exit code {done.returncode}\n{done.stderr[-3000:]}")
    return Taken(taken, float(cpu[1]), float(children[1]))


def extraction_s(pages: Sequence[Path]) -> float:
    """Return the CPU seconds a page of our extraction."""
    bodies = [gzip.decompress(path.read_bytes()) for path in pages]
    extraction.read([Page("https://a.example/berita/1/satu", bodies[0], "text/html")])
    began = time.process_time()
    for number, body in enumerate(bodies):
        extraction.read([Page(f"https://a.example/berita/{number}/satu-dua-tiga", body, "text/html")])
    return (time.process_time() - began) / len(bodies)


def cpu_of(process: int) -> float:
    """Return the CPU seconds another process has taken."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def against_the_ceiling(pages: Sequence[Path], number: int) -> None:
    """Print the rate of a whole crawl, and of what it consists."""
    given = [gzip.decompress(path.read_bytes()) for path in pages]
    few = number // 4
    with serving(few, HOSTS, given=given) as start, serving(number, HOSTS, given=given) as whole:
        more = whole.pages - start.pages
        before = cpu_of(start.process), cpu_of(whole.process)
        light = [crawl(served, light=True) for served in (start, whole)]
        server = (cpu_of(whole.process) - before[1] - cpu_of(start.process) + before[0]) / more
        full = [crawl(served, light=False) for served in (start, whole)]
    alone, read, together = light[1].less(light[0], more), extraction_s(pages), full[1].less(full[0], more)
    rate, ceiling = 1 / together.clock, 2 / (server + alone.own + read)
    busy = (server + together.own + together.children) / together.clock
    print(f"{more} pages, archive on, 2 extracting processes; CPU ms a page")
    print(f"  each alone: server {1000 * server:.1f}, crawl {1000 * alone.own:.1f}, extraction {1000 * read:.1f}")
    print(
        f"  together: crawl {1000 * together.own:.1f}, extraction {1000 * together.children:.1f}; {busy:.2f} cores busy"
    )
    print(f"  ceiling of two cores {ceiling:.1f} pages/s; crawled {rate:.1f} pages/s: {100 * rate / ceiling:.0f} %")


def beside_peers(pages: Sequence[Path], python: str) -> None:
    """Print what the extractors of other projects take for the same pages."""
    script = Path(__file__).with_name("peers.py")
    done = subprocess.run(
        [python, script, *pages], capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": ""}
    )
    ours = extraction_s(pages)
    print(f"  {'gema':24} {1000 * ours:7.1f} ms a page, {1 / ours:6.1f} pages a CPU second")
    for name, seconds in json.loads(done.stdout.splitlines()[-1]).items():
        if seconds is None:
            print(f"  {name:24} not installed there")
        else:
            print(f"  {name:24} {1000 * seconds:7.1f} ms a page, {seconds / ours:.1f} times ours")


def main() -> None:
    """Print the figures, and what they were measured on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="?", type=int, default=1_600)
    parser.add_argument("--peers", metavar="PYTHON", help="an interpreter that has news-please and newspaper4k")
    asked = parser.parse_args()
    python, scrapy, trafilatura = platform.python_version(), version("scrapy"), version("trafilatura")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {python}, Scrapy {scrapy}, trafilatura {trafilatura}")
    pages = real_pages()
    against_the_ceiling(pages, asked.pages)
    if asked.peers:
        beside_peers(pages, asked.peers)


if __name__ == "__main__":
    main()
