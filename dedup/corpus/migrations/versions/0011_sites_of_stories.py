"""Families among stories know the site of who tells for them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column; a rebuild, which the Recipe asks for as well, fills it."""
    op.add_column("story_families", sa.Column("site", sa.BigInteger(), nullable=False, server_default="0"))
