"""What is a text's own, given what its site repeats; and which of its words tell, given what nobody reads there."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup import boilerplate, lookup, minhash
from dedup.arrays import Cut, Furniture, Hashes64, Line, Said, Sketches
from dedup.boilerplate import Mask, Places, Rows
from dedup.compiled import compiled
from dedup.minhash import KEY, KEY_SHIFT, NO_KEY, Sampled
from dedup.records import Recipe

Marks = NDArray[np.int8]

# What a person said of a word where it stands: nothing, that its site repeats it, that it is the text's own.
_UNSAID, _REPEATED, _OWN = np.int8(0), np.int8(1), np.int8(2)
NOTHING_SAID: Said = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Own:
    """What is the texts' own of several texts: which words, their sketches without boilerplate, and a hash of these.

    The sketch of a text of which too little is its own is empty: it is compared by its raw text only. `raw` are the
    sketches with boilerplate.
    """

    words: Mask
    sketches: Sketches
    hashes: Hashes64
    raw: Sketches


def own(words: Cut, sites: NDArray[np.int64], repeated: Hashes64, recipe: Recipe, said: Said = NOTHING_SAID) -> Own:
    """Return what is own of each text, given the number of its site and the table of what sites repeat.

    Sketches sample shingles; a word is boilerplate where the nearest sampled shingles that hold it or stand before
    and behind it are. The words of lines of which something was said are what was said of them.
    """
    found = minhash.sampled(words, recipe)
    told = own_of(words.ends, found, sites, repeated, recipe, _marks(words, sites, said))
    own_sketches = minhash.without(found, told.left_out, told.enough)
    return Own(told.words, own_sketches, told.hashes, minhash.gathered(found))


class Told(NamedTuple):
    """Which words of several texts are their own, which sampled keys are not, and of which texts enough is.

    `sizes` and `hashes` are those of sketches without boilerplate.
    """

    words: Mask
    left_out: Mask
    enough: Mask
    sizes: NDArray[np.int32]
    hashes: Hashes64


def own_of(
    ends: Places,
    found: Sampled,
    sites: NDArray[np.int64],
    repeated: Hashes64,
    recipe: Recipe,
    marks: Marks | None = None,
) -> Told:
    """Return what is own, given where the words of texts end and the shingles of them that are sampled.

    `marks` tell what a person said of the words, None: nothing of any.
    """
    left_out = _repeated(lookup.table(repeated), found, sites)
    mask = _unrepeated(ends, found, minhash.as_they_stand(found, left_out), marks, recipe)
    left, total = _counted(ends, mask), np.diff(ends, prepend=0)
    enough = (left >= recipe.min_own_words) & (left >= recipe.min_own_share * total)
    return Told(mask, left_out, enough, *_digests(found.ends, found.keys, left_out, enough))


@compiled
def _repeated(known: lookup.Table, found: Sampled, sites: NDArray[np.int64]) -> Mask:
    """Return which sampled keys their texts' sites repeat."""
    out, start = np.empty(len(found.keys), np.bool_), 0
    for text in range(len(found.ends)):
        site = np.uint64(sites[text])
        for place in range(start, found.ends[text]):
            out[place] = lookup.holds(known, (found.keys[place] & KEY) | site)
        start = found.ends[text]
    return out


@compiled
def _counted(ends: Places, mask: Mask) -> Places:
    """Return how many words of each text are marked."""
    out = np.empty(len(ends), np.int64)
    start = 0
    for text in range(len(ends)):
        out[text] = mask[start : ends[text]].sum()
        start = ends[text]
    return out


def telling(
    words: Cut,
    sites: NDArray[np.int64],
    days: NDArray[np.int64],
    furniture: Furniture,
    recipe: Recipe,
    said: Said = NOTHING_SAID,
) -> Mask:
    """Return which words of texts are no furniture, given their sites and days.

    Furniture is told by several sampled shingles in a row: a name that is often in the news is none. The words of
    lines of which something was said are what was said of them.
    """
    found = minhash.sampled(words, recipe)
    texts = np.repeat(np.arange(len(found.ends)), np.diff(found.ends, prepend=0))
    at_sites = (found.keys & KEY) | sites[texts].astype(np.uint64)
    theirs = minhash.as_they_stand(found, boilerplate.since(furniture, at_sites) <= days[texts])
    enough = _in_a_row(found.ends, theirs, recipe.furniture_keys)
    return _unrepeated(words.ends, found, enough, _marks(words, sites, said), recipe)


# --- what a person said -----------------------------------------------------------------------------


def holding(words: Cut, lines: Iterable[Line]) -> Mask:
    """Return in which texts any of these lines stands."""
    held: dict[int, tuple[Line, ...]] = {0: tuple(lines)}
    marks = _marks(words, np.zeros(len(words.ends), np.int64), held)
    found = np.zeros(len(words.ends), np.bool_)
    if marks is not None:
        found[np.searchsorted(words.ends, np.flatnonzero(marks), "right")] = True
    return found


def _marks(words: Cut, sites: NDArray[np.int64], said: Said) -> Marks | None:
    """Return what was said of each word of texts, None where nothing was of any."""
    if not said:
        return None
    marks = np.zeros(len(words.hashes), np.int8)
    lines = {site: [(np.array(line.words, np.uint64), line.repeated) for line in held] for site, held in said.items()}
    for text in np.flatnonzero(np.isin(sites, list(said))).tolist():
        held = words.words(text)
        for line, repeated in lines[int(sites[text])]:
            for place in _places_of(line, words.hashes[held]):
                marks[held][place : place + len(line)] = _REPEATED if repeated else _OWN
    return marks if marks.any() else None


def _places_of(line: Hashes64, hashes: Hashes64) -> list[int]:
    """Return where in a text a line begins."""
    firsts = np.flatnonzero(hashes[: max(len(hashes) - len(line) + 1, 0)] == line[0])
    return [place for place in firsts.tolist() if np.array_equal(hashes[place : place + len(line)], line)]


def _unrepeated(ends: Places, found: Sampled, theirs: Mask, marks: Marks | None, recipe: Recipe) -> Mask:
    """Return which words are not repeated, given which of the sampled shingles are and what was said of the words."""
    if marks is not None:
        theirs = _beside_said(found, theirs, marks, recipe.shingle_words)
    mask = _uncovered(ends, found.ends, found.places, theirs, recipe.shingle_words)
    if marks is not None:
        mask[marks == _REPEATED], mask[marks == _OWN] = False, True
    return mask


def _beside_said(found: Sampled, theirs: Mask, marks: Marks, length: int) -> Mask:
    """Return which sampled shingles are repeated, those inside of what was said like the next ones outside.

    By themselves these tell nothing of the words about them: what was said is said of their own words.
    """
    rows = np.arange(len(theirs))
    unsaid = np.concatenate([[0], np.cumsum(marks == _UNSAID)])
    outside = unsaid[found.places + length] > unsaid[found.places]
    sizes = np.diff(found.ends, prepend=0)
    begin, end = np.repeat(found.ends - sizes, sizes), np.repeat(found.ends, sizes)
    before = np.maximum.accumulate(np.where(outside, rows, -1))
    behind = np.minimum.accumulate(np.where(outside, rows, len(rows))[::-1])[::-1]
    known = np.append(theirs, False)
    near = ((before >= begin) & known[before]) | ((behind < end) & known[behind])
    return np.where(outside, theirs, near)


@compiled
def _in_a_row(stops: Places, theirs: Mask, least: int) -> Mask:
    """Return which of these stand with their like in a text, at least so many one after the other."""
    out = np.zeros(len(theirs), np.bool_)
    start = 0
    for stop in stops:
        for place in range(start, stop + 1):
            if place < stop and theirs[place]:
                continue
            if place - start >= least:
                out[start:place] = True
            start = place + 1
        start = stop
    return out


@compiled
def _uncovered(ends: Places, stops: Places, places: Rows, repeated: Mask, length: int) -> Mask:
    """Return which words lie neither in repeated shingles nor between two that follow one another in the sample."""
    own = np.ones(ends[-1] if len(ends) else 0, np.bool_)
    first = 0
    for text in range(len(ends)):
        last = stops[text] - 1
        for row in range(first, stops[text]):
            if repeated[row]:
                begin, stop = int(places[row]), int(places[row]) + length
                if row == first:
                    begin = ends[text - 1] if text else 0
                if row == last:
                    stop = ends[text]
                elif repeated[row + 1]:
                    stop = max(stop, int(places[row + 1]))
                own[begin:stop] = False
        first = stops[text]
    return own


@compiled
def _digests(ends: Places, keys: Hashes64, left_out: Mask, kept: Mask) -> tuple[NDArray[np.int32], Hashes64]:
    """Return how many keys of each sketch are left, none where it is not `kept`, and a hash of these in any order.

    `keys` are sampled ones.
    """
    sizes, hashes = np.zeros(len(ends), np.int32), np.zeros(len(ends), np.uint64)
    start = 0
    for text in range(len(ends)):
        total, count, before = np.uint64(0), 0, NO_KEY
        for place in range(start, ends[text] if kept[text] else start):
            key = keys[place] & KEY
            mixed = np.uint64((key >> KEY_SHIFT) * _ODD)
            mixed = np.uint64((mixed ^ (mixed >> np.uint64(31))) * _MIXER)
            mixed ^= mixed >> np.uint64(29)
            counts = key != before and not left_out[place]
            total += mixed if counts else np.uint64(0)
            count += int(counts)
            before = key
        sizes[text], hashes[text] = count, total
        start = ends[text]
    return sizes, hashes


_ODD, _MIXER = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
