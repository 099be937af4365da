"""The archive: what goes in comes out, other tools can read it, and a crash costs one record."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from crawler.archive import Archive, Exchange, located_pages, page_at, pages, recover

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


def exchange(
    body: bytes = b"<p>halo", url: str = "https://a.example/berita?id=1", status: int = 200, **headers: str
) -> Exchange:
    received = (
        ("Content-Type", "text/html; charset=utf-8"),
        *((name.replace("_", "-"), value) for name, value in headers.items()),
    )
    return Exchange(url, "GET", (("User-Agent", "Gema"),), status, received, body, "93.184.215.14", NOW)


def write(folder: Path, *exchanges: Exchange, most_bytes: int = 10**9) -> list[str]:
    archive = Archive(folder, "gema-test", most_bytes)
    with archive.batch():
        places = [archive.write(each) for each in exchanges]
    archive.close()
    return places


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    (place,) = write(tmp_path, exchange("<p>Café di Jakarta</p>".encode()))
    path = only_file(tmp_path)
    assert path.name == "gema-test-001.warc.gz"
    (page,) = pages(path)
    assert page.url == "https://a.example/berita?id=1"
    assert page.body == "<p>Café di Jakarta</p>".encode()
    assert page.content_type == "text/html; charset=utf-8"
    assert page.fetched_at == NOW
    (located,) = located_pages(path)
    assert located.place == place
    assert place.startswith("gema-test-001.warc.gz#urn:uuid:")


def test_bodies_are_kept_as_sent_and_unpacked_when_read(tmp_path: Path) -> None:
    text = b"<p>" + b"kata " * 1000
    packed = gzip.compress(text)
    write(tmp_path, exchange(packed, Content_Encoding="gzip", Transfer_Encoding="chunked"))
    path = only_file(tmp_path)
    assert next(pages(path)).body == text
    with path.open("rb") as file:
        record = next(each for each in ArchiveIterator(file) if each.rec_type == "response")
        assert record.raw_stream.read() == packed
        assert record.http_headers.get_header("Content-Encoding") == "gzip"
        assert record.http_headers.get_header("Transfer-Encoding") is None


def test_requests_and_repeated_headers_are_kept(tmp_path: Path) -> None:
    cookies = (("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
    whole = exchange()
    write(tmp_path, Exchange(whole.url, "GET", whole.sent, 200, whole.received + cookies, b"x", whole.address, NOW))
    with only_file(tmp_path).open("rb") as file:
        records = {}
        for record in ArchiveIterator(file):
            records[record.rec_type] = record
            if record.rec_type == "response":
                got = [value for name, value in record.http_headers.headers if name == "Set-Cookie"]
    assert got == ["a=1", "b=2"]
    assert records["response"].http_headers.statusline == "200 OK"
    assert records["response"].rec_headers.get_header("WARC-IP-Address") == "93.184.215.14"
    assert records["response"].rec_headers.get_header("WARC-Date") == "2026-03-05T12:00:00.000000Z"
    request = records["request"]
    assert request.http_headers.protocol == "GET"
    assert request.http_headers.statusline == "/berita?id=1 HTTP/1.1"
    assert request.http_headers.get_header("Host") == "a.example"
    assert request.rec_headers.get_header("WARC-Concurrent-To") == records["response"].rec_headers.get_header(
        "WARC-Record-ID"
    )


def test_only_pages_that_answered_are_pages(tmp_path: Path) -> None:
    write(tmp_path, exchange(status=404), exchange(b"", status=304), exchange(b"yes"), exchange(status=799))
    assert [page.body for page in pages(only_file(tmp_path))] == [b"yes"]


def test_files_are_rotated_by_size_and_all_are_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bodies = [bytes([number]) * 3000 for number in range(12)]
    write(
        tmp_path,
        *(exchange(body, f"https://a.example/{number}") for number, body in enumerate(bodies)),
        most_bytes=4000,
    )
    files = sorted(tmp_path.iterdir())
    assert len(files) > 1
    assert [page.body for file in files for page in pages(file)] == bodies
    assert check(files, capsys)


def check(files: list[Path], capsys: pytest.CaptureFixture[str]) -> bool:
    """Tell whether `warcio check` finds every digest right; it says nothing then."""

    class Options:
        inputs = tuple(map(str, files))
        verbose = False

    failed = Checker(Options()).process_all()
    return not failed and "FAIL" not in capsys.readouterr().out


def test_the_check_finds_a_changed_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, exchange(b"genuine"))
    changed = tmp_path / "changed.warc"
    changed.write_bytes(gzip.decompress(only_file(tmp_path).read_bytes()).replace(b"genuine", b"changed"))
    assert not check([changed], capsys)


def test_a_name_that_is_taken_is_not_written_over(tmp_path: Path) -> None:
    write(tmp_path, exchange(b"first"))
    write(tmp_path, exchange(b"second"))
    assert [page.body for file in sorted(tmp_path.iterdir()) for page in pages(file)] == [b"first", b"second"]


def test_a_page_is_found_again_by_its_offset(tmp_path: Path) -> None:
    write(tmp_path, *(exchange(f"body {number}".encode(), f"https://a.example/{number}") for number in range(5)))
    for located in list(located_pages(only_file(tmp_path))):
        assert page_at(located.path, located.offset) == located.page


def test_a_file_cut_off_by_a_crash_is_whole_up_to_its_last_member(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, exchange(b"safe", "https://a.example/1"), exchange(b"torn" * 100, "https://a.example/2"))
    whole = only_file(tmp_path).read_bytes()
    only_file(tmp_path).unlink()
    torn = tmp_path / "gema-test-001.warc.gz.open"
    for cut in range(1, len(whole), 97):
        torn.write_bytes(whole[:cut])
        (path,) = recover(tmp_path)
        assert path.name == "gema-test-001.warc.gz"
        assert [page.body for page in pages(path)] in ([], [b"safe"], [b"safe", b"torn" * 100])
        assert check([path], capsys)
        path.unlink()


def test_a_file_that_another_process_writes_is_left_alone(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "gema-test", 10**9)
    archive.write(exchange())
    assert recover(tmp_path) == []
    archive.close()
    assert only_file(tmp_path).name == "gema-test-001.warc.gz"


def test_what_a_batch_wrote_is_on_disk_when_it_ends(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "gema-test", 10**9)
    with archive.batch():
        archive.write(exchange(b"here"))
    open_file = only_file(tmp_path)
    assert open_file.suffix == ".open"
    assert [page.body for page in pages(open_file)] == [b"here"]
    archive.close()


_TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30).map(str.strip)
_HEADERS = st.lists(st.tuples(st.sampled_from(["X-One", "X-Two", "Set-Cookie"]), _TEXT), max_size=5)


@settings(max_examples=50, deadline=None)
@given(bodies=st.lists(st.binary(max_size=500), min_size=1, max_size=6), headers=_HEADERS)
def test_any_bytes_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes], headers: list[tuple[str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("law")
    plain = exchange()
    write(folder, *(Exchange(plain.url, "GET", (), 200, tuple(headers), body, "", NOW) for body in bodies))
    assert [page.body for page in pages(only_file(folder))] == bodies
