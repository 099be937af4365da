"""Lines inside an article that are not the article: "Baca Juga: …", cookie notices, comment forms.

The rules are data, in `furniture.toml`; here is how they are applied. Lines in, lines out; nothing is fetched.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

Cuts: TypeAlias = Literal["", "all", "titles"]

_HEAD_LINES = 4
_TAIL_LINES = 8
# What extraction leaves around a line: quotation marks, bullets, the pipes of a table's cells.
_BEFORE = " \t\u00a0|•·▪●*-–—>»›\"“”„'‘’_#="
_AFTER = " \t\u00a0|\"“”'’»›>"
_SENTENCE_END = (".", "!", "?", "…")
_MAX_TITLE_WORDS = 20


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of furniture, as `furniture.toml` describes it."""

    id: str
    pattern: re.Pattern[str]
    where: frozenset[str]
    inline: bool
    max_words: int
    languages: frozenset[str]
    cuts: Cuts
    strips: tuple[str, ...]
    keeps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stripped:
    """What is left of an article's lines, and what went: the line or span, and the id of the rule."""

    kept: tuple[str, ...]
    removed: tuple[tuple[str, str], ...]


def strip(lines: Sequence[str], language: str = "") -> Stripped:
    """Return `lines` without furniture; `language` (ISO 639-1) leaves out the rules of other languages."""
    wanted = [rule for rule in rules() if not rule.languages or language in rule.languages | {"", "und"}]
    kept: list[str] = []
    removed: list[tuple[str, str]] = []
    for index, line in enumerate(lines):
        rule = _rule_for(line, index, len(lines), wanted)
        if rule is None:
            line, spans = _without_spans(line, index, len(lines), wanted)
            removed += spans
            if line:
                kept.append(line)
            continue
        removed.append((line, rule.id))
        rest = lines[index + 1 :]
        if rule.cuts and _is_tail(index, len(lines)) and (rule.cuts == "all" or all(map(_is_title, rest))):
            removed += [(following, rule.id) for following in rest]
            break
    return Stripped(tuple(kept), tuple(removed))


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules of `furniture.toml` in their order."""
    text = files("crawler").joinpath("furniture.toml").read_text(encoding="utf-8")
    return tuple(map(_rule, tomllib.loads(text)["rule"]))


def _rule(entry: dict[str, Any]) -> Rule:
    where = frozenset(entry["where"])
    return Rule(
        id=entry["id"],
        pattern=re.compile(entry["pattern"], re.IGNORECASE | re.VERBOSE),
        where=where,
        inline="inline" in where or entry.get("inline", False),
        max_words=entry.get("max_words", 0),
        languages=frozenset(entry.get("languages", ())),
        cuts=entry.get("cuts", ""),
        strips=tuple(entry["strips"]),
        keeps=tuple(entry["keeps"]),
    )


def _rule_for(line: str, index: int, count: int, wanted: Sequence[Rule]) -> Rule | None:
    """Return the rule that takes the whole line out."""
    bare = line.lstrip(_BEFORE).rstrip(_AFTER)
    words = len(bare.split())
    for rule in wanted:
        if not rule.inline and words <= rule.max_words and _stands(rule, index, count) and rule.pattern.match(bare):
            return rule
    return None


def _without_spans(line: str, index: int, count: int, wanted: Sequence[Rule]) -> tuple[str, list[tuple[str, str]]]:
    """Return the line without the spans that inline rules find, and those spans."""
    spans: list[tuple[str, str]] = []
    for rule in wanted:
        if not rule.inline or not _stands(rule, index, count):
            continue
        found = [match[0].strip() for match in rule.pattern.finditer(line) if match[0].strip()]
        if found:
            line = _joined(rule.pattern.split(line))
            spans += [(span, rule.id) for span in found]
    return line, spans


def _joined(pieces: Sequence[str]) -> str:
    return " ".join(piece.strip() for piece in pieces if piece and piece.strip())


def _stands(rule: Rule, index: int, count: int) -> bool:
    return any(place in rule.where for place in _places(index, count))


def _places(index: int, count: int) -> Iterator[str]:
    yield "anywhere"
    yield "inline"
    if index < _HEAD_LINES:
        yield "head"
    if _is_tail(index, count):
        yield "tail"


def _is_tail(index: int, count: int) -> bool:
    """Tell whether a line stands in the last third, or among the last lines of a short article."""
    return index >= min(count * 2 // 3, count - _TAIL_LINES)


def _is_title(line: str) -> bool:
    return len(line.split()) <= _MAX_TITLE_WORDS and not line.rstrip(_AFTER).endswith(_SENTENCE_END)
