"""Life among Scrapy's other parts: somebody else's pipelines, middlewares and spiders, and programs of one's own."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from dedup import tables
from tests.crawler import crawls
from tests.crawler.crawls import NOW, PROJECT
from tests.crawler.stage import Said, Stage

_ODD = "tests.crawler.odd_pipeline"
_states = select(tables.ledger.c.state, tables.ledger.c.reason).where(tables.ledger.c.kind == "article")


def also(part: str) -> list[str]:
    """Return the option that adds a pipeline before the project's own."""
    return ["-s", f'ITEM_PIPELINES={{"{_ODD}.{part}": 100, "crawler.pipelines.CorpusPipeline": 300}}']


def test_what_another_pipeline_drops_is_written_down_and_holds_nothing_up(tmp_path: Path) -> None:
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 20))
        first = crawls.run(*place.command(*also("Drops")))
        assert first.code == 0, first.err
        assert len(place.articles()) == 10
        assert sorted(place.rows(_states)) == [("done", "")] * 10 + [("rejected", "dropped")] * 10
        assert "lost" not in first.err


def test_what_another_pipeline_breaks_with_is_due_again(tmp_path: Path) -> None:
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 3))
        assert crawls.run(*place.command(*also("Breaks"))).code == 0
        assert sorted(place.rows(_states)) == [("done", "")] * 2 + [("pending", "error")]
        later = ["-s", f"NOW={(NOW + timedelta(hours=1)).isoformat()}"]
        assert crawls.run(*place.command(*later)).code == 0
        assert len(place.articles()) == 3


def test_what_another_middleware_leaves_out_is_called_so(tmp_path: Path) -> None:
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 3))
        added = f'DOWNLOADER_MIDDLEWARES={{"{_ODD}.Leaves": 10, {_own("DOWNLOADER_MIDDLEWARES")}}}'
        first = crawls.run(*place.command("-s", added))
        assert first.code == 0, first.err
        assert sorted(place.rows(_states)) == [("done", "")] * 2 + [("skipped", "ignored")]


def _own(name: str) -> str:
    from crawler import settings

    parts: dict[str, int | None] = getattr(settings, name)
    return ", ".join(f'"{path}": {"null" if place is None else place}' for path, place in parts.items())


@pytest.mark.parametrize("name", ["DOWNLOADER_MIDDLEWARES", "EXTENSIONS", "ITEM_PIPELINES"])
def test_parts_that_were_replaced_by_mistake_are_named(tmp_path: Path, name: str) -> None:
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 1))
        ended = crawls.run(*place.command("-s", f'{name}={{"{_ODD}.Drops": 1}}'))
        assert ended.code == 2
        assert f"setting {name} leaves out crawler." in ended.err
        assert not stage.asked


@pytest.mark.parametrize("value", ['{"nowhere.Part": 1}', '{"crawler.pipelines.Nobody": 1}'])
def test_parts_that_are_none_are_said_in_one_line(tmp_path: Path, value: str) -> None:
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 1))
        ended = crawls.run(*place.command("-s", f"ITEM_PIPELINES={value}"))
        assert ended.code == 2
        assert "Traceback" not in ended.err
        assert "setting ITEM_PIPELINES: " in ended.err


@pytest.mark.parametrize(("robots", "asked"), [("", True), ("User-agent: *\nDisallow: /feed\n", False)])
def test_another_spider_of_the_project_obeys_robots_txt_without_a_corpus(
    tmp_path: Path, robots: str, asked: bool
) -> None:
    with Stage() as stage:
        seed = stage.outlet("desa.test", 1, robots)
        place = stage.place(tmp_path)
        options = ["-a", f"seed={seed}", "-s", f"SPIDER_MODULES=crawler.spiders,{_ODD}", *place.settings()]
        ended = crawls.run("scrapy", "crawl", "plain", "-O", f"{tmp_path}/found.jsonl", *options)
        assert ended.code == 0, ended.err
        assert "Traceback" not in ended.err
        assert stage.paths("desa.test") == ["/robots.txt", *(["/feed.xml"] if asked else [])]
        assert bool((tmp_path / "found.jsonl").read_text(encoding="utf-8")) is asked


_PROGRAM = """
import sys
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.project import get_project_settings
settings = get_project_settings()
for pair in sys.argv[2:]:
    name, _, value = pair.partition("=")
    settings.set(name, value, priority="cmdline")
process = AsyncCrawlerProcess(settings)
process.crawl("news", seeds=sys.argv[1])
process.start()
"""


def test_a_program_of_ones_own_says_who_it_is_or_fetches_nothing(tmp_path: Path) -> None:
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 1))
        options = [word for word in place.settings() if word != "-s"]

        def ended(*more: str) -> "subprocess.CompletedProcess[str]":
            command = [sys.executable, "-c", _PROGRAM, str(place.seeds), *options, *more]
            return subprocess.run(
                command, cwd=PROJECT, env=crawls.environment(), capture_output=True, text=True, check=False, timeout=120
            )

        outside = place.seeds.read_text(encoding="utf-8") + "https://contoh.example/\n"
        inside = place.seeds.read_text(encoding="utf-8")
        place.seeds.write_text(outside, encoding="utf-8")
        assert "CONTACT is not set" in ended().stderr
        assert not stage.asked
        place.seeds.write_text(inside, encoding="utf-8")
        assert ended("CONTACT=https://contoh.example/bot").returncode == 0
        assert {each.headers["user-agent"] for each in stage.asked} == {"Gema/0.1 (+https://contoh.example/bot)"}
        assert len(place.articles()) == 1


def test_a_page_that_sends_its_readers_on_at_once_is_followed(tmp_path: Path) -> None:
    with Stage() as stage:
        feed = stage.outlet("desa.test", 2)
        first, second = (path for path in stage.play["desa.test"] if path.startswith("/berita"))
        page = stage.play["desa.test"][first]
        assert isinstance(page, Said)
        stage.play["desa.test"]["/pindah/100000/kabar-dari-desa-nomor-0"] = page
        stage.play["desa.test"][first] = refresh("0; url=/pindah/100000/kabar-dari-desa-nomor-0")
        stage.play["desa.test"][second] = refresh("300; url=/lain/100001/kabar-dari-desa-nomor-1")
        place = stage.place(tmp_path, feed)
        assert crawls.run(*place.command()).code == 0
        assert [each.fetched_url for each in place.articles()] == [
            stage.url("desa.test", "/pindah/100000/kabar-dari-desa-nomor-0")
        ]
        assert "/lain/100001/kabar-dari-desa-nomor-1" not in stage.paths("desa.test")


def test_a_page_that_sends_its_readers_round_ends(tmp_path: Path) -> None:
    with Stage() as stage:
        feed = stage.outlet("desa.test", 1)
        (path,) = (path for path in stage.play["desa.test"] if path.startswith("/berita"))
        stage.play["desa.test"][path] = refresh("0; url=/lain/1")
        stage.play["desa.test"]["/lain/1"] = refresh(f"1; url={path}")
        place = stage.place(tmp_path, feed)
        assert crawls.run(*place.command()).code == 0
        assert place.rows(_states) == [("failed", "redirects")]


def refresh(content: str) -> Said:
    """Return a page that sends its readers on."""
    return Said(f'<html><head><meta http-equiv="refresh" content="{content}"></head></html>'.encode())
