"""Whom the articles of a family name as their source, and where that leads: to one of their sites, or outside. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from operator import or_
from typing import NamedTuple

from dedup.naming import Names, agency_called, edition_of, known_by, mean_one, named, names_of
from dedup.records import Article


@dataclass(frozen=True, slots=True)
class Outside:
    """A source that has no page in the family: its shortest spelling, which is what tells it from others."""

    spelling: str


@dataclass(frozen=True, slots=True)
class Credits:
    """Who names whom; a site is called by its domain, or by the id of its article where that has none.

    `roots` are those who are named and name nobody themselves. `called` is what outside sources are called,
    `agencies` those of them that are named as news agencies, `stated` whom not only prose names, or an edition's name.
    `vague` are sites that name nobody but credit an article of another by its title: with the several sites that have
    that title, or with none. `mentioned` is whom else the prose of sites names, none of these sites: from where the
    text may be, or only what it says of something.
    """

    naming: Mapping[str, frozenset[str | Outside]]
    called: Mapping[Outside, str]
    agencies: frozenset[Outside]
    stated: frozenset[str | Outside]
    vague: Mapping[str, frozenset[str]]
    mentioned: Mapping[str, tuple[str, ...]]

    @property
    def roots(self) -> frozenset[str | Outside]:
        """Where the credits lead."""
        named = {source for sources in self.naming.values() for source in sources}
        return frozenset(source for source in named if isinstance(source, Outside) or not self.naming.get(source))

    @property
    def agree(self) -> bool:
        """Whether all who name somebody come, from one to the next, to where the credits lead."""
        reached: set[str | Outside] = set(self.roots)
        more = True
        while more:
            found = {site for site, sources in self.naming.items() if sources & reached}
            more = not found <= reached
            reached |= found
        return all(site in reached for site, sources in self.naming.items() if sources)

    @property
    def released(self) -> bool:
        """Whether prose says that it is from a statement or a release, which many are given."""
        return any(_STATEMENT.match(name) for names in self.mentioned.values() for name in names)

    def names_in(self, site: str) -> list[str]:
        """Return whom the prose of a site names, statements aside."""
        return [name for name in self.mentioned.get(site, ()) if not _STATEMENT.match(name)]

    def outlet_in(self, site: str) -> str:
        """Return the agency or the domain that the prose of a site names, "" where it names none."""
        names = self.mentioned.get(site, ())
        return next((name for name in names if agency_called(name) or named(name).domains), "")


def home(article: Article) -> str:
    """Return what an article's site is called here."""
    return article.site or article.id


def credits_of(members: Sequence[Article]) -> Credits:
    """Return who names whom among these articles, whatever their order.

    An agency and a credited source count wherever they are; who is named in prose, or by the title of its article,
    only where it is one of the sites. An agency may be signed for as an author is.
    """
    known, titled = _known(members), _titled(members)
    said = [(member, *credit) for member in members for credit in _stated(member)]
    alone = {
        each.source
        for member, credit, _ in said
        if not _parts(credit, member, known)
        for each in _meant(credit, member, known)
    }
    naming: defaultdict[str, set[str | Outside]] = defaultdict(set)
    written: defaultdict[Outside, set[str]] = defaultdict(set)
    agencies, stated = set(), set()
    for member, credit, is_agency in said:
        for source, words, as_edition in _meant_by_all(credit, member, known, alone):
            naming[home(member)].add(source)
            stated |= set() if as_edition else {source}
            if isinstance(source, Outside):
                written[source].add(agency_called(words) or words)
                agencies |= {source} if is_agency else set()
    vague: defaultdict[str, set[str]] = defaultdict(set)
    for member in members:
        prose, carriers = _in_prose(member, known), _carriers(member, titled)
        naming[home(member)] |= prose or (carriers if len(carriers) == 1 else set())
        if not prose and len(carriers) != 1 and _credits_another(member, titled):
            vague[home(member)] |= carriers
    called = {source: min(words, key=lambda each: (len(each), each)) for source, words in written.items()}
    # Its pages may go by several names, and name one another by these.
    found = {name: frozenset(sources - {name}) for name, sources in naming.items()}
    unsure = {name: frozenset(carriers) for name, carriers in vague.items() if not found[name]}
    return Credits(found, called, frozenset(agencies), frozenset(stated), unsure, _mentioned(members, known))


class _Meant(NamedTuple):
    """Whom a credit means, the words that do, and whether they name but an edition of it."""

    source: str | Outside
    words: str
    as_edition: bool = False


class _Known:
    """Sources by their names."""

    def __init__(self) -> None:
        self._whole: defaultdict[str, set[str | Outside]] = defaultdict(set)
        self._short: defaultdict[str, set[str | Outside]] = defaultdict(set)

    def add(self, source: str | Outside, called: Names) -> None:
        for held, spelled in ((self._whole, called.whole), (self._short, called.short)):
            for name in spelled:
                held[name].add(source)

    def meant(self, called: Names) -> set[str | Outside]:
        """Return the sources that `naming.mean_one` with these names, without asking each."""
        met = [self._whole.get(name, ()) for name in called.whole | called.short]
        return set().union(*met, *(self._short.get(name, ()) for name in called.whole))


def _known(members: Sequence[Article]) -> _Known:
    """Return the sites, and what is credited by a domain that none of them has."""
    known = _Known()
    for member in members:
        known.add(home(member), names_of(member))
    said = [part for member in members for credit, _ in _stated(member) for part in (credit, *_split(credit))]
    credited = {domain for part in said for domain in named(part).domains}
    for domain in sorted(domain for domain in credited if not known.meant(named(domain))):
        known.add(Outside(domain), known_by(domain))
    return known


def _titled(members: Iterable[Article]) -> Mapping[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for member in members:
        found[_folded(member.title)].add(home(member))
    return found


def _stated(article: Article) -> Iterator[tuple[str, bool]]:
    agency, credited = map(_named_in, (article.agency, article.credited_source))
    # Who carries a wire and says from whom he took it, names the agency as where it is from.
    if agency or credited:
        yield agency or credited, bool(agency or all(agency_called(part) for part in _split(credited) or [credited]))
    elif signed := _signed(article):
        yield signed, True


def _named_in(credit: str) -> str:
    """Return a credit as far as it is of names: behind a comma seldom stands one, "detikSumut, baca di sini"."""
    return credit.strip() if all(map(_is_source, _split(credit))) else credit.partition(",")[0].strip()


def _is_source(name: str) -> bool:
    """Tell whether a name is that of an agency or a domain, whatever stands beside it."""
    return bool(agency_called(name) or named(name).domains)


def _split(credit: str) -> list[str]:
    """Return what a slash, else a comma or an "and" parts in a credit, nothing where there is none."""
    parts = [part.strip() for part in (credit.split("/") if "/" in credit else _AND.split(credit))]
    return parts if len(parts) > 1 else []


def _parts(credit: str, article: Article, known: "_Known") -> list[str]:
    """Return the names of the several sources that a credit has, none where it has one.

    A slash parts sources; "dan" may stand in a name. It parts those of which one is known, if the others look like one.
    """
    parts = _split(credit)
    if "/" in credit or not parts:
        return parts
    own, whole = names_of(article), named(credit)
    if mean_one(whole, own) or known.meant(whole):
        return []
    met = [_is_source(part) or mean_one(named(part), own) or bool(known.meant(named(part))) for part in parts]
    alike = [part[:1].isupper() or " " not in part for part in parts]
    return parts if any(met) and all(map(or_, met, alike)) else []


def _signed(article: Article) -> str:
    """Return the agency that stands where an author does: "Antara - newsroom"."""
    names = (author.partition(" -")[0].strip() for author in article.authors)
    # Two letters, or three small ones, are somebody's initials.
    told = (name for name in names if len(name) > 3 or (name.isupper() and len(name) == 3))
    return next((name for name in told if agency_called(name)), "")


def _meant_by_all(credit: str, article: Article, known: _Known, alone: Set[str | Outside]) -> Sequence[_Meant]:
    """Return whom a credit to one or to several means: "Antara/Reuters" those of them that others name alone.

    Where nobody does, the two are one source; and who names itself and another has it from the other.
    """
    parts = _parts(credit, article, known)
    if not parts:
        return _meant(credit, article, known)
    found = [each for part in parts for each in _meant(part, article, known)]
    if any(mean_one(named(part), names_of(article)) for part in parts):
        return found
    kept = [each for each in found if each.source in alone or not isinstance(each.source, Outside)]
    if kept:
        return kept
    # However they are joined, and in whatever order.
    joint = _meant("/".join(sorted(parts, key=str.casefold)), article, known)
    return [each._replace(words=credit) for each in joint]


def _meant(credit: str, article: Article, known: _Known) -> Sequence[_Meant]:
    """Return the sites that go by a name, else the source outside; nobody where an article names its own site."""
    called, edition, own = named(credit), edition_of(credit), names_of(article)
    if not called or mean_one(called, own):
        return ()
    if found := known.meant(called):
        return [_Meant(source, credit) for source in found]
    if mean_one(edition, own):
        return ()
    found = known.meant(edition) or {Outside(called.shortest)}
    return [_Meant(source, credit, as_edition=not isinstance(source, Outside)) for source in found]


def _in_prose(article: Article, known: _Known) -> set[str | Outside]:
    called = [named(source) for source in (*article.sources, article.credited_source)]
    own = names_of(article)
    found = {source for each in called if not mean_one(each, own) for source in known.meant(each)}
    return {source for source in found if not isinstance(source, Outside)}


def _mentioned(members: Iterable[Article], known: _Known) -> Mapping[str, tuple[str, ...]]:
    """Return whom the prose of each site names that is none of these sites: agencies as they are called here."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for member in members:
        own = names_of(member)
        for source in member.sources:
            names = named(source)
            inside = any(not isinstance(each, Outside) for each in known.meant(names))
            if not (inside or mean_one(names, own) or mean_one(edition_of(source), own)):
                found[home(member)].add(agency_called(source) or source)
    return {name: tuple(sorted(sources)) for name, sources in found.items()}


def _carriers(article: Article, titled: Mapping[str, Set[str]]) -> Set[str]:
    """Return the other sites that have an article of the title that is credited."""
    if not article.credited_title or article.credited_source:
        return set()
    return titled.get(_folded(article.credited_title), set()) - {home(article)}


def _credits_another(article: Article, titled: Mapping[str, Set[str]]) -> bool:
    """Tell whether an article credits but a title, and not one of its own site: outlets sign their own pages so."""
    title = _folded(article.credited_title)
    return bool(title) and not article.credited_source and home(article) not in titled.get(title, ())


_AND = re.compile(r"\s*[,&]\s*(?:(?:dan|and)\s+)?|\s+(?:dan|and)\s+", re.IGNORECASE)
_STATEMENT = re.compile(
    r"(?:keterangan|siaran|rilis|pernyataan|kenyataan|prospektus|statement|(?:press|news|media) (?:release|statement))"
    r"\b",
    re.IGNORECASE,
)


def _folded(title: str) -> str:
    return " ".join(title.casefold().split())
