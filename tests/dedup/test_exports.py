"""The corpus for others: every article once with its family, one of each family, as JSON Lines, CSV and Parquet."""

import csv
import io
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Article, Corpus, exports, formats
from dedup.corpus.results import snapshot
from dedup.dating import out_by
from dedup.errors import GemaError, Refused
from dedup.exports import Exported, export
from dedup.formats import Format
from dedup.representative import Choice, choose, named_by
from tests.dedup.outlets import grouped, press_articles, press_grouped, run

NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
WIRE = (
    "Air Sungai Belantik meluap pada Kamis malam dan merendam tiga desa di hilir bendungan, sehingga 412 warga "
    "mengungsi ke balai kecamatan sebelum tengah malam. Kepala desa Sumarni menyebut tanggul tua jebol sepanjang "
    "sebelas meter setelah hujan turun dua hari tanpa jeda. Petugas membawa perahu karet dari kota terdekat."
)


def carried(name: str, hours: float | None, text: str = WIRE, **said: Any) -> Article:
    published = None if hours is None else NOON + timedelta(hours=hours)
    site = f"{name}.example"
    article = Article(url=f"https://{site}/1", text=text, site=site, published=published, id=name)
    return replace(article, **said)


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with press_grouped(tmp_path_factory.mktemp("press")) as opened:
        yield opened


# --- who stands for a family ------------------------------------------------------------------------


def test_the_earliest_is_who_was_surely_out_first() -> None:
    dated = carried("siang", 0, published_precision="day")
    timed = carried("sore", 5, published_precision="minute")
    seen = carried("tanpa-tanggal", None, fetched=NOON + timedelta(hours=3))
    unknown = carried("entah", None)
    assert choose([dated, timed]).article is timed, "what is dated to the day may have come at its end"
    assert choose([dated, timed, seen, unknown]).article is seen
    assert choose([replace(dated, fetched=NOON + timedelta(hours=1)), timed, seen]).article.id == "siang"
    assert out_by(unknown) is None
    assert choose([timed, unknown]) == choose([unknown, timed])
    assert choose([timed, unknown]).reason == "the earliest of 2: out by 2026-03-20 17:00 UTC"
    assert choose([unknown, carried("zaman", None)]).reason == "none of the 2 has a time; it has the smallest id"


@pytest.mark.parametrize("precision", ["second", "day"])
@pytest.mark.parametrize("year", [1, 1900, 1970, 9999])
def test_an_absurd_year_makes_none_the_earliest(year: int, precision: str) -> None:
    zero = carried("a-nol", 0, published=datetime(year, 1, 1, tzinfo=UTC), published_precision=precision)
    assert choose([zero, carried("siang", 0)]).article.id == "siang"
    assert out_by(zero) is None
    seen = replace(zero, fetched=NOON - timedelta(hours=1))
    assert choose([seen, carried("siang", 0)]).reason == "the earliest of 2: out by 2026-03-20 11:00 UTC"


def test_the_most_complete_has_most_words() -> None:
    short, long, late = carried("satu", 0), carried("dua", 1, WIRE + " Lagi."), carried("tiga", 2, WIRE + " Pula!")
    found = choose([late, short, long], "complete")
    assert found.article is long
    assert found.reason == "the longest of 3: 49 words, the earliest of 2 as long"


@pytest.mark.parametrize(
    ("credit", "site_name"),
    [
        ({"credited_source": "Kabar Timur"}, ""),
        ({"credited_source": "kabartimur.example"}, ""),
        ({"agency": "KABAR TIMUR"}, "Kabar Timur News"),
        ({"sources": ("Radio Lembah", "Kabar Timur Online")}, ""),
    ],
)
def test_the_origin_is_whom_others_credit(credit: dict[str, Any], site_name: str) -> None:
    origin = carried("kabartimur", 9, site_name=site_name)
    early, others = carried("awal", 0), [carried(f"salin{n}", n, **credit) for n in (1, 2)]
    found = choose([early, *others, origin], Choice.ORIGIN)
    assert found.article is origin
    assert found.reason == "2 other sites name it as the source"


def test_who_credits_only_itself_or_nobody_here_is_no_origin() -> None:
    own = carried("kabartimur", 5, agency="Kabar Timur")
    other = carried("awal", 0, credited_source="Suara Jauh")
    found = choose([own, other], "origin")
    assert found.article is other
    assert found.reason.startswith("no other names its source among the 2; the earliest of 2")
    assert named_by([own, other]) == [0, 0]


@given(
    st.lists(
        st.builds(
            carried,
            st.sampled_from("abcdefgh"),
            st.none() | st.integers(0, 60),
            st.sampled_from([WIRE, WIRE + " Lagi.", "Pendek saja."]),
            published_precision=st.sampled_from(["day", "minute", ""]),
            credited_source=st.sampled_from(["", "a.example", "b.example"]),
        ),
        min_size=1,
        unique_by=lambda article: article.id,
    ).flatmap(lambda members: st.tuples(st.just(members), st.permutations(members))),
    st.sampled_from(Choice),
)
def test_the_choice_does_not_depend_on_the_order(two: tuple[list[Article], list[Article]], by: Choice) -> None:
    one, other = two
    assert choose(one, by) == choose(other, by)
    assert choose(one, by).article in one


# --- what is exported -------------------------------------------------------------------------------


def test_every_article_goes_out_once_with_its_family(pressed: Corpus) -> None:
    now, rows = snapshot(pressed), list(export(pressed))
    assert {row.article.id: row.article for row in rows} == now.articles
    assert len(rows) == len(now.articles)
    homes = {member: family for family in now.families for member in family.members}
    told = {family: story.id for story in now.stories for family in story.families}
    for row in rows:
        family = homes[row.article.id]
        assert (row.family, row.family_size) == (family.id, len(family.members))
        assert row.story == told[family.id]
        first = min((now.articles[member] for member in family.members), key=lambda each: (each.published, each.id))
        assert (row.is_first, row.first_url) == (row.article.id == first.id, first.url)
    assert Counter(row.family for row in rows if row.is_first) == Counter(family.id for family in now.families)


@pytest.mark.parametrize("by", list(Choice))
def test_one_of_each_family_stays(pressed: Corpus, by: Choice) -> None:
    now, rows = snapshot(pressed), list(export(pressed, alone=True, by=by))
    assert [row.family for row in rows] == [family.id for family in now.families]
    for row, family in zip(rows, now.families, strict=True):
        assert row.article == choose([now.articles[member] for member in family.members], by).article
    assert all(row.is_first for row in rows) == (by is not Choice.COMPLETE)


def test_the_one_of_a_family_that_stays_is_not_who_is_dated_to_the_zero_of_a_clock(corpus: Corpus) -> None:
    zero = carried("a-nol", 0, published=datetime(1970, 1, 1, tzinfo=UTC))
    grouped(corpus, zero, carried("salin", 2), carried("awal", 0))
    assert [(row.article.id, row.is_first) for row in export(corpus, alone=True)] == [("awal", True)]
    assert {row.article.id: row.is_first for row in export(corpus)} == {"a-nol": False, "salin": False, "awal": True}


def test_what_waits_for_an_update_goes_out_without_a_family(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    corpus.add([carried("satu", 0), carried("dua", 1)])
    left = run(capsys, corpus, "export", "--keep", "one-per-family")
    rows = [json.loads(line) for line in left.out.splitlines()]
    assert [(row["id"], row["family"], row["family_size"], row["is_first"]) for row in rows] == [
        ("satu", "", 1, True),
        ("dua", "", 1, True),
    ]
    assert left.err == "dedup: 2 articles not grouped yet: run `dedup update`\n"


def test_texts_are_read_some_at_a_time(corpus: Corpus) -> None:
    class Counting(Corpus):
        asked: list[int] = []  # noqa: RUF012 # of this one corpus

        def articles(self, ids: Sequence[str] | None = None) -> Iterator[Article]:
            assert ids is not None, "all articles at once"
            self.asked.append(len(ids))
            yield from super().articles(ids)

    corpus.add(carried(f"s{number}", number % 7) for number in range(1_200))
    counting = Counting(corpus.engine)
    rows = export(counting)
    next(rows)
    assert counting.asked == [500]
    assert sum(1 for _ in rows) == 1_199
    assert counting.asked == [500, 500, 200]


def test_an_empty_corpus_gives_nothing(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    left = run(capsys, corpus, "export")
    assert (left.code, left.out, left.err) == (0, "", "")
    assert list(csv.reader(io.StringIO(run(capsys, corpus, "export", "--format", "csv").out)))[1:] == []


# --- formats ----------------------------------------------------------------------------------------


def row_of(article: Article) -> Exported:
    return Exported(article, "keluarga", "kisah", 1, True, article.url)


FULL = Article(
    url="https://satu.example/1",
    text='=HYPERLINK("http://jahat.example")\nbaris "dua"\r\n\x00akhir',
    title="-2 derajat",
    site="satu.example",
    host="www.satu.example",
    authors=("Ani", "Budi, dkk."),
    published=NOON,
    modified=NOON + timedelta(microseconds=1),
    language="id",
    place="@Lembah",
    sources=("+62",),
    tags=("a", "b"),
    published_precision="second",
)


def test_json_lines_hold_every_field() -> None:
    out = io.StringIO()
    assert formats.write_text([row_of(FULL)], out, Format.JSONL) == 1
    found = json.loads(out.getvalue())
    assert out.getvalue().isascii()
    assert list(found)[: len(fields(Article))] == [field.name for field in fields(Article)]
    assert found["text"] == FULL.text
    assert found["authors"] == ["Ani", "Budi, dkk."]
    assert found["published"] == "2026-03-20T12:00:00+00:00"
    assert found["fetched"] is None
    assert {name: found[name] for name in ("family", "story", "family_size", "is_first", "first_url")} == {
        "family": "keluarga",
        "story": "kisah",
        "family_size": 1,
        "is_first": True,
        "first_url": FULL.url,
    }


def test_csv_holds_every_field_and_no_formula() -> None:
    out = io.StringIO(newline="")
    formats.write_text([row_of(FULL)], out, Format.CSV)
    out.seek(0)
    (found,) = csv.DictReader(out)
    assert found["text"] == "'" + FULL.text
    assert (found["title"], found["place"]) == ("'-2 derajat", "'@Lembah")
    assert json.loads(found["authors"]) == ["Ani", "Budi, dkk."]
    assert (found["editors"], found["fetched"], found["is_first"]) == ("", "", "true")
    assert found["modified"] == "2026-03-20T12:00:00.000001+00:00"


@given(st.text(alphabet="'=+-@\t\r\n ab＝＋－＠", max_size=6))
def test_a_cell_is_no_formula_and_goes_back(title: str) -> None:
    out = io.StringIO(newline="")
    formats.write_text([row_of(replace(FULL, title=title))], out, Format.CSV)
    out.seek(0)
    cell = next(csv.DictReader(out))["title"]
    signs = tuple("=+-@\t\r\n＝＋－＠")
    assert not cell.startswith(signs)
    rest = cell.lstrip("'")
    assert (cell[1:] if cell != rest and rest.startswith(signs) else cell) == title


def test_parquet_holds_every_field_in_its_kind(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "a.parquet"
    assert formats.write_file((row_of(replace(FULL, id=str(n))) for n in range(7)), file, Format.PARQUET) == 7
    rows = parquet.read_table(file).to_pylist()
    assert [row["id"] for row in rows] == list("0123456")
    assert rows[0]["text"] == FULL.text
    assert rows[0]["authors"] == list(FULL.authors)
    assert (rows[0]["published"], rows[0]["modified"], rows[0]["fetched"]) == (FULL.published, FULL.modified, None)
    assert (rows[0]["family_size"], rows[0]["is_first"]) == (1, True)


def test_parquet_is_written_in_groups_of_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(formats, "_ROWS", 3)
    file = tmp_path / "a.parquet"
    formats.write_file((row_of(FULL) for _ in range(7)), file, Format.PARQUET)
    assert parquet.ParquetFile(file).num_row_groups == 3


def test_without_pyarrow_parquet_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(GemaError, match=r"pip install 'gema-news\[parquet\]'"):
        formats.write_file([row_of(FULL)], tmp_path / "a.parquet", Format.PARQUET)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", list(Format))
def test_a_file_appears_whole_or_not_at_all(tmp_path: Path, kind: Format) -> None:
    file = tmp_path / f"a.{kind}"

    def broken() -> Iterator[Exported]:
        yield row_of(FULL)
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        formats.write_file(broken(), file, kind)
    assert list(tmp_path.iterdir()) == []
    formats.write_file([row_of(FULL)], file, kind)
    before = file.read_bytes()
    with pytest.raises(OSError, match="the disk is gone"):
        formats.write_file(broken(), file, kind, force=True)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_stays_one_and_a_pipe_too(tmp_path: Path) -> None:
    file, link, pipe = tmp_path / "a.jsonl", tmp_path / "link.jsonl", tmp_path / "pipe.jsonl"
    link.symlink_to(file)
    os.mkfifo(pipe)
    for force in (False, True):
        formats.write_file([row_of(FULL)], link, Format.JSONL, force)
        assert link.is_symlink()
        assert file.read_text().count("\n") == 1
        with pytest.raises(Refused, match="-o - is standard output"):
            formats.write_file([row_of(FULL)], pipe, Format.JSONL, force)
    with pytest.raises(Refused, match="can be replaced"), formats.unfinished(pipe):
        pass
    assert pipe.is_fifo()
    assert sorted(tmp_path.iterdir()) == [file, link, pipe]


def test_formats_follow_from_the_name_of_the_file() -> None:
    assert formats.format_of(None, None) is Format.JSONL
    assert formats.format_of(Path("a.CSV"), None) is Format.CSV
    assert formats.format_of(Path("a.parquet"), Format.JSONL) is Format.JSONL
    with pytest.raises(Refused, match=r"--format"):
        formats.format_of(Path("a.txt"), None)
    with pytest.raises(Refused, match=r"-o FILE\.parquet"):
        formats.format_of(None, Format.PARQUET)


# --- the command ------------------------------------------------------------------------------------


def test_an_existing_file_is_not_overwritten_unasked(
    pressed: Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "out.jsonl"
    left = run(capsys, pressed, "export", "-o", file)
    assert (left.code, left.out, left.err) == (0, f"{file}: 150 articles\n", "")
    before = file.read_text()
    again = run(capsys, pressed, "export", "-o", file)
    assert (again.code, again.out) == (2, "")
    assert "--force" in again.err
    assert run(capsys, pressed, "export", "-o", file, "--keep", "one-per-family", "--force").code == 0
    kept = {json.loads(line)["id"] for line in file.read_text().splitlines()}
    assert kept < {json.loads(line)["id"] for line in before.splitlines()}
    assert run(capsys, pressed, "export", "-o", tmp_path).code == 2
    assert run(capsys, pressed, "export", "-o", tmp_path / "none" / "a.csv").code == 2


@pytest.mark.parametrize("kind", list(Format))
def test_what_is_exported_can_be_imported_as_it_was(
    corpus: Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: Format
) -> None:
    if kind is Format.PARQUET:
        pytest.importorskip("pyarrow")
    formula = replace(press_articles()[0], id="rumus", url="https://rumus.example/", host="rumus.example")
    formula = replace(formula, title="'=1+1", place="-2")
    corpus.add([*press_articles()[:20], formula])
    run(capsys, corpus, "export", "-o", tmp_path / f"out.{kind}")
    with Corpus.open(f"sqlite:///{tmp_path / 'other.db'}") as other:
        assert run(capsys, other, "import", tmp_path / f"out.{kind}").code == 0
        assert list(other.articles()) == list(corpus.articles())


def test_the_same_corpus_gives_the_same_bytes(pressed: Corpus, tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        formats.write_file(exports.export(pressed), tmp_path / name, Format.JSONL)
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
