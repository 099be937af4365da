"""What each site repeats: strict families of its texts, and the keys it prints in many of them.

Families are counted, not articles: a site that carries one article ten times repeats an article, not a footer.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup import lookup, minhash
from dedup.arrays import NEVER, SITE_BITS, Counted, Furniture, Hashes64, Postings, Sketches, Units
from dedup.compiled import compiled
from dedup.records import Recipe

Places = NDArray[np.int64]
Days = NDArray[np.int32]
Rows = NDArray[np.int32]
Sites = NDArray[np.int64] | NDArray[np.int32]
Mask = NDArray[np.bool_]


# --- strict families --------------------------------------------------------------------------------


def strict_families(texts: Sketches, days: Days, recipe: Recipe) -> tuple[Places, Counted]:
    """Return a family number for each text of one site, and in how many of the families each key stands.

    `days` are those of the texts. The number is the place of the family's first text. Two texts are one family at
    weighted Jaccard ≥ `recipe.strict_jaccard`. A key weighs log((n+1)/d), n texts of the site, d of them holding it: a
    footer that all share weighs nothing and makes no family of them.
    """
    count = len(texts.ends)
    keys, holders, postings, held = _who_holds(lookup.in_order(minhash.marked(texts)), texts.ends)
    weights = np.log((count + 1) / np.diff(postings, prepend=0))
    parents: Places = np.arange(count)
    _join(parents, texts.ends, held, weights, holders, postings, recipe.strict_jaccard)
    few, share = recipe.boilerplate_families, recipe.furniture_share
    counts, since = _count(parents, holders, postings, days, few, share, recipe.story_days)
    return parents, Counted(keys, counts, since)


# Through keys that more texts hold only those meet of which such keys may be enough to tie them.
_CROWD = 50
# What sums of some thousand weights may be off by, in any order.
_ROUNDED = 1e-9


@compiled
def _who_holds(marked: Hashes64, ends: Places) -> tuple[Hashes64, Rows, Places, Rows]:
    """Return the distinct keys of texts, in order, and which texts hold each, given all keys marked with their texts.

    The holders of key k are `holders[postings[k - 1]:postings[k]]`, in order; returned last are which of the keys the
    texts hold, in the order of their sketches.
    """
    keys, postings = np.empty(len(marked), np.uint64), np.empty(len(marked), np.int64)
    holders, held = np.empty(len(marked), np.int32), np.empty(len(marked), np.int32)
    next_of = np.zeros(len(ends), np.int64)
    next_of[1:] = ends[:-1]
    key = -1
    for place in range(len(marked)):
        if place == 0 or marked[place] >> _SITE_BITS != marked[place - 1] >> _SITE_BITS:
            key += 1
            keys[key] = marked[place] >> _SITE_BITS
        text = np.int64(marked[place] & _TEXT)
        holders[place], postings[key] = text, place + 1
        held[next_of[text]] = key
        next_of[text] += 1
    return keys[: key + 1].copy(), holders, postings[: key + 1], held


@compiled
def _join(
    parents: Places,
    ends: Places,
    held: Rows,
    weights: NDArray[np.float64],
    holders: Rows,
    postings: Places,
    least: float,
) -> None:
    """Make `parents` the first text of each text's component; `held` are the places of the texts' keys in `weights`.

    The texts that hold key k, in order, are `holders[postings[k - 1]:postings[k]]`. Only what two texts may share at
    most decides whether it is added up: the keys they have in common that few hold, and as much of the others as
    either has. Two that have none in common that few hold share at most what either has of the others: of most texts
    that is too little (prefixes, Bayardo et al. 2007).
    """
    totals, crowds = np.zeros(len(ends)), np.zeros(len(ends))
    start = 0
    for text in range(len(ends)):
        for place in range(start, ends[text]):
            key = held[place]
            totals[text] += weights[key]
            if postings[key] - (postings[key - 1] if key else 0) > _CROWD:
                crowds[text] += weights[key]
        start = ends[text]
    reached, near, common = np.zeros(len(ends), np.int64), np.empty(len(ends), np.int64), np.zeros(len(ends))
    start = 0
    for text in range(len(ends)):
        count, among_many = 0, crowds[text] * (1 + _ROUNDED) >= least * totals[text]
        for place in range(start, ends[text]):
            key = held[place]
            first = postings[key - 1] if key else 0
            few = postings[key] - first <= _CROWD
            for holder in range(first, postings[key] if few or among_many else first):
                other = holders[holder]
                if other >= text:
                    break
                # Numbered from one, for no text has been reached at first.
                if reached[other] != text + 1:
                    reached[other] = text + 1
                    near[count], common[other] = other, 0.0
                    count += 1
                if few:
                    common[other] += weights[key]
        for other in near[:count]:
            most = (common[other] + min(crowds[text], crowds[other])) * (1 + _ROUNDED)
            if most < least * (totals[text] + totals[other] - most) or _root(parents, other) == _root(parents, text):
                continue
            shared = _shared(held, weights, ends, text, other)
            if shared > 0 and shared >= least * (totals[text] + totals[other] - shared):
                one, two = _root(parents, text), _root(parents, other)
                parents[max(one, two)] = min(one, two)
        start = ends[text]
    for text in range(len(ends)):
        parents[text] = _root(parents, text)


@compiled
def _root(parents: Places, text: int) -> int:
    while parents[text] != text:
        parents[text] = parents[parents[text]]
        text = parents[text]
    return text


@compiled
def _shared(held: Rows, weights: NDArray[np.float64], ends: Places, one: int, other: int) -> float:
    here, there = (ends[one - 1] if one else 0), (ends[other - 1] if other else 0)
    total = 0.0
    while here < ends[one] and there < ends[other]:
        if held[here] == held[there]:
            total += weights[held[here]]
            here += 1
            there += 1
        elif held[here] < held[there]:
            here += 1
        else:
            there += 1
    return total


# --- what is repeated -------------------------------------------------------------------------------


@compiled
def _count(
    families: Places, holders: Rows, postings: Places, days: Days, few: int, share: float, grace: int
) -> tuple[Places, Days]:
    """Return in how many families each key stands, and since which day it is furniture, or NEVER.

    It is from the first day on by which it stood in `few` families and this share of all; from the very first if the
    site was no older than `grace` days by then. So what comes later changes nothing of it.
    """
    firsts = np.full(len(families), NEVER, np.int32)
    for text in range(len(families)):
        firsts[families[text]] = min(firsts[families[text]], days[text])
    opened = np.sort(firsts[firsts < NEVER])
    counts, met = np.zeros(len(postings), np.int64), np.full(len(families), -1, np.int64)
    since = np.full(len(postings), NEVER, np.int32)
    where = np.empty(len(families), np.int32)
    start = 0
    for key in range(len(postings)):
        count = 0
        for place in range(start, postings[key]):
            family = families[holders[place]]
            if met[family] != key:
                met[family] = key
                where[count] = firsts[family]
                count += 1
        start, counts[key] = postings[key], count
        if count >= few:
            since[key] = _crossing(np.sort(where[:count]), opened, few, share)
            if since[key] - opened[0] <= grace:
                since[key] = 0
    return counts, since


@compiled
def _crossing(where: Days, opened: Days, few: int, share: float) -> int:
    """Return the first of the days `where` a key came by which these are enough of all, `opened`; both sorted."""
    for place in range(few - 1, len(where)):
        if place + 1 < len(where) and where[place + 1] == where[place]:
            continue
        if place + 1 >= share * np.searchsorted(opened, where[place], "right"):
            return int(where[place])
    return NEVER


def enough(counted: Counted, recipe: Recipe) -> Counted:
    """Return what of this stands in so many families that it may be boilerplate."""
    kept = counted.families >= recipe.boilerplate_families
    return Counted(counted.keys[kept], counted.families[kept], counted.since[kept])


def doubtful(counted: Mapping[int, Counted], recipe: Recipe) -> Hashes64:
    """Return the keys of which it depends on other sites whether they are some site's boilerplate, sorted."""
    asked = [held.keys[held.families < recipe.boilerplate_everywhere] for held in counted.values()]
    return np.unique(np.concatenate([_NONE, *asked]))


def learn(
    counted: Mapping[int, Counted], asked: Hashes64, everywhere: NDArray[np.int64], recipe: Recipe
) -> dict[int, Hashes64]:
    """Return each site's boilerplate, sorted: what it repeats and mostly stands where it is repeated, or in ≥ 20.

    A site repeats a key that stands in ≥ 4 of its strict families. A wire stands once at most of the sites that have
    it; the footer of a network is repeated at each. `everywhere` is in how many strict families of all sites each
    of the keys `asked` stands.
    """
    repeated = np.zeros(len(asked), dtype=np.int64)
    known = {site: lookup.found(asked, held.keys) for site, held in counted.items()}
    for site, held in counted.items():
        inside = known[site] >= 0
        repeated[known[site][inside]] += held.families[inside]
    mostly = repeated >= recipe.boilerplate_share * everywhere
    learned = {}
    for site, held in counted.items():
        inside = known[site] >= 0
        kept = held.families >= recipe.boilerplate_everywhere
        kept[inside] |= mostly[known[site][inside]]
        learned[site] = held.keys[kept]
    return learned


def furniture(counted: Mapping[int, Counted]) -> dict[int, Furniture]:
    """Return each site's furniture.

    Boilerplate comes and goes as a site grows; this stays. What articles tell is read without it, so that what was told
    stays told.
    """
    kept = {site: held.since < NEVER for site, held in counted.items()}
    return {site: Furniture(held.keys[kept[site]], held.since[kept[site]]) for site, held in counted.items()}


def pinned(before: Furniture, keys: Hashes64, repeated: bool) -> Furniture:
    """Return a site's furniture with these keys, sorted, or without them."""
    kept = ~np.isin(before.keys, keys)
    held, since = before.keys[kept], before.since[kept]
    if not repeated:
        return Furniture(held, since)
    order = np.argsort(every := np.concatenate([held, keys]))
    return Furniture(every[order], np.concatenate([since, np.zeros(len(keys), np.int32)])[order])


@dataclass(frozen=True, slots=True)
class Aged:
    """Keys, marked with their sites and sorted, that are furniture on other days than before.

    They are that in one of the two only from the days `begin` until before the days `end`.
    """

    keys: Hashes64
    begin: Days
    end: Days

    def on(self, keys: Hashes64, sites: Sites, days: Days) -> Mask:
        """Return for which of these keys, sites and days that is so."""
        places = lookup.found(self.keys, marked(keys, sites))
        found: Mask = places >= 0
        at = places[found]
        found[found] = (self.begin[at] <= days[found]) & (days[found] < self.end[at])
        return found


def aged(before: Mapping[int, Furniture], now: Mapping[int, Furniture]) -> Aged:
    """Return how the furniture of sites is other than before."""
    others = [site for site in now if now[site] is not before.get(site)]
    one, other = (furniture_table({site: each[site] for site in others if site in each}) for each in (before, now))
    keys = np.union1d(one.keys, other.keys)
    both = np.stack([since(each, keys) for each in (one, other)])
    changed = both[0] != both[1]
    return Aged(keys[changed], both.min(axis=0)[changed], both.max(axis=0)[changed])


def furniture_table(furniture: Mapping[int, Furniture]) -> Furniture:
    """Return the furniture of all sites as one sorted table of keys marked with their sites."""
    keys = np.concatenate(
        [_NONE, *(marked(held.keys, np.full(len(held.keys), site)) for site, held in furniture.items())]
    )
    since = np.concatenate([NO_FURNITURE.since, *(held.since for held in furniture.values())])
    order = np.argsort(keys)
    return Furniture(keys[order], since[order])


def since(table: Furniture, keys: Hashes64) -> Days:
    """Return since which day each of these marked keys is furniture."""
    places = lookup.found(table.keys, keys)
    # The last one is for keys that are none.
    return np.append(table.since, np.int32(NEVER))[places]


def marked(keys: Hashes64, sites: Sites) -> Hashes64:
    """Return each key together with the number of a site, as one number."""
    return (keys << np.uint64(SITE_BITS)) | sites.astype(np.uint64)


def table(learned: Mapping[int, Hashes64]) -> Hashes64:
    """Return what all sites repeat as one sorted table of keys marked with their sites."""
    rows = [marked(keys, np.full(len(keys), site)) for site, keys in learned.items()]
    return np.sort(np.concatenate([_NONE, *rows]))


@compiled
def repeats(known: lookup.Table, keys: Hashes64, sites: Sites) -> Mask:
    """Return which keys their sites repeat, given the table of what all do."""
    out = np.empty(len(keys), np.bool_)
    for row in range(len(keys)):
        out[row] = lookup.holds(known, (keys[row] << _SITE_BITS) | np.uint64(sites[row]))
    return out


def holds(part: Postings, units: Units, known: lookup.Table) -> Mask:
    """Return which postings count: those of sketches that are not empty, and of keys that are no boilerplate there."""
    return _holds(known, part.keys, part.ends, part.units, units.sites, units.sizes)


@compiled
def _holds(
    known: lookup.Table, keys: Hashes64, ends: Places, holders: Rows, sites: Rows, sizes: NDArray[np.int32]
) -> Mask:
    out, start = np.empty(len(holders), np.bool_), 0
    for row in range(len(keys)):
        for place in range(start, ends[row]):
            unit = holders[place]
            site = np.uint64(sites[unit])
            out[place] = sizes[unit] > 0 and not lookup.holds(known, (keys[row] << _SITE_BITS) | site)
        start = ends[row]
    return out


_SITE_BITS, _TEXT = np.uint64(SITE_BITS), np.uint64(2**SITE_BITS - 1)
_NONE: Hashes64 = np.empty(0, dtype=np.uint64)
NO_FURNITURE = Furniture(_NONE, np.empty(0, dtype=np.int32))
