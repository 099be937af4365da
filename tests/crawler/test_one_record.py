"""One article, one record, in whole crawls: however its listings and its redirects spell its address."""

from pathlib import Path

from sqlalchemy import select

from crawler.outcome import State
from dedup import tables
from tests.crawler.crawls import run
from tests.crawler.stage import Said, Stage, article, feed

HOST, WWW = "tujuh.test", "www.tujuh.test"
PATHS = [f"/berita/{100_000 + number}/kabar-dari-desa-nomor-{number}" for number in range(3)]


def test_whatever_the_spelling_an_article_is_fetched_and_stored_once(tmp_path: Path) -> None:
    with Stage() as stage:
        named = [url for path in PATHS for url in (stage.url(HOST, path), stage.url(WWW, f"{path}/"))]
        news = {path: article(f"Kabar nomor {path[-1]}") for path in PATHS}
        stage.play[HOST] = {"/feed.xml": feed(named), "/robots.txt": Said(b"", kind="text/plain"), **news}
        stage.play[WWW] = {f"{path}/": said for path, said in news.items()}
        place = stage.place(tmp_path, stage.url(HOST, "/feed.xml"))
        assert run(*place.command()).code == 0
        assert stage.paths(WWW) == []
        assert sorted(path for path in stage.paths(HOST) if path in PATHS) == PATHS
        before = {one.id: one.url for one in place.articles()}
        assert sorted(before.values()) == [stage.url(HOST, path) for path in PATHS]
        # The outlet moves to another spelling, and has meanwhile changed one article.
        for path in PATHS:
            stage.play[HOST][path] = Said(b"", 301, headers={"Location": stage.url(WWW, f"{path}/")})
        stage.play[WWW][f"{PATHS[0]}/"] = article("Kabar nomor 0", extra="Kalimat ini baru ditambahkan sore tadi.")
        again = run(*place.command("-a", "refetch=all"))
    assert "articles: 0 new, 1 changed" in again.err
    assert {one.id: one.url for one in place.articles()} == before
    ledger = tables.ledger.c
    rows = place.rows(select(ledger.article, ledger.state).where(ledger.kind == "article"))
    assert set(rows) == {(key, State.DONE) for key in before}
