"""The weightiest terms of a day's families at rest: who on that day a story could be alike to, without reading the day.

They follow from where families are placed and what they tell. Where either changes the whole day is told anew, and they
are stored with that.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, select

from dedup.arrays import Hashes32
from dedup.corpus import many
from dedup.corpus.schema import story_heads

Places = NDArray[np.int64]
Numbers = NDArray[np.int32]


class Heads(NamedTuple):
    """The ranks of a day's families, and where the weightiest terms of each stand.

    Term `terms[t]`, sorted, is one of the weightiest of `holders[starts[t]:starts[t + 1]]`, places in `ranks`, to which
    it says so many `parts` of `PART`.
    """

    ranks: Places
    terms: Hashes32
    starts: Numbers
    holders: Numbers
    parts: Numbers


def of_day(connection: Connection, day: int) -> Heads | None:
    """Return the heads of a day, or None where they are not known."""
    row = connection.execute(select(story_heads).where(story_heads.c.day == day)).first()
    if row is None:
        return None
    ranks = np.frombuffer(row.ranks, "<i8").astype(np.int64)
    holders = np.frombuffer(row.holders, _places(len(ranks))).astype(np.int32)
    starts, parts = (
        np.frombuffer(each, kind).astype(np.int32) for each, kind in ((row.starts, "<i4"), (row.parts, "<u2"))
    )
    return Heads(ranks, np.frombuffer(row.terms, "<u4").astype(np.uint32), starts, holders, parts)


def save(connection: Connection, day: int, found: Heads) -> None:
    """Store the heads of a day; of a day without families, none."""
    connection.execute(delete(story_heads).where(story_heads.c.day == day))
    row = {
        "day": day,
        "ranks": found.ranks.astype("<i8").tobytes(),
        "terms": found.terms.astype("<u4").tobytes(),
        "starts": found.starts.astype("<i4").tobytes(),
        "holders": found.holders.astype(_places(len(found.ranks))).tobytes(),
        "parts": found.parts.astype("<u2").tobytes(),
    }
    many.insert(connection, story_heads, [row] if len(found.ranks) else [])


def equal(one: Heads, other: Heads) -> bool:
    """Tell whether two are the same."""
    parts: Iterable[tuple[NDArray[Any], NDArray[Any]]] = zip(one, other, strict=True)
    return all(np.array_equal(mine, theirs) for mine, theirs in parts)


def _places(count: int) -> str:
    """Return how places among so many are written: in two bytes where that is enough."""
    return "<u2" if count <= 1 << 16 else "<u4"
