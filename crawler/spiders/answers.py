"""What a response of Scrapy says: what it means before anybody reads it, how it is remembered, and the Page to read."""

from datetime import datetime

from scrapy.http import Response

from crawler.addresses import host_of, is_home
from crawler.blocks import wall
from crawler.directives import HEADERS
from crawler.entry import ARTICLE, GUESS, Answer, Entry
from crawler.exchange import Kept
from crawler.outcome import Outcome, State, of_status
from crawler.page import Hints, Page


def outcome(response: Response, entry: Entry) -> Outcome | None:
    """Return what an answer means before anybody reads it; None: read it."""
    headers = {name.decode("latin-1"): header(response, name.decode("latin-1")) for name in response.headers}
    barrier = wall(response.status, headers, response.body, response.url)
    if barrier:
        return Outcome(State.BLOCKED, barrier, response.status)
    told = of_status(response.status)
    if told is not None and told.reason == "forbidden" and entry.kind == GUESS:
        # Many a server says so of what is not there.
        return Outcome(State.GONE, "no-listing", response.status)
    if told is None and entry.kind == ARTICLE and is_home(response.url) and not is_home(entry.url):
        return Outcome(State.GONE, "home", response.status)
    return told


def answer(response: Response, kept: Kept | None = None) -> Answer:
    """Return what is remembered of an answer; `kept` is where it stands in the archive, None: nowhere."""
    digest, at = (kept.digest, kept.at) if kept else ("", None)
    return Answer(header(response, "ETag"), header(response, "Last-Modified"), response.status, digest, at)


def page(response: Response, hints: Hints, now: datetime) -> Page:
    """Return what extraction reads."""
    told = tuple(
        (name, value.decode("latin-1")) for name in sorted(HEADERS) for value in response.headers.getlist(name)
    )
    return Page(response.url, response.body, header(response, "Content-Type"), now, hints, told)


def both_hosts(entry: Entry, response: Response) -> set[str]:
    """Return the host that was asked, and the one that answered for it."""
    return {entry.host, host_of(response.url)}


def header(response: Response, name: str) -> str:
    """Return the header of this name, "" where there is none."""
    return (response.headers.get(name) or b"").decode("latin-1")
