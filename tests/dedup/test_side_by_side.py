"""Two articles side by side: what both say is what both say, edits show, and nothing they say steers a terminal."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from dedup import Corpus
from dedup.records import Explanation, Passage, Relation
from dedup.report.beside import Beside, Run, beside, document
from dedup.report.compared import compared
from tests.dedup import hostile
from tests.dedup.outlets import press_grouped, run
from tests.dedup.snapshots import article, match

LEFT = "Baru saja. Air meluap pada malam hari dan merendam tiga desa. Habis."
RIGHT = "Air meluap pada Kamis sore dan merendam tiga desa. Warga mengungsi."
SHARED = Passage(11, 61, 0, 50, 8, edits=1)


def two(left: str, right: str, *passages: Passage, **said: Any) -> Beside:
    a, b = article("a", "a.example", 0, text=left), article("b", "b.example", 1, text=right)
    return beside(Explanation(replace(a, **said), b, match("a", "b", Relation.NEAR, passages=passages)), "a")


def printed(shown: Beside, **console: Any) -> str:
    out = io.StringIO()
    compared(shown, Console(file=out, highlight=False, markup=False, emoji=False, **{"width": 10_000, **console}))
    return out.getvalue()


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with press_grouped(tmp_path_factory.mktemp("press")) as opened:
        yield opened


# --- runs -------------------------------------------------------------------------------------------


def test_what_both_say_is_numbered_and_edits_inside_show() -> None:
    shown = two(LEFT, RIGHT, SHARED)
    assert shown.left == (
        Run("Baru saja. "),
        Run("Air meluap pada ", 1),
        Run("malam hari", 1, edited=True),
        Run(" dan merendam tiga desa.", 1),
        Run(" "),
        Run("Habis."),
    )
    assert [run.text for run in shown.right if run.edited] == ["Kamis sore"]
    assert shown.passages == 1


def test_who_is_named_first_stands_on_the_left() -> None:
    explained = Explanation(
        article("a", "a.example", text=LEFT), article("b", "b.example", text=RIGHT), match("a", "b", passages=[SHARED])
    )
    shown, turned = beside(explained, "a"), beside(explained, "b")
    assert (turned.a, turned.b, turned.left, turned.right) == (shown.b, shown.a, shown.right, shown.left)


def test_equal_texts_share_all_of_it_though_nobody_compared_them() -> None:
    assert two("Sama.", "Sama.").left == (Run("Sama.", 1),)


def test_case_and_marks_are_no_edits() -> None:
    shown = two("Air, meluap lagi", "AIR meluap LAGI!", Passage(0, 16, 0, 16, 3))
    assert not any(run.edited for run in (*shown.left, *shown.right))


_TEXTS = st.text(st.sampled_from("abc \n.é"), max_size=60)


@st.composite
def compared_texts(draw: st.DrawFn) -> tuple[str, str, list[Passage]]:
    left, right = draw(_TEXTS), draw(_TEXTS)
    ends = st.tuples(*(st.integers(0, len(text)) for text in (left, left, right, right)))
    return left, right, [_passage(*each) for each in draw(st.lists(ends, max_size=4))]


def _passage(a: int, also_a: int, b: int, also_b: int) -> Passage:
    return Passage(min(a, also_a), max(a, also_a), min(b, also_b), max(b, also_b), 1)


@given(compared_texts())
def test_the_runs_of_a_text_make_it_whole(held: tuple[str, str, list[Passage]]) -> None:
    left, right, passages = held
    shown = two(left, right, *passages)
    assert "".join(run.text for run in shown.left) == left
    assert "".join(run.text for run in shown.right) == right
    assert all(run.text for run in (*shown.left, *shown.right))
    assert not any(run.edited for run in (*shown.left, *shown.right) if not run.passage)


@given(st.lists(st.sampled_from(["air", "desa", "warga"]), min_size=1, max_size=12), st.data())
def test_what_is_not_edited_is_the_same_on_both_sides(words: list[str], data: st.DataObject) -> None:
    changed = [data.draw(st.sampled_from([word, "lain"])) for word in words]
    left, right = " ".join(words), " ".join(changed)
    shown = two(left, right, Passage(0, len(left), 0, len(right), len(words)))
    one, other = ("".join(r.text for r in side if not r.edited).split() for side in (shown.left, shown.right))
    assert one == other


def test_a_long_passage_of_one_word_again_and_again_is_shown_at_once() -> None:
    left, right = "desa " * 20_000, "desa " * 19_999 + "air"
    shown = two(left, right, Passage(0, len(left), 0, len(right), 20_000))
    assert "".join(run.text for run in shown.right) == right


# --- shown ------------------------------------------------------------------------------------------


def test_in_a_pipe_marks_tell_what_is_whose() -> None:
    told = printed(two(LEFT, RIGHT, SHARED)).splitlines()
    assert told[1] == "1 shared passage [1: …]; only in A [-…-]; only in B {+…+}"
    assert "[-Baru saja.-] [1: Air meluap pada [-malam hari-] dan merendam tiga desa.] [-Habis.-]" in told
    assert "[1: Air meluap pada {+Kamis sore+} dan merendam tiga desa.] {+Warga mengungsi.+}" in told


def test_colours_take_the_place_of_marks() -> None:
    told = printed(two(LEFT, RIGHT, SHARED), force_terminal=True, color_system="truecolor", width=200)
    assert re.search(r"\x1b\[[\d;]*9[;m][^\x1b]*malam hari", told), "cut: struck through"
    assert re.search(r"\x1b\[[\d;]*4[;m][^\x1b]*Kamis sore", told), "added: underlined"
    assert "[-" not in told
    plain = printed(two(LEFT, RIGHT, SHARED), force_terminal=True, no_color=True, width=200)
    assert "[-malam hari-]" in plain


@pytest.mark.parametrize(("width", "beside_one_another"), [(140, True), (60, False)])
def test_where_it_is_wide_they_stand_side_by_side(width: int, beside_one_another: bool) -> None:
    told = printed(two(LEFT, RIGHT, SHARED), force_terminal=True, no_color=True, width=width)
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in told.splitlines()]
    assert any("A  Title of a" in line and "B  Title of b" in line for line in lines) is beside_one_another
    assert max(map(len, lines)) <= width


def test_lines_end_where_they_did() -> None:
    told = printed(two("Satu.\nDua.", "Satu.\nTiga.", Passage(0, 5, 0, 5, 1)))
    assert "[1: Satu.]\n[-Dua.-]\n" in told
    assert "[1: Satu.]\n{+Tiga.+}\n" in told


@pytest.mark.parametrize("said", hostile.ALL)
@pytest.mark.parametrize("colours", [True, False])
def test_what_articles_say_steers_no_terminal(said: str, colours: bool) -> None:
    text = f"Satu. {said} Dua. {said}"
    part = Passage(6, 6 + len(said), 0, min(6, len(text)), 1)
    shown = two(text, f"Lain {said}", part, title=said, site=said, url=f"https://x.example/{said}")
    shown = replace(shown, reason=said)
    console = {"force_terminal": True, "color_system": "standard", "width": 120} if colours else {}
    told = printed(shown, **console)
    without_our_own = re.sub(r"\x1b\[[\d;]*m", "", told)
    assert hostile.STEERING.isdisjoint(without_our_own)
    assert hostile.STEERING.isdisjoint(json.dumps(document(shown)))


# --- the command ------------------------------------------------------------------------------------


def test_two_of_the_press(pressed: Corpus, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pair = "averley-breakwater-breach", "averley-sea-wall-nl"
    done = run(capsys, pressed, "diff", *pair)
    assert done.code == 0
    assert done.out.startswith("near: ")
    assert "[-Nobody was killed.-]" in done.out
    assert "{+There were no deaths.+}" in done.out
    told = json.loads(run(capsys, pressed, "diff", *pair[::-1], "--json").out)
    assert (told["a"]["id"], told["b"]["id"], told["relation"]) == (*pair[::-1], "near")
    for side, name in (("a_text", pair[1]), ("b_text", pair[0])):
        assert "".join(part["text"] for part in told[side]) == pressed.article(name).text


@pytest.mark.parametrize("pair", [("nobody", "nothing"), ("averley-sea-wall-nl", "averley-sea-wall-nl")])
def test_what_cannot_be_compared_is_refused(
    pressed: Corpus, capsys: pytest.CaptureFixture[str], pair: tuple[str, str]
) -> None:
    done = run(capsys, pressed, "diff", *pair)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("dedup: ")
