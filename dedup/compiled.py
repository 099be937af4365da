"""Compiled by numba where it is installed; the same functions as plain Python, slowly, where it is not."""

from collections.abc import Callable
from typing import TypeVar, cast

_Function = TypeVar("_Function", bound=Callable[..., object])

# Whether what is compiled is; where a loop of Python's would be too slow, numpy may serve instead.
COMPILES: bool

try:
    from numba import njit
except ImportError:
    COMPILES = False

    def compiled(function: _Function) -> _Function:
        """Return the function as it is."""
        return function

else:
    COMPILES = True

    def compiled(function: _Function) -> _Function:
        """Return the function compiled when it is first called, kept on disk, and running beside other threads."""
        return cast("_Function", njit(cache=True, nogil=True)(function))
