"""Lines inside an article that are not the article: "Baca Juga: …", cookie notices, comment forms.

The rules are data: `furniture.toml` for all outlets, and a file of the user's for single ones. Lines in, lines out.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import compress
from pathlib import Path

from crawler.rules import Line, Rule, Rules, rules_of, table_of

VARIABLE = "GEMA_FURNITURE"
_OWN_FILE = "seeds/furniture.toml"
_SENTENCE_END = (".", "!", "?", "…")
_AFTER = "\"“”'’»›) "
_MAX_TITLE_WORDS = 20


@dataclass(frozen=True, slots=True)
class Stripped:
    """What is left of an article's lines, and what went: the line or span, and the id of the rule."""

    kept: tuple[str, ...]
    removed: tuple[tuple[str, str], ...]


def strip(lines: Sequence[str], language: str = "", site: str = "") -> Stripped:
    """Return `lines` without furniture.

    `language` (ISO 639-1) leaves out the rules of other languages, `site` (a domain) those of other outlets.

    Raises:
        RuleError: The user's own rules cannot be used; `check` tells before any article is read.
    """
    wanted = _rules_for(language, site, own_path())
    kept: list[str] = []
    removed: list[tuple[str, str]] = []
    for index, text in enumerate(lines):
        line = Line.at(text, index, len(lines))
        rule = _rule_for(line, wanted)
        if rule is None:
            rest, cut = _without_spans(line, wanted)
            removed += cut
            kept += [rest] if rest else []
            continue
        removed.append((text, rule.id))
        following = lines[index + 1 :]
        if rule.cuts and "tail" in line.places and (rule.cuts == "all" or all(map(_is_title, following))):
            removed += [(below, rule.id) for below in following]
            break
    return Stripped(tuple(kept), tuple(removed))


def own_path() -> Path:
    """Return where the user's own rules stand, if there are any: `GEMA_FURNITURE`, or `seeds/furniture.toml`."""
    return Path(os.environ.get(VARIABLE) or _OWN_FILE)


def check() -> int:
    """Return how many rules the user's own file has; 0 where there is none.

    Raises:
        RuleError: A rule in it cannot be used. The message names the file and the rule, and says what to do.
    """
    return len(_own_rules(own_path()))


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules of `furniture.toml` in their order."""
    with_path = files("crawler").joinpath("furniture.toml")
    return rules_of(table_of(Path(str(with_path))), "furniture.toml")


@cache
def _own_rules(path: Path) -> tuple[Rule, ...]:
    return rules_of(table_of(path), path) if path.is_file() else ()


def _rules_for(language: str, site: str, own: Path) -> Rules:
    return _together(language, own, tuple(rule.is_for(language, site) for rule in _own_rules(own)))


@cache
def _together(language: str, own: Path, wanted: tuple[bool, ...]) -> Rules:
    # Shared by all sites that have the same rules of the user's, mostly none: a long crawl sees thousands of sites.
    general = (rule for rule in rules() if rule.is_for(language, ""))
    return Rules((*compress(_own_rules(own), wanted), *general))


def _rule_for(line: Line, wanted: Rules) -> Rule | None:
    """Return the rule that takes the whole line out."""
    return next((rule for rule in wanted.that_take("line", line) if rule.pattern.match(line.bare)), None)


def _without_spans(line: Line, wanted: Rules) -> tuple[str, list[tuple[str, str]]]:
    """Return the line without the spans that rules find, and those spans."""
    text = line.text
    cut: list[tuple[str, str]] = []
    for rule in wanted.that_take("span", line):
        found = [match for match in rule.pattern.finditer(text) if match[0].strip()]
        if found:
            text = _around(found, text)
            cut += [(match[0].strip(), rule.id) for match in found]
    return text, cut


def _around(found: Sequence[re.Match[str]], text: str) -> str:
    """Return what stands before, between and behind the matches."""
    starts = [0, *(match.end() for match in found)]
    ends = [*(match.start() for match in found), len(text)]
    pieces = (text[start:end].strip() for start, end in zip(starts, ends, strict=True))
    return " ".join(filter(None, pieces))


def _is_title(line: str) -> bool:
    return len(line.split()) <= _MAX_TITLE_WORDS and not line.rstrip(_AFTER).endswith(_SENTENCE_END)
