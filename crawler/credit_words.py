"""The words of credits: lists of them, and the pieces of patterns they make up, as `credits.toml` has them."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from crawler.rules import table_of

_PART = re.compile(r"\{([a-z_]+)\}")


@cache
def table() -> dict[str, Any]:
    """Return all of `credits.toml`."""
    return table_of(Path(str(files("crawler").joinpath("credits.toml"))))


@cache
def names() -> dict[str, str]:
    """Return what `{name}` stands for in a pattern: any of some words, or a piece of a pattern."""
    known = {name: _any_of(words) for name, words in table()["words"].items()}
    for name, part in table()["parts"].items():
        known[name] = _PART.sub(lambda found: f"(?:{known[found[1]]})", part)
    return known


@cache
def agencies(*lists: str) -> re.Pattern[str]:
    """Return what finds the agencies of some lists, or of a part, as whole words."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(names()[name] for name in lists)})(?!\w)", re.IGNORECASE | re.VERBOSE)


@cache
def agencies_as_known() -> dict[str, str]:
    """Return agencies as they are written, by their names in small letters."""
    return {name.lower(): name for name in table()["words"]["agency"]}


@cache
def wire_folder() -> re.Pattern[str]:
    """Return what finds the folder of an address that an agency is called by."""
    return re.compile(names()["wire_folder"], re.IGNORECASE | re.VERBOSE)


def _any_of(words: Sequence[str]) -> str:
    # The longest first: "Bandar Lampung" before "Bandar".
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=len, reverse=True))


def capitalised(*lists: str) -> Iterator[str]:
    """Yield patterns of the words of some lists, as they begin a heading."""
    for name in lists:
        for word in table()["words"][name]:
            yield re.escape(word.capitalize()).replace(r"\ ", r"\s+")


@cache
def lowered(words: str) -> frozenset[str]:
    """Return the words of a list in small letters."""
    return frozenset(word.lower() for word in table()["words"][words])
