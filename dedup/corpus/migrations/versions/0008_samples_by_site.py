"""In SQLite the sketches of a site's sample lie beside one another: learning reads thousands of them at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Move the samples into a table that is kept in the order of its key."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.rename_table("samples", "samples_before")
    op.create_table(
        "samples",
        sa.Column("site_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "unit_id", name=op.f("pk_samples")),
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO samples SELECT site_id, unit_id, keys FROM samples_before ORDER BY site_id, unit_id")
    op.drop_table("samples_before")
