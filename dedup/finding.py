"""What is known of a text that is not in the corpus: the articles it shares text with. Nothing is stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup import boilerplate, cutting, families, lookup, matching, minhash
from dedup.arrays import Cut, Postings, Reading, Units
from dedup.corpus import Corpus, grouping, listing, postings, units, vocabularies
from dedup.corpus.rows import text_hash
from dedup.given import of_kind
from dedup.reading import Desk, desk_of, reading
from dedup.records import Article, Match, Recipe, Relation

# Articles that a text is compared with at most, those of most shared keys.
MOST = 200
# Some three thousand articles one after the other: 200 comparisons with it take a minute.
_LONGEST = 5_000_000
# Of these so many are in memory at a time.
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Found:
    """An article that shares text with the one that was asked for, which is `a` of the `match`.

    `family` and `story` are the article's, "" where it has none.
    """

    article: Article
    match: Match
    family: str = ""
    story: str = ""


class Sought(NamedTuple):
    """What was found, and how many articles were not compared, since others share more with the text."""

    found: list[Found]
    left_out: int


def find(corpus: Corpus, text: str, title: str = "", recipe: Recipe | None = None) -> list[Found]:
    """Return the articles of the last update that share text with this one, nearest first.

    Of the articles of a site that have one text, one is returned. Compared are at most the 200 that share most keys of
    their sketches with the text, see `seek`. `why_nothing` tells of which texts nothing can be found. Raises
    RecipeError when the corpus was grouped by another recipe.
    """
    return seek(corpus, text, title, recipe).found


def seek(corpus: Corpus, text: str, title: str = "", recipe: Recipe | None = None) -> Sought:
    """Return what `find` does, and how many articles were not compared."""
    of_kind(str, text, "the text")
    of_kind(str, title, "the title")
    recipe = recipe or vocabularies.settled(corpus)
    grouping.check_recipe(corpus, recipe)
    if why_nothing(text, recipe):
        return Sought([], 0)
    words = cutting.cut([text])
    desk = desk_of(corpus, recipe)
    asked = reading("", "", cutting.part(cutting.cut([title]), 0), words, np.ones(len(words.hashes), bool), recipe)
    candidates, left_out = _candidates(desk, text, words)
    compared = _compared(desk, asked, text, candidates)
    matches = [match for match in compared if match.relation is not Relation.NONE]
    matches.sort(key=lambda match: (-families.strength(match), match.b))
    articles = {article.id: article for article in corpus.articles([match.b for match in matches])}
    homes = listing.homes(corpus, articles)
    found = [
        Found(articles[match.b], match, homes[match.b].family, homes[match.b].story)
        for match in matches
        if match.b in articles and match.b in homes
    ]
    return Sought(found, left_out)


def why_nothing(text: str, recipe: Recipe | None = None) -> str:
    """Return why nothing can be found of a text, "" where something may be."""
    recipe = recipe or Recipe()
    if len(text) > _LONGEST:
        return f"a text of more than {_LONGEST:,} characters is no article: look for its parts"
    count = len(cutting.cut([text]).hashes)
    if not count:
        return "the text has no words"
    if count < recipe.min_words:
        return f"a text of fewer than {recipe.min_words} words says too little to be found; this one has {count}"
    return ""


def _candidates(desk: Desk, text: str, words: Cut) -> tuple[list[str], int]:
    """Return articles that carry the text or stand for the units of most shared keys, most keys first.

    They are at most 200; how many others there are comes with them.
    """
    keys = minhash.sketches(words, desk.recipe).of(0)
    none = (np.empty(0, np.uint64), np.empty(0, np.int32))
    with desk.corpus.reading() as connection:
        known = units.read_units(connection, units.read_sites(connection))
        shared = np.zeros(len(known.sites), dtype=np.int64)
        repeated = lookup.table(desk.repeated)
        for part in postings.search([connection], postings.blocks(connection), keys, none):
            shared += _counted(part, known, repeated)
        best = _best(shared, len(keys), known, desk.recipe)
        named = units.articles_of(connection, best[:MOST])
        same = listing.carried(connection, text_hash(text))
    # A text too short for a sketch of its own is known by the whole of it.
    found = list(dict.fromkeys([*same, *(named[number] for number in best[:MOST])]))
    return found[:MOST], len(found[MOST:]) + len(best[MOST:])


def _counted(part: Postings, known: Units, repeated: lookup.Table) -> NDArray[np.int64]:
    """Return how many of these keys each unit holds, those left out that its site repeats."""
    return np.bincount(part.units[boilerplate.holds(part, known, repeated)], minlength=len(known.sites))


def _best(shared: NDArray[np.int64], size: int, known: Units, recipe: Recipe) -> list[int]:
    """Return the units that share as many keys as a candidate must, most keys first; of equals by their `order`."""
    least = np.maximum(recipe.candidate_keys, recipe.candidate_share * np.minimum(known.sizes, size))
    numbers = np.flatnonzero(shared >= least)
    best: list[int] = numbers[np.lexsort((known.order[numbers], -shared[numbers]))].tolist()
    return best


def _compared(desk: Desk, asked: Reading, text: str, keys: Sequence[str]) -> Iterator[Match]:
    """Yield the matches of a text with articles, compared as an update does: own words, of the same text all."""
    for start in range(0, len(keys), _AT_ONCE):
        batch = desk.batch(keys[start : start + _AT_ONCE])
        own = desk.own(batch).words
        for place, whole in enumerate(batch.texts):
            own[batch.words.words(place)] |= whole == text
        for other in desk.readings(batch, own):
            yield matching.compare(asked, other, desk.recipe)
        desk.clear()
