"""`scrapy replay`: the archive gives again what the crawl gave, without a request."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crawler.archive import Archive
from crawler.exchange import Earlier, Exchange, Kept
from crawler.page import Hints, Rejection
from crawler.replay import Known, Result, Watched, articles
from crawler.workers import Workers
from dedup import Article, tables
from tests.crawler import crawls
from tests.crawler.conftest import Crawled
from tests.crawler.crawls import Place
from tests.newsroom.server import Newsroom

Headers = tuple[tuple[str, str], ...]

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
FIRST = "https://a.example/berita/2026/03/05/jembatan-kota-lama-dibuka"
SECOND, THIRD, WHOLE = f"{FIRST}?page=2", f"{FIRST}?page=3", f"{FIRST}?page=all"

_SENTENCES = (
    "Jembatan {} di Kota Lama dibuka kembali pada Kamis pagi setelah enam bulan diperbaiki oleh dinas setempat.",
    "Warga {} menyambut pembukaan itu dengan arak-arakan kecil, sementara pedagang pasar menunggu pembeli lama.",
    "Wali kota mengatakan bagian {} dari pekerjaan selesai tiga minggu lebih cepat daripada yang direncanakan.",
    "Menurut catatan dinas, ongkos bagian {} lebih rendah daripada anggaran, dan sisanya dikembalikan ke kas kota.",
)


def page(part: str, *links: str) -> bytes:
    """Return the HTML of an article's page that tells of `part` and links other pages of it."""
    told = "".join(f"<p>{sentence.format(part)}</p>" for sentence in _SENTENCES)
    pager = "".join(f'<a href="{link}">{number}</a>' for number, link in enumerate(links, 2))
    return (
        '<html lang="id"><head><title>Jembatan Kota Lama Dibuka</title><meta property="og:type" content="article">'
        f'<meta property="article:published_time" content="2026-03-05T08:00:00+07:00"></head><body><article>'
        f"<h1>Jembatan Kota Lama Dibuka</h1>{told}</article><div class=paging>{pager}</div></body></html>"
    ).encode()


class Written:
    """An archive in which pages are written one after the other, an hour between them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._archive = Archive(folder, "gema-test", 10**9)
        self._at = NOW

    def page(self, url: str, body: bytes, earlier: Kept | None = None, headers: Headers = ()) -> Kept:
        """Write an answer, to the address of an earlier one perhaps; `headers` beside that of its type."""
        self._at += timedelta(hours=1)
        before = Earlier(url, earlier.at, earlier.digest) if earlier else None
        html = (("Content-Type", "text/html; charset=utf-8"), *headers)
        return self._archive.write(Exchange(url, "GET", (), 200, html, body, "", self._at, earlier=before))

    def joined(self, *parts: tuple[str, Kept], first: Kept | None = None, missing: str = "") -> None:
        """Write down that these pages are one article."""
        order = [(url, kept.place) for url, kept in parts]
        self._archive.write_parts(first.place if first else order[0][1], order, missing)

    def files(self) -> list[Path]:
        """Complete the file; return all there are."""
        self._archive.close()
        return sorted(self.folder.iterdir())


def read(paths: Sequence[Path], known: Callable[[str], Known] = lambda _: Known(), *obeyed: str) -> list[Result]:
    async def all_of_them() -> list[Result]:
        found = articles(paths, Workers(0), known, obeyed=frozenset(obeyed))
        return [each async for some in found for each in some]

    return asyncio.run(all_of_them())


def told(result: Result) -> list[str]:
    """Return of which parts an article tells, in order."""
    assert isinstance(result, Article), result
    words = [line.split()[1] for line in result.text.splitlines() if line.startswith("Jembatan ")]
    return [word for word in words if word != "Kota"]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Give an archive to write to."""
    return Written(tmp_path / "warc")


def test_parts_are_joined_in_the_order_the_archive_has_kept(written: Written) -> None:
    first = written.page(FIRST, page("satu"))
    third = written.page(THIRD, page("tiga"))
    second = written.page(SECOND, page("dua"))
    written.joined((FIRST, first), (SECOND, second), (THIRD, third))
    (article,) = read(written.files())
    assert told(article) == ["satu", "dua", "tiga"]
    assert isinstance(article, Article)
    assert article.archived == first.place
    assert article.marks == ()


@pytest.mark.parametrize("pages", [("satu",), ("satu", "dua")])
def test_what_the_crawl_would_not_keep_is_not_kept(written: Written, pages: tuple[str, ...]) -> None:
    robots = ("X-Robots-Tag", "googlebot: noindex"), ("X-Robots-Tag", "noarchive")
    kept = [
        (url, written.page(url, page(name), headers=robots)) for url, name in zip((FIRST, SECOND), pages, strict=False)
    ]
    if len(kept) > 1:
        written.joined(*kept)
    files = written.files()

    def reasons(language: str, *obeyed: str) -> list[str]:
        found = read(files, lambda _: Known(language=language), *obeyed)
        return [each.reason if isinstance(each, Rejection) else " ".join(each.marks) for each in found]

    assert reasons("") == reasons("id", "noindex") == ["noarchive"]
    assert reasons("en") == ["language"]
    assert [type(each) for each in read(files, lambda _: Known(), "noindex", "noarchive")] == [Rejection]


def test_without_it_they_are_joined_as_their_pager_says(written: Written) -> None:
    first = written.page(FIRST, page("satu", SECOND, THIRD))
    written.page(THIRD, page("tiga", SECOND))
    written.page(SECOND, page("dua", THIRD))
    (article,) = read(written.files())
    assert told(article) == ["satu", "dua", "tiga"]
    assert isinstance(article, Article)
    assert article.archived == first.place


def test_what_the_archive_has_kept_counts_more_than_the_pager(written: Written) -> None:
    first = written.page(FIRST, page("satu", SECOND, THIRD))
    second = written.page(SECOND, page("dua", THIRD))
    written.page(THIRD, page("tiga"))
    written.joined((FIRST, first), (SECOND, second), missing=THIRD)
    (article,) = read(written.files())
    assert told(article) == ["satu", "dua"]
    assert isinstance(article, Article)
    assert article.marks == ("incomplete",)


def test_a_single_page_version_that_was_taken_is_taken_again(written: Written) -> None:
    first = written.page(FIRST, page("satu", SECOND, WHOLE))
    whole = written.page(WHOLE, page("semua"))
    written.joined((WHOLE, whole), first=first)
    (article,) = read(written.files())
    assert told(article) == ["semua"]
    assert isinstance(article, Article)
    assert article.archived == whole.place


def test_a_later_look_that_changed_one_part_joins_it_to_the_others_as_they_were(written: Written) -> None:
    first = written.page(FIRST, page("satu"))
    second = written.page(SECOND, page("dua"))
    written.joined((FIRST, first), (SECOND, second))
    again = written.page(FIRST, page("satu"), earlier=first)
    changed = written.page(SECOND, page("dua-baru"), earlier=second)
    written.joined((FIRST, again), (SECOND, changed))
    before, after = read(written.files())
    assert told(before) == ["satu", "dua"]
    assert told(after) == ["satu", "dua-baru"]


def test_a_later_look_that_changed_nothing_adds_nothing(written: Written) -> None:
    first = written.page(FIRST, page("satu"))
    second = written.page(SECOND, page("dua"))
    written.joined((FIRST, first), (SECOND, second))
    again = [written.page(FIRST, page("satu"), first), written.page(SECOND, page("dua"), second)]
    written.joined((FIRST, again[0]), (SECOND, again[1]))
    alone = f"{FIRST}-di-desa"
    once = written.page(alone, page("desa"))
    written.page(alone, page("desa"), earlier=once)
    assert [told(each) for each in read(written.files())] == [["satu", "dua"], ["desa"]]


def test_an_article_whose_parts_are_not_all_here_ends_before_them(written: Written, tmp_path: Path) -> None:
    other = Written(tmp_path / "other")
    second = other.page(SECOND, page("dua"))
    other.files()
    first = written.page(FIRST, page("satu"))
    written.joined((FIRST, first), (SECOND, second))
    (article,) = read(written.files())
    assert told(article) == ["satu"]
    assert isinstance(article, Article)
    assert article.marks == ("incomplete",)


def test_parts_in_other_files_are_found(tmp_path: Path) -> None:
    one, two = Written(tmp_path / "1"), Written(tmp_path / "2")
    first = one.page(FIRST, page("satu"))
    second = two.page(SECOND, page("dua"))
    two.joined((FIRST, first), (SECOND, second))
    assert [told(each) for each in read([*one.files(), *two.files()])] == [["satu", "dua"]]


def test_what_the_ledger_knows_decides_where_the_page_says_nothing(written: Written) -> None:
    bare = page("satu").replace(b"article:published_time", b"x").replace(b"og:type", b"y")
    url = "https://a.example/x"
    written.page(url, bare)
    files = written.files()
    assert read(files) == []
    hints = Hints(title="Jembatan", published=NOW, language="id")
    (article,) = read(files, lambda asked: Known(hints, asked == url))
    assert isinstance(article, Article)
    assert article.published == NOW


def test_a_seed_that_says_there_are_no_parts_is_believed(written: Written) -> None:
    for url, part in ((FIRST, "satu"), (SECOND, "dua")):
        written.page(url, page(part, SECOND))
    files = written.files()
    assert [told(each) for each in read(files)] == [["satu", "dua"]]
    apart = read(files, lambda _: Known(rule="off"))
    assert list(chain.from_iterable(map(told, apart))) == ["satu", "dua"]


def test_a_page_without_an_article_is_rejected_with_its_reason(written: Written) -> None:
    written.page(
        FIRST, b'<html><head><meta property="og:type" content="article"></head><body><p>Kosong.</p></body></html>'
    )
    (found,) = read(written.files())
    assert isinstance(found, Rejection)
    assert found.url == FIRST


# --- the command ----------------------------------------------------------------------------------------------------


def replay(crawled: Crawled, place: Place) -> crawls.Ended:
    files = sorted(map(str, crawled.place.warc.glob("*.warc.gz")))
    return crawls.run("scrapy", "replay", *place.settings(), *files)


def test_an_archive_gives_the_articles_again_paged_ones_joined(
    crawled: Crawled, newsroom: Newsroom, tmp_path: Path
) -> None:
    place = crawls.at(tmp_path, newsroom)
    newsroom.forget_requests()
    ended = replay(crawled, place)
    assert ended.code == 0, ended.err
    assert newsroom.requests == []
    again = {article.url: article for article in place.articles()}
    before = {article.url: article for article in crawled.place.articles()}
    assert again.keys() == before.keys()
    assert {url: article.text for url, article in again.items()} == {
        url: article.text for url, article in before.items()
    }
    assert {url: article.archived for url, article in again.items()} == {
        url: article.archived for url, article in before.items()
    }


def test_replaying_into_the_same_corpus_changes_nothing(crawled: Crawled, tmp_path: Path) -> None:
    before = crawled.place.articles()
    copy = replace(crawled.place, folder=tmp_path)
    for path in crawled.place.folder.glob("corpus.db*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    ended = replay(crawled, copy)
    assert ended.code == 0, ended.err
    assert f"{len(before)} same" in ended.out
    assert copy.rows(select(func.count()).select_from(tables.revisions)) == [(0,)]


def test_files_that_cannot_be_read_are_named_all_at_once(tmp_path: Path) -> None:
    (tmp_path / "empty.warc.gz").touch()
    (tmp_path / "note.txt").write_text("Jembatan baru dibuka.\n")
    names = [str(tmp_path / name) for name in ("none.warc.gz", "empty.warc.gz", "note.txt")]
    ended = crawls.run("scrapy", "replay", *Place(tmp_path, "").settings(), *names, str(tmp_path))
    assert ended.code == 2
    assert ended.err.splitlines() == [
        f"{names[0]}: no such file",
        f"{names[1]}: empty; there is nothing to read",
        f"{names[2]}: no WARC file",
        f"{tmp_path}: a folder; name the files in it, like {tmp_path}/*.warc.gz",
    ]
    assert not (tmp_path / "corpus.db").exists()


def test_help_shows_examples_line_by_line() -> None:
    ended = crawls.run("scrapy", "replay", "--help")
    assert ended.code == 0
    assert "  scrapy replay data/warc/*.warc.gz\n      extract everything again" in ended.out
    assert "Exit code: 0 fine" in " ".join(ended.out.split())


def test_a_replay_that_was_killed_goes_on_and_again_begins_anew(crawled: Crawled, tmp_path: Path) -> None:
    place = Place(tmp_path, "")
    files = sorted(map(str, crawled.place.warc.glob("*.warc.gz")))
    command = ("scrapy", "replay", *place.settings())

    def some_are_stored() -> bool:
        kept = list(tmp_path.glob("replay-*.jsonl"))
        return bool(kept) and '"done"' in kept[0].read_text()

    assert crawls.run_until(some_are_stored, *command, *files) == -signal.SIGKILL
    before = {article.url: article for article in place.articles()}
    ended = crawls.run(*command, *files)
    assert ended.code == 0, ended.err
    done = re.search(r"going on behind the first (\d+), which an earlier replay has done", ended.err)
    assert done is not None
    whole = {article.url: article.text for article in crawled.place.articles()}
    assert {article.url: article.text for article in place.articles()} == whole
    new = re.search(r"(\d+) new", ended.out)
    assert new is not None
    assert 0 < int(new[1]) == len(whole) - len(before) <= len(whole) - int(done[1])
    assert not list(tmp_path.glob("replay-*.jsonl"))
    again = crawls.run(*command, "--again", *files)
    assert f"{len(whole)} same" in again.out
    assert place.rows(select(func.count()).select_from(tables.revisions)) == [(0,)]


def test_a_damaged_file_is_named_and_all_the_others_are_done(crawled: Crawled, tmp_path: Path) -> None:
    good = sorted(map(str, crawled.place.warc.glob("*.warc.gz")))
    content = Path(good[0]).read_bytes()
    middle = content.index(b"\x1f\x8b\x08", len(content) // 2) + 12
    # Read first, so that the other one has to be done in spite of it.
    bad = tmp_path / "aa-damaged.warc.gz"
    bad.write_bytes(content[:middle] + b"x" * 16 + content[middle + 16 :])
    place = Place(tmp_path, "")
    ended = crawls.run("scrapy", "replay", *place.settings(), str(bad), *good)
    assert ended.code == 4
    assert ended.err.startswith(f"{bad}: no WARC record can be read from byte ")
    assert "Traceback" not in ended.err
    assert {article.url for article in place.articles()} == {article.url for article in crawled.place.articles()}


@pytest.mark.parametrize("share", [0.9, 0.5, 0.01])
def test_a_file_that_was_copied_in_part_is_named_and_read_as_far_as_it_goes(written: Written, share: float) -> None:
    for number in range(20):
        written.page(f"https://a.example/berita/2026/03/05/kabar-dari-kota-{number}", page(f"{number}"))
    (file,) = written.files()
    assert len(read([file])) == 20
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    damaged: dict[Path, str] = {}

    async def as_far_as_it_goes() -> list[Result]:
        found = articles([file], Workers(0), lambda _: Known(), Watched(damaged=damaged))
        return [each async for some in found for each in some]

    assert len(asyncio.run(as_far_as_it_goes())) < 20
    assert damaged[file].startswith(f"{file}: it breaks off behind byte ")


def test_on_a_terminal_a_bar_moves(crawled: Crawled, tmp_path: Path) -> None:
    files = sorted(map(str, crawled.place.warc.glob("*.warc.gz")))
    command = [sys.executable, "-m", "scrapy", "replay", *Place(tmp_path, "").settings(), *files]
    screen, theirs = os.openpty()
    with subprocess.Popen(
        command, cwd=crawls.PROJECT, env=crawls.environment() | {"TERM": "xterm"}, stdout=subprocess.PIPE, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = b""
        # When the last writer is gone, reading a terminal is an error.
        with suppress(OSError):
            while some := os.read(screen, 65_536):
                shown += some
        assert process.stdout is not None
        assert b" new" in process.stdout.read()
    os.close(screen)
    assert process.returncode == 0
    assert b"looking through the files" in shown
    assert b"extracting" in shown
