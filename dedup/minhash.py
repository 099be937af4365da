"""Shingle hashes → the two MinHash sketches: a signature for texts of like length, a sketch for short in long."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup import lookup, shingles
from dedup.arrays import SITE_BITS, Cut, Hashes32, Hashes64, Sketches
from dedup.columns import CHARACTERS_A_WORD, Column
from dedup.compiled import compiled, compiled_or
from dedup.records import Recipe

# Shingles that are permuted at once: 128 permutations of them fill 2 MiB.
_BLOCK = 4096
_NOTHING: Hashes64 = np.empty(0, dtype=np.uint64)
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
KEY_SHIFT = np.uint64(SITE_BITS)
# The bits of a key in front of the number of what it is together with: of a text, of one of its shingles, of a site.
OF_TEXT = np.uint64(2**SITE_BITS - 1)
KEY = ~OF_TEXT
# Before the first of a text's keys.
NO_KEY = OF_TEXT
# So that each of a text's shingles has a number.
_MOST_WORDS = 1 << SITE_BITS


def signature(hashes: Hashes32, recipe: Recipe) -> Hashes32:
    """Return the `recipe.permutations` values that `datasketch.MinHash(scheme="affine32")` has for `hashes`.

    Broder 1997; the permutations are datasketch's own: the MurmurHash3 finaliser, then a·h + b mod 2³², a odd.
    """
    multiplier, offset = permutations(recipe.permutations, recipe.seed)
    smallest = np.full(recipe.permutations, 0xFFFFFFFF, dtype=np.uint32)
    mixed = _mixed(np.unique(hashes))
    for start in range(0, len(mixed), _BLOCK):
        block = mixed[start : start + _BLOCK, None] * multiplier + offset
        smallest = np.minimum(smallest, block.min(axis=0))
    return smallest


def sketches(words: Cut, recipe: Recipe) -> Sketches:
    """Return the containment sketch of each text: its keys, which are one in `recipe.sketch_one_in` of its shingles.

    FracMinHash (Irber et al. 2022): the share of a short text's keys found in a long text's estimates how much of
    the short one stands in the long one, whatever their lengths.
    """
    return gathered(sampled(words, recipe))


class Sampled(NamedTuple):
    """The shingles of several texts that sketches sample; those of text i end at `ends[i]`.

    `places` are their first words, in the order of the text. `keys` are theirs, sorted in each text, each together with
    which of the text's places it is of, as one number: what is held twice costs twice the memory fresh from the system.
    """

    ends: Places
    places: NDArray[np.int32]
    keys: Hashes64


def sampled(words: Cut, recipe: Recipe) -> Sampled:
    """Return the shingles of texts that sketches sample; of a text of millions of words those of its first million."""
    room = len(words.hashes)
    # Not made by compiled code: of many megabytes numpy asks the system for large pages, and what is not written to
    # takes none.
    out = Sampled(np.empty(len(words.ends), np.int64), np.empty(room, np.int32), np.empty(room, np.uint64))
    most = np.uint64(2**64 // recipe.sketch_one_in - 1)
    count = _sampled(words.hashes, words.ends, recipe.shingle_words, most, out)
    return Sampled(out.ends, out.places[:count], out.keys[:count])


def joined(parts: Iterable[tuple[Places, Sampled]], characters: int, recipe: Recipe) -> tuple[Places, Sampled]:
    """Return where the words of all texts end and their sampled shingles, given the same of some texts after others.

    So many characters they have about.
    """
    expected = characters // (CHARACTERS_A_WORD * recipe.sketch_one_in)
    ends, places, keys = Column(np.int64, 0), Column(np.int32, expected), Column(np.uint64, expected)
    stops, words = Column(np.int64, 0), 0
    for these, found in parts:
        ends.add(found.ends, keys.count)
        places.add(found.places, words)
        keys.add(found.keys)
        stops.add(these, words)
        words += int(these[-1]) if len(these) else 0
    return stops.values(), Sampled(ends.values(), places.values(), keys.values())


def _sampled_by_numpy(words: Hashes64, ends: NDArray[np.int64], length: int, most: np.uint64, out: Sampled) -> int:
    values = shingles.by_numpy(words, length)
    firsts = np.flatnonzero(values <= most)
    within = np.searchsorted(ends, firsts, side="right")
    whole = firsts + length <= np.minimum(ends, np.append(0, ends[:-1]) + _MOST_WORDS)[within]
    firsts, within = firsts[whole], within[whole]
    count = len(firsts)
    out.ends[:] = np.searchsorted(within, np.arange(len(ends)), side="right")
    ranks = np.arange(count) - np.append(0, out.ends)[within]
    keys = (values[firsts] & KEY) | ranks.astype(np.uint64)
    out.places[:count], out.keys[:count] = firsts, keys[np.lexsort((keys, within))]
    return count


@compiled_or(_sampled_by_numpy)
def _sampled(words: Hashes64, ends: NDArray[np.int64], length: int, most: np.uint64, out: Sampled) -> int:
    places, keys = out.places, out.keys
    spare, counts = np.empty(lookup.longest(ends), np.uint64), lookup.digits()
    # Without a sign: what may be negative is asked for that at each look.
    count, start, first = np.uint64(0), 0, shingles.weight(length)
    for text in range(len(ends)):
        held, begun = words[start : min(ends[text], start + _MOST_WORDS)], count
        value = shingles.begun(held, length)
        for place in range(len(held) - length + 1):
            value = np.uint64(value * shingles.MULTIPLIER + held[place + length - 1])
            hashed = shingles.mixed(value)
            places[count], keys[count] = start + place, (hashed & KEY) | np.uint64(count - begun)
            # One that is not sampled is written over: no branch of which nobody knows whether it is taken.
            count += np.uint64(hashed <= most)
            value = np.uint64(value - held[place] * first)
        lookup.sort(keys, int(begun), int(count), spare, counts)
        start, out.ends[text] = ends[text], count
    return int(count)


@compiled
def as_they_stand(found: Sampled, told: Mask) -> Mask:
    """Return what is told of the keys of sampled shingles in the order of the text."""
    out, start = np.empty(len(told), np.bool_), 0
    for stop in found.ends:
        for place in range(start, stop):
            out[start + np.int64(found.keys[place] & OF_TEXT)] = told[place]
        start = stop
    return out


def gathered(found: Sampled) -> Sketches:
    """Return the sketches of texts: the distinct keys that are sampled of each."""
    return gathered_of(found, np.arange(len(found.ends)))


def gathered_of(found: Sampled, texts: Places) -> Sketches:
    """Return the sketches of some of several texts, in the order asked for."""
    starts = np.append(0, found.ends)
    out = np.empty(int((starts[texts + 1] - starts[texts]).sum()), np.uint64)
    ends = _gathered(found.keys, starts, texts, out)
    return Sketches(ends, out[: ends[-1]] if len(ends) else out)


@compiled
def _gathered(keys: Hashes64, starts: Places, texts: Places, out: Hashes64) -> Places:
    ends, count = np.empty(len(texts), np.int64), np.uint64(0)
    for row in range(len(texts)):
        before = NO_KEY
        for held in keys[starts[texts[row]] : starts[texts[row] + 1]]:
            key = held & KEY
            # Written over by the next one where it is the same as the last.
            out[count] = key >> KEY_SHIFT
            count += np.uint64(key != before)
            before = key
        ends[row] = count
    return ends


def without(found: Sampled, left_out: Mask, kept: Mask) -> Sketches:
    """Return the sketches of texts without some of all sampled keys; of texts that are not `kept`, without any."""
    ends, out = np.empty_like(found.ends), np.empty(len(found.keys), np.uint64)
    count = _without(found.ends, found.keys, left_out, kept, ends, out)
    return Sketches(ends, out[:count])


@compiled
def _without(ends: Places, keys: Hashes64, left_out: Mask, kept: Mask, stops: Places, out: Hashes64) -> int:
    count, start = np.uint64(0), 0
    for text in range(len(ends)):
        before = NO_KEY
        for place in range(start, ends[text] if kept[text] else start):
            key = keys[place] & KEY
            out[count] = key >> KEY_SHIFT
            count += np.uint64(key != before and not left_out[place])
            before = key
        stops[text] = count
        start = ends[text]
    return int(count)


def marked_in_parts(found: Sampled, most: int) -> Iterator[Hashes64]:
    """Yield the keys of sketches, each together with the number of its text, as one number.

    Those of a range of keys come at a time, about so many: what is yielded is written over then.
    """
    parts = max(1, len(found.keys) // most)
    room = np.empty(len(found.keys), np.uint64)
    nexts = np.append(0, found.ends)[:-1]
    last = int(found.keys.max(initial=0))
    for part in range(1, parts + 1):
        # Between two keys, so that none is parted from itself.
        limit = np.uint64(last * part // parts | int(OF_TEXT))
        yield room[: _marked_below(found.ends, found.keys, nexts, limit, room)]


@compiled
def _marked_below(ends: Places, keys: Hashes64, nexts: Places, limit: np.uint64, out: Hashes64) -> int:
    """Mark the keys of texts up to a limit, from the `nexts` of each on, which become the first ones that are not."""
    count = np.uint64(0)
    for text in range(len(ends)):
        place, before = nexts[text], NO_KEY
        while place < ends[text] and keys[place] <= limit:
            key = keys[place] & KEY
            out[count] = key | np.uint64(text)
            count += np.uint64(key != before)
            before = key
            place += 1
        nexts[text] = place
    return int(count)


def marked(held: Sketches) -> Hashes64:
    """Return the keys of sketches, each together with the number of its text, as one number."""
    out = np.empty(len(held.keys), np.uint64)
    _marked(held.ends, held.keys, out)
    return out


@compiled
def _marked(ends: Places, keys: Hashes64, out: Hashes64) -> None:
    start = 0
    for text in range(len(ends)):
        for place in range(start, ends[text]):
            out[place] = (keys[place] << KEY_SHIFT) | np.uint64(text)
        start = ends[text]


def one_each(keys: Sequence[Hashes64]) -> Sketches:
    """Return sketches of one text each as those of several."""
    ends = np.cumsum([len(each) for each in keys], dtype=np.int64)
    return Sketches(ends, np.concatenate([_NOTHING, *keys]))


def together(parts: Sequence[Sketches]) -> Sketches:
    """Return the sketches of several texts after one another."""
    before = np.cumsum([0, *(len(part.keys) for part in parts[:-1])])
    ends = [part.ends + start for part, start in zip(parts, before, strict=False)]
    return Sketches(
        np.concatenate([np.empty(0, np.int64), *ends]), np.concatenate([_NOTHING, *(part.keys for part in parts)])
    )


def distinct(keys: Hashes64) -> Hashes64:
    """Return distinct keys, sorted; of millions faster than numpy's own."""
    held = lookup.in_order(keys)
    fresh: NDArray[np.bool_] = np.concatenate((np.ones(min(len(held), 1), dtype=bool), held[1:] != held[:-1]))
    return held[fresh]


@cache
def permutations(count: int, seed: int) -> tuple[Hashes32, Hashes32]:
    """Return the multipliers and offsets of datasketch's permutations, `count` of each."""
    # Only where something is signed: it brings scipy along, which takes as long to load as everything else together.
    from datasketch import MinHash

    multiplier, offset = MinHash(num_perm=count, seed=seed, scheme="affine32").permutations
    return multiplier, offset


def _mixed(values: Hashes32) -> Hashes32:
    values = values ^ (values >> np.uint32(16))
    values = values * np.uint32(0x85EBCA6B)
    values = values ^ (values >> np.uint32(13))
    values = values * np.uint32(0xC2B2AE35)
    return values ^ (values >> np.uint32(16))
