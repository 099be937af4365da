"""`make demo`: the whole way once, on this machine: serve the press, crawl it, group it, report."""

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from dedup import Corpus, tables
from tests.newsroom.server import Newsroom
from tests.newsroom.texts import load

HOME = Path(__file__).resolve().parents[2]
PLACE = HOME / "data" / "demo"
# A Sunday morning in Jakarta: the fixture lists and market prices of the press speak of that week.
CLOCK = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def main() -> int:
    """Run the demo; return the exit code of the first step that failed, 0 when all went well."""
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    began = time.monotonic()
    with Newsroom(load(), CLOCK) as newsroom:
        seeds = PLACE / "seeds.txt"
        seeds.write_text("# The demo press, served on this machine\n" + "\n".join(newsroom.seeds()) + "\n", "utf-8")
        print(f"A press of {len(newsroom.hosts)} outlets is being served on this machine. Crawling it ...", flush=True)
        failed = _run("scrapy", "crawl", "news", "-a", f"seeds={seeds}", *_settings(newsroom))
    report = ("dedup", "report", "--zone", "Asia/Jakarta", "--archive", PLACE / "warc", "--out", PLACE / "reports")
    if not failed:
        failed = _run("dedup", "update") or _run(*map(str, report))
    if failed:
        print(f"The demo ends here: the last step ended with exit code {failed}.", file=sys.stderr)
        return failed
    print(f"\n{_summary()} in {time.monotonic() - began:.0f} s")
    print(f"Open the report in a browser: {PLACE / 'reports' / 'latest' / 'index.html'}")
    return 0


def _settings(newsroom: Newsroom) -> list[str]:
    settings = {
        "GUARD_ALLOW": newsroom.guard_allow,
        "NOW": CLOCK.isoformat(),
        # These outlets are ours: nobody is kept waiting.
        "DOWNLOAD_DELAY": "0",
        "ARCHIVE_DIR": str(PLACE / "warc"),
    }
    return [word for name, value in settings.items() for word in ("-s", f"{name}={value}")]


def _run(*command: str) -> int:
    program = Path(sys.executable).with_name(command[0])
    shown = [word for word in command if "=" not in word or word.startswith("seeds=")]
    print(f"\n$ {' '.join(word for word in shown if word != '-s')}", flush=True)
    environment = os.environ | {"CORPUS_URL": _corpus()}
    return subprocess.run([str(program), *command[1:]], cwd=HOME, env=environment, check=False).returncode


def _corpus() -> str:
    return f"sqlite:///{PLACE / 'corpus.db'}"


def _summary() -> str:
    with Corpus.open(_corpus()) as corpus, corpus.reading() as connection:
        counts = json.loads(connection.execute(select(tables.runs.c.counts)).scalars().all()[-1])
        families = connection.execute(select(tables.family_members.c.family)).scalars().all()
        told = connection.execute(select(tables.story_families.c.story)).scalars().all()
        articles = corpus.count()
    copied = sum(families.count(family) > 1 for family in set(families))
    stories = sum(told.count(story) > 1 for story in set(told))
    return (
        f"{counts['pages/fetched']} pages fetched, {articles} articles, {len(set(families))} families "
        f"({copied} of several articles), {len(set(told))} stories ({stories} of several families)"
    )


if __name__ == "__main__":
    sys.exit(main())
