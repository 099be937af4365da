"""Data for the scripts of the report: what can be searched, and what charts draw. Pure.

Data of a page stands in its attributes; what is searched, which is much, is a script that sets one name, since a page
opened from a file may read nothing else.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from itertools import islice
from typing import Any

from dedup.flowing import Role
from dedup.report import stamps, wording
from dedup.report.inert import plain, shown
from dedup.report.language import Language
from dedup.report.names import file_name
from dedup.report.pageviews import Cut, Day
from dedup.report.stamps import Stamp
from dedup.report.stretch import Stretch
from dedup.report.views import FamilyView, Overview, StoryView

_DRAWN_STORIES = 400
_AXIS_DAYS = 8
_TITLE = 160


def compact(value: object) -> str:
    """Return JSON that may stand in an attribute, once escaped, and in a script: no sign of it ends either."""
    found = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return found.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def index(overview: Overview, zone: tzinfo | None, language: Language) -> str:
    """Return the script that holds what of stories and families is searched.

    Sites and languages are named once, at the front; days are those of `zone`. A row is its kind, its file, its title,
    further headlines and words, the places of its sites and languages, its relations, its first and last day, its
    articles and texts.
    """
    sites = sorted({site for family in overview.copied for site in family.sites} | _told_sites(overview))
    numbers = {site: number for number, site in enumerate(sites)}
    rows = [
        *(_story(story, numbers, zone) for story in overview.told),
        *(_family(family, numbers, zone) for family in overview.copied),
    ]
    languages = sorted({code for row in rows for code in row[5]})
    relations = sorted({name for row in rows for name in row[6]})
    said = {
        "sites": sites,
        "languages": [[code, tongue(code, language)] for code in languages],
        "relations": [[name, language.of(name)] for name in relations],
        "rows": rows,
    }
    return f"window.gema = {compact(said)};\n"


def days(found: Sequence[Day], shown: Stretch | None, roles: Sequence[Role], language: Language) -> str:
    """Return what the chart of days draws: every day that is shown; where these are too many, those with articles."""
    known = {day.day: day.roles for day in found}
    drawn = (shown.days or [day for day in known if day in shown]) if shown else ()
    return compact(
        {
            "days": [wording.written(day, language) for day in drawn],
            "series": [
                {
                    "role": role,
                    "name": language.of(wording.ROLES[role]),
                    "values": [known.get(day, {}).get(role, 0) for day in drawn],
                }
                for role in roles
            ],
        }
    )


def stories(
    found: Iterable[StoryView],
    shown: Stretch | None,
    zone: tzinfo | None,
    language: Language,
    page: Callable[[str], str],
) -> str:
    """Return what the chart of stories draws: of each when it began, its articles, sites, label and page.

    `found` are those of `drawn`. `days` are some midnights of the zone, for the axis, the first and the last of which
    hold all stories that began in the days that are shown.
    """
    dated = [story for story in found if shown and story.stamps[0].day(zone) in shown]
    points = [
        {
            "at": story.stamps[0].drawn(zone).timestamp(),
            "articles": story.articles,
            "sites": len(story.sites),
            "label": story.label[:_TITLE],
            "when": wording.written(story.stamps[0].day(zone), language),
            "page": page(story.id),
        }
        for story in dated
    ]
    midnights = _midnights(dated, zone)
    years = len({local.year for local in midnights}) > 1
    days = [
        [local.timestamp(), f"{local.day} {language.months[local.month - 1]}{f' {local.year}' if years else ''}"]
        for local in midnights
    ]
    return compact({"points": points, "days": days, "articles": language.of("Articles")})


def drawn(told: Iterable[StoryView]) -> list[StoryView]:
    """Return the stories that the chart has room for: the largest that have a time."""
    return list(islice((story for story in told if story.stamps), _DRAWN_STORIES))


def _midnights(dated: Sequence[StoryView], zone: tzinfo | None) -> list[datetime]:
    if not dated:
        return []
    began = [story.stamps[0].day(zone) for story in dated]
    first, last = min(began), max(began)
    step = (last - first).days // _AXIS_DAYS + 1
    ends = range(first.toordinal(), last.toordinal() + step + 1, step)
    days = map(date.fromordinal, ends)
    # Midnight where the reader is, which need not be 24 hours after the one before.
    return [wording.local(datetime(day.year, day.month, day.day, tzinfo=zone), zone) for day in days]


def cuts(found: Sequence[Cut], chosen: float, language: Language) -> str:
    """Return what the chart of thresholds draws."""
    return compact(
        {
            "cuts": [[cut.at, cut.families, cut.articles] for cut in found],
            "chosen": chosen,
            "series": [language.of("Families of copies"), language.of("Articles in them")],
            "here": language.of("this report"),
        }
    )


def tongue(code: str, language: Language) -> str:
    """Return what a language is called, its code where it has no name here."""
    name = wording.LANGUAGES.get(code)
    return language.of(name) if name else plain(code)


def _told_sites(overview: Overview) -> set[str]:
    return {site for story in overview.told for site in story.sites}


def _story(story: StoryView, numbers: Mapping[str, int], zone: tzinfo | None) -> list[Any]:
    members = [member for family in story.families for member in family.members]
    return [
        "s",
        file_name(story.id),
        shown(story.label[:_TITLE]),
        _further(story.label, (*story.terms, *(member.headline for member in members))),
        [numbers[site] for site in story.sites],
        sorted({member.article.language for member in members}),
        sorted({str(member.comparison.relation) for member in members if member.comparison}),
        *_days(story.stamps, zone),
        len(members),
        len(story.families),
    ]


def _family(family: FamilyView, numbers: Mapping[str, int], zone: tzinfo | None) -> list[Any]:
    title = family.first.headline
    return [
        "f",
        file_name(family.id),
        shown(title),
        _further(title, (member.headline for member in family.members)),
        [numbers[site] for site in family.sites],
        sorted({member.article.language for member in family.members}),
        sorted({str(member.comparison.relation) for member in family.members if member.comparison}),
        *_days(family.stamps, zone),
        len(family.members),
        1,
    ]


def _further(title: str, others: Iterable[str]) -> list[str]:
    """Return what of `others` has words that stand neither in `title` nor in those before."""
    known, found = set(title.lower().split()), []
    for other in others:
        words = set(other.lower().split())
        if not words <= known:
            found.append(shown(other))
            known |= words
    return found


def _days(found: Iterable[Stamp], zone: tzinfo | None) -> tuple[str, str]:
    ends = stamps.days(found, zone)
    return (ends[0].isoformat(), ends[1].isoformat()) if ends else ("", "")
