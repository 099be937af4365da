"""Whether there is a compiler, numba, and from how many texts on it is worth loading."""

from functools import cache

# Loading what is compiled takes longer than doing without it does for so many texts.
WORTH_LOADING = 1_000


@cache
def has_compiler() -> bool:
    """Tell whether numba is installed; loads it, which takes a second: ask only where that is worth it."""
    try:
        import numba  # noqa: F401
    except ImportError:
        return False
    return True
