"""Articles that hold some words, the most telling first, copies of one family as one answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dedup.asking import asked
from dedup.corpus import Corpus, fulltext, listing
from dedup.corpus.fulltext import Hit, Phrases
from dedup.corpus.listing import Told
from dedup.excerpts import excerpt
from dedup.records import Article

Progress = Callable[[str, int, int], None]

_NO_STORY = Told("", 0)


@dataclass(frozen=True, slots=True)
class Answer:
    """An article that was found, and the piece of its text that shows best why.

    `family` and `story` are its own, "" where it has none yet; `copies` are the other articles of its family. `label`
    is what the story is called, `told` how many families tell it.
    """

    article: Article
    excerpt: str
    family: str = ""
    copies: int = 0
    story: str = ""
    label: str = ""
    told: int = 0


@dataclass(frozen=True, slots=True)
class Answers:
    """The best answers, how many there are in all, and how many articles hold what was asked for, by `phrases`."""

    best: tuple[Answer, ...]
    count: int
    articles: int
    phrases: Phrases


def search(
    corpus: Corpus,
    query: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 10,
    copies: bool = False,
    progress: Progress | None = None,
    index: bool = True,
) -> Answers:
    """Return the articles that hold all words of a query (see `asking.asked`), the most telling first.

    Of the articles of one family the most telling is returned, of those the earliest; with `copies` all are. `since`
    and `until`, which is too late already, narrow the time of publication: what is dated to a day by that day on the
    calendar of their zone. `limit` is how many are returned. Indexes first what came since the last search, telling
    `progress`; without `index` that is not found.
    """
    if index:
        _catch_up(corpus, progress or _silent)
    question = replace(asked(query), since=since, until=until)
    if question == fulltext.Asked():
        return Answers((), 0, 0, ())
    with corpus.reading() as connection:
        hits = fulltext.find(connection, question)
    apart = hits if copies else _bests(hits)
    return Answers(_told(corpus, apart[: max(0, limit)], question.phrases), len(apart), len(hits), question.phrases)


def unindexed(corpus: Corpus) -> int:
    """Return how many articles the next search indexes first."""
    with corpus.reading() as connection:
        return fulltext.waiting(connection)


def unknown_sites(corpus: Corpus, query: str) -> list[str]:
    """Return the sites that a query asks for by name and that no article is of."""
    with corpus.reading() as connection:
        return fulltext.unknown(connection, asked(query).sites)


def unspoken_languages(corpus: Corpus, query: str) -> tuple[list[str], int]:
    """Return the languages that a query asks for and that no article is in, and how many articles name none."""
    with corpus.reading() as connection:
        return fulltext.unspoken(connection, asked(query).languages)


def _bests(hits: Sequence[Hit]) -> list[Hit]:
    """Return the first of each family."""
    bests: dict[str, Hit] = {}
    for hit in hits:
        bests.setdefault(hit.family or hit.article, hit)
    return list(bests.values())


def _told(corpus: Corpus, hits: Sequence[Hit], phrases: Phrases) -> tuple[Answer, ...]:
    articles = {article.id: article for article in corpus.articles([hit.article for hit in hits])}
    homes = listing.homes(corpus, articles)
    sizes = listing.sizes(corpus, (hit.family for hit in hits))
    stories = listing.told(corpus, (home.story for home in homes.values()))
    answers = []
    for hit in hits:
        # It may have gone meanwhile.
        if article := articles.get(hit.article):
            story = homes[hit.article].story if hit.article in homes else ""
            told = stories.get(story, _NO_STORY)
            others = max(0, sizes.get(hit.family, 1) - 1)
            piece = excerpt(article.text, phrases)
            answers.append(Answer(article, piece, hit.family, others, story, told.label, told.families))
    return tuple(answers)


def _catch_up(corpus: Corpus, tell: Progress) -> None:
    waiting = unindexed(corpus)
    done, last, count = 0, 0, waiting
    while count:
        tell("indexing", done, max(waiting, done))
        with corpus.transaction() as connection:
            count, last = fulltext.add_some(connection, last)
        done += count


def _silent(stage: str, done: int, total: int) -> None:
    pass
