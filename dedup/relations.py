"""Evidence → relation: what two articles that share text are to one another, by the rules of the Recipe.

The rules and their order were found on real pairs of Indonesian outlets: see the README, "What a relation means".
A verdict is decided in compiled code, for many pairs at once, and told in words where anybody asks for it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedup.compiled import compiled
from dedup.evidence import Evidence
from dedup.records import Measures, Recipe, Relation

Shares = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Why a pair is what it is; the rules stand in the order in which they are asked.
TOO_SHORT, SAME, BELOW_FLOOR, REPLACED, FILLED, ONE_FRAME, TABLES, QUOTED, PHRASES, PART, BRIEF = range(11)
DIGEST, BACKGROUND, ROUNDUP, ONE_SITE, LIGHTLY_EDITED, REWRITTEN = range(11, 17)
RELATIONS = (
    *(Relation.NONE, Relation.EXACT, Relation.NONE),
    *(Relation.TEMPLATE, Relation.TEMPLATE, Relation.TEMPLATE, Relation.TEMPLATE),
    *(Relation.SHARED_QUOTES, Relation.NONE, Relation.EXCERPT, Relation.EXCERPT, Relation.EXCERPT),
    *(Relation.EXCERPT, Relation.EXCERPT, Relation.REVISION, Relation.NEAR, Relation.SYNDICATED),
)

# What a share may be off by.
_ROUNDED = 1e-9


class Rules(NamedTuple):
    """The numbers of the Recipe that a verdict asks for, by the same names."""

    min_words: int
    floor: float
    near_jaccard: float
    near_gap: int
    near_added: int
    syndicated_share: float
    syndicated_band: float
    revision_likeness: float
    quotes_inside: float
    quotes_share: float
    quotes_doubt: float
    template_replacements: int
    template_spacing: int
    template_numbers: float
    template_filled: int
    template_gaps: float
    template_names: float
    template_density: float
    template_table_numbers: float
    template_foreign_numbers: float
    template_foreign_count: int
    template_titles: float
    update_share: float
    update_numbers: float
    update_names: float
    revision_place: float
    revision_whole: float
    revision_title: float
    revision_title_words: int
    excerpt_run: int
    excerpt_foreign: float
    excerpt_mostly: float
    excerpt_title: float
    excerpt_names: float


def rules(recipe: Recipe) -> Rules:
    """Return what a recipe says about verdicts."""
    return Rules(*(getattr(recipe, name) for name in Rules._fields))


@compiled
def verdict(found: Evidence, one_site: bool, rules: Rules) -> int:
    """Return what two texts are to one another: one of the numbers above."""
    if min(found.a_words, found.b_words) < rules.min_words:
        return TOO_SHORT
    if found.same:
        return SAME
    if _containment(found) < rules.floor:
        return BELOW_FLOOR
    enough = is_copy(
        *(_taken(found), likeness(found), one_site),
        *(rules.syndicated_share, rules.syndicated_band, rules.revision_likeness),
    )
    template = _template(found, enough, one_site, rules)
    if template:
        return template
    if _mostly_quoted(found, enough, rules):
        return QUOTED
    if not enough:
        return PHRASES if found.longest < rules.excerpt_run else PART
    if _digest(found, rules):
        return BRIEF if _of_one_report(found, rules) else DIGEST
    return _copy(found, one_site, rules)


def reason(decided: int, measures: Measures, quoted: int, recipe: Recipe) -> str:
    """Return a verdict in words; `quoted` of the shared words are quoted speech."""
    if decided == TOO_SHORT:
        return f"a text of fewer than {recipe.min_words} words says too little"
    if decided == SAME:
        return "the same words from beginning to end"
    if decided == BELOW_FLOOR:
        return f"only {measures.containment:.0%} of the shorter text's phrases stand in the longer"
    if decided in _OF_FRAMES:
        return _OF_FRAMES[decided].format(measures)
    if decided == QUOTED:
        return f"{quoted / measures.shared_words:.0%} of what they share is quoted speech"
    return f"{measures.taken:.0%} of the shorter text stands in the longer{_OF_SHARES[decided].format(measures)}"


_OF_FRAMES = {
    REPLACED: "one frame with other facts: {0.replaced_numbers} numbers replaced in place, "
    "{0.numbers:.0%} of the numbers agree",
    FILLED: "one frame with other facts: {0.names:.0%} of the names and {0.numbers:.0%} of the numbers agree",
    ONE_FRAME: "one site's titles, alike but for the facts filled in",
    TABLES: "lists of numbers, of which {0.numbers:.0%} agree",
}
_OF_SHARES = {
    PHRASES: ", in phrases of at most {0.longest_run} words (likeness {0.likeness:.0%})",
    PART: ": a part, not the article (likeness {0.likeness:.0%})",
    BRIEF: ", which is many times as long: a small part of it",
    DIGEST: ", most of which is something else",
    BACKGROUND: ", at its end: the background of other news on the same site",
    ROUNDUP: ", inside another report of the same site that begins otherwise and is mostly new",
    ONE_SITE: ", on the same site (likeness {0.likeness:.0%})",
    LIGHTLY_EDITED: ", in the same order, with small edits only",
    REWRITTEN: ", with parts added, cut, moved or rewritten (likeness {0.likeness:.0%})",
}


# --- measures ---------------------------------------------------------------------------------------


@compiled
def shares(found: Evidence) -> tuple[float, float, float, float, float, float, float]:
    """Return jaccard, a_in_b, b_in_a, outside_quotes, numbers, names, likeness: see Measures."""
    return (
        _jaccard(found),
        _share(found.phrases_common, found.a_phrases),
        _share(found.phrases_common, found.b_phrases),
        _outside_quotes(found),
        _agreement(found.numbers_common, found.a_numbers, found.b_numbers),
        _agreement(found.names_common, found.a_names, found.b_names),
        likeness(found),
    )


@compiled
def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


@compiled
def _agreement(common: int, one: int, other: int) -> float:
    return common / min(one, other) if one and other else 1.0


@compiled
def _jaccard(found: Evidence) -> float:
    return _share(found.phrases_common, found.a_phrases + found.b_phrases - found.phrases_common)


@compiled
def _containment(found: Evidence) -> float:
    return _share(found.phrases_common, found.a_phrases if found.a_own <= found.b_own else found.b_phrases)


@compiled
def _taken(found: Evidence) -> float:
    return found.shared / max(1, min(found.a_own, found.b_own))


@compiled
def _outside_quotes(found: Evidence) -> float:
    a, b = _part(found.a_covered, found.a_unquoted), _part(found.b_covered, found.b_unquoted)
    if found.a_own == found.b_own:
        # Neither is the shorter one.
        return min(a, b)
    return b if found.b_own < found.a_own else a


@compiled
def _part(covered: int, unquoted: int) -> float:
    """Return how much is covered of what is unquoted, all where nothing is."""
    return covered / unquoted if unquoted else 1.0


@compiled
def _numbers(found: Evidence) -> float:
    return _agreement(found.numbers_common, found.a_numbers, found.b_numbers)


@compiled
def _names(found: Evidence) -> float:
    return _agreement(found.names_common, found.a_names, found.b_names)


@compiled
def likeness(found: Evidence) -> float:
    """Return how much speaks for two versions of one report, and not for two reports of one thing: 0..1.

    Who rewords a release or an agency's report keeps of its sentences outside quotation marks, all over, from the first
    on. Two reporters who were there share what was said, one statement as a block, or what heads the shorter text and
    is background in the longer. Of most pairs it is about the share that was taken, and 0 where nothing was.
    Found on pairs judged by reading: see the README.
    """
    if found.shared == 0:
        return 0.0
    later = found.late - found.late_in_shorter
    if found.a_own == found.b_own:
        # Neither is the longer one.
        later = abs(later)
    block = _share(found.longest, found.shared)
    alike = (_outside_quotes(found) + _jaccard(found)) / 2 + (1 - later / 1000 - block) / 4
    return min(max(alike, 0.0), 1.0)


# --- rules ------------------------------------------------------------------------------------------


@compiled
def is_copy(taken: float, alike: float, one_site: bool, least: float, band: float, margin: float) -> bool:
    """Return whether one text has taken enough of another: `least` of the shorter one.

    Within `band` of that line the likeness of texts of two sites has to reach it instead, since what one takes from the
    other gets reworded. A site does not reword its own: there both have to, the likeness by `margin` more.
    """
    if abs(taken - least) > band + _ROUNDED:
        return bool(taken >= least)
    if one_site:
        return bool(taken >= least and alike >= min(least + margin, 1.0) - _ROUNDED)
    return bool(alike >= least)


@compiled
def are_copies(taken: Shares, alike: Shares, one_site: Mask, least: float, band: float, margin: float) -> Mask:
    """Return of which pairs enough was taken: see `is_copy`."""
    found = np.empty(len(taken), np.bool_)
    for pair in range(len(taken)):
        found[pair] = is_copy(taken[pair], alike[pair], one_site[pair], least, band, margin)
    return found


@compiled
def _template(found: Evidence, enough: bool, one_site: bool, rules: Rules) -> int:
    """Return why two texts are one frame with other facts, 0 if they are not."""
    if _replaced(found, rules):
        return REPLACED
    if enough and _filled(found, rules):
        return FILLED
    if one_site and _same_frame(found, rules):
        return ONE_FRAME
    return TABLES if (one_site or enough) and _tables(found, one_site, rules) else 0


@compiled
def _copy(found: Evidence, one_site: bool, rules: Rules) -> int:
    """Return what kind of copy it is."""
    other_news = one_site and not _one_title(found, rules)
    if other_news and found.late > 1000 * rules.revision_place:
        return BACKGROUND
    if other_news and not found.leads and _share(found.shared, max(found.a_own, found.b_own)) < rules.revision_whole:
        return ROUNDUP
    if one_site:
        return ONE_SITE
    return LIGHTLY_EDITED if _lightly_edited(found, rules) else REWRITTEN


@compiled
def _replaced(found: Evidence, rules: Rules) -> bool:
    """Return whether numbers stand in place of others, often enough for what is shared."""
    dense = found.replaced * rules.template_spacing >= found.shared
    enough = found.replaced >= rules.template_replacements
    return bool(dense and enough and _numbers(found) < rules.template_numbers)


@compiled
def _filled(found: Evidence, rules: Rules) -> bool:
    """Return whether numbers and names are others, and most of what is replaced: another person's or place's page.

    Who rewrites a text replaces words of any kind, names and numbers among them.
    """
    differ = _numbers(found) < rules.template_numbers and _names(found) < rules.template_names
    filled = found.filled >= max(rules.template_filled, rules.template_gaps * found.gaps)
    return bool(differ and filled)


@compiled
def _tables(found: Evidence, one_site: bool, rules: Rules) -> bool:
    """Return whether both texts are lists of numbers, and those are others.

    Of two sites nearly all have to be: who copies a list may leave out or correct some of it.
    """
    density = min(_share(found.a_digits, found.a_words), _share(found.b_digits, found.b_words))
    if density < rules.template_density:
        return False
    if one_site:
        return bool(_numbers(found) < rules.template_table_numbers)
    several = min(found.a_numbers, found.b_numbers) >= rules.template_foreign_count
    return bool(several and _numbers(found) < rules.template_foreign_numbers)


@compiled
def _same_frame(found: Evidence, rules: Rules) -> bool:
    """Return whether the titles are one frame with other facts, and so are the texts.

    A site that corrects a figure in its headline keeps the text; a page of another day is another page however little
    of it differs.
    """
    return bool(_same_titles(found, rules) and (found.dated or not _updated(found, rules)))


@compiled
def _updated(found: Evidence, rules: Rules) -> bool:
    """Return whether most of the shorter text is kept, its facts with it."""
    kept = _taken(found) >= rules.update_share and _numbers(found) >= rules.update_numbers
    return bool(kept and _names(found) >= rules.update_names)


@compiled
def _same_titles(found: Evidence, rules: Rules) -> bool:
    frames = found.a_title - found.a_facts + found.b_title - found.b_facts - found.frame_common
    same_facts = found.a_facts == found.facts_common and found.b_facts == found.facts_common
    return bool(not same_facts and _share(found.frame_common, frames) >= rules.template_titles)


@compiled
def _mostly_quoted(found: Evidence, enough: bool, rules: Rules) -> bool:
    outside = _outside_quotes(found)
    doubtful = outside < rules.quotes_doubt and not enough
    little = outside < rules.quotes_share
    return bool((little or doubtful) and _share(found.quoted, found.shared) >= rules.quotes_inside)


@compiled
def _digest(found: Evidence, rules: Rules) -> bool:
    """Return whether the longer text is mostly foreign to the shorter one and not headed by what they share, or nearly.

    The foreign part of a fuller version of one report names the same people and places again; a digest's does not.
    """
    longer = max(found.a_own, found.b_own)
    outside = _share(longer - found.shared, longer)
    if outside <= rules.excerpt_foreign:
        return False
    return bool(outside >= rules.excerpt_mostly or not _of_one_report(found, rules))


@compiled
def _of_one_report(found: Evidence, rules: Rules) -> bool:
    """Return whether the shorter text heads the longer one, or the titles or the names of the rest tell of the same."""
    names = found.b_names if found.a_own > found.b_own else found.a_names
    titles = _share(found.title_common, min(found.a_title, found.b_title))
    alike = titles >= rules.excerpt_title or _share(found.recurring, names) >= rules.excerpt_names
    return bool(found.leads or alike)


@compiled
def _one_title(found: Evidence, rules: Rules) -> bool:
    """Return whether the titles are one, or nearly; of few words they name a column."""
    most, least = max(found.a_title, found.b_title), min(found.a_title, found.b_title)
    enough = least >= rules.revision_title_words
    return bool(enough and _share(found.title_common, most) >= rules.revision_title)


@compiled
def _lightly_edited(found: Evidence, rules: Rules) -> bool:
    """Return whether the shared runs come in one order and nothing as long as a paragraph was added or cut.

    A pointer to another article is a line of its own, and several may stand together.
    """
    if _jaccard(found) < rules.near_jaccard:
        return False
    if max(found.a_gap, found.b_gap) > rules.near_gap or max(found.a_added, found.b_added) > rules.near_added:
        return False
    return bool(found.in_order)
