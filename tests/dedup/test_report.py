"""Snapshot in; out come an overview, a page, a folder, terminal lines and JSON."""

import io
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html
from rich.console import Console

from dedup.flowing import Role
from dedup.records import Article, Explanation, Passage, Relation, Snapshot, Updated
from dedup.report import html, json_lines, keep_one_a_day, overview, terminal, wording, write
from dedup.report.data import headline
from dedup.report.inert import plain, safe_address
from dedup.report.sides import Piece, sides, turned
from tests.dedup.snapshots import NOON, WIRE, article, match, snapshot

JAKARTA = ZoneInfo("Asia/Jakarta")
EMPTY = snapshot([], updated_at=None)


def three_outlets() -> Snapshot:
    """A wire, a copy two hours later, a copy of that copy, and a rewrite of its own."""
    wire = article("wire", "wire.example", 0, title="Banjir rendam tiga desa")
    copy = article("copy", "copy.example", 2, text="Kemarin. " + WIRE)
    third = article("third", "third.example", 5, text="Kemarin. " + WIRE + " Warga mengungsi.")
    rewrite = article("rewrite", "copy.example", 3, text="Tiga desa terendam ketika bendungan melimpah.")
    whole = Passage(9, 9 + len(WIRE), 0, len(WIRE), 12)
    return snapshot(
        [wire, copy, third, rewrite],
        families={"f": ["wire", "copy", "third"]},
        stories={"s": ["f", "rewrite"]},
        matches=[
            match("copy", "wire", Relation.NEAR, (0.8, 1.0), [whole]),
            match("copy", "third", Relation.SYNDICATED, (0.95, 0.6)),
        ],
    )


# --- overview ---------------------------------------------------------------------------------------


def test_members_stand_by_time_with_what_they_took_from_the_first() -> None:
    (family,) = overview(three_outlets()).copied
    first, copy, third = family.members
    assert [member.article.id for member in family.members] == ["wire", "copy", "third"]
    assert (first.role, first.comparison, first.delay) == (Role.FIRST, None, None)
    assert copy.role is Role.COPY
    assert copy.delay == timedelta(hours=2)
    assert copy.comparison is not None
    assert (copy.comparison.other.id, copy.comparison.share) == ("wire", 0.8)
    assert third.comparison is not None
    assert (third.comparison.other.id, third.comparison.share) == ("copy", 0.6)


def test_passages_are_turned_towards_the_earlier_article() -> None:
    (family,) = overview(three_outlets()).copied
    comparison = family.members[1].comparison
    assert comparison is not None
    (passage,) = comparison.passages
    assert comparison.other.text[passage.a_start : passage.a_end] == WIRE
    assert family.members[1].article.text[passage.b_start : passage.b_end] == WIRE


def test_equal_texts_are_exact_copies_though_nobody_compared_them() -> None:
    found = overview(snapshot([article("a", "a.example", 0), article("b", "b.example", 1)], {"f": ["a", "b"]}))
    comparison = found.copied[0].members[1].comparison
    assert comparison is not None
    assert (comparison.relation, comparison.share) == (Relation.EXACT, 1.0)


def test_a_member_that_shares_nothing_with_earlier_ones_is_compared_with_a_later_one() -> None:
    articles = [article(name, f"{name}.example", hours, text=name) for hours, name in enumerate("abc")]
    matches = [match("a", "c"), match("b", "c")]
    (family,) = overview(snapshot(articles, {"f": ["a", "b", "c"]}, matches=matches)).copied
    comparisons = [member.comparison for member in family.members]
    assert [each.other.id if each else None for each in comparisons] == [None, "c", "a"]


def test_a_site_that_prints_a_text_twice_copies_it_once() -> None:
    articles = [
        article("a", "a.example", 0),
        article("a2", "a.example", 1),
        article("b", "b.example", 2),
        article("b2", "b.example", 3),
    ]
    found = overview(snapshot(articles, {"f": ["a", "a2", "b", "b2"]}))
    assert found.roles == {Role.FIRST: 1, Role.COPY: 1, Role.AGAIN: 2}
    (flow,) = found.flows
    assert (flow.source, flow.target, flow.families, flow.delay) == ("a.example", "b.example", 1, timedelta(hours=2))


@pytest.mark.parametrize("hours", [(None, None), (0, None), (0, 0)])
def test_without_an_earlier_time_nobody_is_said_to_have_copied(hours: tuple[float | None, float | None]) -> None:
    articles = [article("a", "a.example", hours[0]), article("b", "b.example", hours[1])]
    found = overview(snapshot(articles, {"f": ["a", "b"]}))
    assert not found.copied[0].first_is_known
    assert found.flows == ()
    assert found.roles == {Role.UNORDERED: 2}
    assert json_lines.record(found.copied[0])["first"] is None


def test_flows_are_counted_over_families_with_their_median_delay() -> None:
    articles, families = [], {}
    for number, delay in enumerate((1, 2, 9)):
        articles += [
            article(f"a{number}", "a.example", 0, text=f"{number}"),
            article(f"b{number}", "b.example", delay, text=f"{number}"),
        ]
        families[f"f{number}"] = [f"a{number}", f"b{number}"]
    (flow,) = overview(snapshot(articles, families)).flows
    assert (flow.families, flow.delay) == (3, timedelta(hours=2))


def test_families_are_largest_first_then_newest() -> None:
    articles = [article(name, f"{name}.example", hours, text=name) for hours, name in enumerate("abcde")]
    found = overview(snapshot(articles, {"large": ["a", "b"]}))
    assert [family.id for family in found.families] == ["large", "e", "d", "c"]


def test_links_name_each_two_families_once_and_templates_last() -> None:
    articles = [article(name, f"{name}.example", text=name) for name in "abcd"]
    matches = [
        match("a", "d", Relation.TEMPLATE, (0.9, 0.9)),
        match("a", "c", Relation.EXCERPT, (0.3, 0.3)),
        match("b", "c", Relation.EXCERPT, (0.4, 0.4)),
        match("a", "b", Relation.NEAR),
    ]
    links = overview(snapshot(articles, {"f": ["a", "b"]}, matches=matches)).links
    assert [(link.a.id, link.b.id, link.relation, link.also) for link in links] == [
        ("b", "c", Relation.EXCERPT, 1),
        ("a", "d", Relation.TEMPLATE, 0),
    ]


def test_articles_of_no_family_wait_for_the_next_update() -> None:
    known = snapshot([article("a", "a.example")])
    late = article("late", "b.example")
    found = overview(Snapshot(known.articles | {"late": late}, known.families, known.stories, (), known.recipe))
    assert (found.articles, found.pending) == (1, 1)
    assert "1 article has come since the last update" in page_text(html.page(found))


def test_a_family_whose_articles_are_gone_is_left_out() -> None:
    known = snapshot([article("a", "a.example")])
    found = overview(Snapshot({}, known.families, known.stories, (), known.recipe))
    assert (found.families, found.stories, found.articles) == ((), (), 0)


@given(st.permutations([article(name, f"{name}.example", hours) for hours, name in enumerate("abcd")]))
def test_the_overview_does_not_depend_on_the_order_of_articles(articles: list[Article]) -> None:
    assert overview(snapshot(articles, {"f": list("abcd")})) == overview(
        snapshot(sorted(articles, key=lambda each: each.id), {"f": list("dcba")})
    )


@pytest.mark.parametrize(
    ("title", "text", "shown"),
    [
        ("A title", "text", "A title"),
        ("", "Kata satu\ndua", "Kata satu dua"),
        ("", "kata " * 20, "kata " * 14 + "…"),
        ("", "", "https://a.example/x"),
        ("x" * 10_000, "", "x" * 158 + " …"),
        ("a\x1b[31mb\u202e", "", "a [31mb"),
    ],
)
def test_every_article_has_a_headline_of_one_line(title: str, text: str, shown: str) -> None:
    assert headline(Article(url="https://a.example/x", text=text, title=title)) == shown


# --- side by side -----------------------------------------------------------------------------------


@st.composite
def texts_with_passages(draw: st.DrawFn) -> tuple[str, str, list[Passage]]:
    earlier, later = draw(st.text(max_size=40)), draw(st.text(max_size=40))
    place = st.integers(0, 45)  # Also past the end: a text may have changed since it was compared.
    passages = draw(st.lists(st.builds(Passage, place, place, place, place, st.just(5)), max_size=6))
    return earlier, later, passages


@given(texts_with_passages())
def test_the_pieces_of_a_side_are_its_text(case: tuple[str, str, list[Passage]]) -> None:
    earlier, later, passages = case
    left, right = sides(earlier, later, passages)
    assert "".join(piece.text for piece in left) == earlier
    assert "".join(piece.text for piece in right) == later


def test_passages_are_numbered_by_the_later_text() -> None:
    passages = [Passage(0, 3, 8, 11, 5), Passage(4, 7, 4, 7, 5)]
    left, right = sides("aaa bbb", "xxx bbb aaa", passages)
    assert left == (Piece("aaa", 2), Piece(" "), Piece("bbb", 1))
    assert right == (Piece("xxx "), Piece("bbb", 1), Piece(" "), Piece("aaa", 2))


def test_turning_passages_twice_gives_them_back() -> None:
    passages = (Passage(1, 2, 3, 4, 5), Passage(6, 7, 8, 9, 10))
    assert turned(turned(passages)) == passages
    assert turned(passages)[0] == Passage(3, 4, 1, 2, 5)


# --- the page ---------------------------------------------------------------------------------------


def page_text(page: str) -> str:
    """Return the words a reader sees, on one line."""
    tree = lxml_html.document_fromstring(page)
    for style in tree.xpath("//style"):
        style.drop_tree()
    return " ".join(tree.text_content().split())


def test_the_page_marks_exactly_the_shared_passage_on_both_sides() -> None:
    tree = lxml_html.document_fromstring(html.page(overview(three_outlets()), UTC))
    marks = tree.xpath("//mark")
    assert [mark.text_content() for mark in marks] == [f"1{WIRE}", f"1{WIRE}"]
    ids = [mark.get("id") for mark in marks]
    targets = [mark.find("a").get("href") for mark in marks]
    assert targets == [f"#{ids[1]}", f"#{ids[0]}"]


def test_the_page_tells_who_copied_whom() -> None:
    page = html.page(overview(three_outlets()), JAKARTA)
    text = page_text(page)
    assert "Between 20 Mar and 21 Mar 2026, 3 sites published 4 articles. 50% are original" in text
    assert "20 Mar 2026 19:00 +07:00" in text
    assert "wire.example → copy.example" in text
    cells = lxml_html.document_fromstring(page).xpath("//td[@class='hit']/@title")
    assert "wire.example → copy.example: 1 family, typically 2 h later" in cells


def test_every_link_inside_the_page_leads_somewhere() -> None:
    tree = lxml_html.document_fromstring(html.page(overview(three_outlets()), UTC))
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in tree.xpath("//a/@href") if link.startswith("#")} <= set(ids)


def test_the_page_asks_for_nothing_from_outside() -> None:
    page = html.page(overview(three_outlets()), UTC)
    tree = lxml_html.document_fromstring(page)
    assert tree.xpath("//script | //link | //img | //iframe | //object | //@src | //@srcset | //form") == []
    assert "default-src 'none'" in page
    assert not re.search(r"@import|url\(", page)


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}\x1b]0;x\x07\u202e"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "https://a.example/\"onclick='x'", "//x"])
def test_hostile_articles_are_inert_in_the_page(url: str) -> None:
    hostile = [
        Article(
            url=url, text=f"{HOSTILE} {n}", title=HOSTILE, site=HOSTILE + str(n), language=HOSTILE, id=HOSTILE + str(n)
        )
        for n in range(2)
    ]
    ids = [each.id for each in hostile]
    shared = [match(ids[0], ids[1], passages=[Passage(0, 10, 0, 10, 5)])]
    page = html.page(overview(snapshot(hostile, {HOSTILE: ids}, {HOSTILE: [HOSTILE]}, shared)), UTC)
    tree = lxml_html.document_fromstring(page)
    assert tree.xpath("//script | //img | //@onerror | //@onclick") == []
    assert "49" not in page_text(page)
    schemes = {link.split(":")[0] for link in tree.xpath("//a/@href") if not link.startswith("#")}
    assert schemes <= {"https", "http", "file", "groups.json"}


def test_the_page_of_nothing_says_how_to_begin() -> None:
    text = page_text(html.page(overview(EMPTY), UTC))
    assert "There are no articles yet." in text
    assert "dedup import articles.jsonl" in text


def test_the_page_of_one_article_and_of_no_copies_says_so() -> None:
    one = page_text(html.page(overview(snapshot([article("a", "a.example")])), UTC))
    assert "With only one there is nothing to compare yet." in one
    two = [article("a", "a.example", None, "satu"), article("b", "b.example", None, "dua")]
    assert "So far, 2 sites published 2 articles. No two of them share their text" in page_text(
        html.page(overview(snapshot(two)), UTC)
    )


def test_the_matrix_keeps_the_busiest_sites() -> None:
    articles = [article(f"{n}", f"site{n}.example", n) for n in range(5)]
    shown = html.matrix(overview(snapshot(articles, {"f": [each.id for each in articles]})).flows, most_sites=3)
    assert shown.sites == ("site0.example", "site1.example", "site2.example")
    assert (set(shown.flows), shown.left_out) == ({("site0.example", site) for site in shown.sites[1:]}, 2)


def test_past_a_limit_the_page_names_the_command_instead_of_the_texts() -> None:
    long = "kata " * 400_000
    articles = [article(f"{n}", f"site{n}.example", n, text=f"{long}{n}") for n in range(3)]
    matches = [match("0", "1", Relation.NEAR), match("0", "2", Relation.NEAR)]
    page = html.page(overview(snapshot(articles, {"f": ["0", "1", "2"]}, matches=matches)), UTC)
    assert page.count("<summary>Side by side") == 1
    assert "dedup explain 0 2" in page


# --- the folder -------------------------------------------------------------------------------------


def test_two_reports_of_one_corpus_are_the_same(tmp_path: Path) -> None:
    one = write(overview(three_outlets()), tmp_path, NOON, JAKARTA)
    two = write(overview(three_outlets()), tmp_path, NOON + timedelta(days=3), JAKARTA)
    assert one != two
    assert one.read_bytes() == two.read_bytes()
    assert (one.parent / "groups.json").read_bytes() == (two.parent / "groups.json").read_bytes()


def test_a_report_has_a_folder_of_its_own_and_latest_is_the_last(tmp_path: Path) -> None:
    first = write(overview(EMPTY), tmp_path / "new", NOON)
    assert first == tmp_path / "new" / "2026-03-20T120000Z" / "index.html"
    second = write(overview(three_outlets()), tmp_path / "new", NOON)
    assert second.parent.name == "2026-03-20T120000Z-2"
    assert (tmp_path / "new" / "latest" / "index.html").samefile(second)
    assert sorted(each.name for each in (tmp_path / "new").iterdir()) == [
        "2026-03-20T120000Z",
        "2026-03-20T120000Z-2",
        "latest",
    ]


def test_of_a_day_only_the_last_report_is_kept_where_that_is_wanted(tmp_path: Path) -> None:
    days = [datetime(2026, 3, day, hour, tzinfo=UTC) for day, hour in ((4, 9), (5, 8), (5, 9), (5, 10))]
    pages = [write(overview(EMPTY), tmp_path, moment) for moment in days]
    (tmp_path / "2026-03-05 notes").mkdir()
    assert keep_one_a_day(pages[-1].parent) == [page.parent for page in pages[1:3]]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "2026-03-04T090000Z",
        "2026-03-05 notes",
        "2026-03-05T100000Z",
        "latest",
    ]


def test_where_links_are_not_allowed_latest_is_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    write(overview(EMPTY), tmp_path, NOON)
    second = write(overview(three_outlets()), tmp_path, NOON + timedelta(hours=1))
    assert not (tmp_path / "latest").is_symlink()
    assert (tmp_path / "latest" / "index.html").read_bytes() == second.read_bytes()


def test_a_report_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left"):
        write(overview(EMPTY), tmp_path, NOON)
    assert list(tmp_path.iterdir()) == []


# --- JSON -------------------------------------------------------------------------------------------


def test_json_has_a_line_for_each_family_alone_or_not() -> None:
    found = overview(three_outlets())
    family, alone = (json.loads(line) for line in json_lines.lines(found))
    assert (family["family"], family["story"], family["first"]) == ("f", "s", "wire")
    assert [each["id"] for each in family["articles"]] == ["wire", "copy", "third"]
    assert family["articles"][1] == {
        "id": "copy",
        "url": "https://copy.example/copy",
        "site": "copy.example",
        "title": "Title of copy",
        "language": "und",
        "published": "2026-03-20T14:00:00+00:00",
        "role": "copy",
        "compared_with": "wire",
        "relation": "near",
        "reason": "a reason in words",
        "shared": 0.8,
    }
    assert [each["id"] for each in alone["articles"]] == ["rewrite"]
    assert json.loads(json_lines.document(found)) == [family, alone]
    assert json.loads(json_lines.document(overview(EMPTY))) == []


def test_json_holds_no_character_that_steers_a_terminal() -> None:
    hostile = Article(url="https://a.example/", text="t", title="\x1b[31m\x9b\u202e", id="a")
    (line,) = json_lines.lines(overview(snapshot([hostile])))
    assert line.isascii()
    assert line.isprintable()


# --- the terminal -----------------------------------------------------------------------------------


def piped() -> Console:
    """A console as `dedup groups | less` has it."""
    made = Console(file=io.StringIO(), highlight=False, markup=False, emoji=False)
    made.width = 10_000
    return made


def lines_of(out: Console) -> list[str]:
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue().splitlines()


def test_in_a_pipe_groups_are_plain_lines() -> None:
    out = piped()
    terminal.groups(overview(three_outlets()), out, JAKARTA)
    lines = lines_of(out)
    assert "Story  Label of s  (2 texts, 4 articles)" in lines
    assert "Family Banjir rendam tiga desa  (3 articles, 3 sites, id f)" in lines
    assert (
        "  20 Mar 2026 21:00 +07:00  copy.example   near        80%  Title of copy  https://copy.example/copy" in lines
    )
    assert lines[-1] == "4 articles of 3 sites: 1 family of copies, 1 story told more than once."
    assert all(line == line.rstrip() and line.isprintable() for line in lines)


def test_articles_without_copies_are_listed_only_when_asked_for() -> None:
    alone = overview(snapshot([article("a", "a.example")]))
    for everything in (False, True):
        out = piped()
        terminal.groups(alone, out, UTC, everything)
        assert any("Title of a" in line for line in lines_of(out)) is everything


def test_groups_of_nothing_say_what_to_do() -> None:
    out = piped()
    terminal.groups(overview(EMPTY), out)
    assert lines_of(out) == ["There are no articles yet: `dedup import FILE…` or `scrapy crawl news -a seeds=FILE`."]


def test_hostile_articles_are_inert_in_the_terminal() -> None:
    hostile = Article(url=f"https://a.example/{HOSTILE}", text="t", title=HOSTILE, site="[red]\x1b[2J", id="\x1b[2J")
    out = Console(file=io.StringIO(), force_terminal=True, color_system=None, markup=False, width=100)
    terminal.groups(overview(snapshot([hostile])), out, UTC, everything=True)
    shown = "\n".join(lines_of(out))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[red]" in shown


def test_an_explanation_shows_relation_reason_measures_words_and_passages() -> None:
    a, b = article("a", "a.example"), article("b", "b.example", 2, text="Kemarin. " + WIRE)
    near = match("a", "b", Relation.SAME_STORY, (0.06, 0.03), [Passage(0, 10, 9, 19, 5)])
    out = piped()
    terminal.explanation(Explanation(a, b, near, None, "s", 0.25, ("banjir", "desa")), out, UTC)
    lines = lines_of(out)
    assert "same-story: two texts about the same thing" in lines
    assert "Why: a reason in words" in lines
    assert "Both are in story s." in lines
    assert any(re.fullmatch(r"of A in B +6%", line) for line in lines)
    assert any(re.fullmatch(r"alike in what they tell +0.250", line) for line in lines)
    assert "Words they share: banjir, desa" in lines
    assert lines[-2:] == ["1 shared passage", "  5 words: Air sungai"]


def test_an_explanation_names_the_chain_that_joins_a_family() -> None:
    a, b = article("a", "a.example"), article("c", "c.example")
    chain = (match("a", "b", Relation.NEAR), match("b", "c", Relation.SYNDICATED))
    out = piped()
    terminal.explanation(Explanation(a, b, match("a", "c", Relation.NONE), "f", path=chain), out, UTC)
    assert "What joins them: a is near to b; b is syndicated to c" in lines_of(out)


# --- words ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=40), "40 s"),
        (timedelta(minutes=12), "12 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(hours=3, minutes=5), "3 h 05 min"),
        (timedelta(days=2, hours=4), "2 d 4 h"),
        (timedelta(days=2), "2 d"),
    ],
)
def test_durations_have_two_units_at_most(span: timedelta, words: str) -> None:
    assert wording.duration(span) == words


@pytest.mark.parametrize(
    ("share", "words"), [(0, "0%"), (0.001, "<1%"), (0.5, "50%"), (0.996, "99%"), (1, "100%"), (0.01, "1%")]
)
def test_only_all_is_a_hundred_percent_and_only_nothing_is_none(share: float, words: str) -> None:
    assert wording.percent(share) == words


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from([None, UTC, JAKARTA, ZoneInfo("America/St_Johns")]))
def test_every_time_can_be_shown_in_every_zone(time: datetime, zone: ZoneInfo | None) -> None:
    assert re.fullmatch(r"\d{1,2} \w{3} \d{1,4} \d\d:\d\d [+-]\d\d:\d\d", wording.moment(time, zone))


def test_a_period_names_a_year_once() -> None:
    other = NOON + timedelta(days=3)
    assert wording.period((NOON, other), UTC) == "Between 20 Mar and 23 Mar 2026"
    assert wording.period((NOON, NOON), UTC) == "On 20 Mar 2026"
    assert wording.period((NOON - timedelta(days=365), NOON), UTC) == "Between 20 Mar 2025 and 20 Mar 2026"


def test_the_summary_of_an_update_is_one_kind_line() -> None:
    assert "dedup import FILE" in wording.summary(Updated())
    done = Updated(articles=1200, signed=3, verified=1, families=900, copied_families=1, told_stories=2)
    assert wording.summary(done) == (
        "1,200 articles: 1 family of copies, 2 stories told more than once (3 signed, 1 pair compared)"
    )


@given(st.text())
def test_plain_text_is_one_line_that_steers_nothing(text: str) -> None:
    shown = plain(text)
    assert len(shown.splitlines()) <= 1
    assert not any(sign in shown for sign in "\x1b\x07\x9b\u202e\u2066\r\n")


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://a.example/b?c=d", True),
        ("HTTP://a.example", True),
        ("file:///home/a%20b.txt", True),
        ("javascript:alert(1)", False),
        (" https://a.example", False),
        ("https://a.example/\x1b\\", False),
        ("//a.example", False),
        ("", False),
    ],
)
def test_only_addresses_that_open_a_page_become_links(address: str, safe: bool) -> None:
    assert bool(safe_address(address)) is safe
