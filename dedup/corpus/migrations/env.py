"""Alembic's entry: run the migrations on the connection that `migration.migrate` hands over."""

from alembic import context

from dedup.corpus.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
