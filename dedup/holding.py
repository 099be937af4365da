"""The passages of matches → each passage once, with all the places where it stands. Pure but for the texts it reads.

A match says of two texts where both say the same. From there it goes on: to what they say the same as with others.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from dedup.corpus.listing import Run
from dedup.segments import WORD, normal

Span = tuple[int, int]
# A text, from, to.
Place = tuple[int, int, int]
Numbers = NDArray[np.int64]
# The texts of these numbers.
Read = Callable[[Set[int]], Mapping[int, str]]

# Places of which the texts are in memory at a time, those of one web always.
_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Gathered:
    """A passage: its words, its longest place, and its places in texts, by the texts' numbers."""

    words: int
    longest: Place
    spans: Mapping[int, tuple[Span, ...]]


def gathered(runs: Iterable[Run], read: Read | None = None) -> list[Gathered]:
    """Return the passages that these are, each with all its places, of which no two of one text overlap.

    Each has a longest place, and at least half of that stands in each of the others: half of its characters by where
    the matches are, and half of its words where the texts can be read. Only a text that has no shorter place for it is
    named with a longer one. A passage that stands inside a longer one wherever it stands is left out: nobody holds it
    who does not hold that.
    """
    web = _Web(*_nodes(runs))
    found: list[Gathered] = []
    for leaders, texts in web.parts():
        spoken = _Spoken(web.places, read(texts)) if read else None
        taken: set[int] = set()
        for leader in leaders:
            if leader not in taken:
                kept = _kept(web, leader, spoken)
                taken.update(kept)
                found += _passage(web, leader, kept)
    return _outermost(sorted(found, key=lambda passage: (-_length(passage.longest), passage.longest)))


def _passage(web: "_Web", leader: int, kept: Sequence[int]) -> Iterator[Gathered]:
    """Yield the passage of these places, none where it is one that nobody has again."""
    if len(kept) > 1 or web.again(leader):
        spans: dict[int, list[Span]] = defaultdict(list)
        for place in kept:
            text, start, stop = web.places[place]
            spans[text].append((start, stop))
        words = max(web.words[place] for place in kept if _length(web.places[place]) <= _length(web.places[leader]))
        yield Gathered(words, web.places[leader], {text: tuple(sorted(held)) for text, held in sorted(spans.items())})


def _kept(web: "_Web", leader: int, spoken: "_Spoken | None") -> list[int]:
    """Return the places to name of the passage that this is the longest place of, itself first.

    Of those of a text that overlap it is one no longer than it, where there is one, that most of it stands in.
    """
    longest = _length(web.places[leader])
    reached = web.spread(leader)

    def rank(place: int) -> tuple[bool, int, bool, float, int, Place]:
        length = _length(web.places[place])
        inside = web.homes[place] != place
        return place != leader, max(length - longest, 0), inside, -reached[place], -length, web.places[place]

    kept: list[int] = []
    held: dict[int, list[Span]] = defaultdict(list)
    for place in sorted(reached, key=rank):
        text, start, stop = web.places[place]
        if all(_common(start, stop, *other) <= 0 for other in held[text]) and (
            spoken is None or spoken.half(leader, place)
        ):
            kept.append(place)
            held[text].append((start, stop))
    return kept


def _length(place: Place) -> int:
    """Return the characters of a place."""
    _, start, stop = place
    return stop - start


class _Spoken:
    """The words of places."""

    def __init__(self, places: Sequence[Place], texts: Mapping[int, str]) -> None:
        self._places, self._texts = places, texts
        self._known: dict[int, Counter[str]] = {}

    def half(self, place: int, other: int) -> bool:
        """Tell whether at least half of the words of a place stand in the other one."""
        here = self._words(place)
        return place == other or 2 * (here & self._words(other)).total() >= here.total()

    def _words(self, place: int) -> Counter[str]:
        if place not in self._known:
            text, start, stop = self._places[place]
            self._known[place] = Counter(map(normal, WORD.findall(self._texts[text][start:stop])))
        return self._known[place]


class _Stretch(NamedTuple):
    """A part of a place, by characters of its text, and to which part of the leading place it answers."""

    start: float
    stop: float
    first: float
    last: float

    def within(self, start: int, stop: int) -> "_Stretch":
        """Return what of it lies there."""
        grown = (self.last - self.first) / max(self.stop - self.start, 1e-9)
        low, high = max(self.start, start), min(self.stop, stop)
        return _Stretch(low, high, self.first + (low - self.start) * grown, self.last - (self.stop - high) * grown)

    def moved(self, place: Place, other: Place) -> "_Stretch":
        """Return the same in a place that says the same as this one."""
        grown = _length(other) / _length(place)
        start, stop = (other[1] + (edge - place[1]) * grown for edge in (self.start, self.stop))
        return _Stretch(start, stop, self.first, self.last)


class _Web:
    """Places of passages, each with the words of its longest match, which say the same, and which are one in a text."""

    def __init__(self, nodes: Numbers, words: Numbers, edges: Numbers) -> None:
        self.places: list[Place] = [(text, start, stop) for text, start, stop in nodes.tolist()]
        self.words: list[int] = words.tolist()
        homes = _homes(nodes)
        self.homes: list[int] = homes.tolist()
        self._same = _beside(edges)
        inner = np.flatnonzero(homes != np.arange(len(homes)))
        self._one_with = _beside(np.column_stack([inner, homes[inner]]))
        ties = np.concatenate([edges, np.column_stack([np.arange(len(homes)), homes])])
        graph = coo_array((np.ones(len(ties), np.int8), (ties[:, 0], ties[:, 1])), shape=(len(homes), len(homes)))
        self._labels = connected_components(graph, directed=False)[1] if len(homes) else homes

    def parts(self) -> Iterator[tuple[list[int], set[int]]]:
        """Yield the places that may lead a passage, the longest first, part by part, and the texts of each part.

        They are those that are the longest of what they are one with. Nothing leads from one part to another.
        """
        order = np.argsort(self._labels, kind="stable")
        starts = np.flatnonzero(np.diff(self._labels[order], prepend=-1))
        chunks = np.flatnonzero(np.diff(starts // _AT_ONCE, prepend=-1))
        for start, stop in pairwise([*starts[chunks].tolist(), len(order)]):
            part = order[start:stop].tolist()
            leaders = [place for place in part if self.homes[place] == place]
            leaders.sort(key=lambda place: (-_length(self.places[place]), self.places[place]))
            yield leaders, {self.places[place][0] for place in part}

    def again(self, place: int) -> bool:
        """Tell whether several articles have the text of a place: then it was matched with itself."""
        return place in self._same.get(place, ())

    def spread(self, leader: int) -> dict[int, float]:
        """Return the places that at least half of the leading one stands in, by how many characters of it.

        Each is reached by the way on which most is left: where a match has only the end of a passage, the way leads on
        to who has that end, and not to who has what comes after it there.
        """
        _, start, stop = self.places[leader]
        waiting: list[tuple[float, int, _Stretch]] = [(start - stop, leader, _Stretch(start, stop, start, stop))]
        reached: dict[int, float] = {}
        while waiting:
            _, place, stretch = heappop(waiting)
            if place not in reached:
                reached[place] = stretch.last - stretch.first
                for other, part in self._onward(place, stretch):
                    if other not in reached and 2 * (part.last - part.first) >= stop - start:
                        heappush(waiting, (part.first - part.last, other, part))
        return reached

    def _onward(self, place: int, stretch: _Stretch) -> Iterator[tuple[int, _Stretch]]:
        """Yield where else a stretch of a place stands, and what of it."""
        here = self.places[place]
        for other in self._same.get(place, ()):
            yield other, stretch.moved(here, self.places[other])
        for other in self._one_with.get(place, ()):
            yield other, stretch.within(*self.places[other][1:])


def _beside(ties: Numbers) -> dict[int, set[int]]:
    """Return of what is tied to what, both ways."""
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in ties.tolist():
        found[one].add(other)
        found[other].add(one)
    return found


def _nodes(runs: Iterable[Run]) -> tuple[Numbers, Numbers, Numbers]:
    """Return places of passages (text, from, to), longest first in each text, their words, and which pairs match."""
    rows = array("q")
    for run in runs:
        passage = run.passage
        rows.extend((run.a_text, passage.a_start, passage.a_end, passage.words))
        rows.extend((run.b_text, passage.b_start, passage.b_end, passage.words))
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    order = np.lexsort((table[:, 1], table[:, 1] - table[:, 2], table[:, 0]))
    ordered = table[order]
    fresh = np.ones(len(ordered), dtype=bool)
    fresh[1:] = (ordered[1:, :3] != ordered[:-1, :3]).any(axis=1)
    places = np.empty(len(table), dtype=np.int64)
    places[order] = np.cumsum(fresh) - 1
    words = np.zeros(int(fresh.sum()), dtype=np.int64)
    np.maximum.at(words, places, table[:, 3])
    return ordered[fresh, :3], words, places.reshape(-1, 2)


class _Places:
    """Places in texts, each with a number, found again by what they overlap with.

    They are kept by length and start, each in powers of two: of those of one length that overlap with a place, but not
    with one another in half of it, there are a few, however many a text has.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int, int], list[tuple[int, int, int]]] = defaultdict(list)
        self._highest = 0

    def add(self, text: int, start: int, stop: int, number: int) -> None:
        """Keep a place."""
        level = (stop - start).bit_length()
        self._highest = max(level, self._highest)
        self._kept[text, level, start >> level].append((start, stop, number))

    def near(self, text: int, start: int, stop: int, levels: int | None = None) -> Iterator[tuple[int, int, int]]:
        """Yield places as long as this one or longer, by so many powers of two, that may overlap with it."""
        lowest = (stop - start).bit_length()
        highest = self._highest if levels is None else min(lowest + levels, self._highest)
        for level in range(lowest, highest + 1):
            for step in (-1, 0, 1):
                yield from self._kept.get((text, level, (start >> level) + step), ())


def _homes(nodes: Numbers) -> Numbers:
    """Return for each place the longest one of its text that it is one with, itself where it is the longest.

    Two places are one where they overlap in at least half of the longer.
    """
    homes, known = np.arange(len(nodes)), _Places()
    for place, (text, start, stop) in enumerate(nodes.tolist()):
        alike = [
            (_common(start, stop, other, end), -home)
            for other, end, home in known.near(text, start, stop, levels=1)
            if 2 * _common(start, stop, other, end) >= end - other
        ]
        if alike:
            homes[place] = -max(alike)[1]
        else:
            known.add(text, start, stop, place)
    return homes


def _outermost(found: Sequence[Gathered]) -> list[Gathered]:
    """Return the passages that do not stand inside one before them wherever they stand."""
    known = _Places()
    kept = []
    for number, passage in enumerate(found):
        text, places = next(iter(passage.spans.items()))
        if not any(_inside(passage, found[other]) for other in {other for _, _, other in known.near(text, *places[0])}):
            kept.append(passage)
        for text, places in passage.spans.items():
            for start, stop in places:
                known.add(text, start, stop, number)
    return kept


def _inside(passage: Gathered, other: Gathered) -> bool:
    """Tell whether a passage stands inside another wherever it stands, but for a tenth of it."""
    return all(
        any(10 * _common(*place, *around) >= 9 * (place[1] - place[0]) for around in other.spans.get(text, ()))
        for text, places in passage.spans.items()
        for place in places
    )


def _common(start: int, stop: int, other: int, end: int) -> int:
    """Return how many characters two places have in common, none or less where they stand apart."""
    return min(stop, end) - max(start, other)
