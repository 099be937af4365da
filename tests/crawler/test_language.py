"""Which language a text is in; the kin of Indonesian included."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.language import detect

SHARED = Path(os.environ.get("GEMA_SHARED", Path(__file__).parents[2].parent / "shared"))
TEXTS = {
    "id": "Warga desa itu mengatakan bahwa mereka tidak bisa pulang karena jembatan sudah putus sejak kemarin sore.",
    "ms": "Polis berkata kedua-dua suspek ditahan di sebuah rumah selepas pihaknya menerima aduan daripada orang awam.",
    "jv": "Warga desa kuwi ora bisa mulih amarga kreteg wis pedhot wiwit wingi sore, lan saiki padha ngenteni.",
    "en": "The council voted on Thursday to repair the sea wall before the winter storms arrive in the harbour.",
    "de": "Der Stadtrat hat am Donnerstag beschlossen, die Mauer am Hafen vor den Stürmen des Winters zu erneuern.",
    "zh": "政府今天宣布了一项新的经济政策，旨在促进农村地区的发展和改善人民的生活水平，专家对此表示欢迎和支持。",
}


@pytest.mark.parametrize(("language", "text"), TEXTS.items(), ids=TEXTS.keys())
def test_a_sentence_is_enough(language: str, text: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize("text", ["", "   ", "12.30 – 14.00", "KUALA LUMPUR", "Rp 6.201.600"])
def test_what_cannot_be_told_is_undetermined(text: str) -> None:
    assert detect(text) == "und"


def test_capitals_do_not_matter() -> None:
    assert detect(TEXTS["ms"].upper()) == "ms"


@settings(max_examples=50)
@given(st.text(max_size=120))
def test_every_text_has_one_answer(text: str) -> None:
    assert detect(text) == detect(text)


@pytest.mark.parametrize(
    ("name", "language"), [("malay/articles-dev.jsonl", "ms"), ("indonews/indonews_docs.jsonl", "id")]
)
@pytest.mark.skipif(not (SHARED / "data").is_dir(), reason="the measuring data is not here (GEMA_SHARED)")
def test_of_a_hundred_articles_at_most_one_is_wrong(name: str, language: str) -> None:
    with (SHARED / "data" / name).open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    some = texts[:: max(1, len(texts) // 120)]
    right = sum(detect(text) == language for text in some)
    assert right >= 0.99 * len(some)
