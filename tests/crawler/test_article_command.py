"""`scrapy article`: what extraction sees of one page, from the archive, from the net, from a file."""

import argparse
import gzip
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from crawler.commands.article import Command
from tests.crawler import crawls
from tests.crawler.crawls import Ended, Place
from tests.crawler.stage import Said, Stage, article

FURNITURE = "Baca Juga: Kabar lain dari desa"
LITTLE = "<html><title>A</title><p>Warga kampung itu berkumpul di balai desa sejak pagi hari.</p>"
PAGE = article("Kabar dari muara", extra=FURNITURE).body
HERE = "https://one.example/berita/7/kabar-dari-muara"


@dataclass(frozen=True, slots=True)
class Told:
    """What the command printed, and its exit code."""

    code: int
    out: str
    err: str


Show = Callable[..., Told]


@pytest.fixture
def show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Show:
    """Give what the command tells of pages it need not fetch."""

    def shown(*words: str, **settings: str) -> Told:
        command = Command()
        places = {"CORPUS_URL": f"sqlite:///{tmp_path}/corpus.db", "ARCHIVE_DIR": str(tmp_path / "warc")}
        command.settings = Settings(places | settings)
        parser = argparse.ArgumentParser()
        command.add_options(parser)
        options, names = parser.parse_known_args(list(words))
        command.run(names, options)
        told = capsys.readouterr()
        return Told(command.exitcode, told.out, told.err)

    return shown


@pytest.fixture
def page(tmp_path: Path) -> str:
    path = tmp_path / "page.html"
    path.write_bytes(PAGE)
    return str(path)


def test_a_file_is_shown_with_evidence_and_what_was_taken_out(show: Show, page: str) -> None:
    told = show(page, "--url", HERE)
    assert (told.code, told.err) == (0, "")
    lines = told.out.splitlines()
    assert lines[0] == HERE
    assert lines[1] == f"(from the file {page})"
    assert "title               Kabar dari muara  (h1)" in lines
    assert "site                one.example" in lines
    assert f"- ~~{FURNITURE}~~  [related]" in lines
    assert "text, lines kept: 4, taken out: 2" in lines
    assert sum(line.startswith("  ") for line in lines) == 4


def test_on_a_terminal_what_was_taken_out_is_struck_through(
    show: Show, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert f"- \x1b[9m{FURNITURE}\x1b[29m  [related]" in show(page).out.splitlines()


def test_a_packed_file_is_the_same(show: Show, page: str, tmp_path: Path) -> None:
    packed = tmp_path / "page.html.gz"
    packed.write_bytes(gzip.compress(PAGE))
    plain, unpacked = (json.loads(show("--json", name, "--url", HERE).out) for name in (page, str(packed)))
    assert unpacked["lines"] == plain["lines"]
    assert unpacked["article"] == plain["article"]
    packed.write_bytes(b"\x1f\x8b no gzip at all")
    told = show(str(packed))
    assert told.code == 2
    assert "damaged" in told.err


def test_programs_get_one_object(show: Show, page: str) -> None:
    found = json.loads(show("--json", page, "--url", HERE).out)
    assert found["url"] == HERE
    assert found["rejection"] is None
    assert found["article"]["title"] == "Kabar dari muara"
    assert found["article"]["published"] == "2026-03-05T08:00:00+00:00"
    assert found["evidence"]["title"] == "h1"
    assert {"text": FURNITURE, "rule": "related", "span": False} in found["lines"]
    kept = [line["text"] for line in found["lines"] if not line["rule"]]
    assert found["article"]["text"] == "\n".join(kept)


def test_a_page_without_an_article_says_why(show: Show, tmp_path: Path) -> None:
    (tmp_path / "short.html").write_text(LITTLE, encoding="utf-8")
    told = show(str(tmp_path / "short.html"))
    assert told.code == 0
    assert "no article: short, 10 words" in told.out
    assert "  Warga kampung itu berkumpul di balai desa sejak pagi hari." in told.out.splitlines()
    assert json.loads(show("--json", str(tmp_path / "short.html")).out)["rejection"]["reason"] == "short"


def test_a_page_cannot_command_the_terminal(show: Show, tmp_path: Path) -> None:
    bad = article("Kabar \x1b[31m merah \u202e", extra="Baca Juga: \x9b2J Kabar \x07 lain dari desa").body
    (tmp_path / "bad.html").write_bytes(bad)
    told = show(str(tmp_path / "bad.html")).out
    assert "merah" in told
    assert not set(told) & set("\x1b\x07\x9b\u202e")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere.html"], "nowhere.html: no such file, and no address"),
        (["PAGE", "--url", "one"], "--url one: no address"),
        (["PAGE", "--fetch"], "is a file: --fetch goes with an address"),
        ([HERE, "--url", HERE], "--url gives the address of a file"),
        ([HERE], "is not in the archive, and cannot be fetched: CONTACT is not set"),
    ],
)
def test_what_cannot_be_shown_is_a_usage_error_in_one_line(
    show: Show, page: str, words: list[str], message: str
) -> None:
    told = show(*(page if word == "PAGE" else word for word in words))
    assert told.code == 2
    assert message in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


@pytest.mark.parametrize("words", [[], [HERE, HERE]])
def test_it_takes_one_name(show: Show, words: list[str]) -> None:
    with pytest.raises(UsageError, match="scrapy article https://"):
        show(*words)


@dataclass(frozen=True, slots=True)
class Crawled:
    """A crawl of a stage that is over, and the stage."""

    stage: Stage
    place: Place

    def article(self, path: str, *more: str) -> Ended:
        """Return what the command says of a path."""
        return crawls.run("scrapy", "article", self.stage.url("satu.example", path), *self.place.settings(), *more)


GOOD, SHORT = (f"/berita/{100_000 + number}/kabar-dari-desa-nomor-{number}" for number in range(2))


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    with Stage() as stage:
        seed = stage.outlet("satu.example", 2, "User-agent: *\nDisallow: /rahasia/")
        stage.play["satu.example"] |= {
            SHORT: Said(LITTLE.encode()),
            "/baru/1": Said(PAGE),
            "/rahasia/1": Said(PAGE),
            "/pindah": Said(status=302, headers={"Location": "/rahasia/1"}),
        }
        place = stage.place(tmp_path_factory.mktemp("article"), seed)
        assert crawls.run(*place.command()).code == 0
        yield Crawled(stage, place)


@pytest.mark.parametrize(("path", "seen"), [(GOOD, "title               Kabar"), (SHORT, "no article: short")])
def test_an_address_is_read_from_the_archive_without_a_request(crawled: Crawled, path: str, seen: str) -> None:
    before = len(crawled.stage.asked)
    ended = crawled.article(path)
    assert (ended.code, ended.err) == (0, "")
    assert "(from the archive, " in ended.out
    assert seen in ended.out
    assert len(crawled.stage.asked) == before


def test_what_the_archive_does_not_have_is_fetched_and_not_stored(crawled: Crawled) -> None:
    before = len(crawled.place.articles())
    ended = crawled.article("/baru/1")
    assert (ended.code, ended.err) == (0, "")
    assert "(from the net, fetched 2026-03-05" in ended.out
    assert "Kabar dari muara  (h1)" in ended.out
    assert len(crawled.place.articles()) == before


def test_an_address_of_the_archive_can_be_fetched_anew(crawled: Crawled) -> None:
    before = crawled.stage.paths("satu.example").count(GOOD)
    ended = crawled.article(GOOD, "--fetch")
    assert (ended.code, ended.err) == (0, "")
    assert "(from the net" in ended.out
    assert crawled.stage.paths("satu.example").count(GOOD) == before + 1


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/rahasia/1", "robots.txt forbids it"),
        ("/pindah", "robots.txt forbids it"),
        ("/tidak-ada", "it answered 404"),
    ],
)
def test_what_may_not_or_cannot_be_had_is_one_line(crawled: Crawled, path: str, why: str) -> None:
    ended = crawled.article(path)
    assert ended.code == 3
    assert ended.out == ""
    assert ended.err.endswith(f"{why}\n")
    assert ended.err.count("\n") == 1
    assert "/rahasia/1" not in crawled.stage.paths("satu.example")


def test_the_guard_stands_before_it_too(crawled: Crawled) -> None:
    url = "http://127.0.0.1:9/"
    ended = crawls.run("scrapy", "article", url, *crawled.place.settings(), "-s", "CONTACT=https://one.example/")
    assert ended.code == 3
    assert ended.err.startswith(f"{url}: ")
    assert ended.err.count("\n") == 1
