"""What each kind of page of the report shows. Values only; a page of one family needs nothing of the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from dedup.corpus.health import SiteRuns
from dedup.flowing import Flow, Role, SiteFlows
from dedup.records import Article, Match, Recipe, Segment
from dedup.report.copying import Copier
from dedup.report.views import FamilyView, Member, Overview, StoryView

# Where in a text its site's furniture stands, from and to.
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Titled:
    """Something that has a page: its id, and what it is called."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Near:
    """A pair that was not put into one family though it shares text: a member and an article of another family.

    `page` is the other's family where that has a page.
    """

    member: Article
    other: Article
    match: Match
    page: Titled | None = None


@dataclass(frozen=True, slots=True)
class FamilyPage:
    """A family of copies: which of its members were compared, what nearly belongs to it, what was left out of texts.

    `stripped` tells by article what its site prints under everything and was not compared.
    """

    family: FamilyView
    pairs: tuple[Match, ...] = ()
    near: tuple[Near, ...] = ()
    story: Titled | None = None
    stripped: Mapping[str, Spans] = field(default_factory=dict)
    recipe: Recipe = field(default_factory=Recipe)


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A story told in several texts."""

    story: StoryView


@dataclass(frozen=True, slots=True)
class Repeated:
    """Lines that a site prints again and again, found in so many of its texts that were looked at."""

    lines: tuple[Segment, ...] = ()
    looked_at: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """A family as a site has it: the site's first article in it, how much was taken of whose it is, how much later.

    Of a text that others copied that is the most that one of them took, and when the first of them had it.
    """

    family: FamilyView
    member: Member
    share: float | None = None
    delay: timedelta | None = None


@dataclass(frozen=True, slots=True)
class SitePage:
    """A site: whom it takes from, who takes from it, what it repeats, and how its pages were read."""

    site: SiteFlows
    takes: tuple[Flow, ...] = ()
    gives: tuple[Flow, ...] = ()
    copied: tuple[Taken, ...] = ()
    first: tuple[Taken, ...] = ()
    repeated: Repeated = field(default_factory=Repeated)
    health: SiteRuns | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """What was published on a day, as the reader's calendar has it: how many articles of each role."""

    day: date
    roles: Mapping[Role, int]


@dataclass(frozen=True, slots=True)
class Cut:
    """How many families of copies there are at a line of copies, a share of the shorter text, and articles in them."""

    at: float
    families: int
    articles: int


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """The whole of a report at a glance; `undated` articles are of no day, since no date of theirs is believed."""

    overview: Overview
    days: tuple[Day, ...] = ()
    copiers: tuple[Copier, ...] = ()
    cuts: tuple[Cut, ...] = ()
    undated: int = 0
