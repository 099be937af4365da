"""The press as it stands at one moment: which articles are out, when each was published, and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from tests.newsroom.outlets import OUTLETS, Outlet
from tests.newsroom.texts import Press, Text

_NUMBERS = 900_000


@dataclass(frozen=True, slots=True)
class Edition:
    """The press at its clock `now` (aware), served on `port`, without the `hidden` articles.

    `revision` counts how often something was hidden or published, so that listings get a new time.
    """

    press: Press
    now: datetime
    port: int
    hidden: frozenset[str] = frozenset()
    revision: int = 0

    def articles(self, outlet: Outlet, section: str = "") -> tuple[Text, ...]:
        """Return the outlet's articles that are out, newest first; those of one section if it is given."""
        return tuple(
            sorted(
                (
                    text
                    for text in self.press.texts.values()
                    if text.outlet == outlet.id and text.id not in self.hidden and section in ("", text.section)
                ),
                key=lambda text: (text.hours_ago, text.id),
            )
        )

    def sections(self, outlet: Outlet) -> tuple[str, ...]:
        """Return the sections that the outlet has articles in, hidden ones counted, in their order."""
        return tuple(sorted({text.section for text in self.press.texts.values() if text.outlet == outlet.id}))

    def published(self, text: Text) -> datetime:
        """Return when the article came out, in UTC and to the minute, since some layouts show no seconds."""
        moment = self.now - timedelta(hours=text.hours_ago)
        return moment.replace(second=0, microsecond=0)

    def changed(self, texts: Iterable[Text]) -> datetime:
        """Return when a listing of these articles changed last, in UTC."""
        if self.revision:
            return self.now.replace(microsecond=0) + timedelta(seconds=self.revision)
        return max((self.published(text) for text in texts), default=self.now.replace(microsecond=0))

    def path(self, text: Text) -> str:
        """Return the path of the article's canonical address, with its query if it has one."""
        outlet = OUTLETS[text.outlet]
        day = self.published(text).astimezone(outlet.timezone)
        number = number_of(text)
        scheme = outlet.articles[number % len(outlet.articles)]
        return scheme.format(
            number=number,
            slug=text.id,
            section=text.section,
            year=day.year,
            month=f"{day.month:02}",
            day=f"{day.day:02}",
        )

    def url(self, outlet: Outlet, path: str = "/") -> str:
        """Return the absolute address of a path at an outlet."""
        return f"http://{outlet.host}:{self.port}{path}"

    def origin(self, text: Text) -> tuple[str, str]:
        """Return the name of the outlet a copy says it is from and the title it had there.

        That is its `credit`, else the outlet of its original if it is another one; empty for all else.
        """
        original = self.press.texts[self.press.root(text)]
        if text.credit:
            return text.credit, original.title
        if original.outlet != text.outlet:
            return OUTLETS[original.outlet].name, original.title
        return "", ""

    def related(self, text: Text, count: int) -> tuple[Text, ...]:
        """Return other articles of the outlet, of other stories, in an order that is the article's own.

        Titles with brackets are left out: in "(Baca: …)" nobody could tell where the furniture ends.
        """
        others = [
            other
            for other in self.articles(OUTLETS[text.outlet])
            if other.story != text.story and not set('()“”"') & set(other.title)
        ]
        others.sort(key=lambda other: crc32(f"{text.id} {other.id}".encode()))
        return tuple(others[:count])


def number_of(text: Text) -> int:
    """Return the article's number in addresses, of six digits."""
    return crc32(text.id.encode()) % _NUMBERS + 100_000
