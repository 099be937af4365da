"""Writes down every connection and look-up of this process, and keeps all of them on loopback.

An audit hook cannot be taken off again, and nothing that Python does on the net gets past it.

    python -m tests.crawler.hostile.watch LOG crawl news -a seeds=…
"""

import errno
import ipaddress
import json
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

_REACHING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_ASKING = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})


class Call(NamedTuple):
    """One thing that was done on the net: `what` is the audit event, `port` 0 where it has none."""

    what: str
    host: str
    port: int


def watch(log: Path) -> None:
    """Note every call from now on in `log`, and raise what a machine without a net would where one goes outside."""
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        call = _call(event, arguments)
        if call is None:
            return
        os.write(out, json.dumps(call).encode() + b"\n")
        if event in _ASKING and not _is_known_here(call.host):
            raise socket.gaierror(socket.EAI_NONAME, "tests ask no name server")
        if event in _REACHING and not _is_on_loopback(call.host):
            raise ConnectionRefusedError(errno.ECONNREFUSED, "tests stay on loopback")

    sys.addaudithook(hook)


def calls(log: Path) -> list[Call]:
    """Return what `watch` has noted."""
    return [Call(*json.loads(line)) for line in log.read_text(encoding="utf-8").splitlines()]


def reached(noted: Sequence[Call]) -> set[tuple[str, int]]:
    """Return the addresses and ports that were connected to, or were meant to be."""
    return {(call.host, call.port) for call in noted if call.what in _REACHING}


def looked_up(noted: Sequence[Call]) -> set[str]:
    """Return the names that the machine's resolver was asked for."""
    return {call.host for call in noted if call.what in _ASKING}


def listened(noted: Sequence[Call]) -> set[tuple[str, int]]:
    """Return where a server was opened."""
    return {(call.host, call.port) for call in noted if call.what == "socket.bind"}


def _call(event: str, arguments: tuple[Any, ...]) -> Call | None:
    if event in _REACHING or event == "socket.bind":
        return _on_socket(event, arguments[1])
    if event == "socket.getaddrinfo":
        return Call(event, _text(arguments[0]), int(arguments[1] or 0))
    if event == "socket.gethostbyname":
        return Call(event, _text(arguments[0]), 0)
    return None


def _on_socket(event: str, address: object) -> Call | None:
    if address is None:
        # sendmsg on a line that is already there.
        return None
    if isinstance(address, tuple):
        return Call(event, _text(address[0]), int(address[1]))
    return Call(event, _text(address), 0)


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _is_on_loopback(host: str) -> bool:
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return False
    inside = getattr(found, "ipv4_mapped", None) or found
    # Connecting to the unspecified address reaches this machine.
    return bool(inside.is_loopback or inside.is_unspecified)


def _is_known_here(host: str) -> bool:
    """Tell whether no name server has to be asked: numbers in any spelling stand for themselves."""
    try:
        socket.inet_aton(host)
    except (OSError, ValueError):
        return ":" in host or host == "localhost"
    return True


def main() -> None:
    """Run a Scrapy command under watch."""
    log, *arguments = sys.argv[1:]
    watch(Path(log))
    from scrapy.cmdline import execute

    execute(["scrapy", *arguments])


if __name__ == "__main__":
    main()
