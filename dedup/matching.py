"""Candidates → Matches: what two texts share, measured exactly."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup import cutting, evidence, prepared
from dedup.arrays import Cut, Hashes64, Reading
from dedup.compiled import compiled
from dedup.evidence import Evidence
from dedup.facts import are_facts, of_the_calendar
from dedup.passages import Mask, Places, tiles
from dedup.prepared import Texts
from dedup.records import Match, Measures, Passage, Recipe
from dedup.relations import RELATIONS, Rules, reason, rules, shares, verdict

# Pairs compared at a time: few enough that the cores end together, so many that handing over costs nothing.
_BATCH = 256
_COUNTS, _SHARES = len(Evidence._fields), 7
_A_OWN, _B_OWN = (Evidence._fields.index(name) for name in ("a_own", "b_own"))
# Of the counts, what a match tells as it is.
_TOLD = [Evidence._fields.index(name) for name in ("longest", "replaced", "shared", "a_own", "b_own", "quoted")]


class Compared(NamedTuple):
    """Pairs of texts as they were compared: of each a row of Evidence, its `relations.shares`, and a verdict.

    The passages of pair i, rows as in Passage, are `passages[ends[i - 1]:ends[i]]`.
    """

    counts: Places
    shares: NDArray[np.float64]
    verdicts: NDArray[np.int8]
    ends: Places
    passages: Places

    @property
    def containment(self) -> NDArray[np.float64]:
        """The share of each pair's shorter text's phrases that stand in the longer one."""
        a_is_shorter = self.counts[:, _A_OWN] <= self.counts[:, _B_OWN]
        return np.where(a_is_shorter, self.shares[:, 1], self.shares[:, 2])


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


def compare_all(
    articles: Sequence[tuple[str, str]], held: Texts, pairs: Places, recipe: Recipe, least: float = 0.0
) -> Iterator[Match]:
    """Yield the match of each pair of articles whose containment is `least` or more, on all cores.

    `articles` are ids and sites; a row of `pairs` holds the places of two of them, that of the smaller id first.
    """
    sites = np.array([bool(articles[a][1]) and articles[a][1] == articles[b][1] for a, b in pairs.tolist()], dtype=bool)
    ids = [(articles[a][0], articles[b][0]) for a, b in pairs.tolist()]
    yield from told(compared(held, pairs, sites, recipe), ids, recipe, least)


def compared(held: Texts, pairs: Places, one_site: Mask, recipe: Recipe) -> Compared:
    """Return pairs of texts, a row of two places each, compared on all cores; `one_site` tells which are of one."""
    numbers, asked = (recipe.match_words, recipe.passage_words, recipe.passage_gap, recipe.lead_words), rules(recipe)
    spans = [slice(start, start + _BATCH) for start in range(0, len(pairs), _BATCH)]
    with ThreadPoolExecutor(min(os.cpu_count() or 1, max(len(spans), 1))) as threads:
        parts = list(threads.map(lambda span: _compare(held, pairs[span], one_site[span], *numbers, asked), spans))
    counts, shares_, verdicts, ends, passages = zip(_NO_PAIRS, *parts, strict=True)
    before = np.cumsum([0, *map(len, passages)])
    ends = tuple(each + start for each, start in zip(ends, before, strict=False))
    return Compared(*(np.concatenate(each) for each in (counts, shares_, verdicts, ends, passages)))


_NO_PAIRS = Compared(
    np.empty((0, _COUNTS), np.int64),
    np.empty((0, _SHARES)),
    np.empty(0, np.int8),
    np.empty(0, np.int64),
    np.empty((0, 6), np.int64),
)


def told(found: Compared, ids: Sequence[tuple[str, str]], recipe: Recipe, least: float) -> Iterator[Match]:
    """Yield the matches of compared pairs whose containment is `least` or more, given the ids of both ends of each."""
    passages, ends = [*map(_passage, found.passages.tolist())], found.ends.tolist()
    kept = np.flatnonzero(found.containment >= least)
    jaccard, a_in_b, b_in_a, outside, numbers, names, alike = found.shares[kept].T.tolist()
    longest, replaced, shared, a_own, b_own, quoted = found.counts[kept][:, _TOLD].T.tolist()
    measured = (jaccard, a_in_b, b_in_a, outside, longest, numbers, names, replaced, shared, a_own, b_own, alike)
    measures_of = map(_measures, zip(*measured, strict=True))
    rows = zip(kept.tolist(), measures_of, quoted, found.verdicts[kept].tolist(), strict=True)
    for pair, measures, inside, decided in rows:
        (a, b), start, end = ids[pair], ends[pair - 1] if pair else 0, ends[pair]
        words = reason(decided, measures, inside, recipe)
        yield Match(a, b, RELATIONS[decided], words, measures, tuple(passages[start:end]))


# Of hundreds of thousands of rows: by their names it takes several times as long.
_passage, _measures = partial(tuple.__new__, Passage), partial(tuple.__new__, Measures)


def read(words: Cut, titles: Cut, own: Mask, shingles: Hashes64, recipe: Recipe) -> Texts:
    """Return texts as `compared` reads them, given the hash of the shingle that each word begins."""
    return prepared.texts(words, titles, own, shingles, are_facts(titles), of_the_calendar(titles), recipe)


@compiled
def _compare(
    held: Texts, pairs: Places, one_site: Mask, length: int, told: int, gap: int, lead: int, asked: Rules
) -> tuple[Places, NDArray[np.float64], NDArray[np.int8], Places, Places]:
    """Return a row of counts for each pair, one of shares, its verdict, where its passages end, and all passages."""
    counts, ends = np.empty((len(pairs), _COUNTS), np.int64), np.empty(len(pairs), np.int64)
    found_shares, verdicts = np.empty((len(pairs), _SHARES)), np.empty(len(pairs), np.int8)
    passages, count = np.empty((16, 6), np.int64), 0
    for pair in range(len(pairs)):
        a, b = prepared.side(held, pairs[pair, 0], length), prepared.side(held, pairs[pair, 1], length)
        shared, phrases = tiles(a.words, b.words, length)
        found = evidence.counted(a, b, shared, phrases, told, lead)
        for column in range(len(found)):
            counts[pair, column] = found[column]
        for column, share in enumerate(shares(found)):
            found_shares[pair, column] = share
        verdicts[pair] = verdict(found, one_site[pair], asked)
        passages, count = evidence.told(a, b, shared, told, gap, passages, count)
        ends[pair] = count
    return counts, found_shares, verdicts, ends, passages[:count]
