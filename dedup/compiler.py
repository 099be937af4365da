"""Whether anything is compiled: where numba is installed and enough texts are expected to be worth the wait."""

import os
from functools import cache
from pathlib import Path

# From so many texts on, loading what was compiled before takes less than doing without; so does compiling it anew.
WORTH_LOADING, WORTH_COMPILING = 100, 1_000
# Characters of a usual text: a very long one is as much work as many.
USUAL = 3_000


class _Expected:
    """How many texts were announced in this process, at most."""

    texts = 0


def expect(texts: int) -> None:
    """Announce how much work is coming: usual texts to read, or articles of a corpus that is gone through."""
    _Expected.texts = max(_Expected.texts, texts)


def compiles() -> bool:
    """Tell whether functions run compiled from now on: once they do in a process they always do."""
    least = WORTH_LOADING if _kept() else WORTH_COMPILING
    return _Expected.texts >= least and has_compiler()


def why_slow(texts: int) -> str:
    """Return why work on so many texts takes longer than it might, "" where it does not."""
    if texts < WORTH_COMPILING:
        return ""
    if not has_compiler():
        return "numba is not installed: without it this takes many times as long. pip install 'gema-news[fast]'"
    return "" if _kept() else "what finds copies is compiled first, once: that takes a minute or two"


@cache
def has_compiler() -> bool:
    """Tell whether numba is installed; loads it, which takes a second: ask only where that is worth it."""
    try:
        import numba  # noqa: F401
    except ImportError:
        return False
    return True


@cache
def _kept() -> bool:
    """Tell whether numba keeps what was compiled: beside the source, or where NUMBA_CACHE_DIR says."""
    place = os.environ.get("NUMBA_CACHE_DIR")
    return any(Path(place).rglob("*.nbi")) if place else any(Path(__file__).parent.rglob("*.nbi"))
