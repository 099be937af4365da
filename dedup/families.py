"""Matches → families: components of joining ties, never through two articles of one template."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter

from dedup.chains import ways
from dedup.ordering import in_order
from dedup.records import Article, Family, Match, Relation, Tie, Verdict


def families(articles: Iterable[str], matches: Sequence[Match], verdicts: Sequence[Verdict] = ()) -> list[Family]:
    """Return every article's family, members sorted, in order of their smallest member; `Family.id` is that member.

    Ties join strongest first (Kruskal 1956), ties of equal strength by the ids they hold together; one that would
    bring two articles of a template under one roof is left out, so that the weakest tie on such a path is cut.
    Verdicts come first: what they join is joined, what they part is kept apart like a template, those joined
    by another verdict excepted.
    """
    home = {article: article for article in articles}
    groups, weakest, _ = _grown(home, matches, verdicts)
    alone = [Family(article, (article,)) for article, root in home.items() if article is root and root not in groups]
    several = [_family(members, weakest[root]) for root, members in groups.items()]
    return sorted([*alone, *several], key=attrgetter("id"))


def path(
    start: str, end: str, articles: Iterable[str], matches: Sequence[Match], verdicts: Sequence[Verdict] = ()
) -> tuple[Match | Verdict, ...]:
    """Return the ties by which two of these articles are in one family, as `families` joins them; () if they are not.

    What ties the two themselves is all, however many others tie them as well.
    """
    parted = {(verdict.a, verdict.b) for verdict in verdicts if not verdict.together}
    home = {article: article for article in articles}
    _, _, used = _grown(home, matches, verdicts)
    if start not in home or end not in home or home[start] != home[end]:
        return ()
    said = {(verdict.a, verdict.b): verdict for verdict in verdicts if verdict.together}
    known = {(match.a, match.b): match for match in matches if match.relation.joins}
    between = in_order(start, end)
    if between in said or (between in known and between not in parted):
        return (said.get(between) or known[between],)
    ties = [said.get((tie.a, tie.b)) or known[tie.a, tie.b] for tie in used]
    return next(way for there, way in ways(start, ties) if there == end)


def _grown(
    home: dict[str, str], matches: Sequence[Match], verdicts: Sequence[Verdict]
) -> tuple[dict[str, list[str]], dict[str, Tie], list[Tie]]:
    """Give articles their homes; return the members of those of several, the weakest tie of each, and all that joined.

    At first each article is at home with itself.
    """
    apart = _apart(matches, verdicts)
    # Those of several: most articles are alone.
    groups: dict[str, list[str]] = {}
    weakest: dict[str, Tie] = {}
    used: list[Tie] = []
    ties = sorted([(-strength(match), match.a, match.b) for match in matches if match.relation.joins])
    joining = [(False, *tie) for tie in ties]
    said = sorted((True, -1.0, verdict.a, verdict.b) for verdict in verdicts if verdict.together)
    for whatever, weight, a, b in (*said, *joining):
        if a not in home or b not in home:
            continue
        one, other = home[a], home[b]
        if one == other:
            continue
        here, there = groups.get(one) or [one], groups.get(other) or [other]
        if not whatever and _kept_apart(here, there, apart, home):
            continue
        if len(here) < len(there):
            one, other, here, there = other, one, there, here
        for member in there:
            home[member] = one
        groups[one] = here
        here += there
        groups.pop(other, None)
        weakest.pop(other, None)
        # Ties come strongest first: the last one that joined is the weakest that holds them.
        weakest[one] = Tie(a, b, -weight)
        used.append(weakest[one])
    return groups, weakest, used


def _family(members: list[str], weakest: Tie) -> Family:
    members.sort()
    return Family(members[0], tuple(members), weakest)


def strength(match: Match) -> float:
    """Return how strongly a match ties, 0..1: exact copies before all, then by containment and Jaccard."""
    if match.relation is Relation.EXACT:
        return 1.0
    return round((match.measures.containment + match.measures.jaccard) / 2, 6)


def near(members: Sequence[Article], pairs: Iterable[tuple[str, str]]) -> list[set[int]]:
    """Return by place the places of the members with which each shares something: of many with one text, of the first.

    `pairs` are the ids of articles that match. Every two members would be the square of a family of thousands.
    """
    places = {article.id: place for place, article in enumerate(members)}
    found: list[set[int]] = [set() for _ in members]
    ties = [(places[a], places[b]) for a, b in pairs if a in places and b in places]
    texts: dict[str, int] = {}
    for place, article in enumerate(members):
        earliest = texts.setdefault(article.text, place)
        if earliest != place:
            ties.append((earliest, place))
    for one, other in ties:
        found[one].add(other)
        found[other].add(one)
    return found


def _apart(matches: Iterable[Match], verdicts: Iterable[Verdict]) -> Mapping[str, set[str]]:
    apart: dict[str, set[str]] = defaultdict(set)
    pairs = [(match.a, match.b) for match in matches if match.relation is Relation.TEMPLATE]
    for a, b in (*pairs, *((verdict.a, verdict.b) for verdict in verdicts if not verdict.together)):
        apart[a].add(b)
        apart[b].add(a)
    return apart


def _kept_apart(
    one: Sequence[str], other: Sequence[str], apart: Mapping[str, set[str]], home: Mapping[str, str]
) -> bool:
    if len(one) > len(other):
        one, other = other, one
    # Asked by home: to look through all of the other one, tie after tie that is refused, would be cubic.
    root = home[other[0]]
    return any(home.get(kept) == root for member in one if member in apart for kept in apart[member])
