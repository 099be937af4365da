"""The archive read back: anybody's WARC files, and what is wrong with a file said in words."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest

from crawler.archived import Joined, located_pages, page_at, pages, pages_and_joins, problem_with

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>halo"


def record(block: bytes = PAGE, url: str = "https://a.example/1", length: int | None = None, **headers: str) -> bytes:
    """Return a WARC/1.0 record as other programs write them; `headers` with `_` for `-`."""
    lines = {
        "WARC-Type": "response",
        "WARC-Record-ID": "<urn:uuid:11111111-1111-4111-8111-111111111111>",
        "WARC-Date": "2016-08-04T07:30:00Z",
        "WARC-Target-URI": url,
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block) if length is None else length),
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"WARC/1.0\r\n{head}\r\n".encode() + block + b"\r\n\r\n"


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", "Content-Type: text/html", *headers, "", ""]).encode() + body


def write(path: Path, records: Sequence[bytes]) -> Path:
    """Write records one behind the other, one gzip member each where the name ends in .gz."""
    path.write_bytes(b"".join(map(gzip.compress, records) if path.suffix == ".gz" else records))
    return path


def bodies(path: Path) -> list[bytes]:
    return [page.body for page in pages(path)]


@pytest.mark.parametrize("name", ["other.warc", "other.warc.gz"])
def test_pages_stand_where_they_are_said_to_stand_packed_or_not(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, [record(url=f"https://a.example/{number}") for number in range(5)])
    found = [each for each in pages_and_joins(path) if not isinstance(each, Joined)]
    assert [each.page.url for each in found] == [f"https://a.example/{number}" for number in range(5)]
    assert [page_at(each.path, each.offset) for each in found] == [each.page for each in found]
    assert found[0].place == f"{name}#urn:uuid:11111111-1111-4111-8111-111111111111"
    with pytest.raises(OSError, match="no page begins at byte"):
        page_at(path, path.stat().st_size)


@pytest.mark.parametrize(
    "odd",
    [
        record(b"no head at all"),
        record(b""),
        record(b"HTTP/1.1 200 OK\r\nX-Long: " + b"y" * 100_000 + b"\r\n\r\n<p>"),
        record(b"\x00\x00\x00", url="dns:a.example", Content_Type="text/dns"),
        record(answer(b"\xffnot packed", "Content-Encoding: gzip")),
        record(answer(b"<p>halo"), url=""),
        record(answer(b"<p>halo"), url="ftp://a.example/1"),
        record(b"<p>halo, and no head", Content_Type="text/html"),
        record(answer(b"<p>moved", status="301 Moved Permanently")),
        record(WARC_Type="resource"),
        record(WARC_Type="metadata", Content_Type="application/warc-fields", block=b"fetchTimeMs: 12\r\n"),
        record(WARC_Type="metadata", Content_Type="application/json", block=b'{"part": "<urn:x> https://a.example/"}'),
    ],
)
@pytest.mark.parametrize("name", ["other.warc", "other.warc.gz"])
def test_an_odd_record_costs_nothing_but_itself(tmp_path: Path, odd: bytes, name: str) -> None:
    path = write(tmp_path / name, [record(), odd, record()])
    assert bodies(path)[0] == bodies(path)[-1] == b"<p>halo"
    assert len(list(pages_and_joins(path))) == 2


@pytest.mark.parametrize(
    ("block", "body"),
    [
        (answer(b"4\r\n<p>h\r\n3\r\nalo\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), b"<p>halo"),
        # Most archives have joined the chunks and left the header.
        (answer(b"<p>halo", "Transfer-Encoding: chunked"), b"<p>halo"),
        (answer(gzip.compress(b"<p>halo", mtime=0), "Content-Encoding: gzip"), b"<p>halo"),
        (answer(b"<p>halo", "Content-Encoding: utf-8"), b"<p>halo"),
        # Some have decompressed it and left the header.
        (answer(b"<p>halo", "Content-Encoding: gzip"), b"<p>halo"),
        (answer(b"<p>halo", status="203 Non-Authoritative Information"), b"<p>halo"),
        (b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n<p>halo", b"<p>halo"),
        (b"HTTP/2 200\r\ncontent-type: text/html\r\n\r\n<p>halo", b"<p>halo"),
    ],
)
def test_bodies_are_read_as_other_programs_keep_them(tmp_path: Path, block: bytes, body: bytes) -> None:
    (page,) = pages(write(tmp_path / "other.warc.gz", [record(block)]))
    assert page.body == body
    assert page.content_type == "text/html"


@pytest.mark.parametrize("kind", ["", "text/html", "Application/HTTP;msgtype=response"])
def test_an_answer_is_one_whatever_its_record_calls_it(tmp_path: Path, kind: str) -> None:
    assert bodies(write(tmp_path / "other.warc.gz", [record(Content_Type=kind)])) == [b"<p>halo"]


_LONG = b"<p>" + b"".join(b"%d " % (number * 7919 % 10_007) for number in range(3_000))


@pytest.mark.parametrize(
    ("odd", "cut_off"),
    [
        (record(answer(gzip.compress(_LONG, mtime=0), "Content-Encoding: gzip")), False),
        (record(answer(gzip.compress(_LONG, mtime=0)[:-900], "Content-Encoding: gzip")), True),
        (record(answer(_LONG[:-900]), WARC_Truncated="length"), True),
        (record(answer(_LONG)), False),
    ],
)
def test_a_page_of_which_only_the_beginning_arrived_is_known(tmp_path: Path, odd: bytes, cut_off: bool) -> None:
    (found,) = located_pages(write(tmp_path / "other.warc.gz", [odd]))
    assert _LONG.startswith(found.page.body)
    assert (found.cut_off, len(found.page.body) < len(_LONG)) == (cut_off, cut_off)


@pytest.mark.parametrize(
    "written", ["HTTPS://A.Example:443/1?utm_source=x#top", "https://a.example/1?fbclid=2", " https://a.example/1"]
)
def test_an_address_is_spelled_as_the_crawl_would(tmp_path: Path, written: str) -> None:
    (page,) = pages(write(tmp_path / "other.warc.gz", [record(url=written)]))
    assert page.url == "https://a.example/1"


def test_an_address_in_angle_brackets_is_read(tmp_path: Path) -> None:
    (page,) = pages(write(tmp_path / "wget.warc.gz", [record(url="<https://a.example/1>")]))
    assert page.url == "https://a.example/1"


def test_what_a_page_says_may_not_be_done_with_it_is_read(tmp_path: Path) -> None:
    (page,) = pages(write(tmp_path / "a.warc.gz", [record(answer(b"<p>", "X-Robots-Tag: noindex", "Server: x"))]))
    assert page.headers == (("x-robots-tag", "noindex"),)


@pytest.mark.parametrize("name", ["other.warc", "other.warc.gz"])
def test_a_page_that_is_cut_off_is_left_out(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name, [record(), record(answer(b"".join(b"<p>%d" % number for number in range(300))))])
    path.write_bytes(path.read_bytes()[:-60])
    found = pages(path)
    assert next(found).body == b"<p>halo"
    if name.endswith("gz"):
        with pytest.raises(OSError, match=r"other\.warc\.gz: it breaks off behind byte \d+: get it again"):
            next(found)
    assert list(found) == []


def test_damage_is_named_with_its_place(tmp_path: Path) -> None:
    path = write(tmp_path / "damaged.warc.gz", [record(), record()])
    first = len(gzip.compress(record()))
    path.write_bytes(path.read_bytes()[: first + 12] + b"xxxxxxxxxxxxxxxx" + path.read_bytes()[first + 28 :])
    with pytest.raises(OSError, match=r"damaged\.warc\.gz: no WARC record .* from byte \d+ on .*leave the file out"):
        bodies(path)


def test_a_file_packed_in_one_piece_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "one.warc.gz"
    path.write_bytes(gzip.compress(record() + record()))
    with pytest.raises(OSError, match="warcio recompress"):
        bodies(path)
    problem = problem_with(path)
    assert problem is not None
    assert "compressed in one piece" in problem


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("empty.warc.gz", b"", "empty"),
        ("packed-empty.warc.gz", gzip.compress(b"", mtime=0), "no WARC file"),
        ("text.warc", b"Jembatan baru dibuka.\n" * 50, "no WARC file"),
        ("page.warc.gz", gzip.compress(b"<html>" * 100, mtime=0), "no WARC file"),
        ("picture.warc", b"\x89PNG\r\n\x1a\n" + bytes(1000), "no WARC file"),
    ],
)
def test_what_is_no_warc_file_is_said(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert problem_with(path) == (
        f"{path}: empty; there is nothing to read" if problem == "empty" else f"{path}: {problem}"
    )


def test_a_good_file_has_no_problem_and_others_are_named(tmp_path: Path) -> None:
    assert problem_with(write(tmp_path / "good.warc.gz", [record()])) is None
    assert problem_with(tmp_path / "none.warc.gz") == f"{tmp_path}/none.warc.gz: no such file"
    assert problem_with(tmp_path) == f"{tmp_path}: a folder; name the files in it, like {tmp_path}/*.warc.gz"
