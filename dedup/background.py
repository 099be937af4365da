"""How common words are in general: the prior that tells a story's words from everybody's.

Frequencies are wordfreq's (Speer 2022), shipped with that package; nothing is counted in the corpus, so that a
story does not change because other news came in.
"""

from collections.abc import Mapping
from functools import cache
from math import exp, log

from dedup.records import Recipe

# Where wordfreq has no list of a language, that of the one its newspapers borrow most from serves.
_STAND_IN = {"jv": "id", "su": "id", "min": "id", "tl": "fil", "no": "nb", "hr": "sh", "sr": "sh", "bs": "sh"}
# A language that is not known: common in either of these is common.
_UNKNOWN = ("id", "en")
# Below the rarest word of wordfreq's large lists.
_UNSEEN = 1e-8


def weight(word: str, language: str, recipe: Recipe) -> float:
    """Return −log(1 − e^(−`recipe.story_prior`·p)) for a word of frequency p: near 0 for "yang", 12 for a name.

    The information in seeing the word at all in a text of `story_prior` words.
    """
    frequency = max((table.get(word, 0.0) for table in _tables(language)), default=0.0)
    return _information(frequency, recipe.story_prior)


def weights(language: str, prior: float) -> dict[str, float]:
    """Return the weight of every word that is known in a language; `prior` is `Recipe.story_prior`."""
    first, *others = _tables(language)
    frequencies = dict(first)
    for table in others:
        for word, frequency in table.items():
            frequencies[word] = max(frequency, frequencies.get(word, 0.0))
    information: dict[float, float] = {}
    for frequency in set(frequencies.values()):
        information[frequency] = _information(frequency, prior)
    return {word: information[frequency] for word, frequency in frequencies.items()}


def _information(frequency: float, prior: float) -> float:
    return -log(1 - exp(-prior * max(frequency, _UNSEEN)))


@cache
def _tables(language: str) -> tuple[Mapping[str, float], ...]:
    from wordfreq import available_languages, get_frequency_dict

    known = _STAND_IN.get(language, language)
    names = (known,) if known in available_languages() else _UNKNOWN
    return tuple(get_frequency_dict(name) for name in names)
