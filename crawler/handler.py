"""Scrapy's downloader for http and https, except that it hangs up on whoever never comes to the end of the headers.

Twisted bounds a line of the headers but not their number, and DOWNLOAD_MAXSIZE counts only what follows them: on a
fast line one server could fill the memory of the machine before DOWNLOAD_TIMEOUT is over.
"""

from typing import Any

from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
)
from scrapy.crawler import Crawler
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.web.iweb import IResponse

# As browsers have it; real ones are under 16 KB.
MOST_BYTES = 256 * 1024


class Handler(HTTP11DownloadHandler):
    """Downloads over http and https; set in DOWNLOAD_HANDLERS for both."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory


class _Protocol(_LenientHTTP11ClientProtocol):
    """A line to a server, cut when more than MOST_BYTES come before the body of an answer does."""

    _before_body: int | None = None

    def request(self, request: Any) -> Deferred[IResponse]:
        self._before_body = 0
        return super().request(request).addBoth(self._headers_are_over)

    def dataReceived(self, data: bytes) -> None:
        if self._before_body is not None and self.transport is not None:
            if self._before_body > MOST_BYTES:
                self.transport.abortConnection()
                return
            self._before_body += len(data)
        super().dataReceived(data)  # type: ignore[no-untyped-call] # Twisted's

    def _headers_are_over(self, result: Any) -> Any:
        self._before_body = None
        return result


class _Factory(_LenientHTTP11ClientFactory):
    """Makes such lines."""

    def buildProtocol(self, addr: IAddress | None) -> _Protocol:
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call] # Twisted's
