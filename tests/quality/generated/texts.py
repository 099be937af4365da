"""Texts as numbers: words, what stands after each, and where each was first written.

A word that is copied keeps its *origin*, one that is put in its place has none: what two texts share, to the
character, follows from their origins, whatever was done to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Numbers = NDArray[np.int32]
Origins = NDArray[np.int64]

# What stands after a word. The opening quotation mark belongs to what is before it, so that words stay words.
# Those from PARAGRAPH on end one.
SPACE, COMMA, STOP, OPENING, CLOSING, COLON, PARAGRAPH, CLOSING_PARAGRAPH, LINE = range(9)
SEPARATORS = (" ", ", ", ". ", ": “", ".” ", ": ", ".\n\n", ".”\n\n", "\n\n")

# Origins of words that were never copied from anywhere: edits, and what sites put around their articles.
EDIT, FURNITURE = -1, -2


@dataclass(frozen=True, slots=True)
class Text:
    """Words as twice their number in the vocabulary (odd: capitalised), separators, origins, and what it is about."""

    words: Numbers
    separators: NDArray[np.int8]
    origins: Origins
    topics: Numbers

    def __len__(self) -> int:
        return len(self.words)

    def part(self, start: int, stop: int) -> "Text":
        """Return the words `start .. stop`; the last one ends a paragraph."""
        found = Text(self.words[start:stop], self.separators[start:stop].copy(), self.origins[start:stop], self.topics)
        if len(found):
            found.separators[-1] = _closed(int(found.separators[-1]))
        return found

    def paragraphs(self) -> list["Text"]:
        """Return its paragraphs, in order."""
        stops = self.stops()
        return [self.part(start, stop) for start, stop in zip([0, *stops], stops, strict=False)]

    def stops(self) -> list[int]:
        """Return where its paragraphs end."""
        stops: list[int] = (np.flatnonzero(self.separators >= PARAGRAPH) + 1).tolist()
        return stops if stops and stops[-1] == len(self) else [*stops, len(self)]


def _closed(separator: int) -> int:
    return CLOSING_PARAGRAPH if separator in (CLOSING, CLOSING_PARAGRAPH) else LINE if separator == LINE else PARAGRAPH


def joined(texts: Sequence[Text]) -> Text:
    """Return texts one after the other, about what the first is about."""
    return Text(
        np.concatenate([text.words for text in texts]),
        np.concatenate([text.separators for text in texts]),
        np.concatenate([text.origins for text in texts]),
        texts[0].topics,
    )


def edited(randomness: Generator, text: Text, share: float, spare: Numbers) -> Text:
    """Return the text with a share of its words replaced (seven of ten), left out or put in, by words from `spare`."""
    count = max(1, round(share * len(text)))
    chosen = randomness.choice(len(text), count, replace=False)
    ways = randomness.integers(0, 20, count)
    plain = text.separators[chosen] == SPACE
    dropped, after = chosen[(ways < 3) & plain], chosen[ways >= 17]
    swapped = chosen[(ways < 17) & ~((ways < 3) & plain)]
    words, origins = text.words.copy(), text.origins.copy()
    # An edit that changes nothing would be no edit: the next word of the vocabulary serves then.
    fresh = spare[:count]
    other = fresh[: len(swapped)]
    other = np.where(other // 2 == words[swapped] // 2, other ^ 2, other)
    words[swapped] = (other & ~1) | (words[swapped] & 1)
    origins[swapped] = EDIT
    words = np.insert(words, after, fresh[len(swapped) : len(swapped) + len(after)] & ~1)
    origins = np.insert(origins, after, EDIT)
    separators = np.insert(text.separators, after, SPACE)
    # Places have moved by what was put in before them.
    gone = dropped + np.searchsorted(np.sort(after), dropped, side="right")
    return Text(np.delete(words, gone), np.delete(separators, gone), np.delete(origins, gone), text.topics)


def furnished(text: Text, after: Sequence[tuple[int, Text]]) -> Text:
    """Return the text with pieces of furniture, each after so many of its paragraphs."""
    stops = text.stops()
    placed: list[Text] = []
    start = 0
    for place, piece in sorted(after, key=lambda held: held[0]):
        stop = stops[min(place, len(stops)) - 1]
        if stop > start:
            placed.append(text.part(start, stop))
            start = stop
        placed.append(piece)
    if start < len(text):
        placed.append(text.part(start, len(text)))
    return replace(joined(placed), topics=text.topics)
