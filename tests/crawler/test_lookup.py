"""The raw pages of one address, found again in an archive of several files."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from crawler.archive import Archive
from crawler.exchange import Earlier, Exchange, Kept
from crawler.lookup import Found, find
from dedup import Article, Corpus, tables
from tests.crawler.ledgers import HOUR, NOW, article, begin, read

URL = article(1).url


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    """Give a corpus whose ledger knows two addresses, by a listing that told titles."""
    with Corpus.open(f"sqlite:///{tmp_path}/corpus.db") as opened:
        with opened.transaction() as connection:
            read(begin(connection, opened), connection, article(1), article(2))
        yield opened


def archive(folder: Path, begun: datetime, *pages: tuple[str, bytes], order: int = 0, missing: str = "") -> list[Kept]:
    """Write a file with these pages, the first so many said to be parts of one article; return where they stand."""
    opened = Archive(folder, f"gema-{begun:%Y%m%d%H%M%S}-00001", 10**9)
    with opened.batch():
        kept = [opened.write(exchange(url, body, begun)) for url, body in pages]
        if order:
            parts = [(url, each.place) for (url, _), each in zip(pages, kept, strict=True)][:order]
            opened.write_parts(kept[0].place, parts, missing)
    opened.close()
    return kept


def exchange(url: str, body: bytes, at: datetime) -> Exchange:
    return Exchange(url, "GET", (), 200, (("Content-Type", "text/html"),), body, "", at)


def rejected(corpus: Corpus, url: str, at: datetime) -> None:
    row = {"state": "rejected", "reason": "short", "archived_at": at}
    with corpus.transaction() as connection:
        connection.execute(update(tables.ledger).where(tables.ledger.c.url == url).values(row))


def stored(corpus: Corpus, url: str, place: str) -> None:
    corpus.add([Article(url=url, title="Judul", text="Warga berkumpul.", site="a.example", archived=place)])


def bodies(found: Found | None) -> list[bytes]:
    return [] if found is None else [page.body for page in found.pages]


def test_an_article_is_found_by_its_place_and_has_the_hints_of_its_listing(corpus: Corpus, tmp_path: Path) -> None:
    old, _ = archive(tmp_path, NOW - HOUR, (URL, b"<p>old"), ("https://a.example/x", b"<p>x"))
    archive(tmp_path, NOW, (URL, b"<p>new"))
    stored(corpus, URL, old.place)
    found = find(URL, corpus, tmp_path)
    assert bodies(found) == [b"<p>old"]
    assert found is not None
    assert found.pages[0].hints.title == "Judul 1"
    assert found.path.name == old.place.partition("#")[0]


def test_the_parts_of_an_article_come_in_order(corpus: Corpus, tmp_path: Path) -> None:
    pages = [(URL, b"<p>one"), (f"{URL}?page=2", b"<p>two"), (f"{URL}?page=3", b"<p>three"), (URL, b"<p>later")]
    kept = archive(tmp_path, NOW, *pages, order=3)
    stored(corpus, URL, kept[0].place)
    assert bodies(find(URL, corpus, tmp_path)) == [b"<p>one", b"<p>two", b"<p>three"]


def test_a_rejected_page_is_found_by_its_address_the_last_one_before_it_was_archived(
    corpus: Corpus, tmp_path: Path
) -> None:
    for hours, body in ((-2, b"<p>first"), (-1, b"<p>second"), (1, b"<p>after")):
        archive(tmp_path, NOW + timedelta(hours=hours), (URL, body), ("https://a.example/x", b"<p>x"))
    rejected(corpus, URL, NOW)
    assert bodies(find(URL, corpus, tmp_path)) == [b"<p>second"]


def test_an_article_that_was_the_same_at_a_later_look_is_found_where_it_stands(corpus: Corpus, tmp_path: Path) -> None:
    lands = "https://a.example/lands/here"
    (first,) = archive(tmp_path, NOW - HOUR, (lands, b"<p>as it was"))
    again = Archive(tmp_path, f"gema-{NOW:%Y%m%d%H%M%S}-00001", 10**9)
    with again.batch():
        known = Earlier(lands, first.at, first.digest)
        kept = again.write(replace(exchange(lands, b"<p>as it was", NOW), earlier=known))
    again.close()
    stored = Article(url="https://a.example/canonical", text="Warga berkumpul.", fetched_url=lands, archived=kept.place)
    corpus.add([stored])
    with corpus.transaction() as connection:
        row = {"state": "done", "article": stored.id, "archived_at": kept.at}
        connection.execute(update(tables.ledger).where(tables.ledger.c.url == URL).values(row))
    assert bodies(find(URL, corpus, tmp_path)) == [b"<p>as it was"]
    assert bodies(find(stored.url, corpus, tmp_path)) == [b"<p>as it was"]


def test_a_file_that_is_being_written_is_looked_into(corpus: Corpus, tmp_path: Path) -> None:
    archive(tmp_path, NOW, (URL, b"<p>one"), (URL, b"<p>two"))
    (whole,) = tmp_path.glob("*.warc.gz")
    half = tmp_path / f"{whole.name}.open"
    body = whole.read_bytes()
    half.write_bytes(body[: len(body) * 7 // 10])
    whole.unlink()
    rejected(corpus, URL, NOW)
    assert bodies(find(URL, corpus, tmp_path)) == [b"<p>one"]


def test_what_is_not_there_is_not_found(corpus: Corpus, tmp_path: Path) -> None:
    archive(tmp_path, NOW, ("https://a.example/x", b"<p>x"))
    # Unknown; known and never archived; archived in a file that is gone; an article whose file is gone.
    assert find("https://a.example/x", corpus, tmp_path) is None
    assert find(URL, corpus, tmp_path) is None
    rejected(corpus, URL, NOW)
    assert find(URL, corpus, tmp_path) is None
    stored(corpus, article(2).url, "gema-gone.warc.gz#urn:uuid:1")
    assert find(article(2).url, corpus, tmp_path) is None
