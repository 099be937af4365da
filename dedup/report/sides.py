"""Two texts side by side: each cut into pieces, those that both share numbered alike. Pure."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from dedup.records import Passage
from dedup.report.edits import edits

Spans = Sequence[tuple[int, int]]
_SIGNS = re.compile(r"[\W_]*")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; `passage` is the number of the shared passage it is, 0 where it is the text's own.

    `edits` are where in a passage words stand that the other text has not, `skipped` where what its site prints under
    everything does, which was not compared; `stripped`: nothing else is in it. `alone`: the other text shows the
    passage as a part of another one, so that nothing leads there.
    """

    text: str
    passage: int = 0
    stripped: bool = False
    edits: Spans = ()
    skipped: Spans = ()
    alone: bool = False

    @property
    def bare(self) -> bool:
        """Whether there is no letter and no digit in it, so that nothing was added or cut."""
        return not any(map(str.isalnum, self.text))

    @property
    def words(self) -> Iterator[tuple[str, str]]:
        """Its text part by part, and whether each is "edited", "skipped", or neither: ""."""
        edited = [part for edit in self.edits for part in _outside(edit, self.skipped)]
        place = 0
        for (start, end), how in sorted(
            [*((each, "edited") for each in edited), *((s, "skipped") for s in self.skipped)]
        ):
            if start > place:
                yield self.text[place:start], ""
            yield self.text[start:end], how
            place = end
        if place < len(self.text):
            yield self.text[place:], ""


def turned(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return `passages` with the two texts changing places."""
    return tuple(Passage(each.b_start, each.b_end, each.a_start, each.a_end, each.words) for each in passages)


def sides(
    earlier: str, later: str, passages: Sequence[Passage], stripped: tuple[Spans, Spans] = ((), ())
) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return the pieces of both texts; `a` of each passage is `earlier`. Numbers follow the later text.

    `stripped` tells where furniture stands in each, sorted.
    """
    numbered = list(enumerate(sorted(passages, key=lambda each: (each.b_start, each.a_start)), 1))
    left, right = [], []
    for number, each in numbered:
        here, there = edits(earlier[each.a_start : each.a_end], later[each.b_start : each.b_end])
        left.append((each.a_start, each.a_end, number, here))
        right.append((each.b_start, each.b_end, number, there))
    pieces = _pieces(earlier, left, stripped[0]), _pieces(later, right, stripped[1])
    one, other = ({piece.passage for piece in side} for side in pieces)
    return _led(pieces[0], other), _led(pieces[1], one)


def _led(pieces: Sequence[Piece], others: Set[int]) -> tuple[Piece, ...]:
    """Return pieces with those `alone` whose passage is not among those that the other text shows."""
    return tuple(replace(each, alone=True) if each.passage and each.passage not in others else each for each in pieces)


def alone(text: str, stripped: Spans) -> tuple[Piece, ...]:
    """Return the pieces of a text that is shown beside no other."""
    return _pieces(text, (), stripped)


def _pieces(text: str, runs: Sequence[tuple[int, int, int, Spans]], stripped: Spans) -> tuple[Piece, ...]:
    """Cut `text` at `runs` (start, end, number, edits); where two overlap, the words go to the first to start."""
    pieces: list[Piece] = []
    place = 0
    for start, end, number, edited in sorted(runs):
        first, end = max(start, place), min(end, len(text))
        if first >= end:
            continue
        pieces += _own(text, place, first, stripped)
        inside = tuple((max(a + start, first) - first, b + start - first) for a, b in edited if b + start > first)
        pieces.append(Piece(text[first:end], number, edits=inside, skipped=_within(stripped, first, end)))
        place = end
    return (*pieces, *_own(text, place, len(text), stripped))


def _within(spans: Spans, start: int, end: int) -> Spans:
    """Return the parts of spans that lie between two places, counted from the first."""
    return tuple((max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start)


def _outside(span: tuple[int, int], others: Spans) -> Iterator[tuple[int, int]]:
    """Yield the parts of a span that lie in none of some others, which are sorted."""
    start, end = span
    for first, last in others:
        if start < first < end:
            yield start, first
        if first < end:
            start = max(start, last)
    if start < end:
        yield start, end


def _own(text: str, start: int, end: int, stripped: Spans) -> Iterator[Piece]:
    """Yield what stands in a text between two passages."""
    for first, last in stripped:
        first, last = max(first, start), min(last, end)
        if first >= last:
            continue
        yield from _told(text[start:first])
        yield Piece(text[first:last], stripped=True)
        start = last
    yield from _told(text[start:end])


def _told(text: str) -> Iterator[Piece]:
    """Yield a text without the signs it begins with, which end what stands before it, and these apart."""
    signs = _SIGNS.match(text)
    after = signs.end() if signs else 0
    yield from (Piece(part) for part in (text[:after], text[after:]) if part)
