"""What a run's counts say of it: fine, or which of the things that can be wrong. Pure.

A run that finds nothing must not look like a run on a quiet day.
"""

from collections.abc import Mapping
from dataclasses import dataclass

FINE, BUG, USAGE, NOTHING, STORAGE = range(5)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended: the exit code of its process, and why in words."""

    exit_code: int
    words: str


def verdict(counts: Mapping[str, int], storage: Exception | None = None) -> Verdict:
    """Return the verdict on a run with these counts; `storage` is what kept it from writing.

    Reads `bugs`, `lost`, `listings/asked`, `listings/answered` and `listings/named`; a listing that is
    unchanged has answered, and counts with what it named last time.
    """
    if storage is not None:
        return Verdict(STORAGE, f"corpus or disk: {storage}")
    bugs, lost = counts.get("bugs", 0), counts.get("lost", 0)
    if bugs:
        return Verdict(BUG, f"{bugs} errors in the program itself; see the log")
    if lost:
        return Verdict(BUG, f"{lost} addresses were handed out and never came back; they are due again")
    asked, answered = counts.get("listings/asked", 0), counts.get("listings/answered", 0)
    if not asked:
        return Verdict(FINE, "fine: no listing was due")
    if not answered:
        return Verdict(NOTHING, f"none of the {asked} listings answered")
    if not counts.get("listings/named", 0):
        return Verdict(NOTHING, f"{answered} of {asked} listings answered, but none named an address")
    return Verdict(FINE, f"fine: {answered} of {asked} listings answered")
