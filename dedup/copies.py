"""Two texts, or a list of articles, compared without a corpus of one's own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

import numpy as np

from dedup import cutting, inmemory, matching
from dedup.addresses import spelling
from dedup.arrays import Reading
from dedup.errors import GemaError
from dedup.given import given, recipe_of, several
from dedup.reading import reading
from dedup.records import Article, Match, Recipe, Snapshot, article_id


def compare(a: Article, b: Article, recipe: Recipe | None = None) -> Match:
    """Return what two articles are to one another: relation, reason, measures and shared passages.

    Both are compared whole; `dedup.explain.explain` compares two of a corpus, which knows what their sites repeat.
    The match's `a` is the article of smaller id. Where an article names no site, its address does. Raises GemaError
    where both have one id, or a field of an article or a number of the recipe holds what it cannot.

    >>> from dedup import Article, compare
    >>> wire = "The river Belan rose on Thursday night and flooded three villages below the dam, the mayor said."
    >>> match = compare(
    ...     Article(url="https://one.example/flood", text=wire, site="one.example"),
    ...     Article(url="https://two.example/news/7", text=wire + " Boats came from the city.", site="two.example"),
    ... )
    >>> match.relation.value, round(match.measures.containment, 2), match.reason
    ('near', 1.0, '100% of the shorter text stands in the longer, in the same order, with small edits only')
    """
    a, b = given(a), given(b)
    if a.id == b.id:
        raise GemaError(f"{a.url} and {b.url} have one id, {a.id!r}: give one of them another")
    recipe = recipe_of(recipe)
    return matching.compare(_reading(a, recipe), _reading(b, recipe), recipe)


def find_copies(articles: Iterable[Article], recipe: Recipe | None = None) -> Snapshot:
    """Return the families and matches of these articles, as an update of a corpus of them finds them, in memory.

    A family goes by the id of its member that was fetched first. Stories are told of a corpus only: there are none.
    Of two articles of one address the later counts; where one names no site, its address does. Raises GemaError where
    two addresses have one id, a field of an article or a number of the recipe holds what it cannot, and past a million
    articles.

    >>> from dedup import Article, find_copies
    >>> wire = "The river Belan rose on Thursday night and flooded three villages below the dam, the mayor said."
    >>> found = find_copies([
    ...     Article(url="https://one.example/flood", text=wire, site="one.example", id="one"),
    ...     Article(url="https://two.example/news/7", text=wire, site="two.example", id="two"),
    ...     Article(url="https://two.example/8", text="Chilli is cheap this week.", site="two.example", id="other"),
    ... ])
    >>> [family.members for family in found.families]
    [('one', 'two'), ('other',)]
    >>> [(match.a, match.b, match.relation.value) for match in found.matches]
    [('one', 'two', 'exact')]
    """
    recipe = recipe_of(recipe)
    known = _by_id(articles)
    grouped, matches = inmemory.group(list(known.values()), recipe)
    named = [family._replace(id=_oldest(family.members, known)) for family in grouped]
    named.sort(key=attrgetter("id"))
    return Snapshot(known, tuple(named), (), tuple(matches), recipe)


def _by_id(articles: Iterable[Article]) -> dict[str, Article]:
    # The ids of addresses, and of what stands for all their spellings, the first of which counts.
    addresses: dict[str, str] = {}
    spelled: dict[str, str] = {}
    known: dict[str, Article] = {}
    for article in map(given, several(articles)):
        stands = spelling(article.url)
        # Who gives ids tells apart what shall be told apart, see `Corpus.as_stored`.
        elsewhere = spelled.get(stands) if article.id == article_id(article.url) else None
        if key := addresses.get(article.url) or elsewhere:
            known[key] = replace(article, url=known[key].url, id=key)
        elif article.id in known:
            message = f"{article.url} and {known[article.id].url} have one id, {article.id!r}: give one of them another"
            raise GemaError(message)
        else:
            addresses[article.url] = article.id
            spelled.setdefault(stands, article.id)
            known[article.id] = article
    return known


def _oldest(members: Sequence[str], known: Mapping[str, Article]) -> str:
    return members[0] if len(members) == 1 else min(members, key=lambda key: _age(known[key]))


def _age(article: Article) -> tuple[bool, str, str]:
    """Return what says which article was there first: when it was fetched, where that is known, then its id."""
    return article.fetched is None, article.fetched.isoformat() if article.fetched else "", article.id


def _reading(article: Article, recipe: Recipe) -> Reading:
    words, title = (cutting.part(cutting.cut([text]), 0) for text in (article.text, article.title))
    return reading(article.id, article.site, title, words, np.ones(len(words.hashes), dtype=bool), recipe)
