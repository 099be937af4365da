"""No request to where a crawler has no business: not by name, literal, redirect or a DNS answer that changes.

Three layers, each enough by itself for most attacks: the middleware reads the address of every request,
redirects included; the resolver drops answers that are not global; and the address that answered is checked
once more.
What `GUARD_ALLOW` names, exact host, port and address, passes all three; nothing else near it does. With
HTTPPROXY_ENABLED, the proxies of the environment may be connected to, at whatever address they have; which
address a name stands for is then the proxy's decision, and only the first layer looks at what it is asked.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import inet_aton
from typing import Any, Self
from urllib.parse import SplitResult, unquote, urljoin, urlsplit
from urllib.request import getproxies

from scrapy import Request
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import HtmlResponse, Response
from scrapy.settings import BaseSettings
from scrapy.utils.response import get_meta_refresh
from twisted.internet.address import IPv4Address as IPv4Endpoint
from twisted.internet.address import IPv6Address as IPv6Endpoint
from w3lib.url import safe_url_string

HOPS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# A page that only sends its readers on is short and has hardly a word; one that renews itself waits longer.
_MOST_OF_REFRESH, _MOST_TO_READ, _LONGEST_REFRESH_S = 16_384, 300, 5.0
_NOT_TO_READ = re.compile(rb"<(script|style|title)\b.*?(?:</\1|\Z)|<[^<>]*>|\s+", re.IGNORECASE | re.DOTALL)
_PORTS = {"http": 80, "https": 443}
# Host, in lower case, and port.
Place = tuple[str, int]
# Names that never stand for a host of the public net (RFC 6761, RFC 6762, RFC 8375, RFC 9476).
_PRIVATE_SUFFIXES = (
    *("localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private", "home.arpa"),
    *("test", "example", "invalid", "onion", "alt"),
)
# All that is given out as global so far; Python takes the rest of the space, site-local included, for global too.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
# Global to Python, yet no host of the public net: IETF protocols (RFC 6890), relays to tunnels (RFC 7526),
# documentation (RFC 9637), and where one large cloud answers its machines.
_NOT_PUBLIC: tuple[IPv4Network | IPv6Network, ...] = (
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("168.63.129.16/32"),
    IPv6Network("3fff::/20"),
)
# The second half of an ISATAP address: one of these, then an IPv4 address (RFC 5214).
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_-]{1,63}\.)+[a-z0-9_-]{1,63}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


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

    def __init__(self, allowed: Sequence[Allowed] = (), proxies: Collection[Place] = ()) -> None:
        self._allowed = {(each.host, each.port): each.address for each in allowed}
        self._proxies = frozenset(proxies)

    @classmethod
    def from_setting(cls, text: str) -> "Guard":
        """Return the guard for a `GUARD_ALLOW` value: `host:port=address` triples, separated by commas.

        Raises ValueError with a message for people.
        """
        return cls(_triples(text))

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> "Guard":
        """Return the guard for the settings of a crawl; raises ValueError with a message for people."""
        proxies = _proxies(getproxies()) if settings.getbool("HTTPPROXY_ENABLED") else ()
        return cls(_triples(settings.get("GUARD_ALLOW") or ""), proxies)

    def reason_to_refuse(self, url: str) -> str:
        """Return why no request may be made to `url`, an address as a Request has it, or "" where it may."""
        try:
            parts = urlsplit(url)
            host, port = _place(url)
        except ValueError:
            return "not an address"
        if parts.scheme not in _PORTS:
            return f"scheme {parts.scheme or '(none)'}"
        if set(parts.netloc) & set("\\@ \t\r\n") or not host:
            # Programs disagree on which host is meant: one checks this, another asks that.
            return "more than host and port before the path"
        if (host, port) in self._proxies:
            return "it is the proxy"
        return "" if self.allows(host, port) else _reason_against(parts)

    def allows(self, host: str, port: int) -> bool:
        """Tell whether host and port are one of the exceptions."""
        return (host.lower(), port) in self._allowed

    def address_of(self, host: str, port: int) -> str | None:
        """Return the address an exception stands for; None where host and port are no exception."""
        return self._allowed.get((host.lower(), port))

    def is_proxy(self, host: str, port: int) -> bool:
        """Tell whether host and port are those of a proxy that requests may go through."""
        return (host.lower(), port) in self._proxies

    def accepts_answer(self, host: str, port: int, address: str) -> bool:
        """Tell whether `address` may be the one that host and port are reached at."""
        pinned = self.address_of(host, port)
        return address == pinned if pinned else is_global(address)

    def serves_only(self, urls: Sequence[str]) -> bool:
        """Tell whether all these addresses are exceptions, so that nobody outside is asked for anything."""
        return all(self.allows(host, port) for host, port in map(_place, urls))


def is_global(address: str) -> bool:
    """Tell whether a numeric address is one of the public net, and does not carry one that is not."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    # A zone names an interface of this machine.
    return "%" not in address and all(_is_public(each) for each in _addresses_in(found))


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    if address.is_multicast or address.is_reserved or any(address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global


def _addresses_in(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """Return the address and those that tunnels and translators read out of it."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    last = IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _NAT64:
        return [last]
    inside: list[IPv4Address | IPv6Address] = [address]
    if address.sixtofour:
        inside.append(address.sixtofour)
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        inside.append(last)
    return inside


def _reason_against(parts: SplitResult) -> str:
    """Return why nobody may be asked at a place that is no exception, or ""."""
    host = unicodedata.normalize("NFKC", unquote(parts.hostname or "")).replace("。", ".").rstrip(".").lower()
    if parts.port == 0:
        return "port 0 is none"
    literal = _literal(host)
    if literal is not None:
        return "" if is_global(literal) else f"{literal} is not an address of the public net"
    if "." not in host:
        return f"{host!r} is a name of the local net"
    if not _NAME.fullmatch(host) or _NUMBER.fullmatch(host.rpartition(".")[2]):
        return f"{host!r} is no name of a host"
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


def _place(url: str) -> Place:
    """Return host and port of an address; raises ValueError where it has none that can be read."""
    parts = urlsplit(url)
    return parts.hostname or "", _PORTS.get(parts.scheme, 0) if parts.port is None else parts.port


def _proxies(environment: Mapping[str, str]) -> set[Place]:
    """Return where the proxies for http and https are; `environment` is as `getproxies` gives it."""
    urls = [environment[scheme] for scheme in _PORTS if environment.get(scheme)]
    try:
        return {_place(url if "://" in url else f"http://{url}") for url in urls}
    except ValueError:
        # It may hold a password, so neither it nor what is wrong with it is shown.
        raise ValueError("http_proxy or https_proxy in the environment is not like http://host:port") from None


def _triples(text: str) -> list[Allowed]:
    return [_triple(each) for each in filter(None, map(str.strip, text.split(",")))]


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
        return cls(Guard.from_settings(crawler.settings))

    def process_request(self, request: Request) -> None:
        """Raise Refused where the request may not be made."""
        reason = self._guard.reason_to_refuse(request.url)
        if reason:
            raise Refused(f"{request.url}: {reason}")

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response, or raise Refused where the address that answered may not be it."""
        if self._was_not_asked_directly(request, response):
            return response
        answered = str(response.ip_address)
        if not self._guard.accepts_answer(*_place(response.url), answered):
            raise Refused(f"{response.url}: answered by {answered}")
        return response

    def _was_not_asked_directly(self, request: Request, response: Response) -> bool:
        """Tell whether the answer came from Scrapy's cache or through a proxy that is allowed."""
        proxy = request.meta.get("proxy")
        return "cached" in response.flags or (proxy is not None and self._guard.is_proxy(*_place(proxy)))


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
        return cls(Guard.from_settings(crawler.settings), reactor)

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
        if self._guard.is_proxy(hostName, portNumber):
            return self._resolver.resolveHostName(
                resolutionReceiver, hostName, portNumber, addressTypes, transportSemantics
            )
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
        location = _led_to(response)
        if not location:
            return response
        response = await engine.download_async(_hop(request, response.url, location))
    raise TooManyHops(f"{request.url}: more than {HOPS} redirects")


def _led_to(response: Response) -> bytes:
    """Return where an answer leads, by its status or by a small page that sends its readers on at once; b"" nowhere."""
    if response.status in _REDIRECTS:
        return response.headers.get(b"Location") or b""
    if response.status != 200 or not isinstance(response, HtmlResponse) or not _only_leads_on(response.body):
        return b""
    try:
        wait_s, target = get_meta_refresh(response)
    except ValueError:
        # Its base is no address.
        return b""
    if wait_s is None or target is None or wait_s > _LONGEST_REFRESH_S or target.partition("#")[0] == response.url:
        return b""
    return target.encode()


def _only_leads_on(body: bytes) -> bool:
    return len(body) <= _MOST_OF_REFRESH and len(_NOT_TO_READ.sub(b"", body)) <= _MOST_TO_READ


def _hop(request: Request, base: str, location: bytes) -> Request:
    """Return what asks for a Location instead of `request`; raises Refused for one that is no address."""
    # A fresh request: the meta of the old one names its download slot and its archive record.
    meta = {"for_robots": request.meta.get("for_robots", False), "via": base}
    try:
        target = urljoin(base, safe_url_string(location))
        return Request(target, headers=request.headers, meta=meta, dont_filter=True, priority=request.priority)
    except ValueError as error:
        raise Refused(f"{base}: redirects to {location!r}, which is not an address") from error
