"""What a person said of a site's words is followed wherever these stand: the lines are kept beside what was learned."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the column, empty: the next update finds what was said, and follows it."""
    op.add_column("sites", sa.Column("said", sa.LargeBinary(), nullable=False, server_default=""))
