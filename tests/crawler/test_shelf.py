"""What of the archive is kept, for how long, and how a page is taken out of it for good."""

import gzip
import os
import subprocess
import sys
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastwarc.warc import WarcRecordType
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.checker import Checker

from crawler.archive import Archive
from crawler.archived import Joined, pages_and_joins, records
from crawler.exchange import Earlier, Exchange
from crawler.shelf import StillWritten, forget, free_gb, prune
from tests.crawler.crawls import PROJECT
from tests.crawler.test_archive import Inputs

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)


# --- how long -----------------------------------------------------------------------------------------------------


def place(folder: Path, **days: float) -> None:
    """Put a file of 1000 bytes for each name, last written to so many days ago."""
    for name, ago in days.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(bytes(1000))
        at = (NOW - timedelta(days=ago)).timestamp()
        os.utime(path, (at, at))


def names(paths: Collection[Path]) -> list[str]:
    return [path.name for path in paths]


def test_nothing_is_deleted_without_limits(tmp_path: Path) -> None:
    place(tmp_path, a_warc_gz=10_000)
    assert prune(tmp_path, 0, 0, NOW) == []
    assert names(list(tmp_path.iterdir())) == ["a.warc.gz"]


def test_old_files_are_deleted_and_no_others(tmp_path: Path) -> None:
    place(tmp_path, a_warc_gz=31, b_warc_gz=29, c_warc=400, d_warc_gz_open=400, e_txt=400)
    assert names(prune(tmp_path, 30, 0, NOW)) == ["c.warc", "a.warc.gz"]
    assert sorted(names(list(tmp_path.iterdir()))) == ["b.warc.gz", "d.warc.gz.open", "e.txt"]


def test_the_oldest_are_deleted_until_the_rest_fits_that_being_written_included(tmp_path: Path) -> None:
    place(tmp_path, a_warc_gz=1, b_warc_gz=3, c_warc_gz=2, d_warc_gz_open=400)
    assert names(prune(tmp_path, 0, 3000 / 10**9, NOW)) == ["b.warc.gz"]
    assert prune(tmp_path, 0, 3000 / 10**9, NOW) == []
    assert names(prune(tmp_path, 0, 1 / 10**9, NOW)) == ["c.warc.gz", "a.warc.gz"]
    assert names(list(tmp_path.iterdir())) == ["d.warc.gz.open"]


@settings(max_examples=60, deadline=None)
@given(
    ages=st.lists(st.integers(0, 40), max_size=8),
    keep_days=st.integers(0, 40),
    most=st.integers(0, 9),
)
def test_what_stays_is_the_newest_and_within_both_limits(
    tmp_path_factory: pytest.TempPathFactory, ages: list[int], keep_days: int, most: int
) -> None:
    folder = tmp_path_factory.mktemp("shelf")
    place(folder, **{f"f{number}_warc_gz": age + 0.5 for number, age in enumerate(ages)})
    gone = len(prune(folder, keep_days, most * 1000 / 10**9, NOW))
    stays = sorted(ages)[: len(ages) - gone]
    assert len(list(folder.iterdir())) == len(stays)
    assert all(not keep_days or age < keep_days for age in stays)
    assert not most or len(stays) <= most
    # And no more than that was deleted.
    more = sorted(ages)[: len(stays) + 1]
    assert not gone or (keep_days and max(more) >= keep_days) or (most and len(more) > most)


def test_room_is_told_for_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    status = os.statvfs(tmp_path)
    free = free_gb(tmp_path / "data" / "warc")
    assert free == pytest.approx(status.f_bavail * status.f_frsize / 10**9, rel=0.2)


# --- forgetting ---------------------------------------------------------------------------------------------------


def exchange(url: str, body: bytes = b"<p>halo", earlier: Earlier | None = None, via: str = "") -> Exchange:
    received = (("Content-Type", "text/html"),)
    return Exchange(url, "GET", (), 200, received, body, "192.0.2.1", NOW, via=via, earlier=earlier)


def archive_of(folder: Path, *urls: str, most_bytes: int = 10**9) -> None:
    """Write an exchange for each address."""
    archive = Archive(folder, "gema-test", most_bytes)
    with archive.batch():
        for url in urls:
            archive.write(exchange(url, b"<p>" + url.encode(), via="https://a.example/feed"))
    archive.close()


def targets(folder: Path) -> list[tuple[str, str]]:
    """Return type and address of each record but a file's first, in order, after a check of every file."""
    files = sorted(folder.glob("*.warc*"))
    assert not Checker(Inputs(files)).process_all()
    headers = [record.headers for path in files for record in records(path, WarcRecordType.any_type)]
    found = [(each.get("WARC-Type") or "", each.get("WARC-Target-URI") or "") for each in headers]
    return [each for each in found if each[0] != "warcinfo"]


def test_all_records_of_an_address_go_and_the_others_stay_byte_for_byte(tmp_path: Path) -> None:
    archive_of(tmp_path, *(f"https://a.example/{number}" for number in range(40)), most_bytes=6000)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(before) > 3
    urls = ["https://a.example/3", "https://a.example/25"]
    assert forget(tmp_path, urls) == 6
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert after.keys() == before.keys()
    assert sum(after[name] != before[name] for name in before) == 2
    expected = {f"https://a.example/{number}" for number in range(40)} - set(urls)
    assert {url for _, url in targets(tmp_path)} == expected
    for name, content in after.items():
        whole = gzip.decompress(before[name])
        left = gzip.decompress(content)
        assert not any(url.encode() + b"\r\n" in left for url in urls)
        kept = [
            part for part in whole.split(b"WARC/1.1\r\n") if not any(url.encode() + b"\r\n" in part for url in urls)
        ]
        assert b"WARC/1.1\r\n".join(kept) == left


def test_what_is_not_there_is_forgotten_without_touching_a_file(tmp_path: Path) -> None:
    archive_of(tmp_path, "https://a.example/1")
    (path,) = tmp_path.iterdir()
    before = path.stat()
    assert forget(tmp_path, ["https://a.example/2", "https://b.example/1", "no address", ""]) == 0
    assert forget(tmp_path, []) == 0
    assert forget(tmp_path / "none", ["https://a.example/1"]) == 0
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize(
    "spelling",
    [
        "http://a.example/berita/jembatan",
        "https://www.a.example/berita/jembatan",
        "https://m.a.example/berita/jembatan",
        "https://a.example/berita/jembatan/amp",
        "https://a.example/berita/jembatan?page=all",
        "https://a.example/berita/jembatan?utm_source=feed",
    ],
)
def test_every_spelling_of_an_address_goes(tmp_path: Path, spelling: str) -> None:
    archive_of(tmp_path, spelling, "https://a.example/berita/pasar")
    assert forget(tmp_path, ["https://a.example/berita/jembatan"]) == 3
    assert {url for _, url in targets(tmp_path)} == {"https://a.example/berita/pasar"}


def test_what_refers_to_a_removed_record_goes_in_whatever_file_it_stands(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "gema-test", 1)
    urls = ["https://a.example/1", "https://a.example/1?page=2"]
    kept = [archive.write(exchange(url, url.encode())) for url in urls]
    again = archive.write(exchange(urls[0], urls[0].encode(), Earlier(urls[0], kept[0].at, kept[0].digest)))
    archive.write_parts(kept[0].place, [(url, each.place) for url, each in zip(urls, kept, strict=True)])
    # Of the page behind another address, joined from this one.
    archive.write_parts(again.place, [("https://a.example/other", again.place)])
    archive.write(exchange("https://a.example/2"))
    archive.close()
    assert forget(tmp_path, [urls[0]]) == 6
    assert targets(tmp_path) == [
        ("response", urls[1]),
        ("request", urls[1]),
        ("response", "https://a.example/2"),
        ("request", "https://a.example/2"),
    ]


def test_the_order_of_parts_goes_with_any_of_them(tmp_path: Path) -> None:
    archive = Archive(tmp_path, "gema-test", 10**9)
    urls = ["https://a.example/1", "https://a.example/1?page=2"]
    kept = [archive.write(exchange(url)) for url in urls]
    archive.write_parts(kept[0].place, [(url, each.place) for url, each in zip(urls, kept, strict=True)])
    archive.close()
    assert forget(tmp_path, [urls[1]]) == 3
    (path,) = tmp_path.iterdir()
    assert not any(isinstance(each, Joined) for each in pages_and_joins(path))


def test_a_file_that_is_not_packed_loses_its_records_too(tmp_path: Path) -> None:
    archive_of(tmp_path, "https://a.example/1", "https://a.example/2")
    (packed,) = tmp_path.iterdir()
    (tmp_path / "other.warc").write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    assert forget(tmp_path, ["https://a.example/1"]) == 3
    assert {url for _, url in targets(tmp_path)} == {"https://a.example/2"}


def test_a_file_keeps_the_time_it_was_written(tmp_path: Path) -> None:
    archive_of(tmp_path, "https://a.example/1", "https://a.example/2")
    (path,) = tmp_path.iterdir()
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert forget(tmp_path, ["https://a.example/1"]) == 3
    assert path.stat().st_mtime == NOW.timestamp()


_HOLDS = """
import sys
from pathlib import Path
from tests.crawler.test_shelf import Archive, exchange
archive = Archive(Path(sys.argv[1]), "gema-held", 10**9)
archive.write(exchange("https://a.example/1"))
print("written", flush=True)
sys.stdin.read()
"""


def test_while_a_crawl_writes_nothing_is_forgotten_and_all_after_it_was_killed(tmp_path: Path) -> None:
    archive_of(tmp_path, "https://a.example/1")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    crawl = subprocess.Popen(
        [sys.executable, "-c", _HOLDS, str(tmp_path)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with crawl:
        assert crawl.stdout is not None
        assert crawl.stdout.readline() == "written\n"
        with pytest.raises(StillWritten, match=r"gema-held-001\.warc\.gz\.open is being written; wait until"):
            forget(tmp_path, ["https://a.example/1"])
        assert {path: path.read_bytes() for path in before} == before
        crawl.kill()
    assert forget(tmp_path, ["https://a.example/1"]) == 5
    assert targets(tmp_path) == []


def test_a_damaged_file_stops_it_before_anything_is_changed(tmp_path: Path) -> None:
    archive_of(tmp_path, "https://a.example/1")
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    (tmp_path / "damaged.warc.gz").write_bytes(whole[: len(whole) // 2] + b"xxxxxxxxxxxxxxxx" + whole)
    with pytest.raises(OSError, match=r"damaged\.warc\.gz"):
        forget(tmp_path, ["https://a.example/1"])
    assert path.read_bytes() == whole


def test_a_disk_without_room_for_the_copy_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    urls = [f"https://a.example/{number}" for number in range(50)]
    archive_of(tmp_path, *urls)
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    code = f"from pathlib import Path; from crawler.shelf import forget; forget(Path({str(tmp_path)!r}), [{urls[0]!r}])"
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)); {code}"
    done = subprocess.run([sys.executable, "-c", limited], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert "File too large" in done.stderr
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == whole


def test_what_a_killed_forget_left_behind_is_removed_by_the_next(tmp_path: Path) -> None:
    archive_of(tmp_path, "https://a.example/1")
    (path,) = tmp_path.iterdir()
    (tmp_path / f".{path.name}.rewriting").write_bytes(b"half of it")
    assert forget(tmp_path, ["https://a.example/1"]) == 3
    assert list(tmp_path.iterdir()) == [path]


@settings(max_examples=40, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 5), max_size=15),
    gone=st.sets(st.integers(0, 5)),
    most_bytes=st.sampled_from([1, 3000, 10**9]),
)
def test_after_it_the_archive_is_as_if_the_address_had_never_been_asked_for(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[int], gone: set[int], most_bytes: int
) -> None:
    folder = tmp_path_factory.mktemp("law")
    urls = [f"https://a.example/berita/{number}" for number in numbers]
    unwanted = {f"https://a.example/berita/{number}" for number in gone}
    archive_of(folder, *urls, most_bytes=most_bytes)
    assert forget(folder, unwanted) == 3 * sum(url in unwanted for url in urls)
    kinds = ("response", "request", "metadata")
    assert targets(folder) == [(kind, url) for url in urls if url not in unwanted for kind in kinds]
    assert forget(folder, unwanted) == 0
