"""Candidates → Matches: what two texts share, measured exactly."""

from collections.abc import Iterator, Sequence

import numpy as np

from dedup import cutting
from dedup.evidence import Evidence, Texts, evidence, texts
from dedup.passages import Mask, Places
from dedup.records import Cut, Hashes64, Match, Measures, Passage, Reading, Recipe
from dedup.relations import are_facts, relate, share


def compare(a: Reading, b: Reading, recipe: Recipe) -> Match:
    """Return the match of two articles, whatever it is; the relation does not depend on which comes first."""
    two = (b, a) if a.id > b.id else (a, b)
    words, titles = (cutting.joined([text.words for text in two]), cutting.joined([text.title for text in two]))
    # Shingles stand at their first words: a text's last words begin none.
    shingles = np.zeros(len(words.hashes), dtype=np.uint64)
    for text, start in zip(two, (0, len(two[0].own)), strict=True):
        shingles[start : start + len(text.shingles)] = text.shingles
    held = read(words, titles, np.concatenate([text.own for text in two]), shingles, recipe)
    (match,) = compare_all([(text.id, text.site) for text in two], held, np.array([[0, 1]]), recipe)
    return match


def compare_all(articles: Sequence[tuple[str, str]], held: Texts, pairs: Places, recipe: Recipe) -> Iterator[Match]:
    """Yield the match of each pair of articles, whatever it is, on all cores.

    `articles` are ids and sites; a row of `pairs` holds the places of two of them, that of the smaller id first.
    """
    for (one, other), (found, passages) in zip(pairs.tolist(), evidence(held, pairs, recipe), strict=True):
        (a, a_site), (b, b_site) = articles[one], articles[other]
        measures = measure(found)
        relation, reason = relate(found, measures, bool(a_site) and a_site == b_site, recipe)
        yield Match(a, b, relation, reason, measures, tuple(Passage(*passage) for passage in passages))


def read(words: Cut, titles: Cut, own: Mask, shingles: Hashes64, recipe: Recipe) -> Texts:
    """Return texts as `compare_all` reads them, given the hash of the shingle that each word begins."""
    return texts(words, titles, own, shingles, are_facts(titles), recipe)


def measure(found: Evidence) -> Measures:
    """Return the measures of two texts over their own words."""
    covered, unquoted = (
        (found.b_covered, found.b_unquoted) if found.b_own < found.a_own else (found.a_covered, found.a_unquoted)
    )
    return Measures(
        jaccard=share(found.phrases_common, found.a_phrases + found.b_phrases - found.phrases_common),
        a_in_b=share(found.phrases_common, found.a_phrases),
        b_in_a=share(found.phrases_common, found.b_phrases),
        outside_quotes=covered / unquoted if unquoted else 1.0,
        longest_run=found.longest,
        numbers=_agreement(found.numbers_common, found.a_numbers, found.b_numbers),
        names=_agreement(found.names_common, found.a_names, found.b_names),
        replaced_numbers=found.replaced,
        shared_words=found.shared,
        a_words=found.a_own,
        b_words=found.b_own,
    )


def _agreement(common: int, one: int, other: int) -> float:
    return common / min(one, other) if one and other else 1.0
