"""What is new since an earlier report: of families of copies, and of stories told more than once. Pure.

Groups are compared by the articles they hold, never by what they are called: ids have a history, and a corpus that was
grouped anew may have other ones.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dedup.errors import GemaError
from dedup.records import Snapshot

Groups = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Known:
    """What a report knew: the ids of the articles of each family of copies, and of each story told more than once."""

    families: Groups = field(default_factory=dict)
    stories: Groups = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moves:
    """What became of groups between two reports, by id.

    `grown` holds the articles that came to a group that was there. `merged` says in which group one goes on that was
    apart, `parted` are those that only hold what others held. Of what is `gone` no article is in any group.
    """

    new: tuple[str, ...] = ()
    grown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)
    parted: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything moved at all."""
        return bool(self.new or self.grown or self.merged or self.parted or self.gone)


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new since the report that is called `against`, "" where there was none: then all is new.

    `articles` are those that are new in their groups, and all of groups that are new, merged or parted.
    """

    against: str
    families: Moves
    stories: Moves
    articles: frozenset[str]

    @property
    def any(self) -> bool:
        """Whether anything changed at all."""
        return self.families.any or self.stories.any


def known(snapshot: Snapshot) -> Known:
    """Return what a report of `snapshot` knows."""
    held = {
        family.id: frozenset(name for name in family.members if name in snapshot.articles)
        for family in snapshot.families
    }
    told = {
        story.id: [held[name] for name in story.families if held.get(name)]
        for story in snapshot.stories
        if len(story.families) > 1
    }
    return Known(
        families={name: members for name, members in held.items() if len(members) > 1},
        stories={name: frozenset().union(*families) for name, families in told.items() if len(families) > 1},
    )


def changes(before: Known | None, now: Known, against: str = "") -> Changes:
    """Return what is new `now`; `before` is what the report called `against` knew, None where there was none."""
    before = before or Known()
    families, stories = _moves(before.families, now.families), _moves(before.stories, now.stories)
    articles = {*_touched(families, now.families), *_touched(stories, now.stories)}
    return Changes(against, families, stories, frozenset(articles))


def dumps(found: Known) -> str:
    """Return what a report knew as JSON: `families` and `stories`, of each the ids of its articles by its own."""
    parts = (("families", found.families), ("stories", found.stories))
    return json.dumps({name: {key: sorted(groups[key]) for key in sorted(groups)} for name, groups in parts}) + "\n"


def loads(text: str) -> Known:
    """Return what a report knew from what `dumps` made; raises GemaError where it is something else."""
    try:
        read = json.loads(text)
        families, stories = (
            {str(key): frozenset(map(str, held)) for key, held in read[name].items()}
            for name in ("families", "stories")
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise GemaError("it is not what a report knew") from error
    return Known(families, stories)


def _moves(before: Groups, now: Groups) -> Moves:
    places = _places(before, now)
    went_on: dict[str, list[str]] = {}
    for old, place in places.items():
        went_on.setdefault(place, []).append(old)
    been = frozenset().union(*before.values())
    apart = sorted(now.keys() - went_on.keys())
    came = {name: now[name].difference(*(before[old] for old in olds)) for name, olds in sorted(went_on.items())}
    return Moves(
        new=tuple(name for name in apart if not now[name] <= been),
        grown={name: tuple(sorted(articles)) for name, articles in came.items() if articles},
        merged=_merged(went_on, before, now),
        parted=tuple(name for name in apart if now[name] <= been),
        gone=tuple(sorted(before.keys() - places.keys())),
    )


def _places(before: Groups, now: Groups) -> dict[str, str]:
    """Return in which group each of those before goes on: the one that has most of its articles."""
    home = {article: name for name, members in now.items() for article in members}
    places = {}
    for old in sorted(before):
        shares = Counter(home[article] for article in before[old] if article in home)
        if shares:
            places[old] = min((-share, name != old, name) for name, share in shares.items())[-1]
    return places


def _merged(went_on: Mapping[str, Iterable[str]], before: Groups, now: Groups) -> dict[str, str]:
    """Return where each group went that another one had more articles of: that one went on, this one merged into it."""
    merged: dict[str, str] = {}
    for name, olds in sorted(went_on.items()):
        _, *others = sorted((-len(before[old] & now[name]), old != name, old) for old in olds)
        merged |= {old: name for *_, old in others}
    return merged


def _touched(moves: Moves, now: Groups) -> Iterable[str]:
    for name in {*moves.new, *moves.merged.values(), *moves.parted}:
        yield from now[name]
    for articles in moves.grown.values():
        yield from articles
