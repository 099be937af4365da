"""`dedup report` as cron runs it: since when, what is new, what stays, on a real corpus."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest

from dedup import Corpus
from dedup.corpus.results import part, snapshot
from dedup.records import Article
from dedup.report import wording
from dedup.report.scope import Scope
from dedup.updating import update
from tests.dedup.conftest import NOW
from tests.dedup.outlets import Left, run
from tests.dedup.test_exports import carried

WIRE = (
    "Air sungai meluap pada malam hari dan merendam tiga desa di hilir bendungan. Warga mengungsi ke balai desa sejak "
    "pukul dua pagi, kata kepala desa, dan belum ada korban yang dilaporkan sampai siang ini oleh petugas di lapangan."
)
OTHER = (
    "Pemerintah kota membuka jalur sepeda baru sepanjang sebelas kilometer yang menghubungkan stasiun kereta dengan "
    "kampus, pasar dan taman kota, sehingga pekerja dapat meninggalkan kendaraan mereka di rumah mulai pekan depan."
)
Report = Callable[..., Left]


def article(name: str, text: str, days: float) -> Article:
    """Return an article so many days before the corpus was grouped last."""
    time = NOW - timedelta(days=days)
    return Article(
        f"https://{name}.example/{name}", text, f"Judul {name}", f"{name}.example", published=time, fetched=time
    )


@pytest.fixture
def press(corpus: Corpus) -> Corpus:
    """A corpus of one old family and one article."""
    corpus.add([article("satu", WIRE, 20), article("dua", WIRE, 19), article("tiga", OTHER, 3)])
    update(corpus, now=NOW)
    return corpus


@pytest.fixture
def report(press: Corpus, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Report:
    def made(*arguments: object) -> Left:
        return run(capsys, press, "report", "--out", tmp_path / "reports", "--zone", "UTC", *arguments)

    return made


def folder(left: Left) -> Path:
    """Return the folder of the report whose path was printed."""
    assert (left.code, left.err) == (0, "")
    return Path(left.out.strip()).parent


def families(left: Left) -> list[int]:
    """Return how many articles each family of a report has."""
    return [len(each["articles"]) for each in json.loads((folder(left) / "groups.json").read_text())]


def said(left: Left) -> str:
    return (folder(left) / "digest.txt").read_text()


def test_since_counts_back_from_the_last_update(report: Report) -> None:
    assert families(report()) == [2, 1]
    assert families(report("--since", "7d")) == [1]
    assert families(report("--since", "19d")) == [2, 1]
    assert families(report("--since", "2026-11-10T00:00+07:00")) == [1]
    assert families(report("--since", "2026-11-22")) == []
    assert families(report("--since", "36500d")) == [2, 1]


def test_groups_are_shown_since_a_moment_too(press: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    def listed(*more: str) -> list[int]:
        left = run(capsys, press, "groups", "--json", *more)
        assert left.code == 0
        return [len(json.loads(line)["articles"]) for line in left.out.splitlines()]

    assert listed() == [2, 1]
    assert listed("--since", "7d") == [1]
    assert run(capsys, press, "groups", "--since", "7d", "--at", "0.7").code == 2


def test_groups_without_a_date_are_of_when_they_came_into_the_corpus(
    corpus: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    undated = [carried(name, None) for name in ("satu", "dua")]
    future = carried("maju", 0, "Harga cabai turun di pasar. " * 9, published=NOW + timedelta(days=999))
    corpus.add([*undated, future], now=NOW - timedelta(hours=1))
    update(corpus, now=NOW)
    assert len(run(capsys, corpus, "groups", "--json", "--since", "24h").out.splitlines()) == 2
    left = run(capsys, corpus, "groups", "--since", NOW.isoformat())
    assert left.out.strip() == wording.nothing(Scope(since=NOW))
    found = snapshot(corpus)
    assert found.first_seen == dict.fromkeys(found.articles, NOW - timedelta(hours=1))
    some = part(corpus, [family.id for family in found.families if "maju" not in family.members])
    assert set(some.first_seen) == {"satu", "dua"}


def test_groups_of_a_time_that_has_none_do_not_say_that_there_are_no_articles(
    press: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    left = run(capsys, press, "groups", "--since", "2030-01-01")
    assert left.out.strip() == wording.nothing(Scope(since=NOW))


def test_new_is_what_came_since_the_last_report(report: Report, press: Corpus) -> None:
    assert families(report("--new")) == [2]
    assert families(report("--new")) == []
    press.add([article("empat", OTHER, 0)])
    update(press, now=NOW)
    assert families(report("--new", "--since", "1d", "--digest")) == [2]
    assert families(report("--new")) == []
    # What a report leaves out of its pages it knows all the same.
    assert families(report("--since", "1d")) == [2]
    assert families(report("--new")) == []


def test_a_report_of_the_day_is_compared_with_the_day_before(report: Report, tmp_path: Path) -> None:
    yesterday = folder(report())
    yesterday = yesterday.rename(yesterday.with_name("2020-01-01T000000Z"))
    (yesterday / "known.json").write_text('{"families": {}, "stories": {}}')
    for _ in range(2):
        left = report("--new", "--daily", "--digest")
        assert families(left) == [2]
        assert "Since the report 2020-01-01T000000Z." in said(left)
    assert len([path for path in (tmp_path / "reports").iterdir() if not path.is_symlink()]) == 2


def test_two_reports_with_the_same_arguments_are_the_same(report: Report) -> None:
    name = folder(report()).name
    wish = ("--against", name, "--since", "30d", "--new", "--digest", "--base-url", "https://news.example/gema")
    one, two = folder(report(*wish)), folder(report(*wish))
    files = sorted(path.relative_to(one).as_posix() for path in one.rglob("*") if path.is_file())
    assert {"index.html", "groups.json", "known.json", "feed.xml", "digest.html", "digest.txt"} <= set(files)
    for file in files:
        assert (one / file).read_bytes() == (two / file).read_bytes(), file
    assert name in (one / "index.html").read_text()


def test_the_manifest_names_what_was_asked_for_and_what_it_was_compared_with(report: Report) -> None:
    first = folder(report())
    made = folder(report("--against", "last", "--since", "7d", "--base-url", "https://news.example/"))
    stated = json.loads((made / "manifest.json").read_text())
    assert stated["compared_with"] == first.name
    assert stated["arguments"] == {
        "zone": "UTC",
        "lang": "en",
        "at": None,
        "archive": None,
        "since": "2026-11-15T01:00:00+00:00",
        "new": False,
        "digest": False,
        "base_url": "https://news.example/",
    }
    assert {"known.json", "feed.xml"} <= stated["files"].keys()
    assert report("--verify", made).code == 0
    assert json.loads((first / "manifest.json").read_text())["compared_with"] is None


def test_at_a_glance_shows_what_the_page_would(report: Report, tmp_path: Path) -> None:
    whole, recent = (json.loads(report("--json", *more).out) for more in ((), ("--since", "7d")))
    assert (whole["articles"], recent["articles"]) == (3, 1)
    assert not (tmp_path / "reports").exists()


def test_the_feed_is_of_all_whatever_the_page_shows(report: Report) -> None:
    whole, little = folder(report()), folder(report("--since", "1d", "--new"))
    assert (whole / "feed.xml").read_bytes() == (little / "feed.xml").read_bytes()
    assert "Judul satu" in (little / "feed.xml").read_text()


def test_old_reports_go_where_that_is_wanted(report: Report, tmp_path: Path) -> None:
    first = folder(report())
    for year in range(2001, 2010):
        # A copy keeps no time that could be looked at: names alone tell how old a report is.
        shutil.copytree(first, first.with_name(f"{year}-01-01T000000Z"))
    (tmp_path / "reports" / "2001-01-01T000001Z").symlink_to("2001-01-01T000000Z")
    last = folder(report("--keep", "4"))
    kept = sorted(path.name for path in (tmp_path / "reports").iterdir())
    assert kept == ["2001-01-01T000001Z", "2008-01-01T000000Z", "2009-01-01T000000Z", first.name, last.name, "latest"]
    folder(report("--keep", "30d"))
    kept = [path.name for path in (tmp_path / "reports").iterdir() if path.name.startswith("200")]
    assert kept == ["2001-01-01T000001Z"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--since", "soon"), "'soon' is no date and no age. Like this: --since 2026-03-20, --since 7d"),
        (("--keep", "0"), "would keep no report at all"),
        (("--keep", "some"), "says neither how many reports stay"),
        (("--terminal", "--digest"), "--terminal writes nothing, so leave out"),
        (("--terminal", "--lang", "id"), "--terminal prints English"),
        (("--json", "--keep", "90"), "--json writes nothing, so leave out"),
        (("--base-url", "javascript:alert(1)"), "is no address of the web"),
        (("--against", "2020-01-01T000000Z"), "there is no report '2020-01-01T000000Z' in"),
        (("--against", "../reports"), "there is no report '../reports' in"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_written(
    report: Report, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    left = report(*arguments)
    assert left.code == 2
    assert told in " ".join(left.err.replace("│", " ").split())
    assert not (tmp_path / "reports").exists()


def test_told_to_end_it_leaves_nothing_behind(press: Corpus, tmp_path: Path) -> None:
    # Many pages, so that it is at work for a while.
    slow = (
        "import time; import dedup.cli; from dedup.report import pages; whole = pages.site_page\n"
        "def page(*given):\n    time.sleep(60)\n    return whole(*given)\n"
        f"pages.site_page = page; dedup.cli.main(['report', '--corpus', {press.address!r}, '--out', {str(tmp_path)!r}])"
    )
    with subprocess.Popen([sys.executable, "-c", slow], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        end = time.monotonic() + 60
        while not list(tmp_path.glob(".unfinished-*/search.html")):
            assert time.monotonic() < end
            assert process.poll() is None
            time.sleep(0.05)
        process.terminate()
        out, err = process.communicate(timeout=30)
    # As who was never told otherwise: `scrapy collect`, which sends it, looks for that.
    assert (process.returncode, out, err) == (-signal.SIGTERM, b"", b"")
    assert not list(tmp_path.glob(".*"))


def test_articles_lead_to_their_warc_file_where_the_archive_is_said_to_be(
    corpus: Corpus, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    archived = "gema-1.warc.gz#urn:uuid:1"
    corpus.add([replace(article(name, WIRE, days), archived=archived) for name, days in (("satu", 2), ("dua", 1))])
    update(corpus, now=NOW)
    (tmp_path / "raw pages").mkdir()
    (tmp_path / "raw pages" / "gema-1.warc.gz").touch()
    wish = ("report", "--out", tmp_path / "reports", "--archive", tmp_path / "raw pages")
    assert run(capsys, corpus, *wish[:-1], tmp_path / "nowhere").code == 2
    (page,) = (folder(run(capsys, corpus, *wish)) / "families").glob("*.html")
    links = re.findall(r'href="([^"]+\.warc\.gz)"', page.read_text())
    assert len(links) == 2
    assert all((page.parent / unquote(link)).is_file() for link in links)
