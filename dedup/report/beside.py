"""Two articles side by side: what both say, what only one says, and the small edits in between. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from dedup.records import Article, Explanation, Passage, Relation
from dedup.report.lines import record
from dedup.report.sides import Piece, sides, turned

# Words of a passage beyond which its edits are not looked for: that takes the square of it where a word recurs.
_MOST_WORDS = 3_000
_WORD = re.compile(r"\S+")
_INSIDE = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a text: of the shared passage of this number, 0 where the other does not have it.

    `edited`: inside a passage, and yet other words than the other has there.
    """

    text: str
    passage: int = 0
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Beside:
    """Two articles, what they are to one another, and their texts cut into runs; the runs of a text make it whole."""

    a: Article
    b: Article
    relation: Relation
    reason: str
    left: tuple[Run, ...]
    right: tuple[Run, ...]

    @property
    def passages(self) -> int:
        """How many passages they share."""
        return len(
            {run.passage for run in self.left if run.passage} | {run.passage for run in self.right if run.passage}
        )


def beside(explained: Explanation, first: str) -> Beside:
    """Return the two articles that were compared, that of the id `first` on the left."""
    match = explained.match
    a, b, passages = explained.a, explained.b, match.passages
    if a.id != first:
        a, b, passages = b, a, turned(passages)
    if not passages and a.text == b.text:
        # What is too short to be compared is a copy all the same where it is equal.
        passages = (Passage(0, len(a.text), 0, len(b.text), len(a.text.split())),)
    left, right = sides(a.text, b.text, passages)
    edited = _edits(a.text, b.text, passages)
    return Beside(a, b, match.relation, match.reason, _runs(left, edited[0]), _runs(right, edited[1]))


def document(shown: Beside) -> dict[str, Any]:
    """Return the same ready for JSON."""
    return {
        "a": record(shown.a),
        "b": record(shown.b),
        "relation": shown.relation.value,
        "reason": shown.reason,
        "passages": shown.passages,
        "a_text": [_run(run) for run in shown.left],
        "b_text": [_run(run) for run in shown.right],
    }


def _run(run: Run) -> dict[str, Any]:
    return {"text": run.text, "passage": run.passage or None, "edited": run.edited}


# --- edits ------------------------------------------------------------------------------------------

_Places = list[tuple[int, int]]


def _edits(left: str, right: str, passages: Iterable[Passage]) -> tuple[_Places, _Places]:
    """Return where each text has other words inside a shared passage."""
    places: tuple[_Places, _Places] = ([], [])
    for each in passages:
        words = _words(left, each.a_start, each.a_end), _words(right, each.b_start, each.b_end)
        said = _folded(left, words[0]), _folded(right, words[1])
        if said[0] == said[1] or max(map(len, words)) > _MOST_WORDS:
            continue
        compared = SequenceMatcher(a=said[0], b=said[1], autojunk=False)
        for what, a_start, a_end, b_start, b_end in compared.get_opcodes():
            if what != "equal":
                places[0].extend(_span(words[0], a_start, a_end))
                places[1].extend(_span(words[1], b_start, b_end))
    return places


def _folded(text: str, words: _Places) -> list[tuple[str, ...]]:
    """Return words as matching takes them: without case and what stands around them."""
    return [tuple(_INSIDE.findall(text[start:end].casefold())) for start, end in words]


def _words(text: str, start: int, end: int) -> _Places:
    return [found.span() for found in _WORD.finditer(text, start, end)]


def _span(words: Sequence[tuple[int, int]], start: int, end: int) -> _Places:
    """Return from where to where the words from `start` to `end` stand, as one place, or none."""
    return [(words[start][0], words[end - 1][1])] if start < end else []


def _runs(pieces: Iterable[Piece], edited: _Places) -> tuple[Run, ...]:
    """Cut the pieces of a text where edits begin and end; those outside a passage are no edits of it."""
    return tuple(_cut(pieces, sorted(edited)))


def _cut(pieces: Iterable[Piece], edited: Sequence[tuple[int, int]]) -> Iterator[Run]:
    place, waiting = 0, list(reversed(edited))
    for piece in pieces:
        end = place + len(piece.text)
        done = place
        while piece.passage and waiting and waiting[-1][0] < end:
            start, stop = (min(max(edge, done), end) for edge in waiting.pop())
            if start > done:
                yield Run(piece.text[done - place : start - place], piece.passage)
            if stop > start:
                yield Run(piece.text[start - place : stop - place], piece.passage, edited=True)
            done = max(done, stop)
        if done < end:
            yield Run(piece.text[done - place :], piece.passage)
        place = end
