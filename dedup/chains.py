"""Ties between articles, and the ways that lead along them from one article to others."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar


class Tied(Protocol):
    """What ties two articles: a match, a verdict."""

    @property
    def a(self) -> str:
        """One of the two."""

    @property
    def b(self) -> str:
        """The other."""


_Tie = TypeVar("_Tie", bound=Tied)


def ways(start: str, ties: Iterable[_Tie]) -> Iterator[tuple[str, tuple[_Tie, ...]]]:
    """Yield what ties lead to from an article, itself first, each with the fewest ties that do, the nearest first."""
    beside: dict[str, list[tuple[str, _Tie]]] = defaultdict(list)
    for tie in ties:
        beside[tie.a].append((tie.b, tie))
        beside[tie.b].append((tie.a, tie))
    seen = {start}
    waiting: deque[tuple[str, tuple[_Tie, ...]]] = deque([(start, ())])
    while waiting:
        here, way = waiting.popleft()
        yield here, way
        for there, tie in beside[here]:
            if there not in seen:
                seen.add(there)
                waiting.append((there, (*way, tie)))
