"""Why two articles are or are not together: one pair, compared again, with what ties them beyond it."""

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from dedup import matching
from dedup.corpus import Corpus, grouping, strands, vocabularies
from dedup.corpus.results import snapshot
from dedup.reading import desk_of
from dedup.records import Explanation, GemaError, Match, Recipe, Relation, TermVector
from dedup.terms import shared

_T = TypeVar("_T")


def explain(corpus: Corpus, a: str, b: str, recipe: Recipe | None = None) -> Explanation:
    """Return what the articles `a` and `b` (ids or addresses) are to one another, and why.

    The relation is `same-story` where they share too little text but one story holds both. Raises UnknownArticle.
    """
    recipe = recipe or vocabularies.settled(corpus)
    grouping.check_recipe(corpus, recipe)
    one, other = sorted((corpus.article(a), corpus.article(b)), key=lambda article: article.id)
    if one.id == other.id:
        raise GemaError(f"{a} and {b} are one article")
    desk, now = desk_of(corpus, recipe), snapshot(corpus, articles=False)
    batch = desk.batch([one.id, other.id])
    own = desk.own(batch).words
    stored = {(match.a, match.b): match for match in now.matches}
    match = stored.get((one.id, other.id)) or matching.compare(*_pair(desk.readings(batch, own)), recipe)
    homes = {member: family.id for family in now.families for member in family.members}
    told = {family: story.id for story in now.stories for family in story.families}
    family = homes.get(one.id) if homes.get(one.id) == homes.get(other.id) else None
    stories = [told.get(homes.get(article.id, "")) for article in (one, other)]
    story = stories[0] if stories[0] == stories[1] else None
    if match.relation is Relation.NONE and story:
        match = replace(match, relation=Relation.SAME_STORY, reason=f"{match.reason}, and both tell of the same thing")
    verdicts = {(verdict.a, verdict.b): verdict.together for verdict in grouping.verdicts(corpus)}
    terms = desk.terms(batch)
    vectors = desk.term_vectors(batch)
    path = _path(one.id, other.id, now.matches) if family else ()
    both = shared(*_pair(terms), desk.translated(batch))
    sites = {strands.site_of(article.site, article.url) for article in (one, other)}
    less = recipe.story_site if len(sites) == 1 and 0 not in sites else 0.0
    said = verdicts.get((one.id, other.id))
    return Explanation(one, other, match, family, story, _cosine(*_pair(vectors)), both, path, less, said)


def _pair(two: Iterable[_T]) -> tuple[_T, _T]:
    one, other = two
    return one, other


def _cosine(one: TermVector, other: TermVector) -> float:
    weights: dict[int, float] = dict(zip(one.keys.tolist(), one.weights.tolist(), strict=True))
    pairs = zip(other.keys.tolist(), other.weights.tolist(), strict=True)
    return float(sum(weight * weights.get(key, 0.0) for key, weight in pairs))


def _path(start: str, end: str, matches: Iterable[Match]) -> tuple[Match, ...]:
    """Return the shortest chain of joining matches between two articles, () where there is none."""
    ties: dict[str, list[tuple[str, Match]]] = defaultdict(list)
    for match in matches:
        if match.relation.joins:
            ties[match.a].append((match.b, match))
            ties[match.b].append((match.a, match))
    reached: dict[str, tuple[Match, ...]] = {start: ()}
    waiting = deque([start])
    while waiting and end not in reached:
        here = waiting.popleft()
        for there, match in sorted(ties[here], key=lambda tie: tie[0]):
            if there not in reached:
                reached[there] = (*reached[here], match)
                waiting.append(there)
    return reached.get(end, ())
