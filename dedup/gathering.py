"""Matches → families under ids that last, as far as a change reaches."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

from dedup import families, ids
from dedup.corpus import Corpus, grouping
from dedup.records import Family, Match
from dedup.stages import Verified

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Families that may be other than before, the ids of those they replace, and what ids no longer in use became."""

    found: list[Family]
    dissolved: set[str]
    aliases: Mapping[str, str]


def gather(corpus: Corpus, changed: Set[str], verified: Verified) -> Gathered:
    """Return the families of all articles that matches tie, on whatever path, to one that changed or to new matches."""
    reached, matches = _reached(corpus, changed, verified)
    before = grouping.families_of(corpus, reached)
    age = grouping.ages(corpus, reached)
    grouped = families.families(sorted(age), matches)
    taken = grouping.family_names(corpus, age) - set(before.values())
    named = ids.lasting([family.members for family in grouped], before, age, taken)
    found = [replace(family, id=name) for family, name in zip(grouped, named.ids, strict=True)]
    return Gathered(found, set(before.values()), named.aliases)


def _reached(corpus: Corpus, changed: Set[str], verified: Verified) -> tuple[set[str], list[Match]]:
    """Return the articles that a change reaches, and their matches.

    It reaches through joining matches and the families of before.
    """
    dropped = set(verified.dropped)
    new = {(match.a, match.b): match for match in verified.found}
    ties: dict[str, set[str]] = {}
    for match in verified.found:
        if match.relation.joins:
            ties.setdefault(match.a, set()).add(match.b)
            ties.setdefault(match.b, set()).add(match.a)
    waiting = {*changed, *(key for pair in (*dropped, *new) for key in pair)}
    reached: set[str] = set()
    known: dict[Pair, Match] = {}
    while waiting:
        reached |= waiting
        stored = grouping.matches_of(corpus, waiting)
        known |= {pair: match for pair, match in stored.items() if pair not in dropped and pair not in new}
        near = {key for pair, match in stored.items() if match.relation.joins for key in pair}
        near |= {key for one in waiting for key in ties.get(one, ())}
        near |= grouping.kin(corpus, waiting)
        waiting = near - reached
    inside = [match for pair, match in (known | new).items() if pair[0] in reached and pair[1] in reached]
    return reached, sorted(inside, key=lambda match: (match.a, match.b))
