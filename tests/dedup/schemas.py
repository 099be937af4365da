"""Corpora as older versions of this program left them."""

import sqlite3
from pathlib import Path

# What each migration added that a corpus of before has not.
_ADDED = {
    "0015": ("DROP INDEX ix_articles_spelled", "ALTER TABLE articles DROP COLUMN spelled"),
    "0016": ("ALTER TABLE sites DROP COLUMN said",),
    "0017": (),
    "0018": (),
}


def take_back(file: Path | str, version: str) -> None:
    """Make a corpus one of this schema, "0013" at least."""
    connection = sqlite3.connect(file)
    with connection:
        for added in sorted(_ADDED, reverse=True):
            for statement in _ADDED[added] if added > version else ():
                connection.execute(statement)
        connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    connection.close()
