"""Who stands for a family: its earliest article, its most complete one, or the one others name as source. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from dedup import cutting
from dedup.crediting import credits_of, home
from dedup.dating import out_by
from dedup.records import Article


class Choice(StrEnum):
    """By what the article that stands for a family is chosen."""

    EARLIEST = "earliest"
    COMPLETE = "complete"
    ORIGIN = "origin"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The article that stands for a family, and why it does, in words."""

    article: Article
    reason: str


def choose(members: Sequence[Article], by: Choice | str = Choice.EARLIEST) -> Chosen:
    """Return which of these articles, of which there is at least one, stands for all, whatever their order.

    `earliest` is the one that is `out_by` the earliest time; `complete` the one of most words; `origin` the one whose
    site most of the other sites name as their source, in `agency`, `credited_source` or `sources`. Of equals the
    earliest is chosen, of those the one of smallest id. Raises ValueError for another `by`.
    """
    choice = Choice(by)
    ordered = sorted(members, key=age)
    if len(ordered) == 1:
        return Chosen(ordered[0], "there is no other")
    return {Choice.EARLIEST: _earliest, Choice.COMPLETE: _complete, Choice.ORIGIN: _origin}[choice](ordered)


def named_by(members: Sequence[Article]) -> list[int]:
    """Return by how many other sites the site of each of these articles is named as their source."""
    naming = Counter(source for sources in credits_of(members).naming.values() for source in sources)
    return [naming[home(member)] for member in members]


_NEVER = datetime.max.replace(tzinfo=UTC)


def age(article: Article) -> tuple[datetime, str]:
    """Return what articles are sorted by to have the earliest first: when each was `out_by`, and its id."""
    return (out_by(article) or _NEVER, article.id)


def _earliest(ordered: Sequence[Article]) -> Chosen:
    first = ordered[0]
    time = out_by(first)
    if time is None:
        return Chosen(first, f"none of the {len(ordered)} has a time; it has the smallest id")
    return Chosen(first, f"the earliest of {len(ordered)}: out by {time.astimezone(UTC):%Y-%m-%d %H:%M} UTC")


def _complete(ordered: Sequence[Article]) -> Chosen:
    counts = words([article.text for article in ordered])
    most = max(counts)
    tied = "" if counts.count(most) == 1 else f", the earliest of {counts.count(most)} as long"
    return Chosen(ordered[counts.index(most)], f"the longest of {len(ordered)}: {most:,} words{tied}")


def _origin(ordered: Sequence[Article]) -> Chosen:
    naming = named_by(ordered)
    most = max(naming)
    if not most:
        found = _earliest(ordered)
        return Chosen(found.article, f"no other names its source among the {len(ordered)}; {found.reason}")
    sites = "1 other site names" if most == 1 else f"{most} other sites name"
    return Chosen(ordered[naming.index(most)], f"{sites} it as the source")


def words(texts: Sequence[str]) -> list[int]:
    """Return how many words each text has, as grouping counts them."""
    ends = cutting.cut(texts, cores=1).ends.tolist()
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]
