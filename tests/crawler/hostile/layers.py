"""The guard's layers one by one, and a name service that lies."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.internet.address import IPv4Address, IPv6Address

from crawler.guard import GuardedResolver, GuardMiddleware


class OnlyRequests(GuardMiddleware):
    """The guard that looks at requests; whoever answers is believed."""

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response."""
        return response


class OnlyAnswers(GuardMiddleware):
    """The guard that looks at who answered; every request may leave."""

    def process_request(self, request: Request) -> None:
        """Let it leave."""


class Names:
    """A resolver, set as TWISTED_DNS_RESOLVER, that answers from the setting NAMES: name → answers in turn.

    The last answer stays; names it does not know go to the resolver that was there before.
    """

    def __init__(self, names: Mapping[str, Sequence[Sequence[str]]], reactor: Any) -> None:
        self._answers = {name: _in_turn(answers) for name, answers in names.items()}
        self._reactor = reactor
        self._before = reactor.nameResolver

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """Make it as Scrapy asks."""
        return cls(crawler.settings.getdict("NAMES"), reactor)

    def install_on_reactor(self) -> None:
        """Make the reactor resolve every name through this."""
        self._reactor.installNameResolver(self)

    def resolveHostName(self, resolutionReceiver: Any, hostName: str, portNumber: int = 0, *more: Any) -> Any:
        """Hand the receiver the next answer for a name."""
        if hostName not in self._answers:
            return self._before.resolveHostName(resolutionReceiver, hostName, portNumber, *more)
        resolutionReceiver.resolutionBegan(self)
        for address in next(self._answers[hostName]):
            family = IPv6Address if ":" in address else IPv4Address
            resolutionReceiver.addressResolved(family("TCP", address, portNumber))
        resolutionReceiver.resolutionComplete()
        return self

    def cancel(self) -> None:
        """Do nothing: it was answered at once."""


class GuardedNames(GuardedResolver):
    """The guard's resolver above one that lies."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """Make it as Scrapy asks."""
        Names.from_crawler(crawler, reactor).install_on_reactor()
        return super().from_crawler(crawler, reactor)


def _in_turn(answers: Sequence[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield from answers
    while True:
        yield answers[-1]
