"""While extraction is slow, nothing more is downloaded than can wait for it."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.crawler.crawls import IN_A_PROCESS, PROJECT, environment
from tests.crawler.stage import Stage

# What the crawl may have in hand of one host, beside its listing.
_PER_HOST = 6
_PROGRAM = (
    "import runpy, sys; from crawler import workers; workers.MODULE = 'tests.crawler.patient_worker'; "
    "sys.argv[0] = 'scrapy'; runpy.run_module('scrapy', run_name='__main__')"
)


def wait_until(condition: Callable[[], bool], limit_s: float = 60) -> None:
    until = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(0.02)


def test_downloads_wait_for_extraction(tmp_path: Path) -> None:
    hosts, articles = ("desa.test", "kota.test"), 30
    with Stage() as stage:
        place = stage.place(tmp_path, *(stage.outlet(host, articles) for host in hosts))
        go = tmp_path / "go"

        def fetched(host: str) -> int:
            return sum(path.startswith("/berita/") for path in stage.paths(host))

        command = [sys.executable, "-c", _PROGRAM, *place.command(*IN_A_PROCESS)[1:]]
        with subprocess.Popen(
            command, cwd=PROJECT, env=environment() | {"GO": str(go)}, stderr=subprocess.PIPE, text=True
        ) as crawl:
            try:
                wait_until(lambda: all(fetched(host) == _PER_HOST for host in hosts))
                # Long enough for dozens of pages, if anything still fetched them.
                time.sleep(2)
                assert [fetched(host) for host in hosts] == [_PER_HOST, _PER_HOST]
            finally:
                go.touch()
            _, err = crawl.communicate(timeout=60)
        assert crawl.returncode == 0, err
        assert [fetched(host) for host in hosts] == [articles, articles]
        assert len(place.articles()) == len(hosts) * articles
