"""The runs of words two texts share, wherever they stand: greedy string tiling.

Wise 1993 (Running Karp-Rabin Matching and Greedy String Tiling): longest common runs first, none overlapping,
so that paragraphs that changed places are found too, which a longest common subsequence misses.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.records import Reading

# A run that begins with a shingle of more places than this is a phrase of the genre; its rarer part is found.
_COMMONPLACE = 24


@dataclass(frozen=True, slots=True)
class Tile:
    """Words `a .. a + length` of one text stand at `b .. b + length` of the other."""

    a: int
    b: int
    length: int


def tiles(a: Reading, b: Reading, least: int) -> list[Tile]:
    """Return the shared runs of at least `least` own words, none overlapping in either text, in order of `a`."""
    runs = sorted(_maximal_runs(a, b, least), key=lambda tile: (-tile.length, tile.a, tile.b))
    taken_a = np.zeros(len(a.own), dtype=bool)
    taken_b = np.zeros(len(b.own), dtype=bool)
    kept = []
    for run in runs:
        for free in _free_parts(run, taken_a, taken_b, least):
            taken_a[free.a : free.a + free.length] = True
            taken_b[free.b : free.b + free.length] = True
            kept.append(free)
    return sorted(kept, key=lambda tile: tile.a)


def _maximal_runs(a: Reading, b: Reading, least: int) -> set[Tile]:
    places = defaultdict(list)
    for place, shingle in enumerate(b.shingles.tolist()):
        places[shingle].append(place)
    runs: set[Tile] = set()
    ends: dict[int, int] = {}
    for start_a, shingle in enumerate(a.shingles.tolist()):
        found = places.get(shingle, ())
        if len(found) > _COMMONPLACE:
            continue
        for start_b in found:
            # On one diagonal a run found earlier already holds every place up to its end.
            if ends.get(start_b - start_a, -1) > start_a:
                continue
            tile = _extended(a, b, start_a, start_b)
            ends[start_b - start_a] = tile.a + tile.length
            if tile.length >= least:
                runs.add(tile)
    return runs


def _extended(a: Reading, b: Reading, start_a: int, start_b: int) -> Tile:
    first, last = 0, 0
    while _same(a, b, start_a + last, start_b + last):
        last += 1
    while start_a + first > 0 and start_b + first > 0 and _same(a, b, start_a + first - 1, start_b + first - 1):
        first -= 1
    return Tile(start_a + first, start_b + first, last - first)


def _same(a: Reading, b: Reading, place_a: int, place_b: int) -> bool:
    return (
        place_a < len(a.own)
        and place_b < len(b.own)
        and a.words.hashes[place_a] == b.words.hashes[place_b]
        and bool(a.own[place_a])
        and bool(b.own[place_b])
    )


def _free_parts(run: Tile, taken_a: NDArray[np.bool_], taken_b: NDArray[np.bool_], least: int) -> list[Tile]:
    free = ~(taken_a[run.a : run.a + run.length] | taken_b[run.b : run.b + run.length])
    edges = np.flatnonzero(np.diff(np.concatenate(([False], free, [False])).astype(np.int8)))
    return [
        Tile(run.a + int(start), run.b + int(start), int(end - start))
        for start, end in zip(edges[::2], edges[1::2], strict=True)
        if end - start >= least
    ]
