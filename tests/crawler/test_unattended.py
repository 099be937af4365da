"""What happens when nobody looks: slow hosts, walls, pages that change, feeds that die, runs that are cut short."""

import gzip
import json
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import func, select

from dedup import tables
from tests.crawler import crawls
from tests.crawler.crawls import NOW, Place
from tests.crawler.stage import Asked, Said, Stage, article, feed, with_etag

_states = select(tables.ledger.c.state, tables.ledger.c.reason)


def at(moment: datetime) -> list[str]:
    """Return the option that lets a run begin at a moment."""
    return ["-s", f"NOW={moment.isoformat()}"]


def last_run(place: Place) -> dict[str, object]:
    """Return the record of a place's last run."""
    runs = tables.runs
    wanted = select(runs.c.exit_code, runs.c.verdict, runs.c.counts, runs.c.started, runs.c.finished)
    code, verdict, counts, started, finished = place.rows(wanted.order_by(runs.c.id.desc()).limit(1))[0]
    return {"code": code, "verdict": verdict, "took": finished - started, **json.loads(str(counts))}


def test_a_host_with_a_long_crawl_delay_holds_up_neither_the_others_nor_the_end(tmp_path: Path) -> None:
    with Stage() as stage:
        slow = stage.outlet("pelan.test", 500, "User-agent: *\nCrawl-delay: 30\n")
        quick = [stage.outlet(f"cepat-{number}.test", 3) for number in range(20)]
        place = stage.place(tmp_path, slow, *quick)
        first = crawls.run(*place.command("-s", "SLOW_HOSTS_TAIL_S=3"))
        assert first.code == 0, first.err
        assert {site.site for site in place.articles()} == {f"cepat-{number}.test" for number in range(20)}
        assert len(place.articles()) == 60
        assert last_run(place)["took"] < timedelta(minutes=2)  # type: ignore[operator] # 500 x 30 s are four hours
        assert "ended early: slow hosts" in first.err
        # Its feed waited for its turn, half a minute after robots.txt, and waits for the next run now.
        assert stage.paths("pelan.test") == ["/robots.txt"]
        left = select(tables.ledger.c.state).where(tables.ledger.c.host == "pelan.test")
        assert place.rows(left) == [("pending",)]


def test_a_run_whose_time_is_up_leaves_the_rest_to_the_next(tmp_path: Path) -> None:
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 40))
        first = crawls.run(*place.command("-s", "DOWNLOAD_DELAY=0.5", "-a", "max_time=4s"))
        assert first.code == 0, first.err
        assert "ended early: time" in first.err
        assert 0 < len(place.articles()) < 40
        assert last_run(place)["waiting"] == 40 - len(place.articles())
        asked = len(stage.asked)
        assert crawls.run(*place.command()).code == 0
        assert len(place.articles()) == 40
        assert len(set(stage.paths("desa.test"))) == len(stage.paths("desa.test")) - (len(stage.asked) > asked)


def test_a_told_end_comes_soon_although_a_host_wants_long_pauses(tmp_path: Path) -> None:
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 40, "User-agent: *\nCrawl-delay: 20\n"))
        code = crawls.run_until(lambda: len(stage.asked) >= 1, *place.command(), how=signal.SIGTERM)
        assert code == 0
        assert last_run(place)["took"] < timedelta(seconds=30)  # type: ignore[operator]
        assert place.rows(select(func.count()).where(tables.ledger.c.state == "handed")) == [(0,)]


def test_a_site_that_redirected_to_a_private_address_for_a_while_comes_back(tmp_path: Path) -> None:
    with Stage() as stage:
        address = stage.outlet("desa.test", 3)
        place = stage.place(tmp_path, address)
        away = Said(status=302, headers={"Location": "http://192.168.1.1/login"})
        play, stage.play["desa.test"] = stage.play["desa.test"], stage.play["desa.test"] | {"/feed.xml": away}
        shut = crawls.run(*place.command(*at(NOW)))
        assert shut.code == 3
        assert f"refused: {address} led to http://192.168.1.1/login: 192.168.1.1 is not an address of" in shut.err
        stage.play["desa.test"] = play
        assert crawls.run(*place.command(*at(NOW + timedelta(hours=2)))).code == 0
        assert len(place.articles()) == 3


def test_a_page_that_broke_off_packed_is_kept_as_incomplete(tmp_path: Path) -> None:
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 2))
        path = next(path for path in stage.play["desa.test"] if path.startswith("/berita/"))
        whole = stage.play["desa.test"][path]
        assert isinstance(whole, Said)
        packed = gzip.compress(whole.body)
        stage.play["desa.test"][path] = Said(packed[:-12], headers={"Content-Encoding": "gzip"})
        assert crawls.run(*place.command()).code == 0
        assert {path in article.url: article.marks for article in place.articles()} == {
            True: ("incomplete",),
            False: (),
        }


def test_a_run_under_a_wrong_clock_puts_nothing_off_for_years(tmp_path: Path) -> None:
    with Stage() as stage:
        place = stage.place(tmp_path, f"{stage.outlet('desa.test', 3)} every=1h")
        assert crawls.run(*place.command(*at(NOW + timedelta(days=3650)))).code == 0
        assert crawls.run(*place.command(*at(NOW))).code == 0
        assert last_run(place)["listings/answered"] == 1


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (Said(b"slow down", 429, headers={"Retry-After": "7200"}), "too-many"),
        (Said(b"<title>Just a moment...</title>", 403, headers={"CF-Mitigated": "challenge"}), "challenge"),
        (Said(b"<html><title>Forbidden</title></html>", 403), "forbidden"),
    ],
)
def test_who_blocks_us_is_left_alone_and_named(tmp_path: Path, said: Said, reason: str) -> None:
    with Stage() as stage:
        feed_address = stage.outlet("galak.test", 60)
        for path in [path for path in stage.play["galak.test"] if path.startswith("/berita/")]:
            stage.play["galak.test"][path] = said
        other = stage.outlet("ramah.test", 3)
        place = stage.place(tmp_path, feed_address, other)
        ended = crawls.run(*place.command())
        assert ended.code == 3, ended.err
        assert "blocked by galak.test" in ended.err
        assert len(place.articles()) == 3
        # What was on the line when the first answers came, no more.
        assert len(stage.paths("galak.test")) <= 2 + 6
        assert (("blocked", reason) in place.rows(_states)) is True
        asked = len(stage.paths("galak.test"))
        again = crawls.run(*place.command(*at(NOW + timedelta(hours=1))))
        assert len(stage.paths("galak.test")) == asked, again.err
        stage.outlet("galak.test", 60)
        later = crawls.run(*place.command(*at(NOW + timedelta(hours=14))))
        assert later.code == 0, later.err
        assert sum(each.site == "galak.test" for each in place.articles()) > 40


def test_a_host_that_was_led_to_and_refuses_is_left_alone_with_the_one_that_led_there(tmp_path: Path) -> None:
    with Stage() as stage:
        seed = stage.outlet("pendek.test", 60)
        stage.outlet("galak.test", 0)
        for path in [path for path in stage.play["pendek.test"] if path.startswith("/berita/")]:
            away = {"Location": stage.url("galak.test", f"/lewat{path}")}
            stage.play["pendek.test"][path] = Said(b"", 302, headers=away)
            stage.play["galak.test"][f"/lewat{path}"] = Said(b"slow down", 429, headers={"Retry-After": "7200"})
        place = stage.place(tmp_path, seed)
        assert crawls.run(*place.command()).code == 3
        assert len(stage.paths("galak.test")) <= 1 + 6
        paused = select(tables.hosts.c.host).where(tables.hosts.c.paused_until > NOW)
        assert set(place.rows(paused)) == {("pendek.test",), ("galak.test",)}


def test_an_article_that_leads_home_now_is_gone(tmp_path: Path) -> None:
    with Stage() as stage:
        seed = stage.outlet("desa.test", 3)
        path = next(path for path in stage.play["desa.test"] if path.startswith("/berita/"))
        stage.play["desa.test"][path] = Said(b"", 302, headers={"Location": "/"})
        stage.play["desa.test"]["/"] = article("Beranda")
        place = stage.place(tmp_path, seed)
        assert crawls.run(*place.command()).code == 0
        assert len(place.articles()) == 2
        assert ("gone", "home") in place.rows(_states)


def test_a_changed_article_is_a_revision_and_an_unchanged_one_costs_no_body(tmp_path: Path) -> None:
    with Stage() as stage:
        seed = stage.outlet("desa.test", 2)
        one, other = (path for path in stage.play["desa.test"] if path.startswith("/berita/"))
        same = stage.play["desa.test"][other]
        assert isinstance(same, Said)
        stage.play["desa.test"][other] = with_etag(Said(same.body, headers={"ETag": '"v1"'}))
        place = stage.place(tmp_path, seed)
        assert crawls.run(*place.command()).code == 0
        stage.play["desa.test"][one] = article("Kabar yang diperbarui", "Korban bertambah jadi tujuh orang.")
        stage.asked.clear()
        assert crawls.run(*place.command(*at(NOW + timedelta(hours=2)))).code == 0
        assert sorted(path for path in stage.paths("desa.test") if path.startswith("/berita/")) == sorted([one, other])
        assert {asked.headers.get("if-none-match") for asked in stage.asked if asked.path == other} == {'"v1"'}
        assert last_run(place)["articles/changed"] == 1
        assert place.rows(select(func.count()).select_from(tables.revisions)) == [(1,)]
        (found,) = [each for each in place.articles() if each.url.endswith(one)]
        assert "tujuh orang" in found.text
        stage.asked.clear()
        assert crawls.run(*place.command(*at(NOW + timedelta(hours=2, minutes=5)))).code == 0
        assert not [path for path in stage.paths("desa.test") if path.startswith("/berita/")]


def test_since_leaves_out_what_is_older_and_a_later_run_without_it_takes_it(tmp_path: Path) -> None:
    with Stage() as stage:
        seed = stage.outlet("desa.test", 2)
        paths = [path for path in stage.play["desa.test"] if path.startswith("/berita/")]
        entries = "".join(
            f"<url><loc>{stage.url('desa.test', path)}</loc><lastmod>{day}</lastmod></url>"
            for path, day in zip(paths, ("2026-03-05", "2025-12-01"), strict=True)
        )
        stage.play["desa.test"]["/feed.xml"] = Said(f"<urlset>{entries}</urlset>".encode(), kind="text/xml")
        place = stage.place(tmp_path, seed)
        assert crawls.run(*place.command("-a", "since=30 days")).code == 0
        assert len(place.articles()) == 1
        assert ("skipped", "too-old") in place.rows(_states)
        assert crawls.run(*place.command()).code == 0
        assert len(place.articles()) == 2


def test_words_of_a_seed_choose_articles_and_other_words_choose_again(tmp_path: Path) -> None:
    with Stage() as stage:
        seed = stage.outlet("desa.test", 4)
        stage.play["desa.test"]["/feed.xml"] = with_etag(stage.play["desa.test"]["/feed.xml"])  # type: ignore[arg-type]
        place = stage.place(tmp_path, f"{seed} skip=*nomor-1,*nomor-3")
        assert crawls.run(*place.command()).code == 0
        assert sorted(each.url[-1] for each in place.articles()) == ["0", "2"]
        assert place.rows(_states).count(("skipped", "pattern")) == 2
        place.with_seeds([f"{seed} skip=*nomor-3"])
        assert crawls.run(*place.command()).code == 0
        assert sorted(each.url[-1] for each in place.articles()) == ["0", "1", "2"]


def test_an_etag_that_lies_hides_news_for_a_day_and_no_longer(tmp_path: Path) -> None:
    with Stage() as stage:
        seed = stage.outlet("desa.test", 1)

        def lying(asked: Asked) -> Said:
            if "if-none-match" in asked.headers:
                return Said(b"", 304)
            return feed([stage.url("desa.test", path) for path in stage.play["desa.test"] if "berita" in path])

        stage.play["desa.test"]["/feed.xml"] = lying
        place = stage.place(tmp_path, seed)
        assert crawls.run(*place.command()).code == 0
        stage.play["desa.test"]["/berita/200001/kabar-baru-dari-desa-sebelah"] = article("Kabar baru dari desa sebelah")
        assert crawls.run(*place.command(*at(NOW + timedelta(hours=2)))).code == 0
        assert len(place.articles()) == 1
        assert crawls.run(*place.command(*at(NOW + timedelta(hours=30)))).code == 0
        assert len(place.articles()) == 2


def test_a_seed_that_dries_up_is_named_after_some_runs(tmp_path: Path) -> None:
    with Stage() as stage:
        dry, wet = stage.outlet("kering.test", 2), stage.outlet("basah.test", 2)
        place = stage.place(tmp_path, f"{dry} every=30m", f"{wet} every=30m")
        assert crawls.run(*place.command()).code == 0
        stage.play["kering.test"]["/feed.xml"] = feed([])
        codes = [crawls.run(*place.command(*at(NOW + timedelta(hours=hours)))).code for hours in (1, 2, 3)]
        assert codes == [0, 0, 3]
        assert f"named nothing for several runs: {dry}" in str(last_run(place)["verdict"])


def test_a_seed_that_never_names_anything_is_named_too_and_an_article_is_none(tmp_path: Path) -> None:
    with Stage() as stage:
        wet = stage.outlet("basah.test", 2)
        stage.play["kosong.test"] = {"/feed.xml": feed([])}
        one = stage.url("basah.test", "/berita/100000/kabar-dari-desa-nomor-0")
        place = stage.place(tmp_path, f"{stage.url('kosong.test', '/feed.xml')} every=30m", f"{wet} every=30m", one)
        codes = [crawls.run(*place.command(*at(NOW + timedelta(hours=hours)))).code for hours in (0, 1, 2)]
        assert codes == [0, 0, 3]
        worry = f"named nothing for several runs: {stage.url('kosong.test', '/feed.xml')}"
        assert str(last_run(place)["verdict"]).endswith(worry)


@pytest.mark.parametrize("status", [403, 429])
def test_who_wants_to_be_asked_again_at_once_is_not(tmp_path: Path, status: int) -> None:
    with Stage() as stage:
        seed = stage.outlet("desa.test", 3)
        path = "/berita/100000/kabar-dari-desa-nomor-0"
        stage.play["desa.test"][path] = Said(status=status, headers={"Retry-After": "0"})
        place = stage.place(tmp_path, seed, stage.outlet("lain.test", 30))
        assert crawls.run(*place.command("-s", "DOWNLOAD_DELAY=0.1")).code in {0, 3}
        assert stage.paths("desa.test").count(path) == 1


def test_a_site_whose_pages_hold_no_articles_any_more_is_named(tmp_path: Path) -> None:
    with Stage() as stage:
        seed = stage.outlet("desa.test", 12)
        place = stage.place(tmp_path, seed)
        assert crawls.run(*place.command()).code == 0
        fresh = [f"/berita/{number}/kabar-lain-dari-desa-seberang" for number in range(300_000, 300_012)]
        stage.play["desa.test"] |= {path: Said(b"<html><body><p>Memuat ...</p></body></html>") for path in fresh}
        stage.play["desa.test"]["/feed.xml"] = feed([stage.url("desa.test", path) for path in fresh])
        ended = crawls.run(*place.command(*at(NOW + timedelta(minutes=30))))
        assert ended.code == 3
        assert "most pages hold no article any more: desa.test" in ended.err


def test_a_paged_article_waits_for_its_parts_and_then_goes_without(tmp_path: Path) -> None:
    path = "/berita/100000/kabar-panjang-dari-desa-kami"
    pager = f'<a href="{path}?page=2">2</a>'
    first, second = article("Kabar panjang"), article("Bagian dua", "Begitulah akhir kabar yang panjang itu kemarin.")
    with Stage() as stage:
        stage.play["desa.test"] = {path: Said(first.body.replace(b"</article>", f"</article>{pager}".encode()))}
        stage.play["desa.test"]["/feed.xml"] = feed([stage.url("desa.test", path)])
        stage.play["desa.test"][f"{path}?page=2"] = Said(b"later", 500)
        place = stage.place(tmp_path, stage.url("desa.test", "/feed.xml"))
        for hours in (0, 1, 5):
            assert len(place.articles() if hours else []) == 0
            assert crawls.run(*place.command(*at(NOW + timedelta(hours=hours)))).code == 0
        (incomplete,) = place.articles()
        assert incomplete.marks == ("incomplete",)
        stage.play["desa.test"][f"{path}?page=2"] = second
        assert crawls.run(*place.command(*at(NOW + timedelta(hours=30)))).code == 0
        (complete,) = place.articles()
        assert complete.marks == ()
        assert "Begitulah akhir kabar" in complete.text
        kept = place.rows(select(tables.ledger.c.parts).where(tables.ledger.c.kind == "article"))
        order = json.loads(str(kept[0][0]))
        assert [url.partition(".test")[2].partition("/")[2] for url in order] == [path[1:], f"{path[1:]}?page=2"]


def test_what_pages_forbid_is_recorded_and_obeyed_when_told(tmp_path: Path) -> None:
    with Stage() as stage:
        seed = stage.outlet("desa.test", 1)
        marked = '<meta name="robots" content="noindex, noarchive">'
        stage.play["desa.test"]["/berita/200000/kabar-yang-tidak-untuk-disimpan"] = article("Rahasia desa", head=marked)
        paths = [path for path in stage.play["desa.test"] if path.startswith("/berita/")]
        stage.play["desa.test"]["/feed.xml"] = feed([stage.url("desa.test", path) for path in paths])
        (tmp_path / "recorded").mkdir()
        (tmp_path / "obeyed").mkdir()
        place = stage.place(tmp_path / "recorded", seed)
        assert crawls.run(*place.command()).code == 0
        assert sorted(each.marks for each in place.articles()) == [(), ("noarchive", "noindex")]
        place = stage.place(tmp_path / "obeyed", seed)
        assert crawls.run(*place.command("-s", "OBEY_DIRECTIVES=noindex,noarchive")).code == 0
        assert [each.marks for each in place.articles()] == [()]
        assert last_run(place)["pages/noarchive"] == 1


def test_no_host_is_asked_more_than_so_often_in_one_run(tmp_path: Path) -> None:
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 30))
        assert crawls.run(*place.command("-s", "HOST_MAX_REQUESTS=10", *crawls.IN_A_PROCESS)).code == 0
        # One that waited when the tenth went out counts, and is let go.
        assert 8 <= len(stage.asked) <= 10
        assert crawls.run(*place.command(*at(NOW + timedelta(hours=1)))).code == 0
        assert len(place.articles()) == 30


def test_a_host_that_hangs_is_left_for_the_run_and_holds_up_nobody(tmp_path: Path) -> None:
    let_through = Event()

    def hangs(_: Asked) -> Said:
        let_through.wait(60)
        return Said(b"", 503)

    with Stage() as stage:
        hung = stage.outlet("macet.test", 30)
        play = dict(stage.play["macet.test"])
        stage.play["macet.test"] |= {path: hangs for path in play if path.startswith("/berita")}
        place = stage.place(tmp_path, hung, stage.outlet("lancar.test", 3))
        try:
            first = crawls.run(*place.command("-s", "DOWNLOAD_TIMEOUT=3", *crawls.IN_A_PROCESS))
        finally:
            let_through.set()
        assert first.code == 0, first.err
        assert {each.site for each in place.articles()} == {"lancar.test"}
        assert (
            first.err.count("5 requests to macet.test in a row ended without an answer (timeout); the rest of it") == 1
        )
        # Two were on the line when the fifth gave up, and more where the machine is busy: not all thirty.
        assert 5 <= last_run(place)["retried/timeout"] < 15  # type: ignore[operator]
        tried = select(func.count()).where(tables.ledger.c.attempts > 0, tables.ledger.c.host == "macet.test")
        assert place.rows(tried) == [(last_run(place)["retried/timeout"],)]
        stage.play["macet.test"] = play
        assert crawls.run(*place.command(*at(NOW + timedelta(hours=1)))).code == 0
        assert len(place.articles()) == 33


def test_shards_share_the_sites_among_them(tmp_path: Path) -> None:
    with Stage() as stage:
        seeds = [stage.outlet(f"desa-{number}.test", 1) for number in range(8)]
        place = stage.place(tmp_path, *seeds)
        with ThreadPoolExecutor(2) as both:
            codes = both.map(lambda shard: crawls.run(*place.command("-a", f"shard={shard}")).code, ("1/2", "2/2"))
            assert set(codes) == {0}
        assert len(place.articles()) == 8
        assert len({(asked.host, asked.path) for asked in stage.asked}) == len(stage.asked)


def test_refetch_asks_again_for_what_is_done(tmp_path: Path) -> None:
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 3))
        assert crawls.run(*place.command()).code == 0
        stage.asked.clear()
        assert crawls.run(*place.command("-a", "refetch=all")).code == 0
        assert len(stage.paths("desa.test")) == 4
        assert last_run(place)["articles/same"] == 3


def _answers(stage: Stage, number: int) -> Callable[[], bool]:
    return lambda: len(stage.asked) >= number


def test_of_two_collections_at_once_one_works_and_the_others_leave(tmp_path: Path) -> None:
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 30))
        collect = ["scrapy", "collect", str(place.seeds), *place.settings(), "-s", "DOWNLOAD_DELAY=0.2"]
        collect += ["--reports", str(tmp_path / "reports")]
        crawl = place.command("-s", "DOWNLOAD_DELAY=0.2")
        with ThreadPoolExecutor(3) as several:
            ended = list(several.map(lambda command: crawls.run(*command), (collect, collect, crawl)))
        assert [each.code for each in ended] == [0, 0, 0], [each.err for each in ended]
        left = [each for each in ended if "another process is collecting" in each.err]
        assert len(left) == 2
        assert all("since" in each.err for each in left)
        assert len(place.articles()) == 30
        assert len({asked.path for asked in stage.asked}) == len(stage.asked)


def test_an_article_that_robots_txt_forbade_for_a_day_comes_later(tmp_path: Path) -> None:
    with Stage() as stage:
        place = stage.place(tmp_path, stage.outlet("desa.test", 3, "User-agent: *\nDisallow: /berita/\n"))
        assert crawls.run(*place.command()).code == 0
        assert place.articles() == []
        stage.play["desa.test"]["/robots.txt"] = Said(b"", kind="text/plain")
        assert crawls.run(*place.command(*at(NOW + timedelta(hours=26)))).code == 0
        assert len(place.articles()) == 3


def test_guesses_that_are_forbidden_shut_nobody_out_and_later_feeds_are_asked(tmp_path: Path) -> None:
    with Stage() as stage:
        stage.outlet("desa.test", 4)
        pages = {path: said for path, said in stage.play["desa.test"].items() if path != "/feed.xml"}
        links = "".join(f'<a href="{path}">Kabar dari desa hari ini</a>' for path in pages if "berita" in path)
        home = Said(f"<html><body><main>{links}</main></body></html>".encode())
        forbidden = dict.fromkeys(("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml"), Said(b"no", 403))
        stage.play["desa.test"] = pages | forbidden | {"/": home}
        place = stage.place(tmp_path, stage.url("desa.test"))
        ended = crawls.run(*place.command())
        assert ended.code == 0, ended.err
        assert len(place.articles()) == 4
        declared = b'<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
        stage.play["desa.test"]["/"] = Said(home.body.replace(b"<body>", b"<head>" + declared + b"</head><body>"))
        fresh = "/berita/200001/kabar-baru-yang-hanya-di-umpan"
        stage.play["desa.test"][fresh] = article("Kabar baru yang hanya di umpan")
        stage.play["desa.test"]["/feed.xml"] = feed([stage.url("desa.test", fresh)])
        assert crawls.run(*place.command(*at(NOW + timedelta(hours=1)))).code == 0
        assert len(place.articles()) == 5


def test_what_a_feed_named_too_early_is_looked_at_again_while_it_is_named(tmp_path: Path) -> None:
    with Stage() as stage:
        seed = stage.outlet("desa.test", 1)
        early = "/berita/200001/kabar-yang-belum-terbit-di-desa"
        urls = [stage.url("desa.test", path) for path in (*stage.play["desa.test"], early) if "berita" in path]
        stage.play["desa.test"]["/feed.xml"] = feed(urls)
        place = stage.place(tmp_path, seed)
        assert crawls.run(*place.command()).code == 0
        assert len(place.articles()) == 1
        stage.play["desa.test"][early] = article("Kabar yang terbit kemudian")
        assert crawls.run(*place.command(*at(NOW + timedelta(hours=6)))).code == 0
        assert len(place.articles()) == 2


def test_a_whole_article_is_not_replaced_by_a_part_of_it(tmp_path: Path) -> None:
    path = "/berita/100000/kabar-panjang-dari-desa-kami"
    first, second = article("Kabar panjang"), article("Bagian dua", "Begitulah akhir kabar yang panjang itu kemarin.")
    with Stage() as stage:
        page = Said(first.body.replace(b"</article>", f'</article><a href="{path}?page=2">2</a>'.encode()))
        stage.play["desa.test"] = {path: page, f"{path}?page=2": second}
        stage.play["desa.test"]["/feed.xml"] = feed([stage.url("desa.test", path)])
        place = stage.place(tmp_path, stage.url("desa.test", "/feed.xml"))
        assert crawls.run(*place.command()).code == 0
        (whole,) = place.articles()
        stage.play["desa.test"][f"{path}?page=2"] = Said(b"later", 500)
        for hours in (2, 4, 8):
            assert crawls.run(*place.command(*at(NOW + timedelta(hours=hours)))).code == 0
        assert [each.text for each in place.articles()] == [whole.text]
