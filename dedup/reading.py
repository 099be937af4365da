"""Articles as the stages read them: words, own words, Readings and terms, made from texts when they are asked for."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from dedup import background, boilerplate, cutting, segments, shingles, stories
from dedup.corpus import Corpus, grouping, units
from dedup.corpus.grouping import Listed
from dedup.records import BEGINS_WITH_DIGIT, Cut, Hashes64, Reading, Recipe, TermVector

NOTHING: Hashes64 = np.empty(0, dtype=np.uint64)
# What is longer is no word of any language's news but an address or encoded data.
_LONGEST_TERM = 60
# Texts kept cut: some three hundred megabytes.
_KEPT = 30_000


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
        self._weights: dict[str, dict[int, float]] = {}

    def load(self, keys: Iterable[str]) -> None:
        """Read and cut the texts of these articles all at once; what is not loaded is read one by one."""
        asked = {key for key in keys if key not in self._titles}
        if len(self._titles) + len(asked) > _KEPT:
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
        language = self.listed(key).language
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
    )


def desk_of(corpus: Corpus, recipe: Recipe) -> Desk:
    """Return a desk that knows what sites repeat as the last update left it."""
    with corpus.reading() as connection:
        sites = units.read_sites(connection)
    return Desk(corpus, recipe, sites.numbers, boilerplate.table(sites.repeated))
