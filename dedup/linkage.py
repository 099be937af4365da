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
    Reciprocal nearest neighbours merge, found along chains of ever nearer ones, which gives the textbook's tree in at
    most the square of what there is (average linkage is reducible: Bruynooghe 1977, Murtagh 1983). Among equals the
    first is nearest. What does not come together by itself may do so with more.
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
    What item i is near to are `others[starts[i]:starts[i + 1]]`; both arrays are used up.
    """
    count = len(sizes)
    home, held, ends = np.arange(count), sizes.copy(), starts[1:].copy()
    follows, last = np.full(count, -1, np.int64), np.arange(count)
    totals, met, seen_at = np.zeros(count, np.int64), np.empty(count, np.int64), np.full(count, -1, np.int64)
    node, made = np.arange(count), count
    above, alike, families = np.full(2 * count, -1, np.int64), np.zeros(2 * count), np.zeros(2 * count, np.int64)
    # Each is nearer to the one before it than that is to the one before that.
    chain, long = np.empty(count + 1, np.int64), 0
    begun, stamp = 0, 0
    while begun < count or long:
        if not long:
            chain[0], long, begun = begun, 1, begun + 1
            if home[chain[0]] != chain[0]:
                long = 0
                continue
        one, stamp = chain[long - 1], stamp + 1
        seen = _met(one, home, follows, starts, ends, others, values, totals, met, seen_at, stamp)
        other, near = _nearest(one, held, totals, met[:seen], cut)
        if other < 0:
            # Nothing will ever be nearer to it.
            long = 0
        elif long < 2 or chain[long - 2] != other:
            chain[long] = other
            long += 1
        else:
            one, other = min(one, other), max(one, other)
            _join(one, other, home, held, follows, last)
            above[node[one]], above[node[other]], node[one] = made, made, made
            alike[made], families[made] = near, held[one]
            made += 1
            # What was found on the way to them goes on; what became of them does where nothing was.
            long -= 2
            if not long:
                chain[0], long = one, 1
    return above[:made], alike[:made], families[:made]


@compiled
def _join(one: np.int64, other: np.int64, home: Places, held: Places, follows: Places, last: Places) -> None:
    """Make the cluster of `other` a part of that of `one`."""
    item = other
    while item >= 0:
        home[item] = one
        item = follows[item]
    follows[last[one]], last[one] = other, last[other]
    held[one] += held[other]


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
def _met(
    one: np.int64,
    home: Places,
    follows: Places,
    starts: Places,
    ends: Places,
    others: Places,
    values: Places,
    totals: Places,
    met: Places,
    seen_at: Places,
    stamp: int,
) -> int:
    """Return how many clusters the items of `one` are near to: `met`, with `totals` each.

    They take the place of all that its items were near to, which would be read again and again.
    """
    seen, item = 0, one
    while item >= 0:
        for row in range(starts[item], ends[item]):
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
    item, place = one, 0
    while item >= 0:
        row = starts[item]
        while place < seen and row < starts[item + 1]:
            others[row], values[row] = met[place], totals[met[place]]
            row, place = row + 1, place + 1
        ends[item] = row
        item = follows[item]
    return seen


@compiled
def _nearest(one: np.int64, held: Places, totals: Places, met: Places, cut: float) -> tuple[int, float]:
    """Return which of these clusters is nearest to `one` on average, the first of equals; -1: none reaches the cut."""
    best, nearest = cut, -1
    for other in met:
        average = totals[other] / (held[one] * held[other])
        if average > best or (average == best and (nearest < 0 or other < nearest)):
            best, nearest = average, other
    return nearest, best
