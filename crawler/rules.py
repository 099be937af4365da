"""Rules about an article's lines, as TOML tables that a person can read and extend.

What stands in such a table is told at the top of `furniture.toml`. Nothing is fetched; a file is read once.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, product
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

Takes: TypeAlias = Literal["line", "span", "start", "mention"]
Cuts: TypeAlias = Literal["", "all", "titles"]
PLACES = ("anywhere", "head", "tail", "last")

_HEAD_LINES = 4
_TAIL_LINES = 8
_LAST_LINES = 3
_PLACES = {
    flags: frozenset({"anywhere", *compress(("head", "tail", "last"), flags)})
    for flags in product((False, True), repeat=3)
}
# What extraction leaves around a line: quotation marks, bullets, the pipes of a table's cells.
_BEFORE = " \t\u00a0|•·▪●*-–—>»›\"“”„'‘’_#=\u200b"
_AFTER = " \t\u00a0|*\"“”'’»›>_\u200b"
_NAME = re.compile(r"\{([a-z_]+)\}")
# Javanese and Sundanese outlets write their articles, but not what stands around them, in their own language.
_FURNISHED_AS = {"jv": "id", "su": "id"}
_ANY_LANGUAGE = frozenset({"", "und"})
_REQUIRED = {
    "id": "a name",
    "pattern": "what is looked for",
    "strips": "a list of at least one line it must strip",
    "keeps": "a list of at least one line it must keep",
}
_ALLOWED: dict[str, Sequence[str]] = {"where": PLACES, "takes": get_args(Takes), "cuts": get_args(Cuts)}
_LISTS = frozenset({"where", "needs", "languages", "sites", "strips", "keeps"})
_KEYS = _LISTS | {"id", "pattern", "takes", "max_words", "cuts"}


class RuleError(ValueError):
    """A table of rules that cannot be used; the message says which file and rule, and what to do."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of line or span, as a table describes it.

    `strips` and `keeps` are its examples; `known` tells what the fields of each of `strips` are, where it has any.
    """

    id: str
    pattern: re.Pattern[str]
    takes: Takes
    where: frozenset[str]
    max_words: int
    needs: tuple[str, ...]
    languages: frozenset[str]
    sites: tuple[str, ...]
    cuts: Cuts
    strips: tuple[str, ...]
    keeps: tuple[str, ...]
    known: tuple[Mapping[str, str], ...]

    def is_for(self, language: str, site: str) -> bool:
        """Tell whether the rule counts for articles of this language (ISO 639-1) on this site (its domain)."""
        language = _FURNISHED_AS.get(language, language)
        if self.languages and language not in self.languages | _ANY_LANGUAGE:
            return False
        return not self.sites or any(site == name or site.endswith(f".{name}") for name in self.sites)

    def may_stand(self, places: frozenset[str], words: int) -> bool:
        """Tell whether a line of so many words may be one of this rule's where it stands."""
        return not self.where.isdisjoint(places) and (not self.max_words or words <= self.max_words)

    def has_needs(self, lower: str) -> bool:
        """Tell whether a line, in lower case, has what the pattern needs: a cheap test before it."""
        return not self.needs or any(map(lower.__contains__, self.needs))


@dataclass(frozen=True, slots=True)
class Line:
    """A line with what all rules ask of it: where it stands, how long it is, itself bare and in lower case."""

    text: str
    places: frozenset[str]
    bare: str
    lower: str
    words: int

    @classmethod
    def at(cls, text: str, index: int, count: int) -> "Line":
        """Return the line that stands at `index` of `count` lines."""
        bare = text.lstrip(_BEFORE).rstrip(_AFTER)
        return cls(text, places(index, count), bare, text.lower(), len(bare.split()))


def places(index: int, count: int) -> frozenset[str]:
    """Return where a line stands: the tail is the last third, or the last lines of a short article."""
    tail = min(count * 2 // 3, count - _TAIL_LINES)
    return _PLACES[index < _HEAD_LINES, index >= tail, index >= count - _LAST_LINES]


class Rules:
    """Rules that are looked up by what they take, where a line stands and how long it is."""

    def __init__(self, rules: Iterable[Rule]):
        self._rules = tuple(rules)
        # Lines of more words are all alike to the rules.
        self._long = 1 + max((rule.max_words for rule in self._rules), default=0)
        # Trying forty rules on every line would cost more than the few patterns that are left.
        self._found: dict[tuple[Takes, frozenset[str], int], tuple[Rule, ...]] = {}

    def that_take(self, what: Takes, line: Line) -> Iterator[Rule]:
        """Yield the rules whose patterns are worth trying on a line, in their order."""
        words = min(line.words, self._long)
        key = (what, line.places, words)
        if key not in self._found:
            self._found[key] = tuple(
                rule for rule in self._rules if rule.takes == what and rule.may_stand(line.places, words)
            )
        for rule in self._found[key]:
            if rule.has_needs(line.lower):
                yield rule


def rules_of(table: Mapping[str, Any], path: Path | str, names: Mapping[str, str] | None = None) -> tuple[Rule, ...]:
    """Return the rules of a table in their order; `names` are what `{name}` in their patterns stands for.

    Raises:
        RuleError: An entry lacks something, its pattern is none, or its own examples contradict it.
    """
    entries = table.get("rule", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise RuleError(f"{path}: write each rule under a line [[rule]]")
    found = tuple(
        _rule(entry, f"{path}: rule {entry.get('id') or number!r}", names or {})
        for number, entry in enumerate(entries, 1)
    )
    twice = {rule.id for rule in found if sum(other.id == rule.id for other in found) > 1}
    if twice:
        raise RuleError(f"{path}: two rules are called {min(twice)!r}: give each its own id")
    return found


def table_of(path: Path) -> dict[str, Any]:
    """Return what a TOML file holds.

    Raises:
        RuleError: The file cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RuleError(f"{path}: {error}") from error


def _rule(entry: Mapping[str, Any], label: str, names: Mapping[str, str]) -> Rule:
    _refuse_slips(entry, label)
    try:
        rule = _made(entry, label, names)
        _try_examples(rule, label)
    except (TypeError, AttributeError, KeyError) as error:
        raise RuleError(f"{label}: a value of the wrong kind: {error}") from error
    return rule


def _made(entry: Mapping[str, Any], label: str, names: Mapping[str, str]) -> Rule:
    strips = [{"line": example} if isinstance(example, str) else example for example in entry["strips"]]
    return Rule(
        id=entry["id"],
        pattern=_pattern(entry["pattern"], label, names),
        takes=entry.get("takes", "line"),
        where=frozenset(entry.get("where", ["anywhere"])),
        max_words=entry.get("max_words", 0),
        needs=tuple(entry.get("needs", ())),
        languages=frozenset(entry.get("languages", ())),
        sites=tuple(entry.get("sites", ())),
        cuts=entry.get("cuts", ""),
        strips=tuple(example["line"] for example in strips),
        keeps=tuple(entry["keeps"]),
        known=tuple({key: value for key, value in example.items() if key != "line"} for example in strips),
    )


def _refuse_slips(entry: Mapping[str, Any], label: str) -> None:
    for key, why in _REQUIRED.items():
        if not entry.get(key):
            raise RuleError(f"{label} has no {key}: {why}")
    if unknown := sorted(set(entry) - _KEYS):
        raise RuleError(f"{label}: {unknown[0]!r} means nothing here; known are {', '.join(sorted(_KEYS))}")
    for key in sorted(_LISTS & set(entry)):
        if not isinstance(entry[key], list):
            raise RuleError(f"{label}: write {key} as a list, in square brackets")
    for key, allowed in _ALLOWED.items():
        if wrong := set(_listed(entry.get(key, []))) - set(allowed):
            raise RuleError(f"{label}: {key} is {min(wrong)!r}; it may be {', '.join(filter(None, allowed))}")


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


def _pattern(text: object, label: str, names: Mapping[str, str]) -> re.Pattern[str]:
    try:
        return re.compile(_NAME.sub(lambda found: f"(?:{names[found[1]]})", str(text)), re.IGNORECASE | re.VERBOSE)
    except KeyError as error:
        raise RuleError(f"{label}: {{{error.args[0]}}} in its pattern stands for nothing") from error
    except re.error as error:
        raise RuleError(f"{label}: its pattern is not a regular expression: {error}") from error


def _try_examples(rule: Rule, label: str) -> None:
    """Check that the pattern finds each of `strips` and, were they in its place, none of `keeps`."""
    for example, wanted in (*((line, True) for line in rule.strips), *((line, False) for line in rule.keeps)):
        if _finds(rule, example) != wanted:
            verb, list_name = ("does not find", "strips") if wanted else ("finds", "keeps")
            raise RuleError(f"{label}: it {verb} this line of its {list_name}: {example!r}")


def _finds(rule: Rule, example: str) -> bool:
    line = Line.at(example, 0, 1)
    if not rule.may_stand(line.places, line.words) or not rule.has_needs(line.lower):
        return False
    if rule.takes == "line":
        return rule.pattern.match(line.bare) is not None
    return (rule.pattern.match if rule.takes == "start" else rule.pattern.search)(example) is not None
