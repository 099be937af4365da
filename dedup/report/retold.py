"""A story at length, and a timeline: what came out when, where, and how much of it was taken."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from rich.console import Console
from rich.text import Text

from dedup.dating import believed
from dedup.report import wording
from dedup.report.inert import plain
from dedup.report.lines import columns, record, show, site, stamp, titled, when
from dedup.report.wording import count
from dedup.retelling import Appearance, Retold, Telling


def story(told: Retold, out: Console, zone: tzinfo | None = None) -> None:
    """Print a story: what it is called, its terms and its period, then each of its families and what ties it."""
    articles = told.articles
    sizes = (
        f"{count(len(told.tellings), 'text', 'texts')}, {wording.articles(len(articles))}, "
        f"{wording.sites(len({each.site for each in articles}))}, id {plain(told.id)}"
    )
    show(out, Text.assemble(("Story  ", "bold green"), (plain(told.label), "bold"), (f"  ({sizes})", "dim")))
    if told.terms:
        show(out, Text(f"       {plain(', '.join(told.terms))}", "dim"))
    dated = [each for each in articles if believed(each)]
    if dated:
        show(out, Text(f"       first: {when(dated[0], zone)}, last: {when(dated[-1], zone)}", "dim"))
    for telling in told.tellings:
        _print_telling(telling, told, out, zone)


def story_record(told: Retold) -> dict[str, Any]:
    """Return a story ready for JSON; `copies` are the articles of a family but its first."""
    articles = told.articles
    dated = [each for each in articles if believed(each)]
    return {
        "story": told.id,
        "label": told.label,
        "terms": list(told.terms),
        "articles": len(articles),
        "sites": sorted({each.site for each in articles}),
        "first": stamp(dated[0].published) if dated else None,
        "last": stamp(dated[-1].published) if dated else None,
        "central": told.central,
        "families": [
            {
                "family": telling.family,
                "first": record(telling.articles[0]),
                "copies": [record(each) for each in telling.articles[1:]],
                "shared_terms": list(telling.shared),
            }
            for telling in told.tellings
        ],
    }


def timeline(found: Sequence[Appearance], out: Console, zone: tzinfo | None = None) -> None:
    """Print articles one below the other: when, how long after the first, where, what of it was there before, title."""
    table = columns(6)
    articles = {each.article.id: each.article for each in found}
    # They come by time: the first of each family is met first.
    first: dict[str, str] = {}
    for each in found:
        expected = (first.setdefault(each.family, each.article.id), found[0].article.id)
        against = None if each.share is None or each.against in expected else articles.get(each.against)
        table.add_row(
            Text(when(each.article, zone), "dim"),
            Text(_delay(each, found[0])),
            Text(site(each.article), "bold"),
            Text(each.relation.value if each.relation else _earliest(each, found[0]), "cyan"),
            Text(wording.percent(each.share) if each.share is not None else "", justify="right"),
            titled(each.article, out, against),
        )
    show(out, table)


def timeline_record(each: Appearance) -> dict[str, Any]:
    """Return an article of a timeline ready for JSON and CSV; `delay` are seconds."""
    return {
        **record(each.article),
        "precision": each.article.published_precision,
        "published_from": each.article.published_from,
        "delay": None if each.delay is None else int(each.delay.total_seconds()),
        "family": each.family,
        "relation": each.relation.value if each.relation else None,
        "shared": None if each.share is None else round(each.share, 4),
        "compared_with": each.against or None,
    }


def _print_telling(telling: Telling, told: Retold, out: Console, zone: tzinfo | None) -> None:
    # Which of them are copies, `dedup origin` tells.
    first, *others = telling.articles
    show(out, Text())
    line = Text.assemble((f"  {when(first, zone)}  ", "dim"), (f"{site(first)}  ", "bold"), titled(first, out))
    show(out, line)
    if others:
        sites = ", ".join(dict.fromkeys(map(site, others)))
        show(out, Text(f"      {len(others):,} more: {sites}", "yellow"))
    if len(told.tellings) == 1:
        return
    if telling.family == told.central:
        show(out, Text("      the most central: nearest to all others", "dim"))
    else:
        shared = ", ".join(telling.shared) or "no words of weight"
        show(out, Text(f"      shared with the most central: {plain(shared)}", "dim"))


def _earliest(each: Appearance, first: Appearance) -> str:
    """Return `earliest` where that is known: of articles without dates none is. Who had it first `origin` tells."""
    return "earliest" if each is first and believed(each.article) else ""


def _delay(each: Appearance, first: Appearance) -> str:
    """Return how long an article came after the first, `+ 3 h`."""
    if each is first or each.delay is None:
        return ""
    if not each.delay and "day" in (each.article.published_precision, first.article.published_precision):
        return "same day"
    return f"+ {wording.duration(each.delay)}"
