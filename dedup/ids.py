"""Ids that last: a group keeps its id while it grows, merges leave an alias, a rebuild changes nothing."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain, count


@dataclass(frozen=True, slots=True)
class Lasting:
    """The id of each group, in the order of the groups, and what ids that are no longer in use became."""

    ids: tuple[str, ...]
    aliases: dict[str, str]


def _nowhere(_: Set[str]) -> Set[str]:
    return frozenset()


def lasting(
    groups: Sequence[Sequence[str]],
    before: Mapping[str, str],
    age: Mapping[str, tuple[str, str]],
    elsewhere: Callable[[Set[str]], Set[str]] = _nowhere,
) -> Lasting:
    """Name `groups` (disjoint member lists), given the id each member's group had `before`.

    A group keeps the id that most of its members had; where two groups would, the one with more of them does. A new
    group is called after its member of smallest `age`, (first seen, id). An id that no group kept becomes an alias
    of the group that most of its members went to. `elsewhere` tells which of some ids groups have that are not at hand.
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
    used = set(before.values())
    named = _named(groups, kept, used, age)
    while clashing := elsewhere({named[place] for place in range(len(groups)) if place not in kept}) - used:
        used |= clashing
        named = _named(groups, kept, used, age)
    aliases: dict[str, str] = {}
    for old, place in order:
        if old not in aliases and named[place] != old:
            aliases[old] = named[place]
    living = set(named)
    return Lasting(tuple(named), {old: new for old, new in aliases.items() if old not in living})


def _named(
    groups: Sequence[Sequence[str]], kept: Mapping[int, str], used: Set[str], age: Mapping[str, tuple[str, str]]
) -> list[str]:
    """Return the id of each group: the one it kept, or one that is not used."""
    taken, found = set(used), []
    for place, group in enumerate(groups):
        if place in kept:
            found.append(kept[place])
            continue
        # The eldest member's name may still be in use for the group it left: then the next one's serves.
        eldest = sorted(group, key=age.__getitem__)
        names = chain(eldest, (f"{eldest[0]}-{number}" for number in count(2)))
        found.append(next(name for name in names if name not in taken))
        taken.add(found[-1])
    return found


def _eldest(group: Sequence[str], age: Mapping[str, tuple[str, str]]) -> str:
    return min(group, key=age.__getitem__)
