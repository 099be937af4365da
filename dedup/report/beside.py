"""Two articles side by side: what both say, what only one says, and the small edits in between. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from dedup.records import Article, Explanation, Passage, Relation
from dedup.report.lines import record
from dedup.report.sides import Piece, sides, turned


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
    return Beside(a, b, match.relation, match.reason, tuple(_runs(left)), tuple(_runs(right)))


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


def _runs(pieces: Iterable[Piece]) -> Iterator[Run]:
    for piece in pieces:
        for text, how in piece.words:
            yield Run(text, piece.passage, how == "edited")
