"""The `dedup` command. Exit codes: 0 fine, 1 a bug, 2 usage or bad input, 4 the corpus or the disk.

What takes long to load is imported inside the command that needs it, so that `--help` comes at once.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, tzinfo
from importlib.metadata import PackageNotFoundError, entry_points, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer

from dedup.records import Article, Busy, CorpusError, GemaError, Refused, UnknownArticle

if TYPE_CHECKING:
    from dedup.corpus import Corpus
    from dedup.corpus.removal import Traces
    from dedup.corpus.store import Removed
    from dedup.report import Overview
    from dedup.sources import BadRow, Row

_BAD_INPUT, _NO_CORPUS = 2, 4
_BAD_ROWS_SHOWN = 20

app = typer.Typer(
    name="dedup",
    help="Find the echoes among articles: who copied whom, and which articles tell one story.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and leave with its exit code."""
    try:
        app(args=arguments, prog_name="dedup")
    except Busy as error:
        # An hourly job that finds the last one still at work has nothing to complain of.
        _leave(str(error), 0)
    except CorpusError as error:
        _leave(str(error), _NO_CORPUS)
    except GemaError as error:
        _leave(str(error), _BAD_INPUT)
    except OSError as error:
        _leave(f"{error.filename or 'the disk'}: {error.strerror or error}", _NO_CORPUS)
    except Exception as error:
        # Loaded by now if it matters; `--help` should not wait for it.
        from sqlalchemy.exc import DBAPIError

        if not isinstance(error, DBAPIError):
            raise
        _leave(f"the corpus failed: {error.orig}", _NO_CORPUS)


def _leave(message: str, code: int) -> NoReturn:
    print(f"dedup: {message}", file=sys.stderr)
    sys.exit(code)


# --- options ----------------------------------------------------------------------------------------


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise typer.BadParameter(f"{name!r} is no time zone. Like this: Asia/Jakarta") from error


CorpusOption = Annotated[
    str | None,
    typer.Option(
        "--corpus",
        metavar="ADDRESS",
        help="Where the articles are. (default: $CORPUS_URL, else sqlite:///data/corpus.db)",
    ),
]
ZoneOption = Annotated[
    tzinfo | None,
    typer.Option(
        "--zone",
        metavar="ZONE",
        parser=_zone,
        help="Show times as in ZONE, like Asia/Jakarta. (default: the system's zone)",
    ),
]


def _print_version(wanted: bool) -> None:
    if wanted:
        try:
            print(f"dedup {version('gema-news')}")
        except PackageNotFoundError:
            print("dedup, not installed: run from its source")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and leave."),
    ] = False,
) -> None:
    pass


def _examples(*commands: str) -> str:
    return "\n\n".join(("Examples:", *commands))


# --- commands ---------------------------------------------------------------------------------------


@app.command(
    "import",
    epilog=_examples(
        "dedup import articles.jsonl.gz", "dedup import folder/*.txt", "dedup import --zone Asia/Jakarta old.jsonl"
    ),
)
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help=".jsonl, .ndjson (also .gz) or .txt")],
    corpus: CorpusOption = None,
    zone: Annotated[
        tzinfo | None,
        typer.Option("--zone", metavar="ZONE", parser=_zone, help="The zone of times that name none. (default: UTC)"),
    ] = None,
    as_is: Annotated[
        bool, typer.Option("--as-is", help="Keep lines of text files that are not the article, like 'Baca Juga: …'.")
    ] = False,
) -> None:
    """Take in articles from files: JSON Lines with url, title, text, or one text a file."""
    from dedup import sources
    from dedup.corpus import Corpus

    for file in files:
        sources.check(file)
    clean = None if as_is else sources.cleaner()
    with Corpus.open(corpus) as opened:
        rows = (row for file in files for row in sources.read(file, zone or UTC, clean))
        bad: list[BadRow] = []
        good = _good(sources.refuse_taken_ids(rows, lambda ids: _urls(opened, ids)), bad)
        added = opened.add(good)
    forgotten = f", {added.forgotten:,} left out as forgotten" if added.forgotten else ""
    print(f"imported: {added.new:,} new, {added.changed:,} changed, {added.same:,} known already{forgotten}")
    if bad:
        more = f", {len(bad) - _BAD_ROWS_SHOWN:,} of them not shown" if len(bad) > _BAD_ROWS_SHOWN else ""
        _leave(f"{len(bad):,} bad rows left out{more}", _BAD_INPUT)


@app.command(epilog=_examples("dedup update", "dedup update --corpus sqlite:///data/other.db"))
def update(corpus: CorpusOption = None) -> None:
    """Group what came, changed or went since the last update."""
    from dedup.corpus import Corpus
    from dedup.report.wording import summary
    from dedup.update import update as run

    with Corpus.open(corpus) as opened, _progress() as progress:
        done = run(opened, progress=progress)
    print(summary(done))


@app.command(epilog=_examples("dedup rebuild", "dedup rebuild --corpus sqlite:///data/other.db"))
def rebuild(corpus: CorpusOption = None) -> None:
    """Group the whole corpus anew; families and stories keep their ids."""
    from dedup.corpus import Corpus
    from dedup.report.wording import summary
    from dedup.update import rebuild as run

    with Corpus.open(corpus) as opened, _progress() as progress:
        done = run(opened, progress=progress)
    print(summary(done))


@app.command(epilog=_examples("dedup groups", "dedup groups --all --zone Asia/Jakarta", "dedup groups --json"))
def groups(
    corpus: CorpusOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Articles without copies and stories of one too.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line for each family, alone or not.")
    ] = False,
    zone: ZoneOption = None,
) -> None:
    """List stories and families of copies, largest first."""
    from dedup.report import json_lines, terminal

    found = _overview(corpus)
    if as_json:
        for line in json_lines.lines(found):
            print(line)
    else:
        terminal.groups(found, terminal.console(), zone, everything)


@app.command(
    epilog=_examples(
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
    from dedup.corpus import Corpus
    from dedup.explain import explain as compare
    from dedup.report import terminal

    with Corpus.open(corpus) as opened:
        explained = compare(opened, a, b)
    terminal.explanation(explained, terminal.console(), zone)


@app.command(epilog=_examples("dedup join https://a.example/1 https://b.example/2", "dedup join --undo ID ID"))
def join(
    a: Annotated[str, typer.Argument(metavar="A", help="Id or address of an article.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Id or address of another.")],
    corpus: CorpusOption = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what was said of the two.")] = False,
) -> None:
    """Say that two articles belong to one family, whatever their texts; every update and rebuild follows it."""
    _judge(corpus, a, b, None if undo else True)


@app.command(epilog=_examples("dedup separate https://a.example/1 https://b.example/2", "dedup separate --undo ID ID"))
def separate(
    a: Annotated[str, typer.Argument(metavar="A", help="Id or address of an article.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Id or address of another.")],
    corpus: CorpusOption = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what was said of the two.")] = False,
) -> None:
    """Say that two articles belong to two families, whatever their texts; every update and rebuild follows it."""
    _judge(corpus, a, b, None if undo else False)


@app.command(
    epilog=_examples(
        "dedup boilerplate one.example",
        "dedup boilerplate one.example --pin 'Follow our channel for more news of the day'",
        "dedup boilerplate one.example --forbid 'Reported by our correspondents in the field'",
    )
)
def boilerplate(
    site: Annotated[str, typer.Argument(metavar="SITE", help="A site, like one.example.")],
    corpus: CorpusOption = None,
    pin: Annotated[str | None, typer.Option("--pin", metavar="WORDS", help="The site repeats these words.")] = None,
    forbid: Annotated[
        str | None, typer.Option("--forbid", metavar="WORDS", help="These words are its articles' own.")
    ] = None,
    undo: Annotated[
        str | None, typer.Option("--undo", metavar="WORDS", help="Take back what was said of these words.")
    ] = None,
) -> None:
    """Show what a site was found to repeat under its articles, or correct it; every update and rebuild follows it."""
    from dedup import learned
    from dedup.corpus import Corpus
    from dedup.report import terminal

    said = [(words, repeated) for words, repeated in ((pin, True), (forbid, False), (undo, None)) if words is not None]
    with Corpus.open(corpus) as opened:
        for words, repeated in said:
            learned.pin(opened, site, words, repeated, datetime.now(UTC))
        if said:
            print("`dedup update` will follow it")
            return
        terminal.segments(learned.repeated(opened, site), learned.said(opened, site), terminal.console())


@app.command(epilog=_examples("dedup check", "dedup check --corpus sqlite:////backups/corpus.db"))
def check(corpus: CorpusOption = None) -> None:
    """Verify the corpus against itself: families, units, postings, and a sample of texts taken again."""
    from dedup.checking import check as verify
    from dedup.corpus import Corpus, grouping
    from dedup.report.wording import count

    with Corpus.open(corpus) as opened, _progress() as progress:
        # Another sample each day: what is wrong somewhere is found some day.
        faults = verify(opened, tell=progress, seed=datetime.now(UTC).toordinal())
        waiting, articles = grouping.waiting(opened), opened.count()
    for fault in faults:
        print(fault)
    if waiting:
        print(f"{count(waiting, 'article waits', 'articles wait')} for `dedup update`: families were not compared")
    if faults:
        _leave(
            "the corpus is not what it should be; `dedup rebuild` makes all results anew from the articles", _NO_CORPUS
        )
    print(f"{count(articles, 'article', 'articles')}: nothing wrong was found")


@app.command(epilog=_examples("dedup report", "dedup report --out /srv/www/gema --zone Asia/Jakarta"))
def report(
    corpus: CorpusOption = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="The folder of reports. (default: data/reports)"),
    ] = None,
    zone: ZoneOption = None,
    daily: Annotated[bool, typer.Option("--daily", help="Keep only this report of the day (UTC), for cron.")] = False,
) -> None:
    """Write DIR/<time>/index.html and groups.json, point DIR/latest to it, and print the path."""
    from dedup.corpus.address import home
    from dedup.report import keep_one_a_day, write

    page = write(_overview(corpus), out or home() / "data" / "reports", datetime.now(UTC), zone)
    if daily:
        keep_one_a_day(page.parent)
    print(page)


@app.command(epilog=_examples("dedup backup /backups/corpus.db", "dedup backup --force /backups/latest.db"))
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy: a corpus in one file, ready to be used.")],
    corpus: CorpusOption = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE once the copy is whole.")] = False,
) -> None:
    """Copy the corpus as it is now into FILE, and check the copy; others may read and write meanwhile."""
    from dedup.corpus.backup import backup as copy

    with _progress() as progress:
        size = copy(corpus, file, force, progress)
    print(f"{file}: {size:,} bytes, checked")


@app.command(
    epilog=_examples(
        "dedup forget https://one.example/article",
        "dedup forget --yes --archive /srv/warc https://one.example/1 https://two.example/2",
    )
)
def forget(
    addresses: Annotated[list[str], typer.Argument(metavar="URL…", help="Addresses, or ids of articles.")],
    corpus: CorpusOption = None,
    archive: Annotated[
        Path | None,
        typer.Option(
            "--archive",
            metavar="DIR",
            exists=True,
            file_okay=False,
            help="The folder of raw pages. (default: data/warc)",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask; needed where nobody can answer.")] = False,
) -> None:
    """Remove articles for good: texts, revisions, raw pages; block their addresses, and group the others anew."""
    from dedup.corpus import Corpus, removal
    from dedup.corpus.address import home

    wanted = [spelling for address in addresses for spelling in _spellings(address)]
    with Corpus.open(corpus) as opened:
        found = removal.traces(opened, wanted)
        _tell_traces(found, addresses)
        if not yes and not _agreed():
            print("nothing was removed")
            return
        with _in_turn(opened):
            gone = removal.forget(opened, wanted, datetime.now(UTC))
        _tell_removed(gone, len(found.addresses))
        erased = _erase(archive or home() / "data" / "warc", removal.blocked(opened))
        try:
            _group(opened)
        finally:
            with _in_turn(opened):
                removal.scrub(opened)
    print("Reports, exports and backups made before may still hold it.")
    if not erased:
        raise typer.Exit(_NO_CORPUS)


# --- what they share --------------------------------------------------------------------------------


def _overview(corpus: str | None) -> "Overview":
    from dedup.corpus import Corpus
    from dedup.corpus.results import snapshot
    from dedup.report import overview

    with Corpus.open(corpus) as opened:
        return overview(snapshot(opened))


def _judge(corpus: str | None, a: str, b: str, together: bool | None) -> None:
    from dedup.corpus import Corpus, verdicts

    with Corpus.open(corpus) as opened:
        if together is not None:
            verdicts.judge(opened, a, b, together, datetime.now(UTC))
        elif not verdicts.withdraw(opened, a, b):
            print("nothing was said of these two")
            return
    print("`dedup update` will follow it")


def _good(rows: "Iterable[Row | BadRow]", bad: "list[BadRow]") -> Iterator[Article]:
    """Yield the articles of good rows; put the others into `bad` and say so as they come."""
    from dedup.sources import Row

    for row in rows:
        if isinstance(row, Row):
            yield row.article
            continue
        bad.append(row)
        if len(bad) <= _BAD_ROWS_SHOWN:
            print(row, file=sys.stderr)


def _urls(corpus: "Corpus", ids: Sequence[str]) -> dict[str, str]:
    return {article.id: article.url for article in corpus.articles(ids)}


def _spellings(reference: str) -> list[str]:
    """Return an address as given, and as the crawler would store it (entry points `gema.address`)."""
    from dedup.corpus.removal import is_address

    if not is_address(reference):
        return [reference]
    return [reference, *(found.load()(reference) for found in entry_points(group="gema.address"))]


def _tell_traces(found: "Traces", wanted: Sequence[str]) -> None:
    """Say what will go; raises UnknownArticle for what is neither an address nor the id of an article."""
    from dedup.corpus.removal import is_address
    from dedup.report.inert import plain

    known = {article.id for article in found.articles}
    for reference in wanted:
        if not is_address(reference) and reference not in known:
            raise UnknownArticle(f"no article has the id {reference!r}, and an address is like https://one.example/1")
    for article in found.articles:
        print(f"article {plain(article.id)}: {plain(article.title)}")
    if not found.articles:
        print("no article of the corpus goes by it; it will be blocked:")
    for address in found.addresses:
        print(f"  {plain(address)}")


def _tell_removed(gone: "Removed", blocked: int) -> None:
    from dedup.report.wording import count

    went = (
        count(gone.articles, "article", "articles"),
        count(gone.revisions, "revision", "revisions"),
        count(gone.texts, "text", "texts"),
        count(gone.matches, "match", "matches"),
    )
    print(f"removed: {', '.join(went)}; blocked: {count(blocked, 'address', 'addresses')}")


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise Refused("nobody here to ask whether to remove this for good: add --yes")
    return typer.confirm("Remove this for good?")


@contextmanager
def _in_turn(corpus: "Corpus") -> Iterator[None]:
    """Hold the corpus for updating once nobody else does."""
    with ExitStack() as held:
        try:
            held.enter_context(corpus.alone("updating"))
        except Busy:
            print("dedup: waiting for another process that is updating this corpus", file=sys.stderr)
            held.enter_context(corpus.alone("updating", wait=True))
        yield


def _group(corpus: "Corpus") -> None:
    from dedup.report.wording import summary
    from dedup.update import update as run

    # Whoever came between groups without the article as well.
    with suppress(Busy), _progress() as progress:
        print(summary(run(corpus, progress=progress)))


def _erase(folder: Path, addresses: Sequence[str]) -> bool:
    """Take these addresses' records out of the archive (entry points `gema.forget`); say and return whether it went."""
    if not folder.is_dir():
        print(f"archive: there is none at {folder}")
        return True
    tools = [found.load() for found in entry_points(group="gema.forget")]
    trouble = "" if tools else "the crawler, whose it is, is not installed"
    try:
        erased = sum(tool(folder, addresses) for tool in tools)
    except (GemaError, OSError) as error:
        trouble = str(error)
    if trouble:
        again = "repeat `dedup forget` with its address"
        print(f"dedup: {folder} may still hold raw pages of it ({trouble}): {again}", file=sys.stderr)
        return False
    print(f"archive: {erased:,} records removed from {folder}")
    return True


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None] | None]:
    """Yield what draws a bar for each stage, on a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        started = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in started:
                started[stage] = bars.add_task(stage, total=total)
            bars.update(started[stage], completed=done, total=total)

        yield tell


if __name__ == "__main__":
    main()
