"""Words → salient terms: what texts and titles tell, and how much each term says of them.

The weight of a term is that of `background`; a table of all weights of a language is looked up by words' hashes.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup import background, cutting, lookup
from dedup.arrays import BEGINS_WITH_DIGIT, CAPITALISED, NAME, PART, Cut, Hashes64, TermVector, WordCounts
from dedup.compiled import compiled, compiled_or
from dedup.compiler import compiles
from dedup.facts import of_the_calendar
from dedup.records import Recipe

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
Weights = NDArray[np.float64]

# What is longer is no word of any language's news but an address or encoded data.
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of several texts, those of text i up to `ends[i]`: their hashes, sorted, and how much each says.

    `places` tell where each is first written: which of the texts' words, or, from their number on, of the titles'.
    `names` tells which are names: mostly capitalised inside sentences.
    """

    ends: Places
    hashes: Hashes64
    places: Places
    said: Weights
    names: Mask

    def of(self, text: int) -> slice:
        """Return where the terms of a text stand."""
        return slice(int(self.ends[text - 1]) if text else 0, int(self.ends[text]))


@dataclass(frozen=True, slots=True)
class Scale:
    """What the words of a language weigh and stand for: a table, each word where its hash says or behind.

    A place without a word holds 0 in `slots`. `meanings` are the terms that words count as: themselves, or another
    language's, if it `translates`. What is not in it weighs `unseen`.
    """

    slots: Hashes64
    weights: Weights
    meanings: Hashes64
    unseen: float
    translates: bool = False


def scale(
    language: str,
    recipe: Recipe,
    counted: WordCounts | None = None,
    pivots: Mapping[str, str] | None = None,
    known: Mapping[str, float] | None = None,
) -> Scale:
    """Return the scale of a language, by what was `counted` of its words.

    A word of `pivots` counts as the word that it stands for there, of which `known` tells the weight. That word, found
    in a text of this language, weighs the same.
    """
    stand, weighs = pivots or {}, known or {}
    own = background.weights(language, recipe, counted)
    # Last: a word that stands for another may be what a third one stands for.
    own |= {pivot: weighs[pivot] for pivot in stand.values()}
    hashes = _hashes(list(own))
    meanings = hashes.copy()
    if stand:
        places = {word: place for place, word in enumerate(own)}
        meanings[[places[word] for word in stand]] = hashes[[places[pivot] for pivot in stand.values()]]
    size = _slots(len(own))
    slots, order = np.zeros(size, np.uint64), np.zeros(size, np.int64)
    _fill(slots, order, hashes)
    weights = np.array(list(own.values()), dtype=np.float64)
    return Scale(slots, weights[order], meanings[order], background.weight("", language, recipe), bool(stand))


def terms(
    words: Cut, titles: Cut, own: Mask, languages: Sequence[str], scales: Mapping[str, Scale], recipe: Recipe
) -> Terms:
    """Return the salient terms of texts' own words and titles: each says (1 + log tf) · weight.

    A word of the title counts `recipe.story_title_count` times. Numbers and single letters tell nothing. `scales` are
    those of the languages.
    """
    named = words.flags & NAME != 0
    meant, meant_titles = (_meant(each, languages, scales) for each in (words, titles))
    ends, hashes, places, counts = _distinct(
        _Words(words.ends, meant, own & _telling(words)), named, _Words(titles.ends, meant_titles, _telling(titles))
    )
    names = 2 * counts[:, 2] >= np.maximum(counts[:, 0], 1)
    # What a title adds is counted apart: its words stand there once or more, and count the same.
    counts = counts[:, 0] + counts[:, 1] * recipe.story_title_count
    weights = np.empty(len(hashes))
    for which, held in _spoken(ends, languages, scales):
        at = _found(hashes[which], held.slots)
        weights[which] = np.where(at >= 0, held.weights[at], held.unseen)
    return Terms(ends, hashes, places, (1 + np.log(counts)) * weights, names)


def vectors(found: Terms, words: Cut, own: Mask, recipe: Recipe) -> list[TermVector]:
    """Return the unit vector of each text's terms; an empty one for what tells no story.

    That is tables (fixtures, prices), whose own words are numbers, days and months to `recipe.story_table` or more;
    less is enough where most of a text is a frame that its site fills day by day. And texts in which names say less
    than `recipe.story_names` of everything: advice, recipes, ten ways to wear a scarf. In scripts without capitals
    nothing is known of names.

    No component is longer than `recipe.story_term_limit`: a ferry timetable that names a town ten times and a report
    of its flood share one word, however rare, and are not one story.
    """
    lengths, named = _lengths(found.ends, found.said, found.names)
    facts = (words.flags & BEGINS_WITH_DIGIT != 0) | of_the_calendar(words)
    whole, its_own = np.maximum(np.diff(words.ends, prepend=0), 1), np.maximum(_counted(words.ends, own), 1)
    framed = np.minimum(1, 2 * its_own / whole)
    silent = _counted(words.ends, own & facts) >= recipe.story_table * framed * its_own
    silent |= (named < recipe.story_names) & (_counted(words.ends, words.flags & CAPITALISED != 0) > 0)
    sizes = np.diff(found.ends, prepend=0)
    shares = np.minimum(found.said / np.repeat(lengths, sizes), recipe.story_term_limit)
    parts = np.rint(shares / PART).astype(np.uint16)
    keys = (found.hashes >> np.uint64(32)).astype(np.uint32)
    texts = np.repeat(np.arange(len(sizes)), sizes)
    kept = (parts >= recipe.story_term_least / PART) & ~silent[texts]
    # Two terms of one text whose hashes begin alike: one in a million texts, and one of the two will do.
    kept[1:] &= (keys[1:] != keys[:-1]) | (texts[1:] != texts[:-1])
    ends = np.concatenate([[0], np.cumsum(np.bincount(texts[kept], minlength=len(sizes)))])
    keys, weights = keys[kept], parts[kept] * np.float32(PART)
    return [TermVector(keys[start:stop], weights[start:stop]) for start, stop in itertools.pairwise(ends.tolist())]


@compiled
def _counted(ends: Places, marked: Mask) -> Places:
    """Return how many words of each text are marked."""
    out, start = np.zeros(len(ends), np.int64), 0
    for text in range(len(ends)):
        for word in range(start, ends[text]):
            out[text] += marked[word]
        start = ends[text]
    return out


@compiled
def weightiest(ends: Places, said: Weights, most: int) -> tuple[Places, Places]:
    """Return for each text the places of its terms that say most, most first, so many at most; and where they end."""
    stops, out = np.empty(len(ends), np.int64), np.empty(most * len(ends), np.int64)
    at, start = 0, 0
    for text in range(len(ends)):
        first = at
        for place in range(start, ends[text]):
            if at - first == most and said[place] <= said[out[at - 1]]:
                continue
            at += int(at - first < most)
            row = at - 1
            while row > first and said[out[row - 1]] < said[place]:
                out[row] = out[row - 1]
                row -= 1
            out[row] = place
        stops[text] = at
        start = ends[text]
    return stops, out[:at].copy()


def shared(
    one: Mapping[str, float], other: Mapping[str, float], stand: Sequence[Mapping[str, str]] = (), count: int = 12
) -> tuple[str, ...]:
    """Return the terms that two texts share, of each how much it says, weightiest first.

    `stand` are the words of texts by the terms they stand for: `rusia = russia` says that `rusia` is written in one.
    """
    both = sorted(one.keys() & other.keys(), key=lambda term: (-one[term] * other[term], term))
    return tuple(
        " = ".join([*sorted({words[term] for words in stand if term in words}), term]) for term in both[:count]
    )


@compiled
def _lengths(ends: Places, said: Weights, names: Mask) -> tuple[Weights, Weights]:
    """Return the length of each text's vector, 1 where it is 0, and the share of its square that names have.

    Both are added up text by text, whatever texts come with it.
    """
    out, shares, start = np.ones(len(ends)), np.zeros(len(ends)), 0
    for text in range(len(ends)):
        total, named = 0.0, 0.0
        for place in range(start, ends[text]):
            square = said[place] * said[place]
            total += square
            named += square * names[place]
        if total > 0:
            out[text], shares[text] = np.sqrt(total), named / total
        start = ends[text]
    return out, shares


def _telling(words: Cut) -> Mask:
    """Return which words could tell a story."""
    lengths = words.stops - words.starts
    telling: Mask = (words.flags & BEGINS_WITH_DIGIT == 0) & (lengths > 1) & (lengths <= _LONGEST)
    return telling


class _Words(NamedTuple):
    """The words of several texts or titles, those of text i up to `ends[i]`, and which could tell a story."""

    ends: Places
    hashes: Hashes64
    telling: Mask


def _distinct(text: _Words, named: Mask, title: _Words) -> tuple[Places, Hashes64, Places, NDArray[np.int32]]:
    """Return for each text its distinct terms, sorted, where each stands first, and how often it does.

    That is in the text, in the title (1 or 0), and in the text as a name.
    """
    room = len(text.hashes) + len(title.hashes)
    # Not made by compiled code: of many megabytes numpy asks the system for large pages.
    ends, out, places = np.empty(len(text.ends), np.int64), np.empty(room, np.uint64), np.empty(room, np.int64)
    counts = np.zeros((room, 3), np.int32)
    count = _tell_apart(text, named, title, ends, out, places, counts)
    return ends, out[:count], places[:count], counts[:count]


@compiled
def _tell_apart(
    text: _Words, named: Mask, title: _Words, ends: Places, out: Hashes64, places: Places, counts: NDArray[np.int32]
) -> int:
    """Write what `_distinct` returns; return how many terms there are."""
    most = _most(text.ends, title.ends)
    slots, rows, firsts = np.empty(_slots(most), np.uint64), np.empty(_slots(most), np.int64), np.empty(most, np.int64)
    spare, digits = np.empty(most, np.uint64), lookup.digits()
    at, start, title_start = 0, 0, 0
    for number in range(len(ends)):
        stop, title_stop = text.ends[number], title.ends[number]
        used = slots[: _slots(stop - start + title_stop - title_start)]
        used[:] = 0
        first, at = at, _enter(text, start, stop, 0, used, rows, firsts, out, at, at)
        at = _enter(title, title_start, title_stop, len(text.hashes), used, rows, firsts, out, first, at)
        lookup.sort(out, first, at, spare, digits)
        for place in range(first, at):
            slot = _slot(out[place], used)
            places[place], rows[slot] = firsts[rows[slot]], place
        for word in range(start, stop):
            if text.telling[word]:
                place = rows[_slot(text.hashes[word], used)]
                counts[place, 0] += 1
                counts[place, 2] += named[word]
        for word in range(title_start, title_stop):
            if title.telling[word]:
                counts[rows[_slot(title.hashes[word], used)], 1] = 1
        ends[number] = at
        start, title_start = stop, title_stop
    return at


@compiled
def _enter(
    words: _Words,
    start: int,
    stop: int,
    before: int,
    slots: Hashes64,
    rows: Places,
    firsts: Places,
    out: Hashes64,
    first: int,
    at: int,
) -> int:
    """Put new ones of some words behind those in `out` from `first` to `at`; return where they end.

    `rows` tells which of them a slot holds, `firsts` where it stands first: so many words are `before` these.
    """
    for word in range(start, stop):
        value = words.hashes[word]
        if words.telling[word]:
            slot = _slot(value, slots)
            if slots[slot] == 0:
                slots[slot], rows[slot], out[at], firsts[at - first] = value, at - first, value, before + word
                at += 1
    return at


@compiled
def _slot(word: np.uint64, slots: Hashes64) -> int:
    """Return the slot that holds a word, or is free for it."""
    mask = len(slots) - 1
    slot = np.int64(word & np.uint64(mask))
    while slots[slot] != 0 and slots[slot] != word:
        slot = (slot + 1) & mask
    return int(slot)


@compiled
def _slots(words: int) -> int:
    """Return how many slots so many words need, a power of two."""
    size = 16
    while size < 2 * words:
        size *= 2
    return size


@compiled
def _most(ends: Places, title_ends: Places) -> int:
    """Return how many words the longest text has with its title."""
    most, start, title_start = 0, 0, 0
    for text in range(len(ends)):
        most = max(most, ends[text] - start + title_ends[text] - title_start)
        start, title_start = ends[text], title_ends[text]
    return most


def _spoken(ends: Places, languages: Sequence[str], scales: Mapping[str, Scale]) -> Iterator[tuple[Mask, Scale]]:
    """Yield which of what texts have, up to `ends`, is of each language, and the scale of that."""
    numbers = {language: number for number, language in enumerate(dict.fromkeys(languages))}
    spoken = np.repeat(np.array([numbers[language] for language in languages], np.int32), np.diff(ends, prepend=0))
    for language, number in numbers.items():
        yield spoken == number, scales[language]


def _meant(words: Cut, languages: Sequence[str], scales: Mapping[str, Scale]) -> Hashes64:
    """Return the terms that words count as."""
    if not any(scales[language].translates for language in set(languages)):
        return words.hashes
    meant = words.hashes.copy()
    for which, held in _spoken(words.ends, languages, scales):
        at = _found(words.hashes[which], held.slots)
        meant[which] = np.where(at >= 0, held.meanings[at], words.hashes[which])
    return meant


def _hashes(words: Sequence[str]) -> Hashes64:
    if not compiles():
        return cutting.word_hashes(words)
    from dedup.scanning import hash_words

    written = [word.encode("utf-8", "surrogatepass") for word in words]
    ends = np.cumsum([len(each) for each in written], dtype=np.int64)
    found: Hashes64 = hash_words(np.frombuffer(b"".join(written), np.uint8), ends)
    return found


def _fill_by_numpy(slots: Hashes64, order: Places, hashes: Hashes64) -> None:
    words, wanted = np.arange(len(hashes)), (hashes & np.uint64(len(slots) - 1)).astype(np.int64)
    while len(words):
        free = slots[wanted] == 0
        # Of several that want one the first has it.
        taken, first = np.unique(wanted[free], return_index=True)
        slots[taken], order[taken] = hashes[words[free][first]], words[free][first]
        left = slots[wanted] != hashes[words]
        words, wanted = words[left], (wanted[left] + 1) & (len(slots) - 1)


@compiled_or(_fill_by_numpy)
def _fill(slots: Hashes64, order: Places, hashes: Hashes64) -> None:
    """Put words into free slots; `order` tells afterwards which word each slot holds."""
    for word in range(len(hashes)):
        slot = _slot(hashes[word], slots)
        slots[slot], order[slot] = hashes[word], word


@compiled
def _found(hashes: Hashes64, slots: Hashes64) -> Places:
    """Return the slot of each word, -1 where there is none."""
    out = np.empty(len(hashes), np.int64)
    for word in range(len(hashes)):
        slot = _slot(hashes[word], slots)
        out[word] = slot if slots[slot] == hashes[word] else -1
    return out
