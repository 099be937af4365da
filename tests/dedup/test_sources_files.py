"""JSON, tables, WARC files and folders: whole, odd, broken off, and read no further than asked."""

import csv
import gzip
import io
import json
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from dedup import formats
from dedup.errors import SourceError
from dedup.exports import Exported
from dedup.formats import Format
from dedup.records import Article, Family, Recipe, Snapshot, Story
from dedup.report.tables import write_tables
from dedup.sources import AnyRow, BadRow, NoArticle, Row, check, extractor, files_in, json_rows, read, tables, warc

ARTICLE = Article("https://a.example/1", "Text.", "Title", "a.example", "a.example")
ROWS = [{"url": f"https://a.example/{number}", "text": f"Text {number}."} for number in range(3)]
FETCHED = datetime(2016, 8, 4, 7, 30, tzinfo=UTC)


def texts(rows: list[AnyRow]) -> list[str]:
    return [row.article.text if isinstance(row, Row) else row.reason for row in rows]


def put(file: Path, content: str | bytes) -> Path:
    content = content.encode() if isinstance(content, str) else content
    file.write_bytes(gzip.compress(content, mtime=0) if file.suffix == ".gz" else content)
    return file


def as_csv(rows: list[dict[str, Any]], delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


class Endless(io.RawIOBase):
    """A file that goes on as long as it is read, and fails once that is more than any row needs."""

    def __init__(self, begin: bytes, more: bytes, most: int) -> None:
        super().__init__()
        self._parts = self._repeated(begin, more)
        self._left = most
        self._buffer = b""

    @staticmethod
    def _repeated(begin: bytes, more: bytes) -> Iterator[bytes]:
        yield begin
        while True:
            yield more

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        if not self._buffer:
            self._buffer = next(self._parts)
        size = min(len(into), len(self._buffer))
        into[:size], self._buffer = self._buffer[:size], self._buffer[size:]
        self._left -= size
        assert self._left >= 0, "more was read than the rows that were asked for"
        return size


# --- JSON -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(ROWS),
        json.dumps(ROWS, indent=4),
        "\ufeff" + json.dumps(ROWS),
        "[\n" + ",\n".join(map(json.dumps, ROWS)) + "\n]\n",
        "".join(json.dumps(row, indent=1) + "\n" for row in ROWS),
        json.dumps(ROWS[:2]) + json.dumps(ROWS[2:]),
    ],
    ids=["array", "indented", "with a mark", "as Scrapy writes it", "one after the other", "two arrays"],
)
@pytest.mark.parametrize("name", ["a.json", "a.json.gz"])
def test_a_file_of_json_is_its_objects(tmp_path: Path, name: str, content: str) -> None:
    rows = list(read(put(tmp_path / name, content)))
    assert texts(rows) == ["Text 0.", "Text 1.", "Text 2."]
    assert [row.number for row in rows] == [1, 2, 3]


def test_an_item_that_is_no_article_does_not_stop_the_others(tmp_path: Path) -> None:
    bad = b'{"url": "https://b.example/", "text": "\xff"}'
    content = b"[" + b", ".join([b"12", b'["a"]', bad, json.dumps(ROWS[0]).encode()]) + b"]"
    no_object, no_object_either, no_text, good = texts(list(read(put(tmp_path / "a.json", content))))
    assert no_object.startswith("not a JSON object")
    assert no_object_either.startswith("not a JSON object")
    assert (no_text, good) == ("not UTF-8 text; convert the file first, for example with iconv", "Text 0.")


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (", {", "not JSON from here on"),
        (', {"url": "https', "not JSON from here on"),
        (", nonsense]", "not JSON from here on"),
        (', {"a": 1, nonsense' + "x" * 200_000, "not JSON from here on"),
        (", " + "[" * 100_000, "not JSON from here on"),
        (",", "the array does not end"),
        ("", "the array does not end"),
    ],
    ids=["object", "string", "nonsense", "long nonsense", "deep", "comma", "item"],
)
def test_json_that_breaks_off_keeps_what_came_before(tmp_path: Path, end: str, reason: str) -> None:
    first, last = read(put(tmp_path / "a.json", "[" + json.dumps(ROWS[0]) + end))
    assert isinstance(first, Row)
    assert isinstance(last, BadRow)
    assert last.number == 2
    assert last.reason.startswith(reason)


@given(
    st.lists(st.dictionaries(st.text(max_size=5), st.text() | st.floats(allow_nan=False) | st.none())), st.booleans()
)
def test_an_array_gives_what_json_gives(rows: list[dict[str, Any]], escaped: bool) -> None:
    written = json.dumps(rows, ensure_ascii=escaped).encode("utf-8", "replace")
    assert [fields for _, fields in json_rows.items(io.BytesIO(written))] == json.loads(written)


def test_a_value_longer_than_what_is_read_at_once_is_whole() -> None:
    rows = [{"a": "é" * 300_000}, {"b": 1}]
    written = json.dumps(rows, ensure_ascii=False).encode()
    assert [fields for _, fields in json_rows.items(io.BytesIO(written))] == rows


def test_a_line_longer_than_any_article_is_a_bad_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_rows, "MOST_BYTES", 50)
    stream = io.BytesIO(b'{"a": "' + b"x" * 500 + b'"}\n{"a": 1}\n')
    (first, reason), second = json_rows.lines(stream)
    assert (first, str(reason)) == (1, "longer than 50 bytes: no article")
    assert second == (2, {"a": 1})


# --- tables -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "delimiter"), [("a.csv", ","), ("a.csv", ";"), ("A.CSV.GZ", "\t"), ("a.tsv", "\t")])
def test_a_table_is_its_rows(tmp_path: Path, name: str, delimiter: str) -> None:
    rows = [row | {"text": 'Two lines,\n"quoted"; and \t more.'} for row in ROWS]
    file = put(tmp_path / name, "\ufeff" + as_csv(rows, delimiter))
    if name.endswith("GZ"):
        file.write_bytes(gzip.compress(file.read_bytes()))
    found = list(read(file))
    assert texts(found) == ['Two lines,\n"quoted"; and \t more.'] * 3
    assert [row.number for row in found] == [2, 3, 4]


def test_columns_go_by_other_names_and_cells_hold_lists(tmp_path: Path) -> None:
    content = "Link,Headline,Content,Authors,Date,family_size\nhttps://a.example/1,T,Isi.,A; B,2026-03-20T12:00Z,3\n"
    (row,) = read(put(tmp_path / "a.csv", content))
    assert isinstance(row, Row)
    assert row.article == Article(
        *("https://a.example/1", "Isi.", "T", "a.example", "a.example", ("A", "B")),
        published=datetime(2026, 3, 20, 12, tzinfo=UTC),
    )


def test_what_an_export_put_before_a_formula_is_taken_off_again(tmp_path: Path) -> None:
    rows = [{"url": "https://a.example/", "text": text} for text in ("'=1+1", "'-5 degrees", "'tis", "''=1", "'")]
    assert texts(list(read(put(tmp_path / "a.csv", as_csv(rows))))) == ["=1+1", "-5 degrees", "'tis", "'=1", "'"]


def test_a_text_longer_than_csv_takes_by_itself_is_whole(tmp_path: Path) -> None:
    limit = csv.field_size_limit()
    text = "kata " * limit
    (row,) = read(put(tmp_path / "a.csv", as_csv([ROWS[0] | {"text": text}])))
    assert isinstance(row, Row)
    assert row.article.text == text
    assert csv.field_size_limit() == limit


@pytest.mark.parametrize(
    ("content", "reasons"),
    [
        ("", []),
        ("a,b\n1,2\n", ["no column for the url; it may be called url, canonical_url, link"]),
        ("url,b\nhttps://a.example/,2\n", ["no column for the text; it may be called text, maintext, plaintext"]),
        ("url,text\nhttps://a.example/,t,more\n\nhttps://a.example/,t\n", ["3 cells under a header of 2", "t"]),
        (b"url,text\nhttps://a.example/,\xff\nhttps://a.example/,t\n", ["not UTF-8 text", "t"]),
        ("url,text\n,t\n", ['no "url" field']),
        ("url,text, text\nhttps://a.example/,t,u\n", ['two columns are called "text"']),
    ],
)
def test_a_table_that_is_wrong_says_what_is(tmp_path: Path, content: str | bytes, reasons: list[str]) -> None:
    found = texts(list(read(put(tmp_path / "a.csv", content))))
    assert len(found) == len(reasons)
    assert all(map(str.startswith, found, reasons))


UNICODE = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-8"]


@pytest.mark.parametrize("encoding", UNICODE)
@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.tsv", "a.json", "a.jsonl", "a.jsonl.gz", "a.txt"])
def test_a_byte_order_mark_tells_how_a_file_is_encoded(tmp_path: Path, encoding: str, name: str) -> None:
    said = "Harga “beras” naik 𝟭𝟬 persen é. " * 5_000
    row = {"url": "https://a.example/1", "text": said.strip()}
    table = as_csv([row], "\t" if "tsv" in name else ",")
    content = said if name == "a.txt" else json.dumps(row, ensure_ascii=False) + "\n" if "json" in name else table
    file = put(tmp_path / name, f"\ufeff{content}".encode(encoding))
    assert texts(list(read(file))) == [said.strip()]


@pytest.mark.parametrize("encoding", UNICODE[:4])
def test_a_file_in_another_encoding_that_breaks_off_keeps_what_came_before(tmp_path: Path, encoding: str) -> None:
    rows = [{"url": f"https://a.example/{number}", "text": f"Teks {number} “a”."} for number in range(9_000)]
    file = put(tmp_path / "a.csv", f"\ufeff{as_csv(rows)}".encode(encoding)[:-1])
    *before, last = texts(list(read(file)))
    assert before == [row["text"] for row in rows][: len(before)]
    assert len(before) > 1_000
    assert last == f"not {encoding[:6].upper()} from here on, as the file begins: it may be cut off"


def test_half_a_surrogate_pair_spoils_its_own_row_only(tmp_path: Path) -> None:
    rows = [json.dumps(ROWS[0]), json.dumps(ROWS[1]).replace("Text", "\ud800"), json.dumps(ROWS[2])]
    file = put(tmp_path / "a.jsonl", "\n".join(["\ufeff" + rows[0], *rows[1:]]).encode("utf-16-le", "surrogatepass"))
    first, second, third = texts(list(read(file)))
    assert (first, third) == ("Text 0.", "Text 2.")
    assert second.startswith("not UTF-8 text; convert the file first")


def test_a_quote_that_never_ends_ends_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_BYTES", 1000)
    content = as_csv(ROWS[:1]) + '"https://a.example/2,t\n' + "https://a.example/3,t\n" * 100
    good, bad = texts(list(read(put(tmp_path / "a.csv", content))))
    assert good == "Text 0."
    assert bad.startswith("no CSV from here on: field larger")


@pytest.mark.parametrize(
    "last", ['"https://a.example/2,t\n', 'https://a.example/2,"y', '"""', 'https://a.example/2,"t\n\n']
)
def test_nor_is_what_follows_taken_for_its_text(tmp_path: Path, last: str) -> None:
    good, bad = read(put(tmp_path / "a.csv", as_csv(ROWS[:1]) + last))
    assert texts([good]) == ["Text 0."]
    assert isinstance(bad, BadRow)
    assert (bad.number, bad.reason.split(":")[0]) == (3, "a quotation mark that is never closed")


def test_with_tabs_quotation_marks_that_quote_nothing_are_text(tmp_path: Path) -> None:
    said = [
        '"Kami siap," kata Bupati.',
        '"Ini kutipan yang tidak ditutup',
        'teks "keempat" di sini',
        '"Lagi satu',
        'tutupnya di sini"',
        '"Terakhir, tidak ditutup',
    ]
    lines = [f"https://a.example/{number}\t{text}\tT" for number, text in enumerate(said)]
    quoted = 'https://a.example/q\t"Kata ""ya"".\nDan lagi."\tT'
    file = put(tmp_path / "a.tsv", "\n".join(["url\ttext\ttitle", quoted, *lines, ""]))
    assert texts(list(read(file))) == ['Kata "ya".\nDan lagi.', *said]
    put(tmp_path / "b.tsv", "\n".join(["url\ttitle\ttext", 'https://a.example/\tT\t"a', 'https://b.example/\tT\tb"']))
    assert texts(list(read(tmp_path / "b.tsv"))) == ['"a', 'b"']


def test_with_commas_a_row_with_a_quotation_mark_out_of_place_is_a_bad_one(tmp_path: Path) -> None:
    rows = [
        'https://a.example/1,"Kami siap," kata Bupati,T',
        "https://a.example/2,Dua,T",
        'https://a.example/3,"Satu',
        'Kata "ya" dan',
        "sisanya, begitu",
        'https://a.example/4,Empat "sekali",T',
    ]
    found = list(read(put(tmp_path / "a.csv", "\n".join(["url,text,title", *rows, ""]))))
    assert [row.number for row in found] == [2, 3, 4, 5, 6]
    assert texts(found) == [
        "a quotation mark inside of quotation marks (twice is how CSV has it)",
        "Dua",
        "a quotation mark inside of quotation marks (twice is how CSV has it), 2 lines",
        "2 cells under a header of 3, behind a quotation mark out of place",
        'Empat "sekali"',
    ]


def test_a_quoted_end_is_one(tmp_path: Path) -> None:
    content = as_csv(ROWS[:1]) + 'https://a.example/2,"Text\n""2"""'
    assert texts(list(read(put(tmp_path / "a.csv", content)))) == ["Text 0.", 'Text\n"2"']


@pytest.mark.parametrize("name", ["a.csv.gz", "a.json.gz"])
def test_a_packed_file_that_breaks_off_ends_with_a_bad_row(tmp_path: Path, name: str) -> None:
    rows = [{"url": f"https://a.example/{number}", "text": f"{number**9}"} for number in range(20_000)]
    file = put(tmp_path / name, as_csv(rows) if "csv" in name else json.dumps(rows))
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    *before, last = read(file)
    assert len(before) > 100
    assert all(isinstance(row, Row) for row in before)
    assert isinstance(last, BadRow)


def as_parquet(file: Path, columns: dict[str, Any], **options: Any) -> Path:
    parquet.write_table(pyarrow.table(columns), file, **options)
    return file


def test_a_parquet_file_is_its_rows(tmp_path: Path) -> None:
    columns = {
        "link": ["https://a.example/0", None, "https://a.example/2"],
        "maintext": ["Text 0.", "Text 1.", "Text 2."],
        "authors": [["A", "B"], [], None],
        "tags": ["a;b", None, ""],
        "date": pyarrow.array([FETCHED, None, FETCHED], pyarrow.timestamp("ns", "UTC")),
        "html": ["<html>"] * 3,
    }
    first, bad, third = read(as_parquet(tmp_path / "a.parquet", columns))
    assert isinstance(first, Row)
    assert isinstance(third, Row)
    assert (first.article.authors, first.article.tags, first.article.published) == (("A", "B"), ("a", "b"), FETCHED)
    assert (third.article.authors, third.article.tags) == ((), ())
    assert str(bad) == f'{tmp_path}/a.parquet:2: no "url" field'


def test_a_parquet_file_that_is_none_or_breaks_off_is_a_bad_row(tmp_path: Path) -> None:
    file = put(tmp_path / "a.parquet", "no Parquet at all")
    (bad,) = read(file)
    assert isinstance(bad, BadRow)
    assert bad.reason.startswith("no Parquet from here on")
    columns = {"url": [f"https://a.example/{n}" for n in range(5000)], "text": [f"{n**9}" for n in range(5000)]}
    whole = as_parquet(file, columns, row_group_size=500, use_dictionary=False).read_bytes()
    middle = len(whole) // 2
    file.write_bytes(whole[:middle] + b"\xff" * 20_000 + whole[middle + 20_000 :])
    *before, last = read(file)
    assert len(before) >= 500
    assert all(isinstance(row, Row) for row in before)
    assert isinstance(last, BadRow)
    assert last.number == len(before) + 1


def test_a_parquet_file_without_the_columns_says_which(tmp_path: Path) -> None:
    (bad,) = texts(list(read(as_parquet(tmp_path / "a.parquet", {"a": [1]}))))
    assert bad.startswith("no column for the url")


@pytest.mark.parametrize("kind", [Format.CSV, Format.PARQUET])
@pytest.mark.parametrize("texts_too", [False, True])
def test_our_tables_come_back_with_their_texts_or_not_at_all(tmp_path: Path, kind: Format, texts_too: bool) -> None:
    silent = replace(ARTICLE, text="")
    made = Snapshot({silent.id: silent}, (Family("f", (silent.id,)),), (Story("s", ("f",)),), (), Recipe())
    write_tables(made, tmp_path, [kind], texts_too)
    (found,) = read(tmp_path / f"articles.{kind}")
    if texts_too:
        assert isinstance(found, Row)
        assert found.article == silent
    else:
        assert isinstance(found, BadRow)
        assert found.reason.startswith("no column for the text")


def test_without_what_reads_parquet_it_is_said_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = as_parquet(tmp_path / "a.parquet", {"a": [1]})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(SourceError, match=r"pip install 'gema-news\[parquet\]'"):
        check(file)


@pytest.mark.parametrize("kind", Format)
@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "'=1",
        "\nA line.",
        "'\n'",
        "\uff1d1",
        "'\uff0b1",
        "\uff0d1",
        "\uff201",
        '-5\r\nline; and "more", \t all',
        "nan",
        "[1]",
        "\u2028x\x85y\x1cz",
    ],
)
def test_what_was_exported_is_read_as_it_was(tmp_path: Path, kind: Format, text: str) -> None:
    article = Article(
        *("https://a.example/1", text, "'@title", "kabar", "a.example", ("A; B", "C", "-D"), FETCHED),
        modified=FETCHED,
        language="id",
        fetched=FETCHED,
        fetched_url="https://a.example/2",
        editors=("E",),
        sources=("S", "T"),
        archived="a.warc.gz#urn:uuid:1",
        marks=("noindex",),
        id="+7",
        published_precision="minute",
        published_from="json-ld",
        section="Ekonomi; Daerah",
        tags=("a",),
        image="https://a.example/3.jpg",
        site_name="Kabar",
    )
    file = tmp_path / f"out.{kind}"
    formats.write_file([Exported(article, "f", "s", 2, True, "https://a.example/0")], file, kind)
    (row,) = read(file)
    assert isinstance(row, Row), row
    assert row.article == article


# --- WARC -------------------------------------------------------------------------------------------


def record(body: bytes, *headers: str, url: str = "https://a.example/1", status: str = "200 OK") -> bytes:
    """Return a WARC/1.0 record as other programs write them; `headers` are those of HTTP."""
    head = [f"HTTP/1.1 {status}", *(headers or ("Content-Type: text/html; charset=utf-8",)), "", ""]
    block = "\r\n".join(head).encode() + body
    lines = [
        *("WARC/1.0", "WARC-Type: response", "WARC-Record-ID: <urn:uuid:11111111-1111-4111-8111-111111111111>"),
        *("WARC-Date: 2016-08-04T07:30:00Z", f"WARC-Target-URI: {url}"),
        *("Content-Type: application/http; msgtype=response", f"Content-Length: {len(block)}", "", ""),
    ]
    return "\r\n".join(lines).encode() + block + b"\r\n\r\n"


def extract(url: str, html: bytes, content_type: str | None, fetched: datetime | None) -> Article | str | None:
    if html == b"<p>none":
        return None
    if html == b"<p>short":
        return "too short"
    if html == b"<p>raise":
        raise ZeroDivisionError("no such thing")
    if html == b"<p>odd":
        return 5  # type: ignore[return-value]
    return Article(url=url, text=html.decode(), section=content_type or "")


HTML = "Content-Type: text/html"


@pytest.mark.parametrize("packed", [lambda records: b"".join(map(gzip.compress, records)), b"".join])
def test_a_warc_file_is_its_pages(tmp_path: Path, packed: Callable[[list[bytes]], bytes]) -> None:
    records = [
        record(b"<p>halo"),
        record(b"GIF", "Content-Type: image/gif"),
        record(b"<p>gone", status="404 Not Found"),
        record(b"<p>none"),
        record(b"<p>short"),
        record(b"<p>raise"),
        record(b"<p>odd"),
        record(b"<p>halo", "X: y"),
    ]
    rows = list(read(put(tmp_path / "a.warc", packed(records)), extract=extract))
    assert [(type(row), row.number) for row in rows] == [
        *((Row, 1), (NoArticle, 2), (NoArticle, 3), (NoArticle, 4), (NoArticle, 5)),
        *((BadRow, 6), (BadRow, 7), (Row, 8)),
    ]
    assert texts(rows) == [
        *("<p>halo", "not HTML", "status 404", "no article to the extractor", "too short"),
        "https://a.example/1: the extractor failed: ZeroDivisionError: no such thing",
        "https://a.example/1: the extractor gave a int, not an Article",
        "<p>halo",
    ]
    assert isinstance(rows[0], Row)
    assert (rows[0].article.section, rows[0].article.fetched) == ("text/html; charset=utf-8", FETCHED)


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (b"4\r\n<p>h\r\n3\r\nalo\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
        (b"<p>halo", "Transfer-Encoding: chunked"),
        (gzip.compress(b"<p>halo", mtime=0), "Content-Encoding: gzip"),
        (b"<p>halo", "Content-Encoding: gzip"),
        (gzip.compress(b"<p>h", mtime=0) + gzip.compress(b"alo", mtime=0), "Content-Encoding: gzip"),
        (gzip.compress(b"<p>halo", mtime=0) + b"what follows", "Content-Encoding: gzip"),
        (gzip.compress(b"<p>halo", mtime=0)[10:-8], "Content-Encoding: deflate"),
        (b"<p>halo", "Content-Encoding: identity"),
    ],
)
def test_what_a_transfer_did_is_undone(tmp_path: Path, body: bytes, header: str) -> None:
    (row,) = read(put(tmp_path / "a.warc", record(body, HTML, header)), extract=extract)
    assert isinstance(row, Row), row
    assert row.article.text == "<p>halo"


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (b"not packed", "Content-Encoding: gzip"),
        (gzip.compress(b"<p>halo", mtime=0)[:-9], "Content-Encoding: gzip"),
        (gzip.compress(b"<p>h", mtime=0) + gzip.compress(b"alo", mtime=0)[:-9], "Content-Encoding: gzip"),
        (b"not packed", "Content-Encoding: br"),
        (b"not packed", "Content-Encoding: zstd"),
        (gzip.compress(b"<p>" + bytes(2**27)), "Content-Encoding: gzip"),
        (gzip.compress(b"<p>") + gzip.compress(bytes(2**20)) * 64, "Content-Encoding: gzip"),
    ],
    ids=["gzip", "cut off", "cut off later", "brotli", "zstd", "bomb", "bomb in pieces"],
)
def test_a_body_that_cannot_be_unpacked_is_a_bad_row(tmp_path: Path, body: bytes, header: str) -> None:
    content = record(body, HTML, header) + record(b"<p>halo")
    bad, good = texts(list(read(put(tmp_path / "a.warc", content), extract=extract)))
    assert bad == "https://a.example/1: its body cannot be decompressed"
    assert good == "<p>halo"


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_a_warc_file_that_breaks_off_or_is_none(tmp_path: Path, name: str) -> None:
    whole = record(b"<p>halo " + bytes(range(256)).hex().encode())
    if name.endswith("gz"):
        whole = gzip.compress(whole, mtime=0)
    file = tmp_path / name
    file.write_bytes(whole + whole[: len(whole) * 3 // 4])
    good, bad = texts(list(read(file, extract=extract)))
    assert good.startswith("<p>halo")
    assert bad.endswith((": cut off", "cannot be read from here on"))
    file.write_bytes(whole + b"nonsense\n" * 20)
    good, bad = texts(list(read(file, extract=extract)))
    assert bad.startswith("the file cannot be read from here on")
    file.write_bytes(b"nonsense\n" * 20)
    (bad,) = texts(list(read(file, extract=extract)))
    assert bad.startswith("the file cannot be read from here on")


def test_without_an_extractor_a_warc_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="--extractor"):
        list(read(put(tmp_path / "a.warc", record(b"<p>halo"))))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nonsense", "names no function of a module"),
        ("json:", "names no function of a module"),
        ("no_such_module:article", "cannot be loaded: ModuleNotFoundError"),
        ("json:no_such_function", "json has no function no_such_function"),
        ("sys:path", "sys has no function path"),
        ("..:x", "cannot be loaded"),
    ],
)
def test_an_extractor_that_cannot_be_had_is_an_error(name: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        extractor(name)


# --- folders, and all kinds -------------------------------------------------------------------------


def test_a_folder_is_its_files_by_name_those_of_other_kinds_counted(tmp_path: Path) -> None:
    for name in ("b/2.txt", "b/1.jsonl", "a/c/3.csv", "z.warc.gz", "a.json", "b/image.png", "note", ".hidden.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.txt").touch()
    found = files_in([tmp_path, tmp_path / "note"])
    names = [str(file.relative_to(tmp_path)) for file in found.files]
    assert names == ["a.json", "z.warc.gz", "a/c/3.csv", "b/1.jsonl", "b/2.txt", "note"]
    assert found.others == 2


def test_a_folder_without_any_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "note").touch()
    with pytest.raises(SourceError, match="no file in this folder is of a known kind"):
        files_in([tmp_path])


LINE = b'{"url": "https://a.example/", "text": "' + b"kata " * 200 + b'"}\n'


@pytest.mark.parametrize(
    ("begin", "more", "reader"),
    [
        (LINE, LINE, json_rows.lines),
        (b"[", LINE + b",", json_rows.items),
        (b"url,text\n", b"https://a.example/," + b"kata " * 200 + b"\n", tables.csv_rows),
    ],
    ids=["lines", "array", "csv"],
)
def test_no_more_is_read_than_the_rows_that_are_asked_for(begin: bytes, more: bytes, reader: Any) -> None:
    stream = io.BufferedReader(Endless(begin, more, 2 * 2**20))
    rows = reader(stream)
    for _ in range(1000):
        _, fields = next(rows)
        assert fields["text"].startswith("kata")
    rows.close()


class Counted(io.BytesIO):
    """A file that counts what is read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


def test_parquet_and_warc_are_read_in_pieces(tmp_path: Path) -> None:
    noise = random.Random(5).randbytes
    words = [noise(500).hex() for _ in range(4000)]
    columns = {"url": [f"https://a.example/{n}" for n in range(4000)], "text": words}
    table = Counted(as_parquet(tmp_path / "a.parquet", columns, row_group_size=500).read_bytes())
    assert next(tables.parquet_rows(table))[0] == 1
    assert 0 < table.taken < len(table.getvalue()) / 3
    pages = Counted(b"".join(gzip.compress(record(b"<p>" + word.encode())) for word in words))
    assert isinstance(next(warc.rows(tmp_path, pages, extract)), Row)
    assert 0 < pages.taken < len(pages.getvalue()) / 3


def test_how_far_a_file_is_read_is_told(tmp_path: Path) -> None:
    file = put(tmp_path / "a.jsonl", LINE * 100)
    told: list[int] = []
    list(read(file, tell=told.append))
    assert len(told) == 100
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] == file.stat().st_size


@given(content=st.binary(max_size=300), name=st.sampled_from(["a.json", "a.csv", "a.tsv", "a.csv.gz", "a.parquet"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_make_reading_fail(tmp_path: Path, content: bytes, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    assert all(isinstance(row, Row | BadRow) for row in read(file))


@given(content=st.binary(max_size=100), at=st.integers(0, 400), name=st.sampled_from(["a.warc", "a.warc.gz"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_make_reading_pages_fail(tmp_path: Path, content: bytes, at: int, name: str) -> None:
    file = tmp_path / name
    whole = gzip.compress(record(b"<p>halo")) if name.endswith("gz") else record(b"<p>halo")
    file.write_bytes(whole[:at] + content + whole[at + len(content) :])
    assert all(isinstance(row, Row | BadRow | NoArticle) for row in read(file, extract=extract))
