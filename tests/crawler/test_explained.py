"""Each line in its order, with the rule that took it or a span of it."""

from hypothesis import given
from hypothesis import strategies as st

from crawler.explained import Line, after, lines_of


def test_lines_and_spans_stand_where_they_were_taken() -> None:
    found = ["JAKARTA – Hujan turun.", "Baca juga: Banjir", "Air naik. (Baca: Surut) Warga pergi.", "Editor: Rina"]
    once = after(
        lines_of(found),
        ["JAKARTA – Hujan turun.", "Air naik. Warga pergi.", "Editor: Rina"],
        [("Baca juga: Banjir", "related"), ("(Baca: Surut)", "inline")],
    )
    twice = after(
        once, ["Hujan turun.", "Air naik. Warga pergi."], [("Editor: Rina", "byline"), ("JAKARTA –", "place")]
    )
    assert twice == (
        Line("Hujan turun."),
        Line("JAKARTA –", "place", span=True),
        Line("Baca juga: Banjir", "related"),
        Line("Air naik. Warga pergi."),
        Line("(Baca: Surut)", "inline", span=True),
        Line("Editor: Rina", "byline"),
    )


def test_a_line_of_nothing_but_spans_leaves_only_them() -> None:
    lines = after(lines_of(["(Baca: A) (Baca: B)", "Prosa."]), ["Prosa."], [("(Baca: A)", "x"), ("(Baca: B)", "x")])
    assert lines == (Line("(Baca: A)", "x", span=True), Line("(Baca: B)", "x", span=True), Line("Prosa."))


def test_equal_lines_are_told_apart_by_their_order() -> None:
    assert after(lines_of(["a b", "c", "a b"]), ["a b", "c"], [("a b", "again")]) == (
        Line("a b"),
        Line("c"),
        Line("a b", "again"),
    )


@given(st.lists(st.tuples(st.text("abc ", min_size=1, max_size=4).filter(str.strip), st.booleans()), max_size=8))
def test_nothing_is_lost_or_made_up(lines: list[tuple[str, bool]]) -> None:
    kept = [text for text, stays in lines if stays]
    removed = [(text, "rule") for text, stays in lines if not stays]
    traced = after(lines_of([text for text, _ in lines]), kept, removed)
    assert [line.text for line in traced if not line.rule] == kept
    assert sorted(line.text for line in traced if line.rule) == sorted(text for text, _ in removed)
