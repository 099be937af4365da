"""Credits that stand in the texts of files: asked for where a row states none; nothing that it states is changed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dedup.records import Article
from dedup.sources import Row, read

URL = "https://a.example/1"
SAID: Mapping[str, Any] = {
    "agency": "ANTARA",
    "credited_source": "",
    "sources": ("Kabar Timur",),
    "place": "Sungai Lebar",
    "authors": ("Ratna",),
    "language": "zz",
}


class Asked:
    """A function that reads credits, and what it was asked."""

    def __init__(self, said: Mapping[str, Any] = SAID) -> None:
        self.said = said
        self.texts: list[tuple[str, str, str, str]] = []

    def __call__(self, *text: str) -> Mapping[str, Any]:
        self.texts.append((text[0], text[1], text[2], text[3]))
        return self.said


def first(file: Path, credit: Asked) -> Article:
    row = next(read(file, credit=credit))
    assert isinstance(row, Row), row
    return row.article


def lines(folder: Path, **said: Any) -> Path:
    file = folder / "a.jsonl"
    file.write_text(json.dumps({"url": URL, "text": "Air naik.\n(ANTARA)", "site_name": "A", **said}))
    return file


def test_a_row_without_credits_gets_those_of_its_text(tmp_path: Path) -> None:
    credit = Asked()
    found = first(lines(tmp_path), credit)
    assert credit.texts == [("Air naik.\n(ANTARA)", "a.example", "A", URL)]
    assert (found.agency, found.sources, found.place, found.authors) == (
        "ANTARA",
        ("Kabar Timur",),
        "Sungai Lebar",
        ("Ratna",),
    )
    assert (found.text, found.language, found.credited_source) == ("Air naik.\n(ANTARA)", "und", "")


@pytest.mark.parametrize(
    "said", [{"agency": "AFP"}, {"credited_source": "B"}, {"credited_title": "Air"}, {"sources": ["B"]}]
)
def test_a_row_that_states_a_credit_is_not_asked_about(tmp_path: Path, said: dict[str, Any]) -> None:
    credit = Asked()
    found = first(lines(tmp_path, **said), credit)
    assert not credit.texts
    assert (found.place, found.authors) == ("", ())


def test_what_a_row_states_stays(tmp_path: Path) -> None:
    found = first(lines(tmp_path, place="Hulu", authors=["Budi"]), Asked())
    assert (found.agency, found.place, found.authors) == ("ANTARA", "Hulu", ("Budi",))


def test_a_text_that_says_nothing_changes_nothing(tmp_path: Path) -> None:
    file = lines(tmp_path)
    assert list(read(file, credit=Asked({"agency": "", "sources": ()}))) == list(read(file))


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_so_do_rows_of_tables(tmp_path: Path, name: str) -> None:
    gap = "\t" if name == "a.tsv" else ","
    (tmp_path / name).write_text(f"url{gap}text{gap}agency\n{URL}{gap}Air naik.{gap}\n")
    assert first(tmp_path / name, Asked()).agency == "ANTARA"


def test_a_text_file_is_asked_before_it_is_cleaned(tmp_path: Path) -> None:
    credit = Asked()
    file = tmp_path / "a.txt"
    file.write_text("Air Naik\n\nAir naik di desa itu.\n(ANTARA)")
    row = next(read(file, clean=lambda text: (text.removesuffix("\n(ANTARA)"), "id"), credit=credit))
    assert isinstance(row, Row), row
    assert [text for text, *_ in credit.texts] == ["Air naik di desa itu.\n(ANTARA)"]
    assert (row.article.text, row.article.language, row.article.agency) == ("Air naik di desa itu.", "id", "ANTARA")
