"""What is learned of sites lasts from run to run, and what was long ago counts less."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from crawler import sites
from crawler.shape import Shapes, shape_of
from crawler.sites import Yield
from dedup import Corpus, tables

URL = "https://a.example/kabar"


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.open(f"sqlite:///{tmp_path}/corpus.db") as opened:
        yield opened


def test_the_shapes_of_articles_addresses_are_known_in_the_next_run(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        assert not sites.shapes(connection).judge("a.example")(URL)
        sites.keep_shapes(connection, corpus, [("a.example", shape_of(URL), 3, 1), ("b.example", "x", 0, 9)])
    with corpus.transaction() as connection:
        learned = sites.shapes(connection)
        assert learned.judge("a.example")(URL)
        assert not learned.judge("b.example")(URL)
        for _ in range(9):
            learned.learn(URL, "a.example", False)
        sites.keep_shapes(connection, corpus, learned.changed())
    with corpus.reading() as connection:
        assert not sites.shapes(connection).judge("a.example")(URL)
        rows = connection.execute(select(tables.shapes).order_by(tables.shapes.c.site)).all()
        assert [(row.site, row.articles, row.others) for row in rows] == [("a.example", 3, 10), ("b.example", 0, 9)]


def test_nothing_new_is_nothing_to_keep(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        sites.keep_shapes(connection, corpus, Shapes(()).changed())
        assert sites.history(connection) == {}
        sites.keep_history(connection, corpus, {}, {})
        assert connection.execute(select(tables.shapes)).all() == []


def test_the_runs_before_count_a_little_less_with_each_run(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        for _ in range(2):
            sites.keep_history(connection, corpus, sites.history(connection), {"a.example": Yield(100, 20)})
        quiet = sites.history(connection)
        sites.keep_history(connection, corpus, quiet, {"b.example": Yield(1, 1)})
        assert sites.history(connection) == {"a.example": quiet["a.example"], "b.example": Yield(1, 1)}
    assert quiet["a.example"].pages == pytest.approx(195)
    assert quiet["a.example"].without == pytest.approx(39)


def test_a_site_that_changes_is_known_anew_after_some_runs(corpus: Corpus) -> None:
    with corpus.transaction() as connection:
        shares = []
        for run in range(80):
            seen = Yield(10, 0 if run < 40 else 10)
            sites.keep_history(connection, corpus, sites.history(connection), {"a.example": seen})
            shares.append(sites.history(connection)["a.example"].share)
        pages = sites.history(connection)["a.example"].pages
    assert shares[39] == 0
    assert shares[40:] == sorted(shares[40:])
    assert shares[45] < 0.5 < shares[60]
    assert pages < 200


def test_the_share_of_a_site_nobody_read_is_nothing() -> None:
    assert Yield().share == 0
    assert Yield(8, 2).share == 0.25
