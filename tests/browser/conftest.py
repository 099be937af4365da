"""A browser, and the report of the press as a person would open it: from a file, with nothing else to reach."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dedup import Corpus, update
from tests.dedup.conftest import NOW
from tests.newsroom.articles import articles
from tests.newsroom.texts import load

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def program() -> str:
    """The path of a browser; skips where there is none, or nothing to drive it with."""
    pytest.importorskip("playwright.sync_api", reason="needs the extra `browser`; .ci/run installs it")
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("needs Debian's chromium; .ci/run installs it")
    return found


@pytest.fixture(scope="module")
def browser(program: str) -> Iterator["Browser"]:
    """A headless browser."""
    from playwright.sync_api import sync_playwright

    # As root Chromium starts without its sandbox or not at all.
    options = ["--no-sandbox"] if os.name == "posix" and os.geteuid() == 0 else []
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=options)
        yield started
        started.close()


@pytest.fixture(scope="session")
def address(program: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a corpus of the press, grouped; `program` is asked for so that nothing is made without one."""
    address = f"sqlite:///{tmp_path_factory.mktemp('corpus')}/corpus.db"
    with Corpus.open(address) as corpus:
        corpus.add(articles(load(), NOW))
        update(corpus, now=NOW)
    return address


@pytest.fixture(scope="session")
def report(address: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report of the press, written by `dedup report`."""
    return written(address, tmp_path_factory.mktemp("report"))


def written(address: str, folder: Path) -> Path:
    """Return the folder of a report that `dedup report` wrote."""
    program = Path(sys.executable).with_name("dedup")
    command = [str(program), "report", "--corpus", address, "--out", str(folder / "reports"), "--zone", "Asia/Jakarta"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Path(done.stdout.split()[-1]).parent


class Watched:
    """A page of the browser, with what it complained of and what it asked the network for."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)

    def _said(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(("file:", "data:")):
            self.requests.append(request.url)


@pytest.fixture
def watched(browser: "Browser", request: pytest.FixtureRequest) -> Iterator[Watched]:
    """A fresh page; `@pytest.mark.parametrize("watched", [{…}], indirect=True)` gives the browser's options."""
    context = browser.new_context(**getattr(request, "param", {"viewport": {"width": 1440, "height": 1000}}))
    context.set_default_timeout(20_000)
    yield Watched(context.new_page())
    context.close()
