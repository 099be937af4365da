"""Views in, pages out: what each kind shows, that it works without scripts, and that nothing in it can act."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html
from lxml.html import HtmlElement

from dedup.records import Article, Match, Passage, Relation, Snapshot
from dedup.report import pages, scripts
from dedup.report.language import LANGUAGES, language
from dedup.report.links import Links
from dedup.report.matrix import matrix
from dedup.report.names import file_name
from dedup.report.news import Changes, Moves
from dedup.report.pages import Setting
from dedup.report.pageviews import Cut
from dedup.report.parts import out, when
from dedup.report.scope import Scope
from dedup.report.sheets import (
    Context,
    Report,
    overview_page,
    page_of_story,
    pages_of_families,
    pages_of_sites,
    report,
)
from dedup.report.stamps import span, stamp, stamps
from dedup.report.stretch import stretch
from dedup.report.wording import ROLES
from dedup.serving.lists import lists
from dedup.serving.places import Places
from tests.dedup.snapshots import HOSTILE, NOON, WIRE, article, match, snapshot, three_outlets

JAKARTA = ZoneInfo("Asia/Jakarta")
EMPTY = snapshot([], updated_at=None)
HERE = Setting(zone=JAKARTA)
INSIDE = Setting(zone=JAKARTA, links=Links("../"))


def overview_of(found: Report, setting: Setting = HERE) -> HtmlElement:
    return tree(pages.overview_page(overview_page(found, setting.zone), setting))


def family_of(found: Report, place: int = 0, setting: Setting = INSIDE) -> HtmlElement:
    return tree(pages.family_page(pages_of_families(found, [found.overview.copied[place]])[0], setting))


def story_of(found: Report, setting: Setting = INSIDE) -> HtmlElement:
    return tree(pages.story_page(page_of_story(found.overview.told[0]), setting))


def site_of(found: Report, name: str, setting: Setting = INSIDE) -> HtmlElement:
    return tree(
        pages.site_page(
            next(page for page in pages_of_sites(found, found.overview.sites) if page.site.site == name), setting
        )
    )


def every_page(found: Report, setting: Setting = HERE) -> dict[str, str]:
    """Return all pages of a report by their places in it."""
    inside = replace(setting, links=Links("../"))
    seen = found.overview
    return {
        "index.html": pages.overview_page(overview_page(found, setting.zone), setting),
        "search.html": pages.search_page(seen, setting),
        "about.html": pages.about_page(seen.recipe, setting),
        **{
            inside.links.family(each.id)[3:]: pages.family_page(pages_of_families(found, [each])[0], inside)
            for each in seen.copied
        },
        **{inside.links.story(each.id)[3:]: pages.story_page(page_of_story(each), inside) for each in seen.told},
        **{
            inside.links.site(page.site.site)[3:]: pages.site_page(page, inside)
            for page in pages_of_sites(found, seen.sites)
        },
    }


def tree(page: str) -> HtmlElement:
    return lxml_html.document_fromstring(page)


def text(of: HtmlElement) -> str:
    """Return the words a reader sees, on one line."""
    return " ".join(of.text_content().split())


def cells(row: HtmlElement) -> str:
    """Return the words of a row of a table, a space between its cells."""
    return " ".join(text(cell) for cell in row)


def given_to_scripts(of: HtmlElement, name: str) -> Any:
    """Return what stands in an attribute as JSON."""
    return json.loads(of.get(f"data-{name}") or "")


# --- the whole at a glance ---------------------------------------------------------------------------


def test_the_overview_says_it_in_one_sentence() -> None:
    lede = overview_of(report(three_outlets())).xpath("//p[@class='lede']")[0]
    assert text(lede) == (
        "Between 20 Mar and 21 Mar 2026, 3 sites published 4 articles. 50% are original; 3 articles share their "
        "text with others, in 1 family of copies. 1 story is told in more than one way."
    )


def test_the_matrix_tells_who_copied_whom_and_so_does_a_table() -> None:
    page = overview_of(report(three_outlets()))
    (cell,) = page.xpath("//section[@id='flows']//td[@title][contains(@title, '→ copy.example')]")
    assert cell.get("title") == "wire.example → copy.example: 1 text, 80% of the words taken, typically 2 h later"
    assert cell.get("aria-label") == cell.get("title")
    assert cell.get("tabindex") == "0"
    rows = [cells(row) for row in page.xpath("//div[@class='list']//tbody/tr")]
    assert "wire.example copy.example 1 80% 2 h" in rows


def test_the_matrix_keeps_the_busiest_sites() -> None:
    articles = [article(f"{n}", f"site{n}.example", n) for n in range(5)]
    found = report(snapshot(articles, {"f": [each.id for each in articles]})).overview
    shown = matrix(found.flows, most_sites=3)
    assert shown.sites == ("site0.example", "site1.example", "site2.example")
    assert (set(shown.flows), shown.left_out) == ({("site0.example", site) for site in shown.sites[1:]}, 2)


def test_days_are_those_of_the_reader() -> None:
    late = snapshot([article("a", "a.example", 6), article("b", "b.example", 40, "lain")])
    days = {zone: overview_page(report(late), zone).days for zone in (UTC, JAKARTA)}
    assert [str(day.day) for day in days[UTC]] == ["2026-03-20", "2026-03-22"]
    assert [str(day.day) for day in days[JAKARTA]] == ["2026-03-21", "2026-03-22"]


def test_the_time_of_an_update_is_shown_as_one_in_both_languages() -> None:
    renewed = replace(article("a", "a.example", 0), published_from="updated")
    day = replace(article("b", "b.example", 0), published_precision="day", published_from="updated")
    for code, word in (("en", "updated"), ("id", "diperbarui")):
        said = [str(show(shown, UTC, language(code))) for show, shown in ((when, renewed), (when, day))]
        dated = [stamp(each) for each in (renewed, day)]
        said += [str(out(each, UTC, language(code))) for each in dated if each]
        assert [each.startswith(f"{word} <time datetime=") for each in said] == [True] * 4
        assert [each.said(UTC, language(code)).split()[0] for each in dated if each] == [word] * 2


def test_how_long_a_story_ran_is_known_to_the_day_where_it_ends_with_an_update() -> None:
    times = stamps([article("a", "a.example", 0), replace(article("b", "b.example", 25), published_from="updated")])
    assert span(times, UTC) == timedelta(days=1)
    assert span(stamps([article("a", "a.example", 0), article("b", "b.example", 25)]), UTC) == timedelta(hours=25)


def test_articles_of_no_day_are_counted_beside_the_days() -> None:
    found = [article(f"{n}", f"{n}.example", hours, f"{n}") for n, hours in enumerate((0, 30, None, None))]
    absurd = replace(article("5", "5.example", 0, "5"), published=datetime(1970, 1, 1, tzinfo=UTC))
    page = overview_of(report(snapshot([*found, absurd])))
    (said,) = page.xpath("//section[@id='days']/p")
    assert said.text == "Without a date that is believed, and so of no day: 3"
    assert not overview_of(report(snapshot(found[:2]))).xpath("//section[@id='days']/p")


def test_charts_draw_what_the_tables_say() -> None:
    found = report(three_outlets(), Context(cuts=lambda: (Cut(0.3, 4, 9), Cut(0.55, 1, 3))))
    page = overview_of(found)
    drawn = {each.get("data-chart"): given_to_scripts(each, "values") for each in page.xpath("//figure")}
    assert drawn["cuts"]["cuts"] == [[0.3, 4, 9], [0.55, 1, 3]]
    assert [cells(row) for row in page.xpath("//section[@id='threshold']//tbody/tr")] == [
        "30% 4 9",
        "55% this report 1 3",
    ]
    table = [[int(cell.text) for cell in row.xpath("td")] for row in page.xpath("//section[@id='days']//tbody/tr")]
    assert [list(day) for day in zip(*(each["values"] for each in drawn["days"]["series"]), strict=True)] == table
    assert all(canvas.get("aria-label") for canvas in page.xpath("//canvas"))
    assert [point["page"] for point in drawn["stories"]["points"]] == ["stories/s.html"]


def test_copies_by_how_much_was_changed_are_the_copies_that_are_counted() -> None:
    agency = [replace(article(f"{n}", f"{n}.example", n, "Lain."), agency="ANTARA") for n in range(2)]
    unordered = [article(name, f"{name}.example", None, "Satu lagi.") for name in "xy"]
    wire = three_outlets()
    held = [*wire.articles.values(), *agency, *unordered]
    families = {"f": ["wire", "copy", "third"], "g": ["0", "1"], "h": ["x", "y"]}
    page = overview_of(report(snapshot(held, families, matches=wire.matches)))
    copied = next(row for row in page.xpath("//ul[contains(@class, 'legend')]/li") if "copied" in text(row))
    numbers = [int(each.text) for each in page.xpath("//p[contains(@class, 'kinds')]//b")]
    assert sum(numbers) == int(copied.find("b").text) == 2


def test_what_is_left_out_of_the_overview_is_listed_where_its_links_lead() -> None:
    articles = [article(f"{n}{site}", f"{site}.example", 0, f"teks {n}") for n in range(62) for site in "ab"]
    families = {f"f{n}": [f"{n}a", f"{n}b"] for n in range(62)}
    stories = {f"s{n}": [f"f{2 * n}", f"f{2 * n + 1}"] for n in range(31)}
    found = report(snapshot(articles, families, stories))
    for setting, places in (
        (HERE, ["search.html#stories", "search.html#families"]),
        (Setting(links=Places()), ["/search?kind=s", "/search?kind=f"]),
    ):
        page = overview_of(found, setting)
        links = page.xpath("//section[@id='stories' or @id='families']/p/a")
        assert [text(link) for link in links] == ["All 31 stories", "All 62 families"]
        assert [link.get("href") for link in links] == places
    listed = tree(pages.search_page(found.overview, HERE))
    assert len(listed.xpath("//section[@id='stories']//li")) == 31


def test_what_is_new_stands_on_top_with_the_report_it_is_held_against() -> None:
    changes = Changes("2026-03-19T120000Z", Moves(new=("f",)), Moves(new=("s",)), frozenset())
    page = overview_of(report(three_outlets(), scope=Scope(changes=changes)))
    assert "Since the report 2026-03-19T120000Z: 1 new family of copies, 1 new story;" in text(
        page.get_element_by_id("scope")
    )
    assert page.get_element_by_id("new").xpath(".//a/@href") == ["stories/s.html", "families/f.html"]


def test_a_part_of_a_corpus_is_not_told_as_the_whole() -> None:
    curve = Context(cuts=lambda: (Cut(0.3, 4, 9), Cut(0.55, 1, 3)))
    page = overview_of(report(three_outlets(), curve, Scope(since=NOON)))
    assert text(page.xpath("//p[@class='lede']")[0]) == (
        "Between 20 Mar and 21 Mar 2026: 4 articles of 3 sites in what is shown here. It holds 1 family of copies. "
        "1 story is told in more than one way."
    )
    assert not page.xpath("//section[@id='threshold']")
    nothing = overview_of(report(EMPTY, curve, Scope(since=NOON)))
    assert "with an article of 20 Mar 2026 19:00 or later, each shown whole. There is none." in text(nothing)
    assert not nothing.xpath("//figure")


def test_the_chart_of_stories_has_midnights_of_the_reader_for_its_axis() -> None:
    for zone, first in ((UTC, "20 Mar"), (JAKARTA, "20 Mar"), (ZoneInfo("Pacific/Auckland"), "21 Mar")):
        drawn = {
            each.get("data-chart"): given_to_scripts(each, "values")
            for each in overview_of(report(three_outlets()), Setting(zone=zone)).xpath("//figure")
        }["stories"]
        local = [datetime.fromtimestamp(at, zone) for at, _ in drawn["days"]]
        assert all(not (each.hour or each.minute) for each in local)
        assert drawn["days"][0][1] == first
        assert drawn["days"][0][0] <= drawn["points"][0]["at"] < drawn["days"][-1][0]


def test_charts_show_the_days_about_which_nearly_all_lies_and_say_what_is_far_from_them() -> None:
    hours = [0.0] * 60 + [96.0] * 59 + [-24.0 * 900]
    articles = [article(f"{n}", f"{n}.example", hour, f"{n}") for n, hour in enumerate(hours)]
    stories = {f"t{n:02}": [f"{2 * n}", f"{2 * n + 1}"] for n in range(59)} | {"old": ["118", "119"]}
    page = overview_of(report(snapshot(articles, stories=stories)))
    drawn = {each.get("data-chart"): given_to_scripts(each, "values") for each in page.xpath("//figure")}
    assert drawn["days"]["days"] == [f"{day} Mar 2026" for day in range(20, 25)]
    assert drawn["days"]["series"][0]["values"] == [60, 0, 0, 0, 59]
    assert len(drawn["stories"]["points"]) == 59
    assert drawn["stories"]["days"][0][1] == "20 Mar"
    said = [text(each) for each in page.xpath("//section[@id='days' or @id='stories']/p[contains(@class, 'muted')]")]
    far = "Far from the rest, and so in the table only:"
    assert said == [f"{far} 1 article of 2 Oct 2023.", f"{far} 1 story of 2 Oct 2023."]
    tables = [len(page.xpath(f"//section[@id='{name}']//tbody/tr")) for name in ("days", "stories")]
    assert tables == [3, 60]


@pytest.mark.parametrize(
    ("counts", "shown", "outside"),
    [
        ({0: 5}, (0, 0), []),
        # Two of a hundred may be left out, three not.
        ({0: 2, 100: 98}, (100, 100), [(2, 0, 0)]),
        ({0: 3, 100: 97}, (0, 100), []),
        ({0: 1, 100: 98, 300: 1}, (100, 100), [(1, 0, 0), (1, 300, 300)]),
        # What lies near is not left out, nor anything of few.
        ({0: 1, 99: 50, 100: 49}, (99, 100), [(1, 0, 0)]),
        ({0: 1, 1: 50, 2: 49}, (0, 2), []),
        ({0: 1, 100: 9}, (0, 100), []),
        ({0: 1, 100: 98, 200: 0}, (100, 100), [(1, 0, 0)]),
        ({}, None, []),
    ],
)
def test_little_is_left_out_of_a_chart_and_only_where_it_lies_far(
    counts: dict[int, int], shown: tuple[int, int] | None, outside: list[tuple[int, int, int]]
) -> None:
    first = NOON.date()
    found = stretch({first + timedelta(days=day): number for day, number in counts.items()})
    if found is None:
        assert shown is None
        return
    assert tuple((day - first).days for day in (found.first, found.last)) == shown
    assert [(each.number, (each.first - first).days, (each.last - first).days) for each in found.outside] == outside


def test_of_years_of_days_only_those_with_articles_are_drawn_and_that_is_said() -> None:
    found = [article(f"{n}", f"{n}.example", 24.0 * 400 * n, f"{n}") for n in range(3)]
    page = overview_of(report(snapshot(found)))
    assert given_to_scripts(page.xpath("//figure")[0], "values")["days"] == [
        "20 Mar 2026",
        "24 Apr 2027",
        "28 May 2028",
    ]
    assert "Days without articles are left out." in text(page)
    assert "Days without articles" not in text(overview_of(report(snapshot(found[:2]))))


def test_dates_a_century_apart_draw_a_chart_as_well() -> None:
    ends = [datetime(1995, 1, 1, tzinfo=UTC), datetime(2100, 12, 31, 23, tzinfo=UTC)]
    articles = [replace(article(f"{n}", f"{n}.example", text=f"{n}"), published=ends[n // 2]) for n in range(4)]
    stories = {"s": ["f0", "f1"], "t": ["f2", "f3"]}
    found = report(snapshot(articles, {f"f{n}": [f"{n}"] for n in range(4)}, stories))
    (chart,) = (each for each in overview_of(found).xpath("//figure") if each.get("data-chart") == "stories")
    days = given_to_scripts(chart, "values")["days"]
    assert len(days) > 2
    assert sorted(days) == days
    assert (days[0][1], days[1][1]) == ("1 Jan 1995", "2 Apr 2008")


def test_dates_that_nobody_believes_draw_nothing_and_come_last() -> None:
    ends = [datetime.min, datetime(1970, 1, 1), datetime.max, datetime(2026, 3, 20)]  # noqa: DTZ001, DTZ901
    articles = [
        replace(article(f"{n}", f"{n}.example", text=f"{n}"), published=end.replace(tzinfo=UTC))
        for n, end in enumerate(ends)
    ]
    found = report(snapshot(articles, {f"f{n}": [f"{n}"] for n in range(4)}, {"s": ["f0", "f1", "f2", "f3"]}))
    assert found.overview.period == (ends[3].replace(tzinfo=UTC),) * 2
    (story,) = found.overview.told
    assert story.families[0].id == "f3"
    assert [day.day.year for day in overview_page(found, UTC).days] == [2026]


def test_a_zone_that_nobody_named_is_this_computers_by_its_offset() -> None:
    at = datetime(2026, 3, 20, 12, tzinfo=UTC)
    foot = text(overview_of(report(three_outlets()), Setting(updated_at=at)).xpath("//footer")[0])
    offset = at.astimezone().strftime("%z")
    assert f"UTC{offset[:3]}:{offset[3:]}" in foot


def test_the_page_of_nothing_says_how_to_begin() -> None:
    shown = text(overview_of(report(EMPTY)))
    assert "There are no articles yet." in shown
    assert "dedup import articles.jsonl" in shown


def test_the_page_of_one_article_and_of_no_copies_says_so() -> None:
    one = text(overview_of(report(snapshot([article("a", "a.example")]))))
    assert "With only one there is nothing to compare yet." in one
    two = [article("a", "a.example", None, "satu"), article("b", "b.example", None, "dua")]
    assert "So far, 2 sites published 2 articles. No two of them share their text. All are original." in text(
        overview_of(report(snapshot(two)))
    )
    wire = [two[0], replace(two[1], agency="ANTARA")]
    assert "No two of them share their text. 50% are original." in text(overview_of(report(snapshot(wire))))


def test_articles_that_wait_for_the_next_update_are_told() -> None:
    known = snapshot([article("a", "a.example")])
    late = article("late", "b.example")
    waiting = Snapshot(known.articles | {"late": late}, known.families, known.stories, (), known.recipe)
    assert "1 article has come since the last update" in text(overview_of(report(waiting)))


# --- a family -----------------------------------------------------------------------------------------


def test_what_an_article_is_to_its_family_stands_there_in_words_that_are_explained() -> None:
    page = family_of(report(three_outlets()))
    roles = ["original", "copied", "copied"]
    said = page.xpath("//ol[@class='members']/li/div[@class='line']/span[last()]/span[@title]")
    assert [text(each) for each in said] == roles
    explained = tree(pages.about_page(EMPTY.recipe, HERE)).xpath("//dt[i[contains(@class, 'dot')]]")
    meanings = {text(name): text(name.getnext()) for name in explained}
    assert set(meanings) == set(ROLES.values())
    assert [each.get("title") for each in said] == [meanings[role] for role in roles]


def test_side_by_side_marks_exactly_the_shared_passage_in_both_texts() -> None:
    page = family_of(report(three_outlets()))
    marks = page.xpath("//li[@id='m1']//mark")
    assert [mark.text_content() for mark in marks] == [WIRE, WIRE]
    ids = [mark.get("id") for mark in marks]
    assert [mark.find("a").get("href") for mark in marks] == [f"#{ids[1]}", f"#{ids[0]}"]
    added = page.xpath("//li[@id='m1']//div[contains(@class, 'added')]/span")
    assert [each.text_content() for each in added] == ["Kemarin. "]


def test_a_passage_that_the_other_text_does_not_show_is_marked_without_a_link() -> None:
    articles = [article("a", "a.example", 0, f"{WIRE}"), article("b", "b.example", 1, f"{WIRE} {WIRE[20:]}")]
    size = len(WIRE)
    passages = [Passage(0, size, 0, size, 9), Passage(20, size, size + 1, 2 * size - 19, 6)]
    page = family_of(
        report(snapshot(articles, {"f": ["a", "b"]}, matches=[match("a", "b", Relation.NEAR, passages=passages)]))
    )
    assert len(page.xpath("//mark")) == 3
    links = page.xpath("//mark/a/@href")
    assert sorted(link[1:] for link in links) == sorted(page.xpath("//mark/@id")) == ["p1a1", "p1b1"]


def test_signs_that_stand_between_passages_are_neither_added_nor_cut() -> None:
    articles = [article("a", "a.example", 0, f"{WIRE} - {WIRE}"), article("b", "b.example", 1, f"{WIRE} … {WIRE}")]
    size = len(WIRE)
    passages = [Passage(0, size, 0, size, 9), Passage(size + 3, 2 * size + 3, size + 3, 2 * size + 3, 9)]
    found = report(snapshot(articles, {"f": ["a", "b"]}, matches=[match("a", "b", Relation.NEAR, passages=passages)]))
    assert not family_of(found).xpath("//div[contains(@class, 'text')]/span")


def test_every_text_stands_in_the_page_as_it_is() -> None:
    found = report(three_outlets())
    page = family_of(found)
    for place, member in enumerate(found.overview.copied[0].members):
        assert page.get_element_by_id(f"text-{place}").text_content() == member.article.text


def test_the_script_is_given_every_compared_pair_turned_towards_the_earlier_one() -> None:
    section = family_of(report(three_outlets())).get_element_by_id("compare")
    pairs = given_to_scripts(section, "pairs")
    assert sorted(pair[:2] for pair in pairs) == [[0, 1], [1, 2]]
    assert next(pair[2] for pair in pairs if pair[:2] == [0, 1]) == [[0, len(WIRE), 9, 9 + len(WIRE)]]
    assert section.get("hidden") is not None


def test_what_nearly_belongs_to_a_family_is_named_with_its_reason() -> None:
    articles = [article(name, f"{name}.example", hours, text=name) for hours, name in enumerate("abc")]
    matches = [match("a", "b"), match("b", "c", Relation.EXCERPT, (0.3, 0.3))]
    (row,) = family_of(report(snapshot(articles, {"f": ["a", "b"]}, matches=matches))).xpath(
        "//section[@id='near']//tbody/tr"
    )
    assert "Title of c" in text(row)
    assert "excerpt" in text(row)


def test_what_nearly_belongs_stands_there_once_with_the_member_it_shares_most_with() -> None:
    articles = [article(name, f"{name}.example", hours, text=name) for hours, name in enumerate("abcd")]
    near = [match(member, "c", Relation.EXCERPT, (0.3, 0.3)) for member in "ab"]
    near[1] = near[1]._replace(measures=near[1].measures._replace(shared_words=45), reason="more is shared")
    held = report(snapshot(articles, {"f": ["a", "b"]}, matches=[match("a", "b"), *near]))
    (row,) = family_of(held).xpath("//section[@id='near']//tbody/tr")
    assert "more is shared" in text(row)


def test_furniture_is_there_to_be_struck_through() -> None:
    found = report(three_outlets())
    view = replace(pages_of_families(found, found.overview.copied)[0], stripped={"copy": ((0, 8),)})
    page = tree(pages.family_page(view, INSIDE))
    assert [each.text_content() for each in page.xpath("//s")] == ["Kemarin."] * 2
    assert page.get_element_by_id("furniture").get("type") == "checkbox"
    inside = tree(pages.family_page(replace(view, stripped={"copy": ((20, 30),)}), INSIDE))
    assert {each.text_content() for each in inside.xpath("//mark/s")} == {f"Kemarin. {WIRE}"[20:30]}
    assert inside.get_element_by_id("text-1").text_content() == f"Kemarin. {WIRE}"
    alone = replace(view, stripped={"wire": ((0, 6),)})
    assert [each.text_content() for each in tree(pages.family_page(alone, INSIDE)).xpath("//details/div/s")] == [
        WIRE[:6]
    ]
    assert given_to_scripts(page.get_element_by_id("compare"), "furniture") == {"1": [[0, 8]]}


def test_past_a_limit_the_page_names_the_command_instead_of_the_texts() -> None:
    long = "kata " * 50_000
    articles = [article(f"{n}", f"site{n}.example", n, text=f"{long}{n}") for n in range(4)]
    matches = [match("0", f"{n}", Relation.NEAR) for n in range(1, 4)]
    found = report(snapshot(articles, {"f": ["0", "1", "2", "3"]}, matches=matches))
    page = family_of(found)
    assert len(page.xpath("//details[@class='pair']")) == 0
    assert "dedup diff 0 3" in text(page)
    assert "of 2 articles are left out" in text(page)


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60), st.data())
def test_whatever_a_text_holds_no_character_moves(words: str, data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.lists(st.integers(0, len(words)), min_size=2, max_size=2)))
    articles = [article("a", "a.example", 0, words + "a"), article("b", "b.example", 1, words + "b")]
    shared = match("a", "b", Relation.NEAR, passages=[Passage(start, end, start, end, 5)])
    page = family_of(report(snapshot(articles, {"f": ["a", "b"]}, matches=[shared])))
    shown = page.get_element_by_id("text-1").text_content()
    assert len(shown) == len(words) + 1
    assert [mark.text_content() for mark in page.xpath("//mark")] == ([shown[start:end]] * 2 if start < end else [])


# --- stories and sites ----------------------------------------------------------------------------------


def test_a_story_lists_every_article_with_site_time_language_and_length() -> None:
    page = story_of(report(three_outlets()))
    rows = [cells(row) for row in page.xpath("//section[@id='articles']//tbody/tr")]
    assert rows[0] == "wire.example 20 Mar 2026 19:00 Banjir rendam tiga desa unknown language 13 –"
    assert len(rows) == 4
    assert "The first to tell it, by the times the pages give: wire.example, 20 Mar 2026 19:00" in text(page)
    assert page.xpath("//h3/a/@href") == ["../families/f.html"]


def told_at(*stamps: tuple[str, str]) -> Report:
    """Return a report of one story told once at each stamp, a time of UTC or a day alone; sites have these names."""
    articles = [
        replace(
            article(name, f"{name}.example", None, f"teks {name}"),
            published=datetime.fromisoformat(at),
            published_precision="day" if len(at) == 10 or "T00:00" in at else "time",
        )
        for name, at in stamps
    ]
    articles = [replace(each, published=each.published and each.published.replace(tzinfo=UTC)) for each in articles]
    return report(
        snapshot(articles, {f"f{each.id}": [each.id] for each in articles}, {"s": [f"f{n}" for n, _ in stamps]})
    )


def test_the_first_to_tell_a_story_is_the_first_of_its_timeline() -> None:
    found = told_at(
        ("a", "2026-03-20"), ("b", "2026-03-20T09:00"), ("c", "1970-01-01T10:00"), ("d", "2026-03-22T10:00")
    )
    page = story_of(found, Setting(zone=UTC, links=Links("../")))
    assert "The first to tell it, by the times the pages give: b.example, 20 Mar 2026 09:00" in text(page)
    assert [each.text_content() for each in page.xpath("//ol[@class='tellings']//b")] == [
        f"{name}.example" for name in "badc"
    ]
    places = [[float(cx.rstrip("%")) for cx in row.xpath(".//circle/@cx")] for row in page.xpath("//ol/li[.//b]")]
    assert [len(each) for each in places] == [1, 1, 1, 0]
    assert all(1 <= place <= 99 for row in places for place in row)
    assert "first to tell it" not in text(story_of(told_at(("a", "1970-01-01T10:00"), ("b", "1970-01-01T11:00"))))


@pytest.mark.parametrize("zone", [UTC, JAKARTA, ZoneInfo("America/New_York"), ZoneInfo("Pacific/Auckland")], ids=str)
def test_what_is_dated_to_a_day_is_of_that_day_everywhere_and_of_no_hour(zone: ZoneInfo) -> None:
    midnight = datetime(2026, 3, 20, tzinfo=JAKARTA)
    articles = [
        replace(article(name, f"{name}.example", text=words), published=midnight, published_precision="day")
        for name, words in (("a", WIRE), ("b", WIRE), ("c", "Tiga desa terendam."))
    ]
    found = report(snapshot(articles, {"f": ["a", "b"], "g": ["c"]}, {"s": ["f", "g"]}))
    setting, inside = Setting(zone=zone), Setting(zone=zone, links=Links("../"))
    page = overview_of(found, setting)
    assert text(page.xpath("//p[@class='lede']")[0]).startswith("On 20 Mar 2026, 3 sites")
    assert text(page.xpath("//title")[0]) == "Gema: who copied whom, 20 Mar 2026"
    assert [str(each.day) for each in overview_page(found, zone).days] == ["2026-03-20"]
    (chart,) = (each for each in page.xpath("//figure") if each.get("data-chart") == "stories")
    drawn = given_to_scripts(chart, "values")
    assert drawn["points"][0]["when"] == "20 Mar 2026"
    assert datetime.fromtimestamp(drawn["points"][0]["at"], zone).date() == midnight.date()
    assert drawn["days"][0][1] == "20 Mar"
    index = json.loads(scripts.index(found.overview, zone, language("en")).removeprefix("window.gema = ").rstrip(";\n"))
    assert {day for row in index["rows"] for day in row[7:9]} == {"2026-03-20"}
    assert {day for each in lists(found.overview, zone).entries for day in (each.first, each.last)} == {midnight.date()}
    for shown in (
        page,
        story_of(found, inside),
        family_of(found, 0, inside),
        tree(pages.search_page(found.overview, setting)),
    ):
        said = text(shown.xpath("//main")[0])
        assert "20 Mar 2026" in said
        assert not re.search(r"\d\d:\d\d|· over |19 Mar|21 Mar", said)


def test_a_span_is_in_whole_days_where_one_end_is_known_to_the_day() -> None:
    for zone in (UTC, JAKARTA):
        page = story_of(told_at(("a", "2026-03-20"), ("b", "2026-03-22T15:00")), Setting(zone=zone, links=Links("../")))
        assert "· over 2 d" in text(page.xpath("//p[@class='meta']")[0])
        assert text(page.xpath("//p[contains(@class, 'axis')]/span")[0]) == "20 Mar 2026"
    assert "· over 6 h" in text(story_of(told_at(("a", "2026-03-20T09:00"), ("b", "2026-03-20T15:00"))))


def test_a_site_tells_whom_it_takes_from_and_who_takes_from_it() -> None:
    found = report(three_outlets())
    (row,) = site_of(found, "copy.example").xpath("//section[@id='takes']//tbody/tr")
    assert cells(row) == "wire.example 1 80% 2 h"
    assert len(site_of(found, "wire.example").xpath("//section[@id='gives']//tbody/tr")) == 2
    assert "Nothing is known: its articles were imported" in text(site_of(found, "wire.example"))


def test_a_site_lists_the_texts_that_others_copied_with_what_they_took() -> None:
    quoted = [article("x", "wire.example", 0, "Kata saksi."), article("y", "copy.example", 2, "Kata saksi itu.")]
    release = replace(article("r", "wire.example", 0, "Kata rilis.", "Rilis"), agency="ANTARA")
    again = replace(article("s", "copy.example", 1, "Kata rilis.", "Rilis"), agency="ANTARA")
    wire = three_outlets()
    families = {"f": ["wire", "copy", "third"], "g": ["x", "y"], "h": ["r", "s"]}
    held = [*wire.articles.values(), *quoted, release, again]
    matches = [*wire.matches, match("r", "s"), match("x", "y", Relation.SHARED_QUOTES)]
    found = report(snapshot(held, families, matches=matches))
    assert all(family.first_is_known for family in found.overview.copied if family.id in "fg")
    source, taker = (site_of(found, name) for name in ("wire.example", "copy.example"))
    assert "1 of its texts was copied by others" in text(source)
    assert texts_in(source, "Texts that others have from it") == ["Banjir rendam tiga desa wire.example 3 80% 2 h"]
    # What was taken from an agency cannot be measured against another site that has it from there.
    assert texts_in(source, "Texts that it has from others") == ["Rilis Antara 2 – –"]
    assert texts_in(taker, "Texts that it has from others") == [
        "Title of copy wire.example 3 80% 2 h",
        "Rilis Antara 2 – –",
    ]


def texts_in(page: HtmlElement, caption: str) -> list[str]:
    return [cells(row) for row in page.xpath(f"//div[@aria-label='{caption}']//tbody/tr")]


# --- all of them ----------------------------------------------------------------------------------------


def test_every_link_between_pages_leads_somewhere() -> None:
    found = every_page(report(three_outlets()))
    known = {*found, "groups.json"}
    for place, page in found.items():
        links = tree(page).xpath("//a/@href[not(contains(., '://'))]")
        for link in links:
            target, _, fragment = link.partition("#")
            goal = re.sub(r"^[^/]+/\.\./", "", f"{place.rpartition('/')[0]}/{target}".lstrip("/")) if target else place
            assert goal in known, f"{place} links to {link}"
            if fragment:
                assert tree(found[goal]).xpath(f"//*[@id='{fragment}']"), f"{place} links to {link}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_pages_are_sound(code: str) -> None:
    for place, page in every_page(report(three_outlets()), Setting(language(code), JAKARTA)).items():
        shown = tree(page)
        assert shown.get("lang") == code
        ids = shown.xpath("//@id")
        assert len(ids) == len(set(ids)), place
        assert len(shown.xpath("//h1")) == 1, place
        levels = [int(heading.tag[1]) for heading in shown.xpath("//h1 | //h2 | //h3 | //h4")]
        assert all(after <= before + 1 for before, after in pairwise(levels)), (place, levels)
        assert all(scope in ("col", "row") for scope in shown.xpath("//th/@scope")), place
        assert not shown.xpath("//th[not(@scope)]"), place
        assert shown.xpath("//main[@id='content']"), place


def test_pages_ask_for_nothing_from_elsewhere_and_hold_no_script_of_their_own() -> None:
    for place, page in every_page(report(three_outlets())).items():
        shown = tree(page)
        policy = shown.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not shown.xpath("//script[not(@src)] | //style | //@style | //img | //iframe | //object | //base"), place
        asked = shown.xpath("//script/@src | //link/@href")
        assert all(re.fullmatch(r"(\.\./)?(assets|data)/[\w.]+", each) for each in asked), place


def hostile(url: str, count: int = 2) -> Report:
    """Return a report of articles that say what would do harm wherever they may say something."""
    articles = [
        Article(
            url=url,
            text=f"{HOSTILE} {n}",
            title=HOSTILE,
            site=HOSTILE + str(n),
            language=HOSTILE,
            id=HOSTILE + str(n),
            published=NOON + timedelta(hours=n),
            archived=HOSTILE,
            site_name=HOSTILE,
            agency=HOSTILE,
        )
        for n in range(count)
    ]
    ids = [each.id for each in articles]
    shared: list[Match] = [match(ids[0], ids[1], passages=[Passage(0, 10, 0, 10, 5)])]
    alone = Article(url=url, text="lain", title=HOSTILE, site="a/../../b", id="../../etc/passwd")
    held = snapshot([*articles, alone], {HOSTILE: ids}, {HOSTILE: [HOSTILE, alone.id]}, shared)
    changes = Changes(HOSTILE, Moves(new=(HOSTILE,)), Moves(new=(HOSTILE,)), frozenset())
    return report(held, scope=Scope(changes=changes))


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "https://a.example/\"onclick='x'", "//x"])
def test_hostile_articles_are_inert_on_every_page(url: str, code: str) -> None:
    found = every_page(hostile(url), Setting(language(code)))
    assert len(found) == 3 + 1 + 1 + 3
    for place, page in found.items():
        shown = tree(page)
        assert not shown.xpath("//script[not(@src)] | //img | //@onerror | //@onclick"), place
        assert "{{" not in page.replace("{{ 7 * 7 }}", ""), place
        assert "49" not in text(shown).replace(HOSTILE, ""), place
        for link in shown.xpath("//a/@href"):
            assert re.match(r"https://a\.example/|#|(\.\./)?(\w+/)?[\w.@-]+(#[\w-]+)?$", link), (place, link)


# --- names of files ---------------------------------------------------------------------------------------


@given(st.text(), st.text())
def test_file_names_are_safe_on_every_disk_and_never_shared(one: str, other: str) -> None:
    for name in (file_name(one), file_name(other)):
        assert re.fullmatch(r"[a-z0-9@._-]{1,80}", name)
        assert not name.startswith(".")
        assert ".." not in name
    assert (file_name(one).casefold() == file_name(other).casefold()) == (one == other)


@pytest.mark.parametrize(
    "name", ["con", "con.example", "NUL", "lpt1.id", "a/b", "..", ".", "", "A", "x" * 300, "a_b", "a."]
)
def test_names_that_a_disk_refuses_or_mistakes_get_another(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]*_[0-9a-f]{16}", file_name(name))


@pytest.mark.parametrize("name", ["kompas.com", "6bc6b0e8e5f87634", "banjir-sumberwangi", "banjir@0.7"])
def test_plain_names_stay_readable(name: str) -> None:
    assert file_name(name) == name
