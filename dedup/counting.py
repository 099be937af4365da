"""In how many families each word of a language stands: what a corpus itself can say of how common words are."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from dedup import background, segments
from dedup.arrays import WordCounts
from dedup.corpus import Corpus, many, schema, vocabularies
from dedup.errors import GemaError
from dedup.reading import desk_of
from dedup.records import Recipe

Progress = Callable[[str, int, int], None]

# A word that fewer families hold is news, and no vocabulary: it keeps what it weighs in general.
_LEAST = 5
# Articles whose texts are in memory at a time.
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Weighed:
    """A word of a language: its general frequency, in how many texts of how many it was counted, and its weight.

    `count` is None where it was not counted: too few texts hold it. `before` is what it weighs without the count.
    """

    word: str
    language: str
    frequency: float
    count: int | None
    texts: int
    before: float
    after: float


def learn(
    corpus: Corpus, languages: Sequence[str], now: datetime, tell: Progress | None = None
) -> tuple[str, dict[str, WordCounts]]:
    """Count the words of the corpus, and have the next rebuild go by it; return the version, and what was counted.

    `languages` are those to count, () for all. Raises Busy while an update runs; GemaError where no word stands in
    enough families to be counted.
    """
    with corpus.alone("updating"):
        counted = count(corpus, languages, tell)
        if not counted:
            asked = f" of {', '.join(languages)}" if languages else ""
            raise GemaError(f"no word{asked} stands in {_LEAST} families: there is too little to learn from")
        return vocabularies.choose(corpus, counted, now), counted


def count(corpus: Corpus, languages: Sequence[str] = (), tell: Progress | None = None) -> dict[str, WordCounts]:
    """Return in how many families words stand, by language; of a family, the article with the smallest id is read.

    Of articles that no update has grouped yet, each distinct text counts once. Furniture of sites is left out.
    """
    # As it is written: neither weights nor what words stand for matter.
    desk = desk_of(corpus, Recipe())
    texts: Counter[str] = Counter()
    words: dict[str, Counter[str]] = defaultdict(Counter)
    chosen = _one_each(corpus, set(languages))
    for done in range(0, len(chosen), _AT_ONCE):
        if tell:
            tell("counting words", done, len(chosen))
        batch = desk.batch(chosen[done : done + _AT_ONCE])
        for article, said in zip(batch.articles, desk.terms(batch), strict=True):
            texts[article.language] += 1
            words[article.language].update(said.keys())
        desk.clear()
    found = {
        language: WordCounts(texts[language], {word: times for word, times in sorted(held.items()) if times >= _LEAST})
        for language, held in sorted(words.items())
    }
    return {language: counted for language, counted in found.items() if counted.words}


def weighed(languages: Mapping[str, WordCounts], words: Sequence[str]) -> list[Weighed]:
    """Return what words weigh in each language, as they are written."""
    return [
        _weighed(segments.normal(word), language, counted)
        for word in words
        for language, counted in sorted(languages.items())
    ]


def most_changed(languages: Mapping[str, WordCounts], most: int) -> list[Weighed]:
    """Return the words whose weight a background changes most, so many of each language."""
    return [
        _weighed(word, language, counted)
        for language, counted in sorted(languages.items())
        for word in background.changed(language, Recipe(), counted)[:most]
    ]


def _weighed(word: str, language: str, counted: WordCounts) -> Weighed:
    recipe = Recipe()
    return Weighed(
        word=word,
        language=language,
        frequency=background.frequency(word, language),
        count=counted.words.get(word),
        texts=counted.texts,
        before=background.weight(word, language, recipe),
        after=background.weight(word, language, recipe, counted),
    )


def _one_each(corpus: Corpus, languages: set[str]) -> list[str]:
    """Return an article of each family, and of each text that is in none yet, sorted."""
    articles, members = schema.articles, schema.family_members
    columns = (articles.c.key, articles.c.language, articles.c.text_id, members.c.family)
    query = select(*columns).outerjoin(members, members.c.article_id == articles.c.id)
    # In Python's order: that of a database's text is its own.
    first: dict[str | int, tuple[str, str]] = {}
    with corpus.reading() as connection:
        for key, language, text, family in many.rows(connection, query):
            group = text if family is None else family
            first[group] = min((key, language), first.get(group, (key, language)))
    return sorted(key for key, language in first.values() if not languages or language in languages)
