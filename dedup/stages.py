"""The stages of an update, each from what changed to what that changes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from dedup import boilerplate, index, matching, minhash, signing
from dedup.corpus import grouping
from dedup.corpus.grouping import Own
from dedup.corpus.results import stored_matches
from dedup.reading import NOTHING, Desk
from dedup.records import Hashes64, Match, Recipe, SiteShingles

# Texts whose signatures are kept in one transaction.
_SIGNED_AT_ONCE = 10_000

Progress = Callable[[str, int, int], None]
Pair = tuple[str, str]


def sign(desk: Desk, sites: Iterable[str], tell: Progress) -> int:
    """Sign each text of these sites that has no signature yet; return how many there were."""
    units = [unit for held in desk.of_sites(sites).values() for unit in held]
    text_ids = {desk.articles[unit].text_id: unit for unit in units}
    missing = text_ids.keys() - grouping.signatures(desk.corpus, text_ids).keys()
    desk.load(text_ids[number] for number in missing)
    wanted = sorted(missing)
    for start in range(0, len(wanted), _SIGNED_AT_ONCE):
        tell("signing", start, len(wanted))
        numbers = wanted[start : start + _SIGNED_AT_ONCE]
        rows = signing.signatures([desk.text(text_ids[number]) for number in numbers], desk.recipe)
        grouping.save_signatures(desk.corpus, dict(zip(numbers, rows, strict=True)))
    return len(wanted)


def learn(
    desk: Desk, sites: Iterable[str], tell: Progress
) -> tuple[dict[str, SiteShingles], dict[str, Hashes64], set[str]]:
    """Return every site's shingles and boilerplate, and the sites whose boilerplate is no longer what it was."""
    counted, before = grouping.sites(desk.corpus)
    held = desk.of_sites(sites)
    for done, (site, units) in enumerate(sorted(held.items())):
        tell("learning what sites repeat", done, len(held))
        counted.pop(site, None)
        if units:
            desk.load(units)
            texts = [np.unique(desk.shingles(unit)) for unit in units]
            strict = boilerplate.strict_families(texts, _likely(desk, units), desk.recipe)
            counted[site] = boilerplate.site_shingles(texts, strict)
    repeated = boilerplate.learn(counted, desk.recipe)
    relearned = {site for site in repeated if not np.array_equal(repeated[site], before.get(site, NOTHING))}
    return counted, repeated, relearned


def own_texts(
    desk: Desk,
    before: Mapping[str, Own],
    repeated: Mapping[str, Hashes64],
    changed: Set[str],
    relearned: Set[str],
    tell: Progress,
) -> dict[str, Own]:
    """Return what is new of the units' own texts: of those that came or changed, and where boilerplate did."""
    asked = [
        unit for unit in desk.units if unit in changed or unit not in before or desk.articles[unit].site in relearned
    ]
    desk.load(asked)
    fresh = {}
    for done, unit in enumerate(asked):
        tell("sketching", done, len(asked))
        own = _own(desk, unit, repeated)
        if unit in changed or unit not in before or before[unit].hash != own.hash:
            fresh[unit] = own
    return fresh


def candidates(
    before: Mapping[str, Own], own: Mapping[str, Own], moved: Set[str], recipe: Recipe
) -> tuple[set[Pair], set[str]]:
    """Return the candidate pairs with an end among the touched units, and these.

    Touched are the units that moved, and all holders of a key that turned hot or cold or changed its leaders:
    only their candidates can be others than before.
    """
    keys = {key for unit in moved for held in (before, own) if unit in held for key in held[unit].keys.tolist()}
    old, new = _postings(before, keys), _postings(own, keys)
    hashes_before, hashes = ({unit: kept.hash for unit, kept in held.items()} for held in (before, own))
    touched = set(moved)
    for key in keys:
        if index.hot_leaders(old[key], hashes_before, recipe) != index.hot_leaders(new[key], hashes, recipe):
            touched.update(old[key], new[key])
    touched &= own.keys()
    postings = _postings(own, {key for unit in touched for key in own[unit].keys.tolist()})
    sizes = {unit: len(kept.keys) for unit, kept in own.items()}
    found = index.candidates(postings.values(), hashes, sizes, recipe)
    return {pair for pair in found if not touched.isdisjoint(pair)}, touched | set(moved)


def verify(
    desk: Desk,
    pairs: Set[Pair],
    touched: Set[str],
    moved: Set[str],
    repeated: Mapping[str, Hashes64],
    tell: Progress,
) -> tuple[list[Match], int]:
    """Return all matches: stored ones that nothing touched, and the touched pairs verified; and how many were."""
    stored = stored_matches(desk.corpus)
    alike = set(identical(desk))
    texts = {key: article.text_hash for key, article in desk.articles.items()}
    wanted = alike | {pair for pair in pairs if texts[pair[0]] != texts[pair[1]]}
    kept = {
        pair: match
        for pair, match in stored.items()
        if pair in wanted
        or (touched.isdisjoint(pair) and texts.keys() >= set(pair) and texts[pair[0]] != texts[pair[1]])
    }
    asked = sorted(pair for pair in wanted if pair not in kept or not moved.isdisjoint(pair))
    desk.load(key for pair in asked for key in pair)
    for done, (a, b) in enumerate(asked):
        tell("verifying", done, len(asked))
        whole = (a, b) in alike
        one, other = (
            desk.reading(key, np.ones(len(desk.words(key).hashes), dtype=bool) if whole else desk.own(key, repeated))
            for key in (a, b)
        )
        match = matching.compare(one, other, desk.recipe)
        kept.pop((a, b), None)
        if match.measures.containment >= desk.recipe.floor:
            kept[a, b] = match
    return [kept[pair] for pair in sorted(kept)], len(asked)


def identical(desk: Desk) -> list[Pair]:
    """Return the pairs that tie articles of equal texts: each to the first unit that has its text."""
    first: dict[str, str] = {}
    pairs = []
    for key in sorted(desk.articles):
        centre = first.setdefault(desk.articles[key].text_hash, key)
        if centre != key:
            pairs.append((centre, key))
    return pairs


def own_sketch(words: Hashes64, places: Hashes64, own: NDArray[np.bool_], recipe: Recipe) -> tuple[str, Hashes64]:
    """Return the hash of a text's own words and their containment sketch; none where too little is its own.

    `words` are the hashes of its words, `places` of the shingle at each place, `own` tells which words are its own.
    """
    left = words[own]
    enough = len(left) >= recipe.min_own_words and len(left) >= recipe.min_own_share * len(words)
    inside = own[: len(places)].copy()
    for place in range(1, recipe.shingle_words):
        inside &= own[place : place + len(inside)]
    digest = blake2b(left.astype("<u8").tobytes(), digest_size=16).hexdigest()
    return digest, minhash.sketch(places[inside], recipe) if enough else NOTHING


def _own(desk: Desk, unit: str, repeated: Mapping[str, Hashes64]) -> Own:
    own = desk.own(unit, repeated)
    digest, keys = own_sketch(desk.words(unit).hashes, desk.shingles(unit), own, desk.recipe)
    return Own(digest, keys, desk.term_vector(unit, own))


def _likely(desk: Desk, units: Sequence[str]) -> list[tuple[int, int]]:
    signed = grouping.signatures(desk.corpus, [desk.articles[unit].text_id for unit in units])
    recipe = desk.recipe
    return index.banded(
        [
            minhash.bands(signed[desk.articles[unit].text_id], recipe.strict_bands, recipe.strict_rows)
            if len(desk.words(unit).hashes) >= recipe.min_words
            else ()
            for unit in units
        ]
    )


def _postings(own: Mapping[str, Own], keys: Set[int]) -> dict[int, list[str]]:
    postings: dict[int, list[str]] = defaultdict(list)
    for unit, held in own.items():
        for key in held.keys.tolist():
            if key in keys:
                postings[key].append(unit)
    return postings
