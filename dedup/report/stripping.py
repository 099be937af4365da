"""What sites print under everything, in the texts of articles: where it stands, which lines it makes. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dedup import cutting, own_text
from dedup.arrays import Cut, Hashes64, Line, Said
from dedup.learned import lines as learned_lines
from dedup.records import Article, Recipe, Segment
from dedup.report.pageviews import Repeated, Spans

_NOTHING: Hashes64 = np.empty(0, dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Learned:
    """What sites are known to repeat: their numbers, the table of keys marked with them, and what was said of them.

    A Desk has the same.
    """

    sites: Mapping[str, int] = field(default_factory=dict)
    repeated: Hashes64 = field(default_factory=lambda: _NOTHING)
    said: Said = field(default_factory=dict)


def stripped(articles: Sequence[Article], learned: Learned, recipe: Recipe) -> dict[str, Spans]:
    """Return where in texts their sites' furniture stands, by article; those that have none are left out."""
    if not articles or not (len(learned.repeated) or learned.said):
        return {}
    words, own = _own(articles, learned, recipe)
    found = {}
    for place, article in enumerate(articles):
        held = words.words(place)
        if not own[held].all():
            found[article.id] = tuple(_spans(article.text, words, held, own[held]))
    return found


def repeated(articles: Sequence[Article], learned: Learned, recipe: Recipe) -> dict[str, Repeated]:
    """Return by site the lines that it is seen to repeat in these texts of it, those of most texts first."""
    looked_at = Counter(article.site for article in articles)
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    first: dict[tuple[str, str], tuple[str, float]] = {}
    words, own = _own(articles, learned, recipe)
    for place, article in enumerate(articles):
        held = words.words(place)
        for line, share in learned_lines(article.text, words.starts[held], own[held]):
            counts[article.site][line] += 1
            first.setdefault((article.site, line), (article.url, share))
    found = {}
    for site, number in looked_at.items():
        lines = sorted(counts[site].items(), key=lambda each: (-each[1], each[0]))
        segments = [Segment(line, count, *first[site, line]) for line, count in lines]
        pinned = [line for line in learned.said.get(learned.sites.get(site, -1), ()) if line.repeated]
        found[site] = Repeated(tuple(_evident(segments, pinned)), number)
    return found


def _evident(segments: Sequence[Segment], pinned: Sequence[Line]) -> Iterator[Segment]:
    """Yield the lines that several texts show, and those that a person said are repeated."""
    said = own_text.holding(cutting.cut([each.text for each in segments], cores=1), pinned)
    for segment, by_person in zip(segments, said.tolist(), strict=True):
        if segment.again or by_person:
            yield segment


def _own(articles: Sequence[Article], learned: Learned, recipe: Recipe) -> tuple[Cut, NDArray[np.bool_]]:
    words = cutting.cut([article.text for article in articles], cores=1)
    unknown = len(learned.sites)
    sites = np.array([learned.sites.get(article.site, unknown) for article in articles], dtype=np.int64)
    return words, own_text.own(words, sites, learned.repeated, recipe, learned.said).words


def _spans(text: str, words: Cut, held: slice, own: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield where runs of words that are not a text's own stand, up to the next word that is."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], own, [True])).astype(np.int8)))
    starts, stops = words.starts[held], words.stops[held]
    for first, after in list(pairwise(edges.tolist()))[::2]:
        yield int(starts[first]), len(text) if after == len(own) else int(stops[after - 1])
