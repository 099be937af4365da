"""`dedup forget`: take articles out for good."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dedup.commands import NO_CORPUS, CorpusOption, EmbeddingsOption, app, examples, opened_corpus, progress_bars
from dedup.errors import Busy, GemaError, Refused, UnknownArticle
from dedup.handed import handed

if TYPE_CHECKING:
    from dedup.corpus import Corpus
    from dedup.corpus.removal import Traces
    from dedup.corpus.store import Removed


@app.command(
    epilog=examples(
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
    embeddings: EmbeddingsOption = None,
) -> None:
    """Remove articles for good: texts, revisions, raw pages; block their addresses, and group the others anew."""
    from dedup.corpus import removal
    from dedup.corpus.address import home

    wanted = [spelling for address in addresses for spelling in _spellings(address)]
    with opened_corpus(corpus) as opened:
        found = removal.traces(opened, wanted)
        _tell_traces(found, addresses)
        if not yes and not _agreed():
            print("nothing was removed")
            return
        newest = removal.newest_archived(opened)
        with _in_turn(opened):
            gone = removal.forget(opened, wanted, datetime.now(UTC))
        _tell_removed(gone, len(found.addresses))
        erased = _erase(archive or home() / "data" / "warc", removal.blocked(opened), newest)
        try:
            grouped = _group(opened, embeddings)
        finally:
            with _in_turn(opened):
                removal.scrub(opened)
    print("Reports, exports and backups made before may still hold it.")
    if not (erased and grouped):
        raise typer.Exit(NO_CORPUS)


def _spellings(reference: str) -> list[str]:
    """Return an address as given, and as the crawler would store it (entry points `gema.address`)."""
    from dedup.corpus.removal import is_address

    if not is_address(reference):
        return [reference]
    return [reference, *(spelled(reference) for spelled in handed("gema.address"))]


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


def _group(corpus: "Corpus", embeddings: Path | None) -> bool:
    """Group what is left; say and return whether it is grouped, or will be."""
    from dedup.report.wording import summary
    from dedup.updating import update as run

    try:
        with progress_bars() as progress:
            done = run(corpus, progress=progress, embeddings=embeddings)
    except Busy:
        # Whoever came between groups without the article as well.
        return True
    except GemaError as error:
        print(f"dedup: removed, but the others are not grouped anew: {error}", file=sys.stderr)
        return False
    print(summary(done))
    return True


def _erase(folder: Path, addresses: Sequence[str], newest: str) -> bool:
    """Take these addresses' records out of the archive (entry points `gema.forget`); say and return whether it went.

    `newest` is the file that the last page is in, "" where none was kept: where it is not, the archive is elsewhere.
    """
    elsewhere = newest != "" and not _is_in(folder, newest)
    if elsewhere:
        print(
            f"dedup: raw pages of it were kept, but {newest} is not in {folder}: "
            "repeat `dedup forget` with its address and the --archive that has it",
            file=sys.stderr,
        )
    if not folder.is_dir():
        print(f"archive: there is none at {folder}")
        return not elsewhere
    tools = handed("gema.forget")
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
    return not elsewhere


def _is_in(folder: Path, name: str) -> bool:
    # One that is still written to has a longer name.
    return folder.is_dir() and any(path.name.startswith(name) for path in folder.iterdir())
