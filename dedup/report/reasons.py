"""Reasons, which the stages give in English, in the language of the report. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache

from dedup.report.language import Language, marked

# As `origins.py`, `dating.py`, `relations.py`, `merging.py` and `data.py` say it; `%(name)s` stands for what differs.
_SAID = (
    marked("%(reason)s; in a text that holds other reports as well"),
    marked("%(reason)s, and both tell of the same thing"),
    marked("no other site has it, and it names no source"),
    marked("no other site has it, though its text names %(names)s"),
    marked("no other site has it, and it is from a statement"),
    marked("nothing tells when its articles were out"),
    marked("nothing tells when its articles were out, and they name no source"),
    marked("%(site)s names %(name)s in its text and may have it from there"),
    marked("%(site)s may have had it before: %(reason)s"),
    marked("it has no date"),
    marked("dated to the year %(year)s"),
    marked("dated later than it was fetched"),
    marked("dated by its last update alone"),
    marked("%(site)s and %(other)s had it so close together that times do not tell who was first"),
    marked("%(site)s and %(other)s are dated too close to one another, %(name)s to the day alone"),
    marked("%(site)s and %(other)s are dated so far apart that a date may be wrong, or a page old"),
    marked("%(site)s was out by %(time)s, the next, %(other)s, not before %(later)s"),
    marked(
        "%(site)s was out by %(time)s, the next, %(other)s, not before %(later)s; all may have it from one statement"
    ),
    marked("its sites name one another as the source"),
    marked("%(site)s credits an article by its title, which %(names)s have"),
    marked("%(reason)s, but %(site)s credits an article by a title that none of these has"),
    marked("its sites name different sources: %(names)s"),
    marked("%(sites)s sites name %(name)s as the agency; no page of its own is among these"),
    marked("%(sites)s sites name %(name)s as the source; no page of its own is among these"),
    marked("%(site)s names %(name)s as the agency; no page of its own is among these"),
    marked("%(site)s names %(name)s as the source; no page of its own is among these"),
    marked("%(sites)s sites name %(name)s as the source, but %(other)s, which names nobody, had it before"),
    marked("%(site)s names %(name)s as the source, but %(other)s, which names nobody, had it before"),
    marked("%(site)s names %(name)s as the source, but little of its text stands on sites that name nobody"),
    marked("%(sites)s sites name %(name)s, but %(other)s, which names nobody, had it before"),
    marked("%(site)s names %(name)s, but %(other)s, which names nobody, had it before"),
    marked("%(sites)s sites name %(name)s as the source, though its own page is dated later"),
    marked("%(site)s names %(name)s as the source, though its own page is dated later"),
    marked("%(sites)s sites name %(name)s as the source, and it was out before all others"),
    marked("%(site)s names %(name)s as the source, and it was out before all others"),
    marked("%(sites)s sites name %(name)s as the source, and that names %(other)s in its text"),
    marked("%(site)s names %(name)s as the source, and that names %(other)s in its text"),
    marked("%(sites)s sites name %(name)s as the source"),
    marked("%(site)s names %(name)s as the source"),
    marked("a text of fewer than %(words)s words says too little"),
    marked("the same words from beginning to end"),
    marked("the same text"),
    marked("only %(share)s of the shorter text's phrases stand in the longer"),
    marked(
        "one frame with other facts: %(replaced)s numbers replaced in place, %(share)s of the numbers agree",
    ),
    marked("one frame with other facts: %(agree)s of the names and %(share)s of the numbers agree"),
    marked("one site's titles, alike but for the facts filled in"),
    marked("lists of numbers, of which %(share)s agree"),
    marked("%(share)s of what they share is quoted speech"),
    marked(
        "%(share)s of the shorter text stands in the longer, in phrases of at most %(words)s words (likeness %(alike)s)"
    ),
    marked("%(share)s of the shorter text stands in the longer: a part, not the article (likeness %(alike)s)"),
    marked("%(share)s of the shorter text stands in the longer, which is many times as long: a small part of it"),
    marked("%(share)s of the shorter text stands in the longer, most of which is something else"),
    marked(
        "%(share)s of the shorter text stands in the longer, at its end: the background of other news on the same site"
    ),
    marked(
        "%(share)s of the shorter text stands in the longer, inside another report of the same site that begins "
        "otherwise and is mostly new"
    ),
    marked("%(share)s of the shorter text stands in the longer, on the same site (likeness %(alike)s)"),
    marked("%(share)s of the shorter text stands in the longer, in the same order, with small edits only"),
    marked(
        "%(share)s of the shorter text stands in the longer, with parts added, cut, moved or rewritten "
        "(likeness %(alike)s)"
    ),
)
_PLACE = re.compile(r"%\((\w+)\)s")
_TIMES, _ANY_TIME = ("time", "later"), marked("any time")
_MOMENT = rf"\d{{4}}-\d\d-\d\d \d\d:\d\d UTC|{_ANY_TIME}"
# Longer ones are read as they came: names without end would be tried at each of their words.
_LONGEST, _NAME = 4_000, ".{1,300}"
# What a place may hold, where that is not any words.
_HOLDS = {
    "site": _NAME,
    "other": _NAME,
    "name": _NAME,
    "sites": r"\d+",
    "words": r"\d+",
    "replaced": r"\d+",
    "share": r"\d+%",
    "agree": r"\d+%",
    "alike": r"\d+%",
    "year": r"-?\d+",
    "time": _MOMENT,
    "later": _MOMENT,
}


def told(reason: str, language: Language, clock: Callable[[datetime], str] | None = None) -> str:
    """Return a reason in this language; one that nobody foresaw stays as it is.

    Times in it, which are UTC, are shown as `clock` shows them, where one is given.
    """
    found = _foreseen(reason)
    return language.of(found[0], **_values(found[1], language, clock)) if found else reason


def foreseen(reason: str) -> bool:
    """Tell whether a reason is one of those that can be translated."""
    return _foreseen(reason) is not None


@lru_cache(maxsize=10_000)
def _foreseen(reason: str) -> tuple[str, Mapping[str, str]] | None:
    """Return the message that a reason is made from, and what stands in its places."""
    if len(reason) > _LONGEST:
        return None
    for message, pattern in _patterns():
        if found := pattern.fullmatch(reason):
            return message, found.groupdict()
    return None


def _values(found: Mapping[str, str], language: Language, clock: Callable[[datetime], str] | None) -> dict[str, str]:
    values = {}
    for name, value in found.items():
        if name == "reason":
            values[name] = told(value, language, clock)
        elif name in _TIMES:
            values[name] = _time(value, language, clock)
        else:
            values[name] = value
    return values


def _time(said: str, language: Language, clock: Callable[[datetime], str] | None) -> str:
    if said == _ANY_TIME:
        return language.of(_ANY_TIME)
    return clock(datetime.fromisoformat(said.removesuffix(" UTC")).replace(tzinfo=UTC)) if clock else said


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((message, _pattern(message)) for message in _SAID)


def _pattern(message: str) -> re.Pattern[str]:
    parts, place = [], 0
    for each in _PLACE.finditer(message):
        name = each[1]
        parts += [re.escape(message[place : each.start()]), f"(?P<{name}>{_HOLDS.get(name, '.+')})"]
        place = each.end()
    return re.compile("".join(parts) + re.escape(message[place:]))
