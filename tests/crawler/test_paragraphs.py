"""From a tree to lines: none lost, none run together, in bounded time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from crawler.paragraphs import paragraphs, plain_lines, without_title

LINES = [
    f"Kalimat nomor {n} menceritakan apa yang terjadi di desa itu pada malam hari, kata kepala desa kepada wartawan."
    for n in range(8)
]


def tree(inner: str) -> HtmlElement:
    parser = HTMLParser(encoding="utf-8", huge_tree=True)
    return document_fromstring(f"<html><body>{inner}</body></html>".encode(), parser=parser)


def ps(lines: list[str]) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


@pytest.mark.parametrize(
    "inner",
    [
        ps(LINES),
        "<br><br>".join(LINES),
        "".join(f"<div>{line}</div>" for line in LINES),
        "".join(f"<p><font color=black>{line}" for line in LINES),
        "".join(f"<section><p>{line}</p></section><div class='ad'></div>" for line in LINES),
        f"<table><tr><td>{ps(LINES)}</td></tr></table>",
        "<div>" * 1_000 + ps(LINES) + "</div>" * 1_000,
        "<table><tr><td>" * 200 + ps(LINES),
        "<ul><li>" * 300 + ps(LINES),
    ],
    ids=["p", "br", "div", "unclosed", "blocks", "table", "1,000 levels", "600 levels of tables", "600 of lists"],
)
def test_each_paragraph_is_a_line(inner: str) -> None:
    assert paragraphs(tree(f"<article>{inner}</article>")) == LINES


def test_short_articles_keep_their_lines() -> None:
    short = ["Harga cabai turun.", "Petani di lereng utara menunda panen sampai pekan depan."]
    assert paragraphs(tree(f"<h1>Cabai</h1><article>{ps(short)}</article>"), "Cabai") == short


def test_paragraphs_that_stand_several_times_are_all_there() -> None:
    again = [LINES[0], LINES[1], LINES[1], LINES[1], LINES[2]]
    assert paragraphs(tree(ps(again))) == again


def test_a_page_too_large_for_trafilatura_is_read_by_blocks() -> None:
    many = [f"{LINES[n % 8]} ({n})" for n in range(7_000)]
    assert paragraphs(tree(f"<h1>Judul</h1><article>{ps(many)}</article>"), "Judul") == many


def test_the_whole_page_is_searched_where_the_article_was_missed() -> None:
    # Each word is a block of its own: no prose to go by.
    words = "".join(f"<p>{word}</p>" for word in " ".join(LINES).split())
    assert "menceritakan" in " ".join(paragraphs(tree(f"<div>{words}</div>")))


def test_plain_lines_are_blocks_in_order() -> None:
    inner = "<div>satu\n dua<p>tiga <b>empat</b></p>lima<br>enam<ul><li>tujuh</li></ul></div>"
    assert plain_lines(tree(inner)) == ["satu dua", "tiga empat", "lima", "enam", "tujuh"]


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        (["Jembatan Lama Ditutup", "Prosa."], ["Prosa."]),
        (["KABAR LERENG: JEMBATAN LAMA DITUTUP", "Prosa."], ["Prosa."]),
        (["Kabar", "Jembatan Lama Ditutup!", "Prosa."], ["Kabar", "Prosa."]),
        (["Warga kecewa sebab sejak kemarin sore akses jembatan lama ditutup", "Prosa."], None),
        (["Prosa.", "Prosa.", "Jembatan Lama Ditutup"], None),
    ],
)
def test_the_title_goes_from_the_head_alone(lines: list[str], left: list[str] | None) -> None:
    assert without_title(lines, "Jembatan Lama Ditutup") == (lines if left is None else left)


WORDS = st.text("abcdefg ", min_size=1, max_size=12)


@settings(max_examples=50, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=6), st.sampled_from(["p", "div", "li", "td"]))
def test_plain_lines_lose_no_word(texts: list[str], tag: str) -> None:
    inner = "".join(f"<{tag}>{text}</{tag}>" for text in texts)
    read = plain_lines(tree(f"<table><tr>{inner}</tr></table>" if tag == "td" else inner))
    assert read == [" ".join(text.split()) for text in texts if text.strip()]
