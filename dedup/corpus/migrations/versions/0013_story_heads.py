"""The weightiest terms of a day's families are kept: what is alike to a story is found without reading the day."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the table; a day's terms are stored when they are asked for the next time."""
    columns = "ranks", "terms", "starts", "holders", "parts"
    op.create_table(
        "story_heads",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in columns),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_story_heads")),
    )
