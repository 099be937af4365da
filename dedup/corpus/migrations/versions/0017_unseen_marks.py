"""Words are searched without variation selectors and tags, which nobody sees: the index is made again."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Empty the index; the next search fills it."""
    if op.get_bind().dialect.name != "postgresql":
        op.execute("DROP TABLE IF EXISTS searchable_words")
    op.execute(sa.delete(sa.table("searchable")))
