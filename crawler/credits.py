"""Where an article says it comes from: dateline, bylines, source and syndication credits.

Lines in; the fields and the remaining lines out. What is prose ("dilansir dari X") is recorded and stays.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_MIN_SENTENCE_WORDS = 6
_HEAD_LINES = 3
_TAIL_LINES = 8
_MAX_NAME_WORDS = 6
_MAX_CREDIT_WORDS = 60
_MAX_SOURCES = 10

_DASH = r"(?:--|[-–—])"
_DOMAIN = r"[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z]{2,}){1,3}"
_WORD = r"[A-Z0-9][\w'’./-]*"
_NAME = rf"{_WORD}(?: (?:{_WORD}|di|dan|of|the)){{0,3}}"
_PLACE_WORD = r"[A-Z][\w'’.]*(?:-[A-Z]\w*)*"
_PLACE = rf"{_PLACE_WORD}(?: {_PLACE_WORD}){{0,3}}(?:, {_PLACE_WORD}(?: {_PLACE_WORD}){{0,2}})?"
_DAY = r"(?:,? \(?\d{1,2} [A-Za-z]{3,10}\.?\)?)?"
_AGENCY = r"[A-Z][\w.]*(?:[ /-][A-Z][\w.]*){0,3}"
_STARTS_SENTENCE = r"(?=[\"“‘'(]?[A-Z0-9À-Þ])"
_DATELINES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?P<place>{_PLACE}?){_DAY},? ?\((?P<agency>{_AGENCY})\)\s*{_DASH}\s*",
        rf"(?P<outlet>{_DOMAIN})\s*[,|/]\s*(?P<place>{_PLACE}?){_DAY}\s*{_DASH}\s*",
        rf"(?P<place>{_PLACE}?){_DAY}\s*[,|/]\s*(?P<outlet>{_DOMAIN})\s*{_DASH}\s*",
        rf"(?P<outlet>{_DOMAIN})\s+{_DASH}\s*{_STARTS_SENTENCE}",
        rf"(?P<place>[A-Z][A-Z'’.]+(?: [A-Z][A-Z'’.]+){{0,3}}){_DAY}\s*{_DASH}\s*{_STARTS_SENTENCE}",
        rf"(?P<name>{_NAME}?){_DAY} {_DASH} {_STARTS_SENTENCE}",
    )
)
_OUTLET_WORD = re.compile(
    r"\d|\b(?:info|kabar|berita|news|media|portal|warta|suara|harian|radar|tribun|online|post|times)\b", re.IGNORECASE
)

_AUTHOR = r"pewarta|penulis|reporter|laporan|jurnalis|wartawan|kontributor|oleh|teks|author|writer|written\s+by|by"
_EDITOR = r"editor|penyunting|redaktur|editing|edited\s+by"
_OTHER = (
    r"penerjemah|translator|alih\s+bahasa|fotografer|photographer|videografer|uploader|pengunggah|produser"
    r"|sumber\s+foto"
)
_ROLE = re.compile(rf"(?:(?P<author>{_AUTHOR})|(?P<editor>{_EDITOR})|(?P<other>{_OTHER}))\s*[:：]\s*", re.IGNORECASE)
# "Penulis: Rina WatiEditor: Savitri": spans without a space between them.
_NEXT_ROLE = re.compile(
    r"(?<=\S)\s*(?=(?:Pewarta|Penulis|Reporter|Laporan|Jurnalis|Wartawan|Kontributor|Editor|Penyunting|Redaktur"
    r"|Penerjemah|Fotografer|Uploader|Copyright|COPYRIGHT|Sumber)\s*[:：©(])"
)
_GLUED_ROLE = re.compile(
    r"(?<=[.!?\"”’)])\s*(?:Pewarta|Penulis|Reporter|Editor|Penyunting|Redaktur)\s*[:：]\s*"
    r"[A-Z][\w.'’-]*(?:,? [A-Z][\w.'’-]*){0,5}$"
)
_NAME_JOINT = re.compile(r"\s*(?:[,;/|&]|\b(?:dan|and)\b)\s*")
_PERSON = re.compile(r"[^\W\d_][\w.'’-]*(?: [\w.'’()-]+){0,4}")

_SYNDICATED = re.compile(
    r"(?:artikel|berita|tulisan|konten)\s+ini\s+(?:telah|sudah|pernah|juga)\s+(?:lebih\s+dulu\s+)?"
    r"(?:tayang|terbit|diterbitkan|dipublikasikan|dimuat|naik|dirilis)\s*(?:sebelumnya\s*)?(?:di|pada|dalam|oleh)\s*"
    r"(?P<source>.+?)(?:,?\s+(?:dengan|berjudul|bertajuk)\s*(?:judul)?\s*[:：]?\s*[\"“'‘]?(?P<title>.+?)[\"”'’]?)?[.,;]?$"
    r"|this\s+(?:article|story)\s+(?:was\s+)?(?:originally|first)\s+(?:appeared|published)\s+(?:on|in|by)\s+(?P<english>.+?)\.?$",
    re.IGNORECASE,
)
_SYNDICATED_REST = re.compile(r"[\"”.,]\s*(?:klik|baca|lihat|click|read)\b.*$", re.IGNORECASE)
_SOURCE = re.compile(
    r"(?:sumber|source|sumber\s+berita|dikutip\s+dari)\s*[:：]\s*(?P<source>\S.{1,80}?)\.?$", re.IGNORECASE
)
_COPYRIGHT = re.compile(
    r"(?:copyright|hak\s+cipta)\s*(?=©|\(c\)|dilindungi|(?:19|20)\d\d)(?:©|\(c\))?\s*(?P<first>.*)$|©\s*(?P<second>.{2,80})$",
    re.IGNORECASE,
)
_NOT_OWNER = re.compile(r"\b(?:19|20)\d\d\b.*|[©.]")
_AGENCY_TAIL = re.compile(r"\s+[–—-]\s*(?P<agency>[A-Z]{4,}(?:[ /][A-Z]+){0,2}|Bernama|Reuters|AFP|AP|dpa|Xinhua)\.?$")
_AGENCY_BRACKETS = re.compile(
    r"\s*\((?P<agency>(?:ANTARA|Antara|Ant|AFP|AP|Reuters|REUTERS|Xinhua|Bernama|BERNAMA|dpa|EFE|Kyodo|TASS|Sputnik)"
    r"(?:/[\w .]+)*)\)\.?$"
)
_PROSE_SOURCE = re.compile(
    r"(?:\b[Dd]ilansir|\b[Mm]elansir|\b[Dd]ikutip|\b[Mm]engutip|\b[Mm]enukil|\b[Dd]inukil|\b[Dd]isadur|\b[Dd]ihimpun"
    r"|\b[Dd]irangkum|\b[Mm]enurut laporan|\b[Ll]aporan)\s+(?:(?:dari|oleh|laman|situs|media|kantor berita|resmi)\s+)*"
    rf"(?P<source>{_DOMAIN}|[A-Z][\w&'’-]*(?: [A-Z][\w&'’-]*){{0,3}})"
)
_NOT_A_SOURCE = re.compile(r"(?:Senin|Selasa|Rabu|Kamis|Jumat|Jum'at|Sabtu|Minggu|Khamis|Jumaat|Isnin|Ahad)\b")


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


def read(lines: Sequence[str], site: str = "") -> Credits:
    """Return the credits of an article. `site`, its registered domain, tells its own name from a place's."""
    found = _Found()
    left = [rest for index, line in enumerate(lines) if (rest := _without_credits(line, index, len(lines), found))]
    left = _without_dateline(left, site, found)
    sources = dict.fromkeys(source for line in left for source in _prose_sources(line))
    return Credits(
        lines=tuple(left),
        place=_spelled(found.place),
        outlet=found.outlet,
        authors=tuple(dict.fromkeys(found.authors)),
        editors=tuple(dict.fromkeys(found.editors)),
        agency=found.agency,
        credited_source=found.source,
        credited_title=found.title,
        sources=tuple(sources)[:_MAX_SOURCES],
        removed=tuple(found.removed),
    )


@dataclass(slots=True)
class _Found:
    """What was found so far, while the lines are read."""

    place: str = ""
    outlet: str = ""
    authors: list[str] = field(default_factory=list)
    editors: list[str] = field(default_factory=list)
    agency: str = ""
    source: str = ""
    title: str = ""
    removed: list[tuple[str, str]] = field(default_factory=list)


def _without_credits(line: str, index: int, count: int, found: _Found) -> str:
    """Return what remains of a line; "" where all of it is a credit."""
    # Bylines stand in tables too: "| Penulis | : Rina Wati |".
    bare = " ".join(line.replace("|", " ").split()).strip(" *•_\u200b")
    if _note_syndication(bare, found):
        found.removed.append((line, "syndication"))
        return ""
    tail = index >= min(count - _TAIL_LINES, count * 2 // 3)
    if (tail or index < _HEAD_LINES) and _note_bylines(bare, found):
        found.removed.append((line, "byline"))
        return ""
    if tail and (_note_copyright(bare, found) or _note_source(bare, found)):
        found.removed.append((line, "copyright" if _COPYRIGHT.match(bare) else "source"))
        return ""
    return _without_tail_spans(line, index >= count - _HEAD_LINES, found) if tail else line


def _without_tail_spans(line: str, last: bool, found: _Found) -> str:
    """Return a line of the tail without an agency's name or a byline glued to its end."""
    for pattern in (_AGENCY_TAIL, _AGENCY_BRACKETS) if last else ():
        if match := pattern.search(line):
            found.agency = found.agency or match["agency"]
            found.removed.append((match[0].strip(), "agency"))
            line = line[: match.start()]
    if (match := _GLUED_ROLE.search(line)) and _note_bylines(match[0].strip(), found):
        found.removed.append((match[0].strip(), "byline"))
        line = line[: match.start()]
    return line


def _note_syndication(bare: str, found: _Found) -> bool:
    match = _SYNDICATED.match(_SYNDICATED_REST.sub('"', bare))
    if not match or len(bare.split()) > _MAX_CREDIT_WORDS:
        return False
    found.source = found.source or (match["source"] or match["english"]).strip(' "“”.,')
    found.title = found.title or (match["title"] or "").strip(' "“”')
    return True


def _note_source(bare: str, found: _Found) -> bool:
    match = _SOURCE.match(bare)
    if not match or len(match["source"].split()) > _MAX_NAME_WORDS:
        return False
    found.source = found.source or match["source"].strip(' "“”')
    return True


def _note_copyright(bare: str, found: _Found) -> bool:
    """Note the owner as agency where it is written as agencies write themselves, in capitals."""
    match = _COPYRIGHT.match(bare)
    if not match or len(bare.split()) > _MAX_CREDIT_WORDS:
        return False
    owner = _NOT_OWNER.sub("", match["first"] or match["second"] or "").strip()
    if owner.isupper() and len(owner.split()) <= _MAX_NAME_WORDS:
        found.agency = found.agency or owner
    return True


def _note_bylines(bare: str, found: _Found) -> bool:
    """Note the names of a line that is nothing but roles with names (and a copyright behind them)."""
    pieces = _NEXT_ROLE.split(bare)
    bylines = [byline for piece in pieces if (byline := _byline(piece))]
    others = [piece for piece in pieces if not _byline(piece)]
    if not bylines or any(not _COPYRIGHT.match(piece) for piece in others):
        return False
    for role, names in bylines:
        if role in {"author", "editor"}:
            (found.authors if role == "author" else found.editors).extend(names)
    return all(_note_copyright(piece, found) for piece in others)


def _byline(piece: str) -> tuple[str, list[str]] | None:
    """Return the role ("author", "editor", "other") and the names of "Editor: X"; None for anything else."""
    match = _ROLE.match(piece)
    names = names_in(piece[match.end() :]) if match else []
    return (match.lastgroup or "other", names) if match and names else None


def names_in(text: str) -> list[str]:
    """Return the names in "Rina Wati dan Budi, Kontributor"; [] where what stands there is no list of names."""
    pieces = [piece.strip(' ."“”()|-–*') for piece in _NAME_JOINT.split(text)]
    names = [piece for piece in pieces if piece]
    if len(text.split()) > 3 * _MAX_NAME_WORDS:
        return []
    return names if all(_PERSON.fullmatch(name) and name[0].isupper() for name in names) else []


def _without_dateline(lines: list[str], site: str, found: _Found) -> list[str]:
    """Return the lines, the dateline cut from the first one that has it."""
    for index, line in enumerate(lines[:_HEAD_LINES]):
        for pattern in _DATELINES:
            match = pattern.match(line)
            rest = line[match.end() :] if match else ""
            if match and len(rest.split()) >= _MIN_SENTENCE_WORDS:
                _note_dateline(match.groupdict(), site, found)
                found.removed.append((match[0].strip(), "dateline"))
                return [*lines[:index], rest, *lines[index + 1 :]]
    return lines


def _note_dateline(parts: dict[str, str | None], site: str, found: _Found) -> None:
    found.place = parts.get("place") or ""
    found.outlet = parts.get("outlet") or ""
    found.agency = parts.get("agency") or found.agency
    name = parts.get("name") or (found.place if _is_of(found.place, site) else "")
    if name and (_OUTLET_WORD.search(name) or _is_of(name, site)):
        found.outlet, found.place = name, ""
    elif name:
        found.place = name


def _is_of(name: str, site: str) -> bool:
    """Tell whether a name is the site's own: "Kabar Timur" of kabartimur.example."""
    letters = "".join(filter(str.isalnum, name)).lower()
    return bool(letters) and letters == "".join(filter(str.isalnum, site.partition(".")[0])).lower()


def _spelled(place: str) -> str:
    """Return "KUALA LUMPUR" as "Kuala Lumpur"; a short name alone (DKI, NTB) stays in capitals."""
    parts = [part.strip() for part in place.split(",")]
    return ", ".join(part.title() if part.isupper() and len(part) > 3 else part for part in parts if part)


def _prose_sources(line: str) -> Iterator[str]:
    for match in _PROSE_SOURCE.finditer(line):
        source = match["source"].rstrip(".,'’-")
        if len(source) > 1 and not _NOT_A_SOURCE.match(source):
            yield source
