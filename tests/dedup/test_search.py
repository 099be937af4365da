"""Searching: what is found, in which order, with what beside it; that any input is a question; that nothing lingers."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Article, Corpus, search
from dedup.asking import asked
from dedup.corpus import removal
from dedup.corpus.results import snapshot
from dedup.excerpts import excerpt, places
from dedup.folding import folded
from dedup.searching import Answers
from tests.dedup.conftest import NOW
from tests.dedup.outlets import press_articles, press_grouped, run
from tests.dedup.schemas import take_back


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with press_grouped(tmp_path_factory.mktemp("press")) as opened:
        yield opened


def said(name: str, text: str, title: str = "", day: int = 1, language: str = "id") -> Article:
    url, time = f"https://www.{name}.test/1", datetime(2026, 3, day, 12, tzinfo=UTC)
    article = Article(url=url, text=text, title=title, site=f"{name}.test", language=language, published=time, id=name)
    return replace(article, host=f"www.{name}.test")


FEW = [
    said("satu", "Banjir merendam Jakarta. Kim Jong-un tidak datang.", "Air naik", 1),
    said("dua", "Jakarta kering, banjir surut di Bekasi.", "Musim", 2),
    said("tiga", "Harga cabai naik tajam di pasar.", "Banjir cabai", 3),
    said("empat", "Café di Zürich, ﬁlm baru: Łódź és Αθήνα, COVID-19.", "Cafe", 4, "en"),
    said("lima", "东京发生洪水,居民疏散。", "洪水", 5, "zh"),
]


@pytest.fixture
def few(corpus: Corpus) -> Corpus:
    corpus.add(FEW)
    return corpus


def ids(found: Answers) -> list[str]:
    return [each.article.id for each in found.best]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("banjir jakarta", {"satu", "dua"}),
        ("BANJIR", {"satu", "dua", "tiga"}),
        ('"banjir merendam"', {"satu"}),
        ('"jakarta banjir"', set()),
        ('"kim jong un"', {"satu"}),
        ("kim-jong-un", {"satu"}),
        ("“banjir surut”", {"dua"}),
        ('"banjir merendam', {"satu"}),
        ("banjir -jakarta", {"tiga"}),
        ('banjir -"banjir surut"', {"satu", "tiga"}),
        ("-banjir", {"empat", "lima"}),
        ("site:dua.test", {"dua"}),
        ("site:https://www.dua.test/apa banjir", {"dua"}),
        ("banjir -site:dua.test", {"satu", "tiga"}),
        ("lang:EN", {"empat"}),
        ("banjir -lang:id", set()),
        ("cafe zurich", {"empat"}),
        ("CAFÉ film", {"empat"}),
        ("covid-19", {"empat"}),
        ("αθηνα", {"empat"}),
        ("洪水", {"lima"}),
        ("banji", set()),
        ("", set()),
        ('"" - -- site: * OR AND NOT', set()),
    ],
)
def test_what_is_asked_for_is_found(few: Corpus, query: str, wanted: set[str]) -> None:
    assert set(ids(search(few, query))) == wanted


def test_words_of_the_title_tell_most(few: Corpus) -> None:
    assert ids(search(few, "banjir"))[0] == "tiga"
    assert ids(search(few, "site:satu.test site:dua.test")) == ["dua", "satu"], "without words, the newest first"


def test_times_narrow(few: Corpus) -> None:
    found = search(few, "banjir", since=datetime(2026, 3, 2, tzinfo=UTC), until=datetime(2026, 3, 3, tzinfo=UTC))
    assert ids(found) == ["dua"]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Jakarta", "America/New_York", "Pacific/Auckland"])
@pytest.mark.parametrize("stored", ["Asia/Jakarta", "UTC", "America/New_York"])
def test_what_is_dated_to_a_day_is_of_the_day_that_is_shown(
    corpus: Corpus, capsys: pytest.CaptureFixture[str], stored: str, zone: str
) -> None:
    dated = replace(FEW[0], published=datetime(2026, 11, 6, tzinfo=ZoneInfo(stored)), published_precision="day")
    corpus.add([dated, replace(FEW[2], text='Banjir, kata "published_precision": "day".', published=dated.published)])

    def found(*narrowed: str) -> bool:
        return "6 Nov 2026" in run(capsys, corpus, "search", "merendam", *narrowed, "--zone", zone).out

    assert [found("--since", f"2026-11-{day:02}") for day in (5, 6, 7)] == [True, True, False]
    assert [found("--until", f"2026-11-{day:02}") for day in (5, 6, 7)] == [False, True, True]
    assert found("--since", "2026-11-06T18:00"), "it may have come at the end of its day"


def test_limit_leaves_the_count(few: Corpus) -> None:
    found = search(few, "banjir", limit=1)
    assert (len(found.best), found.count, found.articles) == (1, 3, 3)


@given(st.text() | st.text("\"“” -:*^()\\'+{}site:lang:AND OR NEAR(a, b)\0\ud800é"))
def test_any_input_is_a_question(pressed: Corpus, query: str) -> None:
    search(pressed, query, limit=2)


@given(st.text())
def test_what_was_indexed_is_found_again_by_each_of_its_words(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    for word in folded(text).split():
        assert asked(f'"{word}"').phrases == ((word,),)


@given(st.text(), st.lists(st.text(), max_size=3))
def test_excerpts_are_short_and_their_places_inside(text: str, words: list[str]) -> None:
    phrases = asked(" ".join(words)).phrases
    piece = excerpt(text, phrases)
    assert len(piece) <= 244
    assert "\n" not in piece
    assert all(0 <= start < stop <= len(piece) for start, stop in places(piece, phrases))


def test_an_excerpt_shows_where_the_words_stand() -> None:
    text = "Awal yang panjang sekali. " * 100 + "Di sini banjir besar melanda. " + "Akhir juga. " * 100
    piece = excerpt(text, asked('"banjir besar"').phrases)
    assert [piece[start:stop] for start, stop in places(piece, [("banjir", "besar")])] == ["banjir besar"]
    assert piece.startswith("… ")
    assert piece.endswith(" …")


def test_copies_are_one_answer_unless_all_are_asked_for(pressed: Corpus) -> None:
    now = snapshot(pressed)
    homes = {member: family for family in now.families for member in family.members}
    told = {family: story for story in now.stories for family in story.families}
    one, every = search(pressed, "banjir", limit=100), search(pressed, "banjir", limit=100, copies=True)
    assert one.articles == every.articles == every.count == len(every.best) > one.count == len(one.best)
    assert len({each.family for each in one.best}) == one.count
    for each in every.best:
        family = homes[each.article.id]
        assert (each.family, each.copies) == (family.id, len(family.members) - 1)
        assert (each.story, each.label) == (told[family.id].id, told[family.id].label)


def test_what_is_not_grouped_yet_is_found_too(few: Corpus) -> None:
    assert [(each.family, each.story) for each in search(few, "merendam").best] == [("", "")]


def test_a_changed_article_is_found_by_its_new_text_only(few: Corpus) -> None:
    assert ids(search(few, "merendam")) == ["satu"]
    few.add([replace(FEW[0], text="Gempa mengguncang.", title="Tanah")])
    assert ids(search(few, "merendam")) == ids(search(few, '"air naik"')) == []
    assert ids(search(few, "gempa")) == ["satu"]
    assert ids(search(few, "banjir")) == ["tiga", "dua"]


def test_a_removed_article_is_not_found_nor_is_its_number_when_another_has_it(few: Corpus) -> None:
    assert ids(search(few, "洪水")) == ["lima"]
    few.remove("lima")
    assert ids(search(few, "洪水")) == []
    few.add([said("enam", "Topan datang.")])
    assert ids(search(few, "洪水")) == []
    assert ids(search(few, "topan")) == ["enam"]


def test_a_forgotten_article_leaves_nothing_in_the_index(few: Corpus) -> None:
    few.add([said("rahasia", "Zirkonium ditemukan.", "Xilofon")])
    assert ids(search(few, "zirkonium xilofon")) == ["rahasia"]
    removal.forget(few, ["rahasia"], NOW)
    removal.scrub(few)
    assert ids(search(few, "zirkonium")) == []
    file = Path(few.engine.url.database or "")
    for path in file.parent.glob(f"{file.name}*"):
        held = path.read_bytes().lower()
        # Words that are sorted beside each other share their beginnings.
        assert b"irkonium" not in held
        assert b"ilofon" not in held
    assert set(ids(search(few, "jakarta"))) == {"satu", "dua"}


def test_storing_articles_indexes_nothing(corpus: Corpus) -> None:
    corpus.add(press_articles())
    with closing(sqlite3.connect(corpus.engine.url.database or "")) as connection:
        assert connection.execute("SELECT count(*) FROM searchable").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE 'searchable_%'").fetchone() == (
            0,
        )


def test_an_index_of_before_is_made_again_without_what_is_not_seen(few: Corpus) -> None:
    few.add([said("enam", "Gempa mengun\u00adcang Cian\u200bjur.")])
    search(few, "banjir")
    with closing(sqlite3.connect(few.engine.url.database or "")) as connection, connection:
        connection.execute("DELETE FROM searchable_words_data WHERE id > 10")
    take_back(few.engine.url.database or "", "0013")
    with Corpus.open(f"sqlite:///{few.engine.url.database}") as upgraded:
        assert ids(search(upgraded, "mengun\u00adcang cianjur")) == ["enam"]


def test_indexing_is_told_of(few: Corpus) -> None:
    heard: list[tuple[str, int, int]] = []
    search(few, "banjir", progress=lambda *told: heard.append(told))
    assert heard[0] == ("indexing", 0, 5)
    heard.clear()
    search(few, "banjir", progress=lambda *told: heard.append(told))
    assert heard == []


# --- the command --------------------------------------------------------------------------------------


def test_the_command_shows_where_words_stand_and_where_articles_belong(
    pressed: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    left = run(capsys, pressed, "search", "sumberwangi", "--zone", "Asia/Jakarta", "--limit", 1)
    assert (left.code, left.err) == (0, "")
    assert "*Sumberwangi*" in left.out
    assert "family banjir-sumberwangi (6 articles); story banjir-sumberwangi (2 texts): Banjir Bandang" in left.out
    assert "The best 1 of " in left.out


def test_json_is_ascii_with_the_places_of_words(pressed: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    left = run(capsys, pressed, "search", "banjir", "--json", "--all", "--limit", 100)
    assert left.out.isascii()
    rows = [json.loads(line) for line in left.out.splitlines()]
    assert len(rows) > 6
    for row in rows:
        assert {
            "id",
            "url",
            "site",
            "title",
            "published",
            "excerpt",
            "family",
            "copies",
            "story",
            "label",
        } <= row.keys()
        assert {row["excerpt"][start:stop].lower() for start, stop in row["marked"]} <= {"banjir"}


def test_words_may_begin_with_a_dash_but_not_be_mistyped_options(
    few: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    left = run(capsys, few, "search", "banjir", "-jakarta")
    assert "1 answer." in left.out
    left = run(capsys, few, "search", "banjir", "--limt")
    assert left.code == 2
    assert "--limit" in left.err


def test_days_reach_to_their_end(few: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    left = run(capsys, few, "search", "banjir", "--since", "2026-03-02", "--until", "2026-03-02", "--zone", "UTC")
    assert "Jakarta kering" in left.out
    assert "1 answer." in left.out
    # The first and the last day that a calendar knows have no neighbour in another zone.
    for said in ("kemarin", "0001-01-01", "9999-12-31"):
        left = run(capsys, few, "search", "banjir", "--until", said)
        assert (left.code, left.out) == (2, "")
        assert "is no date" in left.err


def test_whoever_asks_for_nothing_is_told(few: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ((" ", ""), ("!!!",), ('""',), ("😀",)):
        left = run(capsys, few, "search", *words)
        assert (left.code, left.out) == (2, "")
        assert "no word was asked for" in left.err
    left = run(capsys, few, "search", "--", "-banjir", "--limit")
    assert (left.code, left.out) == (2, "")
    assert "options such as --limit go before --" in " ".join(left.err.split())


def test_nothing_found_is_said_kindly(few: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    left = run(capsys, few, "search", "tidakadakatanya")
    assert left.code == 0
    assert left.out.startswith("Nothing was found")
    left = run(capsys, few, "search", "tidakadakatanya", "--json")
    assert (left.code, left.out) == (0, "")
    assert "Nothing was found" in left.err


def test_a_site_that_nobody_knows_is_said(few: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    left = run(capsys, few, "search", "banjir", "site:nobody.test")
    assert (left.code, left.out) == (2, "")
    assert "nothing is known of the site 'nobody.test'" in left.err
    site = next(iter(few.articles())).site
    for query in (f"site:{site}", f"site:www.{site}", "-site:nobody.test"):
        assert run(capsys, few, "search", "qqqqq", query).code == 0


def test_a_language_that_no_article_is_in_is_said(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    corpus.add([replace(each, language="id" if place else "") for place, each in enumerate(FEW)])
    left = run(capsys, corpus, "search", "banjir", "lang:ms")
    assert (left.code, left.out) == (2, "")
    assert "no article is in the language 'ms'" in left.err
    assert "; 1 name no language: search them without lang:" in left.err
    left = run(capsys, corpus, "search", "qqqqq", "lang:id")
    assert left.code == 0
    assert "dedup: 1 name no language: search them without lang:" in left.err


def test_an_empty_corpus_has_nothing(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    left = run(capsys, corpus, "search", "apa", "-itu")
    assert left.code == 0
    assert "there are no articles yet" in left.err


def test_a_time_that_ends_before_it_begins_is_said(few: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    left = run(capsys, few, "search", "banjir", "--since", "2026-03-03", "--until", "2026-03-02")
    assert (left.code, left.out) == (2, "")
    assert "--since is not before --until" in left.err


def test_what_steers_a_terminal_is_inert(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    corpus.add([said("jahat", "Kata \x1b[31mmerah\x1b]0;judul\x07 dan [bold]tebal[/bold].", "Judul \x1b[2J merah")])
    left = run(capsys, corpus, "search", "merah")
    assert "\x1b" not in left.out
    assert "\x07" not in left.out
    assert "[bold]tebal[/bold]" in left.out
