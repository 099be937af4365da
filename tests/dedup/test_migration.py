"""The migrations lead to the schema, and every version this program knows can be upgraded."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, select

from dedup import Corpus, tables
from dedup.corpus import migration
from dedup.corpus.store import text_hash
from dedup.records import CorpusError

SCRIPTS = str(Path(migration.__file__).parent / "migrations")
AT = "2026-10-01T05:00:00.000000+00:00"


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A corpus file as the first version left it: a text, an article, a run, a seed and a ledger row."""
    file = tmp_path / "corpus.db"
    engine = create_engine(f"sqlite:///{file}")
    config = Config()
    config.set_main_option("script_location", SCRIPTS.replace("%", "%%"))
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    rows: dict[str, dict[str, object]] = {
        "texts": {"id": 7, "hash": text_hash("Banjir surut di hilir."), "text": "Banjir surut di hilir."},
        "articles": {
            "id": 3,
            "key": "lama",
            "url": "http://satu.test/banjir",
            "text_id": 7,
            "site": "satu.test",
            "host": "www.satu.test",
            "title": "Banjir surut",
            "language": "id",
            "published": AT,
            "first_seen": AT,
            "fetched_url": "",
            "archived": "",
            "credits": '{"authors": ["Ratna"]}',
        },
        "runs": {"id": 1, "started": AT, "arguments": "{}", "counts": '{"articles/new": 1}', "verdict": "fine"},
        "seeds": {"id": 2, "url": "http://satu.test/", "kind": "", "site": "satu.test", "run_id": 1},
        "ledger": {
            "id": 4,
            "key": "http://satu.test/banjir",
            "url": "http://satu.test/banjir",
            "host": "satu.test",
            "kind": "article",
            "seed_id": 2,
            "depth": 1,
            "state": "done",
            "reason": "",
            "attempts": 1,
            "interrupted": 0,
            "found_at": AT,
            "etag": "",
            "last_modified": "",
            "named": 0,
            "title": "Banjir surut",
            "language": "id",
            "article": "lama",
        },
    }
    with closing(sqlite3.connect(file)) as filled, filled:
        for table, row in rows.items():
            marks = ", ".join("?" * len(row))
            filled.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
    return file


def test_the_migrations_lead_to_the_schema(corpus: Corpus) -> None:
    with corpus.reading() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, tables.metadata) == []


def test_the_program_knows_its_migrations() -> None:
    scripts = ScriptDirectory(SCRIPTS)
    assert scripts.get_current_head() == migration.HEAD
    assert {script.revision for script in scripts.walk_revisions()} == set(migration.KNOWN)


def test_a_corpus_of_the_first_version_is_upgraded_and_keeps_its_rows(first: Path) -> None:
    with Corpus.open(f"sqlite:///{first}") as corpus:
        article = corpus.article("lama")
        assert (article.title, article.text, article.authors) == ("Banjir surut", "Banjir surut di hilir.", ("Ratna",))
        assert (article.published, article.marks) == (datetime(2026, 10, 1, 5, tzinfo=UTC), ())
        with corpus.reading() as connection:
            (run,), (seed,), (entry,) = (
                connection.execute(select(table)).all() for table in (tables.runs, tables.seeds, tables.ledger)
            )
            context = MigrationContext.configure(connection)
            assert compare_metadata(context, tables.metadata) == []
            assert context.get_current_revision() == migration.HEAD
    assert (run.verdict, run.counts, run.details, run.place, run.alive_at) == (
        "fine",
        '{"articles/new": 1}',
        "{}",
        "",
        None,
    )
    assert (seed.url, seed.list, seed.options, seed.yielded, seed.empty_runs) == ("http://satu.test/", "", "{}", 0, 0)
    assert (entry.state, entry.article, entry.looks, entry.parts, entry.digest) == ("done", "lama", 0, "", "")
    assert (entry.changed_at, entry.full_at, entry.read_as, entry.archived_at) == (None, None, "", None)


def test_an_upgraded_corpus_goes_on(first: Path) -> None:
    with Corpus.open(f"sqlite:///{first}") as corpus:
        old = corpus.article("lama")
        assert corpus.add([old]).same == 1
    with Corpus.open(f"sqlite:///{first}") as again:
        assert again.count() == 1


def test_a_newer_version_is_refused_by_name_and_left_as_it_is(first: Path) -> None:
    with closing(sqlite3.connect(first)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0417'")
    with pytest.raises(CorpusError, match=rf"0417.*newer.*{migration.HEAD}.*newer Gema"):
        Corpus.open(f"sqlite:///{first}")
    with closing(sqlite3.connect(first)) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0417",)]
    assert "forgotten" not in names
