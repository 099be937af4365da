"""Who copies from whom: counts, shares and delays by period, and the commands that tell them."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import dedup
from dedup import Article, Corpus, Snapshot
from dedup.flowing import Flow, Role, SiteFlows, flows
from dedup.origins import origins
from dedup.records import Relation
from dedup.report import accounts, data
from tests.dedup.conftest import NOW
from tests.dedup.outlets import grouped, press_grouped, run
from tests.dedup.snapshots import NOON, article, match, snapshot
from tests.newsroom.texts import load

A, B, C = "a.example", "b.example", "c.example"


def two_families() -> Snapshot:
    """Two texts of a.example that b.example took two and nine hours later, one of them twice."""
    articles = [
        article("a1", A, 0, "satu"),
        article("b1", B, 2, "satu tambah"),
        article("b1-again", B, 3, "satu tambah lagi"),
        article("a2", A, 10, "dua"),
        article("b2", B, 19, "dua"),
    ]
    matches = [match("a1", "b1", shares=(0.9, 0.5)), match("a1", "b1-again", shares=(0.9, 0.4))]
    return snapshot(articles, {"one": ["a1", "b1", "b1-again"], "two": ["a2", "b2"]}, matches=matches)


def test_a_family_counts_once_for_each_site_that_has_it_later() -> None:
    found = flows(two_families())
    assert found.flows == (Flow(A, B, 2, 0.75, timedelta(hours=5.5)),)
    shares = {site.site: (dict(site.roles), site.copied_by_others) for site in found.sites}
    assert shares == {A: ({Role.FIRST: 2}, 2), B: ({Role.COPY: 2, Role.AGAIN: 1}, 0)}
    assert found.sites[0].share(Role.COPY) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("period", "first_days"),
    [("day", [date(2026, 3, 20), date(2026, 3, 21)]), ("week", [date(2026, 3, 16)]), ("month", [date(2026, 3, 1)])],
)
def test_flows_are_counted_by_the_period_of_the_copy(period: str, first_days: list[date]) -> None:
    found = flows(two_families(), period)
    assert [flow.period for flow in found.flows] == first_days
    assert sum(flow.families for flow in found.flows) == 2
    assert {site.period for site in found.sites} == set(first_days)


def test_another_period_is_refused() -> None:
    with pytest.raises(ValueError, match="fortnight"):
        flows(two_families(), "fortnight")


def test_an_agency_whose_page_was_never_collected_is_a_source() -> None:
    wires = [replace(article(f"{n}", f"{n}.example", n), agency="Antara") for n in (1, 2)]
    found = flows(snapshot(wires, {"f": ["1", "2"]}))
    assert found.flows == (Flow("Antara", "1.example", 1), Flow("Antara", "2.example", 1))
    assert [site.share(Role.AGENCY) for site in found.sites] == [1.0, 1.0]


def test_what_came_before_by_its_stamp_or_to_the_day_has_no_delay() -> None:
    kabar = article("kabar", "kabartimur.example", 5)
    early = replace(article("awal", "awal.example", 0), credited_source="Kabar Timur")
    (flow,) = flows(snapshot([kabar, early], {"f": ["kabar", "awal"]})).flows
    assert flow == Flow("kabartimur.example", "awal.example", 1, 1.0)
    day = replace(article("hari", "hari.example", 0), published=datetime(2026, 3, 25, tzinfo=UTC))
    days = [article("satu", "satu.example"), replace(day, published_precision="day")]
    (flow,) = flows(snapshot(days, {"f": ["satu", "hari"]})).flows
    assert (flow.source, flow.delay) == ("satu.example", None)


def test_an_update_counts_in_its_period_and_tells_no_delay() -> None:
    renewed = replace(article("baru", "baru.example", 0), published_from="updated")
    copied = article("salin", "salin.example", 5)
    found = flows(snapshot([renewed, copied], {"f": ["baru", "salin"]}), "day")
    (flow,) = found.flows
    assert (flow.source, flow.target, flow.delay) == ("baru.example", "salin.example", None)
    assert {site.period for site in found.sites} == {NOON.date()}


def of_another(relation: Relation = Relation.NONE, **said: Any) -> Snapshot:
    """Return a text of a.example, a copy of it, and what shares the copy's own words, and but phrases with the text."""
    articles = [article("a", A, 0, "satu"), article("b", B, 2, "satu dua"), article("c", C, 4, "dua tiga")]
    articles[2] = replace(articles[2], **said)
    matches = [
        match("a", "b", Relation.SYNDICATED),
        match("b", "c", Relation.SYNDICATED, (0.4, 0.3)),
        match("a", "c", relation, (0.23, 0.11)),
    ]
    return snapshot(articles, {"f": ["a", "b", "c"]}, matches=matches)


@pytest.mark.parametrize("relation", [Relation.NONE, Relation.SHARED_QUOTES, Relation.TEMPLATE])
def test_who_is_of_the_family_by_another_text_is_no_copy_of_the_first(relation: Relation) -> None:
    found = flows(of_another(relation))
    assert [(flow.source, flow.target) for flow in found.flows] == [(A, B)]
    assert {site.site: site.roles for site in found.sites} == {
        A: {Role.FIRST: 1},
        B: {Role.COPY: 1},
        C: {Role.UNORDERED: 1},
    }
    assert all(sum(site.share(role) for role in Role) == 1 for site in found.sites)
    assert [site.copied_by_others for site in found.sites] == [1, 0, 0]


def test_who_says_so_or_shares_more_than_phrases_is_a_copy_of_the_first() -> None:
    for known in (of_another(credited_source=A), of_another(Relation.EXCERPT)):
        assert [(flow.source, flow.target) for flow in flows(known).flows] == [(A, B), (A, C)]
    plain = of_another()
    uncompared = replace(plain, matches=tuple(each for each in plain.matches if (each.a, each.b) != ("a", "c")))
    assert [(flow.source, flow.target) for flow in flows(uncompared).flows] == [(A, B), (A, C)]


def test_mere_phrases_of_the_first_are_not_taken_from_it() -> None:
    found = origins(of_another())["f"]
    assert {entry.article.id: entry.taken for entry in found.account} == {"a": None, "b": 0.8, "c": None}


def test_an_origin_tells_whose_text_a_share_is_of_where_it_is_not_the_firsts() -> None:
    known = of_another()
    found = origins(known)["f"]
    shown = data.members(found, known.matches)
    out = Console(file=io.StringIO(), width=300)
    accounts.origin(found, "f", shown, out)
    assert isinstance(out.file, io.StringIO)
    copy, shared = out.file.getvalue().splitlines()[3:]
    assert "  80%  " in copy
    assert "shared with" not in copy
    assert "  30%  " in shared
    assert shared.endswith(f"(shared with {B})")
    account = json.loads(accounts.origin_line(found, "f", shown))["account"]
    assert [(each["compared_with"], each["shared"]) for each in account] == [(None, None), ("a", 0.8), ("b", 0.3)]


def test_a_share_of_a_text_that_nobody_is_known_to_have_had_first_is_said_to_be_of_whom() -> None:
    known = snapshot(
        [article("a", A, None, "satu"), article("b", B, None, "satu dua")],
        {"f": ["a", "b"]},
        matches=[match("a", "b", Relation.SYNDICATED)],
    )
    found = origins(known)["f"]
    out = Console(file=io.StringIO(), width=300)
    accounts.origin(found, "f", data.members(found, known.matches), out)
    assert isinstance(out.file, io.StringIO)
    assert out.file.getvalue().splitlines()[-1].endswith(f"(shared with {A})")


def test_a_site_that_has_the_firsts_text_besides_another_copied_it_once() -> None:
    plain = of_another()
    articles = [*plain.articles.values(), article("c2", C, 5, "satu"), article("c3", C, 6, "dua tiga empat")]
    matches = [*plain.matches, match("a", "c2", Relation.NEAR), match("a", "c3", Relation.NONE, (0.2, 0.1))]
    known = snapshot(articles, {"f": [each.id for each in articles]}, matches=matches)
    found = flows(known)
    assert [(flow.source, flow.target, flow.families) for flow in found.flows] == [(A, B, 1), (A, C, 1)]
    (site,) = [each for each in found.sites if each.site == C]
    assert site.roles == {Role.COPY: 1, Role.AGAIN: 1, Role.UNORDERED: 1}


def test_a_site_that_has_the_text_of_the_firsts_later_version_copied_it() -> None:
    plain = of_another()
    articles = [*plain.articles.values(), article("a2", A, 1, "satu dua tiga")]
    matches = [*plain.matches, match("a2", "c", Relation.SYNDICATED)]
    known = snapshot(articles, {"f": [each.id for each in articles]}, matches=matches)
    assert [(flow.source, flow.target) for flow in flows(known).flows] == [(A, B), (A, C)]


def test_an_unknown_origin_makes_no_flow_and_origins_can_be_handed_in() -> None:
    same = snapshot([article("a", A), article("b", B)], {"f": ["a", "b"]})
    assert flows(same).flows == ()
    assert [site.roles for site in flows(same).sites] == [{Role.UNORDERED: 1}, {Role.UNORDERED: 1}]
    known = two_families()
    assert flows(known, known=origins(known)) == flows(known)


def test_the_front_door_hands_them_out() -> None:
    assert dedup.flows(two_families()).flows[0].families == 2
    assert dedup.origin([article("a", A)]).confidence is dedup.Confidence.LIKELY


# --- the press, and the commands --------------------------------------------------------------------


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with press_grouped(tmp_path_factory.mktemp("press")) as opened:
        yield opened


def test_the_flows_of_the_press_are_those_it_declares(pressed: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    press, expected = load(), set()
    for text in press.texts.values():
        root = press.texts[press.root(text)]
        if text.outlet != root.outlet:
            expected.add((f"{root.outlet}.test", f"{text.outlet}.test", root.id))
    counts: dict[tuple[str, str], int] = {}
    for source, target, _ in expected:
        counts[source, target] = counts.get((source, target), 0) + 1
    left = run(capsys, pressed, "flows", "--json")
    rows = [json.loads(line) for line in left.out.splitlines()]
    assert {(row["source"], row["target"]): row["families"] for row in rows} == counts
    assert all(0 < row["share"] <= 1 and row["delay_seconds"] > 0 for row in rows)


def test_flows_as_a_table_of_one_site_and_as_csv(pressed: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    table = run(capsys, pressed, "flows", "--site", "kabar-timur.test").out.splitlines()
    assert table[0].split() == ["first", "later", "families", "taken", "delay"]
    assert all("kabar-timur.test" in line and line == line.rstrip() for line in table[1:])
    assert run(capsys, pressed, "flows", "--period", "day").out.splitlines()[0].endswith("  period")
    unknown = run(capsys, pressed, "flows", "--site", "kabar-tmiur.test")
    assert (unknown.code, unknown.out) == (2, "")
    assert "nothing is known of the site 'kabar-tmiur.test'" in unknown.err
    by_week = run(capsys, pressed, "flows", "--csv", "--period", "week")
    rows = list(csv.DictReader(io.StringIO(by_week.out)))
    assert {date.fromisoformat(row["period"]).weekday() for row in rows} == {0}
    sites = list(csv.DictReader(io.StringIO(run(capsys, pressed, "flows", "--sites", "--csv").out)))
    assert sum(int(row["articles"]) for row in sites) == len(load().texts)
    assert "by others" in run(capsys, pressed, "flows", "--sites").out
    assert run(capsys, pressed, "flows", "--json", "--csv").code == 2


def test_formulas_are_text_in_csv(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    text = load().texts["banjir-sumberwangi"].paragraphs
    found = Article(url="https://a.example/1", text="\n".join(text), site=A, agency="=cmd|' /C calc'!A0", id="a")
    assert "'=cmd" in run(capsys, grouped(corpus, found), "flows", "--csv").out


def test_an_origin_is_told_for_an_article_an_address_or_a_family(
    pressed: Corpus, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = pressed.article("banjir-sumberwangi-vs")
    told = run(capsys, pressed, "origin", copy.id, "--zone", "Asia/Jakarta")
    lines = told.out.splitlines()
    assert lines[0].startswith("First was likely antar-nusa.test: antar-nusa.test was out by ")
    assert "+07:00" in lines[0]
    assert "UTC" not in told.out
    groups = run(capsys, pressed, "groups", "--zone", "Asia/Jakarta").out
    assert "was out by" in groups
    assert "UTC" not in groups
    assert lines[1].endswith(", 6 articles")
    assert lines[2].split()[5:7] == ["antar-nusa.test", "original"]
    assert all(line == line.rstrip() and line.isprintable() for line in lines)
    account = json.loads(run(capsys, pressed, "origin", copy.url, "--json").out)
    assert (account["id"], account["confidence"]) == ("banjir-sumberwangi", "likely")
    assert [entry["role"] for entry in account["account"]].count("again") == 1
    assert account["account"][0]["taken"] is None
    assert json.loads(run(capsys, pressed, "origin", account["family"], "--json").out) == account
    assert run(capsys, pressed, "origin", "https://nowhere.example/").code == 2


def test_an_article_that_waits_for_an_update_is_told_alone(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    corpus.add([Article(url="https://a.example/1", text="Satu dua tiga.", site=A, published=NOW)])
    left = run(capsys, corpus, "origin", "https://a.example/1")
    assert left.out.startswith("First was likely a.example: no other site has it")
    assert "not grouped yet" in left.err


def test_hostile_names_are_inert(corpus: Corpus, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = Article(url="https://a.example/1", text="x", site="\x1b[2Ja", agency="\x1b]0;x\x07\u202e", published=NOON)
    corpus.add([hostile])
    for arguments in (("origin", "https://a.example/1"), ("origin", "https://a.example/1", "--json"), ("flows",)):
        out = run(capsys, corpus, *arguments).out
        assert not {"\x1b", "\x07", "\u202e"} & set(out)


def test_sites_fit_in_a_narrow_terminal_with_their_periods() -> None:
    days = (date(2026, 3, 1), date(2026, 3, 2))
    found = [SiteFlows("mediaindonesia.com", dict.fromkeys(Role, 1000), 77, day) for day in days]
    out = Console(file=io.StringIO(), force_terminal=True, color_system=None, width=80)
    accounts.sites(found, out)
    assert isinstance(out.file, io.StringIO)
    names, *rows = (line.split() for line in out.file.getvalue().splitlines())
    assert names == ["site", "articles", "original", "copied", "agency", "again", "shared", "by", "others"]
    of_both = ["mediaindonesia.com", "5,000", *["20%"] * 5, "77"]
    assert rows == [["2026-03-01"], of_both, ["2026-03-02"], of_both]


def test_an_account_fits_in_a_narrow_terminal_however_its_articles_are_dated() -> None:
    renewed = replace(article("a", "mediaindonesia.com", 0, "satu"), published_from="updated", agency="Antara")
    ahead = replace(article("b", "republika.co.id", 2, "satu dua"), fetched=NOON, agency="Antara")
    by_day = replace(article("c", "tempo.co", 0, "dua tiga"), published=NOON.replace(hour=0), published_precision="day")
    found = origins(snapshot([renewed, ahead, by_day], {"f": ["a", "b", "c"]}))["f"]
    out = Console(file=io.StringIO(), force_terminal=True, color_system=None, width=80)
    accounts.origin(found, "f", data.members(found, ()), out, UTC)
    assert isinstance(out.file, io.StringIO)
    lines = [line.rstrip() for line in out.file.getvalue().splitlines()]
    assert "  updated 20 Mar 2026 12:00 +00:00  mediaindonesia.com  agency" in lines
    assert "(names Antara) (dated later than it was fetched)" in " ".join(out.file.getvalue().split())
    assert any(line.split()[:5] == ["20", "Mar", "2026", "tempo.co", "agency"] for line in lines)
    assert not any("dated by its last update alone" in line for line in lines)


def test_help_explains_what_a_site_may_be_to_its_families(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    explained = run(capsys, corpus, "flows", "--help").out
    headings = run(capsys, grouped(corpus), "flows", "--sites").out.splitlines()[0]
    for heading in re.split("  +", headings)[2:]:
        assert re.search(rf"^ {heading} +\w", explained, re.MULTILINE)


def test_a_source_that_is_no_site_here_may_be_asked_for(corpus: Corpus, capsys: pytest.CaptureFixture[str]) -> None:
    text = " ".join(f"kata{number}" for number in range(120))
    hosts = ("kabar.test", "warta.test")
    corpus.add([Article(f"https://{host}/1", text, site=host, title="Satu", agency="Antara") for host in hosts])
    dedup.update(corpus)
    table = run(capsys, corpus, "flows", "--site", "Antara").out.splitlines()
    assert [line.split()[:3] for line in table[1:]] == [["Antara", host, "1"] for host in hosts]
    for name in ("antaranews.com", "Antaranews", "LKBN ANTARA"):
        assert run(capsys, corpus, "flows", "--site", name).out.splitlines() == table
    assert "'Reuters'; a site is a domain" in run(capsys, corpus, "flows", "--site", "Reuters").err
