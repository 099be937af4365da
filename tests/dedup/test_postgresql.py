"""The corpus in PostgreSQL: what is true in SQLite is true there. A server of our own, on loopback, gone afterwards."""

import asyncio
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Connection, create_engine, select, text
from sqlalchemy.exc import DBAPIError

from crawler.run import Places, Run
from dedup import Article, Corpus, counting, search
from dedup.checking import check
from dedup.corpus import many, schema, vocabularies
from dedup.corpus.readonly import open_to_read
from dedup.corpus.results import snapshot
from dedup.errors import Busy, CorpusError
from dedup.exports import export
from dedup.retelling import retell, timeline
from dedup.serving.places import written
from dedup.updating import rebuild, update
from tests.dedup.conftest import NOW
from tests.dedup.outlets import press_articles
from tests.dedup.test_outdated import assert_what_changes_of_one_text_is_left_out
from tests.dedup.test_reading_limits import assert_late_pages_are_told, assert_reading_ends
from tests.dedup.test_search import FEW
from tests.dedup.test_serving import serving
from tests.dedup.test_telling import fixture, longer, told

# PostgreSQL refuses to run as root: its own user runs it then.
_USER = "postgres"
_PLACES = [Path(shutil.which("initdb") or "/nowhere"), *sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))]
_INITDB = next((place.resolve() for place in reversed(_PLACES) if place.exists()), None)

pytest.importorskip("psycopg", reason="needs the extra `postgres`; .ci/run has it")
pytestmark = pytest.mark.skipif(_INITDB is None, reason="needs PostgreSQL's initdb and pg_ctl; .ci/run has them")


def _run(*command: object) -> None:
    # A pipe to the server would stay open as long as it runs.
    user = _USER if os.geteuid() == 0 else None
    with tempfile.TemporaryFile() as said:
        done = subprocess.run([*map(str, command)], user=user, cwd="/", stdout=said, stderr=said, check=False)
        said.seek(0)
        assert done.returncode == 0, said.read().decode()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Yield the address of a server, without a database's name."""
    assert _INITDB is not None
    # Not under pytest's folder, into which only its own user may look.
    folder = Path(tempfile.mkdtemp(prefix="gema-postgresql-"))
    port = _free_port()
    options = f"-c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -p {port}"
    control = _INITDB.with_name("pg_ctl")
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, _USER)
        _run(_INITDB, "-D", folder / "data", "-U", "gema", "-A", "trust", "-E", "UTF8", "--no-sync")
        _run(control, "-D", folder / "data", "-o", options, "-l", folder / "log", "-w", "start")
        yield f"postgresql+psycopg://gema@127.0.0.1:{port}"
    finally:
        _run(control, "-D", folder / "data", "-m", "immediate", "-w", "stop")
        shutil.rmtree(folder)


@pytest.fixture
def database(server: str) -> Iterator[Callable[[], str]]:
    """Yield what makes a database and returns its address."""
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")

    def make() -> str:
        name = f"corpus_{next(_NUMBERS)}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return f"{server}/{name}"

    yield make
    admin.dispose()


@pytest.fixture
def there(database: Callable[[], str]) -> Iterator[Callable[[], Corpus]]:
    """Yield what makes a corpus in a database of its own."""
    opened: list[Corpus] = []

    def make() -> Corpus:
        opened.append(Corpus.open(database()))
        return opened[-1]

    yield make
    for corpus in opened:
        corpus.close()


_NUMBERS = count()


def news(seed: int) -> list[Article]:
    """Return reports of sites with footers, pages of one frame, and what holds two reports."""
    chosen = random.Random(seed)
    sites = [f"situs{letter}.test" for letter in "abc"]
    found = [
        longer(f"kabar{n}", chosen.choice(["banjir", "gempa"]), chosen.uniform(0, 20), sites[n % 3], n % 2 == 0)
        for n in range(20)
    ]
    found += [fixture(f"harga{n}", chosen.uniform(0, 20), chosen.choice(sites), chosen) for n in range(5)]
    one, other = found[:2]
    both = f"{one.text}\n{other.text}"
    copied = replace(one, id="salin", url="http://salin.test/1", site="salin.test", title="Judul “lain” \N{SNOWMAN}")
    return [*found, copied, replace(copied, id="rangkum", url="http://rangkum.test/1", site="rangkum.test", text=both)]


def test_an_update_finds_there_what_it_finds_in_sqlite(
    there: Callable[[], Corpus], new_corpus: Callable[[], Corpus]
) -> None:
    results = []
    for corpus in (there(), new_corpus()):
        corpus.add([*news(1), *press_articles()])
        done = update(corpus, now=NOW)
        results.append((done, snapshot(corpus), sorted(map(repr, export(corpus)))))
    assert results[0] == results[1]
    assert len(results[0][1].families) > 1


def test_what_was_learned_of_words_is_there_what_it_is_in_sqlite(
    there: Callable[[], Corpus], new_corpus: Callable[[], Corpus]
) -> None:
    results = []
    for corpus in (there(), new_corpus()):
        corpus.add(press_articles())
        update(corpus, now=NOW)
        version, counted = counting.learn(corpus, (), NOW)
        rebuild(corpus, now=NOW)
        results.append((version, counted, vocabularies.versions(corpus), snapshot(corpus)))
    assert results[0] == results[1]
    assert results[0][1]["id"].words


def test_matches_of_texts_that_have_changed_are_left_out_there(there: Callable[[], Corpus]) -> None:
    assert_what_changes_of_one_text_is_left_out(there())


def test_who_reads_there_sees_the_corpus_as_it_was_at_first(there: Callable[[], Corpus]) -> None:
    corpus = there()
    with corpus.reading() as connection:
        assert connection.execute(select(schema.articles)).all() == []
        corpus.add(press_articles()[:3])
        assert connection.execute(select(schema.articles)).all() == []
    assert corpus.count() == 3


def test_it_is_checked_there_and_what_cannot_be_read_is_told(there: Callable[[], Corpus]) -> None:
    corpus = there()
    corpus.add(press_articles())
    update(corpus, now=NOW)
    assert check(corpus) == []
    with corpus.transaction() as connection:
        connection.execute(text("UPDATE matches SET passages = 'xx'"))
        connection.execute(text("UPDATE own_texts SET terms = 'xxx'"))
    with pytest.raises(CorpusError, match="passages cannot be read"):
        snapshot(corpus)
    assert any("is cut off" in fault for fault in check(corpus))


def test_a_search_finds_there_what_it_finds_in_sqlite(
    there: Callable[[], Corpus], new_corpus: Callable[[], Corpus]
) -> None:
    corpora = [there(), new_corpus()]
    for corpus in corpora:
        corpus.add([*FEW, *press_articles()])
        search(corpus, "banjir")
        corpus.add([replace(FEW[0], text="Gempa mengguncang kota. " + "z" * 5_000)])
        corpus.remove("dua")
    asked = ["banjir", '"air sungai"', "banjir -jakarta", "-banjir site:dua.test", "CAFÉ film", "αθηνα", "covid-19"]
    asked += ["洪水", "merendam gempa", "gempa", "rp5 feri", "lang:en", "' & | ! <-> \\ :*", "\0"]
    for query in asked:
        one, other = ({each.article.id for each in search(corpus, query, limit=500).best} for corpus in corpora)
        assert one == other, query
    for corpus in corpora:
        corpus.add([replace(FEW[2], published=datetime(2026, 11, 5, 17, tzinfo=UTC), published_precision="day")])
        day, next_day = datetime(2026, 11, 6, tzinfo=UTC), datetime(2026, 11, 7, tzinfo=UTC)
        (found,) = search(corpus, "site:tiga.test", since=day, until=next_day).best
        assert found.article.id == "tiga"
        assert not search(corpus, "site:tiga.test", until=day).best
    # No word of two thousand bytes is in its index; nor is asking for it an error.
    assert not search(corpora[0], "z" * 5_000).best
    words = " ".join(f"panjang{number}kata" for number in range(100_000))
    corpora[0].add([Article(url="http://aneh.test/", text=words, title=words, site="aneh.test", id="panjang")])
    assert [each.article.id for each in search(corpora[0], "panjang7kata").best] == ["panjang"]
    corpora[0].remove("satu")
    assert not search(corpora[0], "gempa mengguncang kota").best


def test_a_story_is_told_there_as_in_sqlite(there: Callable[[], Corpus], new_corpus: Callable[[], Corpus]) -> None:
    told_at = []
    for corpus in (there(), new_corpus()):
        corpus.add(press_articles())
        update(corpus, now=NOW)
        name = "cerita-warga-sumberwangi"
        told_at.append((retell(corpus, name), timeline(corpus, name), timeline(corpus, name, alone=True)))
    assert told_at[0] == told_at[1]


def test_it_is_served_and_only_read(there: Callable[[], Corpus], new_corpus: Callable[[], Corpus]) -> None:
    corpora = there(), new_corpus()
    for each in corpora:
        each.add(press_articles())
        update(each, now=NOW)
    (family, *_) = [family.id for family in snapshot(corpora[0], articles=False).families if len(family.members) > 1]
    with serving(corpora[0].address) as one, serving(corpora[1].address) as other:
        for place in ("/", "/search?q=banjir", f"/families/{family}"):
            assert one.ask(place).body == other.ask(place).body
            assert one.ask(place).status == 200
        # What it cannot hold is nobody's name.
        assert one.ask(f"/families/{written(chr(0))}").status == 404
        assert one.ask(f"/stories/{written(chr(0))}").status == 404
    with open_to_read(corpora[0].address) as read, pytest.raises(DBAPIError, match="read-only"):
        read.add(news(1))


def test_reading_there_has_an_end_as_well(there: Callable[[], Corpus]) -> None:
    assert_reading_ends(there())
    assert_late_pages_are_told(there())


def test_nor_does_order_or_what_went_again_matter_there(there: Callable[[], Corpus]) -> None:
    wanted = news(2)
    extra = [longer(f"sementara{number}", "banjir", number, "situsa.test", True) for number in range(4)]
    whole = told(there(), wanted)
    pieces = there()
    told(pieces, [*wanted[::2], *extra], wanted[1::2])
    for article in extra:
        pieces.remove(article.id)
    assert told(pieces, []) == whole
    before = snapshot(pieces)
    rebuild(pieces, now=NOW)
    assert snapshot(pieces) == before
    assert told(pieces, []) == whole


def test_one_update_at_a_time(there: Callable[[], Corpus]) -> None:
    corpus = there()
    corpus.add(news(3))
    with (
        Corpus.open(str(corpus.engine.url)) as other,
        other.alone("updating"),
        pytest.raises(Busy, match="another process"),
    ):
        update(corpus, now=NOW)
    assert update(corpus, now=NOW).articles == len(news(3))


_OPENING = """
import sys
from alembic import command, config
from dedup import Corpus
print("ready", flush=True)
sys.stdin.readline()
Corpus.open(sys.argv[1]).close()
"""


def test_two_may_make_a_corpus_at_once(database: Callable[[], str]) -> None:
    address = database()
    command = [sys.executable, "-c", _OPENING, address]
    pipe = subprocess.PIPE
    both = [subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(2)]
    for each in both:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in both:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    said = [each.communicate()[1] for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    with Corpus.open(address) as corpus:
        assert corpus.count() == 0


@pytest.mark.parametrize("adding", [False, True], ids=["put", "add"])
def test_one_text_is_stored_once_though_two_write_it_at_once(there: Callable[[], Corpus], adding: bool) -> None:
    corpus = there()
    first, second = (Article(f"http://{name}.test/1", "kawat yang sama", site=f"{name}.test") for name in "ab")

    def stored(other: Corpus) -> bool:
        if adding:
            return other.add([second]).new == 1
        with other.transaction() as connection:
            return other.put(connection, second, NOW) == "new"

    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with (
        Corpus.open(str(corpus.engine.url)) as other,
        ThreadPoolExecutor() as pool,
        corpus.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as looking,
    ):
        with corpus.transaction() as connection:
            assert corpus.put(connection, first, NOW) == "new"
            outcome = pool.submit(stored, other)
            while not looking.execute(waiting).scalar():
                assert not outcome.done()
        assert outcome.result()
    with corpus.reading() as connection:
        assert list(connection.execute(select(schema.texts.c.text)).scalars()) == [first.text]


@pytest.mark.parametrize(("known", "many_texts"), [(False, 3_000), (True, 300)], ids=["new", "changed"])
def test_two_may_add_the_same_texts_in_other_orders(there: Callable[[], Corpus], known: bool, many_texts: int) -> None:
    corpus = there()
    texts = [f"kabar kawat nomor {number}" for number in range(many_texts)]
    ways = {"a.test": texts, "b.test": texts[::-1]}
    if known:
        corpus.add(Article(f"http://{site}/{said}", "belum ada", site=site) for site in ways for said in texts)
    start = Barrier(len(ways), timeout=60)

    def added(site: str) -> int:
        found = [Article(f"http://{site}/{said}", said, site=site) for said in ways[site]]
        with Corpus.open(str(corpus.engine.url)) as own:
            start.wait()
            done = own.add(found)
        return done.changed if known else done.new

    with ThreadPoolExecutor() as pool:
        assert list(pool.map(added, ways)) == [len(texts), len(texts)]
    with corpus.reading() as connection:
        held = set(connection.execute(select(schema.texts.c.text)).scalars())
    assert held - {"belum ada"} == set(texts)


def test_two_crawls_may_store_the_same_texts_in_other_orders(there: Callable[[], Corpus], tmp_path: Path) -> None:
    address = str(there().engine.url)
    texts = [f"kabar kawat nomor {number}" for number in range(400)]
    ways = {"a.test": texts, "b.test": texts[::-1]}
    start = Barrier(len(ways), timeout=60)

    async def stored(site: str) -> int:
        run = Run(Places(address, tmp_path / site, None, 0, 0))
        found = [Article(f"http://{site}/{said}", said, site=site) for said in ways[site]]

        def job(connection: Connection) -> int:
            return sum(run.corpus.put(connection, article, NOW) == "new" for article in found)

        start.wait()
        try:
            return await run.write(job)
        finally:
            await run.close()

    with ThreadPoolExecutor() as pool:
        done = list(pool.map(lambda site: asyncio.run(stored(site)), ways))
    assert done == [len(texts), len(texts)]


def test_many_values_and_rows_at_once_there(there: Callable[[], Corpus]) -> None:
    odd = ["it's", 'a "name"', "back\\slash", "{1,NULL}", "NULL", "%s %(x)s :x ?", "", "Jawa \N{SNOWMAN}"]
    names = [*odd, *(f"name {number}" for number in range(45_000))]
    table, rows = schema.facts, [{"name": name, "value": "of " + name} for name in names]
    query = select(table.c.name, table.c.value)
    with there().transaction() as connection:
        many.insert(connection, table, rows)
        many.insert(connection, table, [{"name": odd[0], "value": "other"}], "keep")
        many.insert(connection, table, [{"name": odd[1], "value": "of " + odd[1]}], "replace")
        assert dict(many.among(connection, query, table.c.name, [*names, "none"])) == {n: "of " + n for n in names}
        many.drop(connection, table.c.name, names[1:])
        assert dict(many.rows(connection, query)) == {odd[0]: "of " + odd[0]}
        signs, table = [0, -1, (1 << 63) - 1, -(1 << 63)], schema.story_signs
        many.insert(connection, table, [{"sign": sign, "rank": 7} for sign in signs])
        assert {row[0] for row in many.among(connection, select(table.c.sign), table.c.sign, [*signs, 2])} == {*signs}
