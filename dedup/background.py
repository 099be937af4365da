"""How common words are: what tells a story's words from everybody's.

Frequencies are wordfreq's (Speer 2022), shipped with that package. What `dedup background learn` counted in a corpus
corrects them; an update counts nothing, so that a story does not change because other news came in.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from math import exp, log

from dedup.arrays import WordCounts
from dedup.records import Recipe

# Where wordfreq has no list of a language, that of the one its newspapers borrow most from serves.
_STAND_IN = {"jv": "id", "su": "id", "min": "id", "tl": "fil", "no": "nb", "hr": "sh", "sr": "sh", "bs": "sh"}
# A language that is not known: common in either of these is common.
_UNKNOWN = ("id", "en")
# Below the rarest word of wordfreq's large lists.
_UNSEEN = 1e-8


def frequency(word: str, language: str) -> float:
    """Return how often a word stands among all words of a language, as far as wordfreq knows; else 0."""
    return max((table.get(word, 0.0) for table in _tables(language)), default=0.0)


def weight(word: str, language: str, recipe: Recipe, counted: WordCounts | None = None) -> float:
    """Return −log of the chance that a text holds a word: near 0 for "yang", 12 for a name.

    By wordfreq that is 1 − e^(−`recipe.story_prior`·p), for a word of frequency p and a text of `story_prior` words;
    by what was `counted`, the share of texts that hold the word. Of both weights the second has the more say the more
    texts hold the word: half of it at `story_background_prior`. A word that was not counted, or rarer than in general,
    keeps the first.
    """
    return _weight(frequency(word, language), counted, counted.words.get(word) if counted else None, recipe)


def weights(language: str, recipe: Recipe, counted: WordCounts | None = None) -> dict[str, float]:
    """Return the weight of every word that is known in a language or counted."""
    first, *others = _tables(language)
    frequencies = dict(first)
    for table in others:
        for word, often in table.items():
            frequencies[word] = max(often, frequencies.get(word, 0.0))
    general = {often: _weight(often, None, None, recipe) for often in set(frequencies.values())}
    found = {word: general[often] for word, often in frequencies.items()}
    for word, texts in counted.words.items() if counted else ():
        found[word] = _weight(frequencies.get(word, 0.0), counted, texts, recipe)
    return found


def commonest(language: str, most: int | None = None) -> list[str]:
    """Return the words of a language, commonest first, so many at most; none of a language that is not known."""
    known = _STAND_IN.get(language, language)
    (table, *others) = _tables(known)
    return [] if others else sorted(table, key=lambda word: (-table[word], word))[:most]


def changed(language: str, recipe: Recipe, counted: WordCounts) -> list[str]:
    """Return the words that were counted, those first whose weight that changes most."""

    def change(word: str) -> float:
        return abs(weight(word, language, recipe, counted) - weight(word, language, recipe))

    return sorted(counted.words, key=lambda word: (-change(word), word))


def _weight(often: float, counted: WordCounts | None, texts: int | None, recipe: Recipe) -> float:
    general = -log(1 - exp(-recipe.story_prior * max(often, _UNSEEN)))
    if counted is None or texts is None:
        return general
    # Weights are mixed, and not chances: to these a name that twenty reports of one event hold would be as common as
    # they say, and what no report holds twice, misspelt words above all, would be all that tells stories apart. What
    # few texts of some weeks hold is not rarer for that.
    believed = texts / (texts + recipe.story_background_prior)
    return min(general, (1 - believed) * general - believed * log(texts / counted.texts))


@cache
def _tables(language: str) -> tuple[Mapping[str, float], ...]:
    from wordfreq import available_languages, get_frequency_dict

    known = _STAND_IN.get(language, language)
    names: Iterable[str] = (known,) if known in available_languages() else _UNKNOWN
    return tuple(get_frequency_dict(name) for name in names)
