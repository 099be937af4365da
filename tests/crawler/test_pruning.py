"""What goes from a page before its text is read, and what stays although its names sound alike."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import HtmlElement, document_fromstring

from crawler.pruning import Prose, prune, without_code

PROSE = "".join(
    f"<p>Kalimat nomor {n} menceritakan apa yang terjadi di desa itu pada malam hari, kata kepala desa.</p>"
    for n in range(6)
)
# Some words that are nowhere in the prose.
MARK = "TANDA"


def pruned(inner: str) -> tuple[HtmlElement, Prose]:
    body = without_code(document_fromstring(f"<html><body><main>{PROSE}{inner}</main></body></html>"))
    return body, prune(body)


def left(inner: str) -> bool:
    body, _ = pruned(inner)
    text = body.text_content()
    assert text.count("Kalimat nomor") >= 6
    return MARK in text


@pytest.mark.parametrize(
    "inner",
    [
        f"<nav>{MARK}</nav>",
        f"<aside><p>{MARK}</p></aside>",
        f"<script>var x = '{MARK}'</script>",
        f"<figure><figcaption>{MARK}</figcaption></figure>",
        f'<div class="relatedPosts"><p>{MARK} desa lain</p></div>',
        f'<div id="comments"><p>{MARK}: Mantap!</p></div>',
        f'<section class="article-share-bar">{MARK}</section>',
        f"<div hidden><p>{MARK}</p></div>",
        f'<div aria-hidden="true"><p>{MARK}</p></div>',
        f'<p style="display: none">{MARK}</p>',
        f'<ul><li><a href="/1">{MARK} satu dua</a></li><li><a href="/2">Judul lain lagi</a></li></ul>',
        f'<ul><li>Desa: <a href="/1">{MARK} panen raya di lereng</a></li><li>Kota: <a href="/2">Pasar</a></li></ul>',
        f'<p><a href="/1">Baca selengkapnya: {MARK} panen raya</a></p>',
        f'<h3>{MARK}</h3><ul><li><a href="/1">Panen raya di lereng utara</a></li></ul>',
        "".join(f'<div><h4><a href="/{n}">{MARK} {n}</a></h4><p>Cabai naik.</p></div>' for n in range(2)),
        f"<h2>{MARK}</h2>" + "<br>".join(f'<a href="/{n}">Judul nomor {n}</a>' for n in range(3)),
    ],
)
def test_what_is_not_the_article_goes(inner: str) -> None:
    assert not left(inner)


@pytest.mark.parametrize(
    "inner",
    [
        f"<p>{MARK} adalah kata yang tidak ada di tempat lain.</p>",
        f'<p>Menurut <a href="/1">{MARK} dan kawan-kawan</a>, harga cabai turun pekan ini.</p>',
        f'<p><a href="/1">{MARK} adalah kalimat utuh yang menjadi tautan.</a></p>',
        f"<ul><li>{MARK} satu</li><li>Dua</li></ul>",
        f'<ul><li><a href="/1">{MARK}</a> menang tiga kali berturut-turut di kandang sendiri.</li></ul>',
        f"<h2>{MARK}</h2><p>Sesudah kepala bagian itu ceritanya berlanjut.</p>",
        f'<div class="shareholders"><p>{MARK}</p></div>',
        f'<div class="navigasi-kapal adegan"><p>{MARK}</p></div>',
        f"<p>{MARK}</p><p style='color: red'>Merah.</p>",
    ],
)
def test_what_is_the_article_stays(inner: str) -> None:
    assert left(inner)


def test_a_name_never_takes_out_most_of_the_prose() -> None:
    body = without_code(document_fromstring(f'<html><body><div class="social related">{PROSE}</div></body></html>'))
    assert prune(body).of(body) > 400


@pytest.mark.parametrize("tag", ["aside", "nav", "footer", "noscript"])
def test_a_box_that_was_never_closed_keeps_the_article(tag: str) -> None:
    page = f"<html><body><{tag}><ul><li><a href='/'>Depan</a></li></ul><h1>Judul</h1><main>{PROSE}</main></body></html>"
    body = without_code(document_fromstring(page))
    prune(body)
    assert body.text_content().count("Kalimat nomor") == 6


def test_text_behind_what_goes_stays() -> None:
    body, _ = pruned(f'<div><span class="share">bagikan</span> {MARK} sesudahnya</div>')
    assert MARK in body.text_content()
    assert "bagikan" not in body.text_content()


def test_prose_is_text_outside_of_links() -> None:
    long = "x" * 30
    body = document_fromstring(f"<body><div><p>{long}<b>{long}</b>{long}</p><a href='/'>{long}</a>kurz</div></body>")
    prose = Prose(body)
    assert prose.total == prose.of(body) == 90
    paragraph = next(body.iter("p"))
    prose.drop(paragraph)
    assert prose.of(body) == 0


PIECES = (
    *(
        "<div class='related'>",
        "</div>",
        "<aside>",
        "<ul><li>",
        "</ul>",
        "<a href='/x'>",
        "</a>",
        "<h2>",
        "</h2>",
        "<p>",
    ),
    *("<br>", "<table><tr><td>", "kata desa itu", "<p>panjang sekali panjang sekali panjang sekali</p>"),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_prose_stays_right_whatever_goes(pieces: list[str]) -> None:
    body, prose = pruned("".join(pieces))
    # Text that joins what stood before something that went may make a longer run.
    assert 0 <= prose.of(body) <= Prose(body).of(body)
