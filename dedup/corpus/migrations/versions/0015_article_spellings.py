"""Articles are found by the spelling that stands for all ways to write their address."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from dedup.addresses import spelled

revision = "0015"
down_revision = "0014"

_BATCH = 5_000
_articles = sa.table("articles", *map(sa.column, ("id", "url", "spelled")))


def upgrade() -> None:
    """Add the column, fill it, and index it."""
    op.add_column("articles", sa.Column("spelled", sa.String(16), nullable=False, server_default=""))
    connection = op.get_bind()
    filling = (
        sa.update(_articles).where(_articles.c.id == sa.bindparam("number")).values(spelled=sa.bindparam("stands"))
    )
    for rows in _batches(connection):
        connection.execute(filling, [{"number": row.id, "stands": spelled(row.url)} for row in rows])
    op.create_index(op.f("ix_articles_spelled"), "articles", ["spelled"])


def _batches(connection: sa.Connection) -> Iterator[list[sa.Row[int, str]]]:
    last = -1
    wanted = sa.select(_articles.c.id, _articles.c.url).order_by(_articles.c.id).limit(_BATCH)
    while rows := list(connection.execute(wanted.where(_articles.c.id > last))):
        yield rows
        last = rows[-1].id
