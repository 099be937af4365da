"""Texts as the stages hand them on: words as numbers, sketches and who holds their keys, units, terms as vectors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Hashes32 = NDArray[np.uint32]
Hashes64 = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Words:
    """The normalised words of a text; word i stands at `text[starts[i]:ends[i]]`.

    `quoted[i]` tells whether it stands inside quotation marks.
    """

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    quoted: tuple[bool, ...]

    def __len__(self) -> int:
        return len(self.words)


# Traits of a word: inside quotation marks; its first character is a digit, or any; it is capitalised inside a sentence;
# it is the first of its line; it is capitalised anywhere.
QUOTED, BEGINS_WITH_DIGIT, HOLDS_DIGIT, NAME, HEADS_LINE, CAPITALISED = 1, 2, 4, 8, 16, 32


@dataclass(frozen=True, slots=True)
class Cut:
    """The words and numbers of several texts, as numbers, text after text.

    The words of text i are those from `ends[i - 1]` to `ends[i]`: their `hashes`, where they begin and end in the text,
    and their traits as `flags`. Its numbers are `numbers[number_ends[i - 1]:number_ends[i]]`, each a hash of what it
    says (`amounts`).
    """

    ends: NDArray[np.int64]
    hashes: Hashes64
    starts: Hashes32
    stops: Hashes32
    flags: NDArray[np.uint8]
    number_ends: NDArray[np.int64]
    numbers: Hashes64

    def words(self, text: int) -> slice:
        """Return where the words of a text stand."""
        return slice(int(self.ends[text - 1]) if text else 0, int(self.ends[text]))

    def counted(self, text: int) -> slice:
        """Return where the numbers of a text stand."""
        return slice(int(self.number_ends[text - 1]) if text else 0, int(self.number_ends[text]))


# A key of a sketch is so many of the first bits of a shingle's hash; the others have room for the number of a site.
KEY_BITS = 44
SITE_BITS = 64 - KEY_BITS


@dataclass(frozen=True, slots=True)
class Sketches:
    """The sketches of several texts: the keys of text i are `keys[ends[i - 1]:ends[i]]`, sorted and distinct."""

    ends: NDArray[np.int64]
    keys: Hashes64

    def of(self, text: int) -> Hashes64:
        """Return the keys of one text."""
        return self.keys[self.ends[text - 1] if text else 0 : self.ends[text]]

    def sizes(self) -> NDArray[np.int64]:
        """Return how many keys each text has."""
        return np.diff(self.ends, prepend=0)


@dataclass(frozen=True, slots=True)
class Counted:
    """Keys of a site, sorted, in how many strict families of its texts each stands, and `since` when it is furniture.

    That is a day as `ordering.day` counts, or NEVER.
    """

    keys: Hashes64
    families: NDArray[np.int64]
    since: NDArray[np.int32]


NEVER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Furniture:
    """What a site prints so often that nobody reads it there: keys, sorted, and since which day each is that."""

    keys: Hashes64
    since: NDArray[np.int32]


class Line(NamedTuple):
    """Words that a person said a site repeats, or that they are its articles' own: their hashes, in order."""

    words: tuple[int, ...]
    repeated: bool


# What was said of each site, by its number: shorter lines first, since a longer one counts where both stand.
Said = Mapping[int, tuple[Line, ...]]


@dataclass(frozen=True, slots=True)
class Postings:
    """Who holds some sorted keys: the units that hold key i are `units[ends[i - 1]:ends[i]]`."""

    keys: Hashes64
    ends: NDArray[np.int64]
    units: NDArray[np.int32]


@dataclass(slots=True)
class Units:
    """What is known of every unit, by its number; a *unit* is one text of one site, whatever articles carry it there.

    `sites` is -1 where there is no such unit any more, `texts` a hash of its raw text, `own` one of its sketch,
    `order` one of both text and site: what decides wherever some must be chosen. `sizes` is how many keys its sketch
    has; `strict` is the strict family of a text of its site's sample (the number of one of its units), else -1;
    `days` are those of publication, as `ordering.day` counts.
    """

    sites: NDArray[np.int32]
    texts: Hashes64
    own: Hashes64
    order: Hashes64
    sizes: NDArray[np.int32]
    strict: NDArray[np.int64]
    days: NDArray[np.int32]


# The weights of terms are whole numbers of these, which add up to the same in any order.
PART = 1e-5


class TermVector(NamedTuple):
    """What a text tells: sorted hashes of its terms and their weights, of length 1 together or less.

    Weights are multiples of `PART`. `named` are its weightiest terms in words, and how much each says, in thousandths.
    """

    keys: Hashes32
    weights: NDArray[np.float32]
    named: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Vectors:
    """What several texts tell: the terms of text i are `keys[ends[i - 1]:ends[i]]`, sorted, with these weights."""

    ends: NDArray[np.int64]
    keys: Hashes32
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class WordCounts:
    """In how many of `texts` texts of a language each of `words` stands."""

    texts: int
    words: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """An article as matching reads it; `title` and `words` are Cuts of one text.

    `own[i]` tells whether word i is the text's own or its site's boilerplate; `shingles[i]` is the hash of the
    `Recipe.match_words` words that begin with word i.
    """

    id: str
    site: str
    title: Cut
    words: Cut
    own: NDArray[np.bool_]
    shingles: Hashes64
