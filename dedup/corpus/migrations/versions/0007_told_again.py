"""What families tell is kept with them, and what has to be told again is told by family; all stories are told anew."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the columns, and have everything placed and told anew; families stay in their stories until then."""
    for column in ("terms", "weights"):
        op.add_column("story_families", sa.Column(column, sa.LargeBinary(), nullable=False, server_default=""))
    op.drop_column("story_families", "telling")
    families = sa.table("story_families", *(sa.column(name) for name in ("rank", "strand", "fresh")))
    op.execute(families.update().values(rank=None, strand=None, fresh=1))
    for table in ("story_signs", "strands", "families_due"):
        op.execute(sa.delete(sa.table(table)))
    op.execute("INSERT INTO families_due (family) SELECT id FROM families")
    op.drop_table("days_due")
    op.create_table(
        "days_due",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("weights", sa.LargeBinary(), nullable=False),
        sa.Column("strand", sa.BigInteger()),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_days_due")),
    )
