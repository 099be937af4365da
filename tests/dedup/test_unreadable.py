"""A stored value that cannot be read is a fault of the corpus: told by its table and article, never by a traceback."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy import Column, Connection, select, text, type_coerce, update
from sqlalchemy.types import String

from dedup import Article, Corpus, tables
from dedup.checking import check
from dedup.cli import main
from dedup.corpus.results import snapshot
from dedup.corpus.unreadable import faults
from dedup.errors import CorpusError
from dedup.updating import rebuild
from dedup.updating import update as group
from tests.dedup.conftest import NOW

_TEXT = " ".join(f"kata{number}" for number in range(60))
_A = Article("https://satu.test/1", _TEXT, "Satu", "satu.test", published=NOW, id="a")
_B = Article("https://dua.test/1", f"{_TEXT} dan lain", "Dua", "dua.test", published=NOW, id="b")

_BACKUP, _REBUILD = "restore a copy that `dedup backup` made", "`dedup rebuild` makes it anew"
_VALUES = [
    (
        tables.articles.c.published,
        "garbage",
        f"articles: of the article a published cannot be read: 'garbage'; {_BACKUP}",
    ),
    (tables.articles.c.first_seen, "", f"articles: of the article a first_seen cannot be read: ''; {_BACKUP}"),
    (tables.articles.c.credits, "{", f"articles: of the article a credits cannot be read: '{{'; {_BACKUP}"),
    (tables.articles.c.credits, "[]", f"articles: of the article a credits cannot be read: '[]'; {_BACKUP}"),
    (tables.matches.c.passages, "xx", f"matches: a and b passages cannot be read: 'xx'; {_REBUILD}"),
    (tables.matches.c.measures, "{}", f"matches: a and b measures cannot be read: '{{}}'; {_REBUILD}"),
    (tables.matches.c.relation, "kin", f"matches: a and b relation cannot be read: 'kin'; {_REBUILD}"),
    (tables.families.c.weakest, "{", f"families: of the family a weakest cannot be read: '{{'; {_REBUILD}"),
    (tables.stories.c.terms, "{", f"stories: of the story a terms cannot be read: '{{'; {_REBUILD}"),
]
_NAMES = [f"{column.table.name}.{column.name}={value}" for column, value, _ in _VALUES]


@pytest.fixture
def address(tmp_path: Path) -> str:
    found = f"sqlite:///{tmp_path / 'corpus.db'}"
    with Corpus.open(found) as corpus:
        corpus.add([_A, _B], NOW)
        group(corpus, now=NOW)
    return found


def damage(corpus: Corpus, column: Column[Any], value: object) -> None:
    """Put a value where it does not belong, in one row."""
    with corpus.transaction() as connection:
        first = next(iter(column.table.primary_key.columns))
        row = connection.exec_driver_sql(f"SELECT min({first.name}) FROM {column.table.name}").scalar_one()
        value = value if isinstance(value, bytes) else type_coerce(text(f"'{value}'"), String())
        connection.execute(update(column.table).where(first == row).values({column.name: value}))


@pytest.mark.parametrize(("column", "value", "said"), _VALUES, ids=_NAMES)
def test_a_value_that_cannot_be_read_is_named(
    address: str, column: Column[Any], value: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Corpus.open(address) as corpus:
        damage(corpus, column, value)
        assert check(corpus) == [said]
        with pytest.raises(CorpusError, match="is damaged"):
            snapshot(corpus)
    for command in (["check"], ["groups"]):
        with pytest.raises(SystemExit) as left:
            main([*command, "--corpus", address])
        assert left.value.code == 4
        captured = capsys.readouterr()
        assert said in captured.out + captured.err


@pytest.mark.parametrize("command", ["explain a b", "passages", "origin a", "export", "report --terminal", "update"])
@pytest.mark.parametrize("column", [tables.articles.c.credits, tables.matches.c.passages], ids=lambda each: each.name)
def test_commands_tell_what_is_damaged(
    address: str, column: Column[Any], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Corpus.open(address) as corpus:
        corpus.add([Article("https://satu.test/1", _TEXT, "Judul lain", "satu.test", published=NOW, id="a")], NOW)
        damage(corpus, column, "xx")
    reads = (command != "update" or column.name == "passages") and (command, column.name) != ("export", "passages")
    with pytest.raises(SystemExit) as left:
        main([*command.split(), "--corpus", address])
    assert left.value.code == (4 if reads else 0)
    assert ("is damaged" in capsys.readouterr().err) is reads


def test_a_recipe_that_cannot_be_read_is_made_anew_by_a_rebuild(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Corpus.open(address) as corpus:
        with corpus.transaction() as connection:
            connection.execute(update(tables.facts).where(tables.facts.c.name == "recipe").values(value="{"))
            assert len(list(faults(connection))) == 1
        for command in ("groups", "check", "update", "explain a b"):
            with pytest.raises(SystemExit) as left:
                main([*command.split(), "--corpus", address])
            assert left.value.code == 4
            assert "facts: the recipe of the results cannot be read" in capsys.readouterr().err
        rebuild(corpus, now=NOW)
        assert check(corpus) == []


def test_a_rebuild_makes_matches_anew_that_cannot_be_read(address: str) -> None:
    with Corpus.open(address) as corpus:
        damage(corpus, tables.matches.c.passages, "xx")
        rebuild(corpus, now=NOW)
        assert check(corpus) == []


@pytest.mark.parametrize(
    "column",
    [
        tables.own_texts.c.weights,
        tables.unit_columns.c.sizes,
        tables.postings.c["keys"],
        tables.story_families.c.terms,
        tables.sites.c.said,
        tables.story_heads.c.holders,
        tables.story_heads.c.parts,
    ],
    ids=lambda column: f"{column.table.name}.{column.name}",
)
def test_numbers_that_are_cut_off_are_named(address: str, column: Column[Any]) -> None:
    with Corpus.open(address) as corpus:
        damage(corpus, column, b"\1\2\3")
        (fault,) = check(corpus)
    assert fault.startswith(f"{column.table.name}: what is kept of ")
    assert fault.endswith(f"is cut off; {_REBUILD}")


def test_a_time_of_what_happened_that_cannot_be_read_is_named(address: str) -> None:
    with Corpus.open(address) as corpus:
        damage(corpus, tables.history.c.at, "x")
        assert check(corpus) == [f"history: of what has the id 1 at cannot be read: 'x'; {_BACKUP}"]


def test_an_error_of_whoever_reads_stays_what_it_is(address: str) -> None:
    with Corpus.open(address) as corpus:
        damage(corpus, tables.articles.c.credits, "{")
        with pytest.raises(KeyError, match="mine"), corpus.reading():
            raise KeyError("mine")


def test_what_is_damaged_is_looked_for_once_others_may_write_again(address: str) -> None:
    def looked(_: Connection) -> Iterator[str]:
        with Corpus.open(address) as other, other.transaction() as writing:
            writing.execute(tables.facts.insert().values(name="other", value="wrote"))
        yield "the time"

    with Corpus.open(address) as corpus, patch("dedup.corpus.unreadable.faults", looked):
        damage(corpus, tables.articles.c.published, "x")
        with pytest.raises(CorpusError, match="is damaged: the time;"), corpus.transaction() as connection:
            connection.execute(select(tables.articles)).all()
        with pytest.raises(KeyError, match="mine"), corpus.transaction():
            raise KeyError("mine")
