"""Walls that hold at run time too."""

import subprocess
import sys

import pytest


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


def test_dedup_and_extraction_work_without_scrapy() -> None:
    done = run(
        "import sys; sys.modules['scrapy'] = None; sys.modules['twisted'] = None\n"
        "import dedup, dedup.updating, dedup.cli, crawler.extraction, crawler.discovery, crawler.worker"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("heavy", ["numba", "pyarrow", "scrapy", "wordfreq", "alembic", "datasketch"])
def test_importing_dedup_is_light(heavy: str) -> None:
    done = run(f"import sys, dedup; sys.exit({heavy!r} in sys.modules)")
    assert done.returncode == 0, f"import dedup loads {heavy}"
