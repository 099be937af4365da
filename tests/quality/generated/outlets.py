"""Sites made up on the spot: their addresses, languages and networks, and what each puts around its articles."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from tests.quality.generated.texts import COLON, FURNITURE, LINE, STOP, Text, furnished, joined
from tests.quality.generated.vocabulary import LANGUAGES, Writer, vocabulary

_DECK = 1 << 14
_SYLLABLES = ("ba", "ca", "de", "fi", "go", "ha", "ju", "ka", "lo", "me", "nu", "pa", "ri", "sa", "te", "wo")
_READ_ALSO = {"id": ("baca", "juga"), "en": ("read", "also")}


@dataclass(frozen=True, slots=True)
class Site:
    """A site: what stands under its articles, its own and that of its network, and how often others are pointed to."""

    host: str
    language: str
    footer: tuple[Text, ...]
    pointers: int


class Outlets:
    """All sites of a corpus; large ones are drawn oftener than small ones."""

    def __init__(self, count: int, writers: dict[str, Writer], randomness: Generator) -> None:
        self._randomness = randomness
        self._writers = writers
        self._sites: dict[str, list[Site]] = {}
        self._decks = {}
        for language in LANGUAGES:
            held = self._made(max(8, round(count * (0.7 if language == "id" else 0.3))), language)
            weights = 1 / np.arange(4, len(held) + 4)
            self._sites[language] = held
            self._decks[language] = randomness.choice(len(held), _DECK, p=weights / weights.sum())

    def draw(self, language: str, count: int = 1) -> list[Site]:
        """Return so many sites of a language, different ones as long as there are enough."""
        sites, deck = self._sites[language], self._decks[language]
        if count == 1:
            return [sites[deck[self._randomness.integers(0, _DECK)]]]
        chosen: dict[int, None] = {}
        for _ in range(40):
            if len(chosen) >= count:
                break
            chosen |= dict.fromkeys(deck[self._randomness.integers(0, _DECK, count)].tolist())
        chosen |= dict.fromkeys(range(len(sites))) if len(chosen) < count else {}
        found = [sites[place] for place in chosen]
        return [found[place % len(found)] for place in range(count)]

    def site(self, language: str, footer_words: int) -> Site:
        """Return a site of its own that `draw` never gives, with a footer of so many words."""
        return Site(self._host(), language, (_furniture(self._writers[language].passage(footer_words)),), 0)

    def dressed(self, text: Text, site: Site) -> Text:
        """Return the text with what its site puts around it: pointers to others between paragraphs, and its footer."""
        paragraphs = len(text.stops())
        between = [
            (int(self._randomness.integers(1, paragraphs + 1)), self._pointer(text, site)) for _ in range(site.pointers)
        ]
        return furnished(text, [*between, *((paragraphs, piece) for piece in site.footer)])

    def _made(self, count: int, language: str) -> list[Site]:
        writer, randomness = self._writers[language], self._randomness
        sites: list[Site] = []
        network: Text | None = None
        for number in range(count):
            # Every other five sites are a network.
            if number % 5 == 0:
                network = _furniture(writer.passage(int(randomness.integers(12, 60)))) if number % 10 == 0 else None
            own = _furniture(writer.passage(int(randomness.integers(10, 70))))
            footer = (own,) if network is None else (own, network)
            sites.append(Site(self._host(), language, footer, int(randomness.integers(0, 4))))
        return [sites[place] for place in randomness.permutation(count)]

    def _host(self) -> str:
        return "".join(_SYLLABLES[place] for place in self._randomness.integers(0, len(_SYLLABLES), 6)) + ".test"

    def _pointer(self, text: Text, site: Site) -> Text:
        words = vocabulary().spelled(*_READ_ALSO[site.language])
        words[0] |= 1
        head = Text(words, np.array([0, COLON], np.int8), np.zeros(2, np.int64), text.topics)
        title = self._writers[site.language].passage(int(self._randomness.integers(6, 11)))
        title.separators[:-1][title.separators[:-1] == STOP] = 0
        title.separators[-1] = LINE
        return _furniture(joined([head, title]))


def _furniture(text: Text) -> Text:
    return Text(text.words, text.separators, np.full(len(text), FURNITURE, dtype=np.int64), text.topics)
