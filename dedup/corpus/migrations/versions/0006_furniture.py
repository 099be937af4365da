"""What of all that a site repeats stories are told without, since when, and which article tells for a family."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the columns; what was grouped before has to be grouped anew."""
    for table in ("unit_columns", "samples", "units", "postings", "sites"):
        op.execute(sa.delete(sa.table(table)))
    for table, column in (("sites", "furniture"), ("sites", "since"), ("unit_columns", "days")):
        op.add_column(table, sa.Column(column, sa.LargeBinary(), nullable=False, server_default=""))
    op.drop_table("days_due")
    op.create_table(
        "days_due",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("other", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("day", "other", name=op.f("pk_days_due")),
    )
    op.add_column("story_families", sa.Column("teller", sa.BigInteger()))
    op.add_column("story_families", sa.Column("tied", sa.BigInteger(), nullable=False, server_default="0"))
