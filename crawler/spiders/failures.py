"""What it means for an address that its request raised something."""

import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.utils import _compression
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost
from twisted.web.client import ResponseFailed

from crawler.guard import Refused, TooManyHops
from crawler.outcome import Outcome, State
from crawler.pace import HostSpent
from crawler.robots import Disallowed, RobotsUnreachable
from crawler.spiders.ending import LetGo
from crawler.visit import PartMissing

# Which brotli and which zstd there is, Scrapy has found out.
_decompression: Any = _compression
# The first that fits counts: Scrapy's IgnoreRequest is the parent of ours, and by itself what a middleware that is
# not ours leaves out.
_MEANINGS: Mapping[type[Exception], Outcome] = MappingProxyType(
    {
        Refused: Outcome(State.SKIPPED, "guard"),
        Disallowed: Outcome(State.SKIPPED, "robots"),
        RobotsUnreachable: Outcome(State.PENDING, "robots-unreachable"),
        LetGo: Outcome(State.PENDING, "let-go"),
        HostSpent: Outcome(State.PENDING, "host-spent"),
        TooManyHops: Outcome(State.FAILED, "redirects"),
        PartMissing: Outcome(State.PENDING, "part-missing"),
        DownloadTimeoutError: Outcome(State.PENDING, "timeout"),
        CannotResolveHostError: Outcome(State.PENDING, "no-such-host"),
        DownloadConnectionRefusedError: Outcome(State.PENDING, "no-connection"),
        TunnelError: Outcome(State.PENDING, "no-connection"),
        ConnectError: Outcome(State.PENDING, "no-connection"),
        DownloadFailedError: Outcome(State.PENDING, "cut-off"),
        ResponseDataLossError: Outcome(State.PENDING, "cut-off"),
        ConnectionDone: Outcome(State.PENDING, "cut-off"),
        ConnectionLost: Outcome(State.PENDING, "cut-off"),
        ResponseFailed: Outcome(State.PENDING, "cut-off"),
        DownloadCancelledError: Outcome(State.REJECTED, "too-big"),
        IgnoreRequest: Outcome(State.SKIPPED, "ignored"),
        # What the decompressors of Scrapy raise.
        EOFError: Outcome(State.PENDING, "garbled"),
        OSError: Outcome(State.PENDING, "garbled"),
        zlib.error: Outcome(State.PENDING, "garbled"),
        _decompression.brotli.error: Outcome(State.PENDING, "garbled"),
        _decompression.zstd.ZstdError: Outcome(State.PENDING, "garbled"),
    }
)


def outcome_of(error: BaseException) -> Outcome | None:
    """Return the outcome an error stands for; None for one that is a bug."""
    if type(error) is IgnoreRequest and "DOWNLOAD_MAXSIZE" in str(error):
        return Outcome(State.REJECTED, "too-big")
    for kind, outcome in _MEANINGS.items():
        if isinstance(error, kind):
            return outcome
    return None
