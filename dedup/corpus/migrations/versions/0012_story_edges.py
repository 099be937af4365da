"""What of a day is alike enough to come into one story is kept; what is due on a day is known by rank."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the table; a day's edges are found when it is told the next time, and until then no rank is asked for."""
    op.create_table(
        "story_edges",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ends", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_story_edges")),
    )
    due = sa.table("days_due", *(sa.column(name) for name in ("day", "strand", "moved")))
    waiting = [row._asdict() for row in op.get_bind().execute(sa.select(due))]
    op.drop_table("days_due")
    made = op.create_table(
        "days_due",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("rank", sa.BigInteger()),
        sa.Column("strand", sa.BigInteger()),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("tied", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_days_due")),
    )
    op.bulk_insert(made, [{**row, "tied": 0} for row in waiting])
