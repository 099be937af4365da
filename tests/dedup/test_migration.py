"""The migrations lead to the schema, and every version this program knows can be upgraded."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Row, create_engine, select

from dedup import Corpus, spelling, tables
from dedup.corpus import migration, strands
from dedup.corpus.rows import text_hash
from dedup.corpus.strands import Due
from dedup.errors import CorpusError

SCRIPTS = str(Path(migration.__file__).parent / "migrations")
AT = "2026-10-01T05:00:00.000000+00:00"


def make(file: Path, version: str) -> None:
    """Make an empty corpus as that version left it."""
    engine = create_engine(f"sqlite:///{file}")
    config = Config()
    config.set_main_option("script_location", SCRIPTS.replace("%", "%%"))
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    engine.dispose()


def fill(file: Path, table: str, *rows: Mapping[str, object]) -> None:
    with closing(sqlite3.connect(file)) as filled, filled:
        for row in rows:
            marks = ", ".join("?" * len(row))
            filled.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A corpus file as the first version left it: a text, an article, a run, a seed and a ledger row."""
    file = tmp_path / "corpus.db"
    make(file, "0001")
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
    for table, row in rows.items():
        fill(file, table, row)
    return file


def entry(url: str, **given: object) -> dict[str, object]:
    """Return the row of an address in the ledger, as the second version wrote it."""
    plain: dict[str, object] = {
        "key": url,
        "url": url,
        "host": "satu.test",
        "kind": "article",
        "seed_id": 2,
        "depth": 0,
        "state": "pending",
        "reason": "",
        "attempts": 0,
        "interrupted": 0,
        "found_at": AT,
        "next_visit": AT,
        "etag": "",
        "last_modified": "",
        "named": 0,
        "title": "",
        "language": "",
        "article": "",
    }
    return plain | given


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """A corpus file as the second version left it, with a run and a seed."""
    file = tmp_path / "corpus.db"
    make(file, "0002")
    fill(file, "runs", {"id": 1, "started": AT, "arguments": "{}", "counts": "{}", "verdict": ""})
    fill(file, "seeds", {"id": 2, "url": "http://satu.test/", "kind": "", "site": "satu.test", "run_id": 1})
    return file


def ledger_of(file: Path) -> dict[str, Row[Any]]:
    """Return the ledger's rows by their keys, the corpus upgraded."""
    with Corpus.open(f"sqlite:///{file}") as corpus, corpus.reading() as connection:
        rows = connection.execute(select(tables.ledger)).all()
    return {row.key: row for row in rows}


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
        assert corpus.add([replace(old, url="https://www.satu.test/banjir/", id="")]).same == 1
    with Corpus.open(f"sqlite:///{first}") as again:
        assert again.count() == 1


DONE = {"state": "done", "article": "abc", "next_visit": None}
GONE = {"state": "gone", "reason": "not-found", "next_visit": None}


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        pytest.param([GONE, DONE, {}], 1, id="the one with an article"),
        pytest.param([DONE, DONE | {"article": "def"}], 0, id="the older of two with an article"),
        pytest.param([GONE, {}], 1, id="the one that waits"),
        pytest.param([GONE, {"state": "handed", "next_visit": None}], 1, id="the one in flight"),
        pytest.param([{}, {}, {}], 0, id="the oldest that waits"),
        pytest.param([GONE, GONE], 0, id="the oldest of what is settled"),
    ],
)
def test_spellings_of_one_address_become_one_row(second: Path, rows: list[dict[str, object]], kept: int) -> None:
    urls = ["http://www.satu.test/a/", "https://satu.test/a", "http://satu.test/a"]
    # Not in the order of their numbers, so that what is older is told by its time.
    written = [
        entry(url, id=90 - number, found_at=AT.replace("05:", f"0{5 + number}:")) | row
        for number, (url, row) in enumerate(zip(urls, rows, strict=False))
    ]
    fill(second, "ledger", *reversed(written))
    ((key, row),) = ledger_of(second).items()
    assert (key, row.url, row.state) == ("https://satu.test/a", urls[kept], rows[kept].get("state", "pending"))
    assert row.article == rows[kept].get("article", "")
    assert row.found_at == datetime(2026, 10, 1, 5, tzinfo=UTC)


def test_what_only_the_row_that_goes_has_to_tell_is_kept(second: Path) -> None:
    told = {"title": "Banjir", "published": AT, "language": "id"}
    fill(second, "ledger", entry("http://satu.test/a", **DONE), entry("https://satu.test/a", **told))
    (row,) = ledger_of(second).values()
    assert (row.article, row.title, row.language) == ("abc", "Banjir", "id")
    assert row.published == datetime(2026, 10, 1, 5, tzinfo=UTC)


def test_other_rows_keep_all_they_had_but_their_names(second: Path) -> None:
    urls = {
        "https://satu.test/b": "https://satu.test/b",
        "http://www.satu.test/": "https://satu.test/",
        "http://satu.test/rss/?a=1/": "https://satu.test/rss?a=1/",
        "https://www.m.satu.test/c": "https://satu.test/c",
        "http://satu.test:8080/d": "https://satu.test:8080/d",
        "http://www.co.id/e": "https://www.co.id/e",
    }
    before = [entry(url, title=f"Judul {number}", etag='"7"') for number, url in enumerate(urls)]
    fill(second, "ledger", *before, entry("http://m.satu.test/daerah", kind="listing"))
    rows = ledger_of(second)
    assert {row.url: key for key, row in rows.items()} == urls | {
        "http://m.satu.test/daerah": "https://m.satu.test/daerah"
    }
    assert {rows[urls[str(row["url"])]].title for row in before} == {row["title"] for row in before}
    assert {key: row.etag for key, row in rows.items() if row.kind == "article"} == dict.fromkeys(urls.values(), '"7"')


def test_a_name_that_another_row_had_is_free_by_then(second: Path) -> None:
    """Of listings `m.` stays, of articles it goes; old programs may have left names of either sort."""
    fill(
        second,
        "ledger",
        entry("http://m.satu.test/a", kind="listing", id=1),
        entry("https://m.satu.test/a", id=2),
        entry("https://satu.test/b", id=3),
    )
    assert {key: row.id for key, row in ledger_of(second).items()} == {
        "https://m.satu.test/a": 1,
        "https://satu.test/a": 2,
        "https://satu.test/b": 3,
    }


def test_what_is_forgotten_is_so_in_every_spelling(second: Path) -> None:
    fill(second, "forgotten", {"url": "http://www.satu.test/a/", "at": AT}, {"url": "https://satu.test/a", "at": AT})
    fill(second, "ledger", entry("http://satu.test/a", title="Banjir"), entry("http://satu.test/b", title="Surut"))
    rows = ledger_of(second)
    assert {row.url: (row.state, row.reason, row.title, row.next_visit is None) for row in rows.values()} == {
        "http://satu.test/a": ("skipped", "forgotten", "", True),
        "http://satu.test/b": ("pending", "", "Surut", False),
    }
    with Corpus.open(f"sqlite:///{second}") as corpus, corpus.reading() as connection:
        assert connection.execute(select(tables.forgotten.c.url)).scalars().all() == ["https://satu.test/a"]


def test_what_is_due_on_a_day_stays_due_though_nobody_knows_for_which_family(tmp_path: Path) -> None:
    file = tmp_path / "eleventh.db"
    make(file, "0011")
    told = {"terms": b"", "weights": b"", "strand": 7}
    fill(file, "days_due", {"day": 5, "moved": 1, **told}, {"day": 6, "moved": 0, **told, "strand": None})
    with Corpus.open(f"sqlite:///{file}") as corpus, corpus.reading() as connection:
        assert strands.waiting(connection) == {5: [Due(5, None, 7, moved=True)], 6: [Due(6, None, None)]}


def test_a_long_ledger_is_named_anew_batch_by_batch(second: Path) -> None:
    count = 12_000
    fill(second, "ledger", *(entry(f"http://www.satu.test/{number}/") for number in range(count)))
    assert set(ledger_of(second)) == {f"https://satu.test/{number}" for number in range(count)}


def test_the_names_of_the_migration_are_those_of_the_program(second: Path) -> None:
    """The migration has a copy of the rule, which may not change; this is of the day it was written."""
    urls = [
        f"{scheme}://{host}/{path}"
        for scheme in ("http", "https")
        for host in (
            "www.tiga.test",
            "www.m.empat.co.id",
            "foo.blogspot.com",
            "www.test",
            "127.0.0.1:81",
            "lima.test:80",
        )
        for path in ("", "a/", "a/b", "?p=1", "a/?p=1")
    ]
    fill(second, "ledger", *(entry(url, kind="listing") for url in urls))
    assert set(ledger_of(second)) == set(map(spelling, urls))


def test_a_newer_version_is_refused_by_name_and_left_as_it_is(first: Path) -> None:
    with closing(sqlite3.connect(first)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0417'")
    with pytest.raises(CorpusError, match=rf"0417.*newer.*{migration.HEAD}.*newer Gema"):
        Corpus.open(f"sqlite:///{first}")
    with closing(sqlite3.connect(first)) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0417",)]
    assert "forgotten" not in names
