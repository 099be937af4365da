"""Walls that hold at run time too."""

import re
import subprocess
import sys
from pathlib import Path

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


def test_credits_of_imported_texts_need_nothing_of_a_crawl() -> None:
    done = run(
        "import sys, crawler.attributed\n"
        "print([name for name in ('scrapy', 'lxml', 'trafilatura', 'py3langid') if name in sys.modules])"
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_no_command_of_scrapy_waits_for_what_is_slow_to_load() -> None:
    # Scrapy imports the modules of all commands, whichever is called.
    done = run(
        "import sys, crawler.extensions, crawler.pipelines, crawler.spiders.news\n"
        "from scrapy.utils.misc import load_object, walk_modules_iter; list(walk_modules_iter('crawler.commands'))\n"
        "from crawler.settings import EXTENSIONS_BASE; [load_object(path) for path in EXTENSIONS_BASE]\n"
        "slow = ('numba', 'scipy', 'datasketch', 'trafilatura', 'jinja2', 'aiohttp')\n"
        "print([name for name in slow if name in sys.modules])"
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_what_dedup_needs_alone_is_listed_without_the_crawler() -> None:
    home = Path(__file__).resolve().parents[1]
    needed = {line for line in (home / "dedup" / "requirements.txt").read_text().split("\n") if line.isidentifier()}
    imported = {
        word
        for path in (home / "dedup").rglob("*.py")
        for word in re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    # Those of extras are named where they are missing.
    others = (
        imported
        - sys.stdlib_module_names
        - {"dedup", "flask", "model2vec", "pyarrow", "pyspark", "waitress", "werkzeug"}
    )
    assert others == needed


def test_what_another_package_cannot_hand_over_is_left_out() -> None:
    done = run(
        "import sys; sys.modules['lxml'] = None; sys.modules['scrapy'] = None\n"
        "from dedup.handed import handed; sys.exit(len(handed('gema.clean')))"
    )
    assert done.returncode == 0, done.stderr
