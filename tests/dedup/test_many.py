"""Many values and many rows at once: what SQL takes for special changes nothing, and no table is read as a whole."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, event, func, select, update
from sqlalchemy.exc import IntegrityError

from dedup import Corpus, ordering
from dedup.corpus import many, schema
from dedup.updating import rebuild
from dedup.updating import update as update_corpus
from tests.dedup.conftest import NOW
from tests.dedup.outlets import press_articles

ODD = [
    *("it's", 'a "name"', "back\\slash", r"\u0000", "[1, 2]", "%s %(x)s :x ?", "", " ", "\n\t\x01"),
    *("Jawa\N{SNOWMAN}", "e\N{COMBINING ACUTE ACCENT}", "\N{GRINNING FACE}", "\uffff", "NULL", "1", "1.0"),
    *("a", "a\0", "a\0b", "\0", "\0\0", "a\0'b\"\0c\\"),
]
NAMES = schema.facts.c.name


def fill(corpus: Corpus, names: list[str]) -> None:
    with corpus.transaction() as connection:
        many.insert(connection, schema.facts, [{"name": name, "value": "of " + name} for name in names])


def found(corpus: Corpus, names: list[str]) -> dict[str, str]:
    with corpus.reading() as connection:
        return dict(many.among(connection, select(NAMES, schema.facts.c.value), NAMES, names))


def test_values_are_what_they_are(corpus: Corpus) -> None:
    fill(corpus, ODD)
    assert found(corpus, ODD) == {name: "of " + name for name in ODD}
    for name in ODD:
        assert found(corpus, [name]) == {name: "of " + name}
    assert found(corpus, []) == {}
    assert found(corpus, ["a\0c", "A", "01", "e"]) == {}


def test_halves_of_surrogate_pairs_are_refused_as_everywhere(corpus: Corpus) -> None:
    fill(corpus, ["\N{GRINNING FACE}"])
    # As JSON spells it with escapes, the second would be the face.
    for name in ("\ud83d", "\ud83d\ude00"):
        with pytest.raises(UnicodeEncodeError):
            found(corpus, [name])
        with pytest.raises(UnicodeEncodeError), corpus.reading() as connection:
            connection.execute(select(NAMES).where(schema.facts.c.name == name))


def test_more_values_than_a_statement_takes(corpus: Corpus) -> None:
    names = [f"name {number}" for number in range(45_000)]
    fill(corpus, names[::2])
    assert list(found(corpus, [*reversed(names), *names])) == sorted(names[::2])
    with corpus.transaction() as connection:
        many.drop(connection, NAMES, names[1:])
        assert connection.execute(select(func.count()).select_from(schema.facts)).scalar_one() == 1
        many.drop(connection, NAMES, [])
    assert found(corpus, names) == {"name 0": "of name 0"}


def test_numbers_of_all_sizes(corpus: Corpus) -> None:
    signs = [0, 1, -1, 1 << 53, (1 << 63) - 1, -(1 << 63)]
    table = schema.story_signs
    with corpus.transaction() as connection:
        many.insert(connection, table, [{"sign": sign, "rank": 7} for sign in signs])
        rows = many.among(connection, select(table.c.sign), table.c.sign, [*signs, 2, (1 << 63) - 2])
        assert [sign for (sign,) in rows] == sorted(signs)


def test_a_row_that_clashes(corpus: Corpus) -> None:
    fill(corpus, ["a"])
    rows = [{"name": "a", "value": "other"}, {"name": "b", "value": "new"}]
    with pytest.raises(IntegrityError), corpus.transaction() as connection:
        many.insert(connection, schema.facts, rows)
    assert found(corpus, ["a", "b"]) == {"a": "of a"}
    with corpus.transaction() as connection:
        many.insert(connection, schema.facts, rows, "keep")
    assert found(corpus, ["a", "b"]) == {"a": "of a", "b": "new"}
    with corpus.transaction() as connection:
        many.insert(connection, schema.facts, rows, "replace")
        many.insert(connection, schema.facts, [], "replace")
    assert found(corpus, ["a", "b"]) == {"a": "other", "b": "new"}


def test_rows_are_changed_and_deleted_by_names(corpus: Corpus) -> None:
    fill(corpus, ["a", "b", "c"])
    with corpus.transaction() as connection:
        change = update(schema.facts).where(schema.facts.c.name == bindparam("one")).values(value=bindparam("now"))
        many.alter(connection, change, [{"one": "a", "now": "x"}, {"now": "'", "one": "b"}])
        many.alter(connection, change, [])
        many.alter(connection, delete(schema.facts).where(schema.facts.c.name == bindparam("one")), [{"one": "c"}])
    assert found(corpus, ["a", "b", "c"]) == {"a": "x", "b": "'"}


def test_times_are_stored_as_text_in_utc(corpus: Corpus) -> None:
    jakarta = datetime(2026, 3, 1, 2, 30, 0, 5, tzinfo=timezone(timedelta(hours=7)))
    whole = datetime(2026, 3, 1, tzinfo=UTC)
    table = schema.forgotten
    with corpus.transaction() as connection:
        many.insert(connection, table, [{"url": "a", "at": jakarta}, {"url": "b", "at": whole}])
        query = select(table.c.at, schema.as_text(table.c.at)).order_by(table.c.url)
        rows = [(time, text) for time, text in many.rows(connection, query)]
    assert [time for time, _ in rows] == [jakarta, whole]
    assert [text for _, text in rows] == ["2026-02-28T19:30:00.000005+00:00", "2026-03-01T00:00:00.000000+00:00"]
    for time, text in rows:
        assert schema.iso(text) == time.isoformat()
        assert schema.published_day(text) == ordering.day(time)
    assert schema.published_day(None) == ordering.day(None)
    with pytest.raises(ValueError, match="without a zone"), corpus.transaction() as connection:
        many.insert(connection, table, [{"url": "c", "at": jakarta.replace(tzinfo=None)}])


def test_what_is_asked_for_is_found_by_index(new_corpus: Callable[[], Corpus]) -> None:
    corpus = new_corpus()
    asked: dict[str, Any] = {}

    @event.listens_for(corpus.engine, "before_cursor_execute")
    def _keep(_: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        if "json_each" in statement and not statement.startswith("EXPLAIN"):
            asked[statement] = parameters

    found = press_articles()
    corpus.add(found[::2])
    update_corpus(corpus, now=NOW)
    corpus.add(found)
    corpus.remove(found[0].id)
    update_corpus(corpus, now=NOW)
    rebuild(corpus, now=NOW)
    assert len(asked) > 20
    with corpus.reading() as connection:
        for statement, parameters in list(asked.items()):
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            # By the name of a table or of an alias of it, such as articles_1.
            read = {re.sub(r"_\d+$", "", step.split()[1]) for step in plan if step.startswith("SCAN")}
            assert read.isdisjoint(schema.metadata.tables), (statement, plan)
