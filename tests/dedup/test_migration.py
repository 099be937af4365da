"""The migrations lead to the schema, and every version this program knows can be upgraded."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from dedup import Corpus, tables
from dedup.corpus import migration


def test_the_migrations_lead_to_the_schema(corpus: Corpus) -> None:
    with corpus.reading() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, tables.metadata) == []


def test_the_program_knows_its_migrations() -> None:
    scripts = ScriptDirectory(str(Path(migration.__file__).parent / "migrations"))
    assert scripts.get_current_head() == migration.HEAD
    assert {script.revision for script in scripts.walk_revisions()} == set(migration.KNOWN)
