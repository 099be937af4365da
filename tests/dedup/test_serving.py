"""The report served live: the same pages, to this computer alone, and nothing is ever written."""

import hashlib
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dedup import Article, Corpus
from dedup.corpus import schema
from dedup.corpus.backup import backup
from dedup.corpus.readonly import open_to_read
from dedup.corpus.results import mark, snapshot
from dedup.errors import CorpusError
from dedup.report import pages
from dedup.report.context import context_of
from dedup.report.language import ENGLISH
from dedup.report.pages import Setting
from dedup.report.sheets import Report, overview_page, page_of_story, pages_of_families, pages_of_sites, report
from dedup.serving.headers import HEADERS, named_here
from dedup.serving.kept import Kept
from dedup.serving.lists import Lists, Question, find, lists, question
from dedup.serving.places import Places, meant, written
from dedup.updating import update
from tests.dedup.conftest import NOW
from tests.dedup.outlets import press_grouped
from tests.dedup.snapshots import HOSTILE, three_outlets

WIRE = (
    "Air sungai meluap pada malam hari dan merendam tiga desa di hilir bendungan. Warga mengungsi ke balai desa sejak "
    "pukul dua pagi, kata kepala desa, dan belum ada korban yang dilaporkan sampai siang ini oleh petugas di lapangan."
)
READY_S = 180


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs, and what it says to who runs it."""

    port: int
    process: subprocess.Popen[str]

    def ask(self, place: str, method: str = "GET", **headers: str) -> Answer:
        """Send a request as it is, with nothing corrected."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.putrequest(method, place, skip_host="Host" in headers, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            connection.endheaders()
            answer = connection.getresponse()
            return Answer(
                answer.status, {name.title(): value for name, value in answer.getheaders()}, answer.read().decode()
            )
        finally:
            connection.close()

    def raw(self, request: bytes) -> str:
        """Send bytes; return all that comes until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as line:
            line.sendall(request)
            line.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: line.recv(65_536), b"")).decode()

    def until(self, holds: Callable[[Answer], bool], place: str = "/") -> Answer:
        """Ask again until an answer is as it shall be."""
        end = time.monotonic() + READY_S
        while not holds(answer := self.ask(place)):
            assert time.monotonic() < end, f"still {answer.status}: {answer.body[:2_000]}"
            time.sleep(0.1)
        return answer


def command(address: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "dedup.cli", "serve", "--corpus", address, "--zone", "UTC", *arguments]


@contextmanager
def serving(address: str, *arguments: str) -> Iterator[Server]:
    """Run the server on a free port, ready."""
    started = command(address, "--port", "0", *arguments)
    with subprocess.Popen(started, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/ .*\n", line)
            assert found, line or process.communicate()[1]
            server = Server(int(found[1]), process)
            server.until(lambda answer: answer.status == 200)
            yield server
        finally:
            process.kill()


@pytest.fixture(scope="module")
def press(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with press_grouped(tmp_path_factory.mktemp("served")) as corpus:
        yield corpus


@pytest.fixture(scope="module")
def server(press: Corpus) -> Iterator[Server]:
    with serving(press.address) as running:
        yield running


def written_out(corpus: Corpus) -> tuple[Report, Setting]:
    """Return the same corpus as a report to be written, and the setting that leads to served pages."""
    found = snapshot(corpus)
    made = report(found, context_of(corpus, found))
    sites = frozenset(site.site for site in made.overview.sites)
    return made, Setting(ENGLISH, UTC, Places(), sites, made.overview.updated_at)


# --- the same pages ---------------------------------------------------------------------------------------


def test_every_page_is_that_of_the_written_report(press: Corpus, server: Server) -> None:
    made, setting = written_out(press)
    seen, links = made.overview, setting.links
    wanted = {
        "/": pages.overview_page(overview_page(made, UTC), setting),
        "/about": pages.about_page(seen.recipe, setting),
        **{links.site(view.site.site): pages.site_page(view, setting) for view in pages_of_sites(made, seen.sites)},
        **{links.story(each.id): pages.story_page(page_of_story(each), setting) for each in seen.told},
        **{
            links.family(view.family.id): pages.family_page(view, setting)
            for view in pages_of_families(made, seen.copied)
        },
    }
    assert len(seen.told) > 3
    assert len(seen.copied) > 10
    for place, page in wanted.items():
        answer = server.ask(place)
        assert (answer.status, answer.body) == (200, page), place


def as_served(page: str) -> str:
    """Return a page of a folder with its links as those of a server."""
    page = re.sub(r'"\.\./(families|stories|sites)/([^"/]+)\.html', r'"/\1/\2', page)
    page = re.sub(r'"\.\./(search|about)\.html', r'"/\1', page)
    return page.replace('"../index.html', '"/').replace('"../assets/', '"/assets/')


def test_the_files_of_a_report_are_the_pages_that_are_served(press: Corpus, server: Server, tmp_path: Path) -> None:
    ways = ("--corpus", press.address, "--out", str(tmp_path), "--zone", "UTC")
    done = left(sys.executable, "-m", "dedup.cli", "report", *ways)
    assert done.returncode == 0, done.stderr
    folder = Path(done.stdout.split()[-1]).parent
    for kind in ("families", "stories", "sites"):
        files = sorted((folder / kind).glob("*.html"))
        assert len(files) > 3
        for file in files:
            answer = server.ask(f"/{kind}/{file.stem}")
            assert (answer.status, answer.body) == (200, as_served(file.read_text(encoding="utf-8"))), file.name


def test_every_link_of_every_page_leads_somewhere(press: Corpus, server: Server) -> None:
    waiting, known = ["/"], {"/"}
    while waiting:
        answer = server.ask(place := waiting.pop())
        assert answer.status == 200, place
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        for found in re.findall(r'(?:href|src|action)="(/[^"#]*)', answer.body):
            if (there := found.replace("&amp;", "&")) not in known:
                known.add(there)
                waiting.append(there)
    assert {"/about", "/search", "/assets/gema.css", "/assets/chart.umd.min.js"} <= known


def test_the_pages_speak_indonesian(press: Corpus) -> None:
    with serving(press.address, "--lang", "id") as running:
        assert '<html lang="id">' in running.ask("/").body
        assert "Tidak ada halaman seperti itu" in running.ask("/families/none").body
        assert "Ditemukan: " in running.ask("/search").body


def test_what_is_searched_for_is_found(press: Corpus, server: Server) -> None:
    made, setting = written_out(press)
    story = made.overview.told[0]
    word = max(story.label.split(), key=len)
    for query in (f"q={word.upper()}", f"q={word}&kind=s", f"q={word}&site={story.sites[0]}&page=1"):
        assert f'href="{setting.links.story(story.id)}"' in server.ask(f"/search?{query}").body
    assert f'href="{setting.links.story(story.id)}"' not in server.ask(f"/search?q={word}&kind=f").body
    assert "Nothing of this kind" in server.ask("/search?q=qqqqq").body
    assert "Nothing of this kind" in server.ask("/search?until=1999-01-01").body


@pytest.mark.parametrize(
    "query", ["page=0", "page=99999999999", "page=-1", "page=%D9%A3", "since=never", "kind=x", "q=%FF%FE", "a=b&a=c"]
)
def test_a_question_that_makes_no_sense_is_answered(server: Server, query: str) -> None:
    assert server.ask(f"/search?{query}").status == 200


def test_what_is_asked_stands_in_the_answer_as_text(server: Server) -> None:
    body = server.ask("/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&site=%27%22%3E%3Cb%3E").body
    assert "<script>alert" not in body
    assert "<b>" not in body
    assert "&lt;script&gt;alert(1)" in body


# --- what may be asked for ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
@pytest.mark.parametrize("place", ["/", "/search", "/nothing"])
def test_nothing_can_be_done_but_read(server: Server, method: str, place: str) -> None:
    answer = server.ask(place, method)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert "only read" in answer.body


@pytest.mark.parametrize(
    "place",
    [
        "/assets/../pages.py",
        "/assets/%2e%2e/pages.py",
        "/assets/..%2fpages.py",
        "/assets/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/assets/../../../../../../etc/passwd",
        "/assets//etc/passwd",
        "/assets/%2Fetc%2Fpasswd",
        "/assets/..\\pages.py",
        "/assets/gema.css%00.js",
        "/assets/gema.css/",
        "/assets/%C0%AE%C0%AE/pages.py",
        "/assets/",
        "/assets/GEMA.CSS",
        "//etc/passwd",
        "/..",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/sites/..",
        "/sites/%2e%2e%2fetc",
        "/stories/~Li4v",
        "/families/~",
        "/families/~!",
        "/families/%00",
        "/families/%FF",
        "/families/a/b",
        "/families/",
        "/index.html",
        "/groups.json",
        "/nothing",
    ],
)
def test_what_is_no_page_is_not_there(server: Server, place: str) -> None:
    answer = server.ask(place)
    assert answer.status == 404
    assert "There is no such page" in answer.body
    assert not re.search(r"Traceback|root:|\.py|/tmp|sqlite|dedup\.|def ", answer.body.replace("dedup serve", ""))


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "[::1]"])
def test_a_name_from_elsewhere_that_leads_here_gets_nothing(server: Server, host: str) -> None:
    answer = server.ask("/", Host=host)
    assert answer.status == 400
    assert "families" not in answer.body


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:1234", "127.0.0.1:8420"])
def test_the_names_of_this_computer_are_answered(server: Server, host: str) -> None:
    assert server.ask("/", Host=host).status == 200
    assert not named_here(f"{host}:x")


def test_without_a_host_there_is_no_answer(server: Server) -> None:
    assert server.raw(b"GET / HTTP/1.0\r\n\r\n").startswith("HTTP/1.0 400")


def test_what_is_too_long_is_refused(server: Server) -> None:
    assert server.ask("/families/" + "a" * 3_000).status == 414
    assert server.ask("/search?q=" + "a" * 3_000).status == 414
    assert server.ask("/" + "a" * 100_000).status in (400, 414, 431)
    assert server.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999\r\n\r\n")[9:12] == "413"


@pytest.mark.parametrize(
    ("place", "headers"),
    [
        ("/", {}),
        ("/search?q=a", {}),
        ("/assets/gema.js", {}),
        ("/favicon.ico", {}),
        ("/nothing", {}),
        ("/families/%FF", {}),
        ("/" + "a" * 3_000, {}),
        ("/", {"Host": "evil.example"}),
    ],
)
def test_every_answer_carries_the_same_headers(server: Server, place: str, headers: dict[str, str]) -> None:
    for method in ("GET", "HEAD", "POST"):
        answer = server.ask(place, method, **headers)
        assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
        assert not {"Set-Cookie", "Server", "X-Powered-By", "Access-Control-Allow-Origin"} & answer.headers.keys()


@pytest.mark.parametrize("request_", [b"\x16\x03\x01\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9 x\r\nA\r\n\r\n"])
def test_what_is_no_request_is_answered_with_the_same_headers(server: Server, request_: bytes) -> None:
    head = server.raw(request_)
    assert re.match(r"HTTP/1\.[01] 4\d\d ", head)
    assert [name for name, value in HEADERS.items() if f"{name}: {value}" not in head] == []
    assert "waitress" not in head


def test_the_policy_lets_nothing_in() -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy


def test_no_page_has_a_script_or_style_of_its_own(press: Corpus, server: Server) -> None:
    made, setting = written_out(press)
    some = [setting.links.family(made.overview.copied[0].id), setting.links.story(made.overview.told[0].id)]
    for place in ("/", "/search", "/about", "/nothing", *some):
        assert not re.search(r"<script(?! src=)|<style|\son\w+=|\sstyle=", server.ask(place).body), place


# --- whether the reader has it already ---------------------------------------------------------------------


def test_head_is_get_without_the_page(press: Corpus, server: Server) -> None:
    made, setting = written_out(press)
    for place in ("/", setting.links.family(made.overview.copied[0].id), "/assets/gema.css", "/nothing"):
        got, head = server.ask(place), server.ask(place, "HEAD")
        assert (head.status, head.body) == (got.status, "")
        assert head.headers["Content-Length"] == got.headers["Content-Length"] == str(len(got.body.encode()))


def test_what_the_reader_has_is_not_sent_again(press: Corpus, server: Server) -> None:
    made, setting = written_out(press)
    places = ["/", "/search", "/search?q=a", setting.links.family(made.overview.copied[0].id), "/assets/gema.css"]
    tags = {}
    for place in places:
        tags[place] = server.ask(place).headers["Etag"]
        again = server.ask(place, If_None_Match=tags[place])
        assert (again.status, again.body, again.headers["Etag"]) == (304, "", tags[place])
        assert {name: again.headers[name] for name in HEADERS} == dict(HEADERS)
        assert server.ask(place, If_None_Match='"other"').status == 200
    assert len(set(tags.values())) == len(places)
    assert server.ask("/nothing", If_None_Match="*").status == 404
    assert server.ask("/families/none", If_None_Match="*").status == 404


# --- a corpus that changes ---------------------------------------------------------------------------------


def article(name: str, hours: int, words: str = WIRE) -> Article:
    time_ = datetime(2026, 3, 20, hours, tzinfo=UTC)
    return Article(f"https://{name}.example/1", words, f"Judul {name}", f"{name}.example", published=time_, id=name)


def test_an_empty_corpus_is_served_and_what_comes_is_shown(new_corpus: Callable[[], Corpus]) -> None:
    corpus = new_corpus()
    with serving(corpus.address) as running:
        first = running.ask("/")
        assert "There are no articles yet." in first.body
        assert "nothing to search" in running.ask("/search").body
        corpus.add([article("satu", 1), article("dua", 2)])
        update(corpus, now=NOW)
        statuses = set()

        def grown(answer: Answer) -> bool:
            statuses.add(answer.status)
            return "Judul satu" in answer.body

        second = running.until(grown)
        # Old pages are served until the new ones are there.
        assert statuses == {200}
        assert first.headers["Etag"] != second.headers["Etag"]
        assert "Judul dua" in running.ask("/families/" + snapshot(corpus).families[0].id).body
        corpus.add([article("tiga", 3)])
        update(corpus, now=NOW.replace(hour=2))
        running.until(lambda answer: "Judul tiga" in answer.body, "/families/" + snapshot(corpus).families[0].id)
        corpus.remove("tiga")
        running.until(lambda answer: "Judul tiga" not in answer.body, "/families/" + snapshot(corpus).families[0].id)


def test_what_waits_for_an_update_changes_nothing(new_corpus: Callable[[], Corpus]) -> None:
    corpus = new_corpus()
    corpus.add([article("satu", 1), article("dua", 2)])
    update(corpus, now=NOW)
    before = mark(corpus)
    corpus.add([article("tiga", 3)])
    assert mark(corpus) == before
    update(corpus, now=NOW.replace(hour=2))
    assert mark(corpus) != before


def test_a_group_is_found_by_the_id_it_had_before(new_corpus: Callable[[], Corpus]) -> None:
    corpus = new_corpus()
    corpus.add([article("satu", 1), article("dua", 2)])
    update(corpus, now=NOW)
    (family,) = snapshot(corpus).families
    with corpus.transaction() as connection:
        rows = [("family", "old", "older"), ("family", "older", family.id), ("story", "ring", "ring-2")]
        for kind, old, new in (*rows, ("story", "ring-2", "ring"), ("family", "</a>", family.id)):
            connection.execute(schema.aliases.insert().values(kind=kind, old=old, new=new, at=NOW))
    with serving(corpus.address) as running:
        for old in ("old", "older", written("</a>")):
            answer = running.ask(f"/families/{old}")
            assert (answer.status, answer.headers["Location"]) == (302, f"/families/{family.id}")
        assert running.ask("/stories/ring").status == 404
        assert running.ask("/stories/old").status == 404


def test_names_that_would_be_paths_or_markup_have_pages(new_corpus: Callable[[], Corpus]) -> None:
    names = ["../../etc/passwd", "a/b", "..", "%2e%2e", "</a><script>", HOSTILE, "x" * 250, "日本", "a b", "~YQ"]
    corpus = new_corpus()
    for number, name in enumerate(names):
        words = " ".join(f"{word}{number}" for word in WIRE.split())
        corpus.add(
            Article(f"https://s{side}.example/{number}", words, HOSTILE, f"{name[:200]}{side}", id=f"{name}{side}")
            for side in ("", "-2")
        )
    update(corpus, now=NOW)
    made, setting = written_out(corpus)
    assert len(made.overview.copied) == len(names)
    with serving(corpus.address) as running:
        for view in pages_of_families(made, made.overview.copied):
            answer = running.ask(setting.links.family(view.family.id))
            assert (answer.status, answer.body) == (200, pages.family_page(view, setting))
            assert "<script>alert" not in answer.body
        for site in made.overview.sites:
            assert running.ask(setting.links.site(site.site)).status == 200


# --- read-only, started and ended --------------------------------------------------------------------------


def test_a_served_corpus_cannot_be_written_to(press: Corpus) -> None:
    with open_to_read(press.address) as corpus:
        assert corpus.count() > 100
        for statement in ("DELETE FROM articles", "CREATE TABLE x (y)", "PRAGMA user_version = 3"):
            with pytest.raises(DBAPIError, match="readonly"), corpus.reading() as connection:
                connection.execute(text(statement))
        with pytest.raises(CorpusError, match="readonly"):
            corpus.add([article("satu", 1)])


def test_serving_leaves_the_file_as_it_is(press: Corpus, tmp_path: Path) -> None:
    copied = tmp_path / "copied.db"
    backup(press.address, copied)
    before = hashlib.sha256(copied.read_bytes()).hexdigest()
    with serving(f"sqlite:///{copied}") as running:
        assert running.ask("/search").status == 200
    assert hashlib.sha256(copied.read_bytes()).hexdigest() == before


def test_what_is_no_corpus_of_this_program_is_not_served(tmp_path: Path, new_corpus: Callable[[], Corpus]) -> None:
    missing = tmp_path / "missing" / "corpus.db"
    with pytest.raises(CorpusError, match="there is no corpus"):
        open_to_read(f"sqlite:///{missing}")
    assert not missing.parent.exists()
    (tmp_path / "empty.db").touch()
    with pytest.raises(CorpusError, match="no corpus yet"):
        open_to_read(f"sqlite:///{tmp_path / 'empty.db'}")
    for version, said in (("0003", "older"), ("9999", "newer")):
        corpus = new_corpus()
        with corpus.transaction() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
        with pytest.raises(CorpusError, match=said):
            open_to_read(corpus.address)


def left(*started: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(started, capture_output=True, text=True, timeout=60, check=False)


def test_a_corpus_that_is_not_there_is_said(tmp_path: Path) -> None:
    done = left(*command(f"sqlite:///{tmp_path}/none.db"))
    assert (done.returncode, done.stdout) == (4, "")
    assert "there is no corpus" in done.stderr


def test_a_port_that_is_taken_is_said(press: Corpus, server: Server) -> None:
    done = left(*command(press.address, "--port", str(server.port)))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"port {server.port} is taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_its_packages_it_says_how_to_get_them(press: Corpus) -> None:
    code = f"import sys; sys.modules['flask'] = None; import dedup.cli; dedup.cli.main({command(press.address)[3:]!r})"
    done = left(sys.executable, "-c", code)
    assert done.returncode == 2
    assert done.stderr == "dedup: `dedup serve` needs flask: pip install 'gema-news[serve]'\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once_and_well(press: Corpus, number: signal.Signals) -> None:
    # While the whole is still being made, by a process that has to go as well.
    with subprocess.Popen(
        command(press.address, "--port", "0"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
        assert (process.returncode, out, err) == (0, "", "")


def test_it_listens_on_this_computer_alone(server: Server) -> None:
    assert f"{0x0100007F:08X}:{server.port:04X}" in Path("/proc/net/tcp").read_text()
    assert f"00000000:{server.port:04X}" not in Path("/proc/net/tcp").read_text()


def test_what_breaks_is_told_to_who_runs_it_and_to_nobody_else(new_corpus: Callable[[], Corpus]) -> None:
    corpus = new_corpus()
    corpus.add([article("satu", 1), article("dua", 2)])
    update(corpus, now=NOW)
    (family,) = snapshot(corpus).families
    with serving(corpus.address) as running:
        with corpus.transaction() as connection:
            connection.execute(text("ALTER TABLE matches RENAME TO hidden_secret"))
        answer = running.ask(f"/families/{family.id}")
        assert answer.status == 500
        assert "Something went wrong" in answer.body
        assert not re.search(r"Traceback|sqlite|matches|\.py", answer.body)
        assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
        assert running.ask("/").status == 200
        running.process.send_signal(signal.SIGTERM)
        _, err = running.process.communicate(timeout=10)
        assert "no such table: matches" in err


# --- laws --------------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_name_in_an_address_means_itself(name: str) -> None:
    said = written(name)
    assert meant(said) == name
    assert re.fullmatch(r"[A-Za-z0-9~._-]+", said)
    assert ".." not in said


@given(st.text())
def test_an_address_means_one_name_or_none(said: str) -> None:
    name = meant(said)
    assert name is None or written(name) == said


@given(st.integers(0, 50), st.lists(st.tuples(st.integers(0, 5), st.binary(max_size=30))))
def test_what_is_kept_has_room_and_is_what_was_put(most: int, puts: list[tuple[int, bytes]]) -> None:
    kept, last = Kept(most), dict[int, bytes]()
    for key, page in puts:
        kept.put(key, page)
        last[key] = page
        held = {key: found for key in last if (found := kept.get(key)) is not None}
        assert sum(map(len, held.values())) == kept.size <= most
        assert held.items() <= last.items()
        assert (key in held) == (len(page) <= most)


@pytest.fixture(scope="module")
def held(press: Corpus) -> Lists:
    return lists(report(snapshot(press)).overview, UTC)


QUESTIONS = st.builds(
    Question,
    words=st.sampled_from(["", "a", "AN", "ban ku", "Šč", "zzzz"]),
    kind=st.sampled_from(["", "s", "f"]),
    language=st.sampled_from(["", "id", "en"]),
    relation=st.sampled_from(["", "near", "exact"]),
    since=st.none() | st.dates(),
    until=st.none() | st.dates(),
)


@given(asked=QUESTIONS)
def test_pages_of_answers_are_all_answers_once(held: Lists, asked: Question) -> None:
    first = find(held, asked)
    every = [each for page in range(1, first.pages + 1) for each in find(held, replace(asked, page=page)).entries]
    assert len(every) == first.count == len({(each.kind, each.id) for each in every})
    assert find(held, replace(asked, page=first.pages + 7)).page == first.pages
    for each in every:
        assert asked.kind in ("", each.kind)
        assert not asked.language or asked.language in each.languages
    narrower = find(held, replace(asked, words=f"{asked.words} i"))
    assert narrower.count <= first.count


def test_of_a_site_a_part_of_its_name_is_enough(held: Lists) -> None:
    site = max(held.sites, key=len)
    every = [each for each in held.entries if site in each.sites]
    for part in (site, site.upper(), site.partition(".")[0], site[1:-1]):
        found = [each for page in (1, 2, 3) for each in find(held, Question(site=part, page=page)).entries]
        assert every
        assert {each.id for each in every} <= {each.id for each in found}
        assert all(any(part.lower() in name for name in each.sites) for each in found)
    assert find(held, Question(site="nobody.test")).count == 0


def test_a_question_says_what_its_form_says() -> None:
    said = {"q": " a b ", "kind": "s", "site": "x", "since": "2026-03-01", "until": "x", "page": "3"}
    assert question(said) == Question("a b", "s", "x", since=date(2026, 3, 1), page=3)


def test_lists_hold_what_has_a_page() -> None:
    seen = report(three_outlets()).overview
    entries = lists(seen, UTC).entries
    assert [each.id for each in entries] == [*(each.id for each in seen.told), *(each.id for each in seen.copied)]
