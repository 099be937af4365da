"""Where the article stands: by its heading, by names, by where the prose is; and its standfirst."""

from collections.abc import Sequence

import pytest
from lxml.html import document_fromstring

from crawler.framing import frame, same_title
from crawler.pruning import prune, without_code

TITLE = "Jembatan Lama Ditutup"


def story(word: str, count: int) -> str:
    return "".join(
        f"<p>{word} nomor {n} menceritakan apa yang terjadi di desa itu pada malam hari, kata kepala desa.</p>"
        for n in range(count)
    )


def framed(inner: str, title: str = TITLE, described: Sequence[str] = ()) -> str:
    body = without_code(document_fromstring(f"<html><body>{inner}</body></html>"))
    found = frame(body, prune(body), title, described)
    assert found is not None
    return str(found.tree.text_content())


HEADING = f"<h1>{TITLE}</h1>"
OTHERS = "<div>" + story("Lain", 12) + "</div>"


@pytest.mark.parametrize(
    "page",
    [
        f"<div>{HEADING}<div>{story('Kalimat', 20)}</div></div><div>{story('Lain', 3)}</div>",
        f"<article>{HEADING}{story('Kalimat', 4)}</article>{OTHERS}",
        f'<div>{HEADING}</div><div class="article-body">{story("Kalimat", 5)}</div>{OTHERS}',
        f'<div>{HEADING}</div><div itemprop="articleBody">{story("Kalimat", 5)}</div>{OTHERS}',
        f"<table><tr><td>{story('Lain', 1)}</td><td>{HEADING}<font>{story('Kalimat', 20)}</font></td></tr></table>",
    ],
    ids=["most prose", "article element", "class", "microdata", "layout table"],
)
def test_the_article_is_told_from_its_neighbours(page: str) -> None:
    text = framed(page)
    assert "Kalimat nomor 0" in text
    assert "Lain" not in text


def test_paragraphs_that_are_each_named_so_are_one_article() -> None:
    each = "".join(f'<div class="post-text">{paragraph}</div>' for paragraph in [story("Kalimat", 1)] * 6)
    assert framed(f"{HEADING}<div>{each}</div>{OTHERS}").count("Kalimat nomor") == 6


STANDFIRST = "Warga desa harus memutar dua belas kilometer sampai jembatan yang baru selesai dibangun."


@pytest.mark.parametrize(
    ("between", "kept"),
    [
        (f"<p>{STANDFIRST}</p>", True),
        (f'<div><h2 class="deck">{STANDFIRST}</h2></div>', True),
        (f'<div class="photo-caption">{STANDFIRST}</div>', False),
        (f"<p>{STANDFIRST[:-1]} (Foto: © Kantor Berita)</p>", False),
        (f"<ul><li>{STANDFIRST}</li></ul>", False),
        (f'<p><a href="/lain">{STANDFIRST}</a></p>', False),
        (f"<p>Diperbarui 14:05, {STANDFIRST}</p>", False),
        ("<p>Oleh Ratna Widuri</p>", False),
    ],
)
def test_the_standfirst_is_kept_and_what_else_is_set_there_is_not(between: str, kept: bool) -> None:
    text = framed(f"<div>{HEADING}{between}<div>{story('Kalimat', 20)}</div></div>")
    assert (STANDFIRST[:40] in text) is kept
    assert TITLE not in text


def test_without_a_heading_the_description_tells_the_standfirst() -> None:
    page = f"<div><div>{STANDFIRST}</div><div>Kami memakai cookie untuk keperluan yang panjang lebar di sini.</div>"
    page += f"<div>{story('Kalimat', 20)}</div></div>"
    assert STANDFIRST not in framed(page)
    text = framed(page, described=[STANDFIRST[:60] + " …"])
    assert STANDFIRST in text
    assert "cookie" not in text


def test_what_stands_over_the_heading_goes_with_it() -> None:
    text = framed(f"<article><div>Daerah / Lereng</div>{HEADING}{story('Kalimat', 6)}</article>")
    assert "Lereng" not in text
    assert TITLE not in text
    assert text.count("Kalimat nomor") == 6


def test_a_box_like_the_text_belongs_to_it() -> None:
    first, second = (
        f'<div class="teks">{story("Kalimat", 18)}</div>',
        f'<div class="teks">{story("Sambungan", 2)}</div>',
    )
    text = framed(f"{HEADING}<section>{first}<div>Iklan</div>{second}</section>")
    assert text.count("Sambungan nomor") == 2
    assert "Iklan" not in text


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (TITLE, True),
        (TITLE.upper() + "!", True),
        (f"Kabar Lereng: {TITLE}", True),
        ("Jembatan Lama Dit", True),
        ("Jembatan", False),
        ("Pasar Baru Dibuka", False),
        ("", False),
    ],
)
def test_headings_that_are_the_title(text: str, same: bool) -> None:
    assert same_title(text, TITLE) is same


def test_no_prose_no_article() -> None:
    body = without_code(document_fromstring("<html><body><p>Pendek.</p></body></html>"))
    assert frame(body, prune(body), TITLE) is None
