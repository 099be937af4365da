"""The corpus for others: every article with its family, or one of each family, some at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dedup import representative
from dedup.compiler import expect
from dedup.corpus import Corpus, listing
from dedup.corpus.listing import Held, Home
from dedup.records import Article
from dedup.representative import Choice

# Articles whose texts are in memory at a time.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Exported:
    """An article with what is known of it: its family and story, "" before it is grouped.

    `family_size` is how many articles the family has, `is_first` whether this one is the earliest of them, and
    `first_url` the address of the earliest.
    """

    article: Article
    family: str
    story: str
    family_size: int
    is_first: bool
    first_url: str


def export(corpus: Corpus, alone: bool = False, by: Choice | str = Choice.EARLIEST) -> Iterator[Exported]:
    """Yield the articles of the corpus, family after family, those that are not grouped yet last.

    `alone`: of each family only the one that is chosen `by`, see `representative.choose`. Which one is first, is told
    by `earliest` whatever is chosen. No more than a family, without its texts, is in memory at a time, and of some
    hundred articles the texts; an article that goes meanwhile is left out.
    """
    expect(corpus.count())
    waiting: list[Exported] = []
    for row in _rows(corpus, alone, Choice(by)):
        waiting.append(row)
        if len(waiting) == _AT_ONCE:
            yield from _whole(corpus, waiting)
            waiting.clear()
    yield from _whole(corpus, waiting)


def _rows(corpus: Corpus, alone: bool, by: Choice) -> Iterator[Exported]:
    """Yield what will be exported, without texts."""
    for held in listing.families(corpus):
        yield from _family(corpus, held, alone, by)
    for article in listing.ungrouped(corpus):
        yield _exported(article, Home(), 1, article)


def _family(corpus: Corpus, held: Held, alone: bool, by: Choice) -> Iterator[Exported]:
    first = representative.choose(held.members).article
    kept: Sequence[Article] = (_chosen(corpus, held.members, first, by),) if alone else held.members
    for article in kept:
        yield _exported(article, held.home, len(held.members), first)


def _chosen(corpus: Corpus, members: Sequence[Article], first: Article, by: Choice) -> Article:
    if by is Choice.EARLIEST or len(members) == 1:
        return first
    if by is Choice.ORIGIN:
        return representative.choose(members, by).article
    # Whole texts are needed to count their words.
    whole = list(corpus.articles([member.id for member in members]))
    return representative.choose(whole, by).article if whole else first


def _exported(article: Article, home: Home, size: int, first: Article) -> Exported:
    return Exported(article, home.family, home.story, size, article.id == first.id, first.url)


def _whole(corpus: Corpus, rows: Sequence[Exported]) -> Iterator[Exported]:
    articles = {article.id: article for article in corpus.articles([row.article.id for row in rows])}
    for row in rows:
        if row.article.id in articles:
            yield replace(row, article=articles[row.article.id])
