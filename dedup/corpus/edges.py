"""Edges of stories at rest: by day, which families and stories of the week before are alike enough to come together.

Ends are called by rank: a family by its own, a story by the rank it was founded with, which is its strand. An edge
follows from what its two ends tell and from nothing else. It stands until one of them changes.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from dedup.corpus import many
from dedup.corpus.schema import story_edges

Edges = NDArray[np.int64]

# A day with more is rare (one template, filled thousands of times), and costs less to find anew than to keep.
_MOST = 1_000_000


def of_day(connection: Connection, day: int) -> Edges | None:
    """Return the edges of a day, sorted, shape (n, 2), of which the second end is a family of it; None: not known."""
    held = connection.execute(select(story_edges.c.ends).where(story_edges.c.day == day)).scalar()
    return None if held is None else np.frombuffer(held, "<i8").reshape(-1, 2).astype(np.int64)


def in_order(edges: Edges) -> Edges | None:
    """Return edges, each once, as they are kept: sorted; None where they are more than are kept."""
    return edges[np.lexsort((edges[:, 1], edges[:, 0]))] if len(edges) <= _MOST else None


def save(connection: Connection, found: Mapping[int, Edges | None]) -> None:
    """Store the edges of some days, in order; None: let go of them."""
    many.drop(connection, story_edges.c.day, found)
    rows = [{"day": day, "ends": edges.astype("<i8").tobytes()} for day, edges in found.items() if edges is not None]
    many.insert(connection, story_edges, rows)
