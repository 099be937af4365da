"""Tables of a report: what is in them, that they say what it means, and that nothing in them acts on a reader."""

import csv
import io
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Corpus
from dedup.corpus.results import snapshot as stored
from dedup.errors import GemaError
from dedup.formats import Column, Format, Kind, write_table
from dedup.records import Passage, Relation, Snapshot
from dedup.report import dictionary
from dedup.report.tables import BOTH, write_tables
from tests.dedup import hostile
from tests.dedup.outlets import press_grouped, run
from tests.dedup.snapshots import NOON, article, match, snapshot

NAMES = ("articles", "matches", "families", "stories", "flows")


def press_of_three() -> Snapshot:
    """A wire and its copy two hours later, a rewrite that tells the same, and an article that waits."""
    wire = article("wire", "wire.example", 0, title="Banjir rendam tiga desa")
    copy = replace(article("copy", "copy.example", 2), authors=("Ani", "Budi, dkk."), language="id")
    rewrite = article("rewrite", "third.example", 3, text="Tiga desa terendam ketika bendungan melimpah.")
    waiting = article("waiting", "third.example", None, text="Baru saja.")
    made = snapshot(
        [wire, copy, rewrite, waiting],
        {"f": ["wire", "copy"]},
        {"s": ["f", "rewrite"]},
        [match("copy", "wire", Relation.NEAR, (0.8, 1.0), [Passage(0, 9, 0, 9, 12, edits=2)])],
    )
    without = tuple(family for family in made.families if family.id != "waiting")
    return replace(made, families=without, stories=tuple(each for each in made.stories if each.id != "s-waiting"))


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with press_grouped(tmp_path_factory.mktemp("press")) as opened:
        yield opened


# --- what is in them --------------------------------------------------------------------------------


def test_groups_begin_and_end_by_dates_that_are_believed(tmp_path: Path) -> None:
    found = press_of_three()
    old = replace(found.articles["wire"], published=datetime(1970, 1, 1, tzinfo=UTC))
    write_tables(replace(found, articles={**found.articles, "wire": old}), tmp_path, [Format.CSV])
    (story,) = rows(tmp_path, "stories")
    assert (story["earliest"], story["latest"]) == ("2026-03-20T14:00:00+00:00", "2026-03-20T15:00:00+00:00")
    alone = replace(found, articles={**found.articles, "rewrite": replace(old, id="rewrite")})
    write_tables(alone, tmp_path, [Format.CSV])
    assert next(row["earliest"] for row in rows(tmp_path, "families") if row["id"] == "rewrite") == ""


def test_each_thing_is_a_row_with_what_it_belongs_to(tmp_path: Path) -> None:
    counts = write_tables(press_of_three(), tmp_path, [Format.CSV])
    assert counts == {"articles": 4, "matches": 1, "families": 2, "stories": 1, "flows": 1}
    articles = {row["id"]: row for row in rows(tmp_path, "articles")}
    assert {name: (row["family"], row["story"], row["role"]) for name, row in articles.items()} == {
        "wire": ("f", "s", "first"),
        "copy": ("f", "s", "copy"),
        "rewrite": ("rewrite", "s", "first"),
        "waiting": ("", "", ""),
    }
    copy = articles["copy"]
    assert (copy["delay_seconds"], copy["taken"], copy["published"]) == ("7200", "1.0", "2026-03-20T14:00:00+00:00")
    assert json.loads(copy["authors"]) == ["Ani", "Budi, dkk."]
    (pair,) = rows(tmp_path, "matches")
    assert (pair["a"], pair["b"], pair["a_site"], pair["relation"]) == ("copy", "wire", "copy.example", "near")
    assert (pair["joins"], pair["family"], pair["a_in_b"], pair["edits"]) == ("true", "f", "0.8", "2")
    family = rows(tmp_path, "families")[0]
    assert (family["id"], family["first"], family["source"]) == ("f", "wire", "wire.example")
    assert (family["articles"], family["title"]) == ("2", "Banjir rendam tiga desa")
    (story,) = rows(tmp_path, "stories")
    assert (story["families"], story["articles"], story["latest"]) == ("2", "3", "2026-03-20T15:00:00+00:00")
    (flow,) = rows(tmp_path, "flows")
    assert (flow["source"], flow["target"], flow["families"], flow["delay_seconds"]) == (
        "wire.example",
        "copy.example",
        "1",
        "7200",
    )


def test_both_forms_hold_the_same_under_the_names_of_the_dictionary(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    write_tables(press_of_three(), tmp_path, BOTH)
    for table in dictionary.TABLES:
        held = parquet.read_table(tmp_path / f"{table.name}.parquet")
        names = [column.name for column in table.columns]
        assert held.schema.names == names
        values = [[tuple(v) if isinstance(v := row[name], list) else v for name in names] for row in held.to_pylist()]
        written = io.StringIO(newline="")
        write_table(names, values, written)
        assert written.getvalue().encode() == (tmp_path / f"{table.name}.csv").read_bytes()


def test_parquet_says_of_each_column_what_it_is(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    write_tables(press_of_three(), tmp_path, [Format.PARQUET])
    schema = parquet.read_schema(tmp_path / "articles.parquet")
    assert str(schema.field("published").type) == "timestamp[us, tz=UTC]"
    assert str(schema.field("delay_seconds").type) == "int64"
    assert schema.field("taken").metadata[b"unit"] == b"0 to 1"
    (published,) = {row["published"] for row in parquet.read_table(tmp_path / "articles.parquet").to_pylist()[:1]}
    assert published == datetime(2026, 3, 20, 14, tzinfo=UTC)


def test_texts_are_there_only_where_they_are_asked_for(tmp_path: Path) -> None:
    write_tables(press_of_three(), tmp_path / "without", [Format.CSV])
    write_tables(press_of_three(), tmp_path / "with", [Format.CSV], texts=True)
    assert "text" not in rows(tmp_path / "without", "articles")[0]
    assert {row["id"]: row["text"] for row in rows(tmp_path / "with", "articles")}["waiting"] == "Baru saja."


def test_times_are_in_utc_wherever_they_were_read(tmp_path: Path) -> None:
    there = NOON.astimezone(timezone(timedelta(hours=7)))
    write_tables(snapshot([replace(article("a", "a.example"), published=there)]), tmp_path, [Format.CSV])
    assert rows(tmp_path, "articles")[0]["published"] == "2026-03-20T12:00:00+00:00"


def test_equal_snapshots_give_equal_files(tmp_path: Path) -> None:
    made = press_of_three()
    turned = replace(made, articles=dict(reversed(made.articles.items())))
    for folder, each in (("one", made), ("other", turned)):
        write_tables(each, tmp_path / folder)
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes(), path.name


def test_nothing_is_a_table_with_a_head(tmp_path: Path) -> None:
    counts = write_tables(snapshot([], updated_at=None), tmp_path)
    assert set(counts.values()) == {0}
    for table in dictionary.TABLES:
        head = (tmp_path / f"{table.name}.csv").read_text(encoding="utf-8").strip().split(",")
        assert head == [column.name for column in table.columns]


# --- what they mean ---------------------------------------------------------------------------------


def test_every_column_says_what_it_means_once() -> None:
    assert tuple(table.name for table in dictionary.TABLES) == NAMES
    for table in dictionary.TABLES:
        assert len({column.name for column in table.columns}) == len(table.columns)
        assert all(column.meaning for column in table.columns), table.name
        unmeasured = [each.name for each in table.columns if each.kind is Kind.NUMBER and not each.unit]
        assert unmeasured == []


def test_the_list_of_columns_goes_with_the_tables(tmp_path: Path) -> None:
    write_tables(press_of_three(), tmp_path, [Format.CSV])
    said = (tmp_path / "columns.md").read_text(encoding="utf-8")
    columns: list[Column] = [column for table in dictionary.TABLES for column in table.columns]
    assert [each.name for each in columns if f"| `{each.name}` | {each.kind}" not in said] == []


# --- hostile ----------------------------------------------------------------------------------------


def as_text(cell: str) -> str:
    """Return what a cell stands for, as `columns.md` says."""
    bare = cell.lstrip("'")
    return cell[1:] if cell != bare and bare.startswith(tuple("=+-@\t\r\n＝＋－＠")) else cell


@given(
    st.lists(st.sampled_from(hostile.ALL) | st.text(st.characters(exclude_categories=["Cs"])), min_size=4, max_size=4)
)
def test_a_text_is_no_formula_and_comes_back(texts: list[str]) -> None:
    out = io.StringIO(newline="")
    write_table(["a", "b", "c", "d"], [texts], out)
    _, cells = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert not any(cell.startswith(tuple("=+-@\t\r\n＝＋－＠")) for cell in cells)
    assert list(map(as_text, cells)) == texts


@pytest.mark.parametrize("said", hostile.ALL)
def test_what_articles_say_is_inert_in_every_table(tmp_path: Path, said: str) -> None:
    bad = replace(article("bad", "bad.example", 0), title=said, agency=said, section=said, tags=(said,), site_name=said)
    made = snapshot([bad, article("b", "b.example", 1)], {"f": ["bad", "b"]}, {"s": ["f"]}, [match("b", "bad")])
    made = replace(made, stories=tuple(replace(story, label=said, terms=(said,)) for story in made.stories))
    write_tables(made, tmp_path, BOTH, texts=True)
    for name in NAMES:
        cells = [cell for row in rows(tmp_path, name) for cell in row.values()]
        assert not any(cell.startswith(tuple("=+-@\t\r\n＝＋－＠")) for cell in cells)
    held = next(row for row in rows(tmp_path, "articles") if row["id"] == "bad")
    assert as_text(held["title"]) == said
    assert json.loads(held["tags"]) == [said]
    assert as_text(rows(tmp_path, "stories")[0]["label"]) == said


def test_numbers_below_zero_stay_numbers() -> None:
    out = io.StringIO(newline="")
    write_table(["a", "b"], [[-5, -0.25]], out)
    assert out.getvalue() == "a,b\r\n-5,-0.25\r\n"


# --- the command ------------------------------------------------------------------------------------


def test_the_press_as_tables(pressed: Corpus, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    done = run(capsys, pressed, "data", tmp_path / "t")
    assert (done.code, done.err) == (0, "")
    found = stored(pressed)
    assert len(rows(tmp_path / "t", "articles")) == len(found.articles)
    assert len(rows(tmp_path / "t", "matches")) == len(found.matches)
    held = {row["id"]: int(row["articles"]) for row in rows(tmp_path / "t", "families")}
    assert held == {family.id: len(family.members) for family in found.families}
    assert sorted(path.suffix for path in (tmp_path / "t").iterdir()) == [*[".csv"] * 5, ".md"]


def test_tables_that_are_there_stay(pressed: Corpus, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "flows.csv").write_text("mine")
    refused = run(capsys, pressed, "data", tmp_path)
    assert refused.code == 2
    assert "--force" in refused.err
    assert [path.name for path in tmp_path.iterdir()] == ["flows.csv"]
    assert run(capsys, pressed, "data", tmp_path, "--force").code == 0
    assert rows(tmp_path, "flows")
    assert run(capsys, pressed, "data", tmp_path / "flows.csv").code == 2


def test_the_second_form_goes_beside_the_first(
    pressed: Corpus, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow")
    for kind in ("csv", "parquet"):
        assert run(capsys, pressed, "data", tmp_path, "--format", kind).code == 0
    assert len(list(tmp_path.iterdir())) == 11
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "columns.md").write_text("Mine.")
    assert run(capsys, pressed, "data", tmp_path / "mine").code == 2


def test_columns_are_told_without_a_corpus(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, corpus, "data", "--columns").out.strip() == dictionary.markdown().strip()


def test_parquet_without_pyarrow_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(GemaError, match=r"pip install 'gema-news\[parquet\]'"):
        write_tables(press_of_three(), tmp_path, [Format.PARQUET])
    assert list(tmp_path.iterdir()) == []
