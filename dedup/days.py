"""Days at hand while stories are told: read ahead, beside what is told meanwhile, and kept for the week after."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dedup.corpus import Corpus, edges, strands
from dedup.corpus.strands import Placed
from dedup.day_index import DayIndex, Places, indexed
from dedup.records import Recipe

# Days read at once.
_READERS = 2


@dataclass(frozen=True, slots=True)
class Held:
    """A day's families, by rank, what they tell, which could come into a story, and the strands of these, -1: none.

    `edges` are what `edges.of_day` says; None: they are not known.
    """

    families: list[Placed]
    index: DayIndex
    ranks: Places
    telling: NDArray[np.bool_]
    strands: Places
    edges: Places | None


@dataclass(slots=True)
class Days:
    """The days at hand, as they are stored or, once they were told, as they stand now."""

    corpus: Corpus
    recipe: Recipe
    readers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(_READERS))
    _held: dict[int, Held] = field(default_factory=dict)
    _coming: dict[int, Future[Held]] = field(default_factory=dict)
    _changed: dict[int, Mapping[str, Placed]] = field(default_factory=dict)

    def ahead(self, first: int, last: int) -> None:
        """Begin to read the days from `first` to `last` that are not at hand."""
        for day in range(first, last + 1):
            if day not in self._held and day not in self._coming:
                self._coming[day] = self.readers.submit(self._stored, day)

    def read(self, first: int, last: int) -> list[Held]:
        """Return the days from `first` to `last`."""
        self.ahead(first, last)
        for day in range(first, last + 1):
            if day not in self._held:
                self._held[day] = self._as_changed(day, self._coming.pop(day).result())
        return [self._held[day] for day in range(first, last + 1)]

    def stands(self, day: int, changed: Mapping[str, Placed]) -> None:
        """Have some families of a day, by name, which tell what they told, stand otherwise from now on."""
        self._changed[day] = changed
        if day in self._held:
            self._held[day] = self._as_changed(day, self._held[day])

    def forget(self, day: int) -> None:
        """Let go of the days before this one."""
        self._held = {one: each for one, each in self._held.items() if one >= day}
        self._coming = {one: each for one, each in self._coming.items() if one >= day}
        self._changed = {one: each for one, each in self._changed.items() if one >= day}

    def _as_changed(self, day: int, stored: Held) -> Held:
        changed = self._changed.get(day)
        return held([changed.get(row.family, row) for row in stored.families], stored.index) if changed else stored

    def _stored(self, day: int) -> Held:
        with self.corpus.reading() as connection:
            families = strands.of_days(connection, day, day)
            known = edges.of_day(connection, day)
        vectors = strands.vectors([row.told for row in families])
        return held(families, indexed(vectors, strands.sites(families), self.recipe), known)


def held(families: list[Placed], index: DayIndex, edges: Places | None = None) -> Held:
    """Return a day of these families, given what they tell."""
    alone = np.array([row.alone for row in families], dtype=bool)
    telling = (np.diff(index.ends, prepend=0) > 0) & ~alone
    ranks = np.array([row.rank for row in families], np.int64)
    found = np.array([-1 if row.strand is None else row.strand for row in families], np.int64)
    return Held(families, index, ranks, telling, np.where(telling, found, -1), edges)
