"""Measures → relation: what two articles that share text are to one another, by the rules of the Recipe.

The rules and their order were found on real pairs of Indonesian outlets: see the README, "What a relation means".
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from dedup.passages import Tile
from dedup.records import Measures, Reading, Recipe, Relation


def relate(a: Reading, b: Reading, shared: Sequence[Tile], measures: Measures, recipe: Recipe) -> tuple[Relation, str]:
    """Return the relation of two texts and the reason in words (DESIGN.md section 3)."""
    if min(len(a.words), len(b.words)) < recipe.min_words:
        return Relation.NONE, f"a text of fewer than {recipe.min_words} words says too little"
    if a.words.words == b.words.words:
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
    return share(sum(word[0].isdigit() for word in text.words.words), len(text.words))


def _same_frame(a: Sequence[str], b: Sequence[str], recipe: Recipe) -> bool:
    facts_a, facts_b = ({word for word in title if _is_fact(word)} for title in (a, b))
    frame_a, frame_b = set(a) - facts_a, set(b) - facts_b
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


def _is_fact(word: str) -> bool:
    return word in _CALENDAR or any(character.isdigit() for character in word)


def _mostly_quoted(a: Reading, b: Reading, shared: Sequence[Tile], measures: Measures, recipe: Recipe) -> str:
    quoted = sum(sum(a.words.quoted[tile.a : tile.a + tile.length]) for tile in shared)
    inside = share(quoted, measures.shared_words)
    doubtful = measures.outside_quotes < recipe.quotes_doubt
    little = measures.outside_quotes < recipe.quotes_share
    low = measures.containment < recipe.syndicated_containment
    if inside >= recipe.quotes_inside and (little or (doubtful and low)):
        return f"{inside:.0%} of what they share is quoted speech"
    return ""


def _digest(a: Reading, b: Reading, shared: Sequence[Tile], measures: Measures, recipe: Recipe) -> bool:
    """Whether the longer text is mostly foreign to the shorter one and not headed by what they share.

    The foreign part of a fuller version of one report names the same people and places again; a digest's does not.
    """
    shorter, longer, starts = a, b, [tile.b for tile in shared]
    if measures.a_words > measures.b_words:
        shorter, longer, starts = b, a, [tile.a for tile in shared]
    foreign = longer.own.copy()
    for start, tile in zip(starts, shared, strict=True):
        foreign[start : start + tile.length] = False
    if int(foreign.sum()) <= recipe.excerpt_foreign * int(longer.own.sum()):
        return False
    if any(
        start < recipe.lead_words and tile.length >= recipe.passage_words
        for start, tile in zip(starts, shared, strict=True)
    ):
        return False
    titles = share(len(set(a.title) & set(b.title)), min(len(set(a.title)), len(set(b.title))))
    told = {longer.words.words[place] for place in np.flatnonzero(foreign)}
    recurring = share(len(shorter.names & told), len(shorter.names))
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
    for start, length in [*sorted(runs), (len(text.words), 0)]:
        longest = max(longest, int(text.own[place:start].sum()))
        place = start + length
    return longest
