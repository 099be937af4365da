"""Measures → relation: what two articles that share text are to one another, by the rules of the Recipe.

The rules and their order were found on real pairs of Indonesian outlets: see the README, "What a relation means".
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dedup.cutting import word_hash
from dedup.passages import Tile
from dedup.records import BEGINS_WITH_DIGIT, HOLDS_DIGIT, NAME, QUOTED, Cut, Measures, Reading, Recipe, Relation


def relate(a: Reading, b: Reading, shared: Sequence[Tile], measures: Measures, recipe: Recipe) -> tuple[Relation, str]:
    """Return the relation of two texts and the reason in words (DESIGN.md section 3)."""
    if min(len(a.own), len(b.own)) < recipe.min_words:
        return Relation.NONE, f"a text of fewer than {recipe.min_words} words says too little"
    if np.array_equal(a.words.hashes, b.words.hashes):
        return Relation.EXACT, "the same words from beginning to end"
    contained = f"{measures.containment:.0%} of the shorter text stands in the longer"
    if measures.containment < recipe.floor:
        return Relation.NONE, f"only {contained}"
    template = _template(a, b, measures, recipe)
    if template:
        return Relation.TEMPLATE, template
    quoted = _mostly_quoted(a, b, shared, measures, recipe)
    if quoted:
        return Relation.SHARED_QUOTES, quoted
    return _by_share(a, b, shared, measures, recipe, contained)


def _by_share(
    a: Reading, b: Reading, shared: Sequence[Tile], measures: Measures, recipe: Recipe, contained: str
) -> tuple[Relation, str]:
    if measures.containment < recipe.syndicated_containment:
        if measures.longest_run < recipe.excerpt_run:
            return Relation.NONE, f"{contained}, in phrases of at most {measures.longest_run} words"
        return Relation.EXCERPT, f"{contained}: a part, not the article"
    if _digest(a, b, shared, measures, recipe):
        return Relation.EXCERPT, f"{contained}, inside a text that is mostly about other things"
    if a.site and a.site == b.site:
        return Relation.REVISION, f"{contained}, on the same site"
    if _lightly_edited(a, b, shared, measures, recipe):
        return Relation.NEAR, f"{contained}, in the same order, with small edits only"
    return Relation.SYNDICATED, f"{contained}, with parts added, cut, moved or rewritten"


def share(part: int, whole: int) -> float:
    """Return `part / whole`, 0.0 of nothing."""
    return part / whole if whole else 0.0


def _template(a: Reading, b: Reading, measures: Measures, recipe: Recipe) -> str:
    dense = measures.replaced_numbers * recipe.template_spacing >= measures.shared_words
    enough = measures.replaced_numbers >= recipe.template_replacements
    if enough and dense and measures.numbers < recipe.template_numbers:
        return (
            f"one frame with other facts: {measures.replaced_numbers} numbers replaced in place, "
            f"{measures.numbers:.0%} of the numbers agree"
        )
    if not a.site or a.site != b.site:
        return ""
    if _same_frame(a.title, b.title, recipe):
        return "one site's titles, alike but for the facts filled in"
    density = min(_number_density(a), _number_density(b))
    if density >= recipe.template_density and measures.numbers < recipe.template_table_numbers:
        return f"one site's lists of numbers, of which {measures.numbers:.0%} agree"
    return ""


def _number_density(text: Reading) -> float:
    return share(int(np.count_nonzero(text.words.flags & BEGINS_WITH_DIGIT)), len(text.own))


def _same_frame(a: Cut, b: Cut, recipe: Recipe) -> bool:
    facts_a, facts_b = (set(title.hashes[_are_facts(title)].tolist()) for title in (a, b))
    frame_a, frame_b = set(a.hashes.tolist()) - facts_a, set(b.hashes.tolist()) - facts_b
    alike = share(len(frame_a & frame_b), len(frame_a | frame_b))
    return facts_a != facts_b and alike >= recipe.template_titles


_CALENDAR = frozenset(
    (
        *("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu", "ahad", "isnin", "khamis", "jumaat"),
        *("januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober"),
        *("november", "desember", "mac", "jun", "julai", "ogos", "disember"),
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        *("january", "february", "march", "may", "june", "july", "august", "october", "december"),
    )
)


_CALENDAR_HASHES = np.array([word_hash(word) for word in sorted(_CALENDAR)], dtype=np.uint64)


def _are_facts(words: Cut) -> NDArray[np.bool_]:
    """Return which words are numbers or belong to the calendar."""
    facts: NDArray[np.bool_] = (words.flags & HOLDS_DIGIT != 0) | np.isin(words.hashes, _CALENDAR_HASHES)
    return facts


def _mostly_quoted(a: Reading, b: Reading, shared: Sequence[Tile], measures: Measures, recipe: Recipe) -> str:
    doubtful = measures.outside_quotes < recipe.quotes_doubt
    little = measures.outside_quotes < recipe.quotes_share
    if not little and not (doubtful and measures.containment < recipe.syndicated_containment):
        return ""
    quoted = sum(int(np.count_nonzero(a.words.flags[tile.a : tile.a + tile.length] & QUOTED)) for tile in shared)
    inside = share(quoted, measures.shared_words)
    return f"{inside:.0%} of what they share is quoted speech" if inside >= recipe.quotes_inside else ""


def _digest(a: Reading, b: Reading, shared: Sequence[Tile], measures: Measures, recipe: Recipe) -> bool:
    """Whether the longer text is mostly foreign to the shorter one and not headed by what they share, or nearly all is.

    The foreign part of a fuller version of one report names the same people and places again; a digest's does not.
    """
    shorter, longer, starts = a, b, [tile.b for tile in shared]
    if measures.a_words > measures.b_words:
        shorter, longer, starts = b, a, [tile.a for tile in shared]
    foreign = longer.own.copy()
    for start, tile in zip(starts, shared, strict=True):
        foreign[start : start + tile.length] = False
    outside = share(int(foreign.sum()), int(longer.own.sum()))
    if outside <= recipe.excerpt_foreign:
        return False
    if outside >= recipe.excerpt_mostly:
        return True
    if any(
        start < recipe.lead_words and tile.length >= recipe.passage_words
        for start, tile in zip(starts, shared, strict=True)
    ):
        return False
    titled = [set(text.title.hashes.tolist()) for text in (a, b)]
    titles = share(len(titled[0] & titled[1]), min(map(len, titled)))
    names = set(shorter.words.hashes[shorter.words.flags & NAME != 0].tolist())
    recurring = share(len(names & set(longer.words.hashes[foreign].tolist())), len(names))
    return titles < recipe.excerpt_title and recurring < recipe.excerpt_names


def _lightly_edited(a: Reading, b: Reading, shared: Sequence[Tile], measures: Measures, recipe: Recipe) -> bool:
    """Whether the shared runs come in one order and leave no gap as long as an added or cut paragraph."""
    if measures.jaccard < recipe.near_jaccard:
        return False
    long_enough = [tile for tile in shared if tile.length >= recipe.passage_words]
    in_order = all(one.b < other.b for one, other in pairwise(long_enough))
    return (
        in_order
        and max(
            _longest_gap(a, [(t.a, t.length) for t in shared]),
            _longest_gap(b, [(t.b, t.length) for t in shared]),
        )
        <= recipe.near_gap
    )


def _longest_gap(text: Reading, runs: Sequence[tuple[int, int]]) -> int:
    place, longest = 0, 0
    for start, length in [*sorted(runs), (len(text.own), 0)]:
        longest = max(longest, int(text.own[place:start].sum()))
        place = start + length
    return longest
