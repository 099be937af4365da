"""Whether a stored match is of the texts that its articles have now: one may have changed since it was grouped.

Who stands for a unit was grouped with that unit's text. Who stands for none had the text of the article it is matched
with. A new date or title changes no text, and leaves matches what they are until the next update.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from dedup.corpus import many
from dedup.corpus.schema import changes, texts, units

# The ids of the articles that came, changed or went since they were grouped.
WAITING = select(changes.c.article)


def waiting(connection: Connection, among: Iterable[str] | None = None) -> set[str]:
    """Return the ids of those of these articles, or of all, that came, changed or went since they were grouped."""
    if among is None:
        return set(connection.execute(WAITING).scalars())
    return {key for (key,) in many.among(connection, WAITING, changes.c.article, among)}


def some_wait(connection: Connection) -> bool:
    """Tell whether any article came, changed or went since it was grouped."""
    return connection.execute(WAITING.limit(1)).first() is not None


def of_now(a: Any, b: Any) -> ColumnElement[bool]:
    """Return what holds of two matched articles, given as aliases of their table, that have the texts they matched by.

    It is a part of the statement that reads the matches: asked in another, an update could come in between.
    """
    return and_(_as_grouped(a, b), _as_grouped(b, a))


def _as_grouped(one: Any, other: Any) -> ColumnElement[bool]:
    waits = WAITING.where(changes.c.article == one.c.key)
    stands = select(units.c.id).where(units.c.article == one.c.key)
    unmoved = stands.join(texts, texts.c.hash == units.c.text).where(texts.c.id == one.c.text_id)
    asked = [query.correlate(one).exists() for query in (waits, stands, unmoved)]
    return or_(~asked[0], asked[2], and_(~asked[1], one.c.text_id == other.c.text_id))
