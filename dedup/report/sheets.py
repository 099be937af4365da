"""What was found, page by page: the whole at a glance, a family, a story, a site. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo

from dedup.compiler import expect
from dedup.corpus.health import SiteRuns
from dedup.flowing import Flow, Role, SiteFlows
from dedup.records import Article, Match, Recipe, Snapshot
from dedup.report.copying import fastest
from dedup.report.data import overview
from dedup.report.pageviews import (
    Cut,
    Day,
    FamilyPage,
    Near,
    OverviewPage,
    Repeated,
    SitePage,
    Spans,
    StoryPage,
    Taken,
    Titled,
)
from dedup.report.scope import Scope
from dedup.report.stamps import stamp
from dedup.report.stripping import Learned, repeated, stripped
from dedup.report.texts import samples
from dedup.report.views import FamilyView, Overview, StoryView

# Pairs that nearly belong to a family, on its page.
NEAR = 8
_TEXTS_OF_A_SITE = 30


@dataclass(frozen=True, slots=True)
class Context:
    """What the corpus knows beside its articles and groups; what it does not know is left empty.

    `cuts` counts families at other thresholds, which takes long: it is asked when the overview is made.
    """

    learned: Learned = field(default_factory=Learned)
    runs: Mapping[str, SiteRuns] = field(default_factory=dict)
    cuts: Callable[[], tuple[Cut, ...]] = tuple


@dataclass(slots=True)
class BySite:
    """What the pages of sites are made of, by site: flows to and from, its texts in families, articles to look at."""

    takes: defaultdict[str, list[Flow]] = field(default_factory=lambda: defaultdict(list))
    gives: defaultdict[str, list[Flow]] = field(default_factory=lambda: defaultdict(list))
    copied: defaultdict[str, list[Taken]] = field(default_factory=lambda: defaultdict(list))
    first: defaultdict[str, list[Taken]] = field(default_factory=lambda: defaultdict(list))
    samples: defaultdict[str, list[Article]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class Report:
    """All of a report, ready to be laid out in pages.

    `matches` are those that touch a family, `titles` by article the families that have a page, `stories` those that do.
    """

    overview: Overview
    articles: Mapping[str, Article]
    matches: Mapping[str, Sequence[Match]]
    titles: Mapping[str, Titled]
    stories: Mapping[str, Titled]
    by_site: BySite
    context: Context


def report(snapshot: Snapshot, context: Context | None = None, scope: Scope | None = None) -> Report:
    """Return the report of a snapshot, which holds no more than what is of `scope`."""
    expect(len(snapshot.articles))
    found = replace(overview(snapshot), scope=scope or Scope())
    homes = {member.article.id: family.id for family in found.copied for member in family.members}
    touching: defaultdict[str, list[Match]] = defaultdict(list)
    for match in snapshot.matches:
        for home in {homes.get(match.a), homes.get(match.b)} - {None}:
            touching[str(home)].append(match)
    named = {family.id: Titled(family.id, family.first.headline) for family in found.copied}
    return Report(
        overview=found,
        articles=snapshot.articles,
        matches=touching,
        titles={article: named[home] for article, home in homes.items()},
        stories={story.id: Titled(story.id, story.label) for story in found.told},
        by_site=_by_site(found, snapshot.articles),
        context=context or Context(),
    )


def _by_site(found: Overview, articles: Mapping[str, Article]) -> BySite:
    by_site = BySite()
    for family in found.copied:
        copied = _copied(family)
        # Whoever has it by another's text took nothing from who had it first, and counts there neither.
        copies = [each for each in copied if each.member.role is Role.COPY]
        if copies:
            _list(by_site.first, replace(_most(copies), member=family.first))
        if len(family.sites) > 1:
            for each in copied:
                _list(by_site.copied, each)
    for flow in found.flows:
        by_site.takes[flow.target].append(flow)
        by_site.gives[flow.source].append(flow)
    by_site.samples.update(samples(articles))
    return by_site


def _copied(family: FamilyView) -> list[Taken]:
    """Return what sites have of a family from who had it first, with what of that one's article they took."""
    return [
        Taken(family, member, entry.taken, member.delay)
        for member, entry in zip(family.members, family.origin.account, strict=True)
        if member.role in (Role.COPY, Role.AGENCY)
    ]


def _most(copies: Sequence[Taken]) -> Taken:
    shares = (each.share for each in copies if each.share is not None)
    delays = (each.delay for each in copies if each.delay is not None)
    return replace(copies[0], share=max(shares, default=None), delay=min(delays, default=None))


def _list(by_site: Mapping[str, list[Taken]], taken: Taken) -> None:
    texts = by_site[taken.member.article.site]
    if len(texts) < _TEXTS_OF_A_SITE:
        texts.append(taken)


def overview_page(found: Report, zone: tzinfo | None) -> OverviewPage:
    """Return the overview; days are those of `zone`."""
    seen = found.overview
    # Thresholds are of the whole corpus, out of place beside a part of it.
    cuts = found.context.cuts() if seen.articles and not seen.scope.narrow else ()
    dated = days(seen.families, zone)
    undated = seen.articles - sum(sum(day.roles.values()) for day in dated)
    return OverviewPage(seen, dated, fastest(seen.families), cuts, undated)


def family_page(
    family: FamilyView,
    matches: Iterable[Match],
    others: Mapping[str, Article],
    pages: Mapping[str, Titled],
    story: Titled | None = None,
    furniture: Mapping[str, Spans] | None = None,
    recipe: Recipe | None = None,
) -> FamilyPage:
    """Return the page of a family, given the matches that touch it.

    `others` are the articles these matches name, `pages` those families of the others that have a page, by article;
    `furniture` is where in texts what their sites print under everything stands, see `stripping.stripped`.
    """
    members = {member.article.id for member in family.members}
    pairs, near = [], []
    for match in matches:
        if match.a in members and match.b in members:
            pairs.append(match)
        elif (match.a in members or match.b in members) and match.a in others and match.b in others:
            inside, outside = (match.a, match.b) if match.a in members else (match.b, match.a)
            near.append(Near(others[inside], others[outside], match, pages.get(outside)))
    near.sort(key=lambda each: (-each.match.measures.taken, each.match.a, each.match.b))
    # Each once: with the member it shares most with.
    closest: dict[str, Near] = {}
    for each in near:
        closest.setdefault(each.other.id, each)
    held = {name: spans for name, spans in (furniture or {}).items() if name in members}
    return FamilyPage(family, tuple(pairs), tuple(closest.values())[:NEAR], story, held, recipe or Recipe())


def pages_of_families(found: Report, families: Sequence[FamilyView]) -> list[FamilyPage]:
    """Return the pages of some families of this report."""
    recipe = found.overview.recipe
    members = [member.article for family in families for member in family.members]
    furniture = stripped(members, found.context.learned, recipe)
    return [
        family_page(
            family,
            found.matches.get(family.id, ()),
            found.articles,
            found.titles,
            found.stories.get(family.story or ""),
            furniture,
            recipe,
        )
        for family in families
    ]


def page_of_story(story: StoryView) -> StoryPage:
    """Return the page of a story, which is all told by its families."""
    return StoryPage(story)


def pages_of_sites(found: Report, sites: Sequence[SiteFlows]) -> list[SitePage]:
    """Return the pages of some sites of this report."""
    context, names = found.context, [site.site for site in sites]
    sample = [article for name in names for article in found.by_site.samples.get(name, ())]
    lines = repeated(sample, context.learned, found.overview.recipe)
    return [
        SitePage(
            site=site,
            takes=tuple(found.by_site.takes[site.site]),
            gives=tuple(found.by_site.gives[site.site]),
            copied=tuple(found.by_site.copied[site.site]),
            first=tuple(found.by_site.first[site.site]),
            repeated=lines.get(site.site, Repeated()),
            health=context.runs.get(site.site),
        )
        for site in sites
    ]


# --- counted over all ----------------------------------------------------------------------------------


def days(families: Iterable[FamilyView], zone: tzinfo | None) -> tuple[Day, ...]:
    """Return how many articles of each role were published on each day that has any, the first one first."""
    counts: defaultdict[date, Counter[Role]] = defaultdict(Counter)
    for family in families:
        for member in family.members:
            if out := stamp(member.article):
                counts[out.day(zone)][member.role] += 1
    return tuple(Day(day, dict(counts[day])) for day in sorted(counts))
