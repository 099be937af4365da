"""Matches → families under ids that last, as far as a change reaches."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial

from dedup import families, ids, merging
from dedup.corpus import Corpus, grouping
from dedup.records import Change, Family, Match, Recipe, Verdict
from dedup.verifying import Verified

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Families that may be other than before, the ids of those they replace, and what ids no longer in use became.

    `before` tells in which families their articles were, `changes` what became of families of several articles,
    `merged` of matches whether one of the two texts holds other reports as well.
    """

    found: list[Family]
    before: Mapping[str, str]
    dissolved: set[str]
    aliases: Mapping[str, str]
    changes: list[Change]
    merged: Mapping[Pair, bool]


def gather(corpus: Corpus, recipe: Recipe, changed: Set[str], verified: Verified) -> Gathered:
    """Return the families of all articles that matches tie, on whatever path, to one that changed or to new matches.

    An article that has still to be grouped is left out: a later step of the update brings it in.
    """
    verdicts = grouping.verdicts(corpus)
    reached, known, before = _reached(corpus, changed, verified, verdicts)
    matches = [match for match in known if match.a in reached and match.b in reached]
    age = grouping.ages(corpus, reached)
    excerpts = _excerpts(corpus, reached, known, verified, recipe)
    kept = [match for match in matches if (match.a, match.b) not in excerpts]
    grouped = families.families(sorted(age), kept, verdicts)
    members = [family.members for family in grouped]
    named = ids.lasting(members, before, age, lambda names: grouping.family_names(corpus, names))
    found = [Family(name, each.members, each.weakest) for each, name in zip(grouped, named.ids, strict=True)]
    gone = grouping.without(corpus, set(before.values()), reached)
    flags = {(match.a, match.b): (match.a, match.b) in excerpts for match in matches if match.relation.joins}
    return Gathered(found, before, gone, named.aliases, list(_changes(found, before, named.aliases)), flags)


def _reached(
    corpus: Corpus, changed: Set[str], verified: Verified, verdicts: Sequence[Verdict]
) -> tuple[set[str], list[Match], dict[str, str]]:
    """Return the articles that a change reaches, all their matches, by id, and in which families they were.

    It reaches through joining matches, verdicts and the families of before.
    """
    dropped = set(verified.dropped)
    new = {(match.a, match.b): match for match in verified.found}
    ties = _ties(verified.found, verdicts)
    waiting = {*changed, *(key for pair in (*dropped, *new) for key in pair)}
    reached: set[str] = set()
    known: dict[Pair, Match] = {}
    before: dict[str, str] = {}
    while waiting:
        waiting -= grouping.pending(corpus, waiting - changed)
        reached |= waiting
        stored = grouping.matches_of(corpus, waiting - verified.untied)
        known |= {pair: match for pair, match in stored.items() if pair not in dropped and pair not in new}
        near = {key for pair, match in stored.items() if match.relation.joins for key in pair}
        near |= {key for one in waiting for key in ties.get(one, ())}
        homes = grouping.families_of(corpus, waiting)
        near |= grouping.members_of(corpus, set(homes.values()) - set(before.values()))
        before |= homes
        waiting = near - reached
    known |= new
    return reached, [known[pair] for pair in sorted(known)], before


def _excerpts(
    corpus: Corpus, reached: Set[str], known: Sequence[Match], verified: Verified, recipe: Recipe
) -> set[Pair]:
    """Return the joining matches of which one text holds other reports as well."""
    doubtful = {text: most for text, most in merging.doubtful(known).items() if text in reached}
    beyond = {other for most in doubtful.values() for other in most} - reached
    at_hand = {(match.a, match.b) for match in known} | set(verified.dropped)
    further = [match for pair, match in grouping.matches_of(corpus, beyond).items() if pair not in at_hand]
    return merging.excerpts(doubtful, [*known, *further], recipe, partial(grouping.titles, corpus))


def _ties(matches: Sequence[Match], verdicts: Sequence[Verdict]) -> dict[str, set[str]]:
    ties: dict[str, set[str]] = {}
    joined = [(match.a, match.b) for match in matches if match.relation.joins]
    for a, b in (*joined, *((verdict.a, verdict.b) for verdict in verdicts)):
        ties.setdefault(a, set()).add(b)
        ties.setdefault(b, set()).add(a)
    return ties


def _changes(found: Sequence[Family], before: Mapping[str, str], aliases: Mapping[str, str]) -> Iterator[Change]:
    sizes = Counter(before.values())
    for family in found:
        size, now = sizes[family.id], len(family.members)
        parents = {before[member] for member in family.members if member in before}
        merged = sorted(old for old in parents if aliases.get(old) == family.id and sizes[old] > 1)
        yield from (Change(family.id, "merged", now, old) for old in merged)
        if size == 0 and now > 1:
            split = min((old for old in parents if sizes[old] > 1), default="")
            yield Change(family.id, "split" if split else "born", now, split)
        elif now != size and max(now, size) > 1:
            yield Change(family.id, "born" if size == 1 else "grew" if now > size else "shrank", now)
