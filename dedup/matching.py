"""Candidates → Matches: what two texts share, measured exactly."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from dedup.passages import Tile, tiles
from dedup.records import HOLDS_DIGIT, QUOTED, Hashes64, Match, Measures, Passage, Reading, Recipe
from dedup.relations import relate, share


def compare(a: Reading, b: Reading, recipe: Recipe) -> Match:
    """Return the match of two articles, whatever it is; the relation does not depend on which comes first."""
    if a.id > b.id:
        a, b = b, a
    shared = tiles(a, b, recipe.match_words)
    measures = measure(a, b, shared, recipe)
    relation, reason = relate(a, b, shared, measures, recipe)
    passages = tuple(_passage(a, b, tile) for tile in shared if tile.length >= recipe.passage_words)
    return Match(a.id, b.id, relation, reason, measures, passages)


def measure(a: Reading, b: Reading, shared: Sequence[Tile], recipe: Recipe) -> Measures:
    """Return the measures of two texts over their own words; `shared` are their tiles."""
    in_a, in_b = (_own_shingles(text, recipe.match_words) for text in (a, b))
    common = len(np.intersect1d(in_a, in_b, assume_unique=True))
    union = len(in_a) + len(in_b) - common
    a_words, b_words = int(a.own.sum()), int(b.own.sum())
    return Measures(
        jaccard=share(common, union),
        a_in_b=share(common, len(in_a)),
        b_in_a=share(common, len(in_b)),
        outside_quotes=_outside_quotes(a, b, shared),
        longest_run=max((tile.length for tile in shared), default=0),
        numbers=_agreement(a.numbers, b.numbers),
        names=_agreement(a.names, b.names),
        replaced_numbers=_replaced_numbers(a, b, shared),
        shared_words=sum(tile.length for tile in shared),
        a_words=a_words,
        b_words=b_words,
    )


def _own_shingles(text: Reading, length: int) -> Hashes64:
    own = text.own[: len(text.shingles)].copy()
    for place in range(1, length):
        own &= text.own[place : place + len(text.shingles)]
    return np.unique(text.shingles[own])


def _agreement(a: Hashes64, b: Hashes64) -> float:
    common = len(np.intersect1d(a, b, assume_unique=True))
    return common / min(len(a), len(b)) if len(a) and len(b) else 1.0


def _outside_quotes(a: Reading, b: Reading, shared: Sequence[Tile]) -> float:
    """Return the share of the shorter text's own unquoted words that stand in a tile; 1.0 where all is quoted."""
    shorter, starts = (a, [tile.a for tile in shared])
    if int(b.own.sum()) < int(a.own.sum()):
        shorter, starts = (b, [tile.b for tile in shared])
    unquoted = shorter.own & (shorter.words.flags & QUOTED == 0)
    covered = np.zeros(len(shorter.own), dtype=bool)
    for start, tile in zip(starts, shared, strict=True):
        covered[start : start + tile.length] = True
    total = int(unquoted.sum())
    return int((covered & unquoted).sum()) / total if total else 1.0


def _replaced_numbers(a: Reading, b: Reading, shared: Sequence[Tile]) -> int:
    """Return how many short gaps between consecutive tiles hold digits on both sides: facts filled into a frame."""
    replaced = 0
    for before, after in pairwise(shared):
        gap_a = a.words.flags[before.a + before.length : after.a]
        gap_b = b.words.flags[before.b + before.length : after.b]
        if 0 < len(gap_a) <= _SHORT_GAP and 0 < len(gap_b) <= _SHORT_GAP:
            replaced += bool((gap_a & HOLDS_DIGIT).any() and (gap_b & HOLDS_DIGIT).any())
    return replaced


# A replaced fact is a number with its unit or a date; longer gaps are rewritten sentences.
_SHORT_GAP = 6


def _passage(a: Reading, b: Reading, tile: Tile) -> Passage:
    last_a, last_b = tile.a + tile.length - 1, tile.b + tile.length - 1
    return Passage(
        int(a.words.starts[tile.a]),
        int(a.words.stops[last_a]),
        int(b.words.starts[tile.b]),
        int(b.words.stops[last_b]),
        tile.length,
    )
