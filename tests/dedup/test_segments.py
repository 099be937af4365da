"""Words, quotations, numbers and names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import segments


def test_words_are_normalised_and_keep_their_places() -> None:
    text = "Harga ＢＢＭ naik 10.000, kata “Bupati” Siti."
    words = segments.words(text)
    assert words.words == ("harga", "bbm", "naik", "10", "000", "kata", "bupati", "siti")
    assert [text[start:end] for start, end in zip(words.starts, words.ends, strict=True)][1] == "ＢＢＭ"


def test_scripts_without_spaces_give_one_word_a_character() -> None:
    assert segments.words("新华社 echo").words == ("新", "华", "社", "echo")


def test_combining_marks_stay_with_their_letters() -> None:
    assert segments.words("cafe\u0301 हिन्दी").words == ("café", "हिन्दी")


@pytest.mark.parametrize("unseen", ["\u00ad", "\u200b", "\u2060", "\ufeff", "\u200e", "\u034f", "\ufe0f", "\U000e0041"])
def test_what_is_not_seen_is_nothing_inside_a_word(unseen: str) -> None:
    words = segments.words(f"Ban{unseen}jir me{unseen}landa, 中{unseen}国")
    assert words.words == ("banjir", "melanda", "中", "国")
    assert (words.starts, words.ends) == ((0, 8, 18, 20), (7, 16, 20, 21))


def test_joiners_tell_words_apart() -> None:
    assert segments.words("می\u200cخواهم क्\u200dष").words == ("می", "خواهم", "क्", "ष")


def test_what_stands_in_quotation_marks_is_quoted() -> None:
    words = segments.words('Ia berkata, “Kami siap,” lalu pergi. "Betul," kata Ani.')
    quoted = [word for word, inside in zip(words.words, words.quoted, strict=True) if inside]
    assert quoted == ["kami", "siap", "betul"]


def test_a_quotation_ends_with_its_paragraph() -> None:
    words = segments.words("“Kami siap\nbesok pagi")
    assert words.quoted == (True, True, False, False)


def test_a_single_straight_mark_quotes_nothing() -> None:
    assert not any(segments.words('layar 14" itu mahal\nsekali').quoted)


def quoted(text: str) -> str:
    words = segments.words(text)
    return " ".join(word for word, inside in zip(words.words, words.quoted, strict=True) if inside)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ia berkata, ‘Kami siap,’ lalu pergi.", "kami siap"),
        ("‘We’re ready, it’s the lads’ turn,’ she said.", "we re ready it s the lads"),
        ("They’re ready. It’s the lads’ turn in the ‘90s.", ""),
        ("Jum‘at itu para lads’ pulang.", ""),
        ("‘Kami siap\nbesok", ""),
        ("Kata Ani: ‘Kami siap.\n\n‘Besok juga,’ katanya.", "kami siap besok juga"),
        ("''Kami siap,'' kata Ani dari O'Hare, don't ''", "kami siap"),
        ("tinggi 6'2'' dan ''siap''", "siap"),
        ("＂Kami siap,＂ kata Ani", "kami siap"),
    ],
)
def test_single_doubled_and_wide_marks_quote_and_apostrophes_do_not(text: str, said: str) -> None:
    assert quoted(text) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('Kata Ani: "Kami siap.\n "Besok juga," katanya.', "kami siap besok juga"),
        ('Kata Ani: "Kami siap.\nBesok juga," katanya.', ""),
        ('Layar 14" itu mahal.\n"Kami siap," kata Ani', "kami siap"),
        ('Layar 14" dan 15" itu mahal, "kami siap," kata Ani', "kami siap"),
        ('"Siap," kata Ani" lalu pergi.\n"Besok," katanya', "siap besok"),
    ],
)
def test_speech_in_straight_marks_runs_on_where_the_next_paragraph_opens_again(text: str, said: str) -> None:
    assert quoted(text) == said


@given(st.text())
def test_any_text_has_words_that_stand_where_they_say(text: str) -> None:
    words = segments.words(text)
    assert len(words.words) == len(words.starts) == len(words.ends) == len(words.quoted)
    assert all(0 <= start < end <= len(text) for start, end in zip(words.starts, words.ends, strict=True))
    assert list(words.starts) == sorted(words.starts)
