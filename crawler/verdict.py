"""What a run's counts say of it: fine, or which of the things that can be wrong. Pure.

A run that finds nothing must not look like a run on a quiet day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crawler.sites import Yield

FINE, BUG, USAGE, NOTHING, STORAGE = range(5)
# A site's share of pages without an article is alarming from a half on, where it was clearly less before.
_MANY_PAGES = 10
_ALARMING = 0.5
_JUMP = 0.3
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended: the exit code of its process, and why in words."""

    exit_code: int
    words: str


@dataclass(frozen=True, slots=True)
class Worries:
    """What is wrong with some seeds or sites, though the run as such went well."""

    blocked: Sequence[str] = ()
    barren: Sequence[str] = ()
    dried_up: Sequence[str] = ()


def verdict(counts: Mapping[str, int], storage: Exception | None = None, worries: Worries | None = None) -> Verdict:
    """Return the verdict on a run with these counts; `storage` is what kept it from writing.

    Reads `bugs`, `lost`, `seeds/asked`, `seeds/answered` and `seeds/named`, which count the listings that stand in seed
    lists; one that is unchanged has answered, and counts with what it named last time. `listings/…` count all listings.
    Where seed lists hold nothing but articles, `seeds/articles` and `seeds/articles-answered` count those.
    """
    if storage is not None:
        return Verdict(STORAGE, f"corpus or disk: {storage}")
    bugs, lost = counts.get("bugs", 0), counts.get("lost", 0)
    if bugs:
        return Verdict(BUG, f"{bugs} errors in the program itself; see the log")
    if lost:
        return Verdict(BUG, f"{lost} addresses were handed out and never came back; they are due again")
    troubles = _troubles(worries or Worries())
    nothing = _nothing(counts)
    if nothing or troubles:
        return Verdict(NOTHING, "; ".join([*([nothing] if nothing else []), *troubles]))
    return Verdict(FINE, f"fine: {_heard(counts)}")


def _nothing(counts: Mapping[str, int]) -> str:
    """Return why a run found nothing where it should have; "" where it did, or had nothing to ask."""
    asked, answered = counts.get("seeds/asked", 0), counts.get("seeds/answered", 0)
    articles = counts.get("seeds/articles", 0)
    if asked and not answered:
        return f"none of the {asked} listings of the seed lists answered"
    if asked and not counts.get("seeds/named", 0):
        return f"{answered} of {asked} listings of the seed lists answered, but none named an address"
    if articles and not asked and not counts.get("seeds/articles-answered", 0):
        return f"none of the {articles} articles of the seed lists answered"
    return ""


def _heard(counts: Mapping[str, int]) -> str:
    asked, articles = counts.get("listings/asked", 0), counts.get("seeds/articles", 0)
    if asked:
        return _of(counts.get("listings/answered", 0), asked, "listings")
    if articles:
        return _of(counts.get("seeds/articles-answered", 0), articles, "articles of the seed lists")
    return "no listing was due"


def _of(answered: int, asked: int, what: str) -> str:
    failed = asked - answered
    return f"{answered} of {asked} {what} answered" + (f", {failed} did not" if failed else "")


def barren(before: Mapping[str, Yield], now: Mapping[str, Yield]) -> list[str]:
    """Return the sites whose share of pages without an article has jumped: a new layout, or a wall."""
    return sorted(
        site
        for site, seen in now.items()
        if seen.pages >= _MANY_PAGES
        and seen.share >= _ALARMING
        and before.get(site, Yield()).pages >= _MANY_PAGES
        and seen.share - before[site].share >= _JUMP
    )


def _troubles(worries: Worries) -> list[str]:
    return [
        *([f"blocked by {_some(worries.blocked)}"] if worries.blocked else []),
        *([f"most pages hold no article any more: {_some(worries.barren)}"] if worries.barren else []),
        *([f"named nothing for several runs: {_some(worries.dried_up)}"] if worries.dried_up else []),
    ]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
