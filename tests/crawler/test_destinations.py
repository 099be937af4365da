"""Where results go: what cannot be written is told in a line before a crawl, and by its exit code after one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from scrapy.settings import Settings

from crawler.destinations import reason_against_file, reason_against_folder, wrong_archive, wrong_feeds
from tests.crawler import crawls
from tests.crawler.crawls import Ended
from tests.crawler.stage import Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as running:
        yield running


def feeds(*uris: str | Path) -> Settings:
    return Settings({"FEEDS": {uri: {"format": "jsonlines"} for uri in uris}})


def test_a_file_in_folders_that_can_be_made_is_fine_and_an_old_one_is_left_as_it_is(tmp_path: Path) -> None:
    old = tmp_path / "old.jsonl"
    old.write_text("what was\n", encoding="utf-8")
    new = tmp_path / "a" / "b" / "new.jsonl"
    timed = tmp_path / "%(time)s" / "timed.jsonl"
    assert wrong_feeds(feeds(old, str(new), new.as_uri(), timed)) == []
    assert old.read_text(encoding="utf-8") == "what was\n"
    assert not new.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "old.jsonl"]


def test_other_storages_are_not_looked_at_and_unknown_ones_are_told() -> None:
    assert wrong_feeds(feeds("s3://bucket/x.jsonl", "ftp://host.example/x.jsonl", "stdout:")) == []
    (line,) = wrong_feeds(feeds("s4://bucket/x.jsonl"))
    assert line == "s4://bucket/x.jsonl: articles cannot be written there, no storage is called s4:; " + (
        "name another file with -o or -O"
    )


def test_each_feed_that_cannot_be_written_has_a_line_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    under, folder, timed = tmp_path / "file" / "x.jsonl", tmp_path, tmp_path / "file" / "%(time)s.jsonl"
    lines = wrong_feeds(feeds(under, str(folder), under.as_uri().replace("x", "y"), str(timed), "/proc/none/x.jsonl"))
    assert [line.partition(": ")[0] for line in lines][:2] == [str(under), str(folder)]
    assert "file is no folder; name another file" in lines[0]
    assert "it is a folder" in lines[1]
    assert len(lines) == 5


def test_a_folder_is_made_and_left_empty(tmp_path: Path) -> None:
    assert reason_against_folder(tmp_path / "a" / "b") == ""
    assert list((tmp_path / "a" / "b").iterdir()) == []
    assert "Not a directory" in reason_against_folder(Path("/dev/null/a"))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert reason_against_file(tmp_path / "pipe") == ""


def test_an_archive_that_cannot_be_kept_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "warc").touch()
    settings = Settings({"ARCHIVE_ENABLED": True, "ARCHIVE_DIR": str(tmp_path / "warc")})
    told = wrong_archive(settings)
    assert told.startswith(f"ARCHIVE_DIR={tmp_path / 'warc'}: raw pages cannot be kept there")
    assert "no folder; name another folder with -s ARCHIVE_DIR=…" in told
    settings.set("ARCHIVE_ENABLED", False)
    assert wrong_archive(settings) == ""
    settings.set("ARCHIVE_ENABLED", True)
    settings.set("ARCHIVE_DIR", str(tmp_path / "good"))
    assert wrong_archive(settings) == ""


def crawl(stage: Stage, folder: Path, *more: str, articles: int = 2) -> Ended:
    return crawls.run(*stage.place(folder, stage.outlet("satu.example", articles)).command(*more))


def test_an_unwritable_output_ends_a_crawl_before_it_asks_for_anything(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = crawl(stage, tmp_path, "-O", str(tmp_path / "file" / "x.jsonl"))
    assert ended.code == 2
    assert "x.jsonl: articles cannot be written there" in ended.err
    assert "Traceback" not in ended.err
    assert stage.asked == []


def test_an_export_that_fails_in_the_end_is_trouble_of_the_run(stage: Stage, tmp_path: Path) -> None:
    ended = crawl(stage, tmp_path, "-O", "/dev/full:jsonl")
    assert ended.code == 4
    assert "corpus or disk: cannot write all articles to /dev/full" in ended.err


def test_an_export_that_fails_on_the_way_ends_the_run(stage: Stage, tmp_path: Path) -> None:
    ended = crawl(stage, tmp_path, "-O", "/dev/full:jsonl", articles=60)
    assert ended.code == 4
    assert "the run ends here: cannot write all articles to /dev/full: [Errno 28] No space left" in ended.err


def test_an_archive_at_a_bad_place_ends_a_crawl_in_one_line(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for archive in (tmp_path / "file", tmp_path / "file" / "warc"):
        ended = crawl(stage, tmp_path, "-s", f"ARCHIVE_DIR={archive}")
        assert ended.code == 4
        assert f"ARCHIVE_DIR={archive}: raw pages cannot be kept there" in ended.err
    assert stage.asked == []
