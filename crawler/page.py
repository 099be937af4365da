"""A fetched page, what its listing said of it, and what becomes of a page that is no article."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Hints:
    """What a feed or sitemap, or the seed, said of an address before it was fetched."""

    title: str = ""
    published: datetime | None = None
    language: str = ""
    author: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to one request. `url` is the address that answered; `body` is decompressed, not decoded.

    `headers` are those that say what may be done with the page, names in lower case.
    """

    url: str
    body: bytes
    content_type: str = ""
    fetched_at: datetime | None = None
    hints: Hints = field(default_factory=Hints)
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """Pages that gave no article: a one-word `reason` that is counted, and what was seen."""

    url: str
    reason: str
    detail: str = ""
