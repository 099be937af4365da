"""Which language a text is in; the kin of Indonesian included."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.language import detect, tell
from tests.shared import SHARED

TEXTS = {
    "id": "Warga desa itu mengatakan bahwa mereka tidak bisa pulang karena jembatan sudah putus sejak kemarin sore.",
    "ms": "Polis berkata kedua-dua suspek ditahan di sebuah rumah selepas pihaknya menerima aduan daripada orang awam.",
    "jv": "Warga desa kuwi ora bisa mulih amarga kreteg wis pedhot wiwit wingi sore, lan saiki padha ngenteni.",
    "su": "Warga désa éta teu bisa mulang lantaran jambatan geus pegat ti kamari soré, jeung ayeuna ngadagoan parahu.",
    "en": "The council voted on Thursday to repair the sea wall before the winter storms arrive in the harbour.",
    "de": "Der Stadtrat hat am Donnerstag beschlossen, die Mauer am Hafen vor den Stürmen des Winters zu erneuern.",
    "zh": "政府今天宣布了一项新的经济政策，旨在促进农村地区的发展和改善人民的生活水平，专家对此表示欢迎和支持。",
    "is": "Bæjarstjórnin ákvað á fimmtudag að gera við varnargarðinn áður en vetrarstormarnir ganga yfir höfnina.",
    "km": "ក្រុមប្រឹក្សាបានសម្រេចកាលពីថ្ងៃព្រហស្បតិ៍ថានឹងជួសជុលជញ្ជាំងសមុទ្រមុនពេលព្យុះរដូវរងាមកដល់កំពង់ផែ។",
}
LONG = {code: " ".join(8 * [text]) for code, text in TEXTS.items()}


@pytest.mark.parametrize(("language", "text"), TEXTS.items(), ids=TEXTS.keys())
def test_a_sentence_is_enough(language: str, text: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("text", ["", "   ", "12.30 – 14.00", "KUALA LUMPUR", "Rp 6.201.600"])
def test_what_cannot_be_told_is_undetermined(text: str) -> None:
    assert detect(text) == "und"


@pytest.mark.parametrize("language", TEXTS)
def test_a_long_text_is_told_by_passages_from_all_of_it(language: str) -> None:
    assert tell(LONG[language]).code == language


@pytest.mark.parametrize(("one", "other"), [("id", "en"), ("en", "id"), ("ms", "de"), ("de", "en")])
def test_a_text_half_in_another_language_is_mixed(one: str, other: str) -> None:
    told = tell(f"{LONG[one]}\n{LONG[other]}")
    assert (told.code, told.mixed) == ("und", True)


@pytest.mark.parametrize(("most", "little"), [("id", "en"), ("en", "id"), ("ms", "zh"), ("jv", "en")])
def test_a_foreign_lead_or_quotation_does_not_speak_for_the_text(most: str, little: str) -> None:
    beginning = f"{TEXTS[little]} {LONG[most]}"
    middle = f"{LONG[most]} {TEXTS[little]} {LONG[most]}"
    assert {tell(beginning), tell(middle)} == {tell(LONG[most])}


def test_kin_side_by_side_are_not_called_mixed() -> None:
    assert tell(f"{LONG['id']}\n{LONG['ms']}").code in {"id", "ms"}


def test_what_the_page_declares_decides_between_kin_where_the_text_leaves_it_open() -> None:
    neutral = "Mereka pulang ke rumah pada malam hari dan tidur sampai pagi."
    assert detect(neutral, "id") == "id"
    assert detect(neutral, "ms") == "ms"


@pytest.mark.parametrize("declared", ["en", "ms", "de", "xx", ""])
def test_what_the_page_declares_does_not_overrule_a_clear_text(declared: str) -> None:
    assert detect(LONG["id"], declared) == "id"


@pytest.mark.parametrize("declared", ["id", "en"])
def test_what_the_page_declares_is_not_taken_for_what_is_too_short(declared: str) -> None:
    assert detect("KUALA LUMPUR, 23 Okt.", declared) == "und"


def test_an_acronym_and_a_drink_make_no_sundanese() -> None:
    text = "Ketua NU dan warga minum teh di teras masjid setelah rapat, lalu mereka pulang karena hari sudah sore."
    assert detect(text) == "id"


def test_capitals_do_not_matter() -> None:
    assert detect(TEXTS["ms"].upper()) == "ms"


@settings(max_examples=50)
@given(st.text(max_size=120))
def test_every_text_has_one_answer(text: str) -> None:
    assert detect(text) == detect(text)


MEASURED = [
    ("malay/articles-dev.jsonl", "ms"),
    ("indonews/indonews_docs.jsonl", "id"),
    ("stories/events-dev.jsonl", "en"),
]


@pytest.mark.parametrize(("name", "language"), MEASURED)
@pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="the measuring data is not here (GEMA_SHARED)")
def test_of_a_hundred_articles_at_most_one_is_wrong(name: str, language: str) -> None:
    with (SHARED / "data" / name).open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    some = texts[:: max(1, len(texts) // 120)]
    right = sum(detect(text) == language for text in some)
    assert right >= 0.99 * len(some)
