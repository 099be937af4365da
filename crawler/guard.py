"""No request to where a crawler has no business: not by name, literal, redirect or a DNS answer that changes.

Three layers, each enough by itself for most attacks: the middleware reads the address of every request,
redirects included; the resolver drops answers that are not global; and the address that answered is checked
once more.
What `GUARD_ALLOW` names, exact host, port and address, passes all three; nothing else near it does.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import inet_aton
from typing import Any, Self
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from scrapy import Request
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from twisted.internet.address import IPv4Address as IPv4Endpoint
from twisted.internet.address import IPv6Address as IPv6Endpoint
from w3lib.url import safe_url_string

HOPS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}
# Names that never stand for a host of the public net (RFC 6761, RFC 6762, RFC 8375, RFC 9476).
_PRIVATE_SUFFIXES = (
    *("localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa"),
    *("test", "example", "invalid", "onion", "alt"),
)
_NAT64 = IPv6Network("64:ff9b::/96")


class Refused(IgnoreRequest):
    """The guard let a request or its answer not pass; the message says which and why."""


class TooManyHops(IgnoreRequest):
    """A page redirects more often than any page should."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """An exception to the guard: exactly this host and port, and the address it stands for."""

    host: str
    port: int
    address: str


class Guard:
    """Decides where requests may go. Without exceptions: to global addresses only, by http and https."""

    def __init__(self, allowed: Sequence[Allowed] = ()) -> None:
        self._allowed = {(each.host, each.port): each.address for each in allowed}

    @classmethod
    def from_setting(cls, text: str) -> "Guard":
        """Return the guard for a `GUARD_ALLOW` value: `host:port=address` triples, separated by commas.

        Raises ValueError with a message for people.
        """
        return cls([_triple(each) for each in filter(None, map(str.strip, text.split(",")))])

    def reason_to_refuse(self, url: str) -> str:
        """Return why no request may be made to `url`, or "" where it may."""
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            return "not an address"
        if parts.scheme not in _PORTS:
            return f"scheme {parts.scheme or '(none)'}"
        if set(parts.netloc) & set("\\@ \t\r\n") or not parts.hostname:
            # Programs disagree on which host is meant: one checks this, another asks that.
            return "more than host and port before the path"
        return "" if self.allows(parts.hostname, port) else _reason_against(parts)

    def allows(self, host: str, port: int) -> bool:
        """Tell whether host and port are one of the exceptions."""
        return (host.lower(), port) in self._allowed

    def address_of(self, host: str, port: int) -> str | None:
        """Return the address an exception stands for; None where host and port are no exception."""
        return self._allowed.get((host.lower(), port))

    def accepts_answer(self, host: str, port: int, address: str) -> bool:
        """Tell whether `address` may be the one that host and port are reached at."""
        pinned = self.address_of(host, port)
        return address == pinned if pinned else is_global(address)

    def serves_only(self, urls: Sequence[str]) -> bool:
        """Tell whether all these addresses are exceptions, so that nobody outside is asked for anything."""
        hosts = ((parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0)) for parts in map(urlsplit, urls))
        return all(self.allows(host, port) for host, port in hosts)


def is_global(address: str) -> bool:
    """Tell whether a numeric address is one of the public net, and does not carry one that is not."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(
        each.is_global and not (each.is_multicast or each.is_reserved or each.is_unspecified)
        for each in _addresses_in(found)
    )


def _addresses_in(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """Return the address and those that tunnels and translators read out of it."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    inside: list[IPv4Address | IPv6Address] = [address]
    if address.sixtofour:
        inside.append(address.sixtofour)
    if address.teredo:
        inside.extend(address.teredo)
    if address in _NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    return inside


def _reason_against(parts: SplitResult) -> str:
    host = unicodedata.normalize("NFKC", unquote(parts.hostname or "")).replace("。", ".").rstrip(".").lower()
    literal = _literal(host)
    if literal is not None:
        return "" if is_global(literal) else f"{literal} is not an address of the public net"
    if "." not in host:
        return f"{host} is a name of the local net"
    if any(host == suffix or host.endswith(f".{suffix}") for suffix in _PRIVATE_SUFFIXES):
        return f"{host} is not a name of the public net"
    return ""


def _literal(host: str) -> str | None:
    """Return the numeric address that `host` spells in any way a C library reads, or None for a name."""
    if ":" in host:
        return host
    try:
        return str(IPv4Address(inet_aton(host)))
    except (OSError, UnicodeEncodeError, ValueError):
        return None


def _triple(text: str) -> Allowed:
    place, _, address = text.partition("=")
    host, _, port = place.rpartition(":")
    try:
        return Allowed(host.strip("[]").lower(), int(port), str(ip_address(address)))
    except ValueError as error:
        raise ValueError(f"GUARD_ALLOW: {text!r} is not host:port=address, like demo.test:8765=127.0.0.1") from error


class GuardMiddleware:
    """Refuses requests before they leave, and answers that came from elsewhere than they may."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it as Scrapy asks."""
        return cls(Guard.from_setting(crawler.settings.get("GUARD_ALLOW", "")))

    def process_request(self, request: Request) -> None:
        """Raise Refused where the request may not be made."""
        reason = self._guard.reason_to_refuse(request.url)
        if reason:
            raise Refused(f"{request.url}: {reason}")

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response, or raise Refused where the address that answered may not be it."""
        parts = urlsplit(response.url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
        answered = response.ip_address
        if answered is not None and not self._guard.accepts_answer(parts.hostname or "", port, str(answered)):
            raise Refused(f"{response.url}: answered by {answered}")
        return response


class GuardedResolver:
    """Resolves names, but drops every answer the guard does not accept; set as TWISTED_DNS_RESOLVER.

    An IHostnameResolver of Twisted, whose interfaces have no types.
    """

    def __init__(self, guard: Guard, reactor: Any) -> None:
        self._guard = guard
        self._reactor = reactor
        self._resolver = reactor.nameResolver

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """Make it as Scrapy asks."""
        return cls(Guard.from_setting(crawler.settings.get("GUARD_ALLOW", "")), reactor)

    def install_on_reactor(self) -> None:
        """Make the reactor resolve every name through this."""
        self._reactor.installNameResolver(self)

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Any = None,
        transportSemantics: str = "TCP",
    ) -> Any:
        """Hand the receiver those addresses of a name that may be asked; none means: no such host."""
        pinned = self._guard.address_of(hostName, portNumber)
        refused = not pinned and self._guard.reason_to_refuse(f"http://{_bracketed(hostName)}/")
        if pinned or refused:
            return _answer_at_once(resolutionReceiver, hostName, portNumber, pinned)
        return self._resolver.resolveHostName(
            _Filter(resolutionReceiver), hostName, portNumber, addressTypes, transportSemantics
        )


class _Filter:
    """An IResolutionReceiver that passes on global addresses only."""

    def __init__(self, receiver: Any) -> None:
        self.resolutionBegan = receiver.resolutionBegan
        self.resolutionComplete = receiver.resolutionComplete
        self._pass_on = receiver.addressResolved

    def addressResolved(self, address: Any) -> None:
        if is_global(address.host):
            self._pass_on(address)


class _Resolution:
    """An IHostResolution that was answered at once."""

    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Do nothing: it is complete."""


def _answer_at_once(receiver: Any, name: str, port: int, address: str | None) -> _Resolution:
    resolution = _Resolution(name)
    receiver.resolutionBegan(resolution)
    if address:
        family = IPv6Endpoint if ":" in address else IPv4Endpoint
        receiver.addressResolved(family("TCP", address, port))
    receiver.resolutionComplete()
    return resolution


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


async def fetch(engine: ExecutionEngine, request: Request) -> Response:
    """Return what answers `request` at the end of its redirects.

    Every hop goes through guard and robots again. Raises what Scrapy's downloader raises, Refused, TooManyHops.
    """
    return await follow(engine, await engine.download_async(request))


async def follow(engine: ExecutionEngine, response: Response) -> Response:
    """Return `response`, or what its redirects lead to."""
    request = response.request
    if request is None:
        raise ValueError(f"{response} answers no request, so its redirects cannot be followed")
    for _ in range(HOPS + 1):
        location = response.headers.get(b"Location")
        if response.status not in _REDIRECTS or not location:
            return response
        target = urljoin(response.url, safe_url_string(location.decode("utf-8", "replace")))
        # A fresh request: the meta of the old one names its download slot and its archive record.
        meta = {"for_robots": request.meta.get("for_robots", False)}
        response = await engine.download_async(
            Request(target, headers=request.headers, meta=meta, dont_filter=True, priority=request.priority)
        )
    raise TooManyHops(f"{request.url}: more than {HOPS} redirects")
