"""What the tests of export, find and passages share: the press, grouped, and commands as people type them."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from dedup import Article, Corpus, cli
from dedup.updating import update
from tests.dedup.conftest import NOW
from tests.newsroom.articles import articles
from tests.newsroom.texts import load


@dataclass(frozen=True, slots=True)
class Left:
    """What a command left behind."""

    code: int
    out: str
    err: str


def run(capsys: pytest.CaptureFixture[str], corpus: Corpus, *arguments: object) -> Left:
    """Run `dedup` with these arguments on a corpus."""
    with pytest.raises(SystemExit) as left:
        cli.main([*map(str, arguments), "--corpus", corpus.address])
    captured = capsys.readouterr()
    return Left(int(left.value.code or 0), captured.out, captured.err)


def press_articles() -> list[Article]:
    """Return the articles of the press, by id."""
    return sorted(articles(load(), NOW), key=lambda article: article.id)


def grouped(corpus: Corpus, *found: Article) -> Corpus:
    """Return the corpus with these articles, or those of the press, grouped."""
    corpus.add(found or press_articles())
    update(corpus, now=NOW)
    return corpus


def press_grouped(folder: Path) -> Corpus:
    """Return a new corpus in this folder with the press, grouped: for tests that only read."""
    return grouped(Corpus.open(f"sqlite:///{folder / 'press.db'}"))
