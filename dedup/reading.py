"""Articles as the stages read them: words, own words, Readings and terms, made from texts when they are asked for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dedup import boilerplate, cutting, segments, shingles
from dedup import terms as salient
from dedup.corpus import Corpus, grouping, units
from dedup.corpus.grouping import Listed
from dedup.records import Cut, Hashes64, Reading, Recipe, TermVector
from dedup.terms import Terms

NOTHING: Hashes64 = np.empty(0, dtype=np.uint64)
# Texts kept cut: some two hundred megabytes.
_KEPT = 20_000


class Desk:
    """Articles and their texts, read from the corpus and cut into words when they are asked for.

    `sites` are the numbers of sites, `repeated` the table of what these repeat.
    """

    def __init__(self, corpus: Corpus, recipe: Recipe, sites: Mapping[str, int], repeated: Hashes64 = NOTHING) -> None:
        self.corpus = corpus
        self.recipe = recipe
        self.sites = sites
        self.repeated = repeated
        self.articles: dict[str, Listed] = {}
        self._texts: dict[int, str] = {}
        self._words: dict[int, Cut] = {}
        self._titles: dict[str, Cut] = {}

    def load(self, keys: Iterable[str]) -> None:
        """Read and cut the texts of these articles all at once; what is not loaded is read one by one."""
        keys = set(keys)
        asked = keys - self._titles.keys()
        if len(self._titles) + len(asked) > _KEPT:
            asked = keys
            for kept in (self.articles, self._texts, self._words, self._titles):
                kept.clear()
        self.articles |= grouping.listed(self.corpus, asked - self.articles.keys())
        found = sorted(asked & self.articles.keys())
        missing = sorted({self.articles[key].text_id for key in found} - self._texts.keys())
        read = grouping.texts(self.corpus, missing)
        self._texts |= read
        self._words |= zip(missing, cutting.parts(cutting.cut([read[number] for number in missing])), strict=True)
        titles = [self.articles[key].title for key in found]
        self._titles |= zip(found, cutting.parts(cutting.cut(titles)), strict=True)

    def listed(self, key: str) -> Listed:
        """Return what is known of an article beside its text."""
        if key not in self.articles:
            self.load([key])
        return self.articles[key]

    def words(self, key: str) -> Cut:
        """Return the words of an article's text."""
        if key not in self._titles:
            self.load([key])
        return self._words[self.articles[key].text_id]

    def text(self, key: str) -> str:
        """Return an article's text."""
        if key not in self._titles:
            self.load([key])
        return self._texts[self.articles[key].text_id]

    def together(self, keys: Sequence[str]) -> Cut:
        """Return the words of several articles' texts."""
        self.load(keys)
        return cutting.joined([self.words(key) for key in keys])

    def own(self, keys: Sequence[str]) -> boilerplate.Own:
        """Return what is own of each of several articles' texts, given what their sites repeat."""
        words = self.together(keys)
        sites = np.array([self.sites.get(self.articles[key].site, len(self.sites)) for key in keys], dtype=np.int64)
        return boilerplate.own(words, sites, self.repeated, self.recipe)

    def own_words(self, keys: Sequence[str]) -> dict[str, NDArray[np.bool_]]:
        """Return which words are an article's own, by article."""
        if not keys:
            return {}
        ends = np.cumsum([len(self.words(key).hashes) for key in keys])
        return dict(zip(keys, np.split(self.own(keys).words, ends[:-1]), strict=True))

    def readings(self, keys: Sequence[str], own: NDArray[np.bool_] | None = None) -> Iterator[Reading]:
        """Yield articles as matching reads them; `own` tells which of all their words are their own, None: all."""
        words = self.together(keys)
        own = np.ones(len(words.hashes), dtype=bool) if own is None else own
        hashes = shingles.hashes64(words.hashes, self.recipe.match_words)
        for place, key in enumerate(keys):
            held = words.words(place)
            last = max(held.stop - self.recipe.match_words + 1, held.start)
            yield Reading(
                key, self.articles[key].site, self._titles[key], self.words(key), own[held], hashes[held.start : last]
            )

    def terms(self, keys: Sequence[str], own: Mapping[str, NDArray[np.bool_]]) -> list[dict[str, float]]:
        """Return the salient terms of each article's own text and title, and how much each says."""
        words, found = self._terms(keys, own)
        spelled = []
        for place, key in enumerate(keys):
            held = found.of(place)
            first = int(words.ends[place - 1]) if place else 0
            title_first = len(words.hashes) + sum(len(self._titles[other].hashes) for other in keys[:place])
            wheres = found.places[held].tolist()
            written = [
                self._spelled(key, where - first)
                if where < len(words.hashes)
                else self._spelled(key, where - title_first, titled=True)
                for where in wheres
            ]
            spelled.append(dict(zip(written, found.said[held].tolist(), strict=True)))
        return spelled

    def term_vectors(self, keys: Sequence[str], own: Mapping[str, NDArray[np.bool_]]) -> dict[str, TermVector]:
        """Return the vector of each article's `terms`."""
        words, found = self._terms(keys, own)
        return dict(zip(keys, salient.vectors(found, words, self.recipe), strict=True))

    def _terms(self, keys: Sequence[str], own: Mapping[str, NDArray[np.bool_]]) -> tuple[Cut, Terms]:
        words = self.together(keys)
        titles = cutting.joined([self._titles[key] for key in keys])
        masks = np.concatenate([np.empty(0, dtype=bool), *(own[key] for key in keys)])
        languages = [self.articles[key].language for key in keys]
        return words, salient.terms(words, titles, masks, languages, self.recipe)

    def _spelled(self, key: str, place: int, titled: bool = False) -> str:
        words, text = (self._titles[key], self.articles[key].title) if titled else (self.words(key), self.text(key))
        return segments.normal(text[int(words.starts[place]) : int(words.stops[place])])


def reading(key: str, site: str, title: Cut, words: Cut, own: NDArray[np.bool_], recipe: Recipe) -> Reading:
    """Return an article as matching reads it; `words` and `title` are cut, `own` tells which words are its own."""
    return Reading(
        id=key,
        site=site,
        title=title,
        words=words,
        own=own,
        shingles=shingles.hashes64(words.hashes, recipe.match_words),
    )


def desk_of(corpus: Corpus, recipe: Recipe) -> Desk:
    """Return a desk that knows what sites repeat as the last update left it."""
    with corpus.reading() as connection:
        sites = units.read_sites(connection)
    return Desk(corpus, recipe, sites.numbers, boilerplate.table(sites.repeated))
