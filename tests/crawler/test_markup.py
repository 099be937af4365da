"""Pages as bytes: where their links start from, in which charset they are where nothing says, and what they state."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.markup import Json, base_of, decoded, json_ld, tree_of
from crawler.page import Page

URL = "https://contoh.test/berita/satu"


def page(body: bytes, url: str = URL) -> Page:
    return Page(url, body, "text/html")


@pytest.mark.parametrize(
    ("base", "found"),
    [
        ('<base href="/">', "https://contoh.test/"),
        ('<base href=" /daerah/ ">', "https://contoh.test/daerah/"),
        ('<base href="//lain.test/">', "https://lain.test/"),
        ('<base href="https://lain.test/a">', "https://lain.test/a"),
        ('<base href="">', URL),
        ('<base target="_blank">', URL),
        ('<base href="javascript:void(0)">', URL),
        ('<base href="https://[1/">', URL),
        ("", URL),
    ],
)
def test_a_base_may_be_relative(base: str, found: str) -> None:
    tree = tree_of(page(f"<html><head>{base}<title>x</title></head><body>y</body></html>".encode()))
    assert tree is not None
    assert base_of(tree, URL) == found


@pytest.mark.parametrize(
    ("text", "charset", "language"),
    [
        ("Mañana llegará el tren a la estación, según dijo el alcalde de la región.", "cp1252", "es"),
        ("A situação na região não mudou, disse o presidente da câmara ontem à noite.", "cp1252", ""),
        ("Où êtes-vous allés, demanda la préfète aux élèves réunis près du théâtre.", "cp1252", ""),
        ("Dalam balapan itu Iñaki Müller dan Søren Ågård finis di depan para pembalap lain.", "cp1252", "id"),
        ("Wczoraj wieczorem mieszkańcy Łodzi zażądali wyjaśnień od władz województwa.", "cp1250", "pl"),
        ("Вчера вечером жители города потребовали объяснений от областных властей.", "cp1251", "ru"),
        ("昨日の夜、市民は市役所の前に集まり、市長に説明を求めた。天気は雨だった。", "shift_jis", ""),
    ],
)
def test_a_page_without_a_charset_is_windows_1252_unless_its_letters_say_otherwise(
    text: str, charset: str, language: str
) -> None:
    lang = f' lang="{language}"' if language else ""
    body = f"<html{lang}><body>{''.join(f'<p>{text}</p>' for _ in range(5))}</body></html>".encode(charset)
    assert text in decoded(page(body))


SAID = '{"@type": "NewsArticle", "headline": "Pasar lama dibuka lagi", "url": "https://contoh.test/1"}'


def stated(script: str) -> list[Json]:
    body = f'<html><head><script type="application/ld+json">{script}</script></head><body>y</body></html>'
    tree = tree_of(page(body.encode()))
    assert tree is not None
    return json_ld(tree)


@pytest.mark.parametrize(
    ("script", "headline"),
    [
        (SAID, "Pasar lama dibuka lagi"),
        (f"<!-- {SAID} -->", "Pasar lama dibuka lagi"),
        (f"//<![CDATA[\n{SAID}\n//]]>", "Pasar lama dibuka lagi"),
        (f"\ufeff {SAID};", "Pasar lama dibuka lagi"),
        (SAID + SAID.replace("lagi", "nanti"), "Pasar lama dibuka lagi"),
        (SAID.replace("lama ", "lama\n\t"), "Pasar lama\n\tdibuka lagi"),
        (SAID.replace("}", ", }"), "Pasar lama dibuka lagi"),
        (f"[{SAID}, ]", "Pasar lama dibuka lagi"),
        (SAID.replace('",', '", // yang lama, "begitu"\n', 1), "Pasar lama dibuka lagi"),
        (SAID.replace("lama", "lama, // ]"), "Pasar lama, // ] dibuka lagi"),
        (SAID.replace("lama", r"\'lama\'"), "Pasar 'lama' dibuka lagi"),
        (SAID.replace("lama", r"lama \\ \" \u0041"), 'Pasar lama \\ " A dibuka lagi'),
        (SAID.replace("lama", '"lama"'), 'Pasar "lama" dibuka lagi'),
        (SAID.replace("lama", '"lama"').replace("}", ", }"), 'Pasar "lama" dibuka lagi'),
        (SAID.replace("Pasar lama", '"Pasar lama"'), '"Pasar lama" dibuka lagi'),
    ],
)
def test_what_a_page_states_is_read_however_carelessly_it_is_written(script: str, headline: str) -> None:
    (said,) = stated(script)
    assert (said["headline"], said["url"]) == (headline, "https://contoh.test/1")


@pytest.mark.parametrize(
    "script", ["", "{", "tidak", '{"a" b', '{"headline": "Pasar, "lama", dibuka"', '"' * 99, "{" * 9_999]
)
def test_what_states_nothing_is_nothing(script: str) -> None:
    assert stated(script) == []


@given(st.recursive(st.text() | st.integers() | st.none(), lambda held: st.dictionaries(st.text(), held), max_leaves=9))
def test_what_is_written_as_it_should_be_is_read_as_it_is_behind_what_is_not(said: object) -> None:
    # No letters but those of ASCII, and no "<": it stands in a script of a page.
    written = json.dumps({"held": said}).replace("<", "\\u003c")
    assert stated(written)[0] == stated(f"[{written}, ]")[0] == {"held": said}
