"""Overview in, one HTML page out: no request, no script, and nothing of an article that could act."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial

from jinja2 import Environment, PackageLoader, StrictUndefined

from dedup.flowing import Flow, Role
from dedup.records import Relation
from dedup.report import wording
from dedup.report.data import headline
from dedup.report.inert import safe_address
from dedup.report.sides import sides
from dedup.report.views import Overview

# Side by side, the largest families first: past this the page gets slow on a phone. `dedup explain` shows any pair.
_COMPARED_CHARACTERS = 6_000_000
_MATRIX_SITES = 16
_LINKS_SHOWN = 40
_CARDS_SHOWN = 12


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


def page(overview: Overview, zone: tzinfo | None = None) -> str:
    """Return the report as one HTML page, times as clocks in `zone` show them (None: the system's own)."""
    environment = _environment(zone)
    return environment.get_template("report.html").render(
        view=overview,
        zone=zone,
        matrix=matrix(overview.flows),
        roomy=_compared(overview),
        anchors={family.id: f"family-{number}" for number, family in enumerate(overview.copied, 1)},
        shown=_CARDS_SHOWN,
        links=overview.links[:_LINKS_SHOWN],
        roles=[(role, count) for role in Role if (count := overview.roles.get(role, 0))],
        Relation=Relation,
        Role=Role,
    )


def matrix(flows: Iterable[Flow], most_sites: int = _MATRIX_SITES) -> Matrix:
    """Return the matrix of the `most_sites` sites that give and take most."""
    flows = tuple(flows)
    traffic: dict[str, int] = {}
    for flow in flows:
        for site in (flow.source, flow.target):
            traffic[site] = traffic.get(site, 0) + flow.families
    busiest = sorted(traffic, key=lambda site: (-traffic[site], site))
    shown = busiest[:most_sites]
    return Matrix(
        sites=tuple(shown),
        flows={(f.source, f.target): f for f in flows if f.source in shown and f.target in shown},
        left_out=len(busiest) - len(shown),
    )


def along(time: datetime, times: Sequence[datetime]) -> float:
    """Return where `time` lies between the first and the last of `times`: 0..100."""
    span = (times[-1] - times[0]).total_seconds()
    return round(100 * (time - times[0]).total_seconds() / span, 2) if span else 50.0


def _environment(zone: tzinfo | None) -> Environment:
    environment = Environment(
        loader=PackageLoader("dedup.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    environment.filters |= {
        "clock": partial(wording.clock, zone=zone),
        "date": partial(wording.date, zone=zone),
        "duration": wording.duration,
        "headline": headline,
        "moment": partial(wording.moment, zone=zone),
        "offset": partial(wording.offset, zone=zone),
        "percent": wording.percent,
        "safe_address": safe_address,
        "site": lambda name: name or "no site",
    }
    environment.globals |= {
        "along": along,
        "many": wording.many,
        "count": wording.count,
        "meanings": wording.MEANINGS,
        "measures": wording.measures,
        "origin": wording.origin,
        "period": partial(wording.period, zone=zone),
        "role_names": wording.ROLES,
        "sides": sides,
    }
    return environment


def _compared(overview: Overview) -> frozenset[str]:
    """Return the ids of the articles whose comparison the page has room for."""
    left = _COMPARED_CHARACTERS
    chosen: set[str] = set()
    for family in overview.copied:
        for member in family.members:
            if member.comparison is None:
                continue
            left -= len(member.article.text) + len(member.comparison.other.text)
            if left < 0:
                return frozenset(chosen)
            chosen.add(member.article.id)
    return frozenset(chosen)
