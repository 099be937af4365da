"""The archive: what goes in comes out, other tools can read it, and a crash costs one record."""

import gzip
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from crawler.archive import Archive, recover
from crawler.archived import Joined, Located, located_pages, page_at, pages, pages_and_joins
from crawler.exchange import Earlier, Exchange, Kept
from tests.crawler.crawls import PROJECT

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


def exchange(
    body: bytes = b"<p>halo",
    url: str = "https://a.example/berita?id=1",
    status: int = 200,
    at: datetime = NOW,
    via: str = "",
    earlier: Earlier | None = None,
    **headers: str,
) -> Exchange:
    received = (
        ("Content-Type", "text/html; charset=utf-8"),
        *((name.replace("_", "-"), value) for name, value in headers.items()),
    )
    sent = (("User-Agent", "Gema"),)
    return Exchange(url, "GET", sent, status, received, body, "93.184.215.14", at, via=via, earlier=earlier)


def write(folder: Path, *exchanges: Exchange, most_bytes: int = 10**9) -> list[Kept]:
    archive = Archive(folder, "gema-test", most_bytes)
    with archive.batch():
        kept = [archive.write(each) for each in exchanges]
    archive.close()
    return kept


def records(path: Path) -> list[dict[str, Any]]:
    """Return what warcio makes of each record: its headers, `http` (status and headers) and `content`."""
    found = []
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            http = record.http_headers and (record.http_headers.statusline, record.http_headers.headers)
            found.append(dict(record.rec_headers.headers) | {"http": http, "content": record.raw_stream.read()})
    return found


def kinds(path: Path) -> list[str]:
    return [record["WARC-Type"] for record in records(path)]


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    (kept,) = write(tmp_path, exchange("<p>Café di Jakarta</p>".encode()))
    path = only_file(tmp_path)
    assert path.name == "gema-test-001.warc.gz"
    (page,) = pages(path)
    assert page.url == "https://a.example/berita?id=1"
    assert page.body == "<p>Café di Jakarta</p>".encode()
    assert page.content_type == "text/html; charset=utf-8"
    assert page.fetched_at == NOW
    (located,) = located_pages(path)
    assert located.place == kept.place
    assert kept.place.startswith("gema-test-001.warc.gz#urn:uuid:")
    assert kept.at == NOW
    assert located.record_id == kept.place.partition("#")[2]


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


class Inputs:
    """The options of `warcio check`."""

    verbose = False

    def __init__(self, files: list[Path]) -> None:
        self.inputs = tuple(map(str, files))


def check(files: list[Path], capsys: pytest.CaptureFixture[str]) -> bool:
    """Tell whether `warcio check` finds every digest right; it says nothing then."""
    failed = Checker(Inputs(files)).process_all()
    return not failed and not capsys.readouterr().out


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


@pytest.fixture(scope="module")
def all_kinds(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give a file with every kind of record."""
    folder = tmp_path_factory.mktemp("kinds")
    packed = gzip.compress(b"<p>halaman satu")
    archive = Archive(folder, "gema-test", 10**9)
    first = archive.write(
        exchange(packed, "https://a.example/1", via="https://a.example/feed", Content_Encoding="gzip")
    )
    earlier = Earlier("https://a.example/1", first.at, first.digest)
    second = archive.write(exchange(b"<p>halaman dua" * 20, "https://a.example/1?page=2"))
    archive.write(exchange(packed, "https://a.example/1", earlier=earlier, Content_Encoding="gzip"))
    archive.write(exchange(b"", "https://a.example/1", 304, earlier=earlier))
    archive.write(exchange(b"gone", "https://a.example/old", 404))
    archive.write_parts(
        first.place, [("https://a.example/1", first.place), ("https://a.example/1?page=2", second.place)]
    )
    archive.close()
    return only_file(folder).read_bytes()


def test_a_file_with_all_kinds_of_records_is_valid(
    all_kinds: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "all.warc.gz"
    path.write_bytes(all_kinds)
    assert set(kinds(path)) == {"warcinfo", "response", "request", "metadata", "revisit"}
    assert check([path], capsys)
    done = subprocess.run([sys.executable, "-m", "warcio.cli", "check", str(path)], check=False, cwd=PROJECT)
    assert done.returncode == 0


@settings(max_examples=60, deadline=None)
@given(data=st.data(), zeros=st.sampled_from([0, 1, 4096]))
def test_wherever_a_crash_cuts_a_file_off_its_whole_records_stay(
    all_kinds: bytes, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, zeros: int
) -> None:
    cut = data.draw(st.integers(0, len(all_kinds)))
    folder = tmp_path_factory.mktemp("torn")
    # A file system may give a file its new length before its new bytes.
    torn = all_kinds[:cut] + bytes(zeros)
    (folder / "gema-test-001.warc.gz.open").write_bytes(torn)
    ends = [*(record.stream_pos for record in FastIterator(BytesIO(all_kinds))), len(all_kinds)]
    kept = max(end for end in ends if torn.startswith(all_kinds[:end]))
    recovered = recover(folder)
    assert [path.read_bytes() for path in recovered] == ([all_kinds[:kept]] if kept else [])
    assert sorted(folder.iterdir()) == recovered
    for path in recovered:
        assert not Checker(Inputs([path])).process_all()
        assert len(kinds(path)) == len(list(FastIterator(BytesIO(path.read_bytes())))) == ends.index(kept)


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


def test_a_file_is_complete_when_it_is_old(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "gema-test", 10**9, timedelta(hours=1))
    for minutes in (0, 59, 60, 61, 125):
        archive.write(exchange(b"x", f"https://a.example/{minutes}", at=NOW + timedelta(minutes=minutes)))
    archive.close()
    assert [[page.url.rpartition("/")[2] for page in pages(path)] for path in sorted(tmp_path.iterdir())] == [
        ["0", "59"],
        ["60", "61"],
        ["125"],
    ]


def test_a_payload_seen_before_is_only_referred_to(tmp_path: Path) -> None:
    (first,) = write(tmp_path / "first", exchange(b"same"))
    earlier = Earlier("http://a.example/berita?id=1", first.at, first.digest)
    later = NOW + timedelta(hours=6)
    again, changed = write(
        tmp_path / "second",
        exchange(b"same", at=later, earlier=earlier),
        exchange(b"changed", at=later, earlier=earlier),
    )
    path = only_file(tmp_path / "second")
    assert kinds(path) == ["warcinfo", "revisit", "request", "response", "request"]
    record = records(path)[1]
    assert record["WARC-Record-ID"] == f"<{again.place.partition('#')[2]}>"
    assert record["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
    assert record["WARC-Payload-Digest"] == first.digest
    assert record["WARC-Refers-To-Target-URI"] == "http://a.example/berita?id=1"
    assert record["WARC-Refers-To-Date"] == "2026-03-05T12:00:00.000000Z"
    assert record["WARC-Date"] == "2026-03-05T18:00:00.000000Z"
    assert record["http"] == ("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    assert record["content"] == b""
    assert (again.at, again.digest) == (first.at, first.digest)
    assert changed.at == later
    assert changed.digest == records(path)[3]["WARC-Payload-Digest"] != first.digest
    assert [page.body for page in pages(path)] == [b"changed"]


@pytest.mark.parametrize("status", [404, 500])
def test_errors_are_never_as_before(tmp_path: Path, status: int) -> None:
    (first,) = write(tmp_path, exchange(b"no", status=status))
    write(tmp_path, exchange(b"no", status=status, earlier=Earlier("https://a.example/", first.at, first.digest)))
    assert [kinds(path) for path in sorted(tmp_path.iterdir())] == [["warcinfo", "response", "request"]] * 2


def test_a_server_that_says_not_modified_refers_to_what_it_said_before(tmp_path: Path) -> None:
    earlier = Earlier("https://a.example/berita?id=1", NOW - timedelta(days=1), "sha1:AAAA")
    known, unknown = write(tmp_path, exchange(b"", status=304, earlier=earlier), exchange(b"", status=304))
    first, _, second, _ = records(only_file(tmp_path))[1:]
    for record in (first, second):
        assert record["WARC-Type"] == "revisit"
        assert record["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
        assert record["http"][0] == "304 Not Modified"
    assert first["WARC-Refers-To-Date"] == "2026-03-04T12:00:00.000000Z"
    assert first["WARC-Payload-Digest"] == "sha1:AAAA"
    assert (known.at, known.digest) == (earlier.at, "sha1:AAAA")
    assert "WARC-Refers-To-Date" not in second
    assert "WARC-Payload-Digest" not in second
    assert (unknown.at, unknown.digest) == (NOW, "")


def test_what_led_to_an_address_is_kept_where_it_is_known(tmp_path: Path) -> None:
    (kept,) = write(tmp_path, exchange(via="https://a.example/feed.xml"))
    record = records(only_file(tmp_path))[-1]
    assert record["WARC-Type"] == "metadata"
    assert record["Content-Type"] == "application/warc-fields"
    assert record["WARC-Concurrent-To"] == f"<{kept.place.partition('#')[2]}>"
    assert record["WARC-Target-URI"] == "https://a.example/berita?id=1"
    assert record["content"] == b"via: https://a.example/feed.xml\r\n"


def test_the_order_of_parts_is_kept(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "gema-test", 10**9)
    urls = ["https://a.example/1", "https://a.example/1?page=2", "https://a.example/1?page=3"]
    kept = [archive.write(exchange(url.encode(), url)) for url in urls]
    parts = [(url, each.place) for url, each in zip(urls, kept, strict=True)]
    archive.write_parts(kept[0].place, parts)
    archive.write_parts(kept[0].place, parts[1:2], missing=urls[2], at=NOW)
    archive.close()
    found = list(pages_and_joins(only_file(tmp_path)))
    ids = [each.record_id for each in found if isinstance(each, Located)]
    assert found[3:] == [
        Joined(urls[0], ids[0], tuple(zip(urls, ids, strict=True))),
        # The landing page is not among the parts: its record names the first of them.
        Joined(urls[1], ids[0], ((urls[1], ids[1]),), urls[2]),
    ]
    assert records(only_file(tmp_path))[-1]["WARC-Date"] == "2026-03-05T12:00:00.000000Z"


@contextmanager
def largest_file(most_bytes: int) -> Iterator[None]:
    """Let no file of this process grow over `most_bytes`: the disk is full there."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@settings(max_examples=25, deadline=None)
@given(room=st.integers(0, 3000))
def test_a_full_disk_costs_what_it_has_no_room_for_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, room: int
) -> None:
    folder = tmp_path_factory.mktemp("full")
    archive = Archive(folder, "gema-test", 10**9)
    kept: dict[str, str] = {}
    with largest_file(room):
        for number in range(5):
            url = f"https://a.example/{number}"
            # Too big for any room: it leaves most of itself in a file before it fails.
            body = b"x" if number != 1 else bytes(range(256)) * 20
            try:
                with archive.batch():
                    kept[url] = archive.write(exchange(body, url, Content_Encoding="identity")).place
            except OSError:
                continue
    with archive.batch():
        kept["https://a.example/after"] = archive.write(exchange(b"after", "https://a.example/after")).place
    archive.close()
    files = sorted(folder.iterdir())
    assert all(path.suffix == ".gz" for path in files)
    assert {each.page.url: each.place for path in files for each in located_pages(path)} == kept
    assert not Checker(Inputs(files)).process_all()
    assert "https://a.example/1" not in kept


_WRITES = """
import sys
from pathlib import Path
from tests.crawler.test_archive import Archive, exchange
archive = Archive(Path(sys.argv[1]), "gema-test", 10**9)
number = 0
while True:
    with archive.batch():
        for _ in range(20):
            archive.write(exchange(bytes(range(256)) * 40, f"https://a.example/{number}"))
            number += 1
    print(number, flush=True)
"""


def test_what_was_on_disk_when_the_process_was_killed_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _WRITES, str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        promised = [int(process.stdout.readline()) for _ in range(3)][-1]
        process.send_signal(signal.SIGKILL)
    (path,) = recover(tmp_path)
    urls = [page.url for page in pages(path)]
    assert len(urls) >= promised
    assert urls == [f"https://a.example/{number}" for number in range(len(urls))]
    assert check([path], capsys)


def test_a_file_of_which_nothing_is_whole_is_removed(tmp_path: Path) -> None:
    (tmp_path / "gema-test-001.warc.gz.open").write_bytes(b"\x1f\x8b")
    assert recover(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_sync_that_fails_costs_its_batch_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(tmp_path, "gema-test", 10**9)
    with archive.batch():
        archive.write(exchange(b"safe", "https://a.example/safe"))
    broken = [True]
    sync = os.fsync

    def failing(handle: int) -> None:
        if broken and broken.pop():
            raise OSError(5, "Input/output error")
        sync(handle)

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="Input/output error"), archive.batch():
        archive.write(exchange(b"doubtful", "https://a.example/doubtful"))
    with archive.batch():
        archive.write(exchange(b"later", "https://a.example/later"))
    archive.close()
    assert [[page.body for page in pages(path)] for path in sorted(tmp_path.iterdir())] == [[b"safe"], [b"later"]]


def test_a_batch_fails_with_a_file_it_could_not_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(tmp_path, "gema-test", 2000)

    def failing(handle: int) -> None:
        raise OSError(5, "Input/output error")

    told: list[Kept | OSError] = []
    with pytest.raises(OSError, match="Input/output error"), archive.batch():  # noqa: PT012 - the end of it raises
        told.append(archive.write(exchange(b"fits")))
        monkeypatch.setattr(os, "fsync", failing)
        try:
            archive.write(exchange(bytes(2000), Content_Encoding="identity"))
        except OSError as error:
            told.append(error)
    assert [type(each) for each in told] == [Kept, OSError]


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
