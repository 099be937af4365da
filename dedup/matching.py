"""Candidates → Matches: what two texts share, measured exactly."""

from collections.abc import Sequence
from itertools import pairwise

from dedup.passages import Tile, bridge, overlap, tiles
from dedup.records import HOLDS_DIGIT, NAME, Hashes64, Match, Measures, Passage, Reading, Recipe
from dedup.relations import relate, share


def compare(a: Reading, b: Reading, recipe: Recipe) -> Match:
    """Return the match of two articles, whatever it is; the relation does not depend on which comes first."""
    if a.id > b.id:
        a, b = b, a
    shared = tiles(a, b, recipe.match_words)
    measures = measure(a, b, shared, recipe)
    relation, reason = relate(a, b, shared, measures, recipe)
    bridged = bridge(shared, recipe.passage_gap)
    passages = tuple(_passage(a, b, run) for run in bridged if sum(t.length for t in run) >= recipe.passage_words)
    return Match(a.id, b.id, relation, reason, measures, passages)


def measure(a: Reading, b: Reading, shared: list[Tile], recipe: Recipe) -> Measures:
    """Return the measures of two texts over their own words; `shared` are their tiles."""
    found = overlap(a, b, shared, recipe.match_words)
    shorter = (
        (found.b_covered, found.b_unquoted) if found.b_words < found.a_words else (found.a_covered, found.a_unquoted)
    )
    return Measures(
        jaccard=share(found.common, found.a + found.b - found.common),
        a_in_b=share(found.common, found.a),
        b_in_a=share(found.common, found.b),
        outside_quotes=shorter[0] / shorter[1] if shorter[1] else 1.0,
        longest_run=max((tile.length for tile in shared), default=0),
        numbers=_agreement(a.words.numbers, b.words.numbers),
        names=_agreement(a.words.hashes[a.words.flags & NAME != 0], b.words.hashes[b.words.flags & NAME != 0]),
        replaced_numbers=_replaced_numbers(a, b, shared),
        shared_words=sum(tile.length for tile in shared),
        a_words=found.a_words,
        b_words=found.b_words,
    )


def _agreement(a: Hashes64, b: Hashes64) -> float:
    one, other = set(a.tolist()), set(b.tolist())
    return len(one & other) / min(len(one), len(other)) if one and other else 1.0


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


def _passage(a: Reading, b: Reading, run: Sequence[Tile]) -> Passage:
    first, last = run[0], run[-1]
    return Passage(
        int(a.words.starts[first.a]),
        int(a.words.stops[last.a + last.length - 1]),
        int(b.words.starts[first.b]),
        int(b.words.stops[last.b + last.length - 1]),
        sum(tile.length for tile in run),
        len(run) - 1,
    )
