"""Who had a family first, as an account; and who copies from whom, as a table. ASCII only as JSON."""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta, tzinfo
from functools import partial
from typing import Any

from rich.console import Console
from rich.text import Text

from dedup.flowing import Flow, Role, SiteFlows, roles_in
from dedup.origins import Entry, Origin
from dedup.report import json_lines, wording
from dedup.report.data import headline
from dedup.report.inert import plain
from dedup.report.lines import columns, show, stamp

FLOW = ("source", "target", "families", "share", "delay_seconds", "period")
SITE = ("site", "articles", *(f"{role.value}_share" for role in Role), "copied_by_others", "period")


def origin(found: Origin, family: str, out: Console, zone: tzinfo | None = None) -> None:
    """Print who had a family first and why, and its articles in that order."""
    show(out, Text(wording.origin(found, clock=partial(wording.moment, zone=zone)), "bold"))
    if family:
        show(out, Text(f"family {plain(family)}, {wording.articles(len(found.account))}", "dim"))
    table = columns(5)
    for entry, role in roles_in(found):
        table.add_row(
            Text("  " + _when(entry, zone), "dim"),
            Text(plain(entry.article.site) or "no site", "bold"),
            Text(wording.ROLES[role]),
            Text("" if entry.taken is None else wording.percent(entry.taken), justify="right"),
            Text(f"{plain(headline(entry.article))}  {plain(entry.article.url)}{_credits(entry)}"),
        )
    show(out, table)


def origin_line(found: Origin, family: str) -> str:
    """Return the same as JSON; an article was out between `earliest` and `latest`, as far as stamps are believed.

    It was `seen` when the corpus first had it as it is, or when it was fetched.
    """
    account = [
        {
            "id": entry.article.id,
            "url": entry.article.url,
            "site": entry.article.site,
            "role": role.value,
            "published": stamp(entry.article.published),
            "precision": entry.article.published_precision,
            "published_from": entry.article.published_from,
            "seen": stamp(entry.article.fetched),
            "earliest": stamp(entry.span.earliest),
            "latest": stamp(entry.span.latest),
            "trouble": entry.span.trouble or None,
            "credits": list(_named(entry)),
            "taken": entry.taken,
        }
        for entry, role in roles_in(found)
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
    table = columns(len(Role) + 4)
    period = "period" if any(site.period for site in found) else ""
    names = ("site", "articles", *(role.value for role in Role), "copied by others", period)
    table.add_row(*(Text(name, "dim") for name in names))
    for site in found:
        shares = [Text(wording.percent(site.share(role)), justify="right") for role in Role]
        counts = Text(f"{site.articles:,}", justify="right"), Text(f"{site.copied_by_others:,}", justify="right")
        name = Text(plain(site.site) or "no site", "bold")
        table.add_row(name, counts[0], *shares, counts[1], Text(f"{site.period or ''}", "dim"))
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


def _site(site: SiteFlows) -> dict[str, Any]:
    shares = {f"{role.value}_share": round(site.share(role), 4) for role in Role}
    return {"site": site.site, "articles": site.articles, **shares, "copied_by_others": site.copied_by_others}


def _seconds(delay: timedelta | None) -> int | None:
    return None if delay is None else round(delay.total_seconds())


def _when(entry: Entry, zone: tzinfo | None) -> str:
    published = entry.article.published
    if published is None:
        return "no date"
    exact = entry.article.published_precision != "day"
    when = wording.moment(published, zone) if exact else f"{wording.day(published)}, day only"
    return f"{when} ({entry.span.trouble})" if entry.span.trouble else when


def _named(entry: Entry) -> Iterable[str]:
    article = entry.article
    return dict.fromkeys(name for name in (article.agency, article.credited_source, *article.sources) if name)


def _credits(entry: Entry) -> str:
    named = ", ".join(plain(name) for name in _named(entry))
    return f"  (names {named})" if named else ""
