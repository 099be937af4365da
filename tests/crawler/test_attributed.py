"""What `dedup import` is told of texts that came without credits: where they say they are from."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.attributed import fields
from crawler.furniture import VARIABLE
from dedup import Article

BODY = "Air sungai meluap dan merendam tiga desa di hilir sejak Senin malam, kata kepala desa.\n" * 6
NOTHING = {"agency": "", "credited_source": "", "credited_title": "", "sources": (), "place": "", "authors": ()}
URL = "https://contoh.test/berita/1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{BODY}(ANTARA/Rina)", {"agency": "ANTARA"}),
        (f"{BODY}Warga mengungsi. (hulu/ant)\nBaca Juga: Panen Raya Bawang", {"agency": "ant"}),
        (f"{BODY}Sumber: Antar Nusa", {"credited_source": "Antar Nusa"}),
        (
            f'{BODY}Artikel ini telah tayang di Antar Nusa dengan judul "Banjir Rendam Desa"',
            {"credited_source": "Antar Nusa", "credited_title": "Banjir Rendam Desa"},
        ),
        (f"Harga naik, dilansir Kabar Timur, Senin (5/1).\n{BODY}", {"sources": ("Kabar Timur",)}),
        (
            f"SUNGAI LEBAR, CONTOH.test — {BODY}Penulis: Ratna Widuri",
            {"place": "Sungai Lebar", "authors": ("Ratna Widuri",)},
        ),
        (BODY, {}),
        ("", {}),
    ],
)
def test_a_text_says_where_it_is_from(text: str, said: dict[str, object]) -> None:
    assert fields(text, "contoh.test", "", URL) == {**NOTHING, **said}


def test_site_name_and_address_count() -> None:
    signed = f"{BODY}Warga mengungsi. — Kabar Hulu"
    assert fields(signed, "contoh.test", "", URL)["credited_source"] == "Kabar Hulu"
    assert fields(signed, "contoh.test", "Kabar Hulu", URL)["credited_source"] == ""
    assert fields(BODY, "contoh.test", "", "https://contoh.test/wires/afp/1/banjir")["agency"] == "AFP"
    assert fields(BODY, "reuters", "", "file:///home/reuters/texts/1.txt")["agency"] == ""


def test_rules_of_the_users_that_are_none_keep_nothing_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.toml").write_text("[[rule]]\nid = 'x'\n")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "own.toml"))
    assert fields(f"{BODY}(ANTARA/Rina)", "contoh.test", "", URL)["agency"] == "ANTARA"


@given(st.text(max_size=400))
def test_any_text_gives_what_an_article_holds(text: str) -> None:
    assert Article(url=URL, text=text, **fields(text, "", "", URL))  # type: ignore[arg-type]
