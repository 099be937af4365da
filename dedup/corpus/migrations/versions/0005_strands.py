"""Stories told day by day; what was grouped before has to be grouped anew."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Replace the tables of stories and what they are told from; which story a family is in stays until a rebuild."""
    told = sa.table("story_families", sa.column("family", sa.String), sa.column("story", sa.String))
    before = op.get_bind().execute(sa.select(told.c.family, told.c.story)).all()
    for table in ("story_edges", "story_families", "own_texts"):
        op.drop_table(table)
    op.create_table(
        "own_texts",
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.Column("named", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_own_texts_article_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_own_texts")),
    )
    placed = op.create_table(
        "story_families",
        sa.Column("family", sa.String(255), nullable=False),
        sa.Column("story", sa.String(255)),
        sa.Column("rank", sa.BigInteger()),
        sa.Column("strand", sa.BigInteger()),
        sa.Column("alone", sa.Integer(), nullable=False),
        sa.Column("fresh", sa.Integer(), nullable=False),
        sa.Column("telling", sa.BigInteger(), nullable=False),
        sa.Column("signs", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("family", name=op.f("pk_story_families")),
    )
    for column in ("story", "rank", "strand"):
        op.create_index(op.f(f"ix_story_families_{column}"), "story_families", [column])
    fresh = sa.text("fresh = 1")
    op.create_index("ix_story_families_fresh", "story_families", ["fresh"], sqlite_where=fresh, postgresql_where=fresh)
    rows = [
        {"family": family, "story": story, "alone": 0, "fresh": 1, "telling": 0, "signs": b""}
        for family, story in before
    ]
    if rows:
        op.bulk_insert(placed, rows)
    op.create_table(
        "story_signs",
        sa.Column("sign", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rank", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("sign", "rank", name=op.f("pk_story_signs")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "strands",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("into", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strands")),
    )
    op.create_table(
        "families_due",
        sa.Column("family", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("family", name=op.f("pk_families_due")),
    )
    op.create_table(
        "days_due",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_days_due")),
    )
