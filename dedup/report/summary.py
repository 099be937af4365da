"""A report at a glance: its numbers and the head of each of its lists, in the terminal and as JSON."""

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from dedup.flowing import Role
from dedup.report import accounts, json_lines, wording
from dedup.report.copying import Copier, fastest
from dedup.report.inert import plain
from dedup.report.lines import show, stamp
from dedup.report.stamps import days
from dedup.report.views import FamilyView, Overview, StoryView

TOP = 10


def summary(overview: Overview, out: Console, zone: tzinfo | None = None, top: int = TOP) -> None:
    """Print the numbers of a report and the head of each list; in a pipe the same as plain lines."""
    for line in _numbers(overview, zone):
        show(out, Text(line))
    for title, table in (
        ("Stories", _stories(overview.told[:top], zone)),
        ("Families of copies", _families(overview.copied[:top], zone)),
        ("Fastest copiers", _fastest(fastest(overview.families)[:top])),
    ):
        if table.row_count:
            show(out, Text(f"\n{title}", "bold"))
            show(out, table)
    if overview.flows:
        show(out, Text("\nWho copies from whom", "bold"))
        accounts.flows(overview.flows[:top], out)


def record(overview: Overview, top: int = TOP) -> dict[str, Any]:
    """Return the same ready for JSON; `dedup groups --json` and `dedup flows --json` have the whole lists."""
    period = overview.period
    return {
        "updated_at": stamp(overview.updated_at),
        "period": {"first": stamp(period[0]), "last": stamp(period[1])} if period else None,
        "articles": overview.articles,
        "not_grouped_yet": overview.pending,
        "sites": len(overview.sites),
        "families": len(overview.families),
        "families_of_copies": len(overview.copied),
        "stories": len(overview.stories),
        "stories_told_more_than_once": len(overview.told),
        "roles": {role.value: overview.roles.get(role, 0) for role in Role},
        "recipe": overview.recipe.fingerprint,
        "top_stories": [_story_record(story) for story in overview.told[:top]],
        "top_families": [json_lines.record(family) for family in overview.copied[:top]],
        "top_flows": list(accounts.rows(overview.flows[:top])),
        "fastest": [
            {"site": each.site, "copies": each.copies, "delay_seconds": round(each.delay.total_seconds())}
            for each in fastest(overview.families)[:top]
        ],
    }


def _story_record(story: StoryView) -> dict[str, Any]:
    return {
        "story": story.id,
        "label": story.label,
        "terms": list(story.terms),
        "articles": story.articles,
        "sites": list(story.sites),
        "families": [family.id for family in story.families],
    }


# --- in the terminal --------------------------------------------------------------------------------


def _numbers(overview: Overview, zone: tzinfo | None) -> Iterator[str]:
    if not overview.articles:
        waiting = f"{wording.articles(overview.pending)} not grouped yet: run `dedup update`."
        yield waiting if overview.pending else wording.nothing(overview.scope)
        return
    when = wording.period(days((stamp for family in overview.families for stamp in family.stamps), zone))
    yield f"{when}: {wording.articles(overview.articles)} of {wording.sites(len(overview.sites))}"
    told = wording.count(len(overview.told), "story", "stories")
    yield f"{wording.families(len(overview.copied))} of copies, {told} told more than once"
    shares = (
        f"{wording.percent(number / overview.articles)} {wording.ROLES[role]}"
        for role in Role
        if (number := overview.roles.get(role, 0))
    )
    yield ", ".join(shares)
    if overview.pending:
        yield f"{wording.articles(overview.pending)} not grouped yet: run `dedup update`"


def _stories(stories: Iterable[StoryView], zone: tzinfo | None) -> Table:
    table = _table("texts", "articles", "sites", "since", "story")
    for story in stories:
        sizes = len(story.families), story.articles, len(story.sites)
        since = story.stamps[0].said(zone) if story.stamps else "no date"
        table.add_row(*(f"{size:,}" for size in sizes), since, Text(plain(story.label), "bold"))
    return table


def _families(families: Iterable[FamilyView], zone: tzinfo | None) -> Table:
    table = _table("articles", "sites", "since", "first", "family")
    for family in families:
        since = family.stamps[0].said(zone) if family.stamps else "no date"
        first = plain(family.origin.name) if family.origin.known else "unknown"
        row = f"{len(family.members):,}", f"{len(family.sites):,}", since, first
        table.add_row(*row, Text(plain(family.first.headline), "bold"))
    return table


def _fastest(copiers: Iterable[Copier]) -> Table:
    table = _table("copies", "delay", "site")
    for each in copiers:
        table.add_row(f"{each.copies:,}", wording.duration(each.delay), Text(plain(each.site) or "no site", "bold"))
    return table


def _table(*names: str) -> Table:
    """Return a table under these names; numbers stand to the right, the last column takes what is left."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in names:
        right = name in ("texts", "articles", "sites", "copies", "delay")
        table.add_column(name, justify="right" if right else "left", no_wrap=name != names[-1], overflow="fold")
    return table
