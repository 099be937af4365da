"""`dedup search`: articles that hold some words."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from dedup.commands import CorpusOption, ZoneOption, app, corpus_to_read, examples, opened_corpus, progress_bars
from dedup.commands.finding import tell_waiting
from dedup.commands.moments import moment
from dedup.errors import CorpusError, GemaError

if TYPE_CHECKING:
    from dedup.corpus import Corpus


@app.command(
    # A word that is not to occur begins as an option does; -h would take it for one.
    context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]},
    epilog=examples(
        "dedup search banjir jakarta",
        "dedup search '\"kim jong un\"' rusia -ukraina",
        "dedup search site:one.example lang:id --since 2026-03-01 --json",
    ),
)
def search(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WORDS…",
            help='All must occur, in title or text. "some words" in their order (within the shell\'s own quotes), '
            "-word for what must not, site:one.example, lang:id.",
        ),
    ],
    corpus: CorpusOption = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="Published then or later.")] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Published before; of a day, until its end.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="Show so many.")] = 10,
    everything: Annotated[bool, typer.Option("--all", help="Each copy of a family as an answer of its own.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each answer.")] = False,
    zone: ZoneOption = None,
) -> None:
    """Find articles by their words, the most telling first, copies of one family as one answer."""
    from dedup.report import answers, terminal
    from dedup.searching import search as look

    _refuse_mistyped(words)
    first, last = moment("--since", since, zone), moment("--until", until, zone, end=True)
    if first and last and first >= last:
        raise typer.BadParameter("--since is not before --until: nothing was published between them")
    with _indexed(corpus) as (opened, left_out):
        empty = not opened.count()
        if empty:
            print(_EMPTY, file=sys.stderr)
        with progress_bars() as progress:
            found = look(
                opened,
                " ".join(words),
                since=first,
                until=last,
                limit=limit,
                copies=everything,
                progress=progress,
                index=not left_out,
            )
        if not found.best and not empty:
            _tell_why_nothing(opened, " ".join(words))
        tell_waiting(opened)
    if not as_json:
        answers.answers(found, terminal.console(), zone)
        return
    for each in found.best:
        print(answers.answer_line(each, found.phrases))
    if not found.best:
        print(answers.closing(found), file=sys.stderr)


@contextmanager
def _indexed(address: str | None) -> "Iterator[tuple[Corpus, int]]":
    """Open a corpus to be searched, and tell how many articles its index lacks and cannot be given."""
    from dedup.report import wording
    from dedup.searching import unindexed

    with corpus_to_read(address) as reading:
        missing = unindexed(reading)
        if not missing:
            yield reading, 0
            return
        try:
            writing = opened_corpus(address)
        except CorpusError as error:
            print(f"dedup: {wording.articles(missing)} not in the index are not found: {error}", file=sys.stderr)
            yield reading, missing
            return
    with writing:
        yield writing, 0


def _tell_why_nothing(corpus: "Corpus", query: str) -> None:
    """Say what is amiss with a site or a language asked for; raises GemaError where no article is of it."""
    from dedup.searching import unknown_sites, unspoken_languages

    for site in unknown_sites(corpus, query):
        raise GemaError(f"nothing is known of the site {site!r}; a site is a domain, like one.example")
    languages, nameless = unspoken_languages(corpus, query)
    if languages:
        rest = f"; {_NAMELESS.format(nameless)}" if nameless else ""
        raise GemaError(f"no article is in the language {languages[0]!r} (a code like id or en){rest}")
    if nameless:
        print(f"dedup: {_NAMELESS.format(nameless)}", file=sys.stderr)


_NAMELESS = "{:,} name no language: search them without lang:"


_EMPTY = "dedup: there are no articles yet: `dedup import FILE…` or `scrapy crawl news -a seeds=FILE`"


def _refuse_mistyped(words: list[str]) -> None:
    """Refuse what asks for nothing, and what can only be a mistyped option."""
    from dedup.asking import asked
    from dedup.corpus.fulltext import Asked

    if asked(" ".join(words)) == Asked():
        raise typer.BadParameter("no word was asked for")
    known = ["--corpus", "--since", "--until", "--limit", "--all", "--json", "--zone", "--help"]
    for word in words:
        if word.startswith("--") and word.strip("-"):
            from difflib import get_close_matches

            if word in known:
                raise typer.BadParameter(f"options such as {word} go before --")
            near = get_close_matches(word, known, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise typer.BadParameter(f"there is no option {word}.{hint} A word that must not occur has one dash.")
