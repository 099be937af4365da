"""Shingle hashes → the two MinHash sketches: a signature for texts of like length, a sketch for short in long."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup import lookup, shingles
from dedup.arrays import KEY_BITS, SITE_BITS, Cut, Hashes32, Hashes64, Sketches
from dedup.columns import CHARACTERS_A_WORD, Column
from dedup.compiled import compiled, compiled_or
from dedup.records import Recipe

# Shingles that are permuted at once: 128 permutations of them fill 2 MiB.
_BLOCK = 4096
_NOTHING: Hashes64 = np.empty(0, dtype=np.uint64)
Places = NDArray[np.int64]
_KEY_SHIFT = np.uint64(64 - KEY_BITS)


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
    """The shingles of several texts that sketches sample, in order: of each its first word and its key.

    Those of text i end at `ends[i]`.
    """

    ends: Places
    places: NDArray[np.int32]
    keys: Hashes64


def sampled(words: Cut, recipe: Recipe) -> Sampled:
    """Return the shingles of texts that sketches sample."""
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
    whole = firsts + length <= ends[within]
    firsts, within = firsts[whole], within[whole]
    count = len(firsts)
    out.places[:count], out.keys[:count] = firsts, values[firsts] >> _KEY_SHIFT
    out.ends[:] = np.searchsorted(within, np.arange(len(ends)), side="right")
    return count


@compiled_or(_sampled_by_numpy)
def _sampled(words: Hashes64, ends: NDArray[np.int64], length: int, most: np.uint64, out: Sampled) -> int:
    places, keys = out.places, out.keys
    # Without a sign: what may be negative is asked for that at each look.
    count, start, first = np.uint64(0), 0, shingles.weight(length)
    for text in range(len(ends)):
        held = words[start : ends[text]]
        value = shingles.begun(held, length)
        for place in range(len(held) - length + 1):
            value = np.uint64(value * shingles.MULTIPLIER + held[place + length - 1])
            hashed = shingles.mixed(value)
            places[count], keys[count] = start + place, hashed >> _KEY_SHIFT
            # One that is not sampled is written over: no branch of which nobody knows whether it is taken.
            count += np.uint64(hashed <= most)
            value = np.uint64(value - held[place] * first)
        start, out.ends[text] = ends[text], count
    return int(count)


def gathered(found: Sampled) -> Sketches:
    """Return the sketches of texts: the distinct keys that are sampled of each."""
    ends, out = np.empty(len(found.ends), np.int64), np.empty(len(found.keys), np.uint64)
    _distinct(found.ends, found.keys, ends, out)
    return Sketches(ends, out[: ends[-1]] if len(ends) else out)


@compiled
def _distinct(stops: Places, keys: Hashes64, ends: Places, out: Hashes64) -> None:
    most, start = 0, 0
    for stop in stops:
        most, start = max(most, stop - start), stop
    spare, counts = np.empty(most, np.uint64), lookup.digits()
    at, start = 0, 0
    for text in range(len(stops)):
        first = at
        for place in range(start, stops[text]):
            out[at] = keys[place]
            at += 1
        start = stops[text]
        lookup.sort(out, first, at, spare, counts)
        last, at = at, first
        for place in range(first, last):
            out[at] = out[place]
            # Written over by the next one where it is the same.
            at += int(place + 1 == last or out[place] != out[place + 1])
        ends[text] = at


def marked(held: Sketches) -> Hashes64:
    """Return the keys of sketches, each together with the number of its text, as one number."""
    return next(marked_in_parts(held, len(held.keys) + 1))


def marked_in_parts(held: Sketches, most: int) -> Iterator[Hashes64]:
    """Yield the same of about so many keys at a time, all of a range of them: what is yielded is written over then."""
    parts = max(1, len(held.keys) // most)
    room = np.empty(len(held.keys), np.uint64)
    nexts = np.concatenate([np.zeros(min(len(held.ends), 1), np.int64), held.ends[:-1]])
    last = int(held.keys.max(initial=0)) + 1
    for part in range(1, parts + 1):
        count = _marked(held.ends, held.keys, nexts, np.uint64(last * part // parts), room)
        yield room[:count]


@compiled
def _marked(ends: Places, keys: Hashes64, nexts: Places, limit: np.uint64, out: Hashes64) -> int:
    """Mark the keys of texts below a limit, from the `nexts` of each on, which become the first ones that are not."""
    count = np.uint64(0)
    for text in range(len(ends)):
        place = nexts[text]
        while place < ends[text] and keys[place] < limit:
            out[count] = (keys[place] << _SITE_BITS) | np.uint64(text)
            count += np.uint64(1)
            place += 1
        nexts[text] = place
    return int(count)


_SITE_BITS = np.uint64(SITE_BITS)


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


def without(held: Sketches, left_out: NDArray[np.bool_], kept: NDArray[np.bool_]) -> Sketches:
    """Return sketches without some of all their keys; of texts that are not `kept`, without any."""
    ends, out = np.empty_like(held.ends), np.empty(len(held.keys), np.uint64)
    count = _without(held.ends, held.keys, left_out, kept, ends, out)
    return Sketches(ends, out[:count])


@compiled
def _without(
    ends: NDArray[np.int64],
    keys: Hashes64,
    left_out: NDArray[np.bool_],
    kept: NDArray[np.bool_],
    stops: NDArray[np.int64],
    out: Hashes64,
) -> int:
    at, start = 0, 0
    for text in range(len(ends)):
        if kept[text]:
            for place in range(start, ends[text]):
                out[at] = keys[place]
                at += int(not left_out[place])
        stops[text] = at
        start = ends[text]
    return at


def chosen(held: Sketches, texts: NDArray[np.int64]) -> Sketches:
    """Return the sketches of some of several texts, in the order asked for."""
    return Sketches(*_chosen(held.ends, held.keys, texts))


@compiled
def _chosen(ends: NDArray[np.int64], keys: Hashes64, texts: NDArray[np.int64]) -> tuple[NDArray[np.int64], Hashes64]:
    stops = np.empty(len(texts), np.int64)
    total = 0
    for row in range(len(texts)):
        total += ends[texts[row]] - (ends[texts[row] - 1] if texts[row] else 0)
        stops[row] = total
    out = np.empty(total, np.uint64)
    at = 0
    for row in range(len(texts)):
        for place in range(ends[texts[row] - 1] if texts[row] else 0, ends[texts[row]]):
            out[at] = keys[place]
            at += 1
    return stops, out


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
