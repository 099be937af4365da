"""The crontab line of the README, run once by a real cron daemon with the bare environment that cron gives."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from dedup import Corpus, tables
from tests.crawler.crawls import PROJECT
from tests.crawler.stage import Stage

_TAB = Path("/etc/cron.d/gema-test")
# Cron looks once a minute.
_PATIENCE_S = 180

pytestmark = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0 or shutil.which("cron") is None,
    reason="needs root and Debian's cron; .ci/run has both",
)


def documented_line() -> str:
    """Return the README's crontab line."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^\d+ \* \* \* \* cd .*scrapy collect .*$", readme, re.MULTILINE)
    return str(line)


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return ""


@pytest.fixture
def cron() -> Iterator[None]:
    """Run the daemon, unless one runs already."""
    running = {_name(process) for process in Path("/proc").glob("[0-9]*")}
    daemon = None if "cron" in running else subprocess.Popen(["cron", "-f"])
    try:
        yield
    finally:
        _TAB.unlink(missing_ok=True)
        if daemon is not None:
            daemon.terminate()
            daemon.wait()


@pytest.mark.usefixtures("cron")
def test_the_documented_line_collects_under_cron(tmp_path: Path) -> None:
    line = documented_line()
    assert "%" not in line, "cron takes a bare % for a new line"
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 3))
        _, _, command = line.partition("cd ")
        folder, _, rest = command.partition(" ")
        assert "/.venv/bin/scrapy collect " in rest
        settings = " ".join(place.settings())
        rest = re.sub(r"\S+/\.venv", str(PROJECT / ".venv"), rest)
        rest = rest.replace("seeds/*.txt", f"{place.seeds} {settings} --reports {tmp_path}/reports")
        rest = re.sub(r">> \S+", f">> {tmp_path}/collect.log", rest)
        _TAB.write_text(f"CONTACT=https://example.org/bot\n* * * * * root cd {PROJECT} {rest}\n")
        _TAB.chmod(0o644)
        began = datetime.now(UTC)
        until = time.monotonic() + _PATIENCE_S
        while not (tmp_path / "reports" / "latest" / "index.html").exists() and time.monotonic() < until:
            time.sleep(1)
        _TAB.unlink()
        log = (tmp_path / "collect.log").read_text() if (tmp_path / "collect.log").exists() else "no log"
        assert (tmp_path / "reports" / "latest" / "index.html").exists(), f"{folder}: {log}"
        with Corpus.open(place.corpus_url) as corpus, corpus.reading() as connection:
            codes = connection.execute(select(tables.runs.c.exit_code, tables.runs.c.arguments)).all()
        assert codes[0].exit_code == 0, log
        assert "max_time" in codes[0].arguments
        assert len(place.articles()) == 3
        assert began < datetime.now(UTC)
