"""Few articles wait for no compiler: numba is loaded where many are expected, or some and what it made is kept."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Article, Corpus, shingles
from dedup.compiler import WORTH_COMPILING, WORTH_LOADING
from tests.terminal import at_a_terminal

pytest.importorskip("numba", reason="needs numba: pip install 'gema-news[fast]'")

_HOME = Path(__file__).parents[2]
_FEW = """
import sys
from tempfile import TemporaryDirectory
from dedup import Corpus, compare, find, find_copies, update
from dedup.checking import check
from dedup.exports import export
from tests.quality.generated.corpus import articles

made = list(articles(30, 4))
compare(*made[:2])
assert find_copies(made).matches
with TemporaryDirectory() as folder, Corpus.open(f"sqlite:///{folder}/corpus.db") as corpus:
    corpus.add(made)
    assert update(corpus).matches
    assert find(corpus, made[0].text) and not check(corpus) and len(list(export(corpus, by="complete"))) == 30
print("numba" in sys.modules)
"""


def said(program: str, kept: Path | None = None) -> str:
    environment = os.environ | ({"NUMBA_CACHE_DIR": str(kept)} if kept else {})
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=_HOME,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_few_articles_load_no_compiler(tmp_path: Path) -> None:
    assert said(_FEW, tmp_path) == "False"
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("expected", "kept", "compiles"),
    [
        (WORTH_LOADING - 1, True, False),
        (WORTH_LOADING, True, True),
        (WORTH_COMPILING - 1, False, False),
        (WORTH_COMPILING, False, True),
    ],
)
def test_it_is_worth_loading_sooner_than_compiling(tmp_path: Path, expected: int, kept: bool, compiles: bool) -> None:
    if kept:
        (tmp_path / "a.nbi").touch()
    program = f"from dedup.compiler import compiles, expect; expect({expected}); expect(1); print(compiles())"
    assert said(program, tmp_path) == str(compiles)


def test_a_very_long_text_is_as_much_as_many() -> None:
    program = (
        "from dedup import cutting; from dedup.compiler import compiles\n"
        "cutting.cut(['satu dua tiga ' * 1_000]); print(compiles())\n"
        "cutting.cut(['satu dua ' * 500_000]); print(compiles())"
    )
    assert said(program).split() == ["False", "True"]


@pytest.mark.parametrize(
    ("numba", "articles", "told"),
    [(True, WORTH_COMPILING, "compiled first, once"), (False, WORTH_COMPILING, "pip install"), (False, 999, "")],
)
def test_who_waits_is_told_why(tmp_path: Path, numba: bool, articles: int, told: str) -> None:
    without = "" if numba else "import sys; sys.modules['numba'] = None\n"
    found = said(f"{without}from dedup.compiler import why_slow; print(why_slow({articles}))", tmp_path)
    assert told in found
    assert bool(found) == bool(told)


def test_an_update_says_so_at_a_terminal(tmp_path: Path) -> None:
    with Corpus.open(f"sqlite:///{tmp_path}/corpus.db") as corpus:
        corpus.add(Article(f"https://a.example/{number}", f"Nomor {number}.") for number in range(WORTH_COMPILING))
        program = f"import sys; sys.modules['numba'] = None\n{_UPDATE.format(corpus.address)}"
    shown, out, code = at_a_terminal([sys.executable, "-c", program], _HOME, os.environ)
    assert "dedup: numba is not installed" in shown
    assert (out.startswith("1,000 articles: "), code) == (True, 0)


_UPDATE = "from dedup.cli import main; main(['update', '--corpus', {!r}])"


def test_what_is_called_when_much_is_expected_is_compiled_from_then_on(tmp_path: Path) -> None:
    program = (
        "import sys, numpy as np\n"
        "from dedup import shingles\n"
        "from dedup.compiler import WORTH_COMPILING, expect\n"
        "some = np.arange(9, dtype=np.uint64)\n"
        "before = shingles.hashes64(some, 3)\n"
        "print('numba' in sys.modules); expect(WORTH_COMPILING)\n"
        "assert (shingles.hashes64(some, 3) == before).all(); print('numba' in sys.modules)"
    )
    assert said(program, tmp_path).split() == ["False", "True"]
    assert list(tmp_path.rglob("shingles.hashes64*.nbi"))


def test_what_was_compiled_is_compiled_anew_where_what_it_calls_has_changed(tmp_path: Path) -> None:
    """By itself numba would go on with what the called function was."""
    shutil.copytree(_HOME / "dedup", tmp_path / "dedup", ignore=shutil.ignore_patterns("__pycache__"))
    program = (
        "import sys; sys.path.insert(0, '.')\n"
        "import numpy as np\n"
        "from dedup.compiler import WORTH_COMPILING, expect\n"
        "expect(WORTH_COMPILING)\n"
        "from dedup import lookup\n"
        "print(lookup.__file__, lookup.places(np.arange(9, dtype=np.uint64), np.array([4], np.uint64)))"
    )
    # `places` stands in lookup.py with all that it calls; what is changed is another file.
    first = _in_folder(program, tmp_path)
    kept = {file: file.stat().st_mtime_ns for file in (tmp_path / "dedup").rglob("lookup.places*.nbi")}
    assert kept
    assert _in_folder(program, tmp_path) == first
    assert {file: file.stat().st_mtime_ns for file in kept} == kept
    with (tmp_path / "dedup" / "index.py").open("a", encoding="utf-8") as file:
        file.write("# compiled otherwise\n")
    assert _in_folder(program, tmp_path) == first
    assert {file: file.stat().st_mtime_ns for file in kept} != kept


def _in_folder(program: str, folder: Path) -> str:
    ended = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True)
    assert str(folder) in ended.stdout
    return ended.stdout


@given(st.lists(st.integers(0, 2**64 - 1)), st.integers(1, 5))
def test_shingles_are_hashed_alike_compiled_or_not(hashes: list[int], length: int) -> None:
    words = np.array(hashes, np.uint64)
    np.testing.assert_array_equal(shingles.hashes64(words, length), shingles.by_numpy(words, length))
