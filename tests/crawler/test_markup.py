"""Pages as bytes: where their links start from, and in which charset they are where nothing says."""

import pytest

from crawler.markup import base_of, decoded, tree_of
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
