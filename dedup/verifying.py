"""Candidate pairs → matches: those that are new or may be other than before, and those that match no longer."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dedup import matching
from dedup.corpus import Corpus, grouping
from dedup.meeting import joined_by
from dedup.ordering import in_order
from dedup.prepared import Texts
from dedup.reading import Desk
from dedup.records import Match
from dedup.stages import Progress, State, ahead, articles_of, batches

Pair = tuple[str, str]

# Pairs of which the texts are in memory at a time; as many again wait while they are compared.
_PAIRS_AT_ONCE = 2_500


@dataclass(frozen=True, slots=True)
class Verified:
    """Matches that were found, pairs that match no longer, and how many were verified for it.

    `untied` are articles that came or changed of which no match was stored before.
    """

    found: list[Match]
    dropped: list[Pair]
    count: int
    untied: Set[str]


def verify(
    desk: Desk,
    state: State,
    pairs: NDArray[np.int64],
    again: Set[int],
    others: Set[int],
    changed: Set[str],
    tell: Progress,
) -> Verified:
    """Verify pairs that are new or may be other than before; find those that match no longer.

    `again` are the units that moved, `others` those whose candidates may be others.
    """
    articles_of(desk.corpus, state, sorted({*again, *others, *np.unique(pairs).tolist()}))
    fresh = {*changed, *state.moves.left, *(state.articles[number] for number in again)}
    texts = {held.text for held in (*state.moves.dead, *state.moves.renamed)}
    groups = grouping.alike(desk.corpus, fresh, texts)
    whole = {(group[0], key) for group in groups for key in group[1:]}
    wanted = whole | {in_order(state.articles[a], state.articles[b]) for a, b in pairs.tolist()}
    proposing = fresh | {state.articles[number] for number in others}
    same = {key: place for place, group in enumerate(groups) for key in group}
    known = grouping.pairs_of(desk.corpus, proposing | same.keys())
    todo = sorted(pair for pair in wanted if pair not in known or not fresh.isdisjoint(pair))
    found = list(_compared(desk, todo, whole, tell))
    gone = _gone(desk.corpus, known - wanted, proposing, same)
    kept = {(match.a, match.b) for match in found}
    dropped = gone | {pair for pair in todo if pair in known and pair not in kept}
    return Verified(found, sorted(dropped), len(todo), changed - {key for pair in known for key in pair})


def _gone(corpus: Corpus, pairs: Set[Pair], proposing: Set[str], same: Mapping[str, int]) -> set[Pair]:
    """Return which stored matches nothing proposes any more.

    Pairs of one text go where the articles of that text were tied anew, `same`; others where they have an end that
    was asked for all its candidates.
    """
    listed = grouping.listed(corpus, {key for pair in pairs for key in pair})
    gone = set()
    for a, b in pairs:
        if a not in listed or b not in listed:
            # Its match went with the article, since it was read.
            continue
        if listed[a].text_id == listed[b].text_id:
            if a in same:
                gone.add((a, b))
        elif a in proposing or b in proposing:
            gone.add((a, b))
    return gone


def _compared(desk: Desk, pairs: Sequence[Pair], whole: Set[Pair], tell: Progress) -> Iterator[Match]:
    """Yield the match of each pair that reaches the floor; those of one text, `whole`, with what their sites repeat."""
    done = 0
    for in_whole in (False, True):
        some = [pair for pair in pairs if (pair in whole) is in_whole]
        chunks = (chunk for _, chunk in batches(_by_component(some), _PAIRS_AT_ONCE))
        for chunk, (articles, texts) in ahead(chunks, partial(_texts, desk, whole=in_whole)):
            tell("verifying", done, len(pairs))
            done += len(chunk)
            places = {key: place for place, (key, _) in enumerate(articles)}
            ends = np.array([(places[a], places[b]) for a, b in chunk], dtype=np.int64)
            yield from matching.compare_all(articles, texts, ends, desk.recipe, desk.recipe.floor)


def _texts(desk: Desk, pairs: Sequence[Pair], whole: bool) -> tuple[list[tuple[str, str]], Texts]:
    """Return the ids and sites of the articles of pairs, and their texts as they are compared."""
    batch, own = desk.gathered({key for pair in pairs for key in pair}, whole)
    return [(article.id, article.site) for article in batch.articles], desk.texts(batch, own)


def _by_component(pairs: Sequence[Pair]) -> list[Pair]:
    """Return pairs with those one behind the other that are tied together, so that few texts are read twice."""
    places = {key: place for place, key in enumerate(sorted({key for pair in pairs for key in pair}))}
    ends = np.array([(places[a], places[b]) for a, b in pairs], dtype=np.int64).reshape(-1, 2)
    homes = joined_by(ends, len(places))
    return [pairs[row] for row in np.lexsort((ends[:, 1], ends[:, 0], homes[ends[:, 0]])).tolist()]
