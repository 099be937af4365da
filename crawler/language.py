"""Which language a text is in. langdetect decides, and py3langid where langdetect cannot tell the kin apart."""

import re
from functools import cache
from typing import Any

UNKNOWN = "und"
# Enough to decide; langdetect's time grows with the length, and telling kin apart takes more of the text.
_READ_CHARACTERS = 1_000
_READ_KIN_CHARACTERS = 4_000
# Below this, names and numbers decide instead of the language.
_MIN_LETTERS = 40
_MIN_PROBABILITY = 0.7
# langdetect has no Malay, Javanese or Sundanese and calls all of them Indonesian (or, short, Tagalog).
_KIN = ("id", "ms", "jv", "su", "tl")
_LETTER = re.compile(r"[^\W\d_]")


def detect(text: str) -> str:
    """Return the ISO 639-1 code of a text's language, `und` where it is short or cannot be told."""
    sample = text[:_READ_CHARACTERS]
    if len(_LETTER.findall(sample)) < _MIN_LETTERS:
        return UNKNOWN
    detector = _detectors().create()
    detector.append(sample.lower() if sample.isupper() else sample)
    try:
        best = detector.get_probabilities()[0]
    except (IndexError, _no_features()):
        return UNKNOWN
    if best.lang in _KIN:
        return str(_kin().classify(text[:_READ_KIN_CHARACTERS])[0])
    # langdetect writes zh-cn and zh-tw.
    return str(best.lang).partition("-")[0] if best.prob >= _MIN_PROBABILITY else UNKNOWN


@cache
def _detectors() -> Any:
    """Return langdetect's factory with a fixed seed: it draws at random, and one text has one language."""
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    factory.set_seed(0)
    return factory


@cache
def _kin() -> Any:
    """Return py3langid's model, restricted to the languages that langdetect confuses."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages([language for language in _KIN if language in identifier.labels])
    return identifier


def _no_features() -> type[Exception]:
    from langdetect.lang_detect_exception import LangDetectException

    error: type[Exception] = LangDetectException
    return error
