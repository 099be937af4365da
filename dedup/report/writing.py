"""A Report laid out as files: pages, the data they search, and our own files; on all cores where it pays."""

import gc
import multiprocessing
import os
import shutil
import signal
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from dedup import cutting
from dedup.flowing import SiteFlows
from dedup.report import json_lines, pages, scripts
from dedup.report.links import Links
from dedup.report.names import file_name
from dedup.report.pages import Setting
from dedup.report.sheets import (
    Report,
    overview_page,
    page_of_story,
    pages_of_families,
    pages_of_sites,
)
from dedup.report.views import FamilyView, StoryView

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import Synchronized

_T = TypeVar("_T")

_OWN = ("assets/gema.css", "assets/gema.js", "assets/charts.js", "assets/compare.js", "assets/search.js")
_VENDOR = ("vendor/chart.umd.min.js", "vendor/LICENSE.md")
# Our own files that pages ask for.
ASSETS = (*_OWN, *_VENDOR)
# Fewer pages are written before other processes are up.
_WORTH_PROCESSES = 2_000

# So many pages of a kind are made together: what is stripped from texts is told of many at once much faster.
_TOGETHER = 50

# Some pages that are still to be made: places in the folder, and what is written there.
Task = Callable[[], Iterable[tuple[str, str]]]


@contextmanager
def pages_written(report: Report, folder: Path, setting: Setting, cores: int | None = None) -> Iterator[None]:
    """Write all pages of a report into `folder`, which is empty; on one core where they are few, else on all.

    What stands under `with` is done meanwhile; after it they are there. Raises OSError when the disk does not let it.
    """
    for name in ("stories", "families", "sites", "assets", "data"):
        (folder / name).mkdir()
    _copy_own(folder / "assets")
    seen = report.overview
    setting = replace(setting, updated_at=seen.updated_at, sites=frozenset(site.site for site in seen.sites))
    inside = replace(setting, links=Links("../", setting.links.archive))
    tasks: list[Task] = [
        lambda: [("index.html", pages.overview_page(overview_page(report, setting.zone), setting))],
        lambda: [("search.html", pages.search_page(seen, setting))],
        lambda: [("about.html", pages.about_page(seen.recipe, setting))],
        lambda: [("groups.json", json_lines.document(seen))],
        lambda: [("data/index.js", scripts.index(seen, setting.zone, setting.language))],
        *(partial(_sites, report, inside, some) for some in _batches(seen.sites)),
        *(partial(_stories, inside, some) for some in _batches(seen.told)),
        *(partial(_families, report, inside, some) for some in _batches(seen.copied)),
    ]
    few = len(seen.sites) + len(seen.told) + len(seen.copied) < _WORTH_PROCESSES
    with _at_work(tasks, folder, cores or (1 if few else os.cpu_count() or 1)):
        yield


def _sites(report: Report, setting: Setting, sites: Sequence[SiteFlows]) -> Iterator[tuple[str, str]]:
    for view in pages_of_sites(report, sites):
        yield f"sites/{file_name(view.site.site)}.html", pages.site_page(view, setting)


def _stories(setting: Setting, stories: Sequence[StoryView]) -> Iterator[tuple[str, str]]:
    for story in stories:
        yield f"stories/{file_name(story.id)}.html", pages.story_page(page_of_story(story), setting)


def _families(report: Report, setting: Setting, families: Sequence[FamilyView]) -> Iterator[tuple[str, str]]:
    for view in pages_of_families(report, families):
        yield f"families/{file_name(view.family.id)}.html", pages.family_page(view, setting)


def _batches(several: Sequence[_T]) -> Iterator[Sequence[_T]]:
    return (several[start : start + _TOGETHER] for start in range(0, len(several), _TOGETHER))


def _copy_own(folder: Path) -> None:
    for name in ASSETS:
        with as_file(files("dedup.report") / name) as path:
            shutil.copyfile(path, folder / path.name)


# --- on all cores -----------------------------------------------------------------------------------------


@contextmanager
def _at_work(tasks: Sequence[Task], folder: Path, cores: int) -> Iterator[None]:
    """Write every page. Processes that inherit the report need nothing sent; only Linux makes them so without harm."""
    if cores == 1 or sys.platform != "linux":
        yield
        _write_some(tasks, folder)
        return
    # What is compiled is loaded once, and not by each of them.
    cutting.cut([""], cores=1)
    context = multiprocessing.get_context("fork")
    begun = context.Value("q", 0)
    workers = [context.Process(target=_write_open, args=(tasks, begun, folder)) for _ in range(cores)]
    # What is there is not looked through again, so that it stays shared.
    gc.freeze()
    try:
        with warnings.catch_warnings():
            # Of threads beside this one, which Python warns of: none holds what a page is made with.
            warnings.simplefilter("ignore", DeprecationWarning)
            for worker in workers:
                worker.start()
        yield
        for worker in workers:
            worker.join()
    finally:
        gc.unfreeze()
        for worker in workers:
            if worker.pid is not None:
                worker.kill()
                # What it still writes would outlive a folder that is removed.
                worker.join()
    if any(worker.exitcode for worker in workers):
        raise OSError("a part of the report could not be written; what is above says why")


def _write_open(tasks: Sequence[Task], begun: "Synchronized[int]", folder: Path) -> None:
    """Write what no other process has begun, as long as there is any."""
    # Told to end, the process that began this one tidies up; this one only goes.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # What is there is frozen; what pages leave behind refers to itself, and would pile up.
    gc.enable()

    def left() -> Iterator[Task]:
        while True:
            with begun.get_lock():
                place, begun.value = begun.value, begun.value + 1
            if place >= len(tasks):
                return
            yield tasks[place]

    _write_some(left(), folder)


def _write_some(tasks: Iterable[Task], folder: Path) -> None:
    for task in tasks:
        for name, page in task():
            (folder / name).write_text(page, encoding="utf-8", newline="\n")
