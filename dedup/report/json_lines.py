"""Families as JSON: one object for each, those of one article too. ASCII only, so inert in a terminal."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from dedup.origins import Origin
from dedup.report.views import FamilyView, Member, Overview
from dedup.representative import Chosen


def lines(overview: Overview) -> Iterator[str]:
    """Yield one JSON object for each family, without line ends."""
    return (json.dumps(record(family)) for family in overview.families)


def document(overview: Overview) -> str:
    """Return the same objects as one JSON array, an object a line."""
    return "[\n" + ",\n".join(lines(overview)) + "\n]\n" if overview.families else "[]\n"


def record(family: FamilyView) -> dict[str, Any]:
    """Return a family ready for JSON; `first` is None where it is not known, or not collected, which article was."""
    weakest = family.weakest
    return {
        "family": family.id,
        "story": family.story,
        "first": family.first.article.id if family.first_is_known else None,
        "origin": origin(family.origin),
        "stands_for_all": _chosen(family.chosen),
        "sites": list(family.sites),
        "weakest": {"a": weakest.a, "b": weakest.b, "strength": weakest.strength} if weakest else None,
        "articles": [_member(member) for member in family.members],
    }


def origin(found: Origin) -> dict[str, Any]:
    """Return who had a family first; `id` and `url` are None for a source whose page is not collected."""
    return {
        "name": found.name or None,
        "id": found.article.id if found.article else None,
        "url": found.article.url if found.article else None,
        "confidence": str(found.confidence),
        "reason": found.reason,
    }


def _chosen(chosen: Chosen | None) -> dict[str, str] | None:
    return {"id": chosen.article.id, "url": chosen.article.url, "reason": chosen.reason} if chosen else None


def _member(member: Member) -> dict[str, Any]:
    """Return an article; `shared` is the part of its words that stands in the article `compared_with`."""
    article, comparison = member.article, member.comparison
    return {
        "id": article.id,
        "url": article.url,
        "site": article.site,
        "title": article.title,
        "language": article.language,
        "published": _time(article.published),
        "role": member.role.value,
        "compared_with": comparison.other.id if comparison else None,
        "relation": comparison.relation.value if comparison else None,
        "reason": comparison.reason if comparison else None,
        "shared": round(comparison.share, 4) if comparison else None,
    }


def _time(time: datetime | None) -> str | None:
    return time.astimezone(UTC).isoformat() if time else None
