"""What pages show of the whole corpus: made once for each state of it, in a process that takes its memory along.

What is left is small: the pages that count over everything, ready, and the list that is searched.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from zlib import compress

from dedup.corpus.readonly import open_to_read
from dedup.corpus.results import mark
from dedup.errors import GemaError
from dedup.memory import uncollected
from dedup.report import pages
from dedup.report.context import context_of
from dedup.report.pages import Setting
from dedup.report.sheets import Report, overview_page, pages_of_sites, report
from dedup.report.stripping import Learned
from dedup.report.texts import read, with_samples
from dedup.serving.lists import Lists, lists

_TOGETHER = 50
# Whoever asks meanwhile comes first.
_NICE = 10


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole of a corpus at a `mark`: the setting of its pages, those of overview and sites, deflated, by place."""

    mark: str
    setting: Setting
    pages: Mapping[str, bytes]
    lists: Lists
    learned: Learned = field(repr=False)


def send_whole(address: str, setting: Setting, out: Connection) -> None:
    """Send the whole of a corpus, or say why there is none: what the process runs."""
    os.nice(_NICE)
    try:
        out.send(whole(address, setting))
    except GemaError as error:
        out.send(error)


def whole(address: str, setting: Setting) -> Whole:
    """Return the whole of a corpus as it is now; raises GemaError where it cannot be read."""
    with open_to_read(address) as corpus, uncollected():
        at = mark(corpus)
        found = with_samples(corpus, read(corpus).snapshot)
        made = report(found, context_of(corpus, found))
        seen = made.overview
        setting = replace(setting, sites=frozenset(site.site for site in seen.sites), updated_at=seen.updated_at)
        ready = {place: compress(page.encode(), 1) for place, page in _pages(made, setting)}
    return Whole(at, setting, ready, lists(seen, setting.zone), made.context.learned)


def _pages(made: Report, setting: Setting) -> Iterator[tuple[str, str]]:
    yield setting.links.overview, pages.overview_page(overview_page(made, setting.zone), setting)
    yield setting.links.about, pages.about_page(made.overview.recipe, setting)
    sites = made.overview.sites
    for start in range(0, len(sites), _TOGETHER):
        for view in pages_of_sites(made, sites[start : start + _TOGETHER]):
            yield setting.links.site(view.site.site), pages.site_page(view, setting)
