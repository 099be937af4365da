"""One report as it was asked for: what its pages show, and the files beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from dedup.records import Snapshot
from dedup.report import news, shelf
from dedup.report.data import overview
from dedup.report.digest import digest
from dedup.report.feed import feed, newest
from dedup.report.language import ENGLISH, Language
from dedup.report.links import Links
from dedup.report.scope import Scope, within
from dedup.report.views import FamilyView, Overview, StoryView


@dataclass(frozen=True, slots=True)
class Wish:
    """What a report shall be: see the options of `dedup report`, which are called the same.

    `against` is the name of an earlier report, one of `shelf.LAST`, or "" where it is to be compared with none.
    """

    since: datetime | None = None
    only_new: bool = False
    against: str = ""
    daily: bool = False
    digest: bool = False
    base_url: str = ""

    @property
    def compares(self) -> bool:
        """Whether there is an earlier report to look for."""
        return bool(self.against or self.only_new or self.digest)


@dataclass(frozen=True, slots=True)
class Edition:
    """A report to be made: what of the corpus it shows, and what else lies in its folder.

    `files` are texts by their names, `arguments` what it is made with, for its manifest.
    """

    shown: Snapshot
    scope: Scope
    files: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def overview(self) -> Overview:
        """What is shown, as pages show it."""
        return replace(overview(self.shown), scope=self.scope)

    @property
    def against(self) -> str | None:
        """The name of the earlier report that it is compared with, None where there is none."""
        return self.scope.changes.against or None if self.scope.changes else None

    def put(self, folder: Path) -> None:
        """Write the files into a folder. Raises OSError when the disk does not let it."""
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8")


def edition(
    snapshot: Snapshot,
    wish: Wish,
    folder: Path,
    now: datetime,
    zone: tzinfo | None = None,
    language: Language = ENGLISH,
) -> Edition:
    """Return the report of `snapshot` that is wished for `now`; earlier ones lie in `folder`, of which one may be read.

    Raises GemaError where it cannot be compared with the report that was named.
    """
    knows = news.known(snapshot)
    scope = Scope(wish.since, only_new=wish.only_new)
    if wish.compares:
        name, knew = shelf.compared(folder, wish.against or shelf.LATEST, now if wish.daily else None)
        scope = replace(scope, changes=news.changes(knew, knows, name))
    files = {
        shelf.KNOWN: news.dumps(knows),
        "feed.xml": feed(overview(newest(snapshot)), wish.base_url, None if scope.narrow else _page, language=language),
    }
    if wish.digest:
        only_new = replace(scope, only_new=True)
        told = digest(Edition(within(snapshot, only_new), only_new).overview, zone, wish.base_url, _page, language)
        files |= {"digest.html": told.html, "digest.txt": told.text}
    arguments = {
        "since": wish.since.astimezone(UTC).isoformat() if wish.since else None,
        "new": wish.only_new,
        "digest": wish.digest,
        "base_url": wish.base_url or None,
    }
    return Edition(within(snapshot, scope), scope, files, arguments)


def _page(view: FamilyView | StoryView) -> str:
    links = Links()
    return links.story(view.id) if isinstance(view, StoryView) else links.family(view.id)
