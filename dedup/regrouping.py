"""The families of the corpus at another threshold, from the matches that are stored; nothing else changes."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter

import numpy as np

from dedup import families, ids, matching, merging
from dedup.corpus import Corpus, grouping, vocabularies
from dedup.corpus.results import read_matches, snapshot
from dedup.reading import desk_of
from dedup.records import Family, GemaError, Match, Recipe, Relation, Snapshot, Verdict

# Pairs whose texts are in memory at a time.
_AT_ONCE = 500
# The thresholds a curve is drawn over; each costs what all matches cost, so that many are counted at few.
_STEPS, _FEW_STEPS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9), (0.2, 0.4, 0.7, 0.9)
_MANY = 30_000
Pair = tuple[str, str]


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
    excerpts = merging.merged(sorted(homes), matches, changed, partial(grouping.titles, corpus))
    matches = [merging.as_excerpt(match) if (match.a, match.b) in excerpts else match for match in matches]
    grouped = families.families(sorted(homes), matches, grouping.verdicts(corpus))
    named = ids.lasting([family.members for family in grouped], homes, grouping.ages(corpus, homes))
    known = {family.members: family.id for family in stored.families}
    found = [
        family._replace(id=known.get(family.members, f"{name}@{at:g}"))
        for family, name in zip(grouped, named.ids, strict=True)
    ]
    found.sort(key=attrgetter("id"))
    return replace(stored, families=tuple(found), stories=(), matches=tuple(matches), recipe=changed)


def curve(corpus: Corpus, found: Snapshot) -> list[tuple[float, int, int]]:
    """Return by threshold how many families of several articles there are, as `regroup` finds them, and in `found`.

    Each comes with how many articles are in these families.

    Each pair is compared again once at most: below the stored threshold what it is depends on nothing but whether its
    share is reached, and so above it. Returns nothing before the first update.
    """
    recipe, chosen = Recipe(), found.recipe.syndicated_share
    with corpus.reading() as connection:
        alone = read_matches(connection, alone=True)
    if not alone:
        return []
    steps = _STEPS if len(alone) < _MANY else _FEW_STEPS
    verdicts, stored = grouping.verdicts(corpus), recipe.syndicated_share
    under = [match for match in alone if steps[0] <= match.measures.taken < stored]
    quoted = [match for match in alone if match.relation.joins and match.measures.outside_quotes < recipe.quotes_doubt]
    joined = {(match.a, match.b): match for match in _compared(corpus, under, _joining_from(steps[0]))}
    apart = {(match.a, match.b): match for match in _compared(corpus, quoted, _joining_from(1))}
    counts = {chosen: _counted(found.families)}
    for at in set(steps) - {chosen}:
        changed = _joining_from(at)
        matches = [_at(match, changed, stored, joined, apart) for match in alone]
        counts[at] = _copied(corpus, matches, changed, verdicts)
    return sorted((at, *counted) for at, counted in counts.items())


def _joining_from(at: float) -> Recipe:
    return replace(Recipe(), syndicated_share=at)


def _at(
    match: Match, changed: Recipe, stored: float, joined: Mapping[Pair, Match], apart: Mapping[Pair, Match]
) -> Match:
    """Return what two texts are to one another where another share joins."""
    at, taken = changed.syndicated_share, match.measures.taken
    if at <= taken < stored:
        return joined[match.a, match.b]
    if not (match.relation.joins and match.relation is not Relation.EXACT and taken < at):
        return match
    phrases = match.measures.longest_run < changed.excerpt_run
    part = match._replace(relation=Relation.NONE if phrases else Relation.EXCERPT)
    return apart.get((match.a, match.b), part)


def _copied(corpus: Corpus, matches: Sequence[Match], recipe: Recipe, verdicts: Sequence[Verdict]) -> tuple[int, int]:
    """Return how many families of several articles these matches make, and how many articles are in them."""
    articles = sorted({key for match in matches for key in (match.a, match.b)} | _named(verdicts))
    excerpts = merging.merged(articles, matches, recipe, partial(grouping.titles, corpus))
    matches = [merging.as_excerpt(match) if (match.a, match.b) in excerpts else match for match in matches]
    return _counted(families.families(articles, matches, verdicts))


def _counted(grouped: Iterable[Family]) -> tuple[int, int]:
    sizes = [len(family.members) for family in grouped if len(family.members) > 1]
    return len(sizes), sum(sizes)


def _named(verdicts: Sequence[Verdict]) -> set[str]:
    return {key for verdict in verdicts for key in (verdict.a, verdict.b)}


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
        articles = [(article.id, article.site) for article in batch.articles]
        places = {key: place for place, (key, _) in enumerate(articles)}
        pairs = np.array([[places[match.a], places[match.b]] for match in chunk])
        yield from matching.compare_all(articles, desk.texts(batch, desk.own(batch).words), pairs, recipe)
        desk.clear()
