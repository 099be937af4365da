"""Articles as the stages read them: words, own words, Readings and terms, made from texts when they are asked for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from dedup import boilerplate, cutting, matching, own_text, segments, shingles
from dedup import terms as salient
from dedup.arrays import Cut, Furniture, Hashes64, Reading, Said, TermVector
from dedup.boilerplate import NO_FURNITURE
from dedup.corpus import Corpus, grouping, units
from dedup.corpus.grouping import Listed
from dedup.own_text import NOTHING_SAID, Own
from dedup.prepared import Texts
from dedup.records import Recipe
from dedup.vocabulary import Vocabulary

Mask = NDArray[np.bool_]

NOTHING: Hashes64 = np.empty(0, dtype=np.uint64)
# Texts kept cut, some four hundred megabytes: those of one step of an update, and others.
_KEPT = 32_000
# So many of an article's terms are kept in words.
_NAMED = 16


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
    """Articles read from the corpus and cut into words, a batch at a time; the last are kept. Threads may share it.

    `sites` are the numbers of sites, `repeated` the table of what these repeat, `furniture` of what nobody reads there,
    `said` what a person said of both.
    """

    def __init__(
        self,
        corpus: Corpus,
        recipe: Recipe,
        sites: Mapping[str, int],
        repeated: Hashes64 = NOTHING,
        furniture: Furniture = NO_FURNITURE,
        said: Said = NOTHING_SAID,
    ) -> None:
        self.corpus = corpus
        self.recipe = recipe
        self.sites = sites
        self.repeated = repeated
        self.furniture = furniture
        self.said = said
        self._kept: dict[tuple[str, ...], Batch] = {}
        self._masks: dict[int, tuple[Hashes64, Mask]] = {}
        self._lock = RLock()
        self._vocabulary = Vocabulary(corpus, recipe)

    def batch(self, keys: Sequence[str]) -> Batch:
        """Return these articles; one that is no more has no words."""
        asked = tuple(keys)
        with self._lock:
            if asked not in self._kept:
                while self._kept and sum(map(len, self._kept.values())) + len(asked) > _KEPT:
                    self._masks.pop(id(self._kept.pop(next(iter(self._kept)))), None)
                self._kept[asked] = self._read(asked)
            return self._kept[asked]

    def clear(self) -> None:
        """Keep no batch."""
        self._kept.clear()
        self._masks.clear()

    def gathered(self, keys: Iterable[str], whole: bool) -> tuple[Batch, Mask]:
        """Return these articles in any order, and which of their words are their own: all if `whole`.

        What is in a batch that is kept is taken from there; the others are read for this once.
        """
        wanted = set(keys)
        parts: list[tuple[Batch, Mask]] = []
        with self._lock:
            kept = list(self._kept.values())
        for batch in kept:
            places = [place for place, article in enumerate(batch.articles) if article.id in wanted]
            wanted.difference_update([batch.articles[place].id for place in places])
            if places:
                parts.append(_chosen(batch, None if whole else self._mask(batch), places))
        if wanted:
            batch = self._read(tuple(sorted(wanted)))
            parts.append((batch, _all_of(batch) if whole else self.own(batch).words))
        return _joined([batch for batch, _ in parts]), np.concatenate([np.empty(0, bool), *(own for _, own in parts)])

    def own(self, batch: Batch) -> Own:
        """Return what is own of each text, given what its site repeats."""
        found = own_text.own(batch.words, self._sites(batch), self.repeated, self.recipe, self.said)
        with self._lock:
            if any(batch is kept for kept in self._kept.values()):
                self._masks[id(batch)] = self.repeated, found.words
        return found

    def _sites(self, batch: Batch) -> NDArray[np.int64]:
        return np.array([self.sites.get(article.site, len(self.sites)) for article in batch.articles], dtype=np.int64)

    def _mask(self, batch: Batch) -> Mask:
        """Return which words of a batch are their texts' own, as it was told last if nothing was learned since."""
        with self._lock:
            repeated, mask = self._masks.get(id(batch), (None, None))
        return mask if mask is not None and repeated is self.repeated else self.own(batch).words

    def readings(self, batch: Batch, own: Mask | None = None) -> Iterator[Reading]:
        """Yield articles as matching reads them; `own` tells which of all their words are their own, None: all."""
        own = _all_of(batch) if own is None else own
        hashes = shingles.hashes64(batch.words.hashes, self.recipe.match_words)
        for place, article in enumerate(batch.articles):
            held = batch.words.words(place)
            last = max(held.stop - self.recipe.match_words + 1, held.start)
            words, title = cutting.part(batch.words, place), cutting.part(batch.titles, place)
            yield Reading(article.id, article.site, title, words, own[held], hashes[held.start : last])

    def texts(self, batch: Batch, own: Mask) -> Texts:
        """Return articles as matching reads many of them; `own` tells which of all their words are their own."""
        hashes = shingles.hashes64(batch.words.hashes, self.recipe.match_words)
        return matching.read(batch.words, batch.titles, own, hashes, self.recipe)

    def terms(self, batch: Batch) -> list[dict[str, float]]:
        """Return the salient terms of each article's text, without furniture, and title, and how much each says.

        A word that stands for one of English goes by that.
        """
        found, _ = self._terms(batch)
        words, said = _spelled(batch, found.ends, found.places), found.said.tolist()
        spans = pairwise([0, *found.ends.tolist()])
        return [
            {pivots.get(word, word): weight for word, weight in zip(words[start:stop], said[start:stop], strict=True)}
            for (start, stop), pivots in zip(spans, self._pivots(batch), strict=True)
        ]

    def translated(self, batch: Batch) -> list[dict[str, str]]:
        """Return the words of each article by those of English that they stand for: of several the first written."""
        known = self._pivots(batch)
        if not any(known):
            return [{} for _ in batch.articles]
        found, _ = self._terms(batch)
        words = _spelled(batch, found.ends, found.places)
        spans = pairwise([0, *found.ends.tolist()])
        return [
            {pivots[word]: word for word in words[start:stop] if word in pivots}
            for (start, stop), pivots in zip(spans, known, strict=True)
        ]

    def _pivots(self, batch: Batch) -> list[Mapping[str, str]]:
        return [self._vocabulary.pivots(article.language) for article in batch.articles]

    def term_vectors(self, batch: Batch) -> list[TermVector]:
        """Return the vector of each article's `terms`."""
        found, own = self._terms(batch)
        ends, places = salient.weightiest(found.ends, found.said, _NAMED)
        words = _spelled(batch, ends, found.places[places])
        # Whole numbers are written in two thirds of the time that fractions take.
        said = np.rint(found.said[places] * 1_000).astype(np.int64).tolist()
        named = list(zip(words, said, strict=True))
        spans = pairwise([0, *ends.tolist()])
        vectors = salient.vectors(found, batch.words, own, self.recipe)
        return [
            TermVector(vector.keys, vector.weights, tuple(named[start:stop]))
            for vector, (start, stop) in zip(vectors, spans, strict=True)
        ]

    def _read(self, keys: Sequence[str]) -> Batch:
        known = grouping.listed(self.corpus, keys)
        articles = [known.get(key) or Listed(key, -1, "", "", "und", -1, ("", key)) for key in keys]
        read = grouping.texts(self.corpus, {article.text_id for article in articles})
        texts = [read.get(article.text_id, "") for article in articles]
        titles = [article.title for article in articles]
        return Batch(articles, texts, cutting.cut(texts), cutting.cut(titles))

    def _terms(self, batch: Batch) -> tuple[salient.Terms, Mask]:
        """Return the terms of articles, and which of their words are no furniture."""
        days = np.array([article.day for article in batch.articles], dtype=np.int64)
        telling = own_text.telling(batch.words, self._sites(batch), days, self.furniture, self.recipe, self.said)
        languages = [article.language for article in batch.articles]
        scales = self._vocabulary.scales(languages)
        return salient.terms(batch.words, batch.titles, telling, languages, scales, self.recipe), telling


def _spelled(batch: Batch, ends: NDArray[np.int64], places: NDArray[np.int64]) -> list[str]:
    """Return the terms at these places, as `salient.Terms` counts them; those of article i end at `ends[i]`."""
    words, titles = batch.words, batch.titles
    starts = np.concatenate([words.starts, titles.starts])[places].tolist()
    stops = np.concatenate([words.stops, titles.stops])[places].tolist()
    owners = np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0)).tolist()
    titled = (places >= len(words.hashes)).tolist()
    written = [
        batch.articles[owner].title if inside else batch.texts[owner]
        for owner, inside in zip(owners, titled, strict=True)
    ]
    return [segments.normal(text[start:stop]) for text, start, stop in zip(written, starts, stops, strict=True)]


def _all_of(batch: Batch) -> Mask:
    return np.ones(len(batch.words.hashes), dtype=bool)


def _chosen(batch: Batch, own: Mask | None, places: Sequence[int]) -> tuple[Batch, Mask]:
    """Return some articles of a batch, and which of their words are their own; `own` tells it of all, None: all."""
    words, held = cutting.chosen(batch.words, places)
    titles, _ = cutting.chosen(batch.titles, places)
    some = Batch([batch.articles[place] for place in places], [batch.texts[place] for place in places], words, titles)
    return some, _all_of(some) if own is None else own[held]


def _joined(batches: Sequence[Batch]) -> Batch:
    return Batch(
        [article for batch in batches for article in batch.articles],
        [text for batch in batches for text in batch.texts],
        cutting.joined([batch.words for batch in batches]),
        cutting.joined([batch.titles for batch in batches]),
    )


def reading(key: str, site: str, title: Cut, words: Cut, own: NDArray[np.bool_], recipe: Recipe) -> Reading:
    """Return an article as matching reads it; `words` and `title` are cut, `own` tells which words are its own."""
    return Reading(key, site, title, words, own, shingles.hashes64(words.hashes, recipe.match_words))


def desk_of(corpus: Corpus, recipe: Recipe) -> Desk:
    """Return a desk that knows what sites repeat as the last update left it."""
    with corpus.reading() as connection:
        sites = units.read_sites(connection)
    repeated, furniture = boilerplate.table(sites.repeated), boilerplate.furniture_table(sites.furniture)
    return Desk(corpus, recipe, sites.numbers, repeated, furniture, sites.said)
