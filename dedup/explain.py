"""Why two articles are or are not together: one pair, compared again, with what ties them beyond it."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from dedup import families, matching
from dedup.arrays import TermVector
from dedup.boilerplate import Mask
from dedup.corpus import Corpus, grouping, listing, strands, vocabularies
from dedup.corpus.meant import members
from dedup.corpus.results import read_matches
from dedup.errors import GemaError
from dedup.reading import Batch, desk_of
from dedup.records import Explanation, Recipe, Relation
from dedup.terms import shared

_T = TypeVar("_T")


def explain(corpus: Corpus, a: str, b: str, recipe: Recipe | None = None) -> Explanation:
    """Return what the articles `a` and `b` (ids or addresses) are to one another, and why.

    The relation is `same-story` where they share too little text to be one family, but one story holds both. Raises
    UnknownArticle.
    """
    recipe = recipe or vocabularies.settled(corpus)
    grouping.check_recipe(corpus, recipe)
    one, other = sorted((corpus.article(a), corpus.article(b)), key=lambda article: article.id)
    if one.id == other.id:
        raise GemaError(f"{a} and {b} are one article")
    desk = desk_of(corpus, recipe)
    batch = desk.batch([one.id, other.id])
    own = desk.own(batch).words
    family, story = _shared_homes(corpus, one.id, other.id)
    with corpus.reading() as connection:
        kin = members(connection, [family])[family] if family else [one.id, other.id]
        known = read_matches(connection, kin)
    stored = {(match.a, match.b): match for match in known}
    match = stored.get((one.id, other.id)) or matching.compare(*_pair(desk.readings(batch, own)), recipe)
    if match.relation is Relation.NONE and story and not family:
        match = match._replace(relation=Relation.SAME_STORY, reason=f"{match.reason}, and both tell of the same thing")
    verdicts = grouping.verdicts(corpus)
    terms = desk.terms(batch)
    vectors = desk.term_vectors(batch)
    path = families.path(one.id, other.id, kin, known, verdicts) if family else ()
    matched = families.path(one.id, other.id, kin, known, [verdict for verdict in verdicts if not verdict.together])
    both = shared(*_pair(terms), desk.translated(batch))
    sites = {strands.site_of(article.site, article.url) for article in (one, other)}
    less = recipe.story_site if len(sites) == 1 and 0 not in sites else 0.0
    said = {(verdict.a, verdict.b): verdict.together for verdict in verdicts}.get((one.id, other.id))
    cosine, repeated = _cosine(*_pair(vectors)), _pair(_repeated(batch, own))
    return Explanation(
        one, other, match, family, story, cosine, both, path, less, said, repeated, bool(path) and not matched
    )


def _repeated(batch: Batch, own: Mask) -> Iterator[float]:
    """Yield the part of each text's words that its site repeats."""
    start = 0
    for end in batch.words.ends.tolist():
        yield float(1.0 - own[start:end].mean()) if end > start else 0.0
        start = end


def _shared_homes(corpus: Corpus, one: str, other: str) -> tuple[str | None, str | None]:
    """Return the family and the story that hold both articles, None for either that is not the same."""
    homes = listing.homes(corpus, [one, other])
    if len(homes) < 2:
        return None, None
    a, b = homes[one], homes[other]
    return a.family if a.family == b.family else None, a.story or None if a.story == b.story else None


def _pair(two: Iterable[_T]) -> tuple[_T, _T]:
    one, other = two
    return one, other


def _cosine(one: TermVector, other: TermVector) -> float:
    weights: dict[int, float] = dict(zip(one.keys.tolist(), one.weights.tolist(), strict=True))
    pairs = zip(other.keys.tolist(), other.weights.tolist(), strict=True)
    return float(sum(weight * weights.get(key, 0.0) for key, weight in pairs))
