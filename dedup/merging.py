"""Texts that hold several reports: two wires merged, a digest whose first item is its lead.

Two texts alone do not tell a merge from a copy with paragraphs added; a third does: what was added is a report of
its own, which shares nothing with the first.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from math import ceil
from operator import itemgetter

from dedup.ordering import in_order
from dedup.records import Match, Recipe, Relation
from dedup.segments import WORD, normal, united

Pair = tuple[str, str]
# Where a piece of a part stands in a text: from, to, and how many words it has.
Span = tuple[int, int, int]
Spans = tuple[Span, ...]
# How many words a part of a text has, and where.
Part = tuple[int, Spans]

# Ids → titles.
Titles = Callable[[Set[str]], Mapping[str, str]]

# Parts of which less than this share of the smaller one lies in both stand apart.
_OVERLAP = 0.2
# What sums of shares may be off by.
_ROUNDED = 1e-9
# So many of the smallest parts are held against all others.
_TRIED = 4
# Texts that stand apart are at least so many.
_TWO = 2
# What holds this share of a text holds most of it.
_MOST = 0.5


@dataclass(slots=True)
class Holding:
    """What a text shares with others: with each, where; and how many words it has."""

    words: int = 0
    shared: dict[str, Part] = field(default_factory=dict)


class _Titled:
    """What texts are called; two are alike that share at least so much of the shorter title's words."""

    def __init__(self, titles: Mapping[str, str], least: float) -> None:
        self._words = {text: frozenset(map(normal, WORD.findall(title))) for text, title in titles.items()}
        self._least = least

    def alike(self, one: str, other: str) -> bool:
        a, b = self._words.get(one, frozenset()), self._words.get(other, frozenset())
        return bool(a and b) and len(a & b) >= self._least * min(len(a), len(b))


def merged(texts: Iterable[str], matches: Sequence[Match], recipe: Recipe, titles: Titles) -> set[Pair]:
    """Return the joining pairs of `texts` of which one holds the other beside reports that share nothing with it.

    `matches` are all that these texts have and, where one is `doubtful`, all that those have of which it holds most.
    """
    held = doubtful(matches)
    return excerpts({text: held[text] for text in texts if text in held}, matches, recipe, titles)


def doubtful(matches: Iterable[Match]) -> dict[str, Set[str]]:
    """Return the texts that hold most of two texts that stand apart in them, and of which they hold most.

    `matches` are all that these texts have.
    """
    most: dict[str, dict[str, Match]] = defaultdict(dict)
    for match in matches:
        measures = match.measures
        if match.relation not in _HOLDS:
            continue
        if measures.b_in_a >= _MOST and measures.a_words >= measures.b_words:
            most[match.a][match.b] = match
        if measures.a_in_b >= _MOST and measures.b_words >= measures.a_words:
            most[match.b][match.a] = match
    asked = {text: held for text, held in most.items() if len(held) >= _TWO}
    return {
        text: held.keys()
        for text, held in asked.items()
        if _some_apart([_part_of(text, match) for match in held.values()])
    }


def excerpts(texts: Mapping[str, Set[str]], matches: Iterable[Match], recipe: Recipe, titles: Titles) -> set[Pair]:
    """Return the joining pairs of texts that are `doubtful`, of which one holds the other beside foreign reports.

    `matches` are all that the texts have of which these hold most. Reports share something where they match, their
    titles do, or some text shows the same part to both: two halves of one report have no word in common. A text that
    holds foreign reports in at least `recipe.merge_share` of its words joins nothing to what it holds: they share an
    excerpt.
    """
    inside = {other for others in texts.values() for other in others}
    near = [match for match in matches if match.a in inside or match.b in inside] if inside else []
    known, joining = _holdings(near), {(match.a, match.b) for match in near if match.relation.joins}
    titled = _Titled(titles(inside) if inside else {}, recipe.merge_titles)
    found = set()
    for text, most in texts.items():
        holding = known[text]
        joined = [other for other in sorted(most) if in_order(text, other) in joining]
        least = recipe.merge_share * holding.words
        tied = cache(lambda one, other, text=text: titled.alike(one, other) or _tied(one, other, text, known))
        everywhere = stretches(holding.shared[one][1] for one in most)
        for other in joined:
            covered = holding.shared[other][1]
            # What is tied to what is asked only where all together hold enough: most are copies of one another.
            if outside([everywhere], stretches([covered])) + _ROUNDED < least:
                continue
            foreign = [holding.shared[one][1] for one in most if not tied(*in_order(one, other))]
            if outside(foreign, covered) >= least:
                found.add(in_order(text, other))
    return found


def _holdings(matches: Iterable[Match]) -> dict[str, Holding]:
    """Return what each text shares with others, by id."""
    found: dict[str, Holding] = defaultdict(Holding)
    for match in matches:
        a, b = found[match.a], found[match.b]
        a.words, b.words = match.measures.a_words, match.measures.b_words
        words = sum([part.words for part in match.passages])
        a.shared[match.b] = words, tuple([(part.a_start, part.a_end, part.words) for part in match.passages])
        b.shared[match.a] = words, tuple([(part.b_start, part.b_end, part.words) for part in match.passages])
    return found


def _part_of(text: str, match: Match) -> Part:
    """Return what a text shares with the other one of a match."""
    if text == match.a:
        spans = tuple([(part.a_start, part.a_end, part.words) for part in match.passages])
    else:
        spans = tuple([(part.b_start, part.b_end, part.words) for part in match.passages])
    return sum([words for _, _, words in spans]), spans


def _some_apart(parts: list[Part]) -> bool:
    """Tell whether two of the parts of a text stand apart in it.

    Where two do, the smallest stands apart from one of them, unless it lies across both: a few are tried.
    """
    parts.sort()
    longest = [max(spans, key=itemgetter(2), default=(0, 1, 0)) for _, spans in parts]
    for place, small in enumerate(parts[:_TRIED]):
        start, stop, words = longest[place]
        # Most parts of a text are the same place of it, less some edits: so much is soon seen to lie in both.
        enough = (_OVERLAP + _ROUNDED) * small[0] * (stop - start)
        for other, part in enumerate(parts):
            # With one piece: those of a part may lie across one another, and would count twice.
            begin, end, _ = longest[other]
            both = words * (min(stop, end) - max(start, begin)) >= enough
            if other != place and part[0] >= small[0] and not both and _apart(small, part):
                return True
    return False


def as_excerpt(match: Match) -> Match:
    """Return a joining match of which one text holds other reports as well as what it is: an excerpt."""
    return match._replace(
        relation=Relation.EXCERPT, reason=f"{match.reason}; in a text that holds other reports as well"
    )


# Looked through in a moment; a set would ask for the hash of each, which enumerations tell slowly.
_HOLDS = (Relation.NEAR, Relation.REVISION, Relation.SYNDICATED, Relation.EXCERPT)


def _tied(one: str, other: str, text: str, known: Mapping[str, Holding]) -> bool:
    """Tell whether two texts share something, by themselves or through any third text but this one."""
    if one == other or other in known[one].shared:
        return True
    return any(
        third != text and not _apart(known[third].shared[one], known[third].shared[other])
        for third in known[one].shared.keys() & known[other].shared.keys()
        if one in known[third].shared and other in known[third].shared
    )


def _apart(one: Part, other: Part) -> bool:
    """Tell whether two parts of a text, each after the number of its words, lie in different places."""
    if one[0] > other[0]:
        one, other = other, one
    return outside([one[1]], other[1]) > (1 - _OVERLAP) * one[0]


def stretches(parts: Iterable[Spans]) -> Spans:
    """Return the stretches that some parts of a text cover together, each as full of words as the fullest piece.

    Outside of anything they hold at least as many words as any of the parts.
    """
    spans = [span for held in parts for span in held]
    fullest = max((words / (stop - start) for start, stop, words in spans), default=0.0)
    together = united((start, stop) for start, stop, _ in spans)
    return tuple((start, stop, ceil(fullest * (stop - start))) for start, stop in together)


def outside(parts: Iterable[Spans], covered: Spans) -> float:
    """Return how many words of a text some parts of it hold together that `covered` does not."""
    total, last = 0.0, 0
    for start, stop, words in sorted({span for spans in parts for span in spans}):
        begin = max(start, last)
        if begin >= stop:
            continue
        free = _free(begin, stop, covered)
        if free > 0:
            total += words * free / (stop - start)
        last = stop
    return total


def _free(begin: int, stop: int, covered: Spans) -> int:
    """Return how much of a stretch is not covered."""
    free = stop - begin
    for first, end, _ in covered:
        if first < stop and end > begin:
            free -= min(stop, end) - max(begin, first)
    return free
