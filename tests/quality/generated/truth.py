"""What is known of a generated corpus: who belongs together, what each planted pair is, and what it shares."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dedup import Article
from tests.quality.generated.texts import FURNITURE, Text
from tests.quality.generated.vocabulary import vocabulary

JOINING = frozenset({"exact", "near", "syndicated", "revision"})
# Edits of a few words belong to the passage they were made in; a paragraph that was put in or left out does not.
_LONGEST_EDIT = 8
_LEAST_CASE = 8


@dataclass(frozen=True, slots=True)
class Made:
    """An article, the text it was written from, and the number of its family."""

    article: Article
    text: Text
    family: int


@dataclass(frozen=True, slots=True)
class Planted:
    """Two articles of which one was made from the other: how, and the relations that are right for them."""

    a: Made
    b: Made
    kind: str
    relations: frozenset[str]

    def ids(self) -> tuple[str, str]:
        """Return the ids of its articles, the smaller one first."""
        one, other = self.a.article.id, self.b.article.id
        return (one, other) if one < other else (other, one)


@dataclass(frozen=True, slots=True)
class Group:
    """Articles that have to do with one another, and the pairs planted among them."""

    made: tuple[Made, ...]
    pairs: tuple[Planted, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A passage two articles share: characters `a_start .. a_end` of one, `b_start .. b_end` of the other."""

    a_start: int
    a_end: int
    b_start: int
    b_end: int


def shared(a: Text, b: Text) -> NDArray[np.int64]:
    """Return a row (place in a, place in b) for each word that both have from one origin, in order of `a`."""
    copied_a, copied_b = np.flatnonzero(a.origins >= 0), np.flatnonzero(b.origins >= 0)
    _, one, other = np.intersect1d(a.origins[copied_a], b.origins[copied_b], assume_unique=True, return_indices=True)
    rows = np.stack([copied_a[one], copied_b[other]], axis=1)
    return rows[np.argsort(rows[:, 0])]


def share(a: Text, b: Text) -> float:
    """Return which share of the shorter text's words, furniture left out, the two have in common."""
    shorter = min(int((text.origins != FURNITURE).sum()) for text in (a, b))
    return len(shared(a, b)) / max(shorter, 1)


def cases(a: Text, b: Text) -> list[Case]:
    """Return the passages two texts share, small edits inside them included, in order of `a`."""
    rows = shared(a, b)
    if not len(rows):
        return []
    steps = np.diff(rows, axis=0)
    broken = (steps[:, 0] > _LONGEST_EDIT + 1) | (steps[:, 1] > _LONGEST_EDIT + 1) | (steps[:, 1] < 1)
    # What a site puts between two paragraphs is no edit of them.
    for text, column in ((a, 0), (b, 1)):
        furniture = np.concatenate([[0], np.cumsum(text.origins == FURNITURE)])
        broken |= furniture[rows[1:, column]] != furniture[rows[:-1, column]]
    (a_starts, a_stops), (b_starts, b_stops) = vocabulary().spans(a), vocabulary().spans(b)
    cuts = [0, *(np.flatnonzero(broken) + 1).tolist(), len(rows)]
    found = []
    for start, stop in pairwise(cuts):
        if stop - start >= _LEAST_CASE:
            (first_a, first_b), (last_a, last_b) = rows[start], rows[stop - 1]
            found.append(
                Case(int(a_starts[first_a]), int(a_stops[last_a]), int(b_starts[first_b]), int(b_stops[last_b]))
            )
    return found
