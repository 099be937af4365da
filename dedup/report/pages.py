"""Views in, pages out: HTML that asks for nothing from elsewhere, and in which nothing of an article can act. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, TypeVar

from dedup.dating import believed
from dedup.flowing import Role
from dedup.records import Recipe, Relation
from dedup.report import parts, scripts
from dedup.report.dictionary import TABLES
from dedup.report.family_rows import FamilyRows, rows
from dedup.report.language import ENGLISH, Language
from dedup.report.layout import environment
from dedup.report.links import Links
from dedup.report.matrix import matrix
from dedup.report.pageviews import FamilyPage, OverviewPage, SitePage, StoryPage
from dedup.report.stretch import stretch
from dedup.report.views import FamilyView, Overview, StoryView
from dedup.retelling import moment

_T = TypeVar("_T", FamilyView, StoryView)

# No script and no style but our own files, and no request to anywhere: what an article says cannot change that.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'"
)

_STORIES, _FAMILIES, _FLOWS, _COPIERS, _LINKS = 10, 30, 60, 15, 12
_SITES, _FRESH, _LINES = 1_000, 12, 12
_LISTED = 2_000


@dataclass(frozen=True, slots=True)
class Setting:
    """How pages are made: in which language and zone (None: the system's own), with which links.

    `sites` are those that have a page, None: all. `updated_at` is when articles were grouped.
    """

    language: Language = ENGLISH
    zone: tzinfo | None = None
    links: Links = field(default_factory=Links)
    sites: frozenset[str] | None = None
    updated_at: datetime | None = None


def overview_page(view: OverviewPage, setting: Setting) -> str:
    """Return the page that shows the whole at a glance."""
    seen, language = view.overview, setting.language
    roles = _counted(seen.roles)
    changes = seen.scope.changes
    drawn = scripts.drawn(seen.told)
    days_shown = stretch({day.day: sum(day.roles.values()) for day in view.days})
    stories_shown = stretch(Counter(story.stamps[0].day(setting.zone) for story in drawn))
    return _render(
        setting,
        "overview.html",
        setting.links.overview,
        view=view,
        seen=seen,
        roles=roles,
        kinds=_kinds(seen),
        matrix=matrix(seen.flows),
        links=seen.links[:_LINKS],
        period_shown=(view.days[0].day, view.days[-1].day) if view.days else None,
        fresh=_named(seen.copied, changes.families.new if changes else ()),
        fresh_stories=_named(seen.told, changes.stories.new if changes else ()),
        recut=_stored_share(seen.recipe),
        drawn=drawn,
        days_shown=days_shown,
        stories_shown=stories_shown,
        shown_stories=_STORIES,
        shown_families=_FAMILIES,
        shown_flows=_FLOWS,
        shown_copiers=_COPIERS,
        shown_sites=_SITES,
        days_data=scripts.days(view.days, days_shown, [role for role, _ in roles], language),
        stories_data=scripts.stories(drawn, stories_shown, setting.zone, language, setting.links.story)
        if drawn
        else "",
        cuts_data=scripts.cuts(view.cuts, seen.recipe.syndicated_share, language),
    )


def story_page(view: StoryPage, setting: Setting) -> str:
    """Return the page of a story."""
    members = [member for family in view.story.families for member in family.members]
    dated = [member.article for member in members if believed(member.article)]
    counts = {role: sum(member.role is role for member in members) for role in Role}
    return _render(
        setting,
        "story.html",
        story=view.story,
        earliest=min(dated, key=moment, default=None),
        roles=_counted(counts),
    )


def family_page(view: FamilyPage, setting: Setting) -> str:
    """Return the page of a family of copies."""
    found: FamilyRows = rows(view, setting.language)
    return _render(
        setting,
        "family.html",
        view=view,
        family=view.family,
        rows=found.rows,
        left_out=found.left_out,
        pairs=found.pairs,
        weakest=found.weakest,
        furniture=found.furniture,
        pairs_data=scripts.compact(found.pairs_data),
        furniture_data=scripts.compact(found.furniture_data),
        relations_data=scripts.compact(found.words_data),
    )


def site_page(view: SitePage, setting: Setting) -> str:
    """Return the page of a site."""
    return _render(
        setting,
        "site.html",
        view=view,
        roles=_counted(view.site.roles),
        health=parts.health(view.health, setting.language) if view.health else (),
        shown=_FLOWS,
        shown_lines=_LINES,
    )


def search_page(overview: Overview, setting: Setting) -> str:
    """Return the page that lists all stories and families, and searches them where scripts run."""
    language = setting.language
    words = {
        "none": language.of("Nothing of this kind is in the report."),
        "found": language.of("Found: %(number)s"),
        "more": language.of("The first %(number)s are shown."),
        "articles": language.of("articles"),
        "texts": language.of("texts"),
        "story": language.of("Story"),
        "family": language.of("Family of copies"),
        "also": language.of("also:"),
        "months": language.months,
    }
    return _render(
        setting,
        "search.html",
        setting.links.search,
        told=overview.told,
        copied=overview.copied,
        shown=_LISTED,
        search_words=scripts.compact(words),
    )


def about_page(recipe: Recipe, setting: Setting) -> str:
    """Return the page that says how to read the others."""
    return _render(
        setting,
        "about.html",
        setting.links.about,
        recipe=recipe,
        relations=[relation for relation in Relation if relation is not Relation.NONE],
        all_roles=tuple(Role),
        glossary=parts.glossary(setting.language),
        tables=TABLES,
    )


# --- how ------------------------------------------------------------------------------------------------


def _render(setting: Setting, template: str, here: str = "", **values: Any) -> str:
    return (
        environment(setting.language)
        .get_template(template)
        .render(parts.words(setting), here=here, policy=POLICY, **values)
    )


def _named(several: Iterable[_T], ids: Iterable[str]) -> list[_T]:
    wanted = frozenset(ids)
    return [each for each in several if each.id in wanted][:_FRESH]


def _stored_share(recipe: Recipe) -> float | None:
    """Return the threshold that results are stored by, None where this report has the same."""
    stored = Recipe().syndicated_share
    return stored if recipe.syndicated_share != stored else None


def _counted(roles: Mapping[Role, int]) -> list[tuple[Role, int]]:
    return [(role, count) for role in Role if (count := roles.get(role, 0))]


def _kinds(seen: Overview) -> list[tuple[Relation, int]]:
    """Return how many copies are related in each way to the article they are held against."""
    counts = Counter(
        member.comparison.relation
        for family in seen.copied
        for member in family.members
        if member.role is Role.COPY and member.comparison
    )
    return [(relation, counts[relation]) for relation in Relation if counts[relation]]
