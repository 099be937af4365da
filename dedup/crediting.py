"""Whom the articles of a family name as their source, and where that leads: to one of their sites, or outside. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dedup.records import Article
from dedup.representative import names, spellings


@dataclass(frozen=True, slots=True)
class Outside:
    """A source that has no page in the family: its shortest spelling, which is what tells it from others."""

    spelling: str


@dataclass(frozen=True, slots=True)
class Credits:
    """Who names whom; a site is called by its domain, or by the id of its article where that has none.

    `roots` are those who are named and name nobody themselves. `called` is what outside sources are called,
    `agencies` those of them that are named as news agencies, `stated` whom not only prose names.
    """

    naming: Mapping[str, frozenset[str | Outside]]
    called: Mapping[Outside, str]
    agencies: frozenset[Outside]
    stated: frozenset[str | Outside]

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


def home(article: Article) -> str:
    """Return what an article's site is called here."""
    return article.site or article.id


def credits_of(members: Sequence[Article]) -> Credits:
    """Return who names whom among these articles, whatever their order.

    An agency and a credited source count wherever they are; who is named in prose, or by the title of its article,
    only where it is one of the sites.
    """
    known: defaultdict[str, set[str]] = defaultdict(set)
    titled: defaultdict[str, set[str]] = defaultdict(set)
    for member in members:
        for name in names(member):
            known[name].add(home(member))
        titled[_folded(member.title)].add(home(member))
    naming: defaultdict[str, set[str | Outside]] = defaultdict(set)
    written: defaultdict[Outside, set[str]] = defaultdict(set)
    agencies, stated = set(), set()
    for member in members:
        for credit, is_agency in _stated(member):
            for source in _meant(credit, member, known):
                naming[home(member)].add(source)
                stated.add(source)
                if isinstance(source, Outside):
                    written[source].add(credit)
                    agencies |= {source} if is_agency else set()
        naming[home(member)] |= _in_prose(member, known) or _by_title(member, titled)
    called = {source: min(said, key=lambda each: (len(each), each)) for source, said in written.items()}
    found = {name: frozenset(sources) for name, sources in naming.items()}
    return Credits(found, called, frozenset(agencies), frozenset(stated))


def _stated(article: Article) -> Iterator[tuple[str, bool]]:
    # Behind a comma stands what is no name: "detikSumut, baca di sini".
    agency, credited = (each.partition(",")[0].strip() for each in (article.agency, article.credited_source))
    yield agency, True
    # Who carries a wire and says from whom he took it, names the agency as where it is from.
    if not agency:
        yield credited, False


def _meant(credit: str, article: Article, known: Mapping[str, set[str]]) -> set[str | Outside]:
    """Return the sites that go by a name, else the source outside; nobody where an article names its own site."""
    # "AP" is too short to tell a site by, and yet an agency.
    spelled = spellings(credit) or {word for word in [_folded(credit)] if word}
    if not spelled or (spelled | _editions(spelled, credit)) & names(article):
        return set()
    found = _sites(spelled, article, known) or _sites(_editions(spelled, credit), article, known)
    return found or {Outside(min(spelled, key=lambda each: (len(each), each)))}


def _in_prose(article: Article, known: Mapping[str, set[str]]) -> set[str | Outside]:
    named = [spellings(source) for source in (*article.sources, article.credited_source)]
    return {site for each in named if not each & names(article) for site in _sites(each, article, known)}


def _editions(spelled: Iterable[str], credit: str) -> set[str]:
    """Return the names of which one written in a word may be an edition: "detikJabar" is one of detik."""
    if len(credit.split()) > 1:
        return set()
    return {name[:end] for name in spelled for end in range(_LEAST_OF_EDITION, min(len(name), _LONGEST_NAME))}


# A shorter beginning is that of other names too, and nobody is called by a longer one.
_LEAST_OF_EDITION, _LONGEST_NAME = 5, 60


def _by_title(article: Article, titled: Mapping[str, set[str]]) -> set[str | Outside]:
    if not article.credited_title or article.credited_source:
        return set()
    others = titled.get(_folded(article.credited_title), set()) - {home(article)}
    return set(others) if len(others) == 1 else set()


def _sites(spelled: Iterable[str], article: Article, known: Mapping[str, set[str]]) -> set[str | Outside]:
    return {site for name in spelled for site in known.get(name, ()) if site != home(article)}


def _folded(title: str) -> str:
    return " ".join(title.casefold().split())
