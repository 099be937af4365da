"""Articles as the stages read them: words, own words, Readings and terms, made from texts when they are asked for."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup import boilerplate, cutting, segments, shingles
from dedup import terms as salient
from dedup.boilerplate import Own
from dedup.corpus import Corpus, grouping, units
from dedup.corpus.grouping import Listed
from dedup.records import Cut, Hashes64, Reading, Recipe, TermVector

NOTHING: Hashes64 = np.empty(0, dtype=np.uint64)
# Texts kept cut: some two hundred megabytes.
_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Some articles with their texts, and the words of texts and titles, all in one order."""

    articles: Sequence[Listed]
    texts: Sequence[str]
    words: Cut
    titles: Cut

    def __len__(self) -> int:
        return len(self.articles)


class Desk:
    """Articles read from the corpus and cut into words, a batch at a time; the last batches are kept.

    `sites` are the numbers of sites, `repeated` the table of what these repeat.
    """

    def __init__(self, corpus: Corpus, recipe: Recipe, sites: Mapping[str, int], repeated: Hashes64 = NOTHING) -> None:
        self.corpus = corpus
        self.recipe = recipe
        self.sites = sites
        self.repeated = repeated
        self._kept: dict[tuple[str, ...], Batch] = {}

    def batch(self, keys: Sequence[str]) -> Batch:
        """Return these articles; one that is no more has no words."""
        asked = tuple(keys)
        if asked not in self._kept:
            while self._kept and sum(map(len, self._kept.values())) + len(asked) > _KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[asked] = self._read(asked)
        return self._kept[asked]

    def clear(self) -> None:
        """Keep no batch."""
        self._kept.clear()

    def own(self, batch: Batch) -> Own:
        """Return what is own of each text, given what its site repeats."""
        sites = [self.sites.get(article.site, len(self.sites)) for article in batch.articles]
        return boilerplate.own(batch.words, np.array(sites, dtype=np.int64), self.repeated, self.recipe)

    def readings(self, batch: Batch, own: NDArray[np.bool_] | None = None) -> Iterator[Reading]:
        """Yield articles as matching reads them; `own` tells which of all their words are their own, None: all."""
        own = np.ones(len(batch.words.hashes), dtype=bool) if own is None else own
        hashes = shingles.hashes64(batch.words.hashes, self.recipe.match_words)
        for place, article in enumerate(batch.articles):
            held = batch.words.words(place)
            last = max(held.stop - self.recipe.match_words + 1, held.start)
            words, title = cutting.part(batch.words, place), cutting.part(batch.titles, place)
            yield Reading(article.id, article.site, title, words, own[held], hashes[held.start : last])

    def terms(self, batch: Batch) -> list[dict[str, float]]:
        """Return the salient terms of each article's own text and title, and how much each says."""
        found = self._terms(batch, self.own(batch).words)
        return [
            dict(zip(self._spelled(batch, place, found.places[held].tolist()), found.said[held].tolist(), strict=True))
            for place in range(len(batch))
            for held in [found.of(place)]
        ]

    def term_vectors(self, batch: Batch, own: NDArray[np.bool_]) -> list[TermVector]:
        """Return the vector of each article's `terms`; `own` tells which of all their words are their own."""
        return salient.vectors(self._terms(batch, own), batch.words, self.recipe)

    def _read(self, keys: Sequence[str]) -> Batch:
        known = grouping.listed(self.corpus, keys)
        articles = [known.get(key) or Listed(key, -1, "", "", "und", -1, "", ("", key)) for key in keys]
        read = grouping.texts(self.corpus, {article.text_id for article in articles})
        texts = [read.get(article.text_id, "") for article in articles]
        titles = [article.title for article in articles]
        return Batch(articles, texts, cutting.cut(texts), cutting.cut(titles))

    def _terms(self, batch: Batch, own: NDArray[np.bool_]) -> salient.Terms:
        languages = [article.language for article in batch.articles]
        return salient.terms(batch.words, batch.titles, own, languages, self.recipe)

    def _spelled(self, batch: Batch, place: int, wheres: Sequence[int]) -> Iterator[str]:
        """Yield the terms of one article that stand at these places, as `salient.Terms` counts them."""
        length, title, text = len(batch.words.hashes), batch.articles[place].title, batch.texts[place]
        for where in wheres:
            cut, written, at = (batch.words, text, where) if where < length else (batch.titles, title, where - length)
            yield segments.normal(written[int(cut.starts[at]) : int(cut.stops[at])])


def reading(key: str, site: str, title: Cut, words: Cut, own: NDArray[np.bool_], recipe: Recipe) -> Reading:
    """Return an article as matching reads it; `words` and `title` are cut, `own` tells which words are its own."""
    return Reading(key, site, title, words, own, shingles.hashes64(words.hashes, recipe.match_words))


def desk_of(corpus: Corpus, recipe: Recipe) -> Desk:
    """Return a desk that knows what sites repeat as the last update left it."""
    with corpus.reading() as connection:
        sites = units.read_sites(connection)
    return Desk(corpus, recipe, sites.numbers, boilerplate.table(sites.repeated))
