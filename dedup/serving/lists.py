"""What of stories and families is searched while they are served, and what of it answers a question. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import partial

from dedup.report.inert import shown
from dedup.report.stamps import Stamp, days
from dedup.report.views import FamilyView, Member, Overview, StoryView

ON_A_PAGE = 50
_TITLE, _WORDS, _ASKED = 160, 4_000, 12
_ACCENTS = re.compile("[\u0300-\u036f\u064b-\u065f]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A story (`kind` is s) or family (f) as lists show it, and the words it is found by."""

    kind: str
    id: str
    title: str
    words: str
    sites: tuple[str, ...]
    languages: tuple[str, ...]
    relations: tuple[str, ...]
    first: date | None
    last: date | None
    articles: int
    texts: int


@dataclass(frozen=True, slots=True)
class Lists:
    """All stories and families that have a page, the largest first, and what they can be chosen by."""

    entries: tuple[Entry, ...] = ()
    sites: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for; what is empty leaves nothing out. Pages of answers are counted from 1."""

    words: str = ""
    kind: str = ""
    site: str = ""
    language: str = ""
    relation: str = ""
    since: date | None = None
    until: date | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """One page of the answers, how many there are, and on how many pages they stand."""

    entries: tuple[Entry, ...]
    count: int
    page: int
    pages: int


def lists(seen: Overview, zone: tzinfo | None) -> Lists:
    """Return what is searched of an overview; days are those of `zone`."""
    entries = (*(_story(each, zone) for each in seen.told), *(_family(each, zone) for each in seen.copied))
    return Lists(
        entries,
        tuple(sorted({site for each in entries for site in each.sites})),
        tuple(sorted({code for each in entries for code in each.languages})),
        tuple(sorted({name for each in entries for name in each.relations})),
    )


def question(said: Mapping[str, str]) -> Question:
    """Return what is asked by the fields of a form; what makes no sense asks for nothing."""
    page = said.get("page", "")
    return Question(
        words=said.get("q", "").strip(),
        kind=said.get("kind", "") if said.get("kind") in ("s", "f") else "",
        site=said.get("site", "").strip(),
        language=said.get("language", ""),
        relation=said.get("relation", ""),
        since=_day(said.get("since", "")),
        until=_day(said.get("until", "")),
        page=max(1, int(page)) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )


def find(held: Lists, asked: Question) -> Found:
    """Return the answers on the page that is asked for, the last one where there are not so many."""
    found: Iterable[Entry] = held.entries
    for test in _tests(asked, held.sites):
        found = filter(test, found)
    found = tuple(found)
    pages = max(1, -(-len(found) // ON_A_PAGE))
    page = min(asked.page, pages)
    return Found(tuple(found[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]), len(found), page, pages)


def folded(text: str) -> str:
    """Return `text` as it is searched, here as in the report: small letters without accents."""
    if text.isascii():
        return text.lower()
    return _ACCENTS.sub("", unicodedata.normalize("NFD", text)).lower()


def _tests(asked: Question, sites: Iterable[str]) -> Iterator[Callable[[Entry], bool]]:
    """Yield what an answer has to pass: nothing for what is not asked. Of a site's name a part is enough."""
    if asked.kind:
        yield lambda each: each.kind == asked.kind
    if asked.site:
        part = folded(asked.site)
        wanted = frozenset(site for site in sites if part in folded(site))
        yield lambda each: not wanted.isdisjoint(each.sites)
    if asked.language:
        yield lambda each: asked.language in each.languages
    if asked.relation:
        yield lambda each: asked.relation in each.relations
    if since := asked.since:
        yield lambda each: each.last is not None and each.last >= since
    if until := asked.until:
        yield lambda each: each.first is not None and each.first <= until
    for word in folded(asked.words).split()[:_ASKED]:
        yield partial(_holds, word)


def _holds(word: str, entry: Entry) -> bool:
    return word in entry.words


def _story(story: StoryView, zone: tzinfo | None) -> Entry:
    members = [member for family in story.families for member in family.members]
    said = (story.label, *story.terms, *(family.first.headline for family in story.families), *story.sites)
    return _entry("s", story.id, story.label, said, story.sites, members, story.stamps, zone, len(story.families))


def _family(family: FamilyView, zone: tzinfo | None) -> Entry:
    title, members = family.first.headline, family.members
    said = (title, *(member.headline for member in members), *family.sites)
    return _entry("f", family.id, title, said, family.sites, members, family.stamps, zone, 1)


def _entry(
    kind: str,
    name: str,
    title: str,
    said: Iterable[str],
    sites: tuple[str, ...],
    members: Sequence[Member],
    stamps: Sequence[Stamp],
    zone: tzinfo | None,
    texts: int,
) -> Entry:
    ends = days(stamps, zone)
    return Entry(
        kind=kind,
        id=name,
        title=shown(title[:_TITLE]),
        words=" ".join(dict.fromkeys(folded(" ".join(said)).split()))[:_WORDS],
        sites=sites,
        languages=tuple(sorted({member.article.language for member in members})),
        relations=tuple(sorted({str(member.comparison.relation) for member in members if member.comparison})),
        first=ends[0] if ends else None,
        last=ends[1] if ends else None,
        articles=len(members),
        texts=texts,
    )


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None
