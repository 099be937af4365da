"""Sketches → candidates: pairs that share enough keys, at a cost no input can make quadratic.

A key held by more than `hot_key_texts` different texts is hot: it supports only pairs with one of its
`hot_key_holders` holders of smallest text hash. Leaving hot keys out would lose a wire printed 300 times.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from dedup.records import Recipe

Pair = tuple[str, str]


def banded(bands: Sequence[Sequence[bytes]]) -> list[tuple[int, int]]:
    """Return the pairs of places in `bands` that share a band; of a crowded band, each with its first holder."""
    holders: dict[bytes, list[int]] = {}
    for place, held in enumerate(bands):
        for band in held:
            holders.setdefault(band, []).append(place)
    pairs: set[tuple[int, int]] = set()
    for places in holders.values():
        if len(places) <= _CROWD:
            pairs.update(combinations(places, 2))
        else:
            pairs.update((places[0], place) for place in places[1:])
    return sorted(pairs)


# Strict families are components, so a star over a crowded band joins as much as all its pairs would.
_CROWD = 50


def supported(holders: Sequence[str], hashes: Mapping[str, str], recipe: Recipe) -> Iterator[Pair]:
    """Yield the pairs `(a, b)`, `a < b`, that one key supports, given who holds it and their own texts' hashes."""
    if len({hashes[holder] for holder in holders}) <= recipe.hot_key_texts:
        yield from combinations(sorted(holders), 2)
        return
    leaders = hot_leaders(holders, hashes, recipe)
    for leader in leaders:
        for holder in holders:
            if holder not in leaders or leader < holder:
                yield (leader, holder) if leader < holder else (holder, leader)


def hot_leaders(holders: Sequence[str], hashes: Mapping[str, str], recipe: Recipe) -> tuple[str, ...]:
    """Return the holders a hot key proposes pairs with: those of smallest text hash, one a text; () when not hot."""
    first: dict[str, str] = {}
    for holder in holders:
        digest = hashes[holder]
        first[digest] = min(holder, first.get(digest, holder))
    if len(first) <= recipe.hot_key_texts:
        return ()
    return tuple(first[digest] for digest in sorted(first)[: recipe.hot_key_holders])


def candidates(
    postings: Iterable[Sequence[str]], hashes: Mapping[str, str], sizes: Mapping[str, int], recipe: Recipe
) -> set[Pair]:
    """Return the pairs that share at least max(2, 8 % of the shorter sketch) supporting keys.

    `postings` are the holders of each key, `hashes` the holders' own-text hashes, `sizes` their keys.
    """
    shared: Counter[Pair] = Counter()
    for holders in postings:
        shared.update(supported(holders, hashes, recipe))
    return {
        pair
        for pair, count in shared.items()
        if count >= max(recipe.candidate_keys, recipe.candidate_share * min(sizes[pair[0]], sizes[pair[1]]))
    }
