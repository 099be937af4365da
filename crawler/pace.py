"""How much one host is asked for in one run, and how long it wants to be left alone."""

from collections import Counter
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from crawler.addresses import host_of

# A wish for a whole month is a misconfigured server; a day is long enough to be asked again.
_LONGEST = timedelta(days=1)


class HostSpent(IgnoreRequest):
    """A host has had all the requests that one run may make of it."""

    def __init__(self, host: str, most: int) -> None:
        super().__init__(f"{host} has been asked {most} times in this run (HOST_MAX_REQUESTS)")
        self.host = host


class PaceMiddleware:
    """Holds back what would be more than HOST_MAX_REQUESTS of one host in one run: articles, parts, redirects, all."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._asked: Counter[str] = Counter()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it as Scrapy asks."""
        return cls(crawler.settings.getint("HOST_MAX_REQUESTS"))

    def process_request(self, request: Request) -> None:
        """Raise HostSpent where the host has had enough."""
        host = host_of(request.url)
        if self._asked[host] >= self._most:
            raise HostSpent(host, self._most)
        self._asked[host] += 1


def retry_after(value: str, now: datetime) -> datetime | None:
    """Return the moment a Retry-After header names (RFC 9110, 10.2.3), at most a day away; None where it names none."""
    value = value.strip()
    if value.isdecimal():
        return now + min(timedelta(seconds=int(value[:9])), _LONGEST)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        return None
    return min(until, now + _LONGEST) if until > now else None
