"""Two texts side by side: each cut into pieces, those that both share numbered alike. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from dedup.records import Passage


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; `passage` is the number of the shared passage it is, 0 where it is the text's own."""

    text: str
    passage: int = 0


def turned(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return `passages` with the two texts changing places."""
    return tuple(Passage(each.b_start, each.b_end, each.a_start, each.a_end, each.words) for each in passages)


def sides(earlier: str, later: str, passages: Sequence[Passage]) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return the pieces of both texts; `a` of each passage is `earlier`. Numbers follow the later text."""
    numbered = list(enumerate(sorted(passages, key=lambda each: (each.b_start, each.a_start)), 1))
    left = [(each.a_start, each.a_end, number) for number, each in numbered]
    right = [(each.b_start, each.b_end, number) for number, each in numbered]
    return _pieces(earlier, left), _pieces(later, right)


def _pieces(text: str, runs: Sequence[tuple[int, int, int]]) -> tuple[Piece, ...]:
    """Cut `text` at `runs` (start, end, number); where two overlap, the words go to the first to start."""
    pieces = []
    place = 0
    for start, end, number in sorted(runs):
        start, end = max(start, place), min(end, len(text))
        if start >= end:
            continue
        if start > place:
            pieces.append(Piece(text[place:start]))
        pieces.append(Piece(text[start:end], number))
        place = end
    if place < len(text):
        pieces.append(Piece(text[place:]))
    return tuple(pieces)
