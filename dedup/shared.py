"""Shared passages as things of their own: the statement, the release's paragraph, with all who carry it.

Matches tell of two texts each which passages they share. Passages that stand in the same place of a text are one, and
so are the two ends of each. A passage stands in a text, whoever carries the text.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from dedup import representative
from dedup.corpus import Corpus, grouping, listing
from dedup.corpus.listing import Run
from dedup.dating import out_by
from dedup.records import Article

Span = tuple[int, int]
Numbers = NDArray[np.int64]

# Passages whose holders are in memory at a time.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Holder:
    """An article that carries a passage, its text left out, and where: from which character to which."""

    article: Article
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class SharedPassage:
    """A passage that several articles carry, the earliest first, and the passage as it stands where it is longest.

    `words` is how many words two of them share there at most, `sites` of how many sites they are. `first_seen` is the
    time by which the earliest was out, see `dating.out_by`.
    """

    text: str
    words: int
    holders: tuple[Holder, ...]
    sites: int
    first_seen: datetime | None


@dataclass(frozen=True, slots=True)
class Gathered:
    """A passage's words and its places in texts, by the texts' numbers."""

    words: int
    spans: Mapping[int, tuple[Span, ...]]


def passages(corpus: Corpus, least: int = 12, holders: int = 2) -> Iterator[SharedPassage]:
    """Yield the passages of at least `least` words that at least so many articles share, most held first, then longest.

    They are those of the last update's matches, templates left out. The cost follows the number of these passages.
    """
    found = [passage for passage in gathered(listing.runs(corpus)) if passage.words >= least]
    carried = listing.count_carriers(corpus, {text for passage in found for text in passage.spans})
    counted = [(sum(carried.get(text, 0) for text in passage.spans), passage) for passage in found]
    kept = [each for each in counted if each[0] >= holders]
    kept.sort(key=lambda each: (-each[0], -each[1].words, sorted(each[1].spans.items())))
    for start in range(0, len(kept), _AT_ONCE):
        yield from _told(corpus, [passage for _, passage in kept[start : start + _AT_ONCE]])


def _told(corpus: Corpus, found: Sequence[Gathered]) -> Iterator[SharedPassage]:
    """Yield passages with who carries them, those left out that nobody does any more."""
    carriers = listing.carriers(corpus, {text for passage in found for text in passage.spans})
    held = [_holders(passage, carriers) for passage in found]
    places = [_longest(carried) for carried in held if carried]
    texts = grouping.texts(corpus, {number for number, _ in places})
    kept = [(passage, carried) for passage, carried in zip(found, held, strict=True) if carried]
    for (passage, carried), (number, (start, stop)) in zip(kept, places, strict=True):
        holders = tuple(holder for _, holder in carried)
        sites = len({holder.article.site for holder in holders})
        out = out_by(holders[0].article)
        yield SharedPassage(texts[number][start:stop], passage.words, holders, sites, out)


def _longest(carried: Sequence[tuple[int, Holder]]) -> tuple[int, Span]:
    """Return in which text a passage is longest, of equals in that of the earliest, and where it stands there."""
    places = ((number, span) for number, holder in carried for span in holder.spans)
    return max(places, key=lambda place: place[1][1] - place[1][0])


def _holders(passage: Gathered, carriers: Mapping[int, Sequence[Article]]) -> list[tuple[int, Holder]]:
    """Return who carries a passage and the number of the text that it has, the earliest first."""
    found = [
        (text, Holder(article, spans)) for text, spans in passage.spans.items() for article in carriers.get(text, ())
    ]
    return sorted(found, key=lambda each: representative.age(each[1].article))


# --- gathering --------------------------------------------------------------------------------------


def gathered(runs: Iterable[Run]) -> list[Gathered]:
    """Return the passages that these are, each with all its places.

    One that stands inside a longer one wherever it stands is left out: nobody holds it who does not hold that.
    """
    nodes, words, edges = _nodes(runs)
    homes = _homes(nodes)
    every = np.arange(len(nodes))
    ties = np.concatenate([edges, np.column_stack([every, homes])])
    graph = coo_array((np.ones(len(ties), np.int8), (ties[:, 0], ties[:, 1])), shape=(len(nodes), len(nodes)))
    labels = connected_components(graph, directed=False)[1] if len(nodes) else every
    longest = np.zeros(len(nodes), dtype=np.int64)
    np.maximum.at(longest, labels, words)
    spans: dict[int, dict[int, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for place in np.flatnonzero(homes == every).tolist():
        text, start, stop = nodes[place].tolist()
        spans[int(labels[place])][text].append((start, stop))
    return _outermost(
        [
            Gathered(int(longest[label]), {text: tuple(sorted(places)) for text, places in sorted(held.items())})
            for label, held in spans.items()
        ]
    )


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
    """Return the passages that do not stand inside another wherever they stand."""
    known = _Places()
    for number, passage in enumerate(found):
        for text, places in passage.spans.items():
            for start, stop in places:
                known.add(text, start, stop, number)
    kept = []
    for number, passage in enumerate(found):
        text, places = next(iter(passage.spans.items()))
        others = {other for _, _, other in known.near(text, *places[0])} - {number}
        if not any(_inside(passage, found[other]) for other in others):
            kept.append(passage)
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
