"""Compiled by numba where it is installed; the same functions as plain Python, slowly, where it is not."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

import numpy as np

from dedup.compiler import has_compiler

_Function = TypeVar("_Function", bound=Callable[..., object])

# Whether what is compiled is; where a loop of Python's would be too slow, numpy may serve instead.
COMPILES = has_compiler()

if COMPILES:
    from numba import njit

    def compiled(function: _Function) -> _Function:
        """Return the function compiled when it is first called, kept on disk, and running beside other threads."""
        return cast("_Function", njit(cache=True, nogil=True)(function))

else:

    def compiled(function: _Function) -> _Function:
        """Return the function as it is, but that hashes may overflow without a word, as they do when compiled."""

        @wraps(function)
        def plain(*arguments: object) -> object:
            with np.errstate(over="ignore"):
                return function(*arguments)

        return cast("_Function", plain)
