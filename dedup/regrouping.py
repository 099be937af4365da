"""The families of the corpus at another threshold, from the matches that are stored; nothing else changes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from dedup import families, ids, matching, merging
from dedup.corpus import Corpus, grouping, vocabularies
from dedup.corpus.results import read_matches, snapshot
from dedup.reading import desk_of
from dedup.records import GemaError, Match, Recipe, Snapshot

# Pairs whose texts are in memory at a time.
_AT_ONCE = 2_000


def regroup(corpus: Corpus, at: float) -> Snapshot:
    """Return the results of the last update as they would be with `Recipe.syndicated_share` at `at`.

    Matches that take a share between both thresholds are compared again, others stay what they are. A family that has
    the members of a stored one keeps its id; another's is that of the one most of its members are in, `@` and the
    threshold. Stories are left out: they are told of stored families. Raises GemaError where `at` lies below
    `Recipe.floor` or above 1, RecipeError when the corpus was grouped by another recipe.
    """
    recipe = vocabularies.settled(corpus)
    grouping.check_recipe(corpus, recipe)
    if not recipe.floor <= at <= 1:
        lowest = f"pairs that share less than {recipe.floor:.0%} of the shorter text are not stored"
        raise GemaError(f"a threshold lies between {recipe.floor:g} and 1, not at {at:g}: {lowest}")
    stored, changed = snapshot(corpus), replace(recipe, syndicated_share=at)
    homes = {member: family.id for family in stored.families for member in family.members}
    matches = _decided(corpus, recipe, changed)
    excerpts = merging.merged(sorted(homes), matches, changed)
    matches = [merging.as_excerpt(match) if (match.a, match.b) in excerpts else match for match in matches]
    grouped = families.families(sorted(homes), matches, grouping.verdicts(corpus))
    named = ids.lasting([family.members for family in grouped], homes, grouping.ages(corpus, homes))
    known = {family.members: family.id for family in stored.families}
    found = [
        replace(family, id=known.get(family.members, f"{name}@{at:g}"))
        for family, name in zip(grouped, named.ids, strict=True)
    ]
    found.sort(key=lambda family: family.id)
    return replace(stored, families=tuple(found), stories=(), matches=tuple(matches), recipe=changed)


def is_stored(family: str) -> bool:
    """Tell whether a family of `regroup`, given its id, is as it is stored."""
    return not _OTHER.search(family)


_OTHER = re.compile(r"@(?:0\.\d+|1)$")


def _decided(corpus: Corpus, recipe: Recipe, changed: Recipe) -> list[Match]:
    """Return all matches as the changed recipe decides them, each as the two texts alone make it."""
    with corpus.reading() as connection:
        alone = read_matches(connection, alone=True)
    low, high = sorted((recipe.syndicated_share, changed.syndicated_share))
    doubtful = [match for match in alone if low <= match.measures.taken < high]
    again = {(match.a, match.b): match for match in _compared(corpus, doubtful, changed)}
    return [again.get((match.a, match.b), match) for match in alone]


def _compared(corpus: Corpus, matches: Sequence[Match], recipe: Recipe) -> Iterator[Match]:
    """Yield matches anew. What a relation rests on beside measures, such as where names recur, is in the texts only."""
    desk = desk_of(corpus, recipe)
    for start in range(0, len(matches), _AT_ONCE):
        chunk = matches[start : start + _AT_ONCE]
        batch = desk.batch(sorted({key for match in chunk for key in (match.a, match.b)}))
        read = {reading.id: reading for reading in desk.readings(batch, desk.own(batch).words)}
        yield from (matching.compare(read[match.a], read[match.b], recipe) for match in chunk)
