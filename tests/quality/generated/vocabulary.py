"""A vocabulary with the frequencies of real words, and a writer that makes news-like texts of it, many at a time."""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import wordfreq
from numpy.random import Generator
from numpy.typing import NDArray

from tests.quality.generated.texts import (
    CLOSING,
    CLOSING_PARAGRAPH,
    COMMA,
    OPENING,
    PARAGRAPH,
    SEPARATORS,
    SPACE,
    STOP,
    Numbers,
    Text,
)

LANGUAGES = ("id", "en")
_WORDS = 14_000
_DECK = 1 << 19
_PHRASES = 30_000
_LONGEST_PHRASE = 8
_AT_ONCE = 256
_LEAST, _MEDIAN, _MOST = 60, 350, 1500
_SPREAD = 0.62
TOPICS = 16
_SIX = np.arange(6)
# Origins of one fresh text lie together; none is longer.
_ROOM = 1 << 12
_SEPARATORS = np.array(SEPARATORS, dtype=object)
_SEPARATOR_LENGTHS = np.array([len(separator) for separator in SEPARATORS], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every word in both spellings, also with a space after it, and its length.

    `decks`, `rare` and `phrases` are by language: words as often as they are used, words that may be what a text is
    about, and phrases that recur by chance with their lengths. Names and numbers are those of every language.
    """

    table: NDArray[np.object_]
    spaced: NDArray[np.object_]
    lengths: NDArray[np.int64]
    decks: dict[str, Numbers]
    rare: dict[str, Numbers]
    phrases: dict[str, tuple[Numbers, Numbers]]
    names: Numbers
    numbers: Numbers
    places: dict[str, int]

    def written(self, text: Text) -> str:
        """Return a text as a string."""
        pieces = self.spaced[text.words]
        other = np.flatnonzero(text.separators)
        pieces[other] = self.table[text.words[other]] + _SEPARATORS[text.separators[other]]
        return "".join(pieces.tolist()).rstrip()

    def spans(self, text: Text) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where each word of a text begins and ends in `written`."""
        held = self.lengths[text.words]
        stops = np.cumsum(held + _SEPARATOR_LENGTHS[text.separators])
        starts = np.concatenate([[0], stops[:-1]])
        return starts, starts + held

    def spelled(self, *words: str) -> Numbers:
        """Return the numbers of known words."""
        return np.array([2 * self.places[word] for word in words], dtype=np.int32)


@cache
def vocabulary() -> Vocabulary:
    """Return the one vocabulary; making it takes a second."""
    randomness = np.random.default_rng(20)
    listed: list[str] = []
    ranges = {}
    for language in LANGUAGES:
        words = [word for word in wordfreq.top_n_list(language, 2 * _WORDS) if word.isalpha() and word.isascii()]
        ranges[language] = (len(listed), words[:_WORDS])
        listed += words[:_WORDS]
    names = _names()
    numbers = _numbers()
    first_name, first_number = len(listed), len(listed) + len(names)
    listed += names + numbers
    table = np.array([spelling for word in listed for spelling in (word, word[:1].upper() + word[1:])], dtype=object)
    decks, rare, phrases = {}, {}, {}
    for language, (first, words) in ranges.items():
        shares = np.array([wordfreq.word_frequency(word, language) for word in words])
        decks[language] = (2 * (first + randomness.choice(len(words), _DECK, p=shares / shares.sum()))).astype(np.int32)
        rare[language] = (2 * (first + np.arange(400, len(words)))).astype(np.int32)
        phrases[language] = (
            randomness.choice(decks[language], (_PHRASES, _LONGEST_PHRASE)),
            randomness.integers(3, _LONGEST_PHRASE + 1, _PHRASES).astype(np.int32),
        )
    return Vocabulary(
        table=table,
        spaced=np.array([f"{word} " for word in table], dtype=object),
        lengths=np.array([len(word) for word in table], dtype=np.int64),
        decks=decks,
        rare=rare,
        phrases=phrases,
        names=(2 * np.arange(first_name, first_number) + 1).astype(np.int32),
        numbers=(2 * np.arange(first_number, len(listed))).astype(np.int32),
        places={word: place for place, word in reversed(list(enumerate(listed)))},
    )


def _names() -> list[str]:
    first = ("ra", "su", "wi", "har", "mel", "to", "ken", "bra", "lin", "do", "yu", "far", "gil", "an", "pe", "vo")
    second = ("di", "ma", "ro", "ska", "le", "ti", "bo", "ne", "ru", "wa", "ghe", "li", "zo", "ka", "su", "mi")
    last = ("tan", "wan", "ra", "son", "ni", "to", "man", "di", "rez", "lia", "no", "dar", "kov", "ti", "sa", "va")
    return ["".join(parts) for parts in product(first, second, last)]


def _numbers() -> list[str]:
    plain = [str(number) for number in range(2, 1000)]
    thousands = [f"{number}.{100 * (number % 10):03}" for number in range(1, 500)]
    decimals = [f"{whole},{part}" for whole in range(100) for part in range(1, 10)]
    times = [f"{hour:02}.{minute:02}" for hour in range(24) for minute in range(0, 60, 5)]
    years = [str(year) for year in range(1990, 2031)]
    return plain + thousands + decimals + times + years


class Writer:
    """Writes texts of one language that share nothing but chance phrases; deterministic by its randomness."""

    def __init__(self, language: str, randomness: Generator, first_origin: int) -> None:
        self.language = language
        self._randomness = randomness
        self._origin = first_origin
        self._known = vocabulary()
        self._stock: list[Text] = []
        self._scrap: Text | None = None
        self._spare = self._known.decks[language][:0]

    def text(self, least: int = _LEAST, most: int = _MOST) -> Text:
        """Return a new text of at least `least` and at most `most` words."""
        if not self._stock:
            self._stock = self._written()
        found = self._stock.pop()
        while len(found) < least:
            more = self.about(self.text(), found.topics)
            found = Text(
                np.concatenate([found.words, more.words]),
                np.concatenate([found.separators, more.separators]),
                np.concatenate([found.origins, more.origins]),
                found.topics,
            )
        return found if len(found) <= most else found.part(0, most)

    def passage(self, words: int, topics: Numbers | None = None) -> Text:
        """Return a paragraph or more of so many new words, about some topics if any."""
        if self._scrap is None or len(self._scrap) < words:
            self._scrap = self.text(words)
        found, self._scrap = self._scrap.part(0, words), self._scrap.part(words, len(self._scrap))
        found = Text(found.words.copy(), found.separators, found.origins, found.topics)
        found.words[0] |= 1
        return found if topics is None else self.about(found, topics)

    def about(self, text: Text, topics: Numbers) -> Text:
        """Return the text with an eighth of its words taken from these topics."""
        words = text.words.copy()
        chosen = self._randomness.integers(0, len(words), len(words) // 8)
        words[chosen] = topics[self._randomness.integers(0, len(topics), len(chosen))]
        return Text(words, text.separators, text.origins, topics)

    def spare(self, count: int) -> Numbers:
        """Return words of the language, by frequency."""
        if len(self._spare) < count:
            self._spare = self._randomness.choice(self._known.decks[self.language], 1 << 14)
        found, self._spare = self._spare[:count], self._spare[count:]
        return found

    def title(self, topics: Numbers) -> str:
        """Return a title about these topics."""
        # An odd step visits all of them, so that none comes twice.
        chance = int(self._randomness.integers(0, TOPICS * TOPICS // 2))
        chosen = topics[(chance + (chance // TOPICS * 2 + 1) * _SIX) % len(topics)].tolist()
        words = [*chosen[:3], *self.spare(2).tolist(), *chosen[3:]]
        words[0] |= 1
        return " ".join(self._known.table[words])

    def _written(self) -> list[Text]:
        randomness = self._randomness
        sizes = np.exp(randomness.normal(np.log(_MEDIAN), _SPREAD, _AT_ONCE))
        ends = np.cumsum(np.clip(sizes, _LEAST, _MOST).astype(np.int64))
        count = int(ends[-1])
        words = self._words(count)
        topics = self._topics()
        holder = np.repeat(np.arange(_AT_ONCE), np.diff(ends, prepend=0))
        self._put_topics(words, topics, holder)
        separators = self._punctuation(words, ends)
        starts = [0, *ends[:-1].tolist()]
        found = []
        for number, (start, stop) in enumerate(zip(starts, ends.tolist(), strict=True)):
            origins = np.arange(self._origin, self._origin + stop - start, dtype=np.int64)
            self._origin += _ROOM
            found.append(Text(words[start:stop], separators[start:stop], origins, topics[number]))
        return found

    def _words(self, count: int) -> Numbers:
        randomness, known = self._randomness, self._known
        deck = known.decks[self.language]
        words = deck[randomness.integers(0, len(deck), count)]
        phrases, lengths = known.phrases[self.language]
        # Zipf: the phrase of rank r stands in proportion to 1 / r.
        ranks = np.exp(randomness.random(count // 40) * np.log(_PHRASES)).astype(np.int64) - 1
        where = randomness.integers(0, count - _LONGEST_PHRASE, len(ranks))
        repeats = lengths[ranks]
        inside = np.arange(int(repeats.sum())) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        words[np.repeat(where, repeats) + inside] = phrases[np.repeat(ranks, repeats), inside]
        digits = randomness.integers(0, count, count // 45)
        words[digits] = randomness.choice(known.numbers, len(digits))
        return words

    def _topics(self) -> Numbers:
        rare = self._randomness.choice(self._known.rare[self.language], (_AT_ONCE, TOPICS // 2))
        names = self._randomness.choice(self._known.names, (_AT_ONCE, TOPICS // 2))
        return np.concatenate([rare, names], axis=1)

    def _put_topics(self, words: Numbers, topics: Numbers, holder: NDArray[np.int64]) -> None:
        chosen = np.flatnonzero(self._randomness.random(len(words)) < 0.12)
        words[chosen] = topics[holder[chosen], self._randomness.integers(0, TOPICS, len(chosen))]

    def _punctuation(self, words: Numbers, ends: NDArray[np.int64]) -> NDArray[np.int8]:
        """Return what stands after each word, and capitalise the words that begin a sentence."""
        randomness, count = self._randomness, len(words)
        separators = np.full(count, SPACE, dtype=np.int8)
        separators[randomness.integers(0, count, count // 18)] = COMMA
        stops = np.cumsum(randomness.integers(8, 28, count // 8))
        stops = np.union1d(stops[stops <= count], ends)
        starts = np.concatenate([[0], stops[:-1]])
        last = stops - 1
        closes = randomness.random(len(stops)) < 0.4
        closes |= np.isin(stops, ends)
        quoted = (randomness.random(len(stops)) < 0.12) & (stops - starts > 9)
        separators[last] = np.where(closes, PARAGRAPH, STOP)
        separators[last[quoted]] = np.where(closes[quoted], CLOSING_PARAGRAPH, CLOSING)
        separators[starts[quoted] + 3] = OPENING
        words[starts] |= 1
        return separators
