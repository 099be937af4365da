"""Matches → families: components of joining ties, never through two articles of one template."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from dedup.records import Family, Match, Relation, Tie


def families(articles: Iterable[str], matches: Sequence[Match]) -> list[Family]:
    """Return every article's family, members sorted, in order of their smallest member; `Family.id` is that member.

    Ties join strongest first (Kruskal 1956), ties of equal strength by the ids they hold together; one that would
    bring two articles of a template under one roof is left out, so that the weakest tie on such a path is cut.
    """
    apart = _templates(matches)
    groups = {article: [article] for article in articles}
    home = {article: article for article in groups}
    weakest: dict[str, Tie] = {}
    joining = [match for match in matches if match.relation.joins]
    for match in sorted(joining, key=lambda match: (-strength(match), match.a, match.b)):
        one, other = home[match.a], home[match.b]
        if one == other or _kept_apart(groups[one], groups[other], apart):
            continue
        if len(groups[one]) < len(groups[other]):
            one, other = other, one
        for member in groups[other]:
            home[member] = one
        groups[one] += groups.pop(other)
        weakest.pop(other, None)
        # Ties come strongest first: the last one that joined is the weakest that holds them.
        weakest[one] = Tie(match.a, match.b, strength(match))
    return sorted(
        (Family(min(members), tuple(sorted(members)), weakest.get(root)) for root, members in groups.items()),
        key=lambda family: family.id,
    )


def strength(match: Match) -> float:
    """Return how strongly a match ties, 0..1: exact copies before all, then by containment and Jaccard."""
    if match.relation is Relation.EXACT:
        return 1.0
    return round((match.measures.containment + match.measures.jaccard) / 2, 6)


def _templates(matches: Iterable[Match]) -> Mapping[str, set[str]]:
    apart: dict[str, set[str]] = defaultdict(set)
    for match in matches:
        if match.relation is Relation.TEMPLATE:
            apart[match.a].add(match.b)
            apart[match.b].add(match.a)
    return apart


def _kept_apart(one: Sequence[str], other: Sequence[str], apart: Mapping[str, set[str]]) -> bool:
    if len(one) > len(other):
        one, other = other, one
    return any(member in apart and not apart[member].isdisjoint(other) for member in one)
