"""The last stage of an update: families and what they tell → stories, under ids that last."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

from dedup import ids, stories
from dedup.corpus import grouping
from dedup.corpus.grouping import Outcome, Own
from dedup.corpus.results import snapshot
from dedup.reading import Desk
from dedup.records import Family, Hashes64, Match, Story

Pair = tuple[str, str]


def tell_stories(
    desk: Desk,
    grouped: Sequence[Family],
    matches: Sequence[Match],
    own: Mapping[str, Own],
    moved: Set[str],
    repeated: Mapping[str, Hashes64],
) -> Outcome:
    """Return families and stories under their lasting ids, with the edges between families."""
    last = snapshot(desk.corpus, articles=False)
    age = {key: article.age for key, article in desk.articles.items()}
    before = {member: family.id for family in last.families for member in family.members}
    family_ids = ids.lasting([family.members for family in grouped], before, age)
    unchanged = {family.members: family.id for family in last.families if moved.isdisjoint(family.members)}
    vectors = {
        family.id: stories.mean([own[unit].terms for unit in family.members if unit in own]) for family in grouped
    }
    root = {old: family.id for family in grouped if (old := unchanged.get(family.members))}
    fresh = vectors.keys() - root.values()
    edges = stories.edges(vectors, fresh, desk.recipe)
    for (a, b), value in grouping.edges(desk.corpus).items():
        if a in root and b in root:
            edges[_sorted(root[a], root[b])] = value
    told = stories.cluster(vectors, stories.linkage(edges, grouped, matches, desk.recipe), desk.recipe)
    named = dict(zip((family.id for family in grouped), family_ids.ids, strict=True))
    members = {family.id: family.members for family in grouped}
    told_before = {member: story.id for story in last.stories for member in _members(story, last.families)}
    story_ids = ids.lasting([[m for family in story for m in members[family]] for story in told], told_before, age)
    known = {story.families: story for story in last.stories}
    return Outcome(
        recipe=desk.recipe,
        matches=matches,
        families=[replace(family, id=named[family.id]) for family in grouped],
        family_aliases=family_ids.aliases,
        edges={_sorted(named[a], named[b]): value for (a, b), value in edges.items()},
        stories=[
            _story(desk, name, story, named, members, edges, fresh, known, repeated)
            for name, story in zip(story_ids.ids, told, strict=True)
        ],
        story_aliases=story_ids.aliases,
    )


def _story(
    desk: Desk,
    name: str,
    told: Sequence[str],
    named: Mapping[str, str],
    members: Mapping[str, Sequence[str]],
    edges: stories.Edges,
    fresh: Set[str],
    known: Mapping[tuple[str, ...], Story],
    repeated: Mapping[str, Hashes64],
) -> Story:
    held = tuple(sorted(named[family] for family in told))
    if held in known and fresh.isdisjoint(told):
        return replace(known[held], id=name)
    eldest = {family: min(members[family], key=lambda key: desk.articles[key].age) for family in told}
    terms = [desk.terms(eldest[family], desk.own(eldest[family], repeated)) for family in told]
    title = desk.articles[eldest[stories.label(told, edges)]].title
    return Story(name, held, title, stories.telling_terms(terms, 5))


def _members(story: Story, grouped: Sequence[Family]) -> list[str]:
    held = {family.id: family.members for family in grouped}
    return [member for family in story.families for member in held[family]]


def _sorted(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)
