"""`dedup join`, `separate`, `boilerplate`: a person's word."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from dedup.commands import CorpusOption, app, corpus_to_read, examples, opened_corpus


@app.command(epilog=examples("dedup join https://a.example/1 https://b.example/2", "dedup join --undo ID ID"))
def join(
    a: Annotated[str, typer.Argument(metavar="A", help="Id or address of an article.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Id or address of another.")],
    corpus: CorpusOption = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what was said of the two.")] = False,
) -> None:
    """Say that two articles belong to one family, whatever their texts; every update and rebuild follows it."""
    _judge(corpus, a, b, None if undo else True)


@app.command(epilog=examples("dedup separate https://a.example/1 https://b.example/2", "dedup separate --undo ID ID"))
def separate(
    a: Annotated[str, typer.Argument(metavar="A", help="Id or address of an article.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Id or address of another.")],
    corpus: CorpusOption = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what was said of the two.")] = False,
) -> None:
    """Say that two articles belong to two families, whatever their texts; every update and rebuild follows it."""
    _judge(corpus, a, b, None if undo else False)


@app.command(
    epilog=examples(
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
    everything: Annotated[bool, typer.Option("--all", help="Lines of one text alone too.")] = False,
) -> None:
    """Show what a site was found to repeat under its articles, or correct it; every update and rebuild follows it.

    Lines count of which half the words are known to be repeated, in the sample of at most a thousand texts from which
    that is learned; so a line may stand in more of the site's texts than is said. Of lines that stand in one alone only
    the number is told.
    """
    from dedup import learned
    from dedup.report import terminal
    from dedup.segments import words as words_of

    said = [(words, repeated) for words, repeated in ((pin, True), (forbid, False), (undo, None)) if words is not None]
    if len({words_of(words).words for words, _ in said}) < len(said):
        raise typer.BadParameter("give the same words to one of --pin, --forbid and --undo")
    with (opened_corpus if said else corpus_to_read)(corpus) as opened:
        site = learned.site_meant(opened, site)
        for words, repeated in said:
            learned.pin(opened, site, words, repeated, datetime.now(UTC))
        if said:
            print("`dedup update` will follow it")
            return
        terminal.segments(learned.repeated(opened, site), learned.said(opened, site), terminal.console(), everything)


def _judge(corpus: str | None, a: str, b: str, together: bool | None) -> None:
    from dedup.corpus import verdicts

    with opened_corpus(corpus) as opened:
        if together is not None:
            verdicts.judge(opened, a, b, together, datetime.now(UTC))
        elif not verdicts.withdraw(opened, a, b):
            print("nothing was said of these two")
            return
    print("`dedup update` will follow it")
