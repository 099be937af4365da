"""Disks that fill up and databases that others hold: the run ends with a clear word, and the next one completes it."""

import gzip
import random
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dedup import Corpus
from tests.crawler import crawls
from tests.crawler.crawls import PROJECT, Ended, Place
from tests.crawler.stage import Said, Stage, article

# Every connection of the process may use so many pages of the database, as on a disk that has no more.
_SMALL_DISK = """
import runpy, sys
from sqlalchemy import Engine, event

_, pages, _, *rest = sys.argv

@event.listens_for(Engine, "connect")
def limit(connection, _):
    connection.execute(f"PRAGMA max_page_count = {pages}")

sys.argv = ["scrapy", *rest]
runpy.run_module("scrapy", run_name="__main__")
"""

# No file of the process grows over so many bytes.
_SMALL_FILES = """
import resource, runpy, sys
from crawler import workers

_, most, _, *rest = sys.argv
workers.MODULE = "tests.crawler.roomy_worker"
resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), resource.RLIM_INFINITY))
sys.argv = ["scrapy", *rest]
runpy.run_module("scrapy", run_name="__main__")
"""


def sound(place: Place) -> bool:
    """Tell whether a place's database and all its WARC files are whole."""
    with sqlite3.connect(place.folder / "corpus.db") as database:
        (word,) = database.execute("PRAGMA integrity_check").fetchone()
    checks = [
        subprocess.run([sys.executable, "-m", "warcio.cli", "check", str(path)], capture_output=True, check=False)
        for path in place.warc.glob("*.warc.gz")
    ]
    return word == "ok" and bool(checks) and not any(check.returncode for check in checks)


def test_a_full_database_ends_the_run_and_the_next_completes_it(tmp_path: Path) -> None:
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 40))
        Corpus.open(place.corpus_url).close()
        with sqlite3.connect(tmp_path / "corpus.db") as database:
            (pages,) = database.execute("PRAGMA page_count").fetchone()
        ended = _within(_SMALL_DISK, pages + 2, place)
        assert ended.code == 4, ended.err
        assert "database or disk is full" in ended.err
        assert "Traceback" not in ended.err
        last = crawls.run(*place.command())
        assert last.code == 0, last.err
        assert len(place.articles()) == 40
        assert sound(place)


def test_a_full_disk_of_the_archive_ends_the_run_and_the_next_completes_it(tmp_path: Path) -> None:
    randomness = random.Random(3)
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 30))
        for path in [path for path in stage.play["desa.test"] if path.startswith("/berita/")]:
            noise = f"<!-- {randomness.randbytes(240_000).hex()} -->"
            body = article(f"Kabar dari desa nomor {path[8:14]}").body.replace(b"</body>", f"{noise}</body>".encode())
            packed = gzip.compress(body, 1, mtime=0)
            stage.play["desa.test"][path] = Said(packed, headers={"Content-Encoding": "gzip"})
        ended = _within(_SMALL_FILES, 4_000_000, place)
        assert ended.code == 4, ended.err
        assert "cannot write to the archive" in ended.err
        assert "Traceback" not in ended.err
        last = crawls.run(*place.command())
        assert last.code == 0, last.err
        assert len(place.articles()) == 30, last.err
        files = {path.name for path in place.warc.iterdir()}
        assert {each.archived.partition("#")[0] for each in place.articles()} <= files
        assert sound(place)


def test_a_database_that_another_process_holds_for_20_seconds_is_waited_for(tmp_path: Path) -> None:
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 5))
        with Corpus.open(place.corpus_url) as corpus, ThreadPoolExecutor(1) as other:
            with corpus.transaction():
                crawl = other.submit(crawls.run, *place.command())
                time.sleep(20)
            ended = crawl.result()
        assert ended.code == 0, ended.err
        assert len(place.articles()) == 5
        assert len({asked.path for asked in stage.asked}) == len(stage.asked)


def _within(program: str, most: int, place: Place) -> Ended:
    done = subprocess.run(
        [sys.executable, "-c", program, str(most), *place.command(*crawls.IN_A_PROCESS)],
        cwd=PROJECT,
        env=crawls.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)
