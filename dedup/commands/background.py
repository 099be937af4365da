"""`dedup background`: how common words are, as the corpus itself has it."""

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from dedup.arrays import WordCounts
from dedup.commands import CorpusOption, app, corpus_to_read, examples, opened_corpus, progress_bars

commands = typer.Typer(
    no_args_is_help=True,
    help="Learn from the corpus how common words are, look at it, or go back to general frequencies alone.",
    epilog=examples("dedup background learn", "dedup background show banjir", "dedup background forget"),
)
app.add_typer(commands, name="background")

_REBUILD = "`dedup rebuild` makes the stories anew by it; `dedup update` waits for that"
_CHANGED = 15
# With fewer texts the words of a few events are as common as those that a press uses every day.
_ENOUGH = 1_000


@commands.command(epilog=examples("dedup background learn", "dedup background learn --language id --language ms"))
def learn(
    corpus: CorpusOption = None,
    language: Annotated[
        list[str] | None, typer.Option("--language", metavar="LANGUAGE", help="Only this, like id; may be repeated.")
    ] = None,
) -> None:
    """Count in how many families each word stands; the next rebuild weighs words by it, no update changes it."""
    from dedup import counting
    from dedup.corpus import vocabularies
    from dedup.report import scales

    with opened_corpus(corpus) as opened:
        with progress_bars() as progress:
            version, counted = counting.learn(opened, language or (), datetime.now(UTC), progress)
        known = vocabularies.settled(opened).story_background == version
    print(f"background {version}: {scales.summary(counted)}")
    for name, each in sorted(counted.items()):
        if each.texts < _ENOUGH:
            print(f"few texts in {name}: of what they hold, what is news and what is usual cannot be told apart yet")
    print("the stories rest on it already" if known else _REBUILD)


@commands.command(epilog=examples("dedup background show", "dedup background show banjir tambahnya --language id"))
def show(
    words: Annotated[list[str] | None, typer.Argument(metavar="[WORD…]", help="What is known of these words.")] = None,
    corpus: CorpusOption = None,
    language: Annotated[str | None, typer.Option("--language", metavar="LANGUAGE", help="Only this, like id.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each word.")] = False,
) -> None:
    """Show what was learned: versions, texts counted, and the words that weigh least like in general."""
    from dedup import counting
    from dedup.corpus import vocabularies
    from dedup.report import scales, terminal

    with corpus_to_read(corpus) as opened:
        kept = vocabularies.versions(opened)
        spoken = [language] if language is not None else vocabularies.languages(opened)
    learned = next((version.languages for version in kept if version.chosen), {})
    now = {name: learned.get(name, WordCounts(0, {})) for name in spoken if words or name in learned}
    found = counting.weighed(now, words) if words else counting.most_changed(now, _CHANGED)
    if as_json:
        for each in found:
            print(json.dumps(scales.record(each)))
        return
    out = terminal.console()
    if not words:
        scales.versions(kept, out)
    scales.words(found, out)


@commands.command(epilog=examples("dedup background forget"))
def forget(corpus: CorpusOption = None) -> None:
    """Go back to general frequencies alone."""
    from dedup.corpus import vocabularies

    with opened_corpus(corpus) as opened, opened.alone("updating"):
        if not vocabularies.chosen(opened).story_background:
            print("nothing was learned")
            return
        vocabularies.choose(opened, {}, datetime.now(UTC))
        used = vocabularies.settled(opened).story_background
    print(f"words weigh what they weigh in general; {_REBUILD}" if used else "words weigh what they weigh in general")
