"""What of a corpus a report shows: all, what came since a moment, what is new since an earlier report. Pure."""

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dedup.dating import believed
from dedup.records import Article, Snapshot, as_found
from dedup.report.news import Changes


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report shows, and what it was compared with.

    `since`: only what has an article of then or later. `changes`: what is new since an earlier report, None where it
    was compared with none; `only_new`: nothing besides.
    """

    since: datetime | None = None
    changes: Changes | None = None
    only_new: bool = False

    @property
    def narrow(self) -> bool:
        """Whether it leaves anything out."""
        return self.since is not None or self.only_new


def within(snapshot: Snapshot, scope: Scope) -> Snapshot:
    """Return of `snapshot` what a report of this scope shows: each family and each story whole, or not at all."""
    if not scope.narrow:
        return snapshot
    seen = snapshot.first_seen
    kept = {name for name, each in snapshot.articles.items() if is_since(each, scope.since, seen.get(name))}
    if scope.only_new:
        kept &= scope.changes.articles if scope.changes else set()
    return around(snapshot, kept)


def around(snapshot: Snapshot, articles: Set[str]) -> Snapshot:
    """Return of `snapshot` the families of these articles, and all of the stories these families are in.

    Articles that are in no family yet stay as they are.
    """
    families = {family.id for family in snapshot.families if not articles.isdisjoint(family.members)}
    stories = tuple(story for story in snapshot.stories if not families.isdisjoint(story.families))
    families.update(name for story in stories for name in story.families)
    grouped = {member: family.id for family in snapshot.families for member in family.members}
    held = {
        name: article
        for name, article in snapshot.articles.items()
        if (grouped[name] in families if name in grouped else name in articles)
    }
    return replace(
        snapshot,
        articles=held,
        families=tuple(family for family in snapshot.families if family.id in families),
        stories=stories,
        matches=tuple(match for match in snapshot.matches if match.a in held and match.b in held),
    )


def is_since(article: Article, since: datetime | None, first_seen: datetime | None = None) -> bool:
    """Tell whether an article may have come out at `since` or later: without a date to believe, was it found then?

    It was found when it was fetched, or `first_seen` where that is not known.
    """
    if since is None:
        return True
    out = believed(as_found(article, first_seen))
    time = out or article.fetched or first_seen
    if time is None:
        return False
    # What is dated to a day may have come at its end.
    by_day = out is not None and article.published_precision == "day"
    return time >= since or (by_day and since - time < timedelta(days=1))
