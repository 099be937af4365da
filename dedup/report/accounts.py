"""Who had a family first, as an account; and who copies from whom, as a table. ASCII only as JSON."""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta, tzinfo
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any

from rich.console import Console
from rich.text import Text

from dedup.dating import believed, by_update
from dedup.flowing import Flow, Role, SiteFlows
from dedup.origins import Entry, Origin
from dedup.records import Article
from dedup.report import json_lines, wording
from dedup.report.data import headline
from dedup.report.inert import plain
from dedup.report.lines import columns, show, site, stamp, when
from dedup.report.views import Member

FLOW = ("source", "target", "families", "share", "delay_seconds", "period")
SITE = ("site", "articles", *(f"{role.value}_share" for role in Role), "copied_by_others", "period")


def origin(found: Origin, family: str, members: Sequence[Member], out: Console, zone: tzinfo | None = None) -> None:
    """Print who had a family first and why, and its articles in that order, which is that of its `members`."""
    show(out, Text(wording.origin(found, clock=partial(wording.moment, zone=zone)), "bold"))
    if family:
        show(out, Text(f"family {plain(family)}, {wording.articles(len(found.account))}", "dim"))
    table = columns(5)
    for entry, member in zip(found.account, members, strict=True):
        compared = member.comparison
        # Beside an agency, or beside nobody, a share would be taken for that of whoever it is.
        other = compared.other if compared and compared.other != found.article else None
        table.add_row(
            Text("  " + when(entry.article, zone), "dim"),
            Text(site(entry.article), "bold"),
            Text(wording.SHORT_ROLES[member.role]),
            Text(wording.percent(compared.share) if compared else "", justify="right"),
            Text(f"{plain(headline(entry.article))}  {plain(entry.article.url)}{_notes(entry, other)}"),
        )
    show(out, table)


def origin_line(found: Origin, family: str, members: Iterable[Member]) -> str:
    """Return the same as JSON; an article was out between `earliest` and `latest`, as far as stamps are believed.

    It was `seen` when the corpus first had it as it is, or when it was fetched. `shared` is the part of its phrases
    that stands in the article `compared_with`, `taken` that which stands in the origin's.
    """
    account = [
        {
            "id": entry.article.id,
            "url": entry.article.url,
            "site": entry.article.site,
            "role": member.role.value,
            "published": stamp(entry.article.published),
            "precision": entry.article.published_precision,
            "published_from": entry.article.published_from,
            "seen": stamp(entry.article.fetched),
            "earliest": stamp(entry.span.earliest),
            "latest": stamp(entry.span.latest),
            "trouble": entry.span.trouble or None,
            "credits": list(_named(entry)),
            "taken": entry.taken,
            "compared_with": member.comparison.other.id if member.comparison else None,
            "shared": round(member.comparison.share, 4) if member.comparison else None,
        }
        for entry, member in zip(found.account, members, strict=True)
    ]
    return json.dumps({"family": family or None, **json_lines.origin(found), "account": account})


def flows(found: Sequence[Flow], out: Console) -> None:
    """Print who copies from whom: how many families, how much of the text, how soon."""
    table = columns(6)
    period = "period" if any(flow.period for flow in found) else ""
    table.add_row(*(Text(name, "dim") for name in ("first", "later", "families", "taken", "delay", period)))
    for flow in found:
        table.add_row(
            Text(plain(flow.source) or "no site", "bold"),
            Text(plain(flow.target) or "no site", "bold"),
            Text(f"{flow.families:,}", justify="right"),
            Text("-" if flow.share is None else wording.percent(flow.share), justify="right"),
            Text("-" if flow.delay is None else wording.duration(flow.delay), justify="right"),
            Text(f"{flow.period or ''}", "dim"),
        )
    show(out, table if found else Text("nobody is known to have copied from anybody"))


def sites(found: Sequence[SiteFlows], out: Console) -> None:
    """Print what part of each site's articles is original, copied, from agencies, and how often it was copied."""
    table = columns(len(Role) + 3)
    names = ("site", "articles", *(wording.SHORT_ROLES[role] for role in Role), "by others")
    table.add_row(*(Text(name, "dim") for name in names))
    by_period = any(each.period for each in found)
    for period, of in groupby(found, key=attrgetter("period")):
        # A column more has no room in a narrow terminal.
        if by_period:
            table.add_row(Text(f"{period or 'no date'}", "dim"))
        for each in of:
            shares = [wording.percent(each.share(role)) for role in Role]
            numbers = (f"{each.articles:,}", *shares, f"{each.copied_by_others:,}")
            table.add_row(
                Text(plain(each.site) or "no site", "bold"), *(Text(value, justify="right") for value in numbers)
            )
    show(out, table if found else Text("no articles are grouped yet"))


def rows(found: Iterable[Flow | SiteFlows]) -> Iterable[dict[str, Any]]:
    """Yield each by the names of FLOW or SITE, ready for JSON and CSV."""
    for each in found:
        values = _flow(each) if isinstance(each, Flow) else _site(each)
        yield {**values, "period": each.period.isoformat() if each.period else None}


def _flow(flow: Flow) -> dict[str, Any]:
    return {
        "source": flow.source,
        "target": flow.target,
        "families": flow.families,
        "share": None if flow.share is None else round(flow.share, 4),
        "delay_seconds": _seconds(flow.delay),
    }


def _site(of: SiteFlows) -> dict[str, Any]:
    shares = {f"{role.value}_share": round(of.share(role), 4) for role in Role}
    return {"site": of.site, "articles": of.articles, **shares, "copied_by_others": of.copied_by_others}


def _seconds(delay: timedelta | None) -> int | None:
    return None if delay is None else round(delay.total_seconds())


def _named(entry: Entry) -> Iterable[str]:
    article = entry.article
    return dict.fromkeys(name for name in (article.agency, article.credited_source, *article.sources) if name)


def _notes(entry: Entry, other: Article | None) -> str:
    """Return whom an article names, and what else its line needs to be read aright."""
    named = ", ".join(plain(name) for name in _named(entry))
    # Of an update the time itself says so.
    trouble = "" if by_update(entry.article) and believed(entry.article) else entry.span.trouble
    notes = (f"names {named}" if named else "", trouble, f"shared with {site(other)}" if other else "")
    return "".join(f"  ({note})" for note in notes if note)
