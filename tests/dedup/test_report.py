"""Snapshot in; out come an overview, a page, a folder, terminal lines and JSON."""

import io
import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from dedup.flowing import Role
from dedup.records import Article, Explanation, Passage, Relation, Segment, Snapshot, Updated
from dedup.report import json_lines, keep_one_a_day, overview, terminal, wording
from dedup.report.data import headline
from dedup.report.edits import edits
from dedup.report.files import write
from dedup.report.inert import plain, safe_address
from dedup.report.lines import when
from dedup.report.pages import Setting
from dedup.report.sheets import report
from dedup.report.sides import Piece, sides, turned
from dedup.report.unfinished import held, latest
from dedup.report.writing import pages_written
from tests.dedup.snapshots import HOSTILE, NOON, WIRE, article, match, snapshot, three_outlets

JAKARTA = ZoneInfo("Asia/Jakarta")
EMPTY = snapshot([], updated_at=None)


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


def test_a_member_is_compared_with_whom_it_shares_more_with_than_phrases() -> None:
    articles = [article(name, f"{name}.example", hours, text=name) for hours, name in enumerate("abc")]
    matches = [match("a", "b"), match("a", "c", Relation.NONE), match("b", "c", Relation.SYNDICATED, (0.5, 0.4))]
    (family,) = overview(snapshot(articles, {"f": ["a", "b", "c"]}, matches=matches)).copied
    compared = family.members[2].comparison
    assert compared is not None
    assert (compared.other.id, compared.relation) == ("b", Relation.SYNDICATED)


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


def test_stories_are_largest_first_by_the_articles_that_tell_them() -> None:
    articles = [article(name, f"{name}.example", hours, text=name) for hours, name in enumerate("abcdefg")]
    found = overview(snapshot(articles, {"fam": ["a", "b", "c"]}, {"one": ["fam", "d"], "other": ["e", "f", "g"]}))
    assert [(story.id, story.articles) for story in found.told] == [("one", 4), ("other", 3)]


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


@given(texts_with_passages())
def test_no_passage_leads_to_one_that_is_not_shown(case: tuple[str, str, list[Passage]]) -> None:
    led = [[piece.passage for piece in side if piece.passage and not piece.alone] for side in sides(*case)]
    assert sorted(led[0]) == sorted(led[1])


def test_a_passage_that_is_swallowed_in_one_text_leads_nowhere_in_the_other() -> None:
    passages = [Passage(0, 7, 0, 7, 5), Passage(4, 7, 8, 11, 5)]
    left, right = sides("aaa bbb", "aaa bbb bbb", passages)
    assert left == (Piece("aaa bbb", 1),)
    assert right == (Piece("aaa bbb", 1), Piece(" "), Piece("bbb", 2, alone=True))


def test_words_that_differ_inside_a_passage_are_told() -> None:
    one, other = (
        "Air sungai meluap pada malam hari, kata Budi.",
        "Air Sungai meluap Senin malam hari sekali, kata Budi.",
    )
    here, there = edits(one, other)
    assert [one[start:end] for start, end in here] == ["pada"]
    assert [other[start:end] for start, end in there] == ["Senin", "sekali,"]


@given(st.text("ab ,.", max_size=60), st.text("ab ,.", max_size=60))
def test_without_the_words_that_differ_two_wordings_are_one(one: str, other: str) -> None:
    here, there = edits(one, other)
    assert edits(one, one) == ((), ())
    for text, spans in ((one, here), (other, there)):
        assert all(start < end <= len(text) for start, end in spans)
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    left = [re.findall(r"\w+", without(text, spans)) for text, spans in ((one, here), (other, there))]
    assert left[0] == left[1]


def without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return `text` with spaces where the spans are."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def test_turning_passages_twice_gives_them_back() -> None:
    passages = (Passage(1, 2, 3, 4, 5), Passage(6, 7, 8, 9, 10))
    assert turned(turned(passages)) == passages
    assert turned(passages)[0] == Passage(3, 4, 1, 2, 5)


# --- the folder -------------------------------------------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a report by its place in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_two_reports_of_one_corpus_are_the_same(tmp_path: Path) -> None:
    one = write(report(three_outlets()), tmp_path, NOON, Setting(zone=JAKARTA))
    two = write(report(three_outlets()), tmp_path, NOON + timedelta(days=3), Setting(zone=JAKARTA))
    assert one != two
    assert contents(one.parent) == contents(two.parent)
    assert "families/f.html" in contents(one.parent)


def test_a_report_has_a_folder_of_its_own_and_latest_is_the_last(tmp_path: Path) -> None:
    first = write(report(EMPTY), tmp_path / "new", NOON)
    assert first == tmp_path / "new" / "2026-03-20T120000Z" / "index.html"
    second = write(report(three_outlets()), tmp_path / "new", NOON)
    assert second.parent.name == "2026-03-20T120000Z-2"
    assert (tmp_path / "new" / "latest" / "index.html").samefile(second)
    assert sorted(each.name for each in (tmp_path / "new").iterdir()) == [
        "2026-03-20T120000Z",
        "2026-03-20T120000Z-2",
        "latest",
    ]


def test_of_a_day_only_the_last_report_is_kept_where_that_is_wanted(tmp_path: Path) -> None:
    days = [datetime(2026, 3, day, hour, tzinfo=UTC) for day, hour in ((4, 9), (5, 8), (5, 9), (5, 10))]
    pages = [write(report(EMPTY), tmp_path, moment) for moment in days]
    (tmp_path / "2026-03-05 notes").mkdir()
    assert keep_one_a_day(pages[-1].parent) == [page.parent for page in pages[1:3]]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "2026-03-04T090000Z",
        "2026-03-05 notes",
        "2026-03-05T100000Z",
        "latest",
    ]


def test_on_several_cores_the_same_is_written(tmp_path: Path) -> None:
    found = report(three_outlets())
    for cores in (1, 3):
        (tmp_path / str(cores)).mkdir()
        with pages_written(found, tmp_path / str(cores), Setting(zone=JAKARTA), cores):
            (tmp_path / str(cores) / "beside.txt").write_text("")
    assert contents(tmp_path / "1") == contents(tmp_path / "3")


def test_what_others_write_beside_is_there_before_anybody_sees_the_report(tmp_path: Path) -> None:
    page = write(report(EMPTY), tmp_path, NOON, also=[lambda folder: (folder / "more.txt").write_text("more")])
    assert (page.parent / "more.txt").read_text() == "more"
    assert (page.parent.parent / "latest" / "more.txt").is_file()


def test_what_is_not_ours_is_as_it_came() -> None:
    vendor = files("dedup.report") / "vendor"
    listed = re.findall(r"\| `([\w.]+)` \| .* \| `([0-9a-f]{64})` \|", (vendor / "README.md").read_text())
    assert {name for name, _ in listed} == {path.name for path in vendor.iterdir()} - {"README.md", "LICENSE.md"}
    for name, digest in listed:
        assert sha256((vendor / name).read_bytes()).hexdigest() == digest


def test_ten_thousand_articles_open_with_less_than_three_megabytes(tmp_path: Path) -> None:
    articles = [
        article(f"{n:05}", f"site{n % 200}.example", n / 60, text=f"Teks nomor {n // 2}.", title=f"Judul {n} " * 8)
        for n in range(10_000)
    ]
    families = {f"family-{n:04}": [f"{2 * n:05}", f"{2 * n + 1:05}"] for n in range(2_000)}
    stories = {f"story-{n:03}": [f"family-{2 * n:04}", f"family-{2 * n + 1:04}"] for n in range(800)}
    page = write(report(snapshot(articles, families, stories)), tmp_path, NOON)
    opened = [page, *(page.parent / "assets").iterdir()]
    assert sum(path.stat().st_size for path in opened) < 3_000_000
    searched = [page.parent / "search.html", page.parent / "data" / "index.js", page.parent / "assets" / "search.js"]
    assert sum(path.stat().st_size for path in searched) < 3_000_000


def test_where_links_are_not_allowed_latest_is_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    write(report(EMPTY), tmp_path, NOON)
    second = write(report(three_outlets()), tmp_path, NOON + timedelta(hours=1))
    assert not (tmp_path / "latest").is_symlink()
    assert (tmp_path / "latest" / "index.html").read_bytes() == second.read_bytes()


def test_a_report_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space left") as raised:
        write(report(EMPTY), tmp_path, NOON)
    assert raised.value.filename == str(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_goes_and_what_another_writes_stays(tmp_path: Path) -> None:
    dead, other = tmp_path / ".unfinished-aaaaaaaa", tmp_path / ".unfinished-theirs_of_somebody"
    for folder in (dead, other):
        (folder / "stories").mkdir(parents=True)
    gone = tmp_path / ".latest-2026-03-20T120000Z"
    gone.symlink_to("2026-03-20T120000Z", target_is_directory=True)
    with held(tmp_path) as writing:
        moved = writing.rename(tmp_path / "2026-03-19T120000Z")
        placed = latest(moved)
        placed.symlink_to(moved.name, target_is_directory=True)
        with held(tmp_path) as another:
            write(report(EMPTY), tmp_path, NOON)
            assert another.is_dir()
        assert placed.is_symlink()
        assert (dead.exists(), gone.is_symlink(), other.is_dir()) == (False, False, True)
    write(report(EMPTY), tmp_path, NOON)
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        other.name,
        moved.name,
        "2026-03-20T120000Z",
        "2026-03-20T120000Z-2",
        "latest",
    ]


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
    assert "Story  Label of s  (2 texts, 4 articles, id s)" in lines
    assert "Family Banjir rendam tiga desa  (3 articles, 3 sites, id f)" in lines
    assert (
        "  20 Mar 2026 21:00 +07:00  copy.example   near        80%  Title of copy  https://copy.example/copy" in lines
    )
    assert lines[-1] == "4 articles of 3 sites: 1 family of copies, 1 story told more than once."
    assert all(line == line.rstrip() and line.isprintable() for line in lines)


def test_in_a_narrow_terminal_rows_of_groups_stand_whole_the_title_below_the_rest() -> None:
    title = "Sungai Kalirejeng meluap pada malam hari, ratusan warga mengungsi ke balai kecamatan"
    copies = [article(name, f"{name}-of-the-north.example", hour, title=title) for hour, name in enumerate("abc")]
    matches = [match("a", "b"), match("a", "c", shares=(1.0, 1.0))]
    found = overview(snapshot(copies, {"f": ["a", "b", "c"]}, {"s": ["f"]}, matches))
    out = Console(file=io.StringIO(), force_terminal=True, color_system=None, markup=False, width=64)
    terminal.groups(found, out, JAKARTA, everything=True)
    lines = [line.rstrip() for line in lines_of(out)]
    assert "  20 Mar 2026 19:00 +07:00  a-of-the-north.example" in lines
    assert "  20 Mar 2026 20:00 +07:00  b-of-the-north.example  near    80%" in lines
    assert "  20 Mar 2026 21:00 +07:00  c-of-the-north.example  near   100%" in lines
    assert lines.count("      Sungai Kalirejeng meluap pada malam hari, ratusan warga") == 4
    assert "      mengungsi ke balai kecamatan  a  + 2 more" in lines


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
    assert any(re.fullmatch(r"phrases of A in B +6%", line) for line in lines)
    assert any(re.fullmatch(r"phrases of B in A +3%", line) for line in lines)
    assert any(re.fullmatch(r"alike in what they tell +0.250", line) for line in lines)
    assert "Words they share: banjir, desa" in lines
    assert lines[-2:] == ["1 shared passage", "  5 words: Air sungai"]
    assert not any("one site" in line for line in lines)
    out = piped()
    terminal.explanation(Explanation(a, b, near, cosine=0.25, less=0.2), out, UTC)
    assert any(re.fullmatch(r"subtracted, both being of one site +0.200", line) for line in lines_of(out))


def test_an_explanation_of_two_of_a_family_does_not_say_that_they_are_not_related() -> None:
    a, b = article("a", "a.example"), article("b", "b.example", 2)
    phrases = match("a", "b", Relation.NONE, (0.11, 0.23), [Passage(0, 10, 0, 10, 2)])
    out = piped()
    terminal.explanation(Explanation(a, b, phrases, "f"), out, UTC)
    assert "none: short phrases in common at most" in lines_of(out)


def test_an_explanation_names_the_chain_that_joins_a_family() -> None:
    a, b = article("a", "a.example"), article("c", "c.example")
    chain = (match("a", "b", Relation.NEAR), match("b", "c", Relation.SYNDICATED))
    out = piped()
    terminal.explanation(Explanation(a, b, match("a", "c", Relation.NONE), "f", path=chain), out, UTC)
    assert "What joins them: A – near – b – syndicated – B" in lines_of(out)


@given(st.dates(date(1990, 1, 1)), st.integers(-10, 13))
def test_a_day_is_that_day_on_all_clocks(day: date, hours: int) -> None:
    midnight = datetime.combine(day, time(), timezone(timedelta(hours=hours))).astimezone(UTC)
    assert wording.noon(midnight).date() == day
    dated = replace(article("a", "a.example"), published=midnight, published_precision="day")
    assert when(dated, JAKARTA) == when(dated, UTC) == wording.day(midnight)


def test_an_explanation_keeps_the_order_asked_for() -> None:
    a, b = article("a", "a.example"), article("b", "b.example", 2)
    out = piped()
    explained = Explanation(a, b, match("a", "b", Relation.EXCERPT, (0.9, 0.1)))
    terminal.explanation(explained, out, UTC, "b")
    lines = lines_of(out)
    assert [line.split()[-3:] for line in lines[1:4:2]] == [[b.url, "id", "b"], [a.url, "id", "a"]]
    assert any(re.fullmatch(r"phrases of B in A +90%", line) for line in lines)
    assert any(re.fullmatch(r"shared words +40 of 60 and 50", line) for line in lines)


@pytest.mark.parametrize(
    ("said", "what"), [(True, "belong together; `dedup join"), (False, "not belong together; `dedup separate")]
)
def test_an_explanation_tells_what_a_person_said(said: bool, what: str) -> None:
    a, b = article("a", "a.example"), article("b", "b.example", 2)
    out = piped()
    terminal.explanation(Explanation(a, b, match("a", "b", Relation.NEAR), said=said), out, UTC)
    assert any(what in line and "--undo a b` takes it back" in line for line in lines_of(out))


@pytest.mark.parametrize(("parts", "lines"), [((0.5, 0.49), 1), ((0.9, 0.8), 2), ((0.0, 0.0), 0)])
def test_an_explanation_tells_what_a_site_repeats_of_a_text(parts: tuple[float, float], lines: int) -> None:
    a, b = article("a", "a.example"), article("b", "b.example", 2)
    out = piped()
    terminal.explanation(Explanation(a, b, match("a", "b", Relation.NONE), repeated=parts), out, UTC)
    told = [line for line in lines_of(out) if "words do not count" in line]
    assert len(told) == lines
    assert all(f"{parts[0]:.0%} of A's words" in line and "dedup boilerplate a.example" in line for line in told[:1])


def test_lines_that_one_text_alone_shows_are_counted_and_listed_when_asked_for() -> None:
    found = [Segment("baca juga", 3, "https://a.example/1", 1.0), Segment("pajak", 1, "https://a.example/2", 0.6)]
    few, all_of_them = piped(), piped()
    terminal.segments(found, [], few)
    terminal.segments(found, [], all_of_them, everything=True)
    assert [line.strip() for line in lines_of(few)] == [
        "3 texts: baca juga",
        "100% of its words, as in https://a.example/1",
        "1 line stands in one text of the sample alone, repeated in part; --all lists them",
    ]
    assert "1 text: pajak" in lines_of(all_of_them)


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
    day = NOON.date()
    assert wording.period((day, day + timedelta(days=3))) == "Between 20 Mar and 23 Mar 2026"
    assert wording.period((day, day)) == "On 20 Mar 2026"
    assert wording.period((day - timedelta(days=365), day)) == "Between 20 Mar 2025 and 20 Mar 2026"


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
