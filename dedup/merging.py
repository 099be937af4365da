"""Texts that hold several reports: two wires merged, a digest whose first item is its lead.

Two texts alone do not tell a merge from a copy with paragraphs added; a third does: what was added is a report of
its own, which shares nothing with the first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dedup.records import Match, Recipe, Relation

Pair = tuple[str, str]
# Where a part stands in a text: from, to, and how many words it has.
Spans = tuple[tuple[int, int, int], ...]

# Parts of which less than this share of the smaller one lies in both stand apart.
_OVERLAP = 0.2
# So many of the smallest parts are held against all others.
_TRIED = 4
# What holds this share of a text holds most of it.
_MOST = 0.5


@dataclass(slots=True)
class Holding:
    """What a text shares with others: with each, where; how many words it has; of which others it holds most."""

    words: int = 0
    shared: dict[str, Spans] = field(default_factory=dict)
    most: set[str] = field(default_factory=set)


def holdings(matches: Iterable[Match]) -> Mapping[str, Holding]:
    """Return what each text shares with others, by id."""
    found: dict[str, Holding] = defaultdict(Holding)
    for match in matches:
        measures = match.measures
        for text, other, spans, words, held in (
            (match.a, match.b, [(p.a_start, p.a_end, p.words) for p in match.passages], measures.a_words, _held_by_a),
            (match.b, match.a, [(p.b_start, p.b_end, p.words) for p in match.passages], measures.b_words, _held_by_b),
        ):
            found[text].words = words
            found[text].shared[other] = tuple(spans)
            if match.relation in _HOLDS and held(match):
                found[text].most.add(other)
    return found


def doubtful(holding: Holding) -> bool:
    """Tell whether a text holds most of two texts that stand apart in it.

    Where two do, the smallest stands apart from one of them, unless it lies across both: a few are tried.
    """
    parts = sorted((_words(holding.shared[other]), holding.shared[other]) for other in holding.most)
    return any(_apart(small, part) for _, small in parts[:_TRIED] for _, part in parts)


def merged(texts: Iterable[str], matches: Sequence[Match], recipe: Recipe) -> set[Pair]:
    """Return the joining pairs of `texts` of which one holds the other beside reports that share nothing with it.

    `matches` are all that these texts have and, where one is `doubtful`, all that those have of which it holds most.
    Reports share something where they match or some text shows the same part to both. A text that holds foreign reports
    in at least `recipe.merge_share` of its words joins nothing to what it holds: they share an excerpt.
    """
    known = holdings(matches)
    joining = {(match.a, match.b) for match in matches if match.relation.joins}
    found = set()
    for text in texts:
        holding = known.get(text)
        if holding is None or not doubtful(holding):
            continue
        for other in sorted(holding.most):
            pair = (min(text, other), max(text, other))
            foreign = [holding.shared[one] for one in holding.most if not _tied(one, other, text, known)]
            if pair in joining and _outside(foreign, holding.shared[other]) >= recipe.merge_share * holding.words:
                found.add(pair)
    return found


_HOLDS = frozenset({Relation.NEAR, Relation.REVISION, Relation.SYNDICATED, Relation.EXCERPT})


def _held_by_a(match: Match) -> bool:
    return match.measures.b_in_a >= _MOST and match.measures.a_words >= match.measures.b_words


def _held_by_b(match: Match) -> bool:
    return match.measures.a_in_b >= _MOST and match.measures.b_words >= match.measures.a_words


def _tied(one: str, other: str, text: str, known: Mapping[str, Holding]) -> bool:
    """Tell whether two texts share something, by themselves or through any third text but this one."""
    if one == other or other in known[one].shared:
        return True
    thirds = known[one].shared.keys() & known[other].shared.keys() - {text}
    return any(
        one in known[third].shared
        and other in known[third].shared
        and not _apart(known[third].shared[one], known[third].shared[other])
        for third in thirds
    )


def _apart(one: Spans, other: Spans) -> bool:
    """Tell whether two parts of a text lie in different places."""
    if _words(one) > _words(other):
        one, other = other, one
    return _outside([one], other) > (1 - _OVERLAP) * _words(one)


def _outside(parts: Iterable[Spans], covered: Spans) -> float:
    """Return how many words of a text some parts of it hold together that `covered` does not."""
    total, last = 0.0, 0
    for start, stop, words in sorted({span for spans in parts for span in spans}):
        begin = max(start, last)
        if begin >= stop:
            continue
        free = stop - begin - sum(max(0, min(stop, end) - max(begin, first)) for first, end, _ in covered)
        total += words * max(free, 0) / (stop - start)
        last = stop
    return total


def _words(spans: Spans) -> int:
    return sum(words for _, _, words in spans)
