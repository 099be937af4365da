"""Articles as the stages read them: words, own words, Readings and terms, made from texts when they are asked for."""

from collections.abc import Iterable, Mapping
from functools import cache, partial

import numpy as np
import xxhash
from numpy.typing import NDArray

from dedup import background, boilerplate, segments, shingles, stories
from dedup.corpus import Corpus, grouping
from dedup.corpus.grouping import Listed
from dedup.records import Hashes64, Reading, Recipe, TermVector, Words

NOTHING: Hashes64 = np.empty(0, dtype=np.uint64)


class Desk:
    """The corpus's articles by id, and their texts read into words, each text once.

    A *unit* is one text of one site; its first article by id stands for all that carry it there.
    """

    def __init__(self, corpus: Corpus, recipe: Recipe) -> None:
        self.corpus = corpus
        self.recipe = recipe
        self.articles: Mapping[str, Listed] = grouping.listed(corpus)
        self.units: dict[str, list[str]] = {}
        first: dict[tuple[str, int], str] = {}
        for key, article in sorted(self.articles.items()):
            self.units.setdefault(first.setdefault((article.site, article.text_id), key), []).append(key)
        self._texts: dict[int, str] = {}
        self._words: dict[int, Words] = {}

    def of_sites(self, sites: Iterable[str]) -> dict[str, list[str]]:
        """Return the units of each of these sites, in the order of their ids."""
        wanted: dict[str, list[str]] = {site: [] for site in sites}
        for unit in self.units:
            site = self.articles[unit].site
            if site in wanted:
                wanted[site].append(unit)
        return wanted

    def load(self, keys: Iterable[str]) -> None:
        """Read the texts of these articles in few queries; what is not loaded is read one by one."""
        missing = {self.articles[key].text_id for key in keys} - self._texts.keys()
        self._texts |= grouping.texts(self.corpus, missing)

    def words(self, key: str) -> Words:
        """Return the words of an article's text."""
        text_id = self.articles[key].text_id
        if text_id not in self._words:
            self._words[text_id] = segments.words(self.text(key))
        return self._words[text_id]

    def shingles(self, key: str) -> Hashes64:
        """Return the hash of the shingle at each place of an article's text."""
        return shingles.hashes64(self.words(key).words, self.recipe.shingle_words)

    def own(self, key: str, repeated: Mapping[str, Hashes64]) -> NDArray[np.bool_]:
        """Return which words are the article's own, given what each site repeats."""
        learned = repeated.get(self.articles[key].site, NOTHING)
        return boilerplate.own_words(self.shingles(key), learned, len(self.words(key)), self.recipe.shingle_words)

    def reading(self, key: str, own: NDArray[np.bool_]) -> Reading:
        """Return the article as matching reads it."""
        article = self.articles[key]
        return reading(key, article.site, article.title, self.text(key), self.words(key), own, self.recipe)

    def terms(self, key: str, own: NDArray[np.bool_]) -> dict[str, float]:
        """Return the salient terms of an article's own text and title, and their weights."""
        article = self.articles[key]
        told = [word for word, is_own in zip(self.words(key).words, own.tolist(), strict=True) if is_own]
        weigh = partial(_weight, language=article.language, recipe=self.recipe)
        return stories.salience(told, segments.words(article.title).words, weigh, self.recipe)

    def term_vector(self, key: str, own: NDArray[np.bool_]) -> TermVector:
        """Return the vector of `terms`; an empty one for tables, which tell no story (fixtures, prices, tides)."""
        words = self.words(key).words
        if sum(word[0].isdigit() for word in words) >= self.recipe.story_table * max(len(words), 1):
            return TermVector(NOTHING, np.empty(0, dtype=np.float32))
        return stories.vector(self.terms(key, own), _term_hash, self.recipe)

    def text(self, key: str) -> str:
        """Return an article's text."""
        self.load([key])
        return self._texts[self.articles[key].text_id]


def reading(
    key: str, site: str, title: str, text: str, words: Words, own: NDArray[np.bool_], recipe: Recipe
) -> Reading:
    """Return an article as matching reads it; `words` are those of `text`, `own` tells which are its own."""
    return Reading(
        id=key,
        site=site,
        title=segments.words(title).words,
        words=words,
        own=own,
        shingles=shingles.hashes64(words.words, recipe.match_words),
        numbers=segments.numbers(text),
        names=segments.names(text),
    )


@cache
def _weight(word: str, language: str, recipe: Recipe) -> float:
    return background.weight(word, language, recipe)


def _term_hash(term: str) -> int:
    return xxhash.xxh3_64_intdigest(term.encode("utf-8", "surrogatepass"))
