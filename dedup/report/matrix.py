"""Flows → the matrix of who copied whom: the busiest sites only. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dedup.flowing import Flow

_SITES = 16


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who copied whom, the busiest sites first: `flows[source, target]`; `left_out` further sites are not in it."""

    sites: tuple[str, ...]
    flows: Mapping[tuple[str, str], Flow]
    left_out: int = 0

    @property
    def most(self) -> int:
        """The largest number in it."""
        return max((flow.families for flow in self.flows.values()), default=0)


def matrix(flows: Iterable[Flow], most_sites: int = _SITES) -> Matrix:
    """Return the matrix of the `most_sites` sites that give and take most."""
    flows = tuple(flows)
    traffic: Counter[str] = Counter()
    for flow in flows:
        traffic[flow.source] += flow.families
        traffic[flow.target] += flow.families
    busiest = sorted(traffic, key=lambda site: (-traffic[site], site))
    shown = busiest[:most_sites]
    return Matrix(
        sites=tuple(shown),
        flows={(f.source, f.target): f for f in flows if f.source in shown and f.target in shown},
        left_out=len(busiest) - len(shown),
    )
