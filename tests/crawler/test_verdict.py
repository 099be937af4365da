"""The verdict on a run: a run that finds nothing does not look like a quiet day."""

import pytest

from crawler.verdict import BUG, FINE, NOTHING, STORAGE, verdict

GOOD = {"listings/asked": 3, "listings/answered": 2, "listings/named": 40}


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        (GOOD, FINE),
        ({}, FINE),
        (GOOD | {"listings/answered": 0, "listings/named": 0}, NOTHING),
        (GOOD | {"listings/named": 0}, NOTHING),
        (GOOD | {"bugs": 1}, BUG),
        (GOOD | {"lost": 2}, BUG),
    ],
)
def test_counts_decide_the_exit_code(counts: dict[str, int], code: int) -> None:
    assert verdict(counts).exit_code == code


def test_a_full_disk_is_worse_than_all_else_and_is_named() -> None:
    found = verdict(GOOD | {"bugs": 1}, OSError("No space left on device"))
    assert found.exit_code == STORAGE
    assert "No space left on device" in found.words
