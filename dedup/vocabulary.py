"""What words weigh and stand for, language by language, by the Recipe of a corpus and what is kept for it there."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from threading import Lock

from dedup import background, terms
from dedup.arrays import WordCounts
from dedup.corpus import Corpus, vocabularies
from dedup.embedding import PIVOT, Embedding
from dedup.errors import RecipeError
from dedup.records import Recipe
from dedup.terms import Scale

Progress = Callable[[str, int, int], None]


class Vocabulary:
    """Scales as they are asked for, each made once. Threads may share it."""

    def __init__(self, corpus: Corpus, recipe: Recipe) -> None:
        self._corpus = corpus
        self._recipe = recipe
        self._background: dict[str, WordCounts] | None = None
        self._pivots: dict[str, Mapping[str, str]] = {}
        self._scales: dict[str, Scale] = {}
        self._lock = Lock()

    def scales(self, languages: Iterable[str]) -> dict[str, Scale]:
        """Return the scale of each of these languages.

        Raises RecipeError where the corpus lacks what its Recipe names.
        """
        if not self._recipe.story_background and not self._recipe.story_embedding:
            return {language: _general(language, self._recipe.story_prior) for language in set(languages)}
        with self._lock:
            return {language: self._scale(language) for language in set(languages)}

    def pivots(self, language: str) -> Mapping[str, str]:
        """Return the words of a language that stand for one of English, with it; raises as `scales` does."""
        if not self._recipe.story_embedding or language == PIVOT:
            return {}
        if language not in self._pivots:
            found = vocabularies.lexicon(self._corpus, self._recipe, language)
            if found is None:
                raise RecipeError(
                    f"nothing is known of what words of the language {language!r} stand for by the embedding "
                    f"{self._recipe.story_embedding[:12]}: `dedup update --embeddings PATH` looks"
                )
            self._pivots[language] = found
        return self._pivots[language]

    def _scale(self, language: str) -> Scale:
        if language not in self._scales:
            if self._background is None:
                self._background = vocabularies.background(self._corpus, self._recipe.story_background)
            pivots = self.pivots(language)
            known = background.weights(PIVOT, self._recipe, self._background.get(PIVOT)) if pivots else {}
            counted = self._background.get(language)
            self._scales[language] = terms.scale(language, self._recipe, counted, pivots, known)
        return self._scales[language]


def look_up(corpus: Corpus, recipe: Recipe, words: Embedding | None, now: datetime, tell: Progress) -> None:
    """Look up in an embedding what words stand for, of every language of the corpus where nobody has."""
    wanted = vocabularies.languages(corpus) if words else []
    for done, language in enumerate(wanted):
        if words and language != PIVOT and vocabularies.lexicon(corpus, recipe, language) is None:
            tell("looking words up", done, len(wanted))
            vocabularies.save_lexicon(corpus, recipe, language, words.lexicon(language, recipe), now)


@cache
def _general(language: str, prior: float) -> Scale:
    return terms.scale(language, Recipe(story_prior=prior))
