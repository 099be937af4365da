"""What is new since an earlier report, what of a corpus a report shows, and which earlier reports there are."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.errors import GemaError, Refused
from dedup.records import Snapshot
from dedup.report import Edition, overview, sheets
from dedup.report.files import write
from dedup.report.news import Known, Moves, changes, dumps, known, loads
from dedup.report.scope import Scope, is_since, within
from dedup.report.shelf import Retention, compared, keep, keep_one_a_day, reports, retention
from tests.dedup.snapshots import NOON, article, snapshot


def groups(**held: str) -> Mapping[str, frozenset[str]]:
    """Return groups by name, of articles that are called by one letter each."""
    return {name: frozenset(members) for name, members in held.items()}


def moved(before: Mapping[str, frozenset[str]], now: Mapping[str, frozenset[str]]) -> Moves:
    return changes(Known(families=before), Known(families=now), "earlier").families


# --- what moved -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (groups(), groups(f="ab"), Moves(new=("f",))),
        (groups(f="ab"), groups(f="abc"), Moves(grown={"f": ("c",)})),
        (groups(f="ab"), groups(g="ab"), Moves()),
        (groups(f="ab", g="cde"), groups(f="abcde"), Moves(merged={"f": "f"})),
        (groups(f="abc", g="de"), groups(f="abcdex"), Moves(grown={"f": ("x",)}, merged={"g": "f"})),
        (groups(f="abcd"), groups(f="ab", g="cd"), Moves(parted=("g",))),
        (groups(f="abc"), groups(f="ab", g="cx"), Moves(new=("g",))),
        (groups(f="ab"), groups(), Moves(gone=("f",))),
        (groups(f="abc"), groups(f="ab"), Moves()),
    ],
    ids=["new", "grown", "renamed", "merged", "merged and grown", "parted", "left for a new one", "gone", "shrunk"],
)
def test_what_became_of_groups(
    before: Mapping[str, frozenset[str]], now: Mapping[str, frozenset[str]], expected: Moves
) -> None:
    assert moved(before, now) == expected


@st.composite
def partitions(draw: st.DrawFn) -> dict[str, frozenset[str]]:
    """Disjoint groups of at least two of ten articles, each named after one of its own."""
    places = draw(st.lists(st.integers(0, 4), min_size=10, max_size=10))
    held = [
        frozenset(letter for letter, place in zip("abcdefghij", places, strict=True) if place == n) for n in range(4)
    ]
    return {draw(st.sampled_from(sorted(members))): members for members in held if len(members) > 1}


knowns = st.builds(Known, partitions(), partitions())


@given(knowns)
def test_against_itself_nothing_is_new(found: Known) -> None:
    same = changes(found, found, "earlier")
    assert not same.any
    assert same.articles == frozenset()


@given(knowns)
def test_against_nothing_everything_is_new(found: Known) -> None:
    for before in (None, Known()):
        all_new = changes(before, found)
        assert all_new.families == Moves(new=tuple(sorted(found.families)))
        assert all_new.stories == Moves(new=tuple(sorted(found.stories)))
        assert all_new.articles == frozenset().union(*found.families.values(), *found.stories.values())


@given(knowns, knowns, st.randoms(use_true_random=False))
def test_the_order_of_groups_does_not_matter(before: Known, now: Known, random: Random) -> None:
    def shuffled(found: Known) -> Known:
        families, stories = list(found.families.items()), list(found.stories.items())
        random.shuffle(families)
        random.shuffle(stories)
        return Known(dict(families), dict(stories))

    found, again = changes(before, now, "x"), changes(shuffled(before), shuffled(now), "x")
    assert found == again
    assert list(found.families.merged) == list(again.families.merged)


@given(knowns, knowns)
def test_every_group_is_accounted_for_once(before: Known, now: Known) -> None:
    found = moved(before.families, now.families)
    assert not set(found.new) & set(found.parted)
    assert set(found.grown) <= now.families.keys() - {*found.new, *found.parted}
    assert set(found.gone).isdisjoint(found.merged)
    went_on = before.families.keys() - {*found.gone, *found.merged}
    assert len(went_on) == len(now.families.keys() - {*found.new, *found.parted})
    added = [each for articles in found.grown.values() for each in articles]
    assert len(added) == len(set(added))


@given(knowns, knowns)
def test_what_came_is_what_was_not_there(before: Known, now: Known) -> None:
    """Articles that nobody had before are always news, wherever they went."""
    found = changes(before, now, "x")
    had = frozenset[str]().union(*before.families.values())
    have = frozenset[str]().union(*now.families.values())
    assert have - had <= found.articles


@given(knowns)
def test_what_is_written_is_read_back(found: Known) -> None:
    assert loads(dumps(found)) == found
    assert dumps(found).isascii()


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"families": [], "stories": {}}', '{"families": {"a": 1}, "stories": {}}']
)
def test_what_is_no_record_of_a_report_is_refused(text: str) -> None:
    with pytest.raises(GemaError, match="not what a report knew"):
        loads(text)


def test_only_copies_and_stories_told_more_than_once_are_known() -> None:
    articles = [article(name, f"{name}.example", text=name) for name in "abcd"]
    found = known(snapshot(articles, {"f": ["a", "b"]}, {"s": ["f", "c"]}))
    assert found == Known(groups(f="ab"), groups(s="abc"))


def test_articles_that_are_gone_are_not_known() -> None:
    whole = snapshot(
        [article(name, f"{name}.example", text=name) for name in "abc"], {"f": ["a", "b"]}, {"s": ["f", "c"]}
    )
    rest = Snapshot({"a": whole.articles["a"]}, whole.families, whole.stories, (), whole.recipe)
    assert known(rest) == Known()


# --- what is shown ----------------------------------------------------------------------------------


def week() -> Snapshot:
    """An old family that got a copy today, an old one that did not, an old story with a new text, one article alone."""
    ago = {"old": -100, "copy": -1, "stale": -100, "stale2": -99, "told": -100, "retold": -2, "alone": -1, "dull": -90}
    articles = [article(name, f"{name}.example", hours, text=name) for name, hours in ago.items()]
    return snapshot(articles, {"f": ["old", "copy"], "g": ["stale", "stale2"]}, {"s": ["told", "retold"]})


def shown(found: Snapshot) -> list[str]:
    return sorted(found.articles)


def test_since_shows_families_and_stories_whole_or_not_at_all() -> None:
    found = within(week(), Scope(since=NOON - timedelta(hours=24)))
    assert shown(found) == ["alone", "copy", "old", "retold", "told"]
    view = overview(found)
    assert [family.id for family in view.copied] == ["f"]
    assert [story.id for story in view.told] == ["s"]
    assert view.articles == 5


def test_without_a_limit_all_is_shown() -> None:
    assert within(week(), Scope()) == week()


def test_only_new_shows_what_changed() -> None:
    now = week()
    before = Known({"g": frozenset({"stale", "stale2"})}, {"s": frozenset({"told", "retold"})})
    changed = changes(before, known(now), "earlier")
    assert shown(within(now, Scope(changes=changed, only_new=True))) == ["copy", "old"]


def test_nothing_new_shows_nothing() -> None:
    now = week()
    changed = changes(known(now), known(now), "earlier")
    found = within(now, Scope(changes=changed, only_new=True))
    assert (shown(found), found.families, found.stories) == ([], (), ())


def test_since_and_only_new_together_show_what_is_both() -> None:
    now = week()
    scope = Scope(since=NOON - timedelta(hours=24), changes=changes(None, known(now)), only_new=True)
    assert shown(within(now, scope)) == ["copy", "old", "retold", "told"]


def test_articles_that_wait_for_an_update_are_judged_by_their_own_time() -> None:
    now = week()
    late, early = article("late", "l.example", -1), article("early", "e.example", -100)
    both = Snapshot(now.articles | {"late": late, "early": early}, now.families, now.stories, (), now.recipe)
    assert overview(within(both, Scope(since=NOON - timedelta(hours=24)))).pending == 1


def test_what_is_dated_to_a_day_may_have_come_at_its_end() -> None:
    dated = replace(article("a", "a.example"), published=datetime(2026, 3, 20, tzinfo=UTC), published_precision="day")
    assert is_since(dated, NOON)
    assert not is_since(dated, datetime(2026, 3, 21, tzinfo=UTC))
    assert is_since(dated, datetime.min.replace(tzinfo=UTC))


def test_what_has_a_date_that_nobody_believes_counts_by_when_it_was_found() -> None:
    for year, precision in ((1970, "time"), (1970, "day"), (2199, "time")):
        dated = replace(
            article("a", "a.example"), published=datetime(year, 1, 1, tzinfo=UTC), published_precision=precision
        )
        assert is_since(replace(dated, fetched=NOON), NOON)
        assert not is_since(replace(dated, fetched=NOON), NOON + timedelta(hours=1))
        assert not is_since(dated, NOON)
    undated = replace(dated, published=None, fetched=NOON)
    assert is_since(undated, NOON)
    assert not is_since(undated, NOON + timedelta(seconds=1))
    assert not is_since(replace(undated, fetched=None), NOON)


def test_what_nobody_says_was_fetched_was_found_when_the_corpus_first_saw_it() -> None:
    undated, future = article("a", "a.example", None), article("b", "b.example", 24 * 365)
    for each in (undated, future):
        assert is_since(each, NOON, NOON)
        assert not is_since(each, NOON + timedelta(hours=1), NOON)
    assert is_since(future, NOON + timedelta(hours=1))
    seen = replace(snapshot([undated, future]), first_seen={"a": NOON, "b": NOON - timedelta(days=2)})
    assert shown(within(seen, Scope(since=NOON - timedelta(hours=24)))) == ["a"]
    assert overview(seen).period is None, "nobody believes a date after an article was found"


# --- earlier reports --------------------------------------------------------------------------------


def report(folder: Path, moment: datetime, found: Snapshot | None = None) -> Path:
    """Write a report that can be compared with; return its folder."""
    found = found or snapshot([])
    return write(
        sheets.report(found), folder, moment, also=[Edition(found, Scope(), {"known.json": dumps(known(found))}).put]
    ).parent


def days(folder: Path, number: int) -> list[Path]:
    """Write two reports a day; return them, the oldest first."""
    return [report(folder, NOON + timedelta(hours=12 * each)) for each in range(2 * number)]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_reports_are_what_was_written_the_oldest_first(tmp_path: Path) -> None:
    assert reports(tmp_path / "nowhere") == []
    made = [report(tmp_path, NOON) for _ in range(11)]
    (tmp_path / "2026-03-20T130000Z").mkdir()
    (tmp_path / "2026-99-20T130000Z").mkdir()
    (tmp_path / "2026-99-20T130000Z" / "index.html").touch()
    (tmp_path / "2026-03-20T140000Z").symlink_to(made[0].name)
    (tmp_path / "notes").mkdir()
    assert reports(tmp_path) == made
    assert made[-1].name == "2026-03-20T120000Z-11"


def test_a_report_is_compared_with_the_last_one(tmp_path: Path) -> None:
    assert compared(tmp_path) == ("", None)
    report(tmp_path, NOON)
    last = report(tmp_path, NOON + timedelta(hours=1), week())
    assert compared(tmp_path) == (last.name, known(week()))


def test_a_report_of_the_day_is_compared_with_one_of_a_day_before(tmp_path: Path) -> None:
    before = report(tmp_path, NOON - timedelta(days=1), week())
    report(tmp_path, NOON)
    assert compared(tmp_path, without=NOON) == (before.name, known(week()))


def test_reports_that_cannot_be_compared_with_are_passed_over(tmp_path: Path) -> None:
    first = report(tmp_path, NOON, week())
    old, damaged = report(tmp_path, NOON + timedelta(hours=1)), report(tmp_path, NOON + timedelta(hours=2))
    (old / "known.json").unlink()
    (damaged / "known.json").write_bytes(b"\xff")
    assert compared(tmp_path)[0] == first.name
    with pytest.raises(GemaError, match="too old to be compared with"):
        compared(tmp_path, old.name)
    with pytest.raises(GemaError, match="damaged"):
        compared(tmp_path, damaged.name)


def test_an_earlier_report_can_be_named(tmp_path: Path) -> None:
    first, last = report(tmp_path, NOON, week()), report(tmp_path, NOON + timedelta(hours=1))
    assert compared(tmp_path, first.name) == (first.name, known(week()))
    assert compared(tmp_path, "latest")[0] == last.name
    for wrong in ("2020-01-01T000000Z", "..", f"../{tmp_path.name}/{first.name}", "/", "."):
        with pytest.raises(Refused, match=f"the last one is {last.name}"):
            compared(tmp_path, wrong)
    with pytest.raises(Refused, match="there is none yet"):
        compared(tmp_path / "empty", first.name)


# --- what stays -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90", Retention(number=90)),
        (" 1 ", Retention(number=1)),
        ("30d", Retention(age=timedelta(days=30))),
        ("2 minggu", Retention(age=timedelta(weeks=2))),
    ],
)
def test_what_is_to_stay_is_a_number_or_an_age(text: str, expected: Retention) -> None:
    assert retention(text) == expected


@pytest.mark.parametrize("text", ["0", "00", "", "-3", "d", "many", "0d", "9999999999"])
def test_what_is_neither_is_said_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"neither how many reports stay|no report at all"):
        retention(text)


def test_so_many_reports_stay(tmp_path: Path) -> None:
    made = days(tmp_path, 3)
    assert keep(made[-1], Retention(number=2)) == made[:4]
    assert names(tmp_path) == [*(each.name for each in made[4:]), "latest"]
    assert keep(made[-1], Retention(number=2)) == []


def test_reports_stay_for_so_long(tmp_path: Path) -> None:
    made = days(tmp_path, 3)
    assert keep(made[-1], Retention(age=timedelta(days=1))) == made[:3]
    assert keep(made[-1], Retention(age=timedelta(seconds=1))) == made[3:5]
    assert names(tmp_path) == [made[-1].name, "latest"]
    assert (tmp_path / "latest" / "index.html").is_file()


def test_one_a_day_stays_for_so_long(tmp_path: Path) -> None:
    for number in range(8):
        last = report(tmp_path, NOON + timedelta(hours=12 * number))
        keep_one_a_day(last)
        keep(last, Retention(number=3))
    assert [each.name[:10] for each in reports(tmp_path)] == ["2026-03-22", "2026-03-23", "2026-03-24"]


def test_what_latest_leads_to_stays_whatever_is_wanted(tmp_path: Path) -> None:
    made = days(tmp_path, 2)
    (tmp_path / "latest").unlink()
    (tmp_path / "latest").symlink_to(made[0].name)
    assert keep(made[-1], Retention(number=1)) == made[1:3]
    assert names(tmp_path) == [made[0].name, made[-1].name, "latest"]


def test_nothing_is_removed_that_is_no_report(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "reports", tmp_path / "elsewhere"
    precious = report(elsewhere, NOON - timedelta(days=400))
    folder.mkdir()
    (folder / "2020-01-01T000000Z").symlink_to(precious)
    (folder / "2020-01-02T000000Z").mkdir()
    (folder / "2020-01-02T000000Z" / "diary.txt").touch()
    (folder / "2020-01-03T000000Z").touch()
    (folder / "2020-01-04T000000Z notes").mkdir()
    old, new = report(folder, NOON - timedelta(days=300)), report(folder, NOON)
    # A link inside a report that goes is no way out of it.
    (old / "out").symlink_to(precious)
    before = set(names(folder))
    assert keep(new, Retention(number=1)) == [old]
    assert set(names(folder)) == before - {old.name}
    assert (precious / "index.html").is_file()


def test_a_latest_that_is_a_copy_stays(tmp_path: Path) -> None:
    made = days(tmp_path, 1)
    (tmp_path / "latest").unlink()
    (tmp_path / "latest").mkdir()
    (tmp_path / "latest" / "index.html").touch()
    assert keep(made[-1], Retention(number=1)) == made[:1]
    assert names(tmp_path) == [made[-1].name, "latest"]
