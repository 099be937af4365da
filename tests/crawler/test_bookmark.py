"""A replay that was cut off goes on where it was."""

import asyncio
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest

from crawler import replay
from crawler.archive import Archive
from crawler.archived import located_pages
from crawler.bookmark import Bookmark, fingerprint
from crawler.exchange import Exchange
from crawler.replay import Known, Result, Watched, articles
from crawler.workers import Workers
from dedup import Article

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
SENTENCE = "Warga kampung nomor {} berkumpul di balai desa untuk membicarakan jembatan yang putus diterjang banjir."


def page(number: int, canonical: int | None = None) -> bytes:
    """Return an article; with `canonical`, one that says it is the article of that number."""
    link = "" if canonical is None else f'<link rel="canonical" href="{url(canonical)}">'
    told = "".join(f"<p>{SENTENCE.format(f'{number} {part}')}</p>" for part in range(4))
    return (
        f'<html lang="id"><head><title>Jembatan {number}</title>{link}<meta property="og:type" content="article">'
        f"</head><body><article><h1>Jembatan {number}</h1>{told}</article></body></html>"
    ).encode()


def url(number: int) -> str:
    return f"https://a.example/berita/2026/03/05/jembatan-{number}-putus-diterjang-banjir"


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Give two WARC files of eight pages, of which the sixth is another address of the first."""
    html = (("Content-Type", "text/html; charset=utf-8"),)
    for name, numbers in (("one", range(4)), ("two", range(4, 8))):
        archive = Archive(tmp_path / "warc", name, 10**9)
        for number in numbers:
            body = page(number, canonical=0 if number in {0, 5} else None)
            archive.write(Exchange(url(number), "GET", (), 200, html, body, "", NOW))
        archive.close()
    return sorted((tmp_path / "warc").iterdir())


def replayed(files: list[Path], bookmark: Bookmark, batches: int = 99) -> list[list[Result]]:
    """Return what comes, in batches; the last of `batches` is cut off before it is done."""

    async def run() -> list[list[Result]]:
        came = []
        async for batch in articles(files, Workers(0), lambda _: Known(), Watched(bookmark=bookmark)):
            came.append(batch)
            if len(came) == batches:
                break
        return came

    try:
        return asyncio.run(run())
    finally:
        bookmark.close()


def urls(batches: list[list[Result]]) -> list[str]:
    return [each.url for each in chain.from_iterable(batches) if isinstance(each, Article)]


@pytest.mark.parametrize("cut_after", range(1, 5))
def test_what_was_done_is_not_done_again_and_nothing_is_left_out(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut_after: int
) -> None:
    monkeypatch.setattr(replay, "_AT_ONCE", 2)
    whole = replayed(files, Bookmark(tmp_path / "whole", "a"))
    assert urls(whole) == [url(number) for number in (0, 1, 2, 3, 4, 6, 7)]
    before = replayed(files, Bookmark(tmp_path / "cut", "a"), batches=cut_after)
    after = replayed(files, Bookmark(tmp_path / "cut", "a"))
    # The batch it was cut off in counts as not done.
    assert urls(before[:-1]) + urls(after) == urls(whole)


def test_a_line_that_was_cut_off_counts_as_not_written(tmp_path: Path) -> None:
    path = tmp_path / "bookmark"
    bookmark = Bookmark(path, "a")
    bookmark.keep(2, {"u": "v"})
    bookmark.keep(4, {"w": "x"})
    bookmark.close()
    path.write_bytes(path.read_bytes()[:-5])
    again = Bookmark(path, "a")
    assert (again.done, again.source) == (2, {"u": "v"})
    again.keep(5, {})
    again.close()
    last = Bookmark(path, "a")
    last.close()
    assert last.done == 5


def test_another_replay_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "bookmark"
    bookmark = Bookmark(path, "a")
    bookmark.keep(2, {"u": "v"})
    bookmark.close()
    other = Bookmark(path, "b")
    other.close()
    assert other.done == 0


def test_it_is_known_by_its_files_and_where_it_stores(files: list[Path]) -> None:
    told = {
        fingerprint(files, "x"),
        fingerprint(files[:1], "x"),
        fingerprint(files, "y"),
        fingerprint(files[::-1], "x"),
    }
    assert len(told) == 4
    before = fingerprint(files, "x")
    files[0].write_bytes(files[0].read_bytes() + b"more")
    assert fingerprint(files, "x") != before


def test_of_a_damaged_file_what_stands_before_the_damage_is_read_and_of_the_others_all(
    files: list[Path], tmp_path: Path
) -> None:
    whole = files[0].read_bytes()
    # The gzip member of the third page.
    begins = [place.offset for place in located_pages(files[0])][2]
    files[0].write_bytes(whole[: begins + 12] + b"x" * 16 + whole[begins + 28 :])
    watched = Watched()

    async def run() -> list[Result]:
        return [each async for batch in articles(files, Workers(0), lambda _: Known(), watched) for each in batch]

    found = [each.url for each in asyncio.run(run())]
    assert url(7) in found
    assert found[:2] == [url(0), url(1)]
    assert url(2) not in found
    assert list(watched.damaged) == files[:1]
