"""What of a day is alike enough to come into one story is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the table; a day's edges are found when it is told the next time."""
    op.create_table(
        "story_edges",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ends", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_story_edges")),
    )
