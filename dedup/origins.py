"""Who published a family first, by evidence: in what order it came out, how sure that is, and why. Pure.

Credits come before times: who says whose text it is, knows. Times tell the rest, where they are apart by more than
clocks are wrong. What the texts share never tells the direction alone; it can confirm one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

from dedup.crediting import Credits, Outside, credits_of, home
from dedup.dating import CLOCKS, ZONES, Span, span
from dedup.naming import agency_called
from dedup.records import Article, Match, Snapshot, as_found
from dedup.representative import age
from dedup.taken import Shares

# A copy so much later is rarer than a wrong date, or than an original that was published again.
_OLD = timedelta(days=30)
# Evidence that is meant as the time of the article: others may be the time of something beside it, or of anything.
_FIRM = frozenset({"json-ld", "meta", "time"})


class Confidence(IntEnum):
    """How sure an origin is.

    `CERTAIN`: credits that nothing speaks against, of several sites or confirmed by times; or times so far apart that
    not even a wrong time zone turns them around, confirmed by what the texts share. `LIKELY`: one kind of evidence, and
    none against it. `UNKNOWN`: too little, or one thing says this and another that.
    """

    UNKNOWN = 0
    LIKELY = 1
    CERTAIN = 2

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in the account of its family: when it came out, and how much of it stands in the origin's article.

    `taken` lies in 0..1, None where that is not known or is mere phrases, and for the origin. `apart`: it is of the
    family by another member's text and no copy of the origin's, of whose site it names nothing as its source.
    """

    article: Article
    span: Span
    taken: float | None = None
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Who had a family first: its `article`, None where that is not known or not collected; what it is called.

    `name` is that of the site, or of an agency or another source outside, "" where nothing is known. `account` are all
    articles: the origin first, then in the order in which they were surely out. `released`: the text may be a statement
    that all were given; then who was out first is no source of the others.
    """

    confidence: Confidence
    reason: str
    name: str
    article: Article | None
    account: tuple[Entry, ...]
    released: bool = False

    @property
    def known(self) -> bool:
        """Whether the evidence carries an origin at all."""
        return self.confidence is not Confidence.UNKNOWN

    @property
    def outside(self) -> bool:
        """Whether it is a source whose own page is not among these articles."""
        return self.known and self.article is None

    @property
    def source(self) -> str:
        """The site that had it first, or what the source outside is called; "" where nothing is known."""
        return home(self.article) if self.article else self.name


def origin(members: Sequence[Article], matches: Iterable[Match] = ()) -> Origin:
    """Return who published these articles' text first, of which there is at least one, whatever their order."""
    shares = Shares(members, matches)
    by_home: defaultdict[str, list[Entry]] = defaultdict(list)
    for member in sorted(members, key=_surely_out):
        by_home[home(member)].append(Entry(member, span(member)))
    sites = {name: _Site(name, tuple(entries)) for name, entries in by_home.items()}
    said = credits_of(members)
    by_credits = said.roots or any(said.naming.values())
    found = _by_credits(sites, said, shares) if by_credits else _by_times(sites, said, shares)
    if found.source in said.vague:
        found = _doubted(found, sites[found.source], [sites[name] for name in sorted(said.vague[found.source])])
    of_origin = sites[found.source].articles if found.source in sites else []
    article = of_origin[0] if of_origin else None
    account = sorted((entry for site in sites.values() for entry in site.entries), key=lambda e: _surely_out(e.article))
    account.sort(key=lambda entry: entry.article is not article)
    apart = shares.apart(of_origin) - {each.id for each in members if found.source in said.naming[home(each)]}
    taken = [
        Entry(each.article, each.span, shares.told(each.article, article), each.article.id in apart) for each in account
    ]
    name = _called(article) if article else found.source
    return Origin(found.confidence, found.reason, name, article, tuple(taken), found.released)


def origins(snapshot: Snapshot) -> Mapping[str, Origin]:
    """Return the origin of every family of which there are articles, by the family's id."""
    homes = {member: family.id for family in snapshot.families for member in family.members}
    known, seen = snapshot.articles, snapshot.first_seen
    inside: defaultdict[str, list[Match]] = defaultdict(list)
    for match in snapshot.matches:
        if match.a in homes and homes[match.a] == homes.get(match.b):
            inside[homes[match.a]].append(match)
    return {
        family.id: origin(present, inside.get(family.id, ()))
        for family in snapshot.families
        if (present := [as_found(known[name], seen.get(name)) for name in family.members if name in known])
    }


@dataclass(frozen=True, slots=True)
class _Found:
    confidence: Confidence
    reason: str
    source: str = ""
    released: bool = False


@dataclass(frozen=True, slots=True)
class _Site:
    """What a site has of the family: its earliest article first."""

    home: str
    entries: tuple[Entry, ...]

    @property
    def first(self) -> Entry:
        return self.entries[0]

    @property
    def articles(self) -> list[Article]:
        return [entry.article for entry in self.entries]

    @property
    def name(self) -> str:
        return _called(self.first.article)

    @property
    def latest(self) -> datetime | None:
        """By when it surely had it."""
        return self.first.span.latest

    @property
    def earliest(self) -> datetime | None:
        """Before when it had not; None where one of its articles may be of any time."""
        times = [entry.span.earliest for entry in self.entries]
        known = [time for time in times if time]
        return min(known) if len(known) == len(times) else None

    def lead(self, other: "_Site") -> timedelta | None:
        """Return how long it surely had it before another site; None where nothing tells."""
        return other.earliest - self.latest if other.earliest and self.latest else None

    def leads(self, others: Iterable["_Site"]) -> bool:
        return all((lead := self.lead(other)) is not None and lead > CLOCKS for other in others)


_Sites = Mapping[str, _Site]


def _unknown(reason: str) -> _Found:
    return _Found(Confidence.UNKNOWN, reason)


# --- credits ----------------------------------------------------------------------------------------


def _by_credits(sites: _Sites, said: Credits, shares: Shares) -> _Found:
    named = sorted(said.called.get(root, "") if isinstance(root, Outside) else sites[root].name for root in said.roots)
    if not named:
        return _unknown("its sites name one another as the source")
    if len(named) > 1 or not said.agree:
        return _unknown(f"its sites name different sources: {', '.join(named)}")
    (root,) = said.roots
    others = sorted((name, site) for name, site in sites.items() if name != root)
    heard = _Heard(
        [site for name, site in others if root in said.naming[name]],
        [site for name, site in others if said.naming[name] or name in said.vague],
        [site for name, site in others if not said.naming[name] and name not in said.vague],
    )
    return _outside(root, said, heard, shares) if isinstance(root, Outside) else _inside(sites[root], said, heard)


class _Heard(NamedTuple):
    """Sites beside the one that is named as the source.

    `witnesses` name it themselves. `creditors` name anybody, or credit a title: who has it from a witness repeats what
    that says, and makes it no surer. `silent` name nobody.
    """

    witnesses: Sequence[_Site]
    creditors: Sequence[_Site]
    silent: Sequence[_Site]

    @property
    def known(self) -> int:
        """How many sites name the source, at least: articles of no known site may all be of one."""
        return len({site.first.article.site for site in self.witnesses})

    @property
    def names(self) -> str:
        """Who names the source, and the verb."""
        return f"{self.witnesses[0].name} names" if self.known == 1 else f"{self.known} sites name"

    def before(self, others: Sequence[_Site], agency: bool, released: bool = False) -> "_Site | None":
        """Return who names nobody and had it before these others, the first of them: not who carries a wire unsigned.

        A wire may be carried unsigned; of one who signs it, half a day and more after that, nobody else tells. Nor does
        anybody of what was `released`: who had it before may have it from where the agency has it.
        """
        early = [site for site in self.silent if site.leads(others)]
        first = min(early, key=lambda site: (site.latest or _NEVER, site.home), default=None)
        if first is None or not agency:
            return first
        told = released or (first.lead(self.witnesses[0]) or timedelta()) >= ZONES
        return first if self.known == 1 and told else None

    def alone(self, shares: Shares) -> bool:
        """Tell whether a single site names the source, and all who name nobody share little with it."""
        (witness, *more), silent = self.witnesses, self.silent
        return not more and bool(silent) and all(shares.little(witness.articles, site.articles) for site in silent)


def _outside(root: Outside, said: Credits, heard: _Heard, shares: Shares) -> _Found:
    """A source that is not collected: an agency, or what a site says it has the text from."""
    name, agency = said.called[root], root in said.agencies
    reason = f"{heard.names} {name} as {'the agency' if agency else 'the source'}; no page of its own is among these"
    # Whose prose names the agency may well have it from there.
    quiet = [site for site in heard.silent if name not in map(agency_called, said.mentioned.get(site.home, ()))]
    unnamed = heard._replace(silent=quiet)
    if early := unnamed.before(heard.creditors, agency, said.released):
        return _unknown(f"{heard.names} {name} as the source, but {early.name}, which names nobody, had it before")
    if unnamed.alone(shares):
        witness = heard.witnesses[0].name
        return _unknown(
            f"{witness} names {name} as the source, but little of its text stands on sites that name nobody"
        )
    sure = heard.known > 1 and not heard.silent and not said.vague
    return _Found(Confidence.CERTAIN if sure else Confidence.LIKELY, reason, name)


def _inside(root: _Site, said: Credits, heard: _Heard) -> _Found:
    """A source that is one of the sites. Who credits it may be dated earlier: its page was published again."""
    if early := heard.before([root], bool(agency_called(root.name) or agency_called(root.home))):
        return _unknown(f"{heard.names} {root.name}, but {early.name}, which names nobody, had it before")
    reason = f"{heard.names} {root.name} as the source"
    if any(site.leads([root]) for site in heard.creditors):
        return _Found(Confidence.LIKELY, f"{reason}, though its own page is dated later", root.home)
    if outlet := said.outlet_in(root.home):
        return _Found(Confidence.LIKELY, f"{reason}, and that names {outlet} in its text", root.home)
    first = root.leads([*heard.creditors, *heard.silent])
    sure = root.home in said.stated and root.leads(heard.silent) and (heard.known > 1 or first)
    reason += ", and it was out before all others" if first else ""
    return _Found(Confidence.CERTAIN if sure else Confidence.LIKELY, reason, root.home)


def _doubted(found: _Found, site: _Site, carriers: Sequence[_Site]) -> _Found:
    """Return what is left of an origin that credits an article of another title, and so is none for certain."""
    if carriers:
        names = ", ".join(each.name for each in carriers)
        return _unknown(f"{site.name} credits an article by its title, which {names} have")
    if found.confidence is not Confidence.CERTAIN:
        return found
    reason = f"{found.reason}, but {site.name} credits an article by a title that none of these has"
    return _Found(Confidence.LIKELY, reason, found.source)


# --- times ------------------------------------------------------------------------------------------


def _by_times(sites: _Sites, said: Credits, shares: Shares) -> _Found:
    if len(sites) == 1:
        (only,) = sites.values()
        return _Found(Confidence.LIKELY, _alone(only.home, said), only.home)
    if not any(entry.article.published for site in sites.values() for entry in site.entries):
        told = "" if said.mentioned else ", and they name no source"
        return _unknown(f"nothing tells when its articles were out{told}")
    first = min(sites.values(), key=lambda site: (site.latest or _NEVER, site.home))
    others = [site for name, site in sorted(sites.items()) if name != first.home]
    if reason := _untold(first, others) or _hearsay([first, *others], said):
        return _unknown(reason)
    rival = _next(others)
    reason = f"{first.name} was out by {_clock(first.latest)}, the next, {rival.name}, not before"
    reason = f"{reason} {_clock(rival.earliest)}"
    if said.released:
        return _Found(Confidence.LIKELY, f"{reason}; all may have it from one statement", first.home, released=True)
    sure = (
        (first.lead(rival) or timedelta()) >= ZONES
        and first.home not in said.mentioned
        and all(map(_solid, (first, *others)))
        and shares.confirm(first.articles, {site.home: site.articles for site in others})
    )
    return _Found(Confidence.CERTAIN if sure else Confidence.LIKELY, reason, first.home)


def _alone(site: str, said: Credits) -> str:
    if names := said.names_in(site):
        return f"no other site has it, though its text names {', '.join(names)}"
    return f"no other site has it, and it {'is from a statement' if said.released else 'names no source'}"


def _untold(first: _Site, others: Sequence[_Site]) -> str:
    """Return why times do not tell that a site was first, "" where they do."""
    undated = next((site for site in others if site.earliest is None), None)
    if undated:
        return f"{undated.name} may have had it before: {_why(undated)}"
    if not first.leads(others):
        return _too_close(first, _next(others))
    late = max(
        (entry.span.earliest, _called(entry.article))
        for site in others
        for entry in site.entries
        if entry.span.earliest
    )
    if first.latest and late[0] - first.latest > _OLD and not _seen_before(first, late[0]):
        return f"{first.name} and {late[1]} are dated so far apart that a date may be wrong, or a page old"
    return ""


def _too_close(first: _Site, rival: _Site) -> str:
    by_day = [site.name for site in (first, rival) if site.first.article.published_precision == "day"]
    if by_day:
        return f"{first.name} and {rival.name} are dated too close to one another, {by_day[0]} to the day alone"
    return f"{first.name} and {rival.name} had it so close together that times do not tell who was first"


def _hearsay(sites: Sequence[_Site], said: Credits) -> str:
    """Return which of these sites may have it from somebody outside, and from whom, "" where none says so."""
    for site in sites:
        if outlet := said.outlet_in(site.home):
            return f"{site.name} names {outlet} in its text and may have it from there"
    return ""


def _next(others: Sequence[_Site]) -> _Site:
    return min(others, key=lambda site: (site.earliest or _NEVER, site.home))


def _seen_before(site: _Site, time: datetime) -> bool:
    """Whether a site's article was fetched before this time: its date is right."""
    fetched = site.first.article.fetched
    return fetched is not None and fetched <= time


def _why(site: _Site) -> str:
    return next((each.span.trouble for each in site.entries if each.span.trouble), "") or "it has no date"


def _solid(site: _Site) -> bool:
    return all(each.span.exact and each.article.published_from in _FIRM for each in site.entries)


_NEVER = datetime.max.replace(tzinfo=UTC)


def _surely_out(article: Article) -> tuple[datetime, str]:
    return (span(article).latest or _NEVER, age(article)[1])


def _clock(time: datetime | None) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if time else "any time"


def _called(article: Article) -> str:
    return article.site_name or article.site or article.id
