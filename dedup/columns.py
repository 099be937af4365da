"""Values that come a part at a time, written one behind the other where they stay."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.compiled import compiled

# Most texts have more: there is room for more words when they come.
CHARACTERS_A_WORD = 5


class Column:
    """Values of one kind, with room for as many as are expected; there is room for more when they come."""

    def __init__(self, kind: type, room: int) -> None:
        self._held: NDArray[Any] = np.empty(max(room, 1), kind)
        self.count = 0

    def add(self, values: NDArray[Any], more: int = 0) -> None:
        """Add values behind those that came, each greater by so much."""
        stop = self.count + len(values)
        while stop > len(self._held):
            self._held = np.concatenate([self._held, np.empty_like(self._held)])
        if more:
            np.add(values, self._held.dtype.type(more), out=self._held[self.count : stop])
        else:
            self._held[self.count : stop] = values
        self.count = stop

    def values(self) -> NDArray[Any]:
        """Return all that came."""
        return self._held[: self.count]


@compiled
def room(rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return rows with room for one more than `count`."""
    if count < len(rows):
        return rows
    grown = np.empty((2 * len(rows), rows.shape[1]), np.int64)
    for row in range(count):
        for column in range(rows.shape[1]):
            grown[row, column] = rows[row, column]
    return grown
