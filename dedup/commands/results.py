"""`dedup groups`, `explain`, `report`: what was found, to read."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import typer

from dedup.commands import (
    NO_CORPUS,
    Choose,
    ChooseOption,
    CorpusOption,
    SinceOption,
    ZoneOption,
    app,
    corpus_to_read,
    examples,
    leave,
    overview,
)
from dedup.commands.ending import ended_well
from dedup.commands.finding import tell_waiting
from dedup.commands.moments import ago, moment_or_age

if TYPE_CHECKING:
    from dedup.report import Overview, Retention
    from dedup.report.pages import Setting


# Thresholds of fewer matches are counted before another process is up.
_MANY_MATCHES = 5_000


class Lang(StrEnum):
    """The languages of a report."""

    EN = "en"
    ID = "id"


def share(said: str) -> float:
    """Return the threshold that is said, like 0.7 or syndicated=0.7; typer says so where it is none."""
    name, _, number = said.rpartition("=")
    try:
        if name in ("", "syndicated"):
            return float(number)
    except ValueError:
        pass
    raise typer.BadParameter(f"{said!r} is no threshold. Like this: 0.7, or syndicated=0.7")


@app.command(
    epilog=examples(
        "dedup groups",
        "dedup groups --all --zone Asia/Jakarta",
        "dedup groups --json",
        "dedup groups --since 24h",
        "dedup groups --at 0.7",
    )
)
def groups(
    corpus: CorpusOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Articles without copies and stories of one too.")] = False,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="One JSON object a line for each family, alone or not, with the article that stands for it and why.",
        ),
    ] = False,
    zone: ZoneOption = None,
    choose: ChooseOption = Choose.EARLIEST,
    since: SinceOption = None,
    at: Annotated[
        float | None,
        typer.Option(
            "--at",
            metavar="SHARE",
            help="Families as they would be were the line of copies at such a share of the shorter text; nothing is "
            "stored. (stored: 0.55)",
        ),
    ] = None,
) -> None:
    """List stories and families of copies, largest first."""
    from dedup.report import json_lines, terminal

    wanted = moment_or_age("--since", since, zone)
    if at is not None:
        if wanted is not None:
            raise typer.BadParameter("--at or --since, not both")
        _regrouped(corpus, at, everything, as_json, zone)
        return
    found = overview(corpus, choose.value, wanted)
    if as_json:
        for line in json_lines.lines(found):
            print(line)
    else:
        terminal.groups(found, terminal.console(), zone, everything)


def _regrouped(corpus: str | None, at: float, everything: bool, as_json: bool, zone: tzinfo | None) -> None:
    from dedup.regrouping import is_stored, regroup
    from dedup.report import json_lines, overview, terminal

    with corpus_to_read(corpus) as opened:
        found = overview(regroup(opened, at))
        tell_waiting(opened)
    if as_json:
        for family in found.families:
            print(json.dumps({**json_lines.record(family), "at": at, "stored": is_stored(family.id)}))
        return
    terminal.groups(found, terminal.console(), zone, everything)
    same = sum(is_stored(family.id) for family in found.copied)
    print(
        f"These are the families at {at:g}, not those that are stored, and stories are left out: {same:,} of "
        f"{len(found.copied):,} are stored as they are, the ids of the others end with @{at:g}."
    )


@app.command(
    epilog=examples(
        "dedup explain https://a.example/1 https://b.example/2", "dedup explain 6bc6b0e8e5f87634 3aab52134f77bdc5"
    )
)
def explain(
    a: Annotated[str, typer.Argument(metavar="A", help="Id or address of an article.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Id or address of another.")],
    corpus: CorpusOption = None,
    zone: ZoneOption = None,
) -> None:
    """Show why two articles are or are not together: relation, measures, what they share."""
    from dedup.explain import explain as compare
    from dedup.report import terminal

    with corpus_to_read(corpus) as opened:
        explained, first = compare(opened, a, b), opened.article(a).id
        tell_waiting(opened)
    terminal.explanation(explained, terminal.console(), zone, first)


@app.command(
    epilog=examples(
        "dedup report",
        "dedup report --out /srv/www/gema --lang id --zone Asia/Jakarta",
        "dedup report --at 0.7",
        "dedup report --terminal",
        "dedup report --since 7d --keep 90",
        "dedup report --new --digest --base-url https://www.example.org/gema",
    )
)
def report(
    corpus: CorpusOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="The folder of reports. (default: data/reports)"),
    ] = None,
    zone: ZoneOption = None,
    lang: Annotated[Lang, typer.Option("--lang", help="The language of its pages: English or Indonesian.")] = Lang.EN,
    at: Annotated[
        float | None,
        typer.Option(
            "--at",
            metavar="SHARE",
            parser=share,
            help="Families as they would be were the line of copies at such a share of the shorter text, like 0.7; "
            "nothing is stored. (stored: 0.55)",
        ),
    ] = None,
    since: SinceOption = None,
    only_new: Annotated[
        bool, typer.Option("--new", help="Only what changed since the last report, or since --against.")
    ] = False,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="NAME",
            help="Say what is new since the report DIR/NAME; `last` is the last one, with --daily the last of a day "
            "before.",
        ),
    ] = None,
    digest: Annotated[
        bool,
        typer.Option("--digest", help="Write digest.html and digest.txt: an e-mail of what is new."),
    ] = False,
    base_url: Annotated[
        str | None,
        typer.Option("--base-url", metavar="URL", help="Where DIR is published: for links in feed.xml and the digest."),
    ] = None,
    daily: Annotated[bool, typer.Option("--daily", help="Keep only this report of the day (UTC), for cron.")] = False,
    kept: Annotated[
        str | None,
        typer.Option("--keep", metavar="HOW", help="Remove older reports: `90` keeps so many, `30d` those of 30 days."),
    ] = None,
    archive: Annotated[
        Path | None,
        typer.Option(
            "--archive",
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="Where the WARC files of the crawl are, for links to them. (default: data/warc, where it is)",
        ),
    ] = None,
    in_terminal: Annotated[
        bool, typer.Option("--terminal", help="Print the report at a glance; write nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as one JSON object.")] = False,
    check: Annotated[
        Path | None,
        typer.Option("--verify", metavar="REPORT", help="Only tell which files of a report are not as it was made."),
    ] = None,
) -> None:
    """Write DIR/<time>/, point DIR/latest to it, and print the path of its index.html.

    It holds a page for each story, family and site, groups.json, feed.xml and manifest.json, and needs no server.
    """
    from dedup.corpus.address import home
    from dedup.corpus.grouping import verdicts
    from dedup.corpus.verdicts import pins
    from dedup.memory import uncollected
    from dedup.regrouping import regroup
    from dedup.report import Wish, edition, manifest
    from dedup.report.ahead import begun
    from dedup.report.context import context_of
    from dedup.report.files import write
    from dedup.report.language import language
    from dedup.report.sheets import report as report_of
    from dedup.report.texts import Read, read, with_samples

    if check is not None:
        _verify(check)
        return
    if (in_terminal or as_json) and (digest or base_url or daily or kept or archive):
        told = "--terminal" if in_terminal else "--json"
        raise typer.BadParameter(
            f"{told} writes nothing, so leave out --digest, --base-url, --daily, --keep, --archive"
        )
    if in_terminal and lang is not Lang.EN:
        raise typer.BadParameter("--terminal prints English: leave out --lang, or write the pages, without --terminal")
    wanted, published, staying = moment_or_age("--since", since, zone), _published(base_url), _staying(kept)
    now, folder = datetime.now(UTC), out or home() / "data" / "reports"
    with corpus_to_read(corpus) as opened, uncollected(), ended_well():
        tell_waiting(opened)
        held = read(opened) if at is None else Read(regroup(opened, at))
        found = held.snapshot
        # Back from the last update, not from now: the same corpus makes the same report.
        wish = Wish(ago(wanted, found.updated_at or now), only_new, against or "", daily, digest, published)
        made = edition(found, wish, folder, now, zone, language(lang.value))
        if in_terminal or as_json:
            _at_a_glance(made.overview, as_json, zone)
            return
        arguments = {
            "zone": str(zone) if zone else None,
            "lang": lang.value,
            "at": at,
            "archive": str(archive) if archive else None,
            **made.arguments,
        }
        made_from = partial(
            manifest.manifest, found, pins(opened), verdicts(opened), arguments, made.against, left_out=held.left_out
        )
        context, laid_out = context_of(opened, found), with_samples(opened, made.shown)
        opened.close()  # Other processes open connections of their own.
        if len(found.matches) > _MANY_MATCHES and not made.scope.narrow:
            context = replace(context, cuts=begun(context.cuts))
        shown = report_of(laid_out, context, made.scope)
        page = write(shown, folder, now, _setting(lang, zone, folder, archive), made_from, [made.put])
    _tidy(page.parent, daily, staying)
    print(page)


def _setting(lang: Lang, zone: tzinfo | None, folder: Path, archive: Path | None) -> "Setting":
    from dedup.corpus.address import home
    from dedup.report.language import language
    from dedup.report.links import Links
    from dedup.report.pages import Setting

    archive = archive or home() / "data" / "warc"
    # A report is a folder in the folder of reports.
    reached = f"../{os.path.relpath(archive, folder)}/" if archive.is_dir() else ""
    return Setting(language(lang.value), zone, Links(archive=quote(reached)))


def _tidy(report: Path, daily: bool, staying: "Retention | None") -> None:
    from dedup.report import keep, keep_one_a_day

    if daily:
        keep_one_a_day(report)
    if staying:
        keep(report, staying)


def _at_a_glance(found: "Overview", as_json: bool, zone: tzinfo | None) -> None:
    from dedup.report import summary, terminal

    if as_json:
        print(json.dumps(summary.record(found)))
    else:
        summary.summary(found, terminal.console(), zone)


def _verify(report: Path) -> None:
    from dedup.report import manifest
    from dedup.report.inert import plain

    found = manifest.verify(report)
    for what, names in (("changed", found.changed), ("missing", found.missing), ("not of the report", found.extra)):
        for name in names:
            print(f"{what}: {plain(name)}")
    if found:
        leave(f"{report} is not as it was made", NO_CORPUS)
    print(f"{report}: every file is as it was made")


def _published(address: str | None) -> str:
    from dedup.report.inert import safe_address

    if address and not (safe_address(address) and address.lower().startswith("http")):
        raise typer.BadParameter(
            f"{address!r} is no address of the web. Like this: --base-url https://www.example.org/gema"
        )
    return address or ""


def _staying(said: str | None) -> "Retention | None":
    from dedup.report import retention

    try:
        return retention(said) if said is not None else None
    except ValueError as error:
        raise typer.BadParameter(f"--keep: {error}") from error
