"""Articles as the stages read them: words, own words, Readings and terms, made from texts when they are asked for."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from dedup import background, boilerplate, cutting, segments, shingles, stories
from dedup.corpus import Corpus, grouping
from dedup.corpus.grouping import Listed
from dedup.records import BEGINS_WITH_DIGIT, NAME, Cut, Hashes64, Reading, Recipe, TermVector

NOTHING: Hashes64 = np.empty(0, dtype=np.uint64)
# What is longer is no word of any language's news but an address or encoded data.
_LONGEST_TERM = 60


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
        self._words: dict[int, Cut] = {}
        self._titles: dict[str, Cut] = {}
        self._weights: dict[str, dict[int, float]] = {}

    def of_sites(self, sites: Iterable[str]) -> dict[str, list[str]]:
        """Return the units of each of these sites, in the order of their ids."""
        wanted: dict[str, list[str]] = {site: [] for site in sites}
        for unit in self.units:
            site = self.articles[unit].site
            if site in wanted:
                wanted[site].append(unit)
        return wanted

    def load(self, keys: Iterable[str]) -> None:
        """Read and cut the texts of these articles all at once; what is not loaded is read one by one."""
        asked = {key for key in keys if key not in self._titles}
        missing = sorted({self.articles[key].text_id for key in asked} - self._texts.keys())
        if missing:
            read = grouping.texts(self.corpus, missing)
            self._texts |= read
            self._words |= zip(missing, cutting.parts(cutting.cut([read[number] for number in missing])), strict=True)
        untitled = sorted(asked)
        titles = [self.articles[key].title for key in untitled]
        self._titles |= zip(untitled, cutting.parts(cutting.cut(titles)), strict=True)

    def words(self, key: str) -> Cut:
        """Return the words of an article's text."""
        if key not in self._titles:
            self.load([key])
        return self._words[self.articles[key].text_id]

    def shingles(self, key: str) -> Hashes64:
        """Return the hash of the shingle at each place of an article's text."""
        return shingles.hashes64(self.words(key).hashes, self.recipe.shingle_words)

    def own(self, key: str, repeated: Mapping[str, Hashes64]) -> NDArray[np.bool_]:
        """Return which words are the article's own, given what each site repeats."""
        learned = repeated.get(self.articles[key].site, NOTHING)
        length = self.recipe.shingle_words
        return boilerplate.own_words(self.shingles(key), learned, len(self.words(key).hashes), length)

    def reading(self, key: str, own: NDArray[np.bool_]) -> Reading:
        """Return the article as matching reads it."""
        words = self.words(key)
        return reading(key, self.articles[key].site, self._titles[key], words, own, self.recipe)

    def terms(self, key: str, own: NDArray[np.bool_]) -> dict[str, float]:
        """Return the salient terms of an article's own text and title, and how much each says."""
        _, places, said = self._said(key, own)
        return {self._spelled(key, place): weight for place, weight in zip(places.tolist(), said.tolist(), strict=True)}

    def term_vector(self, key: str, own: NDArray[np.bool_]) -> TermVector:
        """Return the vector of `terms`; an empty one for tables, which tell no story (fixtures, prices, tides)."""
        flags = self.words(key).flags
        if np.count_nonzero(flags & BEGINS_WITH_DIGIT) >= self.recipe.story_table * max(len(flags), 1):
            return TermVector(NOTHING, np.empty(0, dtype=np.float32))
        hashes, _, said = self._said(key, own)
        return stories.vector(hashes, said, self.recipe)

    def text(self, key: str) -> str:
        """Return an article's text."""
        if key not in self._titles:
            self.load([key])
        return self._texts[self.articles[key].text_id]

    def _said(self, key: str, own: NDArray[np.bool_]) -> tuple[Hashes64, NDArray[np.int64], NDArray[np.float64]]:
        """Return an article's terms: their hashes, sorted, where each is written, and how much it says.

        Places from the number of the text's words on are in the title.
        """
        words, title = self.words(key), self._titles[key]
        in_text = np.flatnonzero(own & _telling(words))
        titled, first = np.unique(title.hashes[_telling(title)], return_index=True)
        in_title = np.flatnonzero(_telling(title))[first] + len(words.hashes)
        hashes, places, counts = np.unique(
            np.concatenate([words.hashes[in_text], titled]), return_index=True, return_counts=True
        )
        # The unique count of a title's word stands for what it counts for.
        counts = counts + np.isin(hashes, titled, assume_unique=True) * (self.recipe.story_title_count - 1)
        where = np.concatenate([in_text, in_title])[places]
        return hashes, where, stories.salience(counts, self._weighed(key, hashes, where))

    def _weighed(self, key: str, hashes: Hashes64, places: NDArray[np.int64]) -> NDArray[np.float64]:
        language = self.articles[key].language
        known = self._weights.setdefault(language, {})
        found = list(map(known.get, hashes.tolist()))
        for at in [at for at, weight in enumerate(found) if weight is None]:
            weight = background.weight(self._spelled(key, int(places[at])), language, self.recipe)
            found[at] = known[int(hashes[at])] = weight
        return np.array(found, dtype=np.float64)

    def _spelled(self, key: str, place: int) -> str:
        """Return the term at a place, as `_said` counts them."""
        words, title, text = self.words(key), self._titles[key], self.text(key)
        if place >= len(words.hashes):
            words, text, place = title, self.articles[key].title, place - len(words.hashes)
        return segments.normal(text[int(words.starts[place]) : int(words.stops[place])])


def _telling(words: Cut) -> NDArray[np.bool_]:
    """Return which words could tell a story: no numbers, no single letters, nothing that is no word."""
    lengths = words.stops - words.starts
    telling: NDArray[np.bool_] = (words.flags & BEGINS_WITH_DIGIT == 0) & (lengths > 1) & (lengths <= _LONGEST_TERM)
    return telling


def reading(key: str, site: str, title: Cut, words: Cut, own: NDArray[np.bool_], recipe: Recipe) -> Reading:
    """Return an article as matching reads it; `words` and `title` are cut, `own` tells which words are its own."""
    return Reading(
        id=key,
        site=site,
        title=title,
        words=words,
        own=own,
        shingles=shingles.hashes64(words.hashes, recipe.match_words),
        numbers=np.unique(words.numbers),
        names=np.unique(words.hashes[words.flags & NAME != 0]),
    )
