"""The last stage of an update: families and what they tell → stories, under ids that last.

Families are placed among the others (`placing`), strands are woven day by day (`weaving`), and a story is what hangs
together by strands that went up in one another.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime

from dedup import ids, placing, stories
from dedup.corpus import Corpus, edges, labels, saving, strands
from dedup.corpus.labels import Shown
from dedup.corpus.strands import Placed
from dedup.loom import Loom, Merges, root
from dedup.ordering import UNDATED
from dedup.records import Recipe, Story
from dedup.weaving import Progress, Weaving

_EVER = UNDATED + 1


def tell_stories(corpus: Corpus, recipe: Recipe, now: datetime, tell: Progress) -> None:
    """Tell again what families that are due can have changed, and store it."""
    while placing.place(corpus, recipe):
        pass
    with corpus.reading() as connection:
        due = strands.waiting(connection)
        gone = strands.gone(connection)
        fresh = strands.fresh(connection)
        before = strands.merges(connection)
    if due or gone or fresh:
        told = Loom(corpus, recipe, due, before)
        Weaving(told, tell).all()
        # Those whose day was not told anew stand as before, but their titles and words may be others.
        with corpus.reading() as connection:
            rows = strands.placed(connection, fresh - told.changed.keys())
        told.changed |= {name: row._replace(fresh=False) for name, row in rows.items()}
        _save(corpus, recipe, told, gone, now)
        saving.told(corpus, now)


def _save(corpus: Corpus, recipe: Recipe, told: Loom, gone: Sequence[Placed], now: datetime) -> None:
    """Name the stories that what was told anew belongs to, and store them."""
    other, inside = _touched(told, gone)
    with corpus.reading() as connection:
        rows = {row.family: row for row in strands.of_strands(connection, inside) if row.rank is not None}
    rows |= told.changed
    stored = {row.family: row for row in (*rows.values(), *gone)}
    members = by_story(rows, told.merges)
    story_of = {name: row.story for name, row in stored.items() if row.story is not None}
    with corpus.reading() as connection:
        shown = labels.shown(connection, rows)
        known = labels.stories_named(connection, set(story_of.values()))
    age = {name: shown[name].age if name in shown else ("", name) for name in rows}
    named = ids.lasting(members, story_of, age, lambda names: _taken(corpus, names))
    found = [
        Story(name, tuple(held), *label([rows[one] for one in held], shown))
        for name, held in zip(named.ids, members, strict=True)
    ]
    told_as = {family: story.id for story in found for family in story.families}
    placed = [row._replace(story=told_as[name]) for name, row in rows.items()]
    fresh = [story for story in found if known.get(story.id) != replace(story, families=())]
    with corpus.transaction() as connection:
        strands.save(
            connection,
            [row for row in placed if row != stored[row.family] or row.family in told.changed],
            fresh,
            known.keys() - set(named.ids),
            {one: told.merges[one] for one in other if one in told.merges},
            other,
        )
        edges.save(connection, told.edges)
        saving.save_aliases(connection, "story", named.aliases, now)


def _touched(told: Loom, gone: Sequence[Placed]) -> tuple[set[int], set[int]]:
    """Return the strands that go up in another one than before, and all of the stories that a change touches."""
    before, merges = told.before, told.merges
    all_of_them = before.keys() | merges.keys()
    other = {one for one in all_of_them if before.get(one) != merges.get(one)}
    rows = (*told.was.values(), *told.changed.values(), *gone)
    changed = other | {row.strand for row in rows if row.strand is not None}
    roots = {root(strand, way, _EVER) for strand in changed for way in (before, merges)}
    return other, roots | {one for one in all_of_them if {root(one, before, _EVER), root(one, merges, _EVER)} & roots}


def by_story(rows: Mapping[str, Placed], merges: Merges) -> list[list[str]]:
    """Return the families of each story, sorted, by what they were told with."""
    groups: dict[tuple[int, str], list[str]] = defaultdict(list)
    for name, row in rows.items():
        # Without a strand a family is a story of its own.
        key = (root(row.strand, merges, _EVER), "") if row.strand is not None else (0, name)
        groups[key].append(name)
    return sorted(sorted(held) for held in groups.values())


def _taken(corpus: Corpus, names: Set[str]) -> Set[str]:
    with corpus.reading() as connection:
        return labels.stories_named(connection, names).keys()


def label(held: Sequence[Placed], shown: Mapping[str, Shown]) -> tuple[str, tuple[str, ...]]:
    """Return what a story is called, the title of the most central of its families that has one, and its terms."""
    # Of equals the first counts, and ids tell who came first to this corpus: ranks are the same in all.
    held = sorted(held, key=lambda row: (row.rank or 0, row.family))
    if len(held) > 2:
        held = [held[place] for place in stories.central(strands.vectors([row.told for row in held]))]
    told = [shown[row.family] for row in held if row.family in shown]
    called = next((each for each in told if each.titled), told[0] if told else None)
    terms = stories.telling_terms([each.named for each in told], 5)
    return (called.title if called else ""), terms
