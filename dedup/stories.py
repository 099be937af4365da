"""Families → stories: what they tell compared by salient words, clustered by average linkage.

Edges between families are facts and are kept; clusters are recomputed from them. Similarities are whole numbers
of millionths, so that sums do not depend on the order of adding.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from math import sqrt

import numpy as np
from scipy.sparse import csr_array

from dedup.records import Family, Hashes64, Match, Recipe, Relation, TermVector

Edges = Mapping[tuple[str, str], int]
MILLION = 1_000_000


def mean(vectors: Sequence[TermVector]) -> TermVector:
    """Return the vector in the middle of `vectors`: what a family tells; of none, one without terms."""
    if not vectors:
        return TermVector(np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.float32))
    if len(vectors) == 1:
        return vectors[0]
    keys, places = np.unique(np.concatenate([held.keys for held in vectors]), return_inverse=True)
    weights = np.zeros(len(keys))
    np.add.at(weights, places, np.concatenate([held.weights for held in vectors]))
    return TermVector(keys, (weights / len(vectors)).astype(np.float32))


def edges(vectors: Mapping[str, TermVector], fresh: Iterable[str], recipe: Recipe) -> dict[tuple[str, str], int]:
    """Return the cosine, in millionths, of each pair `(a, b)`, `a < b`, with an end in `fresh`, down to the floor."""
    names = sorted(vectors)
    asked = sorted(set(fresh) & vectors.keys())
    if not asked:
        return {}
    columns = np.unique(np.concatenate([vectors[name].keys for name in names]))
    everything = _matrix([vectors[name] for name in names], columns).T.tocsr()
    found = {}
    # Nearly every text shares a word with every other: what is below the floor must not pile up.
    for start in range(0, len(asked), _ROWS):
        rows = asked[start : start + _ROWS]
        products = (_matrix([vectors[name] for name in rows], columns) @ everything).tocoo()
        high = products.data >= recipe.story_floor
        ends = (products.row[high].tolist(), products.col[high].tolist(), products.data[high].tolist())
        for row, column, cosine in zip(*ends, strict=True):
            a, b = rows[row], names[column]
            if a != b:
                found[min(a, b), max(a, b)] = round(cosine * MILLION)
    return found


_ROWS = 256


def cluster(families: Iterable[str], similar: Edges, recipe: Recipe) -> list[tuple[str, ...]]:
    """Return stories as sorted tuples of families: average linkage, cut at `recipe.story_cut`.

    Reciprocal nearest neighbours merge in rounds, which gives the textbook's partition (average linkage is
    reducible: Bruynooghe 1977, Murtagh 1983). A missing edge is 0; ties go by id.
    """
    members: dict[str, tuple[str, ...]] = {family: (family,) for family in families}
    sums: dict[str, dict[str, int]] = {family: {} for family in members}
    for (a, b), value in similar.items():
        sums[a][b] = sums[b][a] = value
    active = set(members)
    while active:
        nearest = {name: _nearest(name, sums, members, recipe) for name in sorted(active)}
        pairs = {
            (min(name, other), max(name, other))
            for name, other in nearest.items()
            if other and (nearest.get(other) or _nearest(other, sums, members, recipe)) == name
        }
        active = set()
        for one, other in sorted(pairs):
            active |= _merge(one, other, sums, members)
        active &= members.keys()
    return sorted(tuple(sorted(held)) for held in members.values())


def linkage(
    edges: Edges, families: Sequence[Family], matches: Iterable[Match], recipe: Recipe
) -> dict[tuple[str, str], int]:
    """Return the edges as clustering reads them: templates pushed apart, digests left out.

    A *digest* shares excerpts with families that do not tell of one another: it would tie them all together.
    """
    home = {member: family.id for family in families for member in family.members}
    excerpts: dict[str, set[str]] = defaultdict(set)
    templates = set()
    for match in matches:
        a, b = sorted((home[match.a], home[match.b]))
        if match.relation is Relation.TEMPLATE and a != b:
            templates.add((a, b))
        if match.relation is Relation.EXCERPT and a != b:
            excerpts[a].add(b)
            excerpts[b].add(a)
    cut = recipe.story_cut * MILLION
    digests = {
        family
        for family, held in excerpts.items()
        if any(edges.get(pair, 0) < cut for pair in combinations(sorted(held), 2))
    }
    kept = {pair: value for pair, value in edges.items() if digests.isdisjoint(pair)}
    return kept | dict.fromkeys(templates, round(recipe.story_template * MILLION))


def label(families: Sequence[str], similar: Edges) -> str:
    """Return the family nearest to all others of the story; among equals the first by id."""

    def centrality(family: str) -> int:
        return sum(similar.get((min(family, other), max(family, other)), 0) for other in families if other != family)

    return min(families, key=lambda family: (-centrality(family), family))


def telling_terms(told: Sequence[Mapping[str, float]], count: int) -> tuple[str, ...]:
    """Return the terms that say most of several texts together, weightiest first; those of one text only come last."""
    total: dict[str, float] = defaultdict(float)
    texts: Counter[str] = Counter()
    for terms in told:
        length = sqrt(sum(weight * weight for weight in terms.values())) or 1.0
        for term, weight in terms.items():
            total[term] += weight / length
            texts[term] += 1
    least = 2 if len(told) > 1 else 1
    order = sorted(total, key=lambda term: (texts[term] < least, -round(total[term], 9), term))
    return tuple(order[:count])


def _nearest(
    name: str, sums: Mapping[str, Mapping[str, int]], members: Mapping[str, Sequence[str]], recipe: Recipe
) -> str:
    """Return the cluster nearest to `name` on average, "" when none reaches the cut; among equals the first by id."""
    best, nearest = recipe.story_cut * MILLION, ""
    for other in sorted(sums[name]):
        average = sums[name][other] / (len(members[name]) * len(members[other]))
        if average > best or (average == best and not nearest):
            best, nearest = average, other
    return nearest


def _merge(one: str, other: str, sums: dict[str, dict[str, int]], members: dict[str, tuple[str, ...]]) -> set[str]:
    """Merge `other` into `one`; return the clusters whose nearest neighbour may have changed."""
    members[one] += members.pop(other)
    gone = sums.pop(other)
    gone.pop(one, None)
    sums[one].pop(other, None)
    for third, value in gone.items():
        sums[third].pop(other)
        sums[one][third] = sums[third][one] = sums[one].get(third, 0) + value
    return {one, *sums[one]}


def _matrix(vectors: Sequence[TermVector], columns: Hashes64) -> csr_array:
    lengths = np.cumsum([0, *(len(held.keys) for held in vectors)])
    places = np.searchsorted(columns, np.concatenate([held.keys for held in vectors]))
    weights = np.concatenate([held.weights for held in vectors])
    return csr_array((weights, places, lengths), shape=(len(vectors), len(columns)))
