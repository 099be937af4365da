"""Snapshot in, Overview out: what the HTML report, the terminal and JSON all show. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from dedup.families import near
from dedup.flowing import delay, flows, roles_in
from dedup.origins import Origin, origins
from dedup.records import Article, Match, Passage, Relation, Snapshot, Story
from dedup.report.inert import plain
from dedup.report.sides import turned
from dedup.report.views import (
    Comparison,
    FamilyView,
    Link,
    Member,
    Overview,
    StoryView,
)
from dedup.representative import Choice, Chosen, choose
from dedup.retelling import moment
from dedup.segments import beginning, shortened

_LINKING = (Relation.EXCERPT, Relation.SHARED_QUOTES, Relation.TEMPLATE)
_Pairs = Mapping[tuple[str, str], Match]


def overview(snapshot: Snapshot, by: Choice = Choice.EARLIEST) -> Overview:
    """Return what a report of `snapshot` shows; `by` decides which article stands for a family.

    Equal snapshots give equal overviews.
    """
    told_in = {family: story.id for story in snapshot.stories for family in story.families}
    homes = {member: family.id for family in snapshot.families for member in family.members}
    inside = defaultdict[str, list[Match]](list)
    for match in snapshot.matches:
        if match.a in homes and homes[match.a] == homes.get(match.b):
            inside[homes[match.a]].append(match)
    known = origins(snapshot)
    families = [
        FamilyView(
            family.id,
            told_in.get(family.id),
            found,
            members(found, inside.get(family.id, ())),
            family.weakest,
            _chosen(found, by),
        )
        for family in snapshot.families
        if (found := known.get(family.id))
    ]
    counted = flows(snapshot, known=known)
    families.sort(key=_largest_then_newest)
    by_id = {family.id: family for family in families}
    return Overview(
        families=tuple(families),
        stories=_stories(snapshot.stories, by_id),
        flows=counted.flows,
        sites=counted.sites,
        links=_links(snapshot, families),
        pending=len(snapshot.articles) - sum(len(family.members) for family in families),
        updated_at=snapshot.updated_at,
        recipe=snapshot.recipe,
        first_seen=snapshot.first_seen,
    )


def headline(article: Article) -> str:
    """Return what to call an article in one line: its title, else its first words, else its address."""
    return shortened(plain(" ".join(article.title.split()) or beginning(article.text) or article.url))


def passages_of(match: Match, earlier: str) -> tuple[Passage, ...]:
    """Return the passages of `match` turned so that `a` is the article `earlier`."""
    return match.passages if match.a == earlier else turned(match.passages)


# --- families ---------------------------------------------------------------------------------------


def members(found: Origin, matches: Iterable[Match]) -> tuple[Member, ...]:
    """Return the articles of an account, each with what it shares with whom; `matches` are those between them."""
    ordered = [entry.article for entry in found.account]
    # What shares mere phrases says nothing of where a text is from.
    pairs = {(match.a, match.b): match for match in matches if match.relation is not Relation.NONE}
    beside = near(ordered, pairs)
    return tuple(
        Member(
            entry.article,
            headline(entry.article),
            role,
            delay(entry, found),
            _closest(place, ordered, sorted(beside[place]), pairs) if place else None,
        )
        for place, (entry, role) in enumerate(roles_in(found))
    )


def _chosen(found: Origin, by: Choice) -> Chosen:
    return choose([entry.article for entry in found.account], by)


def _closest(place: int, ordered: Sequence[Article], beside: Sequence[int], pairs: _Pairs) -> Comparison | None:
    """Compare the article at `place` with the first, given the places of those `beside` it that share something.

    Where those two share nothing or mere phrases: with the earlier one it shares most with, failing that a later one.
    """
    for places in (range(1), range(1, place), range(place + 1, len(ordered))):
        compared = (_compare(ordered[place], ordered[other], pairs) for other in beside if other in places)
        closest = max((each for each in compared if each), key=lambda each: each.share, default=None)
        if closest:
            return closest
    return None


def _compare(article: Article, other: Article, pairs: _Pairs) -> Comparison | None:
    match = pairs.get((min(article.id, other.id), max(article.id, other.id)))
    if match is None:
        if article.text != other.text:
            return None
        return Comparison(other, Relation.EXACT, "the same text", 1.0)
    measures = match.measures
    is_a = match.a == article.id
    return Comparison(
        other=other,
        relation=match.relation,
        reason=match.reason,
        share=1.0 if match.relation is Relation.EXACT else measures.a_in_b if is_a else measures.b_in_a,
        measures=measures,
        passages=passages_of(match, other.id),
    )


def _largest_then_newest(family: FamilyView) -> tuple[int, float, str]:
    return -len(family.members), -_newest(family), family.id


def _newest(view: FamilyView | StoryView) -> float:
    stamps = view.stamps
    return stamps[-1].latest.timestamp() if stamps else float("-inf")


# --- stories, links ----------------------------------------------------------------------------------


def _stories(stories: Iterable[Story], families: Mapping[str, FamilyView]) -> tuple[StoryView, ...]:
    views = []
    for story in stories:
        held = [families[name] for name in story.families if name in families]
        held.sort(key=lambda family: min(moment(member.article) for member in family.members))
        if held:
            label = shortened(plain(story.label)) or held[0].first.headline
            views.append(StoryView(story.id, label, story.terms, tuple(held)))
    return tuple(sorted(views, key=lambda view: (-view.articles, -len(view.families), -_newest(view), view.id)))


def _links(snapshot: Snapshot, families: Iterable[FamilyView]) -> tuple[Link, ...]:
    """Return one link for every two families and relation: the pair that shares most. Templates come last."""
    family_of = {member.article.id: family.id for family in families for member in family.members}
    groups: defaultdict[tuple[Relation, str, str], list[Match]] = defaultdict(list)
    for match in snapshot.matches:
        homes = sorted((family_of.get(match.a, ""), family_of.get(match.b, "")))
        if match.relation in _LINKING and homes[0] and homes[0] != homes[1]:
            groups[match.relation, homes[0], homes[1]].append(match)
    strongest = [
        (max(group, key=lambda match: (match.measures.containment, match.a, match.b)), len(group) - 1)
        for group in groups.values()
    ]
    strongest.sort(key=lambda each: (_LINKING.index(each[0].relation), -each[0].measures.containment, each[0].a))
    return tuple(
        Link(snapshot.articles[match.a], snapshot.articles[match.b], match.relation, match.reason, also)
        for match, also in strongest
    )
