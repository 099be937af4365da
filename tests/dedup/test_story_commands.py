"""One story at length and its timeline: what is meant by an id, in which order, with which shares and delays."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dedup import Article, Corpus
from dedup.corpus import meant, saving
from dedup.corpus.removal import traces
from dedup.corpus.results import snapshot
from dedup.corpus.verdicts import judge
from dedup.errors import GemaError, UnknownArticle
from dedup.explain import explain
from dedup.records import Relation
from dedup.retelling import Appearance, moment, retell, timeline
from dedup.updating import update
from tests.dedup.conftest import NOW
from tests.dedup.outlets import grouped, press_grouped, run
from tests.dedup.test_matching import prose, text

FLOOD, VOICES = "banjir-sumberwangi", "cerita-warga-sumberwangi"
NOON = datetime(2026, 3, 20, 12, tzinfo=UTC)
WIRE = (
    "Air Sungai Belantik meluap pada Kamis malam dan merendam tiga desa di hilir bendungan, sehingga 412 warga "
    "mengungsi ke balai kecamatan sebelum tengah malam. Kepala desa Sumarni menyebut tanggul tua jebol sepanjang "
    "sebelas meter setelah hujan turun dua hari tanpa jeda. Petugas membawa perahu karet dari kota terdekat."
)


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with press_grouped(tmp_path_factory.mktemp("press")) as opened:
        yield opened


def copy(name: str, hours: float | None, **given: Any) -> Article:
    published = None if hours is None else NOON + timedelta(hours=hours)
    site = f"{name}.example"
    return replace(Article(url=f"https://{site}/1", text=WIRE, site=site, published=published, id=name), **given)


def test_a_story_is_what_the_update_found_families_by_time(pressed: Corpus) -> None:
    now = snapshot(pressed)
    members = {family.id: set(family.members) for family in now.families}
    for story in now.stories:
        told = retell(pressed, story.id)
        assert (told.id, told.label, told.terms) == (story.id, story.label, story.terms)
        assert {each.family: {article.id for article in each.articles} for each in told.tellings} == {
            name: members[name] for name in story.families
        }
        firsts = [telling.articles[0] for telling in told.tellings]
        assert firsts == sorted(firsts, key=moment)
        assert told.central in story.families


@pytest.mark.parametrize(
    "reference", [FLOOD, VOICES, "banjir-sumberwangi-kt", "http://warta-nusa.test/cerita-warga-sumberwangi"]
)
def test_a_story_goes_by_its_families_articles_and_their_addresses(pressed: Corpus, reference: str) -> None:
    assert retell(pressed, reference).id == FLOOD
    assert len(timeline(pressed, reference)) == 7


def test_other_spellings_of_an_address_lead_there_too(pressed: Corpus) -> None:
    assert retell(pressed, f"https://www.warta-nusa.test/{VOICES}/").id == FLOOD


def test_a_former_id_leads_to_what_became_of_it(corpus: Corpus) -> None:
    grouped(corpus)
    with corpus.transaction() as connection:
        saving.save_aliases(connection, "story", {"dulu": "kemudian", "kemudian": FLOOD, "a": "b", "b": "a"}, NOW)
        saving.save_aliases(connection, "family", {"lama": VOICES}, NOW)
    assert {retell(corpus, name).id for name in ("dulu", "kemudian", "lama")} == {FLOOD}
    assert [each.article.id for each in timeline(corpus, "lama", alone=True)] == [VOICES]
    with pytest.raises(UnknownArticle):
        retell(corpus, "a")


def family(corpus: Corpus, reference: str) -> tuple[str, list[str]]:
    with corpus.reading() as connection:
        return meant.family(connection, reference)


def test_of_two_spellings_with_ids_of_their_own_the_one_that_is_named_is_meant(corpus: Corpus) -> None:
    two = [
        Article(f"{scheme}://satu.test/1", text, site="satu.test", id=scheme)
        for scheme, text in (("https", "Air meluap di tiga dukuh."), ("http", "Harga beras turun lagi."))
    ]
    corpus.add(two)
    update(corpus, now=NOW)
    assert [family(corpus, article.url)[1] for article in two] == [["https"], ["http"]]
    assert family(corpus, "http://www.satu.test/1/")[1] == ["https"], "the one that came first"


def other(name: str, part: int) -> Article:
    """Return a copy of another text."""
    return replace(copy(name, 0), text=text(prose(part, 60)))


def test_a_family_that_merged_again_and_again_is_found_by_its_first_id(
    corpus: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = {"ani": 1, "budi": 2, "budi2": 2, **{f"citra{number}": 3 for number in range(6)}}
    grouped(corpus, *(other(name, part) for name, part in parts.items()))
    for pair in (("ani", "budi"), ("budi", "citra0")):
        judge(corpus, *pair, together=True, now=NOW)
        update(corpus, now=NOW)
    # By the id of an article that is gone, only the former ids of its families lead there.
    corpus.remove("ani")
    update(corpus, now=NOW)
    left = sorted(parts.keys() - {"ani"})
    assert family(corpus, "ani") == family(corpus, "budi") == ("citra0", left)
    told = run(capsys, corpus, "origin", "ani", "--json")
    assert (told.code, told.err) == (0, "")
    assert json.loads(told.out)["family"] == "citra0"
    with pytest.raises(UnknownArticle, match="tidak-ada"):
        family(corpus, "tidak-ada")


def test_a_family_is_meant_rather_than_the_article_it_was_called_after(
    corpus: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    three = [copy(name, 0) for name in ("ani", "budi", "citra")]
    grouped(corpus, *three)
    grouped(corpus, other("ani", 1))
    assert {held.id: held.members for held in snapshot(corpus).families} == {
        "ani": ("budi", "citra"),
        "ani-2": ("ani",),
    }
    assert family(corpus, "ani") == ("ani", ["budi", "citra"])
    assert family(corpus, three[0].url) == ("ani-2", ["ani"])
    assert json.loads(run(capsys, corpus, "origin", "ani", "--json").out)["family"] == "ani"
    corpus.add([copy("dewi", 0)])
    assert family(corpus, "dewi") == ("", ["dewi"])


def test_shared_words_are_those_that_explain_names(pressed: Corpus) -> None:
    told = retell(pressed, FLOOD)
    (other,) = [telling for telling in told.tellings if telling.family != told.central]
    assert other.shared == explain(pressed, told.central, other.articles[0].id).shared_terms
    assert other.shared


def test_a_timeline_tells_what_each_took_from_the_first_of_its_text(pressed: Corpus) -> None:
    found = timeline(pressed, FLOOD)
    first, *others = found
    assert [each.article for each in found] == sorted((each.article for each in found), key=moment)
    assert (first.delay, first.relation, first.share, first.against) == (timedelta(), None, None, "")
    for each in others:
        assert each.delay == each.article.published - first.article.published  # type: ignore[operator]
        told = explain(pressed, each.article.id, each.against)
        assert each.relation is told.match.relation
        if each.family == first.family:
            taken = told.match.measures.a_in_b if told.a.id == each.article.id else told.match.measures.b_in_a
            assert each.share == pytest.approx(taken)
    assert [each.relation for each in others if each.article.id == VOICES] == [Relation.SAME_STORY]


def test_a_familys_timeline_leaves_the_rest_of_its_story_out(pressed: Corpus) -> None:
    assert len(timeline(pressed, FLOOD, alone=True)) == 6
    assert [each.article.id for each in timeline(pressed, VOICES, alone=True)] == [VOICES]


def delays(found: list[Appearance]) -> list[tuple[str, timedelta | None]]:
    return [(each.article.id, each.delay) for each in found]


def test_days_count_as_days_and_what_has_no_date_comes_last(corpus: Corpus) -> None:
    day: dict[str, Any] = {"published_precision": "day"}
    grouped(corpus, copy("siang", 0), copy("hari", -12, **day), copy("besok", 12, **day), copy("entah", None))
    found = timeline(corpus, "siang")
    assert delays(found) == [
        ("siang", timedelta()),
        ("hari", timedelta()),
        ("besok", timedelta(days=1)),
        ("entah", None),
    ]
    assert [(each.relation, each.share) for each in found[1:]] == [(Relation.EXACT, 1.0)] * 3


def test_after_a_day_delays_are_whole_days(corpus: Corpus) -> None:
    grouped(corpus, copy("hari", -12, published_precision="day"), copy("malam", 24 + 9), copy("nanti", 48))
    assert [delay for _, delay in delays(timeline(corpus, "hari"))] == [timedelta(days=n) for n in (0, 1, 2)]


def test_what_is_unknown_not_grouped_or_gone_is_an_error(corpus: Corpus) -> None:
    corpus.add([copy("satu", 0)])
    with pytest.raises(UnknownArticle, match="tidak-ada"):
        retell(corpus, "tidak-ada")
    with pytest.raises(GemaError, match="dedup update"):
        timeline(corpus, "satu")
    grouped(corpus, copy("satu", 0))
    corpus.remove("satu")
    for asking in (retell, timeline):
        with pytest.raises(UnknownArticle):
            asking(corpus, "satu")


# --- the commands -------------------------------------------------------------------------------------


def test_the_story_command(pressed: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    left = run(capsys, pressed, "story", VOICES, "--zone", "Asia/Jakarta")
    assert (left.code, left.err) == (0, "")
    assert "(2 texts, 7 articles, 6 sites, id banjir-sumberwangi)" in left.out
    assert "first: 16 Nov 2026 00:00 +07:00, last: 16 Nov 2026 09:00 +07:00" in left.out
    assert "5 more: kabar-timur.test, " in left.out
    assert "shared with the most central: sumberwangi" in left.out


def test_the_story_as_json(pressed: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    record = json.loads(run(capsys, pressed, "story", VOICES, "--json").out)
    assert (record["story"], record["articles"], len(record["sites"])) == (FLOOD, 7, 6)
    assert [len(family["copies"]) for family in record["families"]] == [5, 0]
    assert record["first"] == record["families"][0]["first"]["published"]


def test_the_timeline_command(pressed: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, pressed, "timeline", FLOOD, "--zone", "Asia/Jakarta").out.splitlines()
    assert len(lines) == 7
    assert [part in lines[0] for part in ("16 Nov 2026 00:00 +07:00", "antar-nusa.test", "earliest")] == [True] * 3
    assert [part in lines[1] for part in ("+ 1 h 30 min", "kabar-timur.test", "syndicated", "71%")] == [True] * 4
    assert len(run(capsys, pressed, "timeline", FLOOD, "--family").out.splitlines()) == 6


def test_a_day_is_shown_without_a_time(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    grouped(corpus, copy("siang", 0), copy("hari", -12, published_precision="day"), copy("entah", None))
    lines = run(capsys, corpus, "timeline", "siang", "--zone", "UTC").out.splitlines()
    assert lines[1].startswith("20 Mar 2026  ")
    assert "same day" in lines[1]
    assert lines[2].startswith("no date")


def test_a_day_is_the_same_day_west_of_utc(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    grouped(corpus, copy("siang", 0), copy("hari", -12, published_precision="day"))
    lines = run(capsys, corpus, "timeline", "siang", "--zone", "America/New_York").out.splitlines()
    assert [line[:11] for line in lines] == ["20 Mar 2026", "20 Mar 2026"]


def test_of_articles_without_dates_none_is_called_the_first(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    grouped(corpus, copy("satu", None), copy("dua", None))
    assert "  earliest  " not in run(capsys, corpus, "timeline", "satu").out


def test_every_copy_is_compared_with_another(corpus: Corpus) -> None:
    """One text at dozens of sites, each compared with few others: all have something that they are compared with."""
    made = [copy(f"situs{number}", number, text=f"{WIRE} Nomor {number % 3}.") for number in range(60)]
    grouped(corpus, *made)
    found = timeline(corpus, made[0].id)
    assert found[0].against == ""
    for each in found[1:]:
        assert each.relation is not None
        assert each.share is not None
        assert each.against not in ("", each.article.id)


def test_json_and_csv_hold_the_same(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    grouped(corpus, copy("satu", 0, title="=1+1"), copy("dua", 2, title="Dua\x1b[31m"))
    rows = [json.loads(line) for line in run(capsys, corpus, "timeline", "satu", "--json").out.splitlines()]
    table = list(csv.DictReader(io.StringIO(run(capsys, corpus, "timeline", "satu", "--csv").out)))
    assert [row["delay"] for row in rows] == [0, 7200]
    assert [list(row) for row in rows] == [list(row) for row in table]
    assert table[0]["title"] == "'=1+1"
    assert [row["relation"] for row in table] == ["", "exact"]
    assert run(capsys, corpus, "timeline", "satu", "--csv", "--json").code == 2


@pytest.mark.parametrize("command", ["story", "timeline"])
def test_an_unknown_id_is_told_in_one_line(pressed: Corpus, capsys: pytest.CaptureFixture[str], command: str) -> None:
    left = run(capsys, pressed, command, "tidak\x1b[31m-ada")
    assert (left.code, left.out) == (2, "")
    assert left.err.startswith("dedup: no story, family or article")
    assert left.err.endswith("; `dedup search` finds articles, `dedup groups --all` lists families and stories\n")
    assert "\x1b" not in left.err


def test_a_timeline_compares_with_whom_more_is_shared_than_phrases(
    corpus: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two, own = prose(1, 100), prose(2, 100), prose(3, 60)
    # The last one has the first one's words in pieces too short to be more than phrases.
    pieces = [word for place in range(0, 60, 6) for word in (*one[place : place + 4], *own[place : place + 4])]
    texts = {"satu": one, "dua": [*one, *two], "tiga": [*two, *pieces]}
    grouped(corpus, *(replace(copy(name, hours), text=text(texts[name])) for hours, name in enumerate(texts)))
    relations = {(match.a, match.b): match.relation for match in snapshot(corpus).matches}
    assert relations["satu", "tiga"] is Relation.NONE
    found = [(each.article.id, each.against) for each in timeline(corpus, "satu")]
    assert found[1:] == [("dua", "satu"), ("tiga", "dua")]
    for command in (("timeline", "satu"), ("groups",), ("origin", "satu")):
        named = [line for line in run(capsys, corpus, *command).out.splitlines() if "(shared with " in line]
        assert [(line.split("https://")[1][:4], line[-25:]) for line in named] == [
            ("tiga", "(shared with dua.example)")
        ]


@pytest.mark.parametrize(
    "command",
    [
        ("story", ""),
        ("timeline", ""),
        ("origin", ""),
        ("explain", "", "satu"),
        ("separate", "", "satu"),
    ],
)
def test_nothing_is_no_id(corpus: Corpus, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]) -> None:
    # As imported from files: no article says where it was fetched from.
    grouped(corpus, *(replace(copy(name, 0), fetched_url="") for name in ("satu", "dua")))
    left = run(capsys, corpus, *command)
    assert left.code == 2
    assert "''" in left.err
    assert traces(corpus, [""]).articles == ()


def test_what_steers_a_terminal_is_inert(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    grouped(corpus, copy("satu", 0, title="Judul \x1b[2J merah"), copy("dua", 2))
    for command in ("story", "timeline"):
        assert "\x1b" not in run(capsys, corpus, command, "satu").out


def test_the_time_of_an_update_is_shown_as_one_and_gives_no_delay(
    corpus: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    grouped(corpus, copy("awal", 0), copy("salin", 2), copy("baru", 3, published_from="updated"))
    told = timeline(corpus, "awal", alone=True)
    assert [(each.article.id, each.delay) for each in told] == [
        ("awal", timedelta()),
        ("salin", timedelta(hours=2)),
        ("baru", None),
    ]
    lines = run(capsys, corpus, "timeline", "awal", "--family").out.splitlines()
    assert [line.startswith("updated ") for line in lines] == [False, False, True]
    records = [
        json.loads(line) for line in run(capsys, corpus, "timeline", "awal", "--family", "--json").out.splitlines()
    ]
    assert [each["published_from"] for each in records] == ["", "", "updated"]


def test_a_stamp_that_is_not_believed_is_nobodys_first_and_gives_no_delay(corpus: Corpus) -> None:
    absurd = copy("kuno", None, published=datetime(1970, 1, 1, tzinfo=UTC))
    grouped(corpus, absurd, copy("awal", 0), copy("salin", 2))
    told = timeline(corpus, "awal")
    assert [(each.article.id, each.delay) for each in told] == [
        ("awal", timedelta()),
        ("salin", timedelta(hours=2)),
        ("kuno", None),
    ]
