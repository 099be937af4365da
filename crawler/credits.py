"""Where an article says it comes from: dateline, bylines, source and syndication credits.

The rules are data, in `credits.toml`. Lines in; the fields and the remaining lines out. What is prose ("dilansir
dari X") is recorded and stays.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import urlsplit

from crawler import credit_words
from crawler.rules import Line, Rule, Rules, places, rules_of

_MIN_SENTENCE_WORDS = 6
_DATELINE_LINES = 3
_MAX_NAME_WORDS = 6
_MAX_BYLINE_WORDS = 40
_MAX_SOURCES = 10
# What is cut from a line stands at its end; looked for in all of it, it took longer than all else.
_LONGEST_SPAN = 120
_GROUP = re.compile(r"\d+$")
_NAME_JOINT = re.compile(r"\s*(?:[,;/|&]|\b(?:dan|and|und|et|y|en)\b)\s*")
_PERSON = re.compile(r"[^\W\d_][\w.'’-]*(?: [\w.'’()-]+){0,4}")
# "5Blogger", but neither "3.54pm" nor "Update 5".
_WITH_DIGIT = re.compile(r"(?=\w*[^\W\d])\w*\d\w*")
_FULL_NAME = r"[A-Z][\w.'’-]*(?:\s(?:[A-Z][\w.'’-]*|bin|binti|van|de|von|al)){1,4}"
# "Copyright 2026 Kabar Timur. All rights reserved.", "© Kabar Timur 2026".
_YEAR = r"(?:19|20)\d\d"
_BEFORE_OWNER = re.compile(rf"[\s©,.]*(?:{_YEAR}(?:\s*[-–,]\s*{_YEAR})*[\s,.]+)?(?:(?:by|the)\s+)*", re.IGNORECASE)
_BEHIND_OWNER = re.compile(rf"\s*\b{_YEAR}\b.*|\.(?:\s.*|$)")
_FIRM = re.compile(r"(?:PT|CV)\b")
_LISTED = re.compile(r",?\s(?:dan|serta)\s|,\s")
_ANYWHERE = frozenset({"anywhere"})
_QUOTES = ' "“”‘’.,;'


@dataclass(frozen=True, slots=True)
class Credits:
    """What an article says of its origin, the lines that remain, and what was taken out and as what.

    `place` and `outlet` come from the dateline. `agency` is a news agency that is credited; `credited_source`
    and `credited_title` name the article this one says it is a copy of; `sources` are those named in prose.
    """

    lines: tuple[str, ...]
    place: str = ""
    outlet: str = ""
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    agency: str = ""
    credited_source: str = ""
    credited_title: str = ""
    sources: tuple[str, ...] = ()
    removed: tuple[tuple[str, str], ...] = ()


def read(lines: Sequence[str], site: str = "", site_name: str = "", url: str = "") -> Credits:
    """Return the credits of an article.

    `site`, its registered domain, and `site_name`, what it calls itself, tell its own name from a place's; a folder in
    `url` may be an agency's, where no line names one.
    """
    found = _Found(site, site_name)
    left = [rest for index, line in enumerate(lines) if (rest := _without_credits(line, index, len(lines), found))]
    left = _without_dateline(left, found)
    _note_mentions(left, found)
    return Credits(
        lines=tuple(left),
        place=_spelled(found.of("place")),
        outlet=found.of("outlet"),
        authors=tuple(found.all("authors")),
        editors=tuple(found.all("editors")),
        agency=found.of("agency") or agency_in_address(url),
        credited_source=found.of("credited_source"),
        credited_title=found.of("credited_title"),
        sources=tuple(found.all("sources")[:_MAX_SOURCES]),
        removed=tuple(found.removed),
    )


def agency_in_address(url: str) -> str:
    """Return the agency that a folder in an address is called by, "" where none is: `/aponline/`, `/wires/pa/`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    # A file's folders are whosever computer it is.
    match = credit_words.wire_folder().search(parts.path) if parts.netloc else None
    name = next(iter(_groups(match).values()), "") if match else ""
    return credit_words.agencies_as_known().get(name.lower(), name.upper())


@cache
def rules() -> tuple[Rule, ...]:
    """Return the rules of `credits.toml` in their order."""
    return rules_of(credit_words.table(), "credits.toml", credit_words.names())


@dataclass(slots=True)
class _Found:
    """What was found so far, while the lines are read."""

    site: str
    site_name: str
    values: dict[str, list[str]] = field(default_factory=dict)
    removed: list[tuple[str, str]] = field(default_factory=list)

    def note(self, name: str, value: str) -> None:
        if value and value not in self.values.setdefault(name, []):
            self.values[name].append(value)

    def of(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    def all(self, name: str) -> list[str]:
        return self.values.get(name, [])

    def is_own(self, name: str) -> bool:
        """Tell whether a name is the site's own: "Kabar Timur" of kabartimur.example."""
        own = {_letters(self.site.partition(".")[0]), _letters(self.site), _letters(self.site_name)}
        return bool(_letters(name)) and _letters(name) in own


def _without_credits(text: str, index: int, count: int, found: _Found) -> str:
    """Return what remains of a line; "" where all of it is a credit."""
    # Bylines stand in tables too: "| Penulis | : Rina Wati |".
    line = Line.at(" ".join(text.replace("|", " ").split()) if "|" in text else text, index, count)
    for rule in _lookup().that_take("line", line):
        if match := rule.pattern.match(line.bare):
            _note(match, found)
            _note_glued_roles(line.bare, found)
            found.removed.append((text, rule.id))
            return ""
    if not {"head", "tail"}.isdisjoint(line.places) and _note_bylines(line, found):
        found.removed.append((text, "byline"))
        return ""
    return _without_spans(text, line, found)


def _without_spans(text: str, line: Line, found: _Found) -> str:
    """Return a line without an agency's name, a source or a byline at its end."""
    for rule in _lookup().that_take("span", line):
        if match := rule.pattern.search(text, max(0, len(text) - _LONGEST_SPAN)):
            _note(match, found)
            found.removed.append((match[0].strip(), rule.id))
            text = text[: match.start()].rstrip()
    match = _roles().glued.search(text) if "tail" in line.places and ":" in text else None
    if match and _note_glued_roles(match[0], found):
        found.removed.append((match[0].strip(), "byline"))
        text = text[: match.start()]
    return text


def _note(match: re.Match[str], found: _Found) -> None:
    """Note what the groups of a pattern caught, each under its field."""
    for group, value in _groups(match).items():
        note = _NOTES.get(group)
        if note:
            note(value, found)
        else:
            found.note(group, value.strip(_QUOTES))


def _note_owner(value: str, found: _Found) -> None:
    """Note the owner of a copyright as agency where it is a known one, or is written in capitals as they are."""
    owner = _BEHIND_OWNER.sub("", _BEFORE_OWNER.sub("", value, count=1)).strip(_QUOTES)
    known = credit_words.agencies("agency", "agency_short").fullmatch(owner) is not None
    in_capitals = owner.isupper() and len(owner.split()) <= _MAX_NAME_WORDS and not _FIRM.match(owner)
    if known or (in_capitals and not found.is_own(owner)):
        found.note("agency", owner)


def _note_wires(value: str, found: _Found) -> None:
    found.note("agency", "/".join(credit_words.agencies("any_agency").findall(value)))


def _note_wires_alone(value: str, found: _Found) -> None:
    found.note("agency", "/".join(credit_words.agencies("agency", "agency_short").findall(value)))


def _note_signed(value: str, found: _Found) -> None:
    if not found.is_own(value):
        found.note("credited_source", value)


def _note_signature(value: str, found: _Found) -> None:
    if not found.all("authors"):
        found.note("authors", value)


_NOTES = {
    "owner": _note_owner,
    "signed": _note_signed,
    "signature": _note_signature,
    "wires": _note_wires,
    "wires_alone": _note_wires_alone,
}


def _groups(match: re.Match[str]) -> dict[str, str]:
    """Return what named groups caught; `place2` is another branch's `place`."""
    return {_GROUP.sub("", name): value for name, value in match.groupdict().items() if value}


# --- bylines ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Roles:
    """Patterns made from the words for roles: one at the start of a text, the next one, one glued to a sentence."""

    first: re.Pattern[str]
    following: re.Pattern[str]
    glued: re.Pattern[str]
    bare: re.Pattern[str]
    words: frozenset[str]


@cache
def _roles() -> _Roles:
    author, editor, other = (credit_words.names()[name] for name in ("author", "editor", "other"))
    anything = "|".join((author, editor, other))
    # Glued together and within a line only words that begin like a heading are roles: "Rina WatiEditor: Savitri".
    headed = "|".join(sorted(credit_words.capitalised("author", "editor", "other"), key=len, reverse=True))
    return _Roles(
        first=re.compile(
            rf"(?:(?P<authors>{author})|(?P<editors>{editor})|(?P<other>{other}))\s*(?:[:：]|(?<=\w by)\s)\s*",
            re.IGNORECASE,
        ),
        following=re.compile(
            rf"(?<=\S)\s*(?=(?:{headed}|Copyright|COPYRIGHT|Sumber)\s*[:：©(])|(?<!\s)\s*;\s*(?=(?i:{anything})\b)"
        ),
        glued=re.compile(rf"(?<=[.!?\"”’)])\s*(?:{headed})\s*[:：]\s*[A-Z][\w.'’-]*(?:,? [A-Z][\w.'’-]*){{0,5}}$"),
        bare=re.compile(
            rf"(?:By|Oleh|Von|Par|Por|Door)\s+(?P<names>{_FULL_NAME}(?:(?:,|\s(?:and|dan|und))\s{_FULL_NAME})*)$"
        ),
        words=frozenset(
            word.lower() for role in ("author", "editor", "other") for word in credit_words.table()["words"][role]
        ),
    )


def _note_bylines(line: Line, found: _Found) -> bool:
    """Note the names of a line that is nothing but roles with names (and a copyright behind them)."""
    if "head" in line.places and _note_bare_byline(line, found):
        return True
    if line.words > _MAX_BYLINE_WORDS or not (":" in line.bare or "：" in line.bare or "by " in line.lower):
        return False
    pieces = _roles().following.split(line.bare.strip("()[]"))
    bylines = [byline for piece in pieces if (byline := _byline(piece))]
    others = [piece for piece in pieces if piece and not _byline(piece)]
    copyrights = [match for piece in others if (match := _copyright().pattern.match(piece))]
    if not bylines or len(copyrights) < len(others):
        return False
    for role, names in bylines:
        for name in names:
            found.note(role, name)
    for match in copyrights:
        _note(match, found)
    return True


def _note_bare_byline(line: Line, found: _Found) -> bool:
    """Note the names of "By Rina Wati", a line without a colon."""
    match = _roles().bare.match(line.bare) if line.words <= 2 * _MAX_NAME_WORDS else None
    for name in names_in(match["names"]) if match else ():
        found.note("authors", name)
    return match is not None


def _note_glued_roles(text: str, found: _Found) -> bool:
    """Note names behind roles anywhere in a line that is a credit anyway; False where there are none."""
    bylines = [byline for piece in _roles().following.split(text) if (byline := _byline(piece.strip()))]
    for role, names in bylines:
        for name in names:
            found.note(role, name)
    return bool(bylines)


def _byline(piece: str) -> tuple[str, list[str]] | None:
    """Return the role ("authors", "editors", "other") and the names of "Editor: X"; None for anything else."""
    match = _roles().first.match(piece)
    names = names_in(piece[match.end() :]) if match else []
    return (match.lastgroup or "other", names) if match and names else None


def names_in(text: str) -> list[str]:
    """Return the names in "Rina Wati dan Budi"; [] where what stands there is no list of names.

    A role among them ("Kontributor Hulu, Budi") is left out.
    """
    pieces = [piece.strip(' ."“”()|-–*') for piece in _NAME_JOINT.split(text)]
    names = [piece for piece in pieces if piece]
    if len(text.split()) > 3 * _MAX_NAME_WORDS:
        return []
    if not all(_PERSON.fullmatch(name) and name[0].isupper() for name in names):
        return []
    return [name for name in names if name.split()[0].lower() not in _roles().words] or names


# --- datelines --------------------------------------------------------------------------------------------------


def _without_dateline(lines: list[str], found: _Found) -> list[str]:
    """Return the lines, the dateline cut from the first one that has it, and from others that repeat it."""
    for index, text in enumerate(lines[:_DATELINE_LINES]):
        line = Line(text, places(index, len(lines)), text, text.lower(), 0)
        for rule in _lookup().that_take("start", line):
            match = rule.pattern.match(text)
            if match and _is_dateline(match, text[match.end() :], found):
                _note_dateline(_groups(match), found)
                return [rest for line in lines if (rest := _without_start(line, match[0], found))]
    return lines


def _without_start(text: str, dateline: str, found: _Found) -> str:
    """Return a line without the dateline; the parts of a paged article each begin with it."""
    if not text.startswith(dateline):
        return text
    found.removed.append((dateline.strip(), "dateline"))
    return text[len(dateline) :]


def _is_dateline(match: re.Match[str], rest: str, found: _Found) -> bool:
    parts = _groups(match)
    if _is_one_of("no_place", parts.get("place", "")) or _is_one_of("no_place", parts.get("name", "")):
        return False
    own = parts.get("own", "")
    if own and not found.is_own(own) and not _is_outlet(own):
        return False
    # An agency's dateline may stand on a line of its own; anything else needs a sentence behind it.
    return (
        len(rest.split()) >= _MIN_SENTENCE_WORDS
        or _UNSPACED.search(rest) is not None
        or (not rest and "agency" in parts)
    )


_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{6}")


def _note_dateline(parts: Mapping[str, str], found: _Found) -> None:
    place = parts.get("place", "")
    name = parts.get("own") or parts.get("name") or ("" if parts.get("outlet") else place)
    if name and (found.is_own(name) or _is_outlet(name)):
        found.note("outlet", name)
        return
    found.note("place", place or name)
    found.note("outlet", parts.get("outlet", ""))
    # What the dateline says goes before what stands at the end.
    if agency := parts.get("agency"):
        found.values["agency"] = [agency, *found.all("agency")]


def _is_outlet(name: str) -> bool:
    return bool(_WITH_DIGIT.fullmatch(name)) or any(_is_one_of("outlet_word", word) for word in name.split())


def _is_one_of(words: str, text: str) -> bool:
    return text.strip().lower() in credit_words.lowered(words)


def _spelled(place: str) -> str:
    """Return "KUALA LUMPUR" as "Kuala Lumpur"; a short name alone (DKI, NTB) stays in capitals."""
    parts = [part.strip() for part in place.split(",")]
    return ", ".join(part.title() if part.isupper() and len(part) > 3 else part for part in parts if part)


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()


def _note_mentions(lines: Sequence[str], found: _Found) -> None:
    """Note the sources that prose names."""
    text = "\n".join(lines)
    for rule in _lookup().that_take("mention", Line(text, _ANYWHERE, text, text.lower(), 0)):
        for line in lines:
            for match in rule.pattern.finditer(line) if rule.has_needs(line.lower()) else ():
                _note_sources(_groups(match), found)


def _note_sources(groups: Mapping[str, str], found: _Found) -> None:
    for name in (groups["sources"], *_LISTED.split(groups.get("more", ""))):
        if len(source := name.rstrip(".,'’-")) > 1:
            found.note("sources", source)


@cache
def _lookup() -> Rules:
    return Rules(rules())


@cache
def _copyright() -> Rule:
    return next(rule for rule in rules() if rule.id == "copyright")
