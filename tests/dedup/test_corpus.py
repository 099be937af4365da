"""Articles at rest: stored once, changed into revisions, refused where that would lose something."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dedup import Added, Article, Corpus, tables
from dedup.errors import CorpusError, UnknownArticle
from tests.dedup.conftest import NOW

ARTICLE = Article(
    url="http://satu.test/banjir",
    text="Banjir merendam tiga desa.\nWarga mengungsi.",
    title="Banjir",
    site="satu.test",
    host="www.satu.test",
    authors=("Ratna", "Budi"),
    published=NOW,
    language="id",
    fetched=NOW,
    fetched_url="http://www.satu.test/banjir?utm_source=x",
    place="Sumberwangi",
    credited_source="Antar Nusa",
    sources=("BNPB",),
    published_precision="minute",
    published_from="json-ld",
    section="Daerah",
    tags=("banjir", "cuaca"),
    image="http://gambar.test/banjir.jpg",
    site_name="Kabar Satu",
)


def test_what_is_read_is_what_was_written(corpus: Corpus) -> None:
    corpus.add([ARTICLE])
    assert corpus.article(ARTICLE.url) == ARTICLE
    assert corpus.article(ARTICLE.id) == ARTICLE
    assert corpus.article(ARTICLE.fetched_url) == ARTICLE
    assert list(corpus.articles()) == [ARTICLE]


def test_the_same_article_again_changes_nothing(corpus: Corpus) -> None:
    assert corpus.add([ARTICLE]).new == 1
    assert corpus.add([ARTICLE]).same == 1
    assert corpus.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"published": NOW + timedelta(hours=7)},
        {"modified": NOW + timedelta(hours=7)},
        {"site": "kabar", "host": "www.kabar.example"},
        {"language": "ms"},
        {"published_precision": "day"},
        {"authors": ("Sari",)},
        {"marks": ("live blog",)},
    ],
    ids=str,
)
def test_other_details_of_the_same_text_are_told_once(corpus: Corpus, other: dict[str, Any]) -> None:
    corpus.add([ARTICLE])
    assert corpus.add([replace(ARTICLE, **other)] * 2) == Added(details=1, same=1)
    with corpus.reading() as connection:
        assert connection.execute(select(tables.revisions)).all() == []


def test_when_and_from_where_an_article_was_fetched_is_no_detail_of_it(corpus: Corpus) -> None:
    corpus.add([ARTICLE])
    again = replace(ARTICLE, fetched=NOW + timedelta(hours=7), fetched_url=f"{ARTICLE.url}?page=all", archived="b:2")
    assert corpus.add([again]) == Added(same=1)


def test_what_was_stored_before_there_was_a_field_says_nothing_of_it(corpus: Corpus) -> None:
    bare = Article(ARTICLE.url, ARTICLE.text, "", "a.example", "a.example", authors=("Sari",))
    corpus.add([bare])
    with corpus.transaction() as connection:
        connection.execute(tables.articles.update().values(credits='{"authors": ["Sari"]}'))
    assert corpus.add([bare]) == Added(same=1)


def test_a_new_text_of_an_address_keeps_the_old_one_as_a_revision(corpus: Corpus) -> None:
    corpus.add([ARTICLE])
    assert corpus.add([replace(ARTICLE, text="Banjir surut.", fetched=NOW + timedelta(hours=1))]).changed == 1
    with corpus.reading() as connection:
        revision = connection.execute(select(tables.revisions)).one()
        old = connection.execute(select(tables.texts.c.text).where(tables.texts.c.id == revision.text_id)).scalar()
    assert old == ARTICLE.text
    assert corpus.article(ARTICLE.url).text == "Banjir surut."


def test_what_is_known_stays_where_an_import_says_nothing(corpus: Corpus) -> None:
    known = replace(ARTICLE, agency="Antara", modified=NOW, marks=("live",), archived="a.warc.gz:1")
    corpus.add([known])
    bare = Article(url=ARTICLE.url, text=ARTICLE.text)
    assert corpus.add([bare], completing=True).same == 1
    assert corpus.article(ARTICLE.url) == known
    later = replace(bare, text="Banjir surut.", authors=("Sari",), published=NOW + timedelta(hours=2))
    assert corpus.add([later], completing=True).changed == 1
    said: dict[str, Any] = {"text": "Banjir surut.", "authors": ("Sari",), "published": later.published}
    assert corpus.article(ARTICLE.url) == replace(known, **said, published_precision="", published_from="")
    assert corpus.add([replace(bare, text="", title="Surut")], completing=True).changed == 1
    assert corpus.article(ARTICLE.url).text == "Banjir surut."


def test_the_time_of_an_update_takes_no_place_of_when_it_was_published(corpus: Corpus) -> None:
    plain = Article("https://satu.test/1", "Banjir surut.", published=NOW, published_from="meta")
    update = replace(plain, published=NOW + timedelta(days=1), published_from="updated")
    corpus.add([plain])
    corpus.add([update], completing=True)
    assert (corpus.article(plain.id).published, corpus.article(plain.id).published_from) == (NOW, "meta")
    other = replace(update, url="https://satu.test/2", id="")
    corpus.add([other])
    corpus.add([replace(plain, url=other.url, id="")], completing=True)
    assert (corpus.article(other.id).published, corpus.article(other.id).published_from) == (NOW, "meta")


def test_what_was_fetched_before_is_a_revision_of_what_is_known(corpus: Corpus) -> None:
    corpus.add([replace(ARTICLE, place="")])
    before = replace(ARTICLE, text="Versi lama.", title="Lama", fetched=NOW - timedelta(days=1))
    for outcome in (Added(details=1), Added(same=1)):
        assert corpus.add([before], completing=True) == outcome
        assert corpus.article(ARTICLE.url) == ARTICLE
    with corpus.reading() as connection:
        (revision,) = connection.execute(select(tables.revisions)).all()
        text = connection.execute(select(tables.texts.c.text).where(tables.texts.c.id == revision.text_id)).scalar()
    assert (text, revision.title) == ("Versi lama.", "Lama")
    assert (revision.fetched, revision.replaced_at) == (NOW - timedelta(days=1), NOW)
    assert corpus.add([replace(before, fetched=NOW + timedelta(days=1))], completing=True).changed == 1
    assert corpus.article(ARTICLE.url).text == "Versi lama."


def test_a_mark_of_several_words_stays_one(corpus: Corpus) -> None:
    corpus.add([replace(ARTICLE, marks=("live blog", "paywall"))])
    assert corpus.article(ARTICLE.url).marks == ("live-blog", "paywall")


def test_whoever_does_not_complete_replaces_what_is_known(corpus: Corpus) -> None:
    corpus.add([ARTICLE])
    bare = Article(url=ARTICLE.url, text=ARTICLE.text)
    corpus.add([bare])
    assert corpus.article(ARTICLE.url) == replace(bare, site="satu.test", host="satu.test")


def test_equal_texts_are_stored_once(corpus: Corpus) -> None:
    corpus.add([ARTICLE, replace(ARTICLE, url="http://dua.test/banjir", id="")])
    with corpus.reading() as connection:
        assert len(connection.execute(select(tables.texts)).all()) == 1


def test_a_removed_article_is_gone_with_its_texts(corpus: Corpus) -> None:
    corpus.add([ARTICLE])
    corpus.remove(ARTICLE.url)
    with pytest.raises(UnknownArticle, match="banjir"):
        corpus.article(ARTICLE.url)
    with corpus.reading() as connection:
        assert connection.execute(select(tables.texts)).all() == []


def test_a_time_without_a_zone_is_refused(corpus: Corpus) -> None:
    naive = datetime(2026, 11, 22)  # noqa: DTZ001
    with pytest.raises(Exception, match="without a zone"):
        corpus.add([replace(ARTICLE, published=naive)])
    assert corpus.count() == 0


def test_times_come_back_in_utc(corpus: Corpus) -> None:
    local = datetime(2026, 11, 22, 14, 5, tzinfo=timezone(timedelta(hours=7)))
    corpus.add([replace(ARTICLE, published=local)])
    assert corpus.article(ARTICLE.url).published == local
    assert corpus.article(ARTICLE.url).published == datetime(2026, 11, 22, 7, 5, tzinfo=UTC)


def test_a_transaction_that_fails_leaves_nothing(corpus: Corpus) -> None:
    def fail_halfway() -> None:
        with corpus.transaction() as connection:
            corpus.put(connection, ARTICLE, NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    assert corpus.count() == 0


def test_a_newer_corpus_is_refused_by_name(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'corpus.db'}"
    Corpus.open(address).close()
    with sqlite3.connect(tmp_path / "corpus.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(CorpusError, match=r"9999.*newer"):
        Corpus.open(address)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "corpus.db").write_text("this is no database, and a page of it is not either" * 100)
    with pytest.raises(CorpusError, match=r"corpus\.db"):
        Corpus.open(f"sqlite:///{tmp_path / 'corpus.db'}")


@pytest.mark.parametrize("address", ["mysql://host/db", "nonsense", "sqlite://"])
def test_an_address_that_is_no_corpus_s_is_refused(address: str) -> None:
    with pytest.raises(CorpusError):
        Corpus.open(address)


def test_a_relative_address_is_resolved_against_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scrapy.cfg").touch()
    (tmp_path / "deep" / "down").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "down")
    monkeypatch.setenv("CORPUS_URL", "sqlite:///data/here.db")
    Corpus.open().close()
    assert (tmp_path / "data" / "here.db").is_file()


def test_an_id_that_another_address_has_is_refused(corpus: Corpus) -> None:
    corpus.add([ARTICLE])
    with pytest.raises(CorpusError, match=r"banjir already"):
        corpus.add([replace(ARTICLE, url="http://dua.test/lain")])
    assert corpus.count() == 1


def test_two_writers_take_turns(new_corpus: Callable[[], Corpus]) -> None:
    corpus = new_corpus()
    other = Corpus.open(str(corpus.engine.url))
    corpus.add([ARTICLE])
    other.add([replace(ARTICLE, url="http://dua.test/1", id="")])
    assert corpus.count() == other.count() == 2
    other.close()
