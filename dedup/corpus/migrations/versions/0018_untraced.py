"""Parameters that trace readers are no part of the spelling that stands for all ways to write an address."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from dedup.addresses import spelled, spelling

revision = "0018"
down_revision = "0017"

_BATCH = 5_000
_articles = sa.table("articles", *map(sa.column, ("id", "url", "spelled")))
_forgotten = sa.table("forgotten", *map(sa.column, ("url", "at")))


def upgrade() -> None:
    """Spell the addresses anew that have parameters."""
    connection = op.get_bind()
    filling = (
        sa.update(_articles).where(_articles.c.id == sa.bindparam("number")).values(spelled=sa.bindparam("stands"))
    )
    for rows in _batches(connection):
        connection.execute(filling, [{"number": row.id, "stands": spelled(row.url)} for row in rows])
    known = {row.url: row.at for row in connection.execute(sa.select(_forgotten))}
    for url in sorted(url for url in known if spelling(url) != url):
        connection.execute(sa.delete(_forgotten).where(_forgotten.c.url == url))
        if spelling(url) not in known:
            connection.execute(sa.insert(_forgotten).values(url=spelling(url), at=known[url]))
            known[spelling(url)] = known[url]


def _batches(connection: sa.Connection) -> Iterator[list[sa.Row[int, str]]]:
    last = -1
    asking = _articles.c.url.contains("?", autoescape=True)
    wanted = sa.select(_articles.c.id, _articles.c.url).where(asking).order_by(_articles.c.id).limit(_BATCH)
    while rows := list(connection.execute(wanted.where(_articles.c.id > last))):
        yield rows
        last = rows[-1].id
