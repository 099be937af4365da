"""Texts → their words as numbers: compiled in batches on all cores, or word by word where numba is not installed."""

import os
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from threading import local
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from dedup import segments
from dedup.amounts import BASIS, NUMBER, PRIME, amount, fnv1a
from dedup.arrays import BEGINS_WITH_DIGIT, CAPITALISED, HEADS_LINE, HOLDS_DIGIT, NAME, QUOTED, Cut
from dedup.characters import BEFORE_NAME, CAPITAL, DIGIT, JOINS, LONG, characters, code_points
from dedup.columns import CHARACTERS_A_WORD, Column
from dedup.compiler import USUAL, compiles, expect

_Made = TypeVar("_Made")

# Few enough characters that they and their words fit where they are written again and again: memory that is fresh from
# the system costs more than what is done with it.
_AT_ONCE = 180_000
_FULL = 0xFFFFFFFFFFFFFFFF


def cut(texts: Sequence[str], cores: int | None = None, slow: dict[str, Cut] | None = None) -> Cut:
    """Return the words and numbers of texts; the same whichever way they are found. `cores` None: all there are.

    The few that tables do not tell are cut one by one, slowly; whoever cuts texts again keeps these in `slow`.
    """
    expect(max(len(texts), sum(map(len, texts)) // USUAL))
    if not compiles():
        return by_words(texts)
    if sum(map(len, texts)) <= _AT_ONCE:
        return by_kernel(texts, slow)
    # One alone writes down what it finds before it goes on.
    return _in_turn(made_of(texts, _as_it_is if cores == 1 else _copied, cores, slow), texts)


def made_of(
    texts: Sequence[str], make: Callable[[Cut], _Made], cores: int | None = None, slow: dict[str, Cut] | None = None
) -> Iterator[_Made]:
    """Yield what is made of the words of each few texts, in their order; the words are there no longer than that."""
    expect(max(len(texts), sum(map(len, texts)) // USUAL))
    cut_few = partial(_in_room, slow=slow) if compiles() else by_words
    if cores == 1:
        yield from (make(cut_few(some)) for some in _few(texts))
        return
    with ThreadPoolExecutor(cores or os.cpu_count()) as threads:
        yield from threads.map(lambda some: make(cut_few(some)), _few(texts))


def _few(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the texts that are cut at a time."""
    start, held = 0, 0
    for place, text in enumerate(texts):
        if held and held + len(text) > _AT_ONCE:
            yield texts[start:place]
            start, held = place, 0
        held += len(text)
    if start < len(texts):
        yield texts[start:]


def by_words(texts: Sequence[str]) -> Cut:
    """Cut texts one after the other."""
    return joined([_one(text) for text in texts])


def by_kernel(texts: Sequence[str], slow: dict[str, Cut] | None = None) -> Cut:
    """Cut texts without holding other threads up; raises ImportError without numba."""
    return _copied(_in_room(texts, slow))


def _in_room(texts: Sequence[str], slow: dict[str, Cut] | None = None) -> Cut:
    """Return the words of texts where this thread writes those of the next ones."""
    from dedup import scanning

    known = characters()
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    codes = code_points(texts)
    room = _rooms.of(len(codes))
    word_ends, number_ends, held = scanning.scan_texts(codes, ends, known.together, known.longer, known.starts, *room)
    words, numbers = (int(each[-1]) if texts else 0 for each in (word_ends, number_ends))
    hashes, starts, stops, flags = (column[:words] for column in room[:4])
    found = Cut(word_ends, hashes, starts, stops, flags, number_ends, room[4][:numbers])
    odd = [number for number in np.flatnonzero(held & (JOINS | LONG)).tolist() if _is_odd(held[number], texts[number])]
    return _with(found, {number: _once(texts[number], slow) for number in odd}) if odd else found


def _once(text: str, slow: dict[str, Cut] | None) -> Cut:
    if slow is None:
        return _one(text)
    if text not in slow:
        slow[text] = _one(text)
    return slow[text]


def _as_it_is(found: Cut) -> Cut:
    return found


def _copied(found: Cut) -> Cut:
    words = found.hashes.copy(), found.starts.copy(), found.stops.copy(), found.flags.copy()
    return Cut(found.ends, *words, found.number_ends, found.numbers.copy())


class _Rooms(local):
    """Where a thread writes what it finds in texts, again and again: memory fresh from the system costs as much."""

    def __init__(self) -> None:
        self._held = self._made(0)

    def of(self, most: int) -> Sequence[NDArray[Any]]:
        """Return room for the hashes, beginnings, ends, flags and numbers that so many characters may hold."""
        if most > _KEPT:
            return self._made(most)
        if most > len(self._held[0]):
            self._held = self._made(most + most // 2)
        return self._held

    @staticmethod
    def _made(most: int) -> Sequence[NDArray[Any]]:
        kinds = (np.uint64, np.uint32, np.uint32, np.uint8, np.uint64)
        return [np.empty(most, kind) for kind in kinds]


# Characters of texts for which room is kept.
_KEPT = 1 << 20
_rooms = _Rooms()


def joined(cuts: Sequence[Cut]) -> Cut:
    """Return several cuts as one, in their order."""
    if not cuts:
        nothing = np.empty(0, np.uint64), np.empty(0, np.uint32), np.empty(0, np.int64)
        return Cut(nothing[2], nothing[0], nothing[1], nothing[1], np.empty(0, np.uint8), nothing[2], nothing[0])
    return Cut(
        ends=_shifted([each.ends for each in cuts], [len(each.hashes) for each in cuts]),
        hashes=np.concatenate([each.hashes for each in cuts]),
        starts=np.concatenate([each.starts for each in cuts]),
        stops=np.concatenate([each.stops for each in cuts]),
        flags=np.concatenate([each.flags for each in cuts]),
        number_ends=_shifted([each.number_ends for each in cuts], [len(each.numbers) for each in cuts]),
        numbers=np.concatenate([each.numbers for each in cuts]),
    )


def _in_turn(cuts: Iterable[Cut], texts: Sequence[str]) -> Cut:
    """Return what `joined` does of the cuts of `texts`, none of which is kept for long."""
    many = sum(map(len, texts))
    rooms = (len(texts), *[many // CHARACTERS_A_WORD] * 4, len(texts), many // _CHARACTERS_A_NUMBER)
    columns = [Column(kind, room) for kind, room in zip(_KINDS, rooms, strict=True)]
    ends, hashes, starts, stops, flags, number_ends, numbers = columns
    for each in cuts:
        ends.add(each.ends + hashes.count)
        number_ends.add(each.number_ends + numbers.count)
        hashes.add(each.hashes)
        starts.add(each.starts)
        stops.add(each.stops)
        flags.add(each.flags)
        numbers.add(each.numbers)
    return Cut(*(column.values() for column in columns))


# Of the columns of a Cut, in their order.
_KINDS: tuple[type, ...] = (np.int64, np.uint64, np.uint32, np.uint32, np.uint8, np.int64, np.uint64)
# Most texts have more.
_CHARACTERS_A_NUMBER = 40


def _shifted(ends: Sequence[NDArray[np.int64]], lengths: Sequence[int]) -> NDArray[np.int64]:
    before = np.cumsum([0, *lengths[:-1]])
    return np.concatenate([each + start for each, start in zip(ends, before, strict=True)])


def parts(whole: Cut) -> list[Cut]:
    """Return each text of a cut."""
    return [part(whole, text) for text in range(len(whole.ends))]


def part(whole: Cut, text: int) -> Cut:
    """Return one text of a cut."""
    words, counted = whole.words(text), whole.counted(text)
    return Cut(
        ends=np.array([words.stop - words.start]),
        hashes=whole.hashes[words],
        starts=whole.starts[words],
        stops=whole.stops[words],
        flags=whole.flags[words],
        number_ends=np.array([counted.stop - counted.start]),
        numbers=whole.numbers[counted],
    )


def chosen(whole: Cut, texts: Sequence[int]) -> tuple[Cut, NDArray[np.int64]]:
    """Return some texts of a cut, and where their words stood in it."""
    words, ends = _held(whole.ends, texts)
    counted, number_ends = _held(whole.number_ends, texts)
    some = Cut(
        ends=ends,
        hashes=whole.hashes[words],
        starts=whole.starts[words],
        stops=whole.stops[words],
        flags=whole.flags[words],
        number_ends=number_ends,
        numbers=whole.numbers[counted],
    )
    return some, words


def _held(ends: NDArray[np.int64], texts: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where everything of some texts stands, and where that of each ends once it stands there alone."""
    chosen = np.array(texts, dtype=np.int64)
    lengths = np.diff(ends, prepend=0)[chosen]
    stops = np.cumsum(lengths)
    return np.arange(int(lengths.sum())) + np.repeat(ends[chosen] - stops, lengths), stops


@lru_cache(maxsize=200_000)
def word_hash(word: str) -> int:
    """Return the hash a normalised word has: FNV-1a of its UTF-8, mixed as MurmurHash3 ends."""
    return _mixed(fnv1a(word.encode("utf-8", "surrogatepass")))


def word_hashes(words: Sequence[str]) -> NDArray[np.uint64]:
    """Return the hash of each of many words, byte by byte of all of them."""
    written = [word.encode("utf-8", "surrogatepass") for word in words]
    lengths = np.array([len(each) for each in written], dtype=np.int64)
    together, starts = np.frombuffer(b"".join(written), np.uint8), np.cumsum(lengths) - lengths
    values = np.full(len(words), BASIS, np.uint64)
    for place in range(lengths.max(initial=0)):
        which = np.flatnonzero(lengths > place)
        values[which] = (values[which] ^ together[starts[which] + place]) * PRIME
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        values = (values ^ (values >> np.uint64(33))) * np.uint64(factor)
    return values ^ (values >> np.uint64(33))


def _mixed(value: int) -> int:
    value = ((value ^ (value >> 33)) * 0xFF51AFD7ED558CCD) & _FULL
    value = ((value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53) & _FULL
    return value ^ (value >> 33)


def _is_odd(held: int, text: str) -> bool:
    """Tell whether the tables alone do not give a text's words: letters too long for them, or such as join."""
    # Where it is normalised already, nothing in it joins any more.
    return bool(held & LONG) or not unicodedata.is_normalized("NFKC", text)


def _with(found: Cut, others: dict[int, Cut]) -> Cut:
    return joined([others[number] if number in others else part(found, number) for number in range(len(found.ends))])


def _one(text: str) -> Cut:
    words = segments.words(text)
    starts, stops = np.array(words.starts, np.uint32), np.array(words.ends, np.uint32)
    codes, known = code_points([text]), characters()
    traits, numbers = known.traits[codes], [match.start() for match in NUMBER.finditer(text)]
    flags = np.where(np.array(words.quoted, bool), QUOTED, 0)
    flags |= np.where(traits[starts] & DIGIT, BEGINS_WITH_DIGIT, 0)
    digits = np.cumsum([0, *(traits & DIGIT)])
    flags |= np.where(digits[stops] > digits[starts], HOLDS_DIGIT, 0)
    flags |= np.where([_is_name(text, traits, place) for place in zip(words.starts, words.ends, strict=True)], NAME, 0)
    flags |= np.where(traits[starts] & CAPITAL, CAPITALISED, 0)
    before = (0, *words.ends[:-1])
    heads = ["\n" in text[end:start] for end, start in zip(before, words.starts, strict=False)]
    flags |= np.where([place == 0 or head for place, head in enumerate(heads)], HEADS_LINE, 0)
    return Cut(
        ends=np.array([len(words)], np.int64),
        hashes=np.array([word_hash(word) for word in words.words], np.uint64),
        starts=starts,
        stops=stops,
        flags=flags.astype(np.uint8),
        number_ends=np.array([len(numbers)], np.int64),
        numbers=np.array([_mixed(int(amount(codes, known.together, place)[1])) for place in numbers], np.uint64),
    )


def _is_name(text: str, traits: NDArray[np.uint8], place: tuple[int, int]) -> bool:
    start, stop = place
    inside = stop - start > 1 and start > 1 and text[start - 1] == " "
    return bool(inside and traits[start] & CAPITAL and traits[start - 2] & BEFORE_NAME)
