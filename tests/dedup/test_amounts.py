"""Numbers are what they say, however they are written; compiled or not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.amounts import NUMBER
from dedup.characters import CODES, DECIMAL, characters
from dedup.cutting import by_words


def numbers(text: str) -> list[int]:
    return [int(number) for number in by_words([text]).numbers]


@pytest.mark.parametrize(
    "ways",
    [
        ("Rp1.250.000.000", "1,25 miliar", "1.25 billion", "1.250 juta", "1,250 million"),
        ("Rp500 ribu", "Rp 500.000", "500rb", "0,5 juta", "500.000,00"),
        ("pukul 07.30", "pukul 7:30", "7.3"),
        ("07:30:00", "7.30.00"),
        ("Senin (03/06/2025)", "Senin (3/6/2025)"),
        ("1,250.5", "1.250,50"),
        ("0,05", "0.050"),
        ("12", "１２", "012"),
        ("0", "0,00", "00"),
        ("5\u00a0Juta orang", "5 juta orang", "5.000.000 orang"),
    ],
)
def test_one_number_is_one_however_it_is_written(ways: tuple[str, ...]) -> None:
    assert len({tuple(numbers(way)) for way in ways}) == 1
    assert len(numbers(ways[0])) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2 juta", "2 miliar"),
        ("2", "2 juta"),
        ("1,25", "125"),
        ("1.250", "1,25"),
        ("3/6", "3.6"),
        ("0,05", "0,5"),
        ("100", "10"),
        # The unit stands behind it, in one line and as a word of its own.
        ("2 juta", "2\njuta"),
        ("2 juta", "2 jutaan"),
        ("2 juta", "2 jutaé"),
        ("2 juta", "2 (juta)"),
        ("1.2.3", "1.2"),
        ("192.168.1.1", "192.168.1.2"),
    ],
)
def test_other_numbers_are_others(one: str, other: str) -> None:
    assert numbers(one) != numbers(other)


def test_a_number_in_another_script_is_what_is_written() -> None:
    assert len(numbers("٣٤")) == 1
    assert numbers("٣٤") != numbers("٣٥")


def test_a_digit_is_one_to_whoever_reads_a_text_as_text_and_to_the_tables() -> None:
    every = [chr(code) for code in range(CODES) if not 0xD800 <= code < 0xE000]
    assert [one for one in every if NUMBER.match(one)] == [
        one for one in every if characters().traits[ord(one)] & DECIMAL
    ]


UNITS = {"ribu": 3, "juta": 6, "miliar": 9, "triliun": 12}


@given(st.integers(1, 10**15), st.sampled_from(list(UNITS)))
def test_digits_and_words_say_one_number(value: int, unit: str) -> None:
    whole, rest = divmod(value, 10 ** UNITS[unit])
    decimals = f"{rest:0{UNITS[unit]}}".rstrip("0")
    # Three decimals behind a point are thousands.
    if len(decimals) == 3:
        decimals += "0"
    in_words = f"{whole},{decimals} {unit}" if decimals else f"{whole} {unit}"
    ways = [str(value), f"{value:,}".replace(",", "."), f"{value:,}", f"{value:,}.00", in_words]
    assert len({tuple(numbers(way)) for way in ways}) == 1
    assert numbers(str(value)) != numbers(str(value + 1))


@given(st.text(st.sampled_from("0123456789.,:/ a\nRpjt\u0661"), max_size=40))
def test_there_are_as_many_as_stand_in_a_text(text: str) -> None:
    assert len(numbers(text)) == len(NUMBER.findall(text))
