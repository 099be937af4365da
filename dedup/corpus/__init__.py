"""Articles and results at rest: SQLite by default, PostgreSQL by address."""

from dedup.corpus.store import Added, Corpus

__all__ = ["Added", "Corpus"]
