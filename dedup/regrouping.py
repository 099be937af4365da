"""The families of the corpus at another threshold, from the matches that are stored; nothing else changes."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import compress
from operator import attrgetter

import numpy as np

from dedup import families, ids, matching, merging
from dedup.corpus import Corpus, grouping, outdated, vocabularies
from dedup.corpus.results import read_matches, snapshot, stored_matches
from dedup.errors import GemaError
from dedup.passages import Mask
from dedup.reading import desk_of
from dedup.records import Family, Match, Recipe, Relation, Snapshot, Verdict
from dedup.relations import are_copies

# Pairs whose texts are in memory at a time.
_AT_ONCE = 500
# The thresholds a curve is drawn over; each costs what all matches cost, so that many are counted at few.
_STEPS, _FEW_STEPS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9), (0.2, 0.4, 0.7, 0.9)
_MANY = 30_000
# A threshold that nothing reaches; and what joins, or joins nothing, whether or not enough is taken for a copy.
_NEVER, _ANYWAY = 2.0, (Relation.EXACT, Relation.TEMPLATE)


def regroup(corpus: Corpus, at: float) -> Snapshot:
    """Return the results of the last update as they would be with `Recipe.syndicated_share` at `at`.

    Matches that are copies at only one of the two thresholds are compared again, others stay what they are. A family
    that has the members of a stored one keeps its id; another's is that of the one most of its members are in, `@` and
    the threshold. Stories are left out: they are told of stored families. Raises GemaError where `at` lies below
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
    shown = _of_now(corpus, matches)
    return replace(stored, families=tuple(found), stories=(), matches=tuple(shown), recipe=changed)


def curve(corpus: Corpus, found: Snapshot) -> list[tuple[float, int, int]]:
    """Return by threshold how many families of several articles there are, as `regroup` finds them, and in `found`.

    Each comes with how many articles are in these families.

    Each pair is compared again once at most: what it is depends on nothing but whether enough is taken for a copy.
    Returns nothing before the first update.
    """
    recipe, chosen = Recipe(), found.recipe.syndicated_share
    with corpus.reading() as connection:
        alone = stored_matches(connection, alone=True)
    if not alone:
        return []
    steps = _STEPS if len(alone) < _MANY else _FEW_STEPS
    verdicts, stored = grouping.verdicts(corpus), recipe.syndicated_share
    copies = _copies(corpus, alone, {stored, *steps})
    turned = {(match.a, match.b): match for match in _turned(corpus, alone, copies[stored], copies[steps[0]])}
    counts = {chosen: _counted(found.families)}
    for at in set(steps) - {chosen}:
        changes = (copies[at] != copies[stored]).tolist()
        matches = [
            turned.get((match.a, match.b), match) if changed else match
            for match, changed in zip(alone, changes, strict=True)
        ]
        counts[at] = _copied(corpus, matches, _joining_from(at), verdicts)
    return sorted((at, *counted) for at, counted in counts.items())


def _joining_from(at: float) -> Recipe:
    return replace(Recipe(), syndicated_share=at)


def _copies(corpus: Corpus, matches: Sequence[Match], thresholds: Iterable[float]) -> dict[float, Mask]:
    """Return by threshold of which matches enough is taken for a copy."""
    held = grouping.listed(corpus, sorted({key for match in matches for key in (match.a, match.b)}))
    sites = {key: each.site for key, each in held.items()}
    taken = np.array([match.measures.taken for match in matches])
    alike = np.array([match.measures.likeness for match in matches])
    one_site = np.array([bool(sites[match.a]) and sites[match.a] == sites[match.b] for match in matches], bool)
    recipe = Recipe()
    return {
        at: are_copies(taken, alike, one_site, at, recipe.syndicated_band, recipe.revision_likeness)
        for at in thresholds
    }


def _turned(corpus: Corpus, matches: Sequence[Match], stored: Mask, lowest: Mask) -> Iterator[Match]:
    """Yield what matches are where another threshold makes of them the other thing: a copy, or none.

    Of what is yielded twice the second counts. Digests stay what they are: they join nothing; templates, of which some
    are none unless they are copies, keep apart.
    """
    recipe = Recipe()
    joined = [match for match in compress(matches, lowest & ~stored) if match.relation not in _ANYWAY]
    yield from _compared(corpus, joined, replace(recipe, syndicated_share=0.0, syndicated_band=0.0))
    joining = [match for match in compress(matches, stored) if match.relation.joins and match.relation not in _ANYWAY]
    quoted = [match for match in joining if match.measures.outside_quotes < recipe.quotes_doubt]
    frames = [match for match in compress(matches, stored) if match.relation is Relation.TEMPLATE]
    for match in joining:
        phrases = match.measures.longest_run < recipe.excerpt_run
        yield match._replace(relation=Relation.NONE if phrases else Relation.EXCERPT)
    yield from _compared(corpus, [*quoted, *frames], replace(recipe, syndicated_share=_NEVER, syndicated_band=0.0))


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
        alone = stored_matches(connection, alone=True)
    copies = _copies(corpus, alone, {recipe.syndicated_share, changed.syndicated_share})
    doubtful = compress(alone, copies[recipe.syndicated_share] != copies[changed.syndicated_share])
    again = {(match.a, match.b): match for match in _compared(corpus, list(doubtful), changed)}
    return [again.get((match.a, match.b), match) for match in alone]


def _of_now(corpus: Corpus, matches: list[Match]) -> list[Match]:
    """Return the matches of texts that have not changed since: the others only keep families together."""
    with corpus.reading() as connection:
        if not outdated.some_wait(connection):
            return matches
        known = {(match.a, match.b) for match in read_matches(connection)}
    return [match for match in matches if (match.a, match.b) in known]


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
