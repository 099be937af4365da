"""Which language a text is in. langdetect decides, and py3langid where langdetect cannot tell the kin apart.

Four passages of a long text are read, not its beginning: a foreign lead or quotation must not speak for the whole,
and where half of them are in another language, the text is in two.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Any

UNKNOWN = "und"
# Time grows with what is read. More decides nothing but between kin.
_PASSAGES, _PASSAGE, _KIN_PASSAGE = 4, 130, 250
# langdetect takes five times as long for a character.
_DECIDED = 90
# A shorter text is one passage: its quarters are too short to tell whether they are in two languages.
_MIN_DIVIDED = 600
# Below this, names and numbers decide instead of the language.
_MIN_LETTERS = 40
_MIN_PROBABILITY = 0.7
# What a declared language needs to be believed where the text itself is no clear evidence.
_POSSIBLE = 0.1
# langdetect draws n-grams in seven rounds; these give the same answers on all texts measured.
_ROUNDS = 2
# langdetect has no Malay, Javanese or Sundanese and calls all of them Indonesian (or, short, Tagalog).
_KIN = ("id", "ms", "jv", "tl")
# Leads of fewer nats between two of the kin are worth a second look, and no more than a guess after it.
_DOUBTFUL, _GUESSED = 30.0, 8.0
# As much before a passage is called foreign: quotations and names pull that far.
_FOREIGN = 15.0
# The other Norwegian, whose pages langdetect calls `no` like all.
_UNWANTED = frozenset({"nn"})
# py3langid has no Sundanese and calls it Javanese or Indonesian. Words that are frequent in one only; where Sundanese
# has an Indonesian homograph (`teh`, `mah`, `ka`), it is left out.
_SUNDANESE = """
anu nu jeung teu dina pikeun ieu eta éta geus atawa ogé oge ayeuna tina nyaéta nyaeta téh kana sareng henteu loba
ieuh kudu lantaran kungsi baé sangkan upama aya tuluy urang nepi salah-sahiji kabéh sabada mangrupa
"""
_JAVANESE = """
lan ing sing kang iki kuwi iku wis ora karo saka menyang marang amarga yaiku nanging uga ana dening kanggo ingkang
punika menika dipun saking boten botên wonten kaliyan utawa para nalika kabeh sawise wong
"""
_OWN_WORDS = frozenset(_SUNDANESE.split()), frozenset(_JAVANESE.split())
_MIN_OWN_WORDS = 0.06
# The same between Indonesian and Malay, where py3langid is in doubt: spelling, months and offices differ.
_INDONESIAN = """
karena bahwa yakni yaitu bisa juni agustus maret desember persen perusahaan polisi kepolisian kantor pengadilan pabrik
mobil rupiah rp miliar triliun provinsi kabupaten kecamatan kelurahan gubernur bupati jumat kamis kemarin berbeda bagian
aktivitas kualitas universitas kesehatan kendaraan berbagai maupun harus terkait sebesar kebijakan
"""
_MALAY = """
kerana bahawa iaitu ialah sahaja julai ogos disember peratus syarikat polis mahkamah kilang ringgit bilion
kerajaan jumaat khamis ahad semalam berbeza bahagian berkata menerusi manakala daripada bagaimanapun universiti
kesihatan beliau berkenaan mengikut kanak-kanak aktiviti kualiti pelbagai mahupun memaklumkan pengerusi sekiranya
tempatan perkhidmatan maklumat dijadualkan makmal
"""
_OF_EACH = {"id": frozenset(_INDONESIAN.split()), "ms": frozenset(_MALAY.split())}
# So many of the one's words, and so many times those of the other.
_MIN_OF_ONE, _CLEARLY_MORE = 3, 3
_OWN_CHARACTERS = 4_000
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Told:
    """A language as ISO 639-1, `und` where it cannot be told; `mixed` where the text is in two of them."""

    code: str
    mixed: bool = False


def load() -> None:
    """Load both libraries' models now; else the first text waits for them, more than a second."""
    tell("Warga kedua desa menunggu di tepi sungai sejak pagi.")


def detect(text: str, declared: str = "") -> str:
    """Return the ISO 639-1 code of a text's language, `und` where it is short, in two languages, or cannot be told."""
    return tell(text, declared).code


def tell(text: str, declared: str = "") -> Told:
    """Return the language of a text; `declared` by its page (ISO 639-1) counts only where the text leaves a doubt."""
    passages = _passages(text)
    if sum(len(_LETTER.findall(passage)) for passage in passages) < _MIN_LETTERS:
        return Told(UNKNOWN)
    scores = [dict(_model().rank(passage)) for passage in passages]
    total = {code: sum(score[code] for score in scores) for code in scores[0]}
    best = max(total, key=total.__getitem__)
    code = _decided(_sample(passages), best, declared)
    if best not in _known() and total[best] - total.get(code, float("-inf")) >= _FOREIGN:
        return Told(best)
    if code == UNKNOWN:
        return Told(UNKNOWN)
    if len(passages) > 1 and _is_mixed(passages, scores, _kind(code)):
        return Told(UNKNOWN, mixed=True)
    return Told(_among_kin(text, total, declared) if code in _KIN else code)


def _passages(text: str, length: int = _PASSAGE) -> list[str]:
    """Return the text, or passages of a length spread evenly over it, each from the start of a word."""
    if text.isupper():
        text = text.lower()
    if len(text) < _MIN_DIVIDED:
        return [text]
    length = min(length, len(text) // _PASSAGES)
    step = (len(text) - length) / (_PASSAGES - 1)
    cut = [text[int(index * step) : int(index * step) + length] for index in range(_PASSAGES)]
    return [passage[passage.find(" ", 0, 30) + 1 :] for passage in cut]


def _sample(passages: list[str]) -> str:
    return " ".join(passage[:_DECIDED] for passage in passages) if len(passages) > 1 else passages[0]


def _decided(sample: str, *others: str) -> str:
    """Return langdetect's verdict; where it is in doubt, the first of `others` that is among its candidates."""
    detector = _detectors().create()
    detector.n_trial = _ROUNDS
    detector.append(sample)
    try:
        probabilities = detector.get_probabilities()
    except _no_features():
        return UNKNOWN
    found: Counter[str] = Counter()
    for each in probabilities:
        # langdetect writes zh-cn and zh-tw, and may be in two minds about them.
        found[str(each.lang).partition("-")[0]] += each.prob
    best, probability = found.most_common(1)[0] if found else (UNKNOWN, 0.0)
    if probability >= _MIN_PROBABILITY or best in _KIN:
        return best
    return next((other for other in others if found[other] >= _POSSIBLE), UNKNOWN)


def _is_mixed(passages: list[str], scores: list[dict[str, float]], kind: str) -> bool:
    """Tell whether half of the passages or more are in one other language, by both libraries."""
    foreign: Counter[str] = Counter()
    for passage, score in zip(passages, scores, strict=True):
        best = max(score, key=score.__getitem__)
        other = _kind(best)
        if other != kind and score[best] - _own(score, kind) >= _FOREIGN and _kind(_decided(passage)) == other:
            foreign[other] += 1
    return 2 * max(foreign.values(), default=0) >= len(passages)


def _among_kin(text: str, total: dict[str, float], declared: str) -> str:
    """Return which of the kin a text is in: by words that are Sundanese alone, else by py3langid."""
    first, second = sorted((total[code] for code in _KIN), reverse=True)[:2]
    longer = _passages(text, _KIN_PASSAGE)
    if _is_sundanese(longer):
        return "su"
    if first - second < _DOUBTFUL:
        if code := _by_words(text):
            return code
        total = dict(_model().rank(" ".join(longer)))
    best = max(_KIN, key=total.__getitem__)
    return declared if declared in _KIN and total[best] - total[declared] < _GUESSED else best


def _by_words(text: str) -> str:
    """Return whether a text has the words of Indonesian or of Malay; "" where it has few, or both."""
    words = _WORD.findall(text[:_OWN_CHARACTERS].lower())
    (less, _), (more, code) = sorted((sum(word in own for word in words), code) for code, own in _OF_EACH.items())
    return code if more >= max(_MIN_OF_ONE, _CLEARLY_MORE * less) else ""


def _is_sundanese(passages: list[str]) -> bool:
    words = [word for passage in passages for word in _WORD.findall(passage)]
    sundanese, javanese = (sum(word in own for word in words) for own in _OWN_WORDS)
    return sundanese > javanese and sundanese >= _MIN_OWN_WORDS * len(words)


def _own(score: dict[str, float], kind: str) -> float:
    return max(score[code] for code in score if _kind(code) == kind)


def _kind(code: str) -> str:
    return _KIN[0] if code in _KIN else code


@cache
def _detectors() -> Any:
    """Return langdetect's factory with a fixed seed: it draws at random, and one text has one language."""
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory

    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    factory.set_seed(0)
    return factory


@cache
def _known() -> frozenset[str]:
    """Return what langdetect can tell, and the kin it takes for one another."""
    return frozenset(str(code).partition("-")[0] for code in _detectors().get_lang_list()) | frozenset(_KIN)


@cache
def _model() -> Any:
    """Return py3langid's model, restricted to languages with a code of two letters."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages([code for code in identifier.labels if len(code) == 2 and code not in _UNWANTED])
    return identifier


def _no_features() -> type[Exception]:
    from langdetect.lang_detect_exception import LangDetectException

    error: type[Exception] = LangDetectException
    return error
