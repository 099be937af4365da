"""Which articles are in the full-text index. Those of before come in with the first search, some at a time."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table, empty."""
    op.create_table(
        "searchable",
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("words", sa.Text().with_variant(TSVECTOR(), "postgresql")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_searchable_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_searchable")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(op.f("ix_searchable_words"), "searchable", ["words"], postgresql_using="gin")
