"""The guard: each layer alone keeps requests out of where a crawler has no business."""

from ipaddress import IPv4Address as Four
from ipaddress import IPv6Address as Six
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.internet.address import IPv4Address

from crawler.guard import (
    Allowed,
    Guard,
    GuardedResolver,
    GuardMiddleware,
    Refused,
    TooManyHops,
    fetch,
    is_global,
)

ALLOWED = Guard([Allowed("demo.test", 8765, "127.0.0.1")])

HOSTILE = [
    "file:///etc/hostname",
    "ftp://news.example.com/x",
    "data:text/html,x",
    "javascript:alert(1)",
    "gopher://127.0.0.1:70/",
    "//no.scheme.example.com/",
    "http:///etc/passwd",
    "http://127.0.0.1/",
    "http://127.0.0.1:8765/",
    "http://127.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://127.0.0.1./",
    "http://127。0。0。1/",
    "http://１２７.０.０.１/",
    "http://%31%32%37.0.0.1/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fd00::1]/",
    "http://[ff02::1]/",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://192.168.1.1/admin",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://localhost/",
    "http://LOCALHOST:6379/",
    "http://www.localhost/",
    "http://router/",
    "http://printer.local/",
    "http://db.internal/",
    "http://nas.home.arpa/",
    "http://other.test/",
    "http://demo.test:8766/",
    "http://demo.test/",
    "https://demo.test/",
    "http://user@news.example.com/",
    "http://news.example.com@127.0.0.1/",
    "http://127.0.0.1\\@news.example.com/",
    "http://news.example.com:99999/",
    "http://[::1/",
    "http://demo.test:0/",
    "http://news.example.com:0/",
    "http://news..example.com/",
    "http://.example.com/",
    "http://news.example.com%00.demo.test/",
    "http://news.example.com%2f/",
    "http://127.0.0.257/",
    "http://1.2.3.4.5/",
    "http://news.0x7f/",
    f"http://{'a' * 64}.example.com/",
    f"http://{'a.' * 130}com/",
    "http://berita.\udc80.com/",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_the_middleware_refuses_hostile_addresses(url: str) -> None:
    assert ALLOWED.reason_to_refuse(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://demo.test:8765/feed",
        "http://DEMO.test:8765/feed",
        "https://www.antaranews.com/rss/terkini.xml",
        "https://news.example.co.id:8443/?page=2",
        "https://8.8.8.8/",
        "https://[2606:4700:4700::1111]/",
        "https://xn--bcher-kva.example.com/",
        "https://contest.com/",
        "https://a_b.example.com./",
        f"https://{'a' * 63}.example.com/",
        "https://mylocal.news/",
    ],
)
def test_the_middleware_lets_the_public_net_and_exceptions_pass(url: str) -> None:
    assert ALLOWED.reason_to_refuse(url) == ""


def test_the_middleware_raises_for_a_request_and_returns_nothing_for_a_good_one() -> None:
    middleware = GuardMiddleware(ALLOWED)
    with pytest.raises(Refused, match=r"192\.168\.1\.1"):
        middleware.process_request(Request("http://192.168.1.1/"))
    middleware.process_request(Request("http://demo.test:8765/"))


def test_scrapy_s_own_cleaning_of_addresses_opens_no_way_around() -> None:
    for url in HOSTILE:
        try:
            cleaned = Request(url).url
        except ValueError:
            continue
        assert ALLOWED.reason_to_refuse(cleaned), cleaned


@pytest.mark.parametrize(
    ("host", "port", "address", "fine"),
    [
        ("news.example.com", 80, "93.184.215.14", True),
        ("news.example.com", 80, "127.0.0.1", False),
        ("news.example.com", 80, "::ffff:10.0.0.1", False),
        ("demo.test", 8765, "127.0.0.1", True),
        ("demo.test", 8765, "127.0.0.2", False),
        ("demo.test", 8765, "93.184.215.14", False),
        ("demo.test", 80, "127.0.0.1", False),
    ],
)
def test_the_address_that_answered_is_checked(host: str, port: int, address: str, fine: bool) -> None:
    assert ALLOWED.accepts_answer(host, port, address) is fine
    url = f"http://{host}:{port}/"
    response = Response(url, ip_address=address)  # type: ignore[arg-type]
    if fine:
        assert GuardMiddleware(ALLOWED).process_response(Request(url), response) is response
        return
    with pytest.raises(Refused, match="answered by"):
        GuardMiddleware(ALLOWED).process_response(Request(url), response)


class Receiver:
    """Keeps what a resolver hands out."""

    def __init__(self) -> None:
        self.addresses: list[tuple[str, int]] = []
        self.complete = False

    def resolutionBegan(self, resolution: object) -> None:
        assert resolution is not None

    def addressResolved(self, address: Any) -> None:
        self.addresses.append((address.host, address.port))

    def resolutionComplete(self) -> None:
        self.complete = True


class Names:
    """A resolver whose answers change from one question to the next, as in a rebinding attack."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def resolveHostName(self, receiver: Any, name: str, port: int, *_: object) -> None:
        self.asked.append(name)
        receiver.resolutionBegan(self)
        for host in self.answers.pop(0):
            receiver.addressResolved(IPv4Address("TCP", host, port))
        receiver.resolutionComplete()


def resolve(names: Names, host: str, port: int) -> Receiver:
    receiver = Receiver()
    reactor = SimpleNamespace(nameResolver=names)
    GuardedResolver(ALLOWED, reactor).resolveHostName(receiver, host, port)
    assert receiver.complete
    return receiver


def test_the_resolver_drops_answers_that_are_not_global_each_time_it_is_asked() -> None:
    names = Names(["93.184.215.14", "10.0.0.1"], ["127.0.0.1"])
    assert resolve(names, "news.example.com", 80).addresses == [("93.184.215.14", 80)]
    assert resolve(names, "news.example.com", 80).addresses == []


def test_the_resolver_maps_exceptions_and_asks_nobody_for_them() -> None:
    names = Names()
    assert resolve(names, "demo.test", 8765).addresses == [("127.0.0.1", 8765)]
    for host, port in [("demo.test", 8766), ("other.test", 8765), ("127.0.0.1", 8765), ("0x7f.1", 80), ("::1", 80)]:
        assert resolve(names, host, port).addresses == []
    assert names.asked == []


def test_the_resolver_installs_itself_on_the_reactor() -> None:
    installed: list[object] = []
    reactor = SimpleNamespace(nameResolver=Names(), installNameResolver=installed.append)
    resolver = GuardedResolver(ALLOWED, reactor)
    resolver.install_on_reactor()
    assert installed == [resolver]


@pytest.mark.parametrize("text", ["demo.test=127.0.0.1", "demo.test:x=127.0.0.1", "demo.test:80", "demo.test:80=here"])
def test_a_bad_setting_is_shown_with_how_a_good_one_looks(text: str) -> None:
    with pytest.raises(ValueError, match=r"GUARD_ALLOW: .* is not host:port=address"):
        Guard.from_setting(text)


def test_a_setting_lists_several_exceptions() -> None:
    guard = Guard.from_setting("a.test:80=127.0.0.1, b.test:81=127.0.0.2,")
    assert guard.serves_only(["http://a.test/x", "http://b.test:81/"])
    assert not guard.serves_only(["http://a.test/x", "http://b.test/"])


@pytest.mark.parametrize(
    "address",
    [
        *("news.example.com", "127.0.0.1", "0.0.0.0", "100.64.0.1", "169.254.169.254", "198.18.0.1", "192.0.2.1"),
        *("192.0.0.9", "192.88.99.1", "168.63.129.16", "224.0.0.1", "240.0.0.1", "255.255.255.255", "203.0.113.7"),
        *("::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:8.8.8.8", "64:ff9b:1::8.8.8.8", "fe80::1"),
        *("fe80::1%eth0", "2606:4700::1111%eth0", "fec0::1", "fd00:ec2::254", "ff0e::1", "2001:db8::1", "3fff::1"),
        *("2001:0:4136:e378:8000:63bf:80ff:fffe", "2002:7f00:1::1", "2606:4700::5efe:7f00:1", "5f00::1", "4000::1"),
        *("2606:4700::200:5efe:a00:1", "64:ff9b::10.0.0.1", "100::1", "2001:10::1"),
    ],
)
def test_addresses_that_are_not_of_the_public_net(address: str) -> None:
    assert not is_global(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]
)
def test_addresses_of_the_public_net(address: str) -> None:
    assert is_global(address)


PRIVATE = st.one_of(
    *(
        st.ip_addresses(v=4, network=network)
        for network in ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12")
    ),
    *(
        st.ip_addresses(v=4, network=network)
        for network in ("192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4")
    ),
)


@given(PRIVATE)
def test_no_private_address_gets_by_in_any_spelling(address: Four) -> None:
    number = int(address)
    first, rest = number >> 24, number & 0xFFFFFF
    a, b, c, d = address.packed
    spellings = [
        *(f"{number}", f"{number:#x}", f"{number:#X}", f"0{number:o}", f"{first}.{rest}", f"{a}.{b}.{(c << 8) + d}"),
        *(
            f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
            f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
            f"{address}.",
            f"%{ord(str(a)[0]):x}{str(address)[1:]}",
        ),
        *(str(address).replace(".", dot) for dot in "。．｡"),
        str(address).translate({ord("0") + digit: ord("０") + digit for digit in range(10)}),
    ]
    assert [each for each in spellings if not Guard().reason_to_refuse(f"http://{each}/")] == []


@given(PRIVATE)
def test_no_private_address_gets_by_inside_another(address: Four) -> None:
    number = int(address)
    prefixes = ("::ffff:0:0", "64:ff9b::", "64:ff9b:1::", "::", "::ffff:0:0:0", "2606:4700::5efe:0:0")
    inside = [str(Six(int(Six(prefix)) + number)) for prefix in prefixes]
    inside += [str(Six((0x2002 << 112) + (number << 80) + 1)), str(Six((0x20010000 << 96) + (number << 64)))]
    inside += [str(Six((0x20010000 << 96) + (0x08080808 << 64) + (number ^ 0xFFFFFFFF)))]
    assert [each for each in inside if is_global(each)] == []


def test_who_does_not_say_where_the_answer_came_from_is_not_believed() -> None:
    request = Request("http://demo.test:8765/")
    with pytest.raises(Refused, match="answered by None"):
        GuardMiddleware(ALLOWED).process_response(request, Response(request.url))
    cached = Response(request.url, flags=["cached"])
    assert GuardMiddleware(ALLOWED).process_response(request, cached) is cached


def proxied(wanted: bool) -> Guard:
    return Guard.from_settings(Settings({"GUARD_ALLOW": "demo.test:8765=127.0.0.1", "HTTPPROXY_ENABLED": wanted}))


def test_proxies_are_those_of_the_environment_and_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert not proxied(wanted=True).is_proxy("", 80)
    monkeypatch.setenv("http_proxy", "Perantara:3128")
    monkeypatch.setenv("https_proxy", "http://siapa:rahasia@10.0.0.9")
    assert not proxied(wanted=False).is_proxy("perantara", 3128)
    guard = proxied(wanted=True)
    assert guard.is_proxy("perantara", 3128)
    assert guard.is_proxy("10.0.0.9", 80)
    assert guard.allows("demo.test", 8765)
    assert guard.reason_to_refuse("http://perantara:3128/") == "it is the proxy"
    assert guard.reason_to_refuse("http://10.0.0.9:8080/")
    monkeypatch.setenv("https_proxy", "http://siapa:rahasia@10.0.0.9:x")
    with pytest.raises(ValueError, match="http_proxy or https_proxy") as caught:
        proxied(wanted=True)
    assert "rahasia" not in str(caught.value)


def test_only_what_went_through_a_proxy_may_be_answered_by_it() -> None:
    middleware = GuardMiddleware(Guard(proxies=[("perantara", 3128)]))
    response = Response("http://news.example.com/", ip_address=Four("10.0.0.9"))
    through = Request(response.url, meta={"proxy": "http://perantara:3128"})
    assert middleware.process_response(through, response) is response
    for proxy in (None, "http://perantara:3129", "http://lain:3128"):
        with pytest.raises(Refused):
            middleware.process_response(Request(response.url, meta={"proxy": proxy}), response)


def test_the_resolver_lets_a_proxy_be_wherever_it_is() -> None:
    names = Names(["10.0.0.9"], ["10.0.0.9"])
    receiver = Receiver()
    guard = Guard(proxies=[("perantara.example.com", 3128)])
    resolver = GuardedResolver(guard, SimpleNamespace(nameResolver=names))
    resolver.resolveHostName(receiver, "perantara.example.com", 3128)
    assert receiver.addresses == [("10.0.0.9", 3128)]
    resolver.resolveHostName(receiver, "perantara.example.com", 80)
    assert receiver.addresses == [("10.0.0.9", 3128)]


class Engine:
    """Answers requests from a table of redirects, and remembers who was asked."""

    def __init__(self, hops: dict[str, str]) -> None:
        self.hops = hops
        self.asked: list[str] = []

    async def download_async(self, request: Request) -> Response:
        GuardMiddleware(ALLOWED).process_request(request)
        self.asked.append(request.url)
        target = self.hops.get(request.url)
        if target is None:
            return Response(request.url, body=b"here", request=request)
        return Response(request.url, status=302, headers={"Location": target}, request=request)


def run_fetch(engine: Engine, url: str) -> Response:
    """Run the coroutine, which never waits here."""
    coroutine = fetch(engine, Request(url))  # type: ignore[arg-type]
    try:
        coroutine.send(None)
    except StopIteration as stop:
        response: Response = stop.value
        return response
    raise AssertionError("it waited")


def test_redirects_are_followed_relative_ones_too() -> None:
    engine = Engine({"http://demo.test:8765/a": "/b?x=1", "http://demo.test:8765/b?x=1": "http://demo.test:8765/c"})
    assert run_fetch(engine, "http://demo.test:8765/a").url == "http://demo.test:8765/c"


@pytest.mark.parametrize(
    "target",
    [
        *("http://127.0.0.1:8765/", "file:///etc/hostname", "//localhost/", "http://demo.test/", "http://[::1/"),
        *("http://demo.test:x/", "http://demo.test:99999/", "mailto:redaksi@demo.test", "\x01http://127.0.0.1/"),
    ],
)
def test_every_hop_goes_through_the_guard(target: str) -> None:
    engine = Engine({"http://demo.test:8765/a": "/b", "http://demo.test:8765/b": target})
    with pytest.raises(Refused):
        run_fetch(engine, "http://demo.test:8765/a")
    assert engine.asked == ["http://demo.test:8765/a", "http://demo.test:8765/b"]


def test_an_endless_chain_of_redirects_ends() -> None:
    engine = Engine({f"http://demo.test:8765/{number}": f"/{number + 1}" for number in range(50)})
    with pytest.raises(TooManyHops):
        run_fetch(engine, "http://demo.test:8765/0")
    assert len(engine.asked) <= 7
