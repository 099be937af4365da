"""Datelines, bylines and sources: taken out of the text where they are no prose, and kept as fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.credits import Credits, read

BODY = ("Air sungai meluap dan merendam tiga desa di hilir sejak Senin malam.",) * 10
SENTENCE = "Badan penanggulangan bencana mencatat tiga desa terendam sejak malam."


def read_one(line: str, site: str = "contoh.test") -> Credits:
    return read([line, *BODY], site)


@pytest.mark.parametrize(
    ("dateline", "place", "outlet", "agency"),
    [
        ("JAKARTA, CONTOH.com — ", "Jakarta", "CONTOH.com", ""),
        ("JAKARTA, CONTOH.com -", "Jakarta", "CONTOH.com", ""),
        ("Contoh6.com, Jakarta - ", "Jakarta", "Contoh6.com", ""),
        ("CONTOH.CO,Jakarta-", "Jakarta", "CONTOH.CO", ""),
        ("CONTOH.CO.ID, CIREBON-- ", "Cirebon", "CONTOH.CO.ID", ""),
        ("Mataram, NTB (KANTOR Berita) - ", "Mataram, NTB", "", "KANTOR Berita"),
        ("Jakarta (ANTARA) - ", "Jakarta", "", "ANTARA"),
        ("KUALA LUMPUR 23 Okt. – ", "Kuala Lumpur", "", ""),
        ("IPOH, 3 Mac – ", "Ipoh", "", ""),
        ("JAKARTA– ", "Jakarta", "", ""),
        ("Pyongyang – ", "Pyongyang", "", ""),
        ("5Blogger – ", "", "5Blogger", ""),
        ("Info Mnokwari – ", "", "Info Mnokwari", ""),
        ("Desa Kita – ", "", "Desa Kita", ""),
    ],
)
def test_a_dateline_goes_and_its_sentence_stays(dateline: str, place: str, outlet: str, agency: str) -> None:
    found = read_one(dateline + SENTENCE, "desakita.test")
    assert found.lines[0] == SENTENCE
    assert (found.place, found.outlet, found.agency) == (place, outlet, agency)
    assert found.removed == ((dateline.strip(), "dateline"),)


@pytest.mark.parametrize(
    "line",
    [
        SENTENCE,
        "Indonesia – negara kepulauan yang besar itu – punya banyak sungai dan banyak gunung.",
        "Laga Persib – Persija",
        "Harga beras naik - dan warga mengeluh sejak awal bulan ini di semua pasar.",
        "Bupati (58) - yang baru dilantik bulan lalu - tidak hadir dalam rapat desa itu.",
    ],
)
def test_what_is_no_dateline_stays(line: str) -> None:
    found = read_one(line)
    assert found.lines == (line, *BODY)
    assert (found.place, found.outlet) == ("", "")


@pytest.mark.parametrize(
    ("lines", "authors", "editors"),
    [
        (["Pewarta: Ratna Widuri", "Editor: Teguh M"], ("Ratna Widuri",), ("Teguh M",)),
        (["Penulis: Rina WatiEditor: Savitri Anggraini"], ("Rina Wati",), ("Savitri Anggraini",)),
        (["Penulis: Rina Wati Editor: Savitri"], ("Rina Wati",), ("Savitri",)),
        (["| Penulis | : Rina Wati dan Budi |"], ("Rina Wati", "Budi"), ()),
        (["Laporan: Sutikno"], ("Sutikno",), ()),
        (["Kontributor: Yosefina Lawalata"], ("Yosefina Lawalata",), ()),
        (["Fotografer: Intan"], (), ()),
        (["Pewarta: Ratna Widuri", "Editor: Teguh M Copyright © ANTAR 2026"], ("Ratna Widuri",), ("Teguh M",)),
    ],
)
def test_bylines_become_fields(lines: list[str], authors: tuple[str, ...], editors: tuple[str, ...]) -> None:
    found = read([*BODY, *lines])
    assert found.lines == BODY
    assert (found.authors, found.editors) == (authors, editors)


def test_a_byline_glued_to_the_last_sentence_goes() -> None:
    found = read([*BODY, f"{SENTENCE}Editor: Savitri Anggraini"])
    assert found.lines[-1] == SENTENCE
    assert found.editors == ("Savitri Anggraini",)


@pytest.mark.parametrize(
    "line",
    [
        "Editor: pekerjaan yang menuntut ketelitian, katanya kepada para siswa di desa.",
        "Penulis itu tinggal di desa.",
        "Sumber: air di desa itu kini tercemar limbah pabrik gula di hulu sungai.",
        "Copyrights of the songs were sold.",
    ],
)
def test_prose_that_looks_like_a_credit_stays(line: str) -> None:
    assert read([*BODY, line]).lines[-1] == line


@pytest.mark.parametrize(
    ("line", "source", "title"),
    [
        (
            'Artikel ini telah tayang di Antar Nusa dengan judul "Banjir Rendam Desa"',
            "Antar Nusa",
            "Banjir Rendam Desa",
        ),
        (
            "Artikel ini telah tayang di contoh.test dengan judul Banjir Rendam Desa.",
            "contoh.test",
            "Banjir Rendam Desa",
        ),
        ("Artikel ini telah naik di contohJabar.", "contohJabar", ""),
        ("This article was originally published on The Harbour Gazette.", "The Harbour Gazette", ""),
        ("Sumber: Antar Nusa", "Antar Nusa", ""),
    ],
)
def test_who_had_it_first_becomes_a_field(line: str, source: str, title: str) -> None:
    found = read([*BODY, line])
    assert found.lines == BODY
    assert (found.credited_source, found.credited_title) == (source, title)


@pytest.mark.parametrize(
    ("line", "rest", "agency"),
    [
        ("Copyright © ANTAR NUSA 2026", None, "ANTAR NUSA"),
        ("Copyright © 2026 The Harbour Gazette. All rights reserved.", None, ""),
        (f"{SENTENCE} – BERNAMA", SENTENCE, "BERNAMA"),
        (f"{SENTENCE} (ANTARA/Rina)", SENTENCE, "ANTARA/Rina"),
    ],
)
def test_agencies_are_named(line: str, rest: str | None, agency: str) -> None:
    found = read([*BODY, line])
    assert found.lines == (BODY if rest is None else (*BODY, rest))
    assert found.agency == agency


def test_sources_in_prose_are_recorded_and_stay() -> None:
    lines = [
        "Harga beras naik, dilansir dari Kabar Timur, Senin (5/1).",
        "Menteri membantah, kata BBC mengutip Reuters.",
        "Warga mengungsi, dikutip dari laman contoh.go.id.",
    ]
    found = read(lines)
    assert found.lines == tuple(lines)
    assert found.sources == ("Kabar Timur", "Reuters", "contoh.go.id")


@given(st.lists(st.text(max_size=60), max_size=15), st.text(max_size=12))
def test_every_line_is_kept_or_accounted_for(lines: list[str], site: str) -> None:
    found = read(lines, site)
    touched = [line for line in lines if line and line not in found.lines]
    assert len(touched) <= len(found.removed)
