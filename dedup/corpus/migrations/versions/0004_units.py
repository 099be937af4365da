"""Sketches by unit, in postings that are sorted and merged; what was grouped before has to be grouped anew."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Replace the tables of sketches; matches, families and stories stay until `dedup rebuild`."""
    for table in ("sketches", "own_texts", "sites"):
        op.drop_table(table)
    op.create_table(
        "sites",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site", sa.String(255), nullable=False),
        sa.Column("repeated", sa.LargeBinary(), nullable=False),
        sa.Column("counted", sa.LargeBinary(), nullable=False),
        sa.Column("families", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("site", name=op.f("uq_sites_site")),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(32), nullable=False),
        sa.Column("article", sa.String(255), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_units_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("text", "site_id", name=op.f("uq_units_text")),
    )
    op.create_index(op.f("ix_units_article"), "units", ["article"])
    op.create_table(
        "unit_columns",
        sa.Column("page", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("sites", "texts", "own", "sizes", "strict")),
        sa.PrimaryKeyConstraint("page", name=op.f("pk_unit_columns")),
    )
    op.create_table(
        "samples",
        sa.Column("site_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "unit_id", name=op.f("pk_samples")),
    )
    op.create_table(
        "postings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("pairs", sa.Integer(), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.Column("units", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_postings")),
    )
    op.create_table(
        "own_texts",
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_own_texts_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_own_texts")),
    )
    op.add_column("matches", sa.Column("merged", sa.Integer(), server_default="0", nullable=False))
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "verdicts",
        sa.Column("a_id", number, nullable=False),
        sa.Column("b_id", number, nullable=False),
        sa.Column("together", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["a_id"], ["articles.id"], name=op.f("fk_verdicts_a_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["b_id"], ["articles.id"], name=op.f("fk_verdicts_b_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("a_id", "b_id", name=op.f("pk_verdicts")),
    )
    op.create_index(op.f("ix_verdicts_b_id"), "verdicts", ["b_id"])
    op.create_table(
        "pins",
        sa.Column("site", sa.String(255), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("repeated", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("site", "text", name=op.f("pk_pins")),
    )
    op.create_table(
        "history",
        sa.Column("id", number, autoincrement=True, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("family", sa.String(255), nullable=False),
        sa.Column("what", sa.String(8), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("other", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
    )
    op.create_index(op.f("ix_history_family"), "history", ["family"])
