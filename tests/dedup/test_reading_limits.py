"""Reading for one who asks has an end: the statement is ended, who asked is told so, and all others read on."""

import re
import signal
import threading

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from dedup import Corpus
from dedup.corpus.limits import TooLong, within
from dedup.corpus.readonly import open_to_read
from dedup.corpus.results import snapshot
from dedup.serving.headers import HEADERS
from dedup.updating import update
from tests.dedup.conftest import NOW
from tests.dedup.test_serving import article, serving


def counting(most: int) -> str:
    """Return a statement that counts so far, one after the other."""
    rows = f"SELECT 1 UNION ALL SELECT n + 1 FROM more WHERE n < {most}"
    return f"WITH RECURSIVE more(n) AS ({rows}) SELECT count(*) FROM more"


# Takes some seconds: a test of what does not end it fails instead of waiting for ever.
LONG = counting(20_000_000)
# Long enough for SQLite to look at the clock many times, and soon over.
SOME = counting(50_000)
SHORT_S, LONG_S = 0.2, 600


def grouped(corpus: Corpus) -> str:
    """Group two articles; return the id of their family."""
    corpus.add([article("satu", 1), article("dua", 2)])
    update(corpus, now=NOW)
    return snapshot(corpus).families[0].id


def held_up(corpus: Corpus) -> None:
    """Have whatever reads matches wait for long."""
    with corpus.transaction() as connection:
        connection.execute(text("ALTER TABLE matches RENAME TO real_matches"))
        connection.execute(text(f"CREATE VIEW matches AS SELECT * FROM real_matches WHERE ({LONG}) > 0"))


def assert_reading_ends(corpus: Corpus) -> None:
    """Hold a corpus that is only read against all that a limit promises; `corpus` is where it is written."""
    with open_to_read(corpus.engine.url.render_as_string(hide_password=False)) as read:
        used = set[int]()
        event.listen(read.engine, "checkout", lambda connection, *_: used.add(id(connection)))
        before = read.count()
        with pytest.raises(TooLong, match=r"after 0\.2 seconds"), within(SHORT_S), read.reading() as connection:
            connection.execute(text(LONG)).all()
        assert read.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        corpus.add([article("baru", 5)])
        # The same connection: without its old limit, and in no transaction that began before.
        assert read.count() == before + 1
        assert counted(read) == 50_000
        with within(LONG_S):
            assert counted(read) == 50_000
        assert len(used) == 1


def counted(corpus: Corpus) -> int:
    with corpus.reading() as connection:
        return int(connection.execute(text(SOME)).scalar_one())


def assert_late_pages_are_told(corpus: Corpus) -> None:
    """Hold the served pages of a corpus that hardly ever answers against what is promised of them."""
    family = grouped(corpus)
    address = corpus.engine.url.render_as_string(hide_password=False)
    with serving(address, "--limit", "0.5", "--lang", "id") as running:
        held_up(corpus)
        answer = running.ask(f"/families/{family}")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "60")
        assert "Halaman ini terlalu lama dibuat" in answer.body
        # Who waits at a page does not have it asked for again and again.
        assert not {"Refresh", "Etag"} & answer.headers.keys()
        assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
        assert not re.search(r"Traceback|matches|\.py|interrupt|timeout", answer.body)
        # More than there are threads, and the others are answered.
        assert [running.ask(f"/families/{family}").status for _ in range(3)] == [503] * 3
        assert [running.ask(place).status for place in ("/", "/search?q=judul", "/nothing")] == [200, 200, 404]
        # A connection that has been idle since before the view was made still takes it for a table.
        corpus.engine.dispose()
        with corpus.transaction() as connection:
            connection.execute(text("DROP VIEW matches"))
            connection.execute(text("ALTER TABLE real_matches RENAME TO matches"))
        assert running.ask(f"/families/{family}").status == 200
        running.process.send_signal(signal.SIGTERM)
        _, err = running.process.communicate(timeout=10)
        # On a busy machine the time may be over before the statement that hangs begins.
        ways = r"(reading was ended after 0\.5 seconds|the time to read was over between two statements)"
        assert len(re.findall(f"/families/{family}' took too long: {ways}\n", err)) == 4
        assert "Traceback" not in err


def test_reading_ends_and_leaves_its_connection_as_it_was(corpus: Corpus) -> None:
    assert_reading_ends(corpus)


def test_a_page_that_takes_too_long_is_told_and_holds_up_nobody(corpus: Corpus) -> None:
    assert_late_pages_are_told(corpus)


def test_many_short_statements_are_long_as_well(corpus: Corpus) -> None:
    with open_to_read(corpus.address) as read, pytest.raises(TooLong, match="two statements"), within(SHORT_S):
        assert [read.count() for _ in range(10_000)] == []


def test_what_breaks_meanwhile_is_not_taken_for_too_long(corpus: Corpus) -> None:
    with open_to_read(corpus.address) as read:
        with pytest.raises(DBAPIError, match="no such table"), within(LONG_S), read.reading() as connection:
            connection.execute(text("SELECT * FROM nobody"))
        # Nor is there a limit for who asked for none.
        assert counted(read) == 50_000


def test_a_limit_is_of_the_thread_that_asked_for_it(corpus: Corpus) -> None:
    found: list[int] = []
    with open_to_read(corpus.address) as read:
        other = threading.Thread(target=lambda: found.append(counted(read)))
        with within(0):
            other.start()
            other.join()
            with pytest.raises(TooLong):
                read.count()
    assert found == [50_000]
