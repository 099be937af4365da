"""Where pages are while they are served, and which name an address means. Pure."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

from dedup.report.links import Links

# Names that stand in an address as they are: nothing of them is a path, an escape or the mark of the others.
_AS_IT_IS = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9]))*")
_MARK = "~"


class Places(Links):
    """Where served pages are, from whatever page."""

    def __init__(self) -> None:
        super().__init__("/")
        self.overview, self.search, self.about, self.groups = "/", "/search", "/about", ""
        self.stories, self.families = "/search?kind=s", "/search?kind=f"

    def story(self, name: str) -> str:
        """Return where the page of a story is."""
        return f"/stories/{written(name)}"

    def family(self, name: str) -> str:
        """Return where the page of a family is."""
        return f"/families/{written(name)}"

    def site(self, name: str) -> str:
        """Return where the page of a site is."""
        return f"/sites/{written(name)}"


def written(name: str) -> str:
    """Return a name as it stands in an address: as it is, or behind a mark in letters that no browser changes."""
    if _AS_IT_IS.fullmatch(name):
        return name
    return _MARK + urlsafe_b64encode(name.encode("utf-8", "surrogatepass")).decode("ascii").rstrip("=")


def meant(said: str) -> str | None:
    """Return the name that stands in an address as `said`, None where none is written so."""
    if not said.startswith(_MARK):
        return said if _AS_IT_IS.fullmatch(said) else None
    coded = said[len(_MARK) :]
    try:
        name = urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode("utf-8")
    except (Error, ValueError):
        return None
    return name if written(name) == said else None
