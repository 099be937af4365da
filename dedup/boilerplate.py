"""What each site repeats: strict families of its texts, the shingles it prints in many of them, and own text.

Families are counted, not articles: a site that carries one article ten times repeats an article, not a footer.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from dedup.records import Hashes64, Recipe, SiteShingles


def strict_families(texts: Sequence[Hashes64], pairs: Sequence[tuple[int, int]], recipe: Recipe) -> list[int]:
    """Return a family number for each text of one site; `texts` are sorted distinct shingles, `pairs` candidates.

    Two texts are one family at weighted Jaccard ≥ `recipe.strict_jaccard`. A shingle weighs log((n+1)/d), n texts
    of the site, d of them holding it: a footer that all share weighs nothing and makes no family of them.
    """
    if not texts:
        return []
    held, counts = np.unique(np.concatenate(texts), return_counts=True)
    weights = np.log((len(texts) + 1) / counts)
    places = [np.searchsorted(held, text) for text in texts]
    totals = [float(weights[place].sum()) for place in places]
    kept = []
    for one, other in pairs:
        shared = float(weights[np.intersect1d(places[one], places[other], assume_unique=True)].sum())
        union = totals[one] + totals[other] - shared
        if union > 0 and shared / union >= recipe.strict_jaccard:
            kept.append((one, other))
    rows, columns = zip(*kept, strict=True) if kept else ((), ())
    graph = coo_array((np.ones(len(kept)), (rows, columns)), shape=(len(texts), len(texts)))
    return [int(label) for label in connected_components(graph, directed=False)[1]]


def site_shingles(texts: Sequence[Hashes64], families: Sequence[int]) -> SiteShingles:
    """Return in how many strict families of its site each shingle stands."""
    members: dict[int, list[Hashes64]] = {}
    for text, family in zip(texts, families, strict=True):
        members.setdefault(family, []).append(text)
    distinct = [np.unique(np.concatenate(held)) for held in members.values()]
    if not distinct:
        return SiteShingles(np.empty(0, np.uint64), np.empty(0, np.uint32))
    shingles, counts = np.unique(np.concatenate(distinct), return_counts=True)
    return SiteShingles(shingles, counts.astype(np.uint32))


def learn(sites: Mapping[str, SiteShingles], recipe: Recipe) -> dict[str, Hashes64]:
    """Return each site's boilerplate, sorted: shingles in ≥ 4 of its families that are mostly its own, or in ≥ 20."""
    common = {site: held.families >= recipe.boilerplate_families for site, held in sites.items()}
    asked = np.unique(np.concatenate([sites[site].shingles[rows] for site, rows in common.items()] or [_NONE]))
    everywhere = np.zeros(len(asked), dtype=np.int64)
    for held in sites.values():
        places = np.searchsorted(held.shingles, asked)
        inside = places < len(held.shingles)
        found = np.zeros(len(asked), dtype=bool)
        found[inside] = held.shingles[places[inside]] == asked[inside]
        everywhere[found] += held.families[places[found]]
    learned = {}
    for site, rows in common.items():
        shingles, here = sites[site].shingles[rows], sites[site].families[rows]
        total = everywhere[np.searchsorted(asked, shingles)]
        mostly_here = here >= recipe.boilerplate_share * total
        learned[site] = shingles[mostly_here | (here >= recipe.boilerplate_everywhere)]
    return learned


def own_words(shingles: Hashes64, boilerplate: Hashes64, words: int, length: int) -> NDArray[np.bool_]:
    """Return for each of `words` words whether it is the text's own: in no shingle of its site's boilerplate.

    `shingles` are the hashes at each place of the text, `length` words long.
    """
    own = np.ones(words, dtype=bool)
    if len(boilerplate):
        repeated = np.flatnonzero(np.isin(shingles, boilerplate))
        for place in range(length):
            own[repeated + place] = False
    return own


_NONE: Hashes64 = np.empty(0, dtype=np.uint64)
