"""Average linkage: what is alike on average comes together, if it is enough for as many as they are.

Similarities are whole numbers of millionths, so that sums do not depend on the order of adding.
"""

import numpy as np
from numpy.typing import NDArray

from dedup.compiled import compiled
from dedup.records import Recipe

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
MILLION = 1_000_000
# A sum of similarities that is as good as any that is less: what must never come together stands so many times in some
# that they would be more than a number holds, and turn its sign.
_LEAST = -(1 << 61)


def clusters(sizes: Places, pairs: Places, totals: Places, recipe: Recipe) -> Places:
    """Return the first of the cluster of each item of so many families: average linkage, cut by size (see `least`).

    `totals` are the similarities, in millionths, of all families of one with all of the other; a missing pair is 0.
    Reciprocal nearest neighbours merge in rounds, which gives the textbook's tree (average linkage is
    reducible: Bruynooghe 1977, Murtagh 1983). Among equals the first is nearest. What does not come together by itself
    may do so with more.
    """
    ends = np.concatenate([pairs[:, 0], pairs[:, 1]])
    order = np.argsort(ends, kind="stable")
    others, values = np.concatenate([pairs[:, 1], pairs[:, 0]])[order], np.concatenate([totals, totals])[order]
    starts = np.searchsorted(ends[order], np.arange(len(sizes) + 1))
    sizes = sizes.astype(np.int64)
    above, alike, held = _tree(sizes, starts.astype(np.int64), others, values, recipe.story_cut * MILLION)
    whole = alike >= np.round(least(held, recipe) * MILLION)
    return _inside(above, whole, len(sizes))


def least(families: NDArray[np.int64], recipe: Recipe) -> NDArray[np.float64]:
    """Return how alike on average two must be to come together as so many families, two or more.

    Many that are a little alike are a story; two that are no more alike mostly tell of two things.
    """
    return recipe.story_cut + recipe.story_few / (np.maximum(families, 2) - 1) ** 2


@compiled
def _tree(
    sizes: Places, starts: Places, others: Places, values: Places, cut: float
) -> tuple[Places, NDArray[np.float64], Places]:
    """Return the tree of average linkage down to `cut`: of each node the one above it, -1: none.

    With it how alike its two parts are on average, and how many families it has. The items are the first nodes.
    What item i is near to are `others[starts[i]:starts[i + 1]]`.
    """
    count = len(sizes)
    home, held = np.arange(count), sizes.copy()
    follows, last = np.full(count, -1, np.int64), np.arange(count)
    nearest, dirty = np.full(count, -1, np.int64), np.arange(count)
    totals, met = np.zeros(count, np.int64), np.empty(count, np.int64)
    stale, seen_at = np.zeros(count, np.bool_), np.full(count, -1, np.int64)
    node, made, near = np.arange(count), count, np.zeros(count)
    above, alike, families = np.full(2 * count, -1, np.int64), np.zeros(2 * count), np.zeros(2 * count, np.int64)
    stamp = 0
    while len(dirty):
        for one in dirty:
            stamp += 1
            nearest[one], near[one] = _nearest(
                one, home, held, follows, starts, others, values, cut, totals, met, seen_at, stamp
            )
        merged = np.empty(len(dirty), np.int64)
        found = 0
        for one in dirty:
            other = nearest[one]
            # A pair is met from both ends if both were looked at; from the first only, if not.
            if other >= 0 and nearest[other] == one and (one < other or not _holds(dirty, other)):
                merged[found] = one
                found += 1
        again, waiting = np.empty(count, np.int64), 0
        for place in range(found):
            one, other = min(merged[place], nearest[merged[place]]), max(merged[place], nearest[merged[place]])
            item = other
            while item >= 0:
                home[item] = one
                item = follows[item]
            follows[last[one]], last[one] = other, last[other]
            held[one] += held[other]
            above[node[one]], above[node[other]], node[one] = made, made, made
            alike[made], families[made] = near[merged[place]], held[one]
            made += 1
        for place in range(found):
            one = min(merged[place], nearest[merged[place]])
            item = one
            while item >= 0:
                for row in range(starts[item], starts[item + 1]):
                    near_by = home[others[row]]
                    if not stale[near_by]:
                        stale[near_by] = True
                        again[waiting] = near_by
                        waiting += 1
                item = follows[item]
            if not stale[one]:
                stale[one] = True
                again[waiting] = one
                waiting += 1
        dirty = np.sort(again[:waiting])
        stale[dirty] = False
    return above[:made], alike[:made], families[:made]


@compiled
def _inside(above: Places, whole: Mask, count: int) -> Places:
    """Return the first item of the topmost `whole` node that each of the first `count` nodes, the items, is in."""
    top = np.arange(len(above))
    for node in range(len(above) - 1, -1, -1):
        if above[node] >= 0 and whole[top[above[node]]]:
            top[node] = top[above[node]]
    first, out = np.full(len(above), -1, np.int64), np.empty(count, np.int64)
    for item in range(count):
        if first[top[item]] < 0:
            first[top[item]] = item
        out[item] = first[top[item]]
    return out


@compiled
def _holds(values: Places, value: int) -> bool:
    place = np.searchsorted(values, value)
    return bool(place < len(values) and values[place] == value)


@compiled
def _nearest(
    one: np.int64,
    home: Places,
    held: Places,
    follows: Places,
    starts: Places,
    others: Places,
    values: Places,
    cut: float,
    totals: Places,
    met: Places,
    seen_at: Places,
    stamp: int,
) -> tuple[int, float]:
    """Return the cluster nearest to `one` on average, the first of equals, and how near; -1: none reaches the cut."""
    seen, item = 0, one
    while item >= 0:
        for row in range(starts[item], starts[item + 1]):
            other = home[others[row]]
            if other == one:
                continue
            if seen_at[other] != stamp:
                seen_at[other] = stamp
                totals[other] = 0
                met[seen] = other
                seen += 1
            totals[other] = max(totals[other] + values[row], _LEAST)
        item = follows[item]
    best, nearest = cut, -1
    for place in range(seen):
        other = met[place]
        average = totals[other] / (held[one] * held[other])
        if average > best or (average == best and (nearest < 0 or other < nearest)):
            best, nearest = average, other
    return nearest, best
