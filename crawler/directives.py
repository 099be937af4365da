"""What a page says may not be done with it: `noindex`, `noarchive`, `tdm-reservation`. Bytes in, words out.

robots meta tags and the X-Robots-Tag header, those for all or for us by name; and the reservation of text and data
mining (W3C community group's TDMRep: header or meta tag `tdm-reservation` with the value 1).
"""

import re
from collections.abc import Iterable, Iterator

HEADERS = frozenset({"x-robots-tag", "tdm-reservation"})
_OURS = frozenset({"robots", "gema"})
_KNOWN = ("noindex", "noarchive")
# Words of the header that are followed by a colon and a value; any other word before a colon is a robot's name.
_WITH_VALUE = ("max-", "unavailable")
# Where heads end. A tag further down has no meaning in HTML.
_HEAD_BYTES = 100_000
_META = re.compile(rb"<meta\s[^>]{0,500}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""\b(name|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)


def directives(headers: Iterable[tuple[str, str]], body: bytes) -> tuple[str, ...]:
    """Return those of `noindex`, `noarchive`, `tdm-reservation` that headers or page declare; `body` decompressed."""
    found = set()
    for name, value in (*_of_headers(headers), *_of_page(body[:_HEAD_BYTES])):
        if name == "tdm-reservation":
            found |= {"tdm-reservation"} if value.strip() == "1" else set()
        else:
            words = {word.strip() for word in value.split(",")}
            found |= {word for word in _KNOWN if word in words or "none" in words}
    return tuple(sorted(found))


def _of_headers(headers: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        value = value.lower()
        agent, colon, rest = value.partition(":")
        agent = agent.strip()
        if name.lower() == "x-robots-tag" and colon and "," not in agent and not agent.startswith(_WITH_VALUE):
            # "otherbot: noindex" speaks to another.
            yield from [(name.lower(), rest)] if agent in _OURS else []
        elif name.lower() in HEADERS:
            yield name.lower(), value


def _of_page(head: bytes) -> Iterator[tuple[str, str]]:
    for tag in _META.finditer(head):
        found = {
            name.lower(): (double or single or bare).decode("latin-1").lower()
            for name, double, single, bare in _ATTRIBUTE.findall(tag[0])
        }
        name = found.get(b"name", "").strip()
        if name in _OURS or name == "tdm-reservation":
            yield name, found.get(b"content", "")
