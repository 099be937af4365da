"""Datelines, bylines and sources: taken out of the text where they are no prose, and kept as fields."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.credits import Credits, agency_in_address, names_in, read, rules
from crawler.rules import Rule

BODY = ("Air sungai meluap dan merendam tiga desa di hilir sejak Senin malam.",) * 10
SENTENCE = "Badan penanggulangan bencana mencatat tiga desa terendam sejak malam."


def read_one(line: str, site: str = "contoh.test") -> Credits:
    return read([line, *BODY], site)


EXAMPLES = [(rule, *example) for rule in rules() for example in zip(rule.strips, rule.known, strict=True)]
COUNTEREXAMPLES = [(rule, line) for rule in rules() for line in rule.keeps]


def _among_prose(rule: Rule, line: str) -> list[str]:
    return [line, *BODY] if "head" in rule.where or rule.takes == "mention" else [*BODY, line]


@pytest.mark.parametrize(
    ("rule", "line", "known"), EXAMPLES, ids=[f"{rule.id}-{number}" for number, (rule, *_) in enumerate(EXAMPLES)]
)
def test_every_example_becomes_fields(rule: Rule, line: str, known: dict[str, str]) -> None:
    found = read(_among_prose(rule, line))
    for name, value in known.items():
        held = getattr(found, name)
        assert held == ((value,) if isinstance(held, tuple) else value), name
    by = "dateline" if rule.takes == "start" else rule.id
    assert [removed for _, removed in found.removed] == ([] if rule.takes == "mention" else [by])
    assert (line in found.lines) == (rule.takes == "mention")


@pytest.mark.parametrize(
    ("rule", "line"), COUNTEREXAMPLES, ids=[f"{rule.id}-{number}" for number, (rule, _) in enumerate(COUNTEREXAMPLES)]
)
def test_every_counterexample_stays_as_it_is(rule: Rule, line: str) -> None:
    assert line in read(_among_prose(rule, line)).lines


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
        ("Copyright 2026 The Associated Press. All rights reserved.", None, "Associated Press"),
        ("Copyright © 2026 ANTARA", None, "ANTARA"),
        ("© 2025-2026 Agence France-Presse. Do not publish this again.", None, "Agence France-Presse"),
        ("Copyright © 2026 KABAR HULU. Hak cipta dilindungi.", None, "KABAR HULU"),
        ("Copyright © 2026 PT KABAR HULU", None, ""),
        ("© 2026 CONTOH. All rights reserved.", None, ""),
        (f"{SENTENCE} – BERNAMA", SENTENCE, "BERNAMA"),
        (f"{SENTENCE} (ANTARA/Rina)", SENTENCE, "ANTARA"),
    ],
)
def test_agencies_are_named(line: str, rest: str | None, agency: str) -> None:
    found = read([*BODY, line], "contoh.test")
    assert found.lines == (BODY if rest is None else (*BODY, rest))
    assert found.agency == agency


@pytest.mark.parametrize(
    ("url", "agency"),
    [
        ("https://contoh.test/aponline/2026/03/05/ferry.html", "AP"),
        ("https://contoh.test/wires/pa/article-55/Ferry.html", "PA"),
        ("https://contoh.test/wire/reuters/ferry", "Reuters"),
        ("https://contoh.test/Reuters/2026/ferry.html", "Reuters"),
        ("https://contoh.test/news/afp/ferry", "AFP"),
        ("https://contoh.test/berita/antara/kapal", "Antara"),
        ("https://contoh.test/ap/ferry", ""),
        ("https://contoh.test/pa/ferry", ""),
        ("https://contoh.test/news/reuters", ""),
        ("https://contoh.test/news/reuters-building-sold/", ""),
        ("https://reuters.test/news/ferry?from=/afp/", ""),
        ("https://[contoh/afp/ferry", ""),
        ("", ""),
    ],
)
def test_a_folder_that_is_called_by_an_agency_names_it(url: str, agency: str) -> None:
    assert agency_in_address(url) == agency
    assert read(BODY, "contoh.test", url=url).agency == agency


def test_an_agency_in_the_text_goes_before_one_in_the_address() -> None:
    lines = [*BODY, f"{SENTENCE} (ANTARA/Rina)"]
    assert read(lines, "contoh.test", url="https://contoh.test/reuters/banjir.html").agency == "ANTARA"


def test_sources_in_prose_are_recorded_and_stay() -> None:
    lines = [
        "Harga beras naik, dilansir dari Kabar Timur, Senin (5/1).",
        "Menteri membantah, kata BBC mengutip Reuters.",
        "Warga mengungsi, dikutip dari laman contoh.go.id.",
    ]
    found = read(lines)
    assert found.lines == tuple(lines)
    assert found.sources == ("Kabar Timur", "Reuters", "contoh.go.id")


@pytest.mark.parametrize(
    ("line", "sources"),
    [
        ("Harga naik, dikutip dari Kabar Timur dan Reuters.", ("Kabar Timur", "Reuters")),
        ("Harga naik, dikutip dari Kabar Timur, Antar Nusa, dan Reuters.", ("Kabar Timur", "Antar Nusa", "Reuters")),
        ("Harga naik, dikutip dari Reuters, AFP.", ("Reuters", "AFP")),
        ("Harga naik, dikutip dari Kabar Timur dan contoh.com, katanya.", ("Kabar Timur", "contoh.com")),
        ("Harga naik, dilansir Kabar Timur dan Antar Nusa pada Senin (5/1).", ("Kabar Timur", "Antar Nusa")),
        ("Harga naik, dilansir Kabar Timur dan Antar Nusa, Senin (5/1).", ("Kabar Timur", "Antar Nusa")),
        ("Harga naik, dilansir Kabar Timur dan Ratna Widuri mengeluh.", ("Kabar Timur",)),
        ("Harga naik, dilansir Kabar Timur, Ratna Widuri mengeluh.", ("Kabar Timur",)),
        ("Harga naik, dilansir Kabar Timur Senin (5/1).", ("Kabar Timur",)),
        ("Harga naik, dilansir Times of the Harbour di Jakarta.", ("Times of the Harbour",)),
        ("Harga naik, dikutip dariReuters, Senin (5/1).", ("Reuters",)),
        ("Harga naik, dikutip dari CONTOH.COM.", ("CONTOH.COM",)),
        ("Harga naik, dikutip dari U.Kabar, Senin (5/1).", ("U.Kabar",)),
        ("Harga naik, dikutip dari Kabar.Warga mengeluh.", ("Kabar",)),
        ("Harga naik, dikutip dari contoh.co.idWarga mengeluh.", ("contoh.co.id",)),
        ("Harga naik seperti dikutip media.Warga mengeluh.", ()),
        ("Mengacu pada laporan Kabar Timur, harga naik.", ("Kabar Timur",)),
        ("Laporan Bulanan Desa dibacakan; laporan Budi tidak.", ()),
        ("The ferry, Reuters and the Harbour Gazette reported, was late.", ("Harbour Gazette",)),
        ("He told the Ministry of Harbours what Budi reported.", ()),
        ("The boats were reportedly late, Reuters reportedly said.", ()),
    ],
)
def test_sources_in_prose_are_told_from_persons_and_days(line: str, sources: tuple[str, ...]) -> None:
    found = read([line, *BODY])
    assert found.lines == (line, *BODY)
    assert found.sources == sources


def test_the_own_name_of_a_site_is_no_place_and_no_source() -> None:
    lines = [f"Sungai Lebar – {SENTENCE}", *BODY, f"{SENTENCE} — Sungai Lebar"]
    for found in (read(lines, "sungailebar.test"), read(lines, "sl.test", "Sungai Lebar")):
        assert (found.place, found.outlet, found.credited_source) == ("", "Sungai Lebar", "")
    other = read(lines, "lain.test")
    assert (other.place, other.credited_source) == ("Sungai Lebar", "Sungai Lebar")


def test_a_dateline_that_every_part_of_an_article_repeats_goes_from_each() -> None:
    found = read([f"JAKARTA, CONTOH.com - {SENTENCE}", *BODY, f"JAKARTA, CONTOH.com - {SENTENCE}"])
    assert found.lines == (SENTENCE, *BODY, SENTENCE)


def test_a_credit_glued_to_another_is_read_too() -> None:
    found = read([*BODY, "Artikel ini pertama kali terbit dalam bahasa JermanDiadaptasi oleh WidyaEditor: Savitri A"])
    assert found.lines == BODY
    assert found.editors == ("Savitri A",)


@pytest.mark.parametrize(
    "line", ["By Ratna Widuri", "Oleh Ratna Widuri", "Reporting by Ratna Widuri; editing by Teguh M"]
)
def test_bylines_without_a_colon_are_read(line: str) -> None:
    found = read([line, *BODY])
    assert found.lines == BODY
    assert found.authors == ("Ratna Widuri",)
    assert found.editors == (("Teguh M",) if "editing" in line else ())


@pytest.mark.parametrize("line", ["By Monday the water was gone.", "Oleh karena itu", "By midnight", "By Hand"])
def test_prose_that_begins_like_a_byline_stays(line: str) -> None:
    assert read([line, *BODY]).lines == (line, *BODY)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Rina Wati dan Budi", ["Rina Wati", "Budi"]),
        ("Kontributor Hulu, Budi Santoso", ["Budi Santoso"]),
        ("Kontributor Hulu", ["Kontributor Hulu"]),
        ("pekerjaan yang menuntut ketelitian", []),
        ("", []),
    ],
)
def test_names_are_told_from_prose_and_roles(text: str, names: list[str]) -> None:
    assert names_in(text) == names


@pytest.mark.parametrize(
    "mark", [" \t", "– ", ". — ", "Editor: A ", "dilansir dari ", "; by ", "(ant/", "told The A of "]
)
def test_a_line_of_one_thing_over_and_over_is_read_too(mark: str) -> None:
    assert read([*BODY, mark * 20_000]).lines[: len(BODY)] == BODY


@given(st.lists(st.text(max_size=60), max_size=15), st.text(max_size=12))
def test_every_line_is_kept_or_accounted_for(lines: list[str], site: str) -> None:
    found = read(lines, site)
    touched = [line for line in lines if line and line not in found.lines]
    assert len(touched) <= len(found.removed)
