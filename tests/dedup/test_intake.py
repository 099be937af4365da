"""`dedup import` from the outside: every kind of file, what is left out, and --strict."""

import gzip
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow
import pytest
from pyarrow import parquet

from dedup import Article, Corpus, cli

URL = "https://a.example/"


@dataclass(frozen=True, slots=True)
class Left:
    """How a command left, and what it printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Left]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Return what runs `dedup import` with these arguments on a corpus of the test's own."""
    monkeypatch.setenv("CORPUS_URL", f"sqlite:///{tmp_path}/corpus.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path.copy())

    def go(*arguments: object) -> Left:
        with pytest.raises(SystemExit) as left:
            cli.main(["import", *map(str, arguments)])
        captured = capsys.readouterr()
        return Left(int(left.value.code or 0), captured.out, captured.err)

    yield go
    sys.modules.pop("my_module", None)


def stored() -> dict[str, Article]:
    with Corpus.open() as corpus:
        return {article.url: article for article in corpus.articles()}


def lines(file: Path, *rows: dict[str, str]) -> Path:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def page(url: str, body: str, status: str = "200 OK") -> bytes:
    """Return a packed WARC record with a page in HTML."""
    block = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{body}".encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-03-20T12:00:00Z\r\n"
        "WARC-Record-ID: <urn:uuid:11111111-1111-4111-8111-111111111111>\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n")


MY_MODULE = """
from dedup import Article

def article(url, html, content_type, fetched):
    if b"halo" not in html:
        return None
    return Article(url=url, text=html.decode())

def by_address(url, html, content_type, fetched):
    raise ValueError("\\x1b[31mthree\\nlines\\n")

broken = 5
"""


def test_a_folder_of_every_kind(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "found"
    folder.mkdir()
    (folder / "items.json").write_text(json.dumps([{"link": f"{URL}1", "content": "Text 1."}]))
    (folder / "table.csv").write_text(f"loc,article\n{URL}2,Text 2.\n")
    parquet.write_table(pyarrow.table({"url": [f"{URL}3"], "maintext": ["Text 3."]}), folder / "t.parquet")
    (folder / "old.warc.gz").write_bytes(page(f"{URL}4", "halo") + page(f"{URL}5", "gone", "404 Not Found"))
    (folder / "one.txt").write_text("Judul\nIsi berita.\n")
    lines(folder / "more.jl", {"url": f"{URL}6", "body": "Text 6."})
    (folder / "photo.png").touch()
    (tmp_path / "my_module.py").write_text(MY_MODULE)

    left = run("--extractor", "my_module:article", "--as-is", folder)
    assert left.out == "imported: 6 new, 0 changed, 0 known already\nnot articles: 1 (1 status 404)\n"
    assert left.err == "dedup: passed over in these folders: 1 file of another kind\n"
    assert left.code == 0
    assert {f"{URL}{number}" for number in (1, 2, 3, 4, 6)} < set(stored())


def test_pages_are_read_by_what_is_installed(run: Run, tmp_path: Path) -> None:
    words = "Warga desa menanam bakau di tepi sungai agar tanah tidak hanyut saat banjir datang pada musim hujan. "
    body = f"<html><head><title>Bakau</title></head><body><article><h1>Bakau</h1><p>{words * 3}</p></article></body>"
    body = body.replace("</head>", '<meta property="og:type" content="article"></head>')
    file = tmp_path / "a.warc.gz"
    file.write_bytes(page(f"{URL}2026/03/20/bakau-di-tepi-sungai", body) + page(URL, "<html><body>Home"))
    left = run(file)
    assert left == Left(0, "imported: 1 new, 0 changed, 0 known already\nnot articles: 1 (1 not-article)\n", "")
    (found,) = stored().values()
    assert (found.title, str(found.fetched)) == ("Bakau", "2026-03-20 12:00:00+00:00")
    assert "menanam bakau" in found.text


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nonsense", "'nonsense' names no function of a module. Like this: --extractor "),
        ("no_such:article", "the extractor 'no_such:article' cannot be loaded: ModuleNotFoundError"),
        ("my_module:nothing", "my_module has no function nothing. Like this: --extractor "),
        ("my_module:broken", "my_module has no function broken"),
    ],
)
def test_an_extractor_that_cannot_be_had_stops_before_anything(
    run: Run, tmp_path: Path, name: str, message: str
) -> None:
    (tmp_path / "my_module.py").write_text(MY_MODULE)
    file = lines(tmp_path / "a.jsonl", {"url": URL, "text": "t"})
    left = run("--extractor", name, file)
    assert (left.code, left.out) == (2, "")
    assert message in left.err
    assert stored() == {}


def test_an_extractor_that_raises_costs_a_row_said_in_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "my_module.py").write_text(MY_MODULE)
    file = tmp_path / "a.warc.gz"
    file.write_bytes(page(URL, "halo"))
    left = run("--extractor", "my_module:by_address", file)
    assert left.code == 2
    first, last = left.err.splitlines()
    assert first == f"{file}:1: {URL}: the extractor failed: ValueError: \ufffd[31mthree lines"
    assert last == "dedup: 1 bad row left out"


def test_two_rows_of_one_address_are_one_article_and_a_change(run: Run, tmp_path: Path) -> None:
    same = lines(tmp_path / "same.jsonl", {"url": URL, "text": "A text."}, {"url": URL, "text": "A text."})
    assert run(same).out == "imported: 1 new, 0 changed, 1 known already\n"
    other = lines(tmp_path / "b.jsonl", {"url": f"{URL}b", "text": "A text."}, {"url": f"{URL}b", "text": "Another."})
    assert run(other).out == "imported: 1 new, 1 changed, 0 known already\n"
    assert stored()[f"{URL}b"].text == "Another."


def test_rows_with_another_zone_are_told_as_other_details(run: Run, tmp_path: Path) -> None:
    file = lines(tmp_path / "a.jsonl", {"url": URL, "text": "A text.", "published": "2026-11-03 10:00"})
    run(file)
    assert (
        run("--zone", "Asia/Jakarta", file).out == "imported: 0 new, 0 changed, 1 with other details, 0 known already\n"
    )
    assert run("--zone", "Asia/Jakarta", file).out == "imported: 0 new, 0 changed, 1 known already\n"
    assert stored()[URL].published == datetime(2026, 11, 3, 3, tzinfo=UTC)


def test_an_id_that_a_known_address_came_with_is_free(run: Run, tmp_path: Path) -> None:
    first = lines(tmp_path / "a.jsonl", {"url": URL, "text": "t"}, {"url": URL, "text": "t", "id": "mine"})
    assert run(first).code == 0
    again = lines(
        tmp_path / "b.jsonl", {"url": URL, "text": "t", "id": "mine"}, {"url": f"{URL}b", "text": "t", "id": "mine"}
    )
    assert run(again) == Left(0, "imported: 1 new, 0 changed, 1 known already\n", "")
    assert stored()[f"{URL}b"].id == "mine"


def test_a_row_that_says_less_erases_nothing(run: Run, tmp_path: Path) -> None:
    full = {"url": URL, "text": "A text.", "title": "T", "published": "2025-06-19T01:00:00Z", "agency": "Antara"}
    run(lines(tmp_path / "full.jsonl", full, {"url": URL, "text": "A text."}))
    before = stored()
    assert (before[URL].title, before[URL].agency, before[URL].published is None) == ("T", "Antara", False)
    assert run(lines(tmp_path / "less.jsonl", {"url": URL, "text": "A text."})).out.endswith("1 known already\n")
    assert stored() == before


def test_strict_takes_in_nothing_when_one_row_is_bad(run: Run, tmp_path: Path) -> None:
    good = lines(tmp_path / "a.jsonl", {"url": URL, "text": "t"}, {"url": f"{URL}b", "text": "t", "id": "7"})
    bad = lines(tmp_path / "b.jsonl", {"url": f"{URL}c", "text": "t"}, {"url": f"{URL}e"}, {"text": "t"})
    left = run("--strict", good, bad)
    assert (left.code, left.out) == (2, "")
    assert left.err == f'dedup: {bad}:2: no "text" field\ndedup: nothing was imported, because of --strict\n'
    taken = lines(tmp_path / "c.jsonl", {"url": f"{URL}d", "text": "t", "id": "7"})
    assert "belongs to" in run("--strict", good, taken).err
    assert stored() == {}
    assert run("--strict", good) == Left(0, "imported: 2 new, 0 changed, 0 known already\n", "")


def test_a_row_without_a_text_or_an_address_is_named_and_left_out(run: Run, tmp_path: Path) -> None:
    blank, bare = {"url": f"{URL}b", "text": " "}, {"url": "a.example/c", "text": "t"}
    file = lines(tmp_path / "a.jsonl", {"url": f"{URL}#komentar", "text": "t"}, blank, bare)
    left = run(file)
    assert (left.code, left.out) == (2, "imported: 1 new, 0 changed, 0 known already\n")
    assert left.err.splitlines() == [
        f'{file}:2: "text" is empty: a row without a text is no article',
        f"{file}:3: \"url\" is no address: 'a.example/c'; did you mean https://a.example/c?",
        "dedup: 2 bad rows left out",
    ]
    assert list(stored()) == [URL]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl.gz", b"\x1f\x8b\x08nonsense"),
        ("a.json", b"[{"),
        ("a.csv", b"\xff\xfeu"),
        ("a.parquet", b"PAR1 nonsense PAR1"),
        ("a.warc.gz", b"nonsense"),
        ("a.warc", b"nonsense"),
        ("a.txt", b""),
    ],
)
def test_a_broken_file_is_one_bad_row_and_the_next_goes_in(run: Run, tmp_path: Path, name: str, content: bytes) -> None:
    broken = tmp_path / name
    broken.write_bytes(content)
    left = run(broken, lines(tmp_path / "b.jsonl", {"url": URL, "text": "t"}))
    assert (left.code, left.out) == (2, "imported: 1 new, 0 changed, 0 known already\n")
    assert left.err.startswith(f"{broken}:1: ")
    assert left.err.endswith("\ndedup: 1 bad row left out\n")
    assert left.err.count("\n") == 2


def test_a_folder_without_files_to_read_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    left = run(tmp_path / "empty")
    assert (left.code, left.out) == (2, "")
    assert "no file in this folder is of a known kind: .jsonl," in left.err


def test_what_cannot_be_read_in_a_folder_keeps_nothing_else_out(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    lines(folder / "a.jsonl", {"url": URL, "text": "t"})
    (folder / "b.jsonl").symlink_to(tmp_path / "nowhere")
    left = run(folder)
    assert (left.code, left.out) == (2, "imported: 1 new, 0 changed, 0 known already\n")
    assert left.err == f"{folder / 'b.jsonl'}:1: a link that leads nowhere\ndedup: 1 bad row left out\n"
    assert run("--strict", folder).err.endswith("nothing was imported, because of --strict\n")
    assert run(folder / "b.jsonl").err.endswith("No such file or directory\n")


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.csv.gz", "a.jsonl", "a.json"])
def test_an_empty_file_holds_nothing(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert run(tmp_path / name) == Left(0, "imported: 0 new, 0 changed, 0 known already\n", "")


def test_times_that_are_none_are_counted(run: Run, tmp_path: Path) -> None:
    file = lines(
        tmp_path / "a.jsonl",
        {"url": URL, "text": "t", "modified": "", "fetched": "None", "scraped_at": "2026-03-20T12:00Z"},
        {"url": f"{URL}b", "text": "t", "lastmod": "kemarin", "fetched": "lusa"},
        {"url": f"{URL}c", "text": "t", "modified": "kemarin", "updated_at": "2026-03-20T12:00Z"},
        {"url": f"{URL}d", "text": "t", "fetched": "25:00"},
    )
    left = run(file)
    assert (left.code, left.err) == (0, "")
    assert left.out == (
        "imported: 4 new, 0 changed, 0 known already\n"
        f"times left out, as they are none: 3 (the first: {file}:2: \"lastmod\" is no time: 'kemarin')\n"
    )
    assert stored()[f"{URL}b"].modified is None


def test_where_a_text_says_it_is_from_is_read(run: Run, tmp_path: Path) -> None:
    text = "Air sungai naik sejak Senin malam, dilansir Kabar Timur, Selasa (6/1).\nWarga mulai pulang. (hulu/ant)"
    rows = {"url": URL, "text": text}, {"url": f"{URL}b", "text": text, "agency": "AFP"}
    folder = tmp_path / "hulu"
    folder.mkdir()
    (folder / "c.txt").write_text(text)
    lines(folder / "a.jsonl", *rows)
    assert run("--no-credits", folder).out == "imported: 3 new, 0 changed, 0 known already\n"
    assert {(article.agency, article.sources) for article in stored().values()} == {("", ()), ("AFP", ())}
    assert run(folder).out == "imported: 0 new, 0 changed, 2 with other details, 1 known already\n"
    found = stored()
    assert found.pop(f"{URL}b").sources == ()
    assert {(article.agency, article.sources) for article in found.values()} == {("ant", ("Kabar Timur",))}
    assert {article.text for article in stored().values()} == {text}


def test_the_help_names_what_is_known(run: Run) -> None:
    out = run("--help").out
    for word in (
        "maintext",
        "publishing_date",
        "trafilatura",
        "pub_date",
        ".parquet",
        ".warc",
        "--strict",
        "--no-credits",
        "exit code",
    ):
        assert word in out
