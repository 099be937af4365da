"""The commands of `dedup`, a module for each kind, and what they share: options, exit codes, progress bars."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from dedup.corpus import Corpus
    from dedup.report import Overview

BAD_INPUT, NO_CORPUS = 2, 4

app = typer.Typer(
    name="dedup",
    help="Find the echoes among articles: who copied whom, and which articles tell one story.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def leave(message: str, code: int) -> NoReturn:
    """End the process with a message and an exit code."""
    print(f"dedup: {message}", file=sys.stderr)
    sys.exit(code)


def zone_named(name: str) -> tzinfo:
    """Return the time zone of this name; typer says so where there is none."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise typer.BadParameter(f"{name!r} is no time zone. Like this: Asia/Jakarta") from error


class Choose(StrEnum):
    """Which article of a family stays with one-per-family."""

    EARLIEST = "earliest"
    COMPLETE = "complete"
    ORIGIN = "origin"


CorpusOption = Annotated[
    str | None,
    typer.Option(
        "--corpus",
        metavar="ADDRESS",
        help="Where the articles are. (default: $CORPUS_URL, else sqlite:///data/corpus.db)",
    ),
]
EmbeddingsOption = Annotated[
    Path | None,
    typer.Option(
        "--embeddings",
        metavar="PATH",
        envvar="GEMA_EMBEDDINGS",
        show_envvar=False,
        help="The folder of a model2vec model: stories are told across languages too. (default: $GEMA_EMBEDDINGS)",
    ),
]
ChooseOption = Annotated[
    Choose,
    typer.Option(
        "--choose",
        help="Which one stands for a family: the earliest, the most complete, or the one others name as their source.",
    ),
]
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="WHEN",
        help="Only families and stories with an article since then, whole: 2026-03-20, 2026-03-20T06:00+07:00, or "
        "7d, 24h before the last update. What has no date counts by when it was found.",
    ),
]
ZoneOption = Annotated[
    tzinfo | None,
    typer.Option(
        "--zone",
        metavar="ZONE",
        parser=zone_named,
        help="Show times as in ZONE, like Asia/Jakarta. (default: the system's zone)",
    ),
]


def examples(*commands: str) -> str:
    """Return the last lines of a command's help."""
    return "\n\n".join(("Examples:", *commands))


# --- commands ---------------------------------------------------------------------------------------


def opened_corpus(address: str | None) -> "Corpus":
    """Open a corpus to change what is in it; raises CorpusError where one was named that is not there."""
    from dedup.corpus import Corpus

    return Corpus.existing(address)


def corpus_to_read(address: str | None) -> "Corpus":
    """Open a corpus to read what is in it; raises CorpusError where one was named that is not there."""
    from dedup.corpus.readonly import open_as_it_is

    return open_as_it_is(address)


def overview(corpus: str | None, choose: str = "earliest", since: datetime | timedelta | None = None) -> "Overview":
    """Return the results of the corpus at this address, as reports show them; `choose` is a `representative.Choice`.

    `since`: only what has an article since then, or since so long before the last update.
    """
    from dataclasses import replace

    from dedup.commands.finding import tell_waiting
    from dedup.commands.moments import ago
    from dedup.corpus.results import snapshot
    from dedup.report import overview as arranged
    from dedup.report.scope import Scope, within
    from dedup.representative import Choice

    with corpus_to_read(corpus) as opened:
        tell_waiting(opened)
        found = snapshot(opened)
    scope = Scope(since=ago(since, found.updated_at or datetime.now(UTC)))
    return replace(arranged(within(found, scope), Choice(choose)), scope=scope)


def foretell(articles: int) -> None:
    """Say why grouping so many articles will take long, on a terminal only: cron would send it each hour."""
    from dedup.compiler import why_slow

    reason = why_slow(articles) if sys.stderr.isatty() else ""
    if reason:
        print(f"dedup: {reason}", file=sys.stderr)


@contextmanager
def progress_bars() -> Iterator[Callable[[str, int, int], None] | None]:
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
