"""`dedup update`, `rebuild`, `check`, `backup`: what keeps a corpus grouped and whole."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dedup.commands import (
    NO_CORPUS,
    CorpusOption,
    EmbeddingsOption,
    app,
    corpus_to_read,
    examples,
    foretell,
    leave,
    opened_corpus,
    progress_bars,
)


@app.command(epilog=examples("dedup update", "dedup update --corpus sqlite:///data/other.db"))
def update(corpus: CorpusOption = None, embeddings: EmbeddingsOption = None) -> None:
    """Group what came, changed or went since the last update."""
    from dedup.report.wording import summary
    from dedup.updating import update as run

    with opened_corpus(corpus) as opened, progress_bars() as progress:
        foretell(opened.count())
        done = run(opened, progress=progress, embeddings=embeddings)
    print(summary(done))


@app.command(epilog=examples("dedup rebuild", "dedup rebuild --corpus sqlite:///data/other.db"))
def rebuild(corpus: CorpusOption = None, embeddings: EmbeddingsOption = None) -> None:
    """Group the whole corpus anew; families and stories keep their ids."""
    from dedup.report.wording import summary
    from dedup.updating import rebuild as run

    with opened_corpus(corpus) as opened, progress_bars() as progress:
        foretell(opened.count())
        done = run(opened, progress=progress, embeddings=embeddings)
    print(summary(done))


@app.command(epilog=examples("dedup check", "dedup check --corpus sqlite:////backups/corpus.db"))
def check(corpus: CorpusOption = None) -> None:
    """Verify the corpus against itself: families, stories, units; texts, matches and days are made again, in part."""
    from dedup.checking import check as verify
    from dedup.corpus import grouping
    from dedup.report.wording import count

    with corpus_to_read(corpus) as opened, progress_bars() as progress:
        # Another sample each day: what is wrong somewhere is found some day.
        faults = verify(opened, tell=progress, seed=datetime.now(UTC).toordinal())
        waiting, articles = grouping.waiting(opened), opened.count()
    for fault in faults:
        print(fault)
    if waiting:
        said = count(waiting, "article waits", "articles wait")
        print(f"{said} for `dedup update`: families, matches and stories were not compared")
    if faults:
        leave(
            "the corpus is not what it should be; `dedup rebuild` makes all results anew from the articles", NO_CORPUS
        )
    print(f"{count(articles, 'article', 'articles')}: nothing wrong was found")


@app.command(epilog=examples("dedup backup /backups/corpus.db", "dedup backup --force /backups/latest.db"))
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy: a corpus in one file, ready to be used.")],
    corpus: CorpusOption = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE once the copy is whole.")] = False,
) -> None:
    """Copy the corpus as it is now into FILE, and check the copy; others may read and write meanwhile."""
    from dedup.corpus.backup import backup as copy

    with progress_bars() as progress:
        size = copy(corpus, file, force, progress)
    print(f"{file}: {size:,} bytes, checked")
