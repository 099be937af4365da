"""The `dedup` command as people type it: what it prints, and the code it leaves with."""

import contextlib
import io
import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import pytest

from dedup import Article, Corpus, Recipe, cli, update
from dedup.commands import removal, results
from dedup.records import article_id
from tests.shared import SHARED

REPOSITORY = Path(__file__).parents[2]
SAMPLES = SHARED / "samples"
WIRE = (
    "Air Sungai Belantik meluap pada Kamis malam dan merendam tiga desa di hilir bendungan, sehingga 412 warga "
    "mengungsi ke balai kecamatan sebelum tengah malam. Kepala desa Sumarni menyebut tanggul tua jebol sepanjang "
    "sebelas meter setelah hujan turun dua hari tanpa jeda. Petugas membawa perahu karet dari kota terdekat."
)
OTHER = (
    "Harga cabai rawit di pasar induk turun tajam pekan ini karena panen raya datang lebih awal dari dugaan para "
    "pedagang. Petani meminta pemerintah membeli sisa hasil panen supaya ongkos tanam musim berikut tetap tertutup."
)


@dataclass(frozen=True, slots=True)
class Left:
    """What a command left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Left]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs `dedup` with these arguments on a corpus of the test's own."""
    monkeypatch.setenv("CORPUS_URL", f"sqlite:///{tmp_path}/corpus.db")
    # Whose data folder, and so whose archive, is looked at.
    (tmp_path / "scrapy.cfg").touch()
    monkeypatch.chdir(tmp_path)

    def go(*arguments: object) -> Left:
        with pytest.raises(SystemExit) as left:
            cli.main([str(each) for each in arguments])
        captured = capsys.readouterr()
        return Left(int(left.value.code or 0), captured.out, captured.err)

    return go


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A file with a wire, its copy an hour later, and an article of its own."""
    file = tmp_path / "articles.jsonl"
    rows = [
        {"url": "https://a.example/wire", "title": "Wire", "text": WIRE, "published": "2026-03-20T12:00Z"},
        {"url": "https://b.example/copy", "title": "Copy", "text": WIRE, "published": "2026-03-20T13:00Z"},
        {"url": "https://b.example/own", "title": "Own", "text": OTHER, "published": "2026-03-20T14:00Z"},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def test_what_a_site_repeats_is_shown_by_any_spelling_of_the_site(run: Run, articles: Path) -> None:
    run("import", articles)
    run("update")
    assert run("boilerplate", "WWW.A.example") == run("boilerplate", "a.example")
    assert run("boilerplate", "a.example").code == 0
    left = run("boilerplate", "Z.example")
    assert (left.code, "the site 'Z.example'" in left.err) == (2, True)


def test_flows_of_a_site_are_asked_for_by_any_spelling_of_it(run: Run, articles: Path) -> None:
    run("import", articles)
    run("update")
    assert run("flows", "--site", "WWW.A.example") == run("flows", "--site", "a.example")
    assert run("flows", "--site", "a.example").code == 0
    left = run("flows", "--site", "Z.example")
    assert (left.code, "the site 'Z.example'" in left.err) == (2, True)


def test_words_are_said_of_only_one_way_at_a_time(run: Run, articles: Path) -> None:
    run("import", articles)
    left = run("boilerplate", "a.example", "--pin", "satu dua tiga empat lima", "--forbid", "Satu dua tiga, empat lima")
    assert (left.code, "give the same words to one of" in left.err) == (2, True)
    left = run("boilerplate", "a.example", "--undo", "nothing such")
    assert left == Left(2, "", "dedup: nothing was said of these words at a.example\n")


def test_where_nothing_is_of_a_time_only_the_options_that_there_are_are_named(run: Run, articles: Path) -> None:
    run("import", articles)
    run("update")
    assert run("groups", "--since", "2027-01-01").out == "Nothing is of that time: without --since all is shown.\n"


def test_what_is_written_to_a_closed_output_ends_as_where_nobody_reads(run: Run, articles: Path) -> None:
    run("import", articles)
    run("update")
    command = shlex.join([sys.executable, "-m", "dedup.cli"])
    for arguments, code in (("groups --json >&-", 141), ("groups >&-", 141), ("find nowhere.txt >&-", 2)):
        left = subprocess.run(
            ["sh", "-c", f"{command} {arguments}"],
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (left.returncode, "Traceback" in left.stderr) == (code, False)


@pytest.mark.parametrize(("before", "code"), [("", -signal.SIGINT), ("trap '' INT; ", 0)], ids=["heard", "ignored"])
def test_an_interrupt_while_the_program_loads_ends_it_without_a_word(before: str, code: int) -> None:
    loading = (
        "import builtins, os, signal\n"
        "load = builtins.__import__\n"
        "def loading(name, *rest):\n"
        "    if name == 'dedup.commands.intake':\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    return load(name, *rest)\n"
        "builtins.__import__ = loading\n"
        "import dedup.cli\n"
    )
    command = ["sh", "-c", f'{before}exec "$0" -c "$1"', sys.executable, loading]
    left = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (left.returncode, left.stderr) == (code, "")


def test_from_a_file_to_groups(run: Run, articles: Path) -> None:
    assert run("import", articles) == Left(0, "imported: 3 new, 0 changed, 0 known already\n", "")
    updated = run("update")
    assert (updated.code, updated.err, updated.out.count("\n")) == (0, "", 1)
    assert "3 articles: 1 family of copies" in updated.out
    groups = run("groups", "--zone", "Asia/Jakarta")
    assert "Family Wire  (2 articles, 2 sites" in groups.out
    assert "20 Mar 2026 20:00 +07:00  b.example  exact  100%  Copy  https://b.example/copy" in groups.out


@pytest.mark.parametrize("command", [["groups"], ["data", "tables"], ["search", "air"]])
def test_who_reads_before_stories_are_told_is_told_so(run: Run, articles: Path, command: list[str]) -> None:
    run("import", articles)
    with patch("dedup.updating.tell_stories"):
        run("update")
    assert "stories are not all told (an update is at work, or was stopped)" in run(*command).err
    run("update")
    assert run(*command, *(["--force"] if command[0] == "data" else [])).err == ""


def test_what_is_piped_is_utf_8_whatever_the_locale(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "kabar.jsonl"
    file.write_text(json.dumps({"url": "https://a.example/1", "title": "Café – 新闻", "text": WIRE}), encoding="utf-8")
    run("import", file)
    run("update")
    command = [sys.executable, "-m", "dedup.cli", "export", "--format", "csv"]
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    ended = subprocess.run(command, capture_output=True, check=False, env=environment)
    assert ended.returncode == 0, ended.stderr
    assert "Café – 新闻" in ended.stdout.decode("utf-8")


def test_a_corpus_named_before_the_command_is_the_one_that_the_command_itself_does_not_name(
    run: Run, articles: Path, tmp_path: Path
) -> None:
    other, missing = f"sqlite:///{tmp_path}/other.db", f"sqlite:///{tmp_path}/missing.db"
    assert "3 new" in run("--corpus", other, "import", articles).out
    assert run("--corpus", other, "update").code == 0
    assert "https://b.example/copy" in run("--corpus", other, "groups").out
    assert "https://b.example/copy" in run("--corpus", missing, "groups", "--corpus", other).out
    assert run("--corpus", other, "background", "show").code == 0
    assert "missing.db" in run("--corpus", missing, "background", "show").err
    assert "corpus.db" in run("groups", "--corpus", f"sqlite:///{tmp_path}/corpus.db").err


def test_a_rebuild_groups_the_same_anew(run: Run, articles: Path) -> None:
    run("import", articles)
    run("update")
    before = run("groups", "--json").out
    rebuilt = run("rebuild")
    assert rebuilt.code == 0
    assert "3 articles: 1 family of copies" in rebuilt.out
    assert run("groups", "--json").out == before


def test_explain_names_the_verdicts_that_make_a_family(run: Run, articles: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.jsonl"
    rows = [("https://c.example/copy", WIRE), ("https://d.example/far", "Harga cabai turun di pasar pagi ini.")]
    more.write_text("".join(json.dumps({"url": url, "title": "More", "text": text}) + "\n" for url, text in rows))
    run("import", articles, more)
    names = ("a.example/wire", "d.example/far", "c.example/copy", "b.example/own")
    a, b, c, own = (f"https://{name}" for name in names)
    run("join", a, own)
    run("join", b, own)
    run("update")
    joined = "Your verdict alone makes them one family: no copies do."
    left = run("explain", a, own).out
    assert ("same-story" in left, joined in left, "You said that they belong together" in left) == (False, True, True)
    assert f"What joins them: A – joined by you – {article_id(own)} – joined by you – B\n" in run("explain", a, b).out
    assert joined in run("explain", a, b).out
    assert f"What joins them: A – exact – {article_id(a)} – joined by you – B\n" in run("explain", c, own).out
    assert joined not in run("explain", a, c).out


def test_a_verdict_that_others_contradict_is_refused_and_they_are_named(run: Run, articles: Path) -> None:
    run("import", articles)
    a, b, own = "https://a.example/wire", "https://b.example/copy", "https://b.example/own"
    run("join", a, own)
    run("join", own, b)
    left = run("separate", a, b)
    assert (left.code, left.out) == (2, "")
    assert left.err.startswith(
        f"dedup: you joined {a} and {b} by way of others; first take one of these back: `dedup join"
    )
    run(*left.err.split("`")[1].split()[1:])
    assert run("separate", a, b).code == 0


def test_a_verdict_parts_what_the_text_ties(run: Run, articles: Path) -> None:
    run("import", articles)
    run("update")
    pair = ("https://a.example/wire", "https://b.example/copy")
    assert run("separate", *pair) == Left(0, "`dedup update` will follow it\n", "")
    assert "3 articles: 0 families of copies" in run("update").out
    assert run("separate", "--undo", *pair).code == 0
    assert run("join", "--undo", *pair).out == "nothing was said of these two\n"
    assert "1 family of copies" in run("update").out
    left = run("join", pair[0], "https://nowhere.example/")
    assert left.code != 0
    assert "nowhere.example" in left.err


def test_json_holds_every_article_once(run: Run, articles: Path) -> None:
    run("import", articles)
    run("update")
    families = [json.loads(line) for line in run("groups", "--json").out.splitlines()]
    assert sorted([each["url"] for each in family["articles"]] for family in families) == [
        ["https://a.example/wire", "https://b.example/copy"],
        ["https://b.example/own"],
    ]
    assert all(family["family"] and family["story"] for family in families)


def test_json_names_the_article_that_stands_for_each_family_and_why(run: Run, articles: Path) -> None:
    run("import", articles)
    run("update")
    for choice, reason in (("earliest", "earliest of 2"), ("complete", "longest of 2"), ("origin", "names its source")):
        copied, alone = (json.loads(line) for line in run("groups", "--json", "--choose", choice).out.splitlines())
        assert copied["stands_for_all"]["url"] in {each["url"] for each in copied["articles"]}
        assert reason in copied["stands_for_all"]["reason"]
        assert alone["stands_for_all"]["reason"] == "there is no other"
    assert run("groups", "--json", "--choose", "nearest").code == 2


def test_a_known_article_is_not_imported_twice(run: Run, articles: Path) -> None:
    run("import", articles)
    assert run("import", articles).out == "imported: 0 new, 0 changed, 3 known already\n"


def test_bad_rows_are_named_and_the_rest_goes_in(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"url": "https://a.example/", "text": "t"}\n{"url": "https://b.example/"}\nnonsense\n')
    left = run("import", file)
    assert left.code == 2
    assert left.out == "imported: 1 new, 0 changed, 0 known already\n"
    first, second, last = left.err.splitlines()
    assert first == f'{file}:2: no "text" field'
    assert second.startswith(f"{file}:3: not JSON")
    assert last == "dedup: 2 bad rows left out"


def test_thousands_of_bad_rows_are_counted_not_listed(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text("nonsense\n" * 3000)
    lines = run("import", file).err.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "dedup: 3,000 bad rows left out, 2,980 of them not shown"


def test_an_id_of_another_address_is_a_bad_row(run: Run, tmp_path: Path) -> None:
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    one.write_text('{"id": "7", "url": "https://a.example/", "text": "t"}\n')
    two.write_text('{"id": "7", "url": "https://b.example/", "text": "t"}\n')
    assert run("import", one).code == 0
    left = run("import", two)
    assert left.code == 2
    assert """the "id" '7' belongs to https://a.example/ already""" in left.err


def test_one_file_that_cannot_be_read_stops_before_anything_is_imported(run: Run, articles: Path) -> None:
    left = run("import", articles, articles.with_name("nowhere.jsonl"))
    assert (left.code, left.out) == (2, "")
    assert left.err == f"dedup: {articles.with_name('nowhere.jsonl')}: No such file or directory\n"
    with Corpus.open() as corpus:
        assert corpus.count() == 0


def test_times_without_a_zone_are_of_the_zone_given(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"url": "https://a.example/", "text": "t", "published": "2026-03-20T19:00"}\n')
    run("import", "--zone", "Asia/Jakarta", file)
    with Corpus.open() as corpus:
        (found,) = corpus.articles()
    assert str(found.published) == "2026-03-20 12:00:00+00:00"


def test_explain_takes_addresses_and_ids(run: Run, articles: Path) -> None:
    run("import", articles)
    run("update")
    by_address = run("explain", "https://a.example/wire", "https://b.example/copy")
    assert by_address.code == 0
    assert "exact: the same text" in by_address.out
    assert "1 shared passage" in by_address.out
    family = json.loads(run("groups", "--json").out.splitlines()[0])
    assert run("explain", *(each["id"] for each in family["articles"])) == by_address


def test_explain_names_an_article_it_does_not_know(run: Run, articles: Path) -> None:
    run("import", articles)
    left = run("explain", "https://a.example/wire", "https://nowhere.example/")
    assert (left.code, left.out) == (2, "")
    assert "'https://nowhere.example/'" in left.err
    assert left.err.endswith("; `dedup search` finds articles\n")
    assert left.err.count("\n") == 1


def test_report_prints_where_it_is(run: Run, articles: Path, tmp_path: Path) -> None:
    run("import", articles)
    run("update")
    left = run("report", "--out", tmp_path / "reports", "--zone", "UTC")
    page = Path(left.out.strip())
    assert (left.code, left.err, page.name) == (0, "", "index.html")
    assert "1 family" in page.read_text(encoding="utf-8")
    assert len(json.loads((page.parent / "groups.json").read_text(encoding="utf-8"))) == 2
    assert (tmp_path / "reports" / "latest" / "index.html").samefile(page)


def test_an_empty_corpus_is_no_error(run: Run, tmp_path: Path) -> None:
    Corpus.open().close()
    for command in (["update"], ["groups"], ["groups", "--json"], ["report", "--out", tmp_path / "reports"]):
        left = run(*command)
        assert (left.code, left.err) == (0, "")
    assert "The corpus is empty" in run("update").out
    assert run("groups", "--json").out == ""


def test_a_corpus_that_was_named_and_is_not_there_is_refused_and_not_made(run: Run, tmp_path: Path) -> None:
    slip = f"sqlite:///{tmp_path}/corpsu.db"
    for command in ("report", "update", "groups", "flows", "check", "background show", "search banjir"):
        left = run(*command.split(), "--corpus", slip)
        assert (left.code, left.out) == (4, "")
        assert left.err == f"dedup: there is no corpus {slip}: `dedup import` or `scrapy crawl news` makes it\n"
    assert not list(tmp_path.glob("*.db*"))


def test_the_corpus_of_the_data_folder_may_be_new(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CORPUS_URL")
    assert run("report").code == 0
    assert "There are no articles yet." in (tmp_path / "data" / "reports" / "latest" / "index.html").read_text()


# --- forget ---------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    """A standard input at which somebody sits."""

    def isatty(self) -> bool:
        return True


Install = Callable[[str], None]


@pytest.fixture
def install_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Return what installs a package beside Gema whose `forget(folder, addresses)` has this body."""

    def install(body: str) -> None:
        # Named after the test: a module stays loaded.
        name = f"parts_of_{tmp_path.name}"
        metadata = tmp_path / "installed" / f"{name}-1.0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text(
            f"[gema.forget]\nparts = {name}:forget\n[gema.address]\nparts = {name}:spell\n"
        )
        (metadata.parent / f"{name}.py").write_text(
            "from dedup import Busy\n\n"
            "def spell(url):\n    return url.partition('?')[0]\n\n"
            f"def forget(folder, addresses):\n    {body}\n"
        )
        monkeypatch.syspath_prepend(str(metadata.parent))
        (tmp_path / "data" / "warc").mkdir(parents=True)

    return install


ASKED = "(folder / 'asked').write_text(' '.join(addresses)); return 5"


def test_forget_removes_blocks_erases_and_groups_anew(
    run: Run, articles: Path, tmp_path: Path, install_archive: Install
) -> None:
    install_archive(ASKED)
    run("import", articles)
    run("update")
    left = run("forget", "--yes", "https://b.example/copy")
    assert (left.code, left.err) == (0, "")
    assert left.out.splitlines()[1:5] == [
        "  https://b.example/copy",
        "removed: 1 article, 0 revisions, 0 texts, 1 match; blocked: 1 address",
        f"archive: 5 records removed from {tmp_path}/data/warc",
        left.out.splitlines()[4],
    ]
    assert "2 articles: 0 families of copies" in left.out
    assert "before may still hold it" in left.out
    assert (tmp_path / "data" / "warc" / "asked").read_text() == "https://b.example/copy"
    assert run("import", articles).out == "imported: 0 new, 0 changed, 2 known already, 1 left out as forgotten\n"
    assert "b.example/copy" not in run("groups", "--json").out


def test_forget_says_where_the_archive_is_another_than_the_articles(
    run: Run, tmp_path: Path, install_archive: Install
) -> None:
    install_archive("return 0")
    kept = [Article(url=f"https://c.example/{n}", text="t", archived=f"gema-{n}.warc.gz#urn:uuid:{n}") for n in "12"]
    with Corpus.open() as corpus:
        corpus.add(kept)
    left = run("forget", "--yes", kept[0].url)
    assert left.code == 4
    assert f"gema-2.warc.gz is not in {tmp_path}/data/warc: repeat `dedup forget` with its address" in left.err
    # What is older may have been deleted for its age.
    (tmp_path / "data" / "warc" / "gema-2.warc.gz.open").touch()
    left = run("forget", "--yes", kept[1].url)
    assert (left.code, left.err) == (0, "")


def test_forget_blocks_what_nobody_has_seen_as_the_crawler_would_spell_it(run: Run, install_archive: Install) -> None:
    install_archive(ASKED)
    Corpus.open().close()
    left = run("forget", "--yes", "https://c.example/page?from=mail")
    assert left.code == 0
    assert left.out.splitlines()[:3] == [
        "no article of the corpus goes by it; it will be blocked:",
        "  https://c.example/page",
        "  https://c.example/page?from=mail",
    ]
    with Corpus.open() as corpus:
        assert corpus.add([Article(url="https://c.example/page", text="t")]).forgotten == 1


@pytest.mark.parametrize(
    "body", ["raise Busy('a crawl writes x.warc.gz.open')", "raise OSError('a crawl writes x.warc.gz.open')"]
)
def test_forget_says_when_the_archive_is_in_use_and_can_be_repeated(
    run: Run, articles: Path, tmp_path: Path, install_archive: Install, body: str
) -> None:
    install_archive(
        f"(folder / 'asked').write_text(' '.join(addresses))\n    if (folder / 'busy').exists(): {body}\n    return 5"
    )
    (tmp_path / "data" / "warc" / "busy").touch()
    run("import", articles)
    left = run("forget", "--yes", "https://b.example/copy")
    assert left.code == 4
    assert left.err.startswith(f"dedup: {tmp_path}/data/warc may still hold raw pages of it (a crawl writes")
    assert "repeat" in left.err
    with Corpus.open() as corpus:
        assert corpus.count() == 2
    (tmp_path / "data" / "warc" / "busy").unlink()
    again = run("forget", "--yes", "https://b.example/copy")
    assert (again.code, again.err) == (0, "")
    assert "archive: 5 records removed" in again.out


def test_forget_says_that_it_cannot_look_into_an_archive(
    run: Run, articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removal, "handed", lambda group: [])
    run("import", articles)
    (tmp_path / "pages").mkdir()
    left = run("forget", "--yes", "--archive", tmp_path / "pages", "https://b.example/copy")
    assert left.code == 4
    assert "pages may still hold raw pages of it (the crawler, whose it is, is not installed)" in left.err
    assert run("forget", "--yes", "--archive", tmp_path / "nowhere", "https://b.example/copy").code == 2
    assert "archive: there is none" in run("forget", "--yes", "https://b.example/copy").out


def test_forget_without_anybody_to_ask_needs_yes(run: Run, articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("import", articles)
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    left = run("forget", "https://b.example/copy")
    assert (left.code, left.err) == (2, "dedup: nobody here to ask whether to remove this for good: add --yes\n")
    with Corpus.open() as corpus:
        assert corpus.count() == 3


@pytest.mark.parametrize(("answer", "remaining"), [("y", 2), ("n", 3), ("", 3)])
def test_forget_asks_on_a_terminal(
    run: Run, articles: Path, monkeypatch: pytest.MonkeyPatch, answer: str, remaining: int
) -> None:
    run("import", articles)
    monkeypatch.setattr(sys, "stdin", Terminal(f"{answer}\n"))
    left = run("forget", "https://b.example/copy")
    assert left.code == 0
    assert "Remove this for good?" in left.out
    assert ("nothing was removed" in left.out) == (remaining == 3)
    with Corpus.open() as corpus:
        assert corpus.count() == remaining


def test_forget_removes_where_an_update_is_refused_and_says_what_is_left_to_do(run: Run, articles: Path) -> None:
    run("import", articles)
    with Corpus.open() as corpus:
        update(corpus, replace(Recipe(), floor=0.5))
    left = run("forget", "--yes", "https://b.example/copy")
    assert left.code == 4
    assert "removed, but the others are not grouped anew: " in left.err
    assert "`dedup rebuild`" in left.err
    assert "before may still hold it" in left.out
    with Corpus.open() as corpus:
        assert corpus.count() == 2


def test_forget_makes_no_corpus_where_one_is_named_that_is_not_there(run: Run, tmp_path: Path) -> None:
    left = run("forget", "--yes", "--corpus", tmp_path / "slip.db", "https://b.example/copy")
    assert left.code == 4
    assert "slip.db" in left.err
    assert not (tmp_path / "slip.db").exists()


def test_forget_refuses_what_is_neither_address_nor_id(run: Run, articles: Path) -> None:
    run("import", articles)
    left = run("forget", "--yes", "https://b.example/copy", "b.example/own")
    assert (left.code, left.out) == (2, "")
    assert "no article has the id 'b.example/own'" in left.err
    with Corpus.open() as corpus:
        assert corpus.count() == 3


def test_forget_prints_nothing_that_steers_a_terminal(run: Run) -> None:
    with Corpus.open() as corpus:
        corpus.add([Article(url="https://a.example/\x1b[2J", text="t", title="\x1b]0;gone\x07Title")])
    left = run("forget", "--yes", "https://a.example/\x1b[2J")
    assert left.code == 0
    assert "\x1b" not in left.out
    assert "Title" in left.out


def test_forget_waits_for_an_update(run: Run, articles: Path) -> None:
    run("import", articles)
    release = "with corpus.alone('updating'): print('held', flush=True); sys.stdin.readline()"
    script = f"import sys; from dedup import Corpus; corpus = Corpus.open()\n{release}"
    forgetter = [sys.executable, "-m", "dedup.cli", "forget", "--yes", "https://b.example/copy"]
    pipe = subprocess.PIPE
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    with (
        subprocess.Popen([sys.executable, "-c", script], stdin=pipe, stdout=pipe, text=True, env=environment) as other,
        contextlib.ExitStack() as running,
    ):
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        waiting = running.enter_context(
            subprocess.Popen(forgetter, stdout=pipe, stderr=pipe, text=True, env=environment)
        )
        assert waiting.stderr
        assert waiting.stderr.readline() == "dedup: waiting for another process that is updating this corpus\n"
        with Corpus.open() as corpus:
            assert corpus.count() == 3
        other.communicate("go on\n")
        out, _ = waiting.communicate()
    assert waiting.returncode == 0
    assert "removed: 1 article," in out


# --- backup ---------------------------------------------------------------------------------------------


def test_backup_makes_one_checked_file_that_is_a_corpus(run: Run, articles: Path, tmp_path: Path) -> None:
    run("import", articles)
    file = tmp_path / "backups" / "corpus.db"
    file.parent.mkdir()
    assert run("backup", file) == Left(0, f"{file}: {file.stat().st_size:,} bytes, checked\n", "")
    assert [path.name for path in file.parent.iterdir()] == ["corpus.db"]
    with Corpus.open(f"sqlite:///{file}") as copy, Corpus.open() as corpus:
        assert list(copy.articles()) == list(corpus.articles())


def test_backup_overwrites_nothing_unasked(run: Run, articles: Path, tmp_path: Path) -> None:
    run("import", articles)
    file = tmp_path / "old.db"
    file.write_text("something else")
    left = run("backup", file)
    assert (left.code, left.out) == (2, "")
    assert left.err == f"dedup: {file} exists: name another file, or overwrite it with --force\n"
    assert file.read_text() == "something else"
    for command in (("backup",), ("export", "-o")):
        nowhere = run(*command, tmp_path / "nowhere" / "old.jsonl")
        assert (nowhere.code, nowhere.err) == (2, f"dedup: there is no folder {tmp_path / 'nowhere'}: make it first\n")
    assert run("backup", "--force", file).code == 0
    with Corpus.open(f"sqlite:///{file}") as copy:
        assert copy.count() == 3


@pytest.mark.parametrize(
    ("file", "options", "code", "message"),
    [
        ("corpus.db", ["--force"], 2, "is the corpus itself"),
        (".", [], 2, "is a folder: name a file, like corpus.db"),
        ("nowhere/copy.db", [], 2, "there is no folder "),
        ("copy.db", ["--corpus", "sqlite:///nothing.db"], 4, "there is no corpus at"),
        ("copy.db", ["--corpus", "postgresql://host/gema"], 2, "pg_dump --format=custom --file=copy.db gema"),
    ],
)
def test_a_backup_that_cannot_be_is_said_in_one_line(
    run: Run, articles: Path, file: str, options: list[str], code: int, message: str
) -> None:
    run("import", articles)
    left = run("backup", *options, file)
    assert (left.code, left.out) == (code, "")
    assert message in left.err
    assert left.err.count("\n") == 1
    with Corpus.open() as corpus:
        assert corpus.count() == 3
    assert not Path("nothing.db").exists()


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples lie in GEMA_SHARED, which is not here")
def test_the_samples_are_one_story_of_five_families(run: Run) -> None:
    assert run("import", *sorted(SAMPLES.glob("*.txt"))).code == 0
    assert run("update").code == 0
    families = [json.loads(line) for line in run("groups", "--json").out.splitlines()]
    assert [len(family["articles"]) for family in families] == [1] * 5
    assert len({family["story"] for family in families}) == 1
    explained = run("explain", *(family["articles"][0]["id"] for family in families[:2]))
    assert "same-story: two texts about the same thing" in explained.out
    assert "Words they share: " in explained.out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["groups", "--corpus", "mysql://x/y"], 4, "a corpus is SQLite or PostgreSQL, not mysql"),
        (["groups", "--corpus", "nonsense"], 4, "is no corpus address"),
        (["groups", "--zone", "Mars"], 2, "is no time zone"),
        (["import", "articles.docx"], 2, "articles.docx: not a kind of file"),
        (["nonsense"], 2, "No such command"),
        (["explain", "a"], 2, "Missing argument"),
    ],
)
def test_what_was_typed_wrong_is_said_without_a_traceback(
    run: Run, arguments: list[str], code: int, message: str
) -> None:
    left = run(*arguments)
    assert (left.code, left.out) == (code, "")
    assert message in left.err
    assert "Traceback" not in left.err


def test_a_corpus_that_is_no_database_is_said_in_one_line(run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_text("this is no database, and long enough to be looked at\n" * 40)
    left = run("groups", "--corpus", f"sqlite:///{broken}")
    assert left.code == 4
    assert left.err.startswith("dedup: cannot open the corpus")
    assert left.err.count("\n") == 1


def test_a_folder_that_cannot_be_written_is_said_in_one_line(run: Run, tmp_path: Path) -> None:
    Corpus.open().close()
    (tmp_path / "reports").touch()
    left = run("report", "--out", tmp_path / "reports")
    assert (left.code, left.out) == (4, "")
    assert left.err == f"dedup: {tmp_path}/reports: File exists\n"


def test_a_bug_is_not_hidden(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(results, "overview", broken)
    with pytest.raises(ZeroDivisionError):
        cli.main(["groups"])


@pytest.mark.parametrize(
    "command",
    [
        *(
            "import",
            "update",
            "rebuild",
            "groups",
            "explain",
            "find",
            "export",
            "passages",
            "join",
            "separate",
            "boilerplate",
            "check",
            "report",
            "backup",
            "forget",
            "background learn",
            "background show",
            "background forget",
        )
    ],
)
def test_every_command_explains_itself_with_examples(run: Run, command: str) -> None:
    left = run(*command.split(), "--help")
    assert left.code == 0
    assert f"dedup {command}" in left.out.split("Examples:")[1]
    assert "--corpus" in left.out


def test_the_package_runs_as_the_command() -> None:
    left = subprocess.run(
        [sys.executable, "-m", "dedup", "--version"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert (left.returncode, left.stdout.split()[0].rstrip(",")) == (0, "dedup")


def test_the_version_is_one_line(run: Run) -> None:
    left = run("--version")
    assert left.code == 0
    assert left.out.startswith("dedup")
    assert left.out.count("\n") == 1


def test_help_needs_nothing_that_is_slow_to_load() -> None:
    heavy = ["sqlalchemy", "numba", "pyarrow", "scipy", "wordfreq", "jinja2", "tldextract", "scrapy", "dedup.updating"]
    script = f"import sys, dedup.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
