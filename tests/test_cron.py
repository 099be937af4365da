"""The crontab line of the README, run once by a real cron daemon with the bare environment that cron gives."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from dedup import Corpus, tables
from tests.crawler.crawls import PROJECT
from tests.crawler.stage import Stage

_TAB = Path("/etc/cron.d/gema-test")
# Cron looks once a minute.
_PATIENCE_S = 300

pytestmark = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0 or shutil.which("cron") is None,
    reason="needs root and Debian's cron; .ci/run has both",
)


def documented_line() -> str:
    """Return the README's crontab line."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^\d+ \* \* \* \* cd .*scrapy collect .*$", readme, re.MULTILINE)
    return str(line)


def _text(file: Path) -> str:
    return file.read_text() if file.exists() else "none"


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return ""


@contextmanager
def cron(lines: str, folder: Path) -> Iterator[str]:
    """Put up a table with these lines and run the daemon, unless one runs already; yield which one it is."""
    running = {_name(process) for process in Path("/proc").glob("[0-9]*")}
    written = folder / "tab"
    written.write_text(lines)
    written.chmod(0o644)
    # In one step, and before the daemon starts: it must not meet half a table.
    shutil.copy2(written, _TAB.with_suffix(".half"))
    _TAB.with_suffix(".half").rename(_TAB)
    daemon = None if "cron" in running else subprocess.Popen(["cron", "-f"])
    try:
        yield "a daemon that ran before" if daemon is None else f"our daemon, process {daemon.pid}"
    finally:
        _TAB.unlink(missing_ok=True)
        if daemon is not None:
            daemon.terminate()
            daemon.wait()


def test_the_documented_line_collects_under_cron(tmp_path: Path) -> None:
    line = documented_line()
    assert "%" not in line, "cron takes a bare % for a new line"
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 3))
        _, _, command = line.partition("cd ")
        _, _, rest = command.partition(" ")
        assert "/.venv/bin/scrapy collect " in rest
        settings = " ".join(place.settings())
        rest = re.sub(r"\S+/\.venv", str(PROJECT / ".venv"), rest)
        rest = rest.replace("seeds/*.txt", f"{place.seeds} {settings} --reports {tmp_path}/reports")
        rest = re.sub(r">> \S+", f">> {tmp_path}/collect.log", rest)
        # The second line tells a cron that runs nothing from a command that fails.
        lines = (
            "CONTACT=https://example.org/bot\n"
            f"* * * * * root cd {PROJECT} {rest}\n"
            f"* * * * * root date >> {tmp_path}/minutes\n"
        )
        report = tmp_path / "reports" / "latest" / "index.html"
        began = datetime.now(UTC)
        with cron(lines, tmp_path) as daemon:
            until = time.monotonic() + _PATIENCE_S
            while not report.exists() and time.monotonic() < until:
                time.sleep(1)
        log = _text(tmp_path / "collect.log")
        assert report.exists(), f"{daemon}; minutes it ran: {_text(tmp_path / 'minutes')}; log: {log}"
        with Corpus.open(place.corpus_url) as corpus, corpus.reading() as connection:
            codes = connection.execute(select(tables.runs.c.exit_code, tables.runs.c.arguments)).all()
        assert codes[0].exit_code == 0, log
        assert "max_time" in codes[0].arguments
        assert len(place.articles()) == 3
        assert began < datetime.now(UTC)
