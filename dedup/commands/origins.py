"""`dedup origin`, `dedup flows`: who had a text first, and who copies from whom."""

import json
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from dedup.commands import BAD_INPUT, CorpusOption, ZoneOption, app, corpus_to_read, examples, leave
from dedup.commands.finding import tell_waiting
from dedup.errors import GemaError

if TYPE_CHECKING:
    from dedup.flowing import Flow, Flows, SiteFlows


# It stands in a room too, which loads what `--help` should not wait for.
class Period(StrEnum):
    """What flows are counted by."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@app.command(epilog=examples("dedup origin https://one.example/article", "dedup origin 6bc6b0e8e5f87634 --json"))
def origin(
    reference: Annotated[str, typer.Argument(metavar="ID|URL", help="Id or address of an article, or id of a family.")],
    corpus: CorpusOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object, with the evidence of every article.")
    ] = False,
    zone: ZoneOption = None,
) -> None:
    """Tell who published a text first, how sure that is and why, and who has it in which order.

    What each is to the text is said as in `dedup flows --sites`.
    """
    from dedup.corpus import meant
    from dedup.corpus.results import read_matches
    from dedup.corpus.seen import first_seen
    from dedup.origins import origin as judge
    from dedup.records import as_found
    from dedup.report import accounts, data, terminal

    with corpus_to_read(corpus) as opened:
        with opened.reading() as connection:
            family, members = meant.family(connection, reference)
            matches, seen = read_matches(connection, members), first_seen(connection, members)
        found = judge([as_found(each, seen.get(each.id)) for each in opened.articles(members)], matches)
        shown = data.members(found, matches)
        if as_json:
            print(accounts.origin_line(found, family, shown))
        else:
            accounts.origin(found, family, shown, terminal.console(), zone)
        tell_waiting(opened)


@app.command(
    epilog=examples(
        "dedup flows", "dedup flows --site one.example --period week", "dedup flows --sites --csv > sites.csv"
    )
)
def flows(
    corpus: CorpusOption = None,
    period: Annotated[
        Period | None, typer.Option("--period", help="Count each day, week or month (UTC) alone.", show_default=False)
    ] = None,
    site: Annotated[
        str | None, typer.Option("--site", metavar="SITE", help="Only what this site gave or took.")
    ] = None,
    by_site: Annotated[
        bool,
        typer.Option("--sites", help="What part of each site is original, copied, from agencies, instead; see above."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV.")] = False,
) -> None:
    """List who copies from whom: how many families, what share of the text, the median delay.

    \b
    With --sites, what part of the articles of each site is
    original   had by it first, as far as the evidence tells
    copied     had from the site that had it first
    agency     from an agency or a source outside, whose page is not collected
    again      had by the same site before: a new version, or the same once more
    shared     had by other sites too, source unknown
    by others  how many of its families others copied
    """  # noqa: D301 - typer keeps the lines of a paragraph that begins with a backspace
    from dedup import learned
    from dedup.corpus.results import snapshot
    from dedup.flowing import flows as count
    from dedup.formats import write_table
    from dedup.report import accounts, terminal

    if as_json and as_csv:
        leave("choose one of --json and --csv", BAD_INPUT)
    with corpus_to_read(corpus) as opened:
        found = _of(
            count(snapshot(opened), period.value if period else None), site and learned.site_meant(opened, site)
        )
        kept: tuple[Flow, ...] | tuple[SiteFlows, ...] = found.sites if by_site else found.flows
        if as_json:
            for row in accounts.rows(kept):
                print(json.dumps(row))
        elif as_csv:
            names = accounts.SITE if by_site else accounts.FLOW
            write_table(names, (row.values() for row in accounts.rows(kept)), sys.stdout)
        elif by_site:
            accounts.sites(found.sites, terminal.console())
        else:
            accounts.flows(found.flows, terminal.console())
        tell_waiting(opened)


def _of(found: "Flows", site: str | None) -> "Flows":
    from dedup.flowing import Flows
    from dedup.naming import agency_called

    if site is None:
        return found
    # Sources that are no site here give, too.
    known = {each.site for each in found.sites} | {flow.source for flow in found.flows}
    asked, site = site, site if site in known else agency_called(site)
    if site not in known:
        of_kind = "a site is a domain, like one.example, and a source outside goes by its name, like Antara"
        raise GemaError(f"nothing is known of the site {asked!r}; {of_kind}")
    return Flows(
        tuple(flow for flow in found.flows if site in (flow.source, flow.target)),
        tuple(each for each in found.sites if each.site == site),
    )
