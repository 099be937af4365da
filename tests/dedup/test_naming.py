"""What names of sources mean: editions by region, and what only looks like one."""

import pytest

from dedup.naming import agency_called, edition_of, known_by, mean_one, named


@pytest.mark.parametrize(
    "credit",
    [
        *(
            "hilirbali",
            "hilirBali",
            "HilirBali",
            "hiliraceh",
            "hilirriau",
            "hilirjakarta",
            "hilirbanten",
            "hilirlampung",
        ),
        *("hilirpapua", "hilirjambi", "hilirgorontalo", "hilirsulbar", "hilirsumbagsel", "hilirjogja", "hilirsolo"),
        *("hilirmedan", "hilirbandung", "hilirsurabaya", "hilirjatim"),
    ],
)
def test_a_region_behind_a_name_makes_an_edition(credit: str) -> None:
    assert mean_one(edition_of(credit), known_by("hilir.example"))


@pytest.mark.parametrize(
    "credit", ["hulubali", "hilirnusa", "bali", "hilir", "hilir bali", "hilirbali.example", "kembali", ""]
)
def test_a_short_beginning_and_another_ending_make_none(credit: str) -> None:
    assert not edition_of(credit)


@pytest.mark.parametrize("credit", ["kabarbali", "kabarBali", "suarapapua", "mediasolo", "radarmedan", "KABARBALI"])
def test_a_word_of_many_outlets_is_no_site_that_has_editions(credit: str) -> None:
    assert not edition_of(credit)
    assert mean_one(named(credit), known_by(f"{credit.lower()}.example"))


def test_a_longer_name_that_begins_like_a_word_of_many_outlets_has_editions() -> None:
    assert mean_one(edition_of("mediahulubali"), known_by("mediahulu.example"))


@pytest.mark.parametrize(
    ("credit", "agency"),
    [
        ("PA", "PA"),
        ("Press Association", "PA"),
        ("ant", "Antara"),
        ("Antara Foto", "Antara"),
        ("LKBN Antara", "Antara"),
        ("Agence France-Presse", "AFP"),
        ("www.reuters.com", "Reuters"),
        ("english.news.cn", "Xinhua"),
        ("en.yna.co.kr", "Yonhap"),
        ("upi.edu", ""),
    ],
)
def test_an_agency_is_known_however_it_is_written(credit: str, agency: str) -> None:
    assert agency_called(credit) == agency
