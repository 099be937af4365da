"""The last stage of an update: families and what they tell → stories, under ids that last."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

from dedup import ids, stories
from dedup.corpus import Corpus, grouping
from dedup.corpus.grouping import Told
from dedup.corpus.results import snapshot
from dedup.reading import Desk, desk_of
from dedup.records import Recipe, Story

# Stories whose articles are in memory at a time.
_AT_ONCE = 2_000


def tell_stories(corpus: Corpus, recipe: Recipe, touched: Set[str]) -> Told:
    """Return all stories under their lasting ids, with the edges between families.

    `touched` are the families that may be other than when stories were last told.
    """
    last = snapshot(corpus, articles=False)
    age = grouping.ages(corpus)
    told_of = grouping.vectors(corpus)
    members = {family.id: family.members for family in last.families}
    vectors = {name: stories.mean([told_of[m] for m in held if m in told_of]) for name, held in members.items()}
    known_edges = grouping.edges(corpus)
    # One that a removal has left without a word is told anew.
    known = {story.families: story for story in last.stories if story.label or story.terms}
    placed = {name for story in last.stories for name in story.families}
    fresh = {name for name in members if name in touched or name not in placed}
    edges = stories.edges(vectors, fresh, recipe)
    for (a, b), value in known_edges.items():
        if a in members and b in members and a not in fresh and b not in fresh:
            edges[a, b] = value
    told = stories.cluster(vectors, stories.linkage(edges, last.families, last.matches, recipe), recipe)
    before = {family: story.id for story in last.stories for family in story.families}
    eldest = {family: min(age[member] for member in held) for family, held in members.items()}
    story_ids = ids.lasting(told, before, eldest)
    named = list(zip(story_ids.ids, told, strict=True))
    kept = {name: known[held] for name, held in named if held in known and fresh.isdisjoint(held)}
    new = [(name, held) for name, held in named if name not in kept]
    found = [replace(story, id=name) for name, story in kept.items()]
    return Told(edges, [*found, *_labelled(desk_of(corpus, recipe), new, eldest, edges)], story_ids.aliases)


def _labelled(
    desk: Desk,
    told: Sequence[tuple[str, Sequence[str]]],
    eldest: Mapping[str, tuple[str, str]],
    edges: stories.Edges,
) -> Iterator[Story]:
    """Yield stories with what they are called and what their families' eldest articles tell."""
    for start in range(0, len(told), _AT_ONCE):
        chunk = told[start : start + _AT_ONCE]
        articles = sorted({eldest[family][1] for _, held in chunk for family in held})
        batch = desk.batch(articles)
        said = dict(zip(articles, desk.terms(batch), strict=True))
        titles = {article.id: article.title for article in batch.articles}
        for name, held in chunk:
            terms = stories.telling_terms([said[eldest[family][1]] for family in held], 5)
            title = titles[eldest[stories.label(held, edges)][1]]
            yield Story(name, tuple(held), title, terms)
