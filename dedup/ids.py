"""Ids that last: a group keeps its id while it grows, merges leave an alias, a rebuild changes nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lasting:
    """The id of each group, in the order of the groups, and what ids that are no longer in use became."""

    ids: tuple[str, ...]
    aliases: dict[str, str]


def lasting(
    groups: Sequence[Sequence[str]],
    before: Mapping[str, str],
    age: Mapping[str, tuple[str, str]],
    elsewhere: Set[str] = frozenset(),
) -> Lasting:
    """Name `groups` (disjoint member lists), given the id each member's group had `before`.

    A group keeps the id that most of its members had; where two groups would, the one with more of them does. A new
    group is called after its member of smallest `age`, (first seen, id). An id that no group kept becomes an alias
    of the group that most of its members went to. Ids `elsewhere` are those of groups not at hand.
    """
    shares = Counter(
        (before[member], place) for place, group in enumerate(groups) for member in group if member in before
    )
    order = sorted(shares, key=lambda share: (-shares[share], share[0], age[_eldest(groups[share[1]], age)]))
    kept: dict[int, str] = {}
    given: set[str] = set()
    for old, place in order:
        if place not in kept and old not in given:
            kept[place] = old
            given.add(old)
    return _named(groups, kept, order, {*before.values(), *elsewhere}, age)


def _named(
    groups: Sequence[Sequence[str]],
    kept: dict[int, str],
    order: Sequence[tuple[str, int]],
    used: set[str],
    age: Mapping[str, tuple[str, str]],
) -> Lasting:
    taken = used | set(kept.values())
    for place, group in enumerate(groups):
        if place in kept:
            continue
        # The eldest member's name may still be in use for the group it left: then the next one's serves.
        fresh = [member for member in sorted(group, key=age.__getitem__) if member not in taken]
        kept[place] = fresh[0] if fresh else f"{_eldest(group, age)}-{len(taken)}"
        taken.add(kept[place])
    aliases: dict[str, str] = {}
    for old, place in order:
        if old not in aliases and kept[place] != old:
            aliases[old] = kept[place]
    living = set(kept.values())
    return Lasting(
        tuple(kept[place] for place in range(len(groups))),
        {old: new for old, new in aliases.items() if old not in living},
    )


def _eldest(group: Sequence[str], age: Mapping[str, tuple[str, str]]) -> str:
    return min(group, key=age.__getitem__)
