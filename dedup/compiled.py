"""Functions that numba compiles where there is much to do; the same as plain Python, slowly, where there is not."""

from collections.abc import Callable
from functools import cache, update_wrapper
from hashlib import blake2b
from pathlib import Path
from threading import RLock, local
from typing import TypeVar, cast

import numpy as np

from dedup.compiler import compiles

_Function = TypeVar("_Function", bound=Callable[..., object])


def compiled(function: _Function) -> _Function:
    """Return the function; where much is expected it is compiled when first called, and kept on disk."""
    return cast("_Function", _Kernel(function, function))


def compiled_or(plain: Callable[..., object]) -> Callable[[_Function], _Function]:
    """Do the same, but where nothing is compiled call another, which numpy does fast."""

    def decorate(function: _Function) -> _Function:
        return cast("_Function", _Kernel(function, plain))

    return decorate


class _Kernel:
    """A function in both forms; compiled ones call one another without coming here again."""

    def __init__(self, function: Callable[..., object], plain: Callable[..., object]) -> None:
        update_wrapper(self, function)
        self._function, self._plain = function, plain
        self._compiled: Callable[..., object] | None = None

    def __call__(self, *arguments: object) -> object:
        if self._compiled is not None:
            return self._compiled(*arguments)
        if _numbers.may_overflow:
            return self._plain(*arguments)
        if compiles():
            return self.dispatcher()(*arguments)
        with np.errstate(over="ignore"):
            _numbers.may_overflow = True
            try:
                return self._plain(*arguments)
            finally:
                _numbers.may_overflow = False

    def dispatcher(self) -> Callable[..., object]:
        """Return what numba calls; one, however many threads ask."""
        with _one_at_a_time:
            if self._compiled is None:
                self._compiled = made(self._function)
            return self._compiled


class _Numbers(local):
    """Whether a thread lets numbers overflow, as compiled code does: saying so again takes longer than most calls."""

    may_overflow = False


_numbers = _Numbers()
_one_at_a_time = RLock()


def made(function: Callable[..., object]) -> Callable[..., object]:
    """Return what numba makes of a function, at once; it may call others that are `compiled`. Needs numba."""
    from numba import njit

    _teach_numba()
    return cast("Callable[..., object]", _kept(njit(cache=True, nogil=True)(function)))


def _kept(kernel: _Function) -> _Function:
    """Return what numba made, so that what it keeps on disk is as old as the oldest part of what is compiled here.

    By itself it looks at the file of each function alone: what that calls, and constants, may stand in another, and
    would be those of before after `git pull`.
    """
    file = getattr(getattr(kernel, "_cache", None), "_cache_file", None)
    if file is not None:
        file._source_stamp = _sources()
    return kernel


@cache
def _sources() -> str:
    digest = blake2b(digest_size=16)
    for file in sorted(Path(__file__).parent.glob("*.py")):
        written = file.read_bytes()
        # These hold constants of many.
        if b"ompiled" in written or file.name in {"records.py", "characters.py"}:
            digest.update(written)
    return digest.hexdigest()


@cache
def _teach_numba() -> None:
    """Let compiled functions call others that are compiled."""
    from numba import types
    from numba.extending import typeof_impl

    typeof_impl.register(_Kernel)(lambda kernel, _: types.Dispatcher(kernel.dispatcher()))
