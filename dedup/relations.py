"""Measures → relation: what two articles that share text are to one another, by the rules of the Recipe.

The rules and their order were found on real pairs of Indonesian outlets: see the README, "What a relation means".
"""

import numpy as np
from numpy.typing import NDArray

from dedup.cutting import word_hash
from dedup.evidence import Evidence
from dedup.records import HOLDS_DIGIT, Cut, Measures, Recipe, Relation


def relate(found: Evidence, measures: Measures, one_site: bool, recipe: Recipe) -> tuple[Relation, str]:
    """Return the relation of two texts and the reason in words (DESIGN.md section 3)."""
    if min(found.a_words, found.b_words) < recipe.min_words:
        return Relation.NONE, f"a text of fewer than {recipe.min_words} words says too little"
    if found.same:
        return Relation.EXACT, "the same words from beginning to end"
    contained = f"{measures.taken:.0%} of the shorter text stands in the longer"
    if measures.containment < recipe.floor:
        return Relation.NONE, f"only {measures.containment:.0%} of the shorter text's phrases stand in the longer"
    template = _template(found, measures, one_site, recipe)
    if template:
        return Relation.TEMPLATE, template
    quoted = _mostly_quoted(found, measures, recipe)
    if quoted:
        return Relation.SHARED_QUOTES, quoted
    return _by_share(found, measures, one_site, recipe, contained)


def _by_share(
    found: Evidence, measures: Measures, one_site: bool, recipe: Recipe, contained: str
) -> tuple[Relation, str]:
    if measures.taken < recipe.syndicated_share:
        if measures.longest_run < recipe.excerpt_run:
            return Relation.NONE, f"{contained}, in phrases of at most {measures.longest_run} words"
        return Relation.EXCERPT, f"{contained}: a part, not the article"
    if _digest(found, recipe):
        return Relation.EXCERPT, f"{contained}, inside a text that is mostly about other things"
    if one_site and found.late > 1000 * recipe.revision_place:
        return Relation.EXCERPT, f"{contained}, at its end: the background of other news on the same site"
    if one_site:
        return Relation.REVISION, f"{contained}, on the same site"
    if _lightly_edited(found, measures, recipe):
        return Relation.NEAR, f"{contained}, in the same order, with small edits only"
    return Relation.SYNDICATED, f"{contained}, with parts added, cut, moved or rewritten"


def share(part: int, whole: int) -> float:
    """Return `part / whole`, 0.0 of nothing."""
    return part / whole if whole else 0.0


def _template(found: Evidence, measures: Measures, one_site: bool, recipe: Recipe) -> str:
    dense = measures.replaced_numbers * recipe.template_spacing >= measures.shared_words
    enough = measures.replaced_numbers >= recipe.template_replacements
    if enough and dense and measures.numbers < recipe.template_numbers:
        return (
            f"one frame with other facts: {measures.replaced_numbers} numbers replaced in place, "
            f"{measures.numbers:.0%} of the numbers agree"
        )
    if not one_site:
        return ""
    if _same_frame(found, recipe):
        return "one site's titles, alike but for the facts filled in"
    density = min(share(found.a_digits, found.a_words), share(found.b_digits, found.b_words))
    if density >= recipe.template_density and measures.numbers < recipe.template_table_numbers:
        return f"one site's lists of numbers, of which {measures.numbers:.0%} agree"
    return ""


def _same_frame(found: Evidence, recipe: Recipe) -> bool:
    frames = found.a_title - found.a_facts + found.b_title - found.b_facts - found.frame_common
    other_facts = not found.a_facts == found.b_facts == found.facts_common
    return other_facts and share(found.frame_common, frames) >= recipe.template_titles


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


def are_facts(words: Cut) -> NDArray[np.bool_]:
    """Return which words are facts that fill a frame: numbers, or of the calendar."""
    facts: NDArray[np.bool_] = (words.flags & HOLDS_DIGIT != 0) | np.isin(words.hashes, _CALENDAR_HASHES)
    return facts


def _mostly_quoted(found: Evidence, measures: Measures, recipe: Recipe) -> str:
    doubtful = measures.outside_quotes < recipe.quotes_doubt
    little = measures.outside_quotes < recipe.quotes_share
    if not little and not (doubtful and measures.taken < recipe.syndicated_share):
        return ""
    inside = share(found.quoted, found.shared)
    return f"{inside:.0%} of what they share is quoted speech" if inside >= recipe.quotes_inside else ""


def _digest(found: Evidence, recipe: Recipe) -> bool:
    """Whether the longer text is mostly foreign to the shorter one and not headed by what they share, or nearly all is.

    The foreign part of a fuller version of one report names the same people and places again; a digest's does not.
    """
    longer, names = found.b_own, found.a_names
    if found.a_own > found.b_own:
        longer, names = found.a_own, found.b_names
    outside = share(longer - found.shared, longer)
    if outside <= recipe.excerpt_foreign:
        return False
    if outside >= recipe.excerpt_mostly:
        return True
    if found.leads:
        return False
    titles = share(found.title_common, min(found.a_title, found.b_title))
    return titles < recipe.excerpt_title and share(found.recurring, names) < recipe.excerpt_names


def _lightly_edited(found: Evidence, measures: Measures, recipe: Recipe) -> bool:
    """Whether the shared runs come in one order and nothing as long as a paragraph was added or cut.

    A pointer to another article is a line of its own, and several may stand together.
    """
    if measures.jaccard < recipe.near_jaccard:
        return False
    if max(found.a_gap, found.b_gap) > recipe.near_gap or max(found.a_added, found.b_added) > recipe.near_added:
        return False
    return bool(found.in_order)
