"""What unattended collecting needs to remember."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns and tables."""
    for table, columns in _COLUMNS.items():
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "forgotten",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_forgotten")),
    )
    op.create_table(
        "hosts",
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("paused_until", sa.String(32), nullable=True),
        sa.Column("blocks", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_hosts")),
    )
    op.create_table(
        "shapes",
        sa.Column("site", sa.String(length=255), nullable=False),
        sa.Column("shape", sa.String(length=255), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("others", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site", "shape", name=op.f("pk_shapes")),
    )
    op.create_table(
        "site_history",
        sa.Column("site", sa.String(length=255), nullable=False),
        sa.Column("pages", sa.Float(), nullable=False),
        sa.Column("without", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_site_history")),
    )


_COLUMNS = {
    "articles": (sa.Column("marks", sa.String(length=255), nullable=False, server_default=""),),
    "runs": (
        sa.Column("details", sa.Text(), nullable=False, server_default="{}"),
        sa.Column("place", sa.Text(), nullable=False, server_default=""),
        sa.Column("alive_at", sa.String(32), nullable=True),
    ),
    "seeds": (
        sa.Column("list", sa.Text(), nullable=False, server_default=""),
        sa.Column("options", sa.Text(), nullable=False, server_default="{}"),
        sa.Column("yielded", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("empty_runs", sa.Integer(), nullable=False, server_default="0"),
    ),
    "ledger": (
        sa.Column("changed_at", sa.String(32), nullable=True),
        sa.Column("full_at", sa.String(32), nullable=True),
        sa.Column("read_as", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("looks", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("parts", sa.Text(), nullable=False, server_default=""),
        sa.Column("digest", sa.String(length=64), nullable=False, server_default=""),
        sa.Column("archived_at", sa.String(32), nullable=True),
    ),
}
