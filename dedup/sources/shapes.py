"""From the fields of a row to an Article, by the names that `named` knows."""

import json
import re
from collections.abc import Mapping
from dataclasses import fields as fields_of
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from dedup.records import Article
from dedup.sites import site_of_host
from dedup.sources.moments import day_alone, end_of, moment, tells_no_time
from dedup.sources.named import Fields
from dedup.sources.rows import BadRowError, storable
from dedup.stamped import UPDATED, says_updated

# Own fields that have no other names, and are taken where they fit.
_PLAIN = (
    *("place", "agency", "credited_source", "credited_title"),
    *("published_precision", "published_from", "fetched_url", "archived"),
)
_PLAIN_LISTS = ("sources", "marks")
# A row in which one of these is no string is a bad one, whereas what is wrong with others is left out.
_STRICT = frozenset({"id", "title", "site", "language"})
# A string here is one name, or several with semicolons; elsewhere it is a list only where lists have to be strings.
_NAMES = frozenset({"authors", "section"})
_LONGEST = {"id": 255, "site": 255, "language": 16}
_ADDRESS = re.compile(r"(?!javascript:)[a-z][a-z0-9+.-]*://[^\s]", re.IGNORECASE)
_ON_THE_WEB = re.compile(r"https?:", re.IGNORECASE)
# What names a file or a document, and has no host.
_NAMED = re.compile(r"(?:file|tag|urn):\S", re.IGNORECASE)
_NEARLY = re.compile(r"(?:https?:)?/*((?:[\w-]+\.)+[a-z][\w-]+(?::\d+)?(?:[/?#]\S*)?)", re.IGNORECASE)
_PAGE = re.compile(r"\s*(?:<!doctype\s+html|<html)\b", re.IGNORECASE)
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})[-_][A-Za-z0-9_-]+")
_LISTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")


def article(fields: Mapping[str, Any], zone: tzinfo = UTC, *, flat: bool = False) -> Article:
    """Return the article that a row's fields make; times that name no zone are of `zone`.

    In `flat` rows, which come from tables, lists are strings: `a;b` or JSON. Raises BadRowError, with the reason.
    """
    return _article(Fields(fields, flat), zone)


def read(fields: Mapping[str, Any], zone: tzinfo = UTC, *, flat: bool = False) -> tuple[Article, tuple[str, ...]]:
    """Return the article that `article` does, and which times but that of publication are none, in words."""
    row = Fields(fields, flat)
    found = _article(row, zone)
    unread = (_unread(row, field) for field in ("modified", "fetched") if getattr(found, field) is None)
    return found, tuple(filter(None, unread))


def _article(row: Fields, zone: tzinfo) -> Article:
    url = _url(row)
    text = _text(row)
    host = _host(url)
    published = _published(row, zone)
    more = _more(row)
    if published.precision:
        more.setdefault("published_precision", published.precision)
    more["published_from"] = more.get("published_from") or published.evidence
    return Article(
        url=url,
        text=text,
        title=" ".join(_string(row, "title").split()),
        site=_named_site(row) or _site(host or _string(row, "host").strip()),
        host=host,
        authors=_list(row, "authors"),
        published=published.at,
        modified=_modified(row, zone),
        fetched=_fetched(row, zone),
        language=_language(row),
        id="" if row.theirs else _string(row, "id").strip(),
        section=_section(row),
        tags=_list(row, "tags"),
        editors=_list(row, "editors"),
        site_name=_string(row, "site_name"),
        image=_string(row, "image"),
        **more,
    )


def tidy(found: Article, zone: tzinfo = UTC) -> Article:
    """Return an article made elsewhere as the corpus can hold it: no character that cannot be kept, aware times."""
    changes: dict[str, Any] = {}
    for field in fields_of(found):
        value = getattr(found, field.name)
        if isinstance(value, str):
            changes[field.name] = storable(value)
        elif isinstance(value, tuple):
            changes[field.name] = tuple(map(storable, value))
        elif isinstance(value, datetime):
            changes[field.name] = moment(value, zone)
    return replace(found, **changes)


# --- single fields ----------------------------------------------------------------------------------


def _url(row: Fields) -> str:
    for name, value in row.named("url"):
        found = _one(value)
        if name == "url":
            if found is None:
                raise BadRowError('"url" is not a string')
            found = storable(found).strip()
            # What we exported was good enough for whoever stored it, and comes back as it was.
            return found if row.ours else _page(found)
        if found is not None and _ADDRESS.match(found.strip()):
            return _page(storable(found).strip())
    raise BadRowError('no "url" field')


def _page(url: str) -> str:
    """Return the address of a page without the place on it that it leads to; raises BadRowError where it is none."""
    if not _ON_THE_WEB.match(url):
        if _ADDRESS.match(url) or _NAMED.match(url):
            return url
        raise _no_address(url)
    if not _host(url) or " " in _host(url):
        raise _no_address(url)
    page, _, place = url.partition("#")
    # By these the scripts of some sites tell one page from another.
    return url if place.startswith(("!", "/")) else page


def _no_address(url: str) -> BadRowError:
    nearly = _NEARLY.fullmatch(url)
    meant = f"; did you mean https://{nearly[1]}?" if nearly else ", like https://one.example/berita/1"
    return BadRowError(f'"url" is no address: {url!r:.100}{meant}')


def _named_site(row: Fields) -> str:
    """Return the site that a row names, "" where it names none; a host is of the site that it is of in an address."""
    named = _string(row, "site").strip()
    is_host = "." in named and len(named.split()) == 1
    # What we exported is the site that was asked for.
    return _site(named.lower()) if is_host and not row.ours else named


@lru_cache(maxsize=4096)
def _site(host: str) -> str:
    return site_of_host(host)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError as error:
        raise _no_address(url) from error


def _text(row: Fields) -> str:
    if row.ours:
        return _own_text(row)
    for name, value in row.named("text"):
        found = _joined(value)
        if found is None and name == "text":
            raise BadRowError('"text" is not a string')
        if found is None:
            continue
        if _PAGE.match(found):
            raise BadRowError(f'"{name}" is a web page, not the text on it')
        return storable(found)
    if isinstance(row.own("text"), str):
        raise BadRowError('"text" is empty: a row without a text is no article')
    return _own_text(row)


def _own_text(row: Fields) -> str:
    if isinstance(own := row.own("text"), str):
        return storable(own)
    raise BadRowError('no "text" field' if own is None else '"text" is not a string')


def _joined(value: Any) -> str | None:
    """Return a text, the lines of a list, or those of a fundus body; None for anything else."""
    if isinstance(value, str):
        return value
    lines = _lines(value)
    return "\n".join(lines) if lines else None


def _lines(value: Any) -> list[str] | None:
    """Return all strings of lists and of the objects of a fundus body; None where there is anything else."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if isinstance(value, Mapping):
        # The parts of a body, and those of each of its sections, in their order.
        value = [value[name] for name in ("summary", "headline", "sections", "paragraphs") if value.get(name)]
    if not isinstance(value, list):
        return None
    found: list[str] = []
    for each in value:
        lines = _lines(each)
        if lines is None:
            return None
        found += lines
    return found


def _one(value: Any) -> str | None:
    """Return a string, also as the one in a list, as Scrapy's item loaders leave them, or as a name."""
    if isinstance(value, Mapping):
        value = value.get("name")
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, str) and each.strip()), None)
    return value if isinstance(value, str) else None


def _string(row: Fields, field: str) -> str:
    for name, value in row.named(field):
        if field == "id" and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        found = _one(value)
        if found is None and name == field and field in _STRICT:
            raise BadRowError(f'"{name}" is not a string')
        if found is None:
            continue
        if len(found) > _LONGEST.get(field, len(found)):
            raise BadRowError(f'"{name}" is longer than {_LONGEST[field]} characters')
        return storable(found)
    return ""


def _language(row: Fields) -> str:
    code = _string(row, "language").strip()
    regional = _LANGUAGE.fullmatch(code)
    return regional[1].lower() if regional else code or "und"


def _list(row: Fields, field: str) -> tuple[str, ...]:
    for name, value in row.named(field):
        if isinstance(value, str) and (row.flat or field in _NAMES or ";" in value):
            value = _split(value)
        # JSON-LD has an author's object where there is but one.
        several = value if isinstance(value, list | tuple) else [value if isinstance(value, Mapping) else None]
        names = list(map(_one, several))
        found = tuple(storable(each) for each in names if each is not None)
        if len(found) == len(names):
            return found
        if name == "authors":
            raise BadRowError('"authors" is not a list of strings')
    return ()


def _section(row: Fields) -> str:
    """Return the section, the first where another name holds several."""
    own = row.own("section")
    return storable(own) if own and isinstance(own, str) else next(iter(_list(row, "section")), "")


def _split(value: str) -> list[Any]:
    """Return the list that a string spells: as JSON, as Python would, or with semicolons."""
    value = value.strip()
    if value.startswith("[") and value.endswith("]"):
        try:
            found = json.loads(value)
        except (ValueError, RecursionError):
            return [one or other for one, other in _LISTED.findall(value)]
        return found if isinstance(found, list) else []
    return [each.strip() for each in value.split(";") if each.strip()]


class _Published(NamedTuple):
    """When a row was published; "day" where it names no time, or midnight, as who keeps days only does; by what."""

    at: datetime | None = None
    precision: str = ""
    evidence: str = ""


def _published(row: Fields, zone: tzinfo) -> _Published:
    """Return when a row was published; that of an update, as its words say, only where nothing else tells."""
    changed = _Published()
    for name, value in row.named("published"):
        stated = _unlisted(value)
        found = moment(stated, zone)
        if found is not None:
            told = _Published(found, "day" if tells_no_time(stated) else "", _evidence(stated))
            if not told.evidence:
                return told
            changed = changed if changed.at else told
        elif changed.at is None:
            shown = repr(value)[:100]
            raise BadRowError(f'"{name}" is no time that can be read, like 2025-06-19T14:05:00+07:00: {shown}')
    return changed


def _evidence(stated: Any) -> str:
    return UPDATED if isinstance(stated, str) and says_updated(stated) else ""


def _modified(row: Fields, zone: tzinfo) -> datetime | None:
    # Midnight UTC is what stands for a day, whatever the zone: a moment would make the page older than it is.
    stated = [_unlisted(value) for _, value in row.named("modified")]
    read = (day_alone(value) or moment(value, zone) for value in stated)
    return next((found for found in read if found is not None), None)


def _fetched(row: Fields, zone: tzinfo) -> datetime | None:
    read = (end_of(_unlisted(value), zone) for _, value in row.named("fetched"))
    return next((found for found in read if found is not None), None)


def _unread(row: Fields, field: str) -> str:
    """Return what is wrong with a time that was found nowhere, "" where none is stated."""
    # Under some of the names others keep whether, not when.
    stated = (f'"{name}" is no time: {value!r:.100}' for name, value in row.named(field) if not isinstance(value, bool))
    return next(stated, "")


def _unlisted(value: Any) -> Any:
    return value[0] if isinstance(value, list) else value


def _more(row: Fields) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in _PLAIN:
        if isinstance(value := row.own(name), str):
            found[name] = storable(value)
    for name in _PLAIN_LISTS:
        found[name] = _list(row, name)
    return found
