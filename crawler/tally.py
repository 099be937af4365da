"""What a run counts by seed and by site, besides its totals: for its record and its verdict. In memory, pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from crawler.outcome import Outcome, State
from crawler.sites import Yield

_FEW_BLOCKS = 3
# Of the reasons to reject a page, those that a new layout or a wall gives.
_WITHOUT = frozenset({"empty", "short", "not-article"})
_UNANSWERED = frozenset({State.GONE, State.FAILED, State.BLOCKED, State.PENDING})


@dataclass(frozen=True, slots=True)
class Details:
    """What is told of a run's seeds and sites: counts by name, only those that are not 0."""

    seeds: Mapping[str, Mapping[str, int]]
    sites: Mapping[str, Mapping[str, int]]


class Tally:
    """Counts by seed number and by site."""

    def __init__(self) -> None:
        self._seeds: dict[int, Counter[str]] = {}
        self._sites: dict[str, Counter[str]] = {}

    def listing(self, seed: int, site: str, outcome: Outcome, new: int = 0, own: bool = True) -> None:
        """Count a listing that was asked; `own`: it stands in the seed list itself."""
        of_seed, of_site = self._of(seed, site)
        of_seed.update({"listings": 1, "found": new})
        if outcome.state is not State.DONE:
            of_seed[outcome.reason] += 1
            of_site[f"listings {outcome.reason}"] += 1
        if outcome.state is State.BLOCKED and own:
            of_site["blocked listings"] += 1

    def page(self, seed: int, site: str, outcome: Outcome, stored: str = "") -> None:
        """Count a page that should hold an article; `stored` is what the corpus made of it."""
        of_seed, of_site = self._of(seed, site)
        for counts in (of_seed, of_site):
            counts["pages"] += 1
            counts[stored or outcome.reason or outcome.state.value] += 1
        if outcome.reason in _WITHOUT:
            of_site["without"] += 1
        if outcome.state in _UNANSWERED and not stored:
            of_seed["unanswered"] += 1
        if outcome.state is State.BLOCKED:
            of_site["blocked"] += 1

    def shut_out(self, site: str) -> None:
        """Count that a site wants us away altogether."""
        self._sites.setdefault(site, Counter())["shut out"] += 1

    def sites(self) -> Mapping[str, Counter[str]]:
        """Return the counts by site as they stand."""
        return self._sites

    def seeds_asked(self) -> list[int]:
        """Return the seeds of which a listing was asked."""
        return [seed for seed, counts in self._seeds.items() if counts["listings"]]

    def pages(self) -> tuple[int, int]:
        """Return how many pages that should hold an article were asked for, and how many of them answered."""
        asked = sum(counts["pages"] for counts in self._seeds.values())
        return asked, asked - sum(counts["unanswered"] for counts in self._seeds.values())

    def yields(self) -> dict[str, Yield]:
        """Return how many pages of each site were read, and how many held no article."""
        read = {
            site: Yield(counts["pages"] - counts["blocked"], counts["without"]) for site, counts in self._sites.items()
        }
        return {site: seen for site, seen in read.items() if seen.pages > 0}

    def blocked(self) -> list[str]:
        """Return the sites that block us: a listing, or several pages and at least half of those asked."""
        return sorted(
            site
            for site, counts in self._sites.items()
            if counts["blocked listings"]
            or counts["shut out"]
            or (counts["blocked"] >= _FEW_BLOCKS and 2 * counts["blocked"] >= counts["pages"])
        )

    def details(self, names: Mapping[int, str]) -> Details:
        """Return all of it, the seeds by `names`."""
        seeds = {names.get(seed, str(seed)): dict(+counts) for seed, counts in self._seeds.items()}
        return Details(seeds, {site: dict(+counts) for site, counts in self._sites.items()})

    def _of(self, seed: int, site: str) -> tuple[Counter[str], Counter[str]]:
        return self._seeds.setdefault(seed, Counter()), self._sites.setdefault(site, Counter())
