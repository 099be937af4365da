"""The runs of words two texts share, wherever they stand: greedy string tiling.

Wise 1993 (Running Karp-Rabin Matching and Greedy String Tiling): longest common runs first, none overlapping,
so that paragraphs that changed places are found too, which a longest common subsequence misses.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.compiled import compiled
from dedup.records import QUOTED, Hashes64, Reading

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
Flags = NDArray[np.uint8]

# A run that begins with a shingle of more places than this is a phrase of the genre; its rarer part is found.
_COMMONPLACE = 24


@dataclass(frozen=True, slots=True)
class Tile:
    """Words `a .. a + length` of one text stand at `b .. b + length` of the other."""

    a: int
    b: int
    length: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many distinct shingles of own words two texts have, `a` and `b`, and in `common`; words in tiles; own words.

    `a_covered` are the own words of text a outside quotation marks that stand in a tile, `a_unquoted` all of them.
    """

    a: int
    b: int
    common: int
    a_words: int
    b_words: int
    a_covered: int
    b_covered: int
    a_unquoted: int
    b_unquoted: int


def tiles(a: Reading, b: Reading, least: int) -> list[Tile]:
    """Return the shared runs of at least `least` own words, none overlapping in either text, in order of `a`."""
    found = _tiles(a.words.hashes, b.words.hashes, a.own, b.own, a.shingles, b.shingles, least)
    return [Tile(*place) for place in found.tolist()]


def bridge(shared: list[Tile], gap: int) -> list[list[Tile]]:
    """Return the tiles in runs that follow one another in both texts with at most `gap` other words between them."""
    runs: list[list[Tile]] = []
    for tile in shared:
        last = runs[-1][-1] if runs else None
        if last and 0 <= tile.a - last.a - last.length <= gap and 0 <= tile.b - last.b - last.length <= gap:
            runs[-1].append(tile)
        else:
            runs.append([tile])
    return runs


def overlap(a: Reading, b: Reading, shared: list[Tile], length: int) -> Overlap:
    """Return how much two texts overlap, given their tiles; shingles are of `length` words."""
    places = np.array([(tile.a, tile.b, tile.length) for tile in shared], dtype=np.int64).reshape(-1, 3)
    counts = _overlap(a.own, b.own, a.shingles, b.shingles, a.words.flags, b.words.flags, places, length, QUOTED)
    return Overlap(*counts)


@compiled
def _tiles(
    a: Hashes64, b: Hashes64, a_own: Mask, b_own: Mask, a_shingles: Hashes64, b_shingles: Hashes64, least: int
) -> Places:
    """Return a row (place in a, place in b, length) for each tile."""
    runs = _maximal_runs(a, b, a_own, b_own, a_shingles, b_shingles, least)
    order = np.argsort(runs[:, 1], kind="mergesort")
    order = order[np.argsort(runs[order, 0], kind="mergesort")]
    order = order[np.argsort(-runs[order, 2], kind="mergesort")]
    taken_a, taken_b = np.zeros(len(a), np.bool_), np.zeros(len(b), np.bool_)
    kept = np.empty((16, 3), np.int64)
    count = 0
    for row in order:
        start_a, start_b, length = runs[row]
        place = 0
        while place < length:
            first = place
            while place < length and not (taken_a[start_a + place] or taken_b[start_b + place]):
                place += 1
            if place - first >= least:
                kept = _room(kept, count)
                kept[count, 0], kept[count, 1], kept[count, 2] = start_a + first, start_b + first, place - first
                count += 1
                for word in range(first, place):
                    taken_a[start_a + word] = True
                    taken_b[start_b + word] = True
            place += 1
    kept = kept[:count]
    return kept[np.argsort(kept[:, 0], kind="mergesort")]


@compiled
def _maximal_runs(
    a: Hashes64, b: Hashes64, a_own: Mask, b_own: Mask, a_shingles: Hashes64, b_shingles: Hashes64, least: int
) -> Places:
    """Return a row (place in a, place in b, length) for each run of own words that neither text carries on."""
    heads, following = _chains(b_shingles)
    mask = np.uint64(len(heads) - 1)
    ends = np.zeros(len(a) + len(b) + 1, np.int64)
    runs = np.empty((16, 3), np.int64)
    count = 0
    for start_a in range(len(a_shingles)):
        shingle = a_shingles[start_a]
        first = heads[np.int64(shingle & mask)]
        held, start_b = 0, first
        while start_b >= 0 and held <= _COMMONPLACE:
            held += b_shingles[start_b] == shingle
            start_b = following[start_b]
        if held == 0 or held > _COMMONPLACE:
            continue
        start_b = first
        while start_b >= 0:
            # On one diagonal a run found earlier already holds every place up to its end.
            diagonal = start_b - start_a + len(a)
            if b_shingles[start_b] == shingle and ends[diagonal] <= start_a:
                before, after = 0, 0
                while (
                    start_a + after < len(a)
                    and start_b + after < len(b)
                    and a[start_a + after] == b[start_b + after]
                    and a_own[start_a + after]
                    and b_own[start_b + after]
                ):
                    after += 1
                while (
                    start_a - before > 0
                    and start_b - before > 0
                    and a[start_a - before - 1] == b[start_b - before - 1]
                    and a_own[start_a - before - 1]
                    and b_own[start_b - before - 1]
                ):
                    before += 1
                ends[diagonal] = start_a + after
                if before + after >= least:
                    runs = _room(runs, count)
                    runs[count, 0], runs[count, 1] = start_a - before, start_b - before
                    runs[count, 2] = before + after
                    count += 1
            start_b = following[start_b]
    return runs[:count]


@compiled
def _chains(shingles: Hashes64) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return a table of the last place of shingles whose last bits are the same, and of each the one before it."""
    size = 16
    while size < 2 * len(shingles):
        size *= 2
    heads = np.full(size, -1, np.int32)
    following = np.empty(len(shingles), np.int32)
    mask = np.uint64(size - 1)
    for place in range(len(shingles)):
        slot = np.int64(shingles[place] & mask)
        following[place] = heads[slot]
        heads[slot] = place
    return heads, following


@compiled
def _room(rows: Places, count: int) -> Places:
    """Return rows with room for one more than `count`."""
    if count < len(rows):
        return rows
    grown = np.empty((2 * len(rows), 3), np.int64)
    for row in range(count):
        for column in range(3):
            grown[row, column] = rows[row, column]
    return grown


@compiled
def _overlap(
    a_own: Mask,
    b_own: Mask,
    a_shingles: Hashes64,
    b_shingles: Hashes64,
    a_flags: Flags,
    b_flags: Flags,
    places: Places,
    length: int,
    quoted: int,
) -> tuple[int, int, int, int, int, int, int, int, int]:
    in_a, in_b = _distinct(a_shingles, a_own, length), _distinct(b_shingles, b_own, length)
    common, here, there = 0, 0, 0
    while here < len(in_a) and there < len(in_b):
        if in_a[here] == in_b[there]:
            common += 1
            here += 1
            there += 1
        elif in_a[here] < in_b[there]:
            here += 1
        else:
            there += 1
    a_covered, a_unquoted = _covered(a_own, a_flags, places[:, 0], places[:, 2], quoted)
    b_covered, b_unquoted = _covered(b_own, b_flags, places[:, 1], places[:, 2], quoted)
    a_words, b_words = 0, 0
    for own in a_own:
        a_words += own
    for own in b_own:
        b_words += own
    return len(in_a), len(in_b), common, a_words, b_words, a_covered, b_covered, a_unquoted, b_unquoted


@compiled
def _distinct(shingles: Hashes64, own: Mask, length: int) -> Hashes64:
    """Return the distinct shingles all of whose words are own, sorted."""
    held = np.empty(len(shingles), np.uint64)
    count, run = 0, 0
    for place in range(len(own)):
        run = run + 1 if own[place] else 0
        if run >= length:
            held[count] = shingles[place - length + 1]
            count += 1
    held = np.sort(held[:count])
    kept = 0
    for place in range(count):
        if place == 0 or held[place] != held[place - 1]:
            held[kept] = held[place]
            kept += 1
    return held[:kept]


@compiled
def _covered(own: Mask, flags: Flags, starts: Places, lengths: Places, quoted: int) -> tuple[int, int]:
    """Return how many own words outside quotation marks stand in tiles, and how many there are."""
    covered, unquoted = 0, 0
    for place in range(len(own)):
        unquoted += own[place] and not flags[place] & quoted
    for row in range(len(starts)):
        for place in range(starts[row], starts[row] + lengths[row]):
            covered += own[place] and not flags[place] & quoted
    return covered, unquoted
