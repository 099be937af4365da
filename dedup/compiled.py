"""Compiled by numba where it is installed; the same functions as plain Python, slowly, where it is not."""

from collections.abc import Callable
from typing import TypeVar, cast

_Function = TypeVar("_Function", bound=Callable[..., object])

try:
    from numba import njit
except ImportError:

    def compiled(function: _Function) -> _Function:
        """Return the function as it is."""
        return function

else:

    def compiled(function: _Function) -> _Function:
        """Return the function compiled when it is first called, kept on disk, and running beside other threads."""
        return cast("_Function", njit(cache=True, nogil=True)(function))
