"""The report in other languages: nothing is left untranslated, nothing lost on the way."""

import ast
import inspect
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract
from lxml import html as lxml_html

import dedup.origins
import dedup.report
from dedup import Corpus, Recipe
from dedup.corpus.results import snapshot
from dedup.flowing import Role
from dedup.origins import Confidence, origins
from dedup.records import Relation
from dedup.relations import RELATIONS, reason
from dedup.report import dictionary, pages, reasons, wording
from dedup.report.language import ENGLISH, LANGUAGES, language
from dedup.report.pages import Setting
from dedup.report.parts import plain_moment
from dedup.report.sheets import overview_page, report
from tests.dedup.outlets import press_grouped
from tests.dedup.snapshots import NOON, match, three_outlets

HOME = Path(dedup.report.__file__).parent
KEYWORDS = {"_": None, "gettext": None, "of": None, "marked": None, "many": (1, 2)}
PLACE = re.compile(r"%\((\w+)\)s|<[^>]+>|`[^`]+`")
OTHERS = [code for code in LANGUAGES if code != ENGLISH.code]


def messages() -> set[str]:
    """Return every message of the templates and of the code, the first form of those that speak of a number."""
    found: set[str] = set()
    taken: list[Any]
    for path in (*HOME.glob("*.py"), *HOME.glob("templates/*"), *(HOME.parent / "serving").glob("*.py")):
        with path.open("rb") as stream:
            if path.suffix == ".py":
                taken = [each[1] for each in extract("python", stream, KEYWORDS)]
            else:
                options = {"trimmed": "false", "silent": "false"}
                taken = [each[2] for each in babel_extract(stream, [*KEYWORDS, "trans"], [], options)]
        found |= {said if isinstance(said, str) else str(next(filter(None, said))) for said in taken if said}
    return found


def catalogue(code: str) -> dict[str, list[str]]:
    """Return what is said in a language for each message: its forms."""
    with (HOME / "locale" / f"{code}.po").open("rb") as stream:
        read = read_po(stream, locale=code, abort_invalid=True)
    return {
        message.id if isinstance(message.id, str) else message.id[0]: (
            [message.string] if isinstance(message.string, str) else list(message.string or ())
        )
        for message in read
        if message.id
    }


def places(said: str) -> list[str]:
    return sorted(found[0] for found in PLACE.finditer(said))


@pytest.mark.parametrize("code", OTHERS)
def test_every_message_is_translated_and_none_is_left_over(code: str) -> None:
    said = catalogue(code)
    assert sorted(messages() - said.keys()) == []
    assert sorted(said.keys() - messages()) == []


@pytest.mark.parametrize("code", OTHERS)
def test_translations_keep_what_stands_for_something(code: str) -> None:
    for message, forms in catalogue(code).items():
        for form in forms:
            assert form.strip(), message
            assert places(form) == places(message), message
            assert form.endswith(".") == message.endswith("."), message


def text(page: str) -> str:
    return " ".join(lxml_html.document_fromstring(page).text_content().split())


def test_a_page_speaks_indonesian_with_its_numbers_and_months() -> None:
    found = report(three_outlets())
    setting = Setting(language("id"), ZoneInfo("Asia/Jakarta"))
    shown = text(pages.overview_page(overview_page(found, setting.zone), setting))
    assert "Antara 20 Mar dan 21 Mar 2026, 3 situs menerbitkan 4 artikel. 50% di antaranya naskah asli" in shown
    assert language("id").number(1234567) == "1.234.567"
    assert language("id").decimal(0.65, 2) == "0,65"
    assert wording.date(NOON.replace(month=8), None, language("id")) == "20 Agu 2026"


def test_the_columns_of_tables_are_told_in_indonesian() -> None:
    setting = Setting(language("id"), ZoneInfo("Asia/Jakarta"))
    about = lxml_html.document_fromstring(pages.about_page(Recipe(), setting))
    told = {each.findtext("dt/code"): each.findtext("dd") for each in about.iterfind(".//details//div")}
    assert (
        told["delay_seconds"]
        == "berapa lama kemudian situs itu memuatnya, nilai mediannya; kosong bila tidak diketahui"
    )
    meanings = {column.meaning for table in dictionary.TABLES for column in table.columns}
    assert len(meanings) > 70
    assert sorted(meanings & set(told.values())) == []
    assert {each.get("lang") for each in about.iter("details")} <= {"id", None}


def test_what_a_column_may_hold_is_named_in_every_language() -> None:
    for table, name, values in (
        (dictionary.ARTICLES, "role", [*map(str, Role)]),
        # The same story is told of two families, not of two articles.
        (dictionary.MATCHES, "relation", [str(each) for each in Relation if each is not Relation.SAME_STORY]),
        (dictionary.FAMILIES, "confidence", [*map(str, reversed(Confidence))]),
    ):
        (meaning,) = [column.meaning for column in table.columns if column.name == name]
        for code in LANGUAGES:
            assert language(code).of(meaning).endswith(f": {', '.join(values)}")


def test_messages_have_a_form_for_each_number() -> None:
    assert language("id").many("%(number)s article", "%(number)s articles", 1200) == "1.200 artikel"
    assert [ENGLISH.many("%(number)s article", "%(number)s articles", n) for n in (0, 1, 1200)] == [
        "0 articles",
        "1 article",
        "1,200 articles",
    ]


def test_a_language_that_is_not_there_is_no_language() -> None:
    with pytest.raises(KeyError):
        language("xx")


@pytest.fixture(scope="module")
def pressed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """Yield the corpus of the press, grouped."""
    with press_grouped(tmp_path_factory.mktemp("press")) as corpus:
        yield corpus


def test_reasons_of_the_press_are_all_foreseen(pressed: Corpus) -> None:
    found = snapshot(pressed)
    said = {origin.reason for origin in origins(found).values()} | {match.reason for match in found.matches}
    assert len(said) > 20
    assert sorted(each for each in said if not reasons.foreseen(each)) == []
    for each in said:
        assert reasons.told(each, ENGLISH) == each


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("a.id may have had it before: it has no date", "a.id mungkin memuatnya lebih dulu: tidak bertanggal"),
        ("2 sites name ANTARA as the source", "2 situs menyebut ANTARA sebagai sumber"),
        (
            "a.id was out by 2026-03-20 12:00 UTC, the next, b.id, not before any time",
            "a.id sudah terbit pada 20 Mar 2026 19:00, berikutnya b.id, paling cepat waktu yang tidak diketahui",
        ),
        (
            "the same words from beginning to end; in a text that holds other reports as well",
            "kata-kata yang sama dari awal sampai akhir; dalam naskah yang juga memuat berita lain",
        ),
        ("words that nobody foresaw", "words that nobody foresaw"),
    ],
)
def test_reasons_are_told_in_the_language_and_time_of_the_reader(said: str, told: str) -> None:
    def clock(time: datetime) -> str:
        return plain_moment(time, ZoneInfo("Asia/Jakarta"), language("id"))

    assert reasons.told(said, language("id"), clock) == told


def test_names_without_end_take_no_time_and_are_shown_as_they_came() -> None:
    turns = " names a as the source, but b"
    for said in (f"x names {turns * 100}, which", f"x names {turns * 600}, which as the source!"):
        begun = process_time()
        assert reasons.told(said, language("id")) == said
        # It was 17 s for the longer one.
        assert process_time() - begun < 1
    site, other = "situs " * 40, "lain " * 50
    assert (
        reasons.told(f"{site} names {other} as the source", language("id")) == f"{site} menyebut {other} sebagai sumber"
    )


def test_every_reason_of_an_unknown_origin_is_foreseen() -> None:
    parts = list(ast.walk(ast.parse(inspect.getsource(dedup.origins))))
    calls = [each for each in parts if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)]
    said = [call.args[0] for call in calls if ast.unparse(call.func) == "_unknown"]
    # Some say why before anybody calls it unknown.
    said = [each for each in said if not isinstance(each, ast.Name)]
    said += [each.value for each in parts if isinstance(each, ast.Return) and isinstance(each.value, ast.JoinedStr)]
    found = [filled(each) for each in said]
    assert len(found) > 10
    assert [each for each in found if not reasons.foreseen(each)] == []


def filled(said: ast.expr) -> str:
    """Return what a string of the code says, with a name in each of its places."""
    if isinstance(said, ast.JoinedStr):
        return "".join(map(filled, said.values))
    if isinstance(said, ast.FormattedValue):
        places = {
            "heard.names": "3 sites name",
            "_why(undated)": "it has no date",
            "told": "",
            "', '.join(names)": "a.id, b.id",
        }
        places |= {"'is from a statement' if said.released else 'names no source'": "names no source"}
        return places.get(ast.unparse(said.value), "a.id")
    assert isinstance(said, ast.Constant)
    return str(said.value)


def test_every_reason_of_a_relation_is_foreseen() -> None:
    measures = match("a", "b").measures
    said = {reason(decided, measures, 20, Recipe()) for decided in range(len(RELATIONS))}
    assert sorted(each for each in said if not reasons.foreseen(each)) == []
