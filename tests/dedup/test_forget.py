"""A take-down: nothing of the article left, in tables or in bytes; its addresses blocked; all else as without it."""

import json
import random
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, select

from dedup import Article, Corpus, Recipe, spelling, tables
from dedup.addresses import spellings
from dedup.checking import check
from dedup.corpus import removal, units
from dedup.corpus.results import snapshot
from dedup.corpus.store import Removed
from dedup.errors import CorpusError
from dedup.records import Match
from dedup.updating import rebuild, update
from tests.dedup.conftest import NOW
from tests.newsroom.articles import articles
from tests.newsroom.texts import load

Result = tuple[set[frozenset[str]], set[frozenset[str]], dict[tuple[str, str], Match]]
SENTENCE = "Ikan raksasa bersisik ungu itu ditemukan mengapung di kolam pemandian"
TITLE = "Warga geger oleh ikan ungu di pemandian"
FISH = Article(
    url="http://satu.test/ikan",
    text=" ".join(f"{SENTENCE} nomor {number}, menurut penjaga." for number in range(60)),
    title=TITLE,
    site="satu.test",
    language="id",
    fetched=NOW,
    fetched_url="http://www.satu.test/ikan?dari=depan",
)
OTHER = Article(url="http://dua.test/hujan", text="Hujan turun dua hari.", title="Hujan", site="dua.test")


def bytes_of(corpus: Corpus) -> bytes:
    """Return all that stands in the files of a corpus."""
    file = Path(corpus.engine.url.database or "")
    return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))


def forget(corpus: Corpus, *references: str) -> Removed:
    gone = removal.forget(corpus, references, NOW)
    update(corpus, now=NOW)
    removal.scrub(corpus)
    return gone


def result(corpus: Corpus) -> Result:
    """Return what an update decides, without the ids, which are history."""
    now = snapshot(corpus)
    members = {family.id: family.members for family in now.families}
    stories = {frozenset(m for family in story.families for m in members[family]) for story in now.stories}
    return {frozenset(held) for held in members.values()}, stories, {(m.a, m.b): m for m in now.matches}


def enter(corpus: Corpus, **given: object) -> None:
    """Put an address into the ledger, under one seed of one run."""
    row: Mapping[str, Any] = {
        "key": spelling(str(given["url"])),
        "host": "satu.test",
        "kind": "article",
        "seed_id": 1,
        "depth": 1,
        "state": "done",
        "reason": "",
        "attempts": 1,
        "interrupted": 0,
        "found_at": NOW,
        "next_visit": NOW,
        "etag": "",
        "last_modified": "",
        "named": 0,
        "title": TITLE,
        "language": "id",
        "article": "",
        **given,
    }
    with corpus.transaction() as connection:
        if connection.execute(select(func.count()).select_from(tables.runs)).scalar_one() == 0:
            connection.execute(tables.runs.insert().values(id=1, started=NOW, arguments="{}", counts="{}", verdict=""))
            seed = {"id": 1, "url": "http://satu.test/", "kind": "", "site": "satu.test", "run_id": 1}
            connection.execute(tables.seeds.insert().values(seed))
        connection.execute(tables.ledger.insert().values(row))


def test_nothing_of_a_forgotten_article_is_left(corpus: Corpus) -> None:
    copy = replace(FISH, url="http://tiga.test/ikan", site="tiga.test", id="", title="Ikan", fetched_url="")
    corpus.add([FISH, OTHER, replace(copy, text=f"Kabar pagi. {FISH.text}")])
    corpus.add([replace(FISH, text=f"{FISH.text} Diperbarui.")])
    update(corpus, now=NOW)
    assert forget(corpus, FISH.url) == Removed(articles=1, revisions=1, texts=2, matches=1)
    with corpus.reading() as connection:
        left = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (tables.articles, tables.texts, tables.signatures, tables.own_texts, tables.families)
        }
        emptied = [tables.revisions, tables.matches, tables.changes]
        assert [connection.execute(select(table)).all() for table in emptied] == [[], [], []]
    assert left == {"articles": 2, "texts": 2, "signatures": 2, "own_texts": 2, "families": 2}


@pytest.mark.parametrize("reference", [FISH.url, FISH.fetched_url, FISH.id])
def test_an_article_is_found_by_any_of_its_names(corpus: Corpus, reference: str) -> None:
    corpus.add([FISH, OTHER])
    assert removal.forget(corpus, [reference], NOW).articles == 1
    assert removal.blocked(corpus) == sorted(map(spelling, [FISH.url, FISH.fetched_url]))
    assert [article.url for article in corpus.articles()] == [OTHER.url]


def test_its_bytes_are_gone_from_the_files(corpus: Corpus) -> None:
    corpus.add([FISH, OTHER])
    corpus.add([replace(FISH, title="Ikan ungu", text="Pendek saja.")])
    enter(corpus, url=FISH.url, article=FISH.id)
    # What an earlier version, or SQLite built without secure deletion, leaves in unused parts of pages.
    with closing(sqlite3.connect(corpus.engine.url.database or "")) as connection, connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("INSERT INTO texts (id, hash, text) VALUES (99, 'sisa', ?)", ("Sisa ikan lama.",))
        connection.commit()
        connection.execute("DELETE FROM texts WHERE id = 99")
    update(corpus, now=NOW)
    for words in (SENTENCE, TITLE, "Ikan ungu", "Pendek saja", "Sisa ikan lama"):
        assert words.encode() in bytes_of(corpus)
    forget(corpus, FISH.url)
    for words in (SENTENCE, TITLE, "Ikan ungu", "Pendek saja", "Sisa ikan lama"):
        assert words.encode() not in bytes_of(corpus)
    assert OTHER.text.encode() in bytes_of(corpus)


def test_a_title_no_longer_names_a_story_even_before_the_update(corpus: Corpus) -> None:
    corpus.add([FISH, OTHER])
    update(corpus, now=NOW)
    assert TITLE in [story.label for story in snapshot(corpus).stories]
    removal.forget(corpus, [FISH.url], NOW)
    removal.scrub(corpus)
    assert TITLE.encode() not in bytes_of(corpus)
    assert OTHER.title in [story.label for story in snapshot(corpus).stories]


def test_a_text_that_another_address_has_stays_there(corpus: Corpus) -> None:
    twin = replace(FISH, url="http://dua.test/ikan", site="dua.test", id="", fetched_url="")
    corpus.add([FISH, twin])
    assert forget(corpus, FISH.url) == Removed(articles=1)
    assert corpus.article(twin.url) == twin
    assert corpus.add([twin]).same == 1


@pytest.mark.parametrize("again", [update, rebuild])
def test_a_later_copy_of_a_text_too_short_to_join_takes_its_family_along(
    corpus: Corpus, again: Callable[..., object]
) -> None:
    first, copy = (replace(OTHER, url=f"http://dua.test/{number}", id=f"hujan{number}") for number in range(2))
    corpus.add([first, copy])
    update(corpus, now=NOW)
    corpus.remove(copy.id)
    again(corpus, now=NOW)
    assert [family.members for family in snapshot(corpus).families] == [(first.id,)]
    assert [story.families for story in snapshot(corpus).stories] == [(first.id,)]
    assert check(corpus) == []


def test_a_text_that_another_had_before_stays_as_its_revision(corpus: Corpus) -> None:
    twin = replace(FISH, url="http://dua.test/ikan", site="dua.test", id="", fetched_url="")
    corpus.add([FISH, twin])
    corpus.add([replace(twin, text="Sudah diganti.")])
    assert forget(corpus, FISH.url).texts == 0
    with corpus.reading() as connection:
        kept = select(tables.texts.c.text).join(tables.revisions, tables.revisions.c.text_id == tables.texts.c.id)
        assert connection.execute(kept).scalars().all() == [FISH.text]


def test_a_forgotten_article_is_not_stored_again(corpus: Corpus) -> None:
    corpus.add([FISH, OTHER])
    forget(corpus, FISH.url)
    elsewhere = replace(FISH, url="http://satu.test/ikan-baru", id="")
    added = corpus.add([FISH, elsewhere, OTHER])
    assert (added.new, added.same, added.forgotten) == (0, 1, 2)
    assert corpus.count() == 1
    assert SENTENCE.encode() not in bytes_of(corpus)


def test_an_address_nobody_has_seen_is_blocked(corpus: Corpus) -> None:
    assert removal.traces(corpus, [FISH.url]) == removal.Traces((), (FISH.url,))
    assert forget(corpus, FISH.url) == Removed()
    assert corpus.add([FISH]).forgotten == 1


def test_an_id_nobody_has_blocks_nothing(corpus: Corpus) -> None:
    forget(corpus, "0123456789abcdef")
    assert removal.blocked(corpus) == []


def test_the_ledger_s_addresses_of_it_are_blocked_and_asked_for_no_more(corpus: Corpus) -> None:
    parts = [f"http://satu.test/ikan?hal={number}" for number in (2, 3)]
    corpus.add([FISH])
    enter(corpus, url="http://m.satu.test/ikan", key="https://satu.test/ikan", article=FISH.id, parts=json.dumps(parts))
    enter(corpus, url="http://satu.test/amp/ikan", article=FISH.id)
    enter(corpus, url=parts[0])
    # Another article, though LIKE would take it for the part.
    enter(corpus, url="http://satu.test/lain", article="lain", parts=json.dumps([parts[0].upper()]))
    forget(corpus, parts[1])
    addresses = {FISH.url, FISH.fetched_url, "http://m.satu.test/ikan", "http://satu.test/amp/ikan", *parts}
    assert removal.blocked(corpus) == sorted(map(spelling, addresses))
    columns = tables.ledger.c
    with corpus.reading() as connection:
        rows = connection.execute(
            select(columns.state, columns.reason, columns.next_visit, columns.title).order_by(columns.id)
        ).all()
    assert rows == [("skipped", "forgotten", None, "")] * 3 + [("done", "", NOW, TITLE)]


def test_forgetting_again_finds_the_same_addresses(corpus: Corpus) -> None:
    corpus.add([FISH])
    enter(corpus, url="http://satu.test/amp/ikan", article=FISH.id)
    forget(corpus, FISH.id)
    before = removal.blocked(corpus)
    assert forget(corpus, FISH.id) == Removed()
    assert removal.blocked(corpus) == before
    assert removal.traces(corpus, [FISH.id]).addresses == ("http://satu.test/amp/ikan", "https://satu.test/amp/ikan")


@pytest.mark.parametrize(
    "listed", ["http://satu.test/ikan", "https://www.satu.test/ikan/", "http://WWW.satu.test/ikan"]
)
@pytest.mark.parametrize("stored", ["http://satu.test/ikan", "https://www.satu.test/ikan/", "https://satu.test/ikan"])
def test_forgetting_one_spelling_forgets_and_blocks_them_all(corpus: Corpus, stored: str, listed: str) -> None:
    written = replace(FISH, url=stored, id="", fetched_url="")
    corpus.add([written])
    part = "http://satu.test/ikan?hal=2"
    enter(corpus, url=stored, article=written.id, parts=json.dumps([part]))
    assert removal.forget(corpus, [listed], NOW).articles == 1
    assert removal.blocked(corpus) == ["https://satu.test/ikan", "https://satu.test/ikan?hal=2"]
    again = [replace(FISH, url=way, id="", fetched_url="") for way in (*spellings(stored), *spellings(part))]
    assert corpus.add(again).forgotten == len(again)
    elsewhere = replace(FISH, url="http://satu.test/lain", id="", fetched_url=stored)
    assert corpus.add([elsewhere]).forgotten == 1
    with corpus.reading() as connection:
        assert connection.execute(select(tables.ledger.c.state)).scalars().all() == ["skipped"]


def test_a_part_is_found_in_any_spelling(corpus: Corpus) -> None:
    corpus.add([FISH])
    enter(corpus, url=FISH.url, article=FISH.id, parts=json.dumps(["http://www.satu.test/ikan/?hal=2"]))
    assert removal.forget(corpus, ["https://satu.test/ikan?hal=2"], NOW).articles == 1


def test_what_still_reads_the_old_file_is_said(corpus: Corpus) -> None:
    corpus.add([FISH])
    impatient(corpus)
    with reading_elsewhere(corpus):
        removal.forget(corpus, [FISH.url], NOW)
        with pytest.raises(CorpusError, match=r"another process reads in it.*repeat"):
            removal.scrub(corpus)
    removal.scrub(corpus)
    assert SENTENCE.encode() not in bytes_of(corpus)


def impatient(corpus: Corpus) -> None:
    """Make the corpus's one pooled connection give up at once where it would wait for a minute."""
    with corpus.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")


@contextmanager
def reading_elsewhere(corpus: Corpus) -> Iterator[None]:
    with closing(sqlite3.connect(corpus.engine.url.database or "", isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM articles").fetchone()
        yield


@pytest.mark.parametrize("seed", [1, 2])
def test_after_an_update_all_is_as_if_it_had_never_been_there(new_corpus: Callable[[], Corpus], seed: int) -> None:
    wanted = list(articles(load(), NOW))
    randomness = random.Random(seed)
    randomness.shuffle(wanted)
    gone, kept = wanted[:12], wanted[12:]
    whole, rest = new_corpus(), new_corpus()
    whole.add(wanted)
    update(whole, now=NOW)
    whole.add(replace(article, title="Judul lain", fetched=NOW + timedelta(hours=1)) for article in gone[:4])
    forget(whole, *(article.url for article in gone[:6]))
    forget(whole, *(article.url for article in gone[6:]))
    rest.add(kept)
    update(rest, now=NOW)
    assert result(whole) == result(rest)
    labels = [{story.label for story in snapshot(corpus).stories} for corpus in (whole, rest)]
    assert labels[0] == labels[1]


def wire(count: int) -> list[Article]:
    """Return versions of one wire by as many sites, each with words of its own."""
    shared = " ".join(f"kawat{place}" for place in range(90))
    return [
        Article(
            url=f"http://situs{number}.test/kawat",
            text=f"{shared}\n" + " ".join(f"tambahan{number}x{place}" for place in range(40)),
            title=f"Versi {number}",
            site=f"situs{number}.test",
            language="id",
        )
        for number in range(count)
    ]


@pytest.mark.parametrize(("count", "removed"), [(14, 1), (14, 2), (8, 2), (7, 1)])
def test_those_whose_leader_is_forgotten_find_one_another(
    new_corpus: Callable[[], Corpus], count: int, removed: int
) -> None:
    recipe = Recipe(key_holders=2, key_copies=1)

    def grouped(wanted: Iterable[Article]) -> Corpus:
        corpus = new_corpus()
        corpus.add(wanted)
        update(corpus, recipe, NOW)
        return corpus

    versions = wire(count)
    whole = grouped(versions)
    with whole.reading() as connection:
        held = units.read_units(connection, units.read_sites(connection))
        articles = units.articles_of(connection, range(count))
    leaders = [articles[number] for number in np.lexsort((held.order, held.own))[:removed].tolist()]
    removal.forget(whole, leaders, NOW)
    update(whole, recipe, NOW)
    assert result(whole) == result(grouped(version for version in versions if version.id not in leaders))
    assert {len(family) for family in result(whole)[0]} == {count - removed}
