"""What a report is made of: families, stories, flows and sites as people look at them. Values only."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dedup.flowing import Flow, Role, SiteFlows
from dedup.origins import Origin
from dedup.records import Article, Measures, Passage, Recipe, Relation, Tie
from dedup.report.scope import Scope
from dedup.report.stamps import Stamp, stamps
from dedup.representative import Chosen


@dataclass(frozen=True, slots=True)
class Comparison:
    """A member beside the member it is shown against; in passages `a` is that other one.

    `share` is how much of the member's own phrases of three words stands in the other, 0..1. `measures` is None where
    equal texts were never measured.
    """

    other: Article
    relation: Relation
    reason: str
    share: float
    measures: Measures | None = None
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
    """A family: its origin, as far as it is known, and its members in the order of that account.

    `chosen` stands for it, and says why.
    """

    id: str
    story: str | None
    origin: Origin
    members: tuple[Member, ...]
    weakest: Tie | None = None
    chosen: Chosen | None = None

    @property
    def first(self) -> Member:
        """The member that had it first; where that is not known or not collected, the earliest."""
        return self.members[0]

    @property
    def first_is_known(self) -> bool:
        """Whether the evidence tells which article was first."""
        return self.first.role is Role.FIRST

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites that have it, in the order in which they had it."""
        return tuple(dict.fromkeys(member.article.site for member in self.members))

    @property
    def stamps(self) -> tuple[Stamp, ...]:
        """When its articles came out, as far as that is believed, earliest first."""
        return stamps(member.article for member in self.members)


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
    def stamps(self) -> tuple[Stamp, ...]:
        """When its articles came out, as far as that is believed, earliest first."""
        return stamps(member.article for family in self.families for member in family.members)


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
    """All a report shows. Families, those of one article too, and stories: largest first, then newest.

    `first_seen` is that of the Snapshot.
    """

    families: tuple[FamilyView, ...] = ()
    stories: tuple[StoryView, ...] = ()
    flows: tuple[Flow, ...] = ()
    sites: tuple[SiteFlows, ...] = ()
    links: tuple[Link, ...] = ()
    pending: int = 0
    updated_at: datetime | None = None
    recipe: Recipe = field(default_factory=Recipe)
    scope: Scope = field(default_factory=Scope)
    first_seen: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def copied(self) -> tuple[FamilyView, ...]:
        """The families of at least two articles."""
        return tuple(family for family in self.families if len(family.members) > 1)

    @property
    def sharing(self) -> int:
        """How many articles are in families of at least two."""
        return sum(len(family.members) for family in self.copied)

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
        """The earliest and the latest publication time that is believed, None where there is none."""
        times = [stamp.time for family in self.families for stamp in family.stamps]
        return (min(times), max(times)) if times else None
