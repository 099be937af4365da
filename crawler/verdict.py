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
    lists; one that is unchanged has answered, and counts with what it named last time.
    """
    if storage is not None:
        return Verdict(STORAGE, f"corpus or disk: {storage}")
    bugs, lost = counts.get("bugs", 0), counts.get("lost", 0)
    if bugs:
        return Verdict(BUG, f"{bugs} errors in the program itself; see the log")
    if lost:
        return Verdict(BUG, f"{lost} addresses were handed out and never came back; they are due again")
    asked, answered = counts.get("seeds/asked", 0), counts.get("seeds/answered", 0)
    troubles = _troubles(worries or Worries())
    if asked and not answered:
        return Verdict(NOTHING, "; ".join([f"none of the {asked} listings answered", *troubles]))
    if asked and not counts.get("seeds/named", 0):
        nothing = f"{answered} of {asked} listings answered, but none named an address"
        return Verdict(NOTHING, "; ".join([nothing, *troubles]))
    if troubles:
        return Verdict(NOTHING, "; ".join(troubles))
    if not asked:
        return Verdict(FINE, "fine: no listing was due")
    return Verdict(FINE, f"fine: {answered} of {asked} listings answered")


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
