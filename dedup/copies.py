"""Two texts, or a list of articles, compared without a corpus of one's own."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from dedup import cutting, matching
from dedup.corpus import Corpus
from dedup.corpus.results import snapshot
from dedup.reading import reading
from dedup.records import Article, GemaError, Match, Reading, Recipe, Snapshot
from dedup.updating import update


def compare(a: Article, b: Article, recipe: Recipe | None = None) -> Match:
    """Return what two articles are to one another: relation, reason, measures and shared passages.

    Both are compared whole; `dedup.explain.explain` compares two of a corpus, which knows what their sites repeat.
    The match's `a` is the article of smaller id. Raises GemaError where both have one id.

    >>> from dedup import Article, compare
    >>> wire = "The river Belan rose on Thursday night and flooded three villages below the dam, the mayor said."
    >>> match = compare(
    ...     Article(url="https://one.example/flood", text=wire, site="one.example"),
    ...     Article(url="https://two.example/news/7", text=wire + " Boats came from the city.", site="two.example"),
    ... )
    >>> match.relation.value, round(match.measures.containment, 2), match.reason
    ('near', 1.0, '100% of the shorter text stands in the longer, in the same order, with small edits only')
    """
    if a.id == b.id:
        raise GemaError(f"{a.url} and {b.url} have one id, {a.id!r}: give one of them another")
    recipe = recipe or Recipe()
    return matching.compare(_reading(a, recipe), _reading(b, recipe), recipe)


def find_copies(articles: Iterable[Article], recipe: Recipe | None = None) -> Snapshot:
    """Return the families, stories and matches of these articles; nothing of it is kept.

    They go through a corpus in a temporary file and are not all in memory before the results are read. Of two articles
    of one address the later counts.

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
    with TemporaryDirectory(prefix="gema-") as folder, Corpus.open(f"sqlite:///{Path(folder) / 'corpus.db'}") as corpus:
        corpus.add(articles)
        update(corpus, recipe)
        return snapshot(corpus)


def _reading(article: Article, recipe: Recipe) -> Reading:
    words, title = (cutting.part(cutting.cut([text]), 0) for text in (article.text, article.title))
    return reading(article.id, article.site, title, words, np.ones(len(words.hashes), dtype=bool), recipe)
