"""What a report is made of: families, stories, flows and sites as people look at them. Values only."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dedup.records import Article, Measures, Passage, Recipe, Relation, Tie
from dedup.representative import Chosen


class Role(StrEnum):
    """What a member of a family is to it. Every article has one; they are what the shares are made of."""

    FIRST = "first"
    COPY = "copy"
    AGAIN = "again"  # The outlet has it in the family already: a new version, or the same text once more.
    UNORDERED = "unordered"  # Shared, and times do not tell who had it first.


@dataclass(frozen=True, slots=True)
class Comparison:
    """A member beside the member it is shown against; in passages `a` is that other one.

    `share` is how much of the member's own words stands in the other, 0..1. `measures` is None where equal
    texts were never measured; `turned` tells whether its `a` is the member.
    """

    other: Article
    relation: Relation
    reason: str
    share: float
    measures: Measures | None = None
    turned: bool = False
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """An article in its family: how long after the first it appeared, and what it shares with whom."""

    article: Article
    headline: str
    role: Role
    delay: timedelta | None = None
    comparison: Comparison | None = None


@dataclass(frozen=True, slots=True)
class FamilyView:
    """A family: its members by time, undated ones last; `chosen` stands for it, and says why."""

    id: str
    story: str | None
    members: tuple[Member, ...]
    weakest: Tie | None = None
    chosen: Chosen | None = None

    @property
    def first(self) -> Member:
        """The earliest member; where times do not tell, the one that stands in its place."""
        return self.members[0]

    @property
    def first_is_known(self) -> bool:
        """Whether the times tell which site had it first."""
        return self.first.role is Role.FIRST

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites that have it, in the order in which they had it."""
        return tuple(dict.fromkeys(member.article.site for member in self.members))

    @property
    def times(self) -> tuple[datetime, ...]:
        """The known publication times, earliest first."""
        return tuple(sorted(each.article.published for each in self.members if each.article.published))


@dataclass(frozen=True, slots=True)
class StoryView:
    """Several families that tell of one thing: earliest family first."""

    id: str
    label: str
    terms: tuple[str, ...]
    families: tuple[FamilyView, ...]

    @property
    def articles(self) -> int:
        """How many articles tell it."""
        return sum(len(family.members) for family in self.families)

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites that tell it, by name."""
        return tuple(sorted({site for family in self.families for site in family.sites}))

    @property
    def times(self) -> tuple[datetime, ...]:
        """The known publication times, earliest first."""
        return tuple(sorted(time for family in self.families for time in family.times))


@dataclass(frozen=True, slots=True)
class Flow:
    """How many families `source` had first that `target` has too, and the median time until it did."""

    source: str
    target: str
    families: int
    delay: timedelta


@dataclass(frozen=True, slots=True)
class SiteView:
    """What a site published, by the role of each article, and how many of its families others copied."""

    site: str
    roles: Mapping[Role, int]
    copied_by_others: int = 0

    @property
    def articles(self) -> int:
        """How many articles of it there are."""
        return sum(self.roles.values())


@dataclass(frozen=True, slots=True)
class Link:
    """Two articles of different families that share text and yet are no copies.

    `also` counts the further pairs of the same two families that are related alike.
    """

    a: Article
    b: Article
    relation: Relation
    reason: str
    also: int = 0


@dataclass(frozen=True, slots=True)
class Overview:
    """All a report shows. Families, those of one article too, and stories: largest first, then newest."""

    families: tuple[FamilyView, ...] = ()
    stories: tuple[StoryView, ...] = ()
    flows: tuple[Flow, ...] = ()
    sites: tuple[SiteView, ...] = ()
    links: tuple[Link, ...] = ()
    pending: int = 0
    updated_at: datetime | None = None
    recipe: Recipe = field(default_factory=Recipe)

    @property
    def copied(self) -> tuple[FamilyView, ...]:
        """The families of at least two articles."""
        return tuple(family for family in self.families if len(family.members) > 1)

    @property
    def told(self) -> tuple[StoryView, ...]:
        """The stories of at least two families."""
        return tuple(story for story in self.stories if len(story.families) > 1)

    @property
    def articles(self) -> int:
        """How many articles were grouped."""
        return sum(site.articles for site in self.sites)

    @property
    def roles(self) -> Mapping[Role, int]:
        """How many articles have each role."""
        total: Counter[Role] = Counter()
        for site in self.sites:
            total.update(site.roles)
        return total

    @property
    def period(self) -> tuple[datetime, datetime] | None:
        """The earliest and the latest publication time, None where no article has one."""
        times = [time for family in self.families for time in family.times]
        return (min(times), max(times)) if times else None
