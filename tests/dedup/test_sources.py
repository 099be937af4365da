"""Files in, articles or bad rows out."""

import gzip
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dedup.errors import SourceError
from dedup.records import Article, article_id
from dedup.sources import BadRow, Row, check, read, refuse_taken_ids, titled
from tests.shared import SHARED

SAMPLES = SHARED / "samples"


def written(folder: Path, *rows: dict[str, Any] | str, name: str = "articles.jsonl") -> Path:
    file = folder / name
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    content = ("\n".join(lines) + "\n").encode()
    file.write_bytes(gzip.compress(content) if name.lower().endswith(".gz") else content)
    return file


def only_article(file: Path) -> Article:
    (row,) = read(file)
    assert isinstance(row, Row), row
    return row.article


def only_reason(file: Path) -> str:
    (row,) = read(file)
    assert isinstance(row, BadRow), row
    return row.reason


def test_a_row_with_every_field_keeps_them(tmp_path: Path) -> None:
    row = {
        "id": "x1",
        "url": "https://www.kabar.example/a",
        "title": "A  title",
        "text": "Some text.",
        "site": "kabar",
        "published": "2026-03-20T19:00:00+07:00",
        "language": "id",
        "authors": ["Ratna", "Damar"],
    }
    assert only_article(written(tmp_path, row)) == Article(
        url="https://www.kabar.example/a",
        text="Some text.",
        title="A title",
        site="kabar",
        host="www.kabar.example",
        authors=("Ratna", "Damar"),
        published=datetime(2026, 3, 20, 12, tzinfo=UTC),
        language="id",
        id="x1",
    )


def test_what_our_export_has_besides_is_read_and_what_others_mean_by_it_is_not(tmp_path: Path) -> None:
    row = {"url": "https://kabar.example/a", "text": "t"}
    ours = only_article(written(tmp_path, row | {"tags": ["pasar", "sungai"], "section": "Ekonomi", "agency": "ANTAR"}))
    assert (ours.tags, ours.section, ours.agency) == (("pasar", "sungai"), "Ekonomi", "ANTAR")
    theirs = only_article(written(tmp_path, row | {"tags": "pasar", "image": {"url": "x"}, "editors": [1]}))
    assert (theirs.tags, theirs.image, theirs.editors) == ((), "", ())


def test_what_a_row_leaves_out_follows_from_its_address(tmp_path: Path) -> None:
    found = only_article(written(tmp_path, {"url": "https://news.kabar.co.id/a", "text": "t"}))
    assert (found.id, found.site, found.host) == (article_id(found.url), "kabar.co.id", "news.kabar.co.id")
    assert (found.title, found.language, found.published, found.authors) == ("", "und", None, ())


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("foo.blogspot.com", "foo.blogspot.com"),
        ("www.bbc.co.uk", "bbc.co.uk"),
        ("m.kabar-timur.test", "kabar-timur.test"),
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "localhost"),
    ],
)
def test_a_site_is_a_registered_domain(tmp_path: Path, host: str, site: str) -> None:
    assert only_article(written(tmp_path, {"url": f"https://{host}/a", "text": "t"})).site == site


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.jsonl.gz", "A.NDJSON.GZ"])
def test_json_lines_are_read_under_every_name(tmp_path: Path, name: str) -> None:
    assert only_article(written(tmp_path, {"url": "https://a.example/", "text": "t"}, name=name)).text == "t"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('{"url": "https://a.example/"}', 'no "text" field'),
        ('{"text": "t"}', 'no "url" field'),
        ('{"url": "https://a.example/", "text": 5}', '"text" is not a string'),
        ('["https://a.example/", "t"]', "not a JSON object"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"url": "https://[/", "text": "t"}', '"url" is no address'),
        (
            '{"url": "https://a.example/", "text": "t", "published": "yesterday"}',
            '"published" is no time that can be read',
        ),
        ('{"url": "https://a.example/", "text": "t", "published": "0001-01-01T00:00+14:00"}', '"published" is no time'),
        ('{"url": "https://a.example/", "text": "t", "authors": [1]}', '"authors" is not a list of strings'),
        ('{"url": "https://a.example/", "text": "t", "id": "' + "x" * 256 + '"}', '"id" is longer than 255'),
    ],
)
def test_a_bad_row_says_what_is_wrong_with_it(tmp_path: Path, row: str, reason: str) -> None:
    assert reason in only_reason(written(tmp_path, row))


def test_a_bad_row_names_file_and_line_and_does_not_stop_the_others(tmp_path: Path) -> None:
    good = {"url": "https://a.example/", "text": "t"}
    file = written(tmp_path, good, "", {"url": "https://b.example/"}, good | {"url": "https://c.example/"})
    rows = list(read(file))
    assert [row.number for row in rows] == [1, 3, 4]
    assert str(rows[1]) == f'{file}:3: no "text" field'
    assert [row.article.url for row in rows if isinstance(row, Row)] == ["https://a.example/", "https://c.example/"]


def test_bytes_that_are_no_text_are_a_bad_row(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"url": "https://a.example/", "text": "\xff"}\n')
    assert only_reason(file) == "not UTF-8 text; convert the file first, for example with iconv"


def test_a_gzip_file_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    rows = [{"url": f"https://a.example/{n}", "text": os.urandom(40).hex()} for n in range(2000)]
    file = written(tmp_path, *rows, name="a.jsonl.gz")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    *before, last = read(file)
    assert len(before) > 100
    assert all(isinstance(row, Row) for row in before)
    assert isinstance(last, BadRow)
    assert "cannot be read from here on" in last.reason


def test_a_time_without_a_zone_is_of_the_zone_that_was_asked_for(tmp_path: Path) -> None:
    file = written(tmp_path, {"url": "https://a.example/", "text": "t", "published": "2026-03-20 19:00"})
    (row,) = read(file, ZoneInfo("Asia/Jakarta"))
    assert isinstance(row, Row)
    assert row.article.published == datetime(2026, 3, 20, 12, tzinfo=UTC)


def test_what_no_database_keeps_is_replaced(tmp_path: Path) -> None:
    found = only_article(written(tmp_path, '{"url": "https://a.example/", "text": "a\\u0000b\\ud800c"}'))
    assert found.text == "a\ufffdb\ufffdc"


@pytest.mark.parametrize("name", ["a.docx", "a", "nowhere.jsonl", "."])
def test_what_cannot_be_read_at_all_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.docx").touch()
    (tmp_path / "a").touch()
    with pytest.raises(SourceError, match=r"kind of file|No such file"):
        check(tmp_path / name)


def test_a_folder_is_an_error_that_shows_what_to_type(tmp_path: Path) -> None:
    folder = tmp_path / "texts.txt"
    folder.mkdir()
    with pytest.raises(SourceError, match=r"a folder, not a file\. Like this: .*texts\.txt/\*"):
        check(folder)


def test_an_id_that_belongs_to_another_address_is_a_bad_row() -> None:
    def row(number: int, name: str, url: str) -> Row:
        return Row(Path("a.jsonl"), number, Article(url=url, text="t", id=name))

    def held(ids: Sequence[str]) -> dict[str, str]:
        return {name: url for name, url in {"old": "https://old.example/"}.items() if name in ids}

    rows: list[Row | BadRow] = [
        row(1, "new", "https://a.example/"),
        row(2, "new", "https://a.example/"),
        row(3, "new", "https://b.example/"),
        row(4, "old", "https://c.example/"),
        row(5, "old", "https://old.example/"),
        BadRow(Path("a.jsonl"), 6, "was bad before"),
    ]
    checked = list(refuse_taken_ids(rows, held, lambda _: {}))
    assert [each.number for each in checked if isinstance(each, BadRow)] == [3, 4, 6]
    assert "belongs to https://old.example/ already" in str(checked[3])


def test_an_id_that_came_with_a_known_address_is_nobodys() -> None:
    def row(number: int, name: str, url: str) -> Row:
        return Row(Path("a.jsonl"), number, Article(url=url, text="t", id=name))

    def ids(urls: Sequence[str]) -> dict[str, str]:
        return {url: name for url, name in {"https://old.example/": "old"}.items() if url in urls}

    rows = [
        row(1, "", "https://a.example/"),
        row(2, "mine", "https://a.example/"),
        row(3, "mine", "https://b.example/"),
        row(4, "other", "https://b.example/"),
        row(5, "other", "https://c.example/"),
        row(6, "third", "https://old.example/"),
        row(7, "third", "https://d.example/"),
        row(8, "mine", "https://e.example/"),
    ]
    checked = refuse_taken_ids(rows, lambda _: {}, ids)
    assert [each.number for each in checked if isinstance(each, BadRow)] == [8]


# --- text files -------------------------------------------------------------------------------------


def test_a_text_file_is_an_article_of_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "koran lama"
    folder.mkdir()
    file = folder / "satu.txt"
    file.write_text("\n\nJudul Berita\n\nIsi berita.\nBaris kedua.\n", encoding="utf-8")
    found = only_article(file)
    assert (found.title, found.text, found.site) == ("Judul Berita", "Isi berita.\nBaris kedua.", "koran lama")
    assert found.url.startswith("file:///")
    assert found.url.endswith("/koran%20lama/satu.txt")
    assert found.published is None


@pytest.mark.parametrize(
    ("content", "title", "text"),
    [
        ("One line only", "", "One line only"),
        ("Judul\r\nIsi.", "Judul", "Isi."),
        ("Benarkah begitu?\nIsi.", "Benarkah begitu?", "Benarkah begitu?\nIsi."),
        ("Ia berkata: “Cukup.”\nIsi.", "Ia berkata: “Cukup.”", "Ia berkata: “Cukup.”\nIsi."),
        ("kata " * 26 + "\nIsi.", "", "kata " * 26 + "\nIsi."),
        ("kata " * 25 + "\nIsi.", ("kata " * 25).strip(), "Isi."),
    ],
)
def test_a_short_first_line_is_the_title(content: str, title: str, text: str) -> None:
    assert titled(content) == (title, text)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b" \n\n", "the file holds no text"),
        ("\ufeff\n".encode("utf-16-le"), "the file holds no text"),
        (b"Harga \x93naik\x94", "not UTF-8 text; convert the file first, for example with iconv"),
    ],
)
def test_a_text_file_without_text_is_a_bad_row(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(content)
    assert only_reason(file) == reason


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples lie in GEMA_SHARED, which is not here")
def test_no_word_of_the_samples_is_lost() -> None:
    files = sorted(SAMPLES.glob("*.txt"))
    assert len(files) == 5
    for file in files:
        found = only_article(file)
        assert f"{found.title} {found.text}".split() == file.read_text(encoding="utf-8-sig").split()


@given(content=st.binary(max_size=300), name=st.sampled_from(["a.txt", "a.jsonl", "a.jsonl.gz"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_make_reading_fail(tmp_path: Path, content: bytes, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    assert all(isinstance(row, Row | BadRow) for row in read(file))


@given(st.text())
def test_a_title_and_a_text_hold_all_words_of_a_file(content: str) -> None:
    title, text = titled(content)
    assert set(content.split()) == set(title.split()) | set(text.split())
