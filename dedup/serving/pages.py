"""The pages that only a served report has: answers to a search, and what is said where there is no page. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from urllib.parse import urlencode

from dedup.report import parts
from dedup.report.language import marked
from dedup.report.layout import environment
from dedup.report.pages import POLICY, Setting
from dedup.serving.lists import Entry, Found, Lists, Question

# The search form is sent to this server.
FORM_POLICY = POLICY.replace("form-action 'none'", "form-action 'self'")
_OFFERED = 500

# What is said where there is no page, and what may be done.
Notice = tuple[str, str]
NOTICES: Mapping[int, Notice] = {
    400: (marked("This cannot be answered"), marked("Ask for it by the address that `dedup serve` printed.")),
    404: (
        marked("There is no such page"),
        marked("It may have been of a family or story that is no longer there, or of one article that is alone."),
    ),
    405: (marked("This cannot be done here"), marked("These pages are only read; nothing can be changed.")),
    414: (marked("This address is too long"), marked("Ask for fewer words.")),
    500: (marked("Something went wrong"), marked("The terminal in which `dedup serve` runs says what.")),
    503: (
        marked("The corpus is being read"),
        marked("What is counted over all of it is made first. This page asks again by itself."),
    ),
}
LATE: Notice = (
    marked("This took too long"),
    marked("Reading it was ended so that it holds up nobody else. Ask again in a minute: the corpus may be busy now."),
)


@dataclass(frozen=True, slots=True)
class _Listed:
    """An entry as its list shows it."""

    entry: Entry
    place: str


def found_page(found: Found, asked: Question, held: Lists, setting: Setting) -> str:
    """Return a page of the stories and families that answer a question, all where nothing is asked."""
    links = setting.links
    listed = [_Listed(each, (links.story if each.kind == "s" else links.family)(each.id)) for each in found.entries]
    return _render(
        setting,
        "found.html",
        links.search,
        FORM_POLICY,
        found=found,
        asked=asked,
        listed=listed,
        held=held,
        offered=_OFFERED,
        before=_turned(asked, found.page - 1) if found.page > 1 else "",
        after=_turned(asked, found.page + 1) if found.page < found.pages else "",
    )


def notice_page(notice: Notice, setting: Setting) -> str:
    """Return what is said where there is no page; nothing of the inside."""
    title, said = map(setting.language.of, notice)
    return _render(setting, "notice.html", "", POLICY, title=title, said=said)


def _turned(asked: Question, page: int) -> str:
    """Return the query of another page of the same question."""
    named = {"q" if each.name == "words" else each.name: getattr(asked, each.name) for each in fields(asked)}
    said = {name: value.isoformat() if isinstance(value, date) else value for name, value in named.items() if value}
    return urlencode(said | {"page": page})


def _render(setting: Setting, template: str, here: str, policy: str, **values: Any) -> str:
    return (
        environment(setting.language)
        .get_template(template)
        .render(parts.words(setting), here=here, policy=policy, **values)
    )
